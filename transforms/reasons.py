"""Why a page was read as it was: for each line and each block what was decided, on what evidence, and what came second.

The page is read once more by the rules themselves with weights that remember their names (`tracing`), and what they
decide is noted on the way. What is said of a break or a block is therefore the sum that decided. How much a rejected
reading lost by is told of the whole page: the best reading of all lines in which this one is read so.

    before  我们必须集聚⏎⏎各方智慧
    after   各方智慧: join, a blank line -0.7; a new paragraph is worse by far, since no full stop stands before it
"""

from __future__ import annotations

import itertools
from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from types import SimpleNamespace
from typing import Any

from transforms.alternatives import BlockReadings, Decision, LineReadings, Reading, reading_of, role_of
from transforms.articles import Draft, Grouping
from transforms.blocks import Block, Role, Steps
from transforms.breaks import LineFacts
from transforms.characters import fold
from transforms.decode import decode
from transforms.lexicon import table
from transforms.lines import Line
from transforms.order import Piece
from transforms.pairing import Paired
from transforms.stories import Story
from transforms.tracing import UNNAMED, Term, traced


@dataclass(frozen=True, slots=True)
class Placing:
    """Why a line stands where it does, if not behind its neighbour in the file; a decision says so by itself."""

    what: str
    decision: Decision | None = None


@dataclass(frozen=True, slots=True)
class LineReason:
    """A line in the order of reading: the first and last number of its lines in the file, what it was taken for, the
    block it is in (its number), what the break before it was decided to be, and how it came to its place."""

    numbers: tuple[int, int]
    line: Line
    role: str
    block: int
    decision: Decision
    placings: tuple[Placing, ...] = ()


@dataclass(frozen=True, slots=True)
class BlockReason:
    """A block: its kind, the number of its article from 0 (None for residue), what it became there, and why. `notes`
    are what it shows that is no score; without a decision they say by which rule it went where it did."""

    kind: str
    article: int | None
    part: str | None
    decision: Decision | None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ArticleReason:
    """An article: its headline, its confidence with the odds it was made of, and how its heading was parted."""

    headline: str | None
    kind: str
    confidence: float
    odds: Reading
    heading: Decision | None


@dataclass(frozen=True, slots=True)
class PageReasons:
    """All decisions on a page; `total` and `total_of_blocks` are the scores of the whole readings of its lines and of
    its blocks."""

    lines: tuple[LineReason, ...]
    blocks: tuple[BlockReason, ...]
    articles: tuple[ArticleReason, ...]
    total: float
    total_of_blocks: float


def in_words(term: Term) -> str:
    """What a weight means, in the newspaper's terms; its own name where the table has no words for it.

    >>> in_words(Term("breaks.GAP_JOINS", -0.7))
    'a blank line'
    """
    said = _words().get(term.name)
    return said or term.name.partition(".")[2].strip("_").replace("_", " ").lower() or UNNAMED


@cache
def _words() -> Mapping[str, str]:
    return {row["weight"]: row["words"] for row in table("reasons")}


def explain(data: bytes) -> PageReasons:
    """The reasons of a page. Raises Undecodable for what is no text."""
    text = decode(data).text
    notes = _Notes()
    rules = traced(notes.taps())
    lines: list[Line] = rules.page.page_lines(text)
    grouping, stories = rules.page.separate(lines)
    return _Page(text, notes, rules, lines, grouping, stories).reasons()


# --- what is noted while the rules decide ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Reading:
    """The roles of a page's lines, as one of the page's possible indents gives them: the scores of the steps between
    them, of the lines in each role and of the page's end, and the roles that add up to the most."""

    steps: Sequence[Steps]
    enters: Sequence[Sequence[float]]
    ends: tuple[float, float]
    total: float
    roles: Sequence[Role]


@dataclass(slots=True)
class _Notes:
    """What the rules were asked and what they answered."""

    costs: dict[tuple[str, float], float] = field(default_factory=dict)
    rows: dict[int, tuple[float, float, list[Line]]] = field(default_factory=dict)
    gains: Mapping[tuple[int, int], float] = field(default_factory=dict)
    pieces: Sequence[Piece] = ()
    pairs: Mapping[int, int] = field(default_factory=dict)
    readings: list[_Reading] = field(default_factory=list)
    facts: Sequence[LineFacts] = ()
    roles: Sequence[Role] = ()
    grouped: tuple[Any, ...] = ()
    headings: list[list[tuple[tuple[int, int], float]]] = field(default_factory=list)
    spans: dict[int, tuple[Sequence[Any], tuple[int, int]]] = field(default_factory=dict)
    odds: list[float] = field(default_factory=list)

    def taps(self) -> dict[str, Callable[..., Any]]:
        """The functions that note what they are called with, each by the name of the one it stands in for."""
        return {
            "rows._best_cuts": self._cuts,
            "rows._cut": self._row,
            "order.priced_pairs": self._priced_pairs,
            "order._rivals": self._rivals,
            "order._ordered": self._ordered,
            "blocks._waiting": lambda *_: set(),
            "blocks._best_roles": self._best_roles,
            "blocks._gather": self._gather,
            "articles._best_reading": self._best_reading,
            "stories.read_heading": self._heading,
            "headings._best_span": self._span,
            "headings._score": self._heading_score,
            "confidence._odds": self._odds,
        }

    def _cuts(self, call: Callable[..., Any], text: str, measure: float) -> Any:
        found = call(text, measure)
        self.costs[text, measure] = found[0]
        return found

    def _row(self, call: Callable[..., Any], line: Line, *arguments: Any) -> Any:
        found = call(line, *arguments)
        if found:
            self.rows[_start(line)] = (self.costs[line.clean.text, found[0]], *found)
        return found

    def _priced_pairs(self, call: Callable[..., Any], gains: Mapping[tuple[int, int], float]) -> Any:
        self.gains = gains
        return call({pair: float(gain) for pair, gain in gains.items()})

    def _rivals(self, call: Callable[..., Any], page: Any, _: Any) -> Any:
        """Whatever gains anything, not only what could be made: among these is the best of what was not."""
        return call(page, Paired({}, {}, {}))

    def _ordered(self, call: Callable[..., Any], pieces: Sequence[Piece], pairs: dict[int, int]) -> Any:
        self.pieces, self.pairs = pieces, pairs
        return call(pieces, pairs)

    def _best_roles(self, call: Callable[..., Any], *arguments: Any) -> Any:
        found = call(*arguments)
        self.readings.append(_Reading(*arguments, *found))
        return found

    def _gather(self, call: Callable[..., Any], facts: Sequence[LineFacts], roles: Sequence[Role]) -> Any:
        self.facts, self.roles = facts, roles
        return call(facts, roles)

    def _best_reading(self, call: Callable[..., Any], *arguments: Any) -> Any:
        found = call(*arguments)
        self.grouped = (*arguments, found)
        return found

    def _heading(self, call: Callable[..., Any], *arguments: Any) -> Any:
        self.headings.append([])
        return call(*arguments)

    def _span(self, call: Callable[..., Any], pieces: Sequence[Any]) -> Any:
        found = call(pieces)
        self.spans[len(self.headings) - 1] = (pieces, found)
        return found

    def _heading_score(
        self, call: Callable[..., Any], pieces: Sequence[Any], start: int, end: int, joints: Sequence[float]
    ) -> Any:
        found = call(pieces, start, end, joints)
        self.headings[-1].append(((start, end), found))
        return found

    def _odds(self, call: Callable[..., Any], *arguments: Any) -> Any:
        found = call(*arguments)
        self.odds.append(found)
        return found


def _start(line: Line) -> int:
    return line.raw.at[0]


@dataclass(frozen=True, slots=True)
class _Page:
    """A page with what was noted of it."""

    text: str
    notes: _Notes
    rules: SimpleNamespace
    lines: Sequence[Line]
    grouping: Grouping
    stories: Sequence[Story]

    def reasons(self) -> PageReasons:
        grouped = BlockReadings(self.rules, *self.notes.grouped)
        blocks_, block_of = _blocks(self.grouping, self.stories, grouped)
        numbers = _LineNumbers(self.text)
        names = [f"line {numbers.of(line)[0]}" for line in self.lines]
        decisions, total = _line_decisions(self.notes, self.rules.blocks, names.__getitem__)
        placings = _placings(self.notes, self.rules.rows.MOST_COST, self.lines, numbers)
        for last, line, role in zip(self.lines, self.lines[1:], self.notes.roles[1:]):
            if role == Role.HEADING_GOES_ON and block_of[_start(last)] != block_of[_start(line)]:
                placings[_start(line)] = (*placings.get(_start(line), ()), Placing("parted from the heading before it"))
        roles = map(role_of, self.notes.facts, self.notes.roles)
        lines = tuple(
            LineReason(numbers.of(line), line, role, block_of[at], decision, placings.get(at, ()))
            for line, role, decision in zip(self.lines, roles, decisions)
            for at in (_start(line),)
        )
        return PageReasons(lines, blocks_, _articles(self.notes, self.stories), total, grouped.total)


class _LineNumbers:
    """The numbers of a file's lines, from 1."""

    def __init__(self, text: str) -> None:
        self.ends = [at for at, character in enumerate(fold(text)) if character == "\n"]

    def of(self, line: Line) -> tuple[int, int]:
        return self.at(min(line.raw.at)), self.at(max(line.raw.at))

    def at(self, place: int) -> int:
        return bisect_right(self.ends, place) + 1


# --- lines ----------------------------------------------------------------------------------------------------------


def _line_decisions(notes: _Notes, rules: SimpleNamespace, name: Callable[[int], str]) -> tuple[list[Decision], float]:
    """The decision on each line, and the score of the whole reading; `rules` are those of `blocks`, `name` says how a
    line is called."""
    if not notes.roles:
        return [], 0.0
    best = max(notes.readings, key=lambda reading: reading.total)
    read = LineReadings(rules, best.steps, best.enters, best.ends)
    decisions = [read.decision(index, notes.facts, best.roles, name) for index in range(len(best.roles))]
    return decisions, float(best.total)


# --- rows and pieces ------------------------------------------------------------------------------------------------


def _placings(
    notes: _Notes, most: float, lines: Sequence[Line], numbers: _LineNumbers
) -> dict[int, tuple[Placing, ...]]:
    """For the lines whose place is not that of the file how they came to it, by their starts; `most` is what a piece of
    a row may cost."""
    found: dict[int, tuple[Placing, ...]] = _rows(notes, most)
    piece_of = {_start(fact.line): piece.index for piece in notes.pieces for fact in piece.facts}
    before = {other: one for one, other in notes.pairs.items()}
    for last, line in itertools.pairwise(lines):
        one, other = piece_of.get(_start(last)), piece_of.get(_start(line))
        if one is None or other is None or other in (one, one + 1):
            continue
        if before.get(other) == one:
            what = f"moved here, behind line {numbers.of(last)[1]}"
            placing = Placing(what, _pairing(notes, numbers, one, other, what))
        else:
            placing = Placing("the order of the file goes on here; what stands before it in the file was moved")
        found[_start(line)] = (*found.get(_start(line), ()), placing)
    return found


def _rows(notes: _Notes, most: float) -> dict[int, tuple[Placing, ...]]:
    """For the pieces of each row why it was cut: they cost less than the `most` that pieces may cost."""
    found: dict[int, tuple[Placing, ...]] = {}
    for cost, measure, pieces in notes.rows.values():
        for number, piece in enumerate(pieces, 1):
            what = f"piece {number} of {len(pieces)} of a row read across columns of {measure:g} em"
            cut = Decision(reading_of(f"{what}, on average", most - cost)) if number == 1 else None
            found[_start(piece)] = (Placing(what, cut),)
    return found


def _pairing(notes: _Notes, numbers: _LineNumbers, one: int, other: int, what: str) -> Decision | None:
    """Why a piece follows another that is not before it in the file, beside the best one that could follow if nothing
    else depended on it; None for the next paragraph of a column, which follows what was moved above it."""
    gain = notes.gains.get((one, other))
    if gain is None:
        return None
    rest = {k: each for (i, k), each in notes.gains.items() if i == one and k != other and each > 0}
    second = max(rest, key=rest.__getitem__, default=None)
    taken = reading_of(what, gain)
    if second is None:
        return Decision(taken, reading_of("nothing there", -gain))
    line = numbers.of(notes.pieces[second].first)[0]
    change = rest[second] - gain
    said = f"line {line} there" if change <= 0 else f"line {line} there, which is needed elsewhere"
    return Decision(taken, reading_of(said, change))


# --- blocks ---------------------------------------------------------------------------------------------------------


def _blocks(
    grouping: Grouping, stories: Sequence[Story], grouped: BlockReadings
) -> tuple[tuple[BlockReason, ...], dict[int, int]]:
    """All blocks of a page, and for each line, by its start, the number of its block."""
    article_of = {_start(line): number for number, draft in enumerate(grouping.drafts) for line in _lines(draft)}
    found: list[BlockReason] = []
    block_of: dict[int, int] = {}
    boxes = [part.block for draft in grouping.drafts if draft.brief for part in draft.parts]
    labels = [draft.label for draft in grouping.drafts if draft.brief and draft.label]
    decided = {_start(item.block.lines[0]): index for index, item in enumerate(grouped.items)}
    apart = [*boxes, *labels, *grouping.loose]
    for block in [*(item.block for item in grouped.items), *apart]:
        start = _start(block.lines[0])
        if start in block_of:
            continue
        article = article_of.get(start)
        part = None if article is None else _part(block, stories[article])
        index = decided.get(start)
        decision = None if index is None else grouped.decision(index)
        notes = (_rule(block, article),) if index is None else _shown(grouped.items[index])
        block_of.update({_start(line): len(found) for line in block.lines})
        found.append(BlockReason(block.kind, article, part, decision, notes))
    return tuple(found), block_of


def _lines(draft: Draft) -> list[Line]:
    parts = [part.block for part in draft.parts] + ([draft.label] if draft.label else [])
    return [line for block in parts for line in block.lines]


def _rule(block: Block, article: int | None) -> str:
    """By which rule a block that took no part in the grouping went where it did."""
    if block.kind == "furniture":
        return "page furniture by its own words"
    return "a box of briefs: its label, or the mark at its head, says so" if article is not None else "of no article"


def _shown(item: Any) -> tuple[str, ...]:
    """What a block shows that the scores were made of."""
    if item.heading:
        return (f"the text before has {item.like_before:.0%} of its words, the text behind {item.like_after:.0%}",)
    shown = {
        "opens with an agency line or a jump line": item.announced,
        "a picture's caption": item.caption,
        "closes with a credit or a jump line": item.closes,
    }
    return tuple(what for what, holds in shown.items() if holds)


def _part(block: Block, story: Story) -> str | None:
    """What a block became in its article: parts of its heading, a crosshead, its section, a speaker's name."""
    places = {at for line in block.lines for at in line.raw.at}
    heading = story.heading
    parts = {"kicker": heading.kicker, "headline": heading.headline, "subheadline": heading.subheadline}
    found = [name for name, part in parts.items() if part is not None and not places.isdisjoint(part.at)]
    if found:
        return " and ".join(found)
    if any(paragraph.crosshead and not places.isdisjoint(paragraph.text.at) for paragraph in story.paragraphs):
        return "crosshead"
    return {"label": "section", "name": "speaker", "date": "date", "paragraph": "body"}.get(block.kind)


# --- articles -------------------------------------------------------------------------------------------------------


def _articles(notes: _Notes, stories: Sequence[Story]) -> tuple[ArticleReason, ...]:
    return tuple(
        ArticleReason(
            story.heading.headline.text if story.heading.headline else None,
            story.kind,
            story.confidence,
            reading_of("the body is exactly right", notes.odds[number]),
            _parting(notes, number),
        )
        for number, story in enumerate(stories)
    )


def _parting(notes: _Notes, number: int) -> Decision | None:
    """How the pieces of an article's heading were made its parts; None where there is but one way."""
    if number not in notes.spans:
        return None
    pieces, taken = notes.spans[number]
    scores = dict(notes.headings[number])
    said = {span: _parted(pieces, span) for span in scores}
    others = [span for span in scores if span != taken]
    if not others:
        return None
    best = max(others, key=scores.__getitem__)
    return Decision(reading_of(said[taken], scores[taken]), reading_of(said[best], scores[best] - scores[taken]))


def _parted(pieces: Sequence[Any], span: tuple[int, int]) -> str:
    start, end = span
    parts = {"kicker": pieces[:start], "headline": pieces[start:end], "subheadline": pieces[end:]}
    return " | ".join(f"{name} {' '.join(each.text.text for each in part)}" for name, part in parts.items() if part)
