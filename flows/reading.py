"""Reads the bytes of a source; what may pass by waiting is tried again."""

from __future__ import annotations

import errno
import time

PAUSES = (0.1, 0.5, 2.0)
"""Seconds between the tries: a network file system that hiccups is back within seconds or not soon."""
TRANSIENT = {errno.EIO, errno.EAGAIN, errno.EBUSY, errno.EINTR, errno.ESTALE, errno.ETIMEDOUT, errno.ENETUNREACH}
TRANSIENT |= {errno.ECONNRESET, errno.EHOSTUNREACH, errno.EREMOTEIO} if hasattr(errno, "EREMOTEIO") else set()


def is_transient(error: BaseException) -> bool:
    """Whether trying again may help: a disk or a network that fails now; not a file that is gone or closed to us."""
    return isinstance(error, OSError) and error.errno in TRANSIENT


def read(path: str) -> bytes:
    """The bytes of a file. Raises OSError for what waiting does not mend, or not in time."""
    for pause in PAUSES:
        try:
            return _read_once(path)
        except OSError as error:
            if not is_transient(error):
                raise
            time.sleep(pause)
    return _read_once(path)


def _read_once(path: str) -> bytes:
    # Unbuffered: of ten thousand files each is read whole, and a buffer of its own costs a third of that.
    with open(path, "rb", buffering=0) as file:
        return file.readall()


def cause_of(error: OSError) -> str:
    """Why a file could not be read, in words that do not depend on where it lies."""
    return f"can't be read: {error.strerror or error}"
