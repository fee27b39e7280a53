"""Learns the weights of `transforms/lexicon/old_print.tsv`: `python -m benchmarks.train_breaks --write`.

Logistic regression by stochastic gradient descent (AdaGrad), in plain Python and with a fixed seed, over the evidence
that `transforms.old_print` names. The columns it learns from are printed lines with the paragraphs that a person keyed
(ECPO, Heidelberg University, CC BY 4.0); they lie beside the checkout and are not part of it. Without `--write` it only
says how right the weights are on issues that they were not learned from, in halves and in fifths.

    before  lines and paragraphs of ../shared/bench/unwrap/*.jsonl
    after   evidence	weight
"""

from __future__ import annotations

import argparse
import math
import random
import sys
import zlib
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.scoring import letters
from benchmarks.seeds import PROJECT, json_lines
from transforms import old_print
from transforms.breaks import line_facts
from transforms.page import page_lines

COLUMNS = PROJECT.parent / "shared" / "bench" / "unwrap"
TABLE = PROJECT / "transforms" / "lexicon" / "old_print.tsv"
ROUNDS = 10
WARM_UP = 2  # rounds
RATE = 0.1
SHRINK = 0.003  # keeps weights near nought that little speaks for
FEWEST = 8  # evidence seen less often is not learned
LEAST_WEIGHT = 0.05


class Example(NamedTuple):
    """One line end: the issue it is from, what it shows, whether a paragraph ends there."""

    issue: str
    evidence: tuple[str, ...]
    parts: bool


def examples(row: dict[str, Any]) -> list[Example]:
    """The line ends of one column."""
    lines = page_lines(row["lines"] + "\n")
    setting = old_print.read_setting(line_facts(lines))
    ends, n = set(), 0
    for paragraph in row["text"].split("\n"):
        n += len(letters(paragraph))
        ends.add(n)
    issue = row["id"].rsplit("-p", 1)[0]
    return [
        Example(
            issue,
            tuple(old_print.evidence_of_break(setting, index)),
            len(letters(row["lines"][: lines[index].raw.at[0]])) in ends,
        )
        for index in range(1, len(lines))
    ]


def learn(known: Sequence[Example]) -> dict[str, float]:
    """The weights under which the examples are likeliest, small ones preferred: the mean of those after each round but
    the first ones."""
    seen = Counter(name for example in known for name in example.evidence)
    weights = {name: 0.0 for name, n in seen.items() if n >= FEWEST}
    slopes = dict.fromkeys(weights, 1e-6)
    sums = dict.fromkeys(weights, 0.0)
    chance = random.Random(0)
    order = [example._replace(evidence=tuple(filter(weights.__contains__, example.evidence))) for example in known]
    for turn in range(ROUNDS):
        chance.shuffle(order)
        for example in order:
            _step(weights, slopes, example)
        for name in sums:
            sums[name] += weights[name] if turn >= WARM_UP else 0.0
    return {name: total / (ROUNDS - WARM_UP) for name, total in sums.items()}


def _step(weights: dict[str, float], slopes: dict[str, float], example: Example) -> None:
    """Moves the weights of what one example shows towards what it is, each the less the oftener it was moved."""
    error = 1 / (1 + math.exp(-odds(weights, example))) - example.parts
    for name in example.evidence:
        slope = error + SHRINK * weights[name]
        slopes[name] += slope * slope
        weights[name] -= RATE * slope / math.sqrt(slopes[name])


def odds(weights: dict[str, float], example: Example) -> float:
    """What the weights say of one line end."""
    return sum(weights.get(name, 0.0) for name in example.evidence)


def held_out(known: Sequence[Example], folds: int) -> tuple[float, float, float]:
    """Precision, recall and F1 on issues that the weights were not learned from."""
    tally: Counter[tuple[bool, bool]] = Counter()
    for fold in range(folds):
        weights = learn([e for e in known if zlib.crc32(e.issue.encode()) % folds != fold])
        for e in known:
            if zlib.crc32(e.issue.encode()) % folds == fold:
                tally[odds(weights, e) + old_print.LEAN > 0, e.parts] += 1
    right = tally[True, True]
    precision = right / max(1, right + tally[True, False])
    recall = right / max(1, right + tally[False, True])
    return precision, recall, 2 * precision * recall / max(precision + recall, 1e-9)


def written(weights: dict[str, float]) -> str:
    """The table of weights, its head kept as it is."""
    head = [line for line in TABLE.read_text(encoding="utf-8").splitlines() if line.startswith("#")]
    rows = [f"{name}\t{weight:.2f}" for name, weight in sorted(weights.items()) if abs(weight) >= LEAST_WEIGHT]
    return "\n".join([*head, "evidence\tweight", *rows]) + "\n"


def main() -> int:
    """Prints how right held-out weights are; with `--write`, learns from all columns and writes the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n\n")[0])
    parser.add_argument("--columns", type=Path, default=COLUMNS, help="folder of *.jsonl with `id`, `lines` and `text`")
    parser.add_argument("--write", action="store_true", help="write the table")
    chosen = parser.parse_args()
    rows = [row for path in sorted(chosen.columns.glob("*.jsonl")) for row in json_lines(path)]
    known = [example for row in rows for example in examples(row)]
    for name, folds in (("halves", 2), ("fifths", 5)):
        print(f"{name}: precision {{:.4f}}, recall {{:.4f}}, F1 {{:.4f}}".format(*held_out(known, folds)))
    if chosen.write:
        TABLE.write_text(written(learn(known)), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
