"""Which numbers are names: slogans, editions, grades, list marks, codes.

before  第八届论坛 · 二级医院 · “12158”民生实事 · 第一，… · 《2024年名单》 · 二十届三中全会
after   labels, all of them; 居全省第一 and 第172位 are ranks
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from transforms.figures.cues import cues
from transforms.figures.draft import Draft
from transforms.lexicon import table

_ORDINAL_USE = {row["word"]: row["use"] for row in table("figures_ordinals")}
_AFTER = tuple(row["words"] for row in table("figures_label_cues") if row["place"] == "after")
_BEFORE = tuple(row["words"] for row in table("figures_label_cues") if row["place"] == "before")
_QUOTE_WIDTH = 16
_TITLE_WIDTH = 60
_PAUSE = re.compile(r"[。；！？\n]|，.*，")


def mark(text: str, drafts: Sequence[Draft]) -> None:
    """Sets `label` on those of `drafts` that are parts of names."""
    for draft in drafts:
        if not draft.label:
            draft.label = _ordinal(text, draft) if draft.ordinal else _named(text, draft)
        if draft.label:
            draft.kind = _label_kind(text, draft)


def _label_kind(text: str, draft: Draft) -> str:
    """An edition is a rank with and without 第 (十三届, 三次会议); a bare number in a name is a count."""
    if draft.kind == "count" and draft.unit in ("届", "次") and _in_session(text, draft):
        return "rank"
    return draft.kind if draft.kind != "number" else "count"


def _named(text: str, draft: Draft) -> bool:
    """Whether a figure stands in a title, in a short quotation or beside words that make it a name."""
    if text.startswith(_AFTER, draft.numeral_end or draft.end) or text[max(0, draft.start - 6) : draft.start].endswith(
        _BEFORE
    ):
        return True
    if draft.kind == "date" and text[draft.start - 1 : draft.start] == "·":
        return True
    if draft.unit == "个" and draft.value == 10.0 and _SELECTED.search(text, max(0, draft.start - 12), draft.start):
        return True
    return _in_title(text, draft) or _in_quotation(text, draft) or _in_session(text, draft) or _in_series(text, draft)


def _in_series(text: str, draft: Draft) -> bool:
    """…共同体意识（40）: a bare number in brackets at the end of a headline is its place in a series."""
    bare = draft.kind == "number" and draft.unit is None and text[draft.start - 1 : draft.start] == "（"
    return bare and text[draft.end : draft.end + 2] in ("）", "）\n")


_SELECTED = re.compile("|".join(cues("selected")))


def _in_title(text: str, draft: Draft) -> bool:
    """《关于公布2024年…名单的通知》: within the title of a book, a paper, a document."""
    opened = text.rfind("《", max(0, draft.start - _TITLE_WIDTH), draft.start)
    if opened < 0 or "》" in text[opened : draft.start] or "\n" in text[opened : draft.start]:
        return False
    return text.find("》", draft.end, draft.end + _TITLE_WIDTH) >= 0


_MEASURED = frozenset(("money", "percent", "quantity", "temperature", "multiple", "fraction"))


def _in_quotation(text: str, draft: Draft) -> bool:
    """“四个关键词”, “12158”, “一次挂号管三天”: a quotation of a few words without a pause is a name or a slogan.

    What was said in so many words (“增收5000元”) stays a figure where it is measured in digits.
    """
    opened = max(text.rfind(mark, max(0, draft.start - _QUOTE_WIDTH), draft.start) for mark in "“‘")
    inside_from = opened + 1
    if text[draft.start] in "“‘":
        return False
    if opened < 0:
        return False
    closed = text.find("”" if text[opened] == "“" else "’", draft.end - 1, inside_from + _QUOTE_WIDTH + 4)
    if closed < 0:
        return False
    inside = text[inside_from:closed]
    if "”" in inside or "’" in inside or len(inside) > _QUOTE_WIDTH or _PAUSE.search(inside):
        return False
    if draft.kind == "date" and draft.length in ("day", "month", "plan", "year") and draft.start == inside_from:
        return draft.length != "plan"
    digits = text[draft.start].isdigit()
    if not digits or draft.kind not in _MEASURED:
        return True
    return bool(_SLOGAN.match(inside))


_SLOGAN = re.compile(r"[一二三四五六七八九十两][个项大]?[0-9]|[0-9.%]+\+|[0-9]+(?:%|倍)?\Z")


def _in_session(text: str, draft: Draft) -> bool:
    """十三届全国人大三次会议, 二十届三中全会: the numbers of a congress and its session.

    Those that were held are counted: 召开三次会议, 举办十二届大会.
    """
    after = text[draft.end : draft.end + 6]
    if draft.unit == "届" and after.startswith(_BODIES):
        return True
    if draft.unit in ("届", "次") and _HELD.search(text, max(0, draft.start - 6), draft.start):
        return False
    if draft.unit == "次":
        return after.startswith(cues("session"))
    if draft.unit == "届":
        return after[:1] not in _STOPS and (draft.value is None or draft.value > 9)
    return False


_BODIES = cues("body")
_HELD = re.compile(rf"(?:{'|'.join(cues('held'))})[了过约近共]?\Z")
_STOPS = frozenset("，。；、！？")


def _ordinal(text: str, draft: Draft) -> bool:
    """Whether 第N is a list mark, an edition, a chapter; ranks and the like are not."""
    before, after = text[draft.start - 1 : draft.start], text[draft.end : draft.end + 1]
    if text.startswith(_AFTER, draft.end):
        return True
    if _in_title(text, draft) or _in_quotation(text, draft):
        return True
    use = _ORDINAL_USE.get(draft.unit or "")
    if use is not None:
        return _unit_names(text, draft, use, before)
    if draft.unit:
        return _opens(before) and not _ranked(text, draft)
    if text[draft.end : draft.end + 2].startswith(_SUPERLATIVES):
        return False
    if before in ("", "\n"):
        return after != ""
    return not _ranked(text, draft)


_SUPERLATIVES = cues("superlative")
_RANKED = re.compile(rf"(?:{'|'.join(cues('rank-place'))})[于了至到为在]?\Z")


def _opens(before: str) -> bool:
    return before in ("", "\n", "。", "；", "！", "？", "：", "，", "、", "“", "—", " ", "●")


def _ranked(text: str, draft: Draft) -> bool:
    return bool(_RANKED.search(text, max(0, draft.start - 6), draft.start))


def _unit_names(text: str, draft: Draft, use: str, before: str) -> bool:
    """次: 第三次全国人口普查 is a name, 第三次登上领奖台 counts; 个: 第一个关键词 lists, 第20个工作日 counts."""
    if use == "rank":
        return False
    if use == "list":
        return _opens(before) and (draft.value or 0) < 11
    if use == "event":
        return text.startswith(_EVENTS, draft.end)
    return True


_EVENTS = cues("event")
