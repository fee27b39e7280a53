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
FULL_WIDTH = "０-９Ａ-Ｚａ-ｚ"
COMPATIBILITY = "\uf900-\ufad9\U0002f800-\U0002fa1d"
CIRCLES = re.compile("(?<=[〇一二三四五六七八九十])[○◯OoΟО]+(?=[一二三四五六七八九十年])")
_INVISIBLE = re.compile(f"[{INVISIBLE}]+")


class Rule(NamedTuple):
    """A rule: its name, what it fires on, and what each match becomes, in as many characters."""

    name: str
    pattern: re.Pattern[str]
    becomes: Callable[[re.Match[str]], str]


def fold(text: str) -> str:
    """`text`, as long as before, with each look-alike as the character it stands for and each blank as a plain blank.

    Line ends are `\\n` afterwards; the `\\r` of a `\\r\\n` becomes a blank before it.

    >>> fold("⺠⽣实事２０２４年　达９９．５％")
    '民生实事2024年 达99.5%'
    """
    if not _anything().search(text):
        return text
    for rule in rules():
        text = rule.pattern.sub(rule.becomes, text)
    return text


def without_invisible(text: Aligned, source: str) -> Aligned:
    """`text`, folded or not, without the places where `source`, as long, has characters that take no room.

    A zero-width blank between two words is no blank of the print: 图书​馆 → 图书馆.
    """
    if not _INVISIBLE.search(source):
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
        Rule("line end", re.compile("\r+\n?"), _carriage_returns),
        Rule("line end of other programs", re.compile(f"[{LINE_ENDS}]"), lambda _: "\n"),
        Rule("blank", re.compile(f"[{BLANKS}]"), lambda _: " "),
        *_listed(),
        Rule("compatibility ideograph", re.compile(f"[{COMPATIBILITY}]"), _unified),
        Rule("full-width digit or letter", re.compile(f"[{FULL_WIDTH}]"), lambda found: chr(ord(found[0]) - 0xFEE0)),
        Rule("full-width percent sign", re.compile("(?<=[0-9])％|(?<=[0-9] )％"), lambda _: "%"),
        Rule("full-width decimal point", re.compile("(?<=[0-9])．(?=[0-9])"), lambda _: "."),
        Rule("circle or letter for zero", CIRCLES, lambda found: "〇" * len(found[0])),
    )


def _listed() -> list[Rule]:
    """The rules of `lexicon/characters.tsv`, one for each name that stands there."""
    rows = lexicon.table("characters")
    return [
        _from_table(name, {row["character"]: row["becomes"] for row in rows if row["rule"] == name})
        for name in dict.fromkeys(row["rule"] for row in rows)
    ]


def _from_table(name: str, becomes: dict[str, str]) -> Rule:
    return Rule(name, re.compile(f"[{''.join(becomes)}]"), lambda found: becomes[found[0]])


@cache
def _anything() -> re.Pattern[str]:
    """One search that tells whether any rule could fire; most lines need none."""
    listed = "".join(row["character"] for row in lexicon.table("characters"))
    return re.compile(f"[\r％．{LINE_ENDS}{BLANKS}{FULL_WIDTH}{COMPATIBILITY}{listed}]|{CIRCLES.pattern}")


def _carriage_returns(found: re.Match[str]) -> str:
    """`\\r\\n` is a blank and a line end; a lone `\\r`, as old Macintosh files have it, is a line end itself."""
    run = found[0]
    return " " * (len(run) - 1) + "\n" if run.endswith("\n") else "\n" * len(run)


def _unified(found: re.Match[str]) -> str:
    """The unified ideograph of a compatibility ideograph: its canonical form, which Unicode never changes."""
    return unicodedata.normalize("NFC", found[0])
