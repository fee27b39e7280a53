"""Which numbers are names: slogans, editions, grades, list marks, codes.

before  第八届论坛 · 二级医院 · “12158”民生实事 · 第一，… · 《2024年名单》 · 二十届三中全会
after   labels, all of them; 居全省第一 and 第172位 are ranks
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from transforms.figures.cues import any_of, cues
from transforms.figures.draft import Draft
from transforms.lexicon import table

_ORDINAL_USE = {row["word"]: row["use"] for row in table("figures_ordinals")}
_AFTER = any_of(row["words"] for row in table("figures_label_cues") if row["place"] == "after")
_BEFORE = tuple(row["words"] for row in table("figures_label_cues") if row["place"] == "before")
_BEFORE_ENDS = frozenset(word[-1] for word in _BEFORE)
_QUOTES = {"“": "”", "‘": "’", "『": "』", "「": "」"}
_OPENED = re.compile(f"[《{''.join(_QUOTES)}]")
_OPENING = re.compile(f"[{''.join(_QUOTES)}]")
_QUOTE_WIDTH = 16
_TITLE_WIDTH = 60
_STOPS = frozenset("，。、；！？")
_SAID = re.compile(r"[。；！？…\n]|，.*，|[我你他她了吗呢吧啊哎]|已经|没有?")


def mark(text: str, drafts: Sequence[Draft]) -> None:
    """Sets `label` on those of `drafts` that are parts of names."""
    for draft in drafts:
        if not draft.label:
            draft.label = _ordinal(text, draft) if draft.ordinal else _named(text, draft)
        if draft.label:
            draft.kind = _label_kind(text, draft)
    for place, draft in enumerate(drafts, 1):
        if draft.label and draft.unit is None and draft.kind in ("count", "rank"):
            _whole_slogan(text, draft, drafts[place].start if place < len(drafts) else len(text))


_SLOGAN_LENGTH = 4


def _whole_slogan(text: str, draft: Draft, before: int) -> None:
    """做好“六稳”工作: the label is all of a slogan of a few characters in quotation marks."""
    if text[draft.start - 1 : draft.start] not in _QUOTES or text[draft.start].isdigit():
        return
    closed = text.find(_QUOTES[text[draft.start - 1]], draft.end, draft.start + _SLOGAN_LENGTH + 1)
    if draft.end < closed <= before and text[draft.end : closed].isalpha():
        draft.end = closed


def _label_kind(text: str, draft: Draft) -> str:
    """An edition is a rank with and without 第 (十三届, 三次会议); a bare number in a name is a count."""
    if draft.kind == "count" and draft.unit in ("届", "次") and _in_session(text, draft):
        return "rank"
    return draft.kind if draft.kind != "number" else "count"


def _named(text: str, draft: Draft) -> bool:
    """Whether a figure stands in a title, in a short quotation or beside words that make it a name."""
    at, before = draft.numeral_end or draft.end, text[draft.start - 1 : draft.start]
    if _AFTER.match(text, at):
        return True
    if before in _BEFORE_ENDS and text.endswith(_BEFORE, max(0, draft.start - 6), draft.start):
        return True
    if draft.kind == "date" and (before == "·" or _in_nested_name(text, draft)):
        return True
    if before in _NUMBERED:
        return _paper(text, draft)
    if draft.unit == "期" and draft.end - draft.start > _ISSUE_LENGTH and text[draft.start].isdigit():
        return True
    if draft.unit in _GRADED and _graded(text, draft):
        return True
    if draft.unit == "个" and draft.value == 10.0 and _SELECTED.search(text, max(0, draft.start - 12), draft.start):
        return True
    session = draft.unit in _HELD_UNITS and _in_session(text, draft)
    return session or _in_marks(text, draft) or (before == "（" and _in_series(text, draft))


def _in_marks(text: str, draft: Draft) -> bool:
    """Whether a figure stands within a title or a quotation, one of which then begins not far before it."""
    if not _OPENED.search(text, max(0, draft.start - _TITLE_WIDTH), draft.start):
        return False
    return _in_title(text, draft) or _in_quotation(text, draft)


_ISSUE_LENGTH = 5
"""Characters: 2012031期 is the number of a draw or an issue."""
_GRADED = frozenset("段连营排")
_DAN = re.compile("棋|弈|九段|执[黑白]|目半|天元")
_ARMY = re.compile("[军师旅团营连]某?\\Z")


def _graded(text: str, draft: Draft) -> bool:
    """棋手九段, 集团军三连: the grade of a player of go, a unit of an army."""
    if not draft.lone:
        return False
    if draft.unit != "段":
        return bool(_ARMY.search(text, max(0, draft.start - 2), draft.start))
    before = text[max(0, draft.start - _TITLE_WIDTH) : draft.start].rpartition("\n")[2]
    return bool(_DAN.search(before) or _DAN.search(text[draft.end : draft.end + _TITLE_WIDTH].partition("\n")[0]))


def _in_nested_name(text: str, draft: Draft) -> bool:
    """“…——2020年‘环境日’主场活动”: the year of an event's name within a quotation."""
    return draft.length == "year" and text[draft.end : draft.end + 1] == "‘"


_NUMBERED = frozenset("〔〕［］")


def _paper(text: str, draft: Draft) -> bool:
    """国发〔2019〕15号: the year and the number of an official paper, which are no dates."""
    numbered = text[draft.end : draft.end + 1] in _NUMBERED or text[draft.end - 1] == "号"
    if numbered and draft.kind == "date":
        draft.kind, draft.days = "count", None
        draft.value = float(text[draft.start : draft.end - 1]) if text[draft.start : draft.end - 1].isdigit() else None
    return numbered


def _in_series(text: str, draft: Draft) -> bool:
    """…共同体意识（40）, （3）加强领导: a bare number in brackets is the place in a series or a list mark."""
    if draft.kind != "number" or draft.unit is not None or text[draft.end : draft.end + 1] != "）":
        return False
    opens = text[draft.start - 2 : draft.start - 1] in ("", "\n", "。", "；", "：", "，")
    return text[draft.end + 1 : draft.end + 2] in ("", "\n") or (opens and draft.end - draft.start < 3)


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

    What was said in so many words (“增收5000元”, “已经半年没有发工资”) stays a figure where it is measured in digits or
    somebody speaks.
    """
    first = max(0, draft.start - _QUOTE_WIDTH)
    openings = [found.start() for found in _OPENING.finditer(text, first, draft.start)]
    if not openings or text[draft.start] in _QUOTES:
        return False
    opened = openings[-1]
    inside_from = opened + 1
    closed = text.find(_QUOTES[text[opened]], draft.end - 1, inside_from + _QUOTE_WIDTH + 4)
    if closed < 0:
        return False
    inside = text[inside_from:closed]
    if "”" in inside or "’" in inside or "』" in inside or len(inside) > _QUOTE_WIDTH or _SAID.search(inside):
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
    if draft.unit == "届" and (after.startswith(_BODIES) or _SESSION.match(after)):
        return True
    if draft.unit == "次" and text[draft.start - 1 : draft.start] == "届":
        return True
    if _HELD.search(text, max(0, draft.start - 6), draft.start):
        return False
    if draft.unit == "次":
        return after.startswith(cues("session"))
    if draft.unit == "届":
        return after[:1] not in _STOPS and (draft.value is None or draft.value > 9)
    return False


_SESSION = re.compile(r"[0-9一二三四五六七八九十]{1,4}次")
_BODIES = cues("body")
_HELD_UNITS = frozenset("届次")
_HELD = re.compile(rf"(?:{'|'.join(cues('held'))})[了过约近共]?\Z")


def _ordinal(text: str, draft: Draft) -> bool:
    """Whether 第N is a list mark, an edition, a chapter; ranks and the like are not."""
    before, after = text[draft.start - 1 : draft.start], text[draft.end : draft.end + 1]
    if _AFTER.match(text, draft.end):
        return True
    if _in_marks(text, draft):
        return True
    use = _ORDINAL_USE.get(draft.unit or "")
    if use is not None:
        return _unit_names(text, draft, use, before)
    if draft.unit:
        return False
    if text[draft.end : draft.end + 2].startswith(_SUPERLATIVES) or text[draft.end - 1] == "大":
        return False
    if before in ("", "\n"):
        return after != ""
    first, last = _chain(text, draft)
    before, ranked = text[first - 1 : first], bool(_RANKED.search(text, max(0, first - 6), first))
    if last == len(text) or text.startswith(_AFTER_RANK, last):
        return _opens(before) and not ranked
    return before in _OWNERS or not ranked


def _chain(text: str, draft: Draft) -> tuple[int, int]:
    """Where 第一、第二 begins and ends, of which the draft is one: what they are is said beside all of them."""
    before, behind = _CHAIN_BEFORE.search(text, max(0, draft.start - 16), draft.start), _CHAIN.match(text, draft.end)
    return before.start() if before else draft.start, behind.end() if behind else draft.end


_SUPERLATIVES = cues("superlative")
_CHAIN = re.compile(r"(?:[、和]第[0-9一二三四五六七八九十]{1,3}){1,20}")
_CHAIN_BEFORE = re.compile(r"(?:第[0-9一二三四五六七八九十]{1,3}[、和])+\Z")
_OWNERS = frozenset("国省市州县区")
_AFTER_RANK = (*_STOPS, "）", "”", "\n", *cues("after-rank"))
_RANKED = re.compile(rf"(?:{'|'.join(cues('rank-place'))})[于了至到为在]?\Z")


def _opens(before: str) -> bool:
    return before in ("", "\n", "。", "；", "！", "？", "：", "，", "、", "“", "—", " ", "●")


def _unit_names(text: str, draft: Draft, use: str, before: str) -> bool:
    """次: 第三次全国人口普查 is a name, 第三次登上领奖台 counts; 个: 第一个关键词 lists, 第20个工作日 counts; 条:
    第一条 is an article, 我国第一条高铁 a rank."""
    if use == "rank":
        return False
    if use == "list":
        heads = _opens(before) and (before not in ("，", "、") or bool(_HEADING.match(text, draft.end)))
        return (heads and (draft.value or 0) < 11) or before in _CLAUSES or _day(text, draft)
    if use == "event":
        return text.startswith(_EVENTS, draft.end) or bool(_MEETING.match(text, draft.end))
    if use == "first":
        article = draft.unit == "条" and (_opens(before) or before in _LAWS)
        return draft.value != 1 or article or text.startswith(_ARTICLES, draft.end)
    return True


def _day(text: str, draft: Draft) -> bool:
    """第36个教师节, 第一个百年奋斗目标: the number of a day kept every year, or of a goal of a hundred years."""
    if text.startswith("百年", draft.end):
        draft.end += 2
        return True
    return draft.unit == "个" and bool(_KEPT_DAY.match(text, draft.end))


_HEADING = re.compile("(?![向在把将到冲响走出参完进提])[\u4e00-\u9fff]{0,6}(?:是|，|：)")
_CLAUSES = frozenset("条款")
_LAWS = frozenset("》法例则定约程")
_ARTICLES = ("款", "规定", "至", "、", "中的", "之")
_EVENTS = cues("event")
_MEETING = re.compile(
    r"[^\W参加出召举持列在到向以将把由从为对就给当获赴访任]{0,10}?"
    r"(?:会议|大会|全会|峰会|例会|年会|代会|理事会|常委会|运动会|博览会|代表团|访华团)"
)
_KEPT_DAY = re.compile(
    r"(?:(?:全国|世界|国际|中国|国家|法定|全民)*[“‘][\u4e00-\u9fff]{2,10}[日节周月][”’]"
    r"|(?:全国|世界|国际|中国|国家|法定|全民)[\u4e00-\u9fff]{1,8}(?<!工作)(?<!交易)[日节周](?![日目约能省期])"
    r"|(?!五一|十一|三八|七一|八一)[\u4e00-\u9fff]{2,4}节(?![日目约能省]))"
)
