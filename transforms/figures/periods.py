"""The time a figure speaks of: the last date or word of time before it, in its sentence or in those before.

before  去年集群总营收达到1.22万亿元 · 近三年平均增长10% · 11月18日—19日，… 本次活动有110余家企业参加
after   the year before the issue's · three years to the issue · 18 to 19 November
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from datetime import date
from operator import attrgetter
from typing import NamedTuple

from transforms.figures import carrying, dates, lunar, spans
from transforms.figures.cues import any_of, cues
from transforms.figures.draft import Draft
from transforms.figures.spans import Days
from transforms.lexicon import table, words

_ROWS = {row["words"]: row for row in table("figures_periods")}
_BACK = {words_: row["span"] for words_, row in _ROWS.items() if row["part"] == "back"}
_FESTIVALS = {row["name"]: row for row in table("figures_festivals")}


_WORDS = any_of([*words("figures_periods", "words"), *words("figures_festivals", "name")])
_BASES = ("比", "较", "于", "与", "跟", "同", "超", "高出", "离", "距")
_MOVED_TO = ("延期至", "延期到", "推迟至", "推迟到", "延至")
_COMPARED_WITH = (*cues("bound-of"), *_MOVED_TO)
_BASE_ENDS = frozenset((*(word[0] for word in _BASES), *(word[-1] for word in _COMPARED_WITH)))
_UNTIL = cues("until")
_RECENT = ("近", "最近", "过去", "过去的", "近近")
_COMING = ("未来", "今后", "此后", "接下来")
_SO_FAR = ("已持续", "已经持续", "已连续", "已经连续")
_UP_TO_NOW = (*_RECENT, *_SO_FAR)
_FROM_OR_TO_NOW = (*_UP_TO_NOW, *_COMING)
_REACH = 3
_LINE_END = re.compile("\n")


class Cue(NamedTuple):
    """A word or date of time: where it stands, what it means (None where there is no day to resolve it from), whether
    later sentences are of that time too, whether it runs to the day of the issue (今年以来), of a word that points
    back (当日, 当月, 当年, 全年) to what, and whether a date is where a span to the issue begins (2015年以来)."""

    start: int
    days: Days | None
    lasting: bool
    to_date: bool = False
    back: str = ""
    since: bool = False


def assign(text: str, drafts: Sequence[Draft], reference: date | None) -> None:
    """Sets the period of each figure; text's sentences are parted by line breaks.

    A word or date of time holds for what follows in its sentence. Where it carries on (see `carrying`) it holds for
    the next sentences until another one comes, three at most. What a figure is compared with (比2018年, 较去年同期) is
    not its time.
    """
    times = sorted([*_word_cues(text, reference), *_figure_cues(text, drafts, reference)], key=attrgetter("start"))
    breaks = [found.start() for found in _LINE_END.finditer(text)]
    reports = carrying.Reports(text)
    current: Cue | None = None
    lasting: Cue | None = None
    place = 0
    for draft in drafts:
        while place < len(times) and times[place].start <= draft.start:
            current = _next(text, times[place], current)
            lasting = current if current.lasting else None
            place += 1
        if draft.label:
            continue
        if draft.days is not None:
            draft.period = draft.days
        elif current is not None:
            number = bisect_left(breaks, draft.start)  # of the sentence
            own = bisect_left(breaks, current.start) == number
            here = current if own else lasting
            if own or (
                here is not None
                and number - bisect_left(breaks, here.start) <= _REACH
                and _holds(reports, here, draft)
                and _concerns(text, breaks[number - 1] + 1, here, draft, reference)
            ):
                draft.period = here.days if here else None


def _holds(reports: carrying.Reports, cue: Cue, draft: Draft) -> bool:
    """Whether a time of an earlier sentence still holds: a day does not for what somebody is reported to have said."""
    if cue.days is None:
        return False
    return not (carrying.is_point(cue.days) and reports.between(cue.start, draft.start))


def _concerns(text: str, line: int, cue: Cue, draft: Draft, reference: date | None) -> bool:
    """Whether a time of an earlier sentence that is past speaks of a figure of the sentence from `line` on: 去年… never
    of what is so today."""
    if cue.days is None or not carrying.is_past(cue.days, reference):
        return True
    if carrying.goes_on(text, line, draft.start):
        return True
    rank = draft.kind == "rank" and draft.unit != "次"
    return carrying.opens(text, cue.start) and not carrying.states_present(text, line, draft.start, rank)


def _next(text: str, cue: Cue, current: Cue | None) -> Cue:
    """The cue that holds from now on: a year named in the sentence of a day within it does not widen that day, but what
    was counted 今年以来 and 截至6月3日 is of the time from January 1 to June 3."""
    same = current is not None and text.find("\n", max(current.start, cue.start - 500), cue.start) < 0
    if cue.back:
        return _pointed_at(text, cue, current if current and (same or current.lasting) else None) or current or cue
    if current is None or current.days is None or cue.days is None or cue.days == current.days:
        return cue
    if text.startswith("至今", cue.start) and same and current.days.last == cue.days.last:
        return current
    if cue.since or _IS_YEAR.match(text, cue.start):
        return cue
    wider = cue.days.first <= current.days.first and current.days.last <= cue.days.last
    short = (current.days.last - current.days.first).days < 31
    if wider and same and text.endswith(_UNTIL, 0, current.start):
        return cue._replace(days=Days(cue.days.first, current.days.last))
    told = same and not cue.to_date and bool(_TOLD.search(text, current.start, cue.start))
    return current if wider and short and same and not told else cue


_TOLD = re.compile("|".join((*cues("published"), *cues("reported"), "消息")))
_IS_YEAR = re.compile("(?:今年|[12][0-9]{3}年)[是为]")


def _pointed_at(text: str, cue: Cue, to: Cue | None) -> Cue | None:
    """What 当日, 当月, 当年, 全年 mean behind another time: its day, month or year; else what they mean alone."""
    if to is None or to.days is None:
        return cue if cue.days else None
    first, last = to.days.first, to.days.last
    if cue.back == "day":
        return to if carrying.is_point(to.days) else cue
    if cue.back == "month":
        return to._replace(start=cue.start, days=spans.month(last.year, last.month)) if (last - first).days < 31 else to
    if carrying.is_point(to.days) and cue.days and (last.month, last.day) != (12, 31):
        return cue
    if first.year != last.year:
        return to
    ends = last if text.endswith(_UNTIL, 0, to.start) else last.replace(month=12, day=31)
    return to._replace(start=cue.start, days=Days(first.replace(month=1, day=1), ends))


_CLAUSE_STARTS = frozenset("\n，。；：！？、“（")


def _word_cues(text: str, reference: date | None) -> Iterator[Cue]:
    """The words of the table with what they mean on the day of reference."""
    known: dict[str, Days | None] = {}
    for found in _WORDS.finditer(text):
        if _is_base(text, found.start()):
            continue
        word = found[0]
        back = _BACK.get(word, "")
        if reference is None:
            yield Cue(found.start(), None, lasting=False, back=back)
            continue
        if word not in known:
            known[word] = meaning(_ROWS[word], reference) if word in _ROWS else festival(_FESTIVALS[word], reference)
        days = known[word]
        if back:
            if back != "day" or not found.start() or text[found.start() - 1] in _CLAUSE_STARTS:
                yield Cue(found.start(), days, lasting=False, back=back)
        elif days is not None:
            lasting = carrying.carries(text, found.start(), found.end(), days, reference)
            to_date = word in _ROWS and _ROWS[word]["part"] == "to-date"
            yield Cue(found.start(), days, lasting, to_date)


def _at_end(word: str, days: Days) -> Days:
    """2019年底 is the last day of the year for what was counted then."""
    return Days(days.last, days.last) if word.endswith(("年底", "年末")) else days


def _is_base(text: str, at: int) -> bool:
    """Whether the time at `at` is what a figure is compared with: 比2018年, 不及去年的1/10."""
    if not at or text[at - 1] not in _BASE_ENDS:
        return False
    return text.startswith(_BASES, at - 1) or text.endswith(_COMPARED_WITH, max(0, at - 4), at)


def _figure_cues(text: str, drafts: Sequence[Draft], reference: date | None) -> Iterator[Cue]:
    """Dates, and spans that end or begin with the issue: 近三年, 未来五年."""
    for draft in drafts:
        if draft.label:
            continue
        if draft.days is not None:
            if not _is_base(text, draft.start):
                since = _since(text, draft, draft.days, reference)
                lasting = carrying.carries(text, draft.start, draft.end, since, reference)
                then = _at_end(text[draft.end - 2 : draft.end], since)
                yield Cue(draft.start, then, lasting, since=since != draft.days)
        elif draft.kind == "date":
            if not _is_base(text, draft.start):
                yield Cue(draft.start, None, lasting=False)
        elif draft.kind == "duration" and draft.value and _names_a_span(text, draft):
            days = _span(text, draft, reference) if reference else None
            lasting = days is not None and carrying.carries(text, draft.start, draft.end, days, reference)
            yield Cue(draft.start, days, lasting)


_SINCE = re.compile("[自从](?:[今去前]年)?\\Z")
_EVER_SINCE = re.compile(r"[^，。；！？\n]{1,30}以来")


def _since(text: str, draft: Draft, days: Days, reference: date | None) -> Days:
    """2015年以来, 自5月20日投产以来, 1991年起: what follows is of the time from then to the issue."""
    if reference is None or days.first > reference:
        return days
    if _EVER_SINCE.match(text, draft.end) and _SINCE.search(text, max(0, draft.start - 4), draft.start):
        return Days(days.first, reference)
    if not text.startswith(("以来", "至今", "起"), draft.end):
        return days
    begun = text.startswith("起", draft.end)
    return days if begun and (draft.length != "year" or days.last >= reference) else Days(days.first, reference)


def _names_a_span(text: str, draft: Draft) -> bool:
    """Whether a duration ends or begins with the issue: 近三年, 4年多来, 未来五年; 历时近三年 is nearly as long."""
    if draft.unit not in ("a", "mo", "d", "wk") or draft.comparator == "<" or (draft.value or 0.0) > 4000:
        return False
    return text.endswith(_FROM_OR_TO_NOW, 0, draft.start) or text.startswith("来", draft.end)


def _span(text: str, draft: Draft, reference: date) -> Days:
    value = draft.value or 0.0
    if text.endswith(_UP_TO_NOW, 0, draft.start) or text.startswith("来", draft.end):
        return Days(spans.plus(_moved(reference, -value, draft.unit), 1), reference)
    return Days(reference, _moved(reference, value, draft.unit))


def _moved(of: date, value: float, unit: str | None) -> date:
    if unit == "a":
        return spans.shifted(of, months_=round(value * 12))
    if unit == "mo":
        return spans.shifted(of, months_=round(value))
    return spans.plus(of, value * (7 if unit == "wk" else 1))


def meaning(row: dict[str, str], reference: date) -> Days | None:
    """What a row of `figures_periods` means on a day: 去年 on 2024-11-20 is 2023, 今年以来 January 1 to November 20."""
    if row["part"] == "years":
        first, _, last = row["shift"].partition("/")
        return Days(date(int(first), 1, 1), date(int(last), 12, 31))
    if row["span"] == "since":
        start = date.fromisoformat(row["shift"])
        return Days(start, reference) if start <= reference else None
    return _part(_whole(row["span"], int(row["shift"]), reference), row, reference)


def festival(row: dict[str, str], reference: date) -> Days | None:
    """The days of a festival nearest to the reference: 春节 on 2024-11-20 began on 2025-01-29."""
    day_of = lunar.day if row["calendar"] == "lunar" else spans.day
    years = (reference.year - 1, reference.year, reference.year + 1)
    found = [days for year in years if 0 < year < 9999 and (days := day_of(year, int(row["month"]), int(row["day"])))]
    nearest = min(found, key=lambda days: abs((days.first - reference).days), default=None)
    return Days(nearest.first, spans.plus(nearest.first, int(row["length"]) - 1)) if nearest else None


def _whole(span: str, shift: int, reference: date) -> Days | None:
    if span == "year":
        return spans.year(reference.year + shift)
    if span in ("month", "quarter"):
        length = 3 if span == "quarter" else 1
        month = reference.replace(day=1, month=(reference.month - 1) // length * length + 1)
        first = spans.shifted(month, months_=shift * length)
        return spans.months(first.year, first.month, first.month + length - 1)
    length = 7 if span == "week" else 1
    start = spans.plus(reference, shift * length - (reference.weekday() if span == "week" else 0))
    return Days(start, spans.plus(start, length - 1))


_EARLY = 2
"""Months at the head of a year in which 全年 is the year before."""


def _alone(whole: Days, word: str, reference: date) -> Days | None:
    """What a word that points back means with nothing before it: 当日 the day of the issue, 全年 its year or, early in
    a year, the one before; 当月 and 当年 nothing."""
    if word == "全年":
        return spans.year(reference.year - 1) if reference.month <= _EARLY else whole
    return whole if whole.first == whole.last else None


def _part(whole: Days | None, row: dict[str, str], reference: date) -> Days | None:
    if whole is None:
        return None
    part, year = row["part"], whole.first.year
    if part == "back":
        return _alone(whole, row["words"], reference)
    if part == "to-date":
        return Days(whole.first, reference)
    if part == "two":
        return Days(whole.first, date(min(year + 1, 9999), 12, 31))
    if part in ("begin", "end") and row["span"] == "month":
        return spans.part_of_month(year, whole.first.month, "初" if part == "begin" else "底")
    halves = {"begin": "初", "end": "底", "first-half": "上半年", "second-half": "下半年"}
    return dates.part_of_year(year, halves[part]) if part in halves else whole
