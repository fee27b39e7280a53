"""What must hold before tables become current: what `docs/contract.md` promises of them, as questions in SQL.

duckdb asks each question of the Parquet files; the answer is the rows that break the promise, of which a good table has
none. `rows.py` holds what one row tells by itself (ranges, closed sets, what goes with what), one line a question;
`relations.py` what rows tell together (keys, order, conservation, counts), one short query a question; `slices.py` the
one question that is not asked in SQL alone, and why. `shape.py` comes before them: whether columns are those of the
schema. Nothing is mended here: a fault stops the publication and names the rows.

    before  sentence …-0003-0001 with start 12, end 15 and the text 四千人, article.text[12:15] being 千人，
    after   CheckFailed: sentence: text is not what its offsets say in 1 row(s): …-0003-0001
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from warehouse import schema
from warehouse.checks import engine, relations, rows, shape, slices
from warehouse.checks.engine import SHOWN
from warehouse.errors import CheckFailed, Fault

__all__ = ["SHOWN", "check_keys", "check_shard", "check_snapshot", "check_tables"]


def check_shard(files: dict[str, Path]) -> None:
    """Checks the five files of one shard, given by table. Raises `CheckFailed` with all that is wrong."""
    # In the folder that is staged: what a killed worker leaves there goes with it.
    spill = files[schema.DOCUMENT.name].parent.parent / f".spill-{os.getpid()}-{os.urandom(4).hex()}"
    check_tables({table: [path] for table, path in files.items()}, spill)


def check_tables(files: Mapping[str, Sequence[Path]], spill: Path | None = None) -> None:
    """Checks tables that belong together: those of a shard or of a whole snapshot; `files` are given by table.

    `spill` is a folder for what memory can't hold, made when it is needed and removed again; without one there is
    memory only. Raises `CheckFailed` with all faults of the first stage that has any: later checks follow keys and
    trust types.
    """
    _refuse(shape.faults(files))
    with engine.connected(spill) as connection:
        _refuse(engine.load(connection, files))
        _refuse(engine.ask(connection, relations.KEYS))
        relations.prepare(connection)
        found = (rows.faults(connection), engine.ask(connection, relations.CONTENT), slices.faults(connection))
        _refuse(fault for faults in found for fault in faults)


def check_snapshot(documents: Iterable[str], articles: Sequence[Path], spill: Path | None = None) -> None:
    """Checks what only all shards together tell: ids given once, and `continues` leading to an article elsewhere.

    `documents` are the document_ids of all shards, `articles` the paths of their article files; `spill` as in
    `check_tables`. Raises `CheckFailed`.
    """
    with engine.connected(spill) as connection:
        engine.fill(connection, schema.DOCUMENT.name, "document_id", documents)
        _refuse(engine.load(connection, {schema.ARTICLE.name: articles}, "article_id, document_id, continues"))
        _refuse(engine.ask(connection, relations.SNAPSHOT))


def check_keys(files: Mapping[str, Sequence[Path]], spill: Path | None = None) -> None:
    """Checks that each key of each table is given once in all shards together. Raises `CheckFailed`."""
    found: list[Fault] = []
    for table in schema.TABLES:
        if table.key:
            # One table after the other, and its key alone: what is in memory is what a reader of one column has.
            with engine.connected(spill) as connection:
                unread = list(engine.load(connection, {table.name: files[table.name]}, table.key))
                found += unread or engine.ask(connection, [relations.repeated(table)])
    _refuse(found)


def _refuse(faults: Iterable[Fault]) -> None:
    found = tuple(faults)
    if found:
        raise CheckFailed(found)
