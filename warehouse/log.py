"""What happened to a warehouse: `history.jsonl`, one line for each publication, rollback and removal.

It tells since when a snapshot is no longer current, which no snapshot can know of itself, and what a removed one held,
so that a paper that cites it can still be followed. Ids in it are never given again. Losing a line loses no data: it is
written after the deed, and the next build adds what is missing.

    {"event": "published", "snapshot": 2, "at": "2024-11-20T08:00:00+00:00", "digest": "…", "parent": 1, "pages": 2, …}
    {"event": "current again", "snapshot": 1, "at": "2024-11-20T09:30:00+00:00"}
    {"event": "removed", "snapshot": 2, "at": "2025-01-20T08:00:00+00:00"}
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from warehouse.manifest import Manifest
from warehouse.pointer import pointed, snapshot_ids, snapshot_name

LOG = "history.jsonl"
PUBLISHED, AGAIN, REMOVED = "published", "current again", "removed"

Event = dict[str, Any]


def published(manifest: Manifest) -> Event:
    """The line for a publication."""
    return {
        "event": PUBLISHED,
        "snapshot": manifest.snapshot,
        "at": manifest.created,
        "digest": manifest.digest,
        "parent": manifest.parent,
        "pages": sum(manifest.statuses.values()),
        "rows": manifest.rows,
        "bytes": manifest.bytes,
    }


def again(snapshot: int, at: str) -> Event:
    """The line for a snapshot that a rollback makes current."""
    return {"event": AGAIN, "snapshot": snapshot, "at": at}


def removed(snapshot: int, at: str) -> Event:
    """The line for a snapshot whose tables are gone."""
    return {"event": REMOVED, "snapshot": snapshot, "at": at}


def note(root: Path, event: Event) -> None:
    """Adds a line. What it tells of is done: a disk that refuses must not make it look undone."""
    with suppress(OSError), (root / LOG).open("a", encoding="utf-8") as file:
        file.write(json.dumps(event, ensure_ascii=False) + "\n")
        file.flush()
        os.fsync(file.fileno())


def read(root: Path) -> list[Event]:
    """All lines that can be read, in their order."""
    events = []
    with suppress(FileNotFoundError, NotADirectoryError):
        for line in (root / LOG).read_text(encoding="utf-8", errors="replace").splitlines():
            with suppress(ValueError):
                event = json.loads(line)
                if isinstance(event, dict) and isinstance(event.get("snapshot"), int):
                    events.append(event)
    return events


def was_published(root: Path, snapshot: int) -> bool:
    """Whether the log says that a snapshot became current."""
    return _tell_of(read(root), snapshot)


def _tell_of(events: list[Event], snapshot: int) -> bool:
    return any(event["snapshot"] == snapshot and event.get("event") == PUBLISHED for event in events)


def last_id(root: Path) -> int:
    """The highest id that was ever given in this warehouse; 0 for none."""
    return max((*snapshot_ids(root), *(event["snapshot"] for event in read(root))), default=0)


def current(events: list[Event]) -> int | None:
    """The snapshot that is current by the log."""
    made = [event["snapshot"] for event in events if event.get("event") in (PUBLISHED, AGAIN)]
    return made[-1] if made else None


def mend(root: Path, manifest: Callable[[], Manifest | None]) -> None:
    """Adds the line that a death, a full disk or a hand at the link has left out. The lock is held.

    `manifest` reads that of the current snapshot. Raises OSError.
    """
    _cut_torn_line(root / LOG)
    events, name = read(root), pointed(root)
    last = current(events)
    if name is None or (last is not None and name.endswith(f"/{snapshot_name(last)}")):
        return
    now = manifest()
    if now is not None:
        known = _tell_of(events, now.snapshot)
        note(root, again(now.snapshot, now.created) if known else published(now))


def _cut_torn_line(path: Path) -> None:
    """Drops the end of a line that was being written when its writer died."""
    with suppress(FileNotFoundError):
        data = path.read_bytes()
        if data and not data.endswith(b"\n"):
            os.truncate(path, data.rfind(b"\n") + 1)
