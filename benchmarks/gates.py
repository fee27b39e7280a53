"""Floors under what was once reached, in `tests/gates.toml`; they rise by a command and fall by hand alone.

    before  exact_f1 = { floor = 0.9671, best = 0.9671 }, measured 0.9815
    after   exact_f1 = { floor = 0.9815, best = 0.9815 }

A measure of which less is better has a `ceiling`. Whoever lowers a floor leaves `best` as it is and says why in
`reason`.
"""

from __future__ import annotations

import hashlib
import json
import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from benchmarks.measures import MEASURES, shown
from benchmarks.scoring import Score
from benchmarks.seeds import PROJECT

PATH = PROJECT / "tests" / "gates.toml"
DIGITS = 4
"""Floors have so many digits; a measure may be so little below."""
HEAD = """\
# Accuracy on the seeds that no change may lose. `python -m benchmarks.accuracy --raise-floors` raises the floors to
# what is measured (and lowers the ceilings of measures of which less is better), never the other way. To lower one by
# hand, leave `best` as it is and say why: { floor = 0.95, best = 0.97, reason = "why this is worth it" }
"""


class GatesFallen(Exception):  # noqa: N818 - what it says is no error of the program
    """A measure is below its floor, so no floor may be raised."""


@dataclass(frozen=True, slots=True)
class Bound:
    """The least, or for a measure of which less is better the most, that is let through."""

    name: str
    limit: float
    best: float
    reason: str | None = None

    @property
    def lower(self) -> bool:
        return MEASURES[self.name].lower

    def holds(self, value: float) -> bool:
        return rounded(self.name, value) <= self.limit if self.lower else rounded(self.name, value) >= self.limit

    def raised(self, value: float) -> Bound:
        """The bound at `value` where that is better than the limit."""
        better = min if self.lower else max
        limit, best = better(self.limit, rounded(self.name, value)), better(self.best, rounded(self.name, value))
        return Bound(self.name, limit, best, self.reason if limit != best else None)

    @property
    def line(self) -> str:
        kind = "ceiling" if self.lower else "floor"
        reason = f", reason = {json.dumps(self.reason, ensure_ascii=False)}" if self.reason else ""
        return f"{self.name} = {{ {kind} = {self.limit}, best = {self.best}{reason} }}"


@dataclass(frozen=True, slots=True)
class Gates:
    """All bounds by what is scored, the faults known when they were set, and the digests of seeds and gold."""

    bounds: dict[str, tuple[Bound, ...]]
    known_faults: dict[str, tuple[str, ...]]
    files: dict[str, str]

    @property
    def text(self) -> str:
        """The file as it is written."""
        parts = [HEAD, "[files]", *(f'"{path}" = "{digest}"' for path, digest in self.files.items())]
        for group, bounds in self.bounds.items():
            parts += ["", f"[bounds.{group}]", *(bound.line for bound in bounds)]
        parts += ["", "# What kept the measures from being perfect when the floors were last raised.", "[known_faults]"]
        for group, faults in self.known_faults.items():
            lines = "".join(f"\n    {json.dumps(fault, ensure_ascii=False)}," for fault in faults)
            parts.append(f"{group} = [{lines}\n]" if faults else f"{group} = []")
        return "\n".join(parts) + "\n"


def rounded(name: str, value: float) -> float:
    """To four digits, towards the worse side, so that what was measured holds at its own floor."""
    scaled = value * 10**DIGITS
    whole: int = math.ceil(scaled - 1e-6) if MEASURES[name].lower else math.floor(scaled + 1e-6)
    return float(whole / 10**DIGITS)


def load(path: Path = PATH) -> Gates:
    """The gates as they stand in the file. Raises KeyError for a measure that nobody knows."""
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    bounds = {group: tuple(_bound(*item) for item in rows.items()) for group, rows in table["bounds"].items()}
    faults = {group: tuple(lines) for group, lines in table["known_faults"].items()}
    return Gates(bounds, faults, table["files"])


def _bound(name: str, row: Mapping[str, float | str]) -> Bound:
    reason = row.get("reason")
    limit = row["ceiling" if MEASURES[name].lower else "floor"]
    return Bound(name, float(limit), float(row["best"]), None if reason is None else str(reason))


def digest(path: str) -> str:
    """SHA-256 of a file of the project."""
    return hashlib.sha256((PROJECT / path).read_bytes()).hexdigest()


def fallen(gates: Gates, group: str, score: Score) -> list[str]:
    """A line for each measure that does not hold, and for each fault that is new or gone; none where all hold."""
    lines = []
    for bound in gates.bounds[group]:
        value = score.measures.get(bound.name)
        if value is None:
            lines.append(f"{group}: {MEASURES[bound.name].label} is no longer measured")
        elif not bound.holds(value):
            kind = "rose above its ceiling" if bound.lower else "fell below its floor"
            change = f"from {shown(bound.name, bound.limit)} to {shown(bound.name, value)}"
            lines.append(f"{group}: {MEASURES[bound.name].label} ({bound.name}) {kind}, {change}")
    if lines:
        known = gates.known_faults.get(group, ())
        lines += [f"  new:  {fault}" for fault in score.faults if fault not in known]
        lines += [f"  gone: {fault}" for fault in known if fault not in score.faults]
    return lines


def raised(gates: Gates, scores: Mapping[str, Score]) -> Gates:
    """The gates with each bound at the better of its limit and what was measured.

    Measures that have no bound yet get one. Raises `GatesFallen` where a bound does not hold.
    """
    lines = [line for group, score in scores.items() if group in gates.bounds for line in fallen(gates, group, score)]
    if lines:
        raise GatesFallen("\n".join(lines))
    bounds = {group: _raised(gates.bounds.get(group, ()), score) for group, score in scores.items()}
    faults = {group: score.faults for group, score in scores.items()}
    return replace(gates, bounds=gates.bounds | bounds, known_faults=gates.known_faults | faults)


def _raised(bounds: tuple[Bound, ...], score: Score) -> tuple[Bound, ...]:
    known = {bound.name: bound for bound in bounds}
    names = [name for name in score.measures if not (MEASURES[name].number and not MEASURES[name].lower)]
    return tuple(
        known.get(name, Bound(name, rounded(name, value), rounded(name, value))).raised(value)
        for name, value in ((name, score.measures[name]) for name in names)
    )
