"""Pages with what they must become, as rows of `tests/cases/*.jsonl`.

A row holds a `page` and, of its `articles` in the order of the page, the columns that the case is about; columns left
out are not looked at. `paragraphs` are those of the text, `byline` is a list of [role, name]. Where `residue` is given
it is all of it, stripped. `rule` names what is tried, `fires` says on which side of the rule the page stands, `source`
where its wording comes from. `xfail` says what is wrong today with the reading of a page that should read so.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from page_checks import faults, read

from transforms.document import Article, Document

CASES = Path(__file__).resolve().parent / "cases"
Case = dict[str, Any]


def rows(name: str) -> list[Case]:
    """The rows of one table of cases."""
    return [json.loads(line) for line in (CASES / f"{name}.jsonl").read_text(encoding="utf-8").splitlines() if line]


def cases(name: str) -> list[Any]:
    """The rows of one table as parameters of a test, those that fail today marked as strict failures."""
    return [
        pytest.param(row, id=f"{row['rule']}-{number}", marks=_failing(row))
        for number, row in enumerate(rows(name), start=1)
    ]


def _failing(row: Case) -> list[pytest.MarkDecorator]:
    return (
        [pytest.mark.xfail(reason=row["xfail"], strict=True, raises=(AssertionError, IndexError))]
        if "xfail" in row
        else []
    )


def one_sided(name: str) -> list[str]:
    """The rules of a table that lack a case where they fire, or one where they must not."""
    sides: dict[str, set[bool]] = {}
    for row in rows(name):
        sides.setdefault(row["rule"], set()).add(row["fires"])
    return [rule for rule, seen in sides.items() if len(seen) < 2]


def check(case: Case) -> None:
    """Reads the page of a case and compares what the case speaks of."""
    page = case["page"]
    document = read(page.encode(case.get("encoding", "utf-8")))
    assert faults(page) == []
    assert [_seen(article, wanted) for article, wanted in _pairs(document, case["articles"])] == case["articles"]
    if "residue" in case:
        assert [row.text.strip() for row in document.residue] == case["residue"]
    for column in ("headline_position", "issue_date", "publication", "script", "status"):
        if column in case:
            assert _plain(getattr(document, column)) == case[column], column
    if "on_page" in case:
        assert document.page == case["on_page"]


def _pairs(document: Document, wanted: list[Case]) -> list[tuple[Article, Case]]:
    """The articles found and the columns looked at; an article too many shows its headline and text."""
    surplus = [{"headline": None, "paragraphs": None}] * (len(document.articles) - len(wanted))
    return list(zip(document.articles, [*wanted, *surplus], strict=False))


def _seen(article: Article, wanted: Case) -> Case:
    return {column: _column(article, column) for column in wanted}


def _column(article: Article, column: str) -> Any:
    if column == "paragraphs":
        return article.text.split("\n")
    if column == "crossheads":
        return list(article.crossheads)
    if column == "byline":
        return [[credit.role, credit.name] for credit in article.byline]
    return _plain(getattr(article, column))


def _plain(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value
