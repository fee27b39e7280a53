"""Scores the figures read from sentences against answers made by hand.

A case is `{"id", "input", "expected": [{"text", "start", "end", "kind", "value", "unit", …}]}`; what was read is a list
of figures for each id, with the same fields and offsets in `input`.

    before  gold: 3.72% (percent), 第八届 (label)    read: 3.72% (percent), 第八届 as a rank
    after   labels_f1 0.0, exact_f1 0.67: a label reported as a statistic is a figure too many
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from benchmarks.scoring import Score, Tally
from benchmarks.values import NUMBERLESS, same_unit, same_value

Item = Mapping[str, Any]
"""A figure, gold or read."""

NUMERALS = frozenset("0123456789０１２３４５６７８９零〇○一二三四五六七八九十百千万亿兆两兩廿卅卌半") | frozenset(
    "壹贰貳叁參参肆伍陆陸柒捌玖拾佰仟萬億"
)
PARTICLES = frozenset("的了为达到等与和")
"""Letters that a metric may have or lack without meaning anything else."""

_BRACKETS = re.compile(r"[（(][^）)]*[）)]")


@dataclass(slots=True)
class Share:
    """How many of those that could be right are right."""

    right: int = 0
    all: int = 0

    def add(self, right: bool, counts: bool = True) -> None:
        self.right += right and counts
        self.all += counts

    @property
    def value(self) -> float:
        return self.right / self.all if self.all else 1.0


@dataclass(slots=True)
class Found:
    """Figures found by their spans; two read figures may point to one of the gold, so each side has its own count."""

    given: Share = field(default_factory=Share)
    wanted: Share = field(default_factory=Share)

    @property
    def f1(self) -> float:
        precision, recall = self.given.value, self.wanted.value
        return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


@dataclass
class _Sums:
    exact: Found = field(default_factory=Found)
    core: Found = field(default_factory=Found)
    overlap: Found = field(default_factory=Found)
    value: Share = field(default_factory=Share)
    value_overlapped: Share = field(default_factory=Share)
    unit: Share = field(default_factory=Share)
    labels: Tally = field(default_factory=Tally)
    metric: Share = field(default_factory=Share)
    metric_close: Share = field(default_factory=Share)
    period: Share = field(default_factory=Share)
    faults: list[str] = field(default_factory=list)

    def measures(self) -> dict[str, float]:
        measures = {
            "exact_f1": self.exact.f1,
            "core_f1": self.core.f1,
            "overlap_f1": self.overlap.f1,
            "value": self.value_overlapped.value,
            "value_recall": self.value.value,
            "unit": self.unit.value,
        }
        shares = {"metric": self.metric, "metric_close": self.metric_close, "period": self.period}
        labels = {"labels_f1": self.labels.f1} if self.labels.wanted else {}
        return measures | labels | {name: share.value for name, share in shares.items() if share.all}


def score_figures(cases: Iterable[Item], read: Mapping[str, Sequence[Item]], labels: bool = True) -> Score:
    """The measures of figures over all cases; a case that was not read counts as read without a figure.

    `labels`: the gold tells labels (第八届, 二级医院) from statistics, so a label reported as a statistic is wrong.
    """
    sums = _Sums()
    for case in cases:
        _Case(case, read.get(case["id"], ()), labels).score(sums)
    return Score(sums.measures(), tuple(sums.faults))


class _Case:
    """One sentence: what it should yield, and what was read from it, statistics and labels apart."""

    def __init__(self, case: Item, read: Sequence[Item], labels: bool) -> None:
        self.name: str = case["id"]
        self.text: str = case["input"]
        expected: Sequence[Item] = case["expected"]
        self.scope = set(case.get("scope") or "*")
        self.spans_given = case.get("span_policy") != "whole_input"
        self.required = [item for item in expected if not item.get("optional") and not item.get("label")]
        self.labels = [item for item in expected if item.get("label") and not item.get("optional")]
        self.forgiven = [
            item for item in expected if item.get("optional") or (item.get("label") and not labels)
        ]  # read or not, they never count
        whole = [item for item in read if 0 <= item["start"] < item["end"] <= len(self.text)]
        figures = [item for item in whole if self._numeral(item) or _any_overlap(item, expected)]
        self.read_labels = [item for item in figures if item.get("label")]
        self.read = [item for item in figures if not item.get("label")]

    def _numeral(self, item: Item) -> bool:
        return not NUMERALS.isdisjoint(self.text[item["start"] : item["end"]])

    def _core(self, item: Item) -> tuple[int, int]:
        """The span from the first to the last numeral: 约3.4万名 -> that of 3.4万."""
        at = [place for place in range(item["start"], item["end"]) if self.text[place] in NUMERALS]
        return (at[0], at[-1] + 1) if at else (item["end"], item["end"])

    def score(self, sums: _Sums) -> None:
        self._score_labels(sums)
        hits = [self._score_wanted(sums, item) for item in self.required]
        for item in self.read:
            self._score_given(sums, item, any(item is hit for hit in hits))

    def _score_labels(self, sums: _Sums) -> None:
        harmless = [*self.labels, *(item for item in self.forgiven if item.get("optional"))]
        for item in self.labels:
            found = _any_overlap(item, self.read_labels)
            sums.labels.add(found, found, 1)
            if not found:
                sums.faults.append(f"{self.name} {item['text']}: a label, not told apart")
        for item in self.read_labels:
            if not _any_overlap(item, harmless):
                sums.labels.add(0, 1, 0)
                sums.faults.append(f"{self.name} {self._text(item)}: no label, taken for one")

    def _score_wanted(self, sums: _Sums, gold: Item) -> Item | None:
        """Scores what was read for a gold figure, and returns it."""
        best = max(self.read, key=lambda item: _likeness(gold, item), default=None)
        hit = best if best is not None and _likeness(gold, best) else None
        exact = any(_span(item) == _span(gold) for item in self.read)
        sums.exact.wanted.add(exact, self.spans_given)
        sums.core.wanted.add(self._core(gold) in [self._core(item) for item in self.read])
        sums.overlap.wanted.add(hit is not None)
        if hit is None:
            sums.faults.append(f"{self.name} {gold['text']}: missed")
        elif not exact and self.spans_given:
            sums.faults.append(f"{self.name} {gold['text']}: read as {self._text(hit)}")
        self._score_content(sums, gold, hit)
        return hit

    def _score_content(self, sums: _Sums, gold: Item, hit: Item | None) -> None:
        """Value, unit, metric and period; a figure that was missed has none of them right."""
        if gold["value"] is not None or gold["value_max"] is not None:
            right = hit is not None and same_value(gold, hit)
            sums.value.add(right)
            sums.value_overlapped.add(right, hit is not None)
            self._blame(sums, gold, hit, right, "value")
        if gold.get("unit") and hit is not None:
            right = same_unit(gold, hit)
            sums.unit.add(right)
            self._blame(sums, gold, hit, right, "unit")
        words = self._metric_words(gold)
        if words:
            shared = _metric(gold, words, hit)
            sums.metric.add(shared > 0)
            sums.metric_close.add(shared > 1)
            self._blame(sums, gold, hit, shared > 1, "metric")
        if gold.get("period_start"):
            right = hit is not None and _same_period(gold, hit)
            sums.period.add(right)
            self._blame(sums, gold, hit, right, "period_start")

    def _blame(self, sums: _Sums, gold: Item, hit: Item | None, right: bool, column: str) -> None:
        if hit is not None and not right:
            was = "none" if hit.get(column) is None else hit[column]
            sums.faults.append(f"{self.name} {gold['text']}: {column} is {gold[column]}, read {was}")

    def _score_given(self, sums: _Sums, item: Item, used: bool) -> None:
        wanted = _any_overlap(item, self.required)
        if not wanted and (_any_overlap(item, self.forgiven) or not ({"*", item.get("kind")} & self.scope)):
            return
        exact = any(_span(gold) == _span(item) for gold in self.required)
        sums.exact.given.add(exact, self.spans_given)
        sums.core.given.add(self._core(item) in [self._core(gold) for gold in self.required])
        sums.overlap.given.add(wanted)
        if not used:
            label = not wanted and _any_overlap(item, self.labels)
            what = "a label, taken for a statistic" if label else "a figure too many"
            sums.faults.append(f"{self.name} {self._text(item)}: {what}")

    def _text(self, item: Item) -> str:
        return self.text[item["start"] : item["end"]]

    def _metric_words(self, gold: Item) -> Counter[str]:
        """The letters of the gold's metric that the sentence has outside the figure; what it has in brackets is said
        beside it: 产能（全球位次）."""
        if not gold.get("metric") or gold["kind"] in NUMBERLESS:
            return Counter()
        around = set(_words(self.text[: gold["start"]] + self.text[gold["end"] :]))
        said = _BRACKETS.sub("", gold["metric"]) or gold["metric"]
        return Counter(letter for letter in _words(said) if letter in around)


def _any_overlap(item: Item, others: Iterable[Item]) -> bool:
    return any(item["start"] < other["end"] and other["start"] < item["end"] for other in others)


def _span(item: Item) -> tuple[int, int]:
    return item["start"], item["end"]


def _likeness(gold: Item, item: Item) -> float:
    """The characters that two spans share, of those that either has."""
    shared: int = min(gold["end"], item["end"]) - max(gold["start"], item["start"])
    either: int = max(gold["end"], item["end"]) - min(gold["start"], item["start"])
    return max(shared, 0) / either


def _words(text: str) -> list[str]:
    folded = unicodedata.normalize("NFKC", text)
    return [letter for letter in folded if letter.isalnum() and letter not in PARTICLES]


def _metric(gold: Item, words: Counter[str], hit: Item | None) -> int:
    """2 where the metric read is close to the gold's, 1 where it is right, else 0.

    Right: it has half of `words`, is not much longer than the gold's and does not repeat the figure. Close: of all
    letters of both, two thirds are shared.
    """
    metric = (hit or {}).get("metric")
    if not metric or len(metric) > 3 * len(gold["metric"]) + 8 or _repeats(gold, metric):
        return 0
    read = Counter(_words(metric))
    shared = (words & read).total()
    if 2 * shared < words.total():
        return 0
    return 2 if 3 * shared >= words.total() + read.total() else 1


def _repeats(gold: Item, metric: str) -> bool:
    return len(gold["text"]) > 1 and gold["text"] in metric and gold["text"] not in gold["metric"]


def _same_period(gold: Item, hit: Item) -> bool:
    """Whether two periods share at least half of the longer one; an end that is not given is the start."""
    start = hit.get("period_start") or hit.get("period_end")
    end = hit.get("period_end") or start
    if start is None or end is None or _day(end) < _day(start):
        return False
    first, last = _day(gold["period_start"]), _day(gold["period_end"])
    shared = min(last, _day(end)) - max(first, _day(start)) + 1
    return 2 * shared >= max(last - first, _day(end) - _day(start)) + 1


def _day(value: date | str) -> int:
    return date.fromisoformat(str(value)).toordinal()
