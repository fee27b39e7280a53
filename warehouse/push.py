"""Sends what has become current in a working copy to the store, in an order in which every stop leaves a whole
warehouse there; `warehouse.mirror` tells what lies where.

    before  current.txt says snapshots/000002; the working copy has snapshot 3, of which two files of ten are new
    after   eight files copied inside the store, two sent, the manifest, the report; then current.txt says 3
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from warehouse import log, reports
from warehouse.claim import Claim, claimed
from warehouse.errors import PublicationFailed, SnapshotDamaged
from warehouse.manifest import MANIFEST, Manifest
from warehouse.parquet import TableFile
from warehouse.pointer import POINTER, SNAPSHOTS, snapshot_name
from warehouse.snapshots import current_snapshot, read_snapshot
from warehouse.stores import each_of

if TYPE_CHECKING:
    from warehouse.mirror import Mirror

INTENT = ".pushing"
"""Names the snapshot that is being sent: if it never becomes current, it is rubbish."""


def push(mirror: Mirror, before: int | None, events: bytes, on_step: Callable[[int], None]) -> None:
    """Sends the current snapshot of the working copy, `current.txt` last; does nothing where the store has all of it.

    `before` was current in the store when it was last looked at, `events` is the history up to then. Raises
    `PublicationFailed` where the store refuses, or where somebody else has published since.
    """
    _Push(mirror, before, events, on_step).carry_out()


class _Push:
    """What has become current in the working copy, on its way to the store."""

    def __init__(self, mirror: Mirror, before: int | None, events: bytes, on_step: Callable[[int], None]) -> None:
        """`before` was current in the store when it was last looked at, `events` is the history up to then."""
        self.store, self.copy = mirror.store, mirror.copy
        self.mirror = mirror
        self.before = before
        self.events = events
        self.on_step = on_step
        self.folder = current_snapshot(self.copy)

    def carry_out(self) -> None:
        """Sends it, `current.txt` last; does nothing where the store has all of it."""
        if self.folder is None:
            return
        name, manifest = self.folder.name, read_snapshot(self.folder)
        with self.mirror.sending():
            if int(name) == self.before and self._is_there(name, manifest):
                return
            with claimed(self.store) as claim:
                self._check(claim)
                self._clear_up()
                self._put(log.LOG, self.events)
                self._send_snapshot(name, manifest, claim)
                self._send_reports(int(name))
                self._check(claim)
                if int(name) != self.before:
                    self.store.write(POINTER, f"{SNAPSHOTS}/{name}\n".encode())
                self._put(log.LOG, (self.copy / log.LOG).read_bytes())
                self.store.remove([INTENT])

    def _is_there(self, name: str, manifest: Manifest) -> bool:
        """Whether the store has all of the snapshot that is current there, and the history."""
        return not self._missing(name, manifest) and self.mirror.read(log.LOG) == self.events

    def _check(self, claim: Claim) -> None:
        """Raises `PublicationFailed` where somebody else has published, or is about to."""
        claim.check()
        if (now := self.mirror.current()) != self.before:
            raise PublicationFailed(
                f"{self.store}: another build has published snapshot {now} meanwhile, which stands: run again"
            )

    def _clear_up(self) -> None:
        """Removes what a publication sent that died before anybody was told of it."""
        name = (self.mirror.read(INTENT) or b"").decode(errors="replace").strip()
        if name.isdecimal() and int(name) != self.before:
            self.mirror.drop(int(name))

    def _missing(self, name: str, manifest: Manifest) -> list[TableFile]:
        """The files of the snapshot that the store has not got."""
        there = self.store.listed(f"{SNAPSHOTS}/{name}")
        return [file for file in manifest.files if there.get(f"{SNAPSHOTS}/{name}/{file.path}") != file.bytes]

    def _send_snapshot(self, name: str, manifest: Manifest, claim: Claim) -> None:
        key = f"{SNAPSHOTS}/{name}/{MANIFEST}"
        text = (self.copy / key).read_bytes()
        known = self.mirror.read(key)
        if (known is None and self.store.listed(f"{SNAPSHOTS}/{name}")) or known not in (None, text):
            raise PublicationFailed(
                f"{self.store}: has a snapshot {int(name)} that history.jsonl does not know; bring back that file or"
                " move the folder away, then run again"
            )
        if known is None:
            self.store.write(INTENT, f"{name}\n".encode())
        former = self._former()

        def send(file: TableFile) -> int:
            target = f"{SNAPSHOTS}/{name}/{file.path}"
            if same := former.get((file.bytes, file.sha256)):
                self.store.copy(same, target)
            else:
                self.store.send(self.copy / target, target)
            return file.bytes

        def step(size: int) -> None:
            claim.renew()
            self.on_step(size)

        each_of(send, self._missing(name, manifest), step)
        if left := self._missing(name, manifest):
            raise PublicationFailed(f"{self.store}: {left[0].path} did not arrive whole; run again")
        self._put(key, text)

    def _former(self) -> dict[tuple[int, str], str]:
        """The files of the snapshot that is current in the store, by their bytes: these need not be sent again."""
        if self.before is None:
            return {}
        name = snapshot_name(self.before)
        there = self.store.listed(f"{SNAPSHOTS}/{name}")
        try:
            files = {f"{SNAPSHOTS}/{name}/{file.path}": file for file in self.mirror.manifest(self.before).files}
        except SnapshotDamaged:
            return {}
        return {(file.bytes, file.sha256): key for key, file in files.items() if there.get(key) == file.bytes}

    def _send_reports(self, snapshot: int) -> None:
        for path in (reports.page(self.copy, snapshot), reports.markdown(self.copy, snapshot)):
            if path.exists():
                self._put(f"{reports.REPORTS}/{path.name}", path.read_bytes())

    def _put(self, key: str, data: bytes) -> None:
        """Writes an object unless it is there just so."""
        if self.mirror.read(key) != data:
            self.store.write(key, data)
