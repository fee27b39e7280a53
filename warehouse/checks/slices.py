"""Whether a text is the slice that its offsets name: a sentence of its paragraph, a figure of its sentence.

A string of duckdb is UTF-8, in which character n is found by counting from the first: a text is cut into its slices in
the square of its length, 12 seconds for a million characters in 20,000 sentences. A string of Python finds it at once,
but each row must become one first. So duckdb looks into the short texts, which nearly all are, and Python into others.

    before  sentence.start 12, end 15 and text 四千人; article.text[12:15] is 千人，
    after   Fault("text is not what its offsets say", "sentence", 1, …)
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from warehouse.checks.engine import SHOWN
from warehouse.errors import Fault

if TYPE_CHECKING:
    import duckdb

LONG = 16_384
"""Bytes; a text that has more is Python's to look into."""
ROWS = 10_000
"""Rows fetched at once."""


class Slices(NamedTuple):
    """The slices of one table: its name, the column that is to be the slice, a query for them, and one for the texts.

    Both name the text as `home`. A text begins at `start` of what the offsets of its slices count from.
    """

    table: str
    column: str
    slices: str
    texts: str


SLICES = (
    Slices(
        "sentence",
        "text",
        """
        select sentence_id as key, article_id || ' ' || paragraph as home, start, "end", text as slice
        from sentence where start is not null
        """,
        "select article_id || ' ' || paragraph as home, start, text from paragraph",
    ),
    Slices(
        "figure",
        "surface",
        'select figure_id as key, sentence_id as home, start, "end", surface as slice from figure',
        "select sentence_id as home, 0 as start, text from sentence",
    ),
)


def faults(connection: duckdb.DuckDBPyConnection) -> Iterator[Fault]:
    """A fault for each table that has slices which are none."""
    for asked in SLICES:
        wrong = sorted([*_wrong_in_short(connection, asked), *_wrong_in_long(connection, asked)])
        if wrong:
            says = f"{asked.column} is not what its offsets say"
            yield Fault(says, asked.table, len(wrong), tuple(wrong[:SHOWN]))


def _wrong_in_short(connection: duckdb.DuckDBPyConnection, asked: Slices) -> Iterator[str]:
    """The keys of the rows that are not the slice they name of a short text, or of none."""
    rows = connection.execute(f"""
        select key from ({asked.slices}) as part left join ({asked.texts}) as whole using (home)
        where whole.text is null or strlen(whole.text) <= {LONG}
            and substring(whole.text, part.start - whole.start + 1, part."end" - part.start) <> slice
    """)
    yield from (key for (key,) in rows.fetchall())


def _wrong_in_long(connection: duckdb.DuckDBPyConnection, asked: Slices) -> Iterator[str]:
    """The same for long texts."""
    long = f"select home, start, text from ({asked.texts}) where strlen(text) > {LONG}"
    texts = {home: (start, text) for home, start, text in connection.execute(long).fetchall()}
    if texts:
        rows = connection.execute(f"select * from ({asked.slices}) semi join ({long}) using (home)")
        while part := rows.fetchmany(ROWS):
            for key, home, start, end, slice_ in part:
                first, text = texts[home]
                if text[start - first : end - first] != slice_:
                    yield key
