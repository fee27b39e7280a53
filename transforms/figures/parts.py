"""Amounts in two units or more, and digits behind a unit: 两年零三个月, 5元3角, 六斤八两, 一米九, 9秒83, 三成五.

before  8天20小时 · 九块九   · 六斤八两 · 身高1米75 · 9秒83
after   212 h     · 9.9 CNY · 68 两   · 1.75 m   · 9.83 s
"""

from __future__ import annotations

import re

from transforms.figures import numerals, units
from transforms.figures.draft import Draft
from transforms.figures.units import Measure

_NUMERAL = numerals.expression()
_DAYS = {"a": 365.0, "mo": 30.0, "wk": 7.0, "d": 1.0, "h": 1 / 24, "min": 1 / 1440, "s": 1 / 86400}
_RANK = {unit: place for place, unit in enumerate(_DAYS)}
_NEXT_PART = re.compile(rf"(?P<and>[零又])?(?P<n>{_NUMERAL})(?P<u>个月|天|小时|分钟|分(?![之钟])|秒钟?)")
_PART_UNITS = {"个月": "mo", "天": "d", "小时": "h", "分钟": "min", "分": "min", "秒": "s", "秒钟": "s"}
_PART_NAMES = {"mo": "个月", "d": "天", "h": "小时", "min": "分钟", "s": "秒"}


def add_spans(text: str, draft: Draft) -> None:
    """两年零三个月 → 27 mo, 8天20小时 → 212 h: in the smallest unit named; 两天又一个月 is 32 days."""
    if draft.high is not None or draft.value is None or draft.unit not in _RANK:
        return
    amounts, smallest = [(draft.value, draft.unit)], draft.unit
    while found := _NEXT_PART.match(text, draft.end):
        unit = _PART_UNITS[found["u"]]
        if (
            len(found["n"]) > numerals.LONGEST
            or (_RANK[unit] <= _RANK[smallest] and not found["and"])
            or unit == smallest
        ):
            break
        amounts.append((numerals.amount(found["n"]).value, unit))
        smallest, draft.end = max(smallest, unit, key=_RANK.__getitem__), found.end()
    if len(amounts) > 1:
        draft.value = round(sum(value * _in(unit, smallest) for value, unit in amounts), 9)
        draft.unit = smallest
        draft.measure = units.measure_at(_PART_NAMES[smallest], 0)


def _in(unit: str, smaller: str) -> float:
    """How many of the smaller unit: a year has 12 months or 365 days, a month 30 days."""
    return 12.0 if (unit, smaller) == ("a", "mo") else _DAYS[unit] / _DAYS[smaller]


_ONE_DIGIT = rf"[0-9{numerals.DIGITS}两]"
_CHANGE = re.compile(
    rf"零?(?P<j>{_ONE_DIGIT})[角毛](?:钱|零?(?P<f>{_ONE_DIGIT})分?(?![0-9{numerals.SCALES}]))?|零?(?P<g>[0-9]{{1,2}}|{_ONE_DIGIT})分钱?"
)
_COLLOQUIAL = re.compile(rf"(?P<j>{_ONE_DIGIT})(?![0-9{numerals.DIGITS}{numerals.SCALES}个名家])")
_WITH_CHANGE = frozenset(("元", "块", "圆", "角", "毛", "美元"))


def has_change(text: str, at: int) -> bool:
    """Whether a smaller sum stands at `at`, behind 块: 三块四分, 九块九."""
    return bool(_CHANGE.match(text, at) or _COLLOQUIAL.match(text, at))


def add_money(text: str, draft: Draft, measure: Measure) -> None:
    """5元3角, 三块四分, 九块九, 伍仟元整."""
    if draft.value is None or draft.high is not None:
        return
    found = _CHANGE.match(text, draft.end) if measure.name in _WITH_CHANGE else None
    if found:
        tenths = numerals.number(found["j"]) * 0.1 if found["j"] else 0.0
        cents = numerals.number(found["f"] or found["g"]) * 0.01 if found["f"] or found["g"] else 0.0
        draft.value, draft.end = round(draft.value + tenths + cents, 4), found.end()
    elif measure.name == "块" and (found := _COLLOQUIAL.match(text, draft.end)):
        draft.value, draft.end = draft.value + numerals.number(found["j"]) / 10, found.end()
    elif measure.name in ("元", "圆") and text[draft.end : draft.end + 1] in ("整", "正"):
        draft.end += 1


_SMALLER = {
    "斤": "两",
    "公斤": "克",
    "两": "钱",
    "丈": "尺",
    "尺": "寸",
    "米": "厘米",
    "英尺": "英寸",
    "公里": "米",
    "吨": "公斤",
}
_SECOND = re.compile(rf"[零又]?(?P<n>{_NUMERAL})")


def add_smaller(text: str, draft: Draft, measure: Measure) -> None:
    """六斤八两 → 68 两, 三尺五寸 → 35 寸: in the smaller unit, as with spans of time."""
    smaller = smaller_at(text, draft.end, measure) if draft.high is None and draft.value is not None else None
    if smaller is None or draft.value is None or not measure.si_factor:
        return
    unit, more, draft.end = smaller
    if unit.si_factor:
        draft.value = round(draft.value * measure.si_factor / unit.si_factor + more, 9)
        draft.measure, draft.unit = unit, unit.unit


def smaller_at(text: str, at: int, measure: Measure) -> tuple[Measure, float, int] | None:
    """The smaller unit of `measure` behind a numeral at `at`, the numeral's worth and where the unit ends."""
    name = _SMALLER.get(measure.name)
    found = _SECOND.match(text, at) if name else None
    if not name or not found or len(found["n"]) > 6:
        return None
    unit = units.measure_at(text, found.end())
    if unit is None or unit.name != name:
        return None
    return unit, numerals.amount(found["n"]).value, found.end() + len(name)


_HAN = "零〇一二三四五六七八九"
_NO_MORE = rf"(?![0-9{_HAN}十百千万亿两.%％年月日号时分秒点个名:：∶/—～~-])"
_DIGITS_BEHIND = {
    "米": re.compile(rf"(?P<d>[0-9]{{1,2}}|[{_HAN}]{{1,2}}){_NO_MORE}"),
    "秒": re.compile(rf"(?P<d>[0-9]{{2,3}}){_NO_MORE}"),
    "度": re.compile(rf"(?P<d>[0-9]|[{_HAN}]){_NO_MORE}"),
    "成": re.compile(rf"(?P<d>[{_HAN}]){_NO_MORE}"),
}


def digits_behind(text: str, at: int, measure: Measure) -> re.Match[str] | None:
    """The digits behind a unit that carry its numeral on: 1米75, 9秒83, 37度5, 三成五; not 3米5个, 三成一线工人."""
    pattern = _DIGITS_BEHIND.get(measure.name)
    found = pattern.match(text, at) if pattern else None
    if not found or units.measure_at(text, found.end()) is not None:
        return None
    return found if found["d"] != "一" or found.end() == len(text) else None


def add_digits(text: str, draft: Draft, measure: Measure) -> None:
    """The worth of `digits_behind` added, as decimals of the unit."""
    found = digits_behind(text, draft.end, measure) if draft.high is None and draft.value is not None else None
    if found and draft.value is not None:
        digits = "".join(str(numerals.number(char)) for char in found["d"])
        draft.value = round(draft.value + measure.factor * int(digits) / 10 ** len(digits), 9)
        draft.end = found.end()
