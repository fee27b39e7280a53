"""Rules that come to grief on pages which ask for it: loaded by the process that a test's workers are forked from.

A page asks by its first line: `odd: sleep`, `odd: loop`, `odd: hog`, … All others are read by the rules as they are.
What a page asks for once it gets once: `BANMIAN_ODD` names a folder in which that is noted.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from flows import batch, preload  # noqa: F401
from transforms.document import Document, Options, Source
from transforms.page import read_page


def kill() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def kill_once() -> None:
    noted = Path(os.environ["BANMIAN_ODD"], "killed")
    if not noted.exists():
        noted.touch()
        kill()


def hog() -> None:
    kept = [bytearray(1 << 20)]
    while True:
        kept.append(bytearray(1 << 20))


def fail() -> None:
    raise KeyError("no such word")


def swallow() -> None:
    """A rule that expects the worst and goes on."""
    while True:
        with suppress(Exception):
            time.sleep(600)


WAYS: dict[str, Callable[[], object]] = {
    "sleep": lambda: time.sleep(600),
    "swallow": swallow,
    "loop": lambda: sum(range(10**15)),  # in C, where no signal is answered and no other thread runs
    "hog": hog,
    "abort": os.abort,
    "kill": kill,
    "kill once": kill_once,
    "fail": fail,
}


def odd(source: Source, options: Options) -> Document:
    first = source.data.partition(b"\n")[0].decode()
    if first.startswith("odd: "):
        WAYS[first.removeprefix("odd: ")]()
    return read_page(source, options)


batch.read_page = odd  # type: ignore[attr-defined]
