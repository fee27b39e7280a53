"""Finds pages in an object store and reads them there, through fsspec: nothing is copied to a disk.

    before  s3://press/issues                       s3://press/issues/*/2024-*/*.txt
    after   s3://press/issues/binzhou/2024-01-07/01.txt, called binzhou/2024-01-07/01.txt

The rules are those of folders: what ends in .txt is a page, what begins with a dot is hidden. A key is no path: `a//b`
and `a/b` are two pages, and what a `..` in one would mean nobody can say, so such an object is left out and named.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import islice
from typing import TypeVar

from flows.errors import UsageError
from warehouse.errors import StoreRefused
from warehouse.stores import VERSION, Store
from warehouse.urls import checked

Item = TypeVar("Item")
Result = TypeVar("Result")

AT_ONCE = 32
"""Objects read at the same time for a plan: one after the other each would cost the way to the store and back."""
WINDOW = 1024
"""Pages that are given to these threads at a time."""
WILDCARDS = "*?["


def read(url: str) -> bytes:
    """The bytes of an object. Raises OSError."""
    bucket, key = Store.holding(url)
    return bucket.read(key)


def ahead(work: Callable[[Item], Result], items: Iterable[Item], in_store: bool = True) -> Iterator[Result]:
    """What `work` makes of each page, in their order; of those in a store several at a time."""
    if not in_store:
        yield from map(work, items)
        return
    rest = iter(items)
    with ThreadPoolExecutor(AT_ONCE) as threads:
        while window := list(islice(rest, WINDOW)):
            yield from threads.map(work, window)


def pages_of(url: str, closed: str | None = None) -> tuple[list[tuple[str, str]], dict[str, str]]:
    """The pages that a URL names (an object, a prefix, a glob), each with the URL of the prefix it was found from; and
    what lies there and is no page, with the reason. What lies below `closed` does not count.

    Raises UsageError where no page is there, with what to do instead.
    """
    with _usable(url):
        bucket, key = Store.holding(checked(url))
        found = [(one, _root(key, one)) for one in bucket.listed(key)]
        if not found and any(mark in key for mark in WILDCARDS):
            found = list(_of_glob(bucket, key))
    if closed is not None:
        found = [(one, root) for one, root in found if not bucket.address(one).startswith(f"{closed}/")]
    if not found:
        raise UsageError(f"{url}: nothing is there; check the spelling, and that the credentials may list the bucket")
    reasons = {one: _no_page(one, root) for one, root in found}
    pages = [(bucket.address(one), bucket.address(root)) for one, root in found if reasons[one] is None]
    if not pages:
        raise UsageError(f"{url}: no page there: a page is an object whose key ends in .txt")
    return pages, {bucket.address(one): reason for one, reason in reasons.items() if reason}


@contextmanager
def _usable(url: str) -> Iterator[None]:
    try:
        yield
    except StoreRefused as error:
        raise UsageError(str(error)) from error
    except OSError as error:
        raise UsageError(f"{url}: can't be searched: {error.strerror or error}") from error


def _root(asked: str, found: str) -> str:
    """The prefix that a page is called from: the one that was asked for, or where the object lies that was."""
    return found.rpartition("/")[0] if found == asked else asked


def _of_glob(bucket: Store, pattern: str) -> Iterator[tuple[str, str]]:
    """Each object that fits as if it had been named, each prefix searched through."""
    for key, size in bucket.matching(pattern).items():
        if size is not None:
            yield key, key.rpartition("/")[0]
        else:
            yield from ((one, key) for one in bucket.listed(key))


def _no_page(key: str, root: str) -> str | None:
    """Why an object is no page; None for a page."""
    *folders, name = key[len(root) :].removeprefix("/").split("/")
    if {".", ".."} & {*folders, name}:
        return "a part of its key is . or .."
    if VERSION in key:
        return f"its key holds {VERSION}"
    if any(part.startswith(".") for part in (*folders, name)):
        return "hidden"
    return None if name.lower().endswith(".txt") else "not *.txt"
