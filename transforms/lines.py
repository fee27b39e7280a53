"""The printed lines of a page and the measure of the column each stands in.

A text layer keeps the line ends of the print, and with them most of what tells a paragraph's end from a line's end: a
line as wide as its column goes on, a shorter one closes a paragraph, one that is two characters narrower opens one.

    before  在全国上下深入学习贯彻党的二⏎十届三中全会精神的重要时刻，非常⏎高兴
    after   three lines of 14, 16 and 2 em, in a column that measures 16
"""

from __future__ import annotations

import itertools
import re
import string
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import cache, lru_cache
from typing import NamedTuple

from transforms.alignment import Aligned, aligned, concat
from transforms.bylines import SIGNS_OF_INNER_LEADS, inner_leads, is_credit
from transforms.characters import fold, has_invisible, without_invisible
from transforms.cleaning import doubtful, is_clean, read_line
from transforms.marks import (
    headline_before_text,
    jump_from,
    jump_to,
    name_before_salutation,
    opens_a_jump,
    salutation_at_head,
)
from transforms.punctuation import all_wider, widen
from transforms.script import TRADITIONAL_SHARE, evidence

# Lines wider than any newspaper column were joined or re-wrapped before they came to us: their ends say nothing.
WIDEST_COLUMN = 45.0
NARROWEST_COLUMN = 8.0
TOLERANCE = 1.0
SLACK = 0.3
FEWEST_FULL_LINES = 3
MOST_MEASURES = 10
INDENT = 2.0
LONGEST_JUMP_END = 10
GLUED = 200  # so many characters of a line may hold a name and a salutation
WIDEST_INDENT = 4.0
SHORTEST_END = 4
LONG_END = 8  # so many characters of a sentence's end do not recur by chance
LONGEST_FORM = 100  # characters of a form that is remembered
LONGEST_PIECE = 200  # a longer line is no piece of a printed one
LARGEST_PAGE = 500_000  # above this many characters a file is no page, and words recur by chance

LEAST_TRADITIONAL = 0.08  # of old print's Han characters; of traditional text about a third are such as only it has
MOST_DIGITS = 0.002  # old print writes its numbers in Chinese numerals
FEWEST_HAN = 20

# What a line's width says of a measure, in units of about one natural logarithm of odds.
FIRST_LINE = -1.2
LAST_LINE = -2.5
TOO_WIDE = -3.0
OTHER_COLUMN = -4.5
SQUEEZED = -0.4

_ANY_HAN = "字"  # stands for all of them
_SIGNS_OF_GLUE = frozenset(SIGNS_OF_INNER_LEADS + "：:）)")
_NARROW = re.compile(r"[\x20-\x7e]")
_HAN = re.compile(r"[\u3400-\u9fff]")
_BEHIND_HAN = re.compile(r"[A-Za-z0-9](?<=[\u3400-\u9fff].)")
_BEFORE_HAN = re.compile(r"[A-Za-z0-9%](?=[\u3400-\u9fff])")
_MARK = re.compile(r"[，。、；：！？“”‘’（）《》【】「」『』…—]")
_LATIN = frozenset(string.ascii_letters)
_FOUR_HAN = re.compile(r"[\u3400-\u9fff]{4}")
_MARKS_IN_A_ROW = re.compile(r"[，。、；：！？“”‘’（）《》](?<=[，。、；：！？“”‘’（）《》].)")
_POINT_LAST = re.compile(r"(?<![0-9.．])[0-9]{1,8}[.．]$")
_POINT_FOR_STOP = re.compile(r"[\u3400-\u9fff”）][.．]$")
_DECIMALS_FIRST = re.compile(r"[0-9]{1,4}(?![0-9.．:年月日])")
_NEVER_FIRST = "，。、；：！？”’）》】"
_CUT_BEFORE = "“‘（《【，。、；：！？”’）》】"
_STOP = re.compile("[。！？]")


class Line(NamedTuple):
    """One printed line that is not blank.

    `raw` is the line as the source has it (characters folded, blanks kept inside), `clean` without the blanks that the
    layout put in, `text` what decisions read: `clean` with full-width marks. `width` is its printed width in em,
    `squeezed` the same with its marks set as narrow as a justified line sets them, `measure` the width of a full line
    where it stands (em; None where lines carry no measure). `gap` says that a blank line stands before it, `recurs`
    that the characters on both sides of the break before it stand together elsewhere on the page as well, `closes` that
    its last words close a sentence elsewhere, as those of an abstract do in the text it is taken from, `indented` that
    it begins with blanks as wide as one to four characters. `column` counts the pieces of a row that was read across
    columns from 1; 0 for a line that is no such piece.
    """

    raw: Aligned
    clean: Aligned
    text: str
    width: float
    squeezed: float
    gap: bool
    measure: float | None = None
    recurs: bool = False
    closes: bool = False
    indented: bool = False
    column: int = 0


def printed_width(text: str) -> float:
    """The width of a text in em: Han and full-width marks count one, letters and digits a half, and a quarter goes
    between Han and the latter.

    >>> printed_width("占GDP比达到")
    7.0
    """
    narrow = len(_NARROW.findall(text))
    return len(text) - narrow / 2 + _seams(text) / 4 if narrow else float(len(text))


def _seams(text: str) -> int:
    """How often Han stand beside letters and digits."""
    return len(_BEHIND_HAN.findall(text)) + len(_BEFORE_HAN.findall(text))


def _widths(text: str) -> tuple[float, float]:
    """The width of a line as it is printed, the second of two marks in a row set half as wide, and with all its marks
    set as narrow as a justified line sets them."""
    narrow = len(_NARROW.findall(text))
    marks = len(_MARK.findall(text))
    seams = _seams(text) / 4 if narrow else 0.0
    width = len(text) - narrow / 2 + seams
    if marks > 1:
        width -= len(_MARKS_IN_A_ROW.findall(text)) / 2
    return width, width - marks / 2 - seams


def printed_lines(text: str) -> list[Line]:
    """The lines of a decoded page that are not blank, in order, as yet without measures."""
    lines: list[Line] = []
    folded = fold(text)
    hides = has_invisible(text)
    gap, end = True, -1
    for printed, form in zip(folded.split("\n"), _idle_han().sub(_ANY_HAN, folded).split("\n")):
        start, end = end + 1, end + 1 + len(printed)
        form = form.strip()
        if not form:
            gap = True
            continue
        setting = _setting(form) if len(form) <= LONGEST_FORM else None
        if setting is not None:
            lines.append(_plain_line(_bare(printed, start), gap, setting, text, start))
        else:
            raw = _bare(printed, start)
            if hides:
                raw = without_invisible(aligned(printed, start), text[start:end]).strip()
            if not gap and raw.text[-1] in "）)" and _closes_a_bracket(lines[-1].raw.text, raw.text):
                raw, gap = lines[-1].raw + raw, lines.pop().gap
            pieces = _unglued(raw)
            lines.append(line_of(pieces[0], gap, _is_indented(text, start, raw)))
            lines += [line_of(piece, True) for piece in pieces[1:]]
        gap = False
    return _with_points(lines)


class Setting(NamedTuple):
    """By how much (em) a line is narrower than the number of its characters, as it is printed, and as narrow as a
    justified line sets it; and whether it has half-width `pauses`, all of which are read as full-width ones."""

    printed: float
    squeezed: float
    pauses: bool


@cache
def _idle_han() -> re.Pattern[str]:
    """Runs of Han characters of which nothing hangs but how long a line is: no rule of cleaning changes them, and they
    are no sign of an agency line."""
    signs = "".join(sorted(sign for sign in doubtful().union(SIGNS_OF_INNER_LEADS) if "\u3400" <= sign <= "\u9fff"))
    return re.compile(f"[^\0-\u33ff\ua000-\U0010ffff{signs}]+")


@lru_cache(maxsize=8192)
def _setting(form: str) -> Setting | None:
    """The setting of a line that reads as the source has it, its pauses apart, and has nothing glued to it; None for
    others. In its `form` one character stands for each run of idle Han, so that many lines have the same.

    before  该市去年新增岗位20万个, | 全省共有20家。
    after   字20字, | 字20字。
    """
    if not _SIGNS_OF_GLUE.isdisjoint(form):
        return None
    wide = all_wider(form)
    pauses = wide != form
    if not is_clean(wide) or (pauses and widen(aligned(form)).text != wide):
        return None
    printed, squeezed = _widths(wide)
    return Setting(len(form) - printed, len(form) - squeezed, pauses)


def _plain_line(raw: Aligned, gap: bool, setting: Setting, text: str, start: int) -> Line:
    """A line that has a setting; that begins at `start` in the page's text."""
    read = all_wider(raw.text) if setting.pauses else raw.text
    n = len(read)
    indented = _is_indented(text, start, raw)
    return Line(raw, raw, read, n - setting.printed, n - setting.squeezed, gap, None, False, False, indented)


def _bare(printed: str, start: int) -> Aligned:
    """A line that begins at a place of the source, without the blanks at its ends."""
    bare = printed.strip()
    return aligned(bare, start if len(bare) == len(printed) else start + len(printed) - len(printed.lstrip()))


def _with_points(lines: Sequence[Line]) -> list[Line]:
    """Lines of which none reads as the end of a sentence where its end cuts a decimal: 占全体的12.⏎5%，…

    A full stop may stand behind a number as well: 增至2024.⏎3月以来 is none of these, nor is any line of a page that
    sets its full stops as points.
    """
    if not [line for line in lines if line.clean.text[-1] in ".．"]:
        return list(lines)
    points = sum(_POINT_FOR_STOP.search(line.clean.text) is not None for line in lines)
    if points > sum("。" in line.clean.text for line in lines):
        return list(lines)
    return [
        line._replace(text=line.text[:-1] + ".", width=line.width - 0.5) if _cuts_a_decimal(line, behind) else line
        for line, behind in itertools.zip_longest(lines, lines[1:])
    ]


def _cuts_a_decimal(line: Line, behind: Line | None) -> bool:
    if behind is None or behind.gap or line.text[-1] != "。":
        return False
    return _POINT_LAST.search(line.clean.text) is not None and _DECIMALS_FIRST.match(behind.text) is not None


def is_old_print(lines: Sequence[Line]) -> bool:
    """Whether a page is set as before 1950: in traditional characters, its numbers in Chinese numerals.

    >>> is_old_print(printed_lines("據華方報吿稱、華軍反攻某地、迭奏奇勛、除某城已再度克復外"))
    True
    """
    text = "".join([line.clean.text for line in lines])
    n_digits = sum(map(text.count, "0123456789"))
    if n_digits > MOST_DIGITS * len(text):  # no need to count the Han, which are fewer
        return False
    n_han = len(_HAN.findall(text))
    if n_han < FEWEST_HAN or n_digits > MOST_DIGITS * n_han:
        return False
    found = evidence(text)
    return found.share >= TRADITIONAL_SHARE and found.traditional >= LEAST_TRADITIONAL * n_han


def _unglued(raw: Aligned) -> list[Aligned]:
    """A line cut where an extractor glued a heading, a speaker's name or a salutation to what follows it."""
    text, head = raw.text, raw.text[:GLUED]
    cuts = set(inner_leads(text))
    if "：" in head or ":" in head:
        name = name_before_salutation(head) or 0
        cuts |= {name, name + (salutation_at_head(head[name:]) or 0)}
    if "）" in head or ")" in head:
        cuts.add(headline_before_text(head) or 0)
    if not any(cuts):
        return [raw]
    edges = [0, *sorted(cuts - {0}), len(raw)]
    pieces = (raw[start:end].strip() for start, end in itertools.pairwise(edges))
    return [piece for piece in pieces if piece.text]


def _is_indented(text: str, start: int, raw: Aligned) -> bool:
    """Whether a line that begins at `start` in a page's text has blanks at its head as an indent is wide."""
    first = raw.at[0]
    return first > start and 1.0 <= printed_width(text[start:first]) <= WIDEST_INDENT


def _closes_a_bracket(before: str, text: str) -> bool:
    """Whether a credit or a jump line in brackets goes over two lines, the second of which ends with the bracket:
    （本报记者贺⏎勇摄）, …追求。（下转⏎第三版）"""
    if len(text) <= LONGEST_JUMP_END and opens_a_jump(before):
        return True
    if before[0] not in "（(" or ")" in before or "）" in before:
        return False
    joined = before + text
    return is_credit(joined) or jump_from(joined) is not None or jump_to(joined) is not None


def line_of(raw: Aligned, gap: bool, indented: bool = False) -> Line:
    """A line as the source has it with what decisions read of it; `gap` says that a blank line stands before it."""
    clean, text = read_line(raw)
    width, squeezed = _widths(text)
    return Line(raw, clean, text, width, squeezed, gap, None, False, False, indented)


def rejoined(lines: Sequence[Line]) -> list[Line]:
    """Lines that an extractor cut at a mark made whole again: neither piece fills the column, both together do."""
    whole: list[Line] = []
    for line in lines:
        before = whole[-1] if whole else None
        if before is not None and _is_piece(before, line):
            joined = line_of(before.raw + line.raw, before.gap)._replace(measure=line.measure)
            if _was_cut(before, line, joined):
                whole[-1] = joined
                continue
        whole.append(line)
    return whole


def _is_piece(before: Line, line: Line) -> bool:
    """Whether a line opens with a mark at which an extractor may have cut it off; what stands in brackets whole is no
    piece."""
    return (
        not line.gap
        and line.text[0] in _CUT_BEFORE
        and len(before.raw) <= LONGEST_PIECE
        and not _ends_a_label(before.text)
        and not (line.text[0] == "（" and line.text[-1] == "）")
    )


def _ends_a_label(text: str) -> bool:
    """Whether a short line does nothing but close a bracket, as the end of a column's label behind a headline does."""
    return len(text) <= SHORTEST_END and text[-1] == "）" and "（" not in text


def _was_cut(before: Line, line: Line, joined: Line) -> bool:
    """Whether two lines were one in print. Marks alone hang behind a line; where a page sets marks at a line's head,
    the line before is full."""
    if not line.text.strip(_NEVER_FIRST):
        return True
    measure = line.measure
    if measure is None or before.measure is None:
        return line.text[0] in _NEVER_FIRST
    if fills(before, measure) or joined.squeezed > measure + SLACK:
        return False
    if line.text[0] in _NEVER_FIRST:
        return True
    return before.text[-1] not in "。！？" and (joined.width + 2 * TOLERANCE >= measure or before.text[-1] == "”")


def are_moved(lines: Iterable[Line]) -> bool:
    """Whether lines stand in another order than in the source."""
    starts = [line.raw.at[0] for line in lines]
    return starts != sorted(starts)


def join(lines: Sequence[Line]) -> Aligned:
    """The cleaned lines of a paragraph as one text. Between words in Latin letters the line end stays, as a blank.

    >>> join(printed_lines("走出国⏎门".replace("⏎", chr(10)))).text
    '走出国门'
    """
    if len(lines) == 1:
        return lines[0].clean
    pieces: list[Aligned] = []
    last = ""
    for line in lines:
        text = line.clean.text
        if last in _LATIN and text[0] in _LATIN:
            pieces.append(Aligned(" ", pieces[-1].at[-1:]))
        pieces.append(line.clean)
        last = text[-1]
    return concat(pieces)


def with_measures(lines: Sequence[Line]) -> list[Line]:
    """Each line with the measure of its column: the measures under which the page's widths are likeliest, whether its
    compositor squeezes marks to fill a line or not."""
    candidates = likely_measures(lines)
    if not candidates:
        return list(lines)
    squeezed = [(line.width, line.squeezed) for line in lines]
    widths = [(line.width, _stiff_width(line)) for line in lines]
    fits = {pair: [_fit(*pair, measure) for measure in candidates] for pair in {*widths, *squeezed}}
    scores, squeezed_scores = _scores_of_measures(widths, fits), _scores_of_measures(squeezed, fits)
    if max(squeezed_scores[-1]) + SQUEEZED * sum([narrow < width for width, narrow in squeezed]) > max(scores[-1]):
        widths, scores = squeezed, squeezed_scores
    return [
        _measured(line, narrow, line.measure if width > WIDEST_COLUMN else candidates[at])
        for line, (width, narrow), at in zip(lines, widths, _best_measures(scores))
    ]


def _measured(line: Line, squeezed: float, measure: float | None) -> Line:
    """The same line with its measure, and with its width with marks squeezed as its page does (`_replace` is slow)."""
    raw, clean, text, width, _, gap, _, recurs, closes, indented, column = line
    return Line(raw, clean, text, width, squeezed, gap, measure, recurs, closes, indented, column)


def _stiff_width(line: Line) -> float:
    """How narrow a line can be where marks keep their width: the marks at its end may stand in the margin."""
    if line.text[-1] not in _NEVER_FIRST:
        return line.width
    return min(line.width, printed_width(line.text.rstrip(_NEVER_FIRST)))


def with_recurrences(lines: Sequence[Line]) -> list[Line]:
    """Lines marked where the words that a break cuts are printed whole elsewhere: 党和国家⏎事业 and 党和国家事业. What
    only stands at other breaks is not whole: …分组讨论⏎全国政协副主席… twice.

    Marked as well is a line whose last words close a sentence elsewhere: …孩子们心中的阅读之光⏎ and …阅读之光。
    """
    text = "".join([line.text for line in lines])
    if len(text) > LARGEST_PAGE:
        return list(lines)
    grams = [_gram(before.text, line.text) for before, line in itertools.pairwise(lines)]
    whole = _whole_elsewhere(text, grams)
    ends = {text[found.start() - LONG_END : found.start()] for found in _STOP.finditer(text, LONG_END)}
    marked: list[Line] = []
    for line, gram in zip(lines, ["", *grams]):
        recurs, closes = gram in whole, line.text[-LONG_END:] in ends
        changed = recurs != line.recurs or closes != line.closes
        marked.append(line._replace(recurs=recurs, closes=closes) if changed else line)
    return marked


def _whole_elsewhere(text: str, grams: Sequence[str]) -> set[str]:
    """Which runs of four Han characters stand in a text oftener than in a list of those round its breaks.

    Four characters of two bytes each are one number of eight: a page is looked through as four rows of such numbers,
    which is ten times as fast as to cut it into all its runs.
    """
    cut = [gram for gram in grams if gram]
    numbers = _numbers("".join(cut))
    at_breaks = Counter(numbers)
    found: Counter[int] = Counter()
    for shift in range(4):
        found.update(filter(at_breaks.__contains__, _numbers(text[shift:])))
    return {gram for gram, number in zip(cut, numbers) if found[number] > at_breaks[number]}


def _numbers(text: str) -> list[int]:
    """A text as one number for each four of its characters; what is left over is left out."""
    data = text.encode("utf-16-le", "surrogatepass")
    return memoryview(data)[: len(data) // 8 * 8].cast("Q").tolist()


def _gram(before: str, after: str) -> str:
    """Four Han characters around a break, two on either side where they are, empty where there are fewer."""
    if not ("\u3400" <= before[-1] <= "\u9fff" and "\u3400" <= after[0] <= "\u9fff"):
        return ""
    gram = before[-2:] + after[:2]
    if _FOUR_HAN.fullmatch(gram):
        return gram
    others = (before[-3:] + after[:1], before[-1:] + after[:3])
    return next(filter(_FOUR_HAN.fullmatch, others), "")


def likely_measures(lines: Sequence[Line]) -> list[float]:
    """The measures that a page's columns may have: whole numbers of em that enough lines fill, the likeliest
    first; none where most of the text stands in lines that were joined."""
    widths = [line.width for line in lines]
    columns = [int(width) for width in widths if NARROWEST_COLUMN <= width <= WIDEST_COLUMN]
    counts = Counter(columns)
    joined = sum([width for width in widths if width > WIDEST_COLUMN])
    if len(columns) * 2 < len(widths) or joined * 2 > sum(widths):
        return []
    common = [width for width, n in counts.most_common(MOST_MEASURES) if n >= FEWEST_FULL_LINES]
    return [float(width) for width in common]


def fills(line: Line, measure: float) -> bool:
    """Whether a line can be justified to a measure: not wider with its marks squeezed, and little more than a
    character narrower."""
    least, greatest = filled(line)
    return least <= measure <= greatest


def filled(line: Line) -> tuple[float, float]:
    """The least and the greatest measure that a line fills."""
    return line.squeezed - SLACK, line.width + TOLERANCE + SLACK


@lru_cache(maxsize=8192)
def _fit(width: float, squeezed: float, measure: float) -> float:
    """How well a line's width agrees with a measure: full, a paragraph's first line, its last, or none of these. Widths
    are quarters of an em, so that most are asked for again."""
    missing = measure - width
    if squeezed > measure + SLACK:
        return TOO_WIDE - min(squeezed - measure, 3.0)
    if missing <= TOLERANCE:
        return -max(0.0, missing) / 2
    return FIRST_LINE - abs(missing - INDENT) / 2 if missing <= INDENT + TOLERANCE else LAST_LINE


def _scores_of_measures(
    widths: Iterable[tuple[float, float]], fits: Mapping[tuple[float, float], Sequence[float]]
) -> list[list[float]]:
    """For each measure the best sum of fits by which it could be that of the next line: at first, and behind each line.
    A change of column costs `OTHER_COLUMN`. Each line comes as its width and its width with its marks squeezed, which
    many lines share; `fits` says how well these agree with each measure."""
    scores = [0.0] * len(next(iter(fits.values())))
    found = [scores]
    for pair in widths:
        changed = max(scores) + OTHER_COLUMN
        scores = [(score if score >= changed else changed) + fit for score, fit in zip(scores, fits[pair])]
        found.append(scores)
    return found


def _best_measures(scores: Sequence[list[float]]) -> list[int]:
    """Which measures the lines have whose fits add up to the most."""
    at = scores[-1].index(max(scores[-1]))
    path: list[int] = []
    for reached in scores[-2::-1]:
        path.append(at)
        best = max(reached)
        if reached[at] < best + OTHER_COLUMN:
            at = reached.index(best)
    return path[::-1]
