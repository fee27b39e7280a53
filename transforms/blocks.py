"""Lines -> blocks: which line ends join, which end a paragraph, which lines are headings or belong to the page.

No single mark decides. Each reading of a line (opens a paragraph, carries one on, is a heading, is something else) and
each pair of neighbours gets a score from what both sides show: width against the column's measure, full stops, open
quotes, words cut in two, blank lines, agency lines. The best whole reading of the page wins (Viterbi).

    before  我们必须集聚⏎⏎各方智慧，…发展。⏎市图书馆举行捐赠⏎本报讯（记者…
    after   paragraph 我们必须集聚各方智慧，…发展。| heading 市图书馆举行捐赠 | paragraph 本报讯（记者…
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum

from transforms import marks
from transforms.bylines import is_credit, read_lead
from transforms.lines import INDENT, SLACK, Line, fills, printed_width
from transforms.words import frequency

IMPOSSIBLE = -1e9

# Costs and gains, in units of about one natural logarithm of odds.
PARAGRAPH_ENDS = -1.6  # a line seldom ends a paragraph
FULL_LINE_ENDS = -2.0  # and if it does, it is seldom full
SENTENCE_ENDS_INSIDE = -3.0  # a full stop seldom falls on a line's end by chance
NO_FULL_STOP = -6.0  # a paragraph seldom ends without one
SOFT_STOP = -1.5  # …or with a colon, a semicolon, a bare closing quote
SHORT_LINE_GOES_ON = -2.5  # a line shorter than its column seldom goes on
TIGHT = -0.7  # …and it may be so short by the width of a digit
WIDTH_STEP = -0.8  # for each em that it is shorter
TOO_WIDE = -1.2
GAP_BREAKS = 0.7
GAP_JOINS = -0.7
WORD_CUT = 1.5
WORDS_RECUR = 2.5
OPEN_QUOTE = 2.0
CLOSES_NEXT = 4.0
LEAD_OPENS = 6.0
INTERRUPTED = -3.5
HEADING = -2.2
HEADING_GOES_ON = -0.8
HEADING_STOPS = -6.0
HEADING_COMMA = -3.0
INNER_COMMA = -0.8  # a heading's line seldom holds one, a body's mostly
HALVES = 1.5
DASH = 1.5
LABELLED = 1.5
BUILT_ALIKE = 2.5
BALANCED = 1.0
SHORT_PIECE = 1.5
STANDS_APART = 0.8
RUNS_IN = -1.0
OWN_WIDTH = 0.5
COLUMN_WIDTH = -0.8
LONG_HEADING = 34
VERY_LONG_HEADING = 60
SHORTEST_PART = 2

_HEAD = re.compile(r"[“‘（《(]*(?:[A-Za-z0-9.%+\-/]{1,12}|.)[，。、；：！？”’）》,.;:!?)%]*")
_DIGIT = re.compile(r"[0-9A-Za-z]")
_INNER_MARK = re.compile(r"[，、：“” 《》]")
_SPEECH_TITLE = re.compile(r"^——.*在.+|在.+[上时]的(?:讲话|致辞|致词|演讲|主旨演讲|报告|发言)$|工作报告$")
_HALVES = re.compile(r"[\u3400-\u9fff”》]\s[\u3400-\u9fff“《]")
_HAN = re.compile(r"[\u3400-\u9fff]")


class Role(IntEnum):
    """How a line is read."""

    OPENS = 0
    GOES_ON = 1
    HEADING = 2
    HEADING_GOES_ON = 3
    OTHER = 4
    INTERRUPTS = 5


@dataclass(frozen=True, slots=True)
class Block:
    """Lines that belong together. `kind` is paragraph, heading, or what a single line shows by itself:
    label, furniture, date, credit, jump, name or note."""

    kind: str
    lines: tuple[Line, ...]

    @property
    def text(self) -> str:
        return "".join(line.text for line in self.lines)


@dataclass(frozen=True, slots=True)
class _Facts:
    """What a line shows by itself, found once."""

    line: Line
    stops: bool
    may_end: bool
    lead: bool
    bullet: bool
    salutation: bool
    other: str | None
    alike: bool = False


def read_blocks(lines: Sequence[Line]) -> list[Block]:
    """The blocks of a page in the order of its lines; each line ends in one block."""
    facts = _compare([_facts(line) for line in lines])
    return _gather(facts, _best_roles(facts))


def _compare(facts: Sequence[_Facts]) -> list[_Facts]:
    """What only the page can tell: crossheads are built alike, and a bare name stands by a speech's title or date."""
    shapes = Counter(shape for fact in facts if (shape := _shape(fact.line.text)))
    compared: list[_Facts] = []
    for index, fact in enumerate(facts):
        near = (*facts[max(0, index - 1) : index], *facts[index + 1 : index + 2])
        named = fact.other is None and names_a_speaker(fact.line.text) and any(_of_a_speech(other) for other in near)
        alike = shapes[_shape(fact.line.text)] > 1
        compared.append(replace(fact, other="name" if named else fact.other, alike=alike))
    return compared


def _of_a_speech(facts: _Facts) -> bool:
    text = facts.line.text
    return facts.other == "date" or (len(text) <= VERY_LONG_HEADING and bool(_SPEECH_TITLE.search(text)))


def names_a_speaker(text: str) -> bool:
    """Whether a line is a name, or a title and a name: 宋永祥, 国务院总理 李克强."""
    pieces = text.split()
    return marks.is_name_line(text) or (len(pieces) == 2 and len(text) < 20 and marks.is_name_line(pieces[-1]))


def _is_unbroken(text: str) -> bool:
    """Whether a text is one phrase, or two balanced ones, and closes no sentence."""
    return not marks.ends_a_sentence(text) and ("，" not in text or _is_balanced(text))


def _shape(text: str) -> str:
    """How a short line is built: its length and the places of its marks; empty for lines without a mark inside."""
    if len(text) > LONG_HEADING or text[-1] in "。，；：、！？”" or not _INNER_MARK.search(text[1:-1]):
        return ""
    return _HAN.sub("字", text)


def _is_balanced(text: str) -> bool:
    """Whether a line is two halves of about the same length: 信息化拓展，延伸服务触角."""
    halves = re.split(r"[，, ]", text)
    return (
        len(halves) == 2
        and min(map(len, halves)) >= 4
        and max(map(len, halves)) <= 12
        and abs(len(halves[0]) - len(halves[1])) <= 2
    )


def _facts(line: Line) -> _Facts:
    text = line.text
    lead = read_lead(line.raw.text[:160]) or read_lead(text[:160])
    return _Facts(
        line,
        marks.ends_a_sentence(text),
        marks.may_end_a_paragraph(text),
        lead is not None,
        text[0] in marks.BULLETS,
        marks.is_salutation(text),
        _other(text),
    )


def _other(text: str) -> str | None:
    """The kind of a line that is neither body nor heading by its own marks."""
    found: str | None = None
    jump = marks.jump_from(text) or marks.jump_to(text)
    if marks.label_box(text) is not None:
        found = "label"
    elif marks.date_line(text):
        found = "date"
    elif jump and len(jump.group()) >= len(text.strip()):
        found = "jump"
    elif text[0] in "（(" and text[-1] in "）)" and is_credit(text):
        found = "credit"
    elif marks.is_furniture(text):
        found = "furniture"
    elif marks.is_note(text):
        found = "note"
    return found


# --- the score of a neighbourhood -----------------------------------------------------------------------------------


def _expected(facts: _Facts, role: Role) -> float | None:
    """The width of a full line in this role: a paragraph's first line is indented."""
    measure = facts.line.measure
    if measure is None:
        return None
    return measure - INDENT if role == Role.OPENS else measure


def _goes_on(before: _Facts, role: Role, after: _Facts) -> float:
    """The score of a paragraph that runs from one line into the next."""
    score = _width_goes_on(before, role, after)
    if before.stops or before.salutation:
        score += SENTENCE_ENDS_INSIDE
    if after.line.gap:
        score += GAP_JOINS
    if marks.open_depth(before.line.text) > 0:
        score += OPEN_QUOTE
    if after.line.text[0] in "，。、；：！？”’）》%":
        score += CLOSES_NEXT
    score += _bound(before.line, after.line)
    if after.lead or after.bullet or (after.salutation and before.may_end and not before.salutation):
        score -= LEAD_OPENS
    return score


def _width_goes_on(before: _Facts, role: Role, after: _Facts) -> float:
    """A line goes on only where the head of the next would not have fitted into it: a printer fills each line."""
    expected = _expected(before, role)
    if expected is None:
        return 0.0
    if before.line.squeezed > expected + SLACK:
        return TOO_WIDE + WIDTH_STEP * min(before.line.squeezed - expected - SLACK, 6.0)
    room = expected - before.line.width - head_width(after.line.text)
    if room < -SLACK:
        return 0.0
    doubtful = 3 * SLACK if _DIGIT.search(before.line.text) else 2 * SLACK
    return TIGHT if room <= doubtful else SHORT_LINE_GOES_ON + WIDTH_STEP * min(room, 6.0)


def head_width(text: str) -> float:
    """The width in em of what a line's end can't part from the head of the next: a number or word, or one character
    with the marks that may not stand first or last.

    >>> head_width("3000多起"), head_width("亡，1人"), head_width("“世界铝谷”")
    (2.0, 2.0, 2.0)
    """
    found = _HEAD.match(text)
    return printed_width(found.group()) if found else 1.0


def _ends(before: _Facts, role: Role, after: _Facts | None) -> float:
    """The score of a paragraph that ends with this line."""
    score = PARAGRAPH_ENDS
    if not before.stops:
        score += SOFT_STOP if before.may_end else NO_FULL_STOP
    if before.salutation:
        score -= PARAGRAPH_ENDS + SOFT_STOP
    expected = _expected(before, role)
    if expected is not None and fills(before.line, expected):
        score += FULL_LINE_ENDS
    if after is not None and after.line.gap:
        score += GAP_BREAKS
    if marks.open_depth(before.line.text) > 0 and not before.stops:
        score -= OPEN_QUOTE
    return score


def _opens(facts: _Facts) -> float:
    """The score of a line that opens a paragraph."""
    score = 0.0
    if facts.line.text[0] in "，。、；：！？”’）》":
        score -= CLOSES_NEXT
    return score


def _heading(facts: _Facts, after: _Facts | None) -> float:
    """The score of a line that is a heading."""
    text = facts.line.text
    score = _heading_by_marks(text) + _heading_by_place(facts, after)
    measure = facts.line.measure
    apart = facts.line.gap and (after is None or after.line.gap)
    if measure is None or (apart and not fills(facts.line, measure) and not fills(facts.line, measure - INDENT)):
        score += BUILT_ALIKE * facts.alike + BALANCED * _is_balanced(text)
    if facts.lead or facts.bullet or facts.salutation or marks.opens_a_salutation(text):
        score -= 2 * LEAD_OPENS
    return score


def _heading_by_marks(text: str) -> float:
    score = 0.0
    if text[-1] in "。；;":
        score += HEADING_STOPS
    elif text[-1] in "，、,：:":
        score += HEADING_COMMA
    if _HALVES.search(text):
        score += HALVES
    if text.startswith("——") or text.endswith("——"):
        score += DASH
    if marks.column_label(text) or marks.has_numbering(text):
        score += LABELLED
    if not _is_balanced(text):
        score += INNER_COMMA * text[:-1].count("，")
    if text.count("。") or text.count("；"):
        score += HEADING_STOPS
    if len(text) > LONG_HEADING:
        score -= 2.0 if len(text) <= VERY_LONG_HEADING else 8.0
    return score


def _heading_by_place(facts: _Facts, after: _Facts | None) -> float:
    score = 0.0
    line = facts.line
    apart_after = after is None or after.line.gap
    if line.gap and apart_after:
        score += STANDS_APART
    if line.measure is None:
        score += SHORT_PIECE if len(line.text) <= LONG_HEADING and _is_unbroken(line.text) else 0.0
    else:
        own = not fills(line, line.measure) and not fills(line, line.measure - INDENT)
        score += OWN_WIDTH if own else COLUMN_WIDTH
    return score


def _bound(before: Line, after: Line) -> float:
    """How strongly the words on both sides of a break hold together."""
    return WORD_CUT * cuts_a_word(before.text, after.text) + WORDS_RECUR * after.recurs


def runs_on(before: str, after: Line) -> bool:
    """Whether a heading's part goes on in mid-phrase on the next line."""
    if len(after.text) <= SHORTEST_PART:
        return True
    if marks.open_depth(before) > 0 or after.text[0] in "，。、；：！？”’）》" or after.recurs:
        return True
    return before[-1] in "，、；的和与及在为对将等" or cuts_a_word(before, after.text)


def cuts_a_word(before: str, after: str) -> bool:
    """Whether the characters on both sides of a break form a word that neither side has whole: 非常⏎高兴 no, 学⏎习 yes."""
    for left in (1, 2, 3):
        for right in (1, 2, 3):
            word = before[-left:] + after[:right]
            if len(word) <= 4 and _HAN.match(word) and frequency(word) > (200 if len(word) == 2 else 3):
                return True
    return False


# --- the best whole -------------------------------------------------------------------------------------------------


def _enters(role: Role, facts: _Facts, after: _Facts | None) -> float:
    """The score of reading a line in this role, whatever stands before it."""
    if role in (Role.OTHER, Role.INTERRUPTS):
        return 2.0 if facts.other else IMPOSSIBLE
    other = -4.0 if facts.other else 0.0
    if role == Role.OPENS:
        return _opens(facts) + other
    if role == Role.GOES_ON:
        return other
    base = HEADING if role == Role.HEADING else HEADING_GOES_ON
    return base + _heading(facts, after) + other


def _step(before: _Facts, was: Role, after: _Facts, role: Role) -> float:
    """The score of two neighbours in two roles."""
    in_paragraph = was in (Role.OPENS, Role.GOES_ON)
    if role == Role.GOES_ON:
        if in_paragraph:
            return _goes_on(before, was, after)
        return INTERRUPTED if was == Role.INTERRUPTS else IMPOSSIBLE
    if role == Role.INTERRUPTS:
        return -_soft_end(before) if in_paragraph else (0.0 if was == Role.INTERRUPTS else IMPOSSIBLE)
    if was == Role.INTERRUPTS:
        return IMPOSSIBLE
    if role == Role.HEADING_GOES_ON:
        return _heading_goes_on(before, after) if was in (Role.HEADING, Role.HEADING_GOES_ON) else IMPOSSIBLE
    if in_paragraph:
        return _ends(before, was, after)
    in_heading = was in (Role.HEADING, Role.HEADING_GOES_ON)
    return -_bound(before.line, after.line) if in_heading and role == Role.OPENS else 0.0


def _soft_end(before: _Facts) -> float:
    return 1.0 if before.stops else 0.0


def _heading_goes_on(before: _Facts, after: _Facts) -> float:
    score = (RUNS_IN if after.line.gap else 0.0) + _bound(before.line, after.line)
    if after.line.text.startswith("——"):
        score += DASH
    return score + (OPEN_QUOTE if marks.open_depth(before.line.text) > 0 else 0.0)


def _finishes(facts: _Facts, role: Role) -> float:
    if role == Role.INTERRUPTS:
        return IMPOSSIBLE
    return _ends(facts, role, None) if role in (Role.OPENS, Role.GOES_ON) else 0.0


def _best_roles(facts: Sequence[_Facts]) -> list[Role]:
    """The roles whose scores add up to the most."""
    if not facts:
        return []
    scores = {role: _enters(role, facts[0], facts[1] if len(facts) > 1 else None) for role in Role}
    scores[Role.GOES_ON] = scores[Role.HEADING_GOES_ON] = scores[Role.INTERRUPTS] = IMPOSSIBLE
    back: list[dict[Role, Role]] = []
    for index in range(1, len(facts)):
        after = facts[index + 1] if index + 1 < len(facts) else None
        step = _stepper(facts[index - 1], facts[index])
        choice = {role: max(Role, key=lambda was: scores[was] + step(was, role)) for role in Role}
        scores = {
            role: scores[choice[role]] + step(choice[role], role) + _enters(role, facts[index], after) for role in Role
        }
        back.append(choice)
    last = max(Role, key=lambda role: scores[role] + _finishes(facts[-1], role))
    return _trace(back, last)


def _stepper(before: _Facts, after: _Facts) -> Callable[[Role, Role], float]:
    known: dict[tuple[Role, Role], float] = {}

    def step(was: Role, role: Role) -> float:
        if (was, role) not in known:
            known[was, role] = _step(before, was, after, role)
        return known[was, role]

    return step


def _trace(back: Sequence[dict[Role, Role]], last: Role) -> list[Role]:
    roles = [last]
    for choice in reversed(back):
        roles.append(choice[roles[-1]])
    return roles[::-1]


def _gather(facts: Sequence[_Facts], roles: Sequence[Role]) -> list[Block]:
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
