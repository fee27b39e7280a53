"""Where the noun that a figure counts ends.

A noun ends before the first verb or adverb behind it. A verb at its head only says more of it, and so does one with 的
behind it; a person or a place ends before what it has.

    before  渔民驶向南沙港 · 参加救灾的司机回到驻地 · 群众反映的事情 · 旅客的行李
    after   渔民           · 参加救灾的司机         · 群众反映的事情 · 旅客
"""

from __future__ import annotations

from collections.abc import Sequence

from transforms.figures.cues import any_of, cues
from transforms.lexicon import words
from transforms.words import cut_quickly, frequency

PERSONS = cues("person")
BODIES = cues("body-of-people")
_WHOLE = tuple(word for word in PERSONS if word not in cues("age-group"))
_JOINED = (*PERSONS, "的", "和", "与", "及", "、", "等")
_PREDICATES = frozenset((*words("figures_metric_predicates"), *cues("predicate")))
_SINGLE = frozenset(word for word in _PREDICATES if len(word) == 1)
_BEGINNINGS = frozenset(word[:2] for word in _PREDICATES if len(word) > 1)
_BEGUN = any_of([*_SINGLE, *_BEGINNINGS])
_TAKING = frozenset((*words("figures_metric_objects"), *cues("taking")))
_NOMINAL = cues("nominal")
_ADNOMINAL = ("的", "过的", "了的", "出的", "到的")
_LIGHT = frozenset(cues("nameless"))
_SHORT = 2
_RARE = 3
_HEAD = 8
_WINDOW = 32


def end(clause: str, owners: tuple[str, ...]) -> int:
    """Where the noun at the head of a clause ends; `owners` are the ends of words behind which 的 is no part of it."""
    if owners is not PERSONS and not _may_end(clause):
        return len(clause)
    parts = cut_quickly(clause[:_WINDOW])
    at, inside, named = 0, 0, False
    for place, word in enumerate(parts):
        if word[0] == "“":
            inside = max(inside, clause.find("”", at))
        if at >= inside and not named and _is_predicate(clause, at, word):
            inside, named = clause.find("的", at), True
            if inside < 0:
                return len(clause)
        elif at > inside and _closes(clause, at, word, parts[place - 1].endswith(owners)):
            return at if owners is not PERSONS or len(clause) - at > _SHORT else len(clause)
        at += len(word)
        named = named or word not in _LIGHT
        if at >= inside and owners is PERSONS and _is_whole(clause, at, parts[place : place + 2]):
            return at
    return len(clause)


def _closes(clause: str, at: int, word: str, owned: bool) -> bool:
    """Whether a word behind a noun is no part of it. `owned` says that the noun ends in an owner: 旅客|的行李."""
    if word == "的":
        return owned
    if clause[at - 1] in "的或、" or not _is_predicate(clause, at, word):
        return False
    return owned or not clause.startswith(_ADNOMINAL, at + len(word))


def _is_predicate(clause: str, at: int, word: str) -> bool:
    return _predicates(word) and not clause.startswith(_NOMINAL, at + len(word))


def _predicates(word: str) -> bool:
    """Whether a word is a verb or an adverb; of one that is hardly a word its head decides (提供援助)."""
    made = len(word) == 2 * _SHORT and word[:_SHORT] in _PREDICATES and frequency(word) <= _RARE
    return word in _PREDICATES or (made and not word[_SHORT:].startswith(_NOMINAL))


def _is_whole(clause: str, at: int, here: Sequence[str]) -> bool:
    """Whether a person ends at `at` and what follows says no more of who it is: 委员|作大会发言, not 党员干部."""
    if not here[0].endswith(_WHOLE) or len(here) < 2 or len(clause) - at <= _SHORT or "的" in clause[at:]:
        return False
    return not here[1].endswith(_JOINED) and not here[1].startswith("之")


def _may_end(clause: str) -> bool:
    """Whether a clause holds 的 or, behind its head, a character or two with which a predicate begins."""
    return "的" in clause or _BEGUN.search(clause, 1) is not None


def tells(behind: str) -> bool:
    """Whether words begin with a verb or an adverb, so that the noun they speak of stands elsewhere."""
    may = behind[:1] in _SINGLE or behind[:2] in _BEGINNINGS
    return may and _predicates(cut_quickly(behind[:_HEAD])[0])


def subject(clause: str) -> str:
    """Whom or what a clause is about: 公司 of 公司召开会议, 走私 of 依法查办走私; nothing without a predicate."""
    parts = cut_quickly(clause[:_WINDOW])
    at, begin = 0, 0
    for word in parts:
        if _is_predicate(clause, at, word):
            if at > begin:
                return clause[begin:at]
            begin = at + len(word)
        at += len(word)
    return clause[begin:] if begin else ""


def core(metric: str) -> str:
    """The noun at the head of a metric, without what is said of it: 学生 of 学生达成意向."""
    return metric[: end(metric, ())]


def names_only(clause: str) -> bool:
    """Whether no verb or adverb stands behind the noun with which a clause begins."""
    return end(clause, ()) == len(clause)


def last_verb(before: str) -> str:
    """The verb with which the words before a figure end, so that its object stands behind the figure: 流转."""
    word = cut_quickly(before[-_HEAD:])[-1].removesuffix("了") if before else ""
    return word if word in _TAKING or (word in _PREDICATES and len(word) >= _SHORT) else ""
