"""How long a page may take and how much memory, so that one odd page does not hold up a run of ten thousand.

    before  a page on which a rule runs for hours
    after   CutOff: took more than 300 s

Time is kept by an alarm in the main thread, which a worker process carries out its batches in; memory by the limit that
the system sets to the addresses of a process. Neither reaches into native code that does not come back: who waits for
the worker ends it then (`flows.pool`).
"""

from __future__ import annotations

import os
import resource
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from flows import defaults

FULL_SIZE = 10_000_000
"""Bytes of a file that the limits are meant for as they are; a page of a newspaper has some 30,000."""
STATM = Path("/proc/self/statm")
"""Tells the memory of a process, in pages; where there is none the system does not keep to a limit either."""


class CutOff(BaseException):
    """A page took too much. No `Exception`: a rule that expects those shall not take this for one of its own."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What one page may take: seconds, and megabytes beyond what the process has anyway."""

    seconds: float = defaults.PAGE_SECONDS
    megabytes: float = defaults.PAGE_MEGABYTES

    def for_size(self, size: int) -> Limits:
        """The limits for a file of so many bytes: reading takes its time in proportion, and so may a large file."""
        share = max(1.0, size / FULL_SIZE)
        return Limits(self.seconds * share, self.megabytes * share)

    @property
    def too_slow(self) -> str:
        """The cause of a page that takes too long."""
        return f"took more than {self.seconds:,g} s; --page-seconds allows more"

    @property
    def too_large(self) -> str:
        """The cause of a page that takes too much memory."""
        return f"took more than {self.megabytes:,.0f} MB of memory; --page-megabytes allows more"


USUAL = Limits()


@contextmanager
def within(limits: Limits) -> Iterator[None]:
    """Raises CutOff as soon as the block takes more than the limits.

    In a thread that is not the main one, time is not kept: only the main thread hears of an alarm.
    """
    try:
        with _memory(limits), _time(limits):
            yield
    except MemoryError as error:
        raise CutOff(limits.too_large) from error


@contextmanager
def _time(limits: Limits) -> Iterator[None]:
    """An alarm around the block. One that was set before is set again for the time that it had left."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def on_alarm(_number: int, _frame: object) -> None:
        raise CutOff(limits.too_slow)

    handler = signal.signal(signal.SIGALRM, on_alarm)
    before = signal.setitimer(signal.ITIMER_REAL, limits.seconds)
    try:
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_REAL, *before)
    finally:  # also where the alarm strikes in the line above
        signal.signal(signal.SIGALRM, handler)


@contextmanager
def _memory(limits: Limits) -> Iterator[None]:
    """A limit to the addresses of this process around the block."""
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    if size := _size():
        wanted = size + int(limits.megabytes * 1_000_000)
        lower = min(bound for bound in (wanted, soft, hard) if bound != resource.RLIM_INFINITY)
        resource.setrlimit(resource.RLIMIT_AS, (lower, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))


def _size() -> int:
    """The bytes of addresses that this process has; 0 where the system does not tell."""
    try:
        return int(STATM.read_text().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return 0
