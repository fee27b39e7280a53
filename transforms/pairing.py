"""The best whole way to pair two sides one to one, where each pair has a gain.

before  a-x 3, a-y 2, b-x 2     (the best pair first would take a-x and leave b and y alone)
after   y with a, x with b: 4
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import TypeVar

Left = TypeVar("Left", bound=Hashable)
Right = TypeVar("Right", bound=Hashable)

_LEAST = 1e-9  # less is a rounding error


def best_pairs(gains: Mapping[tuple[Left, Right], float]) -> dict[Right, Left]:
    """For each of the right side that is paired its partner; pairs that `gains` lacks are never made.

    Starting with none, the change that gains most is made until none gains anything. Each such change is a path on
    which partners are passed on, found as Bellman and Ford do, so that the sum is the greatest there is.
    """
    taken: dict[Right, Left] = {}
    while change := _best_change(gains, taken):
        taken.update(change)
    return taken


def _best_change(gains: Mapping[tuple[Left, Right], float], taken: Mapping[Right, Left]) -> dict[Right, Left]:
    """The new partners along the path that gains most; empty where no path gains."""
    paired = set(taken.values())
    reached = {left: 0.0 for left, _ in gains if left not in paired}
    came: dict[Left, tuple[Left, Right]] = {}
    for _ in range(len(paired) + 1):
        if not _spread(gains, taken, reached, came):
            break
    ends = {
        (left, right): reached[left] + gain
        for (left, right), gain in gains.items()
        if right not in taken and left in reached
    }
    if not ends or max(ends.values()) <= _LEAST:
        return {}
    left, right = max(ends, key=ends.__getitem__)
    change = {right: left}
    while left in came:
        left, right = came[left]
        change[right] = left
    return change


def _spread(
    gains: Mapping[tuple[Left, Right], float],
    taken: Mapping[Right, Left],
    reached: dict[Left, float],
    came: dict[Left, tuple[Left, Right]],
) -> bool:
    """Passes partners on by one step where that gains more than what is known; whether any did."""
    better = False
    for (left, right), gain in gains.items():
        owner = taken.get(right)
        if owner is None or owner == left or left not in reached:
            continue
        total = reached[left] + gain - gains[owner, right]
        if owner not in reached or total > reached[owner] + _LEAST:
            reached[owner], came[owner] = total, (left, right)
            better = True
    return better
