"""The report as Markdown: the tables for a person with a plain viewer, and all facts as JSON for a program.

    ## Figures
    ### Figures by kind
    | kind | figures | labels |
    |---|---:|---:|
    | count | 100 | 33 |

The last section holds one block fenced as ```` ```json ````; to read it:

    text = Path("reports/000002.md").read_text(encoding="utf-8")
    report = json.loads(text.partition("\\n```json\\n")[2].partition("\\n```")[0])
    report["counts"]["figures"]["now"], report["cases"]["doubtful"]["first"][0]["source_path"]

Its keys are `format` (1; goes up when a key is renamed or changes its meaning; new keys do not raise it) and the fields
of `facts.Facts`, which says what each is:

    snapshot, previous   id, parent, created, digest, rules, bytes, versions, options; previous is null for a first one
    sources              added, removed, changed, same: pages compared with the previous snapshot's; or null
    counts               by name: now, before; the names are pages, pages.<status>, articles, articles.<kind>,
                         sentences, characters, bytes, figures (no labels), figures.labels, figures.doubtful,
                         residue.stretches, residue.characters
    coverage             publications, scripts, encodings, headline_positions: tallies (total, distinct, top with value
                         and count; value null for rows without one); issues: a timeline (step, bars with value and
                         count, earlier, later, undated)
    text                 in_articles, in_residue, confidence, mended_…, sentences_of_bodies: numbers; other …_of_… :
                         spreads (count, least, median, p95, most); confidences, sentence_lengths, mended: bins (value
                         and count); roles: a tally; residue: by reason
    figures              total (no labels), labels, doubtful; by_kind; units, comparators, directions: tallies; years: a
                         timeline; money by currency and percent by direction (value, count, median, p95)
    cases                troubled, left_over: pages; unsure, untitled, long, short: articles; doubtful: figures; each
                         with total and the first 20

Text of the corpus can end no cell, open no element and close no fence: in tables, marks of Markdown and HTML are
numeric entities and what can't be seen is shown by its number; in JSON they are `\\u` escapes.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterator
from dataclasses import asdict
from datetime import date

from warehouse.report.facts import Facts
from warehouse.report.sections import Section, Table, arrange, title
from warehouse.report.shown import HIDDEN, Form, Value, show, visible

FORMAT = 1
FOR_PROGRAMS = "## The same for programs"
MARKS = str.maketrans({mark: f"&#{ord(mark)};" for mark in "&<>|`\\*_[]~$"})
UNSAFE_IN_JSON = "<>&`"
NEWLINE = "\n"


def render(report: Facts) -> str:
    """The whole report as Markdown."""
    parts = [f"# {_escaped(title(report))}", *(part for section in arrange(report) for part in _section(section))]
    return "\n\n".join([*parts, FOR_PROGRAMS, f"```json\n{_json(report)}\n```"]) + "\n"


def for_people(text: str) -> str:
    """A report without its last section, the one for programs."""
    return text.partition(f"\n{FOR_PROGRAMS}\n")[0]


def _section(section: Section) -> Iterator[str]:
    yield f"## {section.title}"
    if section.about:
        yield _escaped(section.about)
    for table in section.tables:
        yield f"### {_escaped(table.title)}"
        yield _table(table) if table.rows else "none"
        if table.more:
            yield f"{len(table.rows):,} of {table.total:,} are shown."
        if table.note:
            yield _escaped(table.note)


def _table(table: Table) -> str:
    head = [name for name, _ in table.columns]
    rule = ["---:" if form.is_number else "---" for _, form in table.columns]
    rows = ([_cell(value, form) for value, (_, form) in zip(row, table.columns, strict=True)] for row in table.rows)
    return "\n".join([_line(head), f"|{'|'.join(rule)}|", *map(_line, rows)])


def _line(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _cell(value: Value, form: Form) -> str:
    return show(value, form).translate(MARKS)


def _escaped(text: str) -> str:
    return visible(text).translate(MARKS)


def _json(report: Facts) -> str:
    text = json.dumps(
        {"format": FORMAT, **asdict(report)}, ensure_ascii=False, indent=1, default=_plain, allow_nan=False
    )
    return "".join(map(_in_json, text))


def _plain(value: object) -> str:
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{value!r} has no place in JSON")


def _in_json(character: str) -> str:
    """Outside of strings JSON has none of the characters that are escaped here, apart from its line ends."""
    hidden = character != NEWLINE and unicodedata.category(character) in HIDDEN
    return (
        json.dumps(character)[1:-1]
        if hidden
        else f"\\u{ord(character):04x}"
        if character in UNSAFE_IN_JSON
        else character
    )
