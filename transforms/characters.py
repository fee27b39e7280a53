"""One character for another, each by a named rule, the text keeping its length.

Fonts inside PDFs map whole characters to look-alikes: Kangxi radicals, compatibility ideographs, private-use bullets;
typists and converters leave full-width digits and letters, and blanks of a dozen kinds. Each such character becomes the
one it stands for, one for one, so that every offset stays what it was. Ligatures alone become several, all at the
ligature's place.

    before  ⺠⽣实事２０２４年　达９９．５％
    after   民生实事2024年 达99.5%
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from functools import cache
from typing import NamedTuple

from transforms import lexicon
from transforms.alignment import Aligned, Span, concat, drop

# Written out, not asked of `unicodedata`, whose categories grow from version to version: whitespace (Zs), control
# characters (Cc) and format characters (Cf). `\n` and `\r` have rules of their own.
BLANKS = (
    "\t\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\xa0\xad\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u1680\u180e"
    "\u2000-\u200f\u202a-\u202f\u205f-\u2064\u2066-\u206f\u3000\ufeff\ufff9-\ufffb\U000110bd\U000110cd"
    "\U00013430-\U00013438\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0001\U000e0020-\U000e007f"
)
# Of these the ones that take no room: soft hyphens, zero-width blanks and joiners, marks of direction, tags.
INVISIBLE = (
    "\xad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\ufff9-\ufffb"
    "\U000e0001\U000e0020-\U000e007f"
)
LINE_ENDS = "\x0b\x0c\x85\u2028\u2029"
PART = 1 << 16  # characters
FULL_WIDTH = "０-９Ａ-Ｚａ-ｚ"
COMPATIBILITY = "\uf900-\ufad9\U0002f800-\U0002fa1d"
CIRCLES = re.compile("[○◯OoΟО](?<=[〇一二三四五六七八九十].)[○◯OoΟО]*+(?=[一二三四五六七八九十年])")
_INVISIBLE = re.compile(f"[{INVISIBLE}]+")
_ANY_INVISIBLE = re.compile(f"[{INVISIBLE}]")
_RANGE = re.compile("(.)-(.)|(.)", re.DOTALL)


class Rule(NamedTuple):
    """A rule: its name, what it fires on, what each match becomes, in as many characters, and the characters without
    which there is no match."""

    name: str
    pattern: re.Pattern[str]
    becomes: Callable[[re.Match[str]], str]
    triggers: frozenset[str]


def fold(text: str) -> str:
    """`text`, as long as before, with each look-alike as the character it stands for and each blank as a plain blank.

    Line ends are `\\n` afterwards; the `\\r` of a `\\r\\n` becomes a blank before it.

    >>> fold("⺠⽣实事２０２４年　达９９．５％")
    '民生实事2024年 达99.5%'
    """
    found = kinds(_any_trigger(), text)
    if not found:
        return text
    for rule in rules():
        if not rule.triggers.isdisjoint(found):
            text = rule.pattern.sub(rule.becomes, text)
            found = kinds(_any_trigger(), text)
    return text


def has_invisible(text: str) -> bool:
    """Whether a text has characters that take no room."""
    return _ANY_INVISIBLE.search(text) is not None


def without_invisible(text: Aligned, source: str) -> Aligned:
    """`text`, folded or not, without the places where `source`, as long, has characters that take no room.

    A zero-width blank between two words is no blank of the print: 图书​馆 → 图书馆.
    """
    if not has_invisible(source):
        return text
    return drop(text, (Span(*found.span()) for found in _INVISIBLE.finditer(source)))


def spell_out(text: Aligned) -> Aligned:
    """`text` with each ligature as its letters, which all lead back to the one place: Oﬃce与Wiﬁ → Office与Wifi."""
    pattern, letters = _ligatures()
    pieces: list[Aligned] = []
    last = 0
    for found in pattern.finditer(text.text):
        spelled = letters[found[0]]
        place = text.at[found.start() : found.end()]
        pieces += (text[last : found.start()], Aligned(spelled, place * len(spelled)))
        last = found.end()
    return concat([*pieces, text[last:]]) if pieces else text


@cache
def _ligatures() -> tuple[re.Pattern[str], dict[str, str]]:
    letters = {row["character"]: row["becomes"] for row in lexicon.table("ligatures")}
    return re.compile(f"[{''.join(letters)}]"), letters


@cache
def rules() -> tuple[Rule, ...]:
    """The rules in the order in which they are applied."""
    return (
        Rule("line end", re.compile("\r+\n?"), _carriage_returns, frozenset("\r")),
        _of_class("line end of other programs", LINE_ENDS, lambda _: "\n"),
        _of_class("blank", BLANKS, lambda _: " "),
        *_listed(),
        _of_class("compatibility ideograph", COMPATIBILITY, _unified),
        _of_class("full-width digit or letter", FULL_WIDTH, lambda found: chr(ord(found[0]) - 0xFEE0)),
        Rule("full-width percent sign", re.compile("(?<=[0-9])％|(?<=[0-9] )％"), lambda _: "%", frozenset("％")),
        Rule("full-width decimal point", re.compile("(?<=[0-9])．(?=[0-9])"), lambda _: ".", frozenset("．")),
        Rule("circle or letter for zero", CIRCLES, lambda found: "〇" * len(found[0]), frozenset("○◯OoΟО")),
    )


def _of_class(name: str, ranges: str, becomes: Callable[[re.Match[str]], str]) -> Rule:
    """A rule that fires on each character of some ranges, whatever stands beside it."""
    return Rule(name, re.compile(f"[{ranges}]"), becomes, _characters_of(ranges))


def _characters_of(ranges: str) -> frozenset[str]:
    """The characters of a class as a pattern has it: a-c? → a, b, c, ?."""
    return frozenset(
        chr(code)
        for first, last, alone in _RANGE.findall(ranges)
        for code in range(ord(first or alone), ord(last or alone) + 1)
    )


def _listed() -> list[Rule]:
    """The rules of `lexicon/characters.tsv`, one for each name that stands there."""
    rows = lexicon.table("characters")
    return [
        _from_table(name, {row["character"]: row["becomes"] for row in rows if row["rule"] == name})
        for name in dict.fromkeys(row["rule"] for row in rows)
    ]


def _from_table(name: str, becomes: dict[str, str]) -> Rule:
    return _of_class(name, "".join(becomes), lambda found: becomes[found[0]])


@cache
def triggers() -> frozenset[str]:
    """The characters without which no rule fires, nor is there a ligature to be spelled out."""
    return frozenset().union(*(rule.triggers for rule in rules()), _ligatures()[1])


@cache
def _any_trigger() -> re.Pattern[str]:
    """One search that tells which rules could fire; most texts need none."""
    return any_of(frozenset().union(*(rule.triggers for rule in rules())))


def any_of(characters: frozenset[str]) -> re.Pattern[str]:
    """A pattern that finds every one of some characters, however many they are, in a few nanoseconds a character.

    One that holds characters beyond the basic plane compares with each of these in turn; it finds all beyond instead.
    """
    within = "".join(sorted(character for character in characters if character <= "\uffff"))
    beyond = "\U00010000-\U0010ffff" if any(character > "\uffff" for character in characters) else ""
    return re.compile(f"[{re.escape(within)}{beyond}]")


def kinds(pattern: re.Pattern[str], text: str) -> set[str]:
    """Which characters of a text a pattern for single ones finds; part by part, for a long text may hold millions."""
    if len(text) <= PART:
        return set(pattern.findall(text))
    return set().union(*(pattern.findall(text, start, start + PART) for start in range(0, len(text), PART)))


def count(pattern: re.Pattern[str], text: str) -> int:
    """How many characters of a text a pattern for single ones finds."""
    return sum(len(pattern.findall(text, start, start + PART)) for start in range(0, len(text), PART))


def _carriage_returns(found: re.Match[str]) -> str:
    """`\\r\\n` is a blank and a line end; a lone `\\r`, as old Macintosh files have it, is a line end itself."""
    run = found[0]
    return " " * (len(run) - 1) + "\n" if run.endswith("\n") else "\n" * len(run)


def _unified(found: re.Match[str]) -> str:
    """The unified ideograph of a compatibility ideograph: its canonical form, which Unicode never changes."""
    return unicodedata.normalize("NFC", found[0])
