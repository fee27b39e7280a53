"""Words that hold a numeral and count nothing: 进一步, 千方百计, 第三方, 两岸."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from transforms.figures import numerals, places
from transforms.figures.cues import cues
from transforms.figures.draft import Draft
from transforms.lexicon import words

_NUMERIC = frozenset(numerals.READS)


def _by_numeral(table: Iterable[str]) -> dict[str, tuple[tuple[int, int, frozenset[str]], ...]]:
    """For each numeral character the words that hold it, by its place in them and their length."""
    found: defaultdict[str, defaultdict[tuple[int, int], set[str]]] = defaultdict(lambda: defaultdict(set))
    for word in table:
        for place, char in enumerate(word):
            if char in _NUMERIC or char in "第上数几":
                found[char][place, len(word)].add(word)
    return {
        char: tuple((place, length, frozenset(group)) for (place, length), group in groups.items())
        for char, groups in found.items()
    }


_WORDS = _by_numeral(words("figures_idioms"))


def _by_pair(last: bool) -> dict[str, tuple[tuple[int, int, frozenset[str]], ...]]:
    """The same words by their numeral and the character behind it, or, of words that end with it, the one before."""
    found: defaultdict[str, defaultdict[tuple[int, int], set[str]]] = defaultdict(lambda: defaultdict(set))
    for groups in _WORDS.values():
        for place, length, group in groups:
            for word in group if (place == length - 1) == last else ():
                found[word[-2:] if last else word[place : place + 2]][place, length].add(word)
    return {
        pair: tuple((place, length, frozenset(group)) for (place, length), group in groups.items())
        for pair, groups in found.items()
    }


_WITH_NEXT = _by_pair(last=False)
_WITH_BEFORE = _by_pair(last=True)
_SLOGANS = _by_numeral(cues("slogan"))
_SLOGAN_HEADS = frozenset(
    word[at : at + 2] for word in cues("slogan") for at in range(len(word)) if word[at] in _SLOGANS
)


def covers(text: str, start: int, end: int) -> bool:
    """Whether the numeral at [start, end) lies within an idiom or name of the table, and is not longer than it."""
    words_here = _WITH_NEXT.get(text[start : start + 2], ()) + _WITH_BEFORE.get(text[start - 1 : start + 1], ())
    for place, length, group in words_here:
        first = start - place
        if first >= 0 and first + length >= end and text[first : first + length] in group:
            return True
    return False


_COUNTED = frozenset("二两三四五六七八九十")
_QUOTED = frozenset(("“”", "‘’", "『』"))


def _label(text: str, start: int, length: int) -> Draft:
    return Draft(start, start + length, "count", numerals.amount(text[start]).value, label=True)


def quoted_at(text: str, start: int) -> Draft | None:
    """“两山”, “三步走”: a word of the table that stands alone in quotation marks is a slogan, and a label."""
    if text[start] not in _COUNTED:
        return None
    for place, length, group in _WORDS.get(text[start], ()):
        marks = text[start - 1 : start] + text[start + length : start + length + 1]
        word = text[start : start + length]
        if place == 0 and length < 4 and marks in _QUOTED and word in group and not places.is_known(word):
            return _label(text, start, length)
    return None


def slogan_at(text: str, start: int) -> Draft | None:
    """两个一百年, 三个代表: the label of a slogan of the table whose first numeral is at `start`; None without one."""
    if text[start : start + 2] not in _SLOGAN_HEADS:
        return None
    for place, length, group in _SLOGANS[text[start]]:
        if place == 0 and text[start : start + length] in group:
            return _label(text, start, length)
    return None
