"""Where the clauses of a text begin and end, found once for all of its figures.

A clause ends with a comma or a stronger mark, with …… or ——, with a line, or with a blank between Chinese characters.
An aside in brackets belongs to the clause that it stands in.

    before  出口8亿元（占比21%，居首位）|，增长9%
    after   clauses at 出口, 居首位 (for what stands in the aside) and 增长
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right

_MARK = re.compile(r"[，。；：！？\n …—]")
_PLAIN = frozenset("，。；：！？\n")
_ASIDE = re.compile(r"（[^（）\n]*）")
_WIDTH = 60


class Clauses:
    """The clauses of one text; those longer than a few lines are taken to begin and end within sight of a figure."""

    def __init__(self, text: str) -> None:
        self._ends: list[int] = []
        self._begins: list[int] = [0]
        for found in _MARK.finditer(text):
            at = found.start()
            mark = text[at]
            if mark in _PLAIN or (mark == " " and _is_han(text[at - 1 : at]) and _is_han(text[at + 1 : at + 2])):
                self._ends.append(at)
                self._begins.append(at + 1)
            elif mark != " " and text[at + 1 : at + 2] == mark and self._begins[-1] != at + 1:
                self._ends.append(at)
                self._begins.append(at + 2)
        self._asides = [found.span() for found in _ASIDE.finditer(text)] if "（" in text else []

    def begin(self, at: int) -> int:
        """Where the clause begins that `at` lies in."""
        begin = self._begins[bisect_right(self._begins, at) - 1]
        while self._asides:
            place = bisect_left(self._asides, (begin,)) - 1
            start, end = self._asides[place]
            if place < 0 or not start < begin < end <= at:
                break
            begin = self._begins[bisect_right(self._begins, start) - 1]
        return max(begin, at - _WIDTH)

    def end(self, at: int, length: int) -> int:
        """Where the clause ends that `at` lies in, in a text of so many characters."""
        place = bisect_left(self._ends, at)
        end = self._ends[place] if place < len(self._ends) else length
        return min(end, at + _WIDTH)


def _is_han(mark: str) -> bool:
    return "\u4e00" <= mark <= "\u9fff"
