"""The small word lists of `figures_cues.tsv` by their names."""

from __future__ import annotations

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
