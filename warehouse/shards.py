"""Writes one shard: a batch of pages as five Parquet files.

A shard is the unit of work and of reuse: one task writes it, and a later snapshot links it as it is when nothing in it
changed. Where some of its pages changed, the rows of the others are taken over from the last snapshot
(`warehouse.former`) and only those pages are read. Pages come one by one, so that a shard of any size needs the memory
of a row group.

    before  write_shard(folder, "03", pages)
    after   folder/document/03.parquet … folder/residue/03.parquet

All five files are written, those without rows too: every table of every snapshot has a file that tells its schema, even
that of a corpus of one quarantined page.
"""

from __future__ import annotations

import os
import shutil
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import accumulate, chain
from pathlib import Path

import pyarrow as pa

from transforms.document import Document
from warehouse import schema
from warehouse.checks import check_shard
from warehouse.errors import PublicationFailed, RowsRefused, refusals
from warehouse.parquet import TableFile, TableWriter, table_path

PENDING = 2_048
"""Rows kept as dataclasses before they become columns: enough to make the turn cheap, few enough to keep memory low."""
NAME = frozenset("0123456789abcdef")


@dataclass(frozen=True, slots=True)
class SourceRecord:
    """One source of a shard: what it is and how its reading went; `error` is None where the status is ok.

    `key` stands for all that decides its rows (its bytes, the rules, the options): the same key, the same rows.
    """

    document_id: str
    path: str
    sha256: str
    status: str
    error: str | None = None
    key: str = ""


@dataclass(frozen=True, slots=True)
class KeptDocument:
    """A page whose rows are columns already, from the last snapshot or by `as_columns`: by table, with what the summary
    of its shard needs."""

    source: SourceRecord
    rows: dict[str, pa.Table]
    kinds: tuple[str, ...]
    """The kind of each of its articles."""
    characters: int


@dataclass(frozen=True, slots=True)
class ShardSummary:
    """What a shard holds: plain data that travels between processes and into the manifest."""

    shard: str
    files: tuple[TableFile, ...]
    """As the shard was written. In a large warehouse several shards share a file; `Manifest.files` are those there."""
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


def no_key(_: str) -> str:
    """For pages of which nothing is to be taken over later."""
    return ""


def write_shard(
    folder: Path | str, shard: str, pages: Iterable[Document | KeptDocument], key_of: Callable[[str], str] = no_key
) -> ShardSummary:
    """Writes `<folder>/<table>/<shard>.parquet` for each table and says what is in them.

    `pages` come sorted by document_id, each once; `shard` is a name of hexadecimal digits: the first bits of the hash
    that shards are made by. `key_of` gives the key of a document_id and is asked when the page comes. The files are on
    disk and checked when the function returns; writing a shard again replaces it, so that a task may be repeated.
    Raises `RowsRefused` for rows that do not fit the schema, `CheckFailed` for rows that break the contract and
    `PublicationFailed` where the disk refuses; no file of the shard is left behind then.
    """
    check_name(shard)
    folder = Path(folder)
    writer = _ShardWriter(folder, shard, key_of)
    try:
        with writer.open():
            for page in pages:
                writer.add(page)
        summary = writer.finish()
        # The columns are free by now, in pieces that the checks' own memory would come on top of.
        pa.default_memory_pool().release_unused()
        check_shard({table.name: folder / table_path(table.name, shard) for table in schema.TABLES})
        return summary
    except BaseException:
        writer.discard()
        raise


def as_columns(pages: Sequence[Document], key_of: Callable[[str], str] = no_key) -> list[KeptDocument]:
    """Pages with their rows as columns, a tenth of the memory, for pages that wait until others come before them.

    Pages that come together share their columns, each a stretch of rows of its own: some hundred columns for each page
    would take more memory than what is in them. Raises `RowsRefused` for rows that do not fit the schema.
    """
    rows = [schema.rows(page) for page in pages]
    stretches = {table.name: _stretches(table, [each[table.name] for each in rows]) for table in schema.TABLES}
    return [
        KeptDocument(
            _record(page, key_of(page.document_id)),
            {name: tables[number] for name, tables in stretches.items()},
            _kinds(page),
            page.n_chars,
        )
        for number, page in enumerate(pages)
    ]


def _stretches(table: schema.Table, rows: list[list[schema.Row]]) -> list[pa.Table]:
    """The rows of each page as a stretch of the same columns."""
    columns = pa.Table.from_batches([table.batch(list(chain.from_iterable(rows)))])
    ends = accumulate(map(len, rows))
    return [columns.slice(end - len(part), len(part)) for end, part in zip(ends, rows, strict=True)]


def _kinds(page: Document) -> tuple[str, ...]:
    return tuple(article.kind for article in page.articles)


def _record(page: Document, key: str) -> SourceRecord:
    return SourceRecord(page.document_id, page.source_path, page.sha256, page.status, page.error, key)


def prepare(pages: Sequence[Document]) -> None:
    """Loads what `write_shard` needs to make columns, so that processes forked from this one need not. Writes nothing.

    Arrow takes its memory from the system from now on, which gets back what is free: its own pool is 5 % faster and
    keeps up to 80 MB more. duckdb is not loaded: kept from the garbage collector it complains when the process ends.
    """
    pa.set_memory_pool(pa.system_memory_pool())
    as_columns(pages)


def move_shard(summary: ShardSummary, source: Path, target: Path) -> None:
    """Moves the files of a shard from the folder it was written into to another one, and removes the former.

    Raises `PublicationFailed` where they are not all there, or are not those of one shard.
    """
    check_name(summary.shard)
    paths = [table_path(table.name, summary.shard) for table in schema.TABLES]
    if [file.path for file in summary.files] != paths:
        raise PublicationFailed(f"{source}: not the files of shard {summary.shard}")
    for path in paths:
        with refusals(source / path, "move"):
            os.replace(source / path, target / path)
    shutil.rmtree(source, ignore_errors=True)


def check_name(shard: str) -> None:
    """Raises ValueError for a name that is no hexadecimal number."""
    if not shard or not NAME.issuperset(shard):
        raise ValueError(f"a shard's name is made of the digits 0 to 9 and a to f, not {shard!r}")


class _Table:
    """The file of one table: rows of pages read anew become columns, some at a time, those taken over are columns."""

    def __init__(self, table: schema.Table, folder: Path, shard: str) -> None:
        self.name = table.name
        self.file = TableWriter(table, folder, shard)
        self.pending: list[schema.Row] = []

    def add(self, rows: list[schema.Row]) -> None:
        self.pending += rows
        if len(self.pending) >= PENDING:
            self.convert()

    def keep(self, rows: pa.Table) -> None:
        self.convert()
        self.file.add(rows)

    def convert(self) -> None:
        if self.pending:
            self.file.add(pa.Table.from_batches([self.file.table.batch(self.pending)]))
            self.pending = []


class _ShardWriter:
    """The five files of a shard and the counts that its summary needs."""

    def __init__(self, folder: Path, shard: str, key_of: Callable[[str], str]) -> None:
        self.shard = shard
        self.key_of = key_of
        self.tables = [_Table(table, folder, shard) for table in schema.TABLES]
        self.sources: list[SourceRecord] = []
        self.kinds: Counter[str] = Counter()
        self.characters = 0

    @contextmanager
    def open(self) -> Iterator[None]:
        with ExitStack() as stack:
            for table in self.tables:
                table.file.open()
                stack.callback(table.file.close)
            yield
            for table in self.tables:
                table.convert()
                table.file.flush()

    def add(self, page: Document | KeptDocument) -> None:
        if isinstance(page, KeptDocument):
            self._count(page.source, page.kinds, page.characters)
            for table in self.tables:
                table.keep(page.rows[table.name])
        else:
            self._count(_record(page, self.key_of(page.document_id)), _kinds(page), page.n_chars)
            rows = schema.rows(page)
            for table in self.tables:
                table.add(rows[table.name])

    def _count(self, source: SourceRecord, kinds: Iterable[str], characters: int) -> None:
        if self.sources and source.document_id <= self.sources[-1].document_id:
            raise RowsRefused(f"{source.path}: documents must come by document_id, each once")
        self.sources.append(source)
        self.kinds.update(kinds)
        self.characters += characters

    def finish(self) -> ShardSummary:
        files = tuple(table.file.finish() for table in self.tables)
        kinds = dict(sorted(self.kinds.items()))
        return ShardSummary(self.shard, files, tuple(self.sources), kinds, self.characters)

    def discard(self) -> None:
        for table in self.tables:
            table.file.discard()
