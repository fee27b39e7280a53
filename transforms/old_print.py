"""How the lines of print of before 1950 go together: scores of each line end, from evidence that has names and weights.

Such print differs from today's in what its lines show. A first line is indented by one character, marks take a whole
cell and stand at a line's head as well, sentences end with commas or with nothing, columns are as narrow as three
characters beside a picture, and the lines of one heading are set in types of several sizes. So the weights of `breaks`
don't hold here. `lexicon/old_print.tsv` has others, which `benchmarks/train_breaks.py` learns from columns keyed by
hand: one for each of the six ways in which a heading's line or a text's may be followed. `blocks` looks for the best
whole.

    before  …輪船均泊原處⏎尙未開行、⏎又悉某輪今晨⏎抵埠後、卽行卸貨
    after   …輪船均泊原處尙未開行、 | 又悉某輪今晨抵埠後、卽行卸貨
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

from transforms import breaks, marks
from transforms.breaks import LineFacts
from transforms.continuation import Head, Tail, normal, odds, opens_with, word_across
from transforms.lexicon import table
from transforms.lines import printed_width

NEAR = 4  # so many lines on either side show the measure of a column
SAME = 0.6  # em; widths that differ by less are the same
EXACT = 0.8  # where type stands in cells, so many of the lines are just as wide as their column
OWN_TYPE = 0.8  # narrower than this part of its column, a line without a comma is set like a heading
NARROW = 6.0
LONGEST_RUN = 3
LONGEST_TOP = 6  # lines of a heading
LONGEST_BARE = 5
WIDEST = 12  # em; wider lines are alike
LEAN = 0.4  # as many paragraphs are then found too many as too few
FEW_RAGGED = 0.05  # of a page's full lines, so many may be followed by a narrower one that opens nothing

_HAN = re.compile(r"[\u3400-\u9fff]")
_CLAUSE = re.compile("[，。、；]")
_WIRE = re.compile(r"[（【〔]?[\u3400-\u9fff]{0,12}?[一二三四五六七八九十廿卅]{1,3}日[^，。、]{0,8}?[电讯]")
_ENDS = {"full stop": "。！？!?", "comma": "，、", "colon": "：:；", "dash": "…—", "bracket": "）)", "quote": "”’》"}
_STARTS = {"bracket": "（(", "quote": "“‘《【", "bullet": marks.BULLETS + "◘◉※", "closing mark": breaks.NEVER_FIRST}
_PARTICLES = "云也矣耳焉哉"


@dataclass(frozen=True, slots=True)
class Setting:
    """A page as the evidence needs it: its lines with their facts, the width of each and of most lines near it (em),
    how it begins and ends, which are set like headings, which are one character narrower than the full line below,
    which have no mark of a clause, before which a bracket or a quotation is open, how many lines at the top have no
    comma, and what holds throughout."""

    facts: Sequence[LineFacts]
    widths: Sequence[float]
    measures: Sequence[float]
    starts: Sequence[str]
    ends: Sequence[str]
    heads: Sequence[bool]
    indented: Sequence[bool]
    bare: Sequence[bool]
    in_brackets: Sequence[bool]
    in_quotes: Sequence[bool]
    top: int
    ragged: float
    exact: bool
    commas: bool


class Ways(NamedTuple):
    """The scores of the six ways in which a line may be followed: a heading's or a text's by more of the same block, by
    another heading, by another text. They are logarithms of odds, and only their differences count."""

    heading_goes_on: float = 0.0
    heading_heading: float = 0.0
    heading_text: float = 0.0
    text_goes_on: float = 0.0
    text_text: float = 0.0
    text_heading: float = 0.0


PARTS = Ways(0.0, 1.0, 1.0, 0.0, 1.0, 1.0)
"""The ways that part two blocks."""
ALWAYS = "always"
OPENED = "line alone"  # the line before a break opened its block
BEGINS = "page begins"


def partings(setting: Setting) -> list[Ways]:
    """For each line but the first how it may follow the line before it."""
    known, lean = weights(), Ways(*(LEAN * parts for parts in PARTS))
    return [
        added([lean, *(known[name] for name in evidence_of_break(setting, index) if name in known)])
        for index in range(1, len(setting.facts))
    ]


def added(ways: Sequence[Ways]) -> Ways:
    """The scores of several pieces of evidence together."""
    return Ways(*map(sum, zip(*ways)))


@cache
def weights() -> dict[str, Ways]:
    """What each piece of evidence counts."""
    return {row["evidence"]: Ways(*(float(row[way] or 0) for way in Ways._fields)) for row in table("old_print")}


def read_setting(facts: Sequence[LineFacts]) -> Setting:
    """A page made ready for its evidence to be read."""
    widths = [printed_width(fact.line.text) for fact in facts]
    measures = [_commonest(widths[max(0, i - NEAR) : i + NEAR + 1]) for i in range(len(facts))]
    full = [abs(measure - width) < SAME for width, measure in zip(widths, measures) if width > OWN_TYPE * measure]
    indented = [_is_indented(widths, i) for i in range(len(facts))]
    may_open = [False, *map(_may_precede, facts, widths, measures[1:])]
    return Setting(
        facts,
        widths,
        measures,
        [_start(fact.line.text) for fact in facts],
        [_end(fact.line.text) for fact in facts],
        [_is_head(fact, width, measure) for fact, width, measure in zip(facts, widths, measures)],
        indented,
        [not _CLAUSE.search(fact.line.text) for fact in facts],
        _inside(facts, "（(", "）)"),
        _inside(facts, "“", "”’"),
        _top(facts),
        sum(opens and not may for opens, may in zip(indented[1:], may_open[1:])) / max(1, sum(full)),
        sum(full) > EXACT * len(full),
        breaks.read_habits([fact.line for fact in facts]).commas,
    )


def _inside(facts: Sequence[LineFacts], opens: str, closes: str) -> list[bool]:
    """Before which lines a bracket or a quotation is open."""
    inside, found = False, []
    for fact in facts:
        found.append(inside)
        for character in fact.line.text:
            inside = character in opens or (inside and character not in closes)
    return found


def _commonest(widths: Sequence[float]) -> float:
    """The width that most lines have, in whole characters; of two the larger."""
    whole = list(map(round, widths))
    return float(max(whole, key=lambda width: (whole.count(width), width)))


def _is_indented(widths: Sequence[float], index: int) -> bool:
    """Whether a line is one character narrower than its column, and the line below is full."""
    measure = _commonest(widths[max(0, index - NEAR + 1) : index + NEAR + 1])
    if index + 1 == len(widths) or not SAME < measure - widths[index] < 1 + SAME:
        return False
    return abs(measure - widths[index + 1]) < SAME


def _may_precede(before: LineFacts, width: float, measure: float) -> bool:
    """Whether a line shows by a mark or by its width that a paragraph may end with it."""
    return not _HAN.match(before.line.text[-1]) or before.line.text[-1] in _PARTICLES or width <= measure - 2


def _top(facts: Sequence[LineFacts]) -> int:
    """How many lines at the top of a page are without a comma, as a heading's are."""
    return next((n for n, fact in enumerate(facts) if n == LONGEST_TOP or _CLAUSE.search(fact.line.text)), len(facts))


def _is_head(fact: LineFacts, width: float, measure: float) -> bool:
    other = width <= OWN_TYPE * measure or width > measure + 2 * SAME or measure < NARROW
    return other and not _CLAUSE.search(fact.line.text)


# --- the evidence ---------------------------------------------------------------------------------------------------


def evidence_of_break(setting: Setting, index: int) -> list[str]:
    """The names of what a page shows of the break before one of its lines."""
    fills = _fills(setting, index)
    return [
        ALWAYS,
        *_of_width(setting, index, fills),
        *_of_marks(setting, index, fills),
        *_of_indent(setting, index),
        *_of_headings(setting, index, fills),
        *_of_bare_lines(setting, index),
        *_of_brackets(setting, index),
        *_of_words(setting, index),
        *_of_continuation(setting, index),
    ]


def _fill(width: float, measure: float) -> str:
    """How far a line fills a measure."""
    missing = measure - width
    if missing < -SAME:
        return "wide"
    if missing < SAME:
        return "full"
    if missing < 1 + SAME:
        return "one less"
    if width <= measure / 2:
        return "half"
    return "two less" if missing < 2 + SAME else "short"


def _kind(character: str, kinds: dict[str, str], other: str) -> str:
    return next((name for name, characters in kinds.items() if character in characters), other)


def _end(text: str) -> str:
    return _kind(text[-1], _ENDS, "particle" if text[-1] in _PARTICLES else "word")


def _start(text: str) -> str:
    return "number" if marks.has_numbering(text) else _kind(text[0], _STARTS, "word")


def _fills(setting: Setting, index: int) -> tuple[str, str]:
    """How far the lines before and behind a break fill the columns that they stand in."""
    widths = setting.widths
    above = _commonest(widths[max(0, index - NEAR - 1) : index + 2])
    below = _commonest(widths[index : index + NEAR + 1] if len(widths) - index > 2 else widths[-NEAR - 2 :])
    return _fill(widths[index - 1], max(1.0, above)), _fill(widths[index], max(1.0, below))


def _of_width(setting: Setting, index: int, fills: tuple[str, str]) -> list[str]:
    before, after = fills
    found = [f"before {before}", f"after {after}"]
    type_ = "in cells" if setting.exact else "loose"
    found += [type_, f"{type_}, before {before}", f"{type_}, after {after}"]
    if index + 1 == len(setting.widths):
        return [*found, "last line", f"last line {setting.starts[index]}"]
    next_ = setting.widths[index + 1]
    steps = [_step(next_ - setting.widths[at]) for at in (index - 1, index)]
    return [*found, f"before {steps[0]:+}, after {steps[1]:+}", f"{type_}, after {steps[1]:+}"]


def _step(difference: float) -> int:
    """By how many characters the next line is wider, no more than three."""
    return max(-2, min(3, round(difference)))


def _of_marks(setting: Setting, index: int, fills: tuple[str, str]) -> list[str]:
    text, behind = setting.facts[index - 1].line.text, setting.facts[index].line.text
    before, after = fills
    end, start = setting.ends[index - 1], setting.starts[index]
    found = [f"ends {end}", f"starts {start}", f"after {after}, starts {start}"]
    page = "commas" if setting.commas else "full stops"
    found += [f"{page}, ends {end}", f"{page}, before {before}, ends {end}"]
    brackets = [whole[0] == "（" and whole[-1] == "）" for whole in (text, behind)]
    found += [name for name, is_whole in zip(("before in brackets", "after in brackets"), brackets) if is_whole]
    return found + ["cut bracket"] * (text[0] == "（" and "）" not in text)


def _of_indent(setting: Setting, index: int) -> list[str]:
    """An indented line opens a paragraph where no other line is narrower without cause."""
    if not setting.indented[index]:
        return []
    full = "no" if not setting.ragged else "few" if setting.ragged < FEW_RAGGED else "many"
    end = setting.ends[index - 1]
    return [f"indent, {full} ragged", f"indent, {full} ragged, ends {end}"]


def _of_headings(setting: Setting, index: int, fills: tuple[str, str]) -> list[str]:
    before, after = setting.heads[index - 1], setting.heads[index]
    kinds = f"{'head' if before else 'body'} {'head' if after else 'body'}"
    text, behind = setting.facts[index - 1].line.text, setting.facts[index].line.text
    found = [kinds, f"{kinds}, starts {setting.starts[index]}", f"{kinds}, ends {setting.ends[index - 1]}"]
    if index <= setting.top:
        opens = "indented" if setting.indented[index] else "marked" if index == setting.top else "more"
        found += [f"top, {opens}", f"top, {kinds}, {opens}", f"top, line {index}", f"top, {fills[1]}"]
    found += [f"{kinds}, gap"] if setting.facts[index].line.gap else []
    found += [name for name, line in (("note before", text), ("note after", behind)) if marks.is_note(line)]
    if not before:
        return found
    step = max(-3, min(3, round(setting.widths[index] - setting.widths[index - 1])))
    return [*found, f"{kinds}, {step:+}", f"{kinds}, line {_run(setting, index)}"]


def _run(setting: Setting, index: int) -> int:
    """How many lines before a break are set like headings, no more than three."""
    for n in range(1, LONGEST_RUN):
        if n == index or not setting.heads[index - 1 - n]:
            return n
    return LONGEST_RUN


def _of_bare_lines(setting: Setting, index: int) -> list[str]:
    """What lines without a clause's mark show, as headings' are: how many there are, how wide, how far down."""
    bare, widths = setting.bare, setting.widths
    above = _in_a_row(bare[max(0, index - LONGEST_BARE) : index][::-1])
    below = _in_a_row(bare[index : index + LONGEST_BARE])
    here, next_ = _bounded(widths[index - 1], WIDEST), _bounded(widths[index], WIDEST)
    step, place = round(widths[index]) - round(widths[index - 1]), min(index, LONGEST_BARE)
    which = _bareness(setting, index)
    found = [
        f"bare above {above}",
        f"bare below {below}",
        f"bare above {min(above, 4)}, below {min(below, 4)}",
        f"bare below {min(below, 4)}, {_bounded(step, 3):+}",
        f"{which}, {_bounded(step, 6):+}",
        f"{which}, {'same' if not step else 'other'} width, line {min(index, 4)}",
        f"bare {here} wide, {next_} wide" if which == "bare bare" else which,
    ]
    found += [f"bare above {here} wide", f"bare above {min(above, 4)}, line {place}"] if above else []
    found += [f"bare below {next_} wide", f"bare below {min(below, 4)}, line {place}"] if below else []
    found += [f"{which} {'bare' if each else 'marked'}" for each in bare[index + 1 : index + 2]]
    return found


def _bareness(setting: Setting, index: int) -> str:
    """Which of the lines before and behind a break have no mark of a clause: bare marked."""
    return " ".join("bare" if each else "marked" for each in setting.bare[index - 1 : index + 1])


def _in_a_row(bare: Sequence[bool]) -> int:
    """How many lines without a mark follow each other, no more than five."""
    return next((n for n, each in enumerate(bare[:LONGEST_BARE]) if not each), min(len(bare), LONGEST_BARE))


def _bounded(number: float, most: int) -> int:
    return max(-most, min(most, round(number)))


def _of_brackets(setting: Setting, index: int) -> list[str]:
    """Whether a bracket or a quotation is open across a break."""
    quoted = "in quotes" if setting.in_quotes[index] else "not in quotes"
    start, end = setting.starts[index], setting.ends[index - 1]
    inside = ["in brackets"] if setting.in_brackets[index] else []
    return [*inside, quoted, f"{quoted}, starts {start}", f"{quoted}, ends {end}"]


def _of_continuation(setting: Setting, index: int) -> list[str]:
    """What characters follow which in prose, and which words the dictionary has, in whole units."""
    tail, head = Tail(_prose(setting.facts[index - 1].line.text)), Head(_prose(setting.facts[index].line.text))
    which = _bareness(setting, index)
    follows = f"follows {max(-3, _bounded(odds(tail, head), 6)):+}"
    shares = f"word {max(-3, _bounded(word_across(tail, head) / 2, 5)):+}"
    opens = f"opens {max(-3, _bounded(opens_with(head), 4)):+}"
    return [follows, f"{which}, {follows}", shares, f"{which}, {shares}", opens]


def _prose(text: str) -> str:
    """A line as the counts of prose have it, with today's commas."""
    return normal(text.replace("、", "，")) or "A"


def _of_words(setting: Setting, index: int) -> list[str]:
    before, after = setting.facts[index - 1], setting.facts[index]
    behind = "".join(fact.line.text for fact in setting.facts[index : index + 2])
    shown = {
        "cuts a word": breaks.cuts_a_word(before.line.text, after.line.text),
        "words recur": after.line.recurs,
        "open quote": before.open_quote,
        "wire line": bool(_WIRE.match(behind)),
        "blank inside": " " in after.line.text,
    }
    return [name for name, holds in shown.items() if holds]
