"""The parts of a heading: kicker, headline, subheadline, and what a speech's heading says of its speaker and date.

before  市图书馆“童书漂流 书润乡梦”图书捐⏎赠活动举行⏎⏎150册少儿图书⏎免费赠与乡村娃
after   kicker 市图书馆“童书漂流 书润乡梦”图书捐赠活动举行, headline 150册少儿图书 免费赠与乡村娃
"""

from __future__ import annotations

import itertools
import re
from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache, lru_cache

from transforms import marks
from transforms.alignment import Aligned, concat, drop
from transforms.alignment import Span as TextSpan
from transforms.blocks import Block
from transforms.breaks import runs_on
from transforms.cleaning import clean
from transforms.heading_cuts import (
    best_cut,
    closes_a_kicker,
    ends_with_a_name,
    is_a_title,
    opens_with_a_name,
    opens_with_an_act,
    words_at_seam,
)
from transforms.lexicon import table
from transforms.lines import Line, printed_width

_DASHES = re.compile(r"^[—－\-─]{1,4} ?")
_INNER_DASH = re.compile(r"(?<=[^—]{4})——(?=[^—]{4})")
_NOTE_BEHIND = re.compile(r"(?<=[^（(]{4})[（(][^（()）]{4,60}通过[)）]$")
_INNER_KICKER = re.compile(r"(?:会|会议|时|上|调研|批示|指示|考察|致辞)(?:中)?(?:强调|指出)(?=[^，。：——]{7})")
_OPENS_SUBHEADLINE = re.compile(r"[论在记访评写致读]|\d")
_OPEN_OCCASION = re.compile(r"—++(?!.*(?:[上时]的|上$|时$)).*在")
_BRACKET_BEHIND = re.compile(r"[（(【][^（）()]{2,24}[)）】]$")
_CLOSES = frozenset(")）】")
_HALF = 15.0
_LONGEST_HEADLINE = 40
_SHORTEST_PART = 3
_MOST_PARTS = 12
_MOST_LABELS = 4
_SHORT = 7.0

_KICKER_FIRST = 0.4
_DASH_SUBHEADLINE = 8.0
_DASH_KICKER = 4.0
_COLON_KICKER = 3.0
_SHORT_PART = 1.2
_TOO_LONG = 2.0
_LABELLED = 1.5  # a column's label stands behind the headline
_HALVES = 1.0
_LONGER = 0.08
_SAME_TYPE = 1.5

# How much speaks for two neighbouring pieces being different parts.
_MARKED = 8.0  # a dash, a colon or a note stands between them
_CUED = 3.0
_APART = 3.0  # a blank line
_SET_TOGETHER = -1.5  # none, where blank lines part others
_LONG = 2.0  # halves are short
_UNEVEN = 0.8  # …and of about the same length
_ALIKE = -1.5
_SHORT_AND_ALIKE = -2.5
_EVEN = -3.5
_LONG_AND_EVEN = -1.0
_LONGEST_HALF = 9.0  # few halves of a headline are longer
_SAME_LENGTH = 0.5
_USUAL_WORDS = 1.0  # what the words around a seam say where halves meet
_MOST_UNLIKE_HALVES = 2.0
_HALVED = 2.0  # what has two halves of its own is no half
_LONG_KICKER = -2.5  # a kicker so long closes with words that kickers close with
_LONGEST_KICKER = 20.0
_CUT_SHORT = -3.0  # words that nothing can end with, such as 关于
_SHORTEST_KICKER = 5  # characters of one that no mark closes
_NAMED = 3.2
_GLUED = 1.5  # more than the blank between two halves gives
_REMAINDER = -4.0  # a word or two on a line of their own are a part's end
_SEVERAL = 2.0  # a heading whose parts stand apart is seldom glued as well
_SAYS = 3.0
_LONG_SENTENCE = 18.0
_SENTENCE = 1.0  # a long part with a comma inside tells what the headline names
_LISTS = 6.0  # a subheadline may list several things: 确定…；要求…
_BOTH_ACT = -0.6
_BOTH_ACT_ALIKE = -1.6  # …the more so in as many characters
_BOTH_ACT_AS_SAID = -5.0  # …and what a kicker announces is one headline
_WINDOW = 3000


@dataclass(slots=True)
class Heading:
    """The parts of one article's heading; texts are cleaned and aligned. `begins` has the places in the source at which
    its lines are known to begin something of their own, as in old print."""

    kicker: Aligned | None = None
    headline: Aligned | None = None
    subheadline: Aligned | None = None
    section: str | None = None
    speaker: str | None = None
    date: date | None = None
    jump_from: str | None = None
    jump_to: str | None = None
    notes: list[str] = field(default_factory=list)
    begins: list[int] = field(default_factory=list)

    def printed(self, part: Aligned) -> list[Aligned]:
        """A part as it was printed: more than one line of type may have been put together as kicker or headline."""
        cuts = sorted({bisect_left(part.at, begin) for begin in self.begins} - {0, len(part)})
        return [part[start:end].strip() for start, end in zip([0, *cuts], [*cuts, len(part)])]


@dataclass(frozen=True, slots=True)
class _Part:
    """A part of the heading, or a piece of one: its lines joined, and the width of its widest line (the larger the
    type, the narrower). `seam` is the odds that it was glued to the piece before it, which is another part."""

    text: Aligned
    lines: tuple[Line, ...]
    gap: bool
    seam: float = 0.0

    @property
    def widest(self) -> float:
        return max(line.width for line in self.lines)


def read_heading(blocks: Sequence[Block], body: str = "") -> Heading:
    """The parts of a heading from its blocks in the order of the page; `body` is the text of its story."""
    heading = Heading()
    lines: list[Line] = []
    wholes: list[_Part] = []
    for block in blocks:
        if block.kind in ("label", "date", "name") or (block.whole and _is_bracketed(block.text)):
            _take_mark(heading, block)
        elif block.whole:
            wholes.append(_whole_part(block.lines))
            heading.begins.append(block.lines[0].raw.at[0])
        else:
            lines += block.lines
    parts = [part for whole in [*wholes, *_pieces(lines, body)] if (part := _without_jumps(whole, heading))]
    _assign(heading, [part for part in parts if len(part.text)][:_MOST_PARTS])
    _take_label(heading)
    return heading


def _take_mark(heading: Heading, block: Block) -> None:
    """Note what a block says by itself of the story below it: its column, the day or the name of a speech's speaker."""
    if block.kind == "label":
        heading.section = marks.label_name(block.text)
    elif block.kind == "date":
        heading.date = marks.date_line(block.text)
    elif block.kind == "name":
        heading.speaker = _speaker(block.text)
    else:
        heading.notes.append(block.text)


def _without_jumps(part: _Part, heading: Heading) -> _Part | None:
    """A part without its jump line, which is noted; None for a jump line alone."""
    text = part.text.text
    if marks.is_note(text):
        heading.notes.append(text)
    jump = marks.jump_from(text) or marks.jump_to(text)
    if jump and len(jump.group()) == len(text):
        _set_jump(heading, jump, text)
        return None
    return _without_jump(part, heading)


def _speaker(text: str) -> str:
    """The name on a line, a title before it left off: 董事长 宋永祥 -> 宋永祥."""
    if marks.is_name_line(text):
        return re.sub(r"\s", "", text)
    return text.split()[-1]


def _at_dash(part: _Part) -> list[_Part]:
    """A part cut at the dash inside it, behind the words that announce a quotation, or before the note of its passing:
    在滨州，我们一起|——共享周到, …工作会议强调|压实责任, …的决议|（2024年11月20日…通过）"""
    text = part.text.text
    note = _NOTE_BEHIND.search(text)
    if note:
        return [
            *_at_dash(replace(part, text=part.text[: note.start()])),
            _Part(part.text[note.start() :], part.lines, False),
        ]
    found = _INNER_DASH.search(text)
    said = _INNER_KICKER.search(text)
    if found is None and said is None:
        return [part]
    if found is None or (said is not None and said.end() < found.start()):
        cut = said.end() if said else 0
    else:
        cut = found.start() if _opens_a_subheadline(text[: found.start()], text[found.end() :]) else found.end()
    return [_Part(part.text[:cut].strip(), part.lines, part.gap), _Part(part.text[cut:].strip(), part.lines, False)]


def _opens_a_subheadline(before: str, after: str) -> bool:
    """Whether a dash inside a line opens a subheadline rather than closes a kicker: a kicker names who or where, or
    says what was held; a subheadline mostly says of what the headline speaks, and is the longer one."""
    if _OPENS_SUBHEADLINE.match(after) and len(after) > len(before):
        return True
    if _width(before) <= _SHORT:
        return False
    kicker = opens_with_a_name(before) + 2 * ends_with_a_name(before) + closes_a_kicker(before)
    kicker += _cues(before, "kicker")
    subheadline = opens_with_a_name(after) + bool(_OPENS_SUBHEADLINE.match(after))
    return subheadline > kicker if kicker != subheadline else len(after) > len(before)


def _set_jump(heading: Heading, jump: re.Match[str], text: str) -> None:
    page = re.sub(r"\s", "", jump["page"])
    if marks.jump_from(text):
        heading.jump_from = page
    else:
        heading.jump_to = page


def _without_jump(part: _Part, heading: Heading) -> _Part:
    """A part without the jump line at its end: 市图书馆举行图书捐赠活动（上接第一版）."""
    text = part.text.text
    found = _BRACKET_BEHIND.search(text) if text[-1:] in _CLOSES else None
    if not found:
        return part
    jump = marks.jump_from(found.group()) or marks.jump_to(found.group())
    if jump is None:
        return part
    _set_jump(heading, jump, found.group())
    return _Part(part.text[: found.start()], part.lines, part.gap)


# --- lines -> pieces ------------------------------------------------------------------------------------------------


def _pieces(lines: Sequence[Line], body: str) -> list[_Part]:
    """The lines of a heading as the smallest pieces that can be parts: what a line's end cuts in mid-phrase made whole,
    what an extractor glued into one line cut where a kicker may end."""
    wholes: list[_Part] = []
    group: list[Line] = []
    for line in lines:
        if group and not _carries_on(group, line, body):
            wholes.append(_whole(group))
            group = []
        group.append(line)
    if group:
        wholes.append(_whole(group))
    at_marks = [piece for whole in wholes for piece in _at_dash(whole)]
    announced = any(_cues(piece.text.text, "kicker") >= _SAYS for piece in at_marks)
    if announced or any(line.measure is not None for line in lines):  # only pages without columns are glued
        return at_marks
    doubt = _SEVERAL if sum(not marks.is_note(part.text.text) for part in at_marks) > 1 else 0.0
    return [piece for part in at_marks for piece in _at_seam(part, body, doubt)]


def _is_bracketed(text: str) -> bool:
    """Whether a line is a remark in brackets, as a writer's name or a serial number below a heading is."""
    return text[0] == "（" and text[-1] == "）"


def _whole_part(lines: Sequence[Line]) -> _Part:
    """Lines that are known to be one part, with a blank where a line does not run on: 英法通知蘇聯⏎締結三强協定"""
    pieces = [lines[0].clean]
    for line in lines[1:]:
        if runs_on(pieces[-1].text[-80:], line):
            pieces[-1] = pieces[-1] + line.clean
        else:
            pieces.append(line.clean)
    return _Part(_with_blanks([clean(piece) for piece in pieces]), tuple(lines), lines[0].gap)


def _whole(group: Sequence[Line]) -> _Part:
    return _Part(clean(concat([line.clean for line in group])), tuple(group), group[0].gap)


def _carries_on(group: Sequence[Line], line: Line, body: str) -> bool:
    """Whether a line carries on the phrase that the lines before it leave open."""
    before = group[-1]
    if not before.text.strip("—") or not line.text.strip("—"):
        return True
    if line.text.startswith("——") or before.text.endswith("——") or marks.is_note(line.text):
        return False
    joined = "".join(each.text for each in group[-4:])
    if is_a_title(joined + line.text) and not is_a_title(joined):
        return True
    if runs_on(joined, line) or (len(line.text) <= _SHORTEST_PART and not line.gap) or marks.is_column_label(line.text):
        return True
    if not line.gap and _names_no_occasion_yet(group):
        return True
    return line.width < before.width and _is_in(body, joined, line.text, before.width > _HALF)


def _is_in(body: str, before: str, after: str, wide: bool) -> bool:
    """Whether the text of the story has the words that a line's end cuts; of a wide line two characters show it."""
    cut = {before[-2:] + after[:1], before[-1:] + after[:2], *([before[-1:] + after[:1]] if wide else [])}
    return any(len(words) > 1 and words in body[:_WINDOW] for words in cut)


def _at_seam(part: _Part, body: str, doubt: float) -> list[_Part]:
    """A part cut where a kicker's end may have been glued to the headline."""
    text = part.text.text
    if " " in text and not _ends_in_halves(text):
        return [part]
    at, odds = best_cut(text, body, doubt)
    if odds <= doubt or (" " in text and not _is_halved(text[at:])):
        return [part]
    before, after = part.text[:at].strip(), part.text[at:].strip()
    return [replace(part, text=before), _Part(after, part.lines, False, seam=odds)]


def _is_halved(text: str) -> bool:
    """Whether a text is two halves about as long as each other: 150册少儿图书 免费赠与乡村娃."""
    widths = _widths_of_halves(text)
    return len(widths) == 2 and abs(widths[0] - widths[1]) <= _MOST_UNLIKE_HALVES


def _widths_of_halves(text: str) -> list[float]:
    """The widths of what blanks part in a text, its label left out."""
    return [_width(half) for half in _without_label(text).split(" ")]


def _ends_in_halves(text: str) -> bool:
    """Whether what stands before the last blank is so long that a kicker may be glued to the first of two halves."""
    before, _, last = _without_label(text).rpartition(" ")
    return _width(before) > _width(last) + _SHORT


def _names_no_occasion_yet(group: Sequence[Line]) -> bool:
    """Whether a subheadline behind a dash breaks off before it says what was held: ——在第八届|发展论坛上的演讲"""
    return bool(_OPEN_OCCASION.match("".join(line.text for line in group[-4:])))


def _joint(pieces: Sequence[_Part], index: int, said: bool) -> float:
    """How much speaks for a piece and the one before it being different parts, not the halves of one. `said` says
    that the kicker before them announces what they say (…强调)."""
    before, after = pieces[index - 1], pieces[index]
    if after.seam:
        return _GLUED + after.seam
    one, other = before.text.text, _without_label(after.text.text)
    if one.endswith(("——", "：")) or other.startswith("——") or marks.is_note(other):
        return _MARKED
    if max(_cues(other, "subheadline"), _cues(one, "kicker")) >= 1:
        return _CUED
    apart = _APART if after.gap else _SET_TOGETHER * any(piece.gap for piece in pieces[1:])
    if not after.gap and _is_remainder(pieces, index):
        return _REMAINDER
    return apart + _unlike(one, other) + _unlike_words(one, other, said)


def _is_remainder(pieces: Sequence[_Part], index: int) -> bool:
    """Whether a piece is a word or two that a line's end left over, not the first of two halves."""
    widths = [_width(_without_label(piece.text.text)) for piece in pieces[index - 1 : index + 2]]
    if not _SHORT > widths[1] < widths[0] / 1.6:
        return False
    return len(widths) < 3 or pieces[index + 1].gap or abs(widths[2] - widths[1]) > _SAME_LENGTH


def _unlike(one: str, other: str) -> float:
    """What widths say against two halves: these are short and about as long as each other."""
    widths = _width(one), _width(other)
    if max(widths) > _HALF:
        return _LONG
    if " " in other and " " not in one:
        return _HALVED
    if abs(widths[0] - widths[1]) < _SAME_LENGTH:
        return _EVEN if max(widths) <= _LONGEST_HALF else _LONG_AND_EVEN
    if max(widths) <= _LONGEST_HALF and (min(widths) >= 0.7 * max(widths) or abs(widths[0] - widths[1]) <= 2):
        return _SHORT_AND_ALIKE if max(widths) <= _SHORT else _ALIKE
    return _UNEVEN if max(widths) > 1.4 * min(widths) else 0.0


def _unlike_words(one: str, other: str, said: bool) -> float:
    """What words say: a kicker names who or where, the halves of a headline both say what is done."""
    words = words_at_seam(one, other)
    if len(one) > _SHORTEST_KICKER and words > _CUT_SHORT and opens_with_a_name(one):
        return _NAMED
    score = min(words, _USUAL_WORDS) if said else words
    if opens_with_an_act(one) and opens_with_an_act(other):
        even = abs(_width(one) - _width(other)) < _SAME_LENGTH
        score += _BOTH_ACT_AS_SAID if said else _BOTH_ACT_ALIKE if even else _BOTH_ACT
    return score - _USUAL_WORDS


@lru_cache(maxsize=256)
def _width(text: str) -> float:
    """`printed_width`, which is asked of the same few texts over and over."""
    return printed_width(text)


def _without_label(text: str) -> str:
    label = marks.column_label(text)
    return text[: -len(label) - 2] if label else text


def _with_blanks(pieces: Sequence[Aligned]) -> Aligned:
    """The pieces with one blank between each two; the blank stands at the place of the character before it."""
    joined = pieces[0]
    for piece in pieces[1:]:
        joined = concat([joined, Aligned(" ", joined.at[-1:]), piece])
    return joined


# --- pieces -> parts and roles ---------------------------------------------------------------------------------------


def _assign(heading: Heading, pieces: Sequence[_Part]) -> None:
    """Kicker, headline and subheadline: of all ways to put neighbouring pieces together the one with the best score."""
    if not pieces:
        return
    start, end = _best_span(pieces)
    heading.kicker = _merge(pieces[:start])
    heading.headline = _merge(pieces[start:end])
    heading.subheadline = _merge(pieces[end:])
    if heading.kicker and _DASHES.match(heading.kicker.text) and heading.subheadline is None:
        heading.kicker, heading.subheadline = None, heading.kicker


def _best_span(pieces: Sequence[_Part]) -> tuple[int, int]:
    """The pieces, from the first to the one behind the last, that make the headline in the best reading."""
    if len(pieces) == 1:
        return 0, 1
    spans = itertools.combinations(range(len(pieces) + 1), 2)
    says = [_cues(piece.text.text, "kicker") >= _SAYS for piece in pieces]
    joints = {said: _joints(pieces, said) for said in {False, any(says)}}
    return max(
        spans,
        key=lambda span: (_score(pieces, span[0], span[1], joints[any(says[: span[0]])]), -span[0], -span[1]),
    )


def _joints(pieces: Sequence[_Part], said: bool) -> list[float]:
    return [_joint(pieces, index, said) for index in range(1, len(pieces))]


def _merge(parts: Sequence[_Part]) -> Aligned | None:
    return _with_blanks([part.text for part in parts]) if parts else None


def _score(pieces: Sequence[_Part], start: int, end: int, joints: Sequence[float]) -> float:
    """The score of the reading in which the headline is made of the pieces from `start` to `end`; `joints` say how much
    speaks for each piece and the one before it being different parts."""
    headline = _whole_of(pieces[start:end])
    score = _as_headline(headline) - sum(max(0.0, joint) for joint in joints[start : end - 1])
    score += sum(min(0.0, joints[at - 1]) for at in {start, end} & set(range(1, len(pieces))))
    score -= _DASH_KICKER * sum(piece.text.text.endswith("——") for piece in pieces[: start - 1] if start)
    score += sum(_as_kicker(part) + _smaller(part, headline) for part in _parted(pieces[:start], joints))
    for part in _parted(pieces[end:], joints[end:]):
        score += _as_subheadline(part) + _smaller(part, headline)
    return score


def _parted(pieces: Sequence[_Part], joints: Sequence[float]) -> list[_Part]:
    """Pieces with those put together that no joint parts."""
    groups: list[list[_Part]] = []
    for index, piece in enumerate(pieces):
        if index and joints[index - 1] <= 0:
            groups[-1].append(piece)
        else:
            groups.append([piece])
    return [_whole_of(group) for group in groups]


def _whole_of(pieces: Sequence[_Part]) -> _Part:
    """Pieces put together as one part."""
    if len(pieces) == 1:
        return pieces[0]
    lines = tuple(line for piece in pieces for line in piece.lines)
    return _Part(_with_blanks([piece.text for piece in pieces]), lines, pieces[0].gap)


def _as_headline(part: _Part) -> float:
    text, score = part.text.text, 0.0
    if text.startswith("——") or text.endswith("——") or marks.is_note(text):
        score -= _DASH_SUBHEADLINE
    if len(text) > _LONGEST_HEADLINE:
        score -= _TOO_LONG
    if "；" in text:
        score -= _LISTS
    if "，" in text and _width(text) > _LONG_SENTENCE:
        score -= _SENTENCE
    if marks.column_label(text):
        score += _LABELLED
    score -= _cues(text, "subheadline") / 2
    return score + _HALVES * _is_short_or_even(text)


def _is_short_or_even(text: str) -> bool:
    """Whether a text with a blank inside can be the halves of one headline: short ones, or two of one length."""
    widths = _widths_of_halves(text)
    return len(widths) > 1 and (sum(widths) <= 2 * _LONGEST_HALF or max(widths) - min(widths) < _SAME_LENGTH)


def _as_kicker(part: _Part) -> float:
    text = part.text.text
    score = _KICKER_FIRST + _cues(text, "kicker") - _cues(text, "subheadline")
    if text.startswith("——"):
        return score - _DASH_SUBHEADLINE
    if text.endswith("——"):
        score += _DASH_KICKER
    if text.endswith(("：", ":")):
        score += _COLON_KICKER
    if _width(text) > _LONGEST_KICKER and max(closes_a_kicker(text), _cues(text, "kicker")) < 1:
        score += _LONG_KICKER
    return score + (_SHORT_PART if _width(text) <= _SHORT else 0.0)


def _as_subheadline(part: _Part) -> float:
    text = part.text.text
    score = (-_MARKED if part.seam else 0.0) + _cues(text, "subheadline") - _cues(text, "kicker")
    if text.startswith("——") or marks.is_note(text):
        score += _DASH_SUBHEADLINE
    if text.endswith("——"):
        score -= _DASH_KICKER
    return score + (_SHORT_PART if _width(text) <= _SHORT else 0.0)


def _smaller(part: _Part, headline: _Part) -> float:
    """Type size as lines show it: a part set over several lines shows how wide its type lets a line be."""
    longer = _LONGER * max(-12.0, min(12.0, _width(part.text.text) - _width(headline.text.text)))
    if len(headline.lines) > 1 and part.widest > headline.widest + 3:
        return longer + _SAME_TYPE
    if len(part.lines) > 1 and headline.widest > part.widest + 3:
        return longer - _SAME_TYPE
    return longer


def _cues(text: str, role: str) -> float:
    return _sum_of_cues(text.rstrip("—：: "), role)


@lru_cache(maxsize=256)
def _sum_of_cues(core: str, role: str) -> float:
    """What the words of a part say; it is asked in each of the readings in which the part stands."""
    score = 0.0
    for has, word, weight in _cues_of(role):
        if has(core, word):
            score += weight
    return score


@cache
def _cues_of(role: str) -> tuple[tuple[Callable[[str, str], bool], str, float], ...]:
    """The words that speak for a part, each with the question whether a text has it in its place, and its weight."""
    places: dict[str, Callable[[str, str], bool]] = {
        "end": str.endswith,
        "start": str.startswith,
        "any": str.__contains__,
    }
    rows = (row for row in table("subheadline_cues") if row["role"] == role)
    return tuple((places[row["place"]], row["word"], float(row["weight"])) for row in rows)


def _take_label(heading: Heading) -> None:
    """The column's label behind a headline is the section: …民主实质（人民论坛）. A subheadline's dash goes. A blank
    stands before a writer's name in old print, which is left: 城南舊事 （閒人）"""
    if heading.headline is None:
        return
    for _ in range(_MOST_LABELS):
        label = marks.column_label(heading.headline.text)
        if label is None:
            break
        if heading.begins and heading.headline.text[: -len(label) - 2].endswith(" "):
            break
        heading.section = heading.section or label
        heading.headline = heading.headline[: -len(label) - 2].strip()
    if heading.subheadline is not None:
        dashes = _DASHES.match(heading.subheadline.text)
        if dashes:
            heading.subheadline = drop(heading.subheadline, [TextSpan(0, dashes.end())])
