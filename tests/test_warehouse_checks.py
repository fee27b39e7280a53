"""Each check fires on the fault it is made for, names the row, and stays silent on good pages."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from stopwatch import seconds
from warehouse_samples import Story, in_order, page, pages, quarantined

from transforms.alignment import Span
from transforms.document import Credit, Document
from warehouse import schema
from warehouse.checks import check_keys, check_shard, check_snapshot, check_tables, engine, relations, rows, slices
from warehouse.errors import CheckFailed, Fault
from warehouse.shards import write_shard

Change = Callable[[Document], Document]


def document(**columns: Any) -> Change:
    return lambda page: replace(page, **columns)


def article(number: int = 0, **columns: Any) -> Change:
    def change(page: Document) -> Document:
        articles = list(page.articles)
        articles[number] = replace(articles[number], **columns)
        return replace(page, articles=tuple(articles))

    return change


def sentence(number: int = 1, **columns: Any) -> Change:
    def change(page: Document) -> Document:
        sentences = list(page.articles[0].sentences)
        sentences[number] = sentences[number]._replace(**columns)
        return article(sentences=tuple(sentences))(page)

    return change


def figure(**columns: Any) -> Change:
    def change(page: Document) -> Document:
        found = page.articles[0].sentences[1].figures[0]
        return sentence(figures=(found._replace(**columns),))(page)

    return change


def mention(**columns: Any) -> Change:
    def change(page: Document) -> Document:
        found = page.articles[0].sentences[1].figures[0]
        return figure(mention=found.mention._replace(**columns))(page)

    return change


def residue(**columns: Any) -> Change:
    return lambda page: replace(page, residue=(replace(page.residue[0], **columns),))


def spans(*places: tuple[int, int]) -> Change:
    return article(1, raw_spans=tuple(Span(start, end) for start, end in places))


def repeat_article(page: Document) -> Document:
    return replace(page, articles=(page.articles[0], page.articles[0]))


def swap_articles(page: Document) -> Document:
    return replace(page, articles=tuple(reversed(page.articles)))


def repeat_figure(page: Document) -> Document:
    found = page.articles[0].sentences[1].figures[0]
    return sentence(figures=(found, found))(page)


# The page: story 0 has 全球第1位 at 0 to 5, 去年增长3%。 at 6 to 13, 新增4000个岗位。 at 14 to 24 and
# 今年怎样？ at 25 to 30; story 1 is the same from 31 to 61; 责任编辑 stands at 62 to 66.
FAULTS: list[tuple[str, str, Change]] = [
    ("article", "key given more than once", repeat_article),
    ("figure", "key given more than once", repeat_figure),
    ("article", "out of order", swap_articles),
    ("article", "out of order", article(1, ordinal=2)),
    ("sentence", "out of order", sentence(ordinal=0)),
    ("article", "unknown kind", article(kind="gossip")),
    ("sentence", "unknown role", sentence(role="lead")),
    ("figure", "unknown kind", mention(kind="amount")),
    ("figure", "unknown comparator", mention(comparator="≈")),
    ("figure", "unknown direction", mention(direction="sideways")),
    ("document", "unknown status", document(status="fine", error="x")),
    ("document", "unknown script", document(script="latin")),
    ("document", "unknown headline_position", document(headline_position="left")),
    ("article", "confidence out of range", article(confidence=1.5)),
    ("article", "confidence out of range", article(confidence=float("nan"))),
    ("article", "confidence out of range", article(confidence=-0.1)),
    ("figure", "value out of range", mention(value=float("nan"))),
    ("figure", "si_value out of range", mention(si_value=float("inf"))),
    ("document", "n_chars out of range", document(n_chars=-1)),
    ("sentence", "paragraph out of range", sentence(paragraph=-1)),
    ("sentence", "start and end enclose nothing", sentence(start=3, end=3)),
    ("sentence", "raw_start and raw_end enclose nothing", sentence(raw_start=13, raw_end=6)),
    ("figure", "start and end enclose nothing", mention(start=-1)),
    ("residue", "raw_start and raw_end enclose nothing", residue(raw_start=66)),
    ("document", "a stretch encloses nothing", spans((31, 61), (70, 70))),
    ("document", "characters held twice", spans((29, 61))),
    ("document", "characters held twice", spans((31, 63))),
    ("document", "characters held twice", spans((40, 61), (31, 41))),
    ("document", "characters held by no row", document(residue=())),
    ("document", "characters held by no row", document(n_chars=90)),
    ("document", "status and error disagree", document(error="what?")),
    ("document", "status and error disagree", document(status="partial")),
    ("article", "row of a quarantined page", document(status="quarantined", error="x", residue=())),
    ("residue", "row of a quarantined page", document(status="quarantined", error="x", articles=())),
    ("sentence", "start and role disagree", sentence(start=None)),
    ("sentence", "end and role disagree", sentence(end=None)),
    ("sentence", "paragraph and role disagree", sentence(paragraph=None)),
    ("sentence", "start and role disagree", sentence(0, start=0)),
    ("sentence", "tokens do not join to text", sentence(tokens=("去年", "增长"))),
    ("sentence", "tokens do not join to text", sentence(tokens=())),
    ("sentence", "pos has not one tag a token", sentence(pos=("n",))),
    ("sentence", "text is not what its offsets say", sentence(start=1, end=8)),
    ("sentence", "text is not what its offsets say", article(text="另一篇文章")),
    ("figure", "surface is not what its offsets say", mention(surface="4")),
    ("figure", "surface is not what its offsets say", mention(start=3, end=4)),
    ("sentence", "outside its article", sentence(raw_end=31)),
    ("sentence", "outside its article", article(raw_spans=(Span(7, 30),))),
    ("sentence", "outside its article", article(raw_spans=())),
    ("figure", "outside its sentence", figure(raw_start=5)),
    ("figure", "outside its sentence", figure(raw_end=14)),
    ("document", "sha256 is none", document(sha256="0" * 63 + "A")),
    ("document", "sha256 is none", document(sha256="")),
    ("document", "encoding is missing", document(encoding=None)),
    ("document", "script is missing", document(script=None)),
    ("article", "no place in the source", article(raw_spans=())),
    ("article", "text has an empty paragraph", article(text="去年增长3%。新增4000个岗位。\n\n今年怎样？")),
    ("article", "text has an empty paragraph", article(text="去年增长3%。新增4000个岗位。\n今年怎样？\n")),
    ("article", "byline has an empty role", article(byline=(Credit("记者", "王健"), Credit("", "卢青")))),
    ("article", "speaker or occasion of no speech", article(speaker="宋永祥")),
    ("article", "speaker or occasion of no speech", article(occasion="在会上的讲话")),
    ("article", "a crosshead is no paragraph of text", article(crossheads=("今年怎样？", "新增4000个岗位。"))),
    ("article", "kicker without a sentence", article(kicker="全球第1位")),
    ("article", "headline without a sentence", article(headline="全球第1位", sentences=())),
    ("article", "subheadline without a sentence", article(subheadline="全球第1位")),
    ("article", "text is not its sentences", article(text="去年增长3%。新增4000个岗位。\n今年怎样？不怎样。")),
    ("sentence", "not in the kicker of its article", sentence(0, role="kicker")),
    ("sentence", "not in the headline of its article", article(headline="全球第2位")),
    ("sentence", "not in the headline of its article", article(headline=None)),
    ("sentence", "not in the subheadline of its article", sentence(0, role="subheadline")),
    ("sentence", "of no crosshead of its article", sentence(3, role="crosshead")),
    ("sentence", "not in its paragraph", sentence(3, paragraph=0)),
    ("sentence", "not in its paragraph", sentence(3, paragraph=2)),
    ("sentence", "not in its paragraph", sentence(2, end=18)),
    ("sentence", "begins before the one before it has ended", sentence(2, start=6)),
    ("sentence", "text has a line end", sentence(text="去年增长\n3%。")),
    ("sentence", "tokens has an empty word", sentence(tokens=("去年增长3%。", ""))),
    ("figure", "value of a date", mention(kind="date")),
    ("figure", "value is missing", mention(value=None)),
    ("figure", "value_max without value", mention(value=None, value_max=5.0)),
    ("figure", "si_value and si_unit disagree", mention(si_value=3.0)),
    ("figure", "si_value and si_unit disagree", mention(si_unit="kg")),
    ("figure", "si_value without value and unit", mention(si_value=3.0, si_unit="kg")),
    ("figure", "date_start and date_end are no span of days", mention(date_start=date(2024, 1, 1))),
    (
        "figure",
        "date_start and date_end are no span of days",
        mention(kind="date", value=None, date_start=date(2024, 1, 2), date_end=date(2024, 1, 1)),
    ),
    ("figure", "period_start and period_end are no span of days", mention(period_end=date(2024, 1, 1))),
    (
        "figure",
        "period_start and period_end are no span of days",
        mention(period_start=date(2024, 1, 2), period_end=date(2024, 1, 1)),
    ),
    (
        "figure",
        "date_start of no date or time",
        mention(date_start=date(2024, 1, 1), date_end=date(2024, 1, 1)),
    ),
    ("figure", "time_of_day of no time", mention(time_of_day="09:30")),
    ("figure", "time_of_day is none", mention(kind="time", time_of_day="9:30")),
    ("figure", "time_of_day is none", mention(kind="time", time_of_day="24:01")),
    ("figure", "time_of_day_end is none", mention(kind="time", time_of_day="09:30", time_of_day_end="11:60")),
    ("figure", "time_of_day_end without time_of_day", mention(kind="time", time_of_day_end="11:00")),
    ("residue", "text is not as long as its stretch", residue(raw_end=65)),
    ("residue", "text is not as long as its stretch", residue(text="责任编")),
]


@pytest.mark.parametrize(("table", "check", "change"), FAULTS, ids=[f"{table} {check}" for table, check, _ in FAULTS])
def test_a_fault_is_found_and_named(tmp_path: Path, table: str, check: str, change: Change) -> None:
    good = pages(3, stories=[Story(), Story()])
    bad = change(good[1])
    with pytest.raises(CheckFailed) as failed:
        write_shard(tmp_path, "00", [good[0], bad, good[2]])
    fault = next((fault for fault in failed.value.faults if (fault.table, fault.check) == (table, check)), None)
    assert fault, str(failed.value)
    assert all(row.startswith(bad.document_id) for row in fault.rows)
    assert f"{table}: {check} in {fault.count} row(s): {bad.document_id}" in str(failed.value)


def test_good_pages_pass(tmp_path: Path) -> None:
    empty = page("空.txt", [], [])
    headline_only = page("题.txt", [Story("只有1个标题", ())])
    no_headline = page("文.txt", [Story(None)])
    tagged = sentence(pos=tuple("x" * 7))(page("词.txt"))
    cut = article(raw_spans=(Span(15, 30), Span(0, 5), Span(6, 14)))(page("断.txt", [Story()]))
    spoken = article(kind="speech", speaker="宋永祥", occasion="在会上的讲话")(page("讲.txt"))
    headed = article(crossheads=("今年怎样？",))(sentence(3, role="crosshead")(page("小.txt")))
    unnamed = article(byline=(Credit("通讯员", ""), Credit(None, "卢青")))(page("摄.txt"))
    documents = [empty, headline_only, no_headline, tagged, cut, spoken, headed, unnamed, quarantined("坏.txt")]
    assert write_shard(tmp_path, "00", in_order([*documents, *pages(5)])).rows("document") == 14


GOOD_FIGURES = [
    {"value": 21.0, "value_max": 18.0},  # 21∶18, a score
    {"value": -5.0, "value_max": 3.0, "unit": "Cel", "kind": "temperature", "si_value": 268.15, "si_unit": "K"},
    {"value": None, "doubtful": True},
    {"value": None, "kind": "date", "date_start": date(2024, 1, 1), "date_end": date(2024, 1, 1)},
    {"value": 2024.0, "kind": "date", "is_label": True},
    {"value": None, "kind": "date"},
    {"value": None, "kind": "time", "time_of_day": "23:59:59", "time_of_day_end": "00:00"},
    {"period_start": date(2024, 1, 1), "period_end": date(2024, 12, 31), "comparator": "~", "direction": "up"},
]


@pytest.mark.parametrize("columns", GOOD_FIGURES, ids=[str(number) for number in range(len(GOOD_FIGURES))])
def test_good_figures_pass(tmp_path: Path, columns: dict[str, Any]) -> None:
    assert write_shard(tmp_path, "00", [mention(**columns)(page("a.txt"))]).rows("figure") == 3


# Beyond the first plane, a combining mark, a family joined by zero-width joiners, a flag of two letters.
TEXTS = st.text(st.sampled_from("增长３3890年。”𠮷é e\u0301\u200d👨👩🇨🇳"), min_size=1, max_size=9)
STORIES = st.builds(
    Story,
    st.none() | TEXTS,
    st.lists(st.lists(TEXTS, min_size=1, max_size=3).map(tuple), min_size=1, max_size=3).map(tuple),
)


@pytest.mark.slow
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.lists(STORIES, max_size=3), st.lists(TEXTS, max_size=2)), max_size=4))
def test_consistent_pages_pass_whatever_their_shape(tmp_path: Path, shapes: list[Any]) -> None:
    documents = in_order(page(f"{number}.txt", *shape) for number, shape in enumerate(shapes))
    assert write_shard(tmp_path, "00", documents).rows("document") == len(shapes)


def test_a_fault_counts_all_rows_and_shows_the_first(tmp_path: Path) -> None:
    documents = [article(kind="gossip")(page) for page in pages(8)]
    with pytest.raises(CheckFailed) as failed:
        write_shard(tmp_path, "00", documents)
    (fault,) = failed.value.faults
    assert fault.count == 8
    assert fault.rows == tuple(f"{document.document_id}-0000" for document in documents[:5])
    assert str(fault).endswith(" and 3 more")


# --- rows that no document could become ------------------------------------------------------------------------------

Row = dict[str, Any]
Edit = Callable[[list[Row]], object]


def written(folder: Path, documents: list[Document]) -> dict[str, Path]:
    """A good shard, as its files by table."""
    write_shard(folder, "00", in_order(documents))
    return {table.name: folder / f"{table.name}/00.parquet" for table in schema.TABLES}


def edited(path: Path, table: str, edit: Edit) -> None:
    """Writes the rows of a file again, changed."""
    rows = pq.ParquetFile(str(path)).read().to_pylist()
    edit(rows)
    pq.write_table(pa.Table.from_pylist(rows, schema.BY_NAME[table].schema), str(path))


def found(files: dict[str, Path]) -> dict[tuple[str, str], Fault]:
    with pytest.raises(CheckFailed) as failed:
        check_shard(files)
    return {(fault.table, fault.check): fault for fault in failed.value.faults}


def put(number: int = 0, **cells: Any) -> Edit:
    return lambda rows: rows[number].update(cells)


def swap(one: int, other: int) -> Edit:
    def edit(rows: list[Row]) -> None:
        rows[one], rows[other] = rows[other], rows[one]

    return edit


def repeat(rows: list[Row]) -> None:
    rows.append(dict(rows[-1]))


EDITS: list[tuple[str, str, Edit]] = [
    ("document", "key given more than once", repeat),
    ("sentence", "key given more than once", repeat),
    ("document", "source_path given more than once", lambda rows: rows[0].update(source_path=rows[1]["source_path"])),
    ("article", "document_id leads nowhere", put(document_id="elsewhere")),
    ("sentence", "article_id leads nowhere", put(article_id="elsewhere")),
    ("figure", "sentence_id leads nowhere", put(sentence_id="elsewhere")),
    ("figure", "article_id leads nowhere", put(article_id="elsewhere")),
    ("residue", "document_id leads nowhere", put(document_id="elsewhere")),
    (
        "figure",
        "article_id is not that of its sentence",
        lambda rows: rows[0].update(article_id=rows[-1]["article_id"]),
    ),
    ("figure", "out of order", swap(0, -1)),
    ("residue", "out of order", swap(0, -1)),
    ("document", "n_articles is not their number", put(n_articles=7)),
    ("article", "n_sentences is not their number", put(n_sentences=7)),
    ("article", "n_figures is not their number", put(n_figures=0)),
]


@pytest.mark.parametrize(("table", "check", "edit"), EDITS, ids=[f"{table} {check}" for table, check, _ in EDITS])
def test_a_fault_in_a_file_is_found(tmp_path: Path, table: str, check: str, edit: Edit) -> None:
    files = written(tmp_path, pages(2))
    edited(files[table], table, edit)
    fault = found(files)[table, check]
    assert fault.count >= 1
    assert fault.rows


FROM_SCHEMA = [rule for rule in rows.RULES if rule not in rows.WRITTEN]
SPOILED = {"out of range": -1, "is empty": "", "unknown": "nonsense"}
NOT_FINITE = ("value", "value_max", "si_value")


@pytest.mark.parametrize("table", schema.BY_NAME)
def test_what_follows_from_the_schema_is_found(tmp_path: Path, table: str) -> None:
    """All that the schema says of a table is broken in one row of it; but for its keys, see below."""
    files = written(tmp_path, pages(2))
    rules = [rule for rule in FROM_SCHEMA if rule.table == table and not rule.says.endswith("_id is empty")]
    cells = {}
    for rule in rules:
        column = rule.says.removeprefix("unknown ").split(" ")[0]
        if not rule.says.endswith("enclose nothing"):
            spoiled = next(value for says, value in SPOILED.items() if says in rule.says)
            cells[column] = float("inf") if column in NOT_FINITE else spoiled
    edited(files[table], table, put(1, **cells))
    faults = found(files)
    assert {(rule.table, rule.says) for rule in rules} - set(faults) == set()
    assert {faults[rule.table, rule.says].count for rule in rules} == {1}


@pytest.mark.parametrize("table", [table.name for table in schema.TABLES if table.key])
def test_an_empty_key_is_found(tmp_path: Path, table: str) -> None:
    """Emptied wherever it stands, for it would lead nowhere otherwise."""
    files, key = written(tmp_path, pages(2)), f"{table}_id"
    old = pq.ParquetFile(str(files[table])).read()[key][0].as_py()
    for name, path in files.items():
        edited(path, name, lambda rows: [row.update({key: ""}) for row in rows if row.get(key) == old])
    assert found(files)[table, f"{key} is empty"].count == 1


@pytest.mark.parametrize(("start", "end"), [("start", "end"), ("raw_start", "raw_end")])
@pytest.mark.parametrize("table", ["sentence", "figure", "residue"])
def test_a_stretch_that_encloses_nothing_is_found(tmp_path: Path, table: str, start: str, end: str) -> None:
    if start in schema.BY_NAME[table].schema.names:
        files = written(tmp_path, pages(1))
        edited(files[table], table, lambda rows: rows[-1].update({end: rows[-1][start]}))
        assert found(files)[table, f"{start} and {end} enclose nothing"].count == 1


@pytest.mark.parametrize("n_sentences", [2, 600])
@pytest.mark.parametrize("table", ["sentence", "figure"])
def test_slices_of_short_and_of_long_texts_are_looked_into(tmp_path: Path, table: str, n_sentences: int) -> None:
    """600 sentences of one paragraph, the last of 600 figures: Python looks into the former, duckdb into the others."""
    text = "新增5个。"
    said = (text,) * n_sentences if table == "sentence" else (text[:-1] * n_sentences + "。",)
    files = written(tmp_path, [page("a.txt", [Story(paragraphs=(said,))])])
    [column] = [one.column for one in slices.SLICES if one.table == table]

    def shift(rows: list[Row]) -> None:
        rows[-1][column] = rows[-1][column].replace("5", "6")

    edited(files[table], table, shift)
    assert found(files)[table, f"{column} is not what its offsets say"].count == 1


def test_each_promise_has_a_case_that_breaks_it() -> None:
    asked = {(one.table, one.says) for one in (*rows.WRITTEN, *relations.KEYS, *relations.CONTENT)}
    asked |= {(one.table, f"{one.column} is not what its offsets say") for one in slices.SLICES}
    assert asked - {(table, check) for table, check, _ in (*FAULTS, *EDITS)} == set()


SMALL = [("sentence", ("start", "end", "ordinal", "paragraph")), ("figure", ("start", "end")),
         ("document", ("n_articles",)), ("article", ("ordinal", "n_sentences", "n_figures"))]  # fmt: skip


@pytest.mark.slow
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from([(table, column) for table, columns in SMALL for column in columns]), st.integers(0, 99),
       st.integers(-9, 9).filter(bool))  # fmt: skip
def test_a_number_that_is_off_is_found(tmp_path: Path, cell: tuple[str, str], number: int, by: int) -> None:
    table, column = cell
    files = written(tmp_path, pages(3))

    def shift(rows: list[Row]) -> None:
        able = [row for row in rows if row[column] is not None]
        able[number % len(able)][column] += by

    edited(files[table], table, shift)
    assert table in {fault for fault, _ in found(files)}


def test_all_faults_of_a_stage_are_told_in_one_order(tmp_path: Path) -> None:
    bad = [mention(kind="amount", comparator="≈")(article(kind="gossip")(page(f"{number}.txt"))) for number in range(7)]
    told = []
    for folder in ("one", "two"):
        with pytest.raises(CheckFailed) as failed:
            write_shard(tmp_path / folder, "00", in_order(bad))
        told.append(str(failed.value))
    assert told[0] == told[1]
    assert [line.split(" in ")[0] for line in told[0].splitlines()[1:]] == [
        "  article: unknown kind", "  figure: unknown kind", "  figure: unknown comparator",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda table: table.drop_columns("section"), "has nothing for section: string"),
        (lambda table: table.append_column("mood", pa.array(["x"] * len(table))), "has mood: string for nothing"),
        (lambda table: table.select(table.column_names[::-1]), "has them in another order"),
        (
            lambda table: table.set_column(2, "ordinal", table["ordinal"].cast(pa.int64())),
            "has ordinal: int64 for ordinal: int32 not null",
        ),
    ],
    ids=["missing", "too many", "another order", "another type"],
)
def test_other_columns_are_found(tmp_path: Path, change: Callable[[pa.Table], pa.Table], says: str) -> None:
    files = written(tmp_path, pages(1))
    pq.write_table(change(pq.ParquetFile(str(files["article"])).read()), str(files["article"]))
    (fault,) = found(files).values()
    assert (fault.table, fault.check) == ("article", "columns are not those of the schema")
    assert says in fault.rows[0]


def test_a_file_that_is_no_parquet_is_found(tmp_path: Path) -> None:
    files = written(tmp_path, pages(1))
    files["figure"].write_bytes(b"PAR1 nothing PAR1")
    (fault,) = found(files).values()
    assert fault.table == "figure"


@pytest.mark.parametrize("name", ["plain", "a[1]*?", "year=2024", "with 'quotes'", "人民日报"])
def test_any_path_is_read_as_it_is(tmp_path: Path, name: str) -> None:
    folder = tmp_path / name
    write_shard(folder, "00", pages(1))
    # Files that a pattern would take as well.
    write_shard(tmp_path / "a1xx", "00", pages(3))
    with pytest.raises(CheckFailed, match="unknown kind in 1 row"):
        write_shard(folder, "01", [article(kind="gossip")(page("x.txt"))])


@pytest.mark.parametrize(
    "text", ["𠮷野家", "e\u0301te\u0301", "👨\u200d👩\u200d👧一家", "🇨🇳和🇫🇷", "\u200d\u0301", "각", "ﷺ"]
)
def test_offsets_count_code_points(tmp_path: Path, text: str) -> None:
    whole = page("a.txt", [Story(text, ((f"{text}3年。", f"在{text}4个"),))], [text])
    write_shard(tmp_path, "00", [whole])
    with pytest.raises(CheckFailed) as failed:
        write_shard(tmp_path, "00", [replace(whole, residue=(replace(whole.residue[0], text=text + "a"),))])
    assert [fault.check for fault in failed.value.faults] == ["text is not as long as its stretch"]


@pytest.mark.slow
def test_a_long_article_takes_time_in_proportion(tmp_path: Path) -> None:
    """A million characters; were each sentence sought from the beginning, it would take 50 times as long as a tenth."""

    def taken(sentences: int) -> float:
        text = "在" * 44 + "共有5个。"
        files = written(tmp_path / str(sentences), [page("a.txt", [Story(paragraphs=((text,) * sentences,))])])
        return seconds(lambda: check_shard(files))

    assert taken(20_000) < 20 * max(taken(2_000), 0.1)


def test_nothing_is_fetched_and_one_core_is_used() -> None:
    with engine.connected(None) as connection:
        names = ("autoinstall_known_extensions", "autoload_known_extensions", "threads", "temp_directory")
        query = f"select value from duckdb_settings() where name in {names} order by name"
        assert connection.execute(query).fetchall() == [("false",), ("false",), ("",), ("1",)]


def test_what_memory_cannot_hold_goes_to_the_given_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(engine.SETTINGS, "memory_limit", "32MB")
    keys = "create table key as select md5(range::varchar) as key from range(1_500_000)"
    with engine.connected(None) as connection, pytest.raises(duckdb.OutOfMemoryException):
        connection.execute(keys)
    with engine.connected(tmp_path / "spill") as connection:
        connection.execute(keys)
        assert list((tmp_path / "spill").iterdir())
    assert not (tmp_path / "spill").exists()


# --- several shards ---------------------------------------------------------------------------------------------------


def test_tables_of_several_files_are_checked_as_one(tmp_path: Path) -> None:
    for shard, number in (("00", 0), ("01", 1)):
        write_shard(tmp_path, shard, [page(f"{number}.txt")])
    files = {table.name: sorted((tmp_path / table.name).iterdir()) for table in schema.TABLES}
    check_tables(files)
    check_keys(files)
    twice = {name: [paths[0], paths[0]] for name, paths in files.items()}
    with pytest.raises(CheckFailed) as failed:
        check_keys(twice)
    assert [fault.table for fault in failed.value.faults] == ["document", "article", "sentence", "figure"]
    with pytest.raises(CheckFailed, match="document: key given more than once"):
        check_tables(twice)


def shard_paths(folder: Path, shards: dict[str, list[Document]]) -> tuple[list[str], list[Path]]:
    summaries = [write_shard(folder, shard, documents) for shard, documents in shards.items()]
    ids = [source.document_id for summary in summaries for source in summary.sources]
    return ids, [folder / f"article/{shard}.parquet" for shard in shards]


def test_a_page_in_two_shards_is_found(tmp_path: Path) -> None:
    ids, paths = shard_paths(tmp_path, {"00": pages(2), "01": pages(1)})
    with pytest.raises(CheckFailed, match="document: key given more than once") as failed:
        check_snapshot(ids, paths)
    assert {fault.table for fault in failed.value.faults} == {"document", "article"}


def test_a_continuation_leads_to_an_article_of_any_shard(tmp_path: Path) -> None:
    first = page("1.txt")
    second = article(continues=first.articles[0].article_id)(page("2.txt"))
    check_snapshot(*shard_paths(tmp_path, {"00": [first], "01": [second]}))
    with pytest.raises(CheckFailed, match=rf"continues leads nowhere in 1 row\(s\): {second.document_id}-0000"):
        check_snapshot(*shard_paths(tmp_path / "alone", {"01": [second]}))


def test_an_article_does_not_continue_itself(tmp_path: Path) -> None:
    itself = page("1.txt")
    itself = article(continues=itself.articles[0].article_id)(itself)
    with pytest.raises(CheckFailed, match="continues itself"):
        check_snapshot(*shard_paths(tmp_path, {"00": [itself]}))


def test_a_continuation_leads_to_another_page(tmp_path: Path) -> None:
    whole = page("1.txt", [Story(), Story()])
    second = article(1, continues=whole.articles[0].article_id)(whole)
    with pytest.raises(CheckFailed, match="continues an article of its own page"):
        check_snapshot(*shard_paths(tmp_path, {"00": [second]}))
