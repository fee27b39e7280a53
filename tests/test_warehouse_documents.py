"""Reading pages back from the tables: what comes out is what went in."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from warehouse_samples import Story, in_order, page, pages, publish, quarantined

import warehouse
from transforms.document import Credit
from warehouse import documents, parquet, schema
from warehouse.documents import count_rows, read_documents, read_shard

SPEECH = Story(
    "在会上的讲话",
    columns={
        "kind": "speech",
        "speaker": "张三",
        "byline": (Credit(None, "张三"), Credit("记者", "李四")),
        "event_date": date(2024, 11, 18),
        "crossheads": ("今年怎样？",),
        "confidence": 0.5,
    },
)
SHARDS = {
    "00": in_order([page("1.txt", [Story(), SPEECH], issue_date=date(2024, 11, 20)), quarantined("3.txt")]),
    "01": [],
    "02": in_order([page("2.txt", [Story(None)], status="partial", error="cut"), page("4.txt", [], ["空白", "第1版"])]),
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    publish(tmp_path, SHARDS, checked=False)
    return tmp_path


def test_pages_come_back_as_they_were(root: Path) -> None:
    corpus = warehouse.open(root)
    shards = [corpus.manifest.rows_of(shard.summary, corpus.path) for shard in corpus.manifest.shards]
    assert [list(read_shard(rows)) for rows in shards] == list(SHARDS.values())
    assert list(read_documents(corpus)) == [document for shard in SHARDS.values() for document in shard]


def test_batches_may_end_anywhere(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "BATCH", 1)
    assert list(read_documents(warehouse.open(root))) == [document for shard in SHARDS.values() for document in shard]


def test_rows_are_counted(root: Path) -> None:
    corpus = warehouse.open(root)
    assert sum(map(count_rows, read_documents(corpus))) == sum(corpus.manifest.rows.values()) == 29


def test_files_are_read_by_row_groups(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page needs the rows of a row group of each table, never those of a whole shard."""
    monkeypatch.setattr(parquet, "ROW_GROUP", 8)
    monkeypatch.setattr(parquet, "LONG_ROW_GROUP", 8)
    publish(tmp_path, {"00": pages(50)})
    read = []
    of_group = pq.ParquetFile.read_row_group

    def counted(self: pq.ParquetFile, number: int, **rest: Any) -> pa.Table:
        read.append(of_group(self, number, **rest))
        return read[-1]

    monkeypatch.setattr(pq.ParquetFile, "read_row_group", counted)
    found = read_documents(warehouse.open(tmp_path))
    assert next(found) == pages(50)[0]
    assert sum(rows.num_rows for rows in read) == 8 * len(schema.TABLES)
