"""The words that say what was counted or measured.

A figure with a classifier has its noun behind it, a figure at the end of its clause has its subject before it; a clause
without a subject of its own takes that of the figure before.

    before  拥有237家涉铝企业 · 全社会研发投入占GDP比达到3.72%，连续三年保持山东省第1位 · 发放宣传材料36.9万件
    after   涉铝企业          · 全社会研发投入占GDP比, both ranks and shares           · 发放宣传材料
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from transforms.figures import edges, nouns
from transforms.figures.clauses import Clauses
from transforms.figures.cues import cues
from transforms.figures.draft import Draft
from transforms.figures.earlier import Earlier
from transforms.figures.places import is_place
from transforms.lexicon import words
from transforms.words import cut_quickly, frequency

_TAILS = re.compile(rf"(?:{'|'.join(words('figures_metric_tails'))})+")
_TAIL_WORDS = frozenset(words("figures_metric_tails"))
_TAIL_BEGINNINGS = frozenset(word[0] for word in _TAIL_WORDS)
_OBJECTS = re.compile(rf"(?:{'|'.join(words('figures_metric_objects'))})(?![率量额数者项中业机部站点费面人])")
_ASIDE = re.compile(r"（[^（）]*）")
_PLACE = (
    r"(?:(?:全[国省市县区球]|全?世界|亚洲|[国省市]内|(?:(?![列居位全占比])[\u4e00-\u9fff]){2,3}[省市县州]|各[省市]|同?行业|同类|我[国省市]|(?:[\u4e00-\u9fff]{2,3})?历史上?)"
    r"(?:各[省市县区]|同行业|同类|城市|企业)?(?:的|前列)?)"
)
_RANK_TAIL = re.compile(
    rf"(?:连续(?:.{{1,3}}年)?)?(?:均|都|继续|仍|已|分别|再次|首次|一直|稳|并|还)*"
    rf"(?:保持|[位跃稳高]?居|[位名]?列|排名?|跻身|处|跃?升|荣?获得?|夺得|取得|达|干|做|位|放|摆)?[在于了到至]?{_PLACE}*前?\Z"
)
_LONG = 16
_MODIFIER = 12
_SHORT = 4
_COUNTED = frozenset(("count", "number", "age", "rank", "duration"))
_DATED = frozenset(("date", "time"))
_MEASURED = frozenset(("percent", "money", "quantity", "number", "fraction", "multiple"))
_OWNED = re.compile(
    rf"(?:{'|'.join(cues('relational-lead'))})*(?:{'|'.join(word for word in cues('relational') if len(word) > 1)})"
)
_JOINING = ("与", "和", "同", "跟")
_REACHING = re.compile(rf"(?:{'|'.join(cues('reaching'))})[了到]?(?:全[国省市县区球美世界]+|世界)?\Z")
_SPENDING = ("投资", "出资", "斥资", "耗资", "集资")
_OWNERS = cues("owner")
_ALL_OF = "全我本该各这那某两双"
_TOWARDS = ("为", "向", "对", "给", "把", "将", "被", "由", "与", "和")
_MEANT = (*_TOWARDS, "这", "那", "的")
_PLACED = frozenset("位名级等天年")
_OCCASIONS = frozenset("次回遍趟")
_OF_PERSONS = frozenset("名位人")
_COUNTS = frozenset(("count", "number", "age"))
_BARE = frozenset(("count", "number"))
_OF_BODIES = frozenset("个家户所国省")
_PLACES = tuple("省市县区国州镇村")
_HAVING = ("拥有", "具有", "享有", "带有", "持有")
_UPWARDS = ("以上", "及以上", "以下", "及以下")
_SHARES = frozenset(("percent", "fraction", "duration"))
_RATES = ("率", "比例", "比重", "占比")
_LIGHT_VERBS = frozenset(cues("light-verb"))
_PACES = ("速度", "幅度", "增速", "增幅", "降幅")
_STROKES = "-－−"


def assign(text: str, drafts: Sequence[Draft]) -> None:
    """Sets the metric of each figure that is neither a label nor a date."""
    figures = [draft for draft in drafts if not draft.label]
    clauses = Clauses(text)
    earlier = Earlier()
    for place, draft in enumerate(figures):
        if draft.kind not in _DATED:
            earlier.turn_to(text, draft)
            draft.metric = _named(text, clauses, figures, place, earlier).rstrip(_STROKES) or None
            earlier.note(draft)


def _named(text: str, clauses: Clauses, figures: Sequence[Draft], place: int, earlier: Earlier) -> str:
    """The metric of the figure at `place`: words of its own clause, or what clauses and figures before it say."""
    draft, previous = figures[place], earlier.last
    begin = clauses.begin(draft.start)
    before = _before(text, draft, figures, place, begin)
    if draft.kind == "rank" and _RANK_TAIL.fullmatch(before):
        before = ""
    subject = "" if before in edges.ACTS else before
    behind = ""
    if _looks_on(text, draft, subject):
        behind = _behind(text, clauses, draft, figures[place + 1 : place + 3], before)
    counted = earlier.counted
    if not before and counted and _same_count(counted, draft) and nouns.tells(behind):
        behind = nouns.core(counted.metric or "") + behind
    base = earlier.alike(draft)
    if base is not previous and not (subject and _is_change(subject)):
        base = previous
    metric = _metric(text, draft, subject, behind, base) or before or _beside(text, clauses, draft, previous, begin)
    if metric == before:
        metric = _of_place(text, draft, _led(text, clauses, metric, begin, previous), earlier)
    return metric if draft.kind in _COUNTS else _per(text, clauses, metric, begin, previous)


def _of_place(text: str, draft: Draft, metric: str, earlier: Earlier) -> str:
    """The metric with what the items of its list share, where it is only the place that its figure is of."""
    last = earlier.last
    if last is None or not _only_place(text, last, draft, metric, bool(earlier.shared)):
        earlier.shared = ""
        return metric
    earlier.shared = earlier.shared or _of_list(last.metric or "")
    return metric + earlier.shared


def _only_place(text: str, previous: Draft, draft: Draft, metric: str, listed: bool) -> bool:
    """全省降水量5毫米，|局部8毫米: whether an item of a list has only the place that its figure is of."""
    if previous.unit != draft.unit or len(metric) > _SHORT or not text.startswith(metric, previous.end + 1):
        return False
    return text[previous.end] in "、，；" and (listed or metric.endswith(_PARTS) or is_place(metric))


def _of_list(metric: str) -> str:
    """What the first item of a list measured, which its later items share: 降水量 of 大部分地区降水量."""
    parts = cut_quickly(metric)
    rest = "".join(parts[1:]) if parts and parts[0].endswith(_PARTS) else metric
    return rest if len(rest) < 2 * _SHORT - 1 else parts[-1]


_PARTS = (*_PLACES, "区", "局部", "局地", "部分", "地区", "其他", "其余", "国内", "海外", "境外", "境内")


def _opens(text: str, draft: Draft, before: str) -> bool:
    """Whether a figure begins its clause but for a place, or stands behind 有: 全市6家铝企获评…, 已有34家企业易主."""
    if text.endswith(_MEANT, 0, _opened(text, draft)):
        return False
    if not before or (len(before) < _SHORT and before.endswith(_PLACES)):
        return True
    return text.endswith("有", 0, draft.start) and not text.endswith(_HAVING, 0, draft.start)


def _looks_on(text: str, draft: Draft, before: str) -> bool:
    """Whether the words behind a figure may name it: not those behind an amount that has its subject before it."""
    if draft.kind in _COUNTED or len(before) <= _SHORT or draft.infix == "级":
        return True
    if _is_object(text, draft) or text.startswith(("的", "以"), draft.end):
        return True
    return before.endswith(_SPENDING) or _takes(text, draft, before) or _is_share(text, draft)


def _is_share(text: str, draft: Draft) -> bool:
    """各州1/3以上病例出自…: whether the noun of which a share is taken stands right behind it."""
    if draft.kind not in ("percent", "fraction"):
        return False
    at = _past_tail(text, draft.end)
    if not _is_han(text[at : at + 1]):
        return False
    said = nouns.tells(text[draft.end : draft.end + 8]) or nouns.tells(text[at : at + 8])
    return not said and not edges.names_nothing(text, at)


def _takes(text: str, draft: Draft, before: str) -> bool:
    """农户流转1000亩土地: whether an amount stands between a verb and what the verb takes."""
    at = draft.end
    if draft.kind not in ("quantity", "money") or not _is_han(text[at : at + 1]):
        return False
    return text.endswith("的", 0, draft.start) or bool(_verb_before(text, draft, before))


def _verb_before(text: str, draft: Draft, before: str) -> str:
    """The verb right before an amount; any word is one that has 了 behind it (取了800元现金)."""
    done = (
        text.endswith("了", 0, _opened(text, draft)) and before and text.endswith(before, 0, _opened(text, draft) - 1)
    )
    return cut_quickly(before[-_MODIFIER:])[-1] if done else nouns.last_verb(before)


def _is_object(text: str, draft: Draft) -> bool:
    """对5000亩小麦进行收割, 把三成贷款…: an amount of what is dealt with, named behind it."""
    return text[draft.start - 1 : draft.start] in ("对", "把")


def _named_behind(text: str, draft: Draft) -> bool:
    """Whether the words behind an amount name it, whatever stands before: 100万元以上项目, 对5000亩小麦…"""
    bounded = draft.kind in ("quantity", "money") and text.startswith(("以上", "以下", "以内"), draft.end)
    return bounded or (draft.kind in ("quantity", "money", "percent") and _is_object(text, draft))


def _metric(text: str, draft: Draft, before: str, behind: str, previous: Draft | None) -> str:
    """Chooses between the words before and behind a figure, by its kind and by what follows it at once."""
    inherited = previous.metric or "" if previous else ""
    if text[draft.start : draft.end] in inherited:
        inherited = nouns.core(inherited)
    if behind and (draft.infix or draft.unit) == "级":
        place = before.partition("发生")[0]
        shaken = len(behind) < len(place) and len(place) + 1 >= _SHORT and place.endswith(_OWNERS)
        return place + behind if shaken else behind
    if behind and _named_behind(text, draft):
        return behind
    if draft.kind == "rank":
        counts = draft.unit is not None and draft.unit not in _PLACED and bool(behind)
        counts = counts and (draft.unit in _OCCASIONS or not nouns.tells(behind))
        return behind if counts else _ranked(before, behind, inherited)
    if draft.kind == "duration":
        return _lasting(text, draft, before, behind, inherited)
    paced = draft.kind == "percent" and behind.startswith(_PACES)
    if behind and (paced or text.startswith("的", draft.end)):
        return _joined(draft, before, behind)
    if draft.kind in _COUNTS:
        return _counted(text, draft, before, behind, previous)
    return _amount(text, draft, before, behind, previous)


def _joined(draft: Draft, before: str, behind: str) -> str:
    """发生率5%的村, 总量400亿元的债券: what a figure with 的 behind it measures."""
    if draft.kind == "percent" and before.endswith(_RATES):
        return before
    if draft.kind == "percent" and before and behind.startswith(_PACES):
        return before + behind[:2]
    alone = draft.kind in ("percent", "age") or len(before) < 2 or "、" in before or len(before) > _LONG
    return behind if alone else before + behind


def _counted(text: str, draft: Draft, before: str, behind: str, previous: Draft | None) -> str:
    """The noun behind a count, with what stands before it where that says which are meant or who has them."""
    inherited = previous.metric or "" if previous else ""
    if draft.unit == "人" and before and text.endswith("一行", 0, draft.start):
        return before.removesuffix("一行")
    item = draft.kind == "count" and text[draft.start - 1 : draft.start] in ("、", "，", "；")
    named = not item and len(before or inherited) > 1 and "的" not in behind
    if named and edges.names_nothing(text, _past_tail(text, draft.end)):
        return _measured(draft, before, "", previous)
    if behind and (whole := _WHOLE.match(before)) and text.endswith((before, f"{before}共"), 0, _opened(text, draft)):
        return whole[1] + behind
    if not behind or (draft.unit == "分" and len(before) > 1):
        return _measured(draft, before, behind, previous)
    if _modifies(text, draft, before, previous):
        return f"{before}的{behind}"
    return before + behind if _owns(text, draft, before) or _REACHING.search(before) else behind


def _amount(text: str, draft: Draft, before: str, behind: str, previous: Draft | None) -> str:
    """What an amount measures: the words before it, or those behind it that a verb before it takes."""
    if draft.kind not in ("quantity", "money") or not behind:
        if len(behind) >= _SHORT and _is_share(text, draft):
            return behind
        going_on = before and edges.names_nothing(text, _past_tail(text, draft.end))
        return _measured(draft, before, "" if going_on else behind, previous)
    if before.endswith(_SPENDING):
        return before + behind
    if _takes(text, draft, before) and not nouns.tells(behind):
        verb = _verb_before(text, draft, before)
        return behind if text.endswith("的", 0, draft.start) or verb in _LIGHT_VERBS else verb + behind
    if len(before) > _SHORT or (before and nouns.tells(behind)):
        return _measured(draft, before, behind, previous)
    beside = previous and len(before) < 2 and _side_by_side(previous, draft)
    return previous.metric or "" if previous and beside else behind


def _same_count(previous: Draft, draft: Draft) -> bool:
    """20名学生投了稿，5人达成意向: whether a figure without a noun counts of what the one before counted."""
    persons = previous.unit in _OF_PERSONS and draft.unit in _OF_PERSONS
    return draft.kind == previous.kind == "count" and (persons or previous.unit == draft.unit)


_WHOLE = re.compile(rf"\A([^，、的]{{2,10}}(?:{'|'.join(cues('whole'))}))(?:包含|包括|含|分为|分成|由)?\Z")


def _owns(text: str, draft: Draft, before: str) -> bool:
    """平山县25所小学: whether a place or an institution stands right before a count of what it has."""
    place = _SHORT <= len(before) + 1 <= _LONG + 1 and before.endswith(_OWNERS) and before[0] not in _ALL_OF
    return (
        place
        and draft.kind == "count"
        and "、" not in before
        and text.endswith(before, 0, draft.start)
        and nouns.names_only(before)
    )


def _modifies(text: str, draft: Draft, before: str, previous: Draft | None) -> bool:
    """市卫生健康委承担的11项民生实事: what stands before a count and says which of them are meant."""
    if previous and draft.start - previous.end <= len(before) + 2:
        return previous.kind == "percent" and before.endswith(text[previous.start : previous.end])
    short = 1 < len(before) <= _MODIFIER and "了" not in before and not before.endswith("在内")
    ends = (before + "的", before + "以上的", before + "以下的")
    return short and draft.kind == "count" and text.endswith(ends, 0, draft.start)


_TAKING_TIME = re.compile("用了?|[需耗历]时?|花了?")


def _beside(text: str, clauses: Clauses, draft: Draft, previous: Draft | None, begin: int) -> str:
    """What the clause behind or before names, where the figure's own one names nothing."""
    if draft.kind == "duration" and _TAKING_TIME.search(text, begin, draft.start):
        return edges.bare(_earlier(text, clauses, begin)) or _next_clause(text, clauses, draft)
    inherited = previous.metric if previous and draft.kind == "duration" else None
    return _next_clause(text, clauses, draft) or inherited or _clause_before(text, clauses, begin)


def _led(text: str, clauses: Clauses, metric: str, begin: int, previous: Draft | None) -> str:
    """队员战胜对手，拿下18分: whose deed a verb is that stands alone before a figure, and what a total is of, where the
    clause before says it."""
    if not 1 < len(metric) < _SHORT or text[begin - 1 : begin] != "，":
        return metric
    start = clauses.begin(begin - 1)
    if (previous is not None and previous.end > start) or text.endswith(_SAYING, start, begin - 1):
        return metric
    alone = nouns.tells(metric) or nouns.last_verb(metric) == metric or metric.endswith(_DONE)
    if not (alone or _RELATIONAL.fullmatch(metric)):
        return metric
    subject = nouns.subject(edges.bare(text[start : begin - 1]))
    return subject + metric if 1 < len(subject) <= _LONG and "、" not in subject else metric


_SAYING = cues("saying")
_DONE = ("下", "得", "到", "走", "出")
_EACH = re.compile("每(?![年月日天周季期次])")


def _per(text: str, clauses: Clauses, metric: str, begin: int, previous: Draft | None) -> str:
    """每生产一吨钢，能耗为600千克: what a short metric is reckoned for, where the clause before says it."""
    if not 1 < len(metric) <= _SHORT or text[begin - 1 : begin] != "，":
        return metric
    if previous is not None and previous.end == begin - 1:
        return metric
    earlier = _earlier(text, clauses, begin)
    return earlier + metric if _EACH.match(earlier) and len(earlier) <= _MODIFIER else metric


def _next_clause(text: str, clauses: Clauses, draft: Draft) -> str:
    """在23年时间里，滨州铝从无到有: a span of time alone in its clause is that of the next."""
    at = _past_tail(text, draft.end)
    at += text[at : at + 1] in ("中", "里", "间", "内")
    if draft.kind != "duration" or text[at : at + 1] != "，":
        return ""
    clause = text[at + 1 : clauses.end(at + 1)]
    return edges.bare(_NUMERAL.split(clause, maxsplit=1)[0])


def _clause_before(text: str, clauses: Clauses, begin: int) -> str:
    """馒头端上来，竟然只有三个: where the figure's own clause has no noun, that of the clause before."""
    return edges.noun(edges.bare(_earlier(text, clauses, begin)), False, ())


def _earlier(text: str, clauses: Clauses, begin: int) -> str:
    """The clause that ends with a comma where one begins."""
    return text[clauses.begin(begin - 1) : begin - 1] if text[begin - 1 : begin] == "，" else ""


_NUMERAL = re.compile(r"[0-9]|[一二两三四五六七八九十百千万亿几]{2}")
_CHANGE = re.compile(
    rf"(?:[比较](?:上|去|前)?.{{1,3}}|同比|环比|年均|平均|累计|再|又|分别|实际|名义|[高低]于.{{1,4}}|比例|占比|比重)*"
    rf"(?:{'|'.join(words('figures_directions'))})?"
)


def _uncompared(before: str) -> str:
    """The words before a figure without what it is compared with: 增长 of 比上年增长."""
    return _COMPARED.sub("", before, count=1) if before[:1] in ("比", "较", "环") else before


def _is_change(before: str) -> bool:
    """Whether the words before a figure say no more than that something rose or fell: 比上年增加."""
    return bool(_CHANGE.fullmatch(_uncompared(before)))


_NO_SHARE = ("占地", "占用", "占有")
_RELATION = "|".join(cues("relational"))
_MOVEMENT = "|".join(cues("movement"))
_OF_ALL = "|".join(cues("relational-lead"))
_RELATIONAL = re.compile(rf"(?:{_OF_ALL})*(?:{_RELATION}|{_MOVEMENT})")
_CHANGING = re.compile(rf"(?:{_OF_ALL})*(?:{_MOVEMENT})")
_MOVED = re.compile(rf"(?:{_OF_ALL})*(?:{_MOVEMENT})\Z")
_COMPARED = re.compile(
    rf"\A(?:[比较](?![赛例重索价])[^，]|环比[^，]{{2}})[^，]{{0,6}}?(?={'|'.join(words('figures_directions'))})"
)
_GREATER = re.compile(r"[比较](?![赛例重索价]).{1,24}?(?:[高多]出?|相?差|[低少快慢大小长短重轻])了?")
_CHANGED = re.compile(rf"(?:同比|环比|年均|平均|分别)*(?:{'|'.join(words('figures_directions'))})\Z")


def _measured(draft: Draft, before: str, behind: str, previous: Draft | None) -> str:
    """The clause before a figure that has no noun behind it; where it has no subject, that of the figure before."""
    inherited = previous.metric or "" if previous else ""
    before = _uncompared(before)
    if inherited and _GREATER.fullmatch(before):
        return inherited
    if previous and inherited and _RELATIONAL.fullmatch(before):
        owner = _owner(inherited)
        if 1 < len(owner) <= _MODIFIER and (previous.kind == "count" or _CHANGING.fullmatch(before)):
            return owner.removesuffix(before[:2]) + before
    share = before.startswith("占") and not before.startswith(_NO_SHARE)
    if share or (before and _CHANGE.fullmatch(before)):
        return inherited if inherited.endswith(before) else _CHANGED.sub("", inherited) + before
    if len(before) < 2:
        return inherited if previous and _side_by_side(previous, draft) else before or behind or inherited
    return before


def _owner(metric: str) -> str:
    """Of a metric what a total or a rise belongs to: 股指 of 股指收报, of a long one the noun behind its last 的."""
    owner = _MOVED.sub("", metric)
    return owner.rpartition("的")[2] if len(owner) > _MODIFIER else owner


def _side_by_side(previous: Draft, draft: Draft) -> bool:
    return previous.unit == draft.unit and draft.start - previous.end <= 4


def _ranked(before: str, behind: str, inherited: str) -> str:
    """A rank speaks of what its clause, or the figure before it, measured: …占GDP比达3.72%，列全省第一位."""
    tail = _RANK_TAIL.search(before)
    while tail and not edges.is_joint(before, tail.start()):
        tail = _RANK_TAIL.search(before, tail.start() + 1)
    subject = before[: tail.start()] if tail else before
    if len(subject) < 2:
        return inherited or subject or behind or before
    return subject if not subject.startswith(("数量", "总量", "规模")) or len(subject) > 3 else inherited + subject


_TIME = ("时间", "光景", "时光", "岁月", "历史", "历程")
_THROUGH = ("经过", "历经", "经历")
_PREDICATES = ("保持", "位居", "居", "列", "稳居", "增长", "下降", "实现", "排名", "位列", "名列")


def _lasting(text: str, draft: Draft, before: str, behind: str, inherited: str) -> str:
    """连续三年保持…: the predicate with its subject; 近三年…: what the clause measures; 50分钟: what takes so long;
    为期半年的整治: what lasts so long."""
    if draft.qualifier == "连续":
        return (before or inherited if behind.startswith(_PREDICATES) else "") + behind or before
    tail = text[draft.end : _past_tail(text, draft.end)]
    if len(before) > 1 and text.endswith(before + "了", 0, draft.start):
        return before
    if before.endswith(_THROUGH) and behind:
        return before[:-2] + behind
    if behind and "来" in tail and text.endswith("过去", 0, draft.start):
        return before + behind if nouns.names_only(before) else behind
    if tail.endswith("的") and "来" not in tail and len(behind) > 1 and behind.removesuffix("证明") not in _TIME:
        return behind
    if draft.qualifier == "近" or (draft.period is not None and not before):
        return before + behind
    return behind if behind and len(before) < 3 else before or behind


def _before(text: str, draft: Draft, figures: Sequence[Draft], place: int, begin: int) -> str:
    """The clause before a figure without what leads in, without other figures and dates, and without the verb."""
    end = _opened(text, draft) if draft.bound_at is None else draft.bound_at
    if not place or figures[place - 1].end <= begin:
        return _trimmed(text[begin : max(begin, end)], draft.kind == "rank")
    pieces: list[str] = []
    closed = text.rfind("）", begin, end)
    opened = text.rfind("（", begin, closed) if closed > 0 else closed
    for other in reversed(figures[max(0, place - 4) : place]):
        if other.end <= begin:
            break
        if opened < other.start < closed or _bounds(text, other, draft) or _in_name(text, other):
            continue
        pieces.append(_after_mark(text[min(end, _past_tail(text, other.end)) : end], other, draft))
        if other.kind not in _DATED and not _while(other, draft, pieces[-1]):
            return _trimmed("".join(reversed(pieces)), draft.kind == "rank")
        end = min(end, _opened(text, other))
        end -= text[end - 1 : end] in ("比", "较")
    pieces.append(text[begin : max(begin, end)])
    return _trimmed("".join(reversed(pieces)), draft.kind == "rank")


def _in_name(text: str, figure: Draft) -> bool:
    """新款东方300现金优惠: whether a whole number without a unit stands between the words of a name."""
    if figure.kind != "number" or figure.unit is not None or not text[figure.start : figure.end].isdigit():
        return False
    within = _is_han(text[figure.start - 1 : figure.start]) and _is_han(text[figure.end : figure.end + 1])
    return within and text[figure.end] not in _JOINING and not edges.reaches(text, figure.end)


def _is_han(mark: str) -> bool:
    return "\u4e00" <= mark <= "\u9fff"


def _while(other: Draft, draft: Draft, between: str) -> bool:
    """税收三年|翻两番: whether a span of time only says how long the clause goes back."""
    if other.kind != "duration":
        return False
    return other.qualifier in ("近", "连续") or (
        draft.kind != "duration" and len(between) < _SHORT and "、" not in between
    )


def _after_mark(between: str, other: Draft, draft: Draft) -> str:
    """300张床位和城西医院|200张床位: of the words between two figures of a list those of the second."""
    rest = between[max(between.rfind("和"), between.rfind("及")) + 1 :]
    listed = other.unit == draft.unit and other.kind == draft.kind == "count"
    return rest if listed and len(rest) > 1 and "的" not in rest else between


_LISTED = re.compile("[、，和及]")


def _bounds(text: str, other: Draft, draft: Draft) -> bool:
    """Whether a figure says which are meant by the words before the next: 65岁以上老年人签约率85%, 缺勤率5%的8个班."""
    bounded = other.kind != "count" and text.startswith(_UPWARDS, other.end)
    bounded = bounded and not _LISTED.search(text, other.end, draft.start)
    return bounded or (other.kind == "percent" and text[other.end : draft.start] == "的")


@lru_cache(maxsize=4096)
def _trimmed(clause: str, whole: bool) -> str:
    """A clause without its asides and what leads in and out; of a long one only the object, if not `whole`. Kept for a
    while, as the words behind figures are: a third of them come again (同比增长, 其中)."""
    clause = clause.lstrip("、和与")
    if "（" in clause:
        clause = _without_aside(clause)
    clause = edges.bare(_OCCASION.sub("", clause) if "在" in clause else clause)
    if clause.endswith(_SAYING) and edges.ends_in(clause, _SAYING):
        return ""
    return _object(clause) if not whole and len(clause) > _LONG else clause


def _without_aside(clause: str) -> str:
    """A clause without what stands in brackets; of an open bracket what it holds, if that is more than a place."""
    clause = _ASIDE.sub("", clause).lstrip("、和与")
    opened = clause.rfind("（")
    if opened < 0:
        return clause
    inside = edges.bare(clause[opened + 1 :])
    return clause[:opened] if opened > 2 and (len(inside) < 2 or inside.endswith(_PLACES)) else inside


_OCCASION = re.compile(
    rf"在[^，、在]{{2,12}}?(?:(?:{'|'.join(cues('occasion'))})中|期间)(?=(?!的)[\u4e00-\u9fff]{{2}})"
)


def _object(clause: str) -> str:
    """Of a long clause what follows its last verb, or its last 的 where that leaves a noun."""
    objects = [found.span() for found in _OBJECTS.finditer(clause)]
    apart = [end for start, end in objects if edges.is_joint(clause, start) and edges.is_joint(clause, end)]
    last = max(apart, default=0)
    if last and len(clause) - last >= 3:
        clause = _ALL.sub("", clause[last:])
    head, _, tail = clause.rpartition("的")
    return tail if head and len(tail) >= 4 and len(clause) > 24 else clause


_ALL = re.compile(r"\A(?:了|的|、|各类|各)+(?!种|[项个])")


def _behind(text: str, clauses: Clauses, draft: Draft, following: Sequence[Draft], before: str) -> str:
    """What follows a figure up to the next pause, without the next figure; a list's next item is not its own. `before`
    are the words that stand before it."""
    at = _past_tail(text, draft.end)
    end = clauses.end(at)
    if end == at or text[at] == "）" or edges.reaches(text, at):
        return ""
    if (draft.kind != "count" or draft.unit == "点") and edges.is_mark(text, at):
        return ""
    words_behind = _stretch(text, at, end, following, draft.kind in _COUNTED - {"duration"}, draft.unit)
    if draft.kind == "age":
        words_behind = edges.person(words_behind)
    lasting = draft.kind == "duration" and text.startswith("的", draft.end)
    if (draft.kind in _SHARES and not lasting) or draft.unit in _OCCASIONS:
        return edges.phrase(_plain(words_behind))
    if following and following[0].start < end and following[0].kind in _MEASURED:
        found = _OWNED.search(words_behind, 2)
        words_behind = words_behind[: found.start()] if found else words_behind
    persons = draft.unit in _OF_PERSONS or draft.kind == "age" or (draft.unit is None and draft.kind in _BARE)
    if draft.kind == "rank":
        words_behind = words_behind.split("、")[0]
    owners = nouns.PERSONS if persons and draft.unit != "人" else nouns.BODIES if draft.unit in _OF_BODIES else ()
    return edges.noun(_plain(words_behind), not persons and _opens(text, draft, before), owners)


def _stretch(text: str, at: int, end: int, figures: Sequence[Draft], counted: bool, unit: str | None) -> str:
    """The words from `at` to `end` without the figure between them, and up to the one behind that."""
    following = next(iter(figures), None)
    if following is None or following.start >= end:
        return text[at:end]
    end = min(end, max(at, *(later.start for later in figures[1:]))) if len(figures) > 1 else end
    if text[at : at + 1] in ("、", "和", "及"):
        return ""
    if _is_object(text, following):
        return text[at : max(at, following.start - 1)]
    listed = max([text.rfind(mark, at, following.start) for mark in "、和及+"])
    if listed >= 0 and (
        following.start - listed <= 2 or _same_kind(text[listed + 1 : following.start], unit, following)
    ):
        return text[at:listed]
    if following.kind == "rank":
        return text[at:end]
    if following.kind in _DATED and following.start - at > 1:
        return text[at : following.start]
    between = text[at : _opened(text, following)]
    if (
        counted
        and following.kind == "count"
        and len(between) > 1
        and not between.endswith(_JOINING)
        and nouns.names_only(between.rstrip("的"))
    ):
        return between
    return text[at : _opened(text, following)] + text[_past_tail(text, following.end) : end]


def _same_kind(between: str, unit: str | None, following: Draft) -> bool:
    """300张床位和城西医院|200张床位: whether an item of a list is counted like the one before it."""
    return unit == following.unit and "的" not in between and nouns.names_only(between)


def _past_tail(text: str, at: int) -> int:
    """Behind the words that only bound a figure: 左右, 以上, 的."""
    tail = _TAILS.match(text, at) if text[at : at + 1] in _TAIL_BEGINNINGS else None
    if tail is None:
        return at
    end = tail.end()
    alone = text[end - 2 : end] not in _TAIL_WORDS and text[end - 1] != "的"
    return end - 1 if alone and frequency(text[end - 1 : end + 1]) else end


def _opened(text: str, draft: Draft) -> int:
    """Where a figure begins with the word that bounds it or places it in time: 超过20亿元, 近三年, 连续两年."""
    if draft.qualifier is None:
        return draft.start
    lead = draft.qualifier.split("…")[0]
    return draft.start - len(lead) if text.endswith(lead, 0, draft.start) else draft.start


def _plain(words_behind: str) -> str:
    """The words behind a figure without asides and without 在内."""
    plain = _ASIDE.sub("", words_behind).split("（")[0] if "（" in words_behind else words_behind
    inside = plain.find("在内")
    return (plain[:inside] if inside > 0 else plain).strip("、）+")
