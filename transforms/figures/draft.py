"""A figure on its way from a numeral to a `Mention`: each step fills in what it knows."""

from __future__ import annotations

from dataclasses import dataclass

from transforms.document import Mention
from transforms.figures import units
from transforms.figures.spans import Days
from transforms.figures.units import Measure


@dataclass(slots=True)
class Draft:
    """What is known of a figure so far. `lone` says that its numeral is a single Chinese one; `infix` is 多, 余, 几…;
    `bound_at` is where a bound stands that other words part from the figure (不及去年的1/10)."""

    start: int
    end: int
    kind: str
    value: float | None = None
    high: float | None = None
    measure: Measure | None = None
    unit: str | None = None
    days: Days | None = None
    clock: str | None = None
    clock_end: str | None = None
    explicit_year: bool = False
    length: str = ""
    numeral_end: int = 0
    lone: bool = False
    infix: str | None = None
    ordinal: bool = False
    label: bool = False
    doubtful: bool = False
    comparator: str = "="
    qualifier: str | None = None
    bound_at: int | None = None
    direction: str | None = None
    scope: str | None = None
    metric: str | None = None
    period: Days | None = None

    def mention(self, text: str, offset: int = 0) -> Mention:
        """The row of the table `figure`: `start` and `end` lie in `text`, and `offset` is taken off them."""
        si_value, si_unit = (None, None)
        if self.measure is not None and self.value is not None and self.measure.si_factor:
            si_value, si_unit = units.si(self.measure, self.value)
        days, period = self.days, self.period
        return Mention(
            text[self.start : self.end], self.start - offset, self.end - offset, self.kind, self.value, self.high,
            days.first if days else None, days.last if days else None, self.clock, self.clock_end,
            self.unit, si_value, si_unit, self.comparator, self.direction, self.qualifier, self.metric, self.scope,
            period.first if period else None, period.last if period else None, self.label, self.doubtful,
        )  # fmt: skip
