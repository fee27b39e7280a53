"""Learns the weights of `transforms/lexicon/old_print.tsv`: `python -m benchmarks.train_breaks --write`.

A conditional random field over the lines of a column: each line opens or carries on a heading or a text, and the scores
of `transforms.old_print` for how one line follows another make the keyed reading the likeliest of all (gradient descent
with Adam; large weights cost, so that what little speaks for stays near nought). The columns it learns from are printed
lines with the paragraphs that a person keyed (ECPO, Heidelberg University, CC BY 4.0); they lie beside the checkout and
are not part of it. Without `--write` it only says how right the published paragraphs are in columns and in issues that
the weights were not learned from, fifth by fifth and for all fifths together.

    before  lines and paragraphs of ../shared/bench/unwrap/*.jsonl
    after   evidence	heading_goes_on	heading_heading	…
"""

from __future__ import annotations

import argparse
import re
import sys
import zlib
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from enum import IntEnum
from pathlib import Path
from typing import Any, NamedTuple
from unittest.mock import patch

import numpy as np
import numpy.typing as npt

from benchmarks import reading
from benchmarks.scoring import Score, letters, score_boundaries
from benchmarks.seeds import BENCHES, PROJECT, json_lines
from transforms import old_print
from transforms.breaks import line_facts
from transforms.document import Document, Source
from transforms.old_print import Ways
from transforms.page import page_lines, read_page

COLUMNS = BENCHES / "unwrap"
TABLE = PROJECT / "transforms" / "lexicon" / "old_print.tsv"
FOLDS = 5
ROUNDS = 120
RATE = 0.08
SLOWER = 0.3  # the rate's part that is left for the last rounds
COST = 5.0  # of a weight's square
FEWEST = 6  # evidence seen less often is not learned
LEAST_WEIGHT = 0.05
LONGEST_HEADING = 45  # characters; what is keyed as longer, or with a clause's mark inside, is text

_CLAUSE = re.compile("[，。、；]")

Numbers = npt.NDArray[np.float64]
Row = dict[str, Any]


class State(IntEnum):
    """What a line is."""

    HEADING = 0
    HEADING_INNER = 1
    TEXT = 2
    TEXT_INNER = 3


INNER = {State.HEADING: State.HEADING_INNER, State.TEXT: State.TEXT_INNER}
STEPS = [
    (was, becomes, 3 * (was >= State.TEXT) + way)
    for was in State
    for way, becomes in (
        ((0, State.HEADING_INNER), (1, State.HEADING), (2, State.TEXT))
        if was < State.TEXT
        else ((0, State.TEXT_INNER), (1, State.TEXT), (2, State.HEADING))
    )
]
"""Two neighbours' states, and which of the six ways it is."""


class Column(NamedTuple):
    """A keyed column: what each of its line ends shows, and what each of its lines is."""

    evidence: tuple[tuple[str, ...], ...]
    states: tuple[State, ...]


def column(row: Row) -> Column:
    """The evidence and the keyed reading of the lines of one column."""
    lines = page_lines(row["lines"] + "\n")
    setting = old_print.read_setting(line_facts(lines))
    ends, n = set(), 0
    for paragraph in row["text"].split("\n"):
        n += len(letters(paragraph))
        ends.add(n)
    before = [len(letters(row["lines"][: line.raw.at[0]])) for line in lines]
    first = [at == 0 or (n in ends and n > before[at - 1]) for at, n in enumerate(before)]
    return Column(
        tuple(tuple(old_print.evidence_of_break(setting, at)) for at in range(1, len(lines))),
        tuple(_states([line.text for line in lines], first)),
    )


def _states(texts: Sequence[str], first: Sequence[bool]) -> list[State]:
    """What lines are of which it is known which of them open a block."""
    starts = [at for at, opens in enumerate(first) if opens]
    states: list[State] = []
    for start, end in zip(starts, [*starts[1:], len(texts)]):
        text = "".join(texts[start:end])
        kind = State.TEXT if len(text) > LONGEST_HEADING or _CLAUSE.search(text) else State.HEADING
        states += [kind, *[INNER[kind]] * (end - start - 1)]
    return states


# --- learning -------------------------------------------------------------------------------------------------------


class _Batch:
    """The line ends of all columns, the first ones of each before the second ones, longest columns first, so that a
    step through the lines is one sum over all columns."""

    def __init__(self, columns: Sequence[Column]) -> None:
        seen = Counter(name for each in columns for shown in each.evidence for name in shown)
        self.names = sorted(name for name, n in seen.items() if n >= FEWEST)
        self.columns = sorted((each for each in columns if each.evidence), key=lambda each: -len(each.evidence))
        longest = len(self.columns[0].evidence)
        self.running = [sum(len(each.evidence) > at for each in self.columns) for at in range(longest)]
        self.offsets = [0, *np.cumsum(self.running).tolist()]
        numbers = {name: number for number, name in enumerate(self.names)}
        ends, shown = [], []
        self.keyed = np.zeros((self.offsets[-1], 2), dtype=np.intp)
        for row, each in enumerate(self.columns):
            for at, names in enumerate(each.evidence):
                end = self.offsets[at] + row
                self.keyed[end] = each.states[at : at + 2]
                known = [numbers[name] for name in names if name in numbers]
                shown += known
                ends += [end] * len(known)
        self.ends, self.shown = np.array(ends), np.array(shown)
        self.first = np.array([each.states[0] for each in self.columns])

    def slices(self) -> list[slice]:
        """The line ends of each step."""
        return [slice(start, end) for start, end in zip(self.offsets, self.offsets[1:])]

    def scores(self, weights: Numbers, opened: Numbers) -> Numbers:
        """The score of each step at each line end."""
        sums = np.stack([_sums(self.ends, weights[self.shown, way], self.offsets[-1]) for way in range(6)], axis=1)
        scores = np.full((self.offsets[-1], 4, 4), -1e4)
        for was, becomes, way in STEPS:
            scores[:, was, becomes] = sums[:, way] + (opened[way] if was in INNER else 0.0)
        return scores


def _sums(places: npt.NDArray[np.intp], values: Numbers, length: int) -> Numbers:
    return np.asarray(np.bincount(places, weights=values, minlength=length), dtype=np.float64)


def learn(columns: Sequence[Column]) -> dict[str, Ways]:
    """The weights under which the keyed readings are likeliest, small weights preferred."""
    batch = _Batch(columns)
    always = batch.names.index(old_print.ALWAYS) if old_print.ALWAYS in batch.names else None
    found = [np.zeros((len(batch.names), 6)), np.zeros(6), np.zeros(4)]
    means, squares = ([np.zeros_like(each) for each in found] for _ in range(2))
    for turn in range(1, ROUNDS + 1):
        slopes = _slopes(batch, *found)
        cost = COST * found[0]
        if always is not None:
            cost[always] = 0.0
        slopes[0] += cost
        rate = RATE * (1.0 if turn < 0.6 * ROUNDS else SLOWER)
        for value, slope, mean, square in zip(found, slopes, means, squares):
            mean += 0.1 * (slope - mean)
            square += 0.01 * (slope * slope - square)
            value -= rate * mean / (1 - 0.9**turn) / (np.sqrt(square / (1 - 0.99**turn)) + 1e-8)
    weights, opened, begins = found
    start = Ways(heading_heading=float(begins[State.HEADING]), text_text=float(begins[State.TEXT]))
    learned = {name: Ways(*map(float, row)) for name, row in zip(batch.names, weights)}
    return learned | {old_print.OPENED: Ways(*map(float, opened)), old_print.BEGINS: start}


def _slopes(batch: _Batch, weights: Numbers, opened: Numbers, begins: Numbers) -> list[Numbers]:
    """How fast the keyed readings grow less likely with each weight: what is expected less what is keyed."""
    expected, start = _expected(batch, batch.scores(weights, opened), begins)
    expected[np.arange(len(expected)), batch.keyed[:, 0], batch.keyed[:, 1]] -= 1
    ways = np.zeros((len(expected), 6))
    more = np.zeros(6)
    for was, becomes, way in STEPS:
        ways[:, way] += expected[:, was, becomes]
        more[way] += expected[:, was, becomes].sum() if was in INNER else 0.0
    of_evidence = [_sums(batch.shown, ways[batch.ends, way], len(batch.names)) for way in range(6)]
    return [np.stack(of_evidence, axis=1), more, start - np.bincount(batch.first, minlength=4)]


def _expected(batch: _Batch, scores: Numbers, begins: Numbers) -> tuple[Numbers, Numbers]:
    """How probable each step is at each line end, and how often each state begins a column (forward, backward)."""
    odds = np.exp(scores - scores.max(axis=(1, 2), keepdims=True))
    forward = [np.tile(_shares(np.exp(begins - begins.max())[None, :]), (len(batch.columns), 1))]
    for at in batch.slices():
        forward.append(_shares(np.einsum("ka,kab->kb", forward[-1][: at.stop - at.start], odds[at])))
    behind = np.ones((0, 4))
    for before, at in zip(reversed(forward[:-1]), reversed(batch.slices())):
        odds[at] *= _padded(behind, at.stop - at.start)[:, None, :]
        behind = _shares(odds[at].sum(axis=2))
        odds[at] *= before[: at.stop - at.start, :, None]
        odds[at] /= odds[at].sum(axis=(1, 2), keepdims=True)
    return odds, _shares(forward[0] * behind).sum(axis=0)


def _shares(values: Numbers) -> Numbers:
    return np.asarray(values / values.sum(axis=1, keepdims=True))


def _padded(values: Numbers, length: int) -> Numbers:
    """Values for more columns: one for each that has ended before."""
    return np.concatenate([values, np.ones((length - len(values), 4))])


# --- how right ------------------------------------------------------------------------------------------------------


def paragraphs(row: Row, weights: Mapping[str, Ways]) -> list[str]:
    """What is published of a column under some weights, cut at its paragraphs, headings and residue."""
    data = (row["lines"] + "\n").encode()
    with patch.object(old_print, "weights", lambda: weights):
        page = read_page(Source(source_path=row["id"], document_id=row["id"], data=data))
    return reading.paragraphs(_tables(page), {row["id"]: data})[row["id"]]


def _tables(page: Document) -> reading.Tables:
    """The columns of the tables that tell where paragraphs are."""
    name = page.document_id
    sentences = [
        {
            "article_id": article.article_id,
            "sentence_id": each.sentence_id,
            "paragraph": each.paragraph,
            "raw_start": each.raw_start,
            "raw_end": each.raw_end,
        }
        for article in page.articles
        for each in article.sentences
    ]
    return {
        "document": [
            {"document_id": name, "source_path": page.source_path, "status": page.status, "encoding": page.encoding}
        ],
        "article": [{"document_id": name, "article_id": article.article_id} for article in page.articles],
        "sentence": sentences,
        "residue": [
            {"document_id": name, "raw_start": each.raw_start, "raw_end": each.raw_end} for each in page.residue
        ],
    }


def held_out(rows: Sequence[Row], group: Callable[[Row], str]) -> list[Score]:
    """The measures of each fifth of the groups of columns, with weights learned from the others, then of all."""
    known = [column(row) for row in rows]
    folds = [zlib.crc32(group(row).encode()) % FOLDS for row in rows]
    read: dict[str, list[str]] = {}
    scores = []
    for fold in range(FOLDS):
        weights = learn([each for each, own in zip(known, folds) if own != fold])
        hidden = [row for row, own in zip(rows, folds) if own == fold]
        read |= {row["id"]: paragraphs(row, weights) for row in hidden}
        scores.append(_score(hidden, read))
    return [*scores, _score(rows, read)]


def _score(rows: Sequence[Row], read: Mapping[str, Sequence[str]]) -> Score:
    return score_boundaries({row["id"]: row["text"].split("\n") for row in rows}, read)


def written(weights: Mapping[str, Ways]) -> str:
    """The table of weights, its head kept as it is."""
    head = [line for line in TABLE.read_text(encoding="utf-8").splitlines() if line.startswith("#")]
    rows = [
        "\t".join([name, *(f"{weight:.2f}" for weight in ways)])
        for name, ways in sorted(weights.items())
        if max(map(abs, ways)) >= LEAST_WEIGHT
    ]
    return "\n".join([*head, "\t".join(["evidence", *Ways._fields]), *rows]) + "\n"


def main() -> int:
    """Prints how right held-out weights are; with `--write`, learns from all columns and writes the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n\n")[0])
    parser.add_argument("--columns", type=Path, default=COLUMNS, help="folder of *.jsonl with `id`, `lines` and `text`")
    parser.add_argument("--write", action="store_true", help="write the table instead of measuring")
    chosen = parser.parse_args()
    rows = [row for path in sorted(chosen.columns.glob("*.jsonl")) for row in json_lines(path)]
    if chosen.write:
        TABLE.write_text(written(learn([column(row) for row in rows])), encoding="utf-8")
        return 0
    groups: dict[str, Callable[[Row], str]] = {
        "columns": lambda row: str(row["id"]),
        "issues": lambda row: str(row["id"]).rsplit("-p", 1)[0],
    }
    for name, group in groups.items():
        *each_fifth, pooled = [score.measures for score in held_out(rows, group)]
        fifths = ", ".join(f"{each['boundary_f1']:.4f}" for each in each_fifth)
        print(f"{name} held out: F1 by fifth {fifths};", end=" ")
        print(
            "all {boundary_f1:.4f} (precision {boundary_precision:.4f}, recall {boundary_recall:.4f})".format(**pooled)
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
