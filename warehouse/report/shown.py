"""How a value is shown to a person: numbers with their thousands parted, text with nothing hidden in it.

Text of a corpus may hold anything: control characters, marks that turn the direction of what follows, characters that
no font has. They are shown by their number, so that a cell says what it holds and never changes what stands around it.
Escaping for Markdown or HTML comes after this and is the renderers' part.

    before  "头条\\u202e.txt\\n"
    after   "头条⟨U+202E⟩.txt↵"
"""

from __future__ import annotations

import unicodedata
from enum import Enum
from itertools import accumulate

NONE = "–"
MINUS = "−"
LENGTHS = {"text": 80, "note-text": 160, "path": 60}
"""Characters of a value that are shown, by the form of its column; other forms are shown whole."""
STACKED = 2
"""Combining marks on one character; more of them are shown by number, for they would cover the lines above."""
NAMED = {"\n": "↵", "\r": "↵", "\t": "⇥"}
HIDDEN = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")
HUGE = 1e15
"""From here on an amount is shown with an exponent."""


class Form(Enum):
    """What a column holds, and so how it is shown and set."""

    WORD = "word"
    """A word of ours."""
    TEXT = "text"
    """Text of the corpus."""
    NOTE = "note-text"
    """Words of ours that may quote the corpus: a cause, a reason."""
    PATH = "path"
    """A path; its end says more than its beginning."""
    ID = "id"
    """An id or a checksum: never cut."""
    COUNT = "count"
    CHANGE = "change"
    """A whole number with its sign."""
    SHARE = "share"
    """0.123 is 12.3 %."""
    AMOUNT = "amount"

    @property
    def is_number(self) -> bool:
        return self in (Form.COUNT, Form.CHANGE, Form.SHARE, Form.AMOUNT)


Value = str | int | float | None


def show(value: Value, form: Form) -> str:
    """The value as a person reads it, not escaped yet; None is a dash."""
    if value is None:
        return NONE
    if isinstance(value, str):
        return _shortened(value, form)
    return _number(value, form)


def _shortened(text: str, form: Form) -> str:
    length = LENGTHS.get(form.value)
    if length is None:
        return visible(text)
    if form is Form.PATH:
        return "".join(_fitted(_pieces(text[-length - 1 :])[::-1], length)[::-1])
    return "".join(_fitted(_pieces(text[: length + 1]), length))


def _number(value: float, form: Form) -> str:
    if form is Form.SHARE:
        return f"{value:.1%}".replace("%", " %")
    if form is Form.CHANGE:
        return f"+{value:,}" if value > 0 else f"{value:,}".replace("-", MINUS)
    if abs(value) >= HUGE:
        return f"{value:.3g}"
    return f"{value:,.2f}".rstrip("0").rstrip(".") if isinstance(value, float) else f"{value:,}"


def visible(text: str) -> str:
    """The text with each character that can't be seen, or that would act on its surroundings, shown by its number."""
    return "".join(_pieces(text))


def _pieces(text: str) -> list[str]:
    """What is shown for each character."""
    pieces, stacked = [], STACKED
    for character in text:
        stacked = stacked + 1 if unicodedata.category(character) in ("Mn", "Me") else 0
        pieces.append(_by_number(character) if stacked > STACKED else _seen(character))
    return pieces


def _fitted(pieces: list[str], length: int) -> list[str]:
    """As many pieces as fit, and … where they are not all."""
    room = next((count for count, end in enumerate(accumulate(map(len, pieces))) if end > length), len(pieces))
    return pieces if room == len(pieces) else [*pieces[:room], "…"]


def _seen(character: str) -> str:
    if unicodedata.category(character) in HIDDEN:
        return NAMED.get(character) or _by_number(character)
    return " " if character == "\u3000" else character


def _by_number(character: str) -> str:
    return f"⟨U+{ord(character):04X}⟩"
