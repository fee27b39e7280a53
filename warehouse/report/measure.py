"""Measures a snapshot: SQL over its Parquet files, one look at each of the five tables.

Each table is read once, only the columns that count, into a small table of its own (one row a page, an article, a pair
of lengths, a kind of figure); all else is counted from these. What the lists of cases need beyond that is fetched for
their few rows. Everything is ordered down to the key, so that the same snapshot gives the same facts.

    before  figure/*.parquet: a million rows
    after   tally: kind, unit, comparator, direction, is_label, doubtful, year, how many; some hundred rows
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from itertools import accumulate
from math import ceil
from typing import Any

import duckdb

from warehouse import schema
from warehouse.corpus import Corpus
from warehouse.errors import NoWarehouse
from warehouse.manifest import Manifest
from warehouse.report import facts
from warehouse.report.facts import Amounts, Count, Counted, Coverage, Facts, Figures, Spread, Tally, Text, Timeline

Connection = duckdb.DuckDBPyConnection

# Blank is what the contract calls so: whitespace, control and format characters.
NO_BLANKS = r"length(regexp_replace(text, '[\s\p{Z}\p{Cc}\p{Cf}]+', '', 'g'))"
PREPARED = f"""
create temp table rest as select document_id, reason, {NO_BLANKS} as n from residue;
create temp table sheet as
    select document_id, source_path, publication, issue_date, page, encoding, script, headline_position,
        n_chars, n_articles, status, error, coalesce(left_over, 0)::bigint as left_over
    from document left join (select document_id, sum(n) as left_over from rest group by all) using (document_id);
create temp table paragraph as
    select article_id, max("end") - min(start) as n, max("end") as last
    from sentence where paragraph is not null group by article_id, paragraph;
create temp table story as
    select article_id, document_id, kind, headline is null as untitled, round(confidence::double, 4) as confidence,
        n_sentences, coalesce(paragraphs, 0) as paragraphs, coalesce(chars, 0) as chars
    from article left join (
        select article_id, count(*) as paragraphs, max(last) as chars from paragraph group by all
    ) using (article_id);
create temp table length as
    select role, "end" - start as n, raw_end - raw_start - ("end" - start) as taken, count(*) as k
    from sentence group by all;
create temp table tally as
    select kind, unit, comparator, direction, is_label, doubtful, year(coalesce(date_start, period_start)) as year,
        count(*) as k
    from figure group by all;
"""

CONFIDENCES = tuple((f"{n / 10:.1f}", n) for n in range(10))
LENGTHS = (*((str(high), high) for high in range(10, 101, 10)), ("more", None))
MENDED = (
    ("shorter", -1), ("0", 0), ("1", 1), ("2", 2), ("3", 3), ("4–10", 10), ("11–100", 100), ("more", None),
)  # fmt: skip
"""Labels with the highest number that belongs to each."""


def measure(corpus: Corpus, previous: Corpus | None = None) -> Facts:
    """The facts of a snapshot, beside the counts of a previous one.

    A previous snapshot whose tables can't be read gives the counts of its manifest only. Raises `NoWarehouse` where
    the tables of `corpus` can't be read.
    """
    try:
        with corpus.duckdb() as db:
            db.execute(PREPARED)
            before = _previous_counts(previous) if previous else {}
            return Facts(
                snapshot=_snapshot(corpus.manifest),
                previous=_snapshot(previous.manifest) if previous else None,
                sources=_sources(corpus.manifest, previous.manifest) if previous else None,
                counts=_compare(_counts(corpus.manifest, db), before),
                coverage=_coverage(db),
                text=_text(db),
                figures=_figures(db),
                cases=_cases(db),
            )
    except duckdb.Error as cause:
        raise NoWarehouse(f"{corpus.path}: can't be read: {cause}; build again with --force") from cause


def _all(db: Connection, sql: str, *values: object) -> list[Any]:
    return db.execute(sql, values).fetchall()


def _one(db: Connection, sql: str) -> Any:
    return _all(db, sql)[0]


# --- which snapshot, and its counts -----------------------------------------------------------------------------------


def _snapshot(manifest: Manifest) -> facts.Snapshot:
    return facts.Snapshot(
        id=manifest.snapshot,
        parent=manifest.parent,
        created=manifest.created,
        digest=manifest.digest,
        rules=manifest.rules,
        bytes=manifest.bytes,
        versions=manifest.versions,
        options=manifest.options,
    )


def _sources(now: Manifest, before: Manifest) -> facts.Sources:
    new, old = ({source.path: source.sha256 for source in manifest.sources} for manifest in (now, before))
    both = new.keys() & old.keys()
    same = sum(new[path] == old[path] for path in both)
    return facts.Sources(len(new) - len(both), len(old) - len(both), len(both) - same, same)


def _counts(manifest: Manifest, db: Connection) -> dict[str, int]:
    """Counts by name: those of the manifest, and those that only the tables tell."""
    labels, doubtful = _one(db, "select count(*) filter (is_label), count(*) filter (doubtful) from figure")
    [characters] = _one(db, f"select coalesce(sum({NO_BLANKS}), 0)::bigint from residue")
    return {
        **_manifest_counts(manifest),
        "figures": manifest.rows["figure"] - labels,
        "figures.labels": labels,
        "figures.doubtful": doubtful,
        "residue.characters": characters,
    }


def _manifest_counts(manifest: Manifest) -> dict[str, int]:
    statuses, kinds = manifest.statuses, manifest.articles
    return {
        "pages": sum(statuses.values()),
        **{f"pages.{name}": statuses.get(name, 0) for name in schema.STATUSES},
        "articles": sum(kinds.values()),
        **{f"articles.{name}": kinds.get(name, 0) for name in schema.ARTICLE_KINDS},
        "characters": manifest.characters,
        "sentences": manifest.rows["sentence"],
        "residue.stretches": manifest.rows["residue"],
        "bytes": manifest.bytes,
    }


def _previous_counts(previous: Corpus) -> dict[str, int]:
    try:
        with previous.duckdb() as db:
            return _counts(previous.manifest, db)
    except duckdb.Error:
        return _manifest_counts(previous.manifest)


def _compare(now: dict[str, int], before: dict[str, int]) -> dict[str, Count]:
    return {name: Count(count, before.get(name)) for name, count in now.items()}


# --- tallies, spreads, timelines --------------------------------------------------------------------------------------


def _tally(db: Connection, column: str, source: str, weight: str = "1") -> Tally:
    """The values of a column of one of the prepared tables; `source` may carry a condition."""
    rows = _all(
        db, f"select {column}, sum({weight})::bigint as n from {source} group by 1 order by n desc, 1 nulls last"
    )
    top = tuple(Counted(value, count) for value, count in rows[: facts.SHOWN])
    return Tally(sum(count for _, count in rows), len(rows), top)


def _timeline(db: Connection, step: str, number: str, source: str, weight: str = "1") -> Timeline:
    """Rows by a whole number that stands for a month (12 times the year plus the month, from 0) or a year."""
    sql = f"select {number} as step, sum({weight})::bigint from {source} group by 1 order by 1 nulls last"
    counts: dict[int | None, int] = dict(_all(db, sql))
    undated = counts.pop(None, 0)
    return timeline(step, {number: count for number, count in counts.items() if number is not None}, undated)


def timeline(step: str, counts: Mapping[int, int], undated: int) -> Timeline:
    """Without gaps; of all stretches of `BARS` steps the latest of those that hold most rows."""
    if not counts:
        return Timeline(step, (), 0, 0, undated)
    start, end = _fullest(counts)
    bars = tuple(Counted(_step_name(step, number), counts.get(number, 0)) for number in range(start, end + 1))
    earlier = sum(count for number, count in counts.items() if number < start)
    later = sum(count for number, count in counts.items() if number > end)
    return Timeline(step, bars, earlier, later, undated)


def _fullest(counts: Mapping[int, int]) -> tuple[int, int]:
    """First and last step of the stretch; both have rows."""
    steps = sorted(counts)
    sums = [0, *accumulate(counts[step] for step in steps)]
    ends = [bisect_left(steps, step + facts.BARS) for step in steps]
    best = max(range(len(steps)), key=lambda place: (sums[ends[place]] - sums[place], place))
    return steps[best], steps[ends[best] - 1]


def _step_name(step: str, number: int) -> str:
    return str(number) if step == "year" else f"{number // 12}-{number % 12 + 1:02d}"


def _spread(db: Connection, column: str, source: str) -> Spread:
    sql = f"select count({column}), min({column}), quantile_disc({column}, [0.5, 0.95]), max({column}) from {source}"
    count, least, middle, most = _one(db, sql)
    return Spread(count, least, middle[0], middle[1], most) if count else Spread(0)


def _spread_of(counts: Iterable[tuple[int, int]]) -> Spread:
    """Of numbers given in ascending order, each with how often it occurs."""
    rows = list(counts)
    total = sum(often for _, often in rows)
    if not total:
        return Spread(0)
    return Spread(total, rows[0][0], _nth(rows, ceil(total / 2)), _nth(rows, ceil(total * 95 / 100)), rows[-1][0])


def _nth(rows: list[tuple[int, int]], rank: int) -> int:
    seen = 0
    for number, often in rows:
        seen += often
        if seen >= rank:
            return number
    raise ValueError(f"there are {seen} numbers, no {rank}th")


def _binned(counts: Iterable[tuple[int, int]], bins: Iterable[tuple[str, int | None]]) -> tuple[Counted, ...]:
    """How many numbers belong to each bin; the highest of the last one is None."""
    rows, found, low = list(counts), [], float("-inf")
    for label, high in bins:
        top = float("inf") if high is None else high
        found.append(Counted(label, sum(often for number, often in rows if low < number <= top)))
        low = top
    return tuple(found)


# --- coverage, text, figures ------------------------------------------------------------------------------------------


def _coverage(db: Connection) -> Coverage:
    return Coverage(
        publications=_tally(db, "publication", "sheet"),
        issues=_issues(db),
        scripts=_tally(db, "script", "sheet"),
        encodings=_tally(db, "encoding", "sheet"),
        headline_positions=_tally(db, "headline_position", "sheet"),
    )


def _issues(db: Connection) -> Timeline:
    """By month where the months fit, else by year."""
    month = "year(issue_date) * 12 + month(issue_date) - 1"
    first, last = _one(db, f"select min({month}), max({month}) from sheet")
    if first is not None and last - first >= facts.BARS:
        return _timeline(db, "year", "year(issue_date)", "sheet")
    return _timeline(db, "month", month, "sheet")


BODY = "from length where role in ('body', 'crosshead')"


def _text(db: Connection) -> Text:
    lengths = _all(db, f"select n, sum(k)::bigint {BODY} group by 1 order by 1")
    taken = _all(db, f"select taken, sum(k)::bigint {BODY} group by 1 order by 1")
    mended = [(more, often) for more, often in taken if more > 0]
    chars, left_over = _one(
        db, "select coalesce(sum(n_chars), 0)::bigint, coalesce(sum(left_over), 0)::bigint from sheet"
    )
    # Whole numbers: a sum of floats depends on which thread is done first.
    [confidence] = _one(db, "select sum(round(confidence * 10000)::bigint)::bigint / count(*) / 10000 from story")
    return Text(
        in_articles=max(chars - left_over, 0),
        in_residue=left_over,
        confidence=None if confidence is None else round(confidence, 3),
        confidences=_binned(
            _all(db, "select least(floor(confidence * 10), 9)::int, count(*) from story group by 1 order by 1"),
            CONFIDENCES,
        ),
        paragraphs_of_article=_spread(db, "paragraphs", "story"),
        sentences_of_article=_spread(db, "n_sentences", "story"),
        characters_of_article=_spread(db, "chars", "story"),
        characters_of_paragraph=_spread(db, "n", "paragraph"),
        characters_of_sentence=_spread_of(lengths),
        sentence_lengths=_binned(lengths, LENGTHS),
        sentences_of_bodies=sum(often for _, often in lengths),
        mended_sentences=sum(often for _, often in mended),
        mended_characters=sum(more * often for more, often in mended),
        mended=_binned(taken, MENDED),
        roles=_tally(db, "role", "length", "k"),
        residue=tuple(
            facts.Reason(*row)
            for row in _all(
                db, "select reason, count(*), sum(n)::bigint as chars from rest group by 1 order by chars desc, 1"
            )
        ),
    )


def _figures(db: Connection) -> Figures:
    total, labels, doubtful = _one(
        db,
        "select coalesce(sum(k), 0)::bigint, coalesce(sum(k) filter (is_label), 0)::bigint,"
        " coalesce(sum(k) filter (doubtful), 0)::bigint from tally",
    )
    said = "tally where not is_label"
    return Figures(
        total=total - labels,
        labels=labels,
        doubtful=doubtful,
        by_kind=_kinds(db),
        units=_tally(db, "unit", said, "k"),
        comparators=_tally(db, "comparator", said, "k"),
        directions=_tally(db, "direction", said, "k"),
        years=_timeline(db, "year", "year", said, "k"),
        money=_amounts(db, "unit", "kind = 'money'"),
        percent=_amounts(db, "direction", "kind = 'percent' and unit = '%'"),
    )


def _kinds(db: Connection) -> tuple[facts.KindOfFigure, ...]:
    rows = _all(
        db,
        "select kind, coalesce(sum(k) filter (not is_label), 0)::bigint as figures,"
        " coalesce(sum(k) filter (is_label), 0)::bigint as labels from tally group by 1 order by figures desc, kind",
    )
    return tuple(facts.KindOfFigure(*row) for row in rows)


def _amounts(db: Connection, column: str, condition: str) -> tuple[Amounts, ...]:
    rows = _all(
        db,
        f"select {column}, count(*) as n, quantile_disc(value, [0.5, 0.95]) from figure"
        f" where {condition} and not is_label and not doubtful and isfinite(value)"
        f" group by 1 order by n desc, 1 nulls last limit {facts.SHOWN}",
    )
    return tuple(Amounts(value, count, *middle) for value, count, middle in rows)


# --- cases ------------------------------------------------------------------------------------------------------------


def _cases(db: Connection) -> facts.Cases:
    share = "left_over::double / n_chars"
    return facts.Cases(
        troubled=_pages(db, "status <> 'ok'", "status = 'partial', source_path"),
        unsure=_articles(db, f"confidence < {facts.UNSURE}", "confidence"),
        doubtful=_doubtful(db),
        left_over=_pages(db, f"n_chars > 0 and {share} >= {facts.LEFT_OVER}", f"{share} desc"),
        untitled=_articles(db, "untitled and kind <> 'brief'", "chars desc"),
        long=_articles(db, f"chars > {facts.LONG}", "chars desc"),
        short=_articles(db, f"chars < {facts.SHORT}", "chars"),
    )


def _pages(db: Connection, condition: str, order: str) -> facts.Pages:
    [total] = _one(db, f"select count(*) from sheet where {condition}")
    rows = _all(
        db,
        f"select document_id, source_path, publication, issue_date, page, status, left(error, {facts.CUT}),"
        " n_articles, n_chars, left_over"
        f" from sheet where {condition} order by {order}, document_id limit {facts.SHOWN}",
    )
    return facts.Pages(total, tuple(facts.PageCase(*row) for row in rows))


def _articles(db: Connection, condition: str, order: str) -> facts.Articles:
    [total] = _one(db, f"select count(*) from story where {condition}")
    rows = _all(
        db,
        "select article_id, document_id, kind, confidence, chars"
        f" from story where {condition} order by {order}, article_id limit {facts.SHOWN}",
    )
    headlines = _by_key(
        db,
        f"select article_id, left(headline, {facts.CUT}), raw_spans[1].start, raw_spans[-1].end from article"
        " where list_contains(?, article_id)",
        [row[0] for row in rows],
    )
    return facts.Articles(total, tuple(_article_cases(db, rows, headlines)))


def _article_cases(db: Connection, rows: list[Any], headlines: dict[str, Any]) -> Iterator[facts.ArticleCase]:
    sheets = _sheets(db, [row[1] for row in rows])
    for article_id, document_id, kind, confidence, chars in rows:
        headline, start, end = headlines[article_id]
        path, page = sheets[document_id]
        yield facts.ArticleCase(article_id, path, page, kind, headline, confidence, chars, start, end)


def _sheets(db: Connection, document_ids: list[str]) -> dict[str, Any]:
    return _by_key(
        db, "select document_id, source_path, page from sheet where list_contains(?, document_id)", document_ids
    )


def _by_key(db: Connection, sql: str, keys: list[str]) -> dict[str, Any]:
    """The rows of these keys, by key; the key is the first column."""
    return {key: rest for key, *rest in _all(db, sql, keys)} if keys else {}


def _doubtful(db: Connection) -> facts.Doubtful:
    [total] = _one(db, "select coalesce(sum(k) filter (doubtful), 0)::bigint from tally")
    rows = _all(
        db,
        f"select figure_id, sentence_id, article_id, left(surface, {facts.CUT}), raw_start, raw_end from figure"
        f" where doubtful order by is_label, figure_id limit {facts.SHOWN}",
    )
    find_texts = f"select sentence_id, left(text, {facts.CUT}) from sentence where list_contains(?, sentence_id)"
    homes = "story join sheet using (document_id)"
    find_pages = f"select article_id, source_path from {homes} where list_contains(?, article_id)"
    texts, pages = _by_key(db, find_texts, [row[1] for row in rows]), _by_key(db, find_pages, [row[2] for row in rows])
    return facts.Doubtful(
        total,
        tuple(
            facts.FigureCase(figure_id, article_id, pages[article_id][0], surface, texts[sentence_id][0], start, end)
            for figure_id, sentence_id, article_id, surface, start, end in rows
        ),
    )
