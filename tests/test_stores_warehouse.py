"""A warehouse in an object store: whole at any moment, whoever dies; the same tables as on a disk."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest
from object_store import CHANGES, Proxy
from warehouse_child import corpus
from warehouse_samples import bytes_of, publish

import warehouse
from warehouse import log, remote
from warehouse.claim import CLAIM, Claim, claimed
from warehouse.errors import NoWarehouse, PublicationFailed, SnapshotDamaged
from warehouse.manifest import Manifest, loads
from warehouse.mirror import Mirror
from warehouse.push import INTENT
from warehouse.stores import Store

NOW = "2024-12-01T00:00:00+00:00"
LATE = datetime(2030, 1, 1, tzinfo=UTC)


@pytest.fixture
def url(bucket: str) -> str:
    return f"{bucket}/corpus"


def build(url: str, mark: str, copy: Path | None = None) -> int:
    """A build on the machine that has this working copy; the id that is current in the end."""
    with Mirror(url, copy).changed() as root:
        return publish(root, corpus(mark)).manifest.snapshot


def seen(url: str) -> tuple[Manifest, dict[str, bytes]] | None:
    """What a reader finds that knows nothing but where `current.txt` lies; all of it is compared with its checksums."""
    store = Store(url)
    try:
        folder = store.read("current.txt").decode().strip()
    except FileNotFoundError:
        return None
    manifest = loads(store.read(f"{folder}/manifest.json").decode())
    tables = {file.path: store.read(f"{folder}/{file.path}") for file in manifest.files}
    assert {path: hashlib.sha256(data).hexdigest() for path, data in tables.items()} == {
        file.path: file.sha256 for file in manifest.files
    }
    assert {key.removeprefix(f"{folder}/") for key in store.listed(folder)} == {*tables, "manifest.json"}
    return manifest, tables


def current(url: str) -> int | None:
    found = seen(url)
    return found[0].snapshot if found else None


def snapshots(url: str) -> set[str]:
    return {key.split("/")[1] for key in Store(url).listed("snapshots")}


def test_a_build_leaves_the_tables_that_it_would_leave_on_a_disk(url: str, tmp_path: Path) -> None:
    assert build(url, "1") == 1
    here = publish(tmp_path / "here", corpus("1"))
    manifest, tables = seen(url) or pytest.fail("nothing is published")
    assert tables == bytes_of(here.path)
    assert manifest.digest == here.manifest.digest
    assert Store(url).read("history.jsonl") == (tmp_path / "here" / "history.jsonl").read_bytes()
    assert not {CLAIM, INTENT} & set(Store(url).listed())


def test_an_unchanged_build_sends_nothing(url: str, proxy: Proxy) -> None:
    build(url, "1")
    proxy.seen.clear()
    assert build(url, "1") == 1
    changes = [path.rpartition("/")[2] for method, path in proxy.seen if method in CHANGES]
    assert changes == [CLAIM, CLAIM]  # taken, to see that it could, and given back


def test_another_machine_goes_on_from_what_is_there(url: str, proxy: Proxy, tmp_path: Path) -> None:
    build(url, "1", tmp_path / "a")
    proxy.seen.clear()
    assert build(url, "2", tmp_path / "b") == 2
    sent = [path for method, path in proxy.seen if method == "PUT" and path.endswith(".parquet")]
    # Of three shards one is as before: its five files are copied inside the store, which takes a look at each.
    looked_at = [path for method, path in proxy.seen if method == "HEAD" and "snapshots/000001" in path]
    assert len(sent) == 15
    assert len([path for path in looked_at if path.endswith("02.parquet")]) >= 5
    assert build(url, "2", tmp_path / "a") == 2
    assert [entry.state for entry in remote.history(url)] == ["kept", "current"]


def test_nothing_of_a_failed_build_is_sent_or_kept(url: str) -> None:
    build(url, "1")
    with pytest.raises(RuntimeError), Mirror(url).changed() as root:
        publish(root, corpus("2"))
        raise RuntimeError
    assert current(url) == 1
    assert snapshots(url) == {"000001"}
    assert build(url, "3") == 2
    assert current(url) == 2


def test_who_comes_second_is_refused_and_may_run_again(url: str, tmp_path: Path) -> None:
    build(url, "1", tmp_path / "a")
    with (
        pytest.raises(PublicationFailed, match="has published snapshot 2 meanwhile, which stands: run again"),
        Mirror(url, tmp_path / "a").changed() as root,
    ):
        publish(root, corpus("2"))
        build(url, "3", tmp_path / "b")
    assert current(url) == 2
    assert b"\xe8\xbf\x99\xe6\x98\xaf3" in b"".join(_texts(url))
    assert build(url, "2", tmp_path / "a") == 3


def _texts(url: str) -> Iterator[bytes]:
    with warehouse.open(url) as found:
        yield from (text.encode() for text in found.articles.to_arrow()["text"].to_pylist())


def test_only_one_publishes_at_a_time(url: str) -> None:
    with claimed(Store(url)), pytest.raises(PublicationFailed, match="another one publishes here"):
        build(url, "1")
    assert build(url, "1") == 1


@pytest.mark.parametrize(
    "held",
    [
        {"holder": "process 1 on elsewhere", "token": "x", "until": "2024-11-20T08:00:00+00:00"},
        {"holder": f"process 4194305 on {os.uname().nodename}", "token": "x", "until": "2999-11-20T08:00:00+00:00"},
        {"holder": "process 1 on elsewhere"},
        "nonsense",
    ],
)
def test_what_a_dead_publication_holds_is_taken_over(url: str, held: object) -> None:
    Store(url).write(CLAIM, json.dumps(held).encode())
    assert build(url, "1") == 1


def test_who_was_taken_over_publishes_nothing(url: str) -> None:
    store = Store(url)
    first, second = Claim(store), Claim(store)
    first.take()
    store.write(CLAIM, b"{}")
    second.take()
    with pytest.raises(PublicationFailed):
        first.check()
    first.release()
    second.check()


def test_lost_files_are_put_back_by_the_next_build(url: str) -> None:
    build(url, "1")
    store = Store(url)
    gone = [key for key in store.listed("snapshots") if key.endswith("02.parquet")]
    store.remove(gone)
    store.write(f"{gone[0]}", b"short")
    assert build(url, "1") == 1
    assert current(url) == 1


@pytest.mark.parametrize("data", [None, b"{}"])
def test_a_damaged_manifest_is_mended_by_the_next_build(url: str, data: bytes | None, tmp_path: Path) -> None:
    build(url, "1", tmp_path / "a")
    store, key = Store(url), "snapshots/000001/manifest.json"
    store.remove([key]) if data is None else store.write(key, data)
    with pytest.raises(SnapshotDamaged):
        warehouse.open(url)
    assert build(url, "1", tmp_path / "b") == 2
    assert current(url) == 2


def test_what_a_dead_build_sent_is_not_taken_for_the_new_one(url: str) -> None:
    build(url, "1")
    store = Store(url)
    store.write(INTENT, b"000002\n")
    for path in ("article/00.parquet", "article/07.parquet", "manifest.json"):
        size = store.listed("snapshots/000001/article/00.parquet")["snapshots/000001/article/00.parquet"]
        store.write(f"snapshots/000002/{path}", b"x" * size)
    assert build(url, "2") == 2
    assert current(url) == 2


def test_a_snapshot_that_the_history_does_not_know_is_never_written_over(url: str, tmp_path: Path) -> None:
    for mark in "12":
        build(url, mark)
    remote.rollback(url, 1, at=NOW)
    Store(url).remove([log.LOG])
    with pytest.raises(PublicationFailed, match=r"has a snapshot 2 that history\.jsonl does not know"):
        build(url, "3", tmp_path / "b")
    assert current(url) == 1


def test_back_to_an_older_snapshot_and_away_with_what_is_old(url: str) -> None:
    for mark in "123":
        build(url, mark)
    assert remote.rollback(url, 1, at=NOW).new
    assert not remote.rollback(url, 1, at=NOW).new
    assert current(url) == 1
    would = remote.expire(url, before=LATE, at=NOW, dry_run=True)
    assert would.removed == (2, 3)
    assert snapshots(url) == {"000001", "000002", "000003"}
    done = remote.expire(url, before=LATE, at=NOW)
    assert done == would
    assert done.bytes > 10_000
    assert snapshots(url) == {"000001"}
    assert [entry.state for entry in remote.history(url)] == ["current", "removed", "removed"]
    assert build(url, "4") == 4
    with pytest.raises(NoWarehouse, match="no snapshot 2; there are 1, 4"):
        remote.rollback(url, 2, at=NOW)


def test_a_reader_stays_with_its_snapshot(url: str) -> None:
    build(url, "1")
    with warehouse.open(url) as found:
        build(url, "2")
        remote.expire(url, before=LATE, at=NOW)
        assert set(found.articles.to_arrow()["section"].to_pylist()) == {"0", "1"}
    with warehouse.open(url) as found:
        assert set(found.articles.to_arrow()["section"].to_pylist()) == {"0", "2"}
        assert found.manifest.snapshot == 2


def test_nothing_is_published_yet(url: str) -> None:
    for ask in (warehouse.open, remote.history, lambda url: remote.expire(url, before=LATE, at=NOW)):
        with pytest.raises(NoWarehouse, match="nothing is published here yet"):
            ask(url)


@pytest.mark.usefixtures("bucket")
def test_no_bucket_is_told_before_the_work_begins() -> None:
    with pytest.raises(PublicationFailed, match="no such object or bucket"), Mirror("s3://no-such/corpus").changed():
        pytest.fail("the work began")


# --- death at each step ---------------------------------------------------------------------------------------------

CHILD = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from test_stores_warehouse import build, remote, NOW, LATE
what, url, copy = sys.argv[1:4]
if what == "expire":
    remote.expire(url, before=LATE, at=NOW)
elif what == "rollback":
    remote.rollback(url, 1, at=NOW)
else:
    build(url, what, Path(copy))
"""


def child(what: str, url: str, copy: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", CHILD, what, url, str(copy)], cwd=Path(__file__).parent)


def killed_at(number: int, proxy: Proxy, late: bool, start: Callable[[], subprocess.Popen[bytes]]) -> bool:
    """Whether a process was killed at its change of this number, before or after the store heard of it."""
    changes: list[str] = []
    victims: list[subprocess.Popen[bytes]] = []

    def kill(_: int, method: str, path: str) -> int | None:
        if method in CHANGES:
            changes.append(path)
            if len(changes) >= number:
                victims[0].send_signal(signal.SIGKILL)
                return 503
        return None

    proxy.before, proxy.after = (None, kill) if late else (kill, None)
    victims.append(start())
    code = victims[0].wait()
    proxy.before = proxy.after = None
    assert code in (0, -signal.SIGKILL)
    return code != 0


@pytest.mark.slow
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("late", [False, True], ids=["before", "after"])
def test_a_build_that_is_killed_at_any_change_leaves_a_whole_warehouse(
    url: str, proxy: Proxy, tmp_path: Path, late: bool
) -> None:
    build(url, "0", tmp_path / "a")
    number, before, deaths = 1 + late, 1, []
    while killed_at(number, proxy, late, partial(child, str(number), url, tmp_path / "a")):
        now = current(url)
        assert now in (before, before + 1)
        deaths.append(now != before)
        before, number = now, number + 3
    assert set(deaths) == {False, True}, "some died before the step that counts, some after it"
    assert current(url) == before + 1
    assert not {CLAIM, INTENT} & set(Store(url).listed())
    assert snapshots(url) == {f"{one:06d}" for one in range(1, before + 2)}
    assert [entry.state for entry in remote.history(url)] == ["kept"] * before + ["current"]


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("what", ["rollback", "expire"])
def test_what_is_killed_while_it_changes_the_past_leaves_a_whole_warehouse(
    url: str, proxy: Proxy, tmp_path: Path, what: str
) -> None:
    for mark in "12":
        build(url, mark)
    number = 1
    while killed_at(number, proxy, False, partial(child, what, url, tmp_path)):
        assert current(url) in (1, 2)
        number += 1 if what == "rollback" else 8
    assert number > 3
    assert current(url) == (1 if what == "rollback" else 2)
    assert snapshots(url) == ({"000001", "000002"} if what == "rollback" else {"000002"})
