"""The seeds' figures against their gold, with floors that may rise and never fall.

The measures are those of the gold in short: exact spans without labels and optional items; values and units of all
gold figures; labels found by overlap.
"""

from __future__ import annotations

import json
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from transforms.document import Mention
from transforms.figures.reader import read_figures

GOLD = Path(__file__).parent.parent / "seeds" / "gold" / "seeds_figures.jsonl"
FULL_WIDTH = str.maketrans(",;:()?!", "，；：（）？！")
FLOORS = {"exact": 0.98, "value": 0.98, "unit": 0.98, "labels": 0.95, "period": 0.95}


@cache
def rows() -> list[tuple[dict[str, Any], tuple[Mention, ...]]]:
    """The gold's sentences, each page in order, with what is read from them."""
    gold = [json.loads(line) for line in GOLD.open(encoding="utf-8")]
    read: list[tuple[dict[str, Any], tuple[Mention, ...]]] = []
    for suite in dict.fromkeys(row["suite"] for row in gold):
        page = [row for row in gold if row["suite"] == suite]
        sentences = [row["input"].translate(FULL_WIDTH) for row in page]
        read += zip(page, read_figures(sentences, date.fromisoformat(page[0]["ref_date"])), strict=True)
    return read


def overlaps(item: dict[str, Any], mention: Mention) -> bool:
    return bool(item["start"] < mention.end and mention.start < item["end"])


def value(mention: Mention) -> object:
    return mention.value if mention.kind not in ("date", "time") else str(mention.date_start)


def agrees(item: dict[str, Any], mention: Mention) -> bool:
    """Whether the value is the gold's; a date may be given to the year or month."""
    wanted = item["value"]
    if isinstance(wanted, str):
        return str(value(mention)).startswith(wanted)
    return isinstance(mention.value, float) and abs(mention.value - wanted) <= 1e-6 * max(1.0, abs(wanted))


def test_exact_spans() -> None:
    hits = wanted = found = 0
    for row, mentions in rows():
        required = {
            (item["start"], item["end"])
            for item in row["expected"]
            if not item.get("label") and not item.get("optional")
        }
        free = [item for item in row["expected"] if item.get("optional")]
        read = {(m.start, m.end) for m in mentions if not m.is_label and not any(overlaps(item, m) for item in free)}
        hits, wanted, found = hits + len(required & read), wanted + len(required), found + len(read)
    assert 2 * hits / (wanted + found) >= FLOORS["exact"]


def test_values_and_units() -> None:
    pairs = [
        (item, next((m for m in mentions if overlaps(item, m) and not m.is_label), None))
        for row, mentions in rows()
        for item in row["expected"]
        if not item.get("label") and not item.get("optional")
    ]
    values = [mention is not None and agrees(item, mention) for item, mention in pairs if item["value"] is not None]
    units = [mention is not None and mention.unit == item["unit"] for item, mention in pairs if item["unit"]]
    assert sum(values) / len(values) >= FLOORS["value"]
    assert sum(units) / len(units) >= FLOORS["unit"]


def test_labels_are_told_apart() -> None:
    found = missed = wrong = 0
    for row, mentions in rows():
        labels = [m for m in mentions if m.is_label]
        for item in row["expected"]:
            if item.get("label") and not item.get("optional"):
                hit = any(overlaps(item, m) for m in labels)
                found, missed = found + hit, missed + (not hit)
        free = [item for item in row["expected"] if item.get("label") or item.get("optional")]
        wrong += sum(not any(overlaps(item, m) for item in free) for m in labels)
    assert 2 * found / (2 * found + missed + wrong) >= FLOORS["labels"]


def test_periods() -> None:
    dated = [
        (item, m)
        for row, ms in rows()
        for item in row["expected"]
        if item.get("period_start")
        for m in ms
        if overlaps(item, m)
    ]
    right = [
        (item["period_start"], item["period_end"]) == (str(m.period_start), str(m.period_end)) for item, m in dated
    ]
    assert sum(right) / len(right) >= FLOORS["period"]
