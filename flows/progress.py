"""Where a build says how far it is. Silent unless the command line, or whoever runs the build, listens."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol


class Progress(Protocol):
    """Someone who listens: a bar on a terminal, a run's log."""

    def phase(self, name: str, total: int) -> None:
        """A new part of the work begins; `total` is what its steps add up to."""

    def advance(self, done: int) -> None:
        """So much of the part is done."""

    def note(self, message: str) -> None:
        """Something a person should know now."""


class Silent:
    """Nobody listens."""

    def phase(self, name: str, total: int) -> None:
        """Says nothing."""

    def advance(self, done: int) -> None:
        """Says nothing."""

    def note(self, message: str) -> None:
        """Says nothing."""


listener: Progress = Silent()


def listen(new: Progress) -> None:
    """Let `new` hear what follows."""
    global listener
    listener = new


class _Both:
    """Two listeners."""

    def __init__(self, first: Progress, second: Progress) -> None:
        self.listeners = (first, second)

    def phase(self, name: str, total: int) -> None:
        for one in self.listeners:
            one.phase(name, total)

    def advance(self, done: int) -> None:
        for one in self.listeners:
            one.advance(done)

    def note(self, message: str) -> None:
        for one in self.listeners:
            one.note(message)


@contextmanager
def heard_also_by(another: Progress) -> Iterator[None]:
    """Lets `another` hear what happens in the block, beside whoever listens already."""
    before = listener
    listen(_Both(before, another))
    try:
        yield
    finally:
        listen(before)


def phase(name: str, total: int) -> None:
    listener.phase(name, total)


def advance(done: int) -> None:
    listener.advance(done)


def note(message: str) -> None:
    listener.note(message)
