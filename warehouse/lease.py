"""Snapshots in use: who reads one holds a shared lock on its manifest, and nobody removes it meanwhile.

The operating system frees the lock when its holder closes the snapshot or dies, however it dies. It takes no right to
write, and leaves nothing in the warehouse. Readers that open files by their path hold none: they are safe for as long
as `banmian expire --older-than` says.

    before  a reader has snapshot 2 open; snapshot 3 is current; all before 3 are to be removed
    after   snapshot 1 is removed, snapshot 2 is kept
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from warehouse.manifest import MANIFEST


class Lease:
    """A snapshot held for reading, until it is closed or its process ends."""

    def __init__(self, folder: Path) -> None:
        """Raises FileNotFoundError where the snapshot has gone, or goes at this moment."""
        path = folder / MANIFEST
        self._descriptor: int | None = None
        self._descriptor = os.open(path, os.O_RDONLY)
        try:
            # A file system without locks gives none; age alone protects there.
            with suppress(OSError):
                fcntl.flock(self._descriptor, fcntl.LOCK_SH)
            if not os.path.samestat(os.fstat(self._descriptor), os.stat(path)):
                raise FileNotFoundError(f"{path}: removed while it was opened")
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Gives the snapshot up; may be called again."""
        descriptor, self._descriptor = self._descriptor, None
        if descriptor is not None:
            os.close(descriptor)

    def __del__(self) -> None:
        self.close()


@contextmanager
def unless_in_use(folder: Path) -> Iterator[bool]:
    """Yields whether nobody reads the snapshot, and lets nobody begin to while the block lasts. Raises OSError."""
    try:
        # A lock that keeps others out takes the right to write on some network file systems.
        descriptor = os.open(folder / MANIFEST, os.O_RDWR)
    except FileNotFoundError:
        yield True  # without a manifest nobody can have opened it
        return
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            free = True
        except BlockingIOError:
            free = False
        yield free
    finally:
        os.close(descriptor)
