"""Signs before a figure: 零下5℃, 负10, -3.2%, 华氏70度. They belong to it, and below zero is negative.

before  零下25.3摄氏度 · 同比增长-2.5% · 江苏-浙江2省
after   -25.3 Cel       · -2.5 %        · 2 (the stroke joins)
"""

from __future__ import annotations

import re

from transforms.figures import numerals, units
from transforms.figures.draft import Draft

_SCALES = ("摄氏", "华氏")
_BELOW = ("零下", "负的", "负", "-", "－", "−")
_PAIRS = [pair for scale in _SCALES for below in _BELOW for pair in (scale + below, below + scale)]
_SIGNS = sorted([*_PAIRS, *_SCALES, *_BELOW], key=len, reverse=True)
_STROKES = ("-", "－", "−")
SIGN_ENDS = frozenset(sign[-1] for sign in _SIGNS)
_OTHER_WORDS = frozenset("胜担抱肩自欺平辜不减")


def signed(text: str, draft: Draft) -> Draft:
    """The draft with the sign before it, where there is one."""
    if not draft.start or text[draft.start - 1] not in SIGN_ENDS or draft.value is None:
        return draft
    before = text[max(0, draft.start - 4) : draft.start]
    sign = next((sign for sign in _SIGNS if before.endswith(sign)), None)
    if sign is None or not _is_sign(text, draft.start - len(sign), sign, draft):
        return draft
    draft.start -= len(sign)
    if any(mark in sign for mark in _BELOW):
        draft.value = -draft.value
        draft.high = -draft.high if draft.high is not None else None
    return draft


def _is_sign(text: str, at: int, sign: str, draft: Draft) -> bool:
    """负 ends other words; 摄氏 needs a temperature; of a stroke see `_is_minus`."""
    previous = text[at - 1] if at else ""
    if sign in _STROKES:
        return _is_minus(text, at, previous, draft)
    if sign in _SCALES:
        return draft.kind == "temperature"
    return sign != "负" or previous not in _OTHER_WORDS


_NO_MINUS_BEHIND = frozenset("-－−—–）)")
_RATES = frozenset(("percent", "temperature"))
_COPULA = re.compile(r"(?:[为是达到至约在于]|增[长速幅加]|涨[跌幅]|值|润|额|率|温)\Z")
_LONGEST_UNIT = 5


def _is_minus(text: str, at: int, previous: str, draft: Draft) -> bool:
    """Whether the stroke at `at` is a minus: one behind a digit, a letter or a unit joins, and so does one behind a
    Han character, unless a share or a temperature follows (增长-2.5%) or a word that states an amount stands before
    (净利润为-3亿元).
    """
    if previous in _NO_MINUS_BEHIND and previous:
        return False
    if (previous.isascii() and previous.isalnum()) or _ends_figure(text, at):
        return False
    han = "\u4e00" <= previous <= "\u9fff"
    return not han or draft.kind in _RATES or bool(_COPULA.search(text, max(0, at - 2), at))


def _ends_figure(text: str, at: int) -> bool:
    """Whether what stands before `at` is a numeral, alone or with its unit: 5%-3%, 80公里-60公里."""
    for width in range(min(_LONGEST_UNIT, at - 1) + 1):
        if _is_numeric(text[at - width - 1 : at - width]):
            measure = units.measure_at(text, at - width) if width else None
            if not width or (measure is not None and len(measure.name) == width):
                return True
    return False


def _is_numeric(char: str) -> bool:
    return bool(char) and (char.isdecimal() or char in numerals.READS)
