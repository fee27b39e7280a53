"""Columns that an extractor read row by row, told apart again.

Where columns stand close, an extractor that goes by geometry reads them as one block: row after row, each from left to
right; a line that is set off, as a paragraph's first is, comes by itself. So each line stands to the right of the one
before it or opens the next row, and each column that has begun has a line in every row until it ends. Of all ways to
deal the lines out to columns by these rules the one is chosen in which the columns read best.

    before  盖科普、文学、历史、艺术等 | 的每一片土地，点亮孩子们心 / 多个领域。/ 中的阅读之光。
    after   盖科普、文学、历史、艺术等 / 多个领域。 | 的每一片土地，点亮孩子们心 / 中的阅读之光。
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cache
from typing import NamedTuple

from transforms.breaks import LineFacts

BETWEEN = 3  # so many lines between two rows belong to them
AROUND = 8  # …and so many before the first and behind the last, as far as no blank line parts them
MOST_COLUMNS = 6
BEAM = 60
LATE = -8.0  # a column that begins in the second row
FAR_TOO_LATE = -12.0  # …or further down
ENDED = -1.0  # a column that has no line in a row
GOES_ON_AFTER_ALL = -8.0  # …and has one in a later row
TORN = -5.0  # a row read in two though nothing parts its columns more widely than usual
WIDE = 1.5  # so many em wider than usual

Joint = Callable[[int, int], float]


class _Dealt(NamedTuple):
    """Lines dealt out to columns from left to right: `lasts` are the last lines of the columns, `at` is the column of
    the last line of all, `missing` says of each column whether it had no line in the last row. What the columns hold is
    told by the steps: whence this `came`, and whether its last line `opened` a column; a step into a new row places no
    line."""

    lasts: tuple[int, ...] = ()
    at: int = -1
    n_rows: int = 1
    missing: tuple[bool, ...] = ()
    opened: bool = False
    came: _Dealt | None = None

    def columns(self) -> list[list[int]]:
        """The lines of each column."""
        steps: list[_Dealt] = []
        step: _Dealt | None = self
        while step is not None:
            if step.at >= 0:
                steps.append(step)
            step = step.came
        columns: list[list[int]] = []
        for step in reversed(steps):
            if step.opened:
                columns.insert(step.at, [])
            columns[step.at].append(step.lasts[step.at])
        return columns


def regions(facts: Sequence[LineFacts]) -> Iterator[range]:
    """The stretches of lines that hold rows of several columns, with the few lines between two such rows and those
    that stand close above or below them."""
    end = 0
    for rows in _close_rows(facts):
        start, stop = rows.start, rows.stop
        while start > max(end, rows.start - AROUND) and not facts[start].line.gap:
            start -= 1
        while stop < min(len(facts), rows.stop + AROUND) and not facts[stop].line.gap:
            stop += 1
        if start < end or _is_any_apart(facts, range(start, rows.start), facts[rows.start]):
            start = rows.start
        cut_off = stop == rows.stop + AROUND and stop < len(facts) and not facts[stop].line.gap
        if cut_off or _is_any_apart(facts, range(rows.stop, stop), facts[rows.start]):
            stop = rows.stop
        yield range(start, stop)
        end = stop


def _close_rows(facts: Sequence[LineFacts]) -> Iterator[range]:
    """The stretches from a row to another with few lines between two neighbours."""
    start = end = 0
    for index, fact in enumerate(facts):
        if not fact.line.column:
            continue
        if start < end and (index - end > BETWEEN or _is_any_apart(facts, range(end, index), fact)):
            yield range(start, end)
            start = end
        if start == end:
            start = index
        end = index + 1
    if start < end:
        yield range(start, end)


def _is_any_apart(facts: Sequence[LineFacts], lines: range, row: LineFacts) -> bool:
    """Whether one of some lines is no line of the columns of a row."""
    return any(facts[i].other is not None or facts[i].line.measure != row.line.measure for i in lines)


def columns(facts: Sequence[LineFacts], region: range, joint: Joint) -> list[list[int]]:
    """The lines of a region by column from left to right; `joint` says how well one line goes on in another."""
    link = cache(joint)
    torn = {index: _torn(facts[index - 1] if index > region.start else None, facts[index]) for index in region}
    beam: list[tuple[float, _Dealt]] = [(0.0, _Dealt())]
    for index in region:
        best: dict[object, tuple[float, _Dealt]] = {}
        for score, dealt in beam:
            for gain, then in _ways(dealt, index, facts[index].line.column, torn[index], link):
                key = then.lasts, then.at, then.missing
                known = best.get(key)
                if known is None or score + gain > known[0]:
                    best[key] = score + gain, then
        beam = sorted(best.values(), key=_by_score)[:BEAM]
    return beam[0][1].columns()


def _by_score(scored: tuple[float, _Dealt]) -> float:
    return -scored[0]


def _torn(before: LineFacts | None, fact: LineFacts) -> float:
    """The score of two lines that stand in one row but were read apart: so they are where a last line's end or a first
    line's indent parts them."""
    if before is None or fact.line.column > 1:
        return 0.0
    blanks = [(each.line.measure or 0.0) - each.line.width for each in (before, fact)]
    return 0.0 if max(blanks) >= WIDE else TORN


def _ways(
    dealt: _Dealt, index: int, number: int, torn: float, link: Callable[[int, int], float]
) -> list[tuple[float, _Dealt]]:
    """The ways to place a line: right of the last one, or in a new row unless it is a later piece of a row cut in two
    (`number` counts them); `torn` is the score of the first way."""
    ways = _in_row(dealt, dealt.at + 1, index, 0.0, link)
    if torn:
        ways = [(score + torn if then.at == dealt.at + 1 else score, then) for score, then in ways]
    if number < 2 and dealt.lasts:
        ended = (*dealt.missing[: dealt.at + 1], *(True,) * (len(dealt.missing) - dealt.at - 1))
        score = ENDED * (sum(ended) - sum(dealt.missing))
        ways += _in_row(_Dealt(dealt.lasts, -1, dealt.n_rows + 1, ended, False, dealt), 0, index, score, link)
    return ways


def _in_row(
    dealt: _Dealt, start: int, index: int, score: float, link: Callable[[int, int], float]
) -> list[tuple[float, _Dealt]]:
    """The ways to place a line in a row in a column from `start` on; those passed over have no line in this row."""
    lasts, _, n_rows, missing, *_ = dealt
    opening = 0.0 if n_rows == 1 else LATE if n_rows == 2 else FAR_TOO_LATE
    ways: list[tuple[float, _Dealt]] = []
    passed = 0.0
    then = missing[:start]
    for at in range(start, len(lasts) + 1):
        if len(lasts) < MOST_COLUMNS:
            grown = (*lasts[:at], index, *lasts[at:])
            gain = score + passed + opening
            ways.append((gain, _Dealt(grown, at, n_rows, (*then, False, *missing[at:]), True, dealt)))
        if at < len(lasts):
            longer = (*lasts[:at], index, *lasts[at + 1 :])
            gain = score + passed + (GOES_ON_AFTER_ALL if missing[at] else 0.0) + link(lasts[at], index)
            ways.append((gain, _Dealt(longer, at, n_rows, (*then, False, *missing[at + 1 :]), False, dealt)))
            passed += 0.0 if missing[at] else ENDED
            then = (*then, True)
    return ways
