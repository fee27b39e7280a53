"""Reads what a file beside a page says of it: publication, issue date and page, as JSON or TOML.

What a sidecar says goes before what the path says, field by field: someone wrote it down for this page. What can't be
used is told and costs nothing else: the page is built without it.

    before  01.txt    01.json: {"publication": "滨州日报", "date": "2024-01-07", "page": 1}
    after   Place(publication="滨州日报", issue_date=date(2024, 1, 7), page="1")
"""

from __future__ import annotations

import json
import os
import stat
import tomllib
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from typing import Any

from flows import stores
from flows.bounds import LEADS_OUT, Bounds
from flows.patterns import NOWHERE, Place
from warehouse.urls import is_url

LOADERS: dict[str, Callable[[str], Any]] = {".json": json.loads, ".toml": tomllib.loads}
SUFFIXES = tuple(LOADERS)
PAGE_ENDINGS = (".txt", ".TXT")
LARGEST = 64 << 10
LONGEST = 200
EXAMPLE = '{"publication": "滨州日报", "date": "2024-01-07", "page": "1"}'


class Unusable(ValueError):  # noqa: N818 - reads as a sentence in a message
    """What a sidecar says, or one field of it, can't be used."""


@dataclass(frozen=True, slots=True)
class Said:
    """What the sidecar of a page says, the file that says it, and what of it can't be used and why."""

    place: Place = NOWHERE
    path: str | None = None
    troubles: tuple[str, ...] = ()

    def over(self, place: Place) -> Place:
        """`place` with what the sidecar says in its stead."""
        own = self.place
        if own is NOWHERE:
            return place
        return Place(own.publication or place.publication, own.issue_date or place.issue_date, own.page or place.page)


NOTHING = Said()


class Sidecars:
    """Finds and reads the sidecars of one search; each folder is listed once."""

    def __init__(self, bounds: Bounds) -> None:
        self._bounds = bounds
        self._names: dict[str, frozenset[str]] = {}

    def listed(self, urls: Iterable[str]) -> None:
        """Objects of a store that are no pages: what a store has is listed once, when its pages are."""
        names: dict[str, set[str]] = defaultdict(set)
        for url in urls:
            folder, _, name = url.rpartition("/")
            if name.endswith(SUFFIXES):
                names[folder].add(name)
        self._names |= {folder: frozenset(found) for folder, found in names.items()}

    def of(self, page: str, root: str) -> Said:
        """What stands beside a page of the source folder `root`."""
        folder, _, name = page.rpartition("/")  # in a store a//b is another key than a/b
        names = self._in(folder)
        there = [one for one in _possible(name) if one in names] if names else []
        if not there:
            return NOTHING
        said = self._read(f"{folder}/{there[0]}", root)
        others = [f"{there[0]} is read, and {one} beside it is not: keep one of them" for one in there[1:]]
        return replace(said, troubles=(*said.troubles, *others))

    def _in(self, folder: str) -> frozenset[str]:
        if folder not in self._names:
            try:
                names = os.listdir(folder)
            except OSError:
                names = []
            self._names[folder] = frozenset(name for name in names if name.endswith(SUFFIXES))
        return self._names[folder]

    def _read(self, path: str, root: str) -> Said:
        try:
            if not is_url(path) and not self._bounds.hold(path, root):
                raise Unusable(f"{LEADS_OUT}, not read")
            written = _loaded(path)
        except Unusable as cause:
            return Said(NOWHERE, path, (str(cause),))
        return _understood(written, path)


def is_sidecar(path: str) -> bool:
    """Whether a file stands beside a page as its sidecar."""
    stem, suffix = os.path.splitext(path)
    if suffix not in SUFFIXES:
        return False
    pages = [stem] if stem.endswith(PAGE_ENDINGS) else []
    return any(os.path.lexists(page) for page in (*pages, *(stem + ending for ending in PAGE_ENDINGS)))


def _possible(name: str) -> list[str]:
    """The names that a page's sidecar can have; the first that is there is read."""
    return [base + suffix for base in (name, os.path.splitext(name)[0]) for suffix in SUFFIXES]


def _loaded(path: str) -> dict[str, Any]:
    """The fields of a sidecar as its writer put them. Raises Unusable."""
    try:
        written = LOADERS[os.path.splitext(path)[1]](_text(path))
    except OSError as error:
        raise Unusable(f"can't be read: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise Unusable("no UTF-8 text: save it as UTF-8") from error
    except (ValueError, RecursionError) as error:  # both libraries raise subclasses of ValueError for bad syntax
        raise Unusable(str(error)) from error
    if not isinstance(written, dict):
        raise Unusable(f"an object is wanted, such as {EXAMPLE}")
    return written


def _text(path: str) -> str:
    """The text of a small plain file or object. Raises Unusable, OSError or UnicodeDecodeError."""
    data = stores.read(path) if is_url(path) else _start_of_file(path)
    if len(data) > LARGEST:
        raise Unusable(f"larger than {LARGEST >> 10} KB: no sidecar")
    return data.decode("utf-8-sig")


def _start_of_file(path: str) -> bytes:
    if not stat.S_ISREG(os.stat(path).st_mode):
        raise Unusable("not a plain file")
    with open(path, "rb") as file:
        return file.read(LARGEST + 1)


def _understood(written: dict[str, Any], path: str) -> Said:
    """The fields that say something; each that can't be used is a trouble, the others hold."""
    found: dict[str, Any] = {}
    troubles = []
    for key, field, read in FIELDS:
        value = written.get(key)
        if value is None or field in found:
            continue
        try:
            found[field] = read(value)
        except Unusable as cause:
            troubles.append(f"{key}: {cause}")
    if not found and not troubles:
        troubles.append(f"says none of publication, date and page; an example: {EXAMPLE}")
    return Said(Place(**found), path, tuple(troubles))


def _day(value: object) -> date:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(value if isinstance(value, str) else "")
    except ValueError as error:
        raise Unusable(f"a date such as 2024-01-07 is wanted, not {_short(value)}") from error


def _words(value: object) -> str:
    """A short text of one line. The values travel into tables, names of issues and reports, never into a path."""
    if not isinstance(value, str):
        raise Unusable(f"a text is wanted, not {_short(value)}")
    words = value.strip()
    if not words or len(words) > LONGEST or not words.replace("\u3000", "").isprintable():
        raise Unusable(f"a text of 1 to {LONGEST} characters on one line is wanted, not {_short(value)}")
    return words


def _page(value: object) -> str:
    return _words(str(value) if isinstance(value, int) and not isinstance(value, bool) else value)


def _short(value: object) -> str:
    shown = ascii(value) if isinstance(value, str) and not value.isprintable() else repr(value)
    return shown if len(shown) <= 40 else f"{shown[:40]}…"


PUBLICATION, ISSUE_DATE, PAGE = (field.name for field in fields(Place))
FIELDS: tuple[tuple[str, str, Callable[[object], Any]], ...] = (
    (PUBLICATION, PUBLICATION, _words),
    ("date", ISSUE_DATE, _day),
    (ISSUE_DATE, ISSUE_DATE, _day),
    (PAGE, PAGE, _page),
)
"""Each key of a sidecar, the field of a place that it gives, and how its value is read."""
