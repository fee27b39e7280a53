"""Numerals that print or its reader (OCR) has damaged: they are marked as doubtful and never mended.

before  增长3.4.5%          · 投入1O0万元        · 二0一1年完工       · 3一5名 (a stroke read as 一)
after   3.4.5% without value · 1O0万元 without value · 二0一1年 without days · 3 to 5, as printed
"""

from __future__ import annotations

import re
from datetime import date

from transforms.figures import numerals, spans
from transforms.figures.draft import Draft
from transforms.figures.measured import measure_behind
from transforms.lexicon import table


def _looking(*places: str) -> str:
    """The characters of `figures_lookalikes.tsv` that are damage at these places of a numeral."""
    return "".join(row["char"] for row in table("figures_lookalikes") if row["place"] in places)


LEAP_YEAR = 2000  # of a day without a year that no page's date tells, 29 February may be one
_N = "[0-9]{1,20}"  # what is longer is no number, and would be gone through again and again
_DOTTED = "[0-9.]{0,20}"
_SCALE = rf"[{numerals.SCALES}]{{0,4}}[多余]?"
_APART = r"(?<![0-9A-Za-z.·-])"
_HAN = r"[\u4e00-\u9fff]"
_YEAR_DIGIT = rf"[0-9{numerals.DIGITS}]"
_INSIDE, _BEHIND, _BEFORE, _GAP = _looking("inside", "end", "any"), _looking("end"), _looking("any"), _looking("gap")
_LETTERED = (
    rf"{_APART}{_N}(?:\.{_N})?(?:[{_INSIDE}]{{1,4}}{_N}(?:\.{_N})?){{1,4}}{_SCALE}"  # 1O0万
    rf"|{_APART}{_N}[{_BEHIND}]{{1,4}}{_SCALE}"  # 5O万
    rf"|{_APART}{_N}[{_BEFORE}]{{1,4}}(?=[{numerals.MYRIADS}年月日时%]){_SCALE}"  # 1l月
    rf"|{_APART}(?:[{_BEFORE}]{_N}(?:\.{_N})?|O\.{_N}){_SCALE}"  # l5日, O.5%
)
_POINTED = (
    rf"{_APART}{_N}(?:\.{{2,4}}{_N}|\.{_N}\.{_N}){_SCALE}(?![0-9.])"  # 3..5%, 3.4.5亿
    rf"|(?<={_HAN})(?:\.{_N}|{_N}\.(?=[%{numerals.MYRIADS}])){_SCALE}"  # 增长.5%, 增长3.%
    rf"|(?<![0-9第])[0-9]{{1,3}}，[0-9]{{1,2}}(?:(?=%)|[{numerals.MYRIADS}]{{1,4}})"  # 1，2万
)
_UNREAD = (
    rf"{_DOTTED}\ufffd{{1,4}}[0-9]{_DOTTED}{_SCALE}"
    rf"|[0-9]{_DOTTED}(?:\ufffd{{1,4}}|[{_GAP}]{{1,4}}[0-9]{_DOTTED}){_SCALE}"  # 3□5万
)
_MIXED = (
    rf"(?<![0-9])(?!(?:19|20)[0-9]{{2}}一){_N}一(?=[年月日时%元名人])"  # 202一年
    rf"|十[1-9](?=[年月日])"  # 十1月
    rf"|(?<!{_YEAR_DIGIT})[12一二](?={_YEAR_DIGIT}{{3}}年)(?={_YEAR_DIGIT}{{0,3}}[1-9])(?={_YEAR_DIGIT}{{0,3}}[{numerals.DIGITS}])"
    rf"{_YEAR_DIGIT}{{3}}"  # 二0一1年
)
_NO_MONTH = r"(?<![0-9])(?:1[3-9]|[2-9][0-9])(?=月[0-9]{1,2}[日号])"  # 13月5日
_NO_DAY = r"(?<![0-9])[0-9]{1,2}月(?:3[2-9]|[4-9][0-9])(?=[日号])"  # 1月32日
_DAMAGED = re.compile(f"{_LETTERED}|{_POINTED}|{_UNREAD}|{_MIXED}|{_NO_MONTH}|{_NO_DAY}")
_TIME = re.compile(
    r"年(?:[0-9]{1,2}月(?:[0-9]{1,2}日)?)?|月(?:[0-9]{1,2}[日号])?|[日号](?=[，。、；（）至—]|[上下]午|\Z)"
)


BESIDE = frozenset("".join(row["char"] for row in table("figures_lookalikes")) + ".")
BEHIND = BESIDE | frozenset("，一月0123456789")


def damaged_at(text: str, start: int, end: int) -> Draft | None:
    """The doubtful numeral that holds the one found at [start, end), with its unit; None where that one is whole.

    A letter or two points among digits tell of damage only where a unit or a date's 年, 月, 日 follows; 5G, 4S店,
    3.4.5版 and 2024.11.20 are whole. A doubtful numeral has no value and no days.
    """
    before = text[start - 1 : start]
    if before not in BESIDE and text[end : end + 1] not in BEHIND:
        return None
    lost = 2 if text.endswith("O.", 0, start) else int(before in BESIDE)
    found = (_DAMAGED.match(text, start - lost) if lost else None) or _DAMAGED.match(text, start)
    if not found:
        return None
    time = _TIME.match(text, found.end())
    if time:
        return Draft(found.start(), time.end(), "date", numeral_end=found.end(), doubtful=True)
    return _measured(text, found.start(), found.end())


def _measured(text: str, start: int, end: int) -> Draft | None:
    measure, stop, _ = measure_behind(text, end)
    if measure is not None and measure.use != "label":
        return Draft(start, stop, measure.kind, measure=measure, unit=measure.unit, numeral_end=end, doubtful=True)
    if "\ufffd" in text[start:end] or text[end - 1] in numerals.SCALES:
        return Draft(start, end, "number", numeral_end=end, doubtful=True)
    return None


def is_doubtful(text: str, draft: Draft, reference: date | None) -> bool:
    """Whether a figure that could be read is doubtful all the same: a stroke that may be 一 (3一5名), a day that no
    calendar has (2月30日)."""
    if text.find("一", draft.start, draft.end) > 0 and _ONE_BETWEEN.search(text, draft.start, draft.end):
        return True
    undated = draft.kind in ("date", "time") and draft.days is None
    day = _DAY.search(text, draft.start, draft.end) if undated else None
    if day is None:
        return False
    if reference is not None:
        return True
    return (
        day["month"] is not None
        and spans.day(int(day["year"] or LEAP_YEAR), int(day["month"]), int(day["day"])) is None
    )


_ONE_BETWEEN = re.compile(r"[0-9]一[0-9]")
_DAY = re.compile(r"(?:(?:(?P<year>[0-9]{4})年)?(?P<month>[0-9]{1,2}))?月(?P<day>[0-9]{1,2})[日号]")
