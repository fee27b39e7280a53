"""Parquet files whose bytes depend on their rows alone, and rows read back from them.

A file is cut into row groups of exactly so many rows, however the rows arrive: whether a page was read anew, its
rows were taken over from the last snapshot, or whole shards were put behind each other, the same rows make the same
file. Only the schema, the settings below and the version of pyarrow count besides (`layout`).

    before  rows in pieces of 10, 40,000 and 3
    after   one file with row groups of 32,768 and 7,245 rows
"""

from __future__ import annotations

import glob
import hashlib
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq

from warehouse import schema
from warehouse.errors import refusals
from warehouse.links import sync

if TYPE_CHECKING:
    import duckdb

ROW_GROUP = 32_768
"""Rows of a row group. Half as many cost 4 % more bytes of sentences, a quarter 18 %; with twice as many, whoever looks
for one document reads twice as much."""
LONG_ROW_GROUP = ROW_GROUP // 8
"""Of a table with long rows: 3 % more bytes than in groups eight times the size, and one document in a fourth of the
time."""
WRITER = {
    "compression": "zstd",
    # Level 6 takes five times as long for 5 % fewer bytes, level 1 gains little and takes 25 % more.
    "compression_level": 3,
    "version": "2.6",
    "data_page_version": "1.0",
    # Smallest and largest value of each page, for readers that skip pages by them; 0.1 % of the bytes.
    "write_page_index": True,
}


def row_group(table: schema.Table) -> int:
    """How many rows of a table make a row group."""
    return LONG_ROW_GROUP if table.long else ROW_GROUP


def layout() -> str:
    """The digest of all that decides the bytes of a file apart from its rows: schema, settings, version of pyarrow."""
    parts = [schema.digest(), str(ROW_GROUP), str(LONG_ROW_GROUP), repr(sorted(WRITER.items())), pa.__version__]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class TableFile:
    """A file of a snapshot; `path` is relative to the snapshot's folder, with forward slashes."""

    table: str
    path: str
    rows: int
    bytes: int
    sha256: str

    def is_intact(self, folder: Path) -> bool:
        """Whether the file in a snapshot's folder still has the bytes that were published. Raises OSError."""
        return fingerprint(folder / self.path) == (self.bytes, self.sha256)


@dataclass(frozen=True, slots=True)
class Rows:
    """So many rows of a file, from row `start` on: plain data that travels to a worker."""

    path: str
    start: int
    count: int
    own: bool = True
    """Whether the file holds these rows and no others."""

    def read(self) -> pa.Table:
        """These rows; only the row groups that hold them are read. Raises OSError or ArrowInvalid."""
        return pa.concat_tables([self._file().schema_arrow.empty_table(), *self.groups()])

    def groups(self, columns: Sequence[str] | None = None) -> Iterator[pa.Table]:
        """These rows by row group, all columns or some, so that a file of any size can be passed on."""
        file, at = self._file(), 0
        for number in range(file.num_row_groups):
            size = file.metadata.row_group(number).num_rows
            first, last = max(self.start - at, 0), min(self.start + self.count - at, size)
            if first < last:
                yield file.read_row_group(number, columns=columns).slice(first, last - first)
            at += size

    def _file(self) -> pq.ParquetFile:
        return pq.ParquetFile(self.path)


class TableWriter:
    """Writes one file of a table: rows come in pieces of any size and leave in row groups of one size.

    The file gets its name when it is finished; until then it has a dotted one, which no reader takes.
    """

    def __init__(self, table: schema.Table, folder: Path, name: str) -> None:
        """`folder` is a snapshot's, `name` the file's in the table's folder, without its ending."""
        self.table = table
        self.path = folder / table_path(table.name, name)
        # A name of its own, so that two workers on one shard, be it on two machines, never write into one file.
        self.partial = self.path.with_name(f".{name}.{os.getpid()}-{os.urandom(4).hex()}.partial")
        self.rows = 0
        self._held: list[pa.Table] = []
        self._count = 0

    def open(self) -> None:
        """Makes the file. Raises `PublicationFailed`, as all the methods below do, where the disk refuses."""
        with refusals(self.path.parent, "make the folder", exactly=True):
            self.path.parent.mkdir(parents=True, exist_ok=True)
        with refusals(self.path, "write", exactly=True):
            columns = self.table.dictionary_columns
            self._parquet = pq.ParquetWriter(str(self.partial), self.table.schema, use_dictionary=columns, **WRITER)

    def add(self, rows: pa.Table) -> None:
        """Takes rows; whole row groups go to the file."""
        self._held.append(rows)
        self._count += rows.num_rows
        size = row_group(self.table)
        if self._count >= size:
            held = pa.concat_tables(self._held)
            at = 0
            for at in range(size, self._count + 1, size):
                self._write(held.slice(at - size, size))
            self._held, self._count = [held.slice(at)], self._count - at

    def _write(self, rows: pa.Table) -> None:
        with refusals(self.path, "write", exactly=True):
            # The pieces that rows came in would show in the pages of the file.
            self._parquet.write_table(rows.combine_chunks(), row_group_size=max(rows.num_rows, 1))
        self.rows += rows.num_rows

    def flush(self) -> None:
        """Writes the rows that are left."""
        if self._count:
            self._write(pa.concat_tables(self._held))
            self._held, self._count = [], 0

    def close(self) -> None:
        """Ends the file, which keeps its dotted name."""
        with refusals(self.path, "write", exactly=True):
            self._parquet.close()

    def finish(self) -> TableFile:
        """Brings the closed file to the disk and gives it its name."""
        with refusals(self.path, "write", exactly=True):
            size, sha256 = settle(self.partial)
            os.replace(self.partial, self.path)
        return TableFile(self.table.name, f"{self.table.name}/{self.path.name}", self.rows, size, sha256)

    def discard(self) -> None:
        """Removes what was written. What can't be removed lies in the staging folder, which goes as a whole."""
        for path in (self.partial, self.path):
            with suppress(OSError):
                path.unlink()


def table_path(table: str, name: str) -> str:
    """Where a file of a table lies in a snapshot: `article/03.parquet`."""
    return f"{table}/{name}.parquet"


def files_in(folder: Path) -> set[str]:
    """All that lies in the tables' folders of a snapshot's folder, as `TableFile.path` has it."""
    tables = (folder / name for name in schema.BY_NAME)
    return {f"{table.name}/{name}" for table in tables if table.is_dir() for name in os.listdir(table)}


def read_by_duckdb(connection: duckdb.DuckDBPyConnection, files: Iterable[Path]) -> duckdb.DuckDBPyRelation:
    """Files of a table as duckdb reads them. A path is no pattern here, and `year=2024` in it no column."""
    return connection.read_parquet(list(map(as_pattern, files)), hive_partitioning=False)


def as_pattern(file: Path) -> str:
    """The path as a pattern that fits this one file."""
    return glob.escape(str(file))


def settle(path: Path) -> tuple[int, str]:
    """Brings a file to the disk; its bytes and their SHA-256."""
    sync(path)
    return fingerprint(path)


def fingerprint(path: Path) -> tuple[int, str]:
    """The bytes of a file and their SHA-256."""
    with path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        return file.tell(), sha256
