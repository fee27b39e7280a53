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
    never made. The sum of the gains is the greatest there is.

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
    return {rights[column]: lefts[row] for column, row in enumerate(_cheapest(costs, len(rights))) if row >= 0}


def _cheapest(costs: Sequence[Sequence[float]], n_columns: int) -> list[int]:
    """For each column the row that takes it at the least cost of the whole; -1 where none does."""
    row_of = [-1] * (n_columns + len(costs))  # behind the columns stands for each row one of its own
    for_row = [0.0] * len(costs)
    for_column = [0.0] * len(row_of)
    for start in range(len(costs)):
        _place(start, costs, n_columns, row_of, for_row, for_column)
    return row_of[:n_columns]


def _place(
    start: int,
    costs: Sequence[Sequence[float]],
    n_columns: int,
    row_of: list[int],
    for_row: list[float],
    for_column: list[float],
) -> None:
    """Give a row a column, moving others where the whole gains by it (a cheapest augmenting path)."""
    least = [math.inf] * len(row_of)
    came = [-1] * len(row_of)
    done = [False] * len(row_of)
    row, at = start, -1
    while True:
        base = for_row[row]
        for column in range(n_columns):
            reduced = costs[row][column] - base - for_column[column]
            if not done[column] and reduced < least[column]:
                least[column], came[column] = reduced, at
        own = n_columns + row
        if not done[own] and -base - for_column[own] < least[own]:
            least[own], came[own] = -base - for_column[own], at
        nearest = min((c for c in range(len(row_of)) if not done[c]), key=least.__getitem__)
        step = least[nearest]
        for_row[start] += step
        for column in range(len(row_of)):
            if done[column]:
                for_column[column] -= step
                for_row[row_of[column]] += step
            else:
                least[column] -= step
        done[nearest] = True
        at = nearest
        if row_of[at] < 0:
            break
        row = row_of[at]
    while at >= 0:
        before = came[at]
        row_of[at] = row_of[before] if before >= 0 else start
        at = before
