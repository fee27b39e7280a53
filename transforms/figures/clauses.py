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
    """The clauses of one text; those longer than a few lines are taken to begin and end within sight of a figure. Only
    the lines that are asked for are looked through."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._line = self._line_end = -1
        self._ends: list[int] = []
        self._asides: list[tuple[int, int]] = []

    def _turn_to(self, at: int) -> None:
        """Finds the ends of the clauses of the line that `at` lies in."""
        text = self._text
        start = text.rfind("\n", 0, at) + 1
        end = text.find("\n", at)
        end = len(text) if end < 0 else end
        lengths = accumulate(map(len, _MARK.split(text[start:end])), initial=start)
        ends = [length + marks for marks, length in enumerate(lengths, -1)][1:]
        if text.find(" ", start, end) >= 0:
            ends = sorted([*ends, *(found.start() for found in _BLANK.finditer(text, start, end))])
        self._line, self._line_end, self._ends = start, end, ends
        self._asides = [found.span() for found in _ASIDE.finditer(text, start, end)]

    def begin(self, at: int) -> int:
        """Where the clause begins that `at` lies in."""
        if not self._line <= at <= self._line_end:
            self._turn_to(at)
        place = bisect_left(self._ends, at)
        begin = self._ends[place - 1] + 1 if place else self._line
        while self._asides:
            aside = bisect_left(self._asides, (begin,)) - 1
            start, end = self._asides[aside]
            if aside < 0 or not start < begin < end <= at:
                break
            place = bisect_left(self._ends, start)
            begin = self._ends[place - 1] + 1 if place else self._line
        return max(begin, at - _WIDTH)

    def end(self, at: int) -> int:
        """Where the clause ends that `at` lies in."""
        if not self._line <= at <= self._line_end:
            self._turn_to(at)
        return min(self._ends[bisect_left(self._ends, at)], at + _WIDTH)
