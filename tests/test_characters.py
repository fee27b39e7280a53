"""Look-alike characters: each rule fires where it must and nowhere else, and the text keeps its length."""

from __future__ import annotations

import unicodedata
from typing import Any

import pytest
from cleaning_cases import cases, dirty_texts, seed_texts
from hypothesis import given
from hypothesis import strategies as st

from transforms.characters import fold, rules


@pytest.mark.parametrize("case", cases("characters"), ids=lambda case: f"{case['rule']}: {case['before']!r}")
def test_case(case: dict[str, Any]) -> None:
    assert fold(case["before"]) == case["after"]
    assert (case["before"] != case["after"]) == case["fires"]


def test_each_rule_has_cases_both_ways() -> None:
    for fires in (True, False):
        assert {rule.name for rule in rules()} == {
            case["rule"] for case in cases("characters") if case["fires"] is fires
        }


@given(st.one_of(st.text(), dirty_texts))
def test_length_and_idempotence(text: str) -> None:
    folded = fold(text)
    assert len(folded) == len(text)
    assert fold(folded) == folded


@given(dirty_texts)
def test_a_rule_that_is_passed_over_would_not_have_fired(text: str) -> None:
    changed = text
    for rule in rules():
        changed = rule.pattern.sub(rule.becomes, changed)
    assert fold(text) == changed


@given(st.characters(exclude_categories=["Cs"]))
def test_blanks_become_blanks_and_nothing_else_does(character: str) -> None:
    is_blank = character.isspace() or unicodedata.category(character) in ("Cc", "Cf")
    if ord(character) < 0x13430 and character != "\ue5e5":  # the newest format characters differ between Pythons
        assert fold(character).isspace() == is_blank


def test_clean_pages_stay_as_they_are() -> None:
    for text in seed_texts():
        assert fold(text) == text.replace("\r", " ")


def test_whole_characters_come_of_radicals() -> None:
    """Each character of the block that PDF fonts yield becomes one that a dictionary has."""
    assert fold("⺠⻅⻉⻋⻓⻔⻘⻙⻚⻛⻜⻝⻢⻣⻤⻥⻦⻨⻩⻬⻮⻰⻳") == "民见贝车长门青韦页风飞食马骨鬼鱼鸟麦黄齐齿龙龟"
