"""Opens a published warehouse to read: all five tables of one and the same snapshot.

A build may move `current` at any moment. A reader that opens `current/article` and a little later `current/sentence`
can so get two tables that do not belong together; `open_corpus` follows the link once and stays with what it found. As
long as a corpus is open, `banmian expire` leaves its snapshot alone.

    corpus = warehouse.open("data/warehouse")
    corpus.articles.to_pandas(columns=["headline", "speaker"])
    corpus.figures.polars().filter(pl.col("unit") == "CNY").collect()
    corpus.duckdb().sql("select kind, count(*) from article group by kind")
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from warehouse import schema
from warehouse.errors import MissingLibrary, NoWarehouse
from warehouse.lease import Lease
from warehouse.manifest import MANIFEST, Manifest
from warehouse.parquet import read_by_duckdb
from warehouse.shards import SourceRecord
from warehouse.snapshots import current_snapshot, find_snapshot, read_snapshot
from warehouse.urls import is_url

BATCH = 8_192
"""Rows that `TableReader.batches` gives at a time."""


@dataclass(frozen=True, slots=True)
class Summary:
    """What a snapshot holds, in figures for a person; `problems` are the partial and quarantined pages with causes."""

    snapshot: int
    parent: int | None
    created: str
    rules: str
    digest: str
    documents: dict[str, int]
    """By status."""
    articles: dict[str, int]
    """By kind."""
    sentences: int
    figures: int
    residue: int
    """Stretches of the sources that no article holds."""
    characters: int
    """Non-blank characters of the sources."""
    bytes: int
    problems: tuple[SourceRecord, ...]


def summarise(manifest: Manifest) -> Summary:
    """The summary of a snapshot, from its manifest alone."""
    rows = manifest.rows
    return Summary(
        snapshot=manifest.snapshot,
        parent=manifest.parent,
        created=manifest.created,
        rules=manifest.rules,
        digest=manifest.digest,
        documents=manifest.statuses,
        articles=manifest.articles,
        sentences=rows.get("sentence", 0),
        figures=rows.get("figure", 0),
        residue=rows.get("residue", 0),
        characters=manifest.characters,
        bytes=manifest.bytes,
        problems=manifest.warnings,
    )


@dataclass(frozen=True, slots=True)
class TableReader:
    """One table of a snapshot, ready to be read by the library of one's choice."""

    name: str
    files: tuple[Path, ...]

    @property
    def dataset(self) -> Any:
        """A `pyarrow.dataset.Dataset`; columns and filters are pushed down to the files."""
        names = [str(file) for file in self.files]
        return importlib.import_module("pyarrow.dataset").dataset(names, format="parquet")

    @property
    def schema(self) -> pa.Schema:
        """The columns as they are in the files, descriptions included. Raises `NoWarehouse` for a damaged file."""
        with readable(self.files[0]):
            return pq.read_schema(self.files[0])

    def counts(self) -> Iterator[tuple[Path, int]]:
        """Each file with its rows. Raises `NoWarehouse` for a damaged file."""
        for file in self.files:
            with readable(file):
                rows = pq.read_metadata(file).num_rows
            yield file, rows

    def batches(self, rows: int = BATCH, columns: list[str] | None = None) -> Iterator[pa.RecordBatch]:
        """The rows file by file in their order, at most so many at a time: the memory of a row group, however large
        the table. Raises `NoWarehouse` for a damaged file."""
        for file in self.files:
            # Only what reading raises is caught here; what the caller does with a batch never comes in.
            with readable(file), pq.ParquetFile(file) as parquet:
                yield from parquet.iter_batches(rows, columns=columns)

    def count(self, filter: Any = None) -> int:
        """The rows, or those that a pyarrow expression lets through."""
        return int(self.dataset.count_rows(filter=filter))

    def to_arrow(self, columns: list[str] | None = None, filter: Any = None) -> Any:
        """A `pyarrow.Table`, in the order of document and ordinal within each shard."""
        return self.dataset.to_table(columns=columns, filter=filter)

    def to_pandas(self, columns: list[str] | None = None, filter: Any = None) -> Any:
        """A `pandas.DataFrame`. Raises `MissingLibrary` without pandas."""
        _library("pandas")
        return self.to_arrow(columns, filter).to_pandas()

    def polars(self) -> Any:
        """A `polars.LazyFrame`. Raises `MissingLibrary` without polars."""
        return _library("polars").scan_parquet(list(self.files), glob=False, hive_partitioning=False)


@dataclass(frozen=True)
class Corpus:
    """One snapshot of a warehouse. `path` is its folder; the tables below are read from there, whatever is published
    in the meantime. It is open until it is closed, garbage or left as the block of a `with`."""

    path: Path
    manifest: Manifest
    lease: Lease = field(repr=False, compare=False)
    names: tuple[str, ...] = tuple(schema.BY_NAME)
    """The tables that `tables` gives, in the order of the contract; all, unless `only` was asked for some."""

    def __enter__(self) -> Corpus:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Lets `banmian expire` remove the snapshot once it is old; nothing shall be read from it any more."""
        self.lease.close()

    def __reduce__(self) -> tuple[Callable[[Path, tuple[str, ...]], Corpus], tuple[Path, tuple[str, ...]]]:
        """Another process opens the same snapshot for itself."""
        return _open_again, (self.path, self.names)

    def only(self, names: Iterable[str]) -> Corpus:
        """The same snapshot with these tables in `tables`. Raises KeyError for a name that no table has."""
        wanted = {self.table(name).name for name in names}
        return replace(self, names=tuple(name for name in schema.BY_NAME if name in wanted))

    @property
    def tables(self) -> tuple[TableReader, ...]:
        """The tables of `names`."""
        return tuple(map(self.table, self.names))

    @property
    def rows(self) -> dict[str, int]:
        """Rows by table, for the tables of `names`."""
        return {name: self.manifest.rows.get(name, 0) for name in self.names}

    def table(self, name: str) -> TableReader:
        """The table of this name: document, article, sentence, figure or residue. Raises KeyError for any other."""
        if name not in schema.BY_NAME:
            raise KeyError(f"no table {name!r}; there are {', '.join(schema.BY_NAME)}")
        return TableReader(name, tuple(self.path / file.path for file in self.manifest.files if file.table == name))

    @property
    def documents(self) -> TableReader:
        return self.table("document")

    @property
    def articles(self) -> TableReader:
        return self.table("article")

    @property
    def sentences(self) -> TableReader:
        return self.table("sentence")

    @property
    def figures(self) -> TableReader:
        return self.table("figure")

    @property
    def residue(self) -> TableReader:
        return self.table("residue")

    @cached_property
    def summary(self) -> Summary:
        """What the snapshot holds, in figures."""
        return summarise(self.manifest)

    def duckdb(self) -> Any:
        """A new `duckdb` connection with a view for each table. Raises `MissingLibrary` without duckdb."""
        connection = _library("duckdb").connect()
        for name in schema.BY_NAME:
            read_by_duckdb(connection, self.table(name).files).create_view(name)
        return connection


def open_corpus(path: Path | str, snapshot: int | None = None) -> Corpus:
    """The current snapshot of the warehouse at `path`, or the one with the id `snapshot`; `path` may also be the folder
    of a snapshot.

    A warehouse in an object store is given by its URL; what is read of it is fetched into the user's cache first.
    Raises `NoWarehouse` where there is none, saying how to make one or which there are.
    """
    if is_url(path):
        from warehouse.mirror import Mirror  # takes fsspec, which readers of a folder need not have loaded

        path, snapshot = Mirror(str(path)).snapshot(snapshot), None
    path = Path(path)
    while True:
        folder = _folder(path, snapshot)
        try:
            lease = Lease(folder)
        except OSError as cause:
            if folder == _folder(path, snapshot):
                raise NoWarehouse(f"{folder / MANIFEST}: can't open: {cause.strerror or cause}") from cause
            continue  # it was removed as another one had become current
        return Corpus(folder, read_snapshot(folder), lease)


def hold(folder: Path, manifest: Manifest) -> Corpus:
    """The snapshot in `folder`, whose manifest was read before. Raises `NoWarehouse` where it has gone."""
    try:
        return Corpus(folder, manifest, Lease(folder))
    except OSError as cause:
        raise NoWarehouse(f"{folder / MANIFEST}: can't open: {cause.strerror or cause}") from cause


def _open_again(path: Path, names: tuple[str, ...]) -> Corpus:
    return open_corpus(path).only(names)


def _folder(path: Path, snapshot: int | None) -> Path:
    """The folder of a snapshot, links resolved."""
    if snapshot is not None:
        return find_snapshot(path, snapshot)
    current = path.resolve() if (path / MANIFEST).exists() else current_snapshot(path)
    if current is None:
        raise NoWarehouse(f"{path}: no warehouse; `banmian build SOURCE --warehouse {path}` makes one")
    return current


@contextmanager
def readable(file: Path | str) -> Iterator[None]:
    """Turns what a damaged file raises in the block into `NoWarehouse`, which says what to do."""
    try:
        yield
    except (OSError, pa.ArrowInvalid) as cause:
        raise NoWarehouse(f"{file}: can't read: {cause}; build again with --force") from cause


def _library(name: str) -> Any:
    try:
        return importlib.import_module(name)
    except ImportError as cause:
        raise MissingLibrary(f"reading with {name} needs {name}: pip install {name}") from cause
