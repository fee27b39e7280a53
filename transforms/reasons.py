"""Why a page was read as it was: for each line and each block what was decided, on what evidence, and what came second.

The page is read once more by the rules themselves with weights that remember their names (`tracing`), and what they
decide is noted on the way. What is said of a break or a block is therefore the sum that decided. How much a rejected
reading lost by is told of the whole page: the best reading of all lines in which this one is read so.

    before  我们必须集聚⏎⏎各方智慧
    after   各方智慧: goes on; a blank line -0.7; a new paragraph lost by 7.2, since no full stop stands before it
"""

from __future__ import annotations

import itertools
from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from types import SimpleNamespace
from typing import Any

from transforms import blocks
from transforms.articles import Draft, Grouping, Phase
from transforms.blocks import Block, Role
from transforms.breaks import Break, LineFacts
from transforms.characters import fold
from transforms.decode import decode
from transforms.lexicon import table
from transforms.lines import Line
from transforms.order import Piece
from transforms.stories import Story
from transforms.tracing import UNNAMED, Term, terms_of, traced

IMPOSSIBLE = -1e8  # what scores less was never a choice
LONGEST_NAME = 8  # characters by which a block is named

_State = tuple[Phase, bool] | None


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to read something, with its score and the terms that add up to it."""

    what: str
    score: float
    terms: tuple[Term, ...]


@dataclass(frozen=True, slots=True)
class Decision:
    """The reading that was taken and the best one that was not.

    The score of `taken` is what it gave to the whole. That of `rejected` is by how much the whole would change: the
    terms that would come in, less those that would go. `besides` says what else would then be read otherwise.
    """

    taken: Reading
    rejected: Reading | None = None
    besides: tuple[str, ...] = ()

    @property
    def lost_by(self) -> float:
        """By how much the rejected reading lost; 0 where there was none."""
        return -self.rejected.score if self.rejected else 0.0


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


@dataclass(slots=True)
class _Notes:
    """What the rules were asked and what they answered."""

    costs: dict[tuple[str, float], float] = field(default_factory=dict)
    rows: dict[int, tuple[float, float, list[Line]]] = field(default_factory=dict)
    gains: Mapping[tuple[int, int], float] = field(default_factory=dict)
    pieces: Sequence[Piece] = ()
    pairs: Mapping[int, int] = field(default_factory=dict)
    readings: list[tuple[tuple[Any, ...], tuple[float, list[Role]]]] = field(default_factory=list)
    facts: Sequence[LineFacts] = ()
    roles: Sequence[Role] = ()
    grouped: tuple[Any, ...] = ()
    headings: list[list[tuple[tuple[int, int], float]]] = field(default_factory=list)
    spans: dict[int, tuple[Sequence[Any], tuple[int, int]]] = field(default_factory=dict)
    odds: list[float] = field(default_factory=list)

    def taps(self) -> dict[str, Callable[..., Any]]:
        return {
            "rows._best_cuts": self._cuts,
            "rows._cut": self._row,
            "order.best_pairs": self._best_pairs,
            "order._ordered": self._ordered,
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

    def _row(self, call: Callable[..., Any], line: Line, measures: Iterable[float]) -> Any:
        found = call(line, measures)
        if found:
            self.rows[_start(line)] = (self.costs[line.clean.text, found[0]], *found)
        return found

    def _best_pairs(self, call: Callable[..., Any], gains: Mapping[tuple[int, int], float]) -> Any:
        self.gains = gains
        return call({pair: float(gain) for pair, gain in gains.items()})

    def _ordered(self, call: Callable[..., Any], pieces: Sequence[Piece], pairs: dict[int, int]) -> Any:
        self.pieces, self.pairs = pieces, pairs
        return call(pieces, pairs)

    def _best_roles(self, call: Callable[..., Any], *arguments: Any) -> Any:
        found = call(*arguments)
        self.readings.append((arguments, found))
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

    def _heading_score(self, call: Callable[..., Any], pieces: Sequence[Any], start: int, end: int) -> Any:
        found = call(pieces, start, end)
        self.headings[-1].append(((start, end), found))
        return found

    def _odds(self, call: Callable[..., Any], *arguments: Any) -> Any:
        found = call(*arguments)
        self.odds.append(found)
        return found


def _start(line: Line) -> int:
    return line.raw.at[0]


def _reading(what: str, score: float) -> Reading:
    return Reading(what, float(score), terms_of(score))


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
        grouped = _Grouped(self.rules, *self.notes.grouped)
        blocks_, block_of = _blocks(self.grouping, self.stories, grouped)
        numbers = _LineNumbers(self.text)
        names = [f"line {numbers.of(line)[0]}" for line in self.lines]
        decisions, total = _line_decisions(self.notes, self.rules.blocks, names.__getitem__)
        placings = _placings(self.notes, self.rules.rows.MOST_COST, self.lines, numbers)
        for last, line, role in zip(self.lines, self.lines[1:], self.notes.roles[1:]):
            if role == Role.HEADING_GOES_ON and block_of[_start(last)] != block_of[_start(line)]:
                placings[_start(line)] = (*placings.get(_start(line), ()), Placing("parted from the heading before it"))
        roles = map(_role, self.notes.facts, self.notes.roles)
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


def _role(fact: LineFacts, role: Role) -> str:
    other = fact.other or "heading"
    return {
        Role.OPENS: "opens a paragraph",
        Role.GOES_ON: "goes on",
        Role.HEADING: "heading",
        Role.HEADING_GOES_ON: "heading goes on",
        Role.OTHER: other,
        Role.INTERRUPTS: f"{other}, interrupts",
    }[role]


def _break(fact: LineFacts, role: Role) -> str:
    """What the break before a line is in one of its roles."""
    other = fact.other or "heading"
    return {
        Role.OPENS: "new paragraph",
        Role.GOES_ON: "join",
        Role.HEADING: "new block: heading",
        Role.HEADING_GOES_ON: "join to the heading",
        Role.OTHER: f"new block: {other}",
        Role.INTERRUPTS: f"{other} inside a paragraph, which goes on behind it",
    }[role]


def _line_decisions(notes: _Notes, rules: SimpleNamespace, name: Callable[[int], str]) -> tuple[list[Decision], float]:
    """The decision on each line, and the score of the whole reading; `rules` are those of `blocks`, `name` says how a
    line is called."""
    if not notes.roles:
        return [], 0.0
    (found, enters, ends), (total, roles) = next(each for each in notes.readings if each[1][1] is notes.roles)
    lattice = _Lattice(rules, found, enters, ends)
    return [lattice.decision(index, notes.facts, roles, name) for index in range(len(roles))], float(total)


class _Lattice:
    """All readings of a page's lines: for each line and role the best score of all lines so far (`before`) and of all
    lines behind it (`behind`), with the roles of its neighbours there (`came`, `goes`)."""

    def __init__(
        self,
        rules: SimpleNamespace,
        found: Sequence[Break],
        enters: Sequence[Sequence[float]],
        ends: tuple[float, float],
    ) -> None:
        self.enters = [rules._at_first(enters[0]), *enters[1:]]
        self.steps: list[dict[tuple[Role, Role], float]] = [
            {(was, role): score for was, role, score in rules._steps(each)} for each in found
        ]
        self.ends: list[float] = rules._at_last([0.0] * len(Role), ends)
        self.before: list[list[float]] = [list(map(float, self.enters[0]))]
        self.came: list[list[Role]] = [[Role.OPENS] * len(Role)]
        for steps, entering in zip(self.steps, self.enters[1:]):
            self._go_forward(steps, entering)
        self.behind: list[list[float]] = [list(map(float, self.ends))]
        self.goes: list[list[Role]] = [[Role.OPENS] * len(Role)]
        for steps, entering in zip(reversed(self.steps), reversed(self.enters)):
            self._go_back(steps, entering)
        self.behind.reverse()
        self.goes.reverse()

    def _go_forward(self, steps: Mapping[tuple[Role, Role], float], entering: Sequence[float]) -> None:
        plain = [(was, role, float(score)) for (was, role), score in steps.items()]
        scores, came = blocks._advance(self.before[-1], plain, list(map(float, entering)))
        self.before.append(scores)
        self.came.append(came)

    def _go_back(self, steps: Mapping[tuple[Role, Role], float], entering: Sequence[float]) -> None:
        best, goes = [2 * blocks.IMPOSSIBLE] * len(Role), [Role.OPENS] * len(Role)
        for (was, role), score in steps.items():
            total = float(score) + float(entering[role]) + self.behind[-1][role]
            if total > best[was]:
                best[was], goes[was] = total, role
        self.behind.append(best)
        self.goes.append(goes)

    def decision(
        self, index: int, facts: Sequence[LineFacts], roles: Sequence[Role], name: Callable[[int], str]
    ) -> Decision:
        """Why a line was read in its role."""
        role = roles[index]
        sums = {each: self.before[index][each] + self.behind[index][each] for each in Role if each != role}
        other = max(sums, key=sums.__getitem__)
        taken = _reading(_break(facts[index], role), self._score(index, roles))
        if sums[other] < IMPOSSIBLE:
            return Decision(taken)
        start, otherwise = self._otherwise(index, other, roles)
        path = [*roles[:start], *otherwise, *roles[start + len(otherwise) :]]
        stretch = range(start, min(len(roles), start + len(otherwise) + 1))
        change = sum((self._score(at, path) - self._score(at, roles) for at in stretch), 0.0)
        besides = [at for at in stretch if path[at] != roles[at] and at != index]
        said = tuple(f"{_break(facts[at], path[at])} at {name(at)}" for at in besides)
        return Decision(taken, _reading(_break(facts[index], other), change), said)

    def _otherwise(self, index: int, other: Role, roles: Sequence[Role]) -> tuple[int, list[Role]]:
        """The best roles of the lines around one that has another role: the first of these lines, and their roles."""
        path, start, end = [other], index, index
        while start and self.came[start][path[0]] != roles[start - 1]:
            path.insert(0, self.came[start][path[0]])
            start -= 1
        while end + 1 < len(roles) and self.goes[end][path[-1]] != roles[end + 1]:
            path.append(self.goes[end][path[-1]])
            end += 1
        return start, path

    def _score(self, index: int, roles: Sequence[Role]) -> float:
        """What the break before a line, the line itself and the page's end give."""
        role = roles[index]
        score: float = self.enters[index][role]
        if index:
            score = self.steps[index - 1][roles[index - 1], role] + score
        return score + self.ends[role] if index + 1 == len(self.enters) else score


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
            cut = Decision(_reading(f"{what}, on average", most - cost)) if number == 1 else None
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
    taken = _reading(what, gain)
    if second is None:
        return Decision(taken, _reading("nothing there", -gain))
    line = numbers.of(notes.pieces[second].first)[0]
    change = rest[second] - gain
    said = f"line {line} there" if change <= 0 else f"line {line} there, which is needed elsewhere"
    return Decision(taken, _reading(said, change))


# --- blocks ---------------------------------------------------------------------------------------------------------


_Move = tuple[_State, Any, float]
"""A state, how the next block is read, and what that gives."""


class _Grouped:
    """The best reading of a page's blocks, with all moves that it could have made: for each block and state before it
    the best score so far and the move that led there, and the best score from there on and its first move."""

    def __init__(self, rules: SimpleNamespace, items: Sequence[Any], habits: Any, readings: Sequence[Any]) -> None:
        self.items, self.readings = items, readings
        self.closing: Callable[[Any], float] = rules.articles._closing
        self.after: Callable[[Any], tuple[Phase, bool]] = rules.articles._state_after
        self.moves: list[list[_Move]] = []
        self.before: list[dict[_State, tuple[float, _Move | None]]] = [{None: (0.0, None)}]
        for index in range(len(items)):
            states = list(self.before[-1])
            moves = [(was, *move) for was in states for move in rules.articles._moves(items, index, was, habits)]
            self.moves.append(moves)
            self._go_forward(moves)
        ends: dict[_State, float] = {state: self.closing(state[0]) for state in self.before[-1] if state}
        self.ends = {state: end for state, end in ends.items() if state and not state[1]} or ends
        self.behind: list[dict[_State, tuple[float, _Move | None]]] = [
            {state: (float(end), None) for state, end in self.ends.items()}
        ]
        for moves in reversed(self.moves):
            self._go_back(moves)
        self.behind.reverse()
        self.taken = self._taken()
        self.total = self.behind[0][None][0] if items else 0.0

    def _go_forward(self, moves: Sequence[_Move]) -> None:
        best: dict[_State, tuple[float, _Move | None]] = {}
        for move in moves:
            was, reading, gain = move
            state, total = self.after(reading), self.before[-1][was][0] + float(gain)
            if state not in best or total > best[state][0]:
                best[state] = total, move
        self.before.append(best)

    def _go_back(self, moves: Sequence[_Move]) -> None:
        best: dict[_State, tuple[float, _Move | None]] = {}
        for move in moves:
            was, reading, gain = move
            behind = self.behind[-1].get(self.after(reading))
            if behind is not None and (was not in best or float(gain) + behind[0] > best[was][0]):
                best[was] = float(gain) + behind[0], move
        self.behind.append(best)

    def _taken(self) -> list[_Move]:
        """The moves of the reading that won."""
        states: list[_State] = [None, *map(self.after, self.readings)]
        return [
            next(move for move in moves if move[:2] == (was, reading))
            for moves, was, reading in zip(self.moves, states, self.readings)
        ]

    def _end(self, index: int, move: _Move) -> float:
        """What the page's end gives behind the last block."""
        return self.ends[self.after(move[1])] if index + 1 == len(self.items) else 0.0

    def decision(self, index: int) -> Decision:
        """Why a block was read as it was."""
        item, taken = self.items[index], self.taken[index]
        what = _what(item, *taken[:2])
        read = _reading(what, taken[2] + self._end(index, taken))
        others = [move for move in self.moves[index] if _what(item, *move[:2]) != what]
        totals = {at: total for at, move in enumerate(others) if (total := self._total(index, move)) > IMPOSSIBLE}
        if not totals:
            return Decision(read)
        path = self._path(index, others[max(totals, key=totals.__getitem__)])
        stretch = [at for at, (one, other) in enumerate(zip(path, self.taken)) if one[:2] != other[:2]]
        change = sum((path[at][2] - self.taken[at][2] for at in stretch), 0.0)
        change += self._end(len(path) - 1, path[-1]) - self._end(len(path) - 1, self.taken[-1])
        besides = [at for at in stretch if at != index and self._said(at, path) != self._said(at, self.taken)]
        said = tuple(f"“{_short(self.items[at].text)}” as {self._said(at, path)}" for at in besides)
        return Decision(read, _reading(self._said(index, path), change), said)

    def _said(self, index: int, path: Sequence[_Move]) -> str:
        return _what(self.items[index], *path[index][:2])

    def _total(self, index: int, move: _Move) -> float:
        """The score of the best whole reading with a move."""
        was, reading, gain = move
        behind = self.behind[index + 1].get(self.after(reading))
        return 10 * IMPOSSIBLE if behind is None else self.before[index][was][0] + float(gain) + behind[0]

    def _path(self, index: int, move: _Move) -> list[_Move]:
        """The best whole reading with a move."""
        path = [move]
        for at in range(index, 0, -1):
            path.append(self.before[at][path[-1][0]][1] or move)
        path.reverse()
        for at in range(index + 1, len(self.items)):
            path.append(self.behind[at][self.after(path[-1][1])][1] or move)
        return path


def _short(text: str) -> str:
    return text if len(text) <= LONGEST_NAME else f"{text[:LONGEST_NAME]}…"


def _what(item: Any, was: _State, reading: Any) -> str:
    """What a block is in a reading."""
    if reading.stray:
        return "a stray line, of no article"
    if reading.piece:
        return "the first piece of the paragraph below"
    if reading.crosshead:
        return "a crosshead inside the body"
    if not item.heading:
        return "text that begins an article" if reading.starts else "more of the article before it"
    if reading.starts:
        return "a heading that begins an article"
    if was and reading.phase == was[0] and was[0] in (Phase.BODY, Phase.BARE_BODY):
        return "signs the text above it"
    return "more of the heading" if reading.phase == Phase.HEADED else "a heading behind its text"


def _blocks(
    grouping: Grouping, stories: Sequence[Story], grouped: _Grouped
) -> tuple[tuple[BlockReason, ...], dict[int, int]]:
    """All blocks of a page, and for each line, by its start, the number of its block."""
    article_of = {_start(line): number for number, draft in enumerate(grouping.drafts) for line in _lines(draft)}
    found: list[BlockReason] = []
    block_of: dict[int, int] = {}
    boxes = [part.block for draft in grouping.drafts if draft.brief for part in draft.parts]
    labels = [draft.label for draft in grouping.drafts if draft.brief and draft.label]
    items = [(item.block, grouped.decision(index)) for index, item in enumerate(grouped.items)]
    apart = [(block, None) for block in (*boxes, *labels, *grouping.loose)]
    for block, decision in [*items, *apart]:
        if _start(block.lines[0]) in block_of:
            continue
        article = article_of.get(_start(block.lines[0]))
        part = None if article is None else _part(block, stories[article])
        notes = _notes(grouped, len(found)) if decision else (_rule(block, article),)
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


def _notes(grouped: _Grouped, index: int) -> tuple[str, ...]:
    """What a block shows that the scores were made of."""
    item = grouped.items[index]
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
    return {"label": "section", "name": "speaker", "date": "date", "paragraph": "body"}.get(block.kind)


# --- articles -------------------------------------------------------------------------------------------------------


def _articles(notes: _Notes, stories: Sequence[Story]) -> tuple[ArticleReason, ...]:
    return tuple(
        ArticleReason(
            story.heading.headline.text if story.heading.headline else None,
            story.kind,
            story.confidence,
            _reading("the body is exactly right", notes.odds[number]),
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
    return Decision(_reading(said[taken], scores[taken]), _reading(said[best], scores[best] - scores[taken]))


def _parted(pieces: Sequence[Any], span: tuple[int, int]) -> str:
    start, end = span
    parts = {"kicker": pieces[:start], "headline": pieces[start:end], "subheadline": pieces[end:]}
    return " | ".join(f"{name} {' '.join(each.text.text for each in part)}" for name, part in parts.items() if part)
