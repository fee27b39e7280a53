"""Reads publication, issue date and page from the path of a source.

A pattern names the last parts of a path, `/` between them: {publication}, {date} and {page} stand for what they say,
{date:%Y%m%d} for a date written so, {} for anything. A field never reaches across a `/`.

    before  {publication}/{date}/{page}.txt    …/binzhou/2024-01-07/01.txt
    after   Place(publication="binzhou", issue_date=date(2024, 1, 7), page="01")
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from pathlib import PurePath
from string import Formatter
from typing import Any

import parse

from flows import defaults
from flows.errors import UsageError

REMEMBERED = 4096
FIELDS = ("publication", "date", "page")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page was printed, as far as its path says; None where it does not."""

    publication: str | None = None
    issue_date: date | None = None
    page: str | None = None


NOWHERE = Place()


class Pattern:
    """A pattern made ready for many paths. Raises UsageError for one that could never be read."""

    def __init__(self, pattern: str = defaults.PATTERN) -> None:
        self.text = pattern
        _check(pattern)
        # Folders have few names and each page has some: they are parsed once.
        parts = [_compiled(part, pattern) for part in pattern.strip("/").split("/")]
        self._parts = [lru_cache(REMEMBERED)(part.parse) for part in parts]

    def place(self, path: PurePath | str) -> Place | None:
        """What the last parts of `path` say, None where they don't have the pattern's form."""
        names = str(path).split(os.sep)[-len(self._parts) :]
        if len(names) < len(self._parts):
            return None
        found: dict[str, Any] = {}
        for part, name in zip(self._parts, names, strict=True):
            if (match := part(name)) is None:
                return None
            found |= match.named
        return _place(found)


def _check(pattern: str) -> None:
    """Raises UsageError for a pattern that the library would take in another sense than its writer's."""
    try:
        fields = [(name, form or "") for _, name, form, _ in Formatter().parse(pattern) if name]
    except ValueError as cause:
        raise _unreadable(pattern, cause) from cause
    names = [name for name, _ in fields]
    if not names or set(names) - set(FIELDS):
        raise _unreadable(pattern, "its fields are {publication}, {date} and {page}")
    if len(names) != len(set(names)):
        raise _unreadable(pattern, "a field may stand once only")
    if any(name == "date" and form and "%d" not in form for name, form in fields):
        raise _unreadable(pattern, "a date without its day (%d) is no issue date")


def _compiled(part: str, pattern: str) -> Any:
    try:
        return parse.compile(part, case_sensitive=True)
    except Exception as cause:  # the library raises ValueError, KeyError and others of its own for what it can't read
        raise _unreadable(pattern, cause) from cause


def _unreadable(pattern: str, cause: object) -> UsageError:
    return UsageError(f"--pattern {pattern}: {cause}. An example: {defaults.PATTERN}")


def _place(found: dict[str, Any]) -> Place | None:
    """The place that the fields name; None where the date is none, since then the path had the form by chance."""
    day = found.get("date")
    if isinstance(day, datetime):
        day = day.date()
    if isinstance(day, str):
        try:
            day = date.fromisoformat(day)
        except ValueError:
            return None
    page = found.get("page")
    return Place(found.get("publication"), day, None if page is None else str(page))
