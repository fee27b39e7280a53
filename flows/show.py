"""`banmian show`: a page as it was understood, so that a person can judge it.

before  Document(articles=(Article(kind="news", headline="…", …), …), residue=(…))
after   [2] news  9 sentences, 12 figures, confidence 1.00
        headline     …
        byline       记者 王健
          ¶ …
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from tempfile import TemporaryDirectory
from unicodedata import east_asian_width

from flows.batch import breach, read_source
from flows.errors import UsageError
from flows.jobs import Failure
from flows.limits import USUAL, Limits
from flows.patterns import Pattern
from flows.sources import SourceFile, discover
from transforms.document import Article, Document, Options
from transforms.page import DEFAULT

BOLD, DIM, RED, PLAIN = "\x1b[1m", "\x1b[2m", "\x1b[31m", "\x1b[0m"
NO_LINE_START = "，。、；：！？”’）》】』」…—%·"
LABEL = 13


@dataclass(frozen=True, slots=True)
class Look:
    """How to print: the width of a line in columns (a Han character takes two), and whether in colour."""

    width: int = 80
    colour: bool = False

    def paint(self, text: str, code: str) -> str:
        return f"{code}{text}{PLAIN}" if self.colour else text


def page(
    name: str,
    pattern: str | None,
    options: Options = DEFAULT,
    limits: Limits = USUAL,
    failures: list[Failure] | None = None,
) -> Document:
    """The page of a file, read as a build would read it; what went wrong is added to `failures`.

    Raises UsageError where there is no such page.
    """
    failures = [] if failures is None else failures
    file = one_file(name, pattern)
    document = read_source(file, options, failures, limits)
    with TemporaryDirectory() as folder:
        cause = breach(document, folder)
    if not cause:
        return document
    failures.append(Failure(file.relative, file.path, cause))
    return replace(document, status="quarantined", error=cause)


def one_file(name: str, pattern: str | None) -> SourceFile:
    """The file of a page. Raises UsageError where there is none, or more than one."""
    sources = discover([name], Pattern(pattern) if pattern else None)
    if os.path.isdir(name) or len(sources.files) > 1:
        raise UsageError(f"{name}: a folder or several pages; `banmian show` prints one file")
    return sources.files[0]


def shown(document: Document, look: Look) -> Iterator[str]:
    """The page as lines."""
    yield from head(document, look)
    for article in document.articles:
        yield ""
        yield from _article(article, look)
    if document.residue:
        yield ""
        yield look.paint(f"residue: {len(document.residue)} stretches that belong to no article", BOLD)
    for row in document.residue:
        yield from labelled(row.reason, " ".join(row.text.split()), look)


def head(document: Document, look: Look) -> Iterator[str]:
    """What is known of the page as a whole."""
    yield look.paint(document.source_path, BOLD)
    date = document.issue_date.isoformat() if document.issue_date else None
    printed = " ".join(part for part in (document.publication, date, document.page) if part)
    facts = {
        "status": look.paint(document.status, RED) if document.status != "ok" else document.status,
        "cause": document.error,
        "printed": printed,
        "encoding": document.encoding,
        "script": document.script,
        "headlines": document.headline_position,
        "characters": f"{document.n_chars:,}",
        "articles": str(document.n_articles),
    }
    for name, value in facts.items():
        if value:
            yield from labelled(name, value, look)


def _article(article: Article, look: Look) -> Iterator[str]:
    section = f" · {article.section}" if article.section else ""
    yield look.paint(f"[{article.ordinal + 1}] {article.kind}{section}", BOLD) + look.paint(
        f"  {article.n_sentences} sentences, {article.n_figures} figures, confidence {article.confidence:.2f}", DIM
    )
    for name, value in _parts(article).items():
        if value:
            yield from labelled(name, value, look)
    crossheads = set(article.crossheads)
    for paragraph in article.text.split("\n") if article.text else ():
        mark = "## " if paragraph in crossheads else "¶ "
        lines = wrapped(mark + paragraph, look.width - 2)
        yield from ("  " + (look.paint(line, BOLD) if mark == "## " else line) for line in lines)


def _parts(article: Article) -> dict[str, str | None]:
    """All that an article carries but its body, in the order in which a reader asks for it."""
    return {
        "kicker": article.kicker,
        "headline": article.headline,
        "subheadline": article.subheadline,
        "agency": article.agency,
        "dateline": article.dateline,
        "byline": ", ".join(f"{credit.role or ''} {credit.name}".strip() for credit in article.byline),
        "speaker": article.speaker,
        "occasion": article.occasion,
        "date": article.event_date.isoformat() if article.event_date else None,
        "jump from": article.jump_from,
        "jump to": article.jump_to,
        "carries on": article.continues,
    }


def labelled(name: str, value: str, look: Look) -> Iterator[str]:
    """A value behind its name, in lines."""
    first, *rest = wrapped(value, look.width - LABEL) or [""]
    yield look.paint(f"{name:<{LABEL}}", DIM) + first
    yield from (" " * LABEL + line for line in rest)


def columns_of(text: str) -> int:
    """How many columns of a terminal a text takes."""
    return sum(2 if east_asian_width(character) in "WF" else 1 for character in text)


def wrapped(text: str, width: int) -> list[str]:
    """Lines of at most `width` columns, but for marks that may not open a line: those hang over."""
    lines, start, used = [], 0, 0
    for place, character in enumerate(text):
        columns = columns_of(character)
        if used + columns > width and character not in NO_LINE_START:
            lines.append(text[start:place])
            start, used = place, 0
        used += columns
    return [*lines, text[start:]] if text else []
