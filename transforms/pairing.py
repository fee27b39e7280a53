"""The best whole way to pair two sides one to one, where each pair has a gain.

before  a-x 3, a-y 2, b-x 2     (the best pair first would take a-x and leave b and y alone)
after   y with a, x with b: 4
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping, Sequence
from typing import TypeVar

Left = TypeVar("Left", bound=Hashable)
Right = TypeVar("Right", bound=Hashable)


def best_pairs(gains: Mapping[tuple[Left, Right], float]) -> dict[Right, Left]:
    """For each of the right side that is paired its partner; pairs that `gains` lacks, and those that gain nothing, are
    never made. The sum of the gains is the greatest there is; the pairs that gain most come first.

    The Hungarian method (Kuhn 1955) with potentials, one of the left side at a time; each may also stay alone, which
    gains nothing. Time grows with the square of the one side times the other.
    """
    lefts = list(dict.fromkeys(left for left, _ in gains))
    rights = list(dict.fromkeys(right for _, right in gains))
    columns = {right: column for column, right in enumerate(rights)}
    costs = [[math.inf] * len(rights) for _ in lefts]
    rows = {left: costs[row] for row, left in enumerate(lefts)}
    for (left, right), gain in gains.items():
        if gain > 0:
            rows[left][columns[right]] = -gain
    taken = [(costs[row][column], column, row) for column, row in enumerate(_cheapest(costs, len(rights))) if row >= 0]
    return {rights[column]: lefts[row] for _, column, row in sorted(taken)}


def _cheapest(costs: Sequence[Sequence[float]], n_columns: int) -> list[int]:
    """For each column the row that takes it at the least cost of the whole; -1 where none does."""
    matching = _Matching(costs, n_columns)
    for row in range(len(costs)):
        matching.place(row)
    return matching.row_of[:n_columns]


class _Matching:
    """Rows and the columns that they have taken so far. Behind the real columns stands for each row one of its own,
    which costs nothing. `for_row` and `for_column` are the potentials: no cost is below their sum."""

    def __init__(self, costs: Sequence[Sequence[float]], n_columns: int) -> None:
        self.costs = costs
        self.n_columns = n_columns
        self.row_of = [-1] * (n_columns + len(costs))
        self.for_row = [0.0] * len(costs)
        self.for_column = [0.0] * len(self.row_of)

    def place(self, start: int) -> None:
        """Give a row a column; others are moved along the cheapest path to a free one."""
        least = [math.inf] * len(self.row_of)
        came = [-1] * len(self.row_of)
        done: list[int] = []
        row, at = start, -1
        while at < 0 or row >= 0:
            self._reach(row, at, least, came, done)
            at = min(set(range(len(self.row_of))).difference(done), key=lambda column: (least[column], column))
            self._shift(start, least[at], least, done)
            done.append(at)
            row = self.row_of[at]
        while at >= 0:
            before = came[at]
            self.row_of[at] = self.row_of[before] if before >= 0 else start
            at = before

    def _reach(self, row: int, at: int, least: list[float], came: list[int], done: Sequence[int]) -> None:
        """Note where a row, reached by way of column `at`, could go for less than is known."""
        own = self.n_columns + row
        for column, cost in [*enumerate(self.costs[row]), (own, 0.0)]:
            reduced = cost - self.for_row[row] - self.for_column[column]
            if reduced < least[column] and column not in done:
                least[column], came[column] = reduced, at

    def _shift(self, start: int, step: float, least: list[float], done: Sequence[int]) -> None:
        """Move the potentials so that the cheapest column not yet done costs nothing more."""
        self.for_row[start] += step
        for column in done:
            self.for_column[column] -= step
            self.for_row[self.row_of[column]] += step
        for column in set(range(len(least))).difference(done):
            least[column] -= step
