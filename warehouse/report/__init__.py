"""The corpus report of a snapshot: Markdown for programs and plain viewers, one page of HTML for people.

A published snapshot is never touched again, so reports lie beside the snapshots, under the same number:

    <root>/snapshots/000002/
    <root>/reports/000002.md, 000002.html

    markdown, page = write(corpus, root, previous)

The same snapshots give the same bytes. Start reading at `facts.py` (what is said), then `measure.py` (how it is
counted), `sections.py` (in which order) and the renderers `markdown.py` and `page.py` with `plots.py`.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from warehouse import reports
from warehouse.corpus import Corpus
from warehouse.errors import PublicationFailed
from warehouse.report import markdown, measure, page


def write(corpus: Corpus, root: Path | str, previous: Corpus | None = None) -> tuple[Path, Path]:
    """Writes both reports of a snapshot below `root` and gives back their paths: Markdown, HTML.

    `previous` is the snapshot whose counts stand beside. Each file is written under another name and renamed, so that
    a reader sees the old report or the new one. Raises `NoWarehouse` where the tables can't be read and
    `PublicationFailed` where the disk refuses.
    """
    facts = measure.measure(corpus, previous)
    root, snapshot = Path(root), corpus.manifest.snapshot
    return (
        _replace(reports.markdown(root, snapshot), markdown.render(facts)),
        _replace(reports.page(root, snapshot), page.render(facts)),
    )


def _replace(path: Path, text: str) -> Path:
    partial = reports.partial_name(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with partial.open("w", encoding="utf-8", newline="\n") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.replace(partial, path)
    except OSError as cause:
        raise PublicationFailed.at(path, "write the report", cause) from cause
    finally:
        with suppress(OSError):
            partial.unlink()
    return path
