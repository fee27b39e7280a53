"""What a snapshot says about itself: `manifest.json` beside the tables.

Each source with its digest and shard, each file with its rows, bytes and checksum, the digest of the rules, the parent
and the versions. The next build decides from it what to do again, and `banmian status` reads its counts here. Time
stands here and nowhere else: all other files of a snapshot depend on sources and rules alone.

In most warehouses each shard has a file of its own in each table. In a large one a table's shards share files
(`warehouse.files`): `merged` says which shards lie behind each other in which file.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from warehouse.parquet import Rows, TableFile
from warehouse.shards import ShardSummary, SourceRecord

MANIFEST = "manifest.json"
SEAL = "sha256"
"""The last field: of all that stands before it. What tells a build what not to do again must not be changed by hand."""
FORMAT = 2
"""Goes up when a reader of the former format would misread the manifest."""
PLAIN = ("snapshot", "parent", "created", "rules", "layout", "versions", "lexicons", "options", "given")
"""The fields of a manifest that are in JSON what they are in Python."""


@dataclass(frozen=True, slots=True)
class ShardRecord:
    """A shard of a snapshot: what it holds, and the digest of all that went into it (sources, rules, options)."""

    digest: str
    summary: ShardSummary


@dataclass(frozen=True, slots=True)
class MergedFile:
    """A file that holds the rows of several shards, one behind the other in this order."""

    file: TableFile
    shards: tuple[str, ...]


@dataclass(frozen=True)
class Manifest:
    """A snapshot. `created` is a time as text; `layout` tells of schema and writer; `digest` of all its tables."""

    snapshot: int
    parent: int | None
    created: str
    rules: str
    layout: str
    shards: tuple[ShardRecord, ...]
    versions: dict[str, str] = field(default_factory=dict)
    options: dict[str, Any] = field(default_factory=dict)
    lexicons: dict[str, str] = field(default_factory=dict)
    """The tables of the lexicon that the rules read, each with the first digits of its SHA-256."""
    given: tuple[str, ...] = ()
    """The sources as the build was given them, relative to the warehouse: where `banmian verify` looks for them."""
    merged: tuple[MergedFile, ...] = ()
    """The files of those tables in which shards share files; in all others each shard has its own."""

    @cached_property
    def digest(self) -> str:
        """SHA-256 over the checksums of all files: two snapshots with the same digest hold the same tables."""
        lines = (f"{file.path} {file.sha256}\n" for file in self.files)
        return hashlib.sha256("".join(lines).encode()).hexdigest()

    @cached_property
    def digests(self) -> set[tuple[str, str]]:
        """The name of each shard with the digest of what went into it."""
        return {(shard.summary.shard, shard.digest) for shard in self.shards}

    @cached_property
    def files(self) -> tuple[TableFile, ...]:
        """All files of the tables, sorted by path."""
        shared = {one.file.table for one in self.merged}
        own = [file for shard in self.shards for file in shard.summary.files if file.table not in shared]
        return tuple(sorted([*own, *(one.file for one in self.merged)], key=lambda file: file.path))

    @cached_property
    def paths(self) -> set[str]:
        """The paths of all files of the tables."""
        return {file.path for file in self.files}

    def rows_of(self, shard: ShardSummary, folder: Path) -> dict[str, Rows]:
        """Where the rows of a shard of this snapshot lie, by table; `folder` is the snapshot's."""
        shared = self._shared.get(shard.shard, {})
        places = {file.table: shared.get(file.table, (file.path, 0, file.rows)) for file in shard.files}
        return {
            table: Rows(str(folder / path), start, count, own=table not in shared)
            for table, (path, start, count) in places.items()
        }

    @cached_property
    def _shared(self) -> dict[str, dict[str, tuple[str, int, int]]]:
        """For each shard and table of merged files: the file, the row that the shard begins with, how many it has."""
        summaries = {record.summary.shard: record.summary for record in self.shards}
        found: dict[str, dict[str, tuple[str, int, int]]] = defaultdict(dict)
        for one in self.merged:
            start = 0
            for shard in one.shards:
                count = summaries[shard].rows(one.file.table)
                found[shard][one.file.table] = (one.file.path, start, count)
                start += count
        return found

    @property
    def sources(self) -> Iterator[SourceRecord]:
        return (source for shard in self.shards for source in shard.summary.sources)

    @cached_property
    def rows(self) -> dict[str, int]:
        """Rows by table."""
        return _sum({file.table: file.rows} for file in self.files)

    @cached_property
    def articles(self) -> dict[str, int]:
        """Articles by kind."""
        return _sum(shard.summary.articles for shard in self.shards)

    @cached_property
    def statuses(self) -> dict[str, int]:
        """Documents by status."""
        return _sum(shard.summary.statuses for shard in self.shards)

    @cached_property
    def warnings(self) -> tuple[SourceRecord, ...]:
        """Sources that are partial or quarantined, with the cause."""
        return tuple(source for shard in self.shards for source in shard.summary.warnings)

    @cached_property
    def characters(self) -> int:
        """Non-blank characters of all sources."""
        return sum(shard.summary.characters for shard in self.shards)

    @cached_property
    def bytes(self) -> int:
        return sum(file.bytes for file in self.files)


def _sum(counts: Iterable[dict[str, int]]) -> dict[str, int]:
    total: Counter[str] = Counter()
    for count in counts:
        total.update(count)
    return dict(sorted(total.items()))


def dumps(manifest: Manifest) -> str:
    """The manifest as JSON, a source or file a line; what can be counted from it is written as well, for those who read
    it without this code."""
    head = {
        "format": FORMAT,
        "snapshot": manifest.snapshot,
        "parent": manifest.parent,
        "created": manifest.created,
        "digest": manifest.digest,
        "rules": manifest.rules,
        "layout": manifest.layout,
        "versions": manifest.versions,
        "lexicons": manifest.lexicons,
        "options": manifest.options,
        "given": list(manifest.given),
        "rows": manifest.rows,
    }
    lines = [f"{json.dumps(name)}: {_json(value)}" for name, value in head.items()]
    merged = [{"file": _fields(one.file), "shards": one.shards} for one in manifest.merged]
    lines += [f'"merged": {_list(map(_json, merged))}', f'"shards": {_list(map(_shard_json, manifest.shards))}']
    body = "{\n" + ",\n".join(lines)
    return f'{body},\n"{SEAL}": "{_sealed(body)}"\n}}\n'


def _sealed(body: str) -> str:
    return hashlib.sha256(body.encode()).hexdigest()


def _check_seal(text: str) -> None:
    """Raises ValueError for a manifest that was changed since it was written."""
    body, _, end = text.rpartition(f',\n"{SEAL}": ')
    if end != f'"{_sealed(body)}"\n}}\n':
        raise ValueError("it was changed since it was written, or cut short")


def _shard_json(shard: ShardRecord) -> str:
    summary = shard.summary
    parts = {
        "digest": _json(shard.digest),
        "shard": _json(summary.shard),
        "articles": _json(summary.articles),
        "characters": _json(summary.characters),
        "files": _list(_json(_fields(file)) for file in summary.files),
        "sources": _list(_json(_fields(source)) for source in summary.sources),
    }
    return "{" + ", ".join(f'"{name}": {value}' for name, value in parts.items()) + "}"


def _list(items: Iterable[str]) -> str:
    return "[" + ",".join(f"\n{item}" for item in items) + "]"


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _fields(row: TableFile | SourceRecord) -> dict[str, Any]:
    """What `asdict` gives, without the copies that it makes of each value."""
    return {name: getattr(row, name) for name in row.__slots__}


def loads(text: str) -> Manifest:
    """The manifest that `dumps` wrote. Raises ValueError for anything else, also where a checksum does not fit."""
    try:
        raw = json.loads(text)
        if raw["format"] != FORMAT:
            raise ValueError(f"its format is {raw['format']}, this version reads {FORMAT}")
        _check_seal(text)
        shards = tuple(_shard(**shard) for shard in raw["shards"])
        merged = tuple(MergedFile(TableFile(**one["file"]), tuple(one["shards"])) for one in raw["merged"])
        plain = {name: raw[name] for name in PLAIN} | {"given": tuple(raw["given"])}
        manifest = Manifest(shards=shards, merged=merged, **plain)
    except (KeyError, TypeError, AttributeError, RecursionError) as cause:
        raise ValueError(f"no manifest of a snapshot: {cause!r}") from cause
    if manifest.digest != raw.get("digest"):
        raise ValueError("its checksums don't add up to its digest")
    return manifest


def _shard(digest: str, files: list[Any], sources: list[Any], **rest: Any) -> ShardRecord:
    summary = ShardSummary(
        files=tuple(TableFile(**file) for file in files), sources=tuple(SourceRecord(**row) for row in sources), **rest
    )
    return ShardRecord(digest, summary)


def save(manifest: Manifest, folder: Path) -> None:
    """Writes `manifest.json` into a snapshot's folder."""
    (folder / MANIFEST).write_text(dumps(manifest), encoding="utf-8")


def load(folder: Path) -> Manifest:
    """The manifest of a snapshot's folder. Raises OSError or ValueError where there is none to be read."""
    return loads((folder / MANIFEST).read_text(encoding="utf-8"))
