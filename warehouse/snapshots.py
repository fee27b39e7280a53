"""Publishes the tables of one build as one snapshot: whole, or not at all.

A warehouse looks like this; readers open `current/<table>/*.parquet`:

    <root>/current               -> snapshots/000002, moved in one step
    <root>/current.txt           the same as text, for file systems without links
    <root>/snapshots/000002/     document/ article/ sentence/ figure/ residue/ manifest.json
    <root>/history.jsonl         what was published, rolled back and removed, and when
    <root>/.staging/, .lock      only while a build is at work

A build holds the lock from its first look at the current snapshot until it has published: two builds never
interleave, the second waits. It gathers the new snapshot in a folder of its own, links unchanged shards from the
current one, brings all of it to the disk, renames the folder into place and only then moves `current`. A build that
dies on the way, by whatever means, leaves `current` as it was; what it has left behind is removed by the next one.

    with Publication.begin("data/warehouse") as publication:
        if not publication.reuse("00", digest):
            publication.stage(write_shard(publication.folder, "00", documents), digest)
        published = publication.publish(rules=rules, created=now)

A snapshot that was ever current is never changed again, and ids only rise.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from warehouse import files, log, parquet, pointer, reports, schema, shards
from warehouse.checks import check_snapshot
from warehouse.errors import NoWarehouse, PublicationFailed, refusals
from warehouse.former import FormerShard
from warehouse.links import link, sync
from warehouse.lock import build_lock
from warehouse.manifest import MANIFEST, Manifest, MergedFile, ShardRecord, load, save
from warehouse.parquet import Rows, TableFile, table_path
from warehouse.pointer import SNAPSHOTS, snapshot_name
from warehouse.shards import ShardSummary
from warehouse.thresholds import Thresholds, check_thresholds

STAGING = ".staging"
LOCK = ".lock"
INTENT = "intent"
"""In the staging folder: the snapshot about to be put into place. If it never became current, it is rubbish."""
OFF = Thresholds(max_quarantined=1.0, max_drop=1.0)
NOTHING = Manifest(snapshot=0, parent=None, created="", rules="", layout="", shards=())
"""What a first build goes on from."""
PATIENCE = 3600.0
"""Seconds that a build waits for another one."""


@dataclass(frozen=True, slots=True)
class Published:
    """How a publication ended: the snapshot that is current now, its folder, whether it is a new one, and the manifest
    of the one before it, where that was at hand."""

    manifest: Manifest
    path: Path
    new: bool
    parent: Manifest | None = None


def current_snapshot(root: Path | str) -> Path | None:
    """The folder of the current snapshot, links resolved; None where nothing is published.

    Raises `NoWarehouse` where the root can't be read.
    """
    try:
        name = pointer.pointed(Path(root))
        return Path(root).resolve() / name if name else None
    except OSError as cause:
        raise NoWarehouse(f"{root}: can't read: {cause.strerror or cause}") from cause


def published_snapshot(root: Path | str) -> Path:
    """The folder of the current snapshot, links resolved. Raises `NoWarehouse` where there is none."""
    folder = current_snapshot(root)
    if folder is None:
        raise NoWarehouse.yet(root)
    return folder


def find_snapshot(root: Path | str, snapshot: int) -> Path:
    """The folder of a snapshot by its id, links resolved. Raises `NoWarehouse`, saying which there are, for others."""
    folder = Path(root).resolve() / SNAPSHOTS / snapshot_name(snapshot)
    if folder.is_dir():
        return folder
    there = ", ".join(map(str, pointer.snapshot_ids(Path(root)))) or "none"
    raise NoWarehouse(f"{root}: no snapshot {snapshot}; there are {there} (`banmian history` tells more)")


def read_manifest(root: Path | str) -> Manifest | None:
    """The manifest of the current snapshot; None where nothing is published.

    Raises `NoWarehouse` where something is published and its manifest can't be read.
    """
    folder = current_snapshot(root)
    return read_snapshot(folder) if folder else None


def read_snapshot(folder: Path) -> Manifest:
    """The manifest of one snapshot's folder. Raises `NoWarehouse` where there is none to be read."""
    try:
        return load(folder)
    except (OSError, ValueError) as cause:
        raise NoWarehouse(f"{folder / MANIFEST}: {cause}; build again with --force") from cause


@contextmanager
def held(root: Path, patience: float, on_wait: Callable[[str], None] | None = None) -> Iterator[Path]:
    """Holds the lock of a warehouse, clears away what the dead left, and yields an empty folder to make things in.

    Raises `PublicationFailed` where the root can't be locked or written to. Nothing of the folder is left behind.
    """
    staging = root / STAGING
    with build_lock(root / LOCK, patience, on_wait):
        with refusals(root, "prepare the warehouse"):
            _clean_up(root)
            staging.mkdir()
        try:
            yield staging
        finally:
            shutil.rmtree(staging, ignore_errors=True)


class Publication:
    """A snapshot in the making; see the module's head for its life. Made by `begin`, never shared between processes:
    workers get `folder` and give back a `ShardSummary`."""

    def __init__(self, root: Path, folder: Path) -> None:
        self.root = root
        self.folder = folder
        """Where `write_shard` puts the shards of this build."""
        self.parent = _readable(root)
        """The manifest of the current snapshot; None for a first build, or where it can't be read."""
        self._last = self.parent or NOTHING
        self._current = current_snapshot(root) or root
        self._records: dict[str, ShardRecord] = {}
        self._parts: dict[str, dict[str, Rows]] = {}
        """Where the rows of each shard lie, by table: in the folder, or in a file of the current snapshot."""
        self._reused: set[str] = set()
        self._intact: dict[str, bool] = {}

    @classmethod
    @contextmanager
    def begin(
        cls, root: Path | str, *, patience: float = PATIENCE, on_wait: Callable[[str], None] | None = None
    ) -> Iterator[Publication]:
        """Takes the lock, clears away what dead builds left and yields the new publication.

        Another build at work is waited for, up to `patience` seconds; `on_wait` is called once with a message then.
        However the block ends, nothing of the staging is left, and the root is removed again if it was made here and
        nothing was published. Raises `PublicationFailed` where the root can't be made, written to or locked.
        """
        root = Path(root)
        with _made(root), held(root, patience, on_wait) as staging:
            folder = staging / f"{os.getpid()}-{os.urandom(4).hex()}"
            with refusals(root, "prepare the warehouse"):
                for table in schema.TABLES:
                    (folder / table.name).mkdir(parents=True)
            yield cls(root, folder)

    def reuse(self, shard: str, digest: str) -> bool:
        """Takes the shard of this digest over from the current snapshot, under the name `shard`.

        False, and nothing done, where the current snapshot has no such shard, was written with another schema or
        version of pyarrow, or its files no longer have the bytes they were published with: then write the shard.
        """
        shards.check_name(shard)
        record = self._known.get(digest)
        if record is None or not self._whole(record):
            return False
        parts = self._rows_of(record)
        summary = replace(
            record.summary,
            shard=shard,
            files=tuple(replace(file, path=table_path(file.table, shard)) for file in record.summary.files),
        )
        with refusals(self.folder, f"link shard {shard}"):
            for file in summary.files:
                if file.table not in self._shared:
                    parts[file.table] = self._linked(parts[file.table], file)
        self._records[shard], self._parts[shard] = ShardRecord(digest, summary), parts
        self._reused.add(shard)
        return True

    @cached_property
    def _known(self) -> dict[str, ShardRecord]:
        if self._last.layout != parquet.layout():
            return {}
        return {record.digest: record for record in self._last.shards}

    @cached_property
    def _shared(self) -> set[str]:
        """The tables whose shards share files in the current snapshot."""
        return {one.file.table for one in self._last.merged}

    @cached_property
    def _homes(self) -> dict[str, ShardRecord]:
        """The shard of each page of the current snapshot, by document_id."""
        return {source.document_id: record for record in self._known.values() for source in record.summary.sources}

    def former(self, keys: Mapping[str, str]) -> tuple[FormerShard, ...]:
        """What the current snapshot has on offer for pages with these keys (by document_id), for `warehouse.former`."""
        homes = {record.digest: record for name in keys if (record := self._homes.get(name))}
        found = []
        for record in homes.values():
            sources = record.summary.sources
            kept = frozenset(one.document_id for one in sources if one.key and keys.get(one.document_id) == one.key)
            if kept and self._whole(record):
                found.append(FormerShard(self._rows_of(record), sources, kept))
        return tuple(found)

    def _rows_of(self, record: ShardRecord) -> dict[str, Rows]:
        """Where a shard of the current snapshot lies."""
        return self._last.rows_of(record.summary, self._current)

    def _whole(self, record: ShardRecord) -> bool:
        """Whether all files that hold a published shard are as they were: a disk may have lost or changed one since."""
        return all(self._is_intact(rows.path) for rows in self._rows_of(record).values())

    @cached_property
    def _published(self) -> dict[str, TableFile]:
        return {str(self._current / file.path): file for file in self._last.files}

    def _is_intact(self, path: str) -> bool:
        if path not in self._intact:
            try:
                self._intact[path] = self._published[path].is_intact(self._current)
            except OSError:
                self._intact[path] = False
        return self._intact[path]

    def _linked(self, rows: Rows, file: TableFile) -> Rows:
        """A published file under the path that `file` has in the new snapshot."""
        target = self.folder / file.path
        target.unlink(missing_ok=True)
        link(rows.path, target)
        return replace(rows, path=str(target))

    def stage(self, summary: ShardSummary, digest: str) -> None:
        """Takes a shard that `write_shard` wrote into `folder`; `digest` stands for all that went into it."""
        for file in summary.files:
            path = self.folder / file.path
            with refusals(path, "find what was written"):
                size = path.stat().st_size
            if size != file.bytes:
                raise PublicationFailed(f"{path}: has {size} bytes, {file.bytes} were written")
        self._records[summary.shard] = ShardRecord(digest, summary)
        self._parts[summary.shard] = {
            file.table: Rows(str(self.folder / file.path), 0, file.rows) for file in summary.files
        }
        self._reused.discard(summary.shard)

    @property
    def is_empty(self) -> bool:
        """Whether no shard was staged or taken over so far."""
        return not self._records

    @property
    def unchanged(self) -> bool:
        """Whether the shards so far are just those of the current snapshot, none of them written anew."""
        if self.parent is None or len(self._reused) < len(self._records):
            return False
        return {(name, record.digest) for name, record in self._records.items()} == self.parent.digests

    def _is_tidy(self, manifest: Manifest) -> bool:
        """Whether the tables of the current snapshot hold its files and no others, which readers would take for its."""
        return parquet.files_in(self._current) == manifest.paths

    def publish(
        self,
        *,
        rules: str,
        created: str,
        versions: dict[str, str] | None = None,
        options: dict[str, Any] | None = None,
        lexicons: dict[str, str] | None = None,
        given: Sequence[str] = (),
        thresholds: Thresholds = OFF,
    ) -> Published:
        """Makes what was staged and reused the current snapshot; where that is what is current, does nothing (but for a
        snapshot into which somebody has put files of their own: that is published anew without them).

        `rules` is the digest of the rules, `created` the time as text (ISO 8601), `versions`, `options`, `lexicons` and
        `given` go into the manifest. Raises `PublicationFailed` where the disk refuses and `CheckFailed` where the
        tables of the shards do not fit together or the thresholds are passed; `current` is untouched then.
        """
        if self.parent is not None and self.unchanged and self._is_tidy(self.parent):
            return Published(self.parent, self._current, new=False)
        if not self._records:
            raise ValueError("a snapshot needs at least one shard")
        with refusals(self.root, "publish"):
            manifest = Manifest(
                snapshot=log.last_id(self.root) + 1,
                parent=self.parent.snapshot if self.parent else None,
                created=created,
                rules=rules,
                layout=parquet.layout(),
                shards=tuple(record for _, record in sorted(self._records.items())),
                versions=versions or {},
                options=options or {},
                lexicons=lexicons or {},
                given=tuple(given),
                merged=tuple(self._merged()),
            )
            check_thresholds(manifest, self.parent, thresholds)
            self._complete(manifest)
            self._check(manifest)
            return Published(manifest, _put_into_place(self.root, self.folder, manifest), True, self.parent)

    def _merged(self) -> Iterator[MergedFile]:
        """The files that shards share, linked or written; and files of their own for shards that no longer share."""
        summaries = [record.summary for record in self._records.values()]
        groups = files.shared_files(summaries)
        for summary in summaries:
            self._own_files(summary, {group.table for group in groups})
        for group in groups:
            same = self._same_file(group)
            yield MergedFile(same or files.write_group(group, self._parts_of(group), self.folder), group.shards)

    def _own_files(self, summary: ShardSummary, shared: set[str]) -> None:
        for file in summary.files:
            if file.table not in shared and not (self.folder / file.path).exists():
                group = files.Group(file.table, summary.shard, (summary.shard,))
                files.write_group(group, self._parts_of(group), self.folder)

    def _parts_of(self, group: files.Group) -> dict[str, Rows]:
        return {shard: self._parts[shard][group.table] for shard in group.shards}

    def _same_file(self, group: files.Group) -> TableFile | None:
        """The file of the same shards in the current snapshot, linked; None where there is none."""
        same = self._merged_before.get((group.table, group.shards))
        if same is None or not all(self._is_as_before(shard) for shard in group.shards):
            return None
        file = replace(same, path=table_path(group.table, group.name))
        self._linked(Rows(str(self._current / same.path), 0, same.rows), file)
        return file

    @cached_property
    def _merged_before(self) -> dict[tuple[str, tuple[str, ...]], TableFile]:
        return {(one.file.table, one.shards): one.file for one in self._last.merged}

    def _is_as_before(self, shard: str) -> bool:
        """Whether a shard was taken over under its own name; that its files are whole was seen then."""
        return shard in self._reused and (shard, self._records[shard].digest) in self._last.digests

    def _check(self, manifest: Manifest) -> None:
        articles = [self.folder / file.path for file in manifest.files if file.table == schema.ARTICLE.name]
        spill = self.folder.parent / "spill"
        check_snapshot((source.document_id for source in manifest.sources), articles, spill)

    def _complete(self, manifest: Manifest) -> None:
        """Adds the manifest, drops what repeated or killed workers left, and brings the folders to the disk."""
        for path in parquet.files_in(self.folder) - manifest.paths:
            (self.folder / path).unlink()
        for name in schema.BY_NAME:
            sync(self.folder / name)
        save(manifest, self.folder)
        sync(self.folder / MANIFEST)
        sync(self.folder)


def _put_into_place(root: Path, folder: Path, manifest: Manifest) -> Path:
    """Renames the staged folder to its snapshot's name and moves `current` to it.

    All that can fail for want of room is done before the first rename.
    """
    name = snapshot_name(manifest.snapshot)
    staging, target = root / STAGING, root / SNAPSHOTS / name
    target.parent.mkdir(exist_ok=True)
    pointer.write(staging / INTENT, name)
    pointer.make(staging, f"{SNAPSHOTS}/{name}")
    sync(staging)
    os.rename(folder, target)
    try:
        sync(target.parent)
        pointer.move(staging, root)
    except OSError:
        _drop_unless_current(root, name)
        raise
    log.note(root, log.published(manifest))
    return target


def _readable(root: Path) -> Manifest | None:
    """The current manifest, None where there is none or it is damaged: a build then writes all anew, which mends it."""
    try:
        return read_manifest(root)
    except NoWarehouse:
        return None


def _clean_up(root: Path) -> None:
    """Removes what a dead build left; the lock is held, so nothing in the staging folder is in use."""
    staging = root / STAGING
    with suppress(FileNotFoundError, NotADirectoryError):
        _drop_unless_current(root, (staging / INTENT).read_text(encoding="utf-8", errors="replace").strip())
    _remove(staging)
    pointer.mend(root, staging)
    _remove(staging)
    reports.clean_up(root)
    log.mend(root, lambda: _readable(root))


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _drop_unless_current(root: Path, name: str) -> None:
    """Removes a snapshot that was put into place and never became current."""
    if name.isdecimal() and pointer.pointed(root) != f"{SNAPSHOTS}/{name}" and not log.was_published(root, int(name)):
        shutil.rmtree(root / SNAPSHOTS / name, ignore_errors=True)
        with suppress(OSError):
            (root / SNAPSHOTS).rmdir()


@contextmanager
def _made(root: Path) -> Iterator[None]:
    """Makes the folder and those above it; at the end removes those of them that are still empty."""
    with refusals(root, "make the folder"):
        missing = [path for path in (root, *root.parents) if not path.exists()]
        root.mkdir(parents=True, exist_ok=True)
    try:
        yield
    finally:
        with suppress(OSError):
            for path in missing:
                path.rmdir()
