"""The tables a linguist would edit.

Each `*.tsv` here opens with lines that begin with `#` and say what a row means and where the rows come from; the first
line after them names the columns. Nothing else in the project holds word lists.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from importlib import resources
from itertools import zip_longest


@cache
def table(name: str) -> tuple[dict[str, str], ...]:
    """The rows of `lexicon/<name>.tsv`, each as column -> cell; a cell left out is the empty string."""
    return tuple(rows(name))


def rows(name: str) -> Iterator[dict[str, str]]:
    """The same one after the other, for a large table from which something else is made: nothing is kept."""
    text = resources.files(__package__).joinpath(f"{name}.tsv").read_text(encoding="utf-8")
    lines = (line.split("\t") for line in text.splitlines() if line and not line.startswith("#"))
    columns = next(lines)
    return (dict(zip_longest(columns, row[: len(columns)], fillvalue="")) for row in lines)


@cache
def words(name: str, column: str = "word") -> tuple[str, ...]:
    """One column of a table, longest word first, so that an alternation built of it prefers the longest match."""
    return tuple(sorted({row[column] for row in table(name)}, key=lambda word: (-len(word), word)))
