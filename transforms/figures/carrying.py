"""Which words of time hold for the sentences behind their own.

A span or a reporting period is carried on (今年以来, 前三季度, 近三年, 截至9月底), and so is the day of what an article
reports. A point at which something once happened is not: it dates its own sentence.

    before  10年前，集团牵头组建了联盟。铝土矿进口量占全国的1/3 · 11月18日，招聘活动举办。110家企业参加
    after   no period for 1/3                                   · 18 November for 110家, too
"""

from __future__ import annotations

import re
from bisect import bisect_left
from datetime import date

from transforms.figures.cues import cues
from transforms.figures.spans import Days

_SPAN = 28
"""Days: what is shorter is a point."""
_YEAR = 300
_AGES = 15 * 366
"""Days: what is longer is history."""
_PAST = 366
"""Days: how long ago a month or a quarter that is reported on may have ended; a year as much again."""
_NEWS = 14
"""Days: how far from the issue an event lies that an article reports."""
_AGO = tuple(unit + side for unit in "年月天日周" for side in ("前", "后", "以前", "以后", "之前", "之后"))
_UNTIL = cues("until")
_PUBLISHED = re.compile(rf"，?[^，。；！？\n]{{0,24}}?(?:{'|'.join(cues('published'))})")
_FROM = ("起", "开始", "以后", "之后")
_SAID = re.compile("|".join(cues("said")))


def carries(text: str, start: int, end: int, days: Days, reference: date | None) -> bool:
    """Whether the time that `text[start:end]` names holds for later sentences too.

    Without a day of reference all do but 10年前 and the like. What lies ahead (明年, 到2025年) is a plan's time alone.
    """
    if text.endswith(_AGO, start, end):
        return False
    if reference is None:
        return True
    length, ago = (days.last - days.first).days, (reference - days.last).days
    if days.last > reference <= days.first or length > _AGES:
        return False
    if length >= _SPAN:
        return ago <= (2 * _PAST if length > _YEAR else _PAST)
    if text.endswith(_UNTIL, 0, start) or text.startswith(_UNTIL, start):
        return ago <= _PAST
    return abs(ago) <= _NEWS and not text.startswith(_FROM, end) and not _PUBLISHED.match(text, end)


class Reports:
    """Where somebody is reported to have said something: what was said is not of the day on which it was."""

    def __init__(self, text: str) -> None:
        self._places = [found.start() for found in _SAID.finditer(text)]

    def between(self, first: int, last: int) -> bool:
        return bisect_left(self._places, first) < bisect_left(self._places, last)


def is_point(days: Days) -> bool:
    return (days.last - days.first).days < _SPAN
