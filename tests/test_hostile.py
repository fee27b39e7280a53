"""Hostile pages: how their growth is judged, and that each of them can be read at all."""

from __future__ import annotations

import time

import pytest

from benchmarks import hostile
from benchmarks.hostile import CASES, Case, Growth, Reading, grow, prepare, read


@pytest.fixture(autouse=True, scope="module")
def dictionaries() -> None:
    """Loaded once, for the children that read the pages."""
    prepare()


def growth(*seconds: float) -> Growth:
    return Growth("a case", (100, 200, 400), tuple(Reading(each, 300) for each in seconds))


def test_growth_is_measured_by_the_character() -> None:
    assert growth(0.1, 0.2, 0.4).ratio == pytest.approx(1)
    assert growth(0.1, 0.4, 1.6).ratio == pytest.approx(4)
    assert growth(0.1, 0.2, 0.4).is_in_proportion and not growth(0.1, 0.4, 1.6).is_in_proportion
    assert growth(0.0001, 0.001, 0.01).ratio is None


def test_a_page_that_takes_too_long_is_not_in_proportion() -> None:
    late = Growth("a case", (100, 200, 400), (Reading(1), Reading(2), Reading(trouble=hostile.TOO_LONG)))
    assert late.ratio is None and not late.is_in_proportion
    assert "too long" in str(late) and "NOT IN PROPORTION" in str(late)


def test_a_page_is_read_in_a_child_that_is_ended_when_its_time_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    assert read("今天的报纸出版。", 60).trouble == ""
    monkeypatch.setattr(hostile, "read_page", lambda _: time.sleep(60))
    assert read("今天的报纸出版。", 0.2).trouble == hostile.TOO_LONG


def test_what_the_issue_names_is_among_the_cases() -> None:
    assert len(CASES["a line of prose"].make(CASES["a line of prose"].largest).encode()) > 45_000_000
    assert len(CASES["lines of one character"].make(100_000).split("\n")) == 100_000
    assert CASES["opening quotes"].make(10_000) == "“" * 10_000
    assert len(CASES["a run of digits"].make(1_000_000)) == 1_000_000


@pytest.mark.parametrize("name", CASES)
def test_each_case_can_be_read(name: str) -> None:
    found = grow(name, Case(CASES[name].make, 40), 1.0, 60)
    assert [reading.trouble for reading in found.readings] == ["", "", ""]
    assert found.sizes == (10, 20, 40)
