"""The small word lists of `figures_cues.tsv` by their names."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

from transforms.lexicon import table


@cache
def cues(name: str) -> tuple[str, ...]:
    """The words of a list, longest first; a name without words is a mistake and raises KeyError."""
    found = sorted(
        {row["word"] for row in table("figures_cues") if row["list"] == name}, key=lambda word: (-len(word), word)
    )
    if not found:
        raise KeyError(name)
    return tuple(found)


def any_of(some: Iterable[str]) -> re.Pattern[str]:
    """The first of some words that begins at a place, which are gone through by their first characters."""
    tails: dict[str, list[str]] = {}
    for word in some:
        tails.setdefault(word[0], []).append(re.escape(word[1:]))
    return re.compile("|".join(f"{re.escape(first)}(?:{'|'.join(rest)})" for first, rest in tails.items()))
