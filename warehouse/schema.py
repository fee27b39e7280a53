"""The five tables: the only place that knows columns, and how a `Document` becomes them.

The tables are those of `docs/contract.md`, column by column; the data dictionary is made from here
(`python -m warehouse.dictionary`). A column names the place of its value in a row of dataclasses, so that a document
turns into columns without a word about any of them elsewhere:

    before  Figure(figure_id, mention=Mention(surface="4000多个", kind="count", value=4000.0, …), …)
    after   figure_id: […], surface: ["4000多个"], kind: ["count"], value: [4000.0], …
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate, chain
from operator import attrgetter
from typing import Any, NamedTuple

import pyarrow as pa

from transforms.document import Article, Document, Figure, Residue, Sentence
from warehouse.errors import RowsRefused

VERSION = 1
"""Goes up when a column is renamed, dropped or changes its type or meaning; a new column does not raise it."""

STATUSES = ("ok", "partial", "quarantined")
SCRIPTS = ("simplified", "traditional", "mixed")
HEADLINE_POSITIONS = ("before", "after", "mixed")
ARTICLE_KINDS = ("speech", "news", "brief", "photo", "other")
HEADLINE_ROLES = ("kicker", "headline", "subheadline")
BODY_ROLES = ("crosshead", "body")
ROLES = HEADLINE_ROLES + BODY_ROLES
FIGURE_KINDS = (
    "count",
    "percent",
    "money",
    "rank",
    "fraction",
    "multiple",
    "quantity",
    "age",
    "temperature",
    "duration",
    "date",
    "time",
    "number",
)
COMPARATORS = ("=", ">", ">=", "<", "<=", "~")
DIRECTIONS = ("up", "down")

STRING = pa.string()
INT = pa.int32()
FLOAT = pa.float64()
DATE = pa.date32()


def _items(type_: pa.DataType) -> pa.DataType:
    return pa.list_(pa.field("element", type_, nullable=False))


STRINGS = _items(STRING)
SPANS = _items(pa.struct([pa.field("start", INT, nullable=False), pa.field("end", INT, nullable=False)]))
CREDITS = _items(pa.struct([pa.field("role", STRING), pa.field("name", STRING, nullable=False)]))


class Row(NamedTuple):
    """One row of any table with the dataclasses it hangs from; those that its table has not got are None."""

    document: Document
    article: Article | None = None
    sentence: Sentence | None = None
    figure: Figure | None = None
    residue: Residue | None = None


@dataclass(frozen=True)
class Column:
    """A column: its description, whether it may be null, its closed set of values (empty: open), and the place of its
    value in a `Row` where that is not `<table>.<name>`."""

    name: str
    type: pa.DataType
    meaning: str
    null: bool = False
    values: tuple[str, ...] = ()
    place: str = ""
    repeats: bool = False
    """Few values over and over: worth a dictionary in the file."""

    @property
    def field(self) -> pa.Field:
        return pa.field(self.name, self.type, nullable=self.null, metadata={"description": self.meaning})


@dataclass(frozen=True)
class Table:
    """A table: what one row is, its columns in the order of the contract, its key, the keys of other tables in it."""

    name: str
    meaning: str
    columns: tuple[Column, ...]
    key: str | None
    parents: tuple[str, ...] = ()
    """Columns that are the key of the table they name: `article_id` of table `article`."""
    long: bool = False
    """Its rows are as long as some eight of other tables."""

    @cached_property
    def schema(self) -> pa.Schema:
        metadata = {"banmian.table": self.name, "banmian.schema": str(VERSION), "description": self.meaning}
        return pa.schema([column.field for column in self.columns], metadata=metadata)

    @cached_property
    def dictionary_columns(self) -> list[str]:
        """The columns, by their path in the file, that are written with a dictionary."""
        return [_path(column) for column in self.columns if column.repeats]

    @cached_property
    def _places(self) -> list[tuple[str, str]]:
        """For each column the dataclass that holds its value, as a row leads to it, and the value's name there."""
        places = (column.place or f"{self.name}.{column.name}" for column in self.columns)
        return [(holder, name) for holder, _, name in (place.rpartition(".") for place in places)]

    def batch(self, rows: list[Row]) -> pa.RecordBatch:
        """The rows as columns.

        Raises `RowsRefused`, naming column and row, where a value is missing or does not fit its column.
        """
        # The dataclasses first, each once: from figure.mention hang twenty columns.
        held = {holder: list(map(attrgetter(holder), rows)) for holder in dict(self._places)}
        columns = zip(self.columns, self._places, strict=True)
        arrays = [_array(self, column, map(attrgetter(name), held[holder]), rows) for column, (holder, name) in columns]
        return pa.RecordBatch.from_arrays(arrays, schema=self.schema)


def _path(column: Column) -> str:
    return f"{column.name}.list.element" if column.type == STRINGS else column.name


def _array(table: Table, column: Column, values: Iterable[Any], rows: list[Row]) -> pa.Array:
    try:
        array = _build(list(values), column.type)
    except (pa.ArrowInvalid, pa.ArrowTypeError, TypeError, AttributeError, OverflowError, UnicodeEncodeError) as cause:
        near = rows[0].document.source_path
        raise RowsRefused(f"{table.name}.{column.name}: {cause} (in {near} or a page after it)") from cause
    if array.null_count and not column.null:
        row = rows[array.is_null().index(True).as_py()]
        raise RowsRefused(f"{table.name}.{column.name} is missing in a row of {row.document.source_path}")
    return array


def _build(values: list[Any], type_: pa.DataType) -> pa.Array:
    if type_ in (SPANS, CREDITS):
        return _structs(values, type_)
    return pa.array(values, type_)


def _structs(values: list[tuple[Any, ...]], type_: pa.DataType) -> pa.Array:
    """Lists of structs, column by column: a dict for each of millions of spans would cost more than all the rest."""
    struct = type_.value_type
    fields = [struct.field(number) for number in range(struct.num_fields)]
    items = list(chain.from_iterable(values))
    arrays = [pa.array([getattr(item, field.name) for item in items], field.type) for field in fields]
    offsets = pa.array(list(accumulate(map(len, values), initial=0)), pa.int32())
    return pa.ListArray.from_arrays(offsets, pa.StructArray.from_arrays(arrays, fields=fields), type=type_)


DOCUMENT = Table(
    "document",
    "one row per source file",
    (
        Column("document_id", STRING, "stable for the same source path under the same source root"),
        Column("source_path", STRING, "relative to the source root: the folder given, or the file's own folder"),
        Column("sha256", STRING, "of the raw bytes; empty where the file could not be read"),
        Column("encoding", STRING, "as detected: utf-8, gb18030, big5, utf-16…", null=True, repeats=True),
        Column(
            "script",
            STRING,
            "simplified (conversion changed no character), traditional or mixed",
            null=True,
            values=SCRIPTS,
            repeats=True,
        ),
        Column("publication", STRING, "the paper's name; null when unknown", null=True, repeats=True),
        Column("issue_date", DATE, "the day of the issue; null when unknown", null=True, repeats=True),
        Column("page", STRING, "the page as the paper counts it; null when unknown", null=True, repeats=True),
        Column(
            "headline_position",
            STRING,
            "where this page puts its headlines: before, after or mixed",
            null=True,
            values=HEADLINE_POSITIONS,
            repeats=True,
        ),
        Column("n_chars", INT, "non-blank characters of the source"),
        Column("n_articles", INT, "articles found"),
        Column(
            "status",
            STRING,
            "ok, partial (rows are there, error says what is wrong with them) or quarantined (no rows but this one)",
            values=STATUSES,
            repeats=True,
        ),
        Column("error", STRING, "why the status is not ok; null when it is", null=True),
    ),
    key="document_id",
)

ARTICLE = Table(
    "article",
    "one row per article, in reading order",
    (
        Column("article_id", STRING, "unique and stable"),
        Column("document_id", STRING, "the page it stands on", place="document.document_id", repeats=True),
        Column("ordinal", INT, "place in the document, from 0"),
        Column(
            "kind",
            STRING,
            "speech (the words of a speech), news, brief (an item of a 标题新闻/简讯 box), photo (a picture's caption, "
            "or a picture story signed 摄/摄影报道) or other",
            values=ARTICLE_KINDS,
            repeats=True,
        ),
        Column("section", STRING, "the box's or column's own label: 标题新闻, 人民论坛", null=True, repeats=True),
        Column("kicker", STRING, "引题: the line above the headline", null=True),
        Column("headline", STRING, "主题; two halves joined with one space", null=True),
        Column("subheadline", STRING, "副题: the line below the headline; a leading dash dropped", null=True),
        Column("agency", STRING, "本报讯, 新华社; of 本报北京5月24日电 it is 本报", null=True, repeats=True),
        Column("dateline", STRING, "place and date of the wire line: 北京5月24日", null=True),
        Column(
            "byline",
            CREDITS,
            "one a name; role as printed (记者, 通讯员, 摄影…), null where none is: （余建斌、赵金龙）",
        ),
        Column("speaker", STRING, "of a speech: who speaks", null=True),
        Column("occasion", STRING, "of a speech: where it was given, 在…上的讲话", null=True),
        Column("event_date", DATE, "of a speech its date; else the date the lead names, with the year", null=True),
        Column("jump_from", STRING, "the page named by 上接…, as printed: 第一版", null=True),
        Column("jump_to", STRING, "the page named by 下转…, as printed: 第三版", null=True),
        Column("continues", STRING, "article_id of the part on another page that this one carries on", null=True),
        Column("confidence", pa.float32(), "0 to 1: how sure the separation of this article is"),
        Column(
            "text",
            STRING,
            "the body: paragraphs joined by a line feed; crossheads are paragraphs; no headline, agency, dateline, "
            "byline, credit, jump line or list mark",
        ),
        Column("crossheads", STRINGS, "those paragraphs of text that are crossheads (小标题)"),
        Column("raw_spans", SPANS, "where all of its characters, headline and byline included, lie in the source"),
        Column("n_sentences", INT, "rows of table sentence"),
        Column("n_figures", INT, "rows of table figure"),
    ),
    key="article_id",
    parents=("document_id",),
    long=True,
)

SENTENCE = Table(
    "sentence",
    "one row per sentence",
    (
        Column("sentence_id", STRING, "unique and stable"),
        Column("article_id", STRING, "the article it stands in", place="article.article_id", repeats=True),
        Column("ordinal", INT, "place in the article, from 0"),
        Column("paragraph", INT, "paragraph of article.text, from 0; null for a headline", null=True, repeats=True),
        Column("role", STRING, "kicker, headline, subheadline, crosshead or body", values=ROLES, repeats=True),
        Column("text", STRING, "the sentence, normalised"),
        Column("tokens", STRINGS, "words as jieba's default mode cuts them; they join to text", repeats=True),
        Column("pos", STRINGS, "the tags of tokens; null unless the build asked for them", null=True, repeats=True),
        Column("start", INT, "offset in article.text; null for a headline", null=True),
        Column("end", INT, "offset in article.text, not included; null for a headline", null=True),
        Column("raw_start", INT, "offset in the source"),
        Column("raw_end", INT, "offset in the source, not included"),
    ),
    key="sentence_id",
    parents=("article_id",),
)


def _mention(name: str, type_: pa.DataType, meaning: str, **rest: Any) -> Column:
    return Column(name, type_, meaning, place=f"figure.mention.{name}", **rest)


FIGURE = Table(
    "figure",
    "one row per number mentioned in a sentence",
    (
        Column("figure_id", STRING, "unique and stable"),
        Column("sentence_id", STRING, "the sentence it stands in", place="sentence.sentence_id", repeats=True),
        Column("article_id", STRING, "the article it stands in", place="article.article_id", repeats=True),
        _mention("surface", STRING, "numeral through unit as in the sentence: 4000多个, 1.22万亿元, 上千名"),
        _mention("start", INT, "offset in sentence.text"),
        _mention("end", INT, "offset in sentence.text, not included"),
        Column("raw_start", INT, "offset in the source"),
        Column("raw_end", INT, "offset in the source, not included"),
        _mention("kind", STRING, "what is counted: " + ", ".join(FIGURE_KINDS), values=FIGURE_KINDS, repeats=True),
        _mention("value", FLOAT, "scaled by 千/万/亿 only; below zero is negative; null for a date", null=True),
        _mention("value_max", FLOAT, "upper end of a range", null=True),
        _mention("date_start", DATE, "of a date or time: first day of what it names", null=True),
        _mention("date_end", DATE, "of a date or time: last day of what it names", null=True),
        _mention("time_of_day", STRING, "of a time: HH:MM or HH:MM:SS", null=True),
        _mention("time_of_day_end", STRING, "the end of a range of times", null=True),
        _mention(
            "unit",
            STRING,
            "ISO 4217 for money, %, pp for 个百分点, 1 for a fraction, 倍, UCUM for physical units, else as it stands",
            null=True,
            repeats=True,
        ),
        _mention("si_value", FLOAT, "the same amount in SI where the unit has one: 3斤 = 1.5 kg", null=True),
        _mention("si_unit", STRING, "the unit of si_value", null=True, repeats=True),
        _mention(
            "comparator",
            STRING,
            "= (also where nothing is said), > 多 超过, >= 以上, < 不足, <= 以内, ~ 约 左右",
            values=COMPARATORS,
            repeats=True,
        ),
        _mention(
            "direction",
            STRING,
            "up or down where the sentence says that the figure is a rise or a fall",
            null=True,
            values=DIRECTIONS,
            repeats=True,
        ),
        _mention("qualifier", STRING, "the words behind the comparator: 超过, 约, 多, 不足", null=True, repeats=True),
        _mention("metric", STRING, "the words that say what was counted: 全社会研发投入占GDP比", null=True),
        _mention("scope", STRING, "每年, 累计, 每人每月…", null=True, repeats=True),
        _mention("period_start", DATE, "first day of the time that the figure speaks of", null=True, repeats=True),
        _mention("period_end", DATE, "last day of the time that the figure speaks of", null=True, repeats=True),
        _mention("is_label", pa.bool_(), "part of a name, a list mark or a slogan, no statistic: 第八届, 二级医院"),
        _mention(
            "doubtful",
            pa.bool_(),
            "print or its reader damaged the numeral (3.4.5%, 1O0万元, 3一5名): look at the source before it is used",
        ),
    ),
    key="figure_id",
    parents=("sentence_id", "article_id"),
)

RESIDUE = Table(
    "residue",
    "one row per stretch of the source that no article holds",
    (
        Column("document_id", STRING, "the page it stands on", place="document.document_id", repeats=True),
        Column("raw_start", INT, "offset in the source"),
        Column("raw_end", INT, "offset in the source, not included"),
        Column("text", STRING, "the raw slice as it is"),
        Column("reason", STRING, "why no article holds it: furniture, a mark, a stray slogan…", repeats=True),
    ),
    key=None,
    parents=("document_id",),
)

TABLES = (DOCUMENT, ARTICLE, SENTENCE, FIGURE, RESIDUE)
BY_NAME = {table.name: table for table in TABLES}


def rows(document: Document) -> dict[str, list[Row]]:
    """The rows that `document` holds, table by table, in the order of document and ordinal."""
    articles = [Row(document, article) for article in document.articles]
    sentences = [Row(document, article, sentence) for article in document.articles for sentence in article.sentences]
    figures = [Row(*row[:3], figure) for row in sentences if row.sentence for figure in row.sentence.figures]
    return {
        DOCUMENT.name: [Row(document)],
        ARTICLE.name: articles,
        SENTENCE.name: sentences,
        FIGURE.name: figures,
        RESIDUE.name: [Row(document, residue=residue) for residue in document.residue],
    }


def digest() -> str:
    """SHA-256 of all tables: names, types, order, nullability and descriptions; files of another digest differ."""
    return hashlib.sha256("\n".join(_lines()).encode()).hexdigest()


def _lines() -> Iterator[str]:
    for table in TABLES:
        yield f"{table.name} {VERSION} {table.meaning}"
        for column in table.columns:
            yield f"{column.name} {column.type} {column.null} {column.repeats} {column.meaning}"
