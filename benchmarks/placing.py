"""Finds the gold's sentences in what was read, however it was cut, and moves figures to their places there.

The gold cuts a page where its makers did; a build may cut a headline in two, join two sentences or take an agency line
off. So sentences are no unit here: all text that was read is one stream of letters, each gold sentence is looked for in
it as a whole and, where that fails, in its longest stretches. Each letter of the stream serves one gold sentence only.

    before  gold: 两个大局,3次    read: sentences …两个大局， | 3次…, figure 3次 at 0
    after   figure 3次 at 5 of the gold's sentence
"""

from __future__ import annotations

import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from typing import Any

from benchmarks.reading import Row, Tables, figure

UNITS = frozenset("%‰°")
"""Marks that belong to figures and so count as letters here."""
STRETCH = 6
"""Letters that a part of a gold sentence must have to be looked for on its own; shorter ones are found by chance."""
USED, BREAK = "\0", "\1"
_ALIKE = str.maketrans({"“": '"', "”": '"', "‘": "'", "’": "'", "—": "-", "–": "-", "－": "-", "～": "~"})


@dataclass(frozen=True)
class Letters:
    """The letters of a text, folded to one form each, and where in the text they stand."""

    text: str
    at: tuple[int, ...]


def letters_of(text: str) -> Letters:
    """Han, Latin letters, digits and the marks of units: (２个%) -> 2个% at 1, 2, 3."""
    pairs = [
        (letter, place)
        for place, mark in enumerate(text)
        for letter in unicodedata.normalize("NFKC", mark).lower()
        if letter.isalnum() or letter in UNITS
    ]
    return Letters("".join(letter for letter, _ in pairs), tuple(place for _, place in pairs))


@dataclass
class Placed:
    """Where the figures went, and what could not be placed."""

    figures: dict[str, list[Row]]
    """By the id of the gold sentence, with `start` and `end` in its input."""
    whole: int = 0
    """Gold sentences of which each letter was found."""
    in_part: tuple[str, ...] = ()
    not_found: tuple[str, ...] = ()
    """Gold sentences, by id, of which some or no letter was found."""
    outside: tuple[str, ...] = ()
    """Figures in sentences of which the gold has nothing, each with its sentence."""
    dropped: tuple[str, ...] = ()
    """Figures whose letters don't stand together in one gold sentence, each with its sentence."""
    ends: frozenset[int] = frozenset()
    gold_ends: frozenset[int] = frozenset()
    """Where in the bodies' letters a sentence ends as it was read, and where one of the gold ends."""


@dataclass
class _Stream:
    """All that was read, sentence by sentence in the order of reading, as one string of letters."""

    rows: list[Row]
    letters: list[Letters]
    starts: list[int] = field(default_factory=list)
    text: str = ""
    owners: list[tuple[int, int] | None] = field(default_factory=list)
    """For each letter the number of its gold sentence and its own number in that."""

    def __post_init__(self) -> None:
        parts, length, article = [], 0, None
        for row, letters in zip(self.rows, self.letters):
            if row["article_id"] != article:
                parts.append(BREAK)
                length, article = length + 1, row["article_id"]
            self.starts.append(length)
            parts.append(letters.text)
            length += len(letters.text)
        self.text = "".join(parts)
        self.owners = [None] * length

    def take(self, place: int, gold: int, first: int, size: int) -> None:
        """Gives so many letters from `place` on to a gold sentence, from its letter `first` on."""
        self.owners[place : place + size] = [(gold, first + step) for step in range(size)]
        self.text = self.text[:place] + USED * size + self.text[place + size :]

    def bodies(self) -> list[range]:
        """Where the letters of each sentence of a body stand."""
        found = zip(self.rows, self.starts, self.letters)
        return [range(at, at + len(own.text)) for row, at, own in found if row["paragraph"] is not None and own.text]

    def closes(self, at: int, golds: Sequence[Letters]) -> bool:
        """Whether a letter is the last of its gold sentence."""
        owner = self.owners[at]
        return owner is not None and owner[1] == len(golds[owner[0]].text) - 1

    def owners_of(self, number: int) -> Sequence[tuple[int, int] | None]:
        start = self.starts[number]
        return self.owners[start : start + len(self.letters[number].text)]


def place(tables: Tables, cases: Sequence[Mapping[str, Any]]) -> Placed:
    """The figures of `tables` by the gold sentence in which they stand."""
    golds = [letters_of(case["input"]) for case in cases]
    stream = _stream(tables)
    _find(stream, [gold.text for gold in golds])
    figures, outside, dropped = _moved(stream, tables["figure"], cases, golds)
    hits = Counter(owner[0] for owner in stream.owners if owner)
    sought = [(hits[number], len(gold.text), case["id"]) for number, (gold, case) in enumerate(zip(golds, cases))]
    return Placed(
        figures,
        whole=sum(found == size for found, size, _ in sought),
        in_part=tuple(name for found, size, name in sought if 0 < found < size),
        not_found=tuple(name for found, size, name in sought if size and not found),
        outside=tuple(outside),
        dropped=tuple(dropped),
        ends=frozenset(body.stop - 1 for body in stream.bodies()),
        gold_ends=frozenset(at for body in stream.bodies() for at in body if stream.closes(at, golds)),
    )


def _stream(tables: Tables) -> _Stream:
    articles = {row["article_id"]: (row["document_id"], row["ordinal"]) for row in tables["article"]}
    rows = sorted(tables["sentence"], key=lambda row: (articles[row["article_id"]], row["ordinal"]))
    return _Stream(rows, [letters_of(row["text"]) for row in rows])


def _find(stream: _Stream, golds: Sequence[str]) -> None:
    """Whole sentences first, the longest ones before those that may be a part of them; then stretches of the rest."""
    order = sorted((number for number, gold in enumerate(golds) if gold), key=lambda number: -len(golds[number]))
    rest = []
    for number in order:
        at = stream.text.find(golds[number])
        if at < 0:
            rest.append(number)
        else:
            stream.take(at, number, 0, len(golds[number]))
    for number in rest:
        _find_stretches(stream, number, golds[number])


def _find_stretches(stream: _Stream, number: int, gold: str) -> None:
    open_parts = [(0, len(gold))]
    while open_parts:
        start, end = open_parts.pop()
        found = SequenceMatcher(None, stream.text, gold, autojunk=False).find_longest_match(
            0, len(stream.text), start, end
        )
        if found.size >= min(STRETCH, len(gold)):
            stream.take(found.a, number, found.b, found.size)
            open_parts += [(start, found.b), (found.b + found.size, end)]


def _moved(
    stream: _Stream, rows: Iterable[Row], cases: Sequence[Mapping[str, Any]], golds: Sequence[Letters]
) -> tuple[dict[str, list[Row]], list[str], list[str]]:
    """The figures by gold sentence, those in no gold sentence, and those that have no one place there."""
    figures: defaultdict[str, list[Row]] = defaultdict(list)
    outside, dropped = [], []
    numbers = {row["sentence_id"]: number for number, row in enumerate(stream.rows)}
    for row in sorted(rows, key=lambda row: (numbers[row["sentence_id"]], row["start"])):
        number = numbers[row["sentence_id"]]
        sentence = stream.rows[number]["text"]
        owners = stream.owners_of(number)
        here = [step for step, at in enumerate(stream.letters[number].at) if row["start"] <= at < row["end"]]
        own = [owners[step] for step in here]
        if not any(owners):
            outside.append(f"{row['surface']} in {sentence}")
        elif (first := _together(own)) is None:
            dropped.append(f"{row['surface']} in {sentence}")
        else:
            gold, letter = first
            start, end = golds[gold].at[letter], golds[gold].at[letter + len(own) - 1] + 1
            at = stream.letters[number].at
            lead, tail = sentence[row["start"] : at[here[0]]], sentence[at[here[-1]] + 1 : row["end"]]
            start, end = _widened(cases[gold]["input"], start, end, lead, tail)
            figures[cases[gold]["id"]].append(figure(row) | {"start": start, "end": end})
    return dict(figures), outside, dropped


def _together(own: Sequence[tuple[int, int] | None]) -> tuple[int, int] | None:
    """The first of these letters where they stand one behind the other in one gold sentence, else None."""
    first = own[0] if own else None
    if first is None or any(owner != (first[0], first[1] + step) for step, owner in enumerate(own)):
        return None
    return first


def _widened(text: str, start: int, end: int, lead: str, tail: str) -> tuple[int, int]:
    """The stretch with the marks that the figure has before its first and behind its last letter: “十四五”末."""
    for mark in reversed(lead):
        if not start or _plain(text[start - 1]) != _plain(mark):
            break
        start -= 1
    for mark in tail:
        if end == len(text) or _plain(text[end]) != _plain(mark):
            break
        end += 1
    return start, end


def _plain(mark: str) -> str:
    return unicodedata.normalize("NFKC", mark.translate(_ALIKE))
