"""Shards as deployment runs: a real server, a work pool with two real workers, and deaths of both kinds."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
from conftest import BANMIAN, PROJECT
from prefect.client.schemas.objects import FlowRun
from test_flows_runners import family, files, issue, kill, plainly_built, process

from flows import plan
from flows.errors import BuildFailed
from flows.jobs import Job
from flows.parameters import BuildParameters
from flows.runners import read_shards, workers
from warehouse.snapshots import LOCK, STAGING

__all__ = ["issue"]  # a fixture

PREFECT = Path(sys.executable).with_name("prefect")
DEPLOYMENT = "read-shards/read-shards"


def job_of(size: int) -> Job:
    return Job(plan.Batch("0", (), {}, {"a": size}, ""), "", "", {})


@pytest.mark.parametrize(
    ("sizes", "groups"),
    [
        ([], []),
        ([3], [[3]]),
        ([4, 4, 4, 4, 4], [[4, 4], [4, 4], [4]]),
        ([11, 1, 1], [[11], [1, 1]]),
        ([1, 10, 9, 2], [[1], [10], [9], [2]]),
    ],
)
def test_jobs_are_grouped_by_their_bytes(sizes: list[int], groups: list[list[int]]) -> None:
    made = workers._grouped([job_of(size) for size in sizes], 10)
    assert [[job.size for job in group] for group in made] == groups


# --- what a worker refuses ------------------------------------------------------------------------------------------


def lay(path: Path, text: str = "[]") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


@pytest.mark.parametrize(
    ("where", "told"),
    [
        ("orders/0001.json", "lies in no warehouse"),
        ("staging/orders/0001.json", "lies in no warehouse"),
        (".staging/orders/deeper/0001.json", "lies in no warehouse"),
        (".staging/other/0001.json", "not the orders of a build"),
        (".staging/orders/0001.txt", "not the orders of a build"),
    ],
)
def test_a_worker_reads_no_orders_from_elsewhere(tmp_path: Path, where: str, told: str) -> None:
    (tmp_path / LOCK).touch()
    orders = lay(tmp_path / where)
    with pytest.raises(BuildFailed, match=told):
        read_shards.read_shards.fn(orders)


def test_a_link_out_of_the_staging_folder_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / LOCK).touch()
    (tmp_path / STAGING / "orders").mkdir(parents=True)
    link = tmp_path / STAGING / "orders/0001.json"
    link.symlink_to(lay(tmp_path / "elsewhere.json"))
    with pytest.raises(BuildFailed, match="not the orders of a build"):
        read_shards.read_shards.fn(link)


def test_orders_without_a_build_are_refused(tmp_path: Path) -> None:
    orders = lay(tmp_path / STAGING / "orders/0001.json")
    with pytest.raises(BuildFailed, match="the build has ended"):
        read_shards.read_shards.fn(orders)


@pytest.mark.parametrize(
    "text", ["", "[]", '[{"shard": "1", "machine": "m", "folder": "", "result": null, "refusal": ""}]']
)
def test_answers_of_another_kind_are_refused(tmp_path: Path, text: str) -> None:
    lay(read_shards.answers_to(tmp_path / "0001.json"), text)
    with pytest.raises(BuildFailed, match="not the answers to its orders: is the same version"):
        list(workers._taken_over(workers._Group([job_of(1)], tmp_path / "0001.json")))


# --- a real server and real workers ---------------------------------------------------------------------------------


@pytest.fixture
def pool_name(request: pytest.FixtureRequest) -> str:
    """The flow deployed to a work pool of this test's own: workers of another test look alive for a while."""
    request.getfixturevalue("prefect_server")
    name = f"pool-{os.urandom(4).hex()}"
    from prefect import get_client
    from prefect.client.schemas.actions import WorkPoolCreate

    with get_client(sync_client=True) as client:
        client.create_work_pool(WorkPoolCreate(name=name, type="process"), overwrite=True)
    entry = "flows/runners/read_shards.py:read_shards"
    found: Any = read_shards.read_shards.from_source(source=str(PROJECT), entrypoint=entry)
    found.deploy(name="read-shards", work_pool_name=name, print_next_steps=False)
    return name


@contextmanager
def two_workers(pool_name: str, home: Path) -> Iterator[list[subprocess.Popen[bytes]]]:
    from prefect.settings import PREFECT_API_URL

    env = os.environ | {
        "PREFECT_API_URL": str(PREFECT_API_URL.value()),
        "PREFECT_HOME": str(home),
        "PREFECT_WORKER_QUERY_SECONDS": "1",
        "PYTHONPATH": str(PROJECT),
    }
    with ExitStack() as stack:
        yield [
            stack.enter_context(
                process(
                    *(PREFECT, "worker", "start", "--pool", pool_name, "--type", "process", "--limit", "1"),
                    *("--name", f"worker-{number}"),
                    env=env,
                )
            )
            for number in range(2)
        ]


def until_online(pool_name: str, count: int) -> None:
    from prefect import get_client

    with get_client(sync_client=True) as client:
        deadline = time.monotonic() + 60
        while sum(one.status == "ONLINE" for one in client.read_workers_for_work_pool(pool_name)) < count:
            assert time.monotonic() < deadline
            time.sleep(0.5)


def strike(staging: Path, started: list[subprocess.Popen[bytes]], also_the_worker: bool) -> list[str]:
    """Waits until a worker's run writes a shard, and kills it; where the machine is to die, the worker before it."""
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        at_work = [one for one in started if len(family(one.pid)) > 2]
        if at_work and len(list(staging.glob("shard-*"))) > 1:
            victims = family(at_work[0].pid)
            for victim in victims if also_the_worker else victims[1:]:
                kill(victim.pid)
            return [str(victim.pid) for victim in victims]
        time.sleep(0.05)
    return []


@pytest.mark.slow
@pytest.mark.timeout(600)  # each run starts a process of its own, in turn
@pytest.mark.parametrize("also_the_worker", [False, True], ids=["a run is killed", "a machine dies"])
def test_a_death_at_work_changes_no_byte(
    issue: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pool_name: str, also_the_worker: bool
) -> None:
    from prefect import get_client

    from flows.flow import build_flow

    monkeypatch.setattr(workers, "SILENT_SECONDS", 12.0)
    parameters = BuildParameters(
        sources=[str(issue)], warehouse=tmp_path / "w", runner="workers", run_bytes=200_000, jobs=1
    )
    struck: list[str] = []
    with two_workers(pool_name, tmp_path / "home") as started:
        until_online(pool_name, 2)
        staging = tmp_path / "w" / STAGING
        striking = threading.Thread(target=lambda: struck.extend(strike(staging, started, also_the_worker)))
        striking.start()
        state = build_flow(parameters, return_state=True)
        striking.join()
        outcome = state.result()
    assert struck
    assert files(outcome.published.path) == files(plainly_built(parameters, tmp_path / "plain").published.path)
    assert not staging.exists()
    with get_client(sync_client=True) as client:
        own = state.state_details.flow_run_id
        tasks = {task.id for task in client.read_task_runs() if task.flow_run_id == own}
        runs = [run for run in client.read_flow_runs() if run.parent_task_run_id in tasks]
    ends = sorted((run.name, run.state_name) for run in runs)
    assert 3 <= len([name for name, end in ends if end == "Completed"]) == len(runs) - 1 < len(outcome.plan.batches)
    (crashed,) = [name for name, end in ends if end == "Crashed"]
    assert (crashed.removesuffix("1") + "2", "Completed") in ends
    assert all(set(run.parameters) == {"orders"} for run in runs)


@pytest.mark.slow
def test_nobody_to_work_is_told_at_once(pages: Path, tmp_path: Path, pool_name: str) -> None:
    from flows.flow import build_flow

    given = {"sources": [str(pages)], "warehouse": tmp_path / "w", "runner": "workers"}
    with pytest.raises(BuildFailed, match="has no deployment read-shards/other: deploy the flow first"):
        build_flow(BuildParameters.model_validate(given | {"workers_deployment": "read-shards/other"}))
    with pytest.raises(BuildFailed, match=f"no worker of the work pool {pool_name} is at work: start some"):
        build_flow(BuildParameters.model_validate(given))
    assert not (tmp_path / "w").exists()


@contextmanager
def a_worker_that_only_looks_alive(pool_name: str) -> Iterator[None]:
    """Its runs are for the test to end."""
    from prefect import get_client

    with get_client(sync_client=True) as client:
        client._client.post(f"/work_pools/{pool_name}/workers/heartbeat", json={"name": "idle"}).raise_for_status()
    yield


@pytest.mark.slow
def test_a_run_that_crashes_each_time_fails_the_build(pages: Path, tmp_path: Path, pool_name: str) -> None:
    from prefect import get_client
    from prefect.states import Crashed

    from flows.flow import build_flow

    done = threading.Event()

    def crash_all() -> None:
        with get_client(sync_client=True) as client:
            while not done.wait(0.2):
                for run in client.read_flow_runs():
                    if run.name.startswith("shards-") and not (run.state and run.state.is_final()):
                        client.set_flow_run_state(run.id, Crashed(message="out of memory"), force=True)

    parameters = BuildParameters(sources=[str(pages)], warehouse=tmp_path / "w", runner="workers")
    crashing = threading.Thread(target=crash_all)
    crashing.start()
    try:
        with a_worker_that_only_looks_alive(pool_name):
            told = r"the run shards-0001-3 \(.*\) ended as Crashed, as did those before it: out of memory"
            with pytest.raises(BuildFailed, match=told):
                build_flow(parameters)
    finally:
        done.set()
        crashing.join()
    assert not (tmp_path / "w").exists()


@pytest.mark.slow
def test_a_build_that_is_stopped_cancels_its_runs(
    pages: Path, tmp_path: Path, pool_name: str, environment: dict[str, str]
) -> None:
    from prefect import get_client
    from prefect.settings import PREFECT_API_URL

    env = environment | {"PREFECT_API_URL": str(PREFECT_API_URL.value())}
    command = [BANMIAN, "build", pages, "--warehouse", tmp_path / "w", "--runner", "workers"]
    with get_client(sync_client=True) as client:
        known = {run.id for run in client.read_flow_runs()}
        with (
            a_worker_that_only_looks_alive(pool_name),
            subprocess.Popen([*map(str, command)], env=env, stderr=subprocess.PIPE, text=True) as started,
        ):
            mine: list[FlowRun] = []
            while not mine:
                assert started.poll() is None
                time.sleep(0.2)
                new = [run for run in client.read_flow_runs() if run.id not in known]
                mine = [run for run in new if run.name.startswith("shards-")]
            started.send_signal(signal.SIGINT)
            _, said = started.communicate(timeout=30)
        assert started.returncode == 130, said
        assert [client.read_flow_run(run.id).state_name for run in mine] == ["Cancelled"]
    assert not (tmp_path / "w").exists()
