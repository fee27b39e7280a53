"""Accuracy on the seeds as a gate: what was once reached stays reached, measured against gold that can't drift."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks import gates, reading
from benchmarks.gates import Bound, Gates, GatesFallen
from benchmarks.measures import MEASURES
from benchmarks.scoring import Score
from benchmarks.seeds import ARTICLES_GOLD, FIGURES_GOLD, PROJECT, SEEDS, score_seeds
from transforms.document import Document, Source
from transforms.page import read_page

LEAST = {
    "article_f1": 1.0,
    "article_exact_f1": 0.95,
    "paragraph_f1": 0.98,
    "text_error_rate": 0.001,
    "kind_accuracy": 1.0,
    "headline_f1": 1.0,
    "kicker_f1": 1.0,
    "subheadline_f1": 1.0,
    "speaker_f1": 1.0,
    "event_date_f1": 1.0,
    "byline_f1": 1.0,
    "agency_f1": 1.0,
    "section_f1": 1.0,
    "jump_from_f1": 1.0,
    "exact_f1": 0.93,
    "value_recall": 0.96,
    "unit": 0.95,
    "labels_f1": 0.90,
    "unplaced": 4,
    "conserved": 1.0,
    "contract_faults": 0,
    "sentence_f1": 0.98,
    "sentence_cases_f1": 0.98,
}
"""No floor may be lowered below these (no ceiling raised above), whatever the reason."""


def read_seed(path: Path) -> Document:
    return read_page(Source(hashlib.sha256(path.name.encode()).hexdigest()[:16], path.name, path.read_bytes()))


@pytest.fixture(scope="module")
def scores() -> dict[str, Score]:
    return score_seeds(reading.of_documents(map(read_seed, sorted(SEEDS.glob("*.txt")))))


@pytest.fixture(scope="module")
def pinned() -> Gates:
    return gates.load()


@pytest.mark.parametrize("group", ["articles", "figures", "conservation", "sentences"])
def test_accuracy_holds(group: str, scores: dict[str, Score], pinned: Gates) -> None:
    lines = gates.fallen(pinned, group, scores[group])
    assert not lines, "\n".join(["accuracy on the seeds fell", *lines])


def test_every_measure_has_a_bound(scores: dict[str, Score], pinned: Gates) -> None:
    measured = {(group, name) for group, score in scores.items() for name in score.measures}
    bound = {(group, bound.name) for group, bounds in pinned.bounds.items() for bound in bounds}
    assert measured - bound == {("conservation", "characters")}  # follows from the seeds' digests
    assert not bound - measured


def test_seeds_and_gold_are_those_that_the_bounds_were_measured_with(pinned: Gates) -> None:
    files = [*sorted(SEEDS.glob("*.txt")), ARTICLES_GOLD, FIGURES_GOLD]
    found = {path.relative_to(PROJECT).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}
    assert found == pinned.files, "seeds or gold changed: measure again and say in the commit why they had to change"


def test_bounds_are_at_their_best_or_say_why_not(pinned: Gates) -> None:
    for bound in (bound for bounds in pinned.bounds.values() for bound in bounds):
        assert bound.limit == bound.best or len(bound.reason or "") >= 20, f"{bound.name} was lowered without a reason"


def test_no_bound_is_below_what_must_hold(pinned: Gates) -> None:
    bounds = {bound.name: bound for bounds in pinned.bounds.values() for bound in bounds}
    for name, least in LEAST.items():
        limit = bounds[name].limit
        assert limit <= least if MEASURES[name].lower else limit >= least, f"{name}: {limit} lets too much through"


# --- the gate itself ------------------------------------------------------------------------------------------------

EXACT = Bound("exact_f1", 0.95, 0.95)
ERRORS = Bound("text_error_rate", 0.001, 0.001)
SAMPLE = Gates({"figures": (EXACT,), "articles": (ERRORS,)}, {"figures": ("a: old", "b: old")}, {"x": "0"})


@pytest.mark.parametrize(
    ("bound", "value", "holds"),
    [
        (EXACT, 0.95, True),
        (EXACT, 0.9499, False),
        (EXACT, 0.96, True),
        (ERRORS, 0.001, True),
        (ERRORS, 0.0011, False),
        (ERRORS, 0.0, True),
        (Bound("unit", 0.3333, 0.3333), 1 / 3, True),
        (Bound("text_error_rate", 0.3334, 0.3334), 1 / 3, True),
        (Bound("text_error_rate", 0.3333, 0.3333), 1 / 3, False),
    ],
)
def test_bound_holds(bound: Bound, value: float, holds: bool) -> None:
    assert bound.holds(value) is holds


@pytest.mark.parametrize(
    ("bound", "value", "limit", "best", "reason"),
    [
        (EXACT, 0.97, 0.97, 0.97, None),
        (EXACT, 0.90, 0.95, 0.95, None),
        (ERRORS, 0.0004, 0.0004, 0.0004, None),
        (ERRORS, 0.002, 0.001, 0.001, None),
        (Bound("unit", 0.9, 0.95, "why"), 0.92, 0.92, 0.95, "why"),
        (Bound("unit", 0.9, 0.95, "why"), 0.96, 0.96, 0.96, None),
        (EXACT, 0.95999, 0.9599, 0.9599, None),
    ],
)
def test_bounds_only_ever_rise(bound: Bound, value: float, limit: float, best: float, reason: str | None) -> None:
    assert bound.raised(value) == Bound(bound.name, limit, best, reason)


def test_what_was_measured_holds_at_its_own_bound() -> None:
    for value in (1 / 3, 2 / 3, 0.1 + 0.2, 0.9726027397, 1.0, 0.0):
        assert Bound("unit", 0.0, 0.0).raised(value).holds(value)
        assert Bound("text_error_rate", 1.0, 1.0).raised(value).holds(value)


def test_message_says_which_measure_fell_and_what_changed() -> None:
    lines = gates.fallen(SAMPLE, "figures", Score({"exact_f1": 0.9321}, ("b: old", "c: new")))
    assert "figure span F1 (exact_f1) fell below its floor, from 0.9500 to 0.9321" in lines[0]
    assert lines[1:] == ["  new:  c: new", "  gone: a: old"]
    risen = gates.fallen(SAMPLE, "articles", Score({"text_error_rate": 0.5}))
    assert "rose above its ceiling, from 0.0010 to 0.5000" in risen[0]


def test_measure_that_disappears_falls() -> None:
    assert gates.fallen(SAMPLE, "figures", Score({}))[0] == "figures: figure span F1 is no longer measured"
    with pytest.raises(GatesFallen):
        gates.raised(SAMPLE, {"figures": Score({}), "articles": Score({"text_error_rate": 0.0})})


def test_nothing_is_said_where_all_holds() -> None:
    assert gates.fallen(SAMPLE, "figures", Score({"exact_f1": 0.95}, ("z: new",))) == []


def test_raising_takes_new_measures_and_faults() -> None:
    scores = {
        "figures": Score({"exact_f1": 0.96, "unit": 0.9}, ("c: new",)),
        "articles": Score({"text_error_rate": 0.0}),
    }
    after = gates.raised(SAMPLE, scores)
    assert after.bounds["figures"] == (Bound("exact_f1", 0.96, 0.96), Bound("unit", 0.9, 0.9))
    assert after.bounds["articles"] == (Bound("text_error_rate", 0.0, 0.0),)
    assert after.known_faults == {"figures": ("c: new",), "articles": ()}
    assert after.files == SAMPLE.files


def test_raising_is_refused_while_a_measure_is_below_its_floor() -> None:
    with pytest.raises(GatesFallen, match="exact_f1"):
        gates.raised(SAMPLE, {"figures": Score({"exact_f1": 0.94}), "articles": Score({"text_error_rate": 0.0})})


def test_file_reads_back_as_written(tmp_path: Path, pinned: Gates) -> None:
    lowered = Bound("unit", 0.9, 0.95, 'units of "吨铝" were wrong in the gold')
    for sample in (pinned, replace(SAMPLE, bounds={"figures": (lowered,)}, known_faults={"figures": ('“"\\',)})):
        path = tmp_path / "gates.toml"
        path.write_text(sample.text, encoding="utf-8")
        assert gates.load(path) == sample


def test_pinned_file_is_as_the_command_writes_it(pinned: Gates) -> None:
    assert gates.PATH.read_text(encoding="utf-8") == pinned.text
