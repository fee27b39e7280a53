"""How likely a text goes on in another one: which characters follow which in newspaper prose.

After 中国人 comes 民 far oftener than anywhere else, after 人民 seldom a full stop. The counts stand in a table of the
lexicon; what they say of a break is a logarithm of odds against the same characters standing together by chance.

    before  …国学文化发展研究会成立大会召 | 开，来自全市的百余名国学爱好者 | 者，都是广大市民
    after   召开 goes on far likelier than 召者
"""

from __future__ import annotations

import math
import re
from array import array
from collections.abc import Iterable
from functools import cache, lru_cache

from transforms.lexicon import by_first
from transforms.words import dictionary, total_frequency

START = "^"
END = "$"
NONE = "∅"  # the table's name for no context at all
DISCOUNT = 0.75  # of absolute discounting: what a seen follower gives up to the unseen ones
REACH = 4  # so many characters on each side of a break are looked at for words
LONGEST_WORD = 5
UNKNOWN = -15.0  # the logarithm of the probability of a character that is no word
UNSEEN = 0.5

_NUMERAL = re.compile(r"[0-9.%]+")
_LATIN = re.compile(r"[A-Za-z]+")
_NOT_NORMAL = re.compile("[ 0-9.%A-Za-z]")
_NOT_HAN = re.compile(r"[^\u3400-\u9fff]")
_HAN_FIRST = re.compile(rf"[\u3400-\u9fff]{{0,{REACH}}}")


def normal(text: str) -> str:
    """A text as the counts have it: blanks left out, numerals 0, Latin words A.

    >>> normal("2024年 GDP增长5.5%")
    '0年A增长0'
    """
    if not _NOT_NORMAL.search(text):
        return text
    return _LATIN.sub("A", _NUMERAL.sub("0", text.replace(" ", "")))


class _Followers:
    """What stands behind a context: how many characters in all, how many kinds, and each that is seen often.

    The last as their `characters` and how often each was seen: as dictionaries they would be a few million objects in
    30 MB. To find a character in a text of at most a few hundred, the commonest first, takes hardly longer.
    """

    __slots__ = ("_numbers", "characters", "kinds", "total", "unseen")

    def __init__(self, row: str) -> None:
        total, kinds, followers = row.split("\t")
        listed = followers.split(" ")
        self.characters = "".join([each[0] for each in listed])
        self._numbers = array("I", [int(each[1:]) for each in listed])
        self.total = int(total)
        self.kinds = int(kinds)
        self.unseen = DISCOUNT * self.kinds  # what the seen ones give up to the others

    def count(self, character: str) -> int:
        """How often a character was seen; 0 where seldom."""
        at = self.characters.find(character)
        return self._numbers[at] if at >= 0 else 0


@cache
def _contexts() -> dict[str, str | _Followers]:
    """What stands behind each context, as in the table until it is first asked for."""
    contexts: dict[str, str | _Followers] = {**by_first("continuations")}
    contexts[""] = contexts.pop(NONE)
    return contexts


def _behind(context: str) -> _Followers | None:
    """What stands behind a context; none where it was seldom seen."""
    found = _contexts().get(context)
    if isinstance(found, str):
        found = _contexts()[context] = _Followers(found)
    return found


@lru_cache(maxsize=10_000)
def _alone(character: str) -> float:
    """How probable a character is anywhere."""
    seen = _behind("")
    assert seen is not None
    return (seen.count(character) + UNSEEN) / (seen.total + UNSEEN * seen.kinds)


def _after(seen: _Followers | None, character: str, otherwise: float) -> float:
    """How probable a character is after a context; what was never seen there is told by the shorter context, behind
    which it is as probable as `otherwise`."""
    if seen is None:
        return otherwise
    return (max(seen.count(character) - DISCOUNT, 0.0) + seen.unseen * otherwise) / seen.total


class Tail:
    """The end of a text, made ready to be compared with many heads. What `follows` says that a character was seen
    behind the last one; where it was not, it was not behind the last two, and neither are the two of them a context."""

    __slots__ = ("before", "follows", "han", "last")

    def __init__(self, text: str) -> None:
        context = normal(text)[-2:] if _NOT_NORMAL.search(text[-2:]) else text[-2:]
        self.last = context[-1:]
        self.before = [seen for own in _shorter_first(context) if (seen := _behind(own)) is not None]
        self.follows = self.before[0].characters.__contains__ if self.before else _nothing.__contains__
        han = text[-REACH:]
        self.han = _NOT_HAN.split(han)[-1] if _NOT_HAN.search(han) else han


_nothing: frozenset[str] = frozenset()


def _shorter_first(context: str) -> tuple[str, ...]:
    return (context[1:], context) if len(context) > 1 else (context,)


class Head:
    """The beginning of a text, made ready to be compared with many tails."""

    __slots__ = ("alone", "first", "han", "initial", "second", "second_alone")

    def __init__(self, text: str) -> None:
        start = normal(text)[:2] if _NOT_NORMAL.search(text[:2]) else text[:2]
        self.first = start[0]
        self.alone = _alone(self.first)
        self.second = start[1:]
        if self.second:
            self.second_alone = _after(_behind(self.first), self.second, _alone(self.second))
        han = _HAN_FIRST.match(text)
        self.han = han.group() if han else ""
        self.initial = self.han[:1]


def odds(tail: Tail, head: Head) -> float:
    """The logarithm of the odds that a head carries a tail on rather than stands there by chance."""
    first, likely = head.first, head.alone
    for seen in tail.before:
        n = seen.count(first)
        likely = ((n - DISCOUNT if n else 0.0) + seen.unseen * likely) / seen.total
    score = math.log(likely / head.alone)
    both = _behind(tail.last + first) if head.second and tail.follows(first) else None
    if both is None:
        return score
    return score + math.log(_after(both, head.second, head.second_alone) / head.second_alone)


def odds_of_the_unseen(tail: Tail) -> float:
    """What `odds` says, but for rounding, of all heads whose first character was never seen behind the tail's last."""
    return math.log(math.prod([seen.unseen / seen.total for seen in tail.before]))


def words_begun(tail: Tail, characters: Iterable[str]) -> set[str]:
    """Of some Han characters those with which a text may begin so that a word stands across the break before it."""
    known, some = dictionary().__contains__, list(characters)
    parts = filter(known, [tail.han[at:] for at in range(len(tail.han))])
    return {word[-1] for part in parts for word in filter(known, map(part.__add__, some))}


def opens_with(head: Head) -> float:
    """The logarithm of the odds that a head opens a paragraph rather than stands inside one."""
    return odds(_start(), head)


@cache
def _start() -> Tail:
    return Tail(START)


def word_across(tail: Tail, head: Head) -> float:
    """What the dictionary says for one word across a break: how much likelier the characters around it are together.

    About 0 where a word ends at the break anyway: 非常|高兴; some units where one is cut: 学|习. The dictionary also
    holds all that its words begin with, so what it lacks begins no word.
    """
    left, right = tail.han, head.han
    if not left or not right:
        return 0.0
    known = dictionary()
    best = 0.0
    for i in range(1, len(left) + 1):
        part = left[-i:]
        if part + right[0] not in known:
            continue
        for k in range(1, min(len(right), LONGEST_WORD - i) + 1):
            n = known.get(part + right[:k], 0)
            if n:
                cuts = _best_cuts(left)
                lost = cuts[-1] - cuts[-1 - i] + _best_cuts(right)[-1] - _best_cuts(right[k:])[-1]
                best = max(best, math.log(n) - _unit() - lost)
    return best


@lru_cache(maxsize=4096)
def _best_cuts(text: str) -> list[float]:
    """The logarithm of the probability of the best words of a text's first characters: of none, of one, … of all."""
    times, unit = dictionary().get, _unit()
    best = [0.0]
    for end in range(1, len(text) + 1):
        most = -math.inf
        for at in range(max(0, end - LONGEST_WORD), end):
            n = times(text[at:end])
            found = best[at] + (math.log(n) - unit if n else (end - at) * UNKNOWN)
            if found > most:
                most = found
        best.append(most)
    return best


@cache
def _unit() -> float:
    """The logarithm of how often all words are counted."""
    return math.log(total_frequency())
