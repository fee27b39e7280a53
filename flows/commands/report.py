"""`banmian report`: writes the corpus report of a snapshot."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from flows.options import DONE, Commands, add_warehouse, command

if TYPE_CHECKING:
    from warehouse.corpus import Corpus


DIGITS = 9
"""Of a snapshot's number at most."""


def add(commands: Commands[argparse.ArgumentParser]) -> None:
    """Adds the command."""
    parser = command(
        commands, _run, "report",
        "Write what a snapshot holds as a page for people (HTML) and as Markdown with JSON for programs.",
        "banmian report",
        "banmian report 2 --warehouse corpus",
    )  # fmt: skip
    parser.add_argument(
        "snapshot",
        nargs="?",
        metavar="SNAPSHOT",
        help="number of a snapshot that is still there (default: the current one)",
    )
    add_warehouse(parser)


def _run(options: argparse.Namespace) -> int:
    from warehouse.report import write

    corpus = _opened(options.warehouse, options.snapshot)
    for path in write(corpus, options.warehouse, _parent(options.warehouse, corpus)):
        print(path)
    return DONE


def _opened(root: Path, snapshot: str | None) -> Corpus:
    from flows.errors import UsageError
    from warehouse.corpus import open_corpus
    from warehouse.snapshots import current_snapshot

    folder = current_snapshot(root)
    if folder is None:
        raise UsageError(f"{root}: nothing is published here yet; `banmian build SOURCE` does it")
    if snapshot is not None:
        if not (snapshot.isascii() and snapshot.isdigit() and len(snapshot) <= DIGITS):
            raise UsageError(f"{snapshot[:20]}: a snapshot is named by its number, such as 2")
        folder = _folder(root, int(snapshot))
    if not folder.is_dir():
        raise UsageError(f"{folder}: no such snapshot; `banmian status --warehouse {root}` names the current one")
    return open_corpus(folder)


def _parent(root: Path, corpus: Corpus) -> Corpus | None:
    """The snapshot that was current before, if it can still be read."""
    from warehouse.corpus import open_corpus
    from warehouse.errors import NoWarehouse

    if corpus.manifest.parent is None:
        return None
    try:
        return open_corpus(_folder(root, corpus.manifest.parent))
    except NoWarehouse:
        return None


def _folder(root: Path, snapshot: int) -> Path:
    from warehouse.snapshots import SNAPSHOTS

    return root / SNAPSHOTS / f"{snapshot:06d}"
