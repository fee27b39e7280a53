"""Years counted by the eras of dynasties and of the republic.

before  康熙三年 · 民国二十年九月 · 民国38年10月1日
after   1664     · September 1931 · 1949-10-01
"""

from __future__ import annotations

import re

from transforms.figures import numerals, spans
from transforms.figures.spans import Days
from transforms.lexicon import table

_ERAS = {row["name"]: (int(row["first"]), int(row["length"])) for row in table("figures_eras")}
_LAST = frozenset(name[-1] for name in _ERAS)
_LONGEST = max(map(len, _ERAS))
_YEAR = re.compile(
    r"(?P<y>元|[0-9]{1,2}|[一二三四五六七八九十廿卅]{1,4})年(?!级)"
    r"(?:(?P<m>1[0-2]|0?[1-9]|十[一二]?|[一二三四五六七八九])月(?:(?P<d>[0-9]{1,2}|[一二三四五六七八九十廿]{1,3})[日号])?)?"
)


def starts_at(text: str, at: int) -> int | None:
    """Where the name of the era that ends at `at` begins; None where none does."""
    if text[at - 1 : at] not in _LAST:
        return None
    for width in range(min(_LONGEST, at), 1, -1):
        if text[at - width : at] in _ERAS:
            return at - width
    return None


def year_at(text: str, at: int) -> tuple[int, Days | None, str] | None:
    """Of the year of an era whose number begins at `at`: where the date ends, its days, and how long it is (year, month
    or day); None where no era stands before it or the era had no such year."""
    start = starts_at(text, at)
    found = _YEAR.match(text, at) if start is not None else None
    if start is None or not found:
        return None
    first, length = _ERAS[text[start:at]]
    which = 1 if found["y"] == "元" else numerals.number(found["y"])
    if not 1 <= which <= length:
        return None
    year = first + which - 1
    if year < 1:
        return found.end(), None, "year"
    if found["d"]:
        return found.end(), spans.day(year, numerals.number(found["m"]), numerals.number(found["d"])), "day"
    if found["m"]:
        return found.end(), spans.month(year, numerals.number(found["m"])), "month"
    return found.end(), spans.year(year), "year"
