"""The best one-to-one pairs of two sets: the pairs whose gains add up to the most.

before  gains [[3, 2], [2, -1]]
after   {0: 1, 1: 0}: the first gives up its best, for the other has no second
"""

from __future__ import annotations

import math
from collections.abc import Sequence


def best_pairs(gains: Sequence[Sequence[float]]) -> dict[int, int]:
    """For each row that is paired its column; what gains nothing stays single. `gains[row][column]` may be -inf.

    The Hungarian method (Kuhn 1955) with potentials, one row at a time; each row may also take a column of its own that
    gains nothing. Time grows with the square of the rows times the columns.
    """
    n_columns = len(gains[0]) if gains else 0
    costs = [[-gain if gain > 0 else math.inf for gain in row] for row in gains]
    row_of = [-1] * (n_columns + len(gains))  # behind the columns stands for each row one of its own
    for_row = [0.0] * len(gains)
    for_column = [0.0] * len(row_of)
    for start in range(len(gains)):
        _place(start, costs, n_columns, row_of, for_row, for_column)
    return {row: column for column, row in enumerate(row_of[:n_columns]) if row >= 0}


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
