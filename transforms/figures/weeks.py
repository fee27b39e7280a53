"""Weeks and days of the week within a month or a year.

before  12月第一周              · 8月的第一个周二 (2024) · 4月的最后一个星期一 (2024)
after   2024-12-02 to 12-08 · 2024-08-06             · 2024-04-29
"""

from __future__ import annotations

import re
from datetime import date

from transforms.figures import spans
from transforms.figures.spans import Days

_NUMBERS = {char: number for number, char in enumerate("一二三四五六七八九", 1)}
_DAYS = {char: number for number, char in enumerate("一二三四五六日")} | {"天": 6}
_WEEK = re.compile(
    r"的?(?:第(?P<n>[一二三四五1-5])|最后一)个?(?:(?:周|星期|礼拜)(?P<day>[一二三四五六日天])|(?:周|星期|礼拜)(?!年))"
)
_BEFORE = re.compile(r"(?P<which>上|下|本|这)?个?(?:周|星期|礼拜)(?P<day>[一二三四五六日天])\Z")


def of_span(text: str, at: int, whole: Days) -> tuple[int, Days] | None:
    """第一周 or 最后一个星期一 at `at`, of the month or year `whole`: where the words end and their days.

    The first week is the one that the first Monday begins.
    """
    found = _WEEK.match(text, at)
    if not found:
        return None
    weekday = _DAYS[found["day"]] if found["day"] else 0
    if found["n"]:
        number = int(found["n"]) if found["n"].isdecimal() else _NUMBERS[found["n"]]
        first = spans.plus(whole.first, (weekday - whole.first.weekday()) % 7 + 7 * (number - 1))
    else:
        first = spans.plus(whole.last, -((whole.last.weekday() - weekday) % 7))
    if first > whole.last:
        return None
    return found.end(), Days(first, first if found["day"] else spans.plus(first, 6))


def day_before(text: str, at: int, reference: date) -> Days | None:
    """The day that a day of the week before `at` names: 下周二 before 上午9时."""
    found = _BEFORE.search(text, max(0, at - 6), at)
    if not found:
        return None
    shift = {"上": -7, "下": 7}.get(found["which"] or "", 0)
    day = spans.plus(reference, _DAYS[found["day"]] - reference.weekday() + shift)
    return Days(day, day)
