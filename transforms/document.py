"""The dataclasses and tuples that every step takes and returns: a page on its way from bytes to rows.

They mirror the tables of the contract (`docs/contract.md`): a `Document` holds its articles, an `Article` its
sentences, a `Sentence` its figures. All offsets are half-open and in code points; `raw_*` point into the source as
decoded. The warehouse turns them into columns and needs to know nothing else about a page.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from transforms.alignment import Span


@dataclass(frozen=True, slots=True)
class Source:
    """A page as received. `publication`, `issue_date` and `page` are what its path says, None where it says nothing."""

    document_id: str
    source_path: str
    data: bytes
    publication: str | None = None
    issue_date: date | None = None
    page: str | None = None


@dataclass(frozen=True, slots=True)
class Options:
    """What a build may ask of a reading. `pos`: tag each word as well (slow). `tokenizer`: who cuts the words, one of
    `transforms.words.TOKENIZERS`; all give the same."""

    pos: bool = False
    tokenizer: str = "fast"


@dataclass(frozen=True, slots=True)
class Credit:
    """One name of a byline; `role` as printed (记者, 通讯员, 摄影…), None where none is printed."""

    role: str | None
    name: str


class Mention(NamedTuple):
    """A number mentioned in a text, as the contract's `figure` table has it; `start` and `end` lie in that text.

    A tuple, as figures and sentences are, for a page holds many, and frozen dataclasses take three times as long.
    """

    surface: str
    start: int
    end: int
    kind: str
    value: float | None = None
    value_max: float | None = None
    date_start: date | None = None
    date_end: date | None = None
    time_of_day: str | None = None
    time_of_day_end: str | None = None
    unit: str | None = None
    si_value: float | None = None
    si_unit: str | None = None
    comparator: str = "="
    direction: str | None = None
    qualifier: str | None = None
    metric: str | None = None
    scope: str | None = None
    period_start: date | None = None
    period_end: date | None = None
    is_label: bool = False
    doubtful: bool = False


class Figure(NamedTuple):
    """A mention with its id and its place in the source."""

    figure_id: str
    mention: Mention
    raw_start: int
    raw_end: int


class Sentence(NamedTuple):
    """One sentence; `role` is kicker, headline, subheadline, crosshead or body.

    `start`, `end` and `paragraph` refer to the article's text and are None for kicker, headline and subheadline.
    """

    sentence_id: str
    ordinal: int
    paragraph: int | None
    role: str
    text: str
    tokens: tuple[str, ...]
    pos: tuple[str, ...] | None
    start: int | None
    end: int | None
    raw_start: int
    raw_end: int
    figures: tuple[Figure, ...] = ()


@dataclass(frozen=True, slots=True)
class Article:
    """One article; the fields are the contract's columns."""

    article_id: str
    ordinal: int
    kind: str
    text: str
    raw_spans: tuple[Span, ...]
    sentences: tuple[Sentence, ...]
    section: str | None = None
    kicker: str | None = None
    headline: str | None = None
    subheadline: str | None = None
    agency: str | None = None
    dateline: str | None = None
    byline: tuple[Credit, ...] = ()
    speaker: str | None = None
    occasion: str | None = None
    event_date: date | None = None
    jump_from: str | None = None
    jump_to: str | None = None
    continues: str | None = None
    confidence: float = 1.0
    crossheads: tuple[str, ...] = ()

    @property
    def n_sentences(self) -> int:
        return len(self.sentences)

    @property
    def n_figures(self) -> int:
        return sum(len(sentence.figures) for sentence in self.sentences)


@dataclass(frozen=True, slots=True)
class Residue:
    """A stretch of the source that no article holds; `text` is the raw slice as it is."""

    raw_start: int
    raw_end: int
    text: str
    reason: str


@dataclass(frozen=True, slots=True)
class Document:
    """A page as read. `status` is ok, partial or quarantined; `error` says what is wrong, None when ok."""

    document_id: str
    source_path: str
    sha256: str
    encoding: str | None = None
    script: str | None = None
    publication: str | None = None
    issue_date: date | None = None
    page: str | None = None
    headline_position: str | None = None
    n_chars: int = 0
    status: str = "ok"
    error: str | None = None
    articles: tuple[Article, ...] = field(default=())
    residue: tuple[Residue, ...] = field(default=())

    @property
    def n_articles(self) -> int:
        return len(self.articles)
