"""Runs scorers from outside the project, where they lie beside the checkout, to see that ours measure the same.

They were written by others over the same gold; what both measure must agree to four digits. Each is run on its own
reading of the warehouse; where that disagrees it is run on ours too, which tells whether reading or scoring differs.
"""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

_MEASURE = re.compile(r"^(\w+) +(\d+\.\d{4})$", re.MULTILINE)
_FIGURES = {
    "exact_f1": ("exact_f1",),
    "core_f1": ("core_f1",),
    "overlap_f1": ("overlap_f1",),
    "value": ("value_given_overlap",),
    "value_recall": ("value_recall",),
    "unit": ("unit",),
}


class ScorerFailed(Exception):  # noqa: N818 - reads as a sentence in a message
    """A scorer from outside ended with an error."""


class Outside:
    """The scorers of one folder; `work` takes the files that they read and write."""

    def __init__(self, folder: Path, work: Path) -> None:
        self.folder = folder
        self.work = work

    def _run(self, script: str, *arguments: object, codes: Sequence[int] = (0,), given: bytes | None = None) -> str:
        command = [sys.executable, str(self.folder / script), *map(str, arguments)]
        done = subprocess.run(command, input=given, capture_output=True, check=False)
        if done.returncode not in codes:
            raise ScorerFailed(f"{script} ended with {done.returncode}: {done.stderr.decode(errors='replace')[-500:]}")
        return done.stdout.decode()

    def read_articles(self, root: Path) -> Path:
        """The articles of a warehouse as the outside reader sees them."""
        path = self.work / "outside-articles.json"
        self._run("read_warehouse.py", root, "--articles", path)
        return path

    def articles(self, gold: Path, read: Path, modes: Sequence[str] = ()) -> dict[str, float]:
        """The measures of articles, of pages in some modes or in all."""
        chosen = ("--modes", ",".join(modes)) if modes else ()
        found = self._run("score_articles.py", gold, read, *chosen)
        return {name: float(value) for name, value in _MEASURE.findall(found)}

    def read_figures(self, root: Path, gold: Path) -> tuple[Path, int]:
        """The figures of a warehouse as the outside reader places them in the gold's sentences; how many it can't."""
        path = self.work / "outside-figures.jsonl"
        said = self._run("read_warehouse.py", root, "--figures", path, "--sentences", gold)
        outside = re.search(r"no gold sentence (\d+)", said)
        dropped = re.search(r"figures_dropped (\d+)", said)
        return path, sum(int(found[1]) for found in (outside, dropped) if found)

    def predicted_figures(self, answers: bytes) -> Path:
        """The output of `banmian figures` as the outside scorer reads it."""
        path = self.work / "outside-figures.jsonl"
        path.write_text(self._run("figures_bench.py", given=answers), encoding="utf-8")
        return path

    def figures(self, gold: Path, read: Path) -> dict[str, float]:
        """The measures of figures."""
        path = self.work / "outside-scores.json"
        self._run("score_figures.py", read, "--bench", gold, "--labels", "--json", path)
        found = json.loads(path.read_text(encoding="utf-8"))
        total = found["rows"]["TOTAL"]
        scores = {name: _at(total, *keys) for name, keys in _FIGURES.items()} | {
            "labels_f1": _at(found, "labels", "f1"),
            "metric": _at(found, "metric", "recall"),
            "metric_close": _at(found, "metric", "close"),
            "period": _at(found, "period", "recall"),
        }
        return {name: value for name, value in scores.items() if value is not None}

    def joins(self, gold: Path, root: Path) -> dict[str, float]:
        """The measures of jumps joined."""
        return self._named(self._run("score_jumps.py", gold, root), "joins", "precision", "recall", "F1")

    def boundaries(self, gold: Path, root: Path, sources: Path) -> dict[str, float]:
        """The measures of paragraph boundaries."""
        path = self.work / "outside-paragraphs.jsonl"
        self._run("read_warehouse.py", root, "--paragraphs", path, "--sources", sources)
        return self._named(self._run("score_unwrap.py", gold, path), "boundary", "P", "R", "F1")

    @staticmethod
    def _named(said: str, prefix: str, *words: str) -> dict[str, float]:
        """The numbers behind these words: precision, recall and F1, in this order."""
        found = [re.search(rf"\b{word} (\d+(?:\.\d+)?)", said) for word in words]
        names = [f"{prefix}_{what}" for what in ("precision", "recall", "f1")]
        return {name: float(match[1]) for name, match in zip(names, found) if match}

    def conservation(self, root: Path, sources: Path) -> dict[str, float]:
        """Characters, the share of them that is held once, and faults, as the outside check counts them."""
        said = self._run("read_warehouse.py", root, "--check", sources, codes=(0, 1))
        counts = re.search(r"characters (\d+) accounted for once (\d+)", said)
        faults = re.search(r"^faults (.*)$", said, re.MULTILINE)
        if not counts or not faults:
            raise ScorerFailed(f"read_warehouse.py --check says nothing that can be read: {said[-500:]}")
        characters, once = int(counts[1]), int(counts[2])
        return {
            "conserved": once / characters if characters else 1.0,
            "characters": characters,
            "contract_faults": 0 if faults[1] == "none" else sum(ast.literal_eval(faults[1]).values()),
        }


def _at(table: Mapping[str, Any], *keys: str) -> float | None:
    value: Any = table
    for key in keys:
        value = (value or {}).get(key)
    return None if value is None else float(value)
