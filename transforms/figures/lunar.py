"""The lunisolar calendar: 正月十五 of 2012 is 6 February 2012.

before  (2021) 五月初五 · 农历十月
after   2021-06-14 · 2021-11-05 to 2021-12-03
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache

from transforms.figures.spans import Days
from transforms.lexicon import table


@cache
def _years() -> dict[int, tuple[date, int, str]]:
    """First day, month before the leap month (0 without one) and lengths of the months of each year of the table."""
    rows = table("figures_lunar")
    return {int(row["year"]): (date.fromisoformat(row["first"]), int(row["leap"] or 0), row["months"]) for row in rows}


def month(year: int, number: int, leap: bool = False) -> Days | None:
    """A month of a lunar year; None outside of the table, and for a leap month that the year has not."""
    known = _years().get(year)
    if known is None or not 1 <= number <= 12 or (leap and known[1] != number):
        return None
    first, leap_after, lengths = known
    place = number - 1 + (leap or 0 < leap_after < number)
    before = sum(29 + int(length) for length in lengths[:place])
    start = first + timedelta(days=before)
    return Days(start, start + timedelta(days=28 + int(lengths[place])))


def day(year: int, number: int, of_month: int) -> Days | None:
    """A day of a lunar year; day 0 is the eve of the month."""
    whole = month(year, number)
    if whole is None or whole.first + timedelta(days=of_month - 1) > whole.last:
        return None
    found = whole.first + timedelta(days=of_month - 1)
    return Days(found, found)
