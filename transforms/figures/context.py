"""What the words beside a figure say of it: bounds (超过, 左右), rises and falls (下降), what it is over (每年).

before  同比下降约3.2% · 引进人才超过350人 · 每人每月300元 · 80岁以上
after   ~, down        · >               · 每人每月         · >=
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from transforms.figures.cues import cues
from transforms.figures.draft import Draft
from transforms.figures.units import Measure
from transforms.lexicon import table, words

_QUALIFIERS = table("figures_qualifiers")
_LEADING = {row["word"]: row["comparator"] for row in _QUALIFIERS if row["position"] == "before"}
_TRAILING = {row["word"]: row["comparator"] for row in _QUALIFIERS if row["position"] == "after"}
_INSIDE = {row["word"]: row["comparator"] for row in _QUALIFIERS if row["position"] == "inside"}
_LEADING_ENDS = frozenset(word[-1] for word in _LEADING)
_TRAILING_HEADS = frozenset(word[0] for word in _TRAILING)
_LONGEST_LEADING = max(map(len, _LEADING))
_LONGEST_TRAILING = max(map(len, _TRAILING))
_DIRECTION = {row["word"]: row["direction"] for row in table("figures_directions")}
_WIDTH = 14
_RISE = re.compile(
    rf"(?P<word>{'|'.join(words('figures_directions'))})(?:了|率|幅度|幅|速度|速|比例|额|量|仅|分别|均|都|又|已|也|将|再|为|是|达到|达|约|近|超过|超|逾|不到|不足|大约|高达|至少|仅为|\s)*\Z"
)
_SCOPE = re.compile("|".join(words("figures_scopes")))
_CLAUSE = re.compile(r"[，。；：！？\n]")


def describe(text: str, drafts: Sequence[Draft]) -> None:
    """Sets comparator, qualifier, direction and scope of each figure that is no label."""
    previous: Draft | None = None
    for draft in drafts:
        if not draft.label:
            if draft.kind in _SUMS:
                _as_money(text, draft)
            if text[draft.start - 1 : draft.start] == "前":
                _as_rank(text, draft)
            _bound(text, draft)
            before = text[max(0, draft.start - _WIDTH) : draft.start]
            draft.direction = _direction(text, draft, before, previous)
            if draft.kind == "temperature" and draft.measure is not None:
                draft.measure = _difference(text, draft, draft.measure, before)
            if draft.days is None and _SCOPE.search(before):
                draft.scope = _scope(before)
            previous = draft


def _direction(text: str, draft: Draft, before: str, previous: Draft | None) -> str | None:
    """up or down where the words say so; below zero the sign says it: 增长-2.5% is no rise."""
    if draft.kind in ("date", "time", "rank", "duration", "age") or (draft.value or 0) < 0:
        return None
    found = _RISE.search(before)
    if found:
        return None if _REACHES.match(before, found.end("word")) else _DIRECTION[found["word"]]
    gained = _GAINED.search(before)
    if gained:
        return "up" if gained["word"] in cues("gain") else "down"
    return _shared(text, draft, previous) if previous is not None and previous.direction else None


_REACHES = re.compile(r"(?<![幅速度])(?:了|仅)*为")  # 降为3.1万个 is where it ends; 涨幅为3% is the rise
_GAINED = re.compile(
    rf"(?P<word>{'|'.join((*cues('gain'), *cues('loss')))})(?![值额量率幅到至为])[\u4e00-\u9fff]{{1,8}}(?<![到至为])\Z"
)


_ADVERBS = r"(?:了|约|近|达到?|超过?|逾|不到|不足|大约|高达|至少|为|是|仅|只|有|在|控制|最大|限制)*"
_DIFFERS = re.compile(rf"(?:{'|'.join(cues('temperature-difference'))}){_ADVERBS}\Z")
_COMPARED = re.compile(rf"(?:比|较)[^，。；！？\n]{{1,10}}(?<!最)[高低]{_ADVERBS}\Z")
_DIFFERENCE_BEHIND = re.compile(rf"(?:左右|以上|以下|以内)?的?(?:{'|'.join(cues('temperature-difference'))})")


def _difference(text: str, draft: Draft, measure: Measure, before: str) -> Measure:
    """下降5℃, 温差10℃, 比常年高2℃: degrees between two temperatures, which the zero of the scale does not shift."""
    clause = before.rpartition("\n")[2]
    said = draft.direction or _DIFFERS.search(clause) or _COMPARED.search(clause)
    return replace(measure, si_offset=0.0) if said or _DIFFERENCE_BEHIND.match(text, draft.end) else measure


def _shared(text: str, draft: Draft, previous: Draft) -> str | None:
    """分别增长3.2%、5.6%: what stands in a row rises or falls alike."""
    if previous.unit != draft.unit:
        return None
    return previous.direction if text[previous.end : draft.start] in ("、", "和", "，") else None


_CURRENCIES = {
    row["name"]: row["unit"]
    for row in table("figures_currencies")
    if row["factor"] == "1" and row["unit"] != "CNY" and len(row["name"]) > 1 and not row["unless"]
}
_CURRENCY = re.compile(rf"({'|'.join(sorted(_CURRENCIES, key=len, reverse=True))})[约近共逾超]?\Z")
_MONEY = re.compile("|".join(words("figures_money_cues")))
_SUMS = frozenset(("money", "number"))
_SCALED = re.compile(r"[万亿][多余]?\Z")
_AFTER_MONEY = re.compile(r"\Z|[，。；、！？）”\n]|以上|以下|左右|大关|以内|的?(?:规模|目标|台阶|产值|投资|资金|大关)")

_SUM = re.compile(rf"(?:[\u4e00-\u9fff]{{2}})?(?:{'|'.join(cues('sum'))})(?![\u4e00-\u9fff]{{0,2}}[机市店])")


def _as_money(text: str, draft: Draft) -> None:
    """总产值1.2万亿: the currency is understood where the words before speak of money and no unit or noun follows, and
    where what follows is money itself (600万专项资金)."""
    if (
        draft.unit == "CNY"
        and draft.kind == "money"
        and (named := _CURRENCY.search(text, max(0, draft.start - 5), draft.start))
    ):
        draft.unit = _CURRENCIES[named[1]]
    if draft.unit is None and draft.kind == "number" and _SCALED.search(text[draft.start : draft.end]):
        before = text[max(0, draft.start - 20) : draft.start].rpartition("\n")[2]
        if _SUM.match(text, draft.end) or (_MONEY.search(before) and _AFTER_MONEY.match(text, draft.end)):
            draft.kind, draft.unit = "money", "CNY"


_TOP = re.compile(rf"(?:{'|'.join(cues('top'))})(?:[于在为]|全[国省市球])*前\Z")


_BEHIND_PLACES = frozenset(("", *"，。、；：！？（）”\n的是为和中里分依已将都"))


def _as_rank(text: str, draft: Draft) -> None:
    """位居全国前10位, 世界排名前五十, 前三名: the last of the places that are meant; 目前10名, 前3名顾客 name none."""
    if draft.kind not in ("count", "number") or draft.unit not in (None, "位", "名"):
        return
    alone = text[draft.end : draft.end + 1] in _BEHIND_PLACES
    first = alone and draft.unit is not None and not text.endswith(cues("before-only"), 0, draft.start)
    if first or _TOP.search(text, max(0, draft.start - _WIDTH), draft.start):
        draft.kind, draft.comparator = "rank", "<="


def _bound(text: str, draft: Draft) -> None:
    """The comparator and the words that give it: what stands before, inside and behind the figure.

    A word before wins over one inside, and one behind over that: 约700余名 is ~, 约…余; a figure without any is =.
    最低 and 最高 name an extreme and yield to a bound behind: 最低零下20度以下 is <=.
    """
    trail = _trailing(text, draft) if text[draft.end : draft.end + 1] in _TRAILING_HEADS else None
    lead = _leading(text, draft) or _distant(text, draft) or _parted(text, draft)
    lead = None if lead in _EXTREMES and trail else lead
    inside = draft.infix if draft.infix in _INSIDE else None
    if lead == "近" and draft.kind == "duration" and not _lasts(text, draft):
        draft.qualifier = "近"
        return
    if lead or trail or inside:
        draft.comparator = _comparator(draft, lead, trail, inside)
        draft.qualifier = "…".join(filter(None, (lead, inside, trail)))
    elif draft.kind == "duration":
        draft.qualifier = _stated(text, draft)


_SHORT_SPANS = ("h", "min", "s")
_LASTED = cues("lasted")


def _lasts(text: str, draft: Draft) -> bool:
    """Whether 近 is nearly: 堵塞近5个小时, 历时近两年; before a longer span alone it means the last ones (近三年)."""
    return draft.unit in _SHORT_SPANS or text.endswith(_LASTED, 0, draft.start - 1)


_EXTREMES = ("最低", "最高")
_OF_SIZE = frozenset(cues("of-size"))
_TURNED = {"<": ">", ">": "<", "<=": ">=", ">=": "<="}


def _comparator(draft: Draft, lead: str | None, trail: str | None, inside: str | None) -> str:
    """The bound of the word that wins. Below zero words of size turn round: 零下三十几度 is less than -30."""
    found = _LEADING[lead] if lead else "="
    if found == "=" and (trail or inside):  # 高达170余亿元
        found = _TRAILING[trail] if trail else _INSIDE[inside or ""]
    below = draft.value is not None and draft.value < 0
    return _TURNED.get(found, found) if below and (lead or trail or inside) in _OF_SIZE else found


_SHARES = frozenset(("fraction", "percent", "multiple"))
_DISTANT = re.compile(rf"(?P<word>{'|'.join(cues('bound-of'))})(?!部分|数|额)[\u4e00-\u9fff]{{1,10}}的\Z")


def _distant(text: str, draft: Draft) -> str | None:
    """不及去年的1/10: a bound before what the share is of; `bound_at` says where it stands."""
    if draft.kind not in _SHARES or text[draft.start - 1 : draft.start] != "的":
        return None
    found = _DISTANT.search(text, max(0, draft.start - _WIDTH), draft.start)
    draft.bound_at = found.start() if found else None
    return found["word"] if found else None


_PARTED = re.compile(
    rf"(?P<word>{'|'.join(cues('bound-far'))})(?!的)[\u4e00-\u9fff]{{1,5}}\Z"
    rf"|(?P<near>{'|'.join(cues('bound-near'))})(?:{'|'.join(cues('bound-verb'))})\Z"
)


def _parted(text: str, draft: Draft) -> str | None:
    """至少录取了1300名, 大约有660公里, 约合人民币3亿元: a bound that a verb parts from the figure."""
    first = max(0, draft.start - _PARTED_WIDTH)
    if not _PARTED_HEAD.search(text, first, draft.start):
        return None
    found = _PARTED.search(text, first, draft.start)
    return (found["word"] or found["near"]) if found else None


_PARTED_WIDTH = 8
_PARTED_HEAD = re.compile(f"[{''.join(word[0] for word in cues('bound-far') + cues('bound-near'))}]")


def _stated(text: str, draft: Draft) -> str | None:
    """连续七年: says how the span lies, bounds nothing."""
    return "连续" if text.endswith("连续", 0, draft.start) else None


def _leading(text: str, draft: Draft) -> str | None:
    at = draft.start
    if text[at - 1 : at] == "了":
        at -= 1
    if text[at - 1 : at] not in _LEADING_ENDS:
        return None
    for width in range(min(_LONGEST_LEADING, at), 0, -1):
        word = text[at - width : at]
        if word in _LEADING and not _part_of_other(text, at - width, word):
            return word
    return None


def _part_of_other(text: str, start: int, word: str) -> bool:
    """最近, 附近, 大约, 节约, 打破: where a bound is only the end of another word."""
    return text[max(0, start - 1) : start + len(word)] in _OTHERS


_OTHERS = frozenset(cues("not-a-bound"))


def _trailing(text: str, draft: Draft) -> str | None:
    for width in range(_LONGEST_TRAILING, 0, -1):
        word = text[draft.end : draft.end + width]
        if len(word) == width and word in _TRAILING:
            return word if _bounds_here(text, draft, word) else None
    return None


_OF_TIMES = frozenset(
    ("前", "之前", "以前", "起", "开始", "以后", "之后", "以来", "前后", "或之前", "或之后", "及以前", "及之后")
)


def _bounds_here(text: str, draft: Draft, word: str) -> bool:
    """Whether 内, 前, 起, 许 is the word itself and binds a figure of its kind (20分钟内, 9月底前, 5日起)."""
    if word in ("内", "之内"):
        return draft.kind in ("duration", "date") and not text.startswith(cues("inner"), draft.end)
    if word in _OF_TIMES:
        return draft.kind in ("date", "time") and not text.startswith(cues("front") + cues("rising"), draft.end)
    return word != "许" or (
        draft.kind in ("time", "count", "quantity") and not text.startswith(("许多", "许可", "许诺"), draft.end)
    )


def _scope(before: str) -> str | None:
    """每人每月, 累计, 年均: in the clause before the figure, the last ones that stand side by side."""
    clause = before[max((found.end() for found in _CLAUSE.finditer(before)), default=0) :]
    return "".join(dict.fromkeys(_SCOPE.findall(clause))) or None
