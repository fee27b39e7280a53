"""Writes one shard: a batch of documents as five Parquet files.

A shard is the unit of work and of reuse: one task writes it, and a later snapshot links it as it is when nothing in it
changed. Documents are taken one by one and turned into columns as they come, so that a shard of any size needs the
memory of a row group. The bytes depend on the documents, the schema and the version of pyarrow alone.

    before  write_shard(folder, "03", documents)
    after   folder/document/03.parquet … folder/residue/03.parquet

All five files are written, those without rows too: every table of every snapshot has a file that tells its schema, even
that of a corpus of one quarantined page.
"""

from __future__ import annotations

import hashlib
import os
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from transforms.document import Document
from warehouse import schema
from warehouse.checks import check_shard
from warehouse.errors import PublicationFailed, RowsRefused

ROW_GROUP = 32_768
"""Rows of a row group: fewer make each column's pages too short to compress well."""
PENDING = 2_048
"""Rows kept as dataclasses before they become columns: enough to make the turn cheap, few enough to keep memory low."""
WRITER = {"compression": "zstd", "compression_level": 3, "version": "2.6", "data_page_version": "1.0"}


def layout() -> str:
    """The digest of all that decides the bytes of a shard apart from its rows: schema, settings, version of pyarrow."""
    parts = [schema.digest(), str(ROW_GROUP), repr(sorted(WRITER.items())), pa.__version__]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class TableFile:
    """One file of a shard; `path` is relative to the snapshot's folder, with forward slashes."""

    table: str
    path: str
    rows: int
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class SourceRecord:
    """One source of a shard: what it is and how its reading went; `error` is None where the status is ok."""

    document_id: str
    path: str
    sha256: str
    status: str
    error: str | None = None


@dataclass(frozen=True, slots=True)
class ShardSummary:
    """What a shard holds: plain data that travels between processes and into the manifest."""

    shard: str
    files: tuple[TableFile, ...]
    sources: tuple[SourceRecord, ...]
    articles: dict[str, int]
    """Articles by kind, kinds in alphabetic order."""
    characters: int
    """Non-blank characters of the sources."""

    def rows(self, table: str) -> int:
        """The rows of a table in this shard."""
        return sum(file.rows for file in self.files if file.table == table)

    @property
    def bytes(self) -> int:
        return sum(file.bytes for file in self.files)

    @property
    def statuses(self) -> dict[str, int]:
        """Documents by status."""
        return dict(sorted(Counter(source.status for source in self.sources).items()))

    @property
    def warnings(self) -> tuple[SourceRecord, ...]:
        """The sources that are not `ok`: partial or quarantined, each with its cause."""
        return tuple(source for source in self.sources if source.status != "ok")


def write_shard(folder: Path | str, shard: str, documents: Iterable[Document]) -> ShardSummary:
    """Writes `<folder>/<table>/<shard>.parquet` for each table and says what is in them.

    `documents` come sorted by document_id, each once; `shard` is a name of letters, digits, `-` and `_`. The files are
    on disk and checked when the function returns; writing a shard again replaces it, so that a task may be repeated.
    Raises `RowsRefused` for rows that do not fit the schema, `CheckFailed` for rows that break the contract and
    `PublicationFailed` where the disk refuses; no file of the shard is left behind then.
    """
    check_name(shard)
    folder = Path(folder)
    writer = _ShardWriter(folder, shard)
    try:
        with writer.open():
            for document in documents:
                writer.add(document)
        summary = writer.finish()
        check_shard({table.name: folder / table_path(table.name, shard) for table in schema.TABLES})
        return summary
    except BaseException:
        writer.discard()
        raise


def check_name(shard: str) -> None:
    """Raises ValueError for a name that would not make one plain file name."""
    if not shard or not shard.replace("-", "").replace("_", "").isalnum() or not shard.isascii():
        raise ValueError(f"a shard's name is made of letters, digits, - and _, not {shard!r}")


def table_path(table: str, shard: str) -> str:
    """Where a shard's rows of a table lie in a snapshot: `article/03.parquet`."""
    return f"{table}/{shard}.parquet"


@contextmanager
def _refusals(path: Path, doing: str) -> Iterator[None]:
    try:
        yield
    except OSError as cause:
        raise PublicationFailed.at(path, doing, cause) from cause


class _TableWriter:
    """One table's file: takes rows, makes them columns every so often and writes them by row groups."""

    def __init__(self, table: schema.Table, folder: Path, shard: str) -> None:
        self.table = table
        self.path = folder / table_path(table.name, shard)
        # A name of its own, so that two workers on one shard never write into one file; no reader takes a dotted name.
        self.partial = self.path.with_name(f".{shard}.{os.getpid()}.partial")
        self.pending: list[schema.Row] = []
        self.batches: list[pa.RecordBatch] = []
        self.buffered = 0
        self.rows = 0

    def open(self, stack: ExitStack) -> None:
        with _refusals(self.path.parent, "make the folder"):
            self.path.parent.mkdir(parents=True, exist_ok=True)
        with _refusals(self.path, "write"):
            columns = self.table.dictionary_columns
            self.parquet = pq.ParquetWriter(str(self.partial), self.table.schema, use_dictionary=columns, **WRITER)
        stack.callback(self.close)

    def add(self, rows: list[schema.Row]) -> None:
        self.pending += rows
        if len(self.pending) >= PENDING:
            self._convert()
        if self.buffered >= ROW_GROUP:
            self._write()

    def _convert(self) -> None:
        if self.pending:
            self.batches.append(self.table.batch(self.pending))
            self.buffered += len(self.pending)
            self.pending = []

    def _write(self) -> None:
        if self.batches:
            rows = pa.Table.from_batches(self.batches, schema=self.table.schema)
            with _refusals(self.path, "write"):
                self.parquet.write_table(rows, row_group_size=max(self.buffered, 1))
            self.rows += self.buffered
            self.batches, self.buffered = [], 0

    def flush(self) -> None:
        self._convert()
        self._write()

    def close(self) -> None:
        with _refusals(self.path, "write"):
            self.parquet.close()

    def finish(self) -> TableFile:
        with _refusals(self.path, "write"):
            size, sha256 = settle(self.partial)
            os.replace(self.partial, self.path)
        return TableFile(self.table.name, f"{self.table.name}/{self.path.name}", self.rows, size, sha256)

    def discard(self) -> None:
        # What can't be removed can't hide why the shard failed; it lies in the staging folder, which goes as a whole.
        for path in (self.partial, self.path):
            with suppress(OSError):
                path.unlink()


def settle(path: Path) -> tuple[int, str]:
    """Brings a file to the disk; its bytes and their SHA-256."""
    with path.open("rb") as file:
        os.fsync(file.fileno())
    return fingerprint(path)


def fingerprint(path: Path) -> tuple[int, str]:
    """The bytes of a file and their SHA-256."""
    with path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        return file.tell(), sha256


class _ShardWriter:
    """The five files of a shard and the counts that its summary needs."""

    def __init__(self, folder: Path, shard: str) -> None:
        self.shard = shard
        self.tables = [_TableWriter(table, folder, shard) for table in schema.TABLES]
        self.sources: list[SourceRecord] = []
        self.kinds: Counter[str] = Counter()
        self.characters = 0

    @contextmanager
    def open(self) -> Iterator[None]:
        with ExitStack() as stack:
            for table in self.tables:
                table.open(stack)
            yield
            for table in self.tables:
                table.flush()

    def add(self, document: Document) -> None:
        self._count(document)
        rows = schema.rows(document)
        for table in self.tables:
            table.add(rows[table.table.name])

    def _count(self, document: Document) -> None:
        if self.sources and document.document_id <= self.sources[-1].document_id:
            raise RowsRefused(f"{document.source_path}: documents must come by document_id, each once")
        self.sources.append(
            SourceRecord(document.document_id, document.source_path, document.sha256, document.status, document.error)
        )
        self.kinds.update(article.kind for article in document.articles)
        self.characters += document.n_chars

    def finish(self) -> ShardSummary:
        files = tuple(table.finish() for table in self.tables)
        kinds = dict(sorted(self.kinds.items()))
        return ShardSummary(self.shard, files, tuple(self.sources), kinds, self.characters)

    def discard(self) -> None:
        for table in self.tables:
            table.discard()
