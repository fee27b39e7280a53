"""The words of a speech with occasion, date and speaker, and reports that only tell of one."""

from __future__ import annotations

import pytest
from page_cases import Case, cases, check, one_sided


@pytest.mark.parametrize("case", cases("speech"))
def test_page_becomes(case: Case) -> None:
    check(case)


def test_each_rule_has_a_page_where_it_fires_and_one_where_it_must_not() -> None:
    assert one_sided("speech") == []
