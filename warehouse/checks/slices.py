"""Whether a text is the slice that its offsets name: a sentence of its article's text, a figure of its sentence's.

The one check that is not SQL. A string of duckdb is UTF-8, in which character n is found by counting from the first, so
that cutting an article into its sentences takes the square of its length: 12 seconds for a million characters in 20,000
sentences. A string of Python finds it at once.

    before  sentence.start 12, end 15 and text 四千人; article.text[12:15] is 千人，
    after   Fault("text is not what its offsets say", "sentence", 1, …)
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from warehouse.checks.engine import SHOWN
from warehouse.errors import Fault

if TYPE_CHECKING:
    import duckdb

SLICES = (("article", "sentence", "text"), ("sentence", "figure", "surface"))
"""The table whose column `text` is cut, the table of the slices, and the column that is to be the slice."""
ROWS = 10_000
"""Rows fetched at once."""


def faults(connection: duckdb.DuckDBPyConnection) -> Iterator[Fault]:
    """A fault for each table that has slices which are none."""
    for parent, child, column in SLICES:
        wrong = sorted(_wrong(connection, parent, child, column))
        if wrong:
            yield Fault(f"{column} is not what its offsets say", child, len(wrong), tuple(wrong[:SHOWN]))


def _wrong(connection: duckdb.DuckDBPyConnection, parent: str, child: str, column: str) -> Iterator[str]:
    """The keys of the rows that are not the slice they name; those without offsets name none."""
    texts = dict(connection.execute(f"select {parent}_id, text from {parent}").fetchall())
    columns = f'{child}_id, {parent}_id, start, "end", {column}'
    rows = connection.execute(f"select {columns} from {child} where start is not null")
    while part := rows.fetchmany(ROWS):
        yield from (key for key, home, start, end, text in part if texts[home][start:end] != text)
