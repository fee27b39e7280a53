"""Figures of two numerals: fractions, parts of a hundred, mixed numbers and scores.

before  1/3 · 三分之一 · 百分之五 · 百分百 · 三又二分之一 · 21∶18
after   0.333… · 0.333… · 5 % · 100 % · 3.5 · 21 to 18
"""

from __future__ import annotations

import re

from transforms.figures import numerals, units
from transforms.figures.draft import Draft

_NUMBER = re.compile(numerals.expression())
_SCORED = re.compile(
    r"([0-9]{1,9}(?:\.[0-9]{1,9})?)[:：∶比]([0-9]{1,9}(?:\.[0-9]{1,9})?)(?:[:：∶][0-9]{1,9}){0,3}(?![0-9:：个家名年月%万亿])"
)
_FRACTION = re.compile(r"([0-9]{1,12}(?:\.[0-9]{1,9})?)/([0-9]{1,12})(?![0-9/.])")
_SPOKEN_SCORE = re.compile(
    r"([零一二两三四五六七八九十]{1,3})比([零一二两三四五六七八九十]{1,3})(?![百千万亿个家名年月点成分])"
)
_SCORED_BEFORE = ("以", "比分", "比分为", "比分是", "总分", "局分")
_SCORED_BEHIND = re.compile(
    r"的?(?:比分|总比分|获胜|取胜|战胜|击败|大胜|小胜|险胜|完胜|力克|胜|负|平|战平|领先|落后|淘汰|不敌|逆转|惜败|输|赢)"
)
RATIO_SIGNS = frozenset("/∶:：比 分又")
_BASES = {"百": ("percent", "%"), "一百": ("percent", "%"), "千": ("percent", "‰")}


def ratio_at(text: str, start: int, end: int) -> Draft | None:
    """The ratio whose first numeral is at [start, end); None where it is none."""
    after = text[end : end + 1]
    if after not in RATIO_SIGNS:
        return None
    if after == "/" and (found := _FRACTION.match(text, start)) and float(found[2]):
        return Draft(start, found.end(), "fraction", float(found[1]) / float(found[2]), unit="1")
    if after in "∶:：比" and (found := _SCORED.match(text, start)):
        return Draft(start, found.end(), "number", float(found[1]), float(found[2]))
    if after == "比" and (found := _SPOKEN_SCORE.match(text, start)) and _is_score(text, found):
        return Draft(start, found.end(), "number", numerals.amount(found[1]).value, numerals.amount(found[2]).value)
    if after == " " and end - start < 4 and (found := _FRACTION.match(text, end + 1)) and float(found[2]):
        whole = numerals.amount(text[start:end]).value
        return Draft(start, found.end(), "number", whole + float(found[1]) / float(found[2]))
    if after == "分":
        return _parts(text, start, end)
    return _mixed(text, start, end) if after == "又" else None


def _is_score(text: str, found: re.Match[str]) -> bool:
    """三比一获胜, 以二比零: what stands beside it says that it is a score."""
    return text.endswith(_SCORED_BEFORE, 0, found.start()) or bool(_SCORED_BEHIND.match(text, found.end()))


def _parts(text: str, start: int, end: int) -> Draft | None:
    """三分之一, 百分之五, 千分之三, 百分百, 百分之三到五."""
    if text.startswith("分百", end) and text[start:end] == "百":
        return Draft(start, end + 2, "percent", 100.0, unit="%")
    numerator = _NUMBER.match(text, end + 2) if text.startswith("分之", end) else None
    if not numerator or numerator.end() - numerator.start() > numerals.LONGEST:
        return None
    worth = numerals.amount(numerator[0])
    kind, unit = _BASES.get(text[start:end], ("fraction", "1"))
    base = numerals.amount(text[start:end]).value if kind == "fraction" else 1.0
    if not base:
        return None
    high = worth.high / base if worth.high else None
    draft = Draft(start, numerator.end(), kind, worth.value / base, high, unit=unit, infix=worth.infix)
    return _ranged(text, draft, text[start : end + 2])


_TO = re.compile(r"[至到—～~-]")


def _ranged(text: str, low: Draft, base: str) -> Draft:
    """百分之三十一到百分之百: the same base twice."""
    if _TO.match(text, low.end) and text.startswith(base, low.end + 1):
        high = _parts(text, low.end + 1, low.end + 1 + len(base) - 2)
        if high is not None and high.value is not None and low.value is not None and high.value > low.value:
            low.end, low.high = high.end, high.value
        return low
    second = _NUMBER.match(text, low.end + 1) if _TO.match(text, low.end) and low.kind == "percent" else None
    if second and low.value is not None and low.high is None and _alone(text, second):
        high_value = numerals.amount(second[0]).value
        if high_value > low.value:
            low.end, low.high = second.end(), high_value
    return low


def _alone(text: str, numeral: re.Match[str]) -> bool:
    """Whether a numeral has no unit of its own: 百分之三到五, not 百分之三到五年后."""
    behind = text[numeral.end() : numeral.end() + 1]
    return (
        numeral[0][0] in numerals.READS
        and units.measure_at(text, numeral.end()) is None
        and behind not in ("月", "日", "号", "分")
    )


def _mixed(text: str, start: int, end: int) -> Draft | None:
    """三又二分之一."""
    base = _NUMBER.match(text, end + 1)
    if not base or base.end() - base.start() > numerals.LONGEST:
        return None
    part = _parts(text, base.start(), base.end())
    if part is None or part.value is None:
        return None
    return Draft(start, part.end, "number", numerals.amount(text[start:end]).value + part.value)
