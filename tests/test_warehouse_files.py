"""Files that shards share, and rows taken over: the same bytes however a warehouse came to its rows."""

from __future__ import annotations

import hashlib
import itertools
import random
from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from warehouse_samples import Story, bytes_of, identity, in_order, page, pages, quarantined

import warehouse
from transforms.document import Document
from warehouse import files, parquet, schema
from warehouse.files import first_bits, shared_files
from warehouse.former import Former
from warehouse.manifest import Manifest, dumps, loads
from warehouse.parquet import Rows, TableFile, TableWriter
from warehouse.shards import ShardSummary, write_shard
from warehouse.snapshots import Publication, Published, read_snapshot

Corpus = dict[str, str]
"""Pages by name, each with its text."""


def shard_of(document: Document, bits: int) -> str:
    return first_bits(document.document_id[:4], bits)


def documents_of(corpus: Corpus) -> list[Document]:
    return in_order(
        quarantined(name)
        if text == ""
        else page(name, [Story(paragraphs=((f"{text}有{len(text)}字。",),))] * (len(text) % 3))
        for name, text in corpus.items()
    )


def key_of(document: Document) -> str:
    return hashlib.sha256(repr(document).encode()).hexdigest()[:32]


def build(root: Path, corpus: Corpus, bits: int = 3) -> tuple[Published, list[str]]:
    """Publishes the corpus as a build does: whole shards, then pages, are taken over; also the pages written anew."""
    documents = documents_of(corpus)
    keys = {document.document_id: key_of(document) for document in documents}
    anew: list[str] = []
    with Publication.begin(root) as publication:
        for shard in sorted({shard_of(document, bits) for document in documents}):
            mine = [document for document in documents if shard_of(document, bits) == shard]
            mine_keys = {document.document_id: keys[document.document_id] for document in mine}
            digest = hashlib.sha256(repr(sorted(mine_keys.items())).encode()).hexdigest()
            if not publication.reuse(shard, digest):
                former = Former(publication.former(mine_keys))
                anew += [one.source_path for one in mine if one.document_id not in former]
                rows = [former.take(one.document_id) if one.document_id in former else one for one in mine]
                publication.stage(write_shard(publication.folder, shard, rows, keys.__getitem__), digest)
        return publication.publish(rules="rules", created="2024-11-20T08:00:00Z"), anew


@pytest.fixture
def large(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a few pages make counts as a large warehouse, and a few thousand bytes as a large file."""
    monkeypatch.setattr(files, "SMALL", 40_000)
    monkeypatch.setattr(files, "TARGET", 9_000)


FIRST = {f"{number}.txt": "字" * (number % 7) for number in range(24)}


def test_small_warehouses_keep_a_file_for_each_shard(tmp_path: Path) -> None:
    published, _ = build(tmp_path, FIRST)
    assert published.manifest.merged == ()
    assert len(published.manifest.files) == 5 * len(published.manifest.shards)


@pytest.mark.usefixtures("large")
def test_in_large_warehouses_shards_share_files(tmp_path: Path) -> None:
    published, _ = build(tmp_path, FIRST, bits=4)
    manifest = published.manifest
    assert {one.file.table for one in manifest.merged} == set(schema.BY_NAME)
    assert len(manifest.files) < 5 * len(manifest.shards)
    assert {path.relative_to(published.path).as_posix() for path in published.path.rglob("*.parquet")} == {
        file.path for file in manifest.files
    }
    for one in manifest.merged:
        assert one.file.rows == pq.ParquetFile(published.path / one.file.path).metadata.num_rows
    assert loads(dumps(manifest)) == manifest == read_snapshot(published.path)


@pytest.mark.usefixtures("large")
def test_shared_files_hold_the_rows_of_files_apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    build(tmp_path / "shared", FIRST, bits=4)
    monkeypatch.setattr(files, "SMALL", 1 << 40)
    build(tmp_path / "apart", FIRST, bits=4)
    for table in schema.BY_NAME:
        one, other = (warehouse.open(tmp_path / name).table(table).to_arrow() for name in ("shared", "apart"))
        assert one.equals(other)


@pytest.mark.usefixtures("large")
def test_a_changed_page_rewrites_the_files_that_hold_it(tmp_path: Path) -> None:
    first, _ = build(tmp_path, FIRST, bits=4)
    changed = FIRST | {"7.txt": "改了的字"}
    second, anew = build(tmp_path, changed, bits=4)
    assert anew == ["7.txt"]
    before, after = bytes_of(first.path), bytes_of(second.path)
    assert after == bytes_of(build(tmp_path / "clean", changed, bits=4)[0].path)
    same = [name for name in after if before.get(name) == after[name]]
    assert same
    assert all((first.path / name).samefile(second.path / name) for name in same)
    assert {name.split("/")[0] for name in after if name not in same} == set(schema.BY_NAME)


@pytest.mark.usefixtures("large")
def test_a_damaged_shared_file_is_written_anew(tmp_path: Path) -> None:
    first, _ = build(tmp_path, FIRST, bits=4)
    good = bytes_of(first.path)
    victim = next(one for one in first.manifest.merged if one.file.table == "sentence" and len(one.shards) > 1)
    path = first.path / victim.file.path
    path.write_bytes(path.read_bytes()[:-1] + b"?")
    second, anew = build(tmp_path, FIRST, bits=4)
    assert bytes_of(second.path) == good
    hurt = {
        source.path
        for record in first.manifest.shards
        if record.summary.shard in victim.shards
        for source in record.summary.sources
    }
    assert set(anew) == hurt


pieces = st.dictionaries(
    st.sampled_from([f"{number}.txt" for number in range(12)]),
    st.sampled_from(["", "甲", "乙丙", "丁戊己", "庚" * 400]),
    min_size=1,
)


@pytest.mark.slow
@settings(max_examples=25, deadline=None)
@given(history=st.lists(st.tuples(pieces, st.integers(0, 4), st.booleans()), min_size=2, max_size=4))
def test_however_a_warehouse_grew_its_bytes_are_those_of_a_clean_build(
    tmp_path_factory: pytest.TempPathFactory, history: Sequence[tuple[Corpus, int, bool]]
) -> None:
    """Pages come, go and change, shards become more and fewer, the warehouse large and small."""
    root = tmp_path_factory.mktemp("grown")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(files, "TARGET", 6_000)
        patch.setattr(parquet, "ROW_GROUP", 7)
        known: set[tuple[str, str]] = set()
        for corpus, bits, is_large in history:
            patch.setattr(files, "SMALL", 0 if is_large else 1 << 40)
            grown, anew = build(root / "grown", corpus, bits)
            assert not known & {(name, corpus[name]) for name in anew}, "no page is read twice"
            known = set(corpus.items())
        clean, _ = build(root / "clean", corpus, bits)
        assert bytes_of(grown.path) == bytes_of(clean.path)
        assert grown.manifest.digest == clean.manifest.digest
        assert grown.manifest.shards == clean.manifest.shards


def test_pages_are_taken_over_from_rows_in_any_place(tmp_path: Path) -> None:
    documents = in_order([*pages(5), page("no articles.txt", []), page("bare.txt", [], []), quarantined("bad.txt")])
    with Publication.begin(tmp_path) as publication:
        publication.stage(write_shard(publication.folder, "00", documents, lambda name: name), "digest")
        publication.publish(rules="", created="")
    with Publication.begin(tmp_path) as publication:
        former = Former(publication.former({one.document_id: one.document_id for one in documents[2:]}))
        assert [one.document_id in former for one in documents] == [False, False, *[True] * 6]
        kept = [former.take(one.document_id) for one in documents[2:]]
    for document, one in zip(documents[2:], kept):
        assert one.source.path == document.source_path
        assert one.characters == document.n_chars
        assert one.kinds == tuple(article.kind for article in document.articles)
        for table, rows in schema.rows(document).items():
            expected = pa.Table.from_batches([schema.BY_NAME[table].batch(rows)], schema.BY_NAME[table].schema)
            assert one.rows[table].equals(expected), table


def test_pages_without_a_key_are_never_taken_over(tmp_path: Path) -> None:
    with Publication.begin(tmp_path) as publication:
        publication.stage(write_shard(publication.folder, "00", pages(2)), "digest")
        publication.publish(rules="", created="")
    with Publication.begin(tmp_path) as publication:
        assert publication.former(dict.fromkeys([one.document_id for one in pages(2)], "")) == ()


def test_nothing_is_taken_over_from_another_layout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    build(tmp_path, FIRST)
    monkeypatch.setattr(parquet, "layout", lambda: "that of a later version")
    _, anew = build(tmp_path, FIRST)
    assert sorted(anew) == sorted(FIRST)


# --- which shards share a file --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("shard", "bits", "name"),
    [("a6", 0, "0"), ("a6", 1, "8"), ("a6", 4, "a"), ("a6", 5, "a0"), ("a6", 7, "a6"), ("a6", 8, "a6"), ("0", 0, "0"),
     ("f", 2, "c"), ("8", 6, "80"), ("ffff", 13, "fff8")],
)  # fmt: skip
def test_first_bits_of_a_name(shard: str, bits: int, name: str) -> None:
    assert first_bits(shard, bits) == name


def summary(shard: str, sizes: dict[str, int]) -> ShardSummary:
    made = tuple(TableFile(table, f"{table}/{shard}.parquet", 10, sizes.get(table, 0), "") for table in schema.BY_NAME)
    return ShardSummary(shard, made, (), {}, 0)


def test_above_five_gigabytes_files_stay_between_32_and_512_megabytes() -> None:
    """As sizes come out of a corpus of newspapers; a table smaller than that is one file."""
    chance = random.Random(20241120)
    mean = {"document": 6_000, "article": 1_300_000, "sentence": 3_900_000, "figure": 500_000, "residue": 30_000}
    for digits, count in ((3, 1024), (3, 4096), (4, 65_536)):
        shards = [
            summary(
                f"{number * 16**digits // count:0{digits}x}",
                {name: int(size * chance.uniform(0.3, 1.7)) for name, size in mean.items()},
            )
            for number in range(count)
        ]
        assert sum(one.bytes for one in shards) > files.SMALL
        size = {(file.table, one.shard): file.bytes for one in shards for file in one.files}
        groups = shared_files(shards)
        total = {
            table: sum(file.bytes for one in shards for file in one.files if file.table == table) for table in mean
        }
        for group in groups:
            bytes_ = sum(size[group.table, shard] for shard in group.shards)
            assert bytes_ <= 512 << 20
            assert bytes_ >= 32 << 20 or bytes_ == total[group.table]
        for table in mean:
            behind = [shard for group in groups if group.table == table for shard in group.shards]
            assert behind == sorted(one.shard for one in shards), "each shard once, in order"


# --- bytes of a file ------------------------------------------------------------------------------------------------


@settings(max_examples=30, deadline=None)
@given(cuts=st.lists(st.integers(0, 200), max_size=8), group=st.integers(1, 90))
def test_a_file_is_the_same_however_its_rows_arrive(
    tmp_path_factory: pytest.TempPathFactory, cuts: list[int], group: int
) -> None:
    rows = pa.Table.from_batches(
        [schema.SENTENCE.batch([row for one in pages(50) for row in schema.rows(one)["sentence"]])]
    )
    ends = sorted({0, rows.num_rows, *(min(cut, rows.num_rows) for cut in cuts)})
    folder = tmp_path_factory.mktemp("bytes")
    made = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(parquet, "ROW_GROUP", group)
        for name, places in (("whole", [0, rows.num_rows]), ("pieces", ends)):
            writer = TableWriter(schema.SENTENCE, folder, name)
            writer.open()
            for first, last in itertools.pairwise(places):
                writer.add(rows.slice(first, last - first))
            writer.flush()
            writer.close()
            made.append(writer.finish())
    assert made[0].sha256 == made[1].sha256
    assert made[0].rows == rows.num_rows
    path = folder / made[0].path
    sizes = [pq.ParquetFile(path).metadata.row_group(number).num_rows for number in range(-(-rows.num_rows // group))]
    assert sizes == [min(group, rows.num_rows - at) for at in range(0, rows.num_rows, group)]
    for first, last in itertools.pairwise(ends):
        assert Rows(str(path), first, last - first).read().equals(rows.slice(first, last - first))
    assert Rows(str(path), 3, 0).read().equals(rows.slice(0, 0))


def test_identity_of_samples_spreads_over_shards() -> None:
    """What the tests above rest on."""
    assert len({first_bits(identity(f"{number}.txt")[:4], 3) for number in range(24)}) > 5


def test_a_manifest_tells_where_the_rows_of_a_shard_lie(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "SMALL", 0)
    published, _ = build(tmp_path, FIRST)
    manifest: Manifest = published.manifest
    found = {table: [] for table in schema.BY_NAME}
    for record in manifest.shards:
        for table, rows in manifest.rows_of(record.summary, published.path).items():
            found[table].append(rows.read())
    for table, parts in found.items():
        assert pa.concat_tables(parts).equals(warehouse.open(tmp_path).table(table).to_arrow())
