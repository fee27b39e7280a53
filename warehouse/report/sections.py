"""Arranges the facts as sections of tables, for both renderers: what a reader needs first comes first.

A table that has a plot is plotted from its first two columns, so that plot and numbers never differ.

    before  Facts(…, figures=Figures(by_kind=(KindOfFigure("count", 100, 33), …), …))
    after   Section("figures", "Figures", …, (Table("By kind", …, rows=(("count", 100, 33), …), plot="bars"), …))
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from warehouse.pointer import snapshot_name
from warehouse.report import facts
from warehouse.report.facts import Amounts, Counted, Facts, Spread, Tally, Timeline
from warehouse.report.shown import Form, Value

Row = tuple[Value, ...]
Columns = tuple[tuple[str, Form], ...]

WORD, NOTE, TEXT, PATH, ID = Form.WORD, Form.NOTE, Form.TEXT, Form.PATH, Form.ID
COUNT, CHANGE, SHARE, AMOUNT = Form.COUNT, Form.CHANGE, Form.SHARE, Form.AMOUNT


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under named columns. `total` is how many rows there are where not all are shown, `plot` how its first two
    columns are plotted: as `bars` that lie, as `columns` that stand, or not at all."""

    title: str
    columns: Columns
    rows: tuple[Row, ...]
    note: str = ""
    plot: str | None = None
    total: int | None = None
    id: str = ""
    """What a link leads to, for a list of cases."""

    @property
    def more(self) -> int:
        """Rows that are not shown."""
        return 0 if self.total is None else self.total - len(self.rows)


@dataclass(frozen=True, slots=True)
class Section:
    """Tables that belong together, under a heading."""

    id: str
    title: str
    about: str
    tables: tuple[Table, ...]


FEW = 8
"""Up to so many steps of a timeline are bars that lie: fewer columns would be as wide as they are high."""
COUNTS = {
    "pages": "pages",
    "articles": "articles",
    "sentences": "sentences",
    "figures": "figures, labels apart",
    "figures.labels": "labels: numbers that are part of a name",
    "figures.doubtful": "doubtful figures",
    "residue.stretches": "stretches in no article",
    "residue.characters": "characters in no article",
    "characters": "characters of the sources",
    "bytes": "bytes of all tables",
}
"""What the names of counts mean, in the order shown; the others are parts of the one that their name begins with."""


def arrange(report: Facts) -> tuple[Section, ...]:
    """The sections in the order in which they are shown."""
    return (_identity(report), _counts(report), _coverage(report), _text(report), _figures(report), _cases(report))


def title(report: Facts) -> str:
    """What the report is called."""
    return f"Corpus report, snapshot {snapshot_name(report.snapshot.id)}"


def cite(report: Facts) -> str:
    """How to name this snapshot in a paper."""
    snapshot, banmian = report.snapshot, report.snapshot.versions.get("banmian", "")
    return (
        f"Newspaper corpus made by banmian{' ' if banmian else ''}{banmian}, snapshot {snapshot_name(snapshot.id)} of"
        f" {snapshot.created[:10]}, {report.counts['pages'].now:,} pages, SHA-256 of all tables {snapshot.digest}."
    )


# --- which snapshot, and its counts -----------------------------------------------------------------------------------


def _identity(report: Facts) -> Section:
    now, before = report.snapshot, report.previous
    columns = (("what", WORD), ("this snapshot", ID), ("previous", ID))
    table = _compared(report, Table("Snapshot", columns, tuple(_identities(now, before))))
    return Section("snapshot", "Which snapshot this is", f"To cite it: {cite(report)}", (table,))


def _compared(report: Facts, table: Table) -> Table:
    """The table, where there is a previous snapshot; else without the columns that compare, from the third on."""
    if report.previous:
        return table
    return replace(table, columns=table.columns[:2], rows=tuple(row[:2] for row in table.rows))


def _identities(now: facts.Snapshot, before: facts.Snapshot | None) -> Iterator[Row]:
    yield "snapshot", _id(now.id), _id(before.id) if before else None
    yield "parent", _id(now.parent), _id(before.parent) if before else None
    for name in ("created", "digest", "rules"):
        yield name, getattr(now, name), getattr(before, name) if before else None
    for kind in ("versions", "options"):
        new, old = getattr(now, kind), getattr(before, kind) if before else {}
        for name in [*new, *(name for name in old if name not in new)]:
            yield f"{kind.removesuffix('s')} {name}", _said(new.get(name)), _said(old.get(name))


def _id(snapshot: int | None) -> str | None:
    return None if snapshot is None else snapshot_name(snapshot)


def _said(value: object) -> str | None:
    return None if value is None else str(value)


def _sources(sources: facts.Sources) -> Table:
    rows = tuple((name, getattr(sources, name)) for name in ("added", "changed", "removed", "same"))
    return Table("Pages since the previous snapshot", (("pages", WORD), ("count", COUNT)), rows)


def _counts(report: Facts) -> Section:
    rows = tuple(
        (label, count.now, count.before, _change(count))
        for label, count in ((label, report.counts[name]) for name, label in _names(report))
    )
    columns = (("what", WORD), ("this snapshot", COUNT), ("previous", COUNT), ("change", CHANGE))
    about = "" if report.previous else "There is no previous snapshot to compare with."
    tables = [_compared(report, Table("Rows and characters", columns, rows))]
    if report.sources:
        tables.append(_sources(report.sources))
    return Section("counts", "Counts", about, (*tables, _kinds(report)))


def _kinds(report: Facts) -> Table:
    total, prefix = report.counts["articles"].now, "articles."
    counts = [
        (name.removeprefix(prefix), count.now) for name, count in report.counts.items() if name.startswith(prefix)
    ]
    rows = tuple((kind, count, _share(count, total)) for kind, count in counts if count)
    return Table("Articles by kind", (("kind", WORD), ("articles", COUNT), ("share", SHARE)), rows, plot="bars")


def _names(report: Facts) -> Iterator[tuple[str, str]]:
    """The names of counts with what they are called, parts behind their whole."""
    for name, label in COUNTS.items():
        yield name, label
        for part in report.counts:
            if part not in COUNTS and part.startswith(f"{name}."):
                yield part, f"… {part.removeprefix(f'{name}.')}"


def _change(count: facts.Count) -> int | None:
    return None if count.before is None else count.now - count.before


# --- coverage ---------------------------------------------------------------------------------------------------------


def _coverage(report: Facts) -> Section:
    coverage = report.coverage
    return Section(
        "coverage",
        "What it covers",
        "Pages by publication and day of issue, where a path pattern, a sidecar or the page itself names them.",
        (
            _timeline("Pages by issue", coverage.issues, "pages"),
            _tally("Pages by publication", "publication", coverage.publications, "pages"),
            _tally("Pages by script", "script", coverage.scripts, "pages", plot=None, form=WORD),
            _tally("Pages by encoding", "encoding", coverage.encodings, "pages", plot=None, form=NOTE),
            _tally(
                "Pages by place of headlines",
                "headlines stand",
                coverage.headline_positions,
                "pages",
                plot=None,
                form=WORD,
            ),
        ),
    )


def _tally(title: str, what: str, tally: Tally, rows: str, plot: str | None = "bars", form: Form = TEXT) -> Table:
    found = tuple((_named(item), item.count, _share(item.count, tally.total)) for item in tally.top)
    columns = ((what, form), (rows, COUNT), ("share", SHARE))
    return Table(title, columns, found, plot=plot, total=tally.distinct)


def _named(item: Counted) -> str:
    return "(none)" if item.value is None else item.value


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def _timeline(title: str, line: Timeline, rows: str) -> Table:
    found = tuple((bar.value, bar.count) for bar in line.bars)
    rest = (("earlier", line.earlier), ("later", line.later), ("without a date", line.undated))
    note = ", ".join(f"{name} {count:,}" for name, count in rest if count)
    plot = "columns" if len(found) > FEW else "bars"
    return Table(title, ((line.step, WORD), (rows, COUNT)), found, note=note and f"Not shown: {note}.", plot=plot)


# --- text -------------------------------------------------------------------------------------------------------------


def _text(report: Facts) -> Section:
    text = report.text
    return Section(
        "text",
        "How the text was parted and cleaned",
        "Characters are those that are not blank. The middle is the median; 95 % is the number that 95 in 100 do not"
        " exceed.",
        (
            _conserved(text),
            Table("Sizes", _SPREAD, tuple(_spreads(text))),
            _bins(
                "Lengths of sentences", "characters up to", text.sentence_lengths, "sentences", "Bodies and crossheads."
            ),
            _bins("Lines mended within sentences", "taken out", text.mended, "sentences", _mended(text)),
            _bins("Confidence of articles", "confidence from", text.confidences, "articles", _confidence(text)),
            _residue(text),
            _tally("Sentences by role", "role", text.roles, "sentences", form=WORD),
        ),
    )


_SPREAD: Columns = (
    ("what", WORD), ("count", COUNT), ("least", COUNT), ("middle", COUNT), ("95 %", COUNT), ("most", COUNT),
)  # fmt: skip


def _conserved(text: facts.Text) -> Table:
    total = text.in_articles + text.in_residue
    places = (("in articles", text.in_articles), ("in no article", text.in_residue))
    rows = tuple((place, characters, _share(characters, total)) for place, characters in places)
    return Table(
        "Characters of the sources", (("where", WORD), ("characters", COUNT), ("share", SHARE)), rows, plot="bars"
    )


def _spreads(text: facts.Text) -> Iterator[Row]:
    sizes: tuple[tuple[str, Spread], ...] = (
        ("paragraphs of an article", text.paragraphs_of_article),
        ("sentences of an article", text.sentences_of_article),
        ("characters of an article", text.characters_of_article),
        ("characters of a paragraph", text.characters_of_paragraph),
        ("characters of a sentence", text.characters_of_sentence),
    )
    for name, spread in sizes:
        yield name, spread.count, spread.least, spread.median, spread.p95, spread.most


def _bins(title: str, what: str, bins: tuple[Counted, ...], rows: str, note: str) -> Table:
    total = sum(item.count for item in bins)
    found = tuple((item.value, item.count, _share(item.count, total)) for item in bins)
    columns = ((what, WORD), (rows, COUNT), ("share", SHARE))
    return Table(title, columns, found if total else (), note=note if total else "", plot="columns")


def _mended(text: facts.Text) -> str:
    return (
        f"The stretch of the source is longer than the text in {text.mended_sentences:,} of"
        f" {text.sentences_of_bodies:,} sentences of bodies and crossheads, by {text.mended_characters:,} characters in"
        " all: line ends, blanks between letters, lines of other columns. Shorter is a text that a rule spelled out."
    )


def _confidence(text: facts.Text) -> str:
    if text.confidence is None:
        return ""
    return f"Of articles at 0.9 about nine in ten are exactly right; the mean of all is {text.confidence:.3f}."


def _residue(text: facts.Text) -> Table:
    total = text.in_articles + text.in_residue
    rows = tuple(
        (item.reason, item.characters, item.stretches, _share(item.characters, total)) for item in text.residue
    )
    columns = (("why", NOTE), ("characters", COUNT), ("stretches", COUNT), ("share of the sources", SHARE))
    return _first("In no article", columns, rows, plot="bars")


def _first(title: str, columns: Columns, rows: tuple[Row, ...], plot: str) -> Table:
    return Table(title, columns, rows[: facts.SHOWN], plot=plot, total=len(rows))


# --- figures ----------------------------------------------------------------------------------------------------------


def _figures(report: Facts) -> Section:
    figures = report.figures
    return Section(
        "figures",
        "Figures",
        f"{figures.total:,} figures and {figures.labels:,} labels (numbers that are part of a name, a list mark or a"
        f" slogan); {figures.doubtful:,} are doubtful. All but the first table leave labels out.",
        (
            Table(
                "Figures by kind",
                (("kind", WORD), ("figures", COUNT), ("labels", COUNT)),
                tuple((item.kind, item.figures, item.labels) for item in figures.by_kind),
                plot="bars",
            ),
            _timeline("Figures by the year they speak of", figures.years, "figures"),
            _tally("Figures by unit", "unit", figures.units, "figures"),
            _tally("Figures by comparator", "comparator", figures.comparators, "figures", form=WORD),
            _tally("Figures by direction", "direction", figures.directions, "figures", plot=None, form=WORD),
            _amounts("Amounts of money", "currency", figures.money),
            _amounts("Percentages", "direction", figures.percent),
        ),
    )


def _amounts(title: str, what: str, amounts: tuple[Amounts, ...]) -> Table:
    rows = tuple((_named(Counted(item.value, 0)), item.count, item.median, item.p95) for item in amounts)
    columns = ((what, NOTE), ("figures", COUNT), ("middle", AMOUNT), ("95 %", AMOUNT))
    return Table(title, columns, rows, note="Without doubtful figures; of a range the lower end." if rows else "")


# --- cases ------------------------------------------------------------------------------------------------------------


def _cases(report: Facts) -> Section:
    cases = report.cases
    return Section(
        "cases",
        "What to look at first",
        "“banmian show --why” with a page's file prints the evidence for what was decided on it. Offsets count code"
        " points of the source as decoded.",
        (
            _pages("troubled", "Pages in quarantine or read in part", cases.troubled),
            _articles("unsure", f"Articles with a confidence below {facts.UNSURE}", cases.unsure),
            _doubtful(cases.doubtful),
            _pages("left-over", f"Pages with {facts.LEFT_OVER * 100:.0f} % or more in no article", cases.left_over),
            _articles("untitled", "Articles without a headline, briefs apart", cases.untitled),
            _articles("long", f"Articles of more than {facts.LONG:,} characters", cases.long),
            _articles("short", f"Articles of fewer than {facts.SHORT} characters", cases.short),
        ),
    )


def _pages(id_: str, title: str, pages: facts.Pages) -> Table:
    columns = (
        ("source", PATH), ("issue", TEXT), ("status", WORD), ("cause", NOTE), ("articles", COUNT),
        ("characters", COUNT), ("in no article", SHARE), ("document_id", ID),
    )  # fmt: skip
    rows = map(_page_row, pages.first)
    return _listed(id_, title, columns, rows, pages.total)


def _articles(id_: str, title: str, articles: facts.Articles) -> Table:
    columns = (
        ("headline", TEXT), ("kind", WORD), ("confidence", AMOUNT), ("characters", COUNT), ("source", PATH),
        ("page", TEXT), ("offsets", WORD), ("article_id", ID),
    )  # fmt: skip
    rows = map(_article_row, articles.first)
    return _listed(id_, title, columns, rows, articles.total)


def _page_row(case: facts.PageCase) -> Row:
    issue = " ".join(part for part in (case.publication, _said(case.issue_date), case.page) if part)
    share = _share(case.in_residue, case.n_chars)
    return (
        case.source_path,
        issue or None,
        case.status,
        case.error,
        case.n_articles,
        case.n_chars,
        share,
        case.document_id,
    )


def _article_row(case: facts.ArticleCase) -> Row:
    what = (case.headline, case.kind, f"{case.confidence:.3f}", case.characters)
    return (*what, case.source_path, case.page, _offsets(case.raw_start, case.raw_end), case.article_id)


def _doubtful(figures: facts.Doubtful) -> Table:
    columns = (("figure", TEXT), ("sentence", TEXT), ("source", PATH), ("offsets", WORD), ("figure_id", ID))
    rows = (
        (case.surface, case.sentence, case.source_path, _offsets(case.raw_start, case.raw_end), case.figure_id)
        for case in figures.first
    )
    return _listed("doubtful", "Doubtful figures", columns, rows, figures.total)


def _listed(id_: str, title: str, columns: Columns, rows: Iterable[Row], total: int) -> Table:
    return Table(title, columns, tuple(rows), total=total, id=id_)


def _offsets(start: int | None, end: int | None) -> str | None:
    return None if start is None or end is None else f"{start}–{end}"
