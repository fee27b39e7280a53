"""Amounts with the sign or the code of a currency before them: $20, ￥300, RMB500元.

before  售价$20     · 票价￥300
after   $20: 20 USD · ￥300: 300 CNY
"""

from __future__ import annotations

from transforms.figures.draft import Draft
from transforms.lexicon import table, words

_UNITS = {row["sign"]: row["unit"] for row in table("figures_currency_signs")}
_SIGNS = words("figures_currency_signs", "sign")
CURRENCY_ENDS = frozenset(sign[-1] for sign in _SIGNS)


def sign_before(text: str, at: int) -> str | None:
    """The sign or code that ends at `at`; a code only where no letter stands before it."""
    if not at or text[at - 1] not in CURRENCY_ENDS:
        return None
    for sign in _SIGNS:
        start = at - len(sign)
        if start >= 0 and text.startswith(sign, start):
            before = text[start - 1 : start]
            return None if sign[0].isalpha() and before.isascii() and before.isalnum() else sign
    return None


def priced(draft: Draft | None, sign: str) -> Draft | None:
    """The draft behind `sign` as a sum of money; None where it counts something else."""
    if draft is None or draft.kind not in ("number", "money"):
        return None
    draft.start -= len(sign)
    if draft.kind != "money":
        draft.kind, draft.unit, draft.label = "money", _UNITS[sign], False
    return draft
