"""Asks duckdb: opens it, loads the tables, and turns the rows that an answer has into faults.

before  Question("figure", "value_max without value", "select figure_id from figure where …")
after   Fault("value_max without value", "figure", 7, the first five figure_ids)
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pyarrow as pa

from warehouse import schema
from warehouse.errors import Fault
from warehouse.parquet import read_by_duckdb

if TYPE_CHECKING:
    import duckdb

SHOWN = 5
"""Rows that a fault names; the others are counted."""
MEMORY = "2GB"
"""For one run of checks, a hundred times what a shard takes: a page of 100 MB needs it, the next one spills."""
SETTINGS: dict[str, str | int | float | list[str]] = {
    "threads": 1,  # the other cores have workers of their own
    "memory_limit": MEMORY,
    "preserve_insertion_order": True,  # the order of the rows is one of the things that are checked
    # Nothing is fetched: what the checks need is built in.
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "allow_community_extensions": False,
}


class Question(NamedTuple):
    """A query for the rows of a table that break a promise; its one column is what each is called in the message."""

    table: str
    says: str
    """What is wrong with them."""
    sql: str


@contextmanager
def connected(spill: Path | None) -> Iterator[duckdb.DuckDBPyConnection]:
    """A new database in memory; `spill` is a folder for what does not fit, made by duckdb when it needs it."""
    import duckdb  # takes its time, and most that import this room check nothing

    connection = duckdb.connect(config={**SETTINGS, "temp_directory": str(spill or "")})
    try:
        yield connection
    finally:
        connection.close()


def load(
    connection: duckdb.DuckDBPyConnection, files: Mapping[str, Sequence[Path]], columns: str = "*"
) -> Iterator[Fault]:
    """Makes a table of the files of each, all columns or these. A fault where a file can't be read.

    They are read once, into memory: each question then costs what it asks, not what the files take to decode.
    """
    from duckdb import Error

    for table, paths in files.items():
        try:
            read_by_duckdb(connection, paths).project(columns).create(table)
        except Error as cause:
            yield Fault("can't be read", table, 1, (str(cause).splitlines()[0],))


def fill(connection: duckdb.DuckDBPyConnection, table: str, column: str, values: Iterable[str]) -> None:
    """Makes a table of one column of text."""
    rows = pa.table({column: pa.array(list(values), schema.STRING)})
    connection.from_arrow(rows).create(table)


def label(table: schema.Table) -> str:
    """What a row is called in a message: its key, or page and place for a stretch of residue."""
    return table.key or "document_id || ' from ' || raw_start"


def ask(connection: duckdb.DuckDBPyConnection, questions: Iterable[Question]) -> Iterator[Fault]:
    """A fault for each question that has rows for an answer; of these the first ones by name are shown."""
    for question in questions:
        answer = f"select count(*), min(row, {SHOWN}) from ({question.sql}) as wrong(row)"
        [(count, shown)] = connection.execute(answer).fetchall()
        if count:
            yield Fault(question.says, question.table, count, tuple(shown))
