"""The README of an export, for the people it reaches without the project: of which snapshot, how to load it, what the
columns mean.

    before  Column("speaker", STRING, "of a speech: who speaks", null=True)
    after   | `speaker` | string | yes | of a speech: who speaks |
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from warehouse.corpus import Corpus
from warehouse.dictionary import described, meaning

README = "README.md"


def write_readme(corpus: Corpus, folder: Path, loading: str, notes: str = "", before: str = "") -> None:
    """Writes `README.md`: `before` as it is, the snapshot, `loading` as Python, `notes` as Markdown, the columns.

    The columns are described as the snapshot's own files describe them.
    """
    text = before + "\n\n".join(_parts(corpus, loading, notes)) + "\n"
    (folder / README).write_text(text, encoding="utf-8")


def _parts(corpus: Corpus, loading: str, notes: str) -> Iterator[str]:
    manifest = corpus.manifest
    yield f"# Newspaper pages as tables: snapshot {manifest.snapshot}"
    yield "Made by banmian from the text of newspaper pages. `banmian.json` beside this file says so for machines."
    yield f"- snapshot: `{manifest.snapshot}`, published `{manifest.created}`\n- digest: `{manifest.digest}`"
    rows = [f"| `{table.name}` | {corpus.rows[table.name]:,} | {meaning(table.schema)} |" for table in corpus.tables]
    yield "\n".join(["| table | rows | what a row is |", "|---|---|---|", *rows])
    yield f"## How to load it\n\n```python\n{loading.strip()}\n```"
    if notes:
        yield notes.strip()
    yield (
        "The columns follow, table by table. Offsets are half-open and count code points; `raw_start` and `raw_end`\n"
        "point into the source as decoded."
    )
    yield from (described(table.name, table.schema) for table in corpus.tables)
