"""The tables a linguist would edit.

Each `*.tsv` here opens with lines that begin with `#` and say what a row means and where the rows come from; the first
line after them names the columns. Nothing else in the project holds word lists.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from importlib import resources
from importlib.machinery import PathFinder
from importlib.util import module_from_spec
from itertools import zip_longest
from typing import Any


@cache
def table(name: str) -> tuple[dict[str, str], ...]:
    """The rows of `lexicon/<name>.tsv`, each as column -> cell; a cell left out is the empty string."""
    rows = (line.split("\t") for line in _lines(name))
    columns = next(rows)
    return tuple(dict(zip_longest(columns, row[: len(columns)], fillvalue="")) for row in rows)


def by_first(name: str) -> dict[str, str]:
    """The rows of a large table by their first cells, the others as they stand: few of them are ever looked at."""
    rows = _lines(name)
    next(rows)
    return dict(line.split("\t", 1) for line in rows)


def _lines(name: str) -> Iterator[str]:
    text = resources.files(__package__).joinpath(f"{name}.tsv").read_text(encoding="utf-8")
    return (line for line in text.splitlines() if line and line[0] != "#")


@cache
def words(name: str, column: str = "word") -> tuple[str, ...]:
    """One column of a table, longest word first, so that an alternation built of it prefers the longest match."""
    return tuple(sorted({row[column] for row in table(name)}, key=lambda word: (-len(word), word)))


def of_jiebas_tagger(name: str) -> Any:
    """One of the tables of jieba.posseg, without the package around it.

    The package reads jieba's whole dictionary once more, for a quarter of a second and 40 MB.
    """
    spec = PathFinder.find_spec(name, [str(resources.files("jieba").joinpath("posseg"))])
    assert spec is not None and spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.P
