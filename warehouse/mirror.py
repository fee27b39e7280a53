"""A warehouse in an object store, and its working copy on a disk.

A store has no links, no renaming and no locks that end with their holder. So a build works in a copy on a disk, a
warehouse like any other, and sends what is new:

    <url>/snapshots/000003/…    the tables and `manifest.json` of a new snapshot, before anybody is told of it
    <url>/reports/000003.*
    <url>/current.txt           snapshots/000003: the one step that makes it current
    <url>/history.jsonl         the line of the publication before, ahead of that step; that of this one, after it
    <url>/.lock, .pushing       only while somebody publishes: who (`warehouse.claim`), and which snapshot

Who reads `current.txt` first and then the folder that it names sees a whole snapshot at any time. What a dead
publication has sent is named by `.pushing` and removed by the next one.
"""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import mkdtemp

from warehouse import log, pointer, reports, schema
from warehouse.cache import cache_folder
from warehouse.claim import claimed
from warehouse.errors import NoWarehouse, PublicationFailed, SnapshotDamaged, refusals
from warehouse.lease import unless_in_use
from warehouse.links import link, sync
from warehouse.lock import build_lock
from warehouse.manifest import MANIFEST, Manifest, loads
from warehouse.parquet import TableFile
from warehouse.pointer import POINTER, SNAPSHOTS, snapshot_name
from warehouse.processes import is_alive
from warehouse.push import push
from warehouse.snapshots import PATIENCE, held, read_snapshot
from warehouse.stores import Store, each_of
from warehouse.urls import checked

SESSION = ".session"
"""In the working copy: held while a build or what else changes the warehouse is at work there."""
FETCHED = ".fetched-"
"""In the working copy: the beginning of the name of a folder in which a process gathers a snapshot."""

OnStep = Callable[[int], None]


def no_step(_: int) -> None:
    """For those who do not ask how far it is."""


def working_copy(url: str) -> Path:
    """Where the copy of a warehouse lies by default: in the user's cache, under a name that tells which it is."""
    name = "".join(mark if mark.isalnum() else "-" for mark in url.partition("://")[2])[-40:].strip("-")
    return cache_folder() / "warehouses" / f"{name}-{hashlib.sha256(url.encode()).hexdigest()[:8]}"


class Mirror:
    """A warehouse at a URL. What can't be read raises `NoWarehouse`, what can't be sent `PublicationFailed`."""

    def __init__(self, url: str, copy: Path | None = None) -> None:
        """Raises `StoreRefused` for a URL that can't be taken."""
        self.store = Store(checked(url))
        self.copy = copy or working_copy(self.store.url)

    def current(self) -> int | None:
        """The id of the snapshot that is current; None where nothing is published."""
        text = self.read(POINTER)
        target = pointer.known(text.decode(errors="replace").strip()) if text is not None else None
        if text is not None and target is None:
            raise NoWarehouse(
                f"{self.store.address(POINTER)}: names no snapshot; write a line such as snapshots/000002 there"
            )
        return int(target.rpartition("/")[2]) if target else None

    def require(self) -> None:
        """Raises `NoWarehouse` where nothing is published."""
        self._named(None)

    def manifest(self, snapshot: int | None = None) -> Manifest:
        """What a snapshot (by default the current one) says of itself."""
        return _loaded(self._manifest(self._named(snapshot)), self.store)

    def snapshot(self, snapshot: int | None = None, on_step: OnStep = no_step, whole: bool = True) -> Path:
        """The folder of a snapshot in the working copy: what it has not got yet is fetched, the rest is linked.

        It appears whole. With `whole` a file whose bytes are not those of the manifest is refused. `on_step` hears of
        bytes fetched.
        """
        number = self._named(snapshot)
        text = self._manifest(number)
        folder = self.copy / SNAPSHOTS / snapshot_name(number)
        if _has(folder, text):
            return folder
        with refusals(self.copy, "fetch a snapshot"):
            folder.parent.mkdir(parents=True, exist_ok=True)
            staging = Path(mkdtemp(prefix=f"{FETCHED}{os.getpid()}-", dir=self.copy))
            try:
                self._fetch_into(staging / folder.name, number, text, on_step, whole)
                _put_in_place(staging, folder, text)
            finally:
                shutil.rmtree(staging, ignore_errors=True)
        return folder

    def outline(self, root: Path) -> None:
        """Makes `root` a warehouse without tables: what is current, the manifest of each snapshot, the history."""
        with refusals(root, "write"):
            (root / SNAPSHOTS).mkdir()
            for number in self._snapshots():
                folder = root / SNAPSHOTS / snapshot_name(number)
                folder.mkdir()
                # One that is being removed has no manifest any more; it counts as damaged.
                if (text := self.read(f"{SNAPSHOTS}/{folder.name}/{MANIFEST}")) is not None:
                    (folder / MANIFEST).write_bytes(text)
            (root / log.LOG).write_bytes(self.read(log.LOG) or b"")
            if (current := self.current()) is not None:
                pointer.write(root / POINTER, f"{SNAPSHOTS}/{snapshot_name(current)}")

    @contextmanager
    def changed(self, on_wait: Callable[[str], None] | None = None, on_step: OnStep = no_step) -> Iterator[Path]:
        """Yields the working copy, in which the current snapshot is that of the store, and sends at the end of the
        block what has become current in it. Nothing is sent where the block raises.

        Raises `PublicationFailed` where somebody else has published since; what they did stands.
        """

        def waiting(_: str) -> None:
            if on_wait:
                on_wait(f"{self.store}: waiting for another build of this machine to end")

        with refusals(self.copy, "make the working copy"):
            self.copy.mkdir(parents=True, exist_ok=True)
        with build_lock(self.copy / SESSION, PATIENCE, waiting):
            with self.sending(), claimed(self.store):  # tells at once whether there is a bucket, and a right to write
                before = self.current()
            events = self._pull(before, on_step)
            yield self.copy
            push(self, before, events, on_step)

    def drop(self, snapshot: int) -> None:
        """Removes a snapshot, its manifest first: what is half removed shall not look whole. Raises OSError."""
        folder = f"{SNAPSHOTS}/{snapshot_name(snapshot)}"
        report = [key for key in self.store.listed(reports.REPORTS) if snapshot_name(snapshot) in key]
        self.store.remove([f"{folder}/{MANIFEST}", *self.store.listed(folder), *report])

    @contextmanager
    def sending(self) -> Iterator[None]:
        try:
            yield
        except OSError as cause:
            raise PublicationFailed.at(self.store.url, "write", cause) from cause

    def _pull(self, current: int | None, on_step: OnStep) -> bytes:
        """Makes the working copy hold what the store has as current, and nothing that was never sent; gives the
        history, mended."""
        events = self.read(log.LOG) or b""
        folder = self._sound(current, on_step)
        with held(self.copy, PATIENCE) as staging, refusals(self.copy, "prepare the working copy"):
            shutil.rmtree(self.copy / reports.REPORTS, ignore_errors=True)
            (self.copy / log.LOG).write_bytes(events)
            if folder:
                pointer.make(staging, f"{SNAPSHOTS}/{folder.name}")
                pointer.move(staging, self.copy)
                self._fetch_reports(int(folder.name))
            else:
                pointer.remove(self.copy)
            for number in pointer.snapshot_ids(self.copy):
                if number != current:
                    _forget(self.copy / SNAPSHOTS / snapshot_name(number), staging)
            _clean_up(self.copy)
            log.mend(self.copy, lambda: read_snapshot(folder) if folder else None)
            return (self.copy / log.LOG).read_bytes()

    def _sound(self, current: int | None, on_step: OnStep) -> Path | None:
        """The folder of the current snapshot; None where there is none, or one that is damaged in the store: a build
        then writes all anew, which mends it."""
        try:
            return None if current is None else self.snapshot(current, on_step)
        except SnapshotDamaged:
            return None

    def _fetch_reports(self, snapshot: int) -> None:
        for path in (reports.page(self.copy, snapshot), reports.markdown(self.copy, snapshot)):
            if (text := self.read(f"{reports.REPORTS}/{path.name}")) is not None:
                path.parent.mkdir(exist_ok=True)
                path.write_bytes(text)

    def _named(self, snapshot: int | None) -> int:
        number = self.current() if snapshot is None else snapshot
        if number is None:
            raise NoWarehouse.yet(self.store.url)
        return number

    def _snapshots(self) -> list[int]:
        try:
            names = self.store.names(SNAPSHOTS)
        except OSError as cause:
            raise self._unread(SNAPSHOTS, cause) from cause
        return sorted(int(name) for name in names if name.isdecimal())

    def _manifest(self, snapshot: int) -> bytes:
        text = self.read(f"{SNAPSHOTS}/{snapshot_name(snapshot)}/{MANIFEST}")
        if text is None:
            there = ", ".join(map(str, self._snapshots())) or "none"
            raise SnapshotDamaged(
                f"{self.store}: no snapshot {snapshot}; there are {there} (`banmian history` tells more)"
            )
        return text

    def read(self, key: str) -> bytes | None:
        """An object; None where there is none."""
        try:
            return self.store.read(key)
        except OSError as cause:
            if cause.errno == errno.ENOENT:
                return None
            raise self._unread(key, cause) from cause

    def _unread(self, key: str, cause: OSError) -> NoWarehouse:
        return NoWarehouse(f"{self.store.address(key)}: can't read: {cause.strerror or cause}")

    def _fetch_into(self, folder: Path, snapshot: int, text: bytes, on_step: OnStep, whole: bool) -> None:
        """Fetches or links the files of a snapshot and adds its manifest."""
        manifest = _loaded(text, self.store)
        at_hand = dict(_files_of(self.copy))
        for name in schema.BY_NAME:
            (folder / name).mkdir(parents=True)

        def fetch(file: TableFile) -> int:
            target = folder / file.path
            if not _linked(at_hand.get((file.bytes, file.sha256)), file, target):
                self._fetch(f"{SNAPSHOTS}/{snapshot_name(snapshot)}/{file.path}", target)
            if whole and not (target.exists() and file.is_intact(folder)):
                raise SnapshotDamaged(f"{self.store}: snapshot {snapshot}: {file.path}: not what was published")
            return file.bytes

        each_of(fetch, manifest.files, on_step)
        (folder / MANIFEST).write_bytes(text)
        sync(folder / MANIFEST)

    def _fetch(self, key: str, target: Path) -> None:
        try:
            self.store.fetch(key, target)
        except OSError as cause:
            if cause.errno != errno.ENOENT:
                raise self._unread(key, cause) from cause
            target.unlink(missing_ok=True)


def _loaded(text: bytes, store: Store) -> Manifest:
    try:
        return loads(text.decode())
    except ValueError as cause:
        raise SnapshotDamaged(f"{store}: the manifest of a snapshot: {cause}; build again, or roll back") from cause


def _has(folder: Path, text: bytes) -> bool:
    """Whether the folder holds the snapshot of this manifest; its files are looked at by their size."""
    try:
        if (folder / MANIFEST).read_bytes() != text:
            return False
        return all((folder / file.path).stat().st_size == file.bytes for file in loads(text.decode()).files)
    except (OSError, ValueError):
        return False


def _files_of(copy: Path) -> Iterator[tuple[tuple[int, str], Path]]:
    """The files of all snapshots of a working copy, by their bytes and checksum."""
    for number in pointer.snapshot_ids(copy):
        folder = copy / SNAPSHOTS / snapshot_name(number)
        with suppress(NoWarehouse):
            for file in read_snapshot(folder).files:
                yield (file.bytes, file.sha256), folder / file.path


def _linked(source: Path | None, file: TableFile, target: Path) -> bool:
    """Whether the file could be had from another snapshot of the working copy."""
    if source is None:
        return False
    try:
        link(source, target)
        if file.is_intact(target.parent.parent):
            return True
    except OSError:
        pass
    target.unlink(missing_ok=True)
    return False


def _put_in_place(staging: Path, folder: Path, text: bytes) -> None:
    """Renames a fetched snapshot to its name, over one that is damaged. Raises OSError."""
    if _has(folder, text):  # somebody else has just fetched the same
        return
    with suppress(FileNotFoundError):
        os.rename(folder, staging / "damaged")
    os.rename(staging / folder.name, folder)


def _forget(folder: Path, staging: Path) -> None:
    """Removes a snapshot from the working copy unless somebody reads it."""
    with suppress(OSError), unless_in_use(folder) as free:
        if free:
            os.rename(folder, staging / folder.name)


def _clean_up(copy: Path) -> None:
    """Removes what processes that are no more were fetching. Raises OSError."""
    for folder in copy.glob(f"{FETCHED}*"):
        pid = folder.name.removeprefix(FETCHED).partition("-")[0]
        if not (pid.isdecimal() and is_alive(int(pid))):
            shutil.rmtree(folder)
