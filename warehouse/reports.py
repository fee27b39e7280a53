"""Where the reports of a warehouse lie, and what is done with them beside writing them (`warehouse.report`).

<root>/reports/000002.md, 000002.html
<root>/reports/.000002.md.4711-9f3c.partial      while process 4711 writes it
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from warehouse.pointer import snapshot_name
from warehouse.processes import is_alive

REPORTS = "reports"


def page(root: Path, snapshot: int) -> Path:
    """The report of a snapshot for people."""
    return root / REPORTS / f"{snapshot_name(snapshot)}.html"


def markdown(root: Path, snapshot: int) -> Path:
    """The same for programs."""
    return page(root, snapshot).with_suffix(".md")


def partial_name(path: Path) -> Path:
    """A name for a report while this process writes it."""
    return path.with_name(f".{path.name}.{os.getpid()}-{os.urandom(4).hex()}.partial")


def remove(root: Path, snapshot: int) -> None:
    """Removes the reports of a snapshot. Raises OSError."""
    for path in (root / REPORTS).glob(f"{snapshot_name(snapshot)}.*"):
        path.unlink()


def clean_up(root: Path) -> None:
    """Removes what processes that are no more have left half written. Raises OSError."""
    for path in (root / REPORTS).glob(".*.partial"):
        pid = path.name.split(".")[-2].partition("-")[0]
        if not (pid.isdecimal() and is_alive(int(pid))):
            path.unlink(missing_ok=True)
    with suppress(OSError):
        (root / REPORTS).rmdir()  # where nothing is left in it
