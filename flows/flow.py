"""The build as a Prefect flow: one parameter model, one task per batch; and the removal of old snapshots as another.

Tasks are threads that wait for whoever carries out a batch (`flows.runners`), one pool of worker processes as a rule:
Prefect sees every batch, and its cost stays that of some dozen tasks however many pages there are. Nothing is cached by
Prefect: the manifest of the warehouse decides what to do again, since it knows the digests of sources and rules.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextvars import ContextVar
from typing import Any

from prefect import flow, get_run_logger, tags, task
from prefect.cache_policies import NO_CACHE
from prefect.futures import PrefectFuture, as_completed
from prefect.task_runners import TaskRunner, ThreadPoolTaskRunner
from prefect.utilities.annotations import opaque

from flows import mirrors, seen, server
from flows.ages import age
from flows.build import Outcome, build
from flows.errors import NothingSettled
from flows.jobs import BatchResult, Job
from flows.parameters import BuildParameters, ExpireParameters
from flows.plan import Plan
from flows.run_log import tell
from flows.runners import Crew, runner_for
from flows.snapshots import now, of_expiry
from warehouse.history import Expired

_plan_at_hand: ContextVar[Plan | None] = ContextVar("plan at hand", default=None)


@task(name="read-batch", cache_policy=NO_CACHE, persist_result=False)
def read_batch(job: Job, carry_out: Callable[[Job], BatchResult]) -> BatchResult:
    """One batch: its pages read and written as one shard."""
    result = carry_out(job)
    tell(result)
    return result


@flow(
    name="build",
    persist_result=False,
    description="Turns pages into the tables of one published snapshot.",
)
def build_flow(parameters: BuildParameters) -> Outcome:
    """Builds what changed and publishes it; or ends NothingNew where nothing did, PartlyBuilt where a page failed."""
    log = get_run_logger()
    try:
        with seen.progress_shown(parameters.warehouse, log):
            outcome = build(parameters, runner_for(parameters, _in_tasks), _plan_at_hand.get())
    except NothingSettled as nothing:
        return seen.nothing_settled(nothing)  # type: ignore[return-value]
    seen.tell_sources(outcome, log)
    seen.leave(outcome, parameters.warehouse, log)
    return seen.final_state(outcome)  # type: ignore[return-value]  # Prefect gives the caller what the state holds


@flow(name="expire", persist_result=False, description="Removes the snapshots that stopped being current long ago.")
def expire_flow(parameters: ExpireParameters) -> Expired:
    """Removes old snapshots; never the current one, nor one that a reader has open."""
    log = get_run_logger()
    moment = now()
    before = moment - age(parameters.older_than)
    done = mirrors.expired(parameters.warehouse, before, moment.isoformat(), parameters.dry_run, log.info)
    log.info(of_expiry(done, parameters.older_than, parameters.dry_run))
    return done


def _in_tasks(jobs: Sequence[Job], crew: Crew) -> Iterator[BatchResult]:
    """A thread waits for each of the crew. How many they are is known only now, so the flow's own threads won't do."""
    with ThreadPoolTaskRunner[BatchResult](max_workers=crew.size) as threads:
        try:
            for future in as_completed([_submitted(threads, job, crew) for job in jobs]):
                yield future.result()
        except (
            BaseException
        ):  # a run that is cancelled, above all: the threads must not be waited for till they are done
            crew.let_go()
            raise


def _submitted(threads: TaskRunner[Any], job: Job, crew: Crew) -> PrefectFuture[BatchResult]:
    named = read_batch.with_options(task_run_name=f"batch-{job.batch.shard}")
    # `opaque` keeps Prefect from searching each page of the batch for futures.
    parameters = {"job": opaque(job), "carry_out": opaque(crew.carry_out)}
    return threads.submit(named, parameters)  # type: ignore[no-any-return]  # it has no type for any task runner


def run(parameters: BuildParameters, plan: Plan | None = None) -> Outcome:
    """Runs the flow here.

    A `plan` made before spares the flow to read all sources for another one. It is no parameter of the flow: Prefect
    would store every page of it. Raises what `build` raises.
    """
    token = _plan_at_hand.set(plan)
    try:
        with tags(server.TAG):
            outcome = build_flow(parameters)
    finally:
        _plan_at_hand.reset(token)
    if isinstance(outcome, NothingSettled):
        raise outcome
    return outcome
