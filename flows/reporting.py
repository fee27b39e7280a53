"""The report of a snapshot beside that of its parent: after each publication, and for `banmian report`."""

from __future__ import annotations

from pathlib import Path

from flows import progress
from flows.errors import UsageError
from warehouse import reports
from warehouse.corpus import Corpus, open_corpus
from warehouse.errors import NoWarehouse, WarehouseError
from warehouse.manifest import MANIFEST


def write_report(root: Path, snapshot: int | None = None) -> tuple[Path, Path]:
    """Writes the report of a snapshot (of the current one where none is named): Markdown and HTML.

    Raises UsageError where `root` is no warehouse, NoWarehouse where it has no such snapshot, or one that can't be
    read, PublicationFailed where the disk refuses.
    """
    from warehouse import report  # takes its time, and a build that changes nothing needs none of it

    if (root / MANIFEST).exists():
        raise UsageError(f"{root}: the folder of a snapshot; name the warehouse it lies in")
    with open_corpus(root, snapshot) as corpus:
        parent = _parent(root, corpus)
        try:
            return report.write(corpus, root, parent)
        finally:
            if parent:
                parent.close()


def after_build(root: Path, snapshot: int, new: bool) -> Path | None:
    """The page of HTML for a snapshot, written where it is new or has none; None where it has one already, or none can
    be written, which is told and fails no build."""
    if not new and reports.page(root, snapshot).exists():
        return None
    progress.phase("writing the report", 0)
    try:
        return write_report(root, snapshot)[1]
    except WarehouseError as error:
        progress.note(f"no report: {error}; `banmian report {snapshot}` tries again")
        return None


def _parent(root: Path, corpus: Corpus) -> Corpus | None:
    """The snapshot that was current before, if it can still be read."""
    if corpus.manifest.parent is None:
        return None
    try:
        return open_corpus(root, corpus.manifest.parent)
    except NoWarehouse:
        return None
