"""SQL over one snapshot: a connection that can read its tables and do nothing else, and answers that stream.

    before  answer(corpus, "select kind, count(*) as n from article group by kind")
    after   columns kind, n; rows ("news", 6), ("speech", 2), …

A query comes from anywhere: a colleague, a web page, a program. So duckdb opens the snapshot's own files and no
others, loads no extension, reaches no network, and takes no setting back (`_lock`). That alone would still let
`copy … to` replace one of those files, for duckdb gives leave to a path and not to reading it; so nothing but queries
is run, as duckdb's own parser tells them (`_single_query`).
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from warehouse import schema
from warehouse.corpus import Corpus
from warehouse.dictionary import type_name
from warehouse.errors import QueryFailed, QueryRefused
from warehouse.parquet import as_pattern

BATCH = 2_048
"""Rows that an answer holds at a time."""
READING = {
    "select", "with", "from", "pivot", "unpivot", "values", "table", "describe", "desc", "summarize", "show", "(",
}  # fmt: skip
"""How a query begins. Asked where duckdb makes several statements of one: a pivot whose columns have to be found."""
NOT_THE_QUERY = (duckdb.OutOfMemoryException, duckdb.IOException, duckdb.InternalException, duckdb.FatalException)
"""What goes wrong though the query is right."""
LONGEST = 600
"""Characters of a message."""
SPELT = ("interval", "bit")
"""Types that only duckdb itself can write as people read them: 3 days, 101."""
HEARING = 0.1
"""Seconds after which Ctrl-C is heard at the latest."""
T = TypeVar("T")


@dataclass(frozen=True)
class Answer:
    """What a query gave: the names of its columns, each once, and its rows, which can be taken once."""

    columns: tuple[str, ...]
    numeric: tuple[bool, ...]
    """Which columns hold numbers."""
    schema: pa.Schema
    batches: Iterator[pa.RecordBatch]

    def rows(self) -> Iterator[list[tuple[Any, ...]]]:
        """The rows by batches, as Python values: str, int, float, bool, date, list, dict, None…"""
        for batch in self.batches:
            yield list(zip(*(_values(column) for column in batch.columns), strict=True))

    def count(self) -> int:
        """How many rows are left; they are taken and not turned into values, which is much faster."""
        return sum(batch.num_rows for batch in self.batches)

    def write_parquet(self, path: Path) -> None:
        """Writes all rows into a Parquet file."""
        with pq.ParquetWriter(str(path), self.schema, compression="zstd") as writer:
            for batch in self.batches:
                writer.write_batch(batch)


@contextmanager
def answer(corpus: Corpus, query: str) -> Iterator[Answer]:
    """Asks `query`, one statement of SQL, of the tables of `corpus`; the answer can be read while the block lasts.

    An answer of any size streams: memory holds one batch of it. Ctrl-C stops the query. Raises `QueryRefused`, here or
    while the answer is read, where the query is wrong or not allowed, with duckdb's own words and the place in the
    query; `QueryFailed` where it is right and can't be carried out.
    """
    with connection(corpus) as asked, ThreadPoolExecutor(1) as pool:
        call: Call = partial(_waited, pool, asked.interrupt)
        relation = _readable(call(lambda: _related(asked, _single_query(asked, query))))
        reader = call(lambda: relation.to_arrow_reader(BATCH))
        names = tuple(relation.columns)
        fields = [field.with_name(name) for field, name in zip(reader.schema, names, strict=True)]
        numeric = tuple(_is_number(field.type) for field in fields)
        shape = pa.schema(fields)
        yield Answer(names, numeric, shape, _batches(reader, shape, call))


@contextmanager
def connection(corpus: Corpus) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection with a view for each table, its columns described, that reads the snapshot's files and nothing else.

    `select comment from duckdb_columns()` shows the descriptions. What is too large for memory goes to the system's
    folder for temporary files while the block lasts.
    """
    folder = tempfile.TemporaryDirectory(prefix="banmian-sql-", ignore_cleanup_errors=True)
    with (
        folder as scratch,
        ThreadPoolExecutor(1) as pool,
        _waited(pool, lambda: None, lambda: _prepared(corpus, scratch)) as opened,
    ):
        yield opened


def _prepared(corpus: Corpus, scratch: str) -> duckdb.DuckDBPyConnection:
    try:
        opened = corpus.duckdb()
        _describe(opened)
        _lock(opened, corpus, scratch)
    except duckdb.Error as cause:
        raise QueryFailed(f"{corpus.path}: can't be read: {cause}; `banmian build` mends a warehouse") from cause
    return opened  # type: ignore[no-any-return]


def _describe(opened: duckdb.DuckDBPyConnection) -> None:
    """Gives views and columns the descriptions of the schema."""
    for table in schema.TABLES:
        # duckdb knows the columns of a view from its first use on, and comments only on those it knows.
        opened.execute(f"describe {table.name}").fetchall()
        opened.execute(f"comment on view {table.name} is {_quoted(table.meaning)}")
        for column in table.columns:
            opened.execute(f'comment on column {table.name}."{column.name}" is {_quoted(column.meaning)}')


def _lock(opened: duckdb.DuckDBPyConnection, corpus: Corpus, scratch: str) -> None:
    paths = [corpus.path / file.path for file in corpus.manifest.files]
    # Leave is asked for the pattern that a view has, and again for each file that it finds.
    files = ", ".join(_quoted(name) for path in paths for name in sorted({str(path), as_pattern(path)}))
    for setting in (
        f"temp_directory = {_quoted(os.path.join(scratch, 'spill'))}",
        "enable_progress_bar = false",  # it would be printed among the rows
        "python_enable_replacements = false",  # else `from x` finds a variable of this program
        "autoinstall_known_extensions = false",
        "autoload_known_extensions = false",
        "allow_community_extensions = false",
        f"allowed_paths = [{files}]",
        "enable_external_access = false",
        "lock_configuration = true",
    ):
        opened.execute(f"set {setting}")


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _single_query(opened: duckdb.DuckDBPyConnection, text: str) -> str:
    """The one statement in `text`, a query. Raises `QueryRefused` for none, for several, and for what is no query."""
    statements = opened.extract_statements(text)
    if len(statements) != 1:
        raise QueryRefused(f"one query at a time, please; this is {len(statements) or 'none'}")
    (statement,) = statements
    kind = statement.type.name
    if kind == "SELECT" or (kind == "MULTI" and _first_word(statement.query) in READING):
        return str(statement.query)
    named = "this" if kind == "MULTI" else kind
    raise QueryRefused(
        f"{named} is not run here, only queries that read: SELECT, WITH, FROM, PIVOT, VALUES, DESCRIBE, SUMMARIZE,"
        " SHOW; in Python, `warehouse.open(…).duckdb()` gives a connection that does all that duckdb does"
    )


def _first_word(statement: str) -> str:
    """The first word that is no comment, in lower case."""
    tokens = [(start, kind) for start, kind in duckdb.tokenize(statement) if kind != duckdb.token_type.comment]
    starts = [start for start, _ in tokens]
    encoded = statement.encode()  # duckdb counts bytes
    return encoded[starts[0] : starts[1] if len(starts) > 1 else None].decode().split()[0].lower()


def _related(opened: duckdb.DuckDBPyConnection, query: str) -> duckdb.DuckDBPyRelation:
    """The query as a relation, which streams. What is wrong with it is told by `execute`, which tells the place too."""
    try:
        return opened.sql(query)
    except duckdb.Error:
        opened.execute(query)
        raise


def _readable(relation: duckdb.DuckDBPyRelation) -> duckdb.DuckDBPyRelation:
    """The relation with each column's name once, and as text what no other type can carry."""
    names = _distinct(relation.columns)
    spelt = [str(type_).lower() in SPELT for type_ in relation.types]
    if names == relation.columns and not any(spelt):
        return relation
    columns = [f"#{place}{'::varchar' if odd else ''}" for place, odd in enumerate(spelt, 1)]
    named = [f'{column} as "{name.replace(chr(34), chr(34) * 2)}"' for column, name in zip(columns, names, strict=True)]
    return relation.project(", ".join(named))


def _distinct(names: list[str]) -> list[str]:
    """Names of which none is given twice, also where case is not seen: count(*), count(*) -> count(*), count(*)_1."""
    taken: set[str] = set()
    found = []
    for name in names:
        free, number = name, 0
        while free.lower() in taken:
            number += 1
            free = f"{name}_{number}"
        taken.add(free.lower())
        found.append(free)
    return found


def overview(rows: Mapping[str, int] | None) -> Iterator[str]:
    """What can be asked for, line by line: each table with its columns, their types and meanings, and its `rows`."""
    for table in schema.TABLES:
        count = "" if rows is None else f" ({rows.get(table.name, 0):,} in all)"
        yield f"{table.name}: {table.meaning}{count}"
        for column in table.columns:
            null = ", may be null" if column.null else ""
            yield f"  {column.name:<18}{type_name(column.type)}{null}: {column.meaning}"
        yield ""


Call = Callable[[Callable[[], Any]], Any]


def _waited(pool: ThreadPoolExecutor, interrupt: Callable[[], None], work: Callable[[], T]) -> T:
    """What `work` gives, done in a thread of its own: duckdb at work would not hear Ctrl-C, the one who waits does.

    Whatever ends the waiting, `work` has ended when this returns or raises.
    """
    future = pool.submit(work)
    try:
        # Never without end: a signal that comes just before the waiting begins is heard when it is interrupted.
        while not future.done():
            wait([future], timeout=HEARING)
        return future.result()
    except duckdb.Error as cause:
        raise _told(cause) from cause
    finally:
        # More than once: duckdb forgets an interruption that comes just before a query begins.
        while not future.done():
            interrupt()
            wait([future], timeout=HEARING)


def _told(cause: duckdb.Error) -> QueryRefused | QueryFailed:
    """duckdb's message: what is wrong, candidates, the place. A value in it may be a whole article: it is cut."""
    what, mark, place = str(cause).strip().partition("\n\nLINE ")
    if len(what) > LONGEST:
        what = f"{what[: LONGEST * 2 // 3]} … {what[-LONGEST // 3 :]}"
    message = what + mark + place
    return QueryFailed(message) if isinstance(cause, NOT_THE_QUERY) else QueryRefused(message)


def _batches(reader: pa.RecordBatchReader, shape: pa.Schema, call: Call) -> Iterator[pa.RecordBatch]:
    while True:
        batch = call(lambda: next(reader, None))
        if batch is None:
            return
        yield pa.RecordBatch.from_arrays(batch.columns, schema=shape)


def _is_number(type_: pa.DataType) -> bool:
    return bool(pa.types.is_integer(type_) or pa.types.is_floating(type_) or pa.types.is_decimal(type_))


def _values(column: pa.Array) -> list[Any]:
    """The values of a column as Python has them; where a type has none of its own, the one that reads best."""
    type_ = column.type
    if pa.types.is_float32(type_):
        # 0.995 and not 0.9950000047683716: the shortest number that is this one among those of 32 bits.
        return [None if text is None else float(text) for text in column.cast(pa.string()).to_pylist()]
    if pa.types.is_decimal(type_):
        return [_number(value) for value in column.to_pylist()]
    if pa.types.is_map(type_):
        return [None if pairs is None else dict(pairs) for pairs in column.to_pylist()]
    return column.to_pylist()  # type: ignore[no-any-return]


def _number(value: Decimal | None) -> Decimal | int | None:
    """Sums of whole numbers come as decimals without decimal places."""
    return int(value) if value is not None and value.as_tuple().exponent == 0 else value
