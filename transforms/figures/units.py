"""Units, currencies and classifiers: what stands behind a numeral and what it makes of it.

before  千瓦时 · 元/吨 · 公里每小时 · 人次
after   kW.h   · 元/吨 · km/h       · 人次
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace

from transforms.lexicon import table


@dataclass(frozen=True, slots=True)
class Measure:
    """What a numeral can be followed by.

    `kind` is that of the figure; `factor` turns the printed amount into `unit` (角 → 0.1 CNY); `si_value` is
    value * si_factor + si_offset in `si_unit`. `use` says which numerals it goes with: figure (any), arabic (not a
    single Chinese one) or label (it makes a name or a grade). Before a character of `unless` it is another word's part.
    """

    name: str
    unit: str
    kind: str
    factor: float = 1.0
    si_factor: float | None = None
    si_unit: str | None = None
    si_offset: float = 0.0
    use: str = "figure"
    unless: str = ""


def _units() -> Iterable[Measure]:
    for row in table("figures_units"):
        factor = float(row["si_factor"]) if row["si_factor"] else None
        scale = 10.0 if row["name"] in ("成", "折") else 1.0
        offset = float(row["si_offset"] or 0)
        unless = row["unless"]
        yield Measure(
            row["name"], row["unit"], row["kind"], scale, factor, row["si_unit"] or None, offset, unless=unless
        )


def _currencies() -> Iterable[Measure]:
    for row in table("figures_currencies"):
        yield Measure(row["name"], row["unit"], "money", float(row["factor"]), unless=row["unless"])


def _classifiers() -> Iterable[Measure]:
    for row in table("figures_classifiers"):
        kind = "rank" if row["use"] == "label" else "count"
        yield Measure(row["word"], row["word"], kind, use=row["use"], unless=row["unless"])


def _by_first_character() -> dict[str, tuple[tuple[str, Measure], ...]]:
    """All measures under their first character, longest name first; units win over classifiers of the same name."""
    named: dict[str, Measure] = {}
    for measure in (*_classifiers(), *_units(), *_currencies()):
        named[measure.name] = measure
    groups: defaultdict[str, list[tuple[str, Measure]]] = defaultdict(list)
    for name, measure in sorted(named.items(), key=lambda one: -len(one[0])):
        groups[name[0]].append((name, measure))
    return {first: tuple(group) for first, group in groups.items()}


_MEASURES = _by_first_character()
_ASCII = "\x7f"


def measure_at(text: str, at: int) -> Measure | None:
    """The longest unit, currency or classifier that begins at `at`; a Latin one only where no letter follows."""
    for name, measure in _MEASURES.get(text[at : at + 1], ()):
        if text.startswith(name, at):
            after = text[at + len(name) : at + len(name) + 1]
            if (after > _ASCII and after not in measure.unless) or not _runs_on(text, at, measure):
                return measure
    return None


def _runs_on(text: str, at: int, measure: Measure) -> bool:
    """Whether a unit is only the beginning of a longer word or model name (市场, 3D, 2mA)."""
    end = at + len(measure.name)
    after = text[end : end + 1]
    if not after or after in measure.unless:
        return after != ""
    return after <= _ASCII and after.isalnum() and text[end - 1].isascii() and text[end - 1].isalpha()


def compound_at(text: str, at: int) -> Measure | None:
    """`measure_at` with what it is divided by: 元/吨, ug/m3 for 微克/立方米, km/h for 公里/小时, 元每吨."""
    measure = measure_at(text, at)
    if measure is None:
        return None
    end = at + len(measure.name)
    if text[end : end + 1] not in _PER or measure.kind in ("percent", "multiple"):
        return measure
    if text[end] == "每" and measure.kind == "duration":
        return measure  # 连续7年每年减贫…: over each year something else is counted
    divisor = measure_at(text, end + 1) or _single(text, end + 1)
    return _quotient(measure, divisor, text[end]) if divisor else measure


_PER = frozenset("/每／")
_SINGLE = {
    "日": Measure("日", "d", "duration", si_factor=86400.0, si_unit="s"),
    "月": Measure("月", "mo", "duration", si_factor=2629800.0, si_unit="s"),
    "时": Measure("时", "h", "duration", si_factor=3600.0, si_unit="s"),
    "分": Measure("分", "min", "duration", si_factor=60.0, si_unit="s"),
    "h": Measure("h", "h", "duration", si_factor=3600.0, si_unit="s"),
    "s": Measure("s", "s", "duration", si_factor=1.0, si_unit="s"),
    "d": Measure("d", "d", "duration", si_factor=86400.0, si_unit="s"),
    "a": Measure("a", "a", "duration", si_factor=31557600.0, si_unit="s"),
}


def _single(text: str, at: int) -> Measure | None:
    """A time unit that is one only behind a stroke: 元/月, km/h."""
    measure = _SINGLE.get(text[at : at + 1])
    return measure if measure and not _runs_on(text, at, measure) else None


_MEASURED = frozenset(("quantity", "duration"))


def _quotient(measure: Measure, divisor: Measure, sign: str) -> Measure | None:
    """UCUM where both are physical, else as printed; 每 binds only what follows a physical unit or money."""
    name = measure.name + sign + divisor.name
    if not {measure.kind, divisor.kind} <= _MEASURED or not (measure.unit.isascii() and divisor.unit.isascii()):
        kind = measure.kind if measure.kind in ("money", "quantity") else "count"
        unit = f"{measure.name}/{divisor.name}"
        return replace(measure, name=name, unit=unit, kind=kind, si_factor=None, si_unit=None)
    si_factor = measure.si_factor / divisor.si_factor if measure.si_factor and divisor.si_factor else None
    si_unit = f"{measure.si_unit}/{divisor.si_unit}" if si_factor else None
    unit = f"{measure.unit}/{divisor.unit}"
    return replace(measure, name=name, unit=unit, kind="quantity", si_factor=si_factor, si_unit=si_unit)


def si(measure: Measure, value: float) -> tuple[float | None, str | None]:
    """The amount in SI, (None, None) where the unit has no fixed one: 3斤 → 1.5 kg."""
    if measure.si_factor is None or not measure.si_unit:
        return None, None
    return round(value * measure.si_factor + measure.si_offset, 9), measure.si_unit
