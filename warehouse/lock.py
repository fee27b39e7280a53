"""One build at a time: a lock file that the operating system frees when its holder dies, however it dies.

The file is removed when a build ends, so that nothing is left of it. A waiting build may then hold a lock on a file
that is no longer there; it looks whether the name still leads to what it has locked, and tries again where it does not.
"""

from __future__ import annotations

import fcntl
import os
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from warehouse.errors import PublicationFailed

PAUSE = 0.1
"""Seconds between two tries."""

_held: set[int] = set()


def _let_go() -> None:
    """A forked worker gives up its copy of the lock, or it would hold on to it after its parent was killed."""
    for descriptor in _held:
        os.close(descriptor)
    _held.clear()


os.register_at_fork(after_in_child=_let_go)


@contextmanager
def build_lock(path: Path, patience: float, on_wait: Callable[[str], None] | None = None) -> Iterator[None]:
    """Holds the lock file `path` for the block; waits up to `patience` seconds for another build to end.

    `on_wait` is called once, with a message for a person, when there is something to wait for. Raises
    `PublicationFailed` when the wait was in vain or the file can't be made.
    """
    descriptor = _wait(path, patience, on_wait)
    _held.add(descriptor)
    try:
        _sign(descriptor)
        yield
    finally:
        with suppress(OSError):
            path.unlink()
        _held.discard(descriptor)
        os.close(descriptor)


def _wait(path: Path, patience: float, on_wait: Callable[[str], None] | None) -> int:
    until = time.monotonic() + patience
    while (descriptor := _take(path)) is None:
        if on_wait:
            on_wait(f"{path.parent}: waiting for another build to end{_holder(path)}")
            on_wait = None
        if time.monotonic() >= until:
            raise PublicationFailed(f"{path.parent}: another build is at work on this warehouse{_holder(path)}")
        time.sleep(PAUSE)
    return descriptor


def _take(path: Path) -> int | None:
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
    except OSError as cause:
        raise PublicationFailed.at(path, "write", cause) from cause
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if os.path.samestat(os.fstat(descriptor), os.stat(path)):
            return descriptor
    except (BlockingIOError, FileNotFoundError):
        pass
    except OSError as cause:
        os.close(descriptor)
        raise PublicationFailed.at(path, "lock", cause) from cause
    os.close(descriptor)
    return None


def _sign(descriptor: int) -> None:
    """Says who holds the lock. Only for messages: a full disk must not fail the build here."""
    with suppress(OSError):
        os.ftruncate(descriptor, 0)
        os.write(descriptor, f"process {os.getpid()} on {socket.gethostname()}".encode())


def _holder(path: Path) -> str:
    try:
        name = path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    return f" ({name})" if name else ""
