"""The seeds and their gold: what `make bench` and the gates both measure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmarks.conservation import Account, account
from benchmarks.figures import score_figures
from benchmarks.placing import Placed, place
from benchmarks.reading import Tables, pages
from benchmarks.scoring import Score, score_articles
from benchmarks.sentences import score_sentences
from transforms.sentences import split

PROJECT = Path(__file__).resolve().parent.parent
SEEDS = PROJECT / "seeds"
BENCHES = PROJECT.parent / "shared" / "bench"
ARTICLES_GOLD = SEEDS / "gold" / "seeds_articles.json"
FIGURES_GOLD = SEEDS / "gold" / "seeds_figures.jsonl"
SENTENCE_CASES = PROJECT / "tests" / "cases" / "sentences.jsonl"


def sources_below(folder: Path) -> dict[str, bytes]:
    """The pages below a folder, by their path relative to it."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*.txt"))}


def json_lines(path: Path) -> list[dict[str, Any]]:
    """The records of a file of JSON lines."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def score_seeds(tables: Tables) -> dict[str, Score]:
    """The scores of the seeds, by what is scored: articles, figures, conservation, sentences."""
    gold = json.loads(ARTICLES_GOLD.read_text(encoding="utf-8"))
    cases = json_lines(FIGURES_GOLD)
    placed = place(tables, cases)
    return {
        "articles": score_articles(gold, pages(tables)),
        "figures": score_placed(cases, placed),
        "conservation": score_account(account(tables, sources_below(SEEDS))),
        "sentences": score_sentences(placed, json_lines(SENTENCE_CASES), split),
    }


def score_placed(cases: list[dict[str, Any]], placed: Placed) -> Score:
    """The measures of figures found in the gold's sentences, and how many were found elsewhere."""
    score = score_figures(cases, placed.figures)
    elsewhere = (*placed.outside, *placed.dropped)
    faults = (*score.faults, *(f"{figure}: in no gold sentence" for figure in elsewhere))
    return Score(score.measures | {"unplaced": len(elsewhere)}, faults)


def score_account(found: Account) -> Score:
    """Conservation as a score."""
    measures: Mapping[str, float] = {
        "conserved": found.share,
        "characters": found.characters,
        "contract_faults": len(found.faults),
    }
    return Score(dict(measures), found.faults)
