"""Which words of time hold for the sentences behind their own.

A span or a reporting period is carried on (今年以来, 前三季度, 近三年, 截至9月底), and so is the day of what an article
reports. A point at which something once happened is not: it dates its own sentence.

A time that is over (去年, 2019年) or runs over years (近三年) is carried on from the head of its sentence alone, and
not to what is so today (拥有, ranks), unless the later sentence goes on with it (其中, 全年).

    before  10年前，集团牵头组建了联盟。铝土矿进口量占全国的1/3 · 11月18日，招聘活动举办。110家企业参加
    after   no period for 1/3                                   · 18 November for 110家, too
"""

from __future__ import annotations

import re
from bisect import bisect_left
from datetime import date
from functools import cached_property

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
_ISSUED = re.compile(rf"(?:{'|'.join(cues('published'))})的")
_FROM = ("起", "开始", "以后", "之后")
_CLAUSE_END = re.compile(r"[，。；：！？]")
_HAS = r"(?<![所没具惟唯享计])有(?![效力序关的些时利望意限机])|居(?=[全第世行同首前])"
_STATE = re.compile(rf"(?:{'|'.join(cues('state'))}|{_HAS})[^，。；：！？\n]*\Z")
_GOES_ON = cues("goes-on")
_SAME_TIME = re.compile("|".join(word for word in _GOES_ON if word != "其中"))
_REPORTED = cues("reported")
_LEAD_IN = 5
"""Characters: 据统计，去年… opens with its time; a longer clause before it makes it that clause's sequel."""
_WIDTH = 60
_SAID = re.compile("|".join(cues("said")))


def carries(text: str, start: int, end: int, days: Days, reference: date | None) -> bool:
    """Whether the time that `text[start:end]` names holds for later sentences too.

    What lies ahead (明年, 到2025年) is a plan's time alone. Without a day of reference nothing tells news from what is
    long past or ahead, so only a month to a year is carried on.
    """
    if text.endswith(_AGO, start, end) or _ISSUED.match(text, end):
        return False
    length = (days.last - days.first).days
    if reference is None:
        return _SPAN - 1 <= length <= _PAST
    ago = (reference - days.last).days
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
        self._text = text

    @cached_property
    def _places(self) -> list[int]:
        return [found.start() for found in _SAID.finditer(self._text)]

    def between(self, first: int, last: int) -> bool:
        return bisect_left(self._places, first) < bisect_left(self._places, last)


def is_point(days: Days) -> bool:
    return (days.last - days.first).days < _SPAN


def is_past(days: Days, reference: date | None) -> bool:
    """Whether a time is over or runs over years, so that it is not that of what is said of the present; the day of
    what an article reports is no such time."""
    length = (days.last - days.first).days
    return reference is not None and (length > _YEAR + _PAST or (length >= _SPAN and days.last < reference))


def opens(text: str, start: int) -> bool:
    """Whether the time at `start` stands at the head of its sentence, where it is the time of what follows: 去年，…,
    据统计，去年…, 记者获悉，去年…; in 坚持工业立市，去年总营收达到… it dates its own clause."""
    head = text[max(0, start - _WIDTH) : start].rpartition("\n")[2]
    ends = [found.start() for found in _CLAUSE_END.finditer(head)]
    if not ends:
        return True
    lead = head[: ends[-1]]
    return len(lead) <= _LEAD_IN or lead.endswith(_REPORTED)


def states_present(text: str, line: int, start: int, rank: bool) -> bool:
    """Whether the sentence from `line` on says of the figure at `start` what is so today: 全市拥有42家, 跃升到第9位."""
    return rank or bool(_STATE.search(text, max(line, start - _WIDTH), start))


def goes_on(text: str, line: int, start: int) -> bool:
    """Whether the sentence from `line` on goes on with the time of the one before for the figure at `start`: 其中，…,
    …全年起诉…; what it compares with a year before (同比上升3%) is reported of that time, too."""
    if text.startswith(_GOES_ON, line) or _SAME_TIME.search(text, max(line, start - _WIDTH), start):
        return True
    end = text.find("\n", start, start + _WIDTH)
    return text.find("同比", max(line, start - _WIDTH), end if end >= 0 else start + _WIDTH) >= 0
