"""Blanks that the layout put in are closed up; blanks that mean something stay as one blank.

A justified line is spaced letter by letter, digits stand apart from Han, marks carry blanks: all that is typesetting.
The blank between two names, between the halves of a headline or a slogan, or between English words is text. What a
blank is shows in the line (how many of its characters stand alone), in the marks at its sides, and in whether the
characters at its sides form a word.

    before  滨 州 全 社 会 研 发 投 入 占 GDP 比 达 到 3.7%，“童书漂流 书润乡梦”送去 150 册
    after   滨州全社会研发投入占GDP比达到3.7%，“童书漂流 书润乡梦”送去150册
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property, lru_cache
from itertools import pairwise
from typing import NamedTuple

from transforms import lexicon, words
from transforms.alignment import Aligned, Span, drop
from transforms.expressions import HAN, blanks_inside, blanks_of_decimals
from transforms.script import simplify_characters

# Full-width marks after which, and before which, a blank never means anything; and the half-width ones.
WIDE_PAUSES = "，、；："
WIDE_OPENING = "（《〈“‘「『【〔"
WIDE_CLOSING = "）》〉”’」』】〕"
WIDE_FINAL = "。！？…"
NARROW_BEFORE_HAN = ",;:!?.(["
NARROW_PAUSES = ",;:!?"
NARROW_AFTER_HAN = ",;:!?.)]%‰"
# Signs that stand close to the Han beside them: 互联网+, 11月18日—19日, 乔·奥康纳.
SIGNS = "+－—·%‰～~×=＝"
_ENDS = WIDE_FINAL + WIDE_CLOSING
_IDLE_BEHIND = WIDE_PAUSES + WIDE_OPENING + "·"
_IDLE_BEFORE = WIDE_PAUSES + WIDE_CLOSING + WIDE_FINAL + "·"
_WIDE_MARKS = WIDE_PAUSES + WIDE_OPENING + WIDE_CLOSING + WIDE_FINAL

# A whole line is letter-spaced where so many of its characters stand alone; beside a group that is not spaced it takes
# more (记者 王 健 has two that stand alone, and they are a name).
LOOSE_LINE = 3
LOOSE_PART = 4
# The characters on either side that are looked at for a word across the blank.
WINDOW = 8
# A headline has no marks inside and is no longer than this; its halves are no shorter than that where the second begins
# with a digit (市领导出席 12名代表作大会发言).
LONGEST_HEADLINE = 120
SHORTEST_HALF = 4
# Where more blanks stand between Han than one in so many characters they can't all be meant, unless it is a list.
CHARACTERS_A_BLANK = 6
FEWEST_TO_JUDGE = 4
LIST_SHARE = 0.8

_BLANK = re.compile(r"\s")
_BLANKS = re.compile(r"\s+")
_OTHER_BLANK = re.compile(r"[^\S ]")
_HAN = re.compile(f"[{HAN}]")
_HAN_OR_NUMBER = re.compile(f"[{HAN}0-9%‰℃]")
_TIGHT = re.compile(f"[{HAN}]{{2}}|[{HAN}][0-9A-Za-z]|[0-9A-Za-z][{HAN}]")
_ALONE = re.compile(f"[{HAN}]|(?<![0-9])[0-9](?![0-9])")
_CLAUSE_MARK = re.compile(f"[{re.escape(WIDE_PAUSES + WIDE_FINAL + ',;:!?')}]")
_ENDS_SENTENCE = re.compile(f"[{WIDE_FINAL}][{WIDE_CLOSING}]?$")
_ENDED = re.compile(f"[{WIDE_FINAL}][{WIDE_CLOSING}]?(?!$)")
_ENGLISH_BEFORE = re.compile("[A-Za-z.,!?;:][”’]*$")
_ENGLISH_BEHIND = re.compile("[“‘]*[A-Za-z]")
_LATIN_WORD = re.compile("[A-Za-z]{4}")
_NUMBER_THEN_BLANK = re.compile(r"[0-9][0-9.,:/%]*\s")


class Gap(NamedTuple):
    """A run of blanks inside a line, with the characters at its sides."""

    start: int
    end: int
    left: str
    right: str

    @property
    def between_han(self) -> bool:
        return bool(_HAN.match(self.left) and _HAN.match(self.right))


def close_up(line: Aligned) -> Aligned:
    """A paragraph without the blanks that mean nothing; each of the others becomes one plain blank.

    Blanks at the ends are left: whether they mean something shows only when the next line is known.
    """
    if not _has_gap(line.text):
        return line
    line = close_letter_spacing(line)
    line = _drop_at(line, blanks_of_decimals(line.text))
    around = _Surroundings(line.text, _gaps(line.text))
    return _keep_gaps(line, [_is_meant(gap, around) for gap in around.gaps], around.gaps)


def close_letter_spacing(line: Aligned) -> Aligned:
    """A line or paragraph with its letter-spaced stretches closed up: 滨 州 全 社 会 → 滨州全社会, 3 0 日 → 30 日."""
    line = _with_plain_blanks(line)
    line = _drop_at(line, blanks_inside(line.text))
    if len(_BLANKS.findall(line.text)) < 2:  # too few characters stand alone
        return line
    gaps = _gaps(line.text)
    return drop(line, (Span(gap.start, gap.end) for gap in _letter_spaced(line.text, gaps)))


def close_certain(line: Aligned) -> Aligned:
    """A printed line without letter-spacing and without the blanks that mean nothing whatever line comes next."""
    if not _has_gap(line.text):
        return line
    line = close_letter_spacing(line)
    gaps = _gaps(line.text)
    return _keep_gaps(line, [not _is_certain(gap, line.text) for gap in gaps], gaps)


def _has_gap(text: str) -> bool:
    return _BLANK.search(text.strip()) is not None


def _drop_at(line: Aligned, places: list[int]) -> Aligned:
    return drop(line, [Span(at, at + 1) for at in places]) if places else line


def _gaps(text: str) -> list[Gap]:
    inside = _BLANKS.finditer(text, len(text) - len(text.lstrip()), len(text.rstrip()))
    return [Gap(found.start(), found.end(), text[found.start() - 1], text[found.end()]) for found in inside]


def _keep_gaps(line: Aligned, kept: list[bool], gaps: list[Gap]) -> Aligned:
    """Takes out the gaps that are not kept, and of the others all but one blank."""
    idle = [Span(gap.start + keeps, gap.end) for gap, keeps in zip(gaps, kept) if gap.end - gap.start > keeps]
    return drop(_with_plain_blanks(line), idle)


def _with_plain_blanks(line: Aligned) -> Aligned:
    return line.with_text(_OTHER_BLANK.sub(" ", line.text)) if _OTHER_BLANK.search(line.text) else line


# Letter-spacing


def _letter_spaced(text: str, gaps: list[Gap]) -> Iterator[Gap]:
    """The gaps of letter-spaced stretches, where lone characters follow each other, and those at the stretches' ends.

    Latin words may stand among them. Names are spaced too: a stretch behind a word like 记者 is left alone.
    """
    edges = [0, *(edge for gap in gaps for edge in (gap.start, gap.end)), len(text)]
    groups = [text[start:end].strip() for start, end in zip(edges[::2], edges[1::2])]
    fits = [_TIGHT.search(group) is None for group in groups]
    for start, end in _runs(fits):
        alone = sum(_ALONE.search(group) is not None for group in groups[start:end])
        whole = end - start == len(groups)
        if whole and groups[-1] in _ENDS:
            alone += 1
        if alone >= (LOOSE_LINE if whole else LOOSE_PART) and not _follows_credit(groups, start):
            narrow = _narrow_gaps(gaps[max(start - 1, 0) : end])
            yield from (gap for gap in narrow if not _parts_latin_words(gap, text))


def _narrow_gaps(gaps: list[Gap]) -> Iterator[Gap]:
    """The gaps of a letter-spaced stretch but those that are wider than usual between two Han: these part its words."""
    usual = min(gap.end - gap.start for gap in gaps)
    return (gap for gap in gaps if gap.end - gap.start <= usual or not gap.between_han)


def _parts_latin_words(gap: Gap, text: str) -> bool:
    """Whether a gap stands between two Latin words: 与 Big Data 公 司, not 占 G D P 的."""
    return _LATIN_WORD.fullmatch(text[gap.start - 2 : gap.start] + text[gap.end : gap.end + 2]) is not None


def _runs(fits: list[bool]) -> Iterator[tuple[int, int]]:
    start = 0
    for index, fit in enumerate([*fits, False]):
        if not fit:
            if start < index:
                yield start, index
            start = index + 1


def _follows_credit(groups: list[str], start: int) -> bool:
    return start > 0 and groups[start - 1].endswith(lexicon.words("credit_words"))


# Single blanks


def _is_certain(gap: Gap, text: str) -> bool:
    """Whether a gap means nothing whatever stands around its line: beside a mark, or round a number."""
    if gap.right.isdigit() and _HAN.match(gap.left):
        return _NUMBER_THEN_BLANK.match(text, gap.end) is not None
    return _beside_mark(gap, text) is False or _is_number_then_han(gap)


def _is_beside_loose_pair(gap: Gap, text: str) -> bool:
    """Whether a gap stands outside a quote or bracket that has a blank inside as well: 落实 “ 十四五 ” 规划."""
    loose_before = gap.left in WIDE_CLOSING and text[gap.start - 2 : gap.start - 1] == " "
    return loose_before or (gap.right in WIDE_OPENING and text[gap.end + 1 : gap.end + 2] == " ")


def _is_number_then_han(gap: Gap) -> bool:
    return (gap.left.isdigit() or gap.left in "%‰") and _HAN.match(gap.right) is not None


class _Surroundings:
    """What the whole text says about each of its blanks, found out when it is first asked."""

    def __init__(self, text: str, gaps: list[Gap]) -> None:
        self.text = text
        self.gaps = gaps

    @cached_property
    def is_headline(self) -> bool:
        return len(self.text) <= LONGEST_HEADLINE and not _CLAUSE_MARK.search(self.text)

    @cached_property
    def blank_after_marks(self) -> bool:
        return _has_habit(self.text, self.gaps)

    @cached_property
    def is_noisy(self) -> bool:
        return _is_noisy(self.text, self.gaps)

    def before(self, gap: Gap) -> str:
        """The characters before a gap, without blanks."""
        return self.text[max(gap.start - 3 * WINDOW, 0) : gap.start].replace(" ", "")[-WINDOW:]

    def behind(self, gap: Gap) -> str:
        return self.text[gap.end : gap.end + 3 * WINDOW].replace(" ", "")[:WINDOW]


def _has_habit(text: str, gaps: list[Gap]) -> bool:
    """Whether the text has blanks behind its marks as a habit: half of its commas show it, or else each full stop."""
    commas = text.count("，") + text.count(",")
    if commas:
        return 2 * sum(gap.left in "，," for gap in gaps) >= commas
    finals = [gap for gap in gaps if gap.left in WIDE_FINAL]
    return len(finals) > 1 and len(_ENDED.findall(text)) == len(finals)


def _is_noisy(text: str, gaps: list[Gap]) -> bool:
    """Whether blanks stand between Han all over a text that is no list of names or slogans."""
    if any(text.endswith(lexicon.words("credit_words"), 0, gap.start) for gap in gaps):
        return False
    between = [gap for gap in gaps if gap.between_han]
    if len(between) < FEWEST_TO_JUDGE or len(between) * CHARACTERS_A_BLANK < len(text):
        return False
    lengths = [right.start - left.end for left, right in pairwise(between)]
    return sum(2 <= length <= 4 for length in lengths) < LIST_SHARE * len(lengths)


def _is_meant(gap: Gap, around: _Surroundings) -> bool:
    """Whether a blank carries meaning; the first question that has an answer decides."""
    if _in_english(gap, around.text):
        return True
    beside_mark = _beside_mark(gap, around.text)
    if beside_mark is not None:
        return beside_mark
    if gap.left in NARROW_PAUSES and _is_wide(around.text[gap.start - 2 : gap.start - 1]):
        return False
    if _ENDS_SENTENCE.search(around.text[max(gap.start - 2, 0) : gap.start]):
        return not around.blank_after_marks
    if gap.left in WIDE_CLOSING or gap.right in WIDE_OPENING:
        return around.is_headline or _ends_label(gap, around)
    if gap.between_han:
        return not around.is_noisy and not _cuts_word(gap, around)
    if _HAN.match(gap.left) or _HAN.match(gap.right):
        return _parts_headline(gap, around)
    return True


def _in_english(gap: Gap, text: str) -> bool:
    """Whether English stands on both sides of the quote beside a blank: “I love it!” he said."""
    if gap.left not in "”’" and gap.right not in "“‘":
        return False
    before, behind = text[max(gap.start - 3, 0) : gap.start], text[gap.end : gap.end + 3]
    return _ENGLISH_BEFORE.search(before) is not None and _ENGLISH_BEHIND.match(behind) is not None


def _beside_mark(gap: Gap, text: str) -> bool | None:
    """False where a mark at one side leaves no meaning to the blank; None where the marks don't say."""
    if _is_beside_loose_pair(gap, text):
        return False
    if gap.right == "—" and gap.left in _ENDS:
        return None
    if gap.left in _IDLE_BEHIND or gap.right in _IDLE_BEFORE:
        return False
    if (gap.left in WIDE_CLOSING and gap.right in WIDE_OPENING) or gap.left == "…":
        return False
    if gap.right == "（" and gap.left.isascii() and gap.left.isalnum():
        return False
    for sign, neighbour, signs in ((gap.left, gap.right, NARROW_BEFORE_HAN), (gap.right, gap.left, NARROW_AFTER_HAN)):
        if (sign in signs and _is_wide(neighbour)) or (sign in SIGNS and _HAN_OR_NUMBER.match(neighbour)):
            return False
    return None


def _is_wide(character: str) -> bool:
    return _HAN.match(character) is not None or (character != "" and character in _WIDE_MARKS)


def _ends_label(gap: Gap, around: _Surroundings) -> bool:
    """Whether the blank stands behind a quoted name that opens its sentence: “佳核万事兴” 通过小游戏…"""
    if gap.left != "”" or not _HAN.match(gap.right):
        return False
    opened = around.text.rfind("“", 0, gap.start)
    return opened == 0 or (opened > 0 and around.text[opened - 1] in WIDE_FINAL + " ")


def _parts_headline(gap: Gap, around: _Surroundings) -> bool:
    """Whether a blank before a number parts the halves of a headline; other blanks round digits and letters do not."""
    if not (around.is_headline and gap.right.isdigit()) or _NUMBER_THEN_BLANK.match(around.text, gap.end):
        return False
    halves = around.text[: gap.start].strip(), around.text[gap.end :].strip()
    return all(len(_HAN.findall(half)) >= SHORTEST_HALF for half in halves)


def _cuts_word(gap: Gap, around: _Surroundings) -> bool:
    """Whether a word of the dictionary runs across the blank and a stray character is left at its side without it."""
    return _word_runs_across(simplify_characters(around.before(gap)), simplify_characters(around.behind(gap)))


@lru_cache(maxsize=4096)
def _word_runs_across(before: str, behind: str) -> bool:
    if not _may_run_across(before, behind):
        return False
    position = 0
    for word in words.cut_by_dictionary(before + behind):
        if position < len(before) < position + len(word):
            return len(words.cut_by_dictionary(before)[-1]) == 1 or len(words.cut_by_dictionary(behind)[0]) == 1
        position += len(word)
    return False


def _may_run_across(before: str, behind: str) -> bool:
    """Whether the dictionary has any word that runs from the end of one text into the other. It has all that words
    begin with as well, so that most are soon found not to go on."""
    known = words.dictionary()
    for start in range(len(before)):
        word = before[start:]
        for character in behind:
            word += character
            times = known.get(word)
            if times is None:
                break
            if times:
                return True
    return False
