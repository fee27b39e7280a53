"""The schema is the contract's, the dictionary the schema's, and documents come back from Parquet as they went in."""

from __future__ import annotations

import re
import tempfile
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from warehouse_samples import Story, in_order, page, pages, quarantined

from transforms.alignment import Span
from transforms.document import Article, Credit, Document, Figure, Mention, Residue, Sentence
from warehouse import schema
from warehouse.dictionary import dictionary, type_name
from warehouse.errors import RowsRefused
from warehouse.shards import _ShardWriter, no_key, write_shard

DOCS = Path(__file__).parent.parent / "docs"
OUTSIDE_BRACKETS = re.compile(r",\s*(?![^<]*>)")


def contract() -> dict[str, dict[str, str]]:
    """The columns and types that the contract names, by table and in its order.

    Two columns stand in prose: `error` behind `status`, and all those of `residue`, which have the types that columns
    of the same name have elsewhere.
    """
    tables: dict[str, dict[str, str]] = {}
    for part in (DOCS / "contract.md").read_text(encoding="utf-8").split("\n## ")[1:]:
        name = re.match(r"\w*", part)
        if name and name.group() in schema.BY_NAME:
            tables[name.group()] = dict(_columns(part))
    known = {column: type_ for columns in tables.values() for column, type_ in columns.items()}
    listed = re.search(r"Columns ([^.]*)\.", (DOCS / "contract.md").read_text(encoding="utf-8").split("## residue")[1])
    assert listed
    tables["residue"] = {column: known.get(column, "string") for column in re.findall(r"`(\w+)`", listed.group(1))}
    return tables


def _columns(part: str) -> Any:
    for line in part.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("| ") and len(cells) == 3 and cells[0] != "column":
            names, types = cells[0].split(", "), OUTSIDE_BRACKETS.split(cells[1])
            yield from zip(names, types * len(names) if len(types) == 1 else types, strict=True)
            yield from re.findall(r"`(\w+)` \((string)\)", cells[2])


def test_the_contract_is_read_as_it_stands() -> None:
    tables = contract()
    assert {name: len(columns) for name, columns in tables.items()} == {
        "document": 13,
        "article": 23,
        "sentence": 12,
        "figure": 27,
        "residue": 5,
    }
    assert tables["article"]["raw_spans"] == "list<struct<start: int32, end: int32>>"
    assert tables["document"]["issue_date"] == "date32"
    assert tables["figure"]["si_unit"] == "string"


@pytest.mark.parametrize("table", schema.TABLES, ids=lambda table: table.name)
def test_schema_has_the_columns_and_types_of_the_contract(table: schema.Table) -> None:
    assert {column.name: type_name(column.type) for column in table.columns} == contract()[table.name]
    assert [column.name for column in table.columns] == list(contract()[table.name])


def test_dictionary_is_the_schemas() -> None:
    assert (DOCS / "data-dictionary.md").read_text(encoding="utf-8") == dictionary(), (
        "the schema has changed: python -m warehouse.dictionary > docs/data-dictionary.md"
    )


@pytest.mark.parametrize("table", schema.TABLES, ids=lambda table: table.name)
def test_dictionary_has_a_row_for_each_column_of_the_contract(table: schema.Table) -> None:
    text = (DOCS / "data-dictionary.md").read_text(encoding="utf-8")
    part = text.split(f"\n## {table.name}:")[1].split("\n## ")[0]
    assert dict(re.findall(r"^\| `(\w+)` \| ([^|]+) \|", part, re.M)) == contract()[table.name]


def test_closed_sets_are_those_of_the_contract() -> None:
    text = (DOCS / "contract.md").read_text(encoding="utf-8")
    for row, values in (
        ("| role |", schema.ROLES),
        ("| script |", schema.SCRIPTS),
        ("| status |", schema.STATUSES),
        ("| headline_position |", schema.HEADLINE_POSITIONS),
        ("| comparator |", schema.COMPARATORS),
        ("| direction |", schema.DIRECTIONS),
    ):
        line = next(line for line in text.splitlines() if line.startswith(row))
        assert set(values) <= set(re.findall(r"`([^`]+)`", line)), row
    kinds = [line for line in text.splitlines() if line.startswith("| kind |")]
    assert set(re.findall(r"`(\w+)`", kinds[0])) == set(schema.ARTICLE_KINDS)
    assert set(re.findall(r"`(\w+)`", kinds[1])) == set(schema.FIGURE_KINDS)


def test_descriptions_travel_with_the_files(tmp_path: Path) -> None:
    write_shard(tmp_path, "00", pages(1))
    for table in schema.TABLES:
        read = pq.read_schema(tmp_path / table.name / "00.parquet")
        assert read.metadata[b"banmian.schema"] == str(schema.VERSION).encode()
        for column in table.columns:
            assert read.field(column.name).metadata[b"description"].decode() == column.meaning
            assert read.field(column.name).nullable == column.null


# What the rows of a document are, said once more and without the schema's help.


def expected(document: Document) -> dict[str, list[dict[str, Any]]]:
    d = document
    return {
        "document": [
            {
                "document_id": d.document_id,
                "source_path": d.source_path,
                "sha256": d.sha256,
                "encoding": d.encoding,
                "script": d.script,
                "publication": d.publication,
                "issue_date": d.issue_date,
                "page": d.page,
                "headline_position": d.headline_position,
                "n_chars": d.n_chars,
                "n_articles": len(d.articles),
                "status": d.status,
                "error": d.error,
            }
        ],
        "article": [expected_article(d, article) for article in d.articles],
        "sentence": [expected_sentence(a, sentence) for a in d.articles for sentence in a.sentences],
        "figure": [
            {
                "figure_id": figure.figure_id,
                "sentence_id": sentence.sentence_id,
                "article_id": article.article_id,
                "raw_start": figure.raw_start,
                "raw_end": figure.raw_end,
                **{name: getattr(figure.mention, name) for name in MENTION},
            }
            for article in d.articles
            for sentence in article.sentences
            for figure in sentence.figures
        ],
        "residue": [
            {
                "document_id": d.document_id,
                "raw_start": rest.raw_start,
                "raw_end": rest.raw_end,
                "text": rest.text,
                "reason": rest.reason,
            }
            for rest in d.residue
        ],
    }


MENTION = list(Mention._fields)
PLAIN_ARTICLE = [
    "article_id",
    "ordinal",
    "kind",
    "section",
    "kicker",
    "headline",
    "subheadline",
    "agency",
    "dateline",
    "speaker",
    "occasion",
    "event_date",
    "jump_from",
    "jump_to",
    "continues",
    "confidence",
    "text",
]


def expected_article(document: Document, article: Article) -> dict[str, Any]:
    return {
        "document_id": document.document_id,
        "byline": [{"role": credit.role, "name": credit.name} for credit in article.byline],
        "crossheads": list(article.crossheads),
        "raw_spans": [{"start": span.start, "end": span.end} for span in article.raw_spans],
        "n_sentences": len(article.sentences),
        "n_figures": sum(len(sentence.figures) for sentence in article.sentences),
        **{name: getattr(article, name) for name in PLAIN_ARTICLE},
    }


def expected_sentence(article: Article, sentence: Sentence) -> dict[str, Any]:
    plain = ["sentence_id", "ordinal", "paragraph", "role", "text", "start", "end", "raw_start", "raw_end"]
    return {
        "article_id": article.article_id,
        "tokens": list(sentence.tokens),
        "pos": None if sentence.pos is None else list(sentence.pos),
        **{name: getattr(sentence, name) for name in plain},
    }


def read_back(documents: list[Document]) -> dict[str, list[dict[str, Any]]]:
    """Through Parquet and back, without the checks, which refuse rows as wild as those that hypothesis makes."""
    with tempfile.TemporaryDirectory() as folder:
        writer = _ShardWriter(Path(folder), "00", no_key)
        with writer.open():
            for document in documents:
                writer.add(document)
        writer.finish()
        return {
            table.name: pq.ParquetFile(f"{folder}/{table.name}/00.parquet").read().to_pylist()
            for table in schema.TABLES
        }


def test_a_page_comes_back_as_it_went_in() -> None:
    full = Story(
        "习惯成自然",
        (("他说2句。",),),
        {
            "kind": "speech",
            "section": "人民论坛",
            "kicker": "引题",
            "subheadline": "副题",
            "agency": "新华社",
            "dateline": "北京5月24日",
            "byline": (Credit("记者", "王一"), Credit(None, "李二")),
            "speaker": "张三",
            "occasion": "在会上的讲话",
            "event_date": date(2024, 5, 24),
            "jump_from": "第一版",
            "jump_to": "第三版",
            "continues": "0123456789abcdef-0001",
            "confidence": 0.5,
            "crossheads": ("他说2句。",),
        },
    )
    document = page(
        "日报/2024-05-25/1.txt",
        [full, Story()],
        publication="日报",
        issue_date=date(2024, 5, 25),
        page="1",
        headline_position="after",
        status="partial",
        error="3 bytes that utf-8 can't read",
    )
    rows = read_back([document])
    assert rows == expected(document)
    assert rows["article"][0]["byline"] == [{"role": "记者", "name": "王一"}, {"role": None, "name": "李二"}]
    assert rows["figure"][0]["surface"] == "2"


# Any text but lone surrogates, which no file in UTF-8 can hold; line ends, NULs and rare planes included.
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
MAYBE = st.none() | TEXT
OFFSET = st.integers(0, 2**31 - 1)
DATES = st.none() | st.dates()
FLOATS = st.none() | st.floats(allow_nan=False, allow_infinity=False)
SPANS = st.lists(st.builds(Span, OFFSET, OFFSET), max_size=3).map(tuple)
MENTIONS = st.builds(
    Mention,
    TEXT,
    OFFSET,
    OFFSET,
    TEXT,
    **dict.fromkeys(("value", "value_max", "si_value"), FLOATS),
    **dict.fromkeys(("date_start", "date_end", "period_start", "period_end"), DATES),
    **dict.fromkeys(("time_of_day", "time_of_day_end", "unit", "si_unit", "direction", "qualifier", "metric"), MAYBE),
    scope=MAYBE,
    comparator=TEXT,
    is_label=st.booleans(),
    doubtful=st.booleans(),
)
FIGURES = st.lists(st.builds(Figure, TEXT, MENTIONS, OFFSET, OFFSET), max_size=2).map(tuple)
TOKENS = st.lists(TEXT, max_size=3).map(tuple)
OFFSETS = st.none() | OFFSET
SENTENCES = st.builds(
    Sentence, TEXT, OFFSET, OFFSETS, TEXT, TEXT, TOKENS, st.none() | TOKENS, OFFSETS, OFFSETS, OFFSET, OFFSET, FIGURES
)
ARTICLES = st.builds(
    Article,
    article_id=TEXT,
    ordinal=OFFSET,
    kind=TEXT,
    text=TEXT,
    raw_spans=SPANS,
    sentences=st.lists(SENTENCES, max_size=2).map(tuple),
    **dict.fromkeys(("section", "kicker", "headline", "subheadline", "agency", "dateline", "speaker"), MAYBE),
    **dict.fromkeys(("occasion", "jump_from", "jump_to", "continues"), MAYBE),
    byline=st.lists(st.builds(Credit, MAYBE, TEXT), max_size=2).map(tuple),
    event_date=DATES,
    confidence=st.floats(0, 1, width=32),
    crossheads=TOKENS,
)
DOCUMENTS = st.builds(
    Document,
    **dict.fromkeys(("document_id", "source_path", "sha256", "status"), TEXT),
    **dict.fromkeys(("encoding", "script", "publication", "page", "headline_position", "error"), MAYBE),
    issue_date=DATES,
    n_chars=OFFSET,
    articles=st.lists(ARTICLES, max_size=2).map(tuple),
    residue=st.lists(st.builds(Residue, OFFSET, OFFSET, TEXT, TEXT), max_size=2).map(tuple),
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(DOCUMENTS, max_size=3, unique_by=lambda document: document.document_id))
def test_any_document_comes_back_as_it_went_in(documents: list[Document]) -> None:
    documents = in_order(documents)
    rows = read_back(documents)
    for table in schema.TABLES:
        assert rows[table.name] == [row for document in documents for row in expected(document)[table.name]]


def test_a_quarantined_page_is_one_row() -> None:
    rows = read_back([quarantined("坏.txt", "the file is empty")])
    assert {name: len(found) for name, found in rows.items()} == {
        "document": 1,
        "article": 0,
        "sentence": 0,
        "figure": 0,
        "residue": 0,
    }
    assert rows["document"][0]["error"] == "the file is empty"


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"kind": None}, r"article\.kind is missing in a row of 日报/1\.txt"),
        ({"event_date": "May"}, r"article\.event_date: "),
        ({"raw_spans": (Span(0, 2**31),)}, r"article\.raw_spans: "),
        ({"headline": "\ud800"}, r"article\.headline: .*surrogate"),
        ({"byline": None}, r"article\.byline: "),
    ],
)
def test_what_does_not_fit_is_refused_by_name(tmp_path: Path, columns: dict[str, Any], message: str) -> None:
    article = Article(
        **{"article_id": "a", "ordinal": 0, "kind": "news", "text": "", "raw_spans": (), "sentences": (), **columns}
    )
    with pytest.raises(RowsRefused, match=message):
        write_shard(tmp_path, "00", [Document("a", "日报/1.txt", "", articles=(article,))])


def test_digest_tells_schemas_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    before = schema.digest()
    assert before == schema.digest()
    column = schema.Column("reason", pa.large_string(), "")
    table = schema.Table("residue", "", (column,), None)
    monkeypatch.setattr(schema, "TABLES", (*schema.TABLES[:-1], table))
    assert schema.digest() != before
