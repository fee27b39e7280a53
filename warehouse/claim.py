"""One publication at a time in a store, where nothing is freed when its holder dies: an object that says who and until
when.

    s3://press/corpus/.lock    {"holder": "process 4711 on hal", "token": "9f3c…", "until": "2024-11-20T08:15:00+00:00"}

It is put where there is none in one step of the store's, renewed while its holder is at work, and removed at the end.
One whose time is over, or whose process on this machine is no more, is taken over. Two that take over the same one at
the same moment both look again before they publish, and one finds that it is no longer its own.
"""

from __future__ import annotations

import errno
import json
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from typing import Any

from warehouse.errors import PublicationFailed
from warehouse.processes import is_alive
from warehouse.stores import Store

CLAIM = ".lock"
VALID = timedelta(minutes=15)
RENEWED = timedelta(minutes=1)


class Claim:
    """The right to publish in a store, for as long as it is renewed."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._token = os.urandom(16).hex()
        self._renewed = datetime.now(UTC)

    def take(self) -> None:
        """Raises `PublicationFailed` where another one holds it."""
        for _ in range(2):
            if self._store.create(CLAIM, self._said()):
                break
            held = _read(self._store)
            if held.get("token") == self._token:  # put by a try whose answer was lost
                break
            if held and not _is_over(held):
                raise self._lost(held)
            self._store.remove([CLAIM])
        self.check()

    def renew(self) -> None:
        """Says so again where the last time was a while ago."""
        if datetime.now(UTC) - self._renewed > RENEWED:
            self.check()
            self._store.write(CLAIM, self._said())

    def check(self) -> None:
        """Raises `PublicationFailed` where it is no longer, or never was, ours."""
        held = _read(self._store)
        if held.get("token") != self._token:
            raise self._lost(held)

    def release(self) -> None:
        """Gives it up; a store that does not answer now lets it run out."""
        with suppress(OSError):
            if _read(self._store).get("token") == self._token:
                self._store.remove([CLAIM])

    def _said(self) -> bytes:
        self._renewed = datetime.now(UTC)
        until = (self._renewed + VALID).isoformat(timespec="seconds")
        return json.dumps({"holder": _me(), "token": self._token, "until": until}).encode()

    def _lost(self, held: dict[str, Any]) -> PublicationFailed:
        who = f"{held.get('holder', 'somebody')}, until {held.get('until', 'it ends')}" if held else "it has just ended"
        return PublicationFailed(f"{self._store}: another one publishes here ({who}); run again when it has ended")


@contextmanager
def claimed(store: Store) -> Iterator[Claim]:
    """Holds the right to publish for the block. Raises `PublicationFailed` where another one has it."""
    claim = Claim(store)
    claim.take()
    try:
        yield claim
    finally:
        claim.release()


def _me() -> str:
    return f"process {os.getpid()} on {socket.gethostname()}"


def _read(store: Store) -> dict[str, Any]:
    """What the object says; nothing where it is gone or says nothing."""
    try:
        held = json.loads(store.read(CLAIM))
    except ValueError:
        return {}
    except OSError as error:
        if error.errno == errno.ENOENT:
            return {}
        raise
    return held if isinstance(held, dict) else {}


def _is_over(held: dict[str, Any]) -> bool:
    """Whether its time is over, or its holder was a process of this machine that is no more."""
    process, _, host = str(held.get("holder", "")).removeprefix("process ").partition(" on ")
    if host == socket.gethostname() and process.isdecimal() and not is_alive(int(process)):
        return True
    try:
        return datetime.fromisoformat(str(held.get("until"))) < datetime.now(UTC)
    except (ValueError, TypeError):
        return True
