"""Reads a span of time as people write it.

before  30d
after   timedelta(days=30)
"""

from __future__ import annotations

from datetime import timedelta

from flows.errors import UsageError

UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}
LONGEST = 1_000_000


def age(text: str) -> timedelta:
    """A span of time such as 30d. Raises UsageError for anything else."""
    number, unit = text[:-1], text[-1:]
    if not (number.isdecimal() and number.isascii() and unit in UNITS and int(number) <= LONGEST):
        raise UsageError(f"--older-than: {text!r} is no age; write a number and m, h, d or w: 12h, 30d, 8w")
    return int(number) * UNITS[unit]
