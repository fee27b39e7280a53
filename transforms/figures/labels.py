"""Which numbers are names: slogans, editions, grades, list marks, codes.

    before  第八届论坛 · 二级医院 · “12158”民生实事 · 第一，… · 《2024年名单》 · 二十届三中全会
    after   labels, all of them; 居全省第一 and 第172位 are ranks
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from transforms.figures.draft import Draft
from transforms.lexicon import table

_ORDINAL_USE = {row["word"]: row["use"] for row in table("figures_ordinals")}
_AFTER = tuple(row["words"] for row in table("figures_label_cues") if row["place"] == "after")
_BEFORE = tuple(row["words"] for row in table("figures_label_cues") if row["place"] == "before")
_QUOTE_WIDTH = 16
_TITLE_WIDTH = 60
_OPEN = re.compile(r"[“‘「『]")
_PAUSE = re.compile(r"[。；！？\n]|，.*，")


def mark(text: str, drafts: Sequence[Draft]) -> None:
    """Sets `label` on those of `drafts` that are parts of names."""
    for draft in drafts:
        if not draft.label:
            draft.label = _ordinal(text, draft) if draft.ordinal else _named(text, draft)
        if draft.label:
            draft.kind = draft.kind if draft.kind != "number" else "count"


def _named(text: str, draft: Draft) -> bool:
    """Whether a figure stands in a title, in a short quotation or beside words that make it a name."""
    if text.startswith(_AFTER, draft.numeral_end or draft.end) or text[max(0, draft.start - 6) : draft.start].endswith(_BEFORE):
        return True
    if draft.kind == "date" and text[draft.start - 1 : draft.start] == "·":
        return True
    if draft.unit == "个" and draft.value == 10.0 and _SELECTED.search(text, max(0, draft.start - 12), draft.start):
        return True
    return _in_title(text, draft) or _in_quotation(text, draft) or _in_session(text, draft)


_SELECTED = re.compile(r"入选|评为|获评|当选|评选|跻身|荣获")


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
    inside = text[inside_from:closed]
    if closed < 0 or "”" in inside or "’" in inside or len(inside) > _QUOTE_WIDTH or _PAUSE.search(inside):
        return False
    if draft.kind == "date" and draft.length in ("day", "month", "plan", "year") and draft.start == inside_from:
        return draft.length != "plan"
    digits = text[draft.start].isdigit()
    if not digits or draft.kind not in _MEASURED:
        return True
    return bool(_SLOGAN.match(inside))


_SLOGAN = re.compile(r"[一二三四五六七八九十两][个项大]?[0-9]|[0-9.%]+\+|[0-9]+(?:%|倍)?\Z")
_SESSION = re.compile(r"届[一二三四五六七八九]\Z")


def _in_session(text: str, draft: Draft) -> bool:
    """十三届全国人大三次会议, 二十届三中全会: the numbers of a congress and its session."""
    after = text[draft.end : draft.end + 6]
    if draft.unit == "次":
        return after.startswith(("会议", "全会", "全体会议", "集体学习", "代表大会", "常委会"))
    if draft.unit == "届":
        return not after.startswith(_ALL_EDITIONS) and after[:1] not in _STOPS and (
            draft.value is None or draft.value > 9 or after.startswith(_BODIES)
        )
    return False


_ALL_EDITIONS = ("企业家", "大会。", "以上")
_BODIES = ("全国", "省", "市", "县", "区", "中央", "中纪委", "人大", "政协", "一次", "二次", "三次", "四次", "五次", "三中", "四中", "五中", "六中", "七中", "一中", "二中", "常委")
_STOPS = frozenset("，。；、！？")


def _ordinal(text: str, draft: Draft) -> bool:
    """Whether 第N is a list mark, an edition, a chapter; ranks and the like are not."""
    before, after = text[draft.start - 1 : draft.start], text[draft.end : draft.end + 1]
    if _in_title(text, draft) or _in_quotation(text, draft):
        return True
    use = _ORDINAL_USE.get(draft.unit or "")
    if use is not None:
        return _unit_names(text, draft, use, before)
    if draft.unit:
        return _opens(before) and not _ranked(text, draft)
    if text[draft.end : draft.end + 2].startswith(_SUPERLATIVES):
        return False
    if _opens(before) and after in _STOPS_AND_END:
        return not _ranked(text, draft) and after != "" if before not in ("", "\n") else after != ""
    return not _ranked(text, draft)


_SUPERLATIVES = ("大", "高", "长", "多", "快", "强", "好", "富", "深", "名", "位", "低", "小", "重", "老")
_STOPS_AND_END = frozenset(["", "\n", "，", "。", "；", "、", "：", "！", "？"])
_RANKED = re.compile(
    r"(?:居|列|位|排|名|获|夺|得|全省|全市|全国|全球|世界|全县|全区|亚洲|国内|省内|市内|行业|保持|稳居|省|市|州|国|洲|球|界|业|总分|跃升|跃居|升至|上升|下降|达到|到|至|前进|产能|产量|营收|数量|规模|总量|均)(?:于|了|至|到|为|在)?\Z"
)


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


_EVENTS = ("全国", "全体", "会议", "世界", "国际", "代表", "党代会", "人口", "经济", "农业", "常务", "大会", "工业", "中央", "集体", "主席团", "浪潮", "国共", "科技", "全市", "全省", "缔约")
