"""What a row tells by itself: one line for each promise, which says what is wrong and when.

Much of it follows from the schema (`_from_schema`): closed sets, numbers below zero or not finite, empty text,
stretches that enclose nothing. The rest stands in `WRITTEN`; to add one, add a line. An expression that is null,
because a value is, finds nothing wrong.

    before  Rule("figure", "value_max without value", "value_max is not null and value is null")
    after   of 4 figures, two with a value, one of them with a value_max, and one with a value_max alone: the last
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

import pyarrow as pa

from warehouse import schema
from warehouse.checks import engine
from warehouse.errors import Fault

if TYPE_CHECKING:
    import duckdb

LINE = "chr(10)"
MAY_BE_EMPTY = {("document", "sha256"), ("article", "text")}
CLOCK = "'([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?|24:00(:00)?'"
"""A day ends at 24:00 (ISO 8601)."""


class Rule(NamedTuple):
    """A promise about each row of a table: what to say where it is broken, and the SQL that is true there."""

    table: str
    says: str
    wrong: str


def listed(values: tuple[str, ...]) -> str:
    """Values as SQL: 'up', 'down'."""
    return ", ".join(f"'{value}'" for value in values)


def _from_schema() -> Iterator[Rule]:
    for table in schema.TABLES:
        for column in table.columns:
            yield from _of_column(table.name, column)
        for start in ("start", "raw_start"):
            if start in table.schema.names:
                end = start.removesuffix("start") + "end"
                wrong = f'{start} < 0 or {start} >= "{end}"'
                yield Rule(table.name, f"{start} and {end} enclose nothing", wrong)


def _of_column(table: str, column: schema.Column) -> Iterator[Rule]:
    name = f'"{column.name}"'
    if column.values:
        yield Rule(table, f"unknown {column.name}", f"{name} not in ({listed(column.values)})")
    elif column.type == schema.STRING and (table, column.name) not in MAY_BE_EMPTY:
        yield Rule(table, f"{column.name} is empty", f"{name} = ''")
    elif column.name == "confidence":
        # duckdb takes NaN for greater than all numbers, so that it is out of range as well.
        yield Rule(table, "confidence out of range", f"{name} not between 0 and 1")
    elif pa.types.is_floating(column.type):
        yield Rule(table, f"{column.name} out of range", f"not isfinite({name})")
    elif pa.types.is_integer(column.type):
        yield Rule(table, f"{column.name} out of range", f"{name} < 0")


def _span(table: str, start: str, end: str) -> Rule:
    """Two days, the first not after the last; where one is known, so is the other."""
    wrong = f"{start} > {end} or ({start} is null) <> ({end} is null)"
    return Rule(table, f"{start} and {end} are no span of days", wrong)


def _outside_text(column: str) -> Rule:
    """Only the headline's roles lie outside the text: their offsets and paragraph are null, those of others are not."""
    outside = f"role in ({listed(schema.HEADLINE_ROLES)})"
    return Rule("sentence", f"{column} and role disagree", f'({outside}) <> ("{column}" is null)')


WRITTEN = (
    Rule(
        "document",
        "sha256 is none",
        "not regexp_full_match(sha256, '[0-9a-f]{64}') and not (sha256 = '' and status = 'quarantined')",
    ),
    Rule("document", "status and error disagree", "(status = 'ok') <> (error is null)"),
    Rule("document", "encoding is missing", "encoding is null and status <> 'quarantined'"),
    Rule("document", "script is missing", "script is null and status <> 'quarantined'"),
    Rule("article", "no place in the source", "len(raw_spans) = 0"),
    Rule(
        "article",
        "text has an empty paragraph",
        f"starts_with(text, {LINE}) or ends_with(text, {LINE}) or contains(text, {LINE} || {LINE})",
    ),
    # A name may be empty: the print leaves it out now and then, （通讯员 摄影）.
    Rule("article", "byline has an empty role", "list_contains(list_transform(byline, lambda one: one.role), '')"),
    Rule("article", "speaker or occasion of no speech", "coalesce(speaker, occasion) is not null and kind <> 'speech'"),
    _outside_text("start"),
    _outside_text("end"),
    _outside_text("paragraph"),
    Rule("sentence", "text has a line end", f"contains(text, {LINE})"),
    Rule("sentence", "tokens do not join to text", "array_to_string(tokens, '') <> text"),
    Rule("sentence", "tokens has an empty word", "list_contains(tokens, '')"),
    Rule("sentence", "pos has not one tag a token", "len(pos) <> len(tokens)"),
    # A year in the name of an event is a label that has both: its days, and its number as it stands.
    Rule("figure", "value of a date", "kind = 'date' and not is_label and value is not null"),
    Rule("figure", "value is missing", "kind not in ('date', 'time') and not doubtful and value is null"),
    Rule("figure", "value_max without value", "value_max is not null and value is null"),
    Rule("figure", "si_value and si_unit disagree", "(si_value is null) <> (si_unit is null)"),
    Rule("figure", "si_value without value and unit", "si_value is not null and (value is null or unit is null)"),
    _span("figure", "date_start", "date_end"),
    _span("figure", "period_start", "period_end"),
    Rule("figure", "date_start of no date or time", "date_start is not null and kind not in ('date', 'time')"),
    Rule("figure", "time_of_day of no time", "time_of_day is not null and kind <> 'time'"),
    Rule("figure", "time_of_day is none", f"not regexp_full_match(time_of_day, {CLOCK})"),
    Rule("figure", "time_of_day_end is none", f"not regexp_full_match(time_of_day_end, {CLOCK})"),
    Rule("figure", "time_of_day_end without time_of_day", "time_of_day_end is not null and time_of_day is null"),
    Rule("residue", "text is not as long as its stretch", "length(text) <> raw_end - raw_start"),
)
# Not here: that value_max is no less than value. In a score, and before 不等, it may be (docs/figures.md).

RULES = tuple(sorted((*_from_schema(), *WRITTEN), key=lambda rule: list(schema.BY_NAME).index(rule.table)))


def faults(connection: duckdb.DuckDBPyConnection) -> Iterator[Fault]:
    """A fault for each rule that rows break. Each table is gone through once, and again for what was found there."""
    for name, group in groupby(RULES, key=lambda rule: rule.table):
        rules = list(group)
        counts = ", ".join(f"count_if({rule.wrong})" for rule in rules)
        [found] = connection.execute(f"select {counts} from {name}").fetchall()
        label = engine.label(schema.BY_NAME[name])
        broken = [rule for rule, count in zip(rules, found, strict=True) if count]
        questions = (
            engine.Question(name, rule.says, f"select {label} from {name} where {rule.wrong}") for rule in broken
        )
        yield from engine.ask(connection, questions)
