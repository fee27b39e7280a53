"""The snapshots of a warehouse in an object store: what `warehouse.history` does with one on a disk.

    history(url)                                      all snapshots ever published
    rollback(url, 1, at=now)                          makes an older snapshot current again
    expire(url, before=a_month_ago, at=now)           removes those that stopped being current before that

Nobody knows who has opened a snapshot in a store by its files: when removing, age alone protects.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from warehouse import history as on_disk
from warehouse import log
from warehouse.claim import claimed
from warehouse.errors import PublicationFailed
from warehouse.history import Entry, Expired, OnWait
from warehouse.mirror import Mirror, OnStep, no_step
from warehouse.snapshots import Published


def history(url: str) -> list[Entry]:
    """All snapshots from the first on. Raises `NoWarehouse` where nothing was ever published."""
    mirror = Mirror(url)
    mirror.require()
    with _outlined(mirror) as root:
        return on_disk.history(root)


def rollback(
    url: str, snapshot: int, *, at: str, on_wait: OnWait | None = None, on_step: OnStep = no_step
) -> Published:
    """Makes an older snapshot current again, after a look at each of its files; `at` is the time as text.

    Raises `NoWarehouse` where there is no such snapshot or its files are not what was published, `PublicationFailed`
    where the store refuses or somebody else publishes.
    """
    mirror = Mirror(url)
    mirror.manifest(snapshot)
    with mirror.changed(on_wait, on_step) as copy:
        mirror.snapshot(snapshot, on_step)
        return on_disk.rollback(copy, snapshot, at=at, on_wait=on_wait)


def expire(url: str, *, before: datetime, at: str, dry_run: bool = False) -> Expired:
    """Removes the snapshots that stopped being current by the time `before`; `at` is now, as text.

    With `dry_run` nothing is removed, and the result says what would be. Raises `NoWarehouse` where nothing is
    published, `PublicationFailed` where the store refuses or somebody else publishes.
    """
    mirror = Mirror(url)
    mirror.require()
    with _outlined(mirror) as root:
        sizes = {entry.snapshot: entry.bytes for entry in on_disk.history(root)}
        known = (root / log.LOG).read_bytes()
        done = on_disk.expire(root, before=before, at=at, dry_run=dry_run)
        if done.removed and not dry_run:
            _take_out(mirror, done.removed, known, (root / log.LOG).read_bytes())
    return replace(done, bytes=sum(sizes[one] for one in done.removed))


def _take_out(mirror: Mirror, snapshots: tuple[int, ...], known: bytes, events: bytes) -> None:
    """Removes snapshots; the history says so before the first object goes."""
    with mirror.sending(), claimed(mirror.store) as claim:
        if (mirror.read(log.LOG) or b"") != known or mirror.current() in snapshots:
            raise PublicationFailed(f"{mirror.store}: somebody else has changed it meanwhile: run again")
        mirror.store.write(log.LOG, events)
        for number in snapshots:
            claim.renew()
            mirror.drop(number)


@contextmanager
def _outlined(mirror: Mirror) -> Iterator[Path]:
    with TemporaryDirectory(prefix="banmian-") as root:
        mirror.outline(Path(root))
        yield Path(root)
