"""Reading: the project's own door, and the real readers on plain files."""

from __future__ import annotations

import builtins
import glob
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import polars as pl
import pyarrow.compute as pc
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest
from warehouse_samples import Story, in_order, page, pages, publish, quarantined

import warehouse
from transforms.document import Credit
from warehouse import schema
from warehouse.corpus import summarise
from warehouse.errors import MissingLibrary, NoWarehouse

SPEECH = Story("在会上的讲话", columns={"kind": "speech", "speaker": "张三", "byline": (Credit(None, "张三"),)})
DOCUMENTS = in_order(
    [
        page("日报/1.txt", [Story(), SPEECH], issue_date=date(2024, 11, 20)),
        page("日报/2.txt", [Story(None)], status="partial", error="1 byte that utf-8 can't read"),
        quarantined("日报/3.txt"),
    ]
)


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A warehouse of two shards whose path has a blank and a quote in it, as users' folders have."""
    path = tmp_path_factory.mktemp("it's a") / "ware house"
    publish(path, {"00": DOCUMENTS[:2], "01": DOCUMENTS[2:]})
    return path


@pytest.fixture(scope="module")
def quarantine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("quarantine")
    publish(path, {"00": [quarantined("坏.txt")]})
    return path


READERS: dict[str, Callable[[str], Any]] = {
    "pyarrow files": lambda pattern: sum(pq.ParquetFile(name).metadata.num_rows for name in glob.glob(pattern)),
    "pyarrow dataset": lambda pattern: ds.dataset(os.path.dirname(pattern)).count_rows(),
    "pandas files": lambda pattern: sum(len(pd.read_parquet(name)) for name in glob.glob(pattern)),
    "pandas folder": lambda pattern: len(pd.read_parquet(os.path.dirname(pattern))),
    "polars": lambda pattern: pl.read_parquet(pattern).height,
    "duckdb": lambda pattern: duckdb.read_parquet(pattern).count("*").fetchall()[0][0],
}


@pytest.mark.parametrize("read", READERS.values(), ids=READERS)
@pytest.mark.parametrize("table", schema.BY_NAME)
def test_any_reader_opens_the_files_as_they_are(root: Path, read: Callable[[str], int], table: str) -> None:
    rows = {"document": 3, "article": 3, "sentence": 11, "figure": 7, "residue": 2}
    assert read(f"{root}/current/{table}/*.parquet") == rows[table]


@pytest.mark.parametrize("read", READERS.values(), ids=READERS)
@pytest.mark.parametrize("table", schema.BY_NAME)
def test_any_reader_opens_a_warehouse_of_one_quarantined_page(
    quarantine: Path, read: Callable[[str], int], table: str
) -> None:
    assert read(f"{quarantine}/current/{table}/*.parquet") == (table == "document")


def test_readers_agree_on_nested_columns(root: Path) -> None:
    pattern = f"{root}/current/article/*.parquet"
    arrow = ds.dataset(os.path.dirname(pattern)).to_table(filter=ds.field("kind") == "speech").to_pylist()
    polars = pl.read_parquet(pattern).filter(pl.col("kind") == "speech").to_dicts()
    relation = duckdb.sql(
        f"select * from read_parquet('{pattern.replace(chr(39), chr(39) * 2)}') where kind = 'speech'"
    )
    (row,) = [dict(zip(relation.columns, found, strict=True)) for found in relation.fetchall()]
    assert arrow == polars == [row]
    assert row["byline"] == [{"role": None, "name": "张三"}]
    assert row["raw_spans"][0].keys() == {"start", "end"}
    frame = pd.read_parquet(os.path.dirname(pattern))
    (spans,) = frame[frame.kind == "speech"].raw_spans
    assert list(spans) == row["raw_spans"]


def test_tables_of_an_opened_corpus(root: Path) -> None:
    corpus = warehouse.open(root)
    assert [corpus.table(name).count() for name in schema.BY_NAME] == [3, 3, 11, 7, 2]
    assert corpus.documents.count(pc.field("issue_date") == date(2024, 11, 20)) == 1
    assert corpus.articles.to_arrow(["speaker"], pc.field("kind") == "speech").to_pylist() == [{"speaker": "张三"}]
    assert corpus.articles.to_pandas(["headline"]).headline.isna().sum() == 1
    assert corpus.figures.polars().select(pl.col("value").max()).collect().item() == 4000
    assert corpus.residue.to_pandas().reason.tolist() == ["furniture"] * 2
    assert corpus.sentences.polars().collect().columns == [column.name for column in schema.SENTENCE.columns]
    kinds = corpus.duckdb().sql("select kind, count(*) from article group by kind order by kind").fetchall()
    assert kinds == [("news", 2), ("speech", 1)]


def test_duckdb_joins_the_tables(root: Path) -> None:
    question = """
        select source_path, count(*) from figure join sentence using (sentence_id) join article
        on article.article_id = sentence.article_id join document using (document_id) group by all order by 1
    """
    assert warehouse.open(root).duckdb().sql(question).fetchall() == [("日报/1.txt", 5), ("日报/2.txt", 2)]


def test_an_opened_corpus_stays_with_its_snapshot(tmp_path: Path) -> None:
    publish(tmp_path, {"00": pages(1)})
    corpus = warehouse.open(tmp_path)
    publish(tmp_path, {"00": pages(3)})
    assert corpus.documents.count() == corpus.articles.count() == 1
    assert warehouse.open(tmp_path).documents.count() == 3


@pytest.mark.parametrize("below", ["", "current", "snapshots/000001"])
def test_a_corpus_opens_from_root_link_and_snapshot(root: Path, below: str) -> None:
    assert warehouse.open(str(root / below)).path == (root / "snapshots/000001").resolve()


def test_an_unknown_table_is_told(root: Path) -> None:
    with pytest.raises(KeyError, match="no table 'page'; there are document, article, sentence, figure, residue"):
        warehouse.open(root).table("page")


def test_summary(root: Path) -> None:
    summary = warehouse.open(root).summary
    assert (summary.snapshot, summary.parent, summary.rules) == (1, None, "rules")
    assert summary.documents == {"ok": 1, "partial": 1, "quarantined": 1}
    assert summary.articles == {"news": 2, "speech": 1}
    assert (summary.sentences, summary.figures, summary.residue) == (11, 7, 2)
    assert summary.characters == sum(document.n_chars for document in DOCUMENTS)
    assert summary.bytes == sum(path.stat().st_size for path in root.rglob("*.parquet"))
    assert {(problem.path, problem.error) for problem in summary.problems} == {
        ("日报/2.txt", "1 byte that utf-8 can't read"),
        ("日报/3.txt", "the file is empty"),
    }
    assert summarise(warehouse.open(root).manifest) == summary


def test_a_path_is_no_pattern_to_duckdb(tmp_path: Path) -> None:
    """The second path fits the first one, taken for a pattern."""
    publish(tmp_path / "x*y" / "year=2024", {"00": pages(1)})
    publish(tmp_path / "x-y" / "year=2024", {"00": pages(2)})
    rows = warehouse.open(tmp_path / "x*y" / "year=2024").duckdb().sql("select * from document")
    assert len(rows.fetchall()) == 1
    assert rows.columns == list(schema.DOCUMENT.schema.names)


def test_nothing_to_open(tmp_path: Path) -> None:
    with pytest.raises(NoWarehouse, match=r"nowhere: no warehouse; `banmian build SOURCE --warehouse .*nowhere`"):
        warehouse.open(tmp_path / "nowhere")
    (tmp_path / "current.txt").write_text("snapshots/000007\n")
    with pytest.raises(NoWarehouse, match=r"snapshots/000007/manifest\.json: .*No such file"):
        warehouse.open(tmp_path)


@pytest.mark.parametrize("library", ["pandas", "polars", "duckdb"])
def test_a_missing_library_is_named(root: Path, monkeypatch: pytest.MonkeyPatch, library: str) -> None:
    real = builtins.__import__

    def without(name: str, *rest: Any) -> Any:
        if name.split(".")[0] == library:
            raise ModuleNotFoundError(f"No module named {name!r}")
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", without)
    monkeypatch.setattr("importlib.import_module", without)
    corpus = warehouse.open(root)
    ways = {"pandas": corpus.articles.to_pandas, "polars": corpus.articles.polars, "duckdb": corpus.duckdb}
    with pytest.raises(MissingLibrary, match=f"pip install {library}"):
        ways[library]()


def test_writing_and_publishing_need_none_of_the_readers() -> None:
    """A run has pyarrow and duckdb alone: neither the readers nor numpy may be wanted by what writes."""
    code = (
        "import sys\n"
        "for name in ('numpy', 'pandas', 'polars', 'pyarrow.dataset'): sys.modules[name] = None\n"
        "import tempfile; from warehouse_samples import pages, publish\n"
        "import warehouse\n"
        "with tempfile.TemporaryDirectory() as root:\n"
        "    assert publish(root, {'00': pages(2)}).new\n"
        "    assert warehouse.open(root).summary.figures == 6"
    )
    here = Path(__file__).parent
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(here), str(here.parent)])}
    subprocess.run([sys.executable, "-c", code], env=environment, check=True)
