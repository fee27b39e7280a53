"""Exports: what the tools they are made for read is what the warehouse holds, and a failed one leaves nothing."""

from __future__ import annotations

import csv
import fcntl
import json
import os
import pickle
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import deltalake
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
import pytest
import yaml
from conftest import SEEDS, Banmian, without_root
from hypothesis import given, settings
from hypothesis import strategies as st
from pyiceberg.catalog.sql import SqlCatalog
from pyiceberg.table import StaticTable
from warehouse_samples import Story, in_order, page, pages, publish, quarantined

import warehouse
from flows import exporting, progress
from flows.show import page as read_page
from transforms.document import Credit, Document
from warehouse import exports, schema
from warehouse.corpus import BATCH, Corpus
from warehouse.dictionary import meaning
from warehouse.errors import ExportFailed, ExportRefused, MissingLibrary, NoWarehouse
from warehouse.exports import FORMATS, ORIGIN, export, iceberg, texts

Row = dict[str, Any]

ODD = (
    '引"号,逗号', "换\n行", "回\r车", "回\r\n车", "制\t", "行\u2028分\u2029段\x85", "😀👨\u200d👩\u200d👧", "𠮷野家𪚥",
    "=SUM(A1)3", "+1", "-2", "@x", "  空 格 ", "it's", "null", "NA", "\\N", '\\反"斜\\', "\x01\x1f", "é\u0301",
    "\ufeff头",
)  # fmt: skip
"""Texts that a format may trip over."""
IN_A_CHILD = [pytest.param(name, marks=[pytest.mark.slow] * (name in ("hf", "iceberg"))) for name in FORMATS]
"""Two of the libraries take seconds to load."""
WHOLE: dict[str, Callable[[Corpus], int]] = {
    "tei": lambda corpus: corpus.rows["document"],
    "conllu": lambda corpus: sum(1 for one in sentences_of_first_shard(corpus) if not one.isspace()),
}
"""Formats that take all tables, and how many texts their first line of Python gives."""
CHILD = Path(__file__).with_name("exports_child.py")
KEYS = {"document": "document_id", "article": "article_id", "sentence": "sentence_id", "figure": "figure_id"}


def odd_page() -> Document:
    """A page of odd texts, in single columns, in lists and in structs, some of them empty and some null."""
    columns = {
        "kind": "speech", "speaker": "", "occasion": ODD[0], "section": "\n", "event_date": date(1949, 10, 1),
        "byline": (Credit(None, "张三"), Credit("", '李"四,'), Credit("记者", "")), "confidence": 0.98,
    }  # fmt: skip
    stories = [
        Story("=1+1", (ODD, ("尾。",)), {**columns, "crossheads": (*ODD, "")}),
        Story(None, (("一。",),), {"confidence": 1 / 3, "agency": "新华社"}),
    ]
    made = page(
        "日报/奇.txt", stories, ODD, publication="", issue_date=date(2024, 2, 29), error="1\n2", status="partial"
    )
    tagged = made.articles[0].sentences[0]._replace(pos=("x", "", '"', "m"))
    first = replace(made.articles[0], sentences=(tagged, *made.articles[0].sentences[1:]))
    return replace(made, articles=(first, *made.articles[1:]))


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A warehouse of three shards, whose path has a blank and a quote in it: odd texts, one quarantined page and so no
    rows but one, and the seeds, which have figures of all kinds."""
    path = tmp_path_factory.mktemp("it's a") / "ware house"
    seeds = in_order(read_page(str(seed), None) for seed in SEEDS.glob("*.txt"))
    publish(
        path,
        {"00": in_order([odd_page(), page("日报/2.txt")]), "01": [quarantined("坏.txt", "空\n")], "02": seeds},
        checked=False,
    )
    return path


@pytest.fixture(scope="module")
def corpus(root: Path) -> Corpus:
    return warehouse.open(root)


@pytest.fixture(scope="module")
def quarantine(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    """Four of five tables without a single row."""
    path = tmp_path_factory.mktemp("quarantine")
    publish(path, {"00": [quarantined("坏.txt")]})
    return warehouse.open(path)


@pytest.fixture(scope="module")
def exported(corpus: Corpus, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """The folder of an export of the warehouse, made once."""
    return _once(corpus, tmp_path_factory.mktemp("it's an") / "export 版面")


@pytest.fixture(scope="module")
def bare(quarantine: Corpus, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    return _once(quarantine, tmp_path_factory.mktemp("bare"))


def _once(corpus: Corpus, place: Path) -> Callable[[str], Path]:
    def folder(format: str) -> Path:
        if not (place / format).exists():
            export(corpus, format, place / format, ignore)
        return place / format

    return folder


def ignore(_rows: int) -> None:
    pass


def in_key_order(table: str, rows: list[Row]) -> list[Row]:
    """For formats whose files have no order."""
    key = KEYS.get(table)
    return sorted(rows, key=lambda row: row[key] if key else (row["document_id"], row["raw_start"]))


def expected(corpus: Corpus, table: str) -> list[Row]:
    rows: list[Row] = corpus.table(table).to_arrow().to_pylist()
    return rows


# --- each format, read by the tools it is made for ------------------------------------------------------------------


def float32(value: float) -> float:
    """The value as a reader has it that knows the column's type."""
    single: float = pa.scalar(value, pa.float32()).as_py()
    return single


def from_json(field: pa.Field, value: Any) -> Any:
    """A value of parsed JSON as the column's type has it."""
    if value is None:
        return None
    if field.type == pa.date32():
        return date.fromisoformat(value)
    return float32(value) if field.type == pa.float32() else value


LOAD_ALL = """
import pickle, sys
from datasets import load_dataset

folder, *tables = sys.argv[1:]
data = {table: load_dataset(folder, table, split="train") for table in tables}
told = {table: (rows.to_list(), rows.features.arrow_schema) for table, rows in data.items()}
sys.stdout.buffer.write(pickle.dumps((told, load_dataset(folder, split="train").num_rows)))
"""


def by_datasets(folder: Path, tables: list[str]) -> tuple[dict[str, tuple[list[Row], pa.Schema]], int]:
    """Rows and columns of these tables; and how many rows there are where none is named."""
    command = [sys.executable, "-c", LOAD_ALL, folder, *tables]
    run = subprocess.run(command, env=offline(folder.parent), capture_output=True, check=False)
    assert run.returncode == 0, run.stderr.decode()
    found: tuple[dict[str, tuple[list[Row], pa.Schema]], int] = pickle.loads(run.stdout)
    return found


def offline(home: Path) -> dict[str, str]:
    """The environment of a user whose machine has no network and whose cache is empty."""
    own = {"HF_HUB_OFFLINE": "1", "HF_HOME": str(home / "hf home"), "HOME": str(home), "HF_DATASETS_OFFLINE": "1"}
    return os.environ | own


def typed(field: pa.Field, cell: str) -> Any:
    """A cell of a CSV file as the column's type has it; it can't tell a null from an empty text."""
    if cell == "":
        return None
    if pa.types.is_nested(field.type):
        return json.loads(cell)
    if field.type == pa.string():
        return cell
    if field.type == pa.bool_():
        return {"true": True, "false": False}[cell]
    return (
        int(cell) if field.type == pa.int32() else from_json(field, cell if field.type == pa.date32() else float(cell))
    )


def rows_of_csv(folder: Path, table: str, columns: pa.Schema, encoding: str) -> list[Row]:
    with (folder / f"{table}.csv").open(newline="", encoding=encoding) as file:
        rows = list(csv.DictReader(file, strict=True))
    return [{field.name: typed(field, row[field.name]) for field in columns} for row in rows]


def by_csv(folder: Path, table: str, columns: pa.Schema) -> list[Row]:
    return rows_of_csv(folder, table, columns, "utf-8")


def by_csv_with_mark(folder: Path, table: str, columns: pa.Schema) -> list[Row]:
    return rows_of_csv(folder, table, columns, "utf-8-sig")


def by_pandas(folder: Path, table: str, columns: pa.Schema) -> list[Row]:
    """As text all of it, and what is missing as the empty text."""
    data = pd.read_csv(folder / f"{table}.csv", dtype=str, keep_default_na=False)
    assert list(data.columns) == columns.names
    return [{field.name: typed(field, row[field.name]) for field in columns} for row in data.to_dict("records")]


def by_arrow_csv(folder: Path, table: str, columns: pa.Schema) -> list[Row]:
    """A reader that tells an empty text from a null."""
    flat = texts.flattened(columns)
    options = pyarrow.csv.ConvertOptions(
        column_types=flat, strings_can_be_null=True, quoted_strings_can_be_null=False, null_values=[""]
    )
    lines = pyarrow.csv.ParseOptions(newlines_in_values=True)
    data = pyarrow.csv.read_csv(folder / f"{table}.csv", parse_options=lines, convert_options=options)
    assert data.schema.names == flat.names
    nested = [field.name for field in columns if pa.types.is_nested(field.type)]
    return [
        {name: json.loads(value) if name in nested and value is not None else value for name, value in row.items()}
        for row in data.to_pylist()
    ]


def by_json(folder: Path, table: str, columns: pa.Schema) -> list[Row]:
    with (folder / f"{table}.jsonl").open(encoding="utf-8", newline="\n") as file:
        rows = [json.loads(line, parse_constant=pytest.fail) for line in file]
    assert all(list(row) == columns.names for row in rows)
    return [{field.name: from_json(field, row[field.name]) for field in columns} for row in rows]


def by_polars_json(folder: Path, table: str, columns: pa.Schema) -> list[Row]:
    types = pl.from_arrow(columns.empty_table()).schema  # type: ignore[union-attr]
    days = {name for name, type_ in types.items() if type_ == pl.Date}
    read = {name: pl.String if name in days else type_ for name, type_ in types.items()}
    data = pl.read_ndjson(folder / f"{table}.jsonl", schema=read)
    return data.with_columns(pl.col(list(days)).str.to_date()).to_dicts()


def by_deltalake(folder: Path, table: str, _columns: pa.Schema) -> list[Row]:
    rows: list[Row] = deltalake.DeltaTable(folder / table).to_pyarrow_table().to_pylist()
    return in_key_order(table, rows)


def by_polars_delta(folder: Path, table: str, _columns: pa.Schema) -> list[Row]:
    """From another place: this version of polars finds nothing below a folder with a blank in its name."""
    with tempfile.TemporaryDirectory() as plain:
        shutil.copytree(folder / table, Path(plain, table))
        return in_key_order(table, pl.read_delta(str(Path(plain, table))).to_dicts())


def by_catalogue(folder: Path, table: str, _columns: pa.Schema) -> list[Row]:
    catalogue = SqlCatalog("banmian", uri=f"sqlite:///{folder}/catalog.db")
    rows: list[Row] = catalogue.load_table(f"banmian.{table}").scan().to_arrow().to_pylist()
    catalogue.close()
    return in_key_order(table, rows)


def by_static_table(folder: Path, table: str, _columns: pa.Schema) -> list[Row]:
    rows: list[Row] = StaticTable.from_metadata(str(folder / table)).scan().to_arrow().to_pylist()
    return in_key_order(table, rows)


Reader = Callable[[Path, str, pa.Schema], list[Row]]

READERS: list[tuple[str, Reader]] = [
    ("csv", by_csv),
    ("csv", by_pandas),
    ("csv", by_arrow_csv),
    ("csv-excel", by_csv_with_mark),
    ("csv-excel", by_pandas),
    ("csv-excel", by_arrow_csv),
    ("jsonl", by_json),
    ("jsonl", by_polars_json),
    ("delta", by_deltalake),
    ("delta", by_polars_delta),
    ("iceberg", by_catalogue),
    ("iceberg", by_static_table),
]
BLIND = (by_csv, by_pandas, by_csv_with_mark)
"""Readers that take an empty text for a null."""
UNORDERED = (by_deltalake, by_polars_delta, by_catalogue, by_static_table)


def same_rows(corpus: Corpus, folder: Path, table: str, read: Reader) -> None:
    want = expected(corpus, table)
    if read in BLIND:
        want = [{name: None if value == "" else value for name, value in row.items()} for row in want]
    if read in UNORDERED:
        want = in_key_order(table, want)
    assert read(folder, table, corpus.table(table).schema) == want


@pytest.mark.parametrize(("format", "read"), READERS, ids=lambda item: getattr(item, "__name__", item))
def test_a_reader_finds_the_rows_of_the_warehouse(
    corpus: Corpus, exported: Callable[[str], Path], format: str, read: Reader
) -> None:
    for table in schema.BY_NAME:
        same_rows(corpus, exported(format), table, read)


@pytest.mark.parametrize(("format", "read"), READERS, ids=lambda item: getattr(item, "__name__", item))
def test_a_reader_opens_tables_without_rows(
    quarantine: Corpus, bare: Callable[[str], Path], format: str, read: Reader
) -> None:
    for table in schema.BY_NAME:
        same_rows(quarantine, bare(format), table, read)


@pytest.mark.slow
def test_hugging_face_datasets_loads_each_table(corpus: Corpus, exported: Callable[[str], Path]) -> None:
    found, unnamed = by_datasets(exported("hf"), list(schema.BY_NAME))
    for table, (rows, columns) in found.items():
        assert rows == expected(corpus, table)
        assert columns.names == corpus.table(table).schema.names
        for column, kept in zip(corpus.table(table).schema, columns):
            assert pa.types.is_nested(column.type) or column.type == kept.type
    assert unnamed == corpus.rows["article"]


@pytest.mark.slow
def test_hugging_face_datasets_loads_what_has_rows(quarantine: Corpus, bare: Callable[[str], Path]) -> None:
    found, unnamed = by_datasets(bare("hf"), ["document"])
    assert found["document"][0] == expected(quarantine, "document") and unnamed == 1
    head = yaml.safe_load((bare("hf") / "README.md").read_text(encoding="utf-8").split("---\n")[1])
    assert [config["config_name"] for config in head["configs"]] == ["document"]


def test_the_warehouse_of_these_tests_has_what_they_are_about(corpus: Corpus) -> None:
    rows = {name: expected(corpus, name) for name in schema.BY_NAME}
    assert set(ODD) <= {row["text"] for row in rows["sentence"]} and set(ODD) <= {
        row["text"] for row in rows["residue"]
    }
    assert {"", None} <= {row["speaker"] for row in rows["article"]}
    assert len({row["kind"] for row in rows["figure"]}) > 5
    assert {None} < {row["date_start"] for row in rows["figure"]}
    assert [row["pos"] for row in rows["sentence"] if row["pos"]] == [["x", "", '"', "m"]]
    assert "quarantined" in {row["status"] for row in rows["document"]}
    assert [pq.read_metadata(file).num_rows for file in corpus.articles.files] == [3, 0, len(rows["article"]) - 3]


# --- what else a format promises ------------------------------------------------------------------------------------


@pytest.mark.parametrize("format", FORMATS)
def test_all_rows_are_told_as_they_are_written(corpus: Corpus, tmp_path: Path, format: str) -> None:
    told: list[int] = []
    done = export(corpus, format, tmp_path / "out", told.append)
    assert sum(told) == sum(done.rows.values()) == sum(corpus.rows.values())
    files = [path for path in (tmp_path / "out").rglob("*") if path.is_file()]
    assert done.bytes == sum(path.stat().st_size for path in files)
    assert os.listdir(tmp_path) == ["out"]


@pytest.mark.parametrize("format", ["csv", "jsonl"])
def test_rows_are_written_batch_by_batch(tmp_path: Path, format: str) -> None:
    publish(tmp_path / "root", {"00": [page("长.txt", [Story(None, (("一。",) * (BATCH + 1),))])]})
    told: list[int] = []
    export(warehouse.open(tmp_path / "root").only(["sentence"]), format, tmp_path / "out", told.append)
    assert told == [BATCH, 1]


@pytest.mark.parametrize("format", FORMATS)
def test_an_export_says_what_it_is_of(corpus: Corpus, exported: Callable[[str], Path], format: str) -> None:
    said = json.loads((exported(format) / ORIGIN).read_text(encoding="utf-8"))
    assert said.pop("versions")["build"] == corpus.manifest.versions
    assert said == {
        "banmian_export": 1,
        "format": format,
        "snapshot": 1,
        "digest": corpus.manifest.digest,
        "created": "2024-11-20T08:00:00Z",
        "rules": "rules",
        "rows": corpus.rows,
    }


@pytest.mark.parametrize("format", FORMATS)
def test_the_readme_tells_snapshot_rows_and_columns(
    corpus: Corpus, exported: Callable[[str], Path], format: str
) -> None:
    readme = (exported(format) / "README.md").read_text(encoding="utf-8")
    assert "snapshot: `1`, published `2024-11-20T08:00:00Z`" in readme and corpus.manifest.digest in readme
    for table in schema.TABLES:
        assert f"| `{table.name}` | {corpus.rows[table.name]:,} | {table.meaning} |" in readme
        for column in table.columns:
            assert f"| `{column.name}` | " in readme and column.meaning in readme


@pytest.mark.parametrize("format", [param for param in IN_A_CHILD if param.values != ("hf",)])
def test_the_readme_of_an_export_loads_a_table(corpus: Corpus, exported: Callable[[str], Path], format: str) -> None:
    readme = (exported(format) / "README.md").read_text(encoding="utf-8")
    code = readme.partition("```python\n")[2].partition("```")[0]
    count = printed(f"{code}\nprint(len(data))", exported(format))
    assert int(count) == (WHOLE[format](corpus) if format in WHOLE else corpus.rows["article"])


def sentences_of_first_shard(corpus: Corpus) -> list[str]:
    shard = corpus.manifest.shards[0].summary
    rows = corpus.manifest.rows_of(shard, corpus.path)["sentence"].read()
    return [str(text) for text in rows["text"].to_pylist()]


def printed(code: str, folder: Path) -> str:
    """What the code prints that a user runs in the folder."""
    run = subprocess.run(
        # Libraries with threads of their own now and then abort when the interpreter goes: not what is tested here.
        [sys.executable, "-c", f"{code}\nimport os, sys; sys.stdout.flush(); os._exit(0)"],
        cwd=folder, env=offline(folder.parent), capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    return run.stdout.strip()


@pytest.mark.parametrize("format", ["csv", "csv-excel", "jsonl"])
def test_the_same_snapshot_gives_the_same_bytes(
    corpus: Corpus, exported: Callable[[str], Path], tmp_path: Path, format: str
) -> None:
    export(corpus, format, tmp_path / "again", ignore)
    files = {path.name: path.read_bytes() for path in exported(format).iterdir()}
    assert {path.name: path.read_bytes() for path in (tmp_path / "again").iterdir()} == files
    assert len(files) == 7


def test_csv_is_as_rfc_4180_wants_it(exported: Callable[[str], Path]) -> None:
    bytes_ = (exported("csv") / "article.csv").read_bytes()
    assert bytes_.startswith(b'"article_id","document_id","ordinal",')
    assert bytes_.endswith(b"\r\n")
    marked = (exported("csv-excel") / "article.csv").read_bytes()
    assert marked == b"\xef\xbb\xbf" + bytes_
    (row,) = [line for line in bytes_.decode().split("\r\n") if '"=1+1"' in line]
    assert ',"",' in row and ",,," in row, "an empty text has quotes, a null has not"
    assert ",0.98," in row and '{""role"":null,""name"":""张三""}' in row


def test_json_escapes_no_more_than_it_must(exported: Callable[[str], Path]) -> None:
    lines = (exported("jsonl") / "article.jsonl").read_bytes().decode("utf-8")
    for text in (
        "行\u2028分\u2029段",
        "😀👨\u200d👩\u200d👧",
        "𠮷野家𪚥",
        '"confidence":0.98,',
        '"event_date":"1949-10-01"',
    ):
        assert text in lines
    assert "\\u4" not in lines and lines.count("\n") == len(lines.split("\n")) - 1 and lines.endswith("}\n")


@settings(deadline=None)
@given(st.lists(st.tuples(st.text(), st.none() | st.lists(st.text())), max_size=5))
def test_any_text_comes_back_from_json_and_csv(rows: list[tuple[str, list[str] | None]]) -> None:
    columns = pa.schema([("text", pa.string()), ("words", pa.list_(pa.string()))])
    batch = pa.RecordBatch.from_pylist([{"text": text, "words": words} for text, words in rows], schema=columns)
    lines = texts.rows_as_json(columns)(batch).column(0).to_pylist()
    assert [json.loads(line) for line in lines] == batch.to_pylist()
    assert not any("\n" in line for line in lines)
    cells = texts.cells_as_json(columns)(batch)
    assert cells["text"].to_pylist() == batch["text"].to_pylist()
    assert [None if cell is None else json.loads(cell) for cell in cells["words"].to_pylist()] == [
        words for _, words in rows
    ]


@given(st.floats(allow_nan=False, allow_infinity=False), st.floats(width=32, allow_nan=False, allow_infinity=False))
def test_any_number_comes_back_from_json(double: float, single: float) -> None:
    columns = pa.schema([("double", pa.float64()), ("single", pa.float32())])
    batch = pa.RecordBatch.from_pylist([{"double": double, "single": single}], schema=columns)
    (line,) = texts.rows_as_json(columns)(batch).column(0).to_pylist()
    back = json.loads(line)
    assert back["double"] == double and float32(back["single"]) == single


def test_the_card_makes_each_table_a_config(exported: Callable[[str], Path]) -> None:
    card = (exported("hf") / "README.md").read_text(encoding="utf-8")
    assert card.startswith("---\n")
    head = yaml.safe_load(card.split("---\n")[1])
    assert [config["config_name"] for config in head["configs"]] == list(schema.BY_NAME)
    assert [config["config_name"] for config in head["configs"] if config.get("default")] == ["article"]
    assert head["language"] == ["zh"]


@pytest.mark.parametrize("format", ["hf", "delta"])
def test_files_are_linked_not_written_again(corpus: Corpus, exported: Callable[[str], Path], format: str) -> None:
    source = corpus.articles.files[0]
    (file,) = (path for path in exported(format).rglob(source.name) if path.parent.name == "article")
    assert file.samefile(source)


@pytest.mark.parametrize("format", ["hf", "delta"])
def test_files_are_copied_where_there_are_no_links(
    corpus: Corpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, format: str
) -> None:
    def refuse(*_arguments: object) -> None:
        raise OSError(18, "Invalid cross-device link")

    monkeypatch.setattr(os, "link", refuse)
    folder = tmp_path / "out"
    export(corpus, format, folder, ignore)
    source = corpus.articles.files[0]
    (file,) = (path for path in folder.rglob(source.name) if path.parent.name == "article")
    assert not file.samefile(source) and file.read_bytes() == source.read_bytes()


def test_delta_keeps_types_and_comments(corpus: Corpus, exported: Callable[[str], Path]) -> None:
    for table in schema.TABLES:
        delta = deltalake.DeltaTable(exported("delta") / table.name)
        columns = {field.name: field for field in delta.schema().fields}
        assert pa.schema(delta.schema().to_arrow()).types == corpus.table(table.name).schema.types
        for column in table.columns:
            assert columns[column.name].nullable == column.null
            assert columns[column.name].metadata == {"comment": column.meaning}
        assert (delta.metadata().name, delta.metadata().description) == (table.name, table.meaning)
        assert delta.history()[0]["banmian.digest"] == corpus.manifest.digest


def test_a_delta_table_can_be_moved(corpus: Corpus, exported: Callable[[str], Path], tmp_path: Path) -> None:
    shutil.copytree(exported("delta"), tmp_path / "moved")
    same_rows(corpus, tmp_path / "moved", "article", by_deltalake)


def test_iceberg_keeps_types_and_docs(exported: Callable[[str], Path]) -> None:
    catalogue = SqlCatalog("banmian", uri=f"sqlite:///{exported('iceberg')}/catalog.db")
    assert sorted(name for _, name in catalogue.list_tables("banmian")) == sorted(schema.BY_NAME)
    for table in schema.TABLES:
        fields = catalogue.load_table(f"banmian.{table.name}").schema().fields
        assert [(field.name, field.required, field.doc) for field in fields] == [
            (column.name, not column.null, column.meaning) for column in table.columns
        ]
        assert [str(field.field_type).partition("<")[0] for field in fields] == [
            ICEBERG.get(column.type, "list") for column in table.columns
        ]
    catalogue.close()


ICEBERG = {
    pa.string(): "string", pa.int32(): "int", pa.float32(): "float", pa.float64(): "double", pa.date32(): "date",
    pa.bool_(): "boolean",
}  # fmt: skip


def test_iceberg_writes_portions_and_shows_one_snapshot(
    corpus: Corpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(iceberg, "PORTION", 1_000)  # each batch: there is one a shard
    folder = tmp_path / "out"
    export(corpus, "iceberg", folder, ignore)
    table = StaticTable.from_metadata(str(folder / "sentence"))
    assert table.inspect.files().num_rows == 2
    assert len(table.snapshots()) == 1
    same_rows(corpus, folder, "sentence", by_catalogue)


@pytest.mark.parametrize("mark", ["?", "#"])
def test_iceberg_refuses_what_it_would_misread(corpus: Corpus, tmp_path: Path, mark: str) -> None:
    with pytest.raises(ExportRefused, match="name another folder"):
        export(corpus, "iceberg", tmp_path / f"a{mark}b", ignore)
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("format", [name for name, one in FORMATS.items() if not one.whole])
def test_some_tables_only(corpus: Corpus, tmp_path: Path, format: str) -> None:
    some = corpus.only(["figure", "document"])
    assert some.names == ("document", "figure")
    done = export(some, format, tmp_path / "out", ignore)
    assert done.rows == {name: corpus.rows[name] for name in ("document", "figure")}
    names = {path.name.partition(".")[0] for path in (tmp_path / "out").rglob("*")}
    assert {"document", "figure"} <= names and not {"article", "sentence", "residue"} & names
    assert "`article_id` | string | no | unique and stable" not in (tmp_path / "out/README.md").read_text("utf-8")


def test_no_table_of_this_name(corpus: Corpus) -> None:
    with pytest.raises(KeyError, match="there are document, article"):
        corpus.only(["document", "nonsense"])


def test_a_format_may_want_all_tables(corpus: Corpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(exports.FORMATS, "csv", replace(FORMATS["csv"], whole=True))
    with pytest.raises(ExportRefused, match="from all tables"):
        export(corpus.only(["figure"]), "csv", tmp_path / "out", ignore)
    assert export(corpus, "csv", tmp_path / "out", ignore).rows == corpus.rows


# --- refused, failed, killed ----------------------------------------------------------------------------------------


def test_an_unknown_format_is_refused(corpus: Corpus, tmp_path: Path) -> None:
    with pytest.raises(ExportRefused, match="there are hf, csv"):
        export(corpus, "xlsx", tmp_path / "out", ignore)
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("format", FORMATS)
def test_a_folder_that_holds_something_is_refused(corpus: Corpus, tmp_path: Path, format: str) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine.txt").write_text("mine")
    with pytest.raises(ExportRefused, match="is not empty; name a new folder"):
        export(corpus, format, tmp_path / "out", ignore)
    assert os.listdir(tmp_path) == ["out"] and os.listdir(tmp_path / "out") == ["mine.txt"]


@pytest.mark.parametrize("format", FORMATS)
def test_an_empty_folder_is_taken_and_missing_ones_are_made(corpus: Corpus, tmp_path: Path, format: str) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "link").symlink_to("empty")
    for folder in ("link", "a/b/c"):
        export(corpus, format, tmp_path / folder, ignore)
        assert (tmp_path / folder / ORIGIN).exists()
    assert sorted(os.listdir(tmp_path)) == ["a", "empty", "link"]


def test_a_file_the_snapshot_and_ones_own_place_are_refused(
    corpus: Corpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("mine")
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    cases = {tmp_path / "file": "is a file", corpus.path / "out": "outside the warehouse", Path("."): "you are in"}
    for folder, message in cases.items():
        with pytest.raises(ExportRefused, match=message):
            export(corpus, "csv", folder, ignore)
    assert (tmp_path / "file").read_text() == "mine"
    assert "out" not in os.listdir(corpus.path)


@pytest.mark.parametrize(("format", "library"), [("delta", "deltalake"), ("iceberg", "pyiceberg")])
def test_a_missing_library_is_named_with_its_extra(
    corpus: Corpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, format: str, library: str
) -> None:
    monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(MissingLibrary, match=rf"{library}: pip install 'banmian\[{format}\]'"):
        export(corpus, format, tmp_path / "out", ignore)
    assert os.listdir(tmp_path) == []


class Trouble(Exception):  # noqa: N818
    """What a test raises in the middle of an export."""


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("trouble", [Trouble(), KeyboardInterrupt(), OSError(28, "No space left on device")])
def test_whatever_happens_nothing_is_left(corpus: Corpus, tmp_path: Path, format: str, trouble: BaseException) -> None:
    def fail(_rows: int) -> None:
        raise trouble

    (tmp_path / "empty").mkdir()
    for folder in ("empty", "a/b"):
        with pytest.raises((Trouble, KeyboardInterrupt, ExportFailed)) as raised:
            export(corpus, format, tmp_path / folder, fail)
        assert raised.type is (ExportFailed if isinstance(trouble, OSError) else type(trouble))
    assert os.listdir(tmp_path) == ["empty"] and os.listdir(tmp_path / "empty") == []


@pytest.mark.parametrize("format", FORMATS)
def test_a_damaged_warehouse_is_told_as_such(root: Path, tmp_path: Path, format: str) -> None:
    shutil.copytree(root, tmp_path / "copy", symlinks=True)
    damaged = warehouse.open(tmp_path / "copy")
    damaged.articles.files[2].write_bytes(b"PAR1 no more")
    with pytest.raises(NoWarehouse, match=r"article.02\.parquet: can't read"):
        export(damaged, format, tmp_path / "out", ignore)
    damaged.articles.files[2].unlink()
    with pytest.raises(NoWarehouse, match=r"article.02\.parquet: can't read"):
        export(damaged, format, tmp_path / "out", ignore)
    assert os.listdir(tmp_path) == ["copy"]


def child(*arguments: object, **options: Any) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, CHILD, *map(str, arguments)], capture_output=True, text=True, check=False, **options
    )


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("size", [100, 4_000])
def test_a_full_disk_is_told_and_leaves_nothing(root: Path, tmp_path: Path, format: str, size: int) -> None:
    said = child("starve", root, format, tmp_path / "out", size)
    assert said.returncode == 0, said.stderr
    (message,) = said.stdout.splitlines()
    assert message.startswith(str(tmp_path)) and "can't" in message
    assert "File too large" in message or "disk I/O error" in message
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("fatal", [1, 100])
def test_a_killed_export_leaves_nothing_that_looks_whole(
    root: Path, corpus: Corpus, tmp_path: Path, format: str, fatal: int
) -> None:
    folder = tmp_path / "out"
    killed = child("die", root, format, folder, fatal)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    if FORMATS[format].in_place:
        assert not (folder / "catalog.db").exists()
        with pytest.raises(ExportRefused, match="remove this one first"):
            export(corpus, format, folder, ignore)
        shutil.rmtree(folder)
    assert not folder.exists()
    export(corpus, format, folder, ignore)
    assert os.listdir(tmp_path) == ["out"]


@pytest.fixture
def held(tmp_path: Path) -> Iterator[Path]:
    """A folder that another export is writing into."""
    partial = tmp_path / ".out.partial"
    partial.mkdir()
    (partial / "article.csv").write_text("half")
    descriptor = os.open(partial, os.O_RDONLY)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    yield tmp_path / "out"
    os.close(descriptor)


def test_two_exports_do_not_get_into_each_others_way(corpus: Corpus, held: Path) -> None:
    with pytest.raises(ExportRefused, match="another export into it is at work"):
        export(corpus, "csv", held, ignore)
    assert os.listdir(held.parent) == [".out.partial"]
    assert os.listdir(held.parent / ".out.partial") == ["article.csv"]


def test_a_termination_clears_up(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = signal.getsignal(signal.SIGTERM)
    monkeypatch.setattr(progress, "advance", lambda _rows: os.kill(os.getpid(), signal.SIGTERM))
    with pytest.raises(KeyboardInterrupt):
        exporting.exported("csv", tmp_path / "out", root, None)
    assert os.listdir(tmp_path) == []
    assert signal.getsignal(signal.SIGTERM) == before


# --- the command ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("format", IN_A_CHILD)
def test_the_command_ends_with_what_a_person_wants_to_know(
    banmian: Banmian, root: Path, corpus: Corpus, tmp_path: Path, format: str
) -> None:
    chosen = corpus if format in WHOLE else corpus.only(["article", "figure"])
    tables = [] if format in WHOLE else ["--table", "article", "figure"]
    said = banmian("export", format, "out", "--warehouse", root, *tables)
    assert (said.returncode, said.stderr) == (0, "")
    assert said.stdout.startswith(f"Exported snapshot 1 as {format} in ")
    counts = ", ".join(f"{count:,} {name}" for name, count in chosen.rows.items())
    assert f"rows       {sum(chosen.rows.values()):,} ({counts})\n" in said.stdout
    assert "folder     out\n" in said.stdout
    size = sum(path.stat().st_size for path in (tmp_path / "out").rglob("*") if path.is_file())
    assert f"bytes      {size:,}\n" in said.stdout
    load = said.stdout.rpartition("load one")[2].strip()
    if format not in WHOLE:
        assert printed(f"{load}; print(len(data))", tmp_path) == str(corpus.rows["article"])
    else:
        assert printed(f"{load}; print(bool(data))", tmp_path) == "True"


def test_an_older_snapshot_can_be_exported_and_asked(banmian: Banmian, tmp_path: Path) -> None:
    publish(tmp_path / "w", {"00": pages(1)})
    publish(tmp_path / "w", {"00": pages(2)})
    assert banmian("export", "csv", "out", "--warehouse", "w", "--snapshot", "1").returncode == 0
    assert json.loads((tmp_path / "out" / ORIGIN).read_text(encoding="utf-8"))["rows"]["document"] == 1
    asked = ("sql", "select count(*) as n from document", "--format", "csv", "--warehouse", "w")
    assert [banmian(*asked, *more).stdout.split() for more in ([], ["--snapshot", "1"])] == [["n", "2"], ["n", "1"]]
    assert "no snapshot 7; there are 1, 2" in banmian(*asked, "--snapshot", "7").stderr


USAGE = [
    (["xlsx", "out"], "invalid choice: 'xlsx'"),
    (["csv"], "FOLDER"),
    (["csv", "out", "--table"], "--table"),
    (["csv", "out", "--table", "article", "nonsense"], "no table 'nonsense'; there are document, article"),
    (["csv", "full"], "is not empty; name a new folder"),
    (["csv", "out", "--warehouse", "nowhere"], "banmian build SOURCE --warehouse nowhere"),
]


@pytest.mark.parametrize(("arguments", "message"), USAGE)
def test_wrong_usage_of_the_command(
    banmian: Banmian, root: Path, tmp_path: Path, arguments: list[str], message: str
) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine.txt").write_text("mine")
    said = banmian("export", "--warehouse", root, *arguments)
    assert (said.returncode, said.stdout) == (2, "")
    assert message in said.stderr and "Traceback" not in said.stderr
    assert os.listdir(tmp_path) == ["full"]


def test_a_folder_one_may_not_write_to(banmian: Banmian, root: Path, tmp_path: Path) -> None:
    (tmp_path / "locked").mkdir(mode=0o555)
    said = banmian("export", "csv", "locked/out", "--warehouse", root, preexec_fn=without_root)
    assert (said.returncode, said.stdout) == (1, "")
    assert "locked" in said.stderr and "can't export: Permission denied" in said.stderr


def test_help_lists_the_formats(banmian: Banmian) -> None:
    said = banmian("export", "--help").stdout
    assert "example:\n  banmian export hf" in said and "exit codes" in said
    for name, format in FORMATS.items():
        assert f"  {name:<11}{format.what}\n" in said


def test_help_of_exports_loads_nothing_heavy() -> None:
    code = "import sys, warehouse.exports; sys.exit('pyarrow' in sys.modules or 'duckdb' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_descriptions_come_from_the_files(corpus: Corpus) -> None:
    for table in schema.TABLES:
        assert meaning(corpus.table(table.name).schema) == table.meaning
        assert [meaning(field) for field in corpus.table(table.name).schema] == [c.meaning for c in table.columns]
