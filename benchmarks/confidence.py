"""Fits the weights of `article.confidence` on pages whose answers are known, and says how far they can be trusted.

    python -m benchmarks.confidence                   prints how reliable the weights are, fitted on other pages
    python -m benchmarks.confidence --write           also writes transforms/lexicon/confidence.tsv
    python -m benchmarks.confidence MORE/ --write     fits on further folders too, each with pages/ and pages.gold.json

An article is right where its letters are exactly those of a gold article. The model is logistic regression with a small
penalty on large weights, by Newton's method. Each tenth of the pages is judged by weights that were fitted on the rest,
so that no page is judged by itself.
"""

from __future__ import annotations

import argparse
import json
import math
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.scoring import letters
from benchmarks.seeds import BENCHES, PROJECT
from flows.parameters import available_cores
from transforms.confidence import ALWAYS, Signs, page_signs
from transforms.decode import decode
from transforms.page import page_lines, separate

TABLE = PROJECT / "transforms" / "lexicon" / "confidence.tsv"
FOLDS = 10
PENALTY = 0.3
ROUNDS = 25
BANDS = (0.0, 0.2, 0.4, 0.6, 0.8, 0.9, 0.95, 1.001)


class Example(NamedTuple):
    """An article that was read: its page, its signs, and whether it is right."""

    page: str
    signs: Signs
    right: bool


def main(arguments: Sequence[str] | None = None) -> int:
    """Fits, prints and, where asked, writes."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.confidence", description="Fit the weights of article.confidence."
    )
    parser.add_argument("folders", nargs="*", type=Path, help="further folders with pages/ and pages.gold.json")
    parser.add_argument("--benches", type=Path, default=BENCHES, metavar="DIR", help="where the benches lie")
    parser.add_argument("--jobs", type=int, default=available_cores(), metavar="N", help="worker processes")
    parser.add_argument("--write", action="store_true", help=f"write {TABLE.relative_to(PROJECT)}")
    options = parser.parse_args(arguments)
    by_folder = {folder: examples_below(folder, options.jobs) for folder in (options.benches, *options.folders)}
    examples = [example for found in by_folder.values() for example in found]
    judged = judged_apart(examples)
    for folder, found in by_folder.items():
        print(f"{folder}: {len(found)} articles", *bands(judged, {example.page for example in found}), sep="\n")
    if options.write:
        write(fit(examples))
    return 0


# --- examples -------------------------------------------------------------------------------------------------------


def examples_below(folder: Path, jobs: int) -> list[Example]:
    """Each article that is read from the pages of a folder."""
    gold = json.loads((folder / "pages.gold.json").read_text(encoding="utf-8"))
    with ProcessPoolExecutor(jobs) as pool:
        found = pool.map(_examples, [folder] * len(gold), gold)
        return [example for page in found for example in page]


def _examples(folder: Path, page: dict[str, Any]) -> list[Example]:
    path = folder / "pages" / page["doc"]
    grouping, stories = separate(page_lines(decode(path.read_bytes()).text))
    bodies = Counter(letters("".join(article["paragraphs"])) for article in page["articles"])
    found = []
    for story, signs in zip(stories, page_signs(grouping.drafts, stories)):
        body = letters("".join(paragraph.text.text for paragraph in story.paragraphs))
        found.append(Example(str(path), signs, bodies[body] > 0))
        bodies[body] -= 1
    return found


# --- the fit --------------------------------------------------------------------------------------------------------


def fit(examples: Sequence[Example]) -> dict[str, float]:
    """The weights under which the examples are likeliest, large ones held back."""
    names = [ALWAYS, *examples[0].signs]
    rows = [([1.0, *example.signs.values()], float(example.right)) for example in examples]
    weights = [0.0] * len(names)
    for _ in range(ROUNDS):
        weights = [weight + step for weight, step in zip(weights, _newton_step(rows, weights))]
    return dict(zip(names, weights))


def _newton_step(rows: Sequence[tuple[list[float], float]], weights: Sequence[float]) -> list[float]:
    size = len(weights)
    penalty = [0.0, *[PENALTY] * (size - 1)]
    slope = [-held * weight for held, weight in zip(penalty, weights)]
    bend = [[penalty[i] * (i == j) for j in range(size)] for i in range(size)]
    for signs, right in rows:
        likely = _logistic(sum(map(float.__mul__, weights, signs)))
        shown = [number for number, sign in enumerate(signs) if sign]
        for i in shown:
            slope[i] += (right - likely) * signs[i]
            for j in shown:
                bend[i][j] += likely * (1 - likely) * signs[i] * signs[j]
    return _solve(bend, slope)


def _solve(matrix: Sequence[Sequence[float]], right: Sequence[float]) -> list[float]:
    """The solution of a system of equations, by Gauss's elimination; the matrix is positive definite."""
    rows = [[*row, value] for row, value in zip(matrix, right)]
    for pivot, row in enumerate(rows):
        for other in rows[pivot + 1 :]:
            factor = other[pivot] / row[pivot]
            other[:] = [value - factor * above for value, above in zip(other, row)]
    solution = [0.0] * len(rows)
    for number in reversed(range(len(rows))):
        rest = sum(map(float.__mul__, rows[number][number + 1 : -1], solution[number + 1 :]))
        solution[number] = (rows[number][-1] - rest) / rows[number][number]
    return solution


def _logistic(odds: float) -> float:
    return 1 / (1 + math.exp(-odds))


# --- how far it can be trusted --------------------------------------------------------------------------------------

Judged = list[tuple[Example, float]]
"""Examples with the confidence that weights fitted on other pages give them."""


def judged_apart(examples: Sequence[Example]) -> Judged:
    """Each example with its confidence, each tenth of the pages by weights fitted on the others."""
    pages = sorted({example.page for example in examples})
    judged: Judged = []
    for fold in range(FOLDS):
        here = set(pages[fold::FOLDS])
        weights = fit([example for example in examples if example.page not in here])
        judged += [(example, _confidence(example, weights)) for example in examples if example.page in here]
    return judged


def _confidence(example: Example, weights: dict[str, float]) -> float:
    return _logistic(weights[ALWAYS] + sum(weights[name] * value for name, value in example.signs.items()))


def bands(judged: Judged, pages: set[str]) -> Iterator[str]:
    """The share of right articles in each band of confidence, then above and below 0.9."""
    mine = [(confidence, example.right) for example, confidence in judged if example.page in pages]
    for low, high in (*pairwise(BANDS), (0.9, BANDS[-1]), (0.0, 0.9)):
        right = [is_right for confidence, is_right in mine if low <= confidence < high]
        if right:
            yield f"  {low:4.2f} to {min(high, 1.0):4.2f}  {len(right):5} articles  {sum(right) / len(right):.3f} right"


def write(weights: dict[str, float]) -> None:
    """Puts the weights below the head of the table."""
    head = [line for line in TABLE.read_text(encoding="utf-8").splitlines() if line.startswith(("#", "sign"))]
    rows = [f"{name}\t{weight:.2f}" for name, weight in weights.items()]
    TABLE.write_text("\n".join([*head, *rows]) + "\n", encoding="utf-8")


if __name__ == "__main__":
    raise SystemExit(main())
