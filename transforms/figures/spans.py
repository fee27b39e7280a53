"""Spans of days: what a year, a month, a ten-day period, a quarter, a five-year plan or a festival covers.

All spans hold both their first and their last day.

    before  2023年9月底 · “十四五”末 · 2024年一季度
    after   2023-09-30  · 2025       · 2024-01-01 to 2024-03-31
"""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta
from typing import NamedTuple


class Days(NamedTuple):
    """First and last day of a span of time."""

    first: date
    last: date


def day(year: int, month: int, number: int) -> Days | None:
    """One day; None where the calendar has no such day."""
    try:
        found = date(year, month, number)
    except ValueError:
        return None
    return Days(found, found)


def year(number: int) -> Days | None:
    """A whole year; None outside of the years 1 to 9999."""
    return Days(date(number, 1, 1), date(number, 12, 31)) if 1 <= number <= 9999 else None


def month(number_of_year: int, number: int) -> Days | None:
    """A whole month; None where there is no such month."""
    return months(number_of_year, number, number)


def months(number_of_year: int, first: int, last: int) -> Days | None:
    """From the first day of one month to the last of another month of the same year."""
    if not (1 <= number_of_year <= 9999 and 1 <= first <= last <= 12):
        return None
    return Days(date(number_of_year, first, 1), date(number_of_year, last, monthrange(number_of_year, last)[1]))


def part_of_month(number_of_year: int, number: int, part: str) -> Days | None:
    """上旬, 中旬, 下旬, 初 (to the 10th), 中 (the 11th to the 20th), 底 and 末 (the last day)."""
    whole = month(number_of_year, number)
    if whole is None:
        return None
    if part in ("上旬", "初"):
        return Days(whole.first, whole.first.replace(day=10))
    if part in ("中旬", "中"):
        return Days(whole.first.replace(day=11), whole.first.replace(day=20))
    if part == "下旬":
        return Days(whole.first.replace(day=21), whole.last)
    return Days(whole.last, whole.last)


def five_year_plan(number: int) -> Days | None:
    """The years of the Nth five-year plan: the 10th began in 2001 and 14th ends in 2025; the first one in 1953.

    1963 to 1965 lay between the second and the third.
    """
    if number < 1:
        return None
    first = 1953 + 5 * (number - 1) + (3 if number > 2 else 0)
    return Days(date(first, 1, 1), date(first + 4, 12, 31))


def shifted(of: date, years: int = 0, months_: int = 0) -> date:
    """The same day so many years and months later, the month's last day where it is shorter."""
    count = of.year * 12 + of.month - 1 + years * 12 + months_
    to_year, to_month = divmod(count, 12)
    to_year = min(max(to_year, 1), 9999)
    return date(to_year, to_month + 1, min(of.day, monthrange(to_year, to_month + 1)[1]))


def plus(of: date, number: float) -> date:
    """So many days later, kept within the years 1 to 9999."""
    try:
        return of + timedelta(days=number)
    except OverflowError:
        return date.max if number > 0 else date.min
