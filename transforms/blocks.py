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

Step = tuple[Role, Role, float]
"""The roles that two neighbours may have, with the score of the break between them."""


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
    habits = breaks.read_habits(lines)
    readings = [_read(facts, replace(habits, indent=indent)) for indent in _indents(lines)]
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
    scores = [0.0] * len(Role)
    scores[Role.OPENS] = breaks.opens(facts, habits) + other
    scores[Role.GOES_ON] = other
    scores[Role.HEADING] = breaks.HEADING + heading
    scores[Role.HEADING_GOES_ON] = breaks.HEADING_GOES_ON + heading - breaks.STANDS_AGAIN * facts.again
    scores[Role.OTHER] = scores[Role.INTERRUPTS] = special
    if apart and not facts.other:
        scores[Role.INTERRUPTS] = breaks.HEADING + breaks.HEADING_INTERRUPTS + heading
    return scores


def _roles_in_old_print(facts: Sequence[LineFacts]) -> list[Role]:
    """The best reading of a page of old print; a block of one line is what that line shows by itself."""
    if not facts:
        return []
    known = old_print.weights()
    begins = known.get(old_print.BEGINS, Ways())
    enters = [[0.0, 0.0, 0.0, 0.0, IMPOSSIBLE, IMPOSSIBLE] for _ in facts]
    enters[0][Role.OPENS], enters[0][Role.HEADING] = begins.text_text, begins.heading_heading
    opened = known.get(old_print.OPENED, Ways())
    steps = [_steps_in_old_print(ways, opened) for ways in old_print.partings(old_print.read_setting(facts))]
    roles = _best_roles(steps, enters, (0.0, 0.0))[1]
    return [
        Role.OTHER if fact.other and role in FIRST and after in FIRST else role
        for fact, role, after in zip(facts, roles, [*roles[1:], Role.OPENS])
    ]


def _steps_in_old_print(ways: Ways, opened: Ways) -> list[Step]:
    """The steps across a break; `opened` is added where the line before it is its block's first."""
    steps: list[Step] = []
    for (heading, text), found in ((FIRST, old_print.added([ways, opened])), (INNER, ways)):
        steps += [
            (heading, Role.HEADING_GOES_ON, found.heading_goes_on),
            (heading, Role.HEADING, found.heading_heading),
            (heading, Role.OPENS, found.heading_text),
            (text, Role.GOES_ON, found.text_goes_on),
            (text, Role.OPENS, found.text_text),
            (text, Role.HEADING, found.text_heading),
        ]
    return steps


def _steps(found: Break) -> list[Step]:
    """The pairs of roles that two neighbours may have, with the score of the break in each."""
    first, inner = found.goes_on
    steps = [
        (Role.OPENS, Role.GOES_ON, first),
        (Role.GOES_ON, Role.GOES_ON, inner),
        (Role.INTERRUPTS, Role.GOES_ON, breaks.INTERRUPTED),
        (Role.OPENS, Role.INTERRUPTS, found.interrupted),
        (Role.GOES_ON, Role.INTERRUPTS, found.interrupted),
        (Role.INTERRUPTS, Role.INTERRUPTS, 0.0),
        (Role.HEADING, Role.HEADING_GOES_ON, found.heading_goes_on),
        (Role.HEADING_GOES_ON, Role.HEADING_GOES_ON, found.heading_goes_on),
        (Role.HEADING, Role.OPENS, found.heading_ends),
        (Role.HEADING_GOES_ON, Role.OPENS, found.heading_ends),
        (Role.OTHER, Role.OPENS, 0.0),
    ]
    for role in (Role.HEADING, Role.OTHER):
        steps += [(was, role, 0.0) for was in (Role.HEADING, Role.HEADING_GOES_ON, Role.OTHER)]
    for role in (Role.OPENS, Role.HEADING, Role.OTHER):
        steps += [(Role.OPENS, role, found.ends[0]), (Role.GOES_ON, role, found.ends[1])]
    return steps


def _read(facts: Sequence[LineFacts], habits: Habits) -> tuple[float, list[Role]]:
    """The best reading of a page with these habits, and its score."""
    found = [breaks.read_break(before, line, habits) for before, line in itertools.pairwise(facts)]
    enters = [_enters(line, after, habits) for line, after in zip(facts, [*facts[1:], None])]
    return _best_roles(list(map(_steps, found)), enters, breaks.ends(facts[-1], None, habits) if facts else (0.0, 0.0))


def _best_roles(
    partings: Sequence[Sequence[Step]], enters: Sequence[Sequence[float]], ends: tuple[float, float]
) -> tuple[float, list[Role]]:
    """The roles whose scores add up to the most, and their sum."""
    if not enters:
        return 0.0, []
    scores = _at_first(enters[0])
    back: list[list[Role]] = []
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


def _advance(scores: Sequence[float], steps: Sequence[Step], enters: Sequence[float]) -> tuple[list[float], list[Role]]:
    """The best scores one line further, and the role before each."""
    best = [2 * IMPOSSIBLE] * len(enters)
    came = [Role.OPENS] * len(enters)
    for was, role, score in steps:
        total = scores[was] + score
        if total > best[role]:
            best[role], came[role] = total, was
    return [total + enter for total, enter in zip(best, enters)], came


def _trace(back: Sequence[Sequence[Role]], last: Role) -> list[Role]:
    roles = [last]
    for came in reversed(back):
        roles.append(came[roles[-1]])
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
