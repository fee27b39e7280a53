"""Numerals with their units: 3万多名, 2个多小时, 三年半, 5元3角, 3—5万元, 10年前.

before  50多分钟   · 3—5万元               · 两年零三个月 · 10年前 (2024-11-20)
after   50 min, 多 · 30 000 to 50 000 CNY · 27 mo         · the year 2014
"""

from __future__ import annotations

import re
from datetime import date

from transforms.figures import idioms, numerals, parts, spans, units
from transforms.figures.cues import cues
from transforms.figures.dates import JOIN, LASTING
from transforms.figures.draft import Draft
from transforms.figures.signs import SIGN_ENDS, signed
from transforms.figures.spans import Days
from transforms.figures.units import Measure
from transforms.figures.unmeasured import bare, scale_class, whole

_NUMERAL = numerals.expression()
_SPAN_NAMES = ("小时", "星期", "季度", "工作日", "世纪", "钟头", "礼拜", "百分点", "千分点", "基点", "刻钟", "昼夜")
_PIECE = re.compile(rf"个(?P<more>多|余|半|把)?(?P<name>月|年头|{'|'.join(_SPAN_NAMES)})")
_DAY = Measure("日", "d", "duration", si_factor=86400.0, si_unit="s")
_DAYS = re.compile(r"日(?=内|之内|间|以内|龄|之?后(?![来备勤期方]))")
_MINUTE = Measure("分", "min", "duration", si_factor=60.0, si_unit="s")
_MINUTES = re.compile(rf"分(?=零?[0-9{numerals.DIGITS}十]{{1,3}}秒)")


def _spans() -> dict[str, Measure]:
    """The units that stand behind 个."""
    named = {
        name: measure
        for name in _SPAN_NAMES
        if (measure := units.measure_at(name, 0) or units.measure_at(f"个{name}", 0))
    }
    named["月"] = Measure("月", "mo", "duration", 1.0, 2629800.0, "s")
    named["年头"] = Measure("年头", "a", "duration", 1.0, 31557600.0, "s")
    return named


_SPANS = _spans()


def measure_behind(text: str, at: int) -> tuple[Measure | None, int, str | None]:
    """The measure behind a numeral that ends at `at`, where it ends, and 多 or 半 within it (2个多小时, 一个半月)."""
    first = text[at : at + 1]
    if first == "个":
        piece = _PIECE.match(text, at)
        if piece and piece["name"] in _SPANS:
            return _SPANS[piece["name"]], piece.end(), piece["more"]
    elif first == "日" and (_DAYS.match(text, at) or _lasts(text, at)):
        return _DAY, at + 1, None
    elif first == "分" and _MINUTES.match(text, at):
        return _MINUTE, at + 1, None
    measure = units.compound_at(text, at)
    return (measure, at + len(measure.name), None) if measure else (None, at, None)


_NUMBER_BEFORE = re.compile(rf"[0-9{numerals.DIGITS}十两]{{1,3}}\Z")


def _lasts(text: str, at: int) -> bool:
    """Whether 日 at `at` counts days: 行政拘留5日, 连续三日."""
    number = _NUMBER_BEFORE.search(text, max(0, at - 3), at)
    return bool(number and LASTING.search(text, max(0, number.start() - 5), number.start()))


def measured_at(
    text: str, start: int, end: int, reference: date | None, worth: numerals.Amount | None = None
) -> Draft | None:
    """The figure whose numeral is at [start, end), with its unit or without one; None where it is none.

    `worth` is that of a numeral that `numerals` does not read (1.5e6).
    """
    worth = worth or numerals.amount(text[start:end])
    after = text[end : end + 1]
    if after == "k" and _THOUSANDS.match(text, end - 1):
        end, worth = end + 1, numerals.Amount(worth.value * 1000)
    if after == "级" and (classed := scale_class(text, start, end, worth.value)):
        return classed
    draft, measure = _draft(text, start, end, worth)
    if end > start + 1 and text[start] in _SPELT_DIGITS and _spelt_out(text, draft, measure):
        return None
    figure = _ranged(text, draft, measure, reference) if text[draft.end : draft.end + 1] in _JOINS else None
    if figure is None:
        figure = bare(text, draft, end) if measure is None else _with(text, draft, measure, reference)
        if figure and figure.kind in _EXTENDED:
            figure = _extended(text, figure, end, reference)
    return signed(text, figure) if figure and text[figure.start - 1 : figure.start] in SIGN_ENDS else figure


_TENTHS = 10.0


def _draft(text: str, start: int, end: int, worth: numerals.Amount) -> tuple[Draft, Measure | None]:
    """The numeral with what stands between it and its measure: 来 (十来个), 多 and 半 behind 个 (两个半小时)."""
    at, infix = end, worth.infix
    if text[end : end + 1] == "来" and not text.startswith(("来自", "来源"), end) and units.measure_at(text, end + 1):
        at, infix = end + 1, "来"
    measure, stop, more = measure_behind(text, at)
    if measure is not None and measure.name == "成" and worth.value > _TENTHS:
        measure, stop = None, at  # 20余万成人
    lone = end - start == 1 and not text[start].isdigit()
    draft = Draft(start, stop, "number", worth.value, worth.high, lone=lone, infix=infix, numeral_end=end)
    if more == "半":
        draft.value = worth.value + 0.5
    elif more:
        draft.infix = more
    return draft, measure


def _spelt_out(text: str, draft: Draft, measure: Measure | None) -> bool:
    """Whether digits stand in a row and count nothing (统一六国); 五五折 is a discount and 五六个 an estimate."""
    if not _SPELT.fullmatch(text, draft.start, draft.numeral_end) or whole(text, draft.start, draft.end):
        return False
    if measure is None or measure.name != "折":
        return draft.high is None
    draft.value, draft.high = numerals.worth(text[draft.start : draft.numeral_end].replace("两", "二")), None
    return False


_THOUSANDS = re.compile(r"[0-9]k(?![A-Za-z0-9/·.])")  # 15k
_SPELT_DIGITS = frozenset("一二两三四五六七八九")
_SPELT = re.compile(f"[{''.join(sorted(_SPELT_DIGITS))}]{{2,}}")
_EXTENDED = frozenset(("money", "duration"))
_JOINED = re.compile(rf"(?:（不?含）)?(?:{JOIN}|(?P<between>[和与]))(?P<sign>零下|负|-(?=[0-9]))?(?P<n>{_NUMERAL})")
_JOINS = frozenset("（至到—－-–~～―一和与")
_BELOW = re.compile(r"(?:零下|负|[-－−])(?:摄氏|华氏)?\Z")


def _ranged(text: str, low: Draft, measure: Measure | None, reference: date | None) -> Draft | None:
    """3至5名, 3%—5%, 十八至三十万, 在20和30之间: two numerals joined, with one unit or the same one twice."""
    joined = _JOINED.match(text, low.end)
    if not joined or joined.end() - joined.start("n") > numerals.LONGEST or low.value is None:
        return None
    second, stop, more = measure_behind(text, joined.end())
    if joined["between"]:
        if second is not None and second.name == "间":
            second, stop = None, joined.end()
        if not text.startswith(("之间", "间"), stop):
            return None
    if not _joinable(text, low, measure, second, joined):
        return None
    high = numerals.amount(joined["n"])
    below = _BELOW.search(text, max(0, low.start - 4), low.start)
    if below and (measure is not None or "零下" not in below[0] or joined["sign"]):
        return _across_zero(text, low, joined, (second, stop), reference)
    value = _scaled(text[low.start : low.numeral_end], low.value, joined["n"], high.value)
    falling = measure is not None and text.startswith("不等", stop)
    if joined["sign"] or (value >= high.value and not falling) or _reaches(text, low, joined, value, high.value):
        return None
    draft = Draft(low.start, stop, "number", value, high.value, infix=high.infix or more, numeral_end=joined.end())
    return _with(text, draft, second, reference) if second else bare(text, draft, joined.end())


_CHANGES = re.compile(r"(?:[涨跌升降增减]|高开|低开|增加|减少|提高|下调|上调|增长|回落)[了约近逾超]?\Z")


def _reaches(text: str, low: Draft, joined: re.Match[str], value: float, high: float) -> bool:
    """上涨1.5元至82元: from a change to a level that is far off, no range."""
    if joined[0][0] not in "至到" or high < 10 * value:
        return False
    return bool(_CHANGES.search(text, max(0, low.start - 4), low.start))


def _joinable(text: str, low: Draft, measure: Measure | None, second: Measure | None, joined: re.Match[str]) -> bool:
    """Whether the ends of a range agree in their unit; without one both are digits, and no codes (010-62345678)."""
    if second is not None:
        return measure is None or second.unit == measure.unit
    if measure is not None or not (text[low.start].isdigit() and joined["n"][0].isdigit()):
        return False
    code = text[low.start] == "0" or joined["n"][0] == "0" or len(joined["n"]) > 6
    return bool(joined["between"]) or not code


def _across_zero(
    text: str, low: Draft, joined: re.Match[str], behind: tuple[Measure | None, int], reference: date | None
) -> Draft | None:
    """零下5℃至3℃, -5～-3℃: a range that begins below zero; None where the stroke before it is no sign."""
    measure, stop = behind
    high = numerals.amount(joined["n"]).value * (1 if joined["sign"] else -1)
    if low.value is None or high >= low.value:
        return None
    draft = Draft(low.start, stop, "number", low.value, high, numeral_end=joined.end())
    figure = _with(text, draft, measure, reference) if measure else bare(text, draft, joined.end())
    figure = signed(text, figure) if figure else None
    return figure if figure and figure.start < low.start else None


def _extended(text: str, low: Draft, end: int, reference: date | None) -> Draft:
    """五元六角到六元: a range whose first end has more than one unit."""
    if low.measure is None or low.end <= end + len(low.measure.name):
        return low
    joined = _JOINED.match(text, low.end)
    if not joined or joined["between"] or joined["sign"] or low.high is not None or low.value is None:
        return low
    high = measured_at(text, joined.start("n"), joined.end(), reference)
    if high and high.high is None and high.value and high.unit == low.unit and high.value > low.value:
        low.end, low.high = high.end, high.value
    return low


_SCALE_TAIL = re.compile(rf"[{numerals.SCALES}]+\Z")


def _scaled(low_text: str, low: float, high_text: str, high: float) -> float:
    """10—20万: the lower end is in 万 too where it has no scale of its own and is less than the higher one's digits."""
    tail = _SCALE_TAIL.search(high_text)
    if not tail or _SCALE_TAIL.search(low_text.lstrip("十")) or not set(tail[0]) & set(numerals.MYRIADS):
        own = _SCALE_TAIL.search(high_text)
        digit = len(low_text) == 1 and own and own[0] in ("百", "千") and low < 10
        return low * numerals.amount(own[0]).value if digit and own else low
    scale = numerals.amount(tail[0].lstrip("十百千") or tail[0]).value
    return low * scale if low < high / scale else low


_LIKE_UNITS = frozenset(("quantity", "duration", "age", "multiple", "percent"))
_TAIL = re.compile(r"(?P<half>半)(?![年月天日小个导径路空球数])|(?P<more>多|余)(?![个次家名种元样少边方项数年额款音])")


def _with(text: str, draft: Draft, measure: Measure, reference: date | None) -> Draft | None:
    """The draft as its measure has it, with what carries it on (半, 多, 前); None where it is no figure."""
    if measure.name == "块" and not _priced(text, draft):
        measure = _PIECES
    draft.measure, draft.unit, draft.kind = measure, measure.unit, measure.kind
    draft.label = measure.use == "label" or (measure.name == "平台" and _is_dialled(text[draft.start : draft.end]))
    if measure.name == "级" and _blows(text, draft):
        draft.label, draft.kind = False, "quantity"
    if draft.lone and not _alone(text, draft, measure):
        return None
    if draft.value is not None and measure.factor != 1.0:
        draft.value = round(draft.value * measure.factor, 10)
        draft.high = round(draft.high * measure.factor, 10) if draft.high else None
    if measure.name == "折" and draft.value is not None and draft.value > 100:
        draft.value /= 10
    if measure.kind != "count":
        _carry_on(text, draft, measure, reference)
    if measure.kind in ("money", "quantity") and text.startswith("级", draft.end):
        draft.end, draft.infix = draft.end + 1, "级"
    return draft


_DIALLED = re.compile(r"(?:1[012]|9[56])[0-9]{3}")


def _is_dialled(surface: str) -> bool:
    """12345平台: the number of a service."""
    return bool(_DIALLED.match(surface))


_PIECES = Measure("块", "块", "count")
_PRICE = re.compile(r"[钱价卖买花赚费元付值租薪贵售挣]|块")


def _priced(text: str, draft: Draft) -> bool:
    """Whether 块 is money (花了三块, 三块四分) or counts pieces (展板50块)."""
    if whole(text, draft.start, draft.end) or parts.has_change(text, draft.end):
        return True
    return bool(_PRICE.search(text, max(0, draft.start - 8), draft.start))


def _blows(text: str, draft: Draft) -> bool:
    """东北风3～4级, 5.2级地震: the strength of a wind or an earthquake is measured."""
    before = text[max(0, draft.start - 6) : draft.start].rpartition("\n")[2]
    return bool(_GALE.match(text, draft.end) or _GALE_BEFORE.search(before))


def _carry_on(text: str, draft: Draft, measure: Measure, reference: date | None) -> None:
    tail = _TAIL.match(text, draft.end) if measure.kind in _LIKE_UNITS else None
    if tail and draft.value is not None:
        draft.end = tail.end()
        draft.value += 0.5 * measure.factor if tail["half"] else 0.0
        draft.infix = tail["more"] or draft.infix
    if measure.kind == "duration":
        parts.add_spans(text, draft)
        if draft.measure is not None and draft.unit == "s":
            parts.add_digits(text, draft, draft.measure)
        _as_date(text, draft, reference)
    elif measure.kind == "money":
        parts.add_money(text, draft, measure)
    elif measure.unit == "deg":
        _as_temperature(text, draft)
    elif measure.name == "成" or measure.kind == "quantity":
        parts.add_digits(text, draft, measure)
        parts.add_smaller(text, draft, measure)


_RATED = re.compile(r"GDP|生产总值|产值|增加值|工业")
_GALE = re.compile(r"(?:及?以[上下]|左右)?的?(?:短时|[较偏]?[强大]|阵|[东南西北偏]{1,4})*(?:风(?![险格景])|[余地]?震)")
_GALE_BEFORE = re.compile(r"(?<![作学党校家])风(?![险格景])|(?<!抗)震(?![灾后])|里氏|烈度")
_ONE_OF = frozenset("每这那哪某有同另任头")


_FAMILIES = ("一家", "全家")


def _alone(text: str, draft: Draft, measure: Measure) -> bool:
    """Whether a single Chinese numeral counts with this measure: 五届 and 两家 do, 一个, 三国 and 百年 don't.

    零 measures (零度), but before what is counted it says none of it: 零起点, 零门槛, 零次品.
    """
    numeral, before = text[draft.start], text[draft.start - 1 : draft.start]
    if measure.use == "arabic" or (before in numerals.READS and before):
        return measure.name == "口" and text.endswith(_FAMILIES, 0, draft.start)
    if numeral == "零":
        return whole(text, draft.start, draft.end) or measure.kind not in ("count", "rank")
    if numeral == "一":
        return _one(text, draft, measure, before)
    if numeral in "百千万亿":
        return measure.name not in cues("round-never") and before != "每" and not _RATED.match(text, draft.end)
    if numeral == "十":
        return measure.name not in cues("ten-never") or whole(text, draft.start, draft.end)
    if measure.name == "点" and _are_points(text, draft):
        return True
    in_two = measure is _MINUTE or parts.smaller_at(text, draft.end, measure)
    if measure.name in cues("old-measure") and measure.name != "斤" and not in_two:
        return whole(text, draft.start, draft.end) or text.startswith(("以上", "左右", "。", "，"), draft.end)
    return True


def _are_points(text: str, draft: Draft) -> bool:
    """三点建议, 有三点: points of what is said, no time of day."""
    if text.startswith(cues("points-after"), draft.end):
        return True
    said = text[max(0, draft.start - 2) : draft.start].endswith(cues("points-before"))
    return said and not text.startswith(("钟", "半", "多", "整", "之"), draft.end)


def _one(text: str, draft: Draft, measure: Measure, before: str) -> bool:
    """一 is an article before most words; it counts where it measures: 一小时, 一公里, 近一年, 一年多, 一倍."""
    if measure.use == "label":
        return before not in _ONE_OF
    if whole(text, draft.start, draft.end):
        return True
    if measure is _MINUTE or (measure.name == "米" and parts.digits_behind(text, draft.end, measure)):
        return True
    if measure.kind == "money" and measure.unit.isascii() and measure.unit != "CNY" and measure.factor == 1.0:
        return before not in _ONE_OF
    if measure.kind in ("count", "money", "age") or measure.name in cues("one-never"):
        return False
    if (before and before in _ONE_OF) or text.startswith("最后", max(0, draft.start - 2)):
        return text.startswith("半", draft.end) and before != "每"  # 已有一年半
    if measure.name not in cues("one-guarded"):
        return True
    behind = text.startswith(cues("span-after"), draft.end)
    return behind or text[max(0, draft.start - 3) : draft.start].endswith(cues("span-before"))


_AGO = re.compile(r"(?:之|以)?(?P<ago>前(?![后往景沿茅台三四五一二]|所未有|置)|后(?![续来备勤期方面的]))")


def _as_date(text: str, draft: Draft, reference: date | None) -> None:
    """10年前 is the year ten years before the reference, 3天后 a day."""
    found = _AGO.match(text, draft.end)
    unit, value = draft.unit, draft.value
    if not found or unit not in ("a", "mo", "wk", "d") or value is None or value > 4000:
        return
    draft.end, draft.kind, draft.unit, draft.measure = found.end(), "date", None, None
    if reference:
        draft.days = _moved(reference, value if found["ago"] == "后" else -value, unit)
    draft.value = draft.high = None


def _moved(reference: date, value: float, unit: str) -> Days | None:
    """The year so many years away, else the month or the day."""
    if unit == "a" and value == int(value):
        return spans.year(reference.year + int(value))
    if unit in ("a", "mo"):
        months = value * (12 if unit == "a" else 1)
        there = spans.plus(spans.shifted(reference, months_=int(months)), 30 * (months - int(months)))
        return spans.month(there.year, there.month)
    day = spans.plus(reference, value * (7 if unit == "wk" else 1))
    return Days(day, day)


_HEAT = re.compile(r"温|热|烧|零下|负|华氏|摄氏|降至|升至|冷|-")


_CURRENT = re.compile(r"[发用供售购节省耗储][^，。；！？\n]{0,3}电|电[量费能]|耗能")


def _as_temperature(text: str, draft: Draft) -> None:
    """38度 is a temperature where the words before say so, and current where they speak of that (用电1.2亿度)."""
    before = text[max(0, draft.start - 8) : draft.start]
    if _CURRENT.search(before):
        draft.measure = units.measure_at("度电", 0)
        draft.unit = draft.measure.unit if draft.measure else draft.unit
    elif _HEAT.search(before):
        if draft.measure is not None:
            parts.add_digits(text, draft, draft.measure)
        draft.kind = "temperature"
        draft.measure = units.measure_at("华氏度" if "华氏" in before else "℃", 0)
        draft.unit = draft.measure.unit if draft.measure else "Cel"


_BEHIND_HALF_MONTH = ("后", "前", "以后", "以前", "之后", "之前", "内", "之内", "以内", "以来", "时间", "有余", "左右")
_HALF_DAYS = ("游", "制", "工", "班", "多", "报")
_NOT_HALF = frozenset("上下大前后多过小夜")


def half_at(text: str, start: int) -> Draft | None:
    """半年, 半个月, 半公里; 一半 is read with 一, and 上半年, 大半, 过半 are no figures."""
    measure, end, _ = measure_behind(text, start + 1)
    if measure is None and text.startswith("日", start + 1) and not text.startswith(_HALF_DAYS, start + 2):
        measure, end = _DAY, start + 2
    elif measure is None and text.startswith("月", start + 1) and text.startswith(_BEHIND_HALF_MONTH, start + 2):
        measure, end = _SPANS["月"], start + 2
    if measure is not None and measure.name == "个" and whole(text, start, end):
        return Draft(start, end, "count", 0.5, measure=measure, unit="个", numeral_end=start + 1)
    if measure is None or measure.kind not in ("duration", "quantity"):
        return None
    distance = measure.name == "里" and text.startswith(("地", "路"), end)
    if measure.name in cues("half-never") and not distance and not whole(text, start, end):
        return None
    passed = text[start - 1 : start] == "过" and text[start + 1] == "个"  # 再过半个小时
    if not passed and ((start and text[start - 1] in _NOT_HALF) or idioms.covers(text, start, start + 1)):
        return None
    return Draft(
        start, end, measure.kind, 0.5 * measure.factor, measure=measure, unit=measure.unit, numeral_end=start + 1
    )
