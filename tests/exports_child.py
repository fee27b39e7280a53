"""An export in a process of its own, for the tests that kill or starve it: `exports_child.py WHAT ROOT …`."""

from __future__ import annotations

import os
import resource
import signal
import sys

import warehouse
from warehouse.errors import ExportFailed
from warehouse.exports import export


def say(what: object) -> None:
    """Tells the test, at once."""
    sys.stdout.write(f"{what}\n")
    sys.stdout.flush()


def die(root: str, format: str, folder: str, fatal: str) -> None:
    """An export, killed when so many rows have been written; says how many there were if it lives."""
    written = 0

    def count(rows: int) -> None:
        nonlocal written
        written += rows
        if written >= int(fatal):
            os.kill(os.getpid(), signal.SIGKILL)

    export(warehouse.open(root), format, folder, count)
    say(written)


def starve(root: str, format: str, folder: str, size: str) -> None:
    """An export in which no file may grow beyond `size` bytes, as on a full disk."""
    corpus = warehouse.open(root)
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(size), int(size)))
    try:
        export(corpus, format, folder, lambda _rows: None)
    except ExportFailed as failed:
        say(failed)
    else:
        say("exported")


if __name__ == "__main__":
    {"die": die, "starve": starve}[sys.argv[1]](*sys.argv[2:])
