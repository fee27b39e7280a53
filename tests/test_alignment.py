"""Texts that remember their places: joined, cut and dropped."""

from __future__ import annotations

from array import array

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.alignment import EMPTY, Span, aligned, concat, drop


def test_a_text_knows_where_each_character_stood() -> None:
    text = aligned("滨州市", 7)
    assert (text.text, list(text.at), len(text)) == ("滨州市", [7, 8, 9], 3)
    assert (text[1:].text, list(text[1:].at)) == ("州市", [8, 9])


def test_joined_texts_keep_both_places() -> None:
    joined = aligned("滨州", 10) + aligned("日报", 3)
    assert (joined.text, list(joined.at)) == ("滨州日报", [10, 11, 3, 4])
    assert joined.hull() == Span(3, 12)


def test_a_text_of_another_length_is_refused() -> None:
    with pytest.raises(ValueError, match="3 characters"):
        aligned("滨州").with_text("滨州市")


def test_nothing_but_blanks_has_no_hull() -> None:
    assert EMPTY.hull() is None
    assert aligned("  　").hull() is None


@given(st.text(max_size=30), st.integers(0, 5), st.integers(0, 30), st.integers(0, 30))
def test_what_is_dropped_is_gone_and_the_rest_stands(text: str, start: int, left: int, right: int) -> None:
    left, right = sorted((min(left, len(text)), min(right, len(text))))
    rest = drop(aligned(text, start), [Span(left, right)])
    assert rest.text == text[:left] + text[right:]
    assert all(text[place - start] == character for place, character in zip(rest.at, rest.text))


@given(st.lists(st.text(max_size=5), max_size=6))
def test_parts_join_to_the_whole(parts: list[str]) -> None:
    start, pieces = 0, []
    for part in parts:
        pieces.append(aligned(part, start))
        start += len(part)
    whole = concat(pieces)
    assert whole.text == "".join(parts)
    assert whole.at == array("i", range(start))
