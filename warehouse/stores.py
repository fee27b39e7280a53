"""A place in an object store, through fsspec: objects by their key below a prefix.

    store = Store("s3://press/corpus")
    store.write("current.txt", b"snapshots/000002\n")     # s3://press/corpus/current.txt
    store.listed("snapshots")                              # {"snapshots/000002/manifest.json": 5310, …}

Whatever the library of a store raises arrives as an OSError with a number that says what it is, so that those who read
and write need not know which library it was; no secret is in its words. The libraries try again by themselves what
failed for a moment. Credentials and endpoints come from where these libraries look for them.
"""

from __future__ import annotations

import errno
import importlib
import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager, suppress
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

from warehouse.errors import StoreRefused
from warehouse.urls import LIBRARIES, redacted

Item = TypeVar("Item")

AT_ONCE = 8
"""Files on their way at the same time."""
KNOWN = (
    (FileNotFoundError, errno.ENOENT, "no such object or bucket"),
    (PermissionError, errno.EACCES, "the store refuses: check the credentials and the rights they give"),
    (FileExistsError, errno.EEXIST, "exists already"),
    (TimeoutError, errno.ETIMEDOUT, "the store does not answer in time"),
    (IsADirectoryError, errno.EISDIR, "a prefix, not an object"),
)
NO_CREDENTIALS = "no credentials are found: set them where the store's library looks (of s3 in AWS_PROFILE or ~/.aws)"
OPTIONS = {"s3fs": {"max_concurrency": 1}}
"""Otherwise s3fs asks how large an object is before it reads it, to cut it up; here several are read at once anyway."""
VERSION = "?versionId="
"""s3fs takes what follows it for the version of an object, also where it is part of the key."""


def filesystem(scheme: str) -> Any:
    """The file system of fsspec for a scheme, one a process, which any thread may use. Raises `StoreRefused` where its
    library is not installed.

    It runs an event loop in a thread of its own, so a process that is forked off must not use that of its parent.
    """
    return _filesystem(scheme, os.getpid())


@lru_cache
def _filesystem(scheme: str, _process: int) -> Any:
    library, package = LIBRARIES[scheme]
    try:
        importlib.import_module(library)
    except ImportError as cause:
        raise StoreRefused(f"{scheme}:// needs {library}: pip install '{package}'") from cause
    # Others write there too: what was listed a while ago is not to be believed.
    return importlib.import_module("fsspec").filesystem(scheme, use_listings_cache=False, **OPTIONS.get(library, {}))


@contextmanager
def told() -> Iterator[None]:
    """Turns whatever a store's library raises in the block into an OSError that has a number and words."""
    try:
        yield
    except StoreRefused:
        raise
    except Exception as error:
        raise _as_os_error(error) from None  # the library's own words may hold the URL of an endpoint with its password


def _as_os_error(error: Exception) -> OSError:
    for kind, number, words in KNOWN:
        if isinstance(error, kind):
            return OSError(number, words)
    number = error.errno if isinstance(error, OSError) and error.errno else errno.EIO
    if "Credentials" in type(error).__name__:
        return OSError(errno.EACCES, NO_CREDENTIALS)
    words = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return OSError(number, redacted(words or type(error).__name__))


def each_of(work: Callable[[Item], int], items: Iterable[Item], on_step: Callable[[int], None]) -> None:
    """Does the work for all items, several at a time, and tells how much it was of each; the first that raises ends
    it."""
    with ThreadPoolExecutor(AT_ONCE) as threads:
        futures = [threads.submit(work, item) for item in items]
        try:
            for future in as_completed(futures):
                on_step(future.result())
        except BaseException:
            threads.shutdown(wait=False, cancel_futures=True)
            raise


class Store:
    """Objects below a prefix; `url` names it, as `urls.checked` gave it. Each method raises OSError for what the store
    refuses, and `StoreRefused` where its library is not installed."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.scheme, _, self.root = url.partition("://")

    @classmethod
    def holding(cls, url: str) -> tuple[Store, str]:
        """The whole bucket that an object lies in, and the object's key: in a key, all slashes count."""
        scheme, _, rest = url.partition("://")
        bucket, _, key = rest.partition("/")
        return cls(f"{scheme}://{bucket}"), key

    def __str__(self) -> str:
        return self.url

    @property
    def _files(self) -> Any:
        return filesystem(self.scheme)

    def path(self, key: str) -> str:
        """What fsspec calls an object."""
        return f"{self.root}/{key}" if key else self.root

    def address(self, key: str) -> str:
        """The URL of an object."""
        return f"{self.scheme}://{self.path(key)}"

    def read(self, key: str) -> bytes:
        """The bytes of an object."""
        with told():
            return bytes(self._files.cat_file(self.path(key)))

    def write(self, key: str, data: bytes) -> None:
        """Puts an object in the place of what was there: whole or not at all."""
        with told():
            self._files.pipe_file(self.path(key), data)

    def create(self, key: str, data: bytes) -> bool:
        """Puts an object where there is none, in one step; False where there was one."""
        try:
            with told():
                self._files.pipe_file(self.path(key), data, mode="create")
        except FileExistsError:
            return False
        return True

    def fetch(self, key: str, target: Path) -> None:
        """Writes an object into a file."""
        with told():
            self._files.get_file(self.path(key), str(target))

    def send(self, source: Path, key: str) -> None:
        """Puts a file as an object: whole or not at all, whatever its size."""
        with told():
            self._files.put_file(str(source), self.path(key))

    def copy(self, key: str, target: str) -> None:
        """Copies an object; its bytes stay in the store."""
        with told():
            self._files.cp_file(self.path(key), self.path(target))

    def remove(self, keys: Iterable[str]) -> None:
        """Removes objects; those that are not there are no trouble."""
        for key in keys:
            with suppress(FileNotFoundError), told():
                self._files.rm_file(self.path(key))

    def listed(self, key: str = "") -> dict[str, int]:
        """The objects below a key, or the one that has it, each with its bytes; by their keys."""
        with told():
            found = self._files.find(self.path(key), detail=True)
        return self._keys(found)

    def names(self, key: str) -> list[str]:
        """The names one level below a key."""
        try:
            with told():
                found = self._files.ls(self.path(key), detail=False)
        except FileNotFoundError:
            return []
        return [path.rstrip("/").rpartition("/")[2] for path in found]

    def matching(self, pattern: str) -> dict[str, int | None]:
        """What fits a glob: objects with their bytes, prefixes with None."""
        with told():
            found = self._files.glob(self.path(pattern), detail=True)
        folders = {path for path, entry in found.items() if entry["type"] == "directory"}
        return {key: None if self.path(key) in folders else size for key, size in self._keys(found).items()}

    def _keys(self, found: dict[str, Any]) -> dict[str, int]:
        skipped = len(self.root) + 1
        # An object of no bytes whose key ends in a slash is how some tools show an empty folder.
        return {path[skipped:]: entry["size"] or 0 for path, entry in found.items() if not path.endswith("/")}
