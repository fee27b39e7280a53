"""Which pages are to be read anew though nothing changed: those of some issue dates, or whose names fit a glob.

before  rebuild_since=2024-05-01, rebuild_matching="binzhou/*"
after   the pages of binzhou of May 2024 and later
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from flows.sources import SourceFile

if TYPE_CHECKING:
    from flows.parameters import BuildParameters


def is_asked(parameters: BuildParameters) -> bool:
    """Whether a part is to be rebuilt."""
    return any((parameters.rebuild_since, parameters.rebuild_until, parameters.rebuild_matching))


def by_date(parameters: BuildParameters) -> bool:
    """Whether the date of each page must be known to tell."""
    return bool(parameters.rebuild_since or parameters.rebuild_until)


def wanted(files: Iterable[SourceFile], days: Mapping[str, date | None], parameters: BuildParameters) -> frozenset[str]:
    """The pages to be read anew, by document_id; `days` are their issue dates as far as they are known."""
    if parameters.force:
        return frozenset(file.document_id for file in files)
    if not is_asked(parameters):
        return frozenset()
    return frozenset(_wanted(files, days, parameters))


def _wanted(files: Iterable[SourceFile], days: Mapping[str, date | None], parameters: BuildParameters) -> Iterator[str]:
    since, until = parameters.rebuild_since or date.min, parameters.rebuild_until or date.max
    for file in files:
        day = days.get(file.document_id)
        if by_date(parameters) and not (day and since <= day <= until):
            continue
        if fnmatchcase(file.relative, parameters.rebuild_matching or "*"):
            yield file.document_id


def said(parameters: BuildParameters) -> str:
    """The range in words."""
    parts = (
        (parameters.rebuild_since, "issues since"),
        (parameters.rebuild_until, "until"),
        (parameters.rebuild_matching, "names like"),
    )
    return ", ".join(f"{what} {value}" for value, what in parts if value)
