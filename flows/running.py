"""Runs a build so that Ctrl-C and SIGTERM end it within seconds, leave no process behind and nothing half published.

The work is done in a thread, the main thread waits for it and answers signals. A signal ends the worker processes; what
waits for them fails, the staging folder is removed on the way out, and Prefect, where it runs, writes down how the run
ended. What has not come to an end by then is cut off: publication is safe at any point.
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable
from typing import TypeVar

from flows import pool

Result = TypeVar("Result")

GRACE_SECONDS = 5.0
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Interrupted(Exception):  # noqa: N818 - reads as a sentence where it is caught
    """The work was ended by a signal; `code` is the exit code that says so."""

    def __init__(self, number: int) -> None:
        super().__init__(f"stopped by {signal.Signals(number).name}; nothing was published")
        self.code = 128 + number


def nothing_wrong() -> None:
    """What most work hangs on is in its own process."""


def interruptible(
    work: Callable[[], Result], last: Callable[[], None], trouble: Callable[[], Exception | None] = nothing_wrong
) -> Result:
    """The result of `work`, or what it raises; Interrupted after a signal. `last` is called however it ends.

    `trouble` is asked now and then: what it answers ends the work as a signal does, and is raised.
    """
    received: list[int] = []
    outcome: list[Result] = []
    errors: list[BaseException] = []
    found: Exception | None = None

    def target() -> None:
        try:
            outcome.append(work())
        except BaseException as error:
            errors.append(error)

    def on_signal(number: int, _frame: object) -> None:
        received.append(number)
        pool.stop()
        if len(received) > 1:
            last()
            os._exit(128 + number)

    # A hang-up that someone chose to ignore (nohup) stays ignored.
    answered = [number for number in SIGNALS if number == signal.SIGINT or signal.getsignal(number) != signal.SIG_IGN]
    before = {number: signal.signal(number, on_signal) for number in answered}
    try:
        thread = threading.Thread(target=target, daemon=True)
        thread.start()
        found = _wait(thread, received, trouble)
    finally:
        last()
        for number, handler in before.items():
            signal.signal(number, handler)
    if outcome:
        return outcome[0]
    if received:
        raise Interrupted(received[0])
    raise found or errors[0]


def _wait(thread: threading.Thread, received: list[int], trouble: Callable[[], Exception | None]) -> Exception | None:
    """Until the thread has ended, or a while after a signal or trouble; the trouble."""
    left = GRACE_SECONDS
    found: Exception | None = None
    while thread.is_alive() and left > 0:
        thread.join(0.1)
        found = found or trouble()
        if found:
            pool.stop()
        if found or received:
            left -= 0.1
    return found or trouble()
