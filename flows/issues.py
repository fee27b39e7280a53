"""Finds out, before any page is read, which pages are of one issue: they are read together, so that jumps are joined.

Path and sidecar tell it, and where they leave it open the page's own furniture (`transforms.imprint`).

    before  滨州日报/2024-11-21/01.txt; b.txt, in which 滨州日报 2024年11月21日 星期四 is printed; c.txt
    after   the first two have one `issue`, c has none
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

from flows.sources import SourceFile
from transforms.imprint import SILENT, Imprint, imprint

LARGEST = 400
"""Pages: what more of them print as their issue is a line that each file of an archive has, and no issue."""


def imprint_of(source: SourceFile, data: bytes) -> Imprint:
    """Paper and date of a page; its bytes are looked into where path and sidecar leave one open."""
    known = Imprint(source.place.publication, source.place.issue_date)
    return known if all(known) else imprint(data, known)


def with_issues(files: Iterable[SourceFile], imprints: Mapping[str, Imprint]) -> tuple[SourceFile, ...]:
    """The pages, each with what stands for its issue; `imprints` by document_id."""
    named = [(file, _issue(imprints.get(file.document_id, SILENT))) for file in files]
    printed = Counter(issue for file, issue in named if issue and not _is_told(file))
    return tuple(
        file if issue is None or (printed[issue] > LARGEST and not _is_told(file)) else replace(file, issue=issue)
        for file, issue in named
    )


def _issue(told: Imprint) -> str | None:
    return f"{told.publication}\n{told.issue_date}" if all(told) else None


def _is_told(file: SourceFile) -> bool:
    return bool(file.place.publication and file.place.issue_date)


def whole_issues(files: Iterable[SourceFile], some: Collection[str]) -> frozenset[str]:
    """Pages, by document_id, and all others of their issues: what holds for one must hold for all that it jumps to."""
    if not some:
        return frozenset()
    pages = tuple(files)
    issues = {file.issue for file in pages if file.document_id in some} - {None}
    return frozenset(some) | {file.document_id for file in pages if file.issue in issues}
