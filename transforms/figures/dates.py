"""Dates, times of day and the spans that are written with numerals.

One expression for points (a year, a month, a day, their parts, quarters, decades, centuries), one for ranges that share
their unit (2016—2020年, 18日至20日), one for numeric dates and one for times of day; what is left out is taken from the
words before, from the date before in the sentence, or from the day of reference.

    before  (2024-11-20) 去年9月底 · 11月18日—19日 · 18日上午9时30分至11时
    after   2023-09-30 · 2024-11-18 to 2024-11-19 · 2024-11-18, 09:30 to 11:00
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import NamedTuple

from transforms.figures import eras, lunar, spans, weeks
from transforms.figures.cues import cues
from transforms.figures.numerals import number
from transforms.figures.spans import Days

JOIN = r"(?:至|到|—{1,2}|－|-|–|~|～|―|一(?=[0-9]))"
PARTS_OF_DAY = (
    r"凌晨|清晨|早晨|早上|早间|清早|早|今晨|上午|中午|正午|午间|午后|下午|傍晚"
    r"|晚间|晚上|当晚|晚|夜间|夜里|夜|深夜|半夜|午夜"
)
_MONTH = r"(?:1[0-2]|0?[1-9]|十[一二]?|[一二三四五六七八九])"
_ONE_TO_NINE = "[一二三四五六七八九]"
_DAY = rf"(?:3[01]|[12][0-9]|0?[1-9]|三十一?|(?:二?十|廿){_ONE_TO_NINE}?|初?{_ONE_TO_NINE})"
_YEAR = r"(?:[12][0-9]{3}|[一二][0零〇○一二三四五六七八九]{3}|二千零?[一二]?十?[一二三四五六七八九]?|两千|二千)"
_SHORT_YEAR = r"(?:[0-9]{2}|[零〇○一二三四五六七八九]{2})"
_ESTIMATES = ("一二", "二三", "三四", "四五", "五六", "六七", "七八", "八九", "三五")
_SPELT_YEAR = "|".join(
    tens + ones for tens in "一三四五六七八九" for ones in "零〇一二三四五六七八九" if tens + ones not in _ESTIMATES
)
_PART = (
    r"(?:年?[上下前后]半年|月?[上中下]旬|[年月]?[底末初]|年中(?![国华心医间学东期小])"
    r"|(?<=[到至][0-9]{4}年)中(?=[，。、；）])"
    r"|(?<=年)[春夏秋冬]季?(?![季节装游耕种播收令奥训粮运招])|(?<=年)[春夏秋冬]季(?=[运招]))"
)
_QUARTER = r"(?:第?[一二三四1-4]个?季度末?)"


def _point(n: str) -> str:
    """A point in time, its groups named with `n`: a year with or without what follows, a month, a day."""
    return (
        rf"(?:(?:(?P<y{n}>{_YEAR})年(?!代(?!表))度?|(?P<s{n}>{_SHORT_YEAR})年(?=[底末初上下第0-9一二三四五六七八九十]|前[0-9一二三四五六七八九十]|代|以[来前后])"
        rf"|(?P<z{n}>[0零〇][0-9一二三四五六七八九]|{_SPELT_YEAR})年(?!代(?!表)))"
        rf"(?:(?P<m{n}>{_MONTH})月份?(?:(?P<d{n}>{_DAY})[日号])?)?"
        rf"|(?P<mo{n}>{_MONTH})月份?(?:(?P<da{n}>{_DAY})[日号])?"
        rf"|(?P<do{n}>{_DAY})[日号])"
        rf"(?:(?P<q{n}>{_QUARTER})|前(?P<fq{n}>[一二三四两1-4])个?季度|前(?P<fm{n}>{_MONTH})个?月|(?P<p{n}>{_PART}))?"
    )


_POINTS = re.compile(rf"{_point('1')}(?:{JOIN}(?P<of>今年|明年|当年|次年|翌年)?(?P<second>{_point('2')}))?")
_SHARED = re.compile(rf"(?P<a>[0-9]{{1,4}}|{_MONTH}){JOIN}(?P<b>[0-9]{{1,4}}|{_MONTH})(?P<unit>年|月份?|日)")
_SHARED_MONTHS = re.compile(rf"(?P<y>{_YEAR})年(?P<a>{_MONTH}){JOIN}(?P<b>{_MONTH})月份?")
_SHARED_DAYS = re.compile(rf"(?:(?P<y>{_YEAR})年)?(?P<m>{_MONTH})月(?P<a>{_DAY}){JOIN}(?P<b>{_DAY})[日号]")
_QUARTERS = re.compile(r"(?:第?(?P<q>[一二三四1-4])个?|(?P<to>[二三两2-4])个?)季度(?P<end>末)?")
_DECADE = re.compile(
    r"(?:(?P<c>[12][0-9]|十[一二三四五六七八九]|二十一?)世纪)?"
    r"(?:(?P<y>[0-9]0|[二三四五六七八九]十)年代|(?P<two>[二三四五六七八九][三四五六七八九])十年代|(?P<n>[0-9]{4}|[一二][零〇一二三四五六七八九]{3})年代)?(?P<p>初|中期|中叶|中|末|后期|前期)?"
)
_NUMERIC = re.compile(
    r"(?P<y>[12][0-9]{3})(?P<sep>[-/.])(?P<m>0?[1-9]|1[0-2])(?:(?P=sep)(?P<d>0[1-9]|[12][0-9]|3[01]|[1-9]))?(?![0-9.])"
)
_PLAN = re.compile(
    r"(?P<n>十?[一二三四五六七八九]|十)五(?P<close>[”’」])?(?P<p>期间|时期|末期|末|初|以来|开局之年|收官之年)?"
)
_SPOKEN = rf"[一二三四五]?十{_ONE_TO_NINE}?"
_BEHIND_HOUR = (
    rf"(?:(?P<mj{{n}}>[0-5]?[0-9]|{_SPOKEN}|零?{_ONE_TO_NINE})分(?!钟)(?:(?P<sj{{n}}>[0-5]?[0-9])秒)?"
    rf"|(?P<half{{n}}>半)|(?P<q{{n}}>[一三])刻|整"
    rf"|(?<=点)(?P<ml{{n}}>[0-5][0-9]|{_SPOKEN}|零{_ONE_TO_NINE})(?=\Z|[，。、；：！？）—～~\n至到左右许前后出开起的时-]))?"
)
_CLOCK = (
    r"(?:(?P<h{n}>[01]?[0-9]|2[0-4])[:：](?P<mi{n}>[0-5][0-9])(?:[:：](?P<s{n}>[0-5][0-9]))?"
    r"(?: ?(?P<ap{n}>[apAP])\.?[mM]\.?(?![A-Za-z0-9]))?(?![0-9:：])时?"
    r"|(?P<hh{n}>[01]?[0-9]|2[0-4]|二十[一二三四]?|十[一二三四五六七八九]?|[零一二两三四五六七八九])(?:时|点钟?)"
    rf"{_BEHIND_HOUR})"
)
_TIME = re.compile(
    rf"(?P<part>{PARTS_OF_DAY})?(?:(?P<from>[01]?[0-9]|2[0-3])(?={JOIN}[0-9]{{1,2}}时)|{_CLOCK.replace('{n}', '1')})"
    rf"(?:{JOIN}(?:次日|当日|当天)?(?P<part2>{PARTS_OF_DAY})?{_CLOCK.replace('{n}', '2')})?"
)
_NIGHT = frozenset(("晚间", "晚上", "当晚", "晚", "夜间", "夜", "夜里", "深夜", "半夜", "午夜"))
_AFTERNOON = frozenset(("下午", "午后", "傍晚")) | _NIGHT
_END_OF_DAY = (24, 0, 0)


class Anchor(NamedTuple):
    """What a date leaves out may be found in: the day of reference, a year or month named before it in the
    sentence; for a time of day the last day named at all."""

    reference: date | None
    year: int | None = None
    month: tuple[int, int] | None = None
    day: Days | None = None


class Moment(NamedTuple):
    """A date or a time as read: where it ends, its days (None where nothing says which) and its time of day."""

    end: int
    days: Days | None
    clock: str | None = None
    clock_end: str | None = None
    explicit_year: bool = False
    length: str = "day"


def moment_at(text: str, at: int, anchor: Anchor) -> Moment | None:
    """The date, the range of dates or the time of day that begins at `at`; None where there is none."""
    dated = _date_at(text, at, anchor)
    if dated and dated.end < len(text) and text[dated.end] in "的第最":
        week = _week_of(text, dated)
        return dated if week is dated else _joined(text, week, _week_or_date, anchor)
    if dated and dated.end < len(text) and text[dated.end] in _CLOCK_STARTS:
        timed = time_at(text, dated.end + (text[dated.end] == " "), None)
        if timed and timed.clock:
            until = _second_day(text, timed.end, dated, anchor)
            return until or Moment(timed.end, dated.days, timed.clock, timed.clock_end, dated.explicit_year)
    return dated


def _week_of(text: str, dated: Moment) -> Moment:
    """12月第一周, 4月的最后一个星期一; without a week the date itself."""
    of_span = dated.days if dated.length in ("month", "year") else None
    found = weeks.of_span(text, dated.end, of_span) if of_span else None
    if not found:
        return dated
    end, days = found
    return dated._replace(end=end, days=days, length="day" if days.first == days.last else "week")


def _week_or_date(text: str, at: int, anchor: Anchor) -> Moment | None:
    dated = _date_at(text, at, anchor)
    return _week_of(text, dated) if dated else None


_CLOCK_STARTS = frozenset(" 0123456789一二三四五六七八九十两凌清早上中正午下傍晚夜深半")


def _second_day(text: str, end: int, first: Moment, anchor: Anchor) -> Moment | None:
    """4月20日11:00至4月25日17:00: a time on one day to a time on another."""
    joined = _JOIN.match(text, end)
    if not joined or not first.days:
        return None
    second = _date_at(text, joined.end(), Anchor(anchor.reference, first.days.first.year, _month_of(first.days)))
    timed = time_at(text, second.end, None) if second and second.days else None
    start = time_at_end(text, end)
    if not start or not timed or not timed.clock or not second or not second.days:
        return None
    return Moment(timed.end, Days(first.days.first, second.days.last), start, timed.clock, first.explicit_year)


_JOIN = re.compile(JOIN)


def time_at_end(text: str, end: int) -> str | None:
    """The time of day that ends at `end`."""
    for start in range(max(0, end - 12), end):
        timed = time_at(text, start, None)
        if timed and timed.end == end:
            return timed.clock
    return None


_LUNAR_DAY = rf"初[一二三四五六七八九十0-9]|(?:二?十|廿){_ONE_TO_NINE}|(?:[二三]?十|廿)(?!{_ONE_TO_NINE})"
_LUNAR = re.compile(
    rf"(?:(?P<y>{_YEAR})年)?(?P<said>农历|阴历)?(?P<leap>闰)?(?P<m>正|冬|腊|{_MONTH})月(?:(?P<d>{_LUNAR_DAY})(?P<of_sun>日)?(?![号个多余万]))?"
)
_NEW_YEAR = re.compile(rf"(?:(?P<y>{_YEAR})年)?大年(?:初(?P<d>[一二三四五六七八九十])|三十)")
_LUNAR_NAMES = {"正": 1, "冬": 11, "腊": 12}
_LUNAR_FEASTS = frozenset(((1, 15), (5, 5), (7, 7), (8, 15), (9, 9)))


def _lunar(text: str, at: int, anchor: Anchor) -> Moment | None:
    """农历十月, 五月初五, 腊月廿三, 八月十五: lunar days; with 十三 alone a month is a solar one."""
    found = _LUNAR.match(text, at)
    if not found:
        return None
    said = found["said"] or found["leap"] or text[max(0, at - 2) : at] in ("农历", "阴历") or text[at - 1 : at] == "闰"
    month_ = _LUNAR_NAMES.get(found["m"]) or number(found["m"])
    day_ = number(found["d"]) if found["d"] else None
    feast = (month_, day_) in _LUNAR_FEASTS and not found["y"]
    named = found["m"] in _LUNAR_NAMES or (found["d"] or "")[:1] in ("初", "廿")
    if not (said or (day_ and not found["of_sun"] and (named or feast))):
        return None
    leap = bool(found["leap"]) or text[at - 1 : at] == "闰"
    year = number(found["y"]) if found["y"] else anchor.year or (anchor.reference.year if anchor.reference else None)
    if year and not found["y"] and not anchor.year and month_ > 10 and anchor.reference and anchor.reference.month < 4:
        year -= 1
    days = None
    if year:
        days = lunar.day(year, month_, day_) if day_ else lunar.month(year, month_, leap)
        days = days or _last_of(year, month_, day_)
    return Moment(found.end(), days, explicit_year=bool(found["y"]), length="day" if day_ else "month")


def _last_of(year: int, month_: int, day_: int | None) -> Days | None:
    """腊月三十 of a year whose last month has 29 days is the last one."""
    whole = lunar.month(year, month_) if day_ == 30 else None
    return Days(whole.last, whole.last) if whole else None


def _new_year(text: str, at: int, anchor: Anchor) -> Moment | None:
    """大年三十, 大年初一: the eve of the lunar year and its first days, nearest to the reference."""
    found = _NEW_YEAR.match(text, at)
    if not found:
        return None
    stated = number(found["y"]) if found["y"] else anchor.year
    years = [stated] if stated else []
    if anchor.reference and not years:
        years = [anchor.reference.year, anchor.reference.year + 1]
    day_ = number(found["d"]) if found["d"] else 0
    known = [days for year in years if (days := lunar.day(year, 1, day_))]
    reference = anchor.reference
    days = min(known, key=lambda one: abs((one.first - reference).days) if reference else 0, default=None)
    return Moment(found.end(), days, explicit_year=bool(found["y"]))


_ERA_YEAR = re.compile(r"(?P<y>[0-9]{1,4}|[零〇一二三四五六七八九十百千]{1,7})年")


def _of_the_era(text: str, at: int, _anchor: Anchor) -> Moment | None:
    """公元330年; a year before the era (公元前221年) has no days."""
    if not text.endswith(("公元", "公元前"), max(0, at - 3), at):
        return None
    found = _ERA_YEAR.match(text, at)
    if not found:
        return None
    days = spans.year(number(found["y"])) if text[at - 1] == "元" else None
    return Moment(found.end(), days, explicit_year=True, length="year")


def _of_an_era(text: str, at: int, _anchor: Anchor) -> Moment | None:
    """康熙三年, 民国二十年九月; the name of the era stands before `at`."""
    found = eras.year_at(text, at)
    return Moment(found[0], found[1], explicit_year=True, length=found[2]) if found else None


_MONTH_AND_DAY = re.compile(r"(?P<m>0[1-9]|1[0-2])[-/](?P<d>0[1-9]|[12][0-9]|3[01])(?![0-9/.-])")


_AMERICAN = re.compile(r"(?P<a>[0-3]?[0-9])(?P<sep>[-/.])(?P<b>[0-3]?[0-9])(?P=sep)(?P<y>(?:19|20)[0-9]{2})(?![0-9./])")


def _year_behind(text: str, at: int, _anchor: Anchor) -> Moment | None:
    """11/20/2024: the month first, unless it can't be one or full stops part them (20.11.2024)."""
    found = _AMERICAN.match(text, at)
    if not found:
        return None
    first, second, year = int(found["a"]), int(found["b"]), int(found["y"])
    day_first = spans.day(year, second, first)
    days = (spans.day(year, first, second) if found["sep"] != "." else day_first) or day_first
    return Moment(found.end(), days, explicit_year=True) if days else None


def _month_and_day(text: str, at: int, anchor: Anchor) -> Moment | None:
    """03/03, 09-01: all there is of a text."""
    found = _MONTH_AND_DAY.fullmatch(text) if at == 0 and len(text) == 5 else None
    year = _year_for(anchor, int(found["m"]), int(found["d"])) if found else None
    return Moment(5, spans.day(year, int(found["m"]), int(found["d"]))) if found and year else None


def _date_at(text: str, at: int, anchor: Anchor) -> Moment | None:
    window = text[at : at + _WINDOW]
    for needed, read in _readers_at(text, at):
        if needed in window and (found := read(text, at, anchor)):
            return _joined(text, found, read, anchor) if read in (_numeric, _year_behind) else found
    return None


def _numeric(text: str, at: int, _anchor: Anchor) -> Moment | None:
    """2024-11-20, 2024/11/20, 2024.11.20; without a day only with a stop or stroke that a decimal can't be."""
    found = _NUMERIC.match(text, at)
    if not found or (
        not found["d"]
        and (found["sep"] != "." or len(found["m"]) != 2 or text[found.end() : found.end() + 1] not in "-—")
    ):
        return None
    if not found["d"]:
        return Moment(found.end(), spans.month(int(found["y"]), int(found["m"])), explicit_year=True, length="month")
    return Moment(found.end(), spans.day(int(found["y"]), int(found["m"]), int(found["d"])), explicit_year=True)


def _joined(text: str, first: Moment, read: Callable[[str, int, Anchor], Moment | None], anchor: Anchor) -> Moment:
    """2024-11-18至2024-11-20, 5月的最后一个星期一到9月1日: `first` with the date behind it that `read` reads."""
    joined = _JOIN.match(text, first.end)
    second = read(text, joined.end(), anchor) if joined else None
    days = _between(first.days, second.days) if second else None
    return first._replace(end=second.end, days=days) if second and days else first


_JOINS = frozenset("至到—－-–~～―一/")


def _shared(text: str, at: int, anchor: Anchor) -> Moment | None:
    """2016—2020年, 1—4月, 18至20日, 2020年1至4月, 3月18—20日: two numbers with one unit."""
    if _JOINS.isdisjoint(text[at : at + _WINDOW]):
        return _neighbours(text, at, anchor)
    return (
        _shared_days(text, at, anchor)
        or _shared_months(text, at)
        or _shared_units(text, at, anchor)
        or _across_years(text, at)
        or _neighbours(text, at, anchor)
    )


_ACROSS = re.compile(
    rf"(?P<a>(?:19|20)[0-9]{{2}})(?:/|{JOIN})(?P<b>(?:19|20)?[0-9]{{2}})(?P<unit>年度?|赛季|学年度?|榨季|雪季)"
)


def _across_years(text: str, at: int) -> Moment | None:
    """2023/24赛季, 2023—2024学年: a season that begins in one year and ends in the next."""
    found = _ACROSS.match(text, at)
    if not found:
        return None
    low, high = int(found["a"]), int(found["b"])
    high = high if high > 99 else low - low % 100 + high + (100 if high < low % 100 else 0)
    days = _between(spans.year(low), spans.year(high)) if low < high else None
    return Moment(found.end(), days, explicit_year=True, length="year") if days else None


_NEIGHBOURS = re.compile(
    rf"(?P<a>{_ONE_TO_NINE})(?P<b>{_ONE_TO_NINE}|十)(?P<unit>月份?)"
    r"|(?P<c>[1-9]|[12][0-9]|30)、(?P<d>[1-9]|[12][0-9]|3[01])(?P<days>月份?|日)"
)


def _neighbours(text: str, at: int, anchor: Anchor) -> Moment | None:
    """七八月, 7、8月份, 18、19日: two that follow each other."""
    found = _NEIGHBOURS.match(text, at)
    if not found or (found["c"] and text[at - 1 : at] in ("", "\n", "、", "第")):
        return None
    low, high = number(found["a"] or found["c"]), number(found["b"] or found["d"])
    if high != low + 1 or text.startswith(("游", "龄", "球"), found.end()):
        return None
    if found["days"] == "日":
        return _days_of_month(found.end(), low, high, anchor)
    year = _year_for(anchor, high, None) if high <= 12 else None
    return Moment(found.end(), spans.months(year, low, high), length="month") if year else None


def _shared_days(text: str, at: int, anchor: Anchor) -> Moment | None:
    found = _SHARED_DAYS.match(text, at)
    if not found:
        return None
    month = number(found["m"])
    year = number(found["y"]) if found["y"] else _year_for(anchor, month, number(found["b"]))
    days = year and _between(spans.day(year, month, number(found["a"])), spans.day(year, month, number(found["b"])))
    return Moment(found.end(), days or None, explicit_year=bool(found["y"]))


def _shared_months(text: str, at: int) -> Moment | None:
    found = _SHARED_MONTHS.match(text, at)
    if not found:
        return None
    days = spans.months(number(found["y"]), number(found["a"]), number(found["b"]))
    return Moment(found.end(), days, explicit_year=True, length="month")


def _shared_units(text: str, at: int, anchor: Anchor) -> Moment | None:
    found = _SHARED.match(text, at)
    if not found or text.startswith("龄", found.end()):
        return None
    low, high, unit = number(found["a"]), number(found["b"]), found["unit"]
    if unit == "年":
        return _years(found.end(), low, high)
    if unit == "日":
        return _days_of_month(found.end(), low, high, anchor)
    if high > 12:
        return None
    year = _year_for(anchor, high, None)
    days = spans.months(year, low, high) if year else None
    return Moment(found.end(), days, length="month") if low < high or not year else None


def _years(end: int, low: int, high: int) -> Moment | None:
    """2016—2020年, 2016—20年; 3至5年 is a duration."""
    if low < 1000:
        return None
    high = high if high > 99 else low - low % 100 + high
    first, last = spans.year(low), spans.year(high)
    return Moment(end, _between(first, last), explicit_year=True, length="year") if low < high < 2200 else None


def _days_of_month(end: int, low: int, high: int, anchor: Anchor) -> Moment | None:
    if not low < high <= 31:
        return None
    return Moment(end, _between(_day_alone(low, anchor), _day_alone(high, anchor)))


def _between(first: Days | None, last: Days | None) -> Days | None:
    return Days(first.first, last.last) if first and last and first.first <= last.last else None


_DAY_UNSAID = re.compile(
    rf"(?:(?P<y>{_YEAR})年)?(?P<m>十[一二]?|{_ONE_TO_NINE})月(?P<d>三十一?|(?:二?十|廿){_ONE_TO_NINE}?)"
    rf"(?=\Z|[，。、；：！？）”\n]|这|那|当|{PARTS_OF_DAY})"
)


def _day_unsaid(text: str, at: int, anchor: Anchor) -> Moment | None:
    """一月二十三, 二〇二四年三月十五: a day without 日, in Chinese numerals, at the end of a clause."""
    found = _DAY_UNSAID.match(text, at)
    if not found:
        return None
    month, day = number(found["m"]), number(found["d"])
    year = number(found["y"]) if found["y"] else _year_for(anchor, month, day)
    days = _day_of_year(year, month, day, bool(found["y"])) if year else None
    return Moment(found.end(), days, explicit_year=bool(found["y"])) if days or not year else None


def _points(text: str, at: int, anchor: Anchor) -> Moment | None:
    found = _POINTS.match(text, at)
    if not found or not _plausible(found, text):
        return None
    first, length = _resolved(found, "1", anchor)
    explicit = bool(found["y1"] or found["s1"] or found["z1"])
    if not found["second"]:
        return Moment(found.end(), first, explicit_year=explicit, length=length)
    within = Anchor(anchor.reference, _year_said(found["of"], first, anchor), _month_of(first)) if first else anchor
    last, length = _resolved(found, "2", within)
    if first and last and last.last < first.first:
        last = Days(spans.shifted(last.first, years=1), spans.shifted(last.last, years=1))
    return Moment(found.end(), _between(first, last), explicit_year=explicit, length=length)


def _year_said(word: str | None, first: Days, anchor: Anchor) -> int:
    """The year of the second date of a range: 去年12月至今年3月, 10月至次年5月."""
    if word in ("次年", "翌年"):
        return first.first.year + 1
    if word in ("今年", "明年") and anchor.reference:
        return anchor.reference.year + (1 if word == "明年" else 0)
    return first.first.year


def _month_of(days: Days) -> tuple[int, int]:
    return days.last.year, days.last.month


_HISTORY = cues("history")
LASTING = re.compile(rf"(?:{'|'.join(cues('lasting'))})[了约近]?\Z")  # 行政拘留5日


def _plausible(found: re.Match[str], text: str) -> bool:
    """Whether a match is a date: not 1300年历史, not 5号线, not 30日内."""
    end, after = found.end(), text[found.end() : found.end() + 3]
    if found["y1"] and not found["m1"] and not 1500 <= number(found["y1"]) <= 2200 and after.startswith(_HISTORY):
        return False
    if found["s1"] and not any(found[group] for group in ("m1", "p1", "q1", "fq1", "fm1")):
        return found["s1"][0] in "0零〇"
    if found["do1"] and LASTING.search(text, max(0, found.start() - 5), found.start()):
        return False
    if found["do1"] and not found["do1"].isdigit() and not _is_spelt_day(text, found):
        return False
    if text[end - 1] == "号":
        if text[found.start() - 1 : found.start()] in ("〕", "］", "]"):
            return False
        return not found["do1"] or after[:1] in _AFTER_DAY or bool(_HOUR.match(after))
    return not (
        found["do1"]
        and (
            after.startswith(("内", "之内", "龄", "游", "元", "均")) or text[found.start() - 1 : found.start()] == "每"
        )
    )


_DAY_BEHIND = re.compile(
    rf"{PARTS_OF_DAY}|电|讯|报道|在|抵|离开|会见|会晤|宣布|表示|发表|举行|召开|说|称|指出|至|到|起|（|[，、](?:[一二三四五六七八九十]{{1,3}}日)"
)
_NO_DAY_BEFORE = frozenset("第每近约共达满逾超过余整历计头前")


def _is_spelt_day(text: str, found: re.Match[str]) -> bool:
    """二十三日, 十日下午: a day in Chinese numerals without a month; 三日 and 十日 only where what follows says so."""
    before, after = text[found.start() - 1 : found.start()], found.end()
    if before == "月":
        return True
    if before in _NO_DAY_BEFORE or text[after - 1] != "日":
        return False
    if len(found["do1"]) > 1 and not text.startswith(
        ("内", "之", "以", "间", "游", "龄", "后", "来", "期", "多"), after
    ):
        return True
    return bool(_DAY_BEHIND.match(text, after))


_HOUR = re.compile(r"[0-9]{1,2}[点时:：]")
_AFTER_DAY = frozenset(["", *"，。、；上下中晚早凌当到至前后起—-是在"])


def _resolved(found: re.Match[str], n: str, anchor: Anchor) -> tuple[Days | None, str]:
    """The days that the groups of one point name, and whether they are a day, a month, a quarter or a year."""
    stated = found["y" + n] or found["s" + n] or found["z" + n]
    month, day = found["m" + n] or found["mo" + n], found["d" + n] or found["da" + n]
    if found["do" + n]:
        return _day_alone(number(found["do" + n]), anchor), "day"
    if stated:
        year: int | None = _full_year(stated, anchor)
    else:
        year = _year_for(anchor, number(month), number(day) if day else None)
    if year is None:
        return None, "day" if day else "month"
    if month and day:
        return _day_of_year(year, number(month), number(day), bool(stated)), "day"
    if month:
        return _month_part(year, number(month), found["p" + n])
    return _year_part(year, found, n)


def _day_of_year(year: int, month: int, day: int, stated: bool) -> Days | None:
    """The day; 29 February without a year is of the last year that had one."""
    years = (year,) if stated or (month, day) != (2, 29) else range(year, year - 8, -1)
    return next((days for one in years if (days := spans.day(one, month, day))), None)


def _month_part(year: int, month: int, part: str | None) -> tuple[Days | None, str]:
    if not part:
        return spans.month(year, month), "month"
    return spans.part_of_month(year, month, part.lstrip("月")), "day"


def _year_part(year: int, found: re.Match[str], n: str) -> tuple[Days | None, str]:
    """A year, its quarter, its first quarters or months, or its half, beginning or end."""
    if found["q" + n]:
        return quarter(year, found["q" + n]), "quarter"
    if found["fq" + n]:
        return spans.months(year, 1, 3 * number(found["fq" + n])), "quarter"
    if found["fm" + n]:
        return spans.months(year, 1, number(found["fm" + n])), "month"
    return part_of_year(year, found["p" + n]), "year"


def quarter(year: int, words: str) -> Days | None:
    """三季度 → July to September, 三季度末 → 30 September."""
    which = number(words.lstrip("第")[0])
    days = spans.months(year, 3 * which - 2, 3 * which)
    return Days(days.last, days.last) if days and words.endswith("末") else days


def part_of_year(year: int, part: str | None) -> Days | None:
    """上半年, 下半年, 底 and 末 (December), 初 (January), 年中 and 年中旬 (June and July), 冬 (from December on); the
    year itself for None, and for 上旬 and 下旬, which a year has not."""
    if not part or part in ("上旬", "下旬"):
        return spans.year(year)
    if part.endswith("半年"):
        return spans.months(year, 1, 6) if part[-3] in "上前" else spans.months(year, 7, 12)
    season = "春夏秋冬".find(part[0])
    if season >= 0:
        first_day = date(year, 3 * season + 3, 1)
        return Days(first_day, spans.plus(spans.shifted(first_day, months_=3), -1))
    first, last = {"底": (12, 12), "末": (12, 12), "初": (1, 1), "中": (6, 7)}[part.removesuffix("旬")[-1]]
    return spans.months(year, first, last)


def _full_year(stated: str, anchor: Anchor) -> int:
    """07年 → 2007, 98年 → 1998: two digits are of the century that brings them nearest to the reference."""
    year = number(stated)
    if len(stated) != 2 or stated[0] in "十二两千":
        return year
    base = anchor.reference.year if anchor.reference else 2000
    return min((1900 + year, 2000 + year), key=lambda one: (one > base + 10, abs(one - base)))


_MONTHS_ON = 6  # 1月14日开始至2月22日 goes on in the coming year


def _year_for(anchor: Anchor, month: int, day: int | None) -> int | None:
    """The year of a date that names none: the one named before it, else the nearest that makes sense.

    A date in the coming year takes a later one with it. A month without a day lies behind rather than ahead; a day may
    lie in the first weeks of the coming year.
    """
    if anchor.year:
        return anchor.year
    reference = anchor.reference
    if not reference:
        return None
    if anchor.month and anchor.month[0] > reference.year and 0 <= month - anchor.month[1] <= _MONTHS_ON:
        return anchor.month[0]
    ahead = month - reference.month
    if ahead > 6 or (ahead == 6 and day and day > reference.day):
        return reference.year - 1
    return reference.year + 1 if day and ahead < -9 else reference.year


def _day_alone(day: int, anchor: Anchor) -> Days | None:
    """24日: of the month named before it in the sentence, else of the month that brings it nearest to the reference."""
    if anchor.month:
        return spans.day(*anchor.month, day)
    if not anchor.reference:
        return None
    near = [spans.shifted(anchor.reference.replace(day=1), months_=shift) for shift in (0, -1, 1)]
    found = [days for first in near if (days := spans.day(first.year, first.month, day))]
    reference = anchor.reference
    return min(found, key=lambda days: abs((days.first - reference).days + 3), default=None)


def _quarters(text: str, at: int, anchor: Anchor) -> Moment | None:
    """一季度, 第三季度, 三季度末, and 三季度 behind 前: the first three."""
    found = _QUARTERS.match(text, at)
    if not found:
        return None
    first = text[at - 1 : at] == "前" or text[at - 1 : at] == "头"
    if not first and (not found["q"] or (text[at : found.end()].endswith("个季度") and text[at] != "第")):
        return None
    which = number(found["q"] or found["to"])
    year = anchor.year or (anchor.reference.year if anchor.reference else None)
    if year and not anchor.year and anchor.reference and 3 * which - 2 > anchor.reference.month:
        year -= 1 if 3 * which - 2 - anchor.reference.month > 6 else 0
    if not year:
        return Moment(found.end(), None, length="quarter")
    days = spans.months(year, 1, 3 * which) if first else quarter(year, text[at : found.end()])
    return Moment(found.end(), days, length="quarter")


_FIRST_MONTHS = re.compile(r"(?P<n>1[01]|[2-9]|十一?|[二两三四五六七八九])个月")


def _first_months(text: str, at: int, anchor: Anchor) -> Moment | None:
    """前4个月: from January on."""
    found = _FIRST_MONTHS.match(text, at) if text[at - 1 : at] in ("前", "头") and at else None
    if not found or text[at - 2 : at - 1] in ("目", "此", "之", "以", "提", "年前"):
        return None
    year = anchor.year or (anchor.reference.year if anchor.reference else None)
    days = spans.months(year, 1, number(found["n"])) if year else None
    return Moment(found.end(), days, length="quarter")


def _decade(text: str, at: int, anchor: Anchor) -> Moment | None:
    """80年代 (上世纪, 本世纪 or the century before it), 五六十年代, 19世纪70年代, 2010年代, 18世纪末."""
    found = _DECADE.match(text, at)
    if not found or not (found["c"] or found["y"] or found["n"] or found["two"]):
        return None
    if found["n"]:
        days = _part_of_decade(number(found["n"]) // 10 * 10, found["p"])
    elif found["y"] or found["two"]:
        decades = [10 * number(char) for char in found["two"]] if found["two"] else [number(found["y"])]
        century = _century_of(text, at, found, decades[0], anchor)
        days = _between(_part_of_decade(century + decades[0], found["p"]), _part_of_decade(century + decades[-1], None))
        days = days if found["two"] else _part_of_decade(century + decades[0], found["p"])
    else:
        days = _century(number(found["c"]), found["p"])
    return Moment(found.end(), days, explicit_year=True, length="year")


def _century_of(text: str, at: int, found: re.Match[str], decade: int, anchor: Anchor) -> int:
    """The first year of the century of a decade: as stated, else the last one in which the decade has begun."""
    if found["c"]:
        return (number(found["c"]) - 1) * 100
    today = anchor.reference.year if anchor.reference else 2000
    this, before = today // 100 * 100, text[max(0, at - 3) : at]
    if before == "本世纪":
        return this
    return this - 100 if before == "上世纪" or this + decade > today else this


def _part_of_decade(first: int, part: str | None) -> Days | None:
    low, high = {None: (0, 9), "初": (0, 3), "前期": (0, 4), "末": (7, 9), "后期": (5, 9)}.get(part, (4, 6))
    return _between(spans.year(first + low), spans.year(first + high))


def _century(number_: int, part: str | None) -> Days | None:
    low, high = {None: (0, 99), "初": (0, 9), "末": (90, 99), "后期": (60, 99), "前期": (0, 39)}.get(part, (40, 60))
    return _between(spans.year((number_ - 1) * 100 + low), spans.year((number_ - 1) * 100 + high))


def _readers_at(text: str, at: int) -> tuple[_Reader, ...]:
    """Who may read a date that begins at `at`; of digits what stands behind them tells more."""
    if text[at] > "9":
        return _OF_WORDS
    digits = _DIGITS.match(text, at)
    return _BEHIND_DIGITS.get(text[digits.end() : digits.end() + 1], _OF_DIGITS) if digits else _OF_DIGITS


_Reader = tuple[str, Callable[[str, int, Anchor], Moment | None]]
"""What a date can't do without in the characters where it begins, and who reads such dates."""
_WINDOW = 32
_EITHER: tuple[_Reader, ...] = (
    ("月", _lunar),
    ("", _shared),
    ("月", _day_unsaid),
    ("", _points),
    ("季度", _quarters),
    ("个月", _first_months),
    ("", _decade),
)
_ERAS: tuple[_Reader, ...] = (("年", _of_the_era), ("年", _of_an_era))
_NEW_YEARS: tuple[_Reader, ...] = (("大年", _new_year),)
_NUMERIC_DATES: tuple[_Reader, ...] = (("", _numeric), ("", _year_behind), ("", _month_and_day))
_OF_DIGITS = (*_ERAS, *_NUMERIC_DATES, *_NEW_YEARS, *_EITHER)
_OF_WORDS = (*_ERAS, *_NEW_YEARS, *_EITHER)
_BEHIND_DIGITS: dict[str, tuple[_Reader, ...]] = {
    "年": (*_ERAS, *_NEW_YEARS, ("月", _lunar), ("月", _shared), ("月", _day_unsaid), ("", _points), ("年代", _decade)),
    "月": (("", _lunar), ("", _shared), ("", _points)),
    "日": (("", _points),),
    "号": (("", _points),),
    "季": (("季度", _quarters),),
    "个": (("季度", _quarters), ("个月", _first_months)),
    "时": (),
    "点": (),
    ":": (),
}
"""Who may read a date that begins with digits, by what stands behind them; before other characters all may."""
_DIGITS = re.compile("[0-9]{1,4}")


def plan_at(text: str, at: int) -> Moment | None:
    """“十四五”末 from the first numeral on: the last year of that plan; the plan's years without 末 or 初."""
    found = _PLAN.match(text, at)
    which = number(found["n"]) if found else 0
    days = spans.five_year_plan(which)
    if not found or not days or not (found["close"] or found["p"] or text.startswith(cues("plan"), found.end())):
        return None
    if found["p"] in ("末", "末期", "收官之年"):
        days = Days(days.last.replace(month=1, day=1), days.last)
    elif found["p"] in ("初", "开局之年"):
        days = Days(days.first, days.first.replace(month=12, day=31))
    return Moment(found.end(), days, explicit_year=True, length="year")


def time_at(text: str, at: int, part: str | None) -> Moment | None:
    """A time of day or a range of them; `part` is the part of the day that stands before (下午3时 → 15:00). Without a
    clock where no day has such a time (24时30分)."""
    found = _TIME.match(text, at)
    if not found:
        return None
    part = found["part"] or part
    start = _clock(found, "1", part)
    second = found["h2"] or found["hh2"]
    end = _clock(found, "2", found["part2"] or (part if part in _AFTERNOON else None)) if start and second else None
    return Moment(found.end(), None, start, end)


def _clock(found: re.Match[str], n: str, part: str | None) -> str | None:
    """HH:MM or HH:MM:SS of one clock of a match of `_TIME`. A day ends at 24:00, which is 晚上12点; what lies behind it
    is of another day, which only the reader can tell: None."""
    hour = number(found["h" + n] or found["hh" + n] or found["from"])
    if part in _AFTERNOON and 1 <= hour < 12 and not (part in ("半夜", "午夜", "深夜") and hour < 6):
        hour += 12
    if (part in ("中午", "正午") and hour < 4) or (part in _NIGHT and hour == 12):
        hour += 12
    if part == "凌晨" and hour == 12:
        hour = 0
    if found["ap" + n]:
        hour = hour % 12 + (12 if found["ap" + n] in "pP" else 0)
    minute = found["mi" + n] or found["mj" + n] or found["ml" + n] or "0"
    minutes = 30 if found["half" + n] else 15 * number(found["q" + n]) if found["q" + n] else number(minute)
    seconds = found["s" + n] or found["sj" + n]
    if (hour, minutes, int(seconds or 0)) > _END_OF_DAY:
        return None
    return f"{hour:02d}:{minutes:02d}" + (f":{int(seconds):02d}" if seconds else "")
