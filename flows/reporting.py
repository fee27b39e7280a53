"""The report of a snapshot beside that of its parent: after each publication, and for `banmian report`."""

from __future__ import annotations

from pathlib import Path

from flows import progress
from flows.errors import UsageError
from warehouse import reports
from warehouse.corpus import Corpus, hold, open_corpus
from warehouse.errors import NoWarehouse, WarehouseError
from warehouse.manifest import MANIFEST, Manifest
from warehouse.pointer import SNAPSHOTS, snapshot_name
from warehouse.snapshots import Published


def write_report(root: Path, snapshot: int | None = None) -> tuple[Path, Path]:
    """Writes the report of a snapshot (of the current one where none is named): Markdown and HTML.

    Raises UsageError where `root` is no warehouse, NoWarehouse where it has no such snapshot, or one that can't be
    read, PublicationFailed where the disk refuses.
    """
    if (root / MANIFEST).exists():
        raise UsageError(f"{root}: the folder of a snapshot; name the warehouse it lies in")
    with open_corpus(root, snapshot) as corpus:
        return _written(root, corpus, _parent(root, corpus.manifest, None))


def after_build(root: Path, published: Published) -> Path | None:
    """The page of HTML for a snapshot, written where it is new or has none; None where it has one already, or none can
    be written, which is told and fails no build."""
    snapshot = published.manifest.snapshot
    if not published.new and reports.page(root, snapshot).exists():
        return None
    progress.phase("writing the report", 0)
    try:
        with hold(published.path, published.manifest) as corpus:
            return _written(root, corpus, _parent(root, corpus.manifest, published.parent))[1]
    except WarehouseError as error:
        progress.note(f"no report: {error}; `banmian report {snapshot}` tries again")
        return None


def _written(root: Path, corpus: Corpus, parent: Corpus | None) -> tuple[Path, Path]:
    from warehouse import report  # takes its time, and a build that changes nothing needs none of it

    try:
        return report.write(corpus, root, parent)
    finally:
        if parent:
            parent.close()


def _parent(root: Path, manifest: Manifest, known: Manifest | None) -> Corpus | None:
    """The snapshot that was current before, if it can still be read; `known` is its manifest where that is at hand."""
    if manifest.parent is None:
        return None
    try:
        if known and known.snapshot == manifest.parent:
            return hold(root / SNAPSHOTS / snapshot_name(known.snapshot), known)
        return open_corpus(root, manifest.parent)
    except NoWarehouse:
        return None
