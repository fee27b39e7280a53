"""A free-standing text as the grammar wants it: simplified, half-width digits, full-width marks, no stray blanks.

before  十 余 万 · １２．５％ · 兩小時 · 达3.5%,同比
after   十余万   · 12.5%      · 两小时 · 达3.5%，同比
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass

from transforms.characters import CIRCLES
from transforms.document import Mention
from transforms.lexicon import table

_CHARACTERS = {row["char"]: row["reads"] for row in table("figures_folding")}
_WIDE = (*range(0x30, 0x3A), *range(0x41, 0x5B), *range(0x61, 0x7B), 0x25, 0x2E, 0x2F)
_FOLD = {**{chr(code + 0xFEE0): chr(code) for code in _WIDE}, **_CHARACTERS}
_FOLDED = re.compile(f"[{re.escape(''.join(sorted(_FOLD)))}]")
_ZEROS = frozenset("○◯OoΟО")
_MARKS = {",": "，", ";": "；", "(": "（", ")": "）", "?": "？", "!": "！", ":": "："}
_HALF_MARK = re.compile(r",(?!(?<=[0-9],)[0-9]{3}(?![0-9]))|[;()?!]|:(?!(?<=[0-9]:)[0-9])")
_THOUSANDS = re.compile(r"，(?=[0-9]{3}(?![0-9]))(?<=[0-9]，)")
_BLANK = re.compile(r"(?<=\S)[^\S\n]+(?=\S)")
_FINANCIAL = {row["char"]: row["reads"] for row in table("figures_numerals") if row["role"] == "financial"}
_ON_CHEQUES = frozenset(_FINANCIAL)
_NUMERALS = "".join(row["char"] for row in table("figures_numerals"))
_CHEQUE = re.compile(
    rf"(?<=[{_NUMERALS}之分元角圆负又点])[{''.join(_FINANCIAL)}]|[{''.join(_FINANCIAL)}](?=[{_NUMERALS}分元角圆点])|\A[{''.join(_FINANCIAL)}]\Z"
)
# One search tells whether anything could be folded; most sentences of a page that was cleaned hold nothing of it.
_FOLDS = re.compile(
    f"[{re.escape(''.join(sorted(_ZEROS.union(_FOLD, _MARKS, _ON_CHEQUES))))} \\t\\u3000]|{_THOUSANDS.pattern}"
)
_SOLID = frozenset("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz.")


@dataclass(frozen=True, slots=True)
class Folded:
    """A folded text, the places in it where blanks were dropped, and how many characters were up to each."""

    text: str
    drops: tuple[int, ...] = ()
    dropped: tuple[int, ...] = ()

    def place(self, at: int) -> int:
        """The place in the text as given of the character at `at` in the folded one."""
        before = bisect_right(self.drops, at)
        return at + self.dropped[before - 1] if before else at


def fold(text: str) -> Folded:
    """`text` for the grammar; each character stands for one of the given text, blanks may be dropped."""
    if not _FOLDS.search(text):
        return Folded(text)
    plain = _characters(text)
    if " " not in plain and "\u3000" not in plain and "\t" not in plain:
        return Folded(plain)
    pieces: list[str] = []
    drops: list[int] = []
    dropped: list[int] = []
    last = gone = 0
    for blank in _BLANK.finditer(plain):
        start, end = blank.span()
        if not _means(plain[start - 1], plain[end]):
            pieces.append(plain[last:start])
            drops.append(start - gone)
            gone += end - start
            dropped.append(gone)
            last = end
    return Folded("".join([*pieces, plain[last:]]), tuple(drops), tuple(dropped))


def _characters(text: str) -> str:
    """`text` with other characters for those that are folded, as long as before."""
    if not _ZEROS.isdisjoint(text):
        text = CIRCLES.sub(lambda found: "零" * len(found[0]), text)
    text = _FOLDED.sub(lambda found: _FOLD[found[0]], text)
    text = _HALF_MARK.sub(lambda mark: _MARKS[mark[0]], text)
    text = _THOUSANDS.sub(",", text)
    return text if _ON_CHEQUES.isdisjoint(text) else _CHEQUE.sub(lambda found: _FINANCIAL[found[0]], text)


def _means(before: str, after: str) -> bool:
    """Whether a blank parts what it stands between: two digits, two letters."""
    return before in _SOLID and after in _SOLID


def unfold(mention: Mention, text: str, folded: Folded) -> Mention:
    """The mention of a folded text with offsets and surface in `text`, of which it was made."""
    start, end = folded.place(mention.start), folded.place(mention.end - 1) + 1
    return mention._replace(surface=text[start:end], start=start, end=end)
