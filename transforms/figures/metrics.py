"""The words that say what was counted or measured.

A figure with a classifier has its noun behind it, a figure at the end of its clause has its subject before it; a clause
without a subject of its own takes that of the figure before.

    before  拥有237家涉铝企业 · 全社会研发投入占GDP比达到3.72%，连续三年保持山东省第1位 · 发放宣传材料36.9万件
    after   涉铝企业          · 全社会研发投入占GDP比, both ranks and shares           · 发放宣传材料
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from transforms.figures.draft import Draft
from transforms.lexicon import table, words

_BOUNDS = [row["word"] for row in table("figures_qualifiers") if row["position"] == "before"]
_BOUND_WORDS = sorted({*words("figures_metric_verbs"), *_BOUNDS}, key=len, reverse=True)
_UNLESS = {row["word"]: f"(?![{row['unless']}])" for row in table("figures_metric_leads") if row["unless"]}
_LEADS = re.compile(rf"(?:{'|'.join(word + _UNLESS.get(word, '') for word in words('figures_metric_leads'))})+")
_VERBS = re.compile(rf"(?:{'|'.join(_BOUND_WORDS)})+\Z")
_TAILS = re.compile(rf"(?:{'|'.join(words('figures_metric_tails'))})+")
_OBJECTS = re.compile(rf"(?:{'|'.join(words('figures_metric_objects'))})(?![率量额数者项中业机部站点费面人])")
_BREAK = re.compile(r"[，。；：！？\n]")
_ASIDE = re.compile(r"（[^（）]*）")
_PLACE = (
    r"(?:(?:全[国省市县区球]|全?世界|亚洲|[国省市]内|[\u4e00-\u9fff]{2,3}[省市县州]|各[省市]|同?行业|同类|我[国省市])"
    r"(?:各[省市县区]|同行业|同类|城市|企业)?(?:的|前列)?)"
)
_RANK_TAIL = re.compile(
    rf"(?:连续(?:.{{1,3}}年)?)?(?:均|都|继续|仍|已|分别|再次|首次|一直|稳|并|还)*"
    rf"(?:保持|[位跃稳]?居|[位名]?列|排名?|跻身|处|跃?升|荣?获得?|夺得|取得|达|干|做|位|放|摆)?[在于了到至]?{_PLACE}*\Z"
)
_WIDTH = 60
_LONG = 16
_DATED = frozenset(("date", "time"))


def assign(text: str, drafts: Sequence[Draft]) -> None:
    """Sets the metric of each figure that is neither a label nor a date."""
    figures = [draft for draft in drafts if not draft.label]
    previous: Draft | None = None
    for place, draft in enumerate(figures):
        if draft.kind in _DATED:
            continue
        if previous is not None and text.find("\n", previous.end, draft.start) >= 0:
            previous = None
        following = figures[place + 1] if place + 1 < len(figures) else None
        begin = _clause_start(text, draft.start)
        before = _before(text, draft, figures, place, begin)
        draft.metric = _metric(text, draft, before, _behind(text, draft, following), previous) or None
        if draft.kind != "duration" or previous is None:
            previous = draft


def _metric(text: str, draft: Draft, before: str, behind: str, previous: Draft | None) -> str:
    """Chooses between the words before and behind a figure, by its kind and by what follows it at once."""
    inherited = previous.metric or "" if previous else ""
    if draft.kind == "rank":
        return _ranked(before, behind, inherited)
    if draft.kind == "duration":
        return _lasting(draft, before, behind, inherited)
    if draft.infix == "级" and behind:
        return behind
    if text[draft.end : draft.end + 1] == "的" and behind:
        return behind if draft.kind == "percent" or len(before) < 2 else before + behind
    if draft.kind in ("count", "number", "age") and behind:
        return behind
    if draft.kind in ("quantity", "money") and behind and len(before) <= 4:
        return inherited if previous and _side_by_side(previous, draft) else behind
    return _measured(draft, before, behind, previous)


_CHANGE = re.compile(
    rf"(?:[比较](?:上|去|前)?.{{1,3}}|同比|环比|年均|平均|累计|再|又|分别|实际|名义|[高低]于.{{1,4}}|比例|占比|比重)*"
    rf"(?:{'|'.join(words('figures_directions'))})?"
)


def _measured(draft: Draft, before: str, behind: str, previous: Draft | None) -> str:
    """The clause before a figure that has no noun behind it; where it has no subject, that of the figure before."""
    inherited = previous.metric or "" if previous else ""
    if before.startswith("占") or _CHANGE.fullmatch(before):
        return inherited if inherited.endswith(before) else inherited + before
    if len(before) < 2:
        return inherited if previous and _side_by_side(previous, draft) else before or behind or inherited
    return before


def _side_by_side(previous: Draft, draft: Draft) -> bool:
    return previous.unit == draft.unit and draft.start - previous.end <= 4


def _ranked(before: str, behind: str, inherited: str) -> str:
    """A rank speaks of what its clause, or the figure before it, measured: …占GDP比达3.72%，列全省第一位."""
    found = _RANK_TAIL.search(before)
    subject = before[: found.start()] if found else before
    if len(subject) < 2:
        return inherited or subject or behind or before
    return subject if not subject.startswith(("数量", "总量", "规模")) or len(subject) > 3 else inherited + subject


_PREDICATES = ("保持", "位居", "居", "列", "稳居", "增长", "下降", "实现", "排名", "位列", "名列")


def _lasting(draft: Draft, before: str, behind: str, inherited: str) -> str:
    """连续三年保持…: the predicate with its subject; 近三年…: what the clause measures; 50分钟: what takes so long."""
    if draft.qualifier == "连续":
        return (before or inherited if behind.startswith(_PREDICATES) else "") + behind or before
    if draft.qualifier == "近" or (draft.period is not None and not before):
        return before + behind
    return behind if behind and len(before) < 3 else before or behind


def _clause_start(text: str, at: int) -> int:
    """Where the clause before a figure begins; an aside in brackets belongs to the clause that it stands in."""
    start = max(0, at - _WIDTH)
    for found in _BREAK.finditer(text, start, at):
        start = found.end()
    return start


def _before(text: str, draft: Draft, figures: Sequence[Draft], place: int, begin: int) -> str:
    """The clause before a figure without what leads in, without other figures and dates, and without the verb."""
    pieces: list[str] = []
    end = draft.start
    for other in reversed(figures[max(0, place - 4) : place]):
        if other.end <= begin:
            break
        tail = _TAILS.match(text, other.end)
        pieces.append(text[min(end, tail.end() if tail else other.end) : end])
        if other.kind not in _DATED and not (other.kind == "duration" and other.qualifier in ("近", "连续")):
            return _trimmed("".join(reversed(pieces)), draft.kind == "rank")
        end = min(end, other.start)
    pieces.append(text[begin : max(begin, end)])
    return _trimmed("".join(reversed(pieces)), draft.kind == "rank")


def _trimmed(clause: str, whole: bool) -> str:
    """A clause without its asides, its connectives and its verb; of a long one only the object, if not `whole`."""
    clause = _ASIDE.sub("", clause).lstrip("、和与")
    opened = clause.rfind("（")
    if opened >= 0:
        clause = clause[:opened] if opened > 2 else clause[opened + 1 :]
    lead = _LEADS.match(clause)
    clause = clause[lead.end() :] if lead else clause
    verbs = _VERBS.search(clause)
    clause = (clause[: verbs.start()] if verbs else clause).strip("、）（")
    return _object(clause) if not whole and len(clause) > _LONG else clause


def _object(clause: str) -> str:
    """Of a long clause what follows its last verb, or its last 的 where that leaves a noun."""
    last = max((found.end() for found in _OBJECTS.finditer(clause)), default=0)
    if last and len(clause) - last >= 3:
        clause = clause[last:].lstrip("了的各类")
    head, _, tail = clause.rpartition("的")
    return tail if head and len(tail) >= 4 and len(clause) > 24 else clause


def _behind(text: str, draft: Draft, following: Draft | None) -> str:
    """What follows a figure up to the next pause, without the next figure; a list's next item is not its own."""
    tail = _TAILS.match(text, draft.end)
    at = tail.end() if tail else draft.end
    stop = _BREAK.search(text, at, at + _WIDTH)
    end = stop.start() if stop else min(len(text), at + _WIDTH)
    if following is None or following.start >= end:
        return _noun(text[at:end])
    if text[at : at + 1] in ("、", "和", "及"):
        return ""
    listed = max(text.rfind(mark, at, following.start) for mark in "、和及+")
    if listed >= 0 and following.start - listed <= 2:
        return _noun(text[at:listed])
    if following.kind == "rank":
        return _noun(text[at:end])
    return _noun(text[at : following.start] + text[following.end : end])


def _noun(words_behind: str) -> str:
    """The noun phrase at the head of the words behind a figure: without asides and without 在内."""
    plain = _ASIDE.sub("", words_behind).split("（")[0]
    inside = plain.find("在内")
    return (plain[:inside] if inside > 0 else plain).strip("、）+")
