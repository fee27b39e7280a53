"""How right the cuts between sentences are: in the seeds as they were read, and in the table of cases.

before  gold: 今年能完成吗？ | 能！    read: 今年能完成吗？能！
after   one end of two found: precision 1, recall 1/2, F1 2/3
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from benchmarks.placing import Placed
from benchmarks.scoring import Score, Tally
from transforms.alignment import Span

Split = Callable[[str], Sequence[Span]]


def score_sentences(placed: Placed, cases: Iterable[Mapping[str, Any]], split: Split) -> Score:
    """Boundary F1 of the seeds' bodies against the gold's sentences, and of `split` on the texts of the table."""
    seeds, table = Tally(), Tally()
    seeds.add(len(placed.ends & placed.gold_ends), len(placed.ends), len(placed.gold_ends))
    faults = []
    for case in cases:
        mine, other = _ends(case), {span.end for span in split(case["text"])}
        table.add(len(mine & other), len(other), len(mine))
        if mine != other:
            faults.append(f"{case['text']}: {len(mine - other)} ends missed, {len(other - mine)} invented")
    return Score({"sentence_f1": seeds.f1, "sentence_cases_f1": table.f1}, tuple(faults))


def _ends(case: Mapping[str, Any]) -> set[int]:
    """Where the sentences of a case end in its text."""
    ends, at = set(), 0
    for sentence in case["sentences"]:
        at = case["text"].index(sentence, at) + len(sentence)
        ends.add(at)
    return ends
