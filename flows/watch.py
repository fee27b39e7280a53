"""Watches the sources of a build and says when pages have come, changed or gone, once they are complete.

Looking is all it does: no page is opened, moved or removed. A page counts once it and its sidecar are the same at two
looks, so that one that is still being written starts nothing.

    before  inbox/a.txt
    after   inbox/a.txt  inbox/b.txt (written within a second)   -> ["inbox/b.txt"] two looks later
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

from flows import stores
from flows.errors import UsageError
from flows.settling import Stamp, stamps_of
from flows.sources import discover
from warehouse.urls import is_url

ARRIVED = "banmian.inbox.arrived"
NAMED = 20
"""Pages that an event names."""

Look = dict[str, tuple[Stamp, ...]]
"""What was there: each page with what it and its sidecar were like."""


def arrivals(sources: Sequence[str], warehouse: Path | str, stop: threading.Event, every: float) -> Iterator[list[str]]:
    """The paths of pages that are new, changed or gone, whenever there are some and all of them have come to rest.

    `every` is how many seconds lie between two looks. What is there at first counts as new, since nobody knows what
    became of it before. Ends when `stop` is set. Raises UsageError for a source that pages can't come into.
    """
    told: Look = {}
    before: Look | None = None
    while True:
        now = look(sources, warehouse)
        if now == before and now != told:
            yield sorted(name for name in {*now, *told} if now.get(name) != told.get(name))
            told = now
        before = now
        if stop.wait(every):
            return


def look(sources: Sequence[str], warehouse: Path | str) -> Look:
    """The pages that are there. None in a folder is no error here: they may come."""
    found: Look = {}
    for source in sources:
        if is_url(source):
            raise UsageError(f"{source}: a store can't be watched; let a schedule build it: `prefect deploy`")
        try:
            files = discover([source], warehouse=warehouse).files
        except UsageError:
            if not _may_fill(source):
                raise
            continue
        found |= {file.path: stamps_of(file) for file in files}
    return found


def _may_fill(source: str) -> bool:
    return os.path.isdir(source) or any(sign in source for sign in stores.WILDCARDS)


def tell_arrived(pages: Sequence[str], sources: Sequence[str]) -> None:
    """Sends the event that starts the deployment `inbox`. Its payload: pages, and the names of the first of them."""
    from prefect.events import emit_event

    inbox = os.path.abspath(sources[0])
    emit_event(
        ARRIVED,
        resource={"prefect.resource.id": f"banmian.inbox.{inbox}", "prefect.resource.name": inbox},
        payload={"pages": len(pages), "names": list(pages[:NAMED])},
    )
