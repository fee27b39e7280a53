"""What a page's lines and blocks could have been read as instead, and what the whole would have lost by it.

A page is read as a whole, so the score of one line or block says little of how sure its reading is. For each role that
a line could have, and each way to read a block, the best reading of the whole page that has it is found from the best
scores on both sides (max-marginals of Viterbi's algorithm). The best one that was not taken, less the one that was,
term by term, is why it was not.

    before  我们必须集聚⏎⏎各方智慧: join, or a new paragraph?
    after   join: a blank line -0.7 | a new paragraph: no full stop before it -6.0, few lines end a paragraph -1.6, …
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from transforms import blocks
from transforms.articles import Phase
from transforms.blocks import Role, Steps
from transforms.breaks import LineFacts
from transforms.tracing import Term, terms_of

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


def reading_of(what: str, score: float) -> Reading:
    """A reading by its score, with what that is made of."""
    return Reading(what, float(score), terms_of(score))


# --- lines ----------------------------------------------------------------------------------------------------------


IN_WORDS = {
    Role.OPENS: ("opens a paragraph", "new paragraph"),
    Role.GOES_ON: ("goes on", "join"),
    Role.HEADING: ("heading", "new block: heading"),
    Role.HEADING_GOES_ON: ("heading goes on", "join to the heading"),
    Role.OTHER: ("{other}", "new block: {other}"),
    Role.INTERRUPTS: ("{other}, interrupts", "{other} inside a paragraph, which goes on behind it"),
}
"""What a line is in each role, and what the break before it is; `other` is what the line shows by itself."""


def role_of(fact: LineFacts, role: Role) -> str:
    """What a line was taken for."""
    return IN_WORDS[role][0].format(other=fact.other or "heading")


def _break(fact: LineFacts, role: Role) -> str:
    """What the break before a line is in one of its roles."""
    return IN_WORDS[role][1].format(other=fact.other or "heading")


class LineReadings:
    """All readings of a page's lines: for each line and role the best score of all lines so far (`before`) and of all
    lines behind it (`behind`), with the roles of its neighbours there (`came`, `goes`)."""

    def __init__(
        self,
        rules: SimpleNamespace,
        steps: Sequence[Steps],
        enters: Sequence[Sequence[float]],
        ends: tuple[float, float],
    ) -> None:
        self.enters = [rules._at_first(enters[0]), *enters[1:]]
        self.steps: list[dict[tuple[Role, Role], float]] = [each.by_roles() for each in steps]
        self.ends: list[float] = rules._at_last([0.0] * len(Role), ends)
        self.before: list[list[float]] = [list(map(float, self.enters[0]))]
        self.came: list[list[Role]] = [[Role.OPENS] * len(Role)]
        for each, entering in zip(steps, self.enters[1:]):
            self._go_forward(each, entering)
        self.behind: list[list[float]] = [list(map(float, self.ends))]
        self.goes: list[list[Role]] = [[Role.OPENS] * len(Role)]
        for step, entering in zip(reversed(self.steps), reversed(self.enters)):
            self._go_back(step, entering)
        self.behind.reverse()
        self.goes.reverse()

    def _go_forward(self, steps: Steps, entering: Sequence[float]) -> None:
        plain = Steps(steps.ways, list(map(float, steps.scores)))
        scores, came = blocks._advance_by_ways(self.before[-1], plain, list(map(float, entering)))
        self.before.append(scores)
        self.came.append([blocks.ROLES[was] for was in came])

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
        taken = reading_of(_break(facts[index], role), self._score(index, roles))
        if sums[other] < IMPOSSIBLE:
            return Decision(taken)
        start, otherwise = self._otherwise(index, other, roles)
        path = [*roles[:start], *otherwise, *roles[start + len(otherwise) :]]
        stretch = range(start, min(len(roles), start + len(otherwise) + 1))
        change = sum((self._score(at, path) - self._score(at, roles) for at in stretch), 0.0)
        besides = [at for at in stretch if path[at] != roles[at] and at != index]
        said = tuple(f"{_break(facts[at], path[at])} at {name(at)}" for at in besides)
        return Decision(taken, reading_of(_break(facts[index], other), change), said)

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


# --- blocks ---------------------------------------------------------------------------------------------------------


_Move = tuple[_State, Any, float]
"""A state, how the next block is read, and what that gives."""


class BlockReadings:
    """The best reading of a page's blocks, with all moves that it could have made: for each block and state before it
    the best score so far and the move that led there, and the best score from there on and its first move."""

    def __init__(self, rules: SimpleNamespace, items: Sequence[Any], habits: Any, readings: Sequence[Any]) -> None:
        self.items, self.readings = items, readings
        self.closing: Callable[[Any], float] = rules.articles._closing
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
            state, total = reading.state, self.before[-1][was][0] + float(gain)
            if state not in best or total > best[state][0]:
                best[state] = total, move
        self.before.append(best)

    def _go_back(self, moves: Sequence[_Move]) -> None:
        best: dict[_State, tuple[float, _Move | None]] = {}
        for move in moves:
            was, reading, gain = move
            behind = self.behind[-1].get(reading.state)
            if behind is not None and (was not in best or float(gain) + behind[0] > best[was][0]):
                best[was] = float(gain) + behind[0], move
        self.behind.append(best)

    def _taken(self) -> list[_Move]:
        """The moves of the reading that won."""
        states: list[_State] = [None, *(reading.state for reading in self.readings)]
        return [
            next(move for move in moves if move[:2] == (was, reading))
            for moves, was, reading in zip(self.moves, states, self.readings)
        ]

    def _end(self, index: int, move: _Move) -> float:
        """What the page's end gives behind the last block."""
        return self.ends[move[1].state] if index + 1 == len(self.items) else 0.0

    def decision(self, index: int) -> Decision:
        """Why a block was read as it was."""
        item, taken = self.items[index], self.taken[index]
        what = _what(item, *taken[:2])
        read = reading_of(what, taken[2] + self._end(index, taken))
        others = [move for move in self.moves[index] if _what(item, *move[:2]) != what]
        totals = {at: total for at, move in enumerate(others) if (total := self._total(index, move)) > IMPOSSIBLE}
        if not totals:
            return Decision(read)
        start, path = self._otherwise(index, others[max(totals, key=totals.__getitem__)])
        stretch = range(start, start + len(path))
        moves = dict(zip(stretch, path))
        change = sum((moves[at][2] - self.taken[at][2] for at in stretch), 0.0)
        change += self._end(stretch[-1], path[-1]) - self._end(stretch[-1], self.taken[stretch[-1]])
        besides = [at for at in stretch if at != index and self._said(at, moves[at]) != self._said(at, self.taken[at])]
        said = tuple(f"“{_short(self.items[at].text)}” as {self._said(at, moves[at])}" for at in besides)
        return Decision(read, reading_of(self._said(index, moves[index]), change), said)

    def _said(self, index: int, move: _Move) -> str:
        return _what(self.items[index], *move[:2])

    def _total(self, index: int, move: _Move) -> float:
        """The score of the best whole reading with a move."""
        was, reading, gain = move
        behind = self.behind[index + 1].get(reading.state)
        return 10 * IMPOSSIBLE if behind is None else self.before[index][was][0] + float(gain) + behind[0]

    def _otherwise(self, index: int, move: _Move) -> tuple[int, list[_Move]]:
        """The best moves round one that was not taken, as far as they differ from those that were: the number of the
        first block, and the moves."""
        path, start = [move], index
        while path[0][0] != self.taken[start][0]:
            path.insert(0, self.before[start][path[0][0]][1] or move)
            start -= 1
        for at in range(index + 1, len(self.items)):
            state = path[-1][1].state
            if state == self.taken[at][0]:
                break
            path.append(self.behind[at][state][1] or move)
        return start, path


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
    if reading.phase != Phase.HEADED:
        return "a heading behind its text"
    return "more of the heading" if was and was[0] == Phase.HEADED else "the heading of the text begun before it"
