"""Reads the bytes of a source, a file or an object in a store; what may pass by waiting is tried again.

    before  a page on a network file system that answers twice with an input/output error
    after   its bytes, 0.6 s later

A run must not wait 2.6 s for each of ten thousand pages where a whole share is down: a process waits in vain for a
minute at most, and for a fiftieth of a second more for each page that it has read.
"""

from __future__ import annotations

import errno
import random
import time

from flows import stores
from warehouse.urls import is_url

PAUSES = (0.1, 0.5, 2.0)
"""Seconds between the tries: a network file system that hiccups is back within seconds or not soon."""
SPREAD = 0.5
"""By what share a pause is longer or shorter, so that many workers do not all come back at the same moment."""
PATIENCE = 60.0
"""Seconds that a process waits in vain before it tries each page once only."""
REGAINED = 0.02
"""Seconds that each page read gives back, so that a long run does not lose its patience over a page now and then."""
TRANSIENT = {errno.EIO, errno.EAGAIN, errno.EBUSY, errno.EINTR, errno.ESTALE, errno.ETIMEDOUT, errno.ENETUNREACH}
TRANSIENT |= {errno.ECONNRESET, errno.EHOSTUNREACH, errno.EREMOTEIO} if hasattr(errno, "EREMOTEIO") else set()


_patience = PATIENCE
"""Seconds that this process is still willing to wait in vain."""


def is_transient(error: BaseException) -> bool:
    """Whether trying again may help: a disk or a network that fails now; not a file that is gone or closed to us."""
    return isinstance(error, OSError) and error.errno in TRANSIENT


def read(path: str) -> bytes:
    """The bytes of the file of this path or the object of this URL.

    Raises OSError for what waiting does not mend, or not in time.
    """
    global _patience
    pauses = iter(PAUSES)
    waited = 0.0
    while True:
        try:
            data = _read_once(path)
        except OSError as error:
            pause = next(pauses, None)
            if pause is None or not is_transient(error) or _patience <= waited:
                _patience -= waited
                raise
            waited += _wait(pause)
        else:
            _patience = min(PATIENCE, _patience + REGAINED)
            return data


def _wait(pause: float) -> float:
    """Waits about so long; how long it was."""
    seconds = pause * random.uniform(1 - SPREAD, 1 + SPREAD)
    time.sleep(seconds)
    return seconds


def _read_once(path: str) -> bytes:
    if is_url(path):
        return stores.read(path)
    # Unbuffered: of ten thousand files each is read whole, and a buffer of its own costs a third of that.
    with open(path, "rb", buffering=0) as file:
        return file.readall()


def cause_of(error: OSError) -> str:
    """Why a file could not be read, in words that do not depend on where it lies."""
    return f"can't be read: {error.strerror or error}"
