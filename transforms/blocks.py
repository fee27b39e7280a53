"""Lines -> blocks: which line ends join, which end a paragraph, which lines are headings or belong to the page.

No single mark decides. Each reading of a line (opens a paragraph, carries one on, is a heading, is something else) and
each pair of neighbours has a score (`breaks`); the best whole reading of the page wins (Viterbi).

    before  我们必须集聚⏎⏎各方智慧，…发展。⏎市图书馆举行捐赠⏎本报讯（记者…
    after   paragraph 我们必须集聚各方智慧，…发展。| heading 市图书馆举行捐赠 | paragraph 本报讯（记者…
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import IntEnum
from typing import NamedTuple

from transforms import breaks, old_print
from transforms.breaks import Break, Habits, LineFacts
from transforms.lines import INDENT, Line, is_old_print
from transforms.old_print import Ways

IMPOSSIBLE = -1e9
FEWEST_LINES_FOR_INDENT = 200  # a shorter page is read with either indent


class Role(IntEnum):
    """How a line is read."""

    OPENS = 0
    GOES_ON = 1
    HEADING = 2
    HEADING_GOES_ON = 3
    OTHER = 4
    INTERRUPTS = 5


FIRST = (Role.HEADING, Role.OPENS)
INNER = (Role.HEADING_GOES_ON, Role.GOES_ON)

Way = tuple[int, int, int]
"""The roles that two neighbours may have, and which of the scores of the break between them is theirs."""


class Steps(NamedTuple):
    """The ways across a break, and its scores. Each line has its scores, but most share their ways."""

    ways: tuple[Way, ...]
    scores: Sequence[float]

    def by_roles(self) -> dict[tuple[Role, Role], float]:
        """The score of each pair of roles."""
        return {(ROLES[was], ROLES[role]): self.scores[which] for was, role, which in self.ways}


class Scores(NamedTuple):
    """The scores of a break: of a paragraph that goes on behind its first line or another, and that ends with its first
    line or another; of a heading that goes on, and that ends; of a line that interrupts a paragraph, and of one behind
    which it goes on; of neighbours that have nothing to do with each other."""

    first_goes_on: float
    goes_on: float
    first_ends: float
    ends: float
    heading_goes_on: float
    heading_ends: float
    interrupted: float
    resumed: float
    apart: float = 0.0


ROLES = tuple(Role)


def _ways(role: Role, *before: tuple[Role, str]) -> tuple[Way, ...]:
    """The ways to a role: from which roles, each with the name of its score."""
    return tuple((was.value, role.value, Scores._fields.index(score)) for was, score in before)


_HEADING_BEFORE = ((Role.HEADING, "apart"), (Role.HEADING_GOES_ON, "apart"))
_HEADING_ENDED = ((Role.HEADING, "heading_ends"), (Role.HEADING_GOES_ON, "heading_ends"))
_OTHER_BEFORE = ((Role.OTHER, "apart"),)
_TEXT_ENDED = ((Role.OPENS, "first_ends"), (Role.GOES_ON, "ends"))
_TEXT_GOES_ON = ((Role.OPENS, "first_goes_on"), (Role.GOES_ON, "goes_on"))
_HEADING_GOES_ON = ((Role.HEADING, "heading_goes_on"), (Role.HEADING_GOES_ON, "heading_goes_on"))

PLAIN_WAYS = (
    *_ways(Role.OPENS, *_HEADING_ENDED, *_TEXT_ENDED),
    *_ways(Role.GOES_ON, *_TEXT_GOES_ON),
    *_ways(Role.HEADING, *_HEADING_BEFORE, *_TEXT_ENDED),
    *_ways(Role.HEADING_GOES_ON, *_HEADING_GOES_ON),
)
"""The ways between two lines that can but be of a paragraph or a heading, as most are."""
ALL_WAYS = (
    *_ways(Role.OPENS, *_HEADING_ENDED, *_OTHER_BEFORE, *_TEXT_ENDED),
    *_ways(Role.GOES_ON, *_TEXT_GOES_ON, (Role.INTERRUPTS, "resumed")),
    *_ways(Role.HEADING, *_HEADING_BEFORE, *_OTHER_BEFORE, *_TEXT_ENDED),
    *_ways(Role.HEADING_GOES_ON, *_HEADING_GOES_ON),
    *_ways(Role.OTHER, *_HEADING_BEFORE, *_OTHER_BEFORE, *_TEXT_ENDED),
    *_ways(Role.INTERRUPTS, (Role.OPENS, "interrupted"), (Role.GOES_ON, "interrupted"), (Role.INTERRUPTS, "apart")),
)
WAYS_OF_OLD_PRINT: tuple[Way, ...] = tuple(
    (was.value, role.value, which + len(Ways._fields) * number)
    for number, (heading, text) in enumerate((FIRST, INNER))
    for which, (was, role) in enumerate(
        (
            (heading, Role.HEADING_GOES_ON),
            (heading, Role.HEADING),
            (heading, Role.OPENS),
            (text, Role.GOES_ON),
            (text, Role.OPENS),
            (text, Role.HEADING),
        )
    )
)
"""The ways as `Ways` has them: behind a block's first line, and behind another."""


@dataclass(frozen=True, slots=True)
class Block:
    """Lines that belong together. `kind` is paragraph, heading, or what a single line shows by itself:
    label, furniture, date, credit, jump, name or note. `whole` says that it is known where a heading's part begins and
    ends, as in old print: no width can part its lines."""

    kind: str
    lines: tuple[Line, ...]
    whole: bool = False

    @property
    def text(self) -> str:
        return "".join(line.text for line in self.lines)


def read_blocks(lines: Sequence[Line]) -> list[Block]:
    """The blocks of a page in the order of its lines; each line ends in one block."""
    facts = breaks.line_facts(lines)
    if is_old_print(lines):
        return [replace(block, whole=True) for block in _gather(facts, _roles_in_old_print(facts))]
    readings = _readings(facts, breaks.read_habits(lines), _indents(lines))
    return _gather(facts, max(readings, key=lambda reading: reading[0])[1])


def _indents(lines: Sequence[Line]) -> tuple[float, ...]:
    """The indents that a page may have: the usual one alone where no column shows or the page is long."""
    measured = sum(line.measure is not None for line in lines)
    return (INDENT, INDENT / 2) if 0 < measured <= FEWEST_LINES_FOR_INDENT else (INDENT,)


def _enters(facts: LineFacts, after: LineFacts | None, habits: Habits) -> list[float]:
    """The score of a line in each role, whatever stands before it."""
    other = breaks.UNLIKE_OTHER if facts.other else 0.0
    heading = breaks.heading(facts, after) + other
    special = breaks.LIKE_OTHER if facts.other else IMPOSSIBLE
    apart = facts.line.gap and after is not None and after.line.gap
    return [
        breaks.opens(facts, habits) + other,
        other,
        breaks.HEADING + heading,
        breaks.HEADING_GOES_ON + heading - breaks.STANDS_AGAIN * facts.again,
        special,
        breaks.HEADING + breaks.HEADING_INTERRUPTS + heading if apart and not facts.other else special,
    ]


def _roles_in_old_print(facts: Sequence[LineFacts]) -> list[Role]:
    """The best reading of a page of old print; a block of one line is what that line shows by itself."""
    if not facts:
        return []
    known = old_print.weights()
    begins = known.get(old_print.BEGINS, Ways())
    enters = [[0.0, 0.0, 0.0, 0.0, IMPOSSIBLE, IMPOSSIBLE] for _ in facts]
    enters[0][Role.OPENS], enters[0][Role.HEADING] = begins.text_text, begins.heading_heading
    opened = known.get(old_print.OPENED, Ways())
    steps = [
        Steps(WAYS_OF_OLD_PRINT, (*old_print.added([ways, opened]), *ways))
        for ways in old_print.partings(old_print.read_setting(facts))
    ]
    roles = _best_roles(steps, enters, (0.0, 0.0))[1]
    return [
        Role.OTHER if fact.other and role in FIRST and after in FIRST else role
        for fact, role, after in zip(facts, roles, [*roles[1:], Role.OPENS])
    ]


def _readings(facts: Sequence[LineFacts], habits: Habits, indents: Sequence[float]) -> list[tuple[float, list[Role]]]:
    """For each indent the best reading of a page, and its score."""
    found = [breaks.read_break(before, line, habits) for before, line in itertools.pairwise(facts)]
    enters = [_enters(line, after, habits) for line, after in zip(facts, [*facts[1:], None])]
    last = breaks.ends_at_last(facts[-1], habits) if facts else 0.0
    return [_read(facts, found, enters, last, indent) for indent in indents]


def _read(
    facts: Sequence[LineFacts],
    found: Sequence[Break],
    enters: Sequence[Sequence[float]],
    last: float,
    indent: float,
) -> tuple[float, list[Role]]:
    """The best reading of a page with an indent, and its score; `last` is what the page's end gives."""
    special = [entering[Role.OTHER] != IMPOSSIBLE or entering[Role.INTERRUPTS] != IMPOSSIBLE for entering in enters]
    steps = [
        Steps(
            ALL_WAYS if special[index] or special[index + 1] else PLAIN_WAYS,
            Scores(
                *breaks.goes_on(facts[index], each, indent),
                *breaks.ends(facts[index], each.ends, indent),
                each.heading_goes_on,
                each.heading_ends,
                each.interrupted,
                breaks.INTERRUPTED,
            ),
        )
        for index, each in enumerate(found)
    ]
    return _best_roles(steps, enters, breaks.ends(facts[-1], last, indent) if facts else (0.0, 0.0))


def _best_roles(
    partings: Sequence[Steps], enters: Sequence[Sequence[float]], ends: tuple[float, float]
) -> tuple[float, list[Role]]:
    """The roles whose scores add up to the most, and their sum."""
    if not enters:
        return 0.0, []
    scores = _at_first(enters[0])
    back: list[tuple[int, ...]] = []
    for steps, entering in zip(partings, enters[1:]):
        scores, came = _advance(scores, steps, entering)
        back.append(came)
    scores = _at_last(scores, ends)
    last = max(Role, key=scores.__getitem__)
    return scores[last], _trace(back, last)


def _at_first(enters: Sequence[float]) -> list[float]:
    """The scores of the first line's roles: nothing stands before it that it could carry on."""
    scores = list(enters)
    scores[Role.GOES_ON] = scores[Role.HEADING_GOES_ON] = scores[Role.INTERRUPTS] = IMPOSSIBLE
    return scores


def _at_last(scores: Sequence[float], ends: tuple[float, float]) -> list[float]:
    """The scores of the last line's roles with the paragraph's end behind it."""
    scores = list(scores)
    scores[Role.OPENS] += ends[0]
    scores[Role.GOES_ON] += ends[1]
    scores[Role.INTERRUPTS] = 2 * IMPOSSIBLE
    return scores


def _advance(scores: Sequence[float], steps: Steps, enters: Sequence[float]) -> tuple[list[float], tuple[int, ...]]:
    """The best scores one line further, and the role before each."""
    if steps.ways is PLAIN_WAYS:
        return _advance_plainly(scores, steps, enters)
    best = [2 * IMPOSSIBLE] * len(enters)
    came = [0] * len(enters)
    ways, given = steps
    for was, role, which in ways:
        total = scores[was] + given[which]
        if total > best[role]:
            best[role] = total
            came[role] = was
    return [total + enter for total, enter in zip(best, enters)], tuple(came)


def _advance_plainly(
    scores: Sequence[float], steps: Steps, enters: Sequence[float]
) -> tuple[list[float], tuple[int, ...]]:
    """`_advance` for `PLAIN_WAYS`, written out, which takes a third of the time: of equal ways the first one counts."""
    opens, goes_on, heading, more, *_ = scores
    given = Scores(*steps.scores)
    ended, was = opens + given.first_ends, 0
    if goes_on + given.ends > ended:
        ended, was = goes_on + given.ends, 1
    to_opens, before_opens = heading + given.heading_ends, 2
    if more + given.heading_ends > to_opens:
        to_opens, before_opens = more + given.heading_ends, 3
    if ended > to_opens:
        to_opens, before_opens = ended, was
    to_goes_on, before_goes_on = opens + given.first_goes_on, 0
    if goes_on + given.goes_on > to_goes_on:
        to_goes_on, before_goes_on = goes_on + given.goes_on, 1
    to_heading, before_heading = heading + given.apart, 2
    if more + given.apart > to_heading:
        to_heading, before_heading = more + given.apart, 3
    if ended > to_heading:
        to_heading, before_heading = ended, was
    to_more, before_more = heading + given.heading_goes_on, 2
    if more + given.heading_goes_on > to_more:
        to_more, before_more = more + given.heading_goes_on, 3
    best = (to_opens, to_goes_on, to_heading, to_more, 2 * IMPOSSIBLE, 2 * IMPOSSIBLE)
    came = (before_opens, before_goes_on, before_heading, before_more, 0, 0)
    return [total + enter for total, enter in zip(best, enters)], came


def _trace(back: Sequence[Sequence[int]], last: Role) -> list[Role]:
    roles = [last]
    for came in reversed(back):
        roles.append(ROLES[came[roles[-1]]])
    return roles[::-1]


def _gather(facts: Sequence[LineFacts], roles: Sequence[Role]) -> list[Block]:
    """Neighbours of one block put together; what interrupts a paragraph stands before it."""
    kinds: list[str] = []
    groups: list[list[Line]] = []
    paragraph: list[Line] | None = None
    for fact, role in zip(facts, roles):
        if role == Role.GOES_ON and paragraph is not None:
            paragraph.append(fact.line)
        elif role == Role.HEADING_GOES_ON:
            groups[-1].append(fact.line)
        else:
            kind = {Role.OPENS: "paragraph", Role.HEADING: "heading"}.get(role, fact.other or "heading")
            place = len(groups) - 1 if role == Role.INTERRUPTS else len(groups)
            kinds.insert(place, kind)
            groups.insert(place, [fact.line])
            paragraph = groups[-1] if kind == "paragraph" or role == Role.INTERRUPTS else None
    return [Block(kind, tuple(group)) for kind, group in zip(kinds, groups)]
