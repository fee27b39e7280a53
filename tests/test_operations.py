"""A warehouse run on a schedule, on a real Prefect server with a real worker, as the README says."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from conftest import PROJECT, SEEDS, Banmian
from machine import free_port, is_alive
from operations import BIN, QUEUE, Site, deploy, descendants, given, site, until

import warehouse
from flows import server, watch

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
SECONDS = 150
"""Within which whatever is waited for should have come; the machine may be busy."""
DONE = ("Completed", "NothingNew", "PartlyBuilt")


@pytest.fixture(scope="module")
def there(tmp_path_factory: pytest.TempPathFactory, environment: dict[str, str]) -> Iterator[Site]:
    """A site with its worker; the night begins in each minute."""
    root = tmp_path_factory.mktemp("operations")
    (root / "inbox").mkdir()
    shutil.copy(SEEDS / "000_7916b8fcdf412def.txt", root / "inbox/a.txt")
    with site(root / "site", environment) as place:
        deploy(place, root / "inbox", root / "warehouse", "* * * * *")
        place.start("worker", *given("prefect", "worker"))
        yield place


@pytest.fixture(scope="module")
def first_night(there: Site) -> dict[str, Any]:
    """The first run that the scheduler started and that published something; after it, no more nights."""
    run = until(lambda: there.runs("nightly", "Completed", "Crashed", "Failed"), SECONDS, "a scheduled run")[-1]
    there.say("prefect", "deployment", "schedule", "pause", "build/nightly", *_schedule(there, "nightly"))
    until(lambda: not there.runs("nightly", "Running", "Pending", "Late"), SECONDS, "the end of the night")
    return run


def _schedule(there: Site, deployment: str) -> list[str]:
    return [str(one["id"]) for one in there.ask(f"/deployments/name/build/{deployment}")["schedules"]]


def names(there: Site) -> list[str]:
    """The pages of the snapshot that is current."""
    with warehouse.open(there.folder.parent / "warehouse") as corpus:
        return sorted(corpus.documents.to_pandas(columns=["source_path"])["source_path"])


def test_a_run_that_the_scheduler_started_publishes_and_leaves_its_artifacts(
    there: Site, first_night: dict[str, Any]
) -> None:
    assert first_night["state"]["name"] == "Completed", there.log("worker")
    assert first_night["auto_scheduled"] and first_night["work_queue_name"] == QUEUE
    assert "a.txt" in names(there)
    artifacts = there.artifacts(first_night["id"])
    assert sorted(artifacts) == ["progress", "report", "tables", "warnings"]
    assert artifacts["progress"]["data"] == 100
    assert artifacts["report"]["data"].startswith("# Corpus report, snapshot 000001")
    assert "```json" not in artifacts["report"]["data"]
    assert '"articles: speech"' in str(artifacts["tables"]["data"])


def test_a_page_that_arrives_starts_a_run_and_a_bad_one_is_told(there: Site, first_night: dict[str, Any]) -> None:
    assert first_night
    inbox = there.folder.parent / "inbox"
    there.start("watch", *given("banmian", "watch")[:2], str(inbox), "--every", "1")
    try:
        until(lambda: there.runs("inbox", *DONE), SECONDS, "a run for what was there before")
        (inbox / "b.txt.part").write_bytes((SEEDS / "001_ad3d549c36c3d700.txt").read_bytes())
        (inbox / "b.txt.part").rename(inbox / "b.txt")
        until(lambda: names(there) == ["a.txt", "b.txt"], SECONDS, "the new page in the tables")
        (inbox / "bad.txt").write_bytes(b"\x00\x01\x02" * 50)
        partly = until(lambda: there.runs("inbox", "PartlyBuilt"), SECONDS, "a run with a bad page")[0]
        assert "bad.txt" in str(there.artifacts(partly["id"])["warnings"]["data"])
        assert names(there) == ["a.txt", "b.txt", "bad.txt"]
    finally:
        assert there.end("watch") == 0, there.log("watch")
        (inbox / "bad.txt").unlink(missing_ok=True)
    events = there.ask("/events/filter", filter={"event": {"name": ["banmian.snapshot.published"]}})["events"]
    assert {"snapshot", "digest", "rows", "folder"} <= set(events[0]["payload"])


def test_a_run_with_nothing_to_do_says_so_and_one_by_hand_takes_what_it_is_given(
    there: Site, first_night: dict[str, Any]
) -> None:
    assert first_night
    there.say(*given("prefect", "deployment", "run"))  # the seeds, into data/warehouse of the site
    until(lambda: there.runs("rebuild", *DONE), SECONDS, "the end of the run")
    for _ in range(2):
        last = there.run("build/rebuild", sources=["seeds"])
        until(lambda last=last: there.state(last) in DONE, SECONDS, "the end of the run")
    assert there.state(last) == "NothingNew"
    assert (there.folder / "data/warehouse/current").exists()


def test_bad_parameters_are_refused_before_there_is_a_run(there: Site) -> None:
    with pytest.raises(OSError, match=r"409|422"):
        there.run("build/rebuild", sources=[], warehouse="x")
    with pytest.raises(OSError, match=r"409|422"):
        there.run("build/rebuild", sources=["x"], jobs="many")


def test_old_snapshots_are_removed(there: Site, first_night: dict[str, Any]) -> None:
    assert first_night
    root = there.folder.parent / "warehouse"
    run = there.run("expire/expire", warehouse=str(root), older_than="0m")
    until(lambda: there.state(run) == "Completed", SECONDS, "the end of the run")
    current = (root / "current.txt").read_text().strip()
    assert [f"snapshots/{path.name}" for path in (root / "snapshots").iterdir()] == [current]


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Pages enough for a minute and more, though only some seconds of a run over them are looked at."""
    folder = tmp_path_factory.mktemp("many")
    pages = [path.read_text(encoding="utf-8") for path in sorted(SEEDS.glob("*.txt"))]
    for number in range(4000):
        (folder / f"{number:04}.txt").write_text(f"{pages[number % 2]}\n{number}", encoding="utf-8")
    return folder


def started(there: Site, many: Path, root: Path) -> tuple[str, set[int]]:
    """A run that has come to read pages, and its processes."""
    run = there.run("build/rebuild", sources=[str(many)], warehouse=str(root), jobs=2)
    until(lambda: (root / ".staging").exists() and len(there.workers_of(run)) >= 3, SECONDS, "a run at work")
    return run, there.workers_of(run)


def test_cancelling_a_run_ends_it_within_ten_seconds_and_a_second_run_waits_for_its_turn(
    there: Site, many: Path, tmp_path: Path
) -> None:
    root = tmp_path / "warehouse"
    run, processes = started(there, many, root)
    second = there.run("build/nightly", sources=[str(many)], warehouse=str(root))
    time.sleep(15)
    assert there.state(second) in ("Scheduled", "Late", "Pending", "AwaitingConcurrencySlot")
    there.ask(f"/flow_runs/{second}/set_state", state={"type": "CANCELLED"})
    there.ask(f"/flow_runs/{run}/set_state", state={"type": "CANCELLING"})
    until(lambda: not any(map(is_alive, processes)), 10, "the end of all its processes")
    assert not (root / ".staging").exists() and not (root / "current").exists()
    until(lambda: there.state(run) == "Cancelled", SECONDS, "the state")


def test_a_run_that_dies_with_its_worker_is_marked_as_crashed_and_frees_its_place(
    there: Site, many: Path, tmp_path: Path
) -> None:
    run, processes = started(there, many, tmp_path / "warehouse")
    time.sleep(5)
    for pid in [there.processes.pop("worker").pid, *processes]:
        if is_alive(pid):
            os.kill(pid, signal.SIGKILL)
    until(lambda: there.state(run) == "Crashed", 240, "the state")
    there.start("worker", *given("prefect", "worker"))
    after = there.run("build/rebuild", sources=[str(SEEDS)], warehouse=str(tmp_path / "warehouse"))
    until(lambda: there.state(after) == "Completed", SECONDS, "the next run")


def test_the_first_state_of_each_kind_ends_the_waiting_for_heartbeats() -> None:
    told = yaml.safe_load((PROJECT / "flows/automations.yaml").read_text(encoding="utf-8"))
    (automation,) = told["automations"]
    assert {f"prefect.flow-run.{name}" for name in DONE} <= set(automation["trigger"]["expect"])


def test_one_terminal_serves_a_warehouse_until_it_is_stopped(environment: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "inbox").mkdir()
    port = free_port()
    home = tmp_path / "home"
    home.mkdir()
    settings = environment | {"HOME": str(home), "PYTHONPATH": str(PROJECT)}
    options = ["--warehouse", "warehouse", "--port", str(port), "--every", "1"]
    serving = subprocess.Popen(
        [BIN / "banmian", "serve", "inbox", *options],
        cwd=tmp_path,
        env=settings,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        until(lambda: server.answers(f"http://127.0.0.1:{port}/api"), SECONDS, "the server")
        shutil.copy(SEEDS / "000_7916b8fcdf412def.txt", tmp_path / "inbox/a.txt")
        until((tmp_path / "warehouse/current").exists, SECONDS, "a snapshot")
        automations = Site(tmp_path, {}, f"http://127.0.0.1:{port}/api").ask("/automations/filter", limit=9)
        assert [one["name"] for one in automations] == ["banmian-dead-runs"]
        family = descendants(serving.pid)
        assert len(family) >= 3
        serving.send_signal(signal.SIGINT)
        told, _ = serving.communicate(timeout=60)
        until(lambda: not any(map(is_alive, family)), 15, "the end of all that was started")
        assert f"http://127.0.0.1:{port}" in told and "Traceback" not in told, told
    finally:
        for pid in descendants(serving.pid):
            os.kill(pid, signal.SIGKILL)


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["nowhere"], "nowhere: does not exist"),
        (["seeds", "--cron", "at night"], "--cron 'at night'"),
        (["seeds", "--older-than", "long"], "--older-than: 'long' is no age"),
        (["seeds", "--pattern", "{x}"], "--pattern {x}"),
        (["seeds", "--every", "0"], "'0' is not a number above 0"),
        (["seeds", "--every", "4000"], "up to 3600 seconds"),
        (["seeds", "--every", "nan"], "not a number above 0"),
    ],
)
def test_serving_refuses_what_it_can_not_serve(banmian: Banmian, options: list[str], told: str) -> None:
    said = banmian("serve", *options, "--port", free_port(), cwd=PROJECT)
    assert said.returncode == 2 and told in said.stderr, said.stderr
    assert "Traceback" not in said.stderr


def test_watching_needs_a_server(banmian: Banmian, environment: dict[str, str]) -> None:
    said = banmian("watch", SEEDS)
    assert said.returncode == 2 and "no Prefect server is configured" in said.stderr
    gone = environment | {"PREFECT_API_URL": f"http://127.0.0.1:{free_port()}/api"}
    said = banmian("watch", SEEDS, env=gone)
    assert said.returncode == 1 and "does not answer" in said.stderr and "Traceback" not in said.stderr


def test_pages_count_once_they_have_come_to_rest(tmp_path: Path) -> None:
    import threading

    stop = threading.Event()
    page = tmp_path / "a.txt"
    page.write_text("一")
    told = watch.arrivals([str(tmp_path)], tmp_path / "warehouse", stop, 0.05)
    assert next(told) == [str(page)]

    def grow() -> None:
        for _ in range(20):
            with (tmp_path / "b.txt").open("a") as file:
                file.write("一")
            time.sleep(0.02)

    writer = threading.Thread(target=grow)
    writer.start()
    assert next(told) == [str(tmp_path / "b.txt")]
    assert (tmp_path / "b.txt").read_text() == "一" * 20
    writer.join()
    (tmp_path / "a.json").write_text('{"page": "1"}')
    assert next(told) == [str(page)]
    page.unlink()
    assert next(told) == [str(page)]
    stop.set()
    assert list(told) == []
