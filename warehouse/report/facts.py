"""What a report says of a snapshot, as plain data: measured by `measure`, shown by `markdown` and `page`.

    before  Parquet: 257 sentences, 276 figures …
    after   Facts(counts={"sentences": Count(now=257, before=None), …}, …)

The JSON of the Markdown report is this dataclass, key by key. Text is as the tables have it, cut where it is long;
nothing in it is escaped yet. Characters of a source are those that are not blank, as in `document.n_chars`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

SHOWN = 20
"""Rows of a list of cases and values of a tally that are shown; how many there are in all is said beside them."""
BARS = 60
"""Steps of a timeline; what lies before or after is counted as earlier or later."""
UNSURE = 0.9
"""Articles of a lower confidence are worth a look: of those at 0.9 one in ten is not exactly right."""
LONG, SHORT = 10_000, 20
"""Characters above or below which an article is unusual."""
LEFT_OVER = 0.1
"""The share of a page's characters in no article from which on the page is worth a look."""
CUT = 200
"""Characters of a headline, a sentence or an error that are kept."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Which tables these are. `bytes` of all their files; the rest is as the manifest has it."""

    id: int
    parent: int | None
    created: str
    digest: str
    rules: str
    bytes: int
    versions: dict[str, str]
    options: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Sources:
    """The sources compared with those of the previous snapshot, by path; changed are those with other bytes."""

    added: int
    removed: int
    changed: int
    same: int


@dataclass(frozen=True, slots=True)
class Count:
    """A number and what it was in the previous snapshot; None where there is none, or where it can't be read."""

    now: int
    before: int | None


@dataclass(frozen=True, slots=True)
class Counted:
    """How many rows have a value; None stands for the rows without one."""

    value: str | None
    count: int


@dataclass(frozen=True, slots=True)
class Tally:
    """The most frequent values of a column, of all `total` rows and `distinct` values (no value is one as well)."""

    total: int
    distinct: int
    top: tuple[Counted, ...]


@dataclass(frozen=True, slots=True)
class Timeline:
    """Rows by month (`2024-11`) or year, without gaps: the stretch of at most `BARS` steps that holds most of them."""

    step: str
    bars: tuple[Counted, ...]
    earlier: int
    later: int
    undated: int


@dataclass(frozen=True, slots=True)
class Spread:
    """Of `count` whole numbers the least, the median, the 95th percentile and the most; each is one of the numbers:
    the smallest that at least half, or 95 %, of them do not exceed. None where there are no numbers."""

    count: int
    least: int | None = None
    median: int | None = None
    p95: int | None = None
    most: int | None = None


@dataclass(frozen=True, slots=True)
class Amounts:
    """The values of the figures of one unit or direction: how many, median and 95th percentile as in `Spread`."""

    value: str | None
    count: int
    median: float | None
    p95: float | None


@dataclass(frozen=True, slots=True)
class Reason:
    """Why stretches are in no article: how many, and their characters."""

    reason: str
    stretches: int
    characters: int


@dataclass(frozen=True, slots=True)
class KindOfFigure:
    """Figures of one kind; `labels` (numbers that are part of a name) are not among `figures`."""

    kind: str
    figures: int
    labels: int


@dataclass(frozen=True, slots=True)
class Coverage:
    """Pages by what is known of them."""

    publications: Tally
    issues: Timeline
    scripts: Tally
    encodings: Tally
    headline_positions: Tally


@dataclass(frozen=True, slots=True)
class Text:
    """How the pages were parted and cleaned. Sentences of bodies are those of the roles body and crosshead; `mended`
    counts these by how many characters longer their stretch of the source is than their text: line ends, blanks
    between letters, lines of other columns in between."""

    in_articles: int
    """Characters of the sources that articles hold."""
    in_residue: int
    confidence: float | None
    """The mean of all articles, rounded to three places."""
    confidences: tuple[Counted, ...]
    """By their lower end: `0.9` counts the articles from 0.9 to 1."""
    paragraphs_of_article: Spread
    sentences_of_article: Spread
    characters_of_article: Spread
    characters_of_paragraph: Spread
    characters_of_sentence: Spread
    sentence_lengths: tuple[Counted, ...]
    """By their upper end: `20` counts the sentences of 11 to 20 characters."""
    sentences_of_bodies: int
    mended_sentences: int
    """Those whose stretch is longer than their text."""
    mended_characters: int
    """By how many characters, all of them together."""
    mended: tuple[Counted, ...]
    roles: Tally
    residue: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures; all but `by_kind` and `doubtful` leave labels out. `years`: of their date, else of their period."""

    total: int
    labels: int
    doubtful: int
    by_kind: tuple[KindOfFigure, ...]
    units: Tally
    comparators: Tally
    directions: Tally
    years: Timeline
    money: tuple[Amounts, ...]
    """By currency; without doubtful figures, of ranges the lower end."""
    percent: tuple[Amounts, ...]
    """By direction, of figures with the unit %."""


@dataclass(frozen=True, slots=True)
class PageCase:
    """A page worth a look."""

    document_id: str
    source_path: str
    publication: str | None
    issue_date: date | None
    page: str | None
    status: str
    error: str | None
    n_articles: int
    n_chars: int
    in_residue: int


@dataclass(frozen=True, slots=True)
class ArticleCase:
    """An article worth a look; `raw_start` and `raw_end` are the hull of its stretches of the source."""

    article_id: str
    source_path: str
    page: str | None
    kind: str
    headline: str | None
    confidence: float
    characters: int
    raw_start: int | None
    raw_end: int | None


@dataclass(frozen=True, slots=True)
class FigureCase:
    """A figure worth a look, with its sentence."""

    figure_id: str
    article_id: str
    source_path: str
    surface: str
    sentence: str
    raw_start: int
    raw_end: int


@dataclass(frozen=True, slots=True)
class Pages:
    """The first of `total` pages."""

    total: int
    first: tuple[PageCase, ...]


@dataclass(frozen=True, slots=True)
class Articles:
    """The first of `total` articles."""

    total: int
    first: tuple[ArticleCase, ...]


@dataclass(frozen=True, slots=True)
class Doubtful:
    """The first of `total` figures."""

    total: int
    first: tuple[FigureCase, ...]


@dataclass(frozen=True, slots=True)
class Cases:
    """What to look at first."""

    troubled: Pages
    """Quarantined pages, then partial ones."""
    unsure: Articles
    """Below `UNSURE`, the least sure first."""
    doubtful: Doubtful
    left_over: Pages
    """Pages with at least `LEFT_OVER` of their characters in no article, the highest share first."""
    untitled: Articles
    """Articles without a headline, the longest first; no briefs, which seldom have one."""
    long: Articles
    """Above `LONG`, the longest first."""
    short: Articles
    """Below `SHORT`, the shortest first."""


@dataclass(frozen=True, slots=True)
class Facts:
    """All that a report says. `counts` go by names such as `pages`, `pages.ok`, `articles.news`, `sentences`."""

    snapshot: Snapshot
    previous: Snapshot | None
    sources: Sources | None
    counts: dict[str, Count]
    coverage: Coverage
    text: Text
    figures: Figures
    cases: Cases
