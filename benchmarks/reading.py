"""What a build made of the pages, in the form that the scorers compare with the gold.

Rows come from a published warehouse or straight from `transforms`; both become the same tables, so that a test without
a build and a benchmark with one measure the same thing.

    before  article: headline 铝业高质量发展, byline [{role: 记者, name: 王健}], text 第一段\\n第二段
    after   {"headline": "铝业高质量发展", "byline": [["记者", "王健"]], "paragraphs": ["第一段", "第二段"], …}
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from itertools import pairwise
from pathlib import Path, PurePosixPath
from typing import Any

import warehouse
from benchmarks.scoring import SLOTS, Join, Part
from transforms.document import Document
from warehouse import schema

Row = dict[str, Any]
Tables = dict[str, list[Row]]
"""The rows of the five tables, by table."""


def of_warehouse(root: Path) -> Tables:
    """All rows of what is published at `root`."""
    corpus = warehouse.open(root)
    return {name: corpus.table(name).to_arrow().to_pylist() for name in schema.BY_NAME}


def of_documents(documents: Iterable[Document]) -> Tables:
    """The rows that these pages would be published as."""
    tables: Tables = {name: [] for name in schema.BY_NAME}
    for document in documents:
        for name, rows in schema.rows(document).items():
            tables[name] += schema.BY_NAME[name].batch(rows).to_pylist()
    return tables


def pages(tables: Tables) -> list[Row]:
    """Each page as `benchmarks.scoring` wants it; a page is known by the name of its file."""
    found: defaultdict[str, list[Row]] = defaultdict(list)
    for article in sorted(tables["article"], key=lambda row: (row["document_id"], row["ordinal"])):
        found[article["document_id"]].append(_answer(article))
    return [
        {"doc": PurePosixPath(row["source_path"]).name, "articles": found[row["document_id"]]}
        for row in tables["document"]
    ]


def _answer(article: Row) -> Row:
    slots = {slot: article[slot] for slot in SLOTS}
    return slots | {
        "kind": article["kind"],
        "event_date": article["event_date"] and article["event_date"].isoformat(),
        "byline": [[credit["role"], credit["name"]] for credit in article["byline"]],
        "paragraphs": [paragraph for paragraph in article["text"].split("\n") if paragraph.strip()],
        "crossheads": article["crossheads"],
        "confidence": article["confidence"],
    }


def figure(row: Mapping[str, Any]) -> Row:
    """A figure's columns as `benchmarks.figures` wants them: a day or a clock time is its value, `is_label` is `label`.

    `start` and `end` are those of the row.
    """
    value, value_max = row["value"], row["value_max"]
    if row["kind"] in ("date", "time") or value is None:
        value, value_max = _moments(row) or (value, value_max)
    return dict(row) | {"value": value, "value_max": value_max, "label": row["is_label"]}


def _moments(row: Mapping[str, Any]) -> tuple[str | None, str | None] | None:
    """The first and the last moment in ISO form, the last only where it is another; None where the row has neither."""
    start, end = row["date_start"], row["date_end"] or row["date_start"]
    clock, clock_end = row["time_of_day"], row["time_of_day_end"] or row["time_of_day"]
    if not (start or end or clock):
        return None
    first, last = _iso(start, clock), _iso(end, clock_end)
    return first or None, last if last != first else None


def _iso(day: object, clock: str | None) -> str:
    return (str(day) if day else "") + (f"T{clock}" if clock else "")


def joins(tables: Tables) -> list[Join]:
    """The parts of articles that were joined across pages."""
    paths = {row["document_id"]: row["source_path"] for row in tables["document"]}
    parts = {row["article_id"]: Part(paths[row["document_id"]], row["text"]) for row in tables["article"]}
    return [
        (parts[row["continues"]], parts[row["article_id"]]) for row in tables["article"] if row["continues"] in parts
    ]


def decoded(document: Mapping[str, Any], data: bytes) -> str:
    """The source of a row of `document` as its offsets count it."""
    return data.decode(document["encoding"] or "utf-8", errors="replace").removeprefix("\ufeff")


# --- a source cut at its paragraphs ---------------------------------------------------------------------------------


def paragraphs(tables: Tables, sources: Mapping[str, bytes]) -> dict[str, list[str]]:
    """Each source, by its file's name without the ending, cut where a paragraph, a heading or a row of residue begins.

    `sources` are the bytes by `source_path`. What no sentence holds, such as a jump line, is a piece of its own, unless
    its line runs on into the paragraph, as a byline's does: then the paragraph begins with it.
    """
    units = _units(tables)
    found = {}
    for row in tables["document"]:
        text = "" if row["status"] == "quarantined" else decoded(row, sources[row["source_path"]])
        cuts = sorted(_cuts(text, sorted(units[row["document_id"]])))
        pieces = [text[start:end] for start, end in pairwise(cuts)]
        found[PurePosixPath(row["source_path"]).stem] = [piece for piece in pieces if piece.strip()]
    return found


def _units(tables: Tables) -> defaultdict[str, list[tuple[int, int]]]:
    """For each document the stretches of its source that are one paragraph, one heading or one row of residue."""
    owner = {row["article_id"]: row["document_id"] for row in tables["article"]}
    hulls: dict[tuple[str, object], tuple[int, int]] = {}
    for row in tables["sentence"]:
        alone = row["paragraph"] is None
        key = row["article_id"], row["sentence_id"] if alone else row["paragraph"]
        start, end = hulls.get(key, (row["raw_start"], row["raw_end"]))
        hulls[key] = min(start, row["raw_start"]), max(end, row["raw_end"])
    units = defaultdict(list)
    for (article_id, _), hull in hulls.items():
        units[owner[article_id]].append(hull)
    for row in tables["residue"]:
        units[row["document_id"]].append((row["raw_start"], row["raw_end"]))
    return units


def _cuts(text: str, units: Iterable[tuple[int, int]]) -> set[int]:
    cuts, done = {0, len(text)}, 0
    for start, end in units:
        start = max(start, done)
        line = max(text.rfind("\n", done, start) + 1, done)
        runs_on = text[line:start].strip()
        cuts |= {done, line if runs_on else start}
        done = max(start, end)
    return cuts | {done}
