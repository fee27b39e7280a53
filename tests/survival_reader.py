"""Readers who look at a warehouse again and again while it is built, killed and mended, each in a process of its own.

    survival_reader.py KIND ROOT EXPECTED GATE STOP REPORT

Each look must find just one generation, whole: the sources of one, its number of rows in each table, no row without the
row it belongs to, no mark of another generation in any text. A look holds GATE (shared); who damages the warehouse by
hand holds it alone, and no reader looks meanwhile. When the file STOP is there, or who started the reader is gone,
REPORT is written: how many looks, what was seen how often, and each fault in words.

EXPECTED is JSON: for each generation's mark its sources (path: SHA-256) and its rows by table; `common`, the marks that
all generations bear; `same`, the digests of sources that all of them have.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
import sys
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

Row = tuple[Any, ...]
Tables = dict[str, list[Row]]

MARK = re.compile("73[0-9]{2}")
COLUMNS = {
    "document": ("source_path", "document_id", "sha256"),
    "article": ("document_id", "article_id", "text"),
    "sentence": ("article_id", "sentence_id", "text"),
    "figure": ("sentence_id", "figure_id", "surface"),
    "residue": ("document_id", "raw_start", "text"),
}
"""Of each table whose row it belongs to (of a document: its source), its key, and what tells the generation."""
PARENTS = {"article": "document", "residue": "document", "sentence": "article", "figure": "sentence"}
PAUSE = 4
"""How many times as long as a look is the pause behind it: so that builds get on, too."""


class Mixed(Exception):  # noqa: N818 - reads as a sentence in a report
    """What was read is not one whole generation."""


def marks(texts: Iterable[str]) -> set[str]:
    return {mark for text in texts for mark in MARK.findall(text)}


def seen_in(tables: Tables, expected: dict[str, Any]) -> str:
    """The mark of the one generation that these tables hold. Raises Mixed where they are none."""
    sources = {row[0]: row[2] for row in tables["document"]}
    held = [mark for mark, generation in expected["generations"].items() if generation["sources"] == sources]
    if len(held) != 1:
        raise Mixed(f"the sources are those of {held or 'no generation'}: {sources}")
    for name, rows in tables.items():
        found = marks(row[2] for row in rows) - set(expected["common"])
        if name != "document" and found != set(held):
            raise Mixed(f"{name} bears the marks {sorted(found)} and its sources are those of {held[0]}")
        if len(rows) != (count := expected["generations"][held[0]]["rows"][name]):
            raise Mixed(f"{name} has {len(rows)} rows and {held[0]} has {count}")
    for child, parent in PARENTS.items():
        lost = {row[0] for row in tables[child]} - {row[1] for row in tables[parent]}
        if lost:
            raise Mixed(f"rows of {child} belong to no {parent}: {sorted(lost)[:3]}")
    return held[0]


def rows_of(table: Any, name: str) -> list[Row]:
    return list(zip(*(table[column].to_pylist() for column in COLUMNS[name]), strict=True))


def with_the_library(root: Path, expected: dict[str, Any]) -> str:
    """As the documents recommend: `warehouse.open`, and then all five tables."""
    import warehouse

    opened = warehouse.open(root)
    tables = {name: rows_of(opened.table(name).to_arrow(list(COLUMNS[name])), name) for name in COLUMNS}
    return seen_in(tables, expected)


def by_the_link(root: Path, expected: dict[str, Any]) -> str:
    """Knows nothing of this project but the contract: the link is resolved once, the rest is DuckDB over Parquet."""
    import duckdb

    folder = os.path.realpath(root / "current")
    tables: Tables = {}
    with duckdb.connect() as connection:
        for name, columns in COLUMNS.items():
            question = f"select {', '.join(columns)} from read_parquet('{folder}/{name}/*.parquet')"
            tables[name] = connection.execute(question).fetchall()
    return seen_in(tables, expected)


def file_by_file(root: Path, expected: dict[str, Any]) -> str:
    """Never resolves the link: opens each file through `current`. Each file is there, whole, and of one generation.

    Files of one table may then be of two, which is counted as `torn`: no fault, it is why the contract says to resolve
    the link first.
    """
    import pyarrow.parquet as pq

    home = {sha256: mark for mark, one in expected["generations"].items() for sha256 in one["sources"].values()}
    whole = True
    for name in COLUMNS:
        met: set[str] = set()
        for file in sorted(os.listdir(root / "current" / name)):
            texts = pq.ParquetFile(root / "current" / name / file).read([COLUMNS[name][2]])[0].to_pylist()
            found = (
                {home[text] for text in texts if text not in expected["same"]} if name == "document" else marks(texts)
            )
            found -= set(expected["common"])
            if len(found) > 1:
                raise Mixed(f"{name}/{file} bears the marks {sorted(found)}")
            met |= found
        whole = whole and len(met) == 1
    return "whole" if whole else "torn"


LOOKS: dict[str, Callable[[Path, dict[str, Any]], str]] = {
    "library": with_the_library,
    "link": by_the_link,
    "files": file_by_file,
}


def look_until(stop: Path, gate: Path, look: Callable[[], str]) -> dict[str, Any]:
    """Looks until told to stop; what was seen how often, and what was wrong."""
    seen: Counter[str] = Counter()
    faults: list[str] = []
    parent = os.getppid()
    with gate.open("w") as lock:
        while not stop.exists() and os.getppid() == parent:
            fcntl.flock(lock, fcntl.LOCK_SH)
            began = time.monotonic()
            try:
                seen[look()] += 1
            except Exception as error:
                faults.append(traceback.format_exc() if len(faults) < 2 else f"{type(error).__name__}: {error}")
            finally:
                fcntl.flock(lock, fcntl.LOCK_UN)
            time.sleep(PAUSE * (time.monotonic() - began))
    return {"looks": seen.total() + len(faults), "seen": dict(sorted(seen.items())), "faults": faults[:9]}


if __name__ == "__main__":
    kind, root, told, gate, stop, report = sys.argv[1:]
    expected = json.loads(Path(told).read_text(encoding="utf-8"))
    result = look_until(Path(stop), Path(gate), lambda: LOOKS[kind](Path(root), expected))
    Path(report).write_text(json.dumps(result, ensure_ascii=False), encoding="utf-8")
