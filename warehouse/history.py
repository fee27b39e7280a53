"""The snapshots of a warehouse: what there is and was, back to an older one, away with those that nobody needs.

    history(root)                                      all snapshots ever published
    rollback(root, 1, at=now)                          makes an older snapshot current again
    expire(root, before=a_month_ago, at=now)           removes those that stopped being current before that

All three are safe beside builds and readers: what changes something holds the lock of the builds, a snapshot that is
current or that a reader has open is never removed, and a death on the way leaves the warehouse as it was or as it
should be.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from warehouse import log, pointer, reports
from warehouse.errors import NoWarehouse, PublicationFailed, refusals
from warehouse.lease import unless_in_use
from warehouse.links import sync
from warehouse.manifest import Manifest
from warehouse.pointer import SNAPSHOTS, snapshot_name
from warehouse.snapshots import (
    PATIENCE,
    Published,
    current_snapshot,
    find_snapshot,
    held,
    published_snapshot,
    read_snapshot,
)

CURRENT, KEPT, GONE, DAMAGED = "current", "kept", "removed", "damaged"
OnWait = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Entry:
    """A snapshot: what it is or was, in figures. `until` is when it stopped being current, None while it is."""

    snapshot: int
    state: str
    """current, kept, removed (by `expire`), or damaged (its manifest can't be read)."""
    parent: int | None = None
    created: str = ""
    until: str | None = None
    digest: str = ""
    pages: int = 0
    rows: dict[str, int] = field(default_factory=dict)
    bytes: int = 0


@dataclass(frozen=True, slots=True)
class Expired:
    """What `expire` did: the ids removed, those kept because a reader has them open, and the bytes set free."""

    removed: tuple[int, ...]
    in_use: tuple[int, ...]
    bytes: int


def history(root: Path | str) -> list[Entry]:
    """All snapshots from the first on. Raises `NoWarehouse` where nothing was ever published."""
    root = Path(root)
    events, kept = log.read(root), set(pointer.snapshot_ids(root))
    published = {event["snapshot"]: event for event in events if event.get("event") == log.PUBLISHED}
    current = _current_id(root)
    ids = sorted(kept | set(published))
    if not ids:
        raise NoWarehouse.yet(root)
    until = _ends(events)
    entries = [_entry(root, one, one in kept, current, published.get(one), until.get(one)) for one in ids]
    return [_ended(entry, entries) for entry in entries]


def _entry(
    root: Path, snapshot: int, kept: bool, current: int | None, event: log.Event | None, until: str | None
) -> Entry:
    state = GONE
    if kept:
        try:
            event = log.published(read_snapshot(root / SNAPSHOTS / snapshot_name(snapshot)))
            state = CURRENT if snapshot == current else KEPT
        except NoWarehouse:
            state = DAMAGED
    told = event or {}
    return Entry(
        snapshot=snapshot,
        state=state,
        parent=told.get("parent"),
        created=told.get("at", ""),
        until=until,
        digest=told.get("digest", ""),
        pages=told.get("pages", 0),
        rows=told.get("rows", {}),
        bytes=told.get("bytes", 0),
    )


def _current_id(root: Path) -> int | None:
    folder = current_snapshot(root)
    return int(folder.name) if folder else None


def _ended(entry: Entry, entries: list[Entry]) -> Entry:
    """The entry with its end: none while it is current, and that of the next publication where the log is lost."""
    if entry.state == CURRENT:
        return replace(entry, until=None)
    later = (other.created for other in entries if other.snapshot > entry.snapshot and other.created)
    return replace(entry, until=entry.until or next(later, None))


def _ends(events: list[log.Event]) -> dict[int, str]:
    """When each snapshot stopped being current: at the last event that made another one current in its place."""
    ends: dict[int, str] = {}
    last: int | None = None
    for event in events:
        if event.get("event") in (log.PUBLISHED, log.AGAIN):
            if last is not None and last != event["snapshot"]:
                ends[last] = event["at"]
            last = event["snapshot"]
    return ends


def rollback(
    root: Path | str, snapshot: int, *, at: str, patience: float = PATIENCE, on_wait: OnWait | None = None
) -> Published:
    """Makes an older snapshot current again, in one step as a build does; `at` is the time as text.

    The snapshot it is taken from stays; the next build gets a new id and this one as its parent. Raises `NoWarehouse`
    where there is no such snapshot, `PublicationFailed` where its files are not what was published.
    """
    root = Path(root)
    find_snapshot(root, snapshot)
    with held(root, patience, on_wait) as staging:
        folder = root / SNAPSHOTS / snapshot_name(snapshot)
        manifest = _checked(folder)
        if _current_id(root) == snapshot:
            return Published(manifest, folder, new=False)
        with refusals(root, "roll back"):
            pointer.make(staging, f"{SNAPSHOTS}/{folder.name}")
            sync(staging)
            pointer.move(staging, root)
        log.note(root, log.again(snapshot, at))
        return Published(manifest, folder, new=True)


def _checked(folder: Path) -> Manifest:
    """The manifest of a snapshot whose files are what was published."""
    manifest = read_snapshot(folder)
    for file in manifest.files:
        path = folder / file.path
        with refusals(path, "read"):
            if not file.is_intact(folder):
                raise PublicationFailed(f"{path}: not what was published; roll back to another snapshot")
    return manifest


def expire(
    root: Path | str,
    *,
    before: datetime,
    at: str,
    dry_run: bool = False,
    patience: float = PATIENCE,
    on_wait: OnWait | None = None,
) -> Expired:
    """Removes the snapshots that stopped being current by the time `before`; `at` is now, as text.

    With `dry_run` nothing is removed, and the result says what would be. Files that a later snapshot shares stay, since
    they are linked there. Raises `NoWarehouse` where nothing is published, `PublicationFailed` where the disk refuses.
    """
    root = Path(root)
    published_snapshot(root)
    removed, in_use, freed = [], [], 0
    with held(root, patience, on_wait) as staging, refusals(root, "remove old snapshots"):
        for entry in _expirable(root, before):
            folder = root / SNAPSHOTS / snapshot_name(entry.snapshot)
            with unless_in_use(folder) as free:
                if not free:
                    in_use.append(entry.snapshot)
                    continue
                freed += _bytes_freed(folder)
                removed.append(entry.snapshot)
                if not dry_run:
                    os.rename(folder, staging / folder.name)
                    log.note(root, log.removed(entry.snapshot, at))
                    shutil.rmtree(staging / folder.name)
                    reports.remove(root, entry.snapshot)
    return Expired(tuple(removed), tuple(in_use), freed)


def _expirable(root: Path, before: datetime) -> list[Entry]:
    """Snapshots that are not current and stopped being it by that time."""
    entries = history(root)
    return [one for one in entries if one.state in (KEPT, DAMAGED) and one.until and _time(one.until) <= before]


def _time(text: str) -> datetime:
    """A time as written in the log; one without a zone is meant in UTC."""
    time = datetime.fromisoformat(text)
    return time if time.tzinfo else time.replace(tzinfo=UTC)


def _bytes_freed(folder: Path) -> int:
    """The bytes of the files that no other snapshot links."""
    status = [path.stat() for path in folder.rglob("*") if path.is_file()]
    return sum(one.st_size for one in status if one.st_nlink == 1)
