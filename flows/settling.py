"""Leaves pages alone that may still be being written: they are for the next run, when they are whole.

A page that changed just now, or whose time lies ahead of the clock, is looked at again after a pause; what changed
meanwhile, or came just now, is not settled. What begins to change after that look is seen when the page is read.

    before  a.txt written last week, b.txt written now and growing, c.txt written now and whole
    after   the pause: a and c are settled, b is not
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from flows.sources import SourceFile, Sources

Stamp = tuple[int, int, int]
"""The size of a file, the time of its last change, and its number: what a writer can't leave as it was."""
NEVER: Stamp = (-1, -1, -1)
"""Of a page that is not to be read in this run."""
ABSENT: Stamp = (-2, -2, -2)
"""Of a page that can't be looked at, such as a link that leads nowhere: if it stays so, the reading says why."""
NANO = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Watched:
    """The sources as they were looked at last: the pages that are not settled, and the stamps of all, by document_id.

    Where nobody asked to watch, there are no stamps.
    """

    sources: Sources
    unsettled: frozenset[str] = frozenset()
    stamps: Mapping[str, Stamp] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Seen:
    """A page and its sidecar at one look; `young`: one of them changed less than the time to settle before it."""

    stamps: tuple[Stamp, ...]
    young: bool


def watch(find: Callable[[], Sources], settle: float, pause: Callable[[float], None]) -> Watched:
    """The sources that `find` finds, watched for `settle` seconds where one of them changed so lately.

    They are found again after the pause: a sidecar may have come meanwhile.
    """
    sources = find()
    if not settle:
        return Watched(sources)
    first = _look(sources.files, settle)
    if not any(seen.young for seen in first.values()):
        return Watched(sources, frozenset(), _stamps(sources.files, first))
    pause(settle)
    sources = find()
    second = _look(sources.files, settle)
    unsettled = frozenset(file.document_id for file in sources.files if not _is_settled(file.path, first, second))
    return Watched(sources, unsettled, _stamps(sources.files, second))


def _is_settled(path: str, first: Mapping[str, _Seen], second: Mapping[str, _Seen]) -> bool:
    """Whether a page stayed as it was through the pause; one that came meanwhile must be old."""
    if path in first:
        return first[path].stamps == second[path].stamps
    return not second[path].young


def _look(files: Iterable[SourceFile], settle: float) -> dict[str, _Seen]:
    return {file.path: _seen(file, settle) for file in files}


def stamps_of(file: SourceFile) -> tuple[Stamp, ...]:
    """What a page is like now, and its sidecar where it has one."""
    return tuple(map(_stamp, _stats(file)))


def _seen(file: SourceFile, settle: float) -> _Seen:
    parts = _stats(file)
    last = time.time_ns() - int(settle * NANO)
    young = any(max(part.st_mtime_ns, part.st_ctime_ns) > last for part in parts if part)
    return _Seen(tuple(map(_stamp, parts)), young)


def _stats(file: SourceFile) -> list[os.stat_result | None]:
    return [_stat(path) for path in (file.path, file.sidecar) if path]


def _stat(path: str) -> os.stat_result | None:
    try:
        return os.stat(path)
    except OSError:
        return None


def _stamp(stat: os.stat_result | None) -> Stamp:
    return (stat.st_size, stat.st_mtime_ns, stat.st_ino) if stat else ABSENT


def _stamps(files: Iterable[SourceFile], seen: Mapping[str, _Seen]) -> dict[str, Stamp]:
    return {file.document_id: seen[file.path].stamps[0] for file in files}


def have_moved(files: Iterable[SourceFile], stamps: Mapping[str, Stamp]) -> bool:
    """Whether one of these pages is no longer as it was at the last look; those without a stamp are not asked."""
    return any(
        file.document_id in stamps
        and (stamps[file.document_id] == NEVER or _stamp(_stat(file.path)) != stamps[file.document_id])
        for file in files
    )
