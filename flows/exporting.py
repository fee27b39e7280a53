"""`banmian export`: from the options of the command line to the summary."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import warehouse
from flows import progress, summary, terminal
from flows.errors import UsageError
from warehouse.corpus import Corpus
from warehouse.errors import ExportRefused
from warehouse.exports import export


def exported(
    format: str, folder: Path, root: Path | str, tables: Sequence[str] | None, snapshot: int | None = None
) -> str:
    """Exports these tables, or all, of a snapshot, by default the current one; returns what a person wants to know.

    Raises UsageError for a folder or tables that can't be taken, and what `warehouse.open` and `export` raise.
    """
    corpus = _chosen(warehouse.open(root, snapshot), tables)
    began = time.monotonic()
    try:
        with _ended_by_signals(), terminal.shown():
            progress.phase(f"exporting {format}", sum(corpus.rows.values()))
            done = export(corpus, format, folder, progress.advance)
    except ExportRefused as error:
        raise UsageError(str(error)) from error
    return summary.of_export(done, time.monotonic() - began)


def _chosen(corpus: Corpus, tables: Sequence[str] | None) -> Corpus:
    try:
        return corpus if tables is None else corpus.only(tables)
    except KeyError as error:
        raise UsageError(f"--table: {error.args[0]}") from error


@contextmanager
def _ended_by_signals() -> Iterator[None]:
    """A termination ends an export as Ctrl-C does, so that it clears away what it has written."""
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
