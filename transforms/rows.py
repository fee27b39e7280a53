"""Rows that an extractor read across columns, cut into the lines of each column.

Where lines of neighbouring columns stand on one baseline, an extractor that goes by geometry prints them as one row,
with a blank, or with nothing where a mark at a line's end leaves room enough. Such a row is far wider than the page's
columns, and cut at the right places each of its pieces is as wide as a column.

    before  活动中，市图书馆为乡村儿童 盖科普、文学、历史、艺术等多个 的每一片土地，点亮
    after   活动中，市图书馆为乡村儿童 | 盖科普、文学、历史、艺术等多个 | 的每一片土地，点亮
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise

from transforms.lines import (
    INDENT,
    SLACK,
    TOLERANCE,
    Line,
    likely_measures,
    line_of,
    printed_width,
    with_measures,
)

MOST_COLUMNS = 6
LEAST_WIDTH = 1.3  # a row is so many columns wide at the least
LEAST_NEAR = 1.05  # …and so many next to other rows, where a paragraph's last line may be short: …教育， 远发展。

# Costs of a piece; a row is cut where they stay below `MOST_COST` for each piece.
FULL = 0.0
FIRST = 0.6
LAST = 0.8
SHORT = 2.2
NO_BLANK = 0.8  # the columns touch
MOST_COST = 0.9
IMPOSSIBLE = 1e9
NEAR = 4  # so many lines beside a row may be rows whose columns touch

_Row = tuple[float, list[Line]]

_BLANK = re.compile(r"\S \S")
_BODY_MARK = re.compile("[，。；、]")
_STOPS = re.compile("[。！？”]$")
_MARKS = "，。、；：！？”》）"
_SQUEEZED = _MARKS + "“《（"


def cut_rows(lines: Sequence[Line]) -> list[Line]:
    """The lines of a page with its rows cut."""
    has_blank = [" " in line.text and _BLANK.search(line.text) is not None for line in lines]
    if not _may_hold_rows(lines, has_blank):
        return list(lines)
    blanks = [measures if has else () for has, measures in zip(has_blank, _columns(lines, has_blank))]
    rows = {i: cut for i, measures in enumerate(blanks) if (cut := _cut(lines[i], measures))}
    found = rows
    while found := _touching(lines, rows, found):
        rows = rows | found
    return [piece for i, line in enumerate(lines) for piece in (rows[i][1] if i in rows else [line])]


def _may_hold_rows(lines: Sequence[Line], has_blank: Sequence[bool]) -> bool:
    """Whether a line with a blank inside is a row across columns of any measure that is likely on the page. On few
    pages one is; so on the others it needs not be found what each line's measure is."""
    if not any(has_blank):
        return False
    measures = likely_measures([line for line, has in zip(lines, has_blank) if not has])
    return any(has and _cheapest(line, measures, LEAST_WIDTH)[0][0] < MOST_COST for line, has in zip(lines, has_blank))


def _touching(lines: Sequence[Line], rows: Mapping[int, _Row], last: Mapping[int, _Row]) -> dict[int, _Row]:
    """Rows next to those found `last`: their columns may touch, so that no blank is left: …书籍与知识的力量，阅读之光。
    Or no other line of their measure stands near."""
    found: dict[int, _Row] = {}
    for i, (measure, _) in last.items():
        for near in range(max(0, i - NEAR), min(len(lines), i + NEAR + 1)):
            cut = _cut(lines[near], [measure], LEAST_NEAR) if near not in rows else None
            if cut:
                found[near] = cut
    return found


def _columns(lines: Sequence[Line], has_blank: Sequence[bool]) -> list[set[float]]:
    """For each line the measures of the columns before and behind it. Lines with a blank inside may be rows and tell
    nothing."""
    measured = iter(with_measures([line for line, has in zip(lines, has_blank) if not has]))
    own = [None if has else next(measured).measure for has in has_blank]
    before = _carried(own)
    behind = _carried(own[::-1])[::-1]
    return [{side for side in sides if side} for sides in zip(before, behind)]


def _carried(measures: Iterable[float | None]) -> list[float | None]:
    """Measures, each that is missing taken from the last one before it."""
    carried: list[float | None] = []
    for measure in measures:
        carried.append(measure if measure or not carried else carried[-1])
    return carried


def _cut(line: Line, measures: Iterable[float], least: float = LEAST_WIDTH) -> _Row | None:
    """The measure of the columns that a row was read across, and the lines it is made of; None where it is one line.
    A row is `least` columns wide or wider."""
    (cost, cuts), measure = _cheapest(line, measures, least)
    if cost >= MOST_COST:
        return None
    edges = [0, *cuts, len(line.clean.text)]
    spans = [line.clean[start:end].strip() for start, end in pairwise(edges)]
    starts = [line.raw.at.index(span.at[0]) for span in spans]
    raws = (line.raw[start:end].strip() for start, end in zip(starts, [*starts[1:], len(line.raw)]))
    return measure, [line_of(raw, True)._replace(column=number) for number, raw in enumerate(raws, start=1)]


def _cheapest(line: Line, measures: Iterable[float], least: float) -> tuple[tuple[float, list[int]], float]:
    """The cheapest cuts of a row across columns of one of some measures, their cost by piece, and the measure."""
    fitting = [m for m in measures if least * m <= line.width <= (MOST_COLUMNS + 0.5) * m]
    if not fitting or not _BODY_MARK.search(line.text):
        return (MOST_COST, []), 0.0
    return min((_best_cuts(line.clean.text, m), m) for m in fitting)


def _best_cuts(text: str, measure: float) -> tuple[float, list[int]]:
    """The cheapest places at which to cut a row into pieces of a column, and their cost by piece."""
    places = [0, *_places(text), len(text)]
    best: dict[int, tuple[float, list[int]]] = {0: (0.0, [])}
    for number, end in enumerate(places[1:], start=1):
        for start in reversed(places[:number]):
            cost = _cost(text, start, end, measure)
            if cost is None:  # so are all that begin further left
                break
            if start not in best or start == end or (start, end) == (0, len(text)):
                continue
            total = best[start][0] + cost
            if end not in best or total <= best[end][0]:
                best[end] = (total, [*best[start][1], start] if start else [])
    if len(text) not in best or not best[len(text)][1]:
        return MOST_COST, []
    total, cuts = best[len(text)]
    return total / (len(cuts) + 1), cuts


def _places(text: str) -> Iterator[int]:
    """Where a row may be cut: at blanks and behind marks."""
    for at in range(1, len(text)):
        if text[at - 1] in _MARKS or text[at] == " ":
            yield at


def _cost(text: str, start: int, end: int, measure: float) -> float | None:
    """What a piece of a row costs by its width against the column's; None where it is too wide."""
    piece = text[start:end].strip()
    if not piece:
        return IMPOSSIBLE
    width = printed_width(piece)
    if width - sum(map(piece.count, _SQUEEZED)) / 2 > measure + SLACK:
        return None
    touching = NO_BLANK if end < len(text) and text[end] != " " else 0.0
    if measure - width <= TOLERANCE + SLACK:
        return FULL + touching
    if abs(measure - INDENT - width) <= TOLERANCE:
        return FIRST + touching
    return (LAST if _STOPS.search(piece) else SHORT) + touching
