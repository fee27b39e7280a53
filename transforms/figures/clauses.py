"""Where the clauses of a text begin and end, found once for all of its figures.

A clause ends with a comma or a stronger mark, with …… or ——, with a line, or with a blank between Chinese characters.
An aside in brackets belongs to the clause that it stands in.

    before  出口8亿元（占比21%，居首位），增长9%
    after   clauses at 出口, 居首位 (for what stands in the aside) and 增长
"""

from __future__ import annotations

import re
from bisect import bisect_left
from itertools import accumulate

# A mark, and each half of …… and ——. The pattern begins with a set of characters: all others are passed over fast.
_MARK = re.compile(r"[，。；：！？\n…—](?:(?<![…—])|(?=[…—])|(?<=[…—]{2}))")
_BLANK = re.compile(r" (?=[\u4e00-\u9fff])(?<=[\u4e00-\u9fff] )")
_ASIDE = re.compile(r"（[^（）\n]*）")
_WIDTH = 60


class Clauses:
    """The clauses of one text; those longer than a few lines are taken to begin and end within sight of a figure."""

    def __init__(self, text: str) -> None:
        lengths = accumulate(map(len, _MARK.split(text)[:-1]))
        ends = [length + marks for marks, length in enumerate(lengths)]
        if " " in text:
            ends = sorted([*ends, *(found.start() for found in _BLANK.finditer(text))])
        self._ends = ends
        self._asides = [found.span() for found in _ASIDE.finditer(text)] if "（" in text else []
        self._length = len(text)

    def begin(self, at: int) -> int:
        """Where the clause begins that `at` lies in."""
        place = bisect_left(self._ends, at)
        begin = self._ends[place - 1] + 1 if place else 0
        while self._asides:
            aside = bisect_left(self._asides, (begin,)) - 1
            start, end = self._asides[aside]
            if aside < 0 or not start < begin < end <= at:
                break
            place = bisect_left(self._ends, start)
            begin = self._ends[place - 1] + 1 if place else 0
        return max(begin, at - _WIDTH)

    def end(self, at: int) -> int:
        """Where the clause ends that `at` lies in."""
        place = bisect_left(self._ends, at)
        end = self._ends[place] if place < len(self._ends) else self._length
        return min(end, at + _WIDTH)
