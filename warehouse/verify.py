"""Looks a published snapshot through: whether it is what was published, and whether it keeps the contract.

The manifest says which files there are, with their bytes and checksums; each is read and compared. Then the tables of
each shard whose files are whole are checked as they were when they were written, and compared with what the manifest
tells of them. One shard is in memory at a time.

    before  current/article/03.parquet with one bit turned
    after   Verified(faults=(Fault("bytes are not those of the manifest", "article", 1, ("article/03.parquet",)),), …)
"""

from __future__ import annotations

import json
import tempfile
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from warehouse import schema
from warehouse.checks import SHOWN, check_keys, check_snapshot, check_tables
from warehouse.errors import CheckFailed, Fault
from warehouse.lease import Lease
from warehouse.manifest import MANIFEST, Manifest, ShardRecord, load
from warehouse.parquet import Rows, TableFile, files_in

TOLD = ("document_id", "source_path", "sha256", "status", "error", "n_chars")
"""Columns of a document that the manifest tells as well, or sums up."""
BESIDE = (MANIFEST,)
"""What may lie in a snapshot's folder beside the folders of the tables."""


@dataclass(frozen=True, slots=True)
class Verified:
    """What was found in a snapshot. `manifest` is None where it can't be read; `sound` are the shards without a fault,
    whose rows can be gone through side by side; `files`, `bytes` and `rows` count what was looked through."""

    path: Path
    manifest: Manifest | None
    faults: tuple[Fault, ...]
    sound: tuple[ShardRecord, ...] = ()
    files: int = 0
    bytes: int = 0
    rows: int = 0

    def tables(self, shard: ShardRecord) -> dict[str, Rows]:
        """Where the rows of a shard lie, by table."""
        return self.manifest.rows_of(shard.summary, self.path) if self.manifest else {}


class Faults:
    """Gathers faults from part after part, so that each promise is named once, with all of its rows counted."""

    def __init__(self) -> None:
        self._counts: Counter[tuple[str, str]] = Counter()
        self._rows: defaultdict[tuple[str, str], list[str]] = defaultdict(list)

    def add(self, faults: Iterable[Fault]) -> bool:
        """Takes the faults; whether there were any."""
        before = self._counts.total()
        for fault in faults:
            name = (fault.table, fault.check)
            self._counts[name] += fault.count
            self._rows[name] += fault.rows[: SHOWN - len(self._rows[name])]
        return self._counts.total() > before

    def all(self) -> tuple[Fault, ...]:
        """One fault for each promise, in the order in which they were found."""
        return tuple(
            Fault(check, table, count, tuple(self._rows[table, check]))
            for (table, check), count in self._counts.items()
        )


def verify(folder: Path, advance: Callable[[int], None] = lambda _: None) -> Verified:
    """Verifies the snapshot in `folder`; `advance` hears of the bytes that are done, once of each file and once of each
    shard. The snapshot is held meanwhile, so that nobody removes it.

    Never raises for what is wrong with the snapshot: that is in `faults`, and nothing of it is mended.
    """
    try:
        lease, manifest = Lease(folder), load(folder)
    except (OSError, ValueError) as cause:
        return Verified(folder, None, (Fault("can't be trusted", "manifest", 1, (f"{MANIFEST}: {cause}",)),))
    with closing(lease):
        return _verified(folder, manifest, advance)


def _verified(folder: Path, manifest: Manifest, advance: Callable[[int], None]) -> Verified:
    faults = Faults()
    faults.add(_manifest_faults(folder, manifest))
    faults.add(_strays(folder, manifest))
    damaged = set()
    for file in manifest.files:
        if faults.add(_file_faults(folder, file)):
            damaged.add(str(folder / file.path))
        advance(file.bytes)
    sound = []
    with tempfile.TemporaryDirectory(prefix="banmian-verify-") as spill:
        for shard in manifest.shards:
            tables = manifest.rows_of(shard.summary, folder)
            # What is in a file that was changed behind our back says nothing more.
            trusted = damaged.isdisjoint(rows.path for rows in tables.values())
            if trusted and not faults.add(_shard_faults(tables, shard, Path(spill))):
                sound.append(shard)
            advance(shard.summary.bytes)
        if len(sound) == len(manifest.shards):
            faults.add(_refused(lambda: _check_together(folder, manifest, Path(spill))))
    rows = sum(file.rows for shard in sound for file in shard.summary.files)
    return Verified(folder, manifest, faults.all(), tuple(sound), len(manifest.files), manifest.bytes, rows)


def _manifest_faults(folder: Path, manifest: Manifest) -> Iterator[Fault]:
    """What the manifest says of itself; its digest was compared when it was read."""
    if folder.name.isdigit() and int(folder.name) != manifest.snapshot:
        yield Fault("is that of another snapshot", "manifest", 1, (f"{manifest.snapshot} in {folder.name}",))
    told = json.loads((folder / MANIFEST).read_text(encoding="utf-8")).get("rows")
    if told != manifest.rows:
        yield Fault("rows are not the sum of its files", "manifest", 1, (f"{told}, not {manifest.rows}",))


def _strays(folder: Path, manifest: Manifest) -> Iterator[Fault]:
    """What lies in the folder and is not in the manifest: a reader of `<table>/*.parquet` would take it for rows."""
    strange = sorted(files_in(folder) - manifest.paths)
    for name, paths in groupby(strange, key=lambda path: path.partition("/")[0]):
        found = tuple(paths)
        yield Fault("a file that the manifest does not name", name, len(found), found)
    beside = sorted(path.name for path in folder.iterdir() if path.name not in (*schema.BY_NAME, *BESIDE))
    if beside:
        yield Fault("a file that no snapshot has", "snapshot", len(beside), tuple(beside))


def _file_faults(folder: Path, file: TableFile) -> Iterator[Fault]:
    try:
        intact = file.is_intact(folder)
    except OSError as cause:
        says = "file is missing" if isinstance(cause, FileNotFoundError) else f"can't be read: {cause.strerror}"
        yield Fault(says, file.table, 1, (file.path,))
        return
    if not intact:
        yield Fault("bytes are not those of the manifest", file.table, 1, (file.path,))


def _shard_faults(tables: Mapping[str, Rows], shard: ShardRecord, spill: Path) -> Iterator[Fault]:
    """What is wrong with the rows of a shard."""
    too_few = list(_refused(lambda: _counted(tables)))
    broken = too_few or list(_refused(lambda: check_tables(_files(tables, spill), spill / "shard")))
    yield from broken
    if not broken:
        yield from _told(tables, shard)


def _counted(tables: Mapping[str, Rows]) -> None:
    """Raises `CheckFailed` where a file has other rows than the manifest says."""
    for table, rows in tables.items():
        found = pq.read_metadata(rows.path).num_rows
        if rows.count != found if rows.own else rows.start + rows.count > found:
            where = f"{table}/{Path(rows.path).name}: {found:,}"
            raise CheckFailed((Fault("rows are not as many as the manifest says", table, 1, (where,)),))


def _files(tables: Mapping[str, Rows], spill: Path) -> dict[str, list[Path]]:
    """The rows of a shard as files of their own; those it shares with others are copied out."""
    return {table: [Path(rows.path) if rows.own else _copied(table, rows, spill)] for table, rows in tables.items()}


def _copied(table: str, rows: Rows, spill: Path) -> Path:
    path = spill / f"{table}.parquet"
    pq.write_table(rows.read(), path)
    return path


def _refused(check: Callable[[], None]) -> Iterator[Fault]:
    """The faults that a check raises. A file with the right checksum may still be one that no library reads."""
    try:
        check()
    except CheckFailed as failed:
        yield from failed.faults
    except (OSError, pa.ArrowException, duckdb.Error) as cause:
        yield Fault("can't be read", "snapshot", 1, (str(cause).splitlines()[0],))


def _told(tables: Mapping[str, Rows], shard: ShardRecord) -> Iterator[Fault]:
    """Whether the manifest tells of a shard what its tables hold: sources, articles by kind, characters."""
    summary = shard.summary
    yield from _told_sources(_columns(tables[schema.DOCUMENT.name], TOLD), shard)
    kinds = Counter(row["kind"] for row in _columns(tables[schema.ARTICLE.name], ["kind"]))
    if dict(kinds) != summary.articles:
        yield Fault("kinds are not as many as the manifest says", schema.ARTICLE.name, 1, (f"shard {summary.shard}",))


def _columns(rows: Rows, columns: Sequence[str]) -> list[dict[str, object]]:
    return [row for group in rows.groups(columns) for row in group.to_pylist()]


def _told_sources(documents: list[dict[str, object]], shard: ShardRecord) -> Iterator[Fault]:
    told = {(one.document_id, one.path, one.sha256, one.status, one.error) for one in shard.summary.sources}
    found = {tuple(row.values())[:5] for row in documents}
    unlike = sorted({str(row[0]) for row in told ^ found})
    if unlike or len(shard.summary.sources) != len(documents):
        yield Fault("is not what the manifest says of it", schema.DOCUMENT.name, len(unlike), tuple(unlike))
    if sum(int(str(row["n_chars"])) for row in documents) != shard.summary.characters:
        where = (f"shard {shard.summary.shard}",)
        yield Fault("characters are not as many as the manifest says", schema.DOCUMENT.name, 1, where)


def _check_together(folder: Path, manifest: Manifest, spill: Path) -> None:
    """What only all shards together tell."""
    files = {table.name: [folder / file.path for file in manifest.files if file.table == table.name]
             for table in schema.TABLES}  # fmt: skip
    check_keys(files, spill / "keys")
    check_snapshot((source.document_id for source in manifest.sources), files[schema.ARTICLE.name], spill / "all")
