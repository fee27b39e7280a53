"""How alike texts are in their words, without cutting words: the pairs of neighbouring Han characters they share.

before  市图书馆 · 图书捐赠
after   {市图, 图书, 书馆} · {图书, 书捐, 捐赠}, with 图书 in common
"""

from __future__ import annotations

import itertools
import math
import struct
from collections import Counter
from collections.abc import Iterable, Sequence, Set
from functools import cached_property, lru_cache
from typing import Literal

# Fitted to the pieces of pages whose articles are known: how the odds of one matter grow with the cosine.
FLOOR = 0.003
CHANCE = 0.008  # the cosine of short texts of two matters
CHANCE_BY_LENGTH = 0.00006  # …and so much more for each character of the shorter one
STEEPNESS = 1.5
LONGEST = 300  # characters; longer texts tell no more
SHORT = 60  # below so many characters they tell less
MOST = 4.0

_LONGEST_REMEMBERED = 500

_IS_HAN = bytes(0x34 <= high <= 0x9F for high in range(256))
"""Whether characters are Han, by the higher of their two bytes in UTF-16."""

Run = int
"""Some neighbouring characters as one number."""


def pairs(text: str) -> frozenset[Run]:
    """The pairs of neighbouring Han characters in a text; those of a page's paragraphs are asked for more than once."""
    return _remembered_pairs(text) if len(text) <= _LONGEST_REMEMBERED else _runs(text, 2, "I")


@lru_cache(maxsize=256)
def _remembered_pairs(text: str) -> frozenset[Run]:
    return _runs(text, 2, "I")


def triples(text: str) -> frozenset[Run]:
    """The runs of three neighbouring Han characters in a text, which phrases share and chance seldom does."""
    return _runs(text, 3, "Q")


def in_letters(triple: Run) -> str:
    """A run of three characters as text."""
    each = struct.pack("Q", triple)
    return "".join(chr(low | high << 8) for low, high in zip(each[:3], each[3:6]))


def _runs(text: str, size: int, form: Literal["I", "Q"]) -> frozenset[Run]:
    """The runs of so many neighbouring Han characters, each as one number of a form that has room for two bytes of each
    of its characters. No text is made of any run, so that it takes half the time.

    The lower bytes stand first in a number, for they differ most, by which sets find their place for it.
    """
    data = text.encode("utf-16-le", "surrogatepass")
    low, high = data[::2], data[1::2]
    n_runs = max(0, len(low) - size + 1)
    room = struct.calcsize(form)
    numbers = bytearray(n_runs * room)
    han = every = int.from_bytes(high.translate(_IS_HAN), "little")  # a byte for each character
    for at in range(size):
        numbers[at::room] = low[at : at + n_runs]
        numbers[size + at :: room] = high[at : at + n_runs]
        every &= han >> 8 * at
    return frozenset(itertools.compress(memoryview(numbers).cast(form), every.to_bytes(len(low), "little")))


def by_spread(texts: Iterable[Set[Run]], most: int) -> list[Set[Run]]:
    """The runs that any of some texts has, those that two have or more, … up to those that so many have."""
    found: list[set[Run]] = [set() for _ in range(most)]
    for text in texts:
        runs = text
        for known in found:
            again = runs & known
            known |= runs
            runs = again
    return list(found)


class Matter:
    """How much some texts of a page have in common: the cosine of their pairs of characters, rare ones first. Nothing
    is counted before it is first asked. Most pairs stand in one text alone: they count for how much it says in all, by
    their number, and only the others are looked up."""

    def __init__(self, texts: Sequence[str]) -> None:
        self.lengths = [len(text) for text in texts]
        self._texts = texts
        self._norms: list[float | None] = [None for _ in texts]

    @cached_property
    def _pairs(self) -> list[frozenset[Run]]:
        found = {text: pairs(text) for text in set(self._texts)}
        return [found[text] for text in self._texts]

    @cached_property
    def _common(self) -> list[frozenset[Run]]:
        """Of each text the pairs that stand in another one as well."""
        _, again = by_spread(self._pairs, 2)
        return [own & again for own in self._pairs]

    @cached_property
    def _weights(self) -> dict[Run, float]:
        """What each pair weighs that stands in more than one text."""
        spread = Counter(itertools.chain.from_iterable(self._common))
        weights = {n: self._weight(n) for n in set(spread.values())}
        return {pair: weights[n] for pair, n in spread.items()}

    def _weight(self, n_holding: int) -> float:
        """What a pair weighs that stands in so many texts."""
        return math.log(1 + len(self._texts) / n_holding) ** 2

    def _norm(self, index: int) -> float:
        norm = self._norms[index]
        if norm is None:
            common = self._common[index]
            alone = len(self._pairs[index]) - len(common)
            norm = self._norms[index] = math.sqrt(alone * self._weight(1) + self._sum(common))
        return norm

    def _sum(self, some: Iterable[Run]) -> float:
        """The weights of some pairs together, to the last bit the same in whatever order a set gives them."""
        return math.fsum(map(self._weights.__getitem__, some))

    def same(self, one: int, other: int) -> float:
        """The logarithm of the odds that two texts are of one article: about 0 where they are short or the page is all
        of one matter, from -4 (nothing in common) to 4."""
        norm = self._norm(one) * self._norm(other)
        if not norm:
            return 0.0
        cosine = self._sum(self._common[one] & self._common[other]) / norm
        length = min(self.lengths[one], self.lengths[other], LONGEST)
        usual = CHANCE + CHANCE_BY_LENGTH * length
        odds = (STEEPNESS + length / LONGEST) * math.log((cosine + FLOOR) / (usual + FLOOR))
        return max(-MOST, min(MOST, odds)) * min(1.0, length / SHORT)
