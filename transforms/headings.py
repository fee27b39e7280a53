"""The parts of a heading: kicker, headline, subheadline, and what a speech's heading says of its speaker and date.

before  市图书馆“童书漂流 书润乡梦”图书捐⏎赠活动举行⏎⏎150册少儿图书⏎免费赠与乡村娃
after   kicker 市图书馆“童书漂流 书润乡梦”图书捐赠活动举行, headline 150册少儿图书 免费赠与乡村娃
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from transforms import marks
from transforms.alignment import Aligned, concat, drop
from transforms.alignment import Span as TextSpan
from transforms.blocks import Block
from transforms.breaks import runs_on
from transforms.cleaning import clean
from transforms.lexicon import table
from transforms.lines import Line, printed_width

_DASHES = re.compile(r"^[—－\-─]{1,4} ?")
_INNER_DASH = re.compile(r"(?<=[^—]{4})——(?=[^—]{4})")
_INNER_KICKER = re.compile(r"(?:会|会议|时|上|调研|批示|指示|考察|致辞)(?:中)?(?:强调|指出)(?=[^，。：——]{7})")
_OPENS_SUBHEADLINE = re.compile(r"[论在记访评写致读]|\d")
_OPEN_OCCASION = re.compile(r"—+(?!.*(?:[上时]的|上$|时$)).*在")
_HALF = 15.0
_LONGEST_HEADLINE = 40
_SHORTEST_PART = 3
_MOST_PARTS = 12
_SHORT = 7.0

_KICKER_FIRST = 0.4
_DASH_SUBHEADLINE = 8.0
_DASH_KICKER = 4.0
_COLON_KICKER = 3.0
_SHORT_PART = 1.2
_LONGER = 0.08
_SAME_TYPE = 1.5


@dataclass(slots=True)
class Heading:
    """The parts of one article's heading; texts are cleaned and aligned."""

    kicker: Aligned | None = None
    headline: Aligned | None = None
    subheadline: Aligned | None = None
    section: str | None = None
    speaker: str | None = None
    date: date | None = None
    jump_from: str | None = None
    jump_to: str | None = None
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Part:
    """A part of the heading: its lines joined, and the width of its widest line (the larger the type, the narrower)."""

    text: Aligned
    lines: tuple[Line, ...]
    gap: bool

    @property
    def widest(self) -> float:
        return max(line.width for line in self.lines)


def read_heading(blocks: Sequence[Block]) -> Heading:
    """The parts of a heading from its blocks in the order of the page."""
    heading = Heading()
    rest = [block for block in blocks if not _takes(heading, block)]
    wholes = [_whole_part(block.lines) for block in rest if block.whole]
    joined = _parts([line for block in rest if not block.whole for line in block.lines])
    parts: list[_Part] = []
    for part in wholes + [piece for whole in joined for piece in _at_dash(whole)]:
        text = part.text.text
        if marks.is_note(text):
            heading.notes.append(text)
        jump = marks.jump_from(text) or marks.jump_to(text)
        if jump and len(jump.group()) == len(text):
            _set_jump(heading, jump, text)
        else:
            parts.append(_without_jump(part, heading))
    _assign(heading, [part for part in parts if len(part.text)][:_MOST_PARTS])
    _take_label(heading)
    return heading


def _takes(heading: Heading, block: Block) -> bool:
    """Takes what a block tells of a heading but is no part of it: a label, a date, a speaker, a remark in brackets."""
    if block.kind == "label":
        heading.section = marks.label_name(block.text)
    elif block.kind == "date":
        heading.date = marks.date_line(block.text)
    elif block.kind == "name":
        heading.speaker = _speaker(block.text)
    elif block.whole and _is_bracketed(block.text):
        heading.notes.append(block.text)
    else:
        return False
    return True


def _speaker(text: str) -> str:
    """The name on a line, a title before it left off: 董事长 宋永祥 -> 宋永祥."""
    if marks.is_name_line(text):
        return re.sub(r"\s", "", text)
    return text.split()[-1]


def _at_dash(part: _Part) -> list[_Part]:
    """A part cut at the dash inside it, or behind the words that announce a quotation:
    在滨州，我们一起|——共享周到, …工作会议强调|压实责任"""
    text = part.text.text
    found = _INNER_DASH.search(text)
    said = _INNER_KICKER.search(text)
    if found is None and said is None:
        return [part]
    if found is None or (said is not None and said.end() < found.start()):
        cut = said.end() if said else 0
    else:
        longer = len(text) - found.end() > found.start() > _SHORT
        subheadline = longer or _OPENS_SUBHEADLINE.match(text, found.end())
        cut = found.start() if subheadline else found.end()
    return [_Part(part.text[:cut].strip(), part.lines, part.gap), _Part(part.text[cut:].strip(), part.lines, False)]


def _set_jump(heading: Heading, jump: re.Match[str], text: str) -> None:
    page = re.sub(r"\s", "", jump["page"])
    if marks.jump_from(text):
        heading.jump_from = page
    else:
        heading.jump_to = page


def _without_jump(part: _Part, heading: Heading) -> _Part:
    """A part without the jump line at its end: 市图书馆举行图书捐赠活动（上接第一版）."""
    text = part.text.text
    found = re.search(r"[（(](?:上接|下转)[^（）()]*[)）]$", text)
    if not found:
        return part
    jump = marks.jump_from(found.group()) or marks.jump_to(found.group())
    if jump is None:
        return part
    _set_jump(heading, jump, found.group())
    return _Part(part.text[: found.start()], part.lines, part.gap)


# --- lines -> parts -------------------------------------------------------------------------------------------------


def _parts(lines: Sequence[Line]) -> list[_Part]:
    """Lines of one part joined: a part wrapped in mid-phrase without a blank, two halves of a headline with one."""
    parts: list[_Part] = []
    group: list[Line] = []
    for line in lines:
        if group and _new_part(group, line):
            parts.append(_Part(_join(group), tuple(group), group[0].gap))
            group = []
        group.append(line)
    if group:
        parts.append(_Part(_join(group), tuple(group), group[0].gap))
    return parts


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


def _new_part(group: Sequence[Line], line: Line) -> bool:
    before = group[-1]
    if line.text.startswith("——") or before.text.endswith("——") or marks.is_note(line.text):
        return True
    if runs_on("".join(each.text for each in group[-4:]), line) or (len(line.text) <= _SHORTEST_PART and not line.gap):
        return False
    if _is_label(line.text) or (not line.gap and _names_no_occasion_yet(group)):
        return False
    return line.gap or not _are_halves(before, line)


def _names_no_occasion_yet(group: Sequence[Line]) -> bool:
    """Whether a subheadline behind a dash breaks off before it says what was held: ——在第八届|发展论坛上的演讲"""
    return bool(_OPEN_OCCASION.match("".join(line.text for line in group[-4:])))


def _is_label(text: str) -> bool:
    """Whether a line is nothing but a column's label: （见证·中国机遇）."""
    label = marks.column_label("题" + text)
    return label is not None and len(label) + 2 == len(text)


def _are_halves(before: Line, after: Line) -> bool:
    """Whether two lines are the halves of one headline: both short and about as long as each other."""
    if _cues(after.text, "subheadline") >= 1 or _cues(before.text, "kicker") >= 1:
        return False
    one, other = before.width, printed_width(_without_label(after.text))
    return max(one, other) <= _HALF and (min(one, other) >= 0.7 * max(one, other) or abs(one - other) <= 2)


def _without_label(text: str) -> str:
    label = marks.column_label(text)
    return text[: -len(label) - 2] if label else text


def _join(lines: Sequence[Line]) -> Aligned:
    """The lines of a part as one text, cleaned; two halves get one blank between them."""
    pieces = [lines[0].clean]
    for before, line in itertools.pairwise(lines):
        if not runs_on(pieces[-1].text[-80:], line) and _are_halves(before, line) and line.text[0] not in "（(":
            pieces.append(line.clean)
        else:
            pieces[-1] = pieces[-1] + line.clean
    return _with_blanks([clean(piece) for piece in pieces])


def _with_blanks(pieces: Sequence[Aligned]) -> Aligned:
    """The pieces with one blank between each two; the blank stands at the place of the character before it."""
    joined = pieces[0]
    for piece in pieces[1:]:
        joined = concat([joined, Aligned(" ", joined.at[-1:]), piece])
    return joined


# --- parts -> roles -------------------------------------------------------------------------------------------------


def _assign(heading: Heading, parts: list[_Part]) -> None:
    """Which part is the headline: the reading of the order kicker, headline, subheadline with the best score."""
    if not parts:
        return
    at = max(range(len(parts)), key=lambda index: (_score(parts, index), -index))
    heading.kicker = _merge(parts[:at])
    heading.headline = parts[at].text
    heading.subheadline = _merge(parts[at + 1 :])
    if heading.kicker and _DASHES.match(heading.kicker.text) and heading.subheadline is None:
        heading.kicker, heading.subheadline = None, heading.kicker


def _merge(parts: Sequence[_Part]) -> Aligned | None:
    return _with_blanks([part.text for part in parts]) if parts else None


def _score(parts: Sequence[_Part], at: int) -> float:
    score = 0.0
    for index, part in enumerate(parts):
        if index < at:
            score += _as_kicker(part) + _smaller(part, parts[at])
        elif index > at:
            score += _as_subheadline(part) + _smaller(part, parts[at])
    text = parts[at].text.text
    if text.startswith("——") or text.endswith("——") or marks.is_note(text):
        score -= _DASH_SUBHEADLINE
    if len(text) > _LONGEST_HEADLINE:
        score -= 2.0
    if marks.column_label(text):
        score += 1.5
    return score + (1.0 if " " in text else 0.0)


def _as_kicker(part: _Part) -> float:
    text = part.text.text
    score = _KICKER_FIRST + _cues(text, "kicker") - _cues(text, "subheadline")
    if text.startswith("——"):
        return score - _DASH_SUBHEADLINE
    if text.endswith("——"):
        score += _DASH_KICKER
    if text.endswith(("：", ":")):
        score += _COLON_KICKER
    return score + (_SHORT_PART if printed_width(text) <= _SHORT else 0.0)


def _as_subheadline(part: _Part) -> float:
    text = part.text.text
    score = _cues(text, "subheadline") - _cues(text, "kicker")
    if text.startswith("——") or marks.is_note(text):
        score += _DASH_SUBHEADLINE
    if text.endswith("——"):
        score -= _DASH_KICKER
    return score + (_SHORT_PART if printed_width(text) <= _SHORT else 0.0)


def _smaller(part: _Part, headline: _Part) -> float:
    """Type size as lines show it: a part set over several lines shows how wide its type lets a line be."""
    longer = _LONGER * max(-12.0, min(12.0, printed_width(part.text.text) - printed_width(headline.text.text)))
    if len(headline.lines) > 1 and part.widest > headline.widest + 3:
        return longer + _SAME_TYPE
    if len(part.lines) > 1 and headline.widest > part.widest + 3:
        return longer - _SAME_TYPE
    return longer


def _cues(text: str, role: str) -> float:
    score = 0.0
    for row in table("subheadline_cues"):
        if row["role"] != role:
            continue
        core = text.rstrip("—：: ")
        hit = {"end": core.endswith, "start": core.startswith, "any": core.__contains__}[row["place"]](row["word"])
        score += float(row["weight"]) if hit else 0.0
    return score


def _take_label(heading: Heading) -> None:
    """The column's label behind a headline is the section: …民主实质（人民论坛）. A subheadline's dash goes."""
    if heading.headline is None:
        return
    while label := marks.column_label(heading.headline.text):
        heading.section = heading.section or label
        heading.headline = heading.headline[: -len(label) - 2].strip()
    if heading.subheadline is not None:
        dashes = _DASHES.match(heading.subheadline.text)
        if dashes:
            heading.subheadline = drop(heading.subheadline, [TextSpan(0, dashes.end())])
