"""The best whole way to pair two sides one to one, where each pair has a gain.

before  a-x 3, a-y 2, b-x 2     (the best pair first would take a-x and leave b and y alone)
after   y with a, x with b: 4

With the pairs come prices, which say what each of both sides is worth where it is. No pair gains more than its two are
worth together; so one that was never weighed needs not be, if it can't gain as much.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

Left = TypeVar("Left", bound=Hashable)
Right = TypeVar("Right", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Paired(Generic[Left, Right]):
    """For each of the right side that is paired its partner, and the prices of those that have one, on both sides; all
    others have the price 0. The prices of two partners are together what they gain."""

    partners: dict[Right, Left]
    of_left: dict[Left, float]
    of_right: dict[Right, float]


def best_pairs(gains: Mapping[tuple[Left, Right], float]) -> dict[Right, Left]:
    """For each of the right side that is paired its partner; pairs that `gains` lacks, and those that gain nothing, are
    never made. The sum of the gains is the greatest there is; the pairs that gain most come first."""
    return priced_pairs(gains).partners


def priced_pairs(gains: Mapping[tuple[Left, Right], float]) -> Paired[Left, Right]:
    """The best pairs and their prices. A pair of which neither has another choice is made at once; the others fall into
    knots of those that depend on each other, each of which is solved by itself."""
    rows = {left: row for row, left in enumerate(dict.fromkeys(left for left, _ in gains))}
    columns = {right: column for column, right in enumerate(dict.fromkeys(right for _, right in gains))}
    worth = {pair: gain for pair, gain in gains.items() if gain > 0}
    found: dict[Right, Left] = {}
    of_left: dict[Left, float] = {}
    of_right: dict[Right, float] = {}
    for knot in _knots(worth):
        if len(knot) == 1:
            ((left, right),) = knot
            found[right], of_left[left], of_right[right] = left, worth[left, right], 0.0
            continue
        lefts = sorted({left for left, _ in knot}, key=rows.__getitem__)
        rights = sorted({right for _, right in knot}, key=columns.__getitem__)
        solved = _Knot(lefts, rights, {pair: worth[pair] for pair in knot})
        found |= {rights[column]: lefts[row] for column, row in solved.row_of.items() if column < len(rights)}
        of_left |= {left: -potential for left, potential in zip(lefts, solved.for_row)}
        of_right |= {right: -solved.for_column[column] for column, right in enumerate(rights)}
    order = sorted(found, key=lambda right: (-worth[found[right], right], columns[right]))
    return Paired({right: found[right] for right in order}, of_left, of_right)


def _knots(pairs: Mapping[tuple[Left, Right], float]) -> Iterator[list[tuple[Left, Right]]]:
    """The pairs by what hangs together: two pairs with one side in common are in one knot."""
    n_left = Counter(left for left, _ in pairs)
    n_right = Counter(right for _, right in pairs)
    of_left: defaultdict[Left, list[tuple[Left, Right]]] = defaultdict(list)
    of_right: defaultdict[Right, list[tuple[Left, Right]]] = defaultdict(list)
    for left, right in pairs:
        if n_left[left] == n_right[right] == 1:
            yield [(left, right)]
        else:
            of_left[left].append((left, right))
            of_right[right].append((left, right))
    while of_left:
        lefts = [next(iter(of_left))]
        knot: list[tuple[Left, Right]] = []
        for left in lefts:
            own = of_left.pop(left, [])
            knot += own
            lefts += [other for _, right in own for other, _ in of_right.pop(right, [])]
        yield knot


class _Knot(Generic[Left, Right]):
    """The Hungarian method (Kuhn 1955) with potentials, one of the left side at a time; each may also stay alone, which
    gains nothing. Its time grows with the pairs times the lesser side.

    Rows are the left side; behind the columns of the right side stands for each row one of its own, which costs
    nothing. No cost is below the sum of the two potentials, `for_row` and `for_column`.
    """

    def __init__(
        self, lefts: Sequence[Left], rights: Sequence[Right], gains: Mapping[tuple[Left, Right], float]
    ) -> None:
        rows = {left: row for row, left in enumerate(lefts)}
        columns = {right: column for column, right in enumerate(rights)}
        self.costs: list[list[tuple[int, float]]] = [[(len(rights) + row, 0.0)] for row in range(len(lefts))]
        for (left, right), gain in gains.items():
            self.costs[rows[left]].append((columns[right], -gain))
        self.row_of: dict[int, int] = {}
        self.for_row = [0.0] * len(lefts)
        self.for_column: defaultdict[int, float] = defaultdict(float)
        for row in range(len(lefts)):
            self._place(row)

    def _place(self, start: int) -> None:
        """Give a row a column; others are moved along the cheapest path to a free one."""
        least: dict[int, float] = {}  # what it costs to come to a column that is not yet done
        done: dict[int, float] = {}
        came: dict[int, int] = {}
        row, at, cost = start, -1, 0.0
        while row >= 0:
            for column, own in self.costs[row]:
                reduced = cost + own - self.for_row[row] - self.for_column[column]
                if column not in done and reduced < least.get(column, math.inf):
                    least[column], came[column] = reduced, at
            cost, at = min(zip(least.values(), least))
            done[at] = least.pop(at)
            row = self.row_of.get(at, -1)
        self._shift(start, cost, done)
        while at >= 0:
            self.row_of[at] = self.row_of[came[at]] if came[at] >= 0 else start
            at = came[at]

    def _shift(self, start: int, cost: float, done: Mapping[int, float]) -> None:
        """Move the potentials so that all steps of the path cost nothing more."""
        self.for_row[start] += cost
        for column, own in done.items():
            self.for_column[column] -= cost - own
            if column in self.row_of:
                self.for_row[self.row_of[column]] += cost - own
