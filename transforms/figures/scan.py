"""Finding the figures of a text: one expression finds numerals, and what stands around each says what it is.

    before  去年集群总营收达到1.22万亿元，拥有237家涉铝企业，占比超过1/3
    after   1.22万亿元 (money, 1.22e12 CNY) · 237家 (count) · 1/3 (fraction, 0.333…)
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from transforms.figures import dates, idioms, numerals, spans, units
from transforms.figures.dates import JOIN, Anchor, Moment
from transforms.figures.draft import Draft
from transforms.figures.spans import Days
from transforms.figures.units import Measure

_NUMERAL = numerals.expression()
_AFTER_ONE = "0-9零〇一二三四五六七八九十百千万亿年月季天日小周星秒分刻公平立米吨克亩升里厘毫海英倍半成期级等孩版号甲是、要个世刻点时审线到至—载届"
_FIND = re.compile(rf"翻(?:了?(?:一|两|三)?)番|第(?:{_NUMERAL})|(?!一(?:[^{_AFTER_ONE}]|个[^月多小半世百星工季])|几[^十百千万亿]|数[^十百千万亿])(?:{_NUMERAL}|半)")
_NUMBER = re.compile(_NUMERAL)
_LONGEST = 40
_LETTERS = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")
_DATE_STARTS = frozenset("年月日号时点:：-/.世季—至到~～－–―一前个")
_SPAN_UNITS = frozenset(("年", "月", "天", "日", "周", "星", "载", "礼"))


def figures(text: str, reference: date | None) -> Iterator[Draft]:
    """The figures and labels of `text` in order; sentences are parted by line breaks, and dates look back no further."""
    done, sentence = 0, -1
    anchor = Anchor(reference)
    for found in _FIND.finditer(text):
        start = found.start()
        if start < done:
            continue
        broken = text.rfind("\n", done, start)
        if broken >= 0 and broken != sentence:
            sentence, anchor = broken, Anchor(reference, day=anchor.day)
        draft = _read(text, start, found.end(), _shifted(text, start, anchor))
        if draft is None:
            continue
        done = max(draft.end, found.end())
        anchor = _carried(anchor, draft)
        yield draft


def _carried(anchor: Anchor, draft: Draft) -> Anchor:
    """What later dates of the sentence take over: a year that was stated, and the month of a day."""
    if draft.days is None or draft.label:
        return anchor
    last = draft.days.last
    year = last.year if draft.explicit_year else anchor.year
    month = (last.year, last.month) if draft.length in ("day", "month") else anchor.month
    return Anchor(anchor.reference, year, month, draft.days if draft.length == "day" else anchor.day)


_RELATIVE_YEARS = {"今年": 0, "去年": -1, "明年": 1, "前年": -2, "上年": -1, "后年": 2, "本年": 0, "当年": None, "同年": None}
_RELATIVE_MONTHS = {"本月": 0, "上月": -1, "下月": 1, "个月": None, "同月": None, "当月": None}


def _shifted(text: str, start: int, anchor: Anchor) -> Anchor:
    """The anchor for a date behind 去年, 上个月 and the like."""
    before = text[start - 2 : start] if start > 1 else ""
    if anchor.reference and before in _RELATIVE_YEARS:
        shift = _RELATIVE_YEARS[before]
        year = anchor.year if shift is None else anchor.reference.year + shift - (text[start - 3 : start - 2] == "大")
        return Anchor(anchor.reference, year or anchor.reference.year, day=anchor.day)
    if anchor.reference and before in _RELATIVE_MONTHS:
        month_shift = {"上": -1, "下": 1}.get(text[start - 3 : start - 2], 0) if before == "个月" else _RELATIVE_MONTHS[before]
        if month_shift is None:
            return anchor
        first = spans.shifted(anchor.reference.replace(day=1), months_=month_shift)
        return Anchor(anchor.reference, first.year, (first.year, first.month), anchor.day)
    return anchor


def _read(text: str, start: int, end: int, anchor: Anchor) -> Draft | None:
    """The figure or label whose numeral is found at [start, end); None where it is none."""
    if end - start > _LONGEST:
        return None
    first = text[start]
    if first == "翻":
        times = {"两": 4.0, "三": 8.0}.get(text[end - 2], 2.0)
        return Draft(start, end, "multiple", times, measure=None, unit="倍")
    if first == "第":
        return _ordinal(text, start, end, anchor)
    if first == "半":
        return _half(text, start, end)
    if first in _DIGITS:
        return _arabic(text, start, end, anchor)
    return _chinese(text, start, end, anchor)


_DIGITS = frozenset("0123456789")
_MOBILE = re.compile(r"[0-9]{7,}|[0-9]{3,4}-[0-9]{7,8}")


def _arabic(text: str, start: int, end: int, anchor: Anchor) -> Draft | None:
    before = text[start - 1 : start]
    if before in _LETTERS or before in ("_", "@", "=", "#", "&"):
        return _model(text, start, end)
    after = text[end : end + 1]
    if after in _DATE_STARTS:
        dated = _dated(text, start, anchor)
        if dated:
            return dated
    special = _ratio(text, start, end)
    return special or _measured(text, start, end, anchor, lone=False)


def _model(text: str, start: int, end: int) -> Draft | None:
    """C919, G20, B12: part of a name. With a currency's sign before it it is money."""
    return Draft(start, end, "number", units_value(text[start:end]), label=True)


def units_value(numeral: str) -> float:
    return numerals.amount(numeral).value


_LONE_DATES = frozenset("年月日号时点季世—至到分个五")


def _chinese(text: str, start: int, end: int, anchor: Anchor) -> Draft | None:
    plan = _plan(text, start)
    if plan:
        return plan
    after = text[end : end + 1]
    if after in _LONE_DATES or text[start:start+1] in "初廿":
        dated = _dated(text, start, anchor)
        if dated:
            return dated
    if end - start <= 4 and idioms.covers(text, start, end):
        return None
    special = _ratio(text, start, end)
    if special:
        return special
    return _measured(text, start, end, anchor, lone=end - start == 1)


def _plan(text: str, start: int) -> Draft | None:
    """“十四五”末, with the quotation mark before it; the years of the plan for the plan itself."""
    moment = dates.plan_at(text, start)
    if not moment:
        return None
    quoted = start > 0 and text[start - 1] in "“‘「" and text[moment.end - 1] not in "五"
    return Draft(
        start - 1 if quoted else start, moment.end, "date", days=moment.days, explicit_year=True, length="plan",
        label=text.startswith(("规划", "纲要", "计划"), moment.end),
    )  # fmt: skip


_BEFORE_CLOCK = re.compile(r"(?:凌晨|清晨|早晨|早上|早|上午|中午|正午|午后|下午|傍晚|晚间|晚上|晚|夜间|夜里|深夜|半夜)\Z")
_AFTER_CLOCK = ("整", "许", "左右", "前", "后", "至", "到", "—", "开", "起", "，", "。", "多", "的", "、", "钟")


def _dated(text: str, start: int, anchor: Anchor) -> Draft | None:
    """A date, a time or the two as one."""
    moment = dates.moment_at(text, start, anchor)
    if moment:
        return _moment(text, start, moment)
    part = _BEFORE_CLOCK.search(text, max(0, start - 2), start)
    timed = dates.time_at(text, start, part[0] if part else None)
    if not timed or not _is_clock(text, start, timed.end, bool(part)):
        return None
    return Draft(start, timed.end, "time", clock=timed.clock, clock_end=timed.clock_end, days=_day_of(text, start, anchor))


def _moment(text: str, start: int, moment: Moment) -> Draft:
    if text[start - 1 : start] in ("前", "头") and start and moment.length == "quarter":
        start -= 1
    kind = "time" if moment.clock else "date"
    return Draft(
        start, moment.end, kind, days=moment.days, clock=moment.clock, clock_end=moment.clock_end,
        explicit_year=moment.explicit_year, length=moment.length,
    )  # fmt: skip


def _is_clock(text: str, start: int, end: int, part: bool) -> bool:
    """Whether 9时, 9点, 9:30 is a time: 点 and two digits also count points (三点建议), and scores look like 2:30."""
    read = text[start:end]
    if ":" in read or "：" in read:
        return part or len(read) >= 4 and not _SCORE.search(text, max(0, start - 12), start)
    if part or "时" in read:
        return not text.startswith(("代", "期"), end)
    return start == 0 and end == len(text) or "分" in read or "半" in read or text.startswith(_AFTER_CLOCK, end) and read[0] in _DIGITS


def _day_of(text: str, start: int, anchor: Anchor) -> Days | None:
    """The day of a time that has none: the one named before it in the sentence, else today, yesterday, tomorrow."""
    if not anchor.reference:
        return None
    before = text[max(0, start - 5) : start]
    shift = 1 if "明" in before else -1 if "昨" in before else 0
    if anchor.day and not shift and "今" not in before:
        return anchor.day
    day = spans.plus(anchor.reference, shift)
    return Days(day, day)


_SCORE = re.compile(r"比|胜|负|平|战|败|领先|落后|局|扳")
_SCORED = re.compile(r"([0-9]+)[:：∶]([0-9]+)(?![0-9:：])")
_FRACTION = re.compile(r"([0-9]+(?:\.[0-9]+)?)/([0-9]+)(?![0-9/.])")


def _ratio(text: str, start: int, end: int) -> Draft | None:
    """1/3, 三分之一, 百分之五, 21∶18."""
    after = text[end : end + 1]
    if after == "/" and (found := _FRACTION.match(text, start)) and float(found[2]):
        return Draft(start, found.end(), "fraction", float(found[1]) / float(found[2]), unit="1")
    if after and after in "∶:：" and (found := _SCORED.match(text, start)):
        return Draft(start, found.end(), "number", float(found[1]), float(found[2]))
    if after == "分":
        return _parts(text, start, end)
    return None


_BASES = {"百": ("percent", "%"), "千": ("percent", "‰"), "万": ("fraction", "1"), "一百": ("percent", "%")}


def _parts(text: str, start: int, end: int) -> Draft | None:
    """三分之一, 百分之五, 千分之三, 百分百."""
    if text.startswith("分百", end) and text[start:end] == "百":
        return Draft(start, end + 2, "percent", 100.0, unit="%")
    numerator = _NUMBER.match(text, end + 2) if text.startswith("分之", end) else None
    if not numerator or numerator.end() - numerator.start() > _LONGEST:
        return None
    worth = numerals.amount(numerator[0])
    kind, unit = _BASES.get(text[start:end], ("fraction", "1"))
    base = numerals.amount(text[start:end]).value if kind == "fraction" else 1.0
    high = worth.high / base if worth.high else None
    return Draft(start, numerator.end(), kind, worth.value / base, high, unit=unit, infix=worth.infix) if base else None


_HALVES = re.compile(r"半(?:个(?:多)?(?=月|小时|钟头|世纪|星期))?")


def _half(text: str, start: int, end: int) -> Draft | None:
    """半年, 半个月, 半公里; 一半 is read with 一."""
    found = _HALVES.match(text, start)
    at = found.end() if found else end
    measure = units.compound_at(text, at)
    name = _COUNTED_SPANS.match(text, at)
    if name and text[at - 1] in "个多":
        measure = _SPANS[name[0]]
    if measure is None or measure.kind not in ("duration", "quantity") or measure.name in ("度", "分", "里", "天", "两", "钱", "成", "载", "丈", "尺", "寸"):
        return None
    if idioms.covers(text, start, end) or text[start - 1 : start] in ("上", "下", "大", "前", "后", "多", "过", "小", "夜"):
        return None
    return Draft(start, at + len(measure.name), measure.kind, 0.5 * measure.factor, measure=measure, unit=measure.unit)


_COUNTED_SPANS = re.compile(r"小时|月|星期|季度|工作日|世纪|钟头|礼拜|百分点|基点|刻钟|昼夜|年头")
_MONTHS = units.measure_at("个月", 0)
_SPANS: dict[str, Measure] = {
    name: measure
    for name in ("小时", "星期", "季度", "工作日", "世纪", "钟头", "礼拜", "百分点", "基点", "刻钟", "昼夜")
    if (measure := units.measure_at(name, 0))
}
if _MONTHS:
    _SPANS["月"] = Measure("月", _MONTHS.unit, "duration", 1.0, _MONTHS.si_factor, _MONTHS.si_unit)
_SPANS["年头"] = Measure("年头", "a", "duration", 1.0, 31557600.0, "s")
_PIECE = re.compile(r"个(?P<more>多|余|半|把)?(?=(?:小时|月|星期|季度|工作日|世纪|钟头|礼拜|百分点|基点|刻钟|昼夜|年头))")


def _measure_behind(text: str, at: int) -> tuple[Measure | None, int, str | None]:
    """The measure behind a numeral that ends at `at`, where it ends, and 多 or 半 within it (2个多小时, 一个半月)."""
    piece = _PIECE.match(text, at) if text[at : at + 1] == "个" else None
    if piece:
        name = _COUNTED_SPANS.match(text, piece.end())
        if name:
            return _SPANS[name[0]], name.end(), piece["more"]
    measure = units.compound_at(text, at)
    return (measure, at + len(measure.name), None) if measure else (None, at, None)


_TAIL_MORE = re.compile(r"(?P<half>半)(?![年月天日小个导径路空球数])|(?P<more>多|余)(?![个次家名种元样少边方项数年额款音])")
_LIKE_UNITS = frozenset(("quantity", "duration", "age", "multiple", "percent"))


def _measured(text: str, start: int, end: int, anchor: Anchor, lone: bool) -> Draft | None:
    """A numeral with its unit, as one figure or as the lower end of a range."""
    worth = numerals.amount(text[start:end])
    if text[end : end + 1] == "级" and set(text[start:end]) <= _LEVELS:
        return _scale_class(text, start, end, worth.value)
    at = end
    infix = worth.infix
    if text[end : end + 1] == "来" and units.measure_at(text, end + 1) and not text.startswith(("来自", "来源"), end):
        at, infix = end + 1, "来"
    measure, stop, more = _measure_behind(text, at)
    draft = Draft(start, stop, "number", worth.value, worth.high, lone=lone, infix=infix or (more if more != "半" else None))
    if more == "半":
        draft.value = worth.value + 0.5
    draft.numeral_end = end
    figure = _ranged(text, draft, end, measure, anchor)
    if figure is None and measure is None:
        figure = _bare(text, draft, end)
    elif figure is None and measure is not None:
        figure = _with_measure(text, draft, measure, anchor.reference)
    return _signed(text, figure) if figure else None


_SIGNS = ("零下摄氏", "零下华氏", "摄氏零下", "华氏零下", "零下", "负的", "负", "摄氏", "华氏", "-", "－", "−")
_NEGATIVE = ("零下", "负", "-", "－", "−")


def _signed(text: str, draft: Draft) -> Draft:
    """零下5℃, 负10, -3.2%: below zero. A stroke behind a digit, a letter or a Han character joins."""
    before = text[max(0, draft.start - 4) : draft.start]
    sign = next((sign for sign in _SIGNS if before.endswith(sign)), None)
    if sign is None or draft.value is None or not _is_sign(text, draft.start - len(sign), sign, draft):
        return draft
    draft.start -= len(sign)
    if any(mark in sign for mark in _NEGATIVE):
        draft.value = -draft.value
        draft.high = -draft.high if draft.high is not None else None
    return draft


def _is_sign(text: str, at: int, sign: str, draft: Draft) -> bool:
    previous = text[at - 1 : at]
    if sign in ("-", "－", "−"):
        return not previous.isalnum() and previous not in ("-", "－", "）", ")")
    if sign in ("摄氏", "华氏"):
        return draft.kind == "temperature"
    return sign != "负" or previous not in ("胜", "担", "抱", "肩", "自", "欺", "平", "辜", "不")


_JOINED = re.compile(rf"(?:{JOIN})(?P<n>{_NUMERAL})")


def _ranged(text: str, low: Draft, numeral_end: int, measure: Measure | None, anchor: Anchor) -> Draft | None:
    """3至5名, 3%—5%, 十八至三十万: two numerals joined, with one unit or the same one twice."""
    joined = _JOINED.match(text, low.end) or (_JOINED.match(text, numeral_end) if measure is None else None)
    if not joined or joined.end() - joined.start("n") > _LONGEST or low.value is None:
        return None
    if joined[0][0] == "到" and low.lone and measure is not None and measure.kind == "count":
        return None
    high = numerals.amount(joined["n"])
    second, stop, more = _measure_behind(text, joined.end())
    if measure is not None and (second is None or second.unit != measure.unit):
        return None
    if measure is None and second is None and not (text[low.start].isdigit() and joined["n"][0].isdigit()):
        return None
    scaled = _scaled(text[low.start : numeral_end], low.value, joined["n"], high.value)
    if second is not None and scaled * 1.0 >= high.value * 1.0:
        return None
    draft = Draft(low.start, stop, "number", scaled, high.value, infix=high.infix or more)
    return _with_measure(text, draft, second, anchor.reference) if second else _bare(text, draft, joined.end())


_SCALE_TAIL = re.compile(rf"[{numerals.SCALES}]+\Z")


def _scaled(low_text: str, low: float, high_text: str, high: float) -> float:
    """10—20万: the lower end is in 万 too where it has no scale of its own and is smaller than the higher one's digits."""
    tail = _SCALE_TAIL.search(high_text)
    if not tail or _SCALE_TAIL.search(low_text) or not set(tail[0]) & set(numerals.MYRIADS):
        return low
    scale = numerals.amount(tail[0].lstrip("十百千") or tail[0]).value
    return low * scale if low < high / scale else low


def _with_measure(text: str, draft: Draft, measure: Measure, reference: date | None) -> Draft | None:
    """The draft as the measure has it, with 半, 多 and smaller units behind it; None where it is no figure."""
    draft.measure, draft.unit, draft.kind = measure, measure.unit, measure.kind
    if measure.use == "label":
        draft.label = True
    if draft.lone and not _alone(text, draft, measure):
        return None
    if draft.value is not None and measure.factor != 1.0:
        draft.value *= measure.factor
        draft.high = draft.high * measure.factor if draft.high else None
    if measure.name == "折" and draft.value is not None and draft.value > 100:
        draft.value /= 10
    return _completed(text, draft, measure, reference)


_ONE_OF = frozenset("每这那哪某有同另任头")
_ONE_GUARDED = frozenset(("年", "天", "周", "日", "载", "世纪", "季度", "分", "里", "亩", "吨", "公里", "米"))
_SPAN_BEFORE = ("近", "约", "超过", "不到", "不足", "为期", "历时", "满", "用了", "了", "仅", "只需", "至少", "过去", "最近", "未来")
_SPAN_AFTER = ("多", "半", "内", "之内", "以内", "以上", "后", "前", "之后", "之前", "以后", "时间", "左右", "间", "零")
_ONE_SCALED = frozenset(("元", "块", "分", "度", "里", "两", "成", "折", "码", "桶", "担", "钱", "尺", "寸", "丈", "点", "磅", "毛", "角"))


def _alone(text: str, draft: Draft, measure: Measure) -> bool:
    """Whether a single Chinese numeral counts something with this measure: 五届 and 两家 do, 一个, 三国 and 百年 don't."""
    numeral = text[draft.start]
    before = text[draft.start - 1 : draft.start]
    if measure.use == "arabic" or before in numerals.READS:
        return False
    if numeral == "一":
        return _one(text, draft, measure, before)
    if numeral in "百千万亿十" and measure.name in ("年", "载", "里", "步", "家", "日", "户", "天", "元", "口", "处", "门", "把", "股", "点", "道", "面", "分", "度", "条", "句", "成", "层", "只", "斤", "吨级", "两"):
        return numeral == "十" and measure.name not in ("分", "点", "成", "里", "道", "面")
    if measure.name in ("斤", "里", "尺", "寸", "丈", "度", "两", "钱", "分", "点", "担") and numeral in "半四三五九七八两" :
        return measure.name == "斤" or text.startswith(("以上", "左右", "。", "，"), draft.end)
    return True


def _one(text: str, draft: Draft, measure: Measure, before: str) -> bool:
    """一 is an article before most words; it counts where it measures: 一小时, 一公里, 近一年, 一年多, 一倍."""
    if measure.use == "label":
        return before not in _ONE_OF
    if measure.kind in ("count", "money", "age") or measure.name in _ONE_SCALED:
        return draft.start == 0 and draft.end == len(text)
    if measure.name in _ONE_GUARDED:
        behind = text.startswith(_SPAN_AFTER, draft.end) and before not in _ONE_OF
        return behind or text.endswith(_SPAN_BEFORE, max(0, draft.start - 3), draft.start) if False else behind or text[max(0, draft.start - 3) : draft.start].endswith(_SPAN_BEFORE) or _whole(text, draft)
    return before not in _ONE_OF and not text.startswith("最后", max(0, draft.start - 2))


def _whole(text: str, draft: Draft) -> bool:
    return draft.start == 0 and draft.end == len(text)


_AGO = re.compile(r"(?:之|以)?(?P<ago>前(?![后往景沿茅台三四五一二]|所未有|置)|后(?![续来备勤期方面的]))")
_SMALLER = {"a": "mo", "mo": "d", "d": "h", "wk": "d", "h": "min", "min": "s"}
_IN_SMALLER = {("a", "mo"): 12.0, ("mo", "d"): 30.0, ("d", "h"): 24.0, ("wk", "d"): 7.0, ("h", "min"): 60.0, ("min", "s"): 60.0}
_NEXT_PART = re.compile(rf"(?:零|又)?(?P<n>{_NUMERAL})(?P<u>个月|天|小时|分钟|分(?!之|钟)|秒钟?)")
_SMALL_UNITS = {"个月": "mo", "天": "d", "小时": "h", "分钟": "min", "分": "min", "秒": "s", "秒钟": "s"}


def _completed(text: str, draft: Draft, measure: Measure, reference: date | None) -> Draft:
    """The parts that carry a figure on behind its first unit: 3年半, 3年多, 5元3角, 2小时20分, 10年前."""
    if measure.kind in _LIKE_UNITS:
        tail = _TAIL_MORE.match(text, draft.end)
        if tail and draft.value is not None:
            draft.end = tail.end()
            draft.value += 0.5 * measure.factor if tail["half"] else 0.0
            draft.infix = tail["more"] or draft.infix
    if measure.kind == "duration":
        _add_spans(text, draft)
        _as_date(text, draft, reference)
    elif measure.kind == "money":
        _add_money(text, draft, measure)
    elif measure.unit == "deg":
        _as_temperature(text, draft)
    return _leveled(text, draft, measure)


def _leveled(text: str, draft: Draft, measure: Measure) -> Draft:
    """百亿元级: 级 belongs to the figure and makes it an estimate."""
    if measure.kind in ("money", "quantity") and text[draft.end : draft.end + 1] == "级":
        draft.end, draft.infix = draft.end + 1, "级"
    return draft


def _as_date(text: str, draft: Draft, reference: date | None) -> None:
    """10年前 is the year ten years before the reference, 3天后 a day."""
    found = _AGO.match(text, draft.end)
    if not found or draft.unit not in ("a", "mo", "wk", "d") or draft.value is None or draft.value > 4000:
        return
    unit = draft.unit
    draft.end, draft.kind, draft.unit, draft.measure = found.end(), "date", None, None
    ahead = 1 if found["ago"] == "后" else -1
    if reference:
        draft.days = _moved(reference, ahead * draft.value, unit)
    draft.value = draft.high = None


def _moved(reference: date, value: float, unit: str) -> Days | None:
    """The year so many years away, else the month or the day."""
    if unit == "a" and value == int(value):
        return spans.year(reference.year + int(value))
    if unit in ("a", "mo"):
        there = spans.shifted(reference, months_=round(value * (12 if unit == "a" else 1)))
        return spans.month(there.year, there.month)
    day = spans.plus(reference, value * (7 if unit == "wk" else 1))
    return Days(day, day)


def _add_spans(text: str, draft: Draft) -> None:
    """两年零三个月 → 27 mo, 8天20小时 → 212 h: in the smallest unit named."""
    while draft.high is None and draft.value is not None and draft.unit in _SMALLER:
        found = _NEXT_PART.match(text, draft.end)
        unit = _SMALL_UNITS[found["u"]] if found else None
        if not found or not unit or (draft.unit, unit) not in _IN_SMALLER or found.end() - found.start() > _LONGEST:
            return
        draft.value = draft.value * _IN_SMALLER[draft.unit, unit] + numerals.amount(found["n"]).value
        draft.unit, draft.end = unit, found.end()
        draft.measure = units.measure_at({"mo": "个月", "d": "天", "h": "小时", "min": "分钟", "s": "秒"}[unit], 0)


_CHANGE = re.compile(rf"(?:零?(?P<j>[0-9]|[{numerals.DIGITS}两])(?:角|毛)钱?(?:零?(?P<f>[0-9]|[{numerals.DIGITS}])分)?|零?(?P<g>[0-9]{{1,2}}|[{numerals.DIGITS}])分钱?)")
_COLLOQUIAL = re.compile(rf"(?P<j>[0-9]|[{numerals.DIGITS}])(?![0-9{numerals.DIGITS}{numerals.SCALES}个名家])")


def _add_money(text: str, draft: Draft, measure: Measure) -> None:
    """5元3角, 三块四分, 九块九, 伍仟元整, 300元人民币."""
    if draft.value is None or draft.high is not None:
        return
    found = _CHANGE.match(text, draft.end) if measure.name in ("元", "块", "圆", "角", "毛", "美元") else None
    if found and (found["j"] or found["g"]):
        tenths = dates.number(found["j"]) * 0.1 * measure.factor if found["j"] else 0.0
        cents = dates.number(found["f"] or found["g"]) * 0.01 if found["f"] or found["g"] else 0.0
        draft.value, draft.end = round(draft.value + (tenths if measure.factor == 1.0 else 0.0) + cents, 4), found.end()
    elif measure.name == "块" and (found := _COLLOQUIAL.match(text, draft.end)):
        draft.value, draft.end = draft.value + dates.number(found["j"]) / 10, found.end()
    elif measure.name in ("元", "圆") and text[draft.end : draft.end + 1] in ("整", "正"):
        draft.end += 1


_HEAT = re.compile(r"温|热|烧|零下|负|华氏|摄氏|高达|降至|升至|冷|-")


def _as_temperature(text: str, draft: Draft) -> None:
    """38度 is a temperature where the words before say so."""
    before = text[max(0, draft.start - 8) : draft.start]
    found = _HEAT.search(before)
    if not found:
        return
    draft.kind = "temperature"
    draft.measure = units.measure_at("华氏度" if "华氏" in before else "℃", 0)
    draft.unit = draft.measure.unit if draft.measure else "Cel"


_LEVELS = frozenset("十百千万亿")
_MONEY_SCALES = re.compile(r"(?:规模|优势|特色|新兴|战略性|先进|高端|主导|支柱|制造业|级|的|、)*(?:产业|企业|集群|园区|市场|县|区|镇|项目|投资|产值|营收|工程|基金|赛道|板块|城市|强县|元)")


def _scale_class(text: str, start: int, end: int, value: float) -> Draft | None:
    """千亿级产业: an estimate, of money where it sizes an industry; 百万级用户 counts."""
    money = bool(_MONEY_SCALES.match(text, end + 1)) or value >= 1e8
    draft = Draft(start, end + 1, "money" if money else "count", value, unit="CNY" if money else None, infix="级")
    return draft if value >= 1e4 else None


_BIG = re.compile(r"(?P<noun>大)(?![多大小概约致会学家众于幅力型批量规肆举步])")


def _bare(text: str, draft: Draft, numeral_end: int) -> Draft | None:
    """A numeral without a unit: 五大 and 千亿级 are figures, a code or a year of four digits is a label."""
    numeral, end = text[draft.start : numeral_end], numeral_end
    draft.end = end
    after = text[end : end + 1]
    if after == "大" and _BIG.match(text, end):
        return _great(text, draft, numeral, end)
    if after and after in _LETTERS and numeral[-1].isdigit():
        draft.label = True
        draft.end = end + 1
        return draft
    if draft.lone:
        return _lone(text, draft, after)
    if numeral[0].isdigit():
        return _plain(text, draft, numeral, after)
    return draft if _counts(text, draft, numeral) else None


def _great(text: str, draft: Draft, numeral: str, end: int) -> Draft | None:
    """五大集群 is five of them; 十九大 is a congress."""
    if numeral == "一":
        return None
    draft.end, draft.unit, draft.kind = end + 1, "个", "count"
    if draft.value is not None and 10 < draft.value < 30 and not numeral[0].isdigit():
        draft.label, draft.kind, draft.unit = True, "rank", None
    return draft


_LIST_MARKS = frozenset("、是要")
_QUOTES = frozenset("“‘《「")


def _lone(text: str, draft: Draft, after: str) -> Draft | None:
    """A single Chinese numeral without a unit: a list mark, 一半, the only word of the text."""
    before = text[draft.start - 1 : draft.start]
    opening = before in ("", "\n", "，", "。", "；", "：", "（", "、", "“", "！", "？", " ")
    if text[draft.start] == "一" and after == "半" and not text.startswith(("半夜", "半会"), draft.end):
        draft.end, draft.kind, draft.value, draft.unit = draft.end + 1, "fraction", 0.5, "1"
        return draft
    if draft.start == 0 and draft.end == len(text):
        return draft if text not in "万亿千百兆" else None
    if opening and (after and after in _LIST_MARKS or before == "（" and after == "）"):
        draft.label = True
        return draft
    if before and before in _QUOTES and text[draft.start] not in "百千万亿一":
        draft.label = True
        return draft
    return None


_PHONE = re.compile(r"电话|热线|传真|邮编|编号|证号|账号|号码|手机|刊号|代号|QQ|微信")


def _plain(text: str, draft: Draft, numeral: str, after: str) -> Draft | None:
    """Digits without a unit: numbers of telephones are none, years and codes are labels, others numbers."""
    before = text[draft.start - 1 : draft.start]
    if len(numeral) >= 7 and numeral.isdigit() and (len(numeral) in (7, 8, 11) or _PHONE.search(text, max(0, draft.start - 12), draft.start)) and not _whole(text, draft):
        return None
    if before == "-" and text[draft.start - 2 : draft.start - 1].isdigit():
        return None
    if after == "-" and text[draft.end + 1 : draft.end + 2].isdigit() and draft.high is None:
        return None
    year = draft.value if len(numeral) == 4 and numeral.isdigit() and not _whole(text, draft) else None
    if year and 1900 <= year <= 2099 and (not after or after in "第“”·—-年" or "\u4e00" <= after <= "\u9fff") and draft.high is None:
        draft.label, draft.kind, draft.days = True, "date", spans.year(int(year))
        draft.explicit_year, draft.length = True, "year"
    elif numeral.isdigit() and _PHONE.match(text, draft.end) or text.startswith(("政务", "市民", "急救", "报警", "消防", "国道", "高速"), draft.end):
        draft.label = True
    elif numeral.endswith(".0") and (text.startswith(("版", "时代", "”", "模式"), draft.end)):
        draft.label = True
    return draft


_ROUND = re.compile(r"[上数几]?[零一二两三四五六七八九十百千万亿多余来几]*[十百千万亿][零一二两三四五六七八九十百千万亿多余来几]*\Z")


def _counts(text: str, draft: Draft, numeral: str) -> bool:
    """Whether a Chinese numeral of several characters without a unit is a number: 三千五百 is, 一二 and 十一 seldom."""
    if _whole(text, draft) or text.startswith(("以上", "以下", "左右"), draft.end):
        return True
    if draft.high is not None and len(numeral) < 3:
        return False
    return bool(_ROUND.match(numeral)) and len(numeral) > 1 and numeral not in _ADVERBS and not numeral.startswith(("十一", "二十")) or "点" in numeral


_ADVERBS = frozenset(("千万", "百万", "亿万", "万千", "百千", "万万", "千百", "十万", "百十", "万亿", "千千"))


_INSTITUTIONS = ("人民", "医院", "小学", "中学", "大学", "师范", "监狱", "中级", "高级", "军", "集团", "野战", "方面", "实验", "幼儿园", "工程", "附属", "支队", "书记", "产业", "机床", "建筑", "航务", "检察", "巡视", "党支部", "机械", "高中", "初级", "汽车", "钢铁", "研究", "炼油", "纺织", "印染", "代")  # fmt: skip


def _ordinal(text: str, start: int, end: int, anchor: Anchor) -> Draft | None:
    """第149位, 第一, 第八届: ranks; which of them are labels is decided with the words around them."""
    if text.startswith("季度", end) or text.startswith("个季度", end):
        return _dated(text, start + 1, anchor)
    if idioms.covers(text, start, end):
        return None
    measure, stop, more = _measure_behind(text, end)
    draft = Draft(start, end, "rank", numerals.amount(text[start + 1 : end]).value, ordinal=True)
    if text.startswith(_INSTITUTIONS, end):
        draft.label = True
        return draft
    if measure is not None and measure.kind in ("count", "rank") and not more:
        draft.end, draft.unit = stop, measure.unit
    elif measure is not None and measure.kind == "duration":
        draft.end, draft.unit = stop, measure.name
    return draft
