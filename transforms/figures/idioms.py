"""Words that hold a numeral and count nothing: 进一步, 千方百计, 第三方, 两岸."""

from __future__ import annotations

from collections import defaultdict

from transforms.figures import numerals
from transforms.lexicon import words

_NUMERIC = frozenset(numerals.READS)


def _by_first_numeral() -> dict[str, tuple[tuple[int, str], ...]]:
    """Each word under each numeral character in it, with that character's place in the word."""
    found: defaultdict[str, list[tuple[int, str]]] = defaultdict(list)
    for word in words("figures_idioms"):
        for place, char in enumerate(word):
            if char in _NUMERIC or char == "第":
                found[char].append((place, word))
    return {char: tuple(places) for char, places in found.items()}


_PLACES = _by_first_numeral()


def covers(text: str, start: int, end: int) -> bool:
    """Whether the numeral at [start, end) lies within an idiom or name of the table, and is not longer than it."""
    for place, word in _PLACES.get(text[start], ()):
        first = start - place
        if first >= 0 and first + len(word) >= end and text.startswith(word, first):
            return True
    return False
