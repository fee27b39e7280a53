"""Pages whose extractor went by geometry: rows across columns are cut, and pieces come back in reading order."""

from __future__ import annotations

import random
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st
from page_checks import read
from page_setting import SEEDS

from transforms.breaks import line_facts
from transforms.continuation import Head, Tail, normal, odds, opens_with, word_across
from transforms.likeness import Matter
from transforms.lines import printed_lines, rejoined, with_measures
from transforms.order import cut_pieces, in_reading_order
from transforms.page import page_lines
from transforms.pairing import Paired
from transforms.rows import cut_rows
from transforms.tracing import traced

# A story in three columns of seventeen characters, from a seed page; the lines of each column in the order of print.
FIRST = """近日，在惠民县麻店镇五牌村，市
图书馆“童书漂流 书润乡梦”图书捐赠
活动举行。活动中，市图书馆为乡村儿童
送去了精选的少儿图书。这些图书，都是
广大市民所捐赠，涵盖科普、文学、历史、"""
SECOND = """艺术等多个领域。据了解，这项活动是市
图书馆今年精心打造的全民阅读推广活
动，希望通过书籍与知识的力量，滋润乡
村的每一片土地，点亮孩子们心中的阅读
之光。滨州市国学文化发展研究会将发挥"""
THIRD = """文化引领、文化铸魂、文化赋能作用，传
承和弘扬中华民族优秀文化，努力推动中
华文化与世界其他文化的交流与对话，增
进国际社会对中国文化的理解和认识。下
一步，研究会将建立健全各项规章制度。"""
HEADING = "少儿图书赠与乡村娃"


def texts(page: str) -> list[str]:
    return [line.text for line in page_lines(page)]


def plain(text: str) -> list[str]:
    return [line.text for line in rejoined(with_measures(printed_lines(text)))]


def test_columns_out_of_order_come_back_in_order() -> None:
    page = "\n\n".join((SECOND, THIRD, FIRST))
    assert "".join(texts(page)) == "".join(plain("\n".join((FIRST, SECOND, THIRD))))


@pytest.mark.parametrize("first", [FIRST, FIRST.replace("近日", "本报讯（记者 王健）近日")])
def test_a_paragraph_whose_lines_were_moved_is_whole(first: str) -> None:
    moved, kept = (read("\n\n".join(parts)) for parts in ((SECOND, THIRD, first), (first, SECOND, THIRD)))
    assert [article.text for article in moved.articles] == [article.text for article in kept.articles]
    assert [article.byline for article in moved.articles] == [article.byline for article in kept.articles]
    assert moved.articles[0].text.startswith("近日，")


@pytest.mark.parametrize("parts", [(FIRST, SECOND, THIRD), (HEADING, FIRST, SECOND, THIRD), (FIRST, SECOND)])
def test_columns_in_order_stay_as_they_are(parts: tuple[str, ...]) -> None:
    page = "\n\n".join(parts)
    assert texts(page) == plain(page)


def test_a_sentence_goes_on_behind_the_heading_that_stands_inside_it() -> None:
    page = f"{FIRST}\n\n{HEADING}\n\n{SECOND}"
    read = texts(page)
    assert (
        read.index("艺术等多个领域。据了解，这项活动是市") == read.index("广大市民所捐赠，涵盖科普、文学、历史、") + 1
    )
    assert HEADING in read


def test_a_row_across_columns_is_cut_into_their_lines() -> None:
    rows = [" ".join(row) for row in zip(SECOND.splitlines(), THIRD.splitlines())]
    page = f"{FIRST}\n\n{rows[0]}\n\n" + "\n".join(SECOND.splitlines()[1:]) + "\n\n" + "\n".join(THIRD.splitlines()[1:])
    cut = cut_rows(printed_lines(page))
    assert [(line.text, line.column) for line in cut if line.column] == [
        (SECOND.splitlines()[0], 1),
        (THIRD.splitlines()[0], 2),
    ]
    assert "".join(texts(page)) == "".join(plain("\n".join((FIRST, SECOND, THIRD))))


@pytest.mark.parametrize(
    "line",
    [
        "童书漂流 书润乡梦",  # a blank that means something, in a line no wider than the column
        "市图书馆图书捐赠活动举行 国学文化发展研究会成立",  # two headings: no mark of a sentence
    ],
)
def test_what_is_no_row_is_not_cut(line: str) -> None:
    page = f"{line}\n\n{FIRST}\n{SECOND}"
    assert [one.text for one in cut_rows(printed_lines(page))] == [one.text for one in printed_lines(page)]


@pytest.mark.parametrize("number", range(4))
def test_pairs_that_are_never_weighed_would_change_nothing(number: int) -> None:
    blocks = sorted(SEEDS.glob("*.txt"))[1].read_text(encoding="utf-8").split("\n\n")
    random.Random(number).shuffle(blocks)
    page = "\n\n".join(blocks if number else sorted(blocks, key=len))
    all_weighed = traced({"order._rivals": lambda call, pieces, _: call(pieces, Paired({}, {}, {}))})
    assert texts(page) == [line.text for line in all_weighed.page.page_lines(page)]
    assert texts(page) != plain(page)


@given(st.permutations([FIRST, SECOND, THIRD, HEADING, "（上接第一版）", "责任编辑：王芳", ""]), st.booleans())
def test_no_line_is_lost_or_doubled(parts: list[str], glued: bool) -> None:
    page = ("\n" if glued else "\n\n").join(parts)
    whole = rejoined(with_measures(cut_rows(printed_lines(page))))
    ordered = in_reading_order(whole)
    assert sorted(line.raw.at[0] for line in ordered) == sorted(line.raw.at[0] for line in whole)


def test_a_jump_line_keeps_the_text_below_it() -> None:
    page = f"（上接第一版）\n{SECOND}\n\n{HEADING}\n\n{FIRST}\n\n{THIRD}"
    read = texts(page)
    assert read[: 1 + len(SECOND.splitlines())] == ["（上接第一版）", *plain(SECOND)]


@pytest.mark.parametrize(
    ("below", "heads"), [("本报讯（记者 王芳）近日，在惠民县", True), ("近日，在惠民县麻店镇五牌村，市图书", False)]
)
def test_a_line_between_a_paragraph_and_an_agency_line_is_a_heading(below: str, heads: bool) -> None:
    line = "全民阅读活动走进惠民县的乡村学校"
    pieces = cut_pieces(line_facts(with_measures(printed_lines(f"{FIRST}\n{SECOND}\n{THIRD}\n{line}\n{below}\n"))))
    assert (line in [piece.last.text for piece in pieces if piece.heads]) is heads


def test_a_piece_of_another_matter_goes_on_elsewhere() -> None:
    same, other = Matter([FIRST, SECOND, THIRD]).same(0, 1), Matter([FIRST, SECOND, "股市" * 80]).same(0, 2)
    assert other < 0 < same + 4
    assert Matter(["", FIRST]).same(0, 1) == 0.0


def test_what_texts_have_in_common_is_the_same_to_the_last_bit_in_every_run() -> None:
    ask = (
        "import sys; from transforms.likeness import Matter; matter = Matter(sys.argv[1:]); "
        "print(matter.same(0, 1), matter.same(0, 2))"
    )
    texts = [path.read_text(encoding="utf-8") for path in sorted(SEEDS.glob("*.txt"))]
    halves = [texts[0][::2], texts[0][1::2], texts[1]]
    said = {
        subprocess.run(
            [sys.executable, "-c", ask, *halves],
            env={"PYTHONHASHSEED": seed},
            cwd=SEEDS.parent,
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2", "3")
    }
    assert len(said) == 1


def test_an_empty_page_and_a_page_of_one_line() -> None:
    assert texts("") == []
    assert texts("市图书馆\n") == ["市图书馆"]


@pytest.mark.parametrize(
    ("before", "after", "other"),
    [("国学文化发展研究会成立大会召", "开", "者"), ("滨州全社", "会研发投入", "农产品"), ("各级党委、政", "府", "，")],
)
def test_prose_tells_what_goes_on(before: str, after: str, other: str) -> None:
    assert odds(Tail(before), Head(after)) > 1.0 > odds(Tail(before), Head(other))


def test_a_word_across_a_break_is_seen_and_none_where_both_sides_are_whole() -> None:
    assert word_across(Tail("深入学"), Head("习贯彻")) > 3.0
    assert word_across(Tail("非常"), Head("高兴")) < 1.0
    assert word_across(Tail("活动举行。"), Head("近日")) == 0.0


def test_a_paragraph_seldom_opens_in_mid_word() -> None:
    assert opens_with(Head("近日")) > 0.0 > opens_with(Head("们提出的"))


@pytest.mark.parametrize(("text", "expected"), [("2024年 GDP增长5.5%", "0年A增长0"), ("市图书馆", "市图书馆")])
def test_numerals_and_latin_words_are_one_sign_each(text: str, expected: str) -> None:
    assert normal(text) == expected
