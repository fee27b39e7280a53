"""Runs a command and says how long it took and how much memory its processes had, worker processes apart.

    before  banmian build pages --jobs 2
    after   Ran(seconds=41.3, worker=231.0, resident=402.8, together=560.2)

A worker is a process that a fork server has started: both banmian and datatrove have theirs from one. What forked
processes share counts for each of them in resident memory; of a worker the proportional size is told as well, in which
it has its part of that (PSS).
"""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import psutil

OFTEN, SELDOM = 0.1, 0.5
"""Seconds between two looks, at the start of a run and from its fifth second on. A look at processes of some hundred MB
takes 15 ms: always often, looks would take a twelfth of two cores."""
FORK_SERVER = "forkserver import main"
"""What stands in the command line of Python's fork server, and so in those of its children."""
LAST_WORDS = 20


class Failed(Exception):  # noqa: N818 - reads as a sentence where it is caught
    """The command ended with an error; the message ends with what it said last."""


@dataclass(frozen=True)
class Ran:
    """Seconds on the clock; the most megabytes that one worker had, what it shares counted in part and counted whole,
    and all processes of the command together, each thing counted once."""

    seconds: float
    worker: float
    resident: float
    together: float


def run(command: Sequence[str | Path], folder: Path, environment: Mapping[str, str]) -> Ran:
    """Runs a command in a folder to its end. Raises Failed where it does not end well."""
    worker = resident = together = 0.0
    with (folder / "said").open("wb") as said:
        began = time.perf_counter()
        process = subprocess.Popen(command, cwd=folder, env=environment, stdout=said, stderr=subprocess.STDOUT)
        try:
            while not _has_ended(process, time.perf_counter() - began):
                sizes = list(_sizes(process.pid))
                worker = max([worker, *(one.part for one in sizes if one.is_worker)])
                resident = max([resident, *(one.resident for one in sizes if one.is_worker)])
                together = max(together, sum(one.part for one in sizes))
            seconds = time.perf_counter() - began
        finally:
            process.kill()
            process.wait()
    if process.returncode:
        last = (folder / "said").read_text(encoding="utf-8", errors="replace").splitlines()[-LAST_WORDS:]
        raise Failed("\n".join([f"{Path(command[0]).name} ended with {process.returncode}", *last]))
    return Ran(seconds, worker, resident, together)


def _has_ended(process: subprocess.Popen[bytes], seconds: float) -> bool:
    """Whether a process that has run so long ends before the next look, at once when it does."""
    try:
        process.wait(min(max(OFTEN, seconds / 10), SELDOM))
    except subprocess.TimeoutExpired:
        return False
    return True


class _Size(NamedTuple):
    """The megabytes of a process, with its part of what it shares and with all of it."""

    part: float
    resident: float
    is_worker: bool


def _sizes(pid: int) -> Iterator[_Size]:
    """How large a process and all that it has started are."""
    with suppress(psutil.NoSuchProcess):
        root = psutil.Process(pid)
        for process in [root, *root.children(recursive=True)]:
            with suppress(psutil.NoSuchProcess, psutil.AccessDenied):
                memory = process.memory_full_info()
                part = getattr(memory, "pss", memory.uss)  # Linux alone tells the part
                yield _Size(part / 1e6, memory.rss / 1e6, _is_worker(process))


def _is_worker(process: psutil.Process) -> bool:
    parent = process.parent()
    return parent is not None and FORK_SERVER in " ".join(parent.cmdline())
