"""Columns that an extractor read row by row, told apart again.

Where two columns stand close, an extractor that goes by geometry reads them as one block: a row of both, then a line of
the left one alone where the right one's is set off, and so on. Each line goes on in the line below it in its column, so
of all ways to deal the lines out to columns the one is chosen in which the columns read best.

    before  盖科普、文学、历史、艺术等 | 的每一片土地，点亮孩子们心 / 多个领域。/ 中的阅读之光。
    after   盖科普、文学、历史、艺术等 / 多个领域。 | 的每一片土地，点亮孩子们心 / 中的阅读之光。
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from transforms.breaks import LineFacts

BETWEEN = 3  # so many lines between two rows belong to them
MOST_COLUMNS = 6
BEAM = 40
SECOND_ROW = -4.0  # a row of further columns, read apart from the first one
NEW_COLUMN = -8.0  # a column that begins below others
PASSED_OVER = -0.5  # for each line more than one of every column since the last one

Joint = Callable[[LineFacts, LineFacts], float]


def regions(facts: Sequence[LineFacts]) -> Iterator[range]:
    """The stretches of lines that hold rows of several columns, with the few lines between two such rows."""
    start = end = 0
    for index, fact in enumerate(facts):
        if not fact.line.column:
            continue
        between = facts[end:index]
        if start < end and (len(between) > BETWEEN or any(_is_apart(each, fact) for each in between)):
            yield range(start, end)
            start = end
        if start == end:
            start = index
        end = index + 1
    if start < end:
        yield range(start, end)


def _is_apart(fact: LineFacts, row: LineFacts) -> bool:
    return fact.other is not None or fact.line.measure != row.line.measure


def columns(facts: Sequence[LineFacts], region: range, joint: Joint) -> list[list[int]]:
    """The lines of a region by column, in the order in which the columns begin; `joint` says how well one line goes on
    in another."""
    beam: list[tuple[float, tuple[tuple[int, ...], ...]]] = [(0.0, ())]
    for index in region:
        beside = facts[index].line.column - 1  # so many lines before it stand in its row
        found = [
            (score + gain, dealt)
            for score, columns in beam
            for gain, dealt in _dealt(facts, columns, index, index - max(0, beside), joint)
        ]
        found.sort(key=lambda each: -each[0])
        beam = found[:BEAM]
    return [list(column) for column in beam[0][1]]


def _dealt(
    facts: Sequence[LineFacts], columns: tuple[tuple[int, ...], ...], index: int, row: int, joint: Joint
) -> Iterator[tuple[float, tuple[tuple[int, ...], ...]]]:
    """The ways to put a line below one of the columns, or at the head of a new one; `row` is the first line of its
    row, of which a column can hold but one."""
    for at, column in enumerate(columns):
        if column[-1] < row:
            passed = max(0, index - column[-1] - len(columns))
            gain = joint(facts[column[-1]], facts[index]) + PASSED_OVER * passed
            yield gain, (*columns[:at], (*column, index), *columns[at + 1 :])
    if len(columns) < MOST_COLUMNS:
        yield _opening(columns, row), (*columns, (index,))


def _opening(columns: tuple[tuple[int, ...], ...], row: int) -> float:
    """The score of a new column for a line of the row that begins with line `row`."""
    if not columns or columns[0] == (row,):
        return 0.0
    if any(len(column) > 1 for column in columns):
        return NEW_COLUMN
    return 0.0 if columns[-1][0] >= row else SECOND_ROW
