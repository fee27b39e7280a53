"""Blanks that stand inside a number, between a number and its sign, round a sign of reckoning, inside an acronym.

Justified lines and text layers part what is one expression: 1 2 . 5 %, 3 : 2, 5G + 医疗, G D P. Each rule has a name
and says which blanks of a text are none of the text's; `spacing.py` drops them. A blank behind the point of a decimal
is doubtful until the paragraph is whole, for it may part a full stop or a list mark from what follows: 4. 1个村.

    before  占 G D P 的 3 . 7 %，5G + 医疗以 3 : 2 胜出，增长4. 1%
    after   占 GDP 的 3.7%，5G+医疗以 3:2 胜出，增长4.1%
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from typing import NamedTuple

from transforms import lexicon

HAN = "\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003ffff〇々"

LONGEST_NUMBER = 30
"""Digits, points and commas of one number behind its first digit; a longer row of them is a table's."""

_NUMERAL = "[一二三四五六七八九十0-9]"
_BRACKETED = "|".join(f"(?<=[（(]{_NUMERAL * length}[）)])" for length in (1, 2, 3))
_BROKEN_POINT = re.compile("[0-9][.．·] [0-9]")
_BETWEEN_CAPITALS = re.compile(" (?<=[A-Z] )[A-Z]")
_ACRONYM = re.compile(
    "(?=[A-Z] [A-Z])"
    f"(?:(?<=[{HAN}“（《、，：])|(?<=[{HAN}] )|(?<![^ ]))"
    "(?P<letters>[A-Z](?: [A-Z]){1,5})"
    rf"(?:(?=[ ]?[{HAN}])|(?=[”）》、，。])|(?=$))"
)


# Each rule takes out a blank that stands beside a digit, a letter, a sign or a bracket.
_BESIDE_SIGN = re.compile(" (?:(?<=[^\u3400-\u9fff“”《》、，：；。！？] )|(?=[^\u3400-\u9fff“”《》、，：；。！？]))")


class Rule(NamedTuple):
    """A rule: its name, a blank and what must stand beside it for the rule to fire, which is soon looked for, and what
    it fires on; all blanks of a match are dropped."""

    name: str
    needs: re.Pattern[str]
    pattern: re.Pattern[str]


RULES = (
    Rule(
        "spaced number",
        re.compile(" (?<=[0-9] )[0-9.,]"),
        re.compile(
            r"(?<![0-9A-Za-z.,])(?<![0-9A-Za-z][ ])"
            rf"[0-9](?: [0-9.,](?![0-9.,])){{1,{LONGEST_NUMBER}}}(?=[ ]?[{HAN}%％‰])"
            r"|(?<=[0-9]) \.[ ]?(?=[0-9])"
        ),
    ),
    Rule("thousands", re.compile(" (?<=, )0"), re.compile("(?<![0-9]{4})(?<=[0-9]), (?=0[0-9]{2}(?![0-9]))")),
    Rule(
        "sign behind a number",
        re.compile(" (?<=[0-9] )[%％‰℃℉㎡㎞㎏㎜㎝G]"),
        re.compile("(?<=[0-9]) (?=[%％‰℃℉㎡㎞㎏㎜㎝])|(?<=[2-6]) (?=G(?![0-9A-Za-z]))"),
    ),
    Rule(
        "list mark",
        re.compile(" (?:(?<=[）)] )|(?<=[0-9] )[.．])"),
        re.compile(f"(?:{_BRACKETED}) (?=[{HAN}“《0-9A-Z])|(?<=[0-9]) (?=[.．] ?[{HAN}“《])"),
    ),
    Rule(
        "hyphen before a number",
        re.compile(" (?:-|(?<=- ))"),
        re.compile(f"(?<=[{HAN}A-Z]) -[ ]?(?=[0-9])|(?<=[{HAN}0-9A-Z]-) (?=[0-9])"),
    ),
    Rule(
        "range or ratio",
        re.compile(" [-–:∶/] "),
        re.compile("(?<=[0-9%‰℃]) [-–:∶/] (?=[0-9]++(?:[.,][0-9]++)*+(?! ?[A-Za-z]))"),
    ),
    Rule(
        "sign of reckoning",
        re.compile(" (?:[+＋×=＝]|(?<=[+＋×=＝] ))"),
        re.compile(
            f"(?= ?[+＋×=＝])(?:(?<=[A-Za-z])(?: [+＋×=＝] ?|[+＋×=＝] )(?=[{HAN}0-9])"
            f"|(?<=[{HAN}0-9])(?: ?[+＋×=＝] | [+＋×=＝])(?=[A-Za-z]))"
        ),
    ),
)


def blanks_inside(text: str) -> list[int]:
    """The places of the blanks that no text around a line can give a meaning, in order."""
    if not _BESIDE_SIGN.search(text):
        return []
    fit = [rule.pattern for rule in RULES if rule.needs.search(text)]
    places = {at for pattern in fit for found in pattern.finditer(text) for at in _blanks_in(found)}
    return sorted(places.union(_blanks_of_acronyms(text) if _BETWEEN_CAPITALS.search(text) else ()))


def blanks_of_decimals(text: str) -> list[int]:
    """The blanks behind the points of decimals: 增长4. 1%, 达1. 2万亿元, 2024. 05. 10; not 4. 1个村, 增至15. 3月底."""
    if not _BROKEN_POINT.search(text):
        return []
    return [at for found in _decimals().finditer(text) for at in _blanks_in(found)]


def _blanks_in(found: re.Match[str]) -> Iterator[int]:
    return (found.start() + offset for offset, character in enumerate(found[0]) if character == " ")


def _blanks_of_acronyms(text: str) -> Iterator[int]:
    """Letter-spaced capitals beside Chinese: 占 G D P 的; not a row of letters that counts, such as 选项A B C三种."""
    for found in _ACRONYM.finditer(text):
        letters = found["letters"].replace(" ", "")
        if letters in lexicon.words("spaced_acronyms") or (len(letters) > 2 and not _is_alphabet(letters)):
            yield from _blanks_in(found)


def _is_alphabet(letters: str) -> bool:
    return all(ord(right) - ord(left) == 1 for left, right in pairwise(letters))


@cache
def _decimals() -> re.Pattern[str]:
    rows = lexicon.table("decimal_units")
    signs = "|".join(row["word"] for row in rows if row["kind"] == "sign")
    every = "|".join(lexicon.words("decimal_units"))
    number = "[0-9]{1,8}[.．] [0-9]+"
    ended = "[，。；）、～~—-]|[和至到][0-9]"
    return re.compile(
        rf"(?<![0-9A-Za-z.。；;])(?<![。；;] ){number}(?= ?(?:{signs}))"
        rf"|(?:(?<=[{HAN}、，（“～~—+-])|(?<=[{HAN}、，] ))(?<![第表图条章节]){number}(?= ?(?:{every})|{ended})"
        rf"|(?<=[从由约近超]){number}"
        r"|(?<=[A-Za-z])[0-9]{1,2}\. [0-9](?![0-9])|(?<![0-9A-Za-z.,])0[.．] [0-9]"
        r"|(?<=[“\"])[0-9]{1,2}[.·] [0-9]{1,2}(?=[”\"])"
        r"|(?<![0-9])(?:19|20)[0-9]{2}\. ?[0-9]{1,2}\. ?[0-9]{1,2}(?![0-9.])"
    )
