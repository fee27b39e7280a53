"""The ends of a metric: where words meet, and which words there name nothing.

What leads in (其中, 截至目前) and what only leads to the figure (已达到, 已于, 将) is taken off word by word, never a
part of a word: the 能 of 产能 and the 用 of 费用 look like words that may go. Words are cut only where one might go.

    before  其中再生铝产能已达到 · 减免费用 · 平均增长左右 · 民生实事全部完成
    after   再生铝产能           · 减免费用 · 平均增长     · 民生实事
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from functools import lru_cache

from transforms.figures import nouns
from transforms.figures.cues import cues
from transforms.lexicon import table, words
from transforms.words import cut_quickly, dictionary, frequency

_LEADS = {row["word"]: row["unless"] for row in table("figures_metric_leads")}
_BOUNDS = [row["word"] for row in table("figures_qualifiers") if row["position"] == "before"]
_BEHIND = [row["word"] for row in table("figures_qualifiers") if row["position"] == "after" and len(row["word"]) > 1]
_LIGHT = frozenset((*(row["word"] for row in table("figures_metric_verbs") if not row["act"]), *_BOUNDS, *_BEHIND))
ACTS = frozenset(row["word"] for row in table("figures_metric_verbs") if row["act"])
"""What is done to what is counted, and no name of it: 完成 30亿元的投资建设."""
_VERBS = _LIGHT | ACTS
_TRAILING = frozenset((*cues("only-trailing"), *_BOUNDS))
_PREDICATE = re.compile("|".join(cues("predicate")))
_TELLING = frozenset(cues("predicate")) - {"已", "已经", "现已"}
_DEEDS = frozenset(cues("deed"))
_DOING = re.compile("|".join(cues("deed")))
_LONG = 24
_NAMELESS = dict.fromkeys(cues("nameless"), "")
_ADVERBS = {word: "" for word in _NAMELESS if word != "为"}
_GOING_ON = tuple(_NAMELESS)
_APART = frozenset(cues("apart"))
_QUOTES = {"“": "”", "‘": "’", "《": "》"}
_QUOTE = re.compile(f"[{''.join(_QUOTES)}{''.join(_QUOTES.values())}]")
_MARKS = "、）（，.·"
_NEWS = re.compile(
    r"\A(?:据?(?:新华社|本报|中新社|人民网)[\u4e00-\u9fff]{0,8}?(?:讯|电(?![力网脑子视影价站]))(?:记者)?|[●■▲◆○]|[0-9]{1,2}[、．])"
)
_CHANGE = "|".join((*words("figures_directions"), *cues("change")))
_REACH = f"(?:(?:{'|'.join(cues('suddenly'))})?(?:{_CHANGE})了?(?:[到至成]|(?<![幅速产收])为))+"
_REACHES = re.compile(_REACH)
_REACHED = re.compile(f"{_REACH}\\Z")
_REACH_BEGINNINGS = frozenset(word[0] for word in (*words("figures_directions"), *cues("change"), *cues("suddenly")))
_GOING_ON_BEGINNINGS = _REACH_BEGINNINGS.union("到至", (word[0] for word in _GOING_ON))
_REACHED_MARKS = cues("mark-reached")
_TO = frozenset("到至为成")
_NEWS_BEGINNINGS = frozenset("据新本中人●■▲◆○0123456789")
_LEAST = 2
_LONGEST_WORD = 16  # of the dictionary
_HEAD = 8
_WINDOW = 16


def _widths(some: Iterable[str], place: int) -> dict[str, tuple[int, ...]]:
    """How long the words with a character at `place` are, longest first."""
    found: defaultdict[str, set[int]] = defaultdict(set)
    for word in some:
        found[word[place]].add(len(word))
    return {char: tuple(sorted(widths, reverse=True)) for char, widths in found.items()}


_LEAD_WIDTHS = _widths((*_LEADS, *_ADVERBS), 0)
_VERB_WIDTHS = _widths(_VERBS | _TRAILING, -1)


def is_joint(text: str, place: int) -> bool:
    """Whether words of the dictionary meet at a place in a text. One that it does not know is a guess: all of its
    places count, for 已近 and 长约 may be two words. So nothing is cut where no word could reach across the place."""
    known = dictionary()
    for start in range(place - 1, max(-1, place - _LONGEST_WORD), -1):
        if text[start : place + 1] in known:
            break
    else:
        return True
    at = 0
    for word in _cut(text):
        if at + len(word) > place:
            return at == place or not known.get(word) or word in _APART
        at += len(word)
    return at == place


_cut = lru_cache(maxsize=1024)(cut_quickly)
"""Kept for a while, for both ends of a short clause ask for the same words."""


def bare(clause: str) -> str:
    """A clause without the words at its ends that name nothing; of one that names nothing else the verb stays."""
    clause = without_open_quote(clause)
    if clause[:1] in _NEWS_BEGINNINGS:
        clause = _NEWS.sub("", clause)
    clause = clause.strip(_MARKS)
    start = _start(clause, _LEADS)
    end = _end(clause, start, _VERBS)
    if end - start < _LEAST:
        end = _end(clause, start, _LIGHT)
    return clause[start : _before_reaching(clause, start, end, _VERBS)].strip(_MARKS)


@lru_cache(maxsize=4096)
def noun(behind: str, telling: bool, owners: tuple[str, ...]) -> str:
    """What a figure counts of the words behind it: up to the predicate that says the same of all of them.

    `telling` is a figure at the head of its clause: what its noun does says which are meant (6家铝企|获评绿色工厂), and
    goes only from a long clause. Elsewhere the noun ends where any predicate begins (来自三所小学|参加比赛), and
    behind one of the `owners` that go with the classifier where that has something (两位旅客|的行李).
    """
    whole = without_open_quote(behind, keep="head").strip(_MARKS)
    if not telling:
        return phrase(_last_noun(whole[: nouns.end(whole, owners)]))
    found = whole[: _predicate(whole, _PREDICATE, _TELLING)]
    return phrase(found[: _predicate(found, _DOING, _DEEDS)] if len(found) > _LONG else found)


def _last_noun(found: str) -> str:
    """Of a long phrase the noun behind its last 的."""
    tail = found.rpartition("的")[2]
    return tail if len(found) > _LONG and len(tail) > _LEAST else found


@lru_cache(maxsize=4096)
def phrase(behind: str) -> str:
    """Words behind a figure without what goes on with it at their head or leads on at their end."""
    found = without_open_quote(behind, keep="head").strip(_MARKS)
    start = _start(found, _ADVERBS)
    return found[start : _before_reaching(found, start, _end(found, start, _TRAILING), _TRAILING)].strip(_MARKS)


def _predicate(clause: str, anywhere: re.Pattern[str], predicates: Collection[str]) -> int:
    """Where the first predicate of a clause begins that has a noun before it (共同 behind 的 goes with the noun)."""
    at = 0
    for word in cut_quickly(clause) if anywhere.search(clause, _LEAST) else ():
        if word in predicates and at >= _LEAST and clause[at - 1] != "的":
            return at
        at += len(word)
    return len(clause)


def person(behind: str) -> str:
    """Whose age a figure is: 老年人 of 老年人签约率; all of the words where none of them ends like a person's."""
    at, found = 0, False
    for word in cut_quickly(behind):
        if found and not word.endswith(nouns.PERSONS):
            return behind[:at]
        at += len(word)
        found = word.endswith(nouns.PERSONS)
    return behind


def names_nothing(text: str, at: int) -> bool:
    """Whether the words at `at`, behind a figure, go on with it (降至, 就, 呢) and name nothing."""
    if text[at : at + 1] not in _GOING_ON_BEGINNINGS:
        return False
    if text.startswith(("到", "至"), at) or reaches(text, at):
        return True
    return text.startswith(_GOING_ON, at) and cut_quickly(text[at : at + _HEAD])[0] in _NAMELESS


def reaches(text: str, at: int) -> bool:
    """Whether a figure is the one that another grows or shrinks from: 从两千元|猛增至五千元."""
    return text[at : at + 1] in _REACH_BEGINNINGS and bool(_REACHES.match(text, at))


def is_mark(text: str, at: int) -> bool:
    """Whether an amount is a mark that is reached (百亿元|大关) or one to compare with (去年的6%|相比)."""
    return text.startswith(_REACHED_MARKS, at)


def ends_in(clause: str, verbs: Collection[str]) -> bool:
    """Whether the last word of a clause ends with one of these verbs that is a word of its own: 老板|说, not 小说."""
    last = cut_quickly(clause[-_HEAD:])[-1]
    return last in verbs or not frequency(last)


def _start(clause: str, leads: Mapping[str, str]) -> int:
    start = 0
    while clause[start : start + 1] in _LEAD_WIDTHS and (width := _longest(clause, start, leads)):
        start += width
    return start


def _longest(clause: str, start: int, leads: Mapping[str, str]) -> int:
    """How long the longest leading word at `start` is that ends where a word ends and begins no other; 0: none."""
    for width in _LEAD_WIDTHS[clause[start]]:
        end = start + width
        unless = leads.get(clause[start:end]) if end <= len(clause) else None
        if unless is None:
            continue
        if end == len(clause) or (clause[end] not in unless and end <= _WINDOW and is_joint(clause[:_WINDOW], end)):
            return width
    return 0


def _end(clause: str, start: int, verbs: Collection[str]) -> int:
    end = len(clause)
    first = max(start, end - _WINDOW)
    while end > start:
        for width in _VERB_WIDTHS.get(clause[end - 1], ()):
            begin = end - width
            known = begin >= start and clause[begin:end] in verbs
            if known and (begin == first or is_joint(clause[first:], begin - first)):
                break
        else:
            return end
        end = begin
    return end


def _before_reaching(clause: str, start: int, end: int, verbs: Collection[str]) -> int:
    """Where the words end before a verb of change with 到, 至, 为 or 成, whose last letter may be gone: 税率|降至."""
    stop = end + (clause[end : end + 1] in _TO)
    if clause[stop - 1 : stop] not in _TO:
        return end
    reached = _REACHED.search(clause, max(start, end - _HEAD), stop)
    return _end(clause[: reached.start()], start, verbs) if reached else end


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
