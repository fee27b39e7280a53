"""Warehouses by their location: those in a store are written and read through a copy in the user's cache.

before  s3://press/corpus
after   ~/.cache/banmian/warehouses/press-corpus-1f0c2a9b, current there what is current in the store
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from flows import pool, progress
from flows.errors import Stopped
from warehouse import remote
from warehouse import snapshots as on_disk
from warehouse.errors import NoWarehouse
from warehouse.history import Entry, Expired, expire, history, rollback
from warehouse.manifest import Manifest
from warehouse.mirror import Mirror
from warehouse.pointer import CURRENT, SNAPSHOTS, snapshot_name
from warehouse.snapshots import Published

Location = Path | str
"""A folder, or the URL of a place in a store."""


@contextmanager
def changed(warehouse: Location) -> Iterator[Path]:
    """The folder to build in; what has become current there is sent to the store at the end of the block.

    Raises what `Mirror.changed` raises, and Stopped where the build was asked to stop while it sent.
    """
    if isinstance(warehouse, Path):
        yield warehouse
        return
    with Mirror(warehouse).changed(progress.note, _step) as copy:
        yield copy
        progress.phase(f"sending to {warehouse}", 0)


def _step(size: int) -> None:
    progress.advance(size)
    if pool.is_stopped():
        raise Stopped


def manifest(warehouse: Location) -> Manifest:
    """That of the current snapshot. Raises NoWarehouse where nothing is published, or it can't be read."""
    if (found := manifest_if_any(warehouse)) is None:
        raise NoWarehouse.yet(warehouse)
    return found


def manifest_if_any(warehouse: Location) -> Manifest | None:
    """That of the current snapshot; None where nothing is published."""
    if isinstance(warehouse, Path):
        return on_disk.read_manifest(warehouse)
    mirror = Mirror(warehouse)
    current = mirror.current()
    return None if current is None else mirror.manifest(current)


def fetched(warehouse: Location, snapshot: int | None = None) -> tuple[Path, int | None]:
    """A warehouse on a disk that has this snapshot, or the current one, and its id where it was asked of a store."""
    if isinstance(warehouse, Path):
        return warehouse, snapshot
    mirror = Mirror(warehouse)
    return mirror.copy, int(mirror.snapshot(snapshot).name)


@contextmanager
def afresh(warehouse: Location, snapshot: int | None = None) -> Iterator[Path]:
    """The folder of a snapshot, by default of the current one, for a look at each byte: from a store all of it is
    fetched again, into a temporary folder, whatever may be wrong with it."""
    if isinstance(warehouse, Path):
        yield on_disk.published_snapshot(warehouse) if snapshot is None else on_disk.find_snapshot(warehouse, snapshot)
        return
    with TemporaryDirectory(prefix="banmian-") as copy:
        progress.phase(f"fetching from {warehouse}", 0)
        yield Mirror(warehouse, Path(copy)).snapshot(snapshot, progress.advance, whole=False)


def current(warehouse: Location, snapshot: int) -> str:
    """Where the tables of the current snapshot are to be read."""
    if isinstance(warehouse, Path):
        return str(warehouse / CURRENT)
    return f"{warehouse}/{SNAPSHOTS}/{snapshot_name(snapshot)}"


def full_name(warehouse: Location) -> str:
    """Which warehouse it is, wherever one stands."""
    return str(warehouse.resolve()) if isinstance(warehouse, Path) else warehouse


def entries(warehouse: Location) -> list[Entry]:
    """All snapshots that are and were."""
    return history(warehouse) if isinstance(warehouse, Path) else remote.history(warehouse)


def rolled_back(warehouse: Location, snapshot: int, at: str) -> Published:
    """Makes an older snapshot current again."""
    if isinstance(warehouse, Path):
        return rollback(warehouse, snapshot, at=at, on_wait=progress.note)
    return remote.rollback(warehouse, snapshot, at=at, on_wait=progress.note, on_step=_step)


def expired(
    warehouse: Location, before: datetime, at: str, dry_run: bool, on_wait: Callable[[str], None] = progress.note
) -> Expired:
    """Removes the snapshots that stopped being current by the time `before`, or says which it would."""
    if isinstance(warehouse, Path):
        return expire(warehouse, before=before, at=at, dry_run=dry_run, on_wait=on_wait)
    return remote.expire(warehouse, before=before, at=at, dry_run=dry_run)
