"""Lists in which 分别 gives each figure its own noun.

before  钢、煤产量分别为3吨、5吨 · 立案20件、结案15件，同比分别上升4%和5%
after   钢产量, 煤产量          · 立案上升, 结案上升
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence

from transforms.figures import edges
from transforms.figures.draft import Draft
from transforms.words import cut_quickly

_EACH = re.compile("分别|依次")
_BETWEEN = re.compile("[、，和与及]{1,2}")
_AND = re.compile("[、和与及]")
_CLAUSE = re.compile("[，。；：！？\n]")
_OVER_TIME = re.compile("(?:较|比|同比|环比).{0,4}")
_WIDTH = 60
_NEAR = 16


def bind(text: str, drafts: Sequence[Draft]) -> None:
    """Gives each figure of a list behind 分别 the noun that stands at its place in the list before."""
    words = [found.span() for found in _EACH.finditer(text)] if "分别" in text or "依次" in text else ()
    if not words:
        return
    figures = [draft for draft in drafts if not draft.label]
    starts = [draft.start for draft in figures]
    for start, end in words:
        first = bisect_left(starts, end)
        listed = _list(text, figures, first, end)
        if len(listed) > 1:
            _name(text, listed, figures[max(0, first - len(listed)) : first], start, end)


def _list(text: str, figures: Sequence[Draft], first: int, end: int) -> list[Draft]:
    """The figures of one unit that follow each other from `first` with only a mark or 和 between them."""
    found = list(figures[first : first + 1])
    if not found or found[0].start - end > _NEAR or _CLAUSE.search(text, end, found[0].start):
        return []
    for at in range(first + 1, len(figures)):
        draft, last = figures[at], found[-1]
        if draft.unit != last.unit or not _BETWEEN.fullmatch(text, last.end, draft.start):
            break
        found.append(draft)
    return found


def _name(text: str, listed: Sequence[Draft], earlier: Sequence[Draft], start: int, end: int) -> None:
    window = max(0, start - _WIDTH)
    begin = max((found.end() for found in _CLAUSE.finditer(text, window, start)), default=window)
    before = edges.bare(text[begin:start])
    nouns = _AND.split(before)
    if len(nouns) == len(listed):
        for draft, noun in zip(listed, nouns, strict=True):
            draft.metric = _whole(noun, nouns[-1])
    elif (not before or _OVER_TIME.fullmatch(before)) and _stand_before(text, earlier, listed, begin):
        change = edges.bare(text[end : listed[0].start])
        for draft, other in zip(listed, earlier, strict=True):
            draft.metric = (other.metric or "") + change


def _whole(noun: str, last: str) -> str:
    """An item of a list with the word that only the last one has: 大豆价格 of 大豆、小麦价格, not so 个人、企业."""
    if len(noun) == 1:
        return noun + last[1:]
    tail = cut_quickly(last)[-1]
    return noun if tail == last or noun[-1:] == tail[-1] else noun + tail


def _stand_before(text: str, earlier: Sequence[Draft], listed: Sequence[Draft], begin: int) -> bool:
    """Whether as many figures of one unit with their nouns end in the clause before: 立案20件、结案15件，同比分别…"""
    if len(earlier) != len(listed) or not all(draft.metric for draft in earlier):
        return False
    one = len({draft.unit for draft in earlier}) == 1 and not _CLAUSE.search(text, earlier[0].end, earlier[-1].start)
    return one and text[earlier[-1].end : begin] == "，"
