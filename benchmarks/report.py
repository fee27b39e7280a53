"""What was measured, as tables that a person reads.

before  {"all": Score(article_f1 0.98), "in order": Score(article_f1 0.99)}
after   article F1    0.9800    0.9900    agrees
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from benchmarks.measures import MEASURES, shown
from benchmarks.scoring import Score


@dataclass(frozen=True)
class Section:
    """One table: a column for each part of the material, a row for each measure.

    `outside` holds what the outside scorers say, by column; `only` names the measures shown, all where it is empty.
    """

    title: str
    about: str
    columns: Mapping[str, Score]
    outside: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    only: Sequence[str] = ()

    def names(self) -> list[str]:
        """The measures that any column has, in the order of `MEASURES`."""
        measured = {name for score in self.columns.values() for name in score.measures}
        return [name for name in MEASURES if name in measured and (not self.only or name in self.only)]

    def differences(self) -> Iterator[str]:
        """A line for each measure on which an outside scorer differs in the digits shown, or that only it has."""
        for column, theirs in self.outside.items():
            ours = self.columns[column].measures
            for name in filter(partial(self._differs, column), theirs):
                mine, other = shown(name, ours[name]) if name in ours else "nothing", shown(name, theirs[name])
                yield f"{self.title}, {column}: {MEASURES[name].label} is {mine} here, {other} outside"

    def agreement(self, name: str) -> str:
        """In a word what the outside scorers say to a measure; nothing where they don't measure it."""
        asked = [column for column, theirs in self.outside.items() if name in theirs]
        differing = [
            f"{shown(name, self.outside[column][name])} ({column})" for column in asked if self._differs(column, name)
        ]
        return ("differs: " + ", ".join(differing)) if differing else ("agrees" if asked else "")

    def _differs(self, column: str, name: str) -> bool:
        """Whether an outside scorer says something else than ours in the digits shown, or ours says nothing."""
        ours = self.columns[column].measures
        return name not in ours or shown(name, ours[name]) != shown(name, self.outside[column][name])

    def lines(self) -> Iterator[str]:
        """The table."""
        names = self.names()
        label = max(len(MEASURES[name].label) for name in MEASURES)
        width = max(12, *(len(column) + 2 for column in self.columns))
        yield f"{self.title}: {self.about}"
        heads = "".join(f"{column:>{width}}" for column in self.columns)
        yield f"  {'':{label}}{heads}   {'outside scorer' if self.outside else ''}".rstrip()
        for name in names:
            cells = "".join(f"{self._cell(score, name):>{width}}" for score in self.columns.values())
            yield f"  {MEASURES[name].label:{label}}{cells}   {self.agreement(name)}".rstrip()

    @staticmethod
    def _cell(score: Score, name: str) -> str:
        return shown(name, score.measures[name]) if name in score.measures else "-"

    def faults(self) -> Iterator[str]:
        """What kept the measures of the first column, which holds all, from being perfect."""
        yield from next(iter(self.columns.values())).faults
