"""Sentences: the case table, the gold of the seeds, and properties."""

from __future__ import annotations

import time
from itertools import pairwise
from typing import Any

import pytest
from cleaning_cases import cases, dirty_texts, seed_texts
from hypothesis import given

from transforms.alignment import aligned
from transforms.cleaning import clean
from transforms.sentences import split


def _cut(text: str) -> list[str]:
    return [text[span.start : span.end] for span in split(text)]


@pytest.mark.parametrize("case", cases("sentences"), ids=lambda case: case["text"][:30])
def test_case(case: dict[str, Any]) -> None:
    assert _cut(case["text"]) == case["sentences"]


def test_the_table_is_large_and_diverse() -> None:
    """How many of its boundaries are found is a gate of its own (`tests/test_gates.py`)."""
    table = cases("sentences")
    assert len(table) >= 160
    assert len({case["text"] for case in table}) == len(table)
    for mark in "“‘「『（《【〔［！？…；①．()?!.":
        assert sum(mark in case["text"] for case in table) >= 2, mark


def test_most_rules_are_tried_on_text_of_real_pages() -> None:
    rows = [case for case in cases("sentences") if case["source"].startswith("seeds/")]
    pages = [_letters(text) for text in seed_texts()]
    assert len(rows) >= 130
    for case in rows:
        assert _letters(case["text"]) in pages[int(case["source"][6:9])], case["text"]
    for mark in "“（《！？；：—.%":
        assert sum(mark in case["text"] for case in rows) >= 3, mark


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, clean(aligned(text)).text))


@given(dirty_texts)
def test_sentences_hold_every_character_once_and_in_order(text: str) -> None:
    spans = split(text)
    assert all(left.end <= right.start for left, right in pairwise(spans))
    assert all(sentence == sentence.strip() != "" for sentence in _cut(text))
    assert _without_blanks("".join(_cut(text))) == _without_blanks(text)


def _without_blanks(text: str) -> str:
    return "".join(text.split())


@pytest.mark.parametrize(
    "text",
    [
        "“" * 10_000,
        "“（" * 10_000 + "。" * 10_000,
        "好。”" * 50_000,
        "“好。" * 20_000,
        "…" * 50_000,
        "好……" * 50_000,
        "“好！”" * 20_000,
    ],
)
def test_hostile_marks_take_no_time(text: str) -> None:
    start = time.perf_counter()
    split(text)
    assert time.perf_counter() - start < 5
