"""Batches as deployment runs: each takes some shards, on any worker of a work pool that sees the shared folders.

    before  640 jobs of 4 MB
    after   40 runs of `read-shards/read-shards`, then 640 results

A run costs seconds of Prefect's, so it gets `run_bytes` of pages. A run that crashed, or of which nothing was heard for
a while, is started again, some times; what was given up may go on, it does no harm (`elsewhere`). The runs are those of
this build's run: who cancels it cancels them.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast
from uuid import UUID

from prefect import get_client
from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterId
from prefect.client.schemas.objects import FlowRun, State, WorkerStatus
from prefect.client.schemas.responses import DeploymentResponse
from prefect.deployments import run_deployment
from prefect.exceptions import ObjectNotFound
from prefect.states import Cancelling, Crashed

from flows import pool, wire
from flows.errors import BuildFailed
from flows.jobs import BatchResult, Job
from flows.parameters import BuildParameters
from flows.runners import Runner
from flows.runners.elsewhere import Answer, order_for, taken_over
from flows.runners.read_shards import FOLDER, answers_to, put, sign_of_life
from warehouse.errors import refusals
from warehouse.urls import redacted

ATTEMPTS = 3
SILENT_SECONDS = 60.0
"""Of a run that touches its sign of life every few seconds: then it is dead."""
START_SECONDS = 600.0
"""That a worker may take from taking up a run to its first sign of life."""
DESERTED_SECONDS = 60.0
SHORTEST_SECONDS, LONGEST_SECONDS = 0.5, 8.0
"""Between two looks: twice as long each time that nothing has changed."""
PAGE = 200
"""Runs that the API tells of at once."""


def runner(parameters: BuildParameters) -> Runner:
    """Carries out batches through a deployment."""

    def run(jobs: Sequence[Job]) -> Iterator[BatchResult]:
        with get_client(sync_client=True) as client:
            shift = _Shift(client, _deployment(client, parameters.workers_deployment))
            shift.require_workers()
            try:
                shift.start(_grouped(jobs, parameters.run_bytes))
                yield from shift.results()
            finally:
                shift.cancel()

    return run


def _deployment(client: SyncPrefectClient, name: str) -> DeploymentResponse:
    try:
        return client.read_deployment_by_name(name)
    except (ObjectNotFound, ValueError) as cause:
        raise BuildFailed(
            f"the Prefect server at {redacted(client.api_url)} has no deployment {name}: deploy the flow first"
            f" (`prefect deploy --name {name.rpartition('/')[2]}`)"
        ) from cause


def _grouped(jobs: Sequence[Job], size: int) -> list[list[Job]]:
    """The jobs in groups of about so many bytes, in their order; a larger one is alone."""
    groups: list[list[Job]] = []
    room = 0
    for job in jobs:
        if not groups or job.size > room:
            groups.append([])
            room = size
        groups[-1].append(job)
        room -= job.size
    return groups


@dataclass(slots=True)
class _Group:
    """Some jobs, the file of their orders, and how the run that is at them fares."""

    jobs: list[Job]
    orders: Path
    attempts: int = 0
    sign: int = 0
    """The time of its sign of life, as the file system tells it."""
    heard: float = field(default_factory=time.monotonic)
    """When that changed, or when the run was last seen to wait for a worker, by the clock of this machine."""

    def is_silent(self) -> bool:
        """Whether there was no sign of life for long."""
        with suppress(OSError):
            if (sign := sign_of_life(self.orders).stat().st_mtime_ns) != self.sign:
                self.sign, self.heard = sign, time.monotonic()
        return time.monotonic() - self.heard > (SILENT_SECONDS if self.sign else START_SECONDS)


class _Shift:
    """The runs of one build."""

    def __init__(self, client: SyncPrefectClient, deployment: DeploymentResponse) -> None:
        self.client = client
        self.deployment = deployment
        self.groups: dict[UUID, _Group] = {}
        """Those at work or waiting, by the id of their run."""
        self.seen = time.monotonic()
        """When there was a worker last."""

    def require_workers(self) -> None:
        """Raises BuildFailed where nobody is there to take up a run. Without a work pool one can't know."""
        if (name := self.deployment.work_pool_name) and not self._has_workers(name):
            raise BuildFailed(
                f"no worker of the work pool {name} is at work: start some, on machines that see the shared folders"
                f" (`prefect worker start --pool {name}`)"
            )

    def _has_workers(self, pool_name: str) -> bool:
        workers = self.client.read_workers_for_work_pool(pool_name)
        return any(worker.status == WorkerStatus.ONLINE for worker in workers)

    def start(self, groups: list[list[Job]]) -> None:
        """Writes the orders and starts a run for each group."""
        folder = Path(groups[0][0].folder).parent / FOLDER
        with refusals(folder, "write the orders"):
            folder.mkdir()
            for number, jobs in enumerate(groups, 1):
                orders = folder / f"{number:04}.json"
                put(orders, wire.dumps(tuple(order_for(job) for job in jobs)))
                self._start(_Group(jobs, orders))

    def _start(self, group: _Group) -> None:
        group.attempts += 1
        group.sign, group.heard = 0, time.monotonic()
        sign_of_life(group.orders).unlink(missing_ok=True)
        run = run_deployment(
            self.deployment.id,
            parameters={"orders": str(group.orders)},
            flow_run_name=f"shards-{group.orders.stem}-{group.attempts}",
            timeout=0,
        )
        self.groups[cast(FlowRun, run).id] = group

    def results(self) -> Iterator[BatchResult]:
        """The results of each run as it comes to its end. Raises BuildFailed, PublicationFailed or Stopped."""
        pause = SHORTEST_SECONDS
        while self.groups:
            pool.rest(pause)
            ended = self._ended()
            for group in ended:
                yield from _taken_over(group)
            pause = SHORTEST_SECONDS if ended else min(2 * pause, LONGEST_SECONDS)

    def _ended(self) -> list[_Group]:
        """The groups that are done now; those that came to a bad end are started again."""
        done = []
        waiting = False
        for run in self._read():
            group, state = self.groups[run.id], run.state
            if state is None or state.is_scheduled():
                group.heard, waiting = time.monotonic(), True
            elif state.is_completed() and answers_to(group.orders).exists():
                done.append(self.groups.pop(run.id))
            elif state.is_final():
                self._again(run, state)
            elif group.is_silent():
                self._again(run, self._given_up(run))
        self._look_for_workers(waiting)
        return done

    def _read(self) -> Iterator[FlowRun]:
        ids = list(self.groups)
        for first in range(0, len(ids), PAGE):
            which = FlowRunFilter(id=FlowRunFilterId(any_=ids[first : first + PAGE]))
            yield from self.client.read_flow_runs(flow_run_filter=which, limit=PAGE)

    def _again(self, run: FlowRun, state: State) -> None:
        group = self.groups.pop(run.id)
        if state.is_cancelled():
            raise BuildFailed(f"the run {run.name} ({run.id}) was cancelled, so nothing is published")
        if group.attempts == ATTEMPTS:
            raise BuildFailed(
                f"the run {run.name} ({run.id}) ended as {state.name}, as did those before it: {state.message}"
            )
        self._start(group)

    def _given_up(self, run: FlowRun) -> State:
        """The end of a run of which nothing is heard any more, told to the server as well."""
        state: State = Crashed(message="nothing was heard of it any more: its worker is gone")
        self.client.set_flow_run_state(run.id, state, force=True)
        return state

    def _look_for_workers(self, waiting: bool) -> None:
        """Raises BuildFailed where runs wait and all workers have been gone for a while."""
        now = time.monotonic()
        if not waiting:
            self.seen = now
        if now - self.seen > DESERTED_SECONDS:
            self.require_workers()
            self.seen = now

    def cancel(self) -> None:
        """Cancels the runs that are left; where the server is gone, too, there is nobody to tell."""
        for run_id in self.groups:
            with suppress(Exception):
                self.client.set_flow_run_state(run_id, Cancelling(message="the build has ended"))


def _taken_over(group: _Group) -> Iterator[BatchResult]:
    path = answers_to(group.orders)
    with refusals(path, "read the answers"):
        text = path.read_text(encoding="utf-8")
    try:
        answers = {answer.shard: answer for answer in wire.loads(tuple[Answer, ...], text)}
        pairs = [(job, answers[job.batch.shard]) for job in group.jobs]
    except (ValueError, KeyError) as cause:
        raise BuildFailed(
            f"{path}: not the answers to its orders: is the same version of banmian everywhere?"
        ) from cause
    for job, answer in pairs:
        yield taken_over(job, answer)
