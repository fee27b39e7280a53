"""Lines -> blocks: which line ends join, which end a paragraph, which lines are headings or belong to the page.

No single mark decides. Each reading of a line (opens a paragraph, carries one on, is a heading, is something else) and
each pair of neighbours has a score (`breaks`); the best whole reading of the page wins (Viterbi).

    before  我们必须集聚⏎⏎各方智慧，…发展。⏎市图书馆举行捐赠⏎本报讯（记者…
    after   paragraph 我们必须集聚各方智慧，…发展。| heading 市图书馆举行捐赠 | paragraph 本报讯（记者…
"""

from __future__ import annotations

import itertools
import operator
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from enum import IntEnum
from typing import NamedTuple

from transforms import breaks, old_print
from transforms.breaks import Break, ByWidth, Habits, LineFacts
from transforms.lines import INDENT, Line, is_old_print
from transforms.old_print import Ways

IMPOSSIBLE = -1e9
MOST_ROUNDS = 5  # in which words are asked where they matter; then everywhere
CLOSE = 1e-4  # far more than what rounding makes of the sums of a page
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


def _ways_to(ways: Iterable[Way]) -> tuple[tuple[tuple[int, int], ...], ...]:
    """For each role the ways to it: the role before it, and which of the scores is theirs."""
    return tuple(tuple((was, which) for was, to, which in ways if to == role) for role in Role)


_PLAIN_WAYS_TO, _ALL_WAYS_TO = _ways_to(PLAIN_WAYS), _ways_to(ALL_WAYS)
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
        return "".join([line.text for line in self.lines])


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
    heading, opens = breaks.heading(facts, after), breaks.opens(facts, habits)
    goes_on, other, interrupts = 0.0, IMPOSSIBLE, IMPOSSIBLE
    if facts.other:
        goes_on, other, interrupts = breaks.UNLIKE_OTHER, breaks.LIKE_OTHER, breaks.LIKE_OTHER
        heading, opens = heading + goes_on, opens + goes_on
    elif facts.line.gap and after is not None and after.line.gap:
        interrupts = breaks.HEADING + breaks.HEADING_INTERRUPTS + heading
    more = breaks.HEADING_GOES_ON + heading
    if facts.again:
        more -= breaks.STANDS_AGAIN
    return [opens, goes_on, breaks.HEADING + heading, more, other, interrupts]


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


@dataclass(slots=True)
class _Page:
    """The lines of a page with what is asked of them whatever its indent: the breaks between them, each line's scores
    in each role, the ways across each break, what the page's end gives. What words say is not yet asked at the breaks
    that are `waiting`: these are scored with the least that words can say. Most of them are `inner` ones, many of which
    are alike, so that one `Break` stands for all of these, and one of `alike` for its steps behind lines of the same
    width; `by_width` keeps what widths say."""

    facts: Sequence[LineFacts]
    habits: Habits
    enters: Sequence[Sequence[float]]
    ways: Sequence[tuple[Way, ...]]
    last: float
    waiting: set[int]
    inner: set[int]
    found: list[Break] = field(default_factory=list)
    by_width: dict[_Width, ByWidth] = field(default_factory=dict)
    alike: dict[tuple[Break, _Width], Steps] = field(default_factory=dict)


_Width = tuple[float | None, float, float, float, float, float]
"""A line's measure, its widths, the head and the doubt of the break behind it, a page's indent."""


def _readings(facts: Sequence[LineFacts], habits: Habits, indents: Sequence[float]) -> list[tuple[float, list[Role]]]:
    """For each indent the best reading of a page, and its score, from which the same is left out for all of them.

    What words say takes most of the time, and most breaks need not be asked: inside a paragraph a line goes on even if
    its words say as little for it as they can. To let them say more makes no reading better by more than it makes
    those which go on at that break. So what is best while words say the least at the breaks that wait is best whatever
    they say, if it goes on at all of these; wherever it does not, the words are asked, and it is read again. Where
    another reading is as good within `CLOSE`, which rounding could decide, all words are asked; so they are behind
    `MOST_ROUNDS`, lest a page be read over and over.
    """
    page = _page(facts, habits)
    steps = [[_steps(page, index, indent) for index in range(len(page.found))] for indent in indents]
    ends = [_ends(page, indent) for indent in indents]
    n_rounds = 0
    while page.waiting:
        n_rounds += 1
        sums = [_sums(own, page.enters, end) for own, end in zip(steps, ends)]
        asked = _in_doubt(page.waiting, sums)
        if not asked:
            return [(each.total, each.roles) for each in sums]
        if n_rounds == MOST_ROUNDS:
            asked = list(page.waiting)
        _ask(page, asked)
        for own, indent in zip(steps, indents):
            for index in asked:
                own[index] = _steps(page, index, indent)
    return [_best_roles(own, page.enters, end) for own, end in zip(steps, ends)]


def _page(facts: Sequence[LineFacts], habits: Habits) -> _Page:
    enters = [_enters(line, after, habits) for line, after in itertools.zip_longest(facts, facts[1:])]
    special = [other != IMPOSSIBLE or interrupts != IMPOSSIBLE for *_, other, interrupts in enters]
    ways = [ALL_WAYS if either else PLAIN_WAYS for either in map(operator.or_, special, special[1:])]
    waiting = _waiting(facts)
    inner = {index for index in waiting if breaks.is_inner(facts[index], facts[index + 1], habits)}
    last = breaks.ends_at_last(facts[-1], habits) if facts else 0.0
    page = _Page(facts, habits, enters, ways, last, waiting, inner)
    known: dict[tuple[object, ...], Break] = {}
    for index, (before, line) in enumerate(itertools.pairwise(facts)):
        if index in inner:
            shown = breaks.marks_of_inner(before, line, habits)
            if shown not in known:
                known[shown] = breaks.read_break(before, line, habits, breaks.least_of_words(before))
            page.found.append(known[shown])
        else:
            said = breaks.least_of_words(before) if index in waiting else breaks.words_between(before, line)
            page.found.append(breaks.read_break(before, line, habits, said))
    return page


def _ask(page: _Page, asked: Iterable[int]) -> None:
    """Let the words of some breaks be heard."""
    for index in asked:
        before, after = page.facts[index], page.facts[index + 1]
        page.found[index] = breaks.read_break(before, after, page.habits, breaks.words_between(before, after))
        page.waiting.discard(index)
        page.inner.discard(index)


def _steps(page: _Page, index: int, indent: float) -> Steps:
    """The ways across a break and their scores, with such an indent."""
    line, each = page.facts[index].line, page.found[index]
    key = (line.measure, line.width, line.squeezed, each.head, each.doubt, indent)
    if index in page.inner:
        alike = each, key
        if alike not in page.alike:
            page.alike[alike] = _scored(page, index, key)
        return page.alike[alike]
    return _scored(page, index, key)


def _scored(page: _Page, index: int, key: _Width) -> Steps:
    joins, ends, heading_goes_on, heading_ends, interrupted, *_ = page.found[index]
    own = page.by_width.get(key)
    if own is None:
        own = page.by_width[key] = breaks.by_width(page.facts[index].line, *key[3:])
    return Steps(
        page.ways[index],
        (  # as in `Scores`
            joins + own.first_goes_on,
            joins + own.goes_on,
            ends + own.first_ends,
            ends + own.ends,
            heading_goes_on,
            heading_ends,
            interrupted,
            breaks.INTERRUPTED,
            0.0,
        ),
    )


def _ends(page: _Page, indent: float) -> tuple[float, float]:
    """The scores of the page's last line as a paragraph's end."""
    if not page.facts:
        return 0.0, 0.0
    own = breaks.by_width(page.facts[-1].line, 0.0, 0.0, indent)
    return page.last + own.first_ends, page.last + own.ends


def _waiting(facts: Sequence[LineFacts]) -> set[int]:
    """The breaks whose words wait until it is known that they matter."""
    return {index for index, fact in enumerate(facts[:-1]) if not fact.may_end}


@dataclass(slots=True)
class _Sums:
    """The best reading by scores of which some are but the least that they can be: for each line the best score of all
    lines so far with this one in each role, the last one with the page's end behind it."""

    steps: Sequence[Steps]
    scores: Sequence[Sequence[float]]
    roles: list[Role]

    @property
    def total(self) -> float:
        return max(self.scores[-1])

    def parted(self, breaks: Iterable[int]) -> list[int]:
        """Those of some breaks across which no paragraph runs."""
        roles, goes_on, interrupts = self.roles, Role.GOES_ON, Role.INTERRUPTS
        return [index for index in breaks if roles[index + 1] is not goes_on or roles[index] is interrupts]

    def is_close(self) -> bool:
        """Whether another reading comes anywhere to the same role, or to the page's end, with as good a score."""
        if sorted(self.scores[-1])[-2] + CLOSE >= self.total:
            return True
        for steps, scored, role in zip(self.steps, self.scores, self.roles[1:]):
            ways, given = steps
            to_role = (_PLAIN_WAYS_TO if ways is PLAIN_WAYS else _ALL_WAYS_TO)[role]
            totals = sorted([scored[was] + given[which] for was, which in to_role])
            if totals[-2] + CLOSE >= totals[-1]:
                return True
        return False


def _sums(steps: Sequence[Steps], enters: Sequence[Sequence[float]], ends: tuple[float, float]) -> _Sums:
    scores, back = _advanced(steps, enters)
    scores[-1] = _at_last(scores[-1], ends)
    return _Sums(steps, scores, _trace(back, max(Role, key=scores[-1].__getitem__)))


def _in_doubt(waiting: Iterable[int], sums: Sequence[_Sums]) -> list[int]:
    """Of the breaks that are waiting those that are to be asked: where one of the readings does not go on. Where there
    is none, all if another reading is as good as one of these, or one of these as another."""
    asked = {index for each in sums for index in each.parted(waiting)}
    if asked:
        return list(asked)
    totals = [each.total for each in sums]
    differ = any(each.roles != sums[0].roles for each in sums)
    as_good = differ and max(totals) - min(totals) <= CLOSE
    return list(waiting) if as_good or any(each.is_close() for each in sums) else []


def _best_roles(
    partings: Sequence[Steps], enters: Sequence[Sequence[float]], ends: tuple[float, float]
) -> tuple[float, list[Role]]:
    """The roles whose scores add up to the most, and their sum."""
    if not enters:
        return 0.0, []
    scores, back = _advanced(partings, enters)
    at_last = _at_last(scores[-1], ends)
    last = max(Role, key=at_last.__getitem__)
    return at_last[last], _trace(back, last)


def _advanced(
    partings: Sequence[Steps], enters: Sequence[Sequence[float]]
) -> tuple[list[list[float]], list[tuple[int, ...]]]:
    """For each line the best score of all lines so far with this one in each role; and behind the first one the role
    before each."""
    scores = [_at_first(enters[0])]
    back: list[tuple[int, ...]] = []
    for steps, entering in zip(partings, enters[1:]):
        advance = _advance_plainly if steps.ways is PLAIN_WAYS else _advance_by_ways
        reached, came = advance(scores[-1], steps, entering)
        scores.append(reached)
        back.append(came)
    return scores, back


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


def _advance_by_ways(
    scores: Sequence[float], steps: Steps, enters: Sequence[float]
) -> tuple[list[float], tuple[int, ...]]:
    """The best scores one line further, and the role before each."""
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
    """`_advance_by_ways` for `PLAIN_WAYS`, written out, which takes a third of the time: of equal ways the first one
    counts."""
    opens, goes_on, heading, more, _, _ = scores
    first_goes_on, inner_goes_on, first_ends, inner_ends, heading_goes_on, heading_ends, _, _, apart = steps.scores
    before_more = 2
    if more > heading:
        heading, before_more = more, 3
    ended, before_opens = opens + first_ends, 0
    if goes_on + inner_ends > ended:
        ended, before_opens = goes_on + inner_ends, 1
    to_opens, to_heading, before_heading = ended, ended, before_opens
    if heading + heading_ends >= ended:
        to_opens, before_opens = heading + heading_ends, before_more
    if heading + apart >= ended:
        to_heading, before_heading = heading + apart, before_more
    to_goes_on, before_goes_on = opens + first_goes_on, 0
    if goes_on + inner_goes_on > to_goes_on:
        to_goes_on, before_goes_on = goes_on + inner_goes_on, 1
    to_more = heading + heading_goes_on
    opens, goes_on, heading, more, other, interrupts = enters
    return [
        to_opens + opens,
        to_goes_on + goes_on,
        to_heading + heading,
        to_more + more,
        2 * IMPOSSIBLE + other,
        2 * IMPOSSIBLE + interrupts,
    ], (before_opens, before_goes_on, before_heading, before_more, 0, 0)


def _trace(back: Sequence[Sequence[int]], last: Role) -> list[Role]:
    at = last.value
    roles = [last]
    for came in reversed(back):
        at = came[at]
        roles.append(ROLES[at])
    return roles[::-1]


def _gather(facts: Sequence[LineFacts], roles: Sequence[Role]) -> list[Block]:
    """Neighbours of one block put together; what interrupts a paragraph stands before it."""
    kinds: list[str] = []
    groups: list[list[Line]] = []
    paragraph: list[Line] | None = None
    goes_on = Role.GOES_ON
    for fact, role in zip(facts, roles):
        if role is goes_on and paragraph is not None:
            paragraph.append(fact.line)
        elif role is Role.HEADING_GOES_ON:
            groups[-1].append(fact.line)
        else:
            kind = {Role.OPENS: "paragraph", Role.HEADING: "heading"}.get(role, fact.other or "heading")
            place = len(groups) - 1 if role == Role.INTERRUPTS else len(groups)
            kinds.insert(place, kind)
            groups.insert(place, [fact.line])
            paragraph = groups[-1] if kind == "paragraph" or role == Role.INTERRUPTS else None
    return [Block(kind, tuple(group)) for kind, group in zip(kinds, groups)]
