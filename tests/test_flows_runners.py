"""Builds beyond one machine: on a real Dask cluster and by real workers of a work pool, some of them killed at work.

What is compared is bytes: whoever read the pages, and however often, the tables are those of the plain build.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import psutil
import pytest
from conftest import BANMIAN, SEEDS, Banmian
from machine import free_port
from pydantic import ValidationError

from flows import plan, pool, progress
from flows.build import Outcome, build, in_threads
from flows.errors import BuildFailed
from flows.jobs import Job
from flows.parameters import BuildParameters
from flows.runners import dask, elsewhere, runner_for
from flows.runners.elsewhere import carry_out, order_for, taken_over
from warehouse.snapshots import Publication

LOOPBACK = "127.0.0.1"
DASK = Path(sys.executable).with_name("dask")
PREFECT = Path(sys.executable).with_name("prefect")
PARTS = 14


@pytest.fixture
def issue(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of pages that fall into a dozen shards or more, of which each takes a while."""
    monkeypatch.setattr(plan, "SHARD_BYTES", 40_000)
    folder = tmp_path / "issue"
    folder.mkdir()
    for number in range(PARTS):
        for seed in sorted(SEEDS.glob("*.txt")):
            (folder / f"{seed.stem[:3]}-{number:02}.txt").write_bytes(seed.read_bytes() + f"\n{number:07}".encode())
    return folder


def files(root: Path) -> dict[str, bytes]:
    return {str(path.relative_to(root)): path.read_bytes() for path in sorted(root.rglob("*.parquet"))}


@contextmanager
def process(*command: object, env: dict[str, str] | None = None) -> Iterator[subprocess.Popen[bytes]]:
    """A process while the block lasts, and its children with it."""
    started = subprocess.Popen([*map(str, command)], env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield started
    finally:
        for one in family(started.pid):
            kill(one.pid)
        started.wait()


def family(pid: int) -> list[psutil.Process]:
    """A process and all below it."""
    try:
        return [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def kill(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return


@dataclass
class Cluster:
    address: str
    scheduler: subprocess.Popen[bytes]
    workers: list[subprocess.Popen[bytes]]


@contextmanager
def cluster(workers: int) -> Iterator[Cluster]:
    """A scheduler and workers, a process each."""
    address = f"tcp://{LOOPBACK}:{free_port()}"
    with ExitStack() as stack:
        quiet = ["--host", LOOPBACK, "--no-dashboard"]
        scheduler = stack.enter_context(process(DASK, "scheduler", *quiet, "--port", address.rpartition(":")[2]))
        command = [DASK, "worker", address, *quiet, "--no-nanny", "--nthreads", "1"]
        yield Cluster(address, scheduler, [stack.enter_context(process(*command)) for _ in range(workers)])


@dataclass
class Onlooker(progress.Silent):
    """Sees each batch come in, and the folders that workers made for theirs."""

    staging: Path
    after: int
    strike: Callable[[], None]
    """What to do when so many batches have come in."""
    done: int = 0
    folders: set[str] = field(default_factory=set)
    building: bool = False

    @property
    def attempts(self) -> Counter[str]:
        """How often each shard was begun, as far as seen."""
        return Counter(name.split("-")[1] for name in self.folders)

    def phase(self, name: str, _total: int) -> None:
        self.building = name == "building"

    def advance(self, _done: int) -> None:
        if self.building:
            self.done += 1
            self.folders |= {path.name for path in self.staging.glob("shard-*")}
            if self.done == self.after:
                self.strike()


@contextmanager
def looked_on(onlooker: Onlooker) -> Iterator[None]:
    before = progress.listener
    progress.listen(onlooker)
    try:
        yield
    finally:
        progress.listen(before)


def plainly_built(parameters: BuildParameters, root: Path) -> Outcome:
    plain = parameters.model_copy(update={"warehouse": root, "runner": "processes", "address": None})
    return build(plain, in_threads)


# --- what is refused ------------------------------------------------------------------------------------------------

REFUSED = [
    ({"runner": "dask"}, "--runner dask needs its scheduler, e.g. --address tcp://127.0.0.1:8786"),
    ({"runner": "dask", "address": "127.0.0.1"}, "not 127.0.0.1"),
    ({"runner": "dask", "address": "tcp://[::1"}, "not tcp://"),
    ({"runner": "dask", "address": "http://127.0.0.1:8786"}, "not http://127.0.0.1:8786"),
    ({"runner": "workers", "address": "tcp://127.0.0.1:8786"}, "--address is for --runner dask alone"),
    ({"address": "tcp://127.0.0.1:8786"}, "--address is for --runner dask alone"),
    ({"runner": "ray"}, "runner"),
    ({"runner": "workers", "run_bytes": 0}, "run_bytes"),
]


@pytest.mark.parametrize(("given", "told"), REFUSED)
def test_parameters_that_do_not_fit_together_are_refused(given: dict[str, object], told: str) -> None:
    with pytest.raises(ValidationError, match=told.replace("(", r"\(").replace("[", r"\[")):
        BuildParameters.model_validate({"sources": ["seeds"], **given})


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--runner", "dask"], "banmian: --runner dask needs its scheduler, e.g. --address tcp://127.0.0.1:8786"),
        (["--runner", "workers"], "banmian: --runner workers needs a Prefect server: set PREFECT_API_URL"),
        (["--address", "tcp://127.0.0.1:1"], "banmian: --address is for --runner dask alone"),
    ],
)
def test_the_command_line_says_what_a_runner_needs(banmian: Banmian, options: list[str], told: str) -> None:
    said = banmian("build", SEEDS, *options)
    assert said.returncode == 2
    assert told in said.stderr


def test_a_scheduler_that_is_not_there_is_told_within_seconds(
    pages: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dask, "CONNECT_SECONDS", 1)
    address = f"tcp://{LOOPBACK}:{free_port()}"
    parameters = BuildParameters(sources=[str(pages)], warehouse=tmp_path / "w", runner="dask", address=address)
    with pytest.raises(BuildFailed, match=f"no Dask scheduler answers at {address}: start one"):
        build(parameters, runner_for(parameters, in_threads))
    assert not (tmp_path / "w").exists()


# --- a batch elsewhere ----------------------------------------------------------------------------------------------


@contextmanager
def a_job(pages: Path, root: Path) -> Iterator[Job]:
    """A job of a build that is at work."""
    batch = plan.make_plan(BuildParameters(sources=[str(pages)], warehouse=root)).batches[0]
    with Publication.begin(root) as publication, pool.opened(1):
        yield Job(batch, str(publication.folder), plan.rules_digest(), {"pos": False})


def test_two_at_work_on_one_shard_do_each_other_no_harm(pages: Path, tmp_path: Path) -> None:
    with a_job(pages, tmp_path / "w") as job:
        first, late = carry_out(order_for(job)), carry_out(order_for(job))
        result = taken_over(job, first)
        taken = files(Path(job.folder))
        assert set(taken) == {file.path for file in result.summary.files}
        assert not Path(first.folder).exists()
        again = carry_out(order_for(job))
        assert files(Path(job.folder)) == taken
        assert late.result and again.result and late.result.summary == again.result.summary == result.summary
    too_late = carry_out(order_for(job))
    assert too_late.result is None and "the build has ended" in too_late.refusal
    assert not (tmp_path / "w").exists()


def test_a_worker_with_other_rules_refuses(pages: Path, tmp_path: Path) -> None:
    with a_job(pages, tmp_path / "w") as job:
        other = carry_out(order_for(replace(job, rules="0" * 64)))
        assert other.result is None
        with pytest.raises(
            BuildFailed, match=r"its rules \(.*\) are not those of the build \(0{12}\): install the same"
        ):
            taken_over(job, other)
        with pytest.raises(BuildFailed, match="its version of pyarrow is not that of the build"):
            taken_over(job, carry_out(replace(order_for(job), layout="0")))
        assert list(Path(job.folder).parent.glob("shard-*")) == []


def test_a_fault_of_the_program_is_told_with_its_place(
    pages: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(_: object) -> None:
        raise KeyError("no such thing")

    with a_job(pages, tmp_path / "w") as job:
        monkeypatch.setattr(elsewhere.pool, "run", failing)
        with pytest.raises(BuildFailed, match=r"(?s)could not carry out shard 0.*in failing.*no such thing"):
            taken_over(job, carry_out(order_for(job)))


@pytest.mark.parametrize("where", ["folder", "w/folder", "w/.staging", ".staging/folder"])
def test_a_worker_writes_into_a_warehouse_at_work_and_nowhere_else(pages: Path, tmp_path: Path, where: str) -> None:
    with a_job(pages, tmp_path / "w") as job:
        (tmp_path / where).mkdir(parents=True, exist_ok=True)
        before = set(tmp_path.rglob("*"))
        answer = carry_out(order_for(replace(job, folder=str(tmp_path / where))))
        assert "lies in no warehouse that a build is at work on" in answer.refusal
        assert set(tmp_path.rglob("*")) == before


def test_an_answer_about_another_shard_is_refused(pages: Path, tmp_path: Path) -> None:
    with a_job(pages, tmp_path / "w") as job:
        answer = carry_out(order_for(job))
        assert answer.result
        wrong = replace(answer.result, summary=replace(answer.result.summary, shard="1"))
        for other in (replace(answer, folder=str(tmp_path)), replace(answer, result=wrong), replace(answer, shard="1")):
            with pytest.raises(BuildFailed, match="an answer about another shard than 0"):
                taken_over(job, other)
        taken_over(job, answer)


# --- Dask -----------------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_scheduler_without_workers_is_told_within_seconds(pages: Path, tmp_path: Path) -> None:
    with cluster(workers=0) as nobody:
        parameters = BuildParameters(
            sources=[str(pages)], warehouse=tmp_path / "w", runner="dask", address=nobody.address
        )
        began = time.monotonic()
        with pytest.raises(BuildFailed, match=f"has no workers: start some, e.g. `dask worker {nobody.address}"):
            build(parameters, runner_for(parameters, in_threads))
        assert time.monotonic() - began < 30


@pytest.mark.slow
@pytest.mark.usefixtures("prefect_server")
def test_a_dask_worker_killed_at_work_changes_no_byte(issue: Path, tmp_path: Path) -> None:
    from prefect import get_client

    from flows.flow import build_flow

    with cluster(workers=2) as two:
        parameters = BuildParameters(
            sources=[str(issue)], warehouse=tmp_path / "dask", runner="dask", address=two.address
        )
        onlooker = Onlooker(tmp_path / "dask/.staging", 3, two.workers[0].kill)
        with looked_on(onlooker):
            state = build_flow(parameters, return_state=True)
        outcome = state.result()
        assert two.workers[0].poll() == -signal.SIGKILL and two.workers[1].poll() is None
    shards = {batch.shard for batch in outcome.plan.batches}
    assert len(shards) > 8 and max(onlooker.attempts.values()) > 1, "a batch was cut off and carried out again"
    assert files(outcome.published.path) == files(plainly_built(parameters, tmp_path / "plain").published.path)
    assert not (tmp_path / "dask/.staging").exists()
    with get_client(sync_client=True) as client:
        tasks = [task for task in client.read_task_runs() if task.flow_run_id == state.state_details.flow_run_id]
    assert sorted(task.name for task in tasks) == [f"batch-{shard}" for shard in sorted(shards)]


@pytest.mark.slow
def test_all_workers_gone_is_told(issue: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dask, "DESERTED_SECONDS", 3)
    with cluster(workers=1) as one:
        parameters = BuildParameters(sources=[str(issue)], warehouse=tmp_path / "w", runner="dask", address=one.address)
        onlooker = Onlooker(tmp_path / "w/.staging", 2, one.workers[0].kill)
        with looked_on(onlooker), pytest.raises(BuildFailed, match="has no workers: start some"):
            build(parameters, runner_for(parameters, in_threads))
    assert not (tmp_path / "w").exists()


@pytest.mark.slow
def test_a_scheduler_that_dies_at_work_is_told(issue: Path, tmp_path: Path) -> None:
    with cluster(workers=1) as one:
        parameters = BuildParameters(sources=[str(issue)], warehouse=tmp_path / "w", runner="dask", address=one.address)
        onlooker = Onlooker(tmp_path / "w/.staging", 2, one.scheduler.kill)
        with looked_on(onlooker), pytest.raises(BuildFailed, match=r"the Dask scheduler at .* is gone: start it"):
            build(parameters, runner_for(parameters, in_threads))
    assert not (tmp_path / "w").exists()


@pytest.mark.slow
def test_a_fault_here_lets_the_cluster_go_at_once(issue: Path, tmp_path: Path) -> None:
    def trip() -> None:
        raise KeyError("tripped")

    with cluster(workers=1) as one:
        parameters = BuildParameters(sources=[str(issue)], warehouse=tmp_path / "w", runner="dask", address=one.address)
        with looked_on(Onlooker(tmp_path / "w/.staging", 1, trip)):
            began = time.monotonic()
            with pytest.raises(KeyError, match="tripped"):
                build(parameters, runner_for(parameters, in_threads))
            assert time.monotonic() - began < 20
        assert tasks_left(one.address) == 0


def tasks_left(address: str) -> int:
    """What the scheduler still holds."""
    from distributed import Client

    with Client(address, set_as_default=False) as client:
        deadline = time.monotonic() + 20
        while (left := client.run_on_scheduler(lambda dask_scheduler: len(dask_scheduler.tasks))) > 0:
            if time.monotonic() > deadline:
                break
            time.sleep(0.2)
        return int(left)


@pytest.mark.slow
def test_stopping_the_build_cancels_what_waits_on_dask(
    issue: Path, tmp_path: Path, environment: dict[str, str]
) -> None:
    # The default size of shards: one batch, which takes a while.
    with cluster(workers=1) as one:
        command = [BANMIAN, "build", issue, "--warehouse", "w", "--runner", "dask", "--address", one.address]
        with subprocess.Popen(
            [*map(str, command)], cwd=tmp_path, env=environment, stderr=subprocess.PIPE, text=True
        ) as started:
            while not list((tmp_path / "w/.staging").glob("shard-*")):
                assert started.poll() is None
                time.sleep(0.1)
            began = time.monotonic()
            started.send_signal(signal.SIGINT)
            _, said = started.communicate(timeout=30)
        assert time.monotonic() - began < 10
        assert started.returncode == 130 and "nothing was published" in said
        assert tasks_left(one.address) == 0
    assert not (tmp_path / "w/current").exists()
