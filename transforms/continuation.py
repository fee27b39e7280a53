"""How likely a text goes on in another one: which characters follow which in newspaper prose.

After 中国人 comes 民 far oftener than anywhere else, after 人民 seldom a full stop. The counts stand in a table of the
lexicon; what they say of a break is a logarithm of odds against the same characters standing together by chance.

    before  …国学文化发展研究会成立大会召 | 开，来自全市的百余名国学爱好者 | 者，都是广大市民
    after   召开 goes on far likelier than 召者
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from functools import cache, lru_cache

from transforms.lexicon import table
from transforms.words import frequency, total_frequency

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
_NOT_HAN = re.compile(r"[^\u3400-\u9fff]")


def normal(text: str) -> str:
    """A text as the counts have it: blanks left out, numerals 0, Latin words A.

    >>> normal("2024年 GDP增长5.5%")
    '0年A增长0'
    """
    return _LATIN.sub("A", _NUMERAL.sub("0", text.replace(" ", "")))


@dataclass(frozen=True, slots=True)
class _Followers:
    total: int
    kinds: int
    counts: dict[str, int]


@cache
def _contexts() -> dict[str, _Followers]:
    contexts = {}
    for row in table("continuations"):
        counts = {pair[0]: int(pair[1:]) for pair in row["followers"].split(" ")}
        contexts[row["context"].replace(NONE, "")] = _Followers(int(row["total"]), int(row["kinds"]), counts)
    return contexts


def _probability(context: str, character: str) -> float:
    """How probable a character is after a context; what was never seen is told by the shorter context."""
    seen = _contexts().get(context)
    if not context:
        assert seen is not None
        return (seen.counts.get(character, 0) + UNSEEN) / (seen.total + UNSEEN * seen.kinds)
    shorter = _probability(context[1:], character)
    if seen is None:
        return shorter
    direct = max(seen.counts.get(character, 0) - DISCOUNT, 0.0)
    return (direct + DISCOUNT * seen.kinds * shorter) / seen.total


def goes_on(before: str, after: str) -> float:
    """The logarithm of the odds that `after` carries `before` on rather than stands there by chance; both as `normal`
    gives them, at least one character each."""
    context = before[-2:]
    score = math.log(_probability(context, after[0]) / _probability("", after[0]))
    if len(after) > 1:
        score += math.log(_probability(context[-1] + after[0], after[1]) / _probability(after[0], after[1]))
    return score


def opens(text: str) -> float:
    """The logarithm of the odds that a text opens a paragraph rather than stands inside one."""
    score = math.log(_probability(START, text[0]) / _probability("", text[0]))
    if len(text) > 1:
        score += math.log(_probability(START + text[0], text[1]) / _probability(text[0], text[1]))
    return score


def shares_a_word(before: str, after: str) -> float:
    """What the dictionary says for one word across a break: how much likelier the characters around it are together.

    About 0 where a word ends at the break anyway: 非常|高兴; some units where one is cut: 学|习.
    """
    left = _NOT_HAN.split(before)[-1][-REACH:]
    right = _NOT_HAN.split(after, maxsplit=1)[0][:REACH]
    if not left or not right:
        return 0.0
    unit = math.log(total_frequency())
    best = 0.0
    for i in range(1, len(left) + 1):
        for k in range(1, min(len(right), LONGEST_WORD - i) + 1):
            n = frequency(left[-i:] + right[:k])
            if n:
                lost = _best_cut(left) - _best_cut(left[:-i]) + _best_cut(right) - _best_cut(right[k:])
                best = max(best, math.log(n) - unit - lost)
    return best


@lru_cache(maxsize=100_000)
def _best_cut(text: str) -> float:
    """The logarithm of the probability of a text's best words."""
    unit = math.log(total_frequency())
    best = [0.0]
    for end in range(1, len(text) + 1):
        best.append(max(best[at] + _word(text[at:end], unit) for at in range(max(0, end - LONGEST_WORD), end)))
    return best[-1]


def _word(word: str, unit: float) -> float:
    n = frequency(word)
    if n:
        return math.log(n) - unit
    return UNKNOWN if len(word) == 1 else len(word) * UNKNOWN
