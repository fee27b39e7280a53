"""`banmian verify`: a snapshot looked through, and compared with those of its sources that are at hand.

A source that is gone or has changed since is no fault of the warehouse: it is said, and the rest is compared.

    before  a snapshot of three pages; of their sources one is as it was, one has changed, one was not given
    after   Comparison(pages=3, compared=1, characters=812, changed=Names(1, …), missing=Names(1, …), faults=())
"""

from __future__ import annotations

import glob
import hashlib
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from flows import conservation, progress, reading
from flows.errors import UsageError
from flows.mirrors import Location
from flows.sources import SourceFile, discover
from flows.summary import line
from transforms.document import Document
from warehouse.documents import read_shard
from warehouse.errors import Fault, NoWarehouse
from warehouse.manifest import Manifest
from warehouse.snapshots import read_snapshot
from warehouse.urls import is_url
from warehouse.verify import Faults, Verified, verify

SHOWN = 5
"""Sources named in the summary of those that could not be compared; the others are counted."""


@dataclass(slots=True)
class Names:
    """How many there are, and the first of them."""

    count: int = 0
    first: list[str] = field(default_factory=list)

    def add(self, name: str) -> None:
        self.count += 1
        if self.count <= SHOWN:
            self.first.append(name)


@dataclass(slots=True)
class Comparison:
    """Pages compared with their sources, the characters of these that are not blank, and the pages that could not be
    compared, by why. A quarantined page has no rows, so that nothing but its checksum is compared."""

    compared: int = 0
    characters: int = 0
    quarantined: int = 0
    changed: Names = field(default_factory=Names)
    missing: Names = field(default_factory=Names)
    unread: Names = field(default_factory=Names)
    faults: tuple[Fault, ...] = ()

    @property
    def pages(self) -> int:
        return self.compared + self.changed.count + self.missing.count + self.unread.count


def look_through(folder: Path) -> Verified:
    """The snapshot in `folder`, verified by itself, with progress shown."""
    try:
        manifest = read_snapshot(folder)
        size = manifest.bytes + sum(shard.summary.bytes for shard in manifest.shards)
    except NoWarehouse:
        size = 0  # `verify` says what is wrong with the manifest
    progress.phase("verifying files and tables", size)
    return verify(folder, progress.advance)


def sources_of(snapshot: Verified, root: Location) -> tuple[SourceFile, ...]:
    """The sources that the build of a snapshot was given, as far as they are still there; `root` is the warehouse."""
    given = snapshot.manifest.given if snapshot.manifest else ()
    names = [name if is_url(name) else os.path.normpath(os.path.join(root, name)) for name in given]
    there = [name for name in names if is_url(name) or os.path.lexists(name) or glob.glob(name, recursive=True)]
    try:
        return discover(there, None, root).files
    except UsageError:
        return ()


def compare(snapshot: Verified, sources: Iterable[SourceFile]) -> Comparison:
    """The pages of the sound shards against those of their sources that are given, with progress shown."""
    at_hand = {source.document_id: source for source in sources}
    found, faults = Comparison(), Faults()
    progress.phase("comparing with the sources", sum(len(shard.summary.sources) for shard in snapshot.sound))
    for shard in snapshot.sound:
        for page in read_shard(snapshot.tables(shard)):
            faults.add(_compared(page, at_hand.get(page.document_id), found))
            progress.advance(1)
    found.faults = faults.all()
    return found


def _compared(page: Document, source: SourceFile | None, found: Comparison) -> Iterator[Fault]:
    """The faults of one page; notes in `found` how it went."""
    if source is None:
        found.missing.add(page.source_path)
        return
    try:
        data = reading.read(source.path)
    except OSError as error:
        found.unread.add(f"{page.source_path}: {reading.cause_of(error)}")
        return
    if hashlib.sha256(data).hexdigest() != page.sha256:
        found.changed.add(page.source_path)
        return
    found.compared += 1
    quarantined = page.status == "quarantined"
    found.characters += 0 if quarantined else page.n_chars
    found.quarantined += quarantined
    yield from conservation.faults(page, data)


def told(snapshot: Verified, comparison: Comparison | None, root: Location) -> Iterator[str]:
    """The summary: what was verified, against what, and what is wrong."""
    manifest = snapshot.manifest
    number = manifest.snapshot if manifest else snapshot.path.name
    faults = [*snapshot.faults, *(comparison.faults if comparison else ())]
    yield f"Snapshot {number} in {root if isinstance(root, str) else snapshot.path.parent.parent}: " + (
        _faulty(faults) if faults else "verified, no fault"
    )
    if manifest:
        yield line("files", f"{snapshot.files:,}, {snapshot.bytes:,} bytes by the checksums of the manifest")
        yield line("rows", f"{snapshot.rows:,} of {sum(manifest.rows.values()):,} checked against the contract")
        yield from _left_out(snapshot, manifest)
        yield from _sources(comparison)
    if faults:
        yield line("faults", f"{len(faults):,}")
        yield from (f"    {fault}" for fault in faults)


def _faulty(faults: Sequence[Fault]) -> str:
    return "1 fault" if len(faults) == 1 else f"{len(faults):,} faults"


def _left_out(snapshot: Verified, manifest: Manifest) -> Iterator[str]:
    """Shards with a fault: their rows are not compared with the sources."""
    sound = {shard.summary.shard for shard in snapshot.sound}
    out = [shard.summary.shard for shard in manifest.shards if shard.summary.shard not in sound]
    if out:
        more = f" and {len(out) - SHOWN:,} more" if len(out) > SHOWN else ""
        yield line("left out", f"{len(out):,} shards, not to be trusted: {', '.join(out[:SHOWN])}{more}")


def _sources(comparison: Comparison | None) -> Iterator[str]:
    if comparison is None:
        yield line("sources", "not compared: they are no longer where the build found them; name them as SOURCE")
        return
    counts = f"{comparison.compared:,} of {comparison.pages:,} pages compared, {comparison.characters:,} characters"
    quarantined = f" ({comparison.quarantined:,} quarantined, without rows)" if comparison.quarantined else ""
    yield line("sources", counts + quarantined)
    for name, pages in (
        ("changed", comparison.changed), ("not given", comparison.missing), ("unread", comparison.unread)
    ):  # fmt: skip
        yield from _listed(name, pages)


def _listed(name: str, pages: Names) -> Iterator[str]:
    if pages.count:
        yield line(name, f"{pages.count:,}, not compared")
        yield from (f"    {page}" for page in pages.first)
        if pages.count > SHOWN:
            yield f"    and {pages.count - SHOWN:,} more"
