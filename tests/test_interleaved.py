"""Columns that were read row by row come apart again; where a page has no such rows, nothing is taken for one."""

from __future__ import annotations

from itertools import pairwise, zip_longest

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms import interleaved
from transforms.breaks import LineFacts, line_facts
from transforms.lines import printed_lines, rejoined, with_measures
from transforms.page import page_lines
from transforms.rows import cut_rows

# Stories of a seed page.
GIFT = (
    "近日，在惠民县麻店镇五牌村，市图书馆图书捐赠活动举行。活动中，市图书馆为乡村儿童送去了精选的少儿图书。"
    "这些图书，都是广大市民所捐赠，涵盖科普、文学、历史、艺术等多个领域。",
    "据了解，这项活动是市图书馆今年精心打造的全民阅读推广活动，希望通过书籍与知识的力量，滋润乡村的每一片土地，"
    "点亮孩子们心中的阅读之光。",
    "滨州市国学文化发展研究会将发挥文化引领、文化铸魂、文化赋能作用，传承和弘扬中华民族优秀文化，努力推动中华文化"
    "与世界其他文化的交流与对话，增进国际社会对中国文化的理解和认识。",
)
PLATFORM = (
    "近年来，市发展改革委坚决贯彻国家、省关于平台经济发展的有关要求，立足产业资源，以平台经济培育为抓手，加快优势产业"
    "集聚，推动平台经济高质量发展。",
)
MEASURE = 18


def set_in_column(paragraphs: tuple[str, ...]) -> list[str]:
    """Paragraphs as the lines of a column; a mark that may not open a line hangs behind the one before."""
    lines: list[str] = []
    for paragraph in paragraphs:
        left, room = paragraph, MEASURE - 2
        while left:
            end = room + (left[room : room + 1] in tuple("，。、"))
            lines.append(left[:end])
            left, room = left[end:], MEASURE
    return lines


WHOLE = set_in_column(GIFT)
FIRST = {paragraph[: MEASURE - 2] for paragraph in GIFT}
HALF = (len(WHOLE) + 1) // 2
LEFT, RIGHT = WHOLE[:HALF], WHOLE[HALF:]
BESIDE = set_in_column(PLATFORM)


def row_by_row(left: list[str], right: list[str]) -> str:
    """Two columns as one block reads them: a row with a blank between them; what is set off comes by itself."""
    rows: list[str] = []
    for one, other in zip_longest(left, right, fillvalue=""):
        set_off = one.endswith("。") or not one or other in FIRST or not other
        rows += [line for line in (one, other) if line] if set_off else [f"{one} {other}"]
    return "\n".join(rows) + "\n"


def facts_of(page: str) -> list[LineFacts]:
    return line_facts(rejoined(with_measures(cut_rows(printed_lines(page)))))


def block(lines: list[str]) -> str:
    return "\n".join(lines) + "\n"


def read(page: str) -> list[str]:
    return [line.text for line in page_lines(page)]


def test_two_columns_read_row_by_row_come_apart() -> None:
    assert read(f"{block(BESIDE)}\n{row_by_row(LEFT, RIGHT)}") == BESIDE + WHOLE


@pytest.mark.parametrize("columns", [(BESIDE, LEFT, RIGHT), (LEFT, RIGHT), (BESIDE,)])
def test_columns_read_one_after_the_other_stay_as_they_are(columns: tuple[list[str], ...]) -> None:
    page = "\n".join(map(block, columns))
    assert list(interleaved.regions(facts_of(page))) == []
    assert read(page) == [line for column in columns for line in column]


def test_a_region_holds_the_lines_between_its_rows_and_no_heading() -> None:
    facts = facts_of(f"{block(BESIDE)}\n国学文化发展研究会成立\n\n{row_by_row(LEFT, RIGHT)}\n责任编辑：王芳\n")
    (region,) = interleaved.regions(facts)
    inside = {fact.line.text for fact in facts[region.start : region.stop]}
    assert {*LEFT, *RIGHT} <= inside
    assert not {"国学文化发展研究会成立", "责任编辑：王芳"} & inside


def test_each_column_has_one_line_of_a_row() -> None:
    facts = facts_of(f"{block(BESIDE)}\n{row_by_row(LEFT, RIGHT)}")
    (region,) = interleaved.regions(facts)
    columns = interleaved.columns(facts, region, lambda *_: 0.0)
    assert sorted(line for column in columns for line in column) == list(region)
    for fact, index in zip(facts, range(len(facts))):
        if index in region and fact.line.column > 1:
            (own,) = [at for at, column in enumerate(columns) if index in column]
            (left,) = [at for at, column in enumerate(columns) if index - 1 in column]
            assert own > left


@given(st.lists(st.sampled_from([*WHOLE, f"{LEFT[1]} {RIGHT[1]}", f"{LEFT[2]} {RIGHT[2]}", ""]), max_size=30))
def test_no_line_of_a_region_is_lost_or_doubled(lines: list[str]) -> None:
    facts = facts_of("\n".join(lines))
    ends = 0
    for region in interleaved.regions(facts):
        assert ends <= region.start < region.stop <= len(facts)
        ends = region.stop
        columns = interleaved.columns(facts, region, lambda *_: -1.0)
        assert sorted(line for column in columns for line in column) == list(region)
        assert all(one < other for column in columns for one, other in pairwise(column))
