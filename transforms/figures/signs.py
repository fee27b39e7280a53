"""Signs before a figure: 零下5℃, 负10, -3.2%, 华氏70度. They belong to it, and below zero is negative.

before  零下25.3摄氏度 · 江苏-浙江2省
after   -25.3 Cel       · 2 (the stroke joins)
"""

from __future__ import annotations

from transforms.figures.draft import Draft

_SCALES = ("摄氏", "华氏")
_BELOW = ("零下", "负的", "负", "-", "－", "−")
_PAIRS = [pair for scale in _SCALES for below in _BELOW for pair in (scale + below, below + scale)]
_SIGNS = sorted([*_PAIRS, *_SCALES, *_BELOW], key=len, reverse=True)
_STROKES = ("-", "－", "−")
_LAST = frozenset(sign[-1] for sign in _SIGNS)
_OTHER_WORDS = frozenset("胜担抱肩自欺平辜不")


def signed(text: str, draft: Draft) -> Draft:
    """The draft with the sign before it, where there is one."""
    if not draft.start or text[draft.start - 1] not in _LAST or draft.value is None:
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
    """A stroke behind a digit, a letter or a Han character joins; 负 ends other words; 摄氏 needs a temperature."""
    previous = text[at - 1] if at else ""
    if sign in _STROKES:
        return not previous.isalnum() and previous not in ("-", "－", "）", ")")
    if sign in _SCALES:
        return draft.kind == "temperature"
    return sign != "负" or previous not in _OTHER_WORDS
