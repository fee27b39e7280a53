"""Dates and times of day as figures: whether 9时, 3点, 9:30 is a time, and on which day.

before  (2024-11-20) 18日上午9时30分至11时 · 下午3点 · 提出三点建议 · 以2:1取胜
after   2024-11-18, 09:30 to 11:00         · 15:00   · no time       · no time
"""

from __future__ import annotations

import re

from transforms.figures import dates, spans, weeks
from transforms.figures.cues import cues
from transforms.figures.dates import PARTS_OF_DAY, Anchor, Moment
from transforms.figures.draft import Draft
from transforms.figures.spans import Days

BEFORE_CLOCK = re.compile(rf"(?:{PARTS_OF_DAY})\Z")
_NEAR = 31  # days from the issue: a time of day is hardly of a day further off
_SCORE = re.compile(r"比|胜|负|平|战|败|领先|落后|局|扳")


def dated_at(text: str, start: int, anchor: Anchor) -> Draft | None:
    """The date, the time, or the two as one that begins at `start`; None where there is none."""
    moment = dates.moment_at(text, start, anchor)
    if moment:
        return _moment(text, start, moment)
    part = BEFORE_CLOCK.search(text, max(0, start - 2), start)
    timed = dates.time_at(text, start, part[0] if part else None)
    if not timed or not _is_clock(text, start, timed.end, bool(part)):
        return None
    days = _day_of(text, start, part.start() if part else start, anchor) if timed.clock else None
    return _over(text, Draft(start, timed.end, "time", clock=timed.clock, clock_end=timed.clock_end, days=days))


def _moment(text: str, start: int, moment: Moment) -> Draft:
    """前三季度 and 前4个月 are dates of their own: 前 belongs to them."""
    if start and text[start - 1] in "前头" and moment.length == "quarter":
        start -= 1
    return _over(
        text,
        Draft(
            start,
            moment.end,
            "time" if moment.clock else "date",
            days=moment.days,
            clock=moment.clock,
            clock_end=moment.clock_end,
            explicit_year=moment.explicit_year,
            length=moment.length,
        ),
    )


def _over(text: str, draft: Draft) -> Draft:
    """晚上11点多 is past eleven."""
    if draft.clock and text.startswith("多", draft.end) and not text.startswith("多名", draft.end):
        draft.infix = "多"
    return draft


def _is_clock(text: str, start: int, end: int, part: bool) -> bool:
    """Whether 9时, 9点, 9:30 is a time: 点 also counts points (三点建议), and scores look like 2:30."""
    read = text[start:end]
    if ":" in read or "：" in read:
        return part or (len(read) >= 4 and not _SCORE.search(text, max(0, start - 12), start))
    if part or "时" in read:
        return read != "一时" and not text.startswith(("代", "期", "段", "间"), end)
    if (start == 0 and end == len(text)) or any(mark in read for mark in "分半刻钟") or read.count("点") == 2:
        return True
    certain = read[0].isdigit() or read[0] in "十零"
    return certain and (end == len(text) or text.startswith(cues("after-clock"), end))


def _day_of(text: str, start: int, part_start: int, anchor: Anchor) -> Days | None:
    """The day of a time that has none, with the part of the day before it: the day of the week before that, the one
    named last, else today; 昨 and 明 before it move it."""
    if not anchor.reference:
        return None
    weekday = weeks.day_before(text, part_start, anchor.reference)
    if weekday:
        return weekday
    before = text[max(0, start - 5) : start]
    shift = 1 if "明" in before else -1 if "昨" in before else 0
    if anchor.day and not shift and "今" not in before and abs((anchor.day.first - anchor.reference).days) < _NEAR:
        return anchor.day
    day = spans.plus(anchor.reference, shift)
    return Days(day, day)
