"""Words that hold a numeral and count nothing: 进一步, 千方百计, 第三方, 两岸."""

from __future__ import annotations

from collections import defaultdict

from transforms.figures import numerals
from transforms.lexicon import words

_NUMERIC = frozenset(numerals.READS)


def _by_numeral() -> dict[str, tuple[tuple[int, int, frozenset[str]], ...]]:
    """For each numeral character the words that hold it, by its place in them and their length."""
    found: defaultdict[str, defaultdict[tuple[int, int], set[str]]] = defaultdict(lambda: defaultdict(set))
    for word in words("figures_idioms"):
        for place, char in enumerate(word):
            if char in _NUMERIC or char in "第上数几":
                found[char][place, len(word)].add(word)
    return {
        char: tuple((place, length, frozenset(group)) for (place, length), group in groups.items())
        for char, groups in found.items()
    }


_WORDS = _by_numeral()


def covers(text: str, start: int, end: int) -> bool:
    """Whether the numeral at [start, end) lies within an idiom or name of the table, and is not longer than it."""
    for place, length, group in _WORDS.get(text[start], ()):
        first = start - place
        if first >= 0 and first + length >= end and text[first : first + length] in group:
            return True
    return False
