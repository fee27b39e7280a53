"""Blanks: closed up where they are typesetting, kept where they mean something."""

from __future__ import annotations

from typing import Any

import pytest
from cleaning_cases import cases, paragraphs
from hypothesis import given
from stopwatch import seconds

from transforms.alignment import aligned
from transforms.characters import fold
from transforms.expressions import LONGEST_NUMBER, RULES, blanks_inside
from transforms.spacing import close_certain, close_letter_spacing, close_up


@pytest.mark.parametrize("case", cases("spacing"), ids=lambda case: f"{case['rule']}: {case['before']}")
def test_case(case: dict[str, Any]) -> None:
    closed = close_up(aligned(case["before"]))
    assert closed.text == case["after"]
    assert (case["before"] != case["after"]) == case["fires"]
    assert close_up(closed).text == closed.text


def test_each_rule_of_expressions_has_cases_both_ways() -> None:
    names = {rule.name for rule in RULES} | {"acronym", "decimal"}
    for fires in (True, False):
        assert names <= {case["rule"] for case in cases("spacing") if case["fires"] is fires}


def test_a_decimal_is_told_when_its_paragraph_is_whole() -> None:
    assert close_certain(aligned("4. 1万亩，")).text == "4. 1万亩，"
    assert close_up(aligned("达4. 1万亩，")).text == "达4.1万亩，"


def test_a_line_alone_keeps_what_the_next_line_may_explain() -> None:
    assert close_certain(aligned("民生 2024年3月2日 星期一 ")).text == "民生 2024年3月2日 星期一 "
    assert close_certain(aligned("者 王健 报道）11 月 18 日，共 3 家")).text == "者 王健 报道）11月18日，共3家"


@given(paragraphs)
def test_only_blanks_are_dropped_and_places_stay_true(text: str) -> None:
    text = fold(text)
    for close in (close_up, close_certain, close_letter_spacing):
        closed = close(aligned(text))
        assert "".join(closed.text.split()) == "".join(text.split())
        assert all(character in (text[place], " ") for place, character in zip(closed.at, closed.text))
        assert list(closed.at) == sorted(set(closed.at))


@given(paragraphs)
def test_once_is_enough(text: str) -> None:
    closed = close_up(aligned(fold(text)))
    assert close_up(closed).text == closed.text


def test_a_row_of_digits_longer_than_any_number_is_none() -> None:
    assert len(blanks_inside("1 2 , 3 0 0 人")) == 5
    assert len(blanks_inside("1 " * LONGEST_NUMBER + "0 人")) == LONGEST_NUMBER
    assert blanks_inside("1 " * (LONGEST_NUMBER + 1) + "0 人") == []


@pytest.mark.parametrize("piece", ["滨 州 市 ", "3 ", "滨州市 委员会 ", "Hello, my ", "   ", "1 2 3 4 , "])
@pytest.mark.parametrize("end", ["滨", ""])
def test_time_grows_with_length_alone(piece: str, end: str) -> None:
    def taken(text: str) -> float:
        return seconds(lambda: close_up(aligned(text)))

    close_up(aligned("滨州市 委员会"))
    short = min(taken(piece * 4000 + end) for _ in range(3))
    assert taken(piece * 32000 + end) < 8 * 4 * short + 0.5
