"""Text that remembers where each of its characters came from.

Every cleaning rule takes and returns an `Aligned`: the text as it reads now and, for each of its characters, the place
of the source character that it stands for. Lines cut apart by columns can so be joined, blanks dropped and marks
widened, and each row of the warehouse still leads back to its evidence.

    before  滨 州 市,2024 年    at 0 … 12
    after   滨州市，2024年      at 0 2 4 5 6 7 8 9 11
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple


class Span(NamedTuple):
    """A half-open stretch [start, end) in code points."""

    start: int
    end: int


@dataclass(slots=True)
class Aligned:
    """A text and the source offset of each of its characters (`len(text) == len(at)`).

    It is never changed in place, but not frozen either: to make a frozen one takes two and a half times as long.
    """

    text: str
    at: array[int]

    def __len__(self) -> int:
        return len(self.text)

    def __getitem__(self, part: slice) -> Aligned:
        return Aligned(self.text[part], self.at[part])

    def __add__(self, other: Aligned) -> Aligned:
        return Aligned(self.text + other.text, self.at + other.at)

    def strip(self) -> Aligned:
        """Without the whitespace at both ends."""
        bare = self.text.strip()
        if len(bare) == len(self.text):
            return self
        start = len(self.text) - len(self.text.lstrip())
        return self[start : start + len(bare)]

    def with_text(self, text: str) -> Aligned:
        """The same places under another text of the same length."""
        if len(text) != len(self.text):
            raise ValueError(f"a text of {len(text)} characters can't stand at {len(self.text)} places")
        return Aligned(text, self.at)

    def hull(self) -> Span | None:
        """The smallest stretch of the source that holds all characters that are not whitespace; None without any."""
        text = self.text
        bare = self if text and not (text[0].isspace() or text[-1].isspace()) else self.strip()
        places = sorted(bare.at)  # they nearly always ascend already: a third of the time that `min` and `max` take
        return Span(places[0], places[-1] + 1) if places else None


# A slice of places that are there already is made several times as fast as an array of new ones.
_PLACES = array("i", range(1 << 16))


def aligned(text: str, start: int = 0) -> Aligned:
    """`text` as it stands in the source from `start` on."""
    end = start + len(text)
    return Aligned(text, _PLACES[start:end] if end <= len(_PLACES) else array("i", range(start, end)))


EMPTY = aligned("")


def concat(parts: Iterable[Aligned]) -> Aligned:
    """The parts one behind the other."""
    texts: list[str] = []
    at = array("i")
    for part in parts:
        texts.append(part.text)
        at += part.at
    return Aligned("".join(texts), at)


def drop(source: Aligned, spans: Iterable[Span]) -> Aligned:
    """`source` without the given stretches (offsets in `source.text`, ascending, apart from each other)."""
    kept: list[Aligned] = []
    last = 0
    for span in spans:
        kept.append(source[last : span.start])
        last = span.end
    return concat([*kept, source[last:]]) if kept else source
