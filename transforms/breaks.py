"""What a line shows by itself, and what two neighbours show of the break between them, as scores.

No single mark decides whether a line end joins or parts: width against the column's measure, full stops, open quotes,
words cut in two, blank lines and agency lines each add or take, in units of about one natural logarithm of odds. What
is made of the scores is the business of `blocks`.

    before  我们必须集聚⏎⏎各方智慧
    after   goes on: no full stop, nothing but a blank line speaks against it
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import NamedTuple

from transforms import marks
from transforms.bylines import SIGNS_OF_LEADS, has_sign_of_lead, heads_of_roles, is_credit, read_lead, signs_alone
from transforms.characters import any_of
from transforms.continuation import Head, Tail, odds, opens_with, word_across
from transforms.lexicon import words
from transforms.lines import INDENT, SLACK, Line, filled, printed_width
from transforms.words import dictionary

# Costs and gains, in units of about one natural logarithm of odds.
PARAGRAPH_ENDS = -1.6  # a line seldom ends a paragraph
FULL_LINE_ENDS = -2.0  # and if it does, it is seldom full
SENTENCE_ENDS_INSIDE = -3.0  # a full stop seldom falls on a line's end by chance
NO_FULL_STOP = -6.0  # a paragraph seldom ends without one
SOFT_STOP = -1.5  # …or with a colon, a semicolon, a bare closing quote
ABSTRACT_ENDS = -1.0  # …or is an abstract
NO_COMMA = -3.0  # on pages whose sentences end with commas
COMMA_INSIDE = -0.7
INDENTED_OPENS = 2.0  # where blanks keep the indent of print
FLUSH_OPENS = -1.5
INDENTED_GOES_ON = -3.0
SHORT_SENTENCE = -2.5  # a paragraph seldom opens with a sentence of a few characters: 阅读之光。
FEWEST_INDENTED = 3
MOST_INDENTED = 0.6  # where more lines than that begin with blanks, the blanks are a margin
FEWEST_COMMAS = 5
FEWEST_FREE_MARKS = 1
COMMAS_A_STOP = 12
MOST_DOUBT = 3 * SLACK  # em
SHORT_LINE_GOES_ON = -2.5  # a line shorter than its column seldom goes on
TIGHT = -0.7  # …and it may be so short by the width of a digit
WIDTH_STEP = -0.8  # for each em that it is shorter
TOO_WIDE = -1.2  # a line wider than its column is none of it
GAP_BREAKS = 0.7  # a blank line is weak evidence either way
GAP_JOINS = -0.7
BLOCK_GOES_ON = -2.5  # …but where lines were joined, one behind a mark that may end a paragraph is behind its end
GOES_ON = 0.4  # of the odds that the counts of prose give for a sentence that goes on
SHARES_A_WORD = 0.4
OPENS = 0.5  # …and for words that open a paragraph
LEAST_WORDS, MOST_WORDS = -3.0, 4.0
CONTEXT = 12  # so many characters on each side of a break are compared
WORD_CUT = 1.5  # a word of the dictionary stands across the break
WORDS_RECUR = 2.5  # what stands across it is printed whole elsewhere on the page
OPEN_QUOTE = 2.0  # a quote or bracket is open
CLOSES_BRACKET = 3.0  # …and the next line closes it
CLOSES_NEXT = 4.0  # the next line opens with a mark that never stands first
LEAD_OPENS = 8.0  # an agency line, a bullet or a salutation opens a paragraph
OPENER_INSIDE = -2.0  # 日前， seldom stands inside a sentence
DAY_INSIDE = -1.5  # 11月8日， behind what needs no day
HEADING_INTERRUPTS = -2.0  # a heading inside a sentence stands apart, and is seldom there
INTERRUPTS_BEHIND_A_STOP = -1.0  # where a sentence has ended, a line stands between paragraphs, not inside one
INTERRUPTED = -3.5  # a paragraph seldom goes on behind a line that is none of it

HEADING = -2.2  # few lines are headings
HEADING_GOES_ON = -0.8
HEADING_STOPS = -6.0  # a heading has no full stop
HEADING_COMMA = -3.0  # …and ends with no comma or colon
NAMED_BEFORE_COLON = -0.5  # …but a kicker may name who speaks: 发言人：
LONGEST_NAME = 12
LONGEST_PLAIN_NAME = 4  # characters of a name without a blank or a dot
SHORTEST_OPEN_LINE = 4  # a line that breaks off so soon was cut from its sentence: 此外，
INNER_COMMA = -0.8  # a heading's line seldom holds a comma, a body's mostly does
HALVES = 1.5  # two halves with a blank between them
INNER_SEMICOLON = -1.8  # a subheadline may list what was decided: 确定…；要求…
DASH = 1.5  # a dash opens a subheadline or ends a kicker
LABELLED = 1.5  # a column's label stands behind it, a number before it
BUILT_ALIKE = 2.5  # crossheads of a page are built alike
BALANCED = 1.0  # two halves of like length, a comma between them
SHORT_PIECE = 1.5  # where lines were joined, few pieces of a body are this short
STANDS_APART = 0.8  # blank lines on both sides
RUNS_IN = -1.0  # a heading's parts are seldom parted by a blank line
OWN_WIDTH = 0.5  # it has another type, and so another width than the column
COLUMN_WIDTH = -0.8
TOO_LONG = -2.0
FAR_TOO_LONG = -8.0
LONG_HEADING = 34
VERY_LONG_HEADING = 60
SHORTEST_PART = 2
STANDS_AGAIN = 2.5  # a line that stands more than once on the page is a part of its own

LIKE_OTHER = 2.0  # a line that shows what it is is that
UNLIKE_OTHER = -4.0

_STOPS_OR_COMMAS = "，、。！？…"
BEFORE_A_DAY = "于在自至从到由的年，、：（—"
NEVER_FIRST = "，。、；：！？”’）》%"

_HEAD = re.compile(r"[“‘（《(]*(?:[A-Za-z0-9.%+\-/]{1,12}|.)[，。、；：！？”’）》,.;:!?)%]*")
_TWO_HAN = re.compile(r"[\u3400-\u9fff]{2}")
# A mark or blank, or the first character of a run of digits and letters.
_ELASTIC = re.compile(r"[，。、；：！？“”‘’（）《》 0-9A-Za-z.%](?<![0-9A-Za-z.%]{2})")
_NOTE_IN_A_SENTENCE = re.compile(r"（[^（）]*）[，。、；]")
_SHORT_NAME = re.compile(r"（(?:以下)?简称")
_FEW_CHARACTERS = re.compile(r"[^。！？，“”：；]{1,6}[。！？](?=.)")
_INNER_MARK = re.compile(r"[，、：“” 《》]")
_HALVES = re.compile(r"[\u3400-\u9fff”》]\s[\u3400-\u9fff“《]")
_DAY_FIRST = re.compile(r"(?:\d{4}年)?\d{1,2}月\d{1,2}日[^，。]{0,8}，")
_HAN = re.compile(r"[\u3400-\u9fff]")
_PAIRED = re.compile("[“”（）()《》]")
_SEPARATOR = re.compile("[，, ]")

LONGEST_REMEMBERED = 100  # characters of a line


class Shown(NamedTuple):
    """What a line's text shows by itself, wherever it stands. `depth` is how many quotes and brackets it leaves open,
    `jumps` says that it ends with a jump line, `day` that it opens with a day and a comma, `calls` that it opens by
    addressing hearers, `head` how wide (em) its beginning is that can't stand on the line before, `is_name` and
    `names` that it may be a bare name, or one with a title before it. Most lines are `quiet`: nothing in them opens a
    paragraph or is a heading's sign, be it a number, a dash, a blank or a bracket at the end. Most `run_on`, too:
    nothing in them lets a paragraph end."""

    stops: bool
    may_end: bool
    lead: bool
    bullet: bool
    salutation: bool
    depth: int
    other: str | None
    comma: bool
    opener: bool
    signature: bool
    jumps: bool
    day: bool
    calls: bool
    head: float
    is_name: bool
    names: bool
    quiet: bool = False
    runs_on: bool = False


class LineFacts(NamedTuple):
    """What a line shows by itself and beside its neighbours, found once. `shown` is what its text shows alone, of which
    the next ones are often asked for; only the page can tell what else it is, whether others are built `alike` and
    whether the same line stands there `again`."""

    line: Line
    shown: Shown
    stops: bool
    may_end: bool
    lead: bool
    bullet: bool
    salutation: bool
    open_quote: bool
    other: str | None
    alike: bool
    again: bool


@dataclass(frozen=True, slots=True)
class Habits:
    """How a page is set: the indent of a first line (em), whether sentences end with commas, as they did in papers
    before 1950 (以致爲人吐棄、), whether a line may begin with a mark, whether marks are squeezed to fill a line, and
    whether blanks at a line's head keep the indent of print."""

    indent: float = INDENT
    commas: bool = False
    free_marks: bool = False
    squeezed: bool = False
    blanks: bool = False


def line_facts(lines: Sequence[Line]) -> list[LineFacts]:
    """The facts of each line of a page, with what only the page can tell: crossheads are built alike, and a bare name
    stands by a speech's head."""
    shown = [_shown(line) for line in lines]
    shapes = _shapes(lines)
    texts = Counter([line.text for line in lines])
    return [
        LineFacts(
            line,
            own,
            *own[:5],
            own.depth > 0,
            "name" if own.names and own.other is None and _is_speaker(lines, shown, index) else own.other,
            bool(shapes) and _tells_its_shape(line) and shapes[_shape(line.text)] > 1,
            texts[line.text] > 1,
        )
        for index, (line, own) in enumerate(zip(lines, shown))
    ]


def read_habits(lines: Sequence[Line]) -> Habits:
    """What the lines of a page show of its habits, the indent apart."""
    text = "".join([line.text for line in lines])
    commas = text.count("、") + text.count("，")
    stops = sum(map(text.count, "。！？"))
    first = len([line for line in lines if line.text[0] in NEVER_FIRST])
    return Habits(
        commas=commas > FEWEST_COMMAS and commas > COMMAS_A_STOP * stops,
        squeezed=any(line.width - line.squeezed > 2 * SLACK for line in lines),
        blanks=FEWEST_INDENTED <= len([line for line in lines if line.indented]) <= len(lines) * MOST_INDENTED,
        free_marks=first > max(FEWEST_FREE_MARKS, len(lines) / 50),
    )


def _is_speaker(lines: Sequence[Line], shown: Sequence[Shown], index: int) -> bool:
    """Whether a line that names somebody stands by a speech's head, or a bare name right behind its title."""
    near = (*range(max(0, index - 1), index), *range(index + 1, min(index + 2, len(lines))))
    if any(_of_a_speech(lines[at].text, shown[at]) for at in near):
        return True
    return shown[index].is_name and _is_a_speech_title([line.text for line in lines[max(0, index - 2) : index]])


@cache
def _speech_title() -> re.Pattern[str]:
    nouns = "|".join(words("speech_nouns"))
    return re.compile(rf"^——.*在.+|在.+[上时]的(?:{nouns})$|工作报告$")


def _of_a_speech(text: str, shown: Shown) -> bool:
    """Whether a line is of a speech's head: its date, its title or the salutation that opens it."""
    return (
        shown.other == "date"
        or shown.salutation
        or (len(text) <= VERY_LONG_HEADING and bool(_speech_title().search(text)))
    )


def _is_a_speech_title(texts: Sequence[str]) -> bool:
    """Whether two lines are a speech's title, its words cut between them."""
    return len(texts) > 1 and texts[0].startswith("——") and bool(_speech_title().search("".join(texts)))


def names_a_speaker(text: str) -> bool:
    """Whether a line is a name, or a title and a name: 宋永祥, 董事长 宋永祥."""
    if len(text) > LONGEST_PLAIN_NAME and " " not in text and "·" not in text:
        return False
    pieces = text.split()
    return marks.is_name_line(text) or (len(pieces) == 2 and len(text) < 20 and marks.is_name_line(pieces[-1]))


def is_unbroken(text: str) -> bool:
    """Whether a text is one phrase, or two balanced ones, and closes no sentence."""
    if "。" in text or marks.ends_a_sentence(text):
        return False
    return "，" not in text or _is_balanced(text)


def _shapes(lines: Sequence[Line]) -> Counter[str]:
    """How many lines are built in each way in which one is that its shape may tell to be a heading; others are not
    counted."""
    lengths = {len(line.text) for line in lines if _tells_its_shape(line)}
    found = Counter([_shape(line.text) for line in lines if len(line.text) in lengths])
    del found[""]
    return found


def _tells_its_shape(line: Line) -> bool:
    """Whether a line's shape may count: it is no column's line, or its width is its own and a blank line stands before
    it."""
    return line.measure is None or (line.gap and _has_own_width(line, line.measure))


def _shape(text: str) -> str:
    """How a short line is built: its length and the places of its marks; empty for lines without a mark inside."""
    if len(text) > LONG_HEADING or text[-1] in "。，；：、！？”" or not _INNER_MARK.search(text[1:-1]):
        return ""
    return _HAN.sub("字", text)


def _is_balanced(text: str) -> bool:
    """Whether a line is two halves of about the same length: 信息化拓展，延伸服务触角."""
    if not 9 <= len(text) <= 25 or text.count("，") + text.count(",") + text.count(" ") != 1:
        return False
    first, second = map(len, _SEPARATOR.split(text))
    return min(first, second) >= 4 and max(first, second) <= 12 and abs(first - second) <= 2


def _shown(line: Line) -> Shown:
    """What a line shows by itself. The same lines are looked at before and behind their ordering, so that the answers
    about the last few thousand short ones are kept."""
    ask = _remembered if len(line.raw.text) <= LONGEST_REMEMBERED else _look_at
    return ask(line.raw.text, line.text)


@lru_cache(maxsize=8192)
def _remembered(raw: str, text: str) -> Shown:
    return _look_at(raw, text)


def _look_at(raw: str, text: str) -> Shown:
    """What a text shows, which as the source has it is `raw`. Most lines lack the characters without which there is no
    agency line, signature, jump line, name or label, as one search tells, and begin and end like any other."""
    odd = _odd().search(text) is not None or (raw != text and has_sign_of_lead(raw))
    depth = marks.open_depth(text) if _PAIRED.search(text) else 0
    if odd or len(text) <= LONGEST_PLAIN_NAME or _opens_oddly(text) or marks.is_salutation(text):
        return _look_closely(raw, text, odd, depth)
    last = text[-1]
    may_end = not _HAN.match(last) and marks.may_end_a_paragraph(text)
    stops = may_end and marks.ends_a_sentence(text)
    other, comma = _other(text, None), last in _STOPS_OR_COMMAS
    quiet = other is None and not _is_set_like_a_heading(text)
    runs_on = other is None and not (may_end or names_an_entry(text))
    return _plain(stops, may_end, depth, other, comma, head_width(text), quiet, runs_on)


def _opens_oddly(text: str) -> bool:
    """Whether a line opens with a word that opens paragraphs, with a day, or by addressing hearers."""
    if text[0] in _odd_first():
        return marks.opens_a_paragraph(text) or marks.opens_a_salutation(text)
    return text[0].isdigit() and _DAY_FIRST.match(text) is not None


def _is_set_like_a_heading(text: str) -> bool:
    """Whether a line has what raises its score as a heading: a blank, a dash, a bracket at its end, a number."""
    if " " in text or text[-1] in "）)—" or text[0] == "—":
        return True
    return marks.has_numbering(text)


def _look_closely(raw: str, text: str, odd: bool, depth: int) -> Shown:
    """What a text shows that has one of the `odd` characters, is very short, or opens as few do."""
    first, last = text[0], text[-1]
    lead = odd and (read_lead(text[:160]) or (raw != text and read_lead(raw[:160])))
    signature = odd and marks.signs_a_letter(text)
    jumps = marks.jump_to(text) if odd else None
    may_end = signature or ((jumps is not None or not _HAN.match(last)) and marks.may_end_a_paragraph(text))
    names = names_a_speaker(text)
    shown = Shown(
        may_end and (signature or marks.ends_a_sentence(text)),
        may_end,
        bool(lead),
        first in marks.BULLETS or marks.label_at_head(text) is not None,
        marks.is_salutation(text),
        depth,
        _other(text, jumps),
        last in _STOPS_OR_COMMAS,
        marks.opens_a_paragraph(text),
        signature,
        jumps is not None,
        first.isdigit() and _DAY_FIRST.match(text) is not None,
        marks.opens_a_salutation(text),
        head_width(text),
        names and marks.is_name_line(text),
        names,
    )
    opens = shown.lead or shown.bullet or shown.salutation or shown.opener or shown.day or shown.calls
    quiet = not (opens or signature or names or shown.other or _is_set_like_a_heading(text))
    ends = may_end or shown.salutation or shown.jumps or names or names_an_entry(text)
    return shown._replace(quiet=quiet, runs_on=not (ends or shown.other))


@lru_cache(maxsize=256)
def _plain(
    stops: bool, may_end: bool, depth: int, other: str | None, comma: bool, head: float, quiet: bool, runs_on: bool
) -> Shown:
    """What most lines show: few things, and so the same as others."""
    return Shown(
        stops=stops,
        may_end=may_end,
        lead=False,
        bullet=False,
        salutation=False,
        depth=depth,
        other=other,
        comma=comma,
        opener=False,
        signature=False,
        jumps=False,
        day=False,
        calls=False,
        head=head,
        is_name=False,
        names=False,
        quiet=quiet,
        runs_on=runs_on,
    )


@cache
def _odd_first() -> frozenset[str]:
    """What an opener or a salutation begins with."""
    return marks.heads_of_paragraphs() | marks.heads_of_salutations()


@cache
def _odd() -> re.Pattern[str]:
    """What an agency line, a signature, a jump line, a foreign name or one in two parts, or a label before a bullet
    can't do without."""
    return any_of(frozenset(f"{SIGNS_OF_LEADS}{marks.BULLETS} ·").union(marks.signs_of_jumps()))


def _other(text: str, jumps: re.Match[str] | None) -> str | None:
    """The kind of a line that is neither body nor heading by its own marks. None of them holds a comma or a full stop,
    but for folios and notes, which begin with a bracket, a letter, a digit or 第."""
    if ("，" in text or "。" in text) and text[0] != "第" and _HAN.match(text):
        return None
    if jumps or text[0] in _heads_of_others() or _signs_of_others().search(text):
        return _kind(text, jumps)
    return None


def _kind(text: str, jumps: re.Match[str] | None) -> str | None:
    """The kind of a line that has one of the characters by which it could be no body or heading."""
    found: str | None = None
    jump = marks.jump_from(text) or jumps
    if marks.label_box(text) is not None:
        found = "label"
    elif marks.date_line(text):
        found = "date"
    elif jump and len(jump.group()) >= len(text.strip()):
        found = "jump"
    elif (text[0] in "（(" and text[-1] in "）)" and is_credit(text)) or signs_alone(text.lstrip(marks.BULLETS + " ")):
        found = "credit"
    elif marks.is_furniture(text):
        found = "furniture"
    elif marks.is_note(text):
        found = "note"
    return found


@cache
def _heads_of_others() -> frozenset[str]:
    """What a jump line, a label or a note begins with."""
    return marks.heads_of_jumps() | marks.heads_of_labels() | frozenset("（(第 ")


@cache
def _signs_of_others() -> re.Pattern[str]:
    """What a date, a credit or the page's furniture can't do without."""
    return any_of(frozenset("年星0123456789：:") | heads_of_roles())


# --- two neighbours -----------------------------------------------------------------------------------------------


class Break(NamedTuple):
    """The scores of what a break may be, but for what hangs on the page's indent: `joins` and `ends` are what marks and
    words say for a paragraph that runs across it, and for one that ends there; `head` is how wide (em) the beginning of
    the next line is that would have to fit into the line before, `doubt` how far that line's width may be off."""

    joins: float
    ends: float
    heading_goes_on: float
    heading_ends: float
    interrupted: float
    head: float
    doubt: float


class Words(NamedTuple):
    """What words say of a break: what is `said` for a sentence that goes on, and whether one is `cut`."""

    said: float
    cut: bool


def words_between(before: LineFacts, after: LineFacts) -> Words:
    """What words say of the break between two lines; nothing is said behind a mark that may end a sentence."""
    text, behind = before.line.text, after.line.text
    return Words(0.0 if before.may_end else words_across(text, behind), cuts_a_word(text, behind))


def least_of_words(before: LineFacts) -> Words:
    """The least that words can say of the break behind a line."""
    return Words(0.0 if before.may_end else LEAST_WORDS, False)


def is_inner(before: LineFacts, after: LineFacts, habits: Habits) -> bool:
    """Whether a break stands between two lines of a column of which the first shows nothing that lets a paragraph end,
    and the second nothing that opens one. Before words are asked all such breaks with the same `marks_of_inner` have
    the same scores."""
    line, behind = before.line, after.line
    if not (before.shown.runs_on and after.shown.quiet) or behind.gap or line.closes or habits.commas:
        return False
    return not (line.measure is None or behind.measure is None or (habits.blanks and behind.indented))


def marks_of_inner(before: LineFacts, after: LineFacts, habits: Habits) -> tuple[object, ...]:
    """All that counts of a break that `is_inner`, the width of the line before it and words apart."""
    line, shown = after.line, after.shown
    head, doubt = head_and_doubt(before, after, habits)
    return before.open_quote, shown.depth < 0, line.text[0] in NEVER_FIRST, line.recurs, head, doubt


def head_and_doubt(before: LineFacts, after: LineFacts, habits: Habits) -> tuple[float, float]:
    """How wide (em) the beginning of a line is that would have to fit into the line before it, and how far that line's
    width may be off, where it is so near to a measure that this counts."""
    line, head = before.line, after.shown.head
    if habits.free_marks:
        head = printed_width(after.line.text[0])
    doubt = 2 * SLACK if habits.squeezed else 0.0
    if line.measure is not None and -MOST_DOUBT <= line.measure - line.width - head <= INDENT + MOST_DOUBT:
        doubt = max(_doubt(line.text), doubt)
    return head, doubt


def read_break(before: LineFacts, after: LineFacts, habits: Habits, words: Words) -> Break:
    """The scores of the break between two lines, with what words say of it."""
    said = words.said
    bound = WORD_CUT * words.cut + WORDS_RECUR * after.line.recurs
    open_quote = OPEN_QUOTE if before.open_quote else 0.0
    closes = CLOSES_BRACKET if before.open_quote and after.shown.depth < 0 else 0.0
    heading = bound + open_quote + closes + max(0.0, said) + (RUNS_IN if after.line.gap else 0.0)
    if before.other == "furniture" or after.other == "furniture":
        heading = -LEAD_OPENS
    if closes and _ends_a_label(before, after):
        heading += LABELLED
    if after.line.text.startswith("——"):
        heading += DASH
    return Break(
        bound + open_quote + closes + said + _joins(before, after, habits),
        _ends(before, after, habits),
        heading,
        -bound if after.lead else -2 * bound,
        INTERRUPTS_BEHIND_A_STOP if before.stops else 0.0,
        *head_and_doubt(before, after, habits),
    )


class ByWidth(NamedTuple):
    """What a line's width says for a paragraph that goes on behind it, where the line opens it and where it carries it
    on, and for one that ends with it, again in either case."""

    first_goes_on: float
    goes_on: float
    first_ends: float
    ends: float


def by_width(line: Line, head: float, doubt: float, indent: float) -> ByWidth:
    """What a line's width says where a line of such an `indent` opens a paragraph; `head` and `doubt` are as in
    `Break`."""
    measure = line.measure
    if measure is None:
        return ByWidth(0.0, 0.0, 0.0, 0.0)
    least, greatest = filled(line)
    return ByWidth(
        _runs_in(line, measure - indent, head, doubt),
        _runs_in(line, measure, head, doubt),
        FULL_LINE_ENDS if least <= measure - indent <= greatest else 0.0,
        FULL_LINE_ENDS if least <= measure <= greatest else 0.0,
    )


def _ends_a_label(before: LineFacts, after: LineFacts) -> bool:
    """Whether a column's label is cut by a line's end: …的力量（阅⏎读时光）"""
    return after.line.text[-1] == "）" and marks.column_label(before.line.text + after.line.text) is not None


def _joins(before: LineFacts, after: LineFacts, habits: Habits) -> float:
    """What marks say for a paragraph that runs from one line into the next."""
    score = _across_a_gap(before) if after.line.gap else 0.0
    if habits.commas and before.shown.comma:
        score += COMMA_INSIDE
    elif before.stops or before.salutation:
        score += SENTENCE_ENDS_INSIDE
    if after.line.text[0] in NEVER_FIRST:
        score += CLOSES_NEXT
    if habits.blanks and after.line.indented:
        score += INDENTED_GOES_ON
    if after.shown.quiet:
        return score - LEAD_OPENS if before.shown.jumps else score
    score += _words_that_open(before, after)
    if after.lead or after.bullet or after.shown.signature or before.shown.jumps:
        score -= LEAD_OPENS
    return score


def _words_that_open(before: LineFacts, after: LineFacts) -> float:
    """What the first words of a line say for a paragraph that runs into it: an opener, a day or a salutation."""
    shown = after.shown
    if not (shown.opener or shown.day or shown.salutation or shown.calls):
        return 0.0
    score = OPENER_INSIDE if shown.opener else 0.0
    if shown.day and before.line.text[-1] not in BEFORE_A_DAY:
        score += DAY_INSIDE
    if before.salutation:
        return score
    comma = "，" in before.line.text
    if after.salutation:
        score -= LEAD_OPENS if before.may_end else 0.0 if comma else LEAD_OPENS / 2
    if shown.calls and not comma:
        score -= LEAD_OPENS / 2
    return score


def _across_a_gap(before: LineFacts) -> float:
    """What a blank line says for a paragraph that runs across it."""
    block_ends = before.line.measure is None and (before.may_end or before.line.closes)
    return GAP_JOINS + (BLOCK_GOES_ON if block_ends else 0.0)


def words_across(before: str, after: str) -> float:
    """What the counts of prose say for a sentence that goes on across a break rather than a paragraph that opens there.

    before  …学员们通过聆听讲⏎解、实地观摩… | …乡村阅读才有活水⏎近日，在惠民县…
    after   more than 0 | less than 0
    """
    tail, head = Tail(before[-CONTEXT:]), Head(after[:CONTEXT])
    score = GOES_ON * odds(tail, head) - OPENS * opens_with(head)
    if score < MOST_WORDS:  # else a word across the break, which never speaks against it, could add nothing
        score += SHARES_A_WORD * word_across(tail, head)
    return max(LEAST_WORDS, min(MOST_WORDS, score))


def _runs_in(line: Line, measure: float, head: float, doubt: float) -> float:
    """What width says: a line goes on only where the head of the next would not have fitted into it. `doubt` is how far
    (em) the line's width may be off."""
    if line.squeezed > measure + SLACK:
        return TOO_WIDE + WIDTH_STEP * min(line.squeezed - measure - SLACK, 6.0)
    room = measure - line.width - head
    if room < -doubt:
        return 0.0
    return TIGHT if room < doubt else SHORT_LINE_GOES_ON + WIDTH_STEP * min(room, 6.0)


def _doubt(text: str) -> float:
    """How far (em) a line's printed width may be from what its characters say: marks and digits are set to fill it."""
    return min(SLACK / 2 * len(_ELASTIC.findall(text)), MOST_DOUBT)


def head_width(text: str) -> float:
    """The width in em of what a line's end can't part from the head of the next: a number or word, or one character
    with the marks that may not stand first or last.

    >>> head_width("3000多起"), head_width("亡，1人"), head_width("“世界铝谷”")
    (2.0, 2.0, 2.0)
    """
    if _TWO_HAN.match(text):
        return 1.0
    found = _HEAD.match(text)
    return printed_width(found.group()) if found else 1.0


def ends_at_last(before: LineFacts, habits: Habits) -> float:
    """What marks say for a paragraph that ends with a page's last line."""
    return _ends(before, None, habits)


def _ends(before: LineFacts, after: LineFacts | None, habits: Habits) -> float:
    """What marks and words say for a paragraph that ends with a line."""
    abstract = after is not None and before.line.closes and _may_end_an_abstract(before, after)
    score = PARAGRAPH_ENDS + _stop(before, habits, abstract)
    if before.salutation:
        score -= PARAGRAPH_ENDS + SOFT_STOP
    if after is not None and after.line.gap:
        score += GAP_BREAKS
    if before.open_quote and not before.stops:
        score -= OPEN_QUOTE
    return score


def _may_end_an_abstract(before: LineFacts, after: LineFacts) -> bool:
    """Whether a line that closes with words which end a sentence of the text below may be its abstract. A line that is
    no column's says more than one thing if it is one; a headline may say just what the text says."""
    if after.lead or marks.jump_from(after.line.text):
        return False
    return before.line.measure is not None or "，" in before.line.text


def _stop(before: LineFacts, habits: Habits, abstract: bool) -> float:
    """What a paragraph's last mark says. An abstract, which is taken from the text below it, mostly has none."""
    if habits.commas:
        return 0.0 if before.shown.comma else NO_COMMA
    if before.stops or names_an_entry(before.line.text):
        return 0.0
    if abstract:
        return ABSTRACT_ENDS
    return SOFT_STOP if before.may_end else NO_FULL_STOP


def opens(facts: LineFacts, habits: Habits) -> float:
    """The score of a line that opens a paragraph."""
    text = facts.line.text
    score = -CLOSES_NEXT if text[0] in NEVER_FIRST or (text[0] == "（" and _SHORT_NAME.match(text)) else 0.0
    if _FEW_CHARACTERS.match(text) and not facts.salutation:
        score += SHORT_SENTENCE
    if habits.blanks:
        score += INDENTED_OPENS if facts.line.indented else FLUSH_OPENS
    return score


def heading(facts: LineFacts, after: LineFacts | None) -> float:
    """The score of a line that is a heading."""
    line, shown = facts.line, facts.shown
    text, measure = line.text, line.measure
    apart = line.gap and (after is None or after.line.gap)  # blank lines, or the page's end, on both sides
    own_width = measure is None or _has_own_width(line, measure)
    score = _heading_by_marks(text, shown)
    if apart or measure is None:
        score += _heading_by_place(line, apart, own_width)
        if own_width:
            score += BUILT_ALIKE * facts.alike + BALANCED * _is_balanced(text)
    else:
        score += OWN_WIDTH if own_width else COLUMN_WIDTH
    if shown.quiet:
        return score - 2 * LEAD_OPENS if names_an_entry(text) else score
    opens = facts.lead or facts.bullet or shown.signature or facts.salutation
    if opens or shown.calls or names_an_entry(text):
        score -= 2 * LEAD_OPENS
    if shown.opener and not apart:
        score -= LEAD_OPENS
    return score


def _heading_by_marks(text: str, shown: Shown) -> float:
    score = _heading_by_stops(text)
    if len(text) > LONG_HEADING:
        score += TOO_LONG if len(text) <= VERY_LONG_HEADING else FAR_TOO_LONG
    if text[0] in NEVER_FIRST or shown.day:
        score += HEADING_STOPS
    if shown.quiet:
        return score
    if " " in text and _HALVES.search(text):
        score += HALVES
    if text.startswith("——") or text.endswith("——"):
        score += DASH
    bracketed = text[-1] in "）)"
    if bracketed and (marks.is_column_label(text) or marks.ends_with_a_note(text)):
        score += 2 * LABELLED
    if (bracketed and marks.column_label(text)) or marks.has_numbering(text):
        score += LABELLED
    return score


def names_an_entry(text: str) -> bool:
    """Whether a line names what it says before a colon, as the notes above a report do: 时间：…, 日程：…"""
    return ("：" in text or ":" in text) and _entry().match(text) is not None


@cache
def _entry() -> re.Pattern[str]:
    return re.compile(rf"(?:{'|'.join(words('entry_words'))})[：:]")


def _heading_by_stops(text: str) -> float:
    commas = text.count("，", 0, -1)
    score = INNER_COMMA * commas if commas and not (commas == 1 and _is_balanced(text)) else 0.0
    if text[-1] in "：:，、,！!":
        score = _heading_by_last_mark(text, score)
    if text[-1] in "。；;" or (text[0] == "（" and _NOTE_IN_A_SENTENCE.match(text)):
        score += HEADING_STOPS
    if "。" in text:
        return score + HEADING_STOPS
    if "；" in text:
        return score + (HEADING_STOPS if "，" in text else INNER_SEMICOLON if "；" in text[:-1] else 0.0)
    return score


def _heading_by_last_mark(text: str, score: float) -> float:
    """The score of a heading with what a comma, a colon or an exclamation mark at its end says."""
    last = text[-1]
    if last in "：:" and _names_who_speaks(text):
        score += NAMED_BEFORE_COLON
    elif last in "，、," and len(text) <= SHORTEST_OPEN_LINE:
        score += HEADING_STOPS
    elif last not in "！!" or "，" in text:
        score += HEADING_COMMA
    if last in "！!" and text.count("、") > 1:
        score += HEADING_STOPS
    return score


def _names_who_speaks(text: str) -> bool:
    """Whether a line is a name before a colon, such as opens a kicker: 外事部门发言人："""
    return len(text) <= LONGEST_NAME and not _INNER_MARK.search(text[:-1]) and text[-2:-1] not in tuple("说道称")


def _heading_by_place(line: Line, apart: bool, own_width: bool) -> float:
    score = 0.0
    if apart:
        score += STANDS_APART
    if line.measure is None:
        score += SHORT_PIECE if len(line.text) <= LONG_HEADING and is_unbroken(line.text) else 0.0
    else:
        score += OWN_WIDTH if own_width else COLUMN_WIDTH
    return score


def _has_own_width(line: Line, measure: float) -> bool:
    """Whether a line is neither a full line of a column nor a paragraph's full first one."""
    least, greatest = filled(line)
    return not (least <= measure <= greatest or least <= measure - INDENT <= greatest)


def runs_on(before: str, after: Line) -> bool:
    """Whether a heading's part goes on in mid-phrase on the next line."""
    if len(after.text) <= SHORTEST_PART:
        return True
    if marks.open_depth(before) > 0 or after.text[0] in NEVER_FIRST or after.recurs:
        return True
    if before[-1].isdigit() and not after.gap:
        return True
    return before[-1] in "，、；的和与及在为对将等" or cuts_a_word(before, after.text)


def cuts_a_word(before: str, after: str) -> bool:
    """Whether the characters around a break form a word that neither side has whole: 非常⏎高兴 no, 学⏎习 yes."""
    known = dictionary()
    for left in (1, 2, 3):
        stem = before[-left:]
        if stem + after[0] not in known or not _HAN.match(stem):  # what begins no word is not there either
            continue
        for right in (1, 2, 3):
            word = stem + after[:right]
            if len(word) <= 4 and known.get(word, 0) > (200 if len(word) == 2 else 3):
                return True
    return False
