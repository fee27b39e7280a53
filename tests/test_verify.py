"""`banmian verify`: every way in which a snapshot can be other than what was published is found, and named."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from conftest import Banmian
from warehouse_samples import page, pages, publish, quarantined

from flows import batch, conservation, verifying
from flows.sources import SourceFile, discover
from transforms.document import Document, Options
from warehouse import documents as reader
from warehouse import schema
from warehouse.errors import Fault, NoWarehouse
from warehouse.manifest import dumps, load
from warehouse.parquet import Rows, fingerprint
from warehouse.snapshots import Published, current_snapshot, find_snapshot, published_snapshot
from warehouse.verify import verify

TEXTS = {
    "一.txt": "市图书馆举行图书捐赠活动\n\n本报讯（记者 王健）5月9日，活动举行，送去150册图书。\n\n责任编辑：卢青\n",
    "二.txt": "全市植树\r\n\r\n本报讯 近日，全市栽下树苗1200多棵，增长３％。\r\n电话：12345\r\n",
    "三.txt": "\ufeff體育館舉行活動\n\n本報訊 近日，體育館舉行活動，2000人參加。\n",
    "空.txt": "",
}

Cells = list[dict[str, Any]]


@pytest.fixture
def sources(tmp_path: Path) -> tuple[SourceFile, ...]:
    folder = tmp_path / "pages"
    folder.mkdir()
    for name, text in TEXTS.items():
        (folder / name).write_text(text, encoding="utf-8", newline="")
    return discover([str(folder)]).files


@pytest.fixture
def snapshot(tmp_path: Path, sources: tuple[SourceFile, ...]) -> Path:
    """The pages as a build would publish them, in two shards."""
    documents = [batch.read_source(source, Options(), []) for source in sources]
    assert sorted(document.status for document in documents) == ["ok", "ok", "ok", "quarantined"]
    return publish(tmp_path / "warehouse", {"0": documents[:2], "1": documents[2:]}).path


def faults(folder: Path) -> dict[tuple[str, str], Fault]:
    return {(fault.table, fault.check): fault for fault in verify(folder).faults}


def compared(folder: Path, sources: tuple[SourceFile, ...]) -> verifying.Comparison:
    return verifying.compare(verify(folder), sources)


def rewritten(folder: Path, table: str, edit: Callable[[Cells], object], shard: int | None = None) -> None:
    """Changes rows of a table behind the warehouse's back and makes size, checksum and digest good again.

    Of the shards the first whose file has rows is taken, unless one is named.
    """
    manifest = load(folder)
    wanted = f"{table}/{shard}.parquet" if shard is not None else None
    path = next(file.path for file in manifest.files if file.table == table and (file.path == wanted or not wanted))
    rows = pq.ParquetFile(str(folder / path)).read().to_pylist()
    edit(rows)
    os.unlink(folder / path)
    pq.write_table(pa.Table.from_pylist(rows, schema.BY_NAME[table].schema), str(folder / path))
    size, sha256 = fingerprint(folder / path)
    shards = []
    for record in manifest.shards:
        files = [
            replace(file, rows=len(rows), bytes=size, sha256=sha256) if file.path == path else file
            for file in record.summary.files
        ]
        shards.append(replace(record, summary=replace(record.summary, files=tuple(files))))
    (folder / "manifest.json").write_text(dumps(replace(manifest, shards=tuple(shards))), encoding="utf-8")


# --- a good snapshot --------------------------------------------------------------------------------------------------


def test_a_good_snapshot_has_no_fault(snapshot: Path, sources: tuple[SourceFile, ...]) -> None:
    done: list[int] = []
    verified = verify(snapshot, done.append)
    assert verified.faults == ()
    assert verified.manifest is not None
    assert (verified.files, verified.bytes, sum(done)) == (10, verified.manifest.bytes, 2 * verified.manifest.bytes)
    assert verified.rows == sum(verified.manifest.rows.values())
    comparison = verifying.compare(verified, sources)
    assert comparison.faults == ()
    assert (comparison.pages, comparison.compared, comparison.quarantined) == (4, 4, 1)
    visible = sum(not (c.isspace() or c == "\ufeff") for text in TEXTS.values() for c in text)
    assert comparison.characters == visible


def test_shards_that_share_files_are_verified_alike(
    tmp_path: Path, sources: tuple[SourceFile, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("warehouse.files.SMALL", 0)
    documents = [batch.read_source(source, Options(), []) for source in sources]
    published = publish(tmp_path / "warehouse", {"0": documents[:2], "8": documents[2:]})
    assert {one.file.table for one in published.manifest.merged} == set(schema.BY_NAME)
    verified = verify(published.path)
    assert (verified.faults, verified.files, len(verified.sound)) == ((), 5, 2)
    assert [len(list(reader.read_shard(verified.tables(shard)))) for shard in verified.sound] == [2, 2]
    comparison = verifying.compare(verified, sources)
    assert (comparison.compared, comparison.faults) == (4, ())
    path = published.path / "figure/0.parquet"
    path.write_bytes(path.read_bytes()[:-1] + b"?")
    assert [fault.check for fault in verify(published.path).faults] == ["bytes are not those of the manifest"]
    assert verify(published.path).sound == ()


def test_an_older_snapshot_can_be_verified(tmp_path: Path) -> None:
    first = publish(tmp_path, {"00": pages(2)})
    publish(tmp_path, {"00": pages(3)})
    assert find_snapshot(tmp_path, 1) == first.path
    assert published_snapshot(tmp_path) == current_snapshot(tmp_path)
    manifest = verify(find_snapshot(tmp_path, 1)).manifest
    assert manifest is not None and manifest.snapshot == 1
    with pytest.raises(NoWarehouse, match="no snapshot 7; there are 1, 2"):
        find_snapshot(tmp_path, 7)
    with pytest.raises(NoWarehouse, match="nothing is published here yet"):
        published_snapshot(tmp_path / "elsewhere")


def test_a_corpus_of_quarantined_pages_can_be_verified(tmp_path: Path) -> None:
    assert verify(publish(tmp_path, {"00": [quarantined("a.txt")]}).path).faults == ()


# --- files ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("table", schema.BY_NAME)
def test_a_flipped_bit_is_found(snapshot: Path, table: str) -> None:
    path = snapshot / table / "1.parquet"
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    assert faults(snapshot) == {
        (table, "bytes are not those of the manifest"): Fault(
            "bytes are not those of the manifest", table, 1, (f"{table}/1.parquet",)
        )
    }
    assert [record.summary.shard for record in verify(snapshot).sound] == ["0"]


def test_a_lost_file_is_found(snapshot: Path) -> None:
    (snapshot / "sentence/0.parquet").unlink()
    assert faults(snapshot)["sentence", "file is missing"].rows == ("sentence/0.parquet",)


def test_a_lost_table_is_found(snapshot: Path) -> None:
    shutil.rmtree(snapshot / "figure")
    assert faults(snapshot)["figure", "file is missing"].count == 2


def test_a_cut_file_is_found(snapshot: Path) -> None:
    os.truncate(snapshot / "article/0.parquet", 100)
    assert faults(snapshot)["article", "bytes are not those of the manifest"].rows == ("article/0.parquet",)


@pytest.mark.parametrize(
    ("name", "table", "check"),
    [
        ("article/2.parquet", "article", "a file that the manifest does not name"),
        ("residue/.hidden", "residue", "a file that the manifest does not name"),
        ("notes.txt", "snapshot", "a file that no snapshot has"),
    ],
)
def test_a_stray_file_is_found(snapshot: Path, name: str, table: str, check: str) -> None:
    shutil.copyfile(snapshot / "article/0.parquet", snapshot / name)
    assert faults(snapshot) == {(table, check): Fault(check, table, 1, (name,))}


def test_swapped_files_are_found(snapshot: Path) -> None:
    one, other = snapshot / "article/0.parquet", snapshot / "article/1.parquet"
    one.rename(snapshot / "x")
    other.rename(one)
    (snapshot / "x").rename(other)
    fault = faults(snapshot)["article", "bytes are not those of the manifest"]
    assert fault.rows == ("article/0.parquet", "article/1.parquet")


def test_files_of_another_snapshot_are_found(tmp_path: Path) -> None:
    publish(tmp_path, {"00": pages(2)})
    second = publish(tmp_path, {"00": pages(3)}).path
    shutil.copyfile(tmp_path / "snapshots/000001/manifest.json", second / "manifest.json")
    found = faults(second)
    assert found["manifest", "is that of another snapshot"].rows == ("1 in 000002",)
    assert ("article", "bytes are not those of the manifest") in found


# --- the manifest -----------------------------------------------------------------------------------------------------


def edited(folder: Path, edit: Callable[[dict[str, Any]], object], sealed: bool) -> None:
    """Changes the manifest and, where `sealed`, makes its own checksum good again."""
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    seal = manifest.pop("sha256")
    edit(manifest)
    body = json.dumps(manifest, ensure_ascii=False).removesuffix("}")
    if sealed:
        seal = hashlib.sha256(body.encode()).hexdigest()
    (folder / "manifest.json").write_text(f'{body},\n"sha256": "{seal}"\n}}\n', encoding="utf-8")


def first_source(manifest: dict[str, Any]) -> dict[str, Any]:
    source: dict[str, Any] = manifest["shards"][0]["sources"][0]
    return source


EDITS: list[tuple[str, str, Callable[[dict[str, Any]], object]]] = [
    ("manifest", "can't be trusted", lambda manifest: manifest["shards"][0]["files"][0].update(sha256="0" * 64)),
    ("manifest", "can't be trusted", lambda manifest: manifest.update(digest="0" * 64)),
    ("manifest", "can't be trusted", lambda manifest: manifest.pop("rules")),
    ("manifest", "can't be trusted", lambda manifest: manifest["shards"].pop()),
    ("manifest", "is that of another snapshot", lambda manifest: manifest.update(snapshot=3)),
    ("manifest", "rows are not the sum of its files", lambda manifest: manifest["rows"].update(article=1_000)),
    (
        "document",
        "rows are not as many as the manifest says",
        lambda manifest: (manifest["shards"][0]["files"][0].update(rows=9), manifest["rows"].update(document=11)),
    ),
    ("document", "bytes are not those of the manifest", lambda one: one["shards"][0]["files"][0].update(bytes=1)),
    (
        "document",
        "is not what the manifest says of it",
        lambda one: first_source(one).update(sha256="0" * 64),
    ),
    ("document", "is not what the manifest says of it", lambda one: first_source(one).update(path="x.txt")),
    (
        "document",
        "is not what the manifest says of it",
        lambda one: first_source(one).update(status="partial"),
    ),
    ("document", "is not what the manifest says of it", lambda one: first_source(one).update(error="what?")),
    ("document", "is not what the manifest says of it", lambda manifest: manifest["shards"][0]["sources"].pop()),
    (
        "document",
        "characters are not as many as the manifest says",
        lambda manifest: manifest["shards"][0].update(characters=1),
    ),
    (
        "article",
        "kinds are not as many as the manifest says",
        lambda one: one["shards"][0].update(articles={"news": 9}),
    ),
]


@pytest.mark.parametrize(("table", "check", "edit"), EDITS, ids=[str(number) for number in range(len(EDITS))])
def test_an_edited_manifest_is_found(
    snapshot: Path, table: str, check: str, edit: Callable[[dict[str, Any]], object]
) -> None:
    good = (snapshot / "manifest.json").read_text(encoding="utf-8")
    edited(snapshot, edit, sealed=True)
    assert set(faults(snapshot)) == {(table, check)}
    (snapshot / "manifest.json").write_text(good, encoding="utf-8")
    edited(snapshot, edit, sealed=False)
    assert set(faults(snapshot)) == {("manifest", "can't be trusted")}


def test_a_manifest_that_is_gone_is_a_fault(snapshot: Path) -> None:
    (snapshot / "manifest.json").unlink()
    assert set(faults(snapshot)) == {("manifest", "can't be trusted")}


# --- rows changed, with the checksums made good -----------------------------------------------------------------------


def put(**cells: Any) -> Callable[[Cells], object]:
    return lambda rows: rows[0].update(cells)


CHECKED: list[tuple[str, str, Callable[[Cells], object]]] = [
    ("document", "unknown status", put(status="fine", error="x")),
    ("article", "text is not its sentences", lambda rows: rows[0].update(text=rows[0]["text"] + "再来一句。")),
    ("article", "unknown kind", put(kind="gossip")),
    ("sentence", "tokens do not join to text", lambda rows: rows[0].update(tokens=rows[0]["tokens"][:-1])),
    ("sentence", "text is not what its offsets say", lambda rows: rows[-1].update(text="换" * len(rows[-1]["text"]))),
    ("article", "n_figures is not their number", lambda rows: rows.pop()),
    ("figure", "surface is not what its offsets say", put(surface="9")),
    ("document", "characters held by no row", lambda rows: rows.pop()),
    ("residue", "text is not as long as its stretch", put(text="")),
]
CHANGED = ("document", "article", "article", "sentence", "sentence", "figure", "figure", "residue", "residue")


@pytest.mark.parametrize(("changed", "case"), list(zip(CHANGED, CHECKED, strict=True)), ids=[one[1] for one in CHECKED])
def test_a_changed_row_is_found_by_a_check(
    snapshot: Path, changed: str, case: tuple[str, str, Callable[[Cells], object]]
) -> None:
    table, check, edit = case
    rewritten(snapshot, changed, edit, shard_with(snapshot, changed))
    found = faults(snapshot)
    assert found[table, check].rows
    ids = {source.document_id for source in load(snapshot).sources}
    assert {row[:16] for row in found[table, check].rows} <= ids


def shard_with(folder: Path, table: str) -> int:
    """The first shard whose file has rows."""
    return next(n for n in (0, 1) if pq.read_metadata(str(folder / table / f"{n}.parquet")).num_rows)


def other_characters(rows: Cells) -> None:
    next(row for row in rows if row["n_chars"])["n_chars"] -= 1


def other_residue(rows: Cells) -> None:
    rows[0]["text"] = "换" * len(rows[0]["text"])


def test_a_residue_that_says_something_else_is_found(snapshot: Path, sources: tuple[SourceFile, ...]) -> None:
    rewritten(snapshot, "residue", other_residue, shard_with(snapshot, "residue"))
    assert verify(snapshot).faults == ()
    (fault,) = compared(snapshot, sources).faults
    assert (fault.table, fault.check) == ("residue", "text is not what the source says")
    assert " from " in fault.rows[0]


def test_a_stretch_that_moved_is_found(snapshot: Path, sources: tuple[SourceFile, ...]) -> None:
    """The residue one character to the right: as long as before, and held by no other row."""

    def move(rows: Cells) -> None:
        rows[0]["raw_start"] += 1
        rows[0]["raw_end"] += 1

    shard = shard_with(snapshot, "residue")
    rewritten(snapshot, "residue", move, shard)
    assert verify(snapshot).faults == ()
    checks = {fault.check for fault in compared(snapshot, sources).faults}
    assert checks == {"characters of the source held by no row", "text is not what the source says"}


def test_a_count_of_characters_that_is_off_is_found(snapshot: Path, sources: tuple[SourceFile, ...]) -> None:
    rewritten(snapshot, "document", other_characters, 0)
    edited(
        snapshot,
        lambda manifest: manifest["shards"][0].update(characters=manifest["shards"][0]["characters"] - 1),
        sealed=True,
    )
    assert verify(snapshot).faults == ()
    (fault,) = compared(snapshot, sources).faults
    assert (fault.table, fault.check) == ("document", "characters are not as many as those of the source")


def test_another_number_in_all_tables_is_found(snapshot: Path, sources: tuple[SourceFile, ...]) -> None:
    """Text, sentence, words and figure changed alike keep every promise among the tables; the source knows better."""
    turn = str.maketrans("123456789", "987654321")

    def turned(value: Any) -> Any:
        return [turned(one) for one in value] if isinstance(value, list) else value.translate(turn)

    def turn_all(rows: Cells) -> None:
        for row in rows:
            row.update({name: turned(row[name]) for name in ("text", "headline", "tokens", "surface") if name in row})

    for table in ("article", "sentence", "figure"):
        for shard in (0, 1):
            rewritten(snapshot, table, turn_all, shard)
    assert verify(snapshot).faults == ()
    found = {(fault.table, fault.check) for fault in compared(snapshot, sources).faults}
    assert found == {("sentence", "text is not what the source says"), ("figure", "text is not what the source says")}


# --- sources ----------------------------------------------------------------------------------------------------------


def test_a_source_that_changed_is_said_and_no_fault(snapshot: Path, sources: tuple[SourceFile, ...]) -> None:
    Path(sources[0].path).write_text("别的。", encoding="utf-8")
    Path(sources[1].path).unlink()
    comparison = compared(snapshot, sources[:3])
    assert (comparison.compared, comparison.faults) == (1, ())
    assert comparison.changed.first == [sources[0].relative]
    assert comparison.missing.first == [sources[3].relative]
    assert comparison.unread.first == [f"{sources[1].relative}: can't be read: No such file or directory"]


def tables(published: Published) -> dict[str, Rows]:
    """Where the rows of the first shard lie."""
    return published.manifest.rows_of(published.manifest.shards[0].summary, published.path)


def held(document: Document, data: bytes, tmp_path: Path) -> list[Fault]:
    """The faults of a page as it is after its way through the tables."""
    published = publish(tmp_path, {"00": [document]})
    (one,) = reader.read_shard(tables(published))
    return list(conservation.faults(one, data))


COUNTED = "characters are not as many as those of the source"
PLAIN = "全球第1位 去年增长3%。 新增4000个岗位。 今年怎样？ 责任编辑 "


@pytest.mark.parametrize(
    ("source", "checks"),
    [
        (PLAIN, []),
        (PLAIN.replace(" ", "\u3000"), []),
        (PLAIN.replace("3%", "３％"), []),
        ("\ufeff" + PLAIN, []),
        (PLAIN + "多", [COUNTED, "characters of the source held by no row"]),
        (PLAIN[:-3], [
            COUNTED, "ends behind the end of the source",
            "text is not what the source says",
        ]),
        (PLAIN.replace("4000", "5000"), ["text is not what the source says", "text is not what the source says"]),
        (PLAIN.replace("责任", "责作"), ["text is not what the source says"]),
    ],
)  # fmt: skip
def test_a_page_is_compared_with_its_source(tmp_path: Path, source: str, checks: list[str]) -> None:
    assert [fault.check for fault in held(page("a.txt"), source.encode(), tmp_path)] == checks


def test_what_a_page_holds_and_shows() -> None:
    for document in (*pages(2), page("空.txt", [], []), quarantined("q.txt")):
        spans = [(span.start, span.end) for article in document.articles for span in article.raw_spans]
        spans += [(row.raw_start, row.raw_end) for row in document.residue]
        assert [(stretch.start, stretch.end) for stretch in conservation.stretches(document)] == spans
        texts = []
        for sentence in (sentence for article in document.articles for sentence in article.sentences):
            texts += [sentence.text, *(figure.mention.surface for figure in sentence.figures)]
        assert [stretch.text for stretch in conservation.evidence(document)] == texts


# --- the command ------------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_the_command_tells_what_was_verified(banmian: Banmian, pages: Path) -> None:
    assert banmian("build", pages, "--inline").returncode == 0
    said = banmian("verify", pages)
    assert (said.returncode, said.stderr) == (0, "")
    assert "Snapshot 1 in" in said.stdout and "verified, no fault" in said.stdout
    assert "8 of 8 pages compared" in said.stdout
    assert "8 of 8 pages compared" in banmian("verify").stdout, "where the build found them"
    pages.rename(pages.with_name("elsewhere"))
    alone = banmian("verify")
    assert alone.returncode == 0
    assert "not compared: they are no longer where the build found them" in alone.stdout
    pages.with_name("elsewhere").rename(pages)
    next(pages.glob("*.txt")).write_text("别的。", encoding="utf-8")
    changed = banmian("verify", pages)
    assert changed.returncode == 0
    assert "7 of 8 pages compared" in changed.stdout and "1, not compared" in changed.stdout


def test_the_command_fails_where_there_is_a_fault(banmian: Banmian, pages: Path, tmp_path: Path) -> None:
    banmian("build", pages, "--inline")
    path = tmp_path / "data/warehouse/current/figure/0.parquet"
    path.write_bytes(path.read_bytes()[:-9])
    said = banmian("verify", pages)
    assert said.returncode == 1
    assert "figure: bytes are not those of the manifest in 1 row(s): figure/0.parquet" in said.stdout
    assert "left out" in said.stdout
    assert "Traceback" not in said.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "nothing is published here yet"),
        (["--snapshot", "two"], "invalid int value"),
        (["nowhere.txt"], "nothing is published here yet"),
    ],
)
def test_the_command_tells_wrong_usage(banmian: Banmian, arguments: list[str], message: str) -> None:
    said = banmian("verify", *arguments)
    assert (said.returncode, said.stdout) == (2, "")
    assert message in said.stderr


def test_the_command_has_help_with_an_example(banmian: Banmian) -> None:
    said = banmian("verify", "--help")
    assert said.returncode == 0
    assert "example:\n  " in said.stdout and "exit codes" in said.stdout
