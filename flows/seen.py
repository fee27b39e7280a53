"""What people see of a run on a Prefect server: its progress, its results as artifacts, its final state, an event.

Artifacts of one warehouse have one key each, so that the server shows their history. None of it decides anything: a
server that refuses an artifact costs a line in the log, never the run.

    before  Outcome of a build that put one page of 2,000 into quarantine
    after   state PartlyBuilt; artifacts progress-…, tables-…, warnings-…, report-…; event banmian.snapshot.published
"""

from __future__ import annotations

import hashlib
import logging
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast
from uuid import UUID

from prefect.artifacts import (
    create_markdown_artifact,
    create_progress_artifact,
    create_table_artifact,
    update_progress_artifact,
)
from prefect.client.schemas.objects import State
from prefect.events import emit_event
from prefect.logging.loggers import LoggingAdapter
from prefect.states import Completed

from flows import mirrors, progress, server
from flows.build import Outcome
from flows.errors import NothingSettled
from flows.mirrors import Location
from warehouse.manifest import Manifest

NOTHING_NEW = "NothingNew"
PARTLY_BUILT = "PartlyBuilt"
PUBLISHED = "banmian.snapshot.published"
SHOWN = 500
"""Warnings in the artifact; `banmian status` lists all."""
EVERY = 1.0
"""Seconds between two updates of the bar: each is a request to the server."""

Log = logging.Logger | LoggingAdapter


def key_of(what: str, root: Location) -> str:
    """The key of an artifact, of which Prefect wants small letters, digits and dashes: tables-data-warehouse-1f09a3.

    The last part is of the hash of the whole path, since one server may know several warehouses of that name.
    """
    name = mirrors.full_name(root)
    letters = "".join(sign if sign.isascii() and sign.isalnum() else " " for sign in " ".join(name.split("/")[-2:]))
    return "-".join([what, *letters.lower().split(), hashlib.sha256(os.fsencode(name)).hexdigest()[:6]])


class Bar:
    """The progress of a run as an artifact: one bar, which each part of the work fills anew."""

    def __init__(self, root: Location, log: Log) -> None:
        self.key = key_of("progress", root)
        self.log = log
        self.artifact: UUID | None = None
        self.name, self.total, self.done = "", 0, 0
        self.updated = 0.0
        self.lock = threading.Lock()
        self.is_refused = False

    def phase(self, name: str, total: int) -> None:
        self.name, self.total, self.done = name, total, 0
        self._show()

    def advance(self, done: int) -> None:
        """Called from as many threads as wait for workers."""
        with self.lock:
            self.done += done
            is_due = time.monotonic() - self.updated >= EVERY
            if is_due:
                self.updated = time.monotonic()
        if is_due:
            self._show()

    def note(self, message: str) -> None:
        self.log.info(message)

    def finish(self) -> None:
        self.name, self.total, self.done = "done", 1, 1
        self._show()

    def _show(self) -> None:
        if self.is_refused:
            return
        share = round(100 * self.done / self.total, 1) if self.total else 0.0
        try:
            self._send(min(share, 100.0))
        except Exception as error:
            self.is_refused = True
            self.log.warning("the server takes no progress: %s", error)
        self.updated = time.monotonic()

    def _send(self, share: float) -> None:
        if self.artifact is None:
            self.artifact = cast("UUID", create_progress_artifact(share, key=self.key, description=self.name))
        else:
            update_progress_artifact(self.artifact, share, description=self.name)


@contextmanager
def progress_shown(root: Location, log: Log) -> Iterator[None]:
    """Shows progress as an artifact while the block lasts, beside whoever listens already.

    Not on a server of our own: nobody can look there, and each update takes 25 ms of a core.
    """
    if server.is_embedded():
        yield
        return
    bar = Bar(root, log)
    with progress.heard_also_by(bar):
        yield
    bar.finish()


def tell_sources(outcome: Outcome, log: Log) -> None:
    """Logs what whoever puts pages there should know: sidecars to be mended, pages left for the next run."""
    for path, trouble in outcome.plan.sources.troubles:
        log.warning("%s: %s; mend it and build again", path, trouble)
    for name in outcome.left:
        log.info("%s: left for the next run, still being written", name)


def leave(outcome: Outcome, root: Location, log: Log) -> None:
    """Leaves the artifacts of a build, and for a new snapshot the event that starts what waits for it.

    Nothing on a server of our own, which takes all of it away when the build ends.
    """
    if server.is_embedded():
        return
    published = outcome.published
    try:
        _tables(published.manifest, published.parent if published.new else published.manifest, root)
        _warnings(published.manifest, root)
        if published.new:
            _report(outcome, root)
    except Exception as error:
        log.warning("the server takes no artifacts: %s", error)
    if published.new:
        tell_published(published.manifest, published.path, root)


def _tables(now: Manifest, before: Manifest | None, root: Location) -> None:
    counts, former = _counts(now), _counts(before) if before else {}
    rows = [_compared(what, counts.get(what, 0), former.get(what, 0)) for what in dict.fromkeys([*counts, *former])]
    told = f"snapshot {now.snapshot}" + (f", before: {before.snapshot}" if before else ", the first one")
    create_table_artifact(rows, key=key_of("tables", root), description=f"What {root} holds: {told}")


def _compared(what: str, now: int, before: int) -> dict[str, object]:
    return {"what": what, "now": now, "before": before, "change": f"{now - before:+,}"}


def _counts(manifest: Manifest) -> dict[str, int]:
    kinds = {f"articles: {kind}": count for kind, count in manifest.articles.items()}
    statuses = {f"pages: {status}": count for status, count in manifest.statuses.items()}
    rows = manifest.rows
    return statuses | kinds | {"sentences": rows["sentence"], "figures": rows["figure"]}


def _warnings(manifest: Manifest, root: Location) -> None:
    rows = [{"page": source.path, "status": source.status, "why": source.error} for source in manifest.warnings[:SHOWN]]
    told = f"{len(manifest.warnings):,} pages with a warning in snapshot {manifest.snapshot}"
    rest = f"; the first {SHOWN}, `banmian status` lists all" if len(manifest.warnings) > SHOWN else ""
    create_table_artifact(rows, key=key_of("warnings", root), description=told + rest)


def _report(outcome: Outcome, root: Location) -> None:
    from warehouse.report.markdown import for_people  # loads what draws the plots

    path = outcome.report.with_suffix(".md") if outcome.report else None
    if path and path.exists():
        create_markdown_artifact(
            for_people(path.read_text(encoding="utf-8")), key=key_of("report", root), description=f"From {path.name}"
        )


def resource_of(root: Location) -> str:
    """The id under which Prefect's events speak of a warehouse: banmian.warehouse./srv/corpus."""
    return f"banmian.warehouse.{mirrors.full_name(root)}"


def tell_published(manifest: Manifest, folder: Path, root: Location) -> None:
    """Sends the event of a new snapshot. Its payload: snapshot, parent, digest, rules, folder, rows by table, pages by
    status."""
    emit_event(
        PUBLISHED,
        resource={"prefect.resource.id": resource_of(root), "prefect.resource.name": str(root)},
        payload={
            "snapshot": manifest.snapshot,
            "parent": manifest.parent,
            "digest": manifest.digest,
            "rules": manifest.rules,
            "folder": str(folder) if isinstance(root, Path) else mirrors.current(root, manifest.snapshot),
            "rows": manifest.rows,
            "pages": manifest.statuses,
        },
    )


def nothing_settled(nothing: NothingSettled) -> State[Any]:
    """The state of a run that found pages which are all still being written."""
    return Completed(name=NOTHING_NEW, message=str(nothing), data=nothing)


def final_state(outcome: Outcome) -> State[Any]:
    """The state that a build ends in: NothingNew, PartlyBuilt where it could not finish a page, else Completed."""
    manifest = outcome.published.manifest
    pages = sum(manifest.statuses.values())
    if outcome.quarantined or outcome.failures:
        told = f"{outcome.quarantined:,} pages quarantined; snapshot {manifest.snapshot} holds {pages:,}"
        return Completed(name=PARTLY_BUILT, message=told, data=outcome)
    if not outcome.published.new:
        told = f"snapshot {manifest.snapshot} holds just these {pages:,} pages"
        return Completed(name=NOTHING_NEW, message=told, data=outcome)
    return Completed(message=f"published snapshot {manifest.snapshot} of {pages:,} pages", data=outcome)
