"""Whether two readings of a number mean the same: amounts with units, days and clock times.

before  3 斤 and 1500 g;  2024-11 and 2024-11-01;  3.72 % and 0.0372
after   the same, the same, the same
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

CLOSE = 1e-6
"""Two amounts in the same unit are the same to this share."""
CONVERTED = 1e-4
"""After a conversion, or where the answer is a rounded fraction (0.33333), to this share."""
NUMBERLESS = ("date", "time")
"""Kinds whose value is a day or a clock time."""

_MOMENT = re.compile(r"(?:(\d{4}|X{4})(?:-(\d\d))?(?:-(\d\d))?)?T?(?:(\d\d):(\d\d)(?::(\d\d))?)?")
_END_OF_DAY = "T23:59:59"


class Unit(NamedTuple):
    """What a unit measures, and how many base units of that it is."""

    measures: str
    factor: float


BARE = Unit("share", 1.0)
"""A number without a unit next to one with: 0.0372 is 3.72 %."""


@cache
def _units() -> dict[str, Unit]:
    rows = (Path(__file__).parent / "units.tsv").read_text(encoding="utf-8").splitlines()
    table = [row.split("\t") for row in rows if not row.startswith("#")][1:]
    return {name: Unit(measures, float(factor)) for names, measures, factor in table for name in names.split()}


def unit(name: str | None) -> Unit | None:
    """What a unit's name stands for; None for no unit, which `1` is too."""
    folded = unicodedata.normalize("NFKC", name or "").strip().lower()
    if folded in ("", "1"):
        return None
    return _units().get(folded, Unit(folded, 1.0))


def same_unit(gold: Mapping[str, Any], read: Mapping[str, Any]) -> bool:
    """Whether two figures are in the same unit or in units that convert into each other."""
    mine, other = unit(gold.get("unit")), unit(read.get("unit"))
    if gold["kind"] == "age":
        years = unit("a"), unit("岁")
        return mine == other or (mine in years and other in years)
    return (mine and mine.measures) == (other and other.measures)


def same_amount(gold: object, gold_unit: str | None, read: object, read_unit: str | None) -> bool:
    """Whether two amounts are the same, their units considered where both are known."""
    if not (isinstance(gold, int | float) and isinstance(read, int | float)):
        return False
    if math.isclose(gold, read, rel_tol=CLOSE):
        return True
    mine, other = unit(gold_unit), unit(read_unit)
    if mine is None and other is None:
        return abs(gold) < 10 and not float(gold).is_integer() and _near(gold, read)
    mine, other = mine or BARE, other or BARE
    converts = mine.measures == other.measures and mine.factor != other.factor
    return converts and _near(gold * mine.factor, read * other.factor)


def _near(gold: float, read: float) -> bool:
    return abs(gold - read) <= CONVERTED * abs(gold)


def same_moment(gold: object, read: object) -> bool:
    """Whether two days or clock times in ISO form are the same.

    A month or a year is its first day. What the answer leaves open is not asked: a clock time without a day, a day
    without a clock time (or midnight, which stands for the day), a day in any year (XXXX-10-01).
    """
    mine, other = _moment(gold), _moment(read)
    if mine is None or other is None:
        return False
    return (not mine.day or _same_day(mine.day, other.day)) and mine.clock in (None, "00:00:00", other.clock)


def _same_day(gold: tuple[str, ...], read: tuple[str, ...]) -> bool:
    return gold == read or (gold[1:] == read[1:] and "XXXX" in (*gold[:1], *read[:1]))


class _Moment(NamedTuple):
    day: tuple[str, ...]
    clock: str | None


def _moment(text: object) -> _Moment | None:
    found = _MOMENT.fullmatch(text.strip().replace(" ", "T")) if isinstance(text, str) else None
    if not found:
        return None
    year, month, day, hour, minute, second = found.groups()
    return _Moment(
        (year, month or "01", day or "01") if year else (), f"{hour}:{minute}:{second or '00'}" if hour else None
    )


def same_value(gold: Mapping[str, Any], read: Mapping[str, Any]) -> bool:
    """Whether a figure's value is right. `alt_values` of the gold are as good; a range must be right at both ends."""
    first, last = read.get("value"), read.get("value_max")
    if gold["kind"] in NUMBERLESS and not isinstance(gold["value"], int | float):
        return _same_time(gold, first, last)
    if gold["value"] is None:
        return _same_number(gold, gold["value_max"], read, last) or _same_number(gold, gold["value_max"], read, first)
    wanted = (gold["value"], *gold.get("alt_values", ()))
    right = any(_same_number(gold, value, read, first) or same_moment(value, first) for value in wanted)
    if gold["value_max"] is None or gold["kind"] == "duration":
        return right
    return right and _same_number(gold, gold["value_max"], read, last)


def _same_number(gold: Mapping[str, Any], value: object, read: Mapping[str, Any], other: object) -> bool:
    return same_amount(value, gold.get("unit"), other, read.get("unit"))


def _same_time(gold: Mapping[str, Any], first: object, last: object) -> bool:
    if gold["value"] is None:
        return same_moment(gold["value_max"], last) or same_moment(gold["value_max"], first)
    wanted = gold.get("alt_values") or [gold["value"]]
    if first is None:  # 9月底前: an end alone
        end = str(last).removesuffix(_END_OF_DAY)
        return any(same_moment(value, end) for value in (*wanted, gold["value_max"]))
    return any(same_moment(value, first) for value in wanted)
