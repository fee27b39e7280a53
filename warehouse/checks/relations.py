"""What rows tell together: keys, order, conservation, counts, and how a row lies in the one it belongs to.

One short query for each promise, which selects the names of the rows that break it; to add one, add a `Question`.
Beside the five tables there are two made of them (`PREPARED`): `held`, the stretches of the sources that rows hold, and
`paragraph`, the paragraphs of each article's text with their offsets.

    before  article 1 holds [0, 30) of its page, article 2 holds [29, 61)
    after   document: characters held twice in 1 row(s): … at 29
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from warehouse import schema
from warehouse.checks.engine import Question, label

if TYPE_CHECKING:
    import duckdb

PREPARED = (
    """
    create table held as
        select document_id, article_id, span.start as start, span."end" as "end"
        from (select document_id, article_id, unnest(raw_spans) as span from article)
        union all
        select document_id, null, raw_start, raw_end from residue
    """,
    """
    create table paragraph as
        with split as (select article_id, string_split(text, chr(10)) as parts from article where text <> ''),
        listed as (
            select article_id, unnest(parts) as text, generate_subscripts(parts, 1) - 1 as paragraph from split
        ),
        ended as (
            select *, sum(length(text) + 1) over (partition by article_id order by paragraph)::bigint - 1 as "end"
            from listed
        )
        select article_id, paragraph, text, "end" - length(text) as start, "end" from ended
    """,
    "create macro without_blanks(text) as replace(replace(text, ' ', ''), chr(10), '')",
)


def prepare(connection: duckdb.DuckDBPyConnection) -> None:
    """Makes what the questions of `CONTENT` ask of beside the five tables."""
    for statement in PREPARED:
        connection.execute(statement)


def repeated(table: schema.Table) -> Question:
    """Keys that more than one row has."""
    sql = f"select {table.key} from {table.name} group by {table.key} having count(*) > 1"
    return Question(table.name, "key given more than once", sql)


def _lost(table: schema.Table, parent: str) -> Question:
    """Rows whose parent is not there."""
    sql = f"select {label(table)} from {table.name} anti join {parent.removesuffix('_id')} using ({parent})"
    return Question(table.name, f"{parent} leads nowhere", sql)


def _out_of_order(name: str, parent: str) -> Question:
    """Rows lie in the order of their parents, and ordinals count from 0 in each."""
    sql = f"""
        select {name}_id from (
            select {name}_id, {name}.ordinal, {parent}.rowid as home,
                lag({parent}.rowid, 1, -1) over rows as home_before,
                lag({name}.ordinal, 1, -1) over rows as ordinal_before
            from {name} join {parent} using ({parent}_id)
            window rows as (order by {name}.rowid)
        )
        where home < home_before or ordinal <> case when home = home_before then ordinal_before + 1 else 0 end
    """
    return Question(name, "out of order", sql)


def _scattered(table: schema.Table, parent: str) -> Question:
    """Rows lie in the order of their parents: a reader can go through the tables side by side."""
    sql = f"""
        select row from (
            select {label(table)} as row, {parent}.rowid as home,
                lag({parent}.rowid) over (order by {table.name}.rowid) as home_before
            from {table.name} join {parent} using ({parent}_id)
        )
        where home < home_before
    """
    return Question(table.name, "out of order", sql)


def _miscounted(parent: str, child: str) -> Question:
    sql = f"""
        select {parent}_id from {parent}
        left join (select {parent}_id, count(*) as found from {child} group by {parent}_id) using ({parent}_id)
        where n_{child}s <> coalesce(found, 0)
    """
    return Question(parent, f"n_{child}s is not their number", sql)


def _of_quarantined(table: schema.Table) -> Question:
    sql = f"""
        select {label(table)} from {table.name}
        semi join (select document_id from document where status = 'quarantined') using (document_id)
    """
    return Question(table.name, "row of a quarantined page", sql)


def _headless(role: str) -> Question:
    """The sentence of a headline is one of its article's headline."""
    sql = f"""
        select sentence_id from sentence join article using (article_id)
        where role = '{role}' and contains(article.{role}, sentence.text) is not true
    """
    return Question("sentence", f"not in the {role} of its article", sql)


def _unsaid(role: str) -> Question:
    """Each headline is a sentence as well."""
    sql = f"""
        select article_id from article
        anti join (select article_id from sentence where role = '{role}') using (article_id)
        where {role} is not null
    """
    return Question("article", f"{role} without a sentence", sql)


KEYS = (
    *(repeated(table) for table in schema.TABLES if table.key),
    *(_lost(table, parent) for table in schema.TABLES for parent in table.parents),
)

CONTENT = (
    Question(
        "document",
        "source_path given more than once",
        "select document_id from document qualify count(*) over (partition by source_path) > 1",
    ),
    Question(
        "figure",
        "article_id is not that of its sentence",
        """
        select figure_id from figure join sentence using (sentence_id)
        where figure.article_id <> sentence.article_id
        """,
    ),
    _out_of_order("article", "document"),
    _out_of_order("sentence", "article"),
    _scattered(schema.FIGURE, "sentence"),
    _scattered(schema.RESIDUE, "document"),
    Question(
        "document",
        "a stretch encloses nothing",
        'select document_id from held where start < 0 or start >= "end"',
    ),
    Question(
        "document",
        "characters held twice",
        """
        select document_id || ' at ' || start from (
            select document_id, start, max("end") over before as end_before from held
            window before as (
                partition by document_id order by start, "end" rows between unbounded preceding and 1 preceding
            )
        )
        where start < end_before
        """,
    ),
    Question(
        "document",
        "characters held by no row",
        """
        select document_id from document
        left join (select document_id, sum("end" - start) as size from held group by document_id) using (document_id)
        where status <> 'quarantined' and coalesce(size, 0) < n_chars
        """,
    ),
    _miscounted("document", "article"),
    _miscounted("article", "sentence"),
    _miscounted("article", "figure"),
    _of_quarantined(schema.ARTICLE),
    _of_quarantined(schema.RESIDUE),
    *map(_headless, schema.HEADLINE_ROLES),
    *map(_unsaid, schema.HEADLINE_ROLES),
    Question(
        "article",
        "a crosshead is no paragraph of text",
        """
        select distinct article_id from (select article_id, unnest(crossheads) as text from article)
        anti join paragraph using (article_id, text)
        """,
    ),
    Question(
        "sentence",
        "of no crosshead of its article",
        """
        select sentence_id from (
            select sentence_id, article_id, paragraph.text
            from sentence join paragraph using (article_id, paragraph) where role = 'crosshead'
        )
        anti join (select article_id, unnest(crossheads) as text from article) using (article_id, text)
        """,
    ),
    Question(
        "sentence",
        "not in its paragraph",
        """
        select sentence_id from sentence left join paragraph using (article_id, paragraph)
        where sentence.start is not null
            and (sentence.start >= paragraph.start and sentence."end" <= paragraph."end") is not true
        """,
    ),
    Question(
        "sentence",
        "begins before the one before it has ended",
        """
        select sentence_id from (
            select sentence_id, start, max("end") over before as end_before from sentence
            window before as (
                partition by article_id order by ordinal rows between unbounded preceding and 1 preceding
            )
        )
        where start < end_before
        """,
    ),
    # They lie in it one behind the other, as others ask: so their lengths tell.
    Question(
        "article",
        "text is not its sentences",
        """
        select article_id from article
        left join (
            select article_id, sum(length(without_blanks(text))) as said from sentence
            where start is not null group by article_id
        ) using (article_id)
        where length(without_blanks(text)) <> coalesce(said, 0)
        """,
    ),
    Question(
        "sentence",
        "outside its article",
        """
        select sentence_id from sentence
        left join (
            select article_id, min(start) as first, max("end") as last from held group by article_id
        ) using (article_id)
        where (raw_start >= first and raw_end <= last) is not true
        """,
    ),
    Question(
        "figure",
        "outside its sentence",
        """
        select figure_id from figure join sentence using (sentence_id)
        where figure.raw_start < sentence.raw_start or figure.raw_end > sentence.raw_end
        """,
    ),
)

SNAPSHOT = (
    repeated(schema.DOCUMENT),
    repeated(schema.ARTICLE),
    Question(
        "article",
        "continues leads nowhere",
        """
        select article_id from article anti join (select article_id as continues from article) using (continues)
        where continues is not null
        """,
    ),
    Question("article", "continues itself", "select article_id from article where continues = article_id"),
    Question(
        "article",
        "continues an article of its own page",
        """
        select part.article_id from article as part join article as first on part.continues = first.article_id
        where part.document_id = first.document_id and part.article_id <> first.article_id
        """,
    ),
)
