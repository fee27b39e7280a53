"""Real readers on the published tables as they lie: the same rows, types and nulls in all of them.

A column's description travels in the files. pyarrow shows it (`field.metadata`), and `banmian sql` does as a comment;
pandas, polars, duckdb, datasets and Spark read the columns and have no place for it.
"""

from __future__ import annotations

import glob
import io
import math
import os
import random
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import datasets
import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds
import pyarrow.fs as fs
import pyarrow.parquet as pq
import pytest
from warehouse_samples import Story, in_order, page, pages, publish, quarantined

import warehouse
from transforms.document import Article, Credit, Document, Figure, Sentence
from warehouse import parquet, schema, shards
from warehouse.corpus import Corpus

Row = dict[str, Any]
Found = tuple[list[Row], dict[str, str]]
"""The rows of a table and the type of each column in the reader's own words."""

SPEECH = Story(
    "𠀀字“引号”,\t和|竖线",
    columns={
        "kind": "speech",
        "section": "",
        "speaker": "张三",
        "event_date": date(1949, 10, 1),
        "byline": (Credit(None, "张三"), Credit("记者", "李四")),
        "crossheads": ("今年怎样？",),
        "confidence": 0.995,
    },
)
PLACE = {"publication": "日报", "issue_date": date(2024, 11, 20), "page": "01"}


def enriched(document: Document) -> Document:
    """The page with tags for its words and figures of every type of value."""
    return replace(document, articles=tuple(map(_article, document.articles)))


def _article(article: Article) -> Article:
    return replace(article, sentences=tuple(map(_sentence, article.sentences)))


def _sentence(sentence: Sentence) -> Sentence:
    return sentence._replace(pos=("n",) * len(sentence.tokens), figures=tuple(map(_figure, sentence.figures)))


def _figure(figure: Figure) -> Figure:
    columns: Row = {"value_max": 5e3, "unit": "个", "si_value": -0.1, "comparator": ">", "doubtful": True}
    if figure.mention.surface == "3":
        day = date(2024, 2, 29)
        columns = {"kind": "time", "value": None, "date_start": day, "date_end": day, "time_of_day": "09:30"}
    return figure._replace(mention=figure.mention._replace(**columns))


OLD = {"00": pages(3), "01": pages(0), "09": in_order([page("旧.txt", [SPEECH] * 4)])}
NEW = {
    "00": in_order([enriched(page("日报/1.txt", [Story(), SPEECH], **PLACE)), page("日报/2.txt", [Story(None)])]),
    "01": [quarantined("坏.txt")],
    "02": in_order([page("日报/3.txt", [SPEECH], ["责任编辑\r\n", "第1版"], status="partial", error="cut")]),
}


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two snapshots of several shards, the first of them dead, one shard with a row in one table only."""
    path = tmp_path_factory.mktemp("root")
    publish(path, OLD, checked=False)
    publish(path, NEW, checked=False)
    return path


def expected(table: str) -> list[Row]:
    """The rows that were published, never having been in a file."""
    rows: list[Row] = []
    for documents in NEW.values():
        for document in documents:
            rows += schema.BY_NAME[table].batch(schema.rows(document)[table]).to_pylist()
    return in_rows_order(table, rows)


def in_rows_order(table: str, rows: list[Row]) -> list[Row]:
    key = schema.BY_NAME[table].key
    return sorted(rows, key=lambda row: row[key] if key else (row["document_id"], row["raw_start"]))


@dataclass(frozen=True)
class Words:
    """How a reader spells types."""

    names: dict[str, str]
    list: str
    struct: str
    field: str

    def spelt(self, type_: pa.DataType) -> str:
        if pa.types.is_list(type_):
            return self.list.format(self.spelt(type_.value_type))
        if pa.types.is_struct(type_):
            parts = [type_.field(number) for number in range(type_.num_fields)]
            return self.struct.format(", ".join(self.field.format(part.name, self.spelt(part.type)) for part in parts))
        return self.names[str(type_)]


NAMES = ("string", "int32", "float", "double", "date32[day]", "bool")


def words(names: str, list_: str, struct: str, field: str) -> Words:
    return Words(dict(zip(NAMES, names.split(), strict=True)), list_, struct, field)


# --- the readers ----------------------------------------------------------------------------------------------------


def by_pyarrow(folder: Path) -> Found:
    table = ds.dataset(folder).to_table()
    assert table.equals(pq.read_table(folder))
    return table.to_pylist(), {field.name: str(field.type) for field in table.schema}


def by_pandas(folder: Path) -> Found:
    frame = pd.read_parquet(folder, dtype_backend="pyarrow")
    rows = [{str(name): plain(value) for name, value in row.items()} for row in frame.to_dict("records")]
    plainly = pd.read_parquet(folder).to_dict("records")
    assert [{str(name): plain(value) for name, value in row.items()} for row in plainly] == rows
    return rows, {name: str(type_.pyarrow_dtype) for name, type_ in frame.dtypes.items()}


def plain(value: Any) -> Any:
    """A cell of pandas as the others have it: no NaN or NA for null, no arrays of numpy, whole numbers whole."""
    if hasattr(value, "tolist") and not isinstance(value, float):
        value = value.tolist()
    if isinstance(value, list):
        return [plain(item) for item in value]
    if value is pd.NA or value is pd.NaT or (isinstance(value, float) and math.isnan(value)):
        return None
    return value


def by_polars(folder: Path) -> Found:
    frame = pl.read_parquet(folder / "*.parquet")
    assert frame.equals(pl.scan_parquet(folder).collect())
    return frame.to_dicts(), {name: str(type_) for name, type_ in frame.schema.items()}


def by_duckdb(folder: Path) -> Found:
    with duckdb.connect() as connection:
        connection.execute(f"create view it as from read_parquet('{folder}/*.parquet')")
        types = {name: type_ for name, type_, *_ in connection.execute("describe it").fetchall()}
        rows = connection.execute("from it").fetchall()
    return [dict(zip(types, row, strict=True)) for row in rows], types


def by_datasets(folder: Path, cache: Path) -> Found:
    files = str(folder / "*.parquet")
    data = datasets.load_dataset("parquet", data_files=files, split="train", cache_dir=str(cache))
    return data.to_list(), {name: str(feature) for name, feature in data.features.items()}


READERS: dict[str, tuple[Callable[..., Found], Words]] = {
    "polars": (
        by_polars,
        words("String Int32 Float32 Float64 Date Boolean", "List({})", "Struct({{{}}})", "'{}': {}"),
    ),
    "duckdb": (by_duckdb, words("VARCHAR INTEGER FLOAT DOUBLE DATE BOOLEAN", "{}[]", "STRUCT({})", '"{}" {}')),
    "datasets": (
        by_datasets,
        words(
            "Value('string') Value('int32') Value('float32') Value('float64') Value('date32') Value('bool')",
            "List({})",
            "{{{}}}",
            "'{}': {}",
        ),
    ),
}
SPARK = words("string int float double date boolean", "array<{}>", "struct<{}>", "{}:{}")


@pytest.fixture
def offline(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HF_HUB_OFFLINE", "HF_DATASETS_OFFLINE"):
        monkeypatch.setenv(name, "1")
    monkeypatch.setattr(datasets.config, "HF_HUB_OFFLINE", True)
    datasets.disable_progress_bars()


@pytest.mark.usefixtures("offline")
@pytest.mark.parametrize("table", schema.BY_NAME)
@pytest.mark.parametrize("reader", READERS)
def test_a_reader_gives_the_rows_that_were_published(root: Path, tmp_path: Path, reader: str, table: str) -> None:
    read, spelling = READERS[reader]
    folder = root / "current" / table
    rows, types = read(folder, tmp_path) if read is by_datasets else read(folder)
    assert in_rows_order(table, rows) == expected(table)
    assert types == {column.name: spelling.spelt(column.type) for column in schema.BY_NAME[table].columns}


@pytest.mark.parametrize("table", schema.BY_NAME)
@pytest.mark.parametrize("read", [by_pyarrow, by_pandas])
def test_readers_built_on_arrow_give_rows_and_types(root: Path, read: Callable[[Path], Found], table: str) -> None:
    rows, types = read(root / "current" / table)
    assert in_rows_order(table, rows) == expected(table)
    assert types == {column.name: str(column.type) for column in schema.BY_NAME[table].columns}


@pytest.mark.parametrize("table", schema.BY_NAME)
def test_descriptions_and_what_may_be_null_are_in_the_files(root: Path, table: str) -> None:
    for read in (ds.dataset(root / "current" / table).schema, pq.read_table(root / "current" / table).schema):
        assert [field.metadata[b"description"].decode() for field in read] == [
            column.meaning for column in schema.BY_NAME[table].columns
        ]
        assert [field.nullable for field in read] == [column.null for column in schema.BY_NAME[table].columns]
        assert read.metadata[b"description"].decode() == schema.BY_NAME[table].meaning


@pytest.fixture(scope="module")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A session of Spark in this process's own Java, on the loopback interface, without its web page."""
    if shutil.which("java") is None and not os.environ.get("JAVA_HOME"):
        pytest.skip("Spark runs on Java, and there is none here")
    scratch = tmp_path_factory.mktemp("spark")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SPARK_LOCAL_IP", "127.0.0.1")
        from pyspark.sql import SparkSession

        settings = {
            "spark.ui.enabled": "false",
            "spark.ui.showConsoleProgress": "false",
            "spark.driver.host": "127.0.0.1",
            "spark.driver.bindAddress": "127.0.0.1",
            "spark.driver.memory": "512m",
            "spark.sql.warehouse.dir": str(scratch / "warehouse"),
            "spark.local.dir": str(scratch / "local"),
            "spark.log.level": "ERROR",
        }
        builder = SparkSession.builder.master("local[1]").appName("banmian")
        for name, value in settings.items():
            builder = builder.config(name, value)
        session = builder.getOrCreate()
        yield session
        session.stop()


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:PySpark does not yet fully support pandas:FutureWarning")
@pytest.mark.parametrize("table", schema.BY_NAME)
def test_spark_gives_the_rows_that_were_published(root: Path, spark: Any, table: str) -> None:
    frame = spark.read.parquet(str(root / "current" / table))
    rows = [row.asDict(recursive=True) for row in frame.collect()]
    assert in_rows_order(table, rows) == expected(table)
    types = {field.name: field.dataType.simpleString() for field in frame.schema.fields}
    spelt = {column.name: SPARK.spelt(column.type).replace(", ", ",") for column in schema.BY_NAME[table].columns}
    assert types == spelt


def test_dead_snapshots_are_there_and_never_read(root: Path) -> None:
    """A glob below `current` finds the files of one snapshot; those of the former lie beside it, out of its reach."""
    for table in schema.BY_NAME:
        alive = glob.glob(f"{root}/current/{table}/*.parquet")
        assert sorted(map(os.path.basename, alive)) == ["00.parquet", "01.parquet", "02.parquet"]
        assert sorted(glob.glob(f"{root}/current/**/{table}/*.parquet", recursive=True)) == sorted(alive)
        assert len(glob.glob(f"{root}/snapshots/000001/{table}/*.parquet")) == 3
    dead = ds.dataset(root / "snapshots/000001/article").count_rows()
    assert (dead, ds.dataset(root / "current/article").count_rows()) == (7, 4)


# --- warehouse.open -------------------------------------------------------------------------------------------------


class CountingFiles(fs.FileSystemHandler):  # type: ignore[misc]
    """The local file system, keeping count of the bytes that are read."""

    def __init__(self) -> None:
        self.local = fs.LocalFileSystem()
        self.bytes = 0

    def open_input_file(self, path: str) -> pa.PythonFile:
        return pa.PythonFile(_Counted(path, self), mode="r")

    open_input_stream = open_input_file

    def get_type_name(self) -> str:
        return "counting"

    def normalize_path(self, path: str) -> str:
        return path

    def get_file_info(self, paths: list[str]) -> list[fs.FileInfo]:
        found: list[fs.FileInfo] = self.local.get_file_info(paths)
        return found

    def _refused(self, *_arguments: object) -> None:
        raise NotImplementedError("only reading is counted")

    copy_file = create_dir = delete_dir = delete_dir_contents = delete_file = delete_root_dir_contents = _refused
    get_file_info_selector = move = open_append_stream = open_output_stream = _refused


class _Counted(io.FileIO):
    def __init__(self, path: str, counter: CountingFiles) -> None:
        super().__init__(path)
        self.counter = counter

    def read(self, size: int = -1) -> bytes:
        found = super().read(size)
        self.counter.bytes += len(found)
        return found


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    """A corpus whose tables have row groups of some 25 rows, and texts that no compression makes small."""
    root, dice = tmp_path_factory.mktemp("large"), random.Random(6)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(parquet, "ROW_GROUP", 25)
        patch.setattr(parquet, "LONG_ROW_GROUP", 25)
        patch.setattr(shards, "PENDING", 25)
        texts = ("".join(chr(dice.randrange(0x4E00, 0x9FA5)) for _ in range(3000)) for _ in range(200))
        stories = (Story(paragraphs=((text + "有3个。",),)) for text in texts)
        publish(
            root,
            {"00": in_order(page(f"{number}.txt", [story]) for number, story in enumerate(stories))},
            checked=False,
        )
    return warehouse.open(root)


@pytest.fixture
def counter(monkeypatch: pytest.MonkeyPatch) -> CountingFiles:
    files = CountingFiles()
    opened = ds.dataset

    def counted(*arguments: Any, **options: Any) -> Any:
        return opened(*arguments, **options, filesystem=fs.PyFileSystem(files))

    monkeypatch.setattr(ds, "dataset", counted)
    return files


def read_bytes(counter: CountingFiles, read: Callable[[], object]) -> int:
    before = counter.bytes
    read()
    return counter.bytes - before


def test_pyarrow_reads_the_columns_and_row_groups_asked_for(large: Corpus, counter: CountingFiles) -> None:
    document = large.documents.to_arrow(["document_id"])["document_id"][100].as_py()
    wanted = pc.field("document_id") == document
    (fragment,) = large.articles.dataset.get_fragments()
    assert fragment.num_row_groups == 8
    assert fragment.subset(filter=wanted).num_row_groups == 1

    # Each reading begins with the footer, which says where columns and row groups lie.
    footer = read_bytes(counter, lambda: large.articles.count(pc.field("document_id") == "none"))
    whole = read_bytes(counter, large.articles.to_arrow) - footer
    column = read_bytes(counter, lambda: large.articles.to_arrow(["ordinal"])) - footer
    rows = read_bytes(counter, lambda: large.articles.to_arrow(filter=wanted)) - footer
    cell = read_bytes(counter, lambda: large.articles.to_arrow(["ordinal"], wanted)) - footer
    assert whole > 0.8 * sum(path.stat().st_size for path in large.articles.files)
    assert 0 < column < 0.1 * whole
    assert whole / 16 < rows < whole / 4
    assert 0 < cell < rows / 4
    assert large.articles.to_arrow(["document_id"], wanted).to_pylist() == [{"document_id": document}]


def test_pandas_gets_what_pyarrow_reads(large: Corpus, counter: CountingFiles) -> None:
    column = read_bytes(counter, lambda: large.articles.to_pandas(["ordinal"]))
    assert column == read_bytes(counter, lambda: large.articles.to_arrow(["ordinal"]))


def test_polars_pushes_both_into_the_scan(large: Corpus) -> None:
    """What the plan does not do in the scan would stand in it as a step of its own."""
    plan = large.figures.polars().filter(pl.col("unit") == "CNY").select("value").explain()
    assert f"PROJECT 2/{len(schema.FIGURE.columns)} COLUMNS" in plan
    assert 'SELECTION: col("unit") == "CNY"' in plan
    assert "FILTER" not in plan


def test_duckdb_pushes_both_into_the_scan(large: Corpus) -> None:
    document = large.documents.to_arrow(["document_id"])["document_id"][100].as_py()
    question = f"explain select headline from article where document_id = '{document}'"
    with large.duckdb() as connection:
        ((_, plan),) = connection.execute(question).fetchall()
    told = "".join(plan.replace("│", "").split())
    assert f"Filters:document_id='{document}'" in told
    assert "Projections:headline" in told and "crossheads" not in told


def test_a_corpus_opens_below_folders_whose_names_look_like_patterns(tmp_path: Path) -> None:
    root = tmp_path / "it's [a-b]*?" / "year=2024"
    publish(root, NEW, checked=False)
    corpus = warehouse.open(root)
    for table in schema.BY_NAME:
        reader = corpus.table(table)
        names = [column.name for column in schema.BY_NAME[table].columns]
        assert in_rows_order(table, reader.to_arrow().to_pylist()) == expected(table)
        assert in_rows_order(table, reader.polars().collect().to_dicts()) == expected(table)
        relation = corpus.duckdb().sql(f"from {table}")
        assert relation.columns == names
        rows = [dict(zip(names, row, strict=True)) for row in relation.fetchall()]
        assert in_rows_order(table, rows) == expected(table)
