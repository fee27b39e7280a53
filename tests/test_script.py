"""Script: traditional paragraphs are converted, simplified ones are not touched."""

from __future__ import annotations

from typing import Any

import pytest
from cleaning_cases import cases, dirty_texts, seed_texts
from hypothesis import given

from transforms.alignment import aligned
from transforms.script import Evidence, evidence, is_traditional_text, script_of, simplify


@pytest.mark.parametrize("case", cases("script"), ids=lambda case: f"{case['rule']}: {case['before']}")
def test_case(case: dict[str, Any]) -> None:
    assert simplify(aligned(case["before"])).text == case["after"]
    assert (case["before"] != case["after"]) == case["fires"]


def test_the_script_of_documents() -> None:
    assert script_of("國家發展計畫\n各項事業") == "traditional"
    assert script_of("国家发展计划\n各项事业，龍头企业") == "mixed"
    assert [script_of(text) for text in seed_texts()] == ["simplified", "simplified"]
    assert script_of("⾒⾞") == "traditional", "radicals count as the characters they stand for"


def test_evidence_counts_what_only_one_script_has() -> None:
    assert evidence("國家发展，后天") == Evidence(traditional=1, simplified=1)
    assert not is_traditional_text("國家发展")
    assert is_traditional_text("國家")


@given(dirty_texts)
def test_places_and_length_stay_and_simplified_means_unchanged(text: str) -> None:
    simple = simplify(aligned(text, 3))
    assert len(simple.text) == len(text)
    assert simplify(simple).text == simple.text
    if script_of(text) == "simplified":
        assert simple.text == text
