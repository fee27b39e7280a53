"""jieba's default mode over jieba's own dictionary, in time proportional to the text.

jieba copies the whole path at every character while it looks for unknown words, so that a long run of them takes time
squared. Here the same sums are made in the same order with pointers back instead of copies; the words are the same.

    before  魏桥国科研究院
    after   魏桥 / 国科 / 研究院

The likeliest reading by the dictionary can also be had from elsewhere (`Segmenter.finish`): rjieba finds it twenty
times as fast, by the same sums to the last bit. What it makes of single characters is another thing: its runs of Latin
letters and digits end elsewhere. So these are always cut here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property, lru_cache
from math import log

from jieba.finalseg import Force_Split_Words, emit_P, start_P, trans_P

# jieba's own: what its dictionary may hold, what its model of unknown words reads, and the logarithm of nothing.
_BLOCK = re.compile(r"([\u4E00-\u9FD5a-zA-Z0-9+#&\._%\-]+)")
_SPACE = re.compile(r"(\r\n|\s)")
HAN_RUN = re.compile(r"([\u4E00-\u9FD5]+)")
_LATIN = re.compile(r"([a-zA-Z0-9]+(?:\.\d+)?%?)")
# Two pieces or more in a row of which none is a word of two characters, a mark or a blank. The pattern begins with a
# literal mark, for which Python's engine looks much faster than for any class of characters.
_CUT = "\0"
_PIECE = r"\0(?:[\u4E00-\u9FD5+#&._%\-]|[a-zA-Z0-9]++)"
_RUN = re.compile(rf"{_PIECE}{_PIECE}(?=\0)(?:{_PIECE}(?=\0))*")
_MIN_FLOAT = -3.14e100
_BEFORE = {
    "B": ("S", "E"),
    "M": ("M", "B"),
    "E": ("M", "B"),
    "S": ("S", "E"),
}  # the greater letter first: of equal sums jieba takes it

# A longer block is cut where no word of the dictionary reaches across; sums of such length differ from jieba's by less
# than the last bit of a single one.
_LONGEST_BLOCK = 50_000

# Runs of single characters are short and come again and again; longer ones are not worth their room.
_REMEMBERED_RUNS = 16_384
_LONGEST_REMEMBERED = 16

_NO_WORD = 1.0  # no logarithm of a share is above 0: neither a word nor the beginning of one


class Segmenter:
    """Cuts text as `jieba.lcut` does, over the frequencies of a jieba dictionary (prefixes of words count 0)."""

    def __init__(self, frequencies: Mapping[str, int], total: int) -> None:
        self._frequencies = frequencies
        self._log_total = log(total)
        self._remembered = lru_cache(maxsize=_REMEMBERED_RUNS)(self._cut_parted)

    @cached_property
    def _scores(self) -> dict[str, float | None]:
        return {word: log(n) - self._log_total if n else None for word, n in self._frequencies.items()}

    @cached_property
    def _single(self) -> dict[str, float | None]:
        return {word: score for word, score in self._scores.items() if len(word) == 1}

    def cut(self, text: str) -> list[str]:
        """The words of `text`; they join to `text`."""
        words: list[str] = []
        for number, block in enumerate(_BLOCK.split(text)):
            if number % 2:
                words += self._cut_block(block)
            elif block:
                words += cut_marks(block)
        return words

    def finish(self, pieces: Iterable[str]) -> list[tuple[str, ...]]:
        """The words of texts from the likeliest reading of them by the dictionary: what `cut` gives for all of each.

        `pieces` are words of the dictionary and, between them, characters that belong to none, of which letters and
        digits in a row may be one piece: 占 / 87 / . / 5 / % / 以上 → 占 / 87.5% / 以上. U+0000 is a piece between two
        texts, and stands nowhere else.
        """
        # One string, so that a pattern finds the runs: a loop over the pieces takes three times as long.
        found = _RUN.sub(self._cut_found, f"{_CUT}{_CUT.join(pieces)}{_CUT}")
        return [tuple(text.split(_CUT)) if text else () for text in found[1:-1].split(_CUT * 3)]

    def _cut_found(self, run: re.Match[str]) -> str:
        parted = run[0]
        return self._remembered(parted) if len(parted) <= _LONGEST_REMEMBERED else self._cut_parted(parted)

    def _cut_parted(self, parted: str) -> str:
        return _CUT + _CUT.join(self._cut_run(parted.replace(_CUT, "")))

    def read(self, block: str) -> list[str]:
        """A block without marks as the dictionary alone reads it."""
        ends = self._ends(block)
        return [block[start:end] for start, end in zip([0, *ends], ends)]

    def _cut_block(self, block: str) -> list[str]:
        """Words of the dictionary as they stand; runs of single characters are looked through for unknown words."""
        words: list[str] = []
        start = run = 0
        for end in self._ends(block):
            if end - start > 1:
                if run < start:
                    words += self._cut_run(block[run:start])
                words.append(block[start:end])
                run = end
            start = end
        if run < start:
            words += self._cut_run(block[run:])
        return words

    def _cut_run(self, run: str) -> Iterable[str]:
        return run if len(run) < 2 or self._frequencies.get(run) else cut_unknown(run)

    def _ends(self, block: str) -> list[int]:
        """Where the words of the likeliest reading end."""
        ends: list[int] = []
        first, whole = 0, len(block)
        while first < whole:
            last = whole if whole - first <= _LONGEST_BLOCK else self._safe_cut(block, first + _LONGEST_BLOCK)
            route = self._route(block, first, last)
            at = first
            while at < last:
                at = route[at - first]
                ends.append(at)
            first = last
        return ends

    def _route(self, block: str, first: int, last: int) -> list[int]:
        """For each place from `first` the end of the word that begins there in the likeliest reading up to `last`."""
        score_of, single_of, unknown = self._scores.get, self._single.get, log(1) - self._log_total
        sums = [0.0] * (last - first + 1)
        ends = [0] * (last - first)
        for start in range(last - 1, first - 1, -1):
            best_end = start + 1
            score = single_of(block[start], _NO_WORD)
            best = None if score is None or score is _NO_WORD else score + sums[best_end - first]
            for end in range(start + 2, last + 1) if score is not _NO_WORD else ():
                score = score_of(block[start:end], _NO_WORD)
                if score is None:
                    continue
                if score is _NO_WORD:
                    break
                total = score + sums[end - first]
                if best is None or total >= best:
                    best, best_end = total, end
            sums[start - first] = unknown + sums[start + 1 - first] if best is None else best
            ends[start - first] = best_end
        return ends

    def _safe_cut(self, block: str, place: int) -> int:
        """The first place from `place` on that no word of the dictionary reaches across."""
        reach = start = place - 1
        while start < len(block):
            end = start + 1
            while end <= len(block) and block[start:end] in self._scores:
                end += 1
            reach = max(reach, end - 1, start + 1)
            start += 1
            if reach <= start:
                return start
        return len(block)


def cut_marks(block: str) -> Iterator[str]:
    """What is neither Han nor Latin: blanks as jieba keeps them, else single characters."""
    for piece in _SPACE.split(block):
        if _SPACE.match(piece):
            yield piece
        else:
            yield from piece


def cut_unknown(run: str) -> Iterator[str]:
    """A run of single characters cut by jieba's model of unknown words."""
    for number, block in enumerate(HAN_RUN.split(run)):
        if number % 2:
            for word in _words_of(block, _states(block)):
                yield from word if word in Force_Split_Words else (word,)
        else:
            yield from filter(None, _LATIN.split(block))


def _words_of(block: str, states: str) -> Iterator[str]:
    begin = following = 0
    for index, state in enumerate(states):
        if state == "B":
            begin = index
        elif state == "E":
            yield block[begin : index + 1]
            following = index + 1
        elif state == "S":
            yield block[index]
            following = index + 1
    if following < len(block):
        yield block[following:]


def _states(block: str) -> str:
    """The likeliest sequence of B (begins a word), M (middle), E (ends it), S (single) for a block of Han."""
    sums = {state: start_P[state] + emit_P[state].get(block[0], _MIN_FLOAT) for state in "BMES"}
    back: list[tuple[str, str, str, str]] = []
    for character in block[1:]:
        following: dict[str, float] = {}
        came: list[str] = []
        for state in "BMES":
            emitted = emit_P[state].get(character, _MIN_FLOAT)
            first, second = _BEFORE[state]
            one = sums[first] + trans_P[first].get(state, _MIN_FLOAT) + emitted
            other = sums[second] + trans_P[second].get(state, _MIN_FLOAT) + emitted
            following[state], before = (one, first) if one >= other else (other, second)
            came.append(before)
        back.append((came[0], came[1], came[2], came[3]))
        sums = following
    state = "S" if sums["S"] >= sums["E"] else "E"
    states = [state]
    for came_from in reversed(back):
        state = came_from["BMES".index(state)]
        states.append(state)
    return "".join(reversed(states))
