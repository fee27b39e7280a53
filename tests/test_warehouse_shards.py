"""One shard: five files, the same bytes for the same documents, and nothing left behind where it can't be written."""

from __future__ import annotations

import hashlib
import pickle
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from warehouse_samples import Story, bytes_of, identity, in_order, page, pages, quarantined

from transforms.document import Document
from warehouse import parquet, schema, shards
from warehouse.errors import CheckFailed, PublicationFailed, RowsRefused
from warehouse.shards import write_shard


def test_summary_says_what_the_files_hold(tmp_path: Path) -> None:
    speech = Story(columns={"kind": "speech"})
    documents = in_order(
        [
            page("a.txt", [Story(), speech, Story()]),
            page("b.txt", [], status="partial", error="2 bytes that utf-8 can't read"),
            quarantined("c.txt"),
        ]
    )
    summary = write_shard(tmp_path, "00", documents)
    assert summary.articles == {"news": 2, "speech": 1}
    assert summary.statuses == {"ok": 1, "partial": 1, "quarantined": 1}
    assert {source.path: source.error for source in summary.warnings} == {
        "b.txt": "2 bytes that utf-8 can't read",
        "c.txt": "the file is empty",
    }
    assert summary.characters == sum(document.n_chars for document in documents)
    for file in summary.files:
        data = (tmp_path / file.path).read_bytes()
        assert (file.bytes, file.sha256) == (len(data), hashlib.sha256(data).hexdigest())
        assert file.rows == pq.ParquetFile(tmp_path / file.path).metadata.num_rows == summary.rows(file.table)
    assert {file.table: file.rows for file in summary.files} == {
        "document": 3,
        "article": 3,
        "sentence": 12,
        "figure": 9,
        "residue": 2,
    }
    assert summary.bytes == sum(len(data) for data in bytes_of(tmp_path).values())


def test_summary_travels_between_processes(tmp_path: Path) -> None:
    summary = write_shard(tmp_path, "00", pages(2))
    assert pickle.loads(pickle.dumps(summary)) == summary


@pytest.mark.parametrize("documents", [[], [quarantined("a.txt")], pages(1)], ids=["none", "quarantined", "one page"])
def test_every_table_has_a_file_with_its_schema(tmp_path: Path, documents: list[Document]) -> None:
    write_shard(tmp_path, "00", documents)
    assert list(bytes_of(tmp_path)) == sorted(f"{table.name}/00.parquet" for table in schema.TABLES)
    for table in schema.TABLES:
        assert pq.read_schema(tmp_path / table.name / "00.parquet").equals(table.schema)


def test_same_documents_same_bytes(tmp_path: Path) -> None:
    write_shard(tmp_path / "one", "00", pages(9))
    write_shard(tmp_path / "two", "00", iter(pages(9)))
    assert bytes_of(tmp_path / "one") == bytes_of(tmp_path / "two")
    write_shard(tmp_path / "three", "00", pages(8))
    assert bytes_of(tmp_path / "one") != bytes_of(tmp_path / "three")


def test_same_bytes_in_another_process(tmp_path: Path) -> None:
    """Sets and hashes are salted anew in each process: nothing of that may reach a file."""
    code = (
        "import sys; sys.path[:0] = sys.argv[2:]\n"
        "from warehouse_samples import pages\n"
        "from warehouse.shards import write_shard\n"
        "write_shard(sys.argv[1], '00', pages(9))"
    )
    here = Path(__file__).parent
    subprocess.run([sys.executable, "-c", code, tmp_path / "there", here, here.parent], check=True)
    write_shard(tmp_path / "here", "00", pages(9))
    assert bytes_of(tmp_path / "here") == bytes_of(tmp_path / "there")


def test_a_shard_written_again_is_replaced(tmp_path: Path) -> None:
    write_shard(tmp_path, "00", pages(3))
    summary = write_shard(tmp_path, "00", pages(1))
    assert pq.ParquetFile(tmp_path / "document/00.parquet").metadata.num_rows == summary.rows("document") == 1
    assert len(list(tmp_path.rglob("*.*"))) == len(schema.TABLES)


def test_rows_come_by_document_and_ordinal(tmp_path: Path) -> None:
    documents = pages(20, stories=[Story(), Story(), Story()])
    write_shard(tmp_path, "00", documents)
    rows = pq.ParquetFile(tmp_path / "article/00.parquet").read(columns=["document_id", "ordinal"]).to_pylist()
    assert [(row["document_id"], row["ordinal"]) for row in rows] == [
        (document.document_id, ordinal) for document in documents for ordinal in range(3)
    ]


@pytest.mark.parametrize("wrong", [list(reversed(pages(3))), [pages(1)[0]] * 2], ids=["not sorted", "twice"])
def test_order_of_documents_is_insisted_on(tmp_path: Path, wrong: list[Document]) -> None:
    with pytest.raises(RowsRefused, match="must come by document_id, each once"):
        write_shard(tmp_path, "00", wrong)
    assert bytes_of(tmp_path) == {}


def test_row_groups_and_conversion_do_not_change_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    documents = pages(30)
    write_shard(tmp_path / "one", "00", documents)
    monkeypatch.setattr(parquet, "ROW_GROUP", 40)
    monkeypatch.setattr(shards, "PENDING", 7)
    write_shard(tmp_path / "two", "00", documents)
    files = [pq.ParquetFile(tmp_path / name / "sentence/00.parquet") for name in ("one", "two")]
    assert [file.metadata.num_row_groups for file in files] == [1, 3]
    assert files[0].read().equals(files[1].read())


def test_documents_are_taken_one_by_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows reach the disk while documents still come: no more than a row group is held."""
    monkeypatch.setattr(parquet, "ROW_GROUP", 8)
    monkeypatch.setattr(shards, "PENDING", 4)
    sizes: list[int] = []

    def stream() -> Iterator[Document]:
        for document in pages(40):
            yield document
            sizes.append(sum(path.stat().st_size for path in (tmp_path / "sentence").iterdir()))

    write_shard(tmp_path, "00", stream())
    assert sizes[0] < sizes[len(sizes) // 2] < sizes[-1]


def test_a_source_of_documents_that_fails_leaves_nothing(tmp_path: Path) -> None:
    def stream() -> Iterator[Document]:
        yield page("a.txt")
        raise OSError("the source went away")

    with pytest.raises(OSError, match="the source went away"):
        write_shard(tmp_path, "00", stream())
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_rows_that_break_the_contract_leave_nothing(tmp_path: Path) -> None:
    document = replace(page("a.txt"), n_chars=10_000)
    with pytest.raises(CheckFailed, match=f"characters held by no row.*{identity('a.txt')}"):
        write_shard(tmp_path, "00", [document])
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


@pytest.mark.parametrize("name", ["", "../00", "a/b", ".hidden", "日报", "00.parquet", "A0", "x"])
def test_names_of_shards_are_plain(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match="digits 0 to 9 and a to f"):
        write_shard(tmp_path, name, [])


def test_no_folder_to_write_to(tmp_path: Path) -> None:
    (tmp_path / "sentence").write_text("a file where a folder should be")
    with pytest.raises(PublicationFailed, match=r"sentence: can't make the folder: File exists"):
        write_shard(tmp_path, "00", pages(1))
    assert bytes_of(tmp_path) == {}
