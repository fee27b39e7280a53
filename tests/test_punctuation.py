"""Marks: full-width in Chinese, half-width in numbers, addresses and English; never one more or less."""

from __future__ import annotations

import time
from typing import Any

import pytest
from cleaning_cases import cases, paragraphs
from hypothesis import given

from transforms.alignment import aligned
from transforms.characters import fold
from transforms.punctuation import ellipses, rules, widen
from transforms.quotes import corner_quotes, reversed_quotes, straight_quotes


@pytest.mark.parametrize("case", cases("punctuation"), ids=lambda case: f"{case['rule']}: {case['before']}")
def test_case(case: dict[str, Any]) -> None:
    widened = widen(aligned(case["before"]))
    assert widened.text == case["after"]
    assert (case["before"] != case["after"]) == case["fires"]
    assert widen(widened).text == widened.text


def test_each_rule_has_cases_both_ways() -> None:
    names = {rule.name for rule in rules()} | {"ellipses"}
    for fires in (True, False):
        assert names <= {case["rule"] for case in cases("punctuation") if case["fires"] is fires}


def test_dots_left_over_are_dropped_with_their_places() -> None:
    shortened = ellipses(aligned("多.....年", 5))
    assert (shortened.text, list(shortened.at)) == ("多……年", [5, 6, 7, 11])


@given(paragraphs)
def test_length_and_places_stay(text: str) -> None:
    text = fold(text)
    shortened = ellipses(aligned(text))
    widened = widen(aligned(text))
    assert widened.at == shortened.at or widened.text == text
    assert len(text) - len(widened.text) <= sum(map(text.count, ".。．·"))


@given(paragraphs)
def test_letters_digits_and_han_are_untouched(text: str) -> None:
    def letters(of: str) -> str:
        return "".join(filter(str.isalnum, of))

    assert letters(widen(aligned(fold(text))).text) == letters(fold(text))


@given(paragraphs)
def test_a_rule_that_is_passed_over_would_not_have_fired(text: str) -> None:
    marked = ellipses(aligned(f"滨{text}")).text
    for rule in rules():
        marked = rule.apply(marked) if rule.needs.search(marked) else marked
    assert widen(aligned(f"滨{text}")).text == marked


@given(paragraphs)
def test_quotes_keep_their_number(text: str) -> None:
    for rule in (corner_quotes, straight_quotes, reversed_quotes):
        assert len(rule(text)) == len(text)


def test_long_rows_of_marks_take_time_in_proportion() -> None:
    for mark in ("!", "(", '"', "“", "1,", "'", ".", "a", "-", "http://", "a@", "「"):
        start = time.perf_counter()
        widen(aligned(mark * 60_000 + "滨"))
        assert time.perf_counter() - start < 10, mark
