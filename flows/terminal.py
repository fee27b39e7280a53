"""Progress on a terminal: one bar on standard error that is gone when the work is done; elsewhere notes only."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from flows import progress


class Bar:
    """A bar for the part of the work that is on."""

    def __init__(self, display: Progress) -> None:
        self.display = display
        self.task: TaskID | None = None

    def phase(self, name: str, total: int) -> None:
        if self.task is not None:
            self.display.remove_task(self.task)
        self.task = self.display.add_task(name, total=total or None)

    def advance(self, done: int) -> None:
        if self.task is not None:
            self.display.advance(self.task, done)

    def note(self, message: str) -> None:
        self.display.console.print(message, markup=False, highlight=False, soft_wrap=True)


class Notes(progress.Silent):
    """Where standard error is no terminal."""

    def note(self, message: str) -> None:
        print(message, file=sys.stderr, flush=True)


@contextmanager
def shown() -> Iterator[None]:
    """Shows progress while the block lasts."""
    if not sys.stderr.isatty():
        progress.listen(Notes())
        yield
        return
    share = TextColumn("{task.percentage:>3.0f}%")
    columns = (TextColumn("{task.description}"), BarColumn(), share, TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as display:
        progress.listen(Bar(display))
        yield
