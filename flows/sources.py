"""Finds the pages to build: from files, folders, globs and URLs of a store to a list in which each page has one name.

    before  seeds  more/page.txt  "issues/*/2024-*/*.txt"
    after   SourceFile(document_id="…", relative="000_7916b8fcdf412def.txt", …), …

A page is called by its path relative to the folder that was given, or to its own folder where the file was given. Where
two pages would get one name so, all are called by their path from the folder that holds them all.
"""

from __future__ import annotations

import glob
import hashlib
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path
from typing import NamedTuple

from flows import stores
from flows.bounds import LEADS_OUT, Bounds, is_plain
from flows.errors import UsageError
from flows.patterns import NOWHERE, Pattern, Place
from flows.sidecars import Sidecars, is_sidecar
from warehouse.urls import is_url

SUFFIX = ".txt"
UNFINISHED = (".part", ".tmp", ".crdownload")
"""What programs put behind the name of a file that they are still writing."""
INSTEAD = {
    ".pdf": "write its text layer to a .txt first, e.g. with `mutool draw -F txt`, one file a page",
    ".zip": "unpack it and give the folder",
    ".tar": "unpack it and give the folder",
    ".gz": "unpack it and give the file",
    ".tgz": "unpack it and give the folder",
    ".bz2": "unpack it and give the file",
    ".xz": "unpack it and give the file",
    ".zst": "unpack it and give the file",
    ".7z": "unpack it and give the folder",
    ".rar": "unpack it and give the folder",
}


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One page to build: where it lies, its name in the warehouse, and what its sidecar and its path say of it."""

    document_id: str
    path: str
    relative: str
    place: Place
    sidecar: str | None = None
    """Where its sidecar lies."""
    issue: str | None = None
    """What stands for its issue, where that is known (`flows.issues`)."""


@dataclass(frozen=True, slots=True)
class Sources:
    """The pages of a build by document_id, the files that are none and why, of how many pages a place is known by
    path or sidecar, and the sidecars of which something can't be used and why."""

    files: tuple[SourceFile, ...]
    skipped: tuple[tuple[str, str], ...]
    placed: int
    troubles: tuple[tuple[str, str], ...] = ()


class _Found(NamedTuple):
    """A page and the folder it was found from. Plain text: ten thousand `Path`s take as long as reading the files."""

    path: str
    root: str


def discover(given: Iterable[str], pattern: Pattern | None = None, warehouse: Path | str | None = None) -> Sources:
    """The pages that `given` names. Raises UsageError where one of them names none, with what to do instead.

    The folder of the warehouse is not searched, wherever it lies: its files are none of its own sources.
    """
    search = _Search(warehouse.resolve() if isinstance(warehouse, Path) else warehouse)
    for name in given:
        search.add(name)
    sidecars = Sidecars(search.bounds)
    sidecars.listed(filter(is_url, search.skipped))
    named = _Naming(pattern or Pattern(), sidecars)
    files = [named.page(one, name) for one, name in _named(list(search.found.values()))]
    placed = sum(file.place != NOWHERE for file in files)
    beside = {file.sidecar for file in files} | {path for path, _ in named.troubles}
    skipped = tuple(sorted((path, reason) for path, reason in search.skipped.items() if path not in beside))
    by_id = sorted(files, key=lambda file: file.document_id)
    return Sources(tuple(by_id), skipped, placed, tuple(sorted(named.troubles)))


class _Search:
    """Gathers pages from one argument after the other; `closed` is a folder, or a place in a store, not to be
    searched."""

    def __init__(self, closed: Path | str | None) -> None:
        self.closed = closed
        self.bounds = Bounds()
        self.found: dict[str, _Found] = {}
        self.skipped: dict[str, str] = {}

    def add(self, name: str) -> None:
        """The pages that one argument names; a page found before keeps its longer name."""
        for page in self._pages(name):
            self.found[page.path] = min(page, self.found.get(page.path, page), key=lambda one: one.root.count(os.sep))

    def _pages(self, name: str) -> list[_Found]:
        if is_url(name):
            return self._of_store(name)
        if os.path.lexists(name):
            return self._of_path(os.path.abspath(name))
        if any(mark in name for mark in stores.WILDCARDS):
            return self._of_glob(name)
        raise UsageError(f"{name}: does not exist; check the spelling and the folder you are in ({os.getcwd()})")

    def _of_store(self, url: str) -> list[_Found]:
        pages, skipped = stores.pages_of(url, self.closed if isinstance(self.closed, str) else None)
        self.skipped |= skipped
        return [_Found(*page) for page in pages]

    def _of_path(self, path: str) -> list[_Found]:
        """What was named must be a page or hold one."""
        if os.path.isdir(path):
            if pages := list(self._of_folder(path)):
                return pages
            raise UsageError(f"{path}: no page in this folder: a page is a file whose name ends in {SUFFIX}")
        suffix = os.path.splitext(path)[1].lower()
        if suffix == SUFFIX:
            return [_Found(path, os.path.dirname(path))]
        instead = INSTEAD.get(suffix, f"if it is a page's text, give its name the ending {SUFFIX}")
        raise UsageError(f"{path}: not a page; a page is a plain text file *{SUFFIX}: {instead}")

    def _of_glob(self, name: str) -> list[_Found]:
        """Each file that fits as if it had been named, each folder searched through; what is no page is skipped."""
        pages: list[_Found] = []
        root = _fixed_part(name)
        for one in sorted(glob.glob(name, recursive=True)):
            path = os.path.abspath(one)
            if not self.bounds.hold(path, root):
                self.skipped[path] = LEADS_OUT
                continue
            pages += self._of_folder(path) if os.path.isdir(path) else self._of_file(path, os.path.dirname(path))
        if not pages:
            raise UsageError(f"{name}: no page fits this; a page is a file whose name ends in {SUFFIX}")
        return pages

    def _of_folder(self, root: str) -> Iterator[_Found]:
        """The pages below a folder. A folder that can't be read counts as a page that can't be read: so it shows."""
        unread: list[OSError] = []
        for folder, folders, names in os.walk(root, onerror=unread.append):
            folders[:] = sorted(name for name in folders if self._is_open(folder, name, root))
            for name in sorted(names):
                yield from self._of_file(os.path.join(folder, name), root)
        yield from (_Found(os.fspath(error.filename), root) for error in unread)

    def _is_open(self, above: str, name: str, root: str) -> bool:
        """Whether to search a folder. A link to one is not followed: what lies inside is found where it lies."""
        path = os.path.join(above, name)
        if os.path.islink(path) and not self.bounds.hold(path, root):
            self.skipped[path] = LEADS_OUT
        return not name.startswith(".") and (self.closed is None or Path(path).resolve() != self.closed)

    def _of_file(self, path: str, root: str) -> Iterator[_Found]:
        if reason := self._no_page(path, root):
            if not is_sidecar(path):
                self.skipped[path] = reason
        else:
            yield _Found(path, root)

    def _no_page(self, path: str, root: str) -> str | None:
        """Why a file that lies in a source folder is no page; None for a page."""
        name = os.path.basename(path)
        if name.startswith("."):
            return "hidden"
        suffix = os.path.splitext(name)[1].lower()
        if suffix != SUFFIX:
            return "not complete yet" if suffix in UNFINISHED else f"not *{SUFFIX}"
        if is_plain(path):
            return None
        if not self.bounds.hold(path, root):
            return LEADS_OUT
        if os.path.exists(path) and not os.path.isfile(path):
            return "not a plain file"
        return None


def _fixed_part(name: str) -> str:
    """The folder that a glob searches: what stands before the first part with a wildcard."""
    parts = name.split(os.sep)
    first = next(at for at, part in enumerate(parts) if any(mark in part for mark in stores.WILDCARDS))
    return os.path.abspath(os.sep.join([*parts[:first], ""]) or ".")


def _named(found: list[_Found]) -> Iterator[tuple[_Found, str]]:
    """Each page with its name; from the folder that holds them all where a name would stand for two pages."""
    names = [_relative(one) for one in found]
    if len(set(names)) < len(names):
        common = _common([one.root for one in found])
        names = [_relative(_Found(one.path, common)) for one in found]
    for one, name in zip(found, names):
        yield one, _text(name)


def _common(roots: list[str]) -> str:
    """The folder that holds all; of places in stores the longest prefix, since a URL is no path."""
    if not any(map(is_url, roots)):
        return os.path.commonpath(roots)
    parts = zip(*(root.split("/") for root in roots), strict=False)
    return "/".join(here[0] for here in takewhile(lambda here: len(set(here)) == 1, parts))


def _relative(one: _Found) -> str:
    """The path from the root."""
    return os.path.basename(one.path) if one.path == one.root else one.path[len(os.path.join(one.root, "")) :]


def _text(path: str) -> str:
    """The path with `/` between its parts; a byte that is no UTF-8 as `\\xb0`, since a table holds text only."""
    return os.fsencode(path.replace(os.sep, "/")).decode("utf-8", "backslashreplace")


class _Naming:
    """Gives each page its id and its place; `troubles` are the sidecars of which something can't be used."""

    def __init__(self, pattern: Pattern, sidecars: Sidecars) -> None:
        self.pattern = pattern
        self.sidecars = sidecars
        self.troubles: list[tuple[str, str]] = []

    def page(self, found: _Found, name: str) -> SourceFile:
        said = self.sidecars.of(found.path, found.root)
        self.troubles += [(said.path or found.path, trouble) for trouble in said.troubles]
        path = found.path if found.path.isascii() else _text(found.path)
        place = said.over(self.pattern.place(path) or NOWHERE)
        return SourceFile(hashlib.sha256(name.encode()).hexdigest()[:16], found.path, name, place, said.path)
