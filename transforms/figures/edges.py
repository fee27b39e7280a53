"""The ends of a metric: where words meet, and which words there name nothing.

What leads in (其中, 截至目前) and what only leads to the figure (已达到, 已于, 将) is taken off word by word, never a
part of a word: the 能 of 产能 and the 用 of 费用 look like words that may go. Words are cut only where one might go.

    before  其中再生铝产能已达到 · 减免费用 · 平均增长左右 · 民生实事全部完成
    after   再生铝产能           · 减免费用 · 平均增长     · 民生实事
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache

from transforms.figures.cues import cues
from transforms.lexicon import table, words
from transforms.words import cut, frequency

_LEADS = {row["word"]: row["unless"] for row in table("figures_metric_leads")}
_BOUNDS = [row["word"] for row in table("figures_qualifiers") if row["position"] == "before"]
_BEHIND = [row["word"] for row in table("figures_qualifiers") if row["position"] == "after" and len(row["word"]) > 1]
_LIGHT = frozenset((*(row["word"] for row in table("figures_metric_verbs") if not row["act"]), *_BOUNDS, *_BEHIND))
_ACTS = frozenset(row["word"] for row in table("figures_metric_verbs") if row["act"])
_VERBS = _LIGHT | _ACTS
_CHANGES = cues("change-to")
_TRAILING = frozenset((*cues("only-trailing"), *_CHANGES, *_BOUNDS))
_PREDICATES = frozenset(cues("predicate"))
_PREDICATE = re.compile("|".join(cues("predicate")))
_DONE = frozenset(("已", "已经", "现已"))
_DEEDS = frozenset(cues("deed"))
_DOING = re.compile("|".join(cues("deed")))
_LONG = 24
_NAMELESS = dict.fromkeys(cues("nameless"), "")
_ADVERBS = {word: "" for word in _NAMELESS if word != "为"}
_GOING_ON = tuple(_NAMELESS)
PERSONS = cues("person")
_ENDING = tuple(word for word in PERSONS if word not in ("青年", "少年", "女", "男", "口"))
BODIES = cues("body-of-people")
_ENDS = frozenset(words("figures_metric_predicates"))
_TAKING = frozenset((*words("figures_metric_objects"), *cues("taking")))
_ENDS_BEGIN = frozenset(word[:2] for word in _ENDS if len(word) > 1)
_NOMINAL = cues("nominal")
_APART = frozenset(cues("apart"))
_QUOTES = {"“": "”", "‘": "’", "《": "》"}
_QUOTE = re.compile(f"[{''.join(_QUOTES)}{''.join(_QUOTES.values())}]")
_MARKS = "、）（，.·"
_NEWS = re.compile(r"\A(?:据?(?:新华社|本报|中新社|人民网)[\u4e00-\u9fff]{0,8}?(?:讯|电(?![力网脑子视影价站]))(?:记者)?|[●■▲◆○])")
_LEAST = 2
_RARE = 3
_HEAD = 8
_WINDOW = 16
_LONGEST_LEAD = max(map(len, _LEADS))
_LONGEST_VERB = max(map(len, _VERBS | _TRAILING))


class Joints:
    """Where in a text words of the dictionary begin or end. A word that it does not know is a guess: all of its
    places count, for 已近 and 长约 may be two words. The text is cut when the first place is asked for."""

    def __init__(self, text: str, offset: int = 0) -> None:
        self._text, self._offset = text, offset

    def __contains__(self, place: int) -> bool:
        return place - self._offset in _places(self._text)

    def places(self) -> Collection[int]:
        """The places, counted from the beginning of the text."""
        return _places(self._text)


@lru_cache(maxsize=1024)
def _places(text: str) -> frozenset[int]:
    """Kept for a while, for both ends of a short clause ask for the same ones."""
    found = {0}
    at = 0
    for word in cut(text):
        if not frequency(word) or word in _APART:
            found.update(range(at + 1, at + len(word)))
        at += len(word)
        found.add(at)
    return frozenset(found)


def bare(clause: str) -> str:
    """A clause without the words at its ends that name nothing; of one that names nothing else the verb stays."""
    clause = _NEWS.sub("", without_open_quote(clause)).strip(_MARKS)
    start = _start(clause, _LEADS)
    end = _end(clause, start, _VERBS)
    if end - start < _LEAST:
        end = _end(clause, start, _LIGHT)
    return clause[start:end].strip(_MARKS)


def noun(behind: str, telling: bool, heads: tuple[str, ...]) -> str:
    """What a figure counts of the words behind it: up to the predicate that says the same of all of them.

    `telling` is a figure at the head of its clause: what its noun does says which are meant (6家铝企|获评绿色工厂), and
    goes only from a long clause. Elsewhere the noun ends where any predicate begins (来自33所初中|参加比赛), and
    behind one of the `heads` that belong to the classifier where it has a noun of its own (两位客人|的电话).
    """
    whole = without_open_quote(behind, keep="head").strip(_MARKS)
    found = whole[: _predicate(whole, _PREDICATE, _PREDICATES - _DONE if telling else _PREDICATES)]
    if not telling:
        return phrase(_last_noun(found[: _head(found, heads)]))
    return phrase(found[: _predicate(found, _DOING, _DEEDS)] if len(found) > _LONG else found)


def _last_noun(found: str) -> str:
    """Of a long phrase the noun behind its last 的."""
    tail = found.rpartition("的")[2]
    return tail if len(found) > _LONG and len(tail) > _LEAST else found


def _head(clause: str, heads: tuple[str, ...]) -> int:
    """Where a noun phrase ends: before the first verb or adverb behind a noun. A verb at the head, or one with 的
    behind it, only says more of the noun (出席会议的代表, 群众反映的问题)."""
    if heads is not PERSONS and not _may_end(clause):
        return len(clause)
    parts = cut(clause)
    at, open_until, named = 0, 0, False
    for place, word in enumerate(parts):
        if word == "的":
            if at > open_until and parts[place - 1].endswith(heads):
                return at
            open_until = 0
        elif at >= open_until and _ends_noun(word) and not clause.startswith(_NOMINAL, at + len(word)):
            following = clause.find("的", at)
            if not named:
                if following < 0:
                    return len(clause)
                open_until, named = following, True
            elif clause[at - 1] == "的":
                pass
            elif _adnominal(clause, at + len(word)):
                if parts[place - 1].endswith(heads):
                    return at
            else:
                return len(clause) if heads is PERSONS and len(clause) - at <= _LEAST else at
        at += len(word)
        named = named or word not in _NAMELESS
        if at >= open_until and heads is PERSONS and word.endswith(_ENDING) and _goes_on(clause, at, parts[place + 1 :]):
            return at
    return len(clause)


def _ends_noun(word: str) -> bool:
    """Whether a word ends a noun before it; of one that is only guessed the head decides (提供援助)."""
    made = len(word) == 2 * _LEAST and word[:_LEAST] in _ENDS and frequency(word) <= _RARE
    return word in _ENDS or (made and not word[_LEAST:].startswith(_NOMINAL))


def _goes_on(clause: str, at: int, rest: Sequence[str]) -> bool:
    """Whether what follows a person is no part of who it is: 12名委员|作大会发言, but 党员|干部 and 工人|和学生."""
    part = rest and rest[0].startswith("之")
    return not part and len(clause) - at > _LEAST and not rest[0].endswith((*PERSONS, "的", "和", "与", "及", "、", "等"))


def _may_end(clause: str) -> bool:
    """Whether a clause holds 的 or a character or two with which a word begins that could end a noun phrase."""
    if "的" in clause:
        return True
    return any(
        clause[at] in _ENDS or clause[at : at + 2] in _ENDS_BEGIN for at in range(1, len(clause))
    )


def _adnominal(clause: str, at: int) -> bool:
    """Whether a verb that ends at `at` stands before a noun of its own: 提出的建议, 住过的旅馆."""
    return clause.startswith(("的", "过的", "了的", "出的", "到的"), at)


def tells(behind: str) -> bool:
    """Whether words begin with a verb or an adverb, so that the noun they speak of stands elsewhere."""
    return bool(behind) and (behind[0] in _ENDS or behind[:_LEAST] in _ENDS) and _ends_noun(cut(behind[:_HEAD])[0])


def core(metric: str) -> str:
    """The noun at the head of a metric, without what is said of it: 毕业生 of 毕业生达成意向."""
    return metric[: _head(metric, ())]


def last_verb(before: str) -> str:
    """The verb with which the words before a figure end, so that its object stands behind the figure."""
    word = cut(before[-_HEAD:])[-1].removesuffix("了") if before else ""
    return word if word in _TAKING else ""


def names_only(clause: str) -> bool:
    """Whether no verb or adverb stands behind the noun with which a clause begins."""
    return _head(clause, ()) == len(clause)


def phrase(behind: str) -> str:
    """Words behind a figure without what goes on with it at their head or leads on at their end."""
    found = without_open_quote(behind, keep="head").strip(_MARKS)
    start = _start(found, _ADVERBS)
    return found[start : _end(found, start, _TRAILING)].strip(_MARKS)


def _predicate(clause: str, anywhere: re.Pattern[str], predicates: Collection[str]) -> int:
    """Where the first predicate of a clause begins that has a noun before it (共同 behind 的 goes with the noun)."""
    at = 0
    for word in cut(clause) if anywhere.search(clause, _LEAST) else ():
        if word in predicates and at >= _LEAST and clause[at - 1] != "的":
            return at
        at += len(word)
    return len(clause)


def person(behind: str) -> str:
    """Whose age a figure is: 老年人 of 老年人签约率; all of the words where none of them ends like a person's."""
    at, found = 0, False
    for word in cut(behind):
        if found and not word.endswith(PERSONS):
            return behind[:at]
        at += len(word)
        found = word.endswith(PERSONS)
    return behind


def names_nothing(text: str, at: int) -> bool:
    """Whether the words at `at`, behind a figure, go on with it (降至, 就, 呢) and name nothing."""
    if text.startswith(_CHANGES, at):
        return True
    return text.startswith(_GOING_ON, at) and cut(text[at : at + _HEAD])[0] in _NAMELESS


def is_act(clause: str) -> bool:
    """Whether a clause is no more than what is done to what is counted: 完成 30亿元的投资建设."""
    return clause in _ACTS


def _start(clause: str, leads: Mapping[str, str]) -> int:
    start = 0
    places = Joints(clause[:_WINDOW])
    while start < len(clause):
        width = _longest(clause, start, places, leads)
        if not width:
            break
        start += width
    return start


def _longest(clause: str, start: int, places: Joints, leads: Mapping[str, str]) -> int:
    """How long the longest leading word at `start` is that ends where a word ends and begins no other; 0: none."""
    for width in range(min(_LONGEST_LEAD, len(clause) - start), 0, -1):
        unless = leads.get(clause[start : start + width])
        following = clause[start + width : start + width + 1]
        if unless is not None and not (following and following in unless) and start + width in places:
            return width
    return 0


def _end(clause: str, start: int, verbs: Collection[str]) -> int:
    end = len(clause)
    first = max(start, end - _WINDOW)
    places = Joints(clause[first:], first)
    while end > start:
        for width in range(min(_LONGEST_VERB, end - start), 0, -1):
            if clause[end - width : end] in verbs and end - width in places:
                break
        else:
            return end
        end -= width
    return end


def without_open_quote(clause: str, keep: str = "tail") -> str:
    """Without a quotation mark whose other half lies outside; what is on its far side goes too, unless it has nothing
    on its near side: “现在在院治疗 and 三方达成了“限期设备调试."""
    if not _QUOTE.search(clause):
        return clause
    for opening, closing in _QUOTES.items():
        at = clause.rfind(opening)
        if at >= 0 and closing not in clause[at:]:
            clause = clause[:at] if keep == "head" and at >= _LEAST else clause[at + 1 :]
        at = clause.find(closing)
        if at >= 0 and opening not in clause[:at]:
            clause = clause[at + 1 :] if keep == "tail" and len(clause) - at > _LEAST else clause[:at]
    return clause
