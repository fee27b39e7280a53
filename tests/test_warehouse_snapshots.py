"""Publication: whole or not at all, whatever happens on the way."""

from __future__ import annotations

import errno
import fcntl
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from warehouse_child import corpus
from warehouse_samples import bytes_of, in_order, marked, page, pages, publish, quarantined

import warehouse
from warehouse import lock, parquet, schema
from warehouse.errors import CheckFailed, NoWarehouse, PublicationFailed
from warehouse.manifest import Manifest, dumps, loads
from warehouse.parquet import fingerprint
from warehouse.shards import write_shard
from warehouse.snapshots import Publication, current_snapshot, read_manifest, read_snapshot

HERE = Path(__file__).parent
SEED = 20241120


def child(*arguments: Any, **rest: Any) -> subprocess.Popen[str]:
    paths = os.pathsep.join([str(HERE), str(HERE.parent)])
    return subprocess.Popen(
        [sys.executable, "-B", HERE / "warehouse_child.py", *map(str, arguments)],
        env={**os.environ, "PYTHONPATH": paths},
        stdout=subprocess.PIPE,
        text=True,
        **rest,
    )


def said_by(*arguments: Any) -> str:
    process = child(*arguments)
    said, _ = process.communicate(timeout=60)
    assert process.returncode == 0
    return said.strip()


def assert_whole(folder: Path) -> Manifest:
    """All files of a snapshot are there, as its manifest has them, and nothing else."""
    manifest = read_snapshot(folder)
    for file in manifest.files:
        assert fingerprint(folder / file.path) == (file.bytes, file.sha256)
        assert pq.ParquetFile(folder / file.path).metadata.num_rows == file.rows
    found = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert found == {file.path for file in manifest.files} | {"manifest.json"}
    return manifest


def marks(opened: warehouse.Corpus) -> set[str]:
    """The marks that the tables of a snapshot bear, but for the shard that is always the same."""
    found = set(opened.articles.to_arrow(["section"])["section"].to_pylist())
    found |= set(opened.documents.to_arrow(["publication"])["publication"].to_pylist())
    found |= {text.removeprefix("号") for text in opened.residue.to_arrow(["text"])["text"].to_pylist()}
    texts = opened.sentences.to_arrow(["role", "text"]).to_pylist()
    found |= {row["text"].removeprefix("这是").removesuffix("号。") for row in texts if row["role"] == "body"}
    return found - {"0"}


def assert_clean(root: Path) -> None:
    """Nothing but what readers need; ids without gaps, and each snapshot the child of the one before it."""
    assert sorted(os.listdir(root)) == ["current", "current.txt", "history.jsonl", "snapshots"]
    ids = sorted(os.listdir(root / "snapshots"))
    assert ids == [f"{number:06d}" for number in range(1, len(ids) + 1)]
    assert os.readlink(root / "current") == f"snapshots/{ids[-1]}" == (root / "current.txt").read_text().strip()
    assert [read_snapshot(root / "snapshots" / name).parent for name in ids] == [None, *range(1, len(ids))]


def test_first_and_second_snapshot(tmp_path: Path) -> None:
    root = tmp_path / "data" / "warehouse"
    assert read_manifest(root) is None
    first = publish(root, corpus("1"))
    second = publish(root, corpus("2"))
    assert (first.new, second.new) == (True, True)
    assert (first.manifest.parent, first.manifest.snapshot, second.manifest.parent, second.manifest.snapshot) == (
        None,
        1,
        1,
        2,
    )
    assert second.path == root / "snapshots/000002"
    assert current_snapshot(root) == second.path.resolve()
    assert read_manifest(root) == second.manifest
    assert_clean(root)
    assert marks(warehouse.open(first.path)) == {"1"}
    assert marks(warehouse.open(root)) == {"2"}


def test_unchanged_input_publishes_nothing(tmp_path: Path) -> None:
    first = publish(tmp_path, corpus("1"))
    before = sorted((path, path.lstat().st_mtime_ns) for path in tmp_path.rglob("*"))
    again = publish(tmp_path, corpus("1"))
    assert (again.new, again.manifest) == (False, first.manifest)
    assert again.path.resolve() == first.path.resolve()
    assert sorted((path, path.lstat().st_mtime_ns) for path in tmp_path.rglob("*")) == before


def test_unchanged_shards_are_linked_others_written(tmp_path: Path) -> None:
    publish(tmp_path, corpus("1"))
    publish(tmp_path, corpus("2"))
    old, new = tmp_path / "snapshots/000001", tmp_path / "snapshots/000002"
    for table in schema.BY_NAME:
        assert (old / table / "02.parquet").samefile(new / table / "02.parquet")
        assert not (old / table / "00.parquet").samefile(new / table / "00.parquet")


def test_a_shard_may_change_its_name(tmp_path: Path) -> None:
    publish(tmp_path, {"00": pages(2)})
    second = publish(tmp_path, {"07": pages(2)})
    assert second.new
    assert list(bytes_of(second.path)) == sorted(f"{table}/07.parquet" for table in schema.BY_NAME)
    assert_whole(second.path)
    assert (tmp_path / "snapshots/000001/article/00.parquet").samefile(second.path / "article/07.parquet")


def test_a_source_that_is_gone_leaves_the_snapshot(tmp_path: Path) -> None:
    publish(tmp_path, corpus("1"))
    second = publish(tmp_path, {"02": corpus("1")["02"]})
    assert second.new
    assert_whole(second.path)
    assert {path.name for path in second.path.rglob("*.parquet")} == {"02.parquet"}


def test_bytes_are_those_of_a_clean_build(tmp_path: Path) -> None:
    for mark in ("1", "2", "3"):
        publish(tmp_path / "grown", corpus(mark))
    clean = publish(tmp_path / "clean", dict(reversed(corpus("3").items())))
    assert bytes_of(tmp_path / "grown/snapshots/000003") == bytes_of(clean.path)
    grown = read_manifest(tmp_path / "grown")
    assert grown is not None
    assert (grown.digest, grown.shards) == (clean.manifest.digest, clean.manifest.shards)


def test_snapshots_are_open_to_all_who_may_open_new_folders(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    usual = (tmp_path / "folder").stat().st_mode
    published = publish(tmp_path / "root", corpus("1"))
    assert {path.stat().st_mode for path in (published.path, published.path / "article")} == {usual}


def test_manifest_comes_back_as_it_was(tmp_path: Path) -> None:
    documents = in_order([*pages(3), quarantined("坏.txt"), page("半.txt", status="partial", error="1 byte")])
    manifest = publish(tmp_path, {"00": documents}).manifest
    assert loads(dumps(manifest)) == manifest
    raw = json.loads((tmp_path / "current/manifest.json").read_text(encoding="utf-8"))
    assert raw["rows"] == {"article": 4, "document": 5, "figure": 12, "residue": 4, "sentence": 16}
    assert [source["path"] for source in raw["shards"][0]["sources"]] == [page.source_path for page in documents]
    assert raw["digest"] == manifest.digest


@pytest.mark.parametrize(
    "damage",
    [
        lambda _: "",
        lambda text: text[:-100],
        lambda _: "[]",
        lambda text: text.replace('"format": 2', '"format": 99'),
        lambda text: text.replace('"path": "article/', '"path": "articles/'),
        lambda text: text.replace('"shards"', '"batches"'),
    ],
)
def test_a_damaged_manifest_is_told_and_mended_by_the_next_build(tmp_path: Path, damage: Any) -> None:
    good = publish(tmp_path, corpus("1"))
    path = good.path / "manifest.json"
    path.write_text(damage(path.read_text(encoding="utf-8")), encoding="utf-8")
    with pytest.raises(NoWarehouse, match=r"000001/manifest\.json: .*build again"):
        read_manifest(tmp_path)
    mended = publish(tmp_path, corpus("1"))
    assert (mended.new, mended.manifest.snapshot, mended.manifest.digest) == (True, 2, good.manifest.digest)
    assert_whole(mended.path)


def flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


@pytest.mark.parametrize(
    "damage",
    [flip, Path.unlink, lambda path: os.truncate(path, 10), lambda path: path.write_bytes(path.read_bytes() + b"0")],
    ids=["flipped bit", "lost", "cut short", "grown"],
)
def test_a_damaged_file_is_written_anew_by_the_next_build(tmp_path: Path, damage: Any) -> None:
    good = bytes_of(publish(tmp_path, corpus("1")).path)
    damage(tmp_path / "current/sentence/01.parquet")
    mended = publish(tmp_path, corpus("1"))
    assert mended.new
    assert bytes_of(mended.path) == good
    assert_whole(mended.path)


def test_shards_of_another_schema_are_not_reused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    publish(tmp_path, corpus("1"))
    monkeypatch.setattr(parquet, "layout", lambda: "that of a later version")
    assert publish(tmp_path, corpus("1")).new
    assert not (tmp_path / "current/article/02.parquet").samefile(tmp_path / "snapshots/000001/article/02.parquet")


def test_without_hard_links_shards_are_copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any) -> None:
        raise OSError(errno.EPERM, "Operation not permitted")

    publish(tmp_path, corpus("1"))
    monkeypatch.setattr(os, "link", refuse)
    second = publish(tmp_path, corpus("2"))
    assert_whole(second.path)
    assert (second.path / "article/02.parquet").stat().st_nlink == 1


def test_without_symbolic_links_the_pointer_file_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any) -> None:
        raise OSError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "symlink", refuse)
    publish(tmp_path, corpus("1"))
    publish(tmp_path, corpus("2"))
    assert sorted(os.listdir(tmp_path)) == ["current.txt", "history.jsonl", "snapshots"]
    assert marks(warehouse.open(tmp_path)) == {"2"}


def test_a_folder_where_the_link_should_be_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "current").mkdir()
    (tmp_path / "current" / "mine.txt").write_text("keep")
    with pytest.raises(PublicationFailed, match=r"current: can't publish: "):
        publish(tmp_path, corpus("1"))
    assert sorted(str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*")) == ["current", "current/mine.txt"]


def test_a_snapshot_that_fails_its_checks_is_not_published(tmp_path: Path) -> None:
    publish(tmp_path, corpus("1"))
    with pytest.raises(CheckFailed, match="key given more than once"):
        publish(tmp_path, {"00": pages(2), "01": pages(1)})
    assert_clean(tmp_path)
    assert marks(warehouse.open(tmp_path)) == {"1"}


@pytest.mark.parametrize("before", [False, True], ids=["new root", "published before"])
def test_a_build_that_fails_leaves_no_rubbish(tmp_path: Path, before: bool) -> None:
    root = tmp_path / "deep" / "root"
    if before:
        publish(root, corpus("1"))
    held = sorted(tmp_path.rglob("*"))
    with pytest.raises(KeyError), Publication.begin(root) as publication:
        write_shard(publication.folder, "00", pages(2))
        raise KeyError("a bug somewhere")
    assert sorted(tmp_path.rglob("*")) == held


def test_a_block_that_publishes_nothing_leaves_nothing(tmp_path: Path) -> None:
    with Publication.begin(tmp_path / "root") as publication:
        assert publication.parent is None
        assert not publication.unchanged
        with pytest.raises(ValueError, match="at least one shard"):
            publication.publish(rules="", created="")
    assert os.listdir(tmp_path) == []


def test_only_what_is_staged_gets_in(tmp_path: Path) -> None:
    """Of a task that was repeated or killed, files may lie about that no summary tells of."""
    with Publication.begin(tmp_path) as publication:
        summary = write_shard(publication.folder, "00", pages(1))
        write_shard(publication.folder, "01", pages(2))
        (publication.folder / "article" / ".00.123.partial").write_bytes(b"PAR1")
        publication.stage(summary, "digest")
        published = publication.publish(rules="rules", created="now")
    assert_whole(published.path)


def test_a_summary_without_its_files_is_refused(tmp_path: Path) -> None:
    summary = write_shard(tmp_path / "elsewhere", "00", pages(1))
    with Publication.begin(tmp_path / "root") as publication:
        with pytest.raises(PublicationFailed, match=r"document/00\.parquet: can't find what was written: No such file"):
            publication.stage(summary, "digest")
        write_shard(publication.folder, "00", pages(3))
        with pytest.raises(PublicationFailed, match=r"bytes, \d+ were written"):
            publication.stage(summary, "digest")


# Being killed.


def test_half_moved_pointers_are_mended(tmp_path: Path) -> None:
    publish(tmp_path, corpus("1"))
    publish(tmp_path, corpus("2"))
    (tmp_path / "current.txt").write_text("snapshots/000001\n")
    publish(tmp_path, corpus("2"))
    assert_clean(tmp_path)


def test_a_snapshot_that_was_current_outlives_a_link_moved_back_by_hand(tmp_path: Path) -> None:
    publish(tmp_path, corpus("1"))
    publish(tmp_path, corpus("2"))
    (tmp_path / "current").unlink()
    (tmp_path / "current").symlink_to("snapshots/000001")
    third = publish(tmp_path, corpus("3"))
    assert (third.manifest.snapshot, third.manifest.parent) == (3, 1)
    assert_whole(tmp_path / "snapshots/000002")


def survives(root: Path, old: str, new: str) -> str:
    """After a kill: one of the two snapshots is current, whole and unmixed; the next build puts all right."""
    folder = current_snapshot(root)
    assert folder is not None
    assert_whole(folder)
    assert_whole(root / (root / "current.txt").read_text().strip())
    (held,) = marks(warehouse.open(root))
    assert held in (old, new)
    publish(root, corpus(new))
    assert_clean(root)
    for snapshot in (root / "snapshots").iterdir():
        assert_whole(snapshot)
    clean = root.with_name(f"{root.name}-clean-{new}")
    assert bytes_of(current_snapshot(root) or root) == bytes_of(publish(clean, corpus(new)).path)
    shutil.rmtree(clean)
    return held


def events_of_a_build(root: Path) -> int:
    """How often a build that has a snapshot before it touches the file system; leaves the marks 1 and 2 there."""
    publish(root, corpus("1"))
    events = int(said_by("die", root, "2", "0"))
    assert events > 40
    return events


def kill_points(events: int, how_many: int) -> list[int]:
    """Numbers of events before which to kill: half of them late, where one rename follows the other."""
    chance = random.Random(SEED)
    late = range(events - 15, events + 1)
    early = range(1, events - 15)
    half = how_many // 2
    return sorted(chance.sample(late, min(half, 15)) + chance.sample(early, min(how_many - half, len(early))))


def killed_at(root: Path, fatal: int, old: str, new: str) -> str:
    process = child("die", root, new, fatal)
    process.communicate(timeout=60)
    assert process.returncode == -signal.SIGKILL
    return survives(root, old, new)


def test_killed_at_any_step_current_is_whole(tmp_path: Path) -> None:
    root = tmp_path / "root"
    outcomes = set()
    for number, fatal in enumerate(kill_points(events_of_a_build(root), 20), 3):
        outcomes.add(killed_at(root, fatal, str(number - 1), str(number)) == str(number))
    assert outcomes == {False, True}, "some kills must hit before and some after the swap"


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_killed_at_every_step_current_is_whole(tmp_path: Path) -> None:
    root = tmp_path / "root"
    for fatal in range(1, events_of_a_build(root)):
        killed_at(root, fatal, str(fatal + 1), str(fatal + 2))


def test_killed_at_any_moment_current_is_whole(tmp_path: Path) -> None:
    publish(tmp_path / "root", corpus("1"))
    chance = random.Random(SEED)
    for number in range(4):
        process = child("loop", tmp_path / "root", f"{number + 2}000", 1000)
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        time.sleep(chance.random() * 0.3)
        process.kill()
        process.communicate()
        (held,) = marks(warehouse.open(tmp_path / "root"))
        survives(tmp_path / "root", held, f"{number + 2}")


# Full disks and missing rights.


@pytest.mark.parametrize(("size", "path"), [(0, ""), (3000, r"\.parquet"), (30_000, r"manifest\.json|root")])
def test_a_full_disk_publishes_nothing(tmp_path: Path, size: int, path: str) -> None:
    """The first limit stops the first byte, the second the tables, the third the manifest with its long error."""
    root = tmp_path / "root"
    publish(root, corpus("1"))
    said = said_by("starve", root, size)
    assert "File too large" in said
    assert re.search(f"(?:{path}): can't ", said), said
    assert_clean(root)
    assert marks(warehouse.open(root)) == {"1"}
    fresh = tmp_path / "fresh" / "root"
    assert "File too large" in said_by("starve", fresh, size)
    assert not fresh.parent.exists()


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder whose parents others may pass, unlike those of pytest's own."""
    with tempfile.TemporaryDirectory() as name:
        os.chmod(name, 0o755)
        yield Path(name)
        for path in Path(name).rglob("*"):
            if path.is_dir() and not path.is_symlink():
                path.chmod(0o755)


@pytest.mark.parametrize("below", ["", "deep/root"], ids=["the root itself", "a root to be made"])
def test_without_the_right_to_write_nothing_is_published(open_folder: Path, below: str) -> None:
    root = open_folder / "root"
    publish(root, corpus("2"))
    root.chmod(0o555)
    said = said_by("forbid", root / below)
    assert said.startswith(f"{root}"), said
    assert said.endswith("Permission denied")
    root.chmod(0o755)
    assert_clean(root)
    assert marks(warehouse.open(root)) == {"2"}


def test_a_root_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "root").write_text("a file")
    with pytest.raises(PublicationFailed, match="root: can't make the folder: File exists"):
        publish(tmp_path / "root", corpus("1"))
    with pytest.raises(PublicationFailed, match=r"can't make the folder: Not a directory"):
        publish(tmp_path / "root" / "below", corpus("1"))
    assert (tmp_path / "root").read_text() == "a file"


# Several at once.


def test_a_second_build_waits_and_says_so(tmp_path: Path) -> None:
    said: list[str] = []
    done: list[bool] = []

    def second() -> None:
        done.append(publish(tmp_path, corpus("2"), on_wait=said.append, patience=30).new)

    with Publication.begin(tmp_path) as publication:
        thread = threading.Thread(target=second)
        thread.start()
        until = time.monotonic() + 30
        while not said and time.monotonic() < until:
            time.sleep(0.01)
        assert (len(said), done) == (1, [])
        publication.stage(write_shard(publication.folder, "00", marked("1", "00")), "digest")
        publication.publish(rules="", created="")
    thread.join(30)
    assert done == [True]
    assert [message.split(" (")[0] for message in said] == [f"{tmp_path}: waiting for another build to end"]
    assert f"process {os.getpid()}" in said[0]
    assert_clean(tmp_path)
    assert [assert_whole(tmp_path / f"snapshots/{number:06d}").parent for number in (1, 2)] == [None, 1]


def test_a_build_does_not_wait_for_ever(tmp_path: Path) -> None:
    with (
        Publication.begin(tmp_path / "root"),
        pytest.raises(PublicationFailed, match=rf"root: another build is at work .*process {os.getpid()} on "),
        Publication.begin(tmp_path / "root", patience=0.05),
    ):
        pass
    assert os.listdir(tmp_path) == []


def test_a_lock_on_a_file_that_is_gone_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The other build ends, and removes its file, after this one has opened it and before it has the lock."""
    path, flock = tmp_path / ".lock", fcntl.flock
    path.touch()

    def late(descriptor: int, how: int) -> None:
        path.unlink(missing_ok=True)
        flock(descriptor, how)

    with monkeypatch.context() as patch:
        patch.setattr(fcntl, "flock", late)
        assert lock._take(path) is None
    descriptor = lock._take(path)
    assert descriptor is not None
    os.close(descriptor)


def test_a_worker_that_outlives_its_build_does_not_keep_the_lock(tmp_path: Path) -> None:
    process = child("orphan", tmp_path)
    assert process.stdout is not None
    worker = int(process.stdout.readline())
    try:
        process.kill()
        process.wait()
        assert publish(tmp_path, corpus("1"), patience=5).new
    finally:
        os.kill(worker, signal.SIGKILL)
        process.stdout.close()


def test_builders_and_readers_at_once(tmp_path: Path) -> None:
    """Three builders publish as fast as they can; each reader sees one snapshot, whole, each time it looks."""
    publish(tmp_path, corpus("1"))
    builders = [child("loop", tmp_path, f"{number}000", 6) for number in (2, 3, 4)]
    seen: set[str] = set()
    while any(builder.poll() is None for builder in builders):
        opened = warehouse.open(tmp_path)
        (mark,) = marks(opened)
        seen.add(mark)
        for table in schema.BY_NAME:
            # A reader that knows nothing of snapshots: each table for itself is whole at any moment.
            assert pq.read_table(f"{tmp_path}/current/{table}").num_rows == opened.table(table).count()
    assert [builder.communicate() and builder.returncode for builder in builders] == [0, 0, 0]
    assert len(seen) > 3
    assert_clean(tmp_path)
    folders = sorted((tmp_path / "snapshots").iterdir())
    assert len(folders) == 19
    assert [assert_whole(folder).parent for folder in folders] == [None, *range(1, 19)]
    assert {len(marks(warehouse.open(folder))) for folder in folders} == {1}


def test_a_manifest_says_what_its_shards_hold(tmp_path: Path) -> None:
    manifest = publish(tmp_path, corpus("1")).manifest
    assert replace(manifest, created="later").digest == manifest.digest
    assert manifest.articles == {"news": 18}
    assert manifest.statuses == {"ok": 6}
    assert manifest.bytes == sum(len(data) for data in bytes_of(tmp_path / "current").values())
