"""Older snapshots: listed, made current again, and removed once nobody needs them."""

from __future__ import annotations

import json
import os
import pickle
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from test_warehouse_snapshots import HERE, assert_whole, child, flip, marks
from warehouse_child import corpus
from warehouse_samples import bytes_of, page, publish

import warehouse
from warehouse import log
from warehouse.errors import NoWarehouse, PublicationFailed
from warehouse.history import CURRENT, DAMAGED, GONE, KEPT, Entry, expire, history, rollback
from warehouse.snapshots import Publication, current_snapshot, read_manifest

NOON = datetime(2024, 11, 20, 12, tzinfo=UTC)


def day(number: int) -> str:
    return (NOON + timedelta(days=number)).isoformat()


def published(root: Path, count: int) -> None:
    """Snapshots 1 to `count`, one a day, each with its own mark."""
    for number in range(1, count + 1):
        publish(root, corpus(str(number)), created=day(number))


def states(root: Path) -> dict[int, str]:
    return {entry.snapshot: entry.state for entry in history(root)}


def remove(root: Path, before: int, **rest: Any) -> Any:
    return expire(root, before=NOON + timedelta(days=before), at=day(99), **rest)


def test_history_tells_what_each_snapshot_was(tmp_path: Path) -> None:
    published(tmp_path, 3)
    first, second, third = history(tmp_path)
    manifest = read_manifest(tmp_path)
    assert manifest is not None
    assert third == Entry(3, CURRENT, 2, day(3), None, manifest.digest, 6, manifest.rows, manifest.bytes)
    assert (first.state, first.parent, first.created, first.until) == (KEPT, None, day(1), day(2))
    assert (second.parent, second.until) == (1, day(3))
    assert len({first.digest, second.digest, third.digest}) == 3


def test_history_of_nothing(tmp_path: Path) -> None:
    with pytest.raises(NoWarehouse, match="nothing is published here yet"):
        history(tmp_path)
    with pytest.raises(NoWarehouse, match="nothing is published here yet"):
        remove(tmp_path / "none", 1)
    with pytest.raises(NoWarehouse, match="no snapshot 1; there are none"):
        rollback(tmp_path / "none", 1, at=day(1))
    assert list(tmp_path.iterdir()) == []


def test_rollback_makes_an_older_snapshot_current(tmp_path: Path) -> None:
    published(tmp_path, 3)
    before = {number: bytes_of(tmp_path / f"snapshots/00000{number}") for number in (1, 2, 3)}
    done = rollback(tmp_path, 1, at=day(4))
    assert (done.new, done.manifest.snapshot) == (True, 1)
    assert marks(warehouse.open(tmp_path)) == {"1"}
    assert os.readlink(tmp_path / "current") == (tmp_path / "current.txt").read_text().strip() == "snapshots/000001"
    assert {entry.snapshot: (entry.state, entry.until) for entry in history(tmp_path)} == {
        1: (CURRENT, None),
        2: (KEPT, day(3)),
        3: (KEPT, day(4)),
    }
    assert not rollback(tmp_path, 1, at=day(5)).new
    fourth = publish(tmp_path, corpus("3"), created=day(6))
    assert (fourth.manifest.snapshot, fourth.manifest.parent) == (4, 1)
    assert bytes_of(fourth.path) == before[3]
    assert {number: bytes_of(tmp_path / f"snapshots/00000{number}") for number in (1, 2, 3)} == before
    assert states(tmp_path) == {1: KEPT, 2: KEPT, 3: KEPT, 4: CURRENT}


def test_rollback_to_none_and_to_a_damaged_one(tmp_path: Path) -> None:
    published(tmp_path, 2)
    with pytest.raises(NoWarehouse, match=r"no snapshot 7; there are 1, 2 \(`banmian history` tells more\)"):
        rollback(tmp_path, 7, at=day(3))
    flip(tmp_path / "snapshots/000001/figure/00.parquet")
    with pytest.raises(PublicationFailed, match=r"000001/figure/00\.parquet: not what was published"):
        rollback(tmp_path, 1, at=day(3))
    assert marks(warehouse.open(tmp_path)) == {"2"}
    assert not (tmp_path / ".staging").exists()


def test_expire_removes_what_stopped_being_current_before(tmp_path: Path) -> None:
    published(tmp_path, 4)
    (tmp_path / "reports").mkdir()
    for number in range(1, 5):
        (tmp_path / f"reports/00000{number}.md").write_text("report")
    current = bytes_of(tmp_path / "current")
    # Snapshot 2 was made on day 2 and current until day 3.
    assert remove(tmp_path, 2).removed == (1,)
    assert states(tmp_path) == {1: GONE, 2: KEPT, 3: KEPT, 4: CURRENT}
    assert sorted(path.name for path in (tmp_path / "reports").iterdir()) == [
        f"00000{number}.md" for number in (2, 3, 4)
    ]
    assert remove(tmp_path, 99).removed == (2, 3)
    assert os.listdir(tmp_path / "snapshots") == ["000004"]
    assert bytes_of(tmp_path / "current") == current, "linked files stay"
    assert remove(tmp_path, 99).removed == ()
    first = history(tmp_path)[0]
    assert (first.pages, first.created, first.rows["article"]) == (6, day(1), 18)
    assert len(first.digest) == 64


def test_expire_says_what_it_would_do(tmp_path: Path) -> None:
    published(tmp_path, 3)
    said = remove(tmp_path, 99, dry_run=True)
    assert said.removed == (1, 2)
    assert states(tmp_path) == {1: KEPT, 2: KEPT, 3: CURRENT}
    assert remove(tmp_path, 99) == said
    assert said.bytes > 0


def test_what_is_current_again_is_kept(tmp_path: Path) -> None:
    published(tmp_path, 3)
    rollback(tmp_path, 2, at=day(50))
    assert remove(tmp_path, 40).removed == (1,), "snapshot 3 was current until day 50"
    assert remove(tmp_path, 99).removed == (3,)
    assert marks(warehouse.open(tmp_path)) == {"2"}


def test_ids_are_never_given_again(tmp_path: Path) -> None:
    published(tmp_path, 3)
    rollback(tmp_path, 1, at=day(4))
    remove(tmp_path, 99)
    assert os.listdir(tmp_path / "snapshots") == ["000001"]
    assert publish(tmp_path, corpus("5"), created=day(6)).manifest.snapshot == 4


def test_what_a_reader_has_open_is_kept_until_it_is_closed(tmp_path: Path) -> None:
    published(tmp_path, 1)
    reader = warehouse.open(tmp_path)
    published(tmp_path, 3)
    second = warehouse.open(tmp_path, snapshot=2)
    said = remove(tmp_path, 99)
    assert (said.removed, said.in_use) == ((), (1, 2))
    assert marks(reader) == {"1"}
    with second:
        assert marks(second) == {"2"}
    assert remove(tmp_path, 99).removed == (2,)
    del reader
    assert remove(tmp_path, 99).removed == (1,)


READER = """
import sys, time, warehouse
corpus = warehouse.open(sys.argv[1])
print("open", flush=True)
time.sleep(60)
"""


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGTERM])
def test_a_reader_that_dies_lets_go(tmp_path: Path, end: int) -> None:
    published(tmp_path, 1)
    environment = {**os.environ, "PYTHONPATH": str(HERE.parent)}
    reader = subprocess.Popen(
        [sys.executable, "-c", READER, tmp_path], env=environment, stdout=subprocess.PIPE, text=True
    )
    assert reader.stdout is not None
    assert reader.stdout.readline() == "open\n"
    published(tmp_path, 2)
    assert remove(tmp_path, 99).in_use == (1,)
    reader.send_signal(end)
    reader.communicate()
    assert remove(tmp_path, 99).removed == (1,)


def test_a_corpus_travels_to_another_process_as_the_same_snapshot(tmp_path: Path) -> None:
    published(tmp_path, 1)
    opened = warehouse.open(tmp_path)
    published(tmp_path, 2)
    other = pickle.loads(pickle.dumps(opened))
    opened.close()
    assert marks(other) == {"1"}
    assert remove(tmp_path, 99).in_use == (1,)


def test_a_snapshot_that_goes_while_it_is_opened_is_not_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The link is read, then another build publishes and the old snapshot is removed, then the reader opens it."""
    published(tmp_path, 1)
    real, calls = current_snapshot, []

    def late(root: Path) -> Path | None:
        found = real(root)
        if not calls:
            calls.append(found)
            published(tmp_path, 2)
            assert remove(tmp_path, 99).removed == (1,)
        return found

    monkeypatch.setattr("warehouse.corpus.current_snapshot", late)
    assert warehouse.open(tmp_path).manifest.snapshot == 2
    assert len(calls) == 1


def test_an_older_snapshot_by_its_id(tmp_path: Path) -> None:
    published(tmp_path, 2)
    assert marks(warehouse.open(tmp_path, snapshot=1)) == {"1"}
    with pytest.raises(NoWarehouse, match="no snapshot 3; there are 1, 2"):
        warehouse.open(tmp_path, snapshot=3)


# --- the log --------------------------------------------------------------------------------------------------------


def lines(root: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (root / "history.jsonl").read_text(encoding="utf-8").splitlines()]


def test_the_log_tells_of_each_deed(tmp_path: Path) -> None:
    published(tmp_path, 2)
    rollback(tmp_path, 1, at=day(3))
    remove(tmp_path, 99)
    told = [(line["event"], line["snapshot"], line["at"]) for line in lines(tmp_path)]
    assert told == [
        ("published", 1, day(1)),
        ("published", 2, day(2)),
        ("current again", 1, day(3)),
        ("removed", 2, day(99)),
    ]


@pytest.mark.parametrize("left", [0.0, 0.3, 0.6, 0.99])
def test_a_torn_or_lost_line_is_mended_by_the_next_build(tmp_path: Path, left: float) -> None:
    published(tmp_path, 3)
    good = lines(tmp_path)
    path = tmp_path / "history.jsonl"
    os.truncate(path, int(path.stat().st_size * left))
    assert [entry.snapshot for entry in history(tmp_path)] == [1, 2, 3]
    publish(tmp_path, corpus("3"))
    mended = lines(tmp_path)
    assert mended[-1] == good[-1]
    assert mended[:-1] == good[: len(mended) - 1]
    assert publish(tmp_path, corpus("4")).manifest.snapshot == 4


def test_without_a_log_the_next_publication_tells_the_age(tmp_path: Path) -> None:
    published(tmp_path, 3)
    (tmp_path / "history.jsonl").unlink()
    assert [entry.until for entry in history(tmp_path)] == [day(2), day(3), None]
    assert remove(tmp_path, 2).removed == (1,)


def test_a_link_moved_by_hand_gets_into_the_log(tmp_path: Path) -> None:
    published(tmp_path, 2)
    (tmp_path / "current").unlink()
    (tmp_path / "current").symlink_to("snapshots/000001")
    publish(tmp_path, corpus("1"))
    assert [(line["event"], line["snapshot"]) for line in lines(tmp_path)] == [
        ("published", 1),
        ("published", 2),
        ("current again", 1),
    ]
    assert (tmp_path / "current.txt").read_text() == "snapshots/000001\n"


def test_lines_of_another_hand_are_passed_over(tmp_path: Path) -> None:
    published(tmp_path, 1)
    with (tmp_path / "history.jsonl").open("a", encoding="utf-8") as file:
        file.write('not json\n[]\n{"event": "noted", "by": "hand"}\n')
    assert states(tmp_path) == {1: CURRENT}
    assert log.last_id(tmp_path) == 1


def test_a_damaged_snapshot_shows_and_is_removed_with_age(tmp_path: Path) -> None:
    published(tmp_path, 3)
    (tmp_path / "snapshots/000001/manifest.json").write_text("{")
    (tmp_path / "snapshots/000002/manifest.json").unlink()
    assert states(tmp_path) == {1: DAMAGED, 2: DAMAGED, 3: CURRENT}
    assert history(tmp_path)[0].pages == 6, "the log remembers"
    assert remove(tmp_path, 99).removed == (1, 2)


def test_the_disk_can_refuse_the_log_and_the_publication_holds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    published(tmp_path, 1)
    real = Path.open

    def refuse(path: Path, mode: str = "r", **rest: Any) -> Any:
        if path.name == log.LOG and "a" in mode:
            raise OSError(28, "No space left on device")
        return real(path, mode, **rest)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "open", refuse)
        assert publish(tmp_path, corpus("2"), created=day(2)).new
    assert len(lines(tmp_path)) == 1
    assert states(tmp_path) == {1: KEPT, 2: CURRENT}
    publish(tmp_path, corpus("2"))
    assert [line["snapshot"] for line in lines(tmp_path)] == [1, 2]


# --- beside builds and under blows ----------------------------------------------------------------------------------


def test_rollback_and_expire_wait_for_a_build(tmp_path: Path) -> None:
    published(tmp_path, 2)
    with Publication.begin(tmp_path):
        with pytest.raises(PublicationFailed, match="another build is at work"):
            rollback(tmp_path, 1, at=day(3), patience=0.05)
        with pytest.raises(PublicationFailed, match="another build is at work"):
            remove(tmp_path, 99, patience=0.05)
    assert states(tmp_path) == {1: KEPT, 2: CURRENT}


@pytest.mark.slow
@pytest.mark.parametrize("what", ["rollback", "expire"])
def test_killed_at_any_step_the_warehouse_is_whole(tmp_path: Path, what: str) -> None:
    """Killed before each of its steps in turn, until one is let live."""
    outcomes = []
    for fatal in range(1, 400):
        root = tmp_path / f"{what}{fatal}"
        publish(root, {"00": [page("一.txt")]}, created=day(1))
        publish(root, {"00": [page("二.txt")]}, created=day(2))
        process = child(f"die_in_{what}", root, fatal)
        process.communicate(timeout=60)
        folder = current_snapshot(root)
        assert folder is not None
        current = assert_whole(folder).snapshot
        assert current == 2 or (what == "rollback" and current == 1)
        publish(root, {"00": [page("二.txt")]}, created=day(3))
        assert sorted(os.listdir(root)) == ["current", "current.txt", "history.jsonl", "snapshots"]
        for entry in history(root):
            assert entry.state != DAMAGED
            if entry.state != GONE:
                assert_whole(root / f"snapshots/{entry.snapshot:06d}")
        outcomes.append(current if what == "rollback" else 1 in states(root) and states(root)[1])
        if process.returncode == 0:
            break
    else:
        pytest.fail("it never came to its end")
    assert fatal > 10
    assert set(outcomes) == ({1, 2} if what == "rollback" else {KEPT, GONE})


@pytest.mark.slow
def test_expiry_beside_builders_and_readers(tmp_path: Path) -> None:
    """Builds publish, old snapshots go at once, and each reader reads what it has opened to its end."""
    publish(tmp_path, corpus("1"))
    builders = [child("loop", tmp_path, f"{number}000", 5) for number in (2, 3)]
    removed = 0
    while any(builder.poll() is None for builder in builders):
        with warehouse.open(tmp_path) as reader:
            removed += len(expire(tmp_path, before=datetime.now(UTC) + timedelta(days=9999), at=day(99)).removed)
            assert len(marks(reader)) == 1
        time.sleep(0.01)
    assert [builder.communicate() and builder.returncode for builder in builders] == [0, 0]
    removed += len(expire(tmp_path, before=datetime.now(UTC) + timedelta(days=9999), at=day(99)).removed)
    assert removed == 10
    assert len(os.listdir(tmp_path / "snapshots")) == 1
    assert_whole(tmp_path / "current")
