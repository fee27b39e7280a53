"""The main job, as plain functions: plan, carry out what changed, publish once.

    before  BuildParameters(sources=["seeds"])
    after   Outcome: a snapshot with the tables of just these sources, or "nothing changed"

The Prefect flow in `flows.flow` and `banmian build --inline` run this same function; they differ in who carries out the
batches.
"""

from __future__ import annotations

import importlib.metadata
import os
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from flows import mirrors, pool, progress
from flows.errors import NothingSettled, Stopped
from flows.jobs import BatchResult, Failure, Job, job_of
from flows.parameters import BuildParameters
from flows.plan import Batch, Plan, lexicon_digests, make_plan, with_former
from flows.reporting import after_build
from flows.runners import Crew, Runner, here
from warehouse.snapshots import Publication, Published
from warehouse.thresholds import Thresholds

VERSIONS = ("banmian", "pyarrow", "jieba", "rjieba", "opencc-python-reimplemented", "prefect")


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a build ended. `results` are the batches of this run; those left as they were are not among them.

    `report` is the page that tells of a new snapshot; None where there was one already, or it can't be written.
    """

    plan: Plan
    published: Published
    results: tuple[BatchResult, ...]
    report: Path | None = None

    @property
    def failures(self) -> tuple[Failure, ...]:
        return tuple(failure for result in self.results for failure in result.failures)

    @property
    def left(self) -> tuple[str, ...]:
        """The names of the pages left for the next run, since they are still being written."""
        planned = [file.relative for file in self.plan.sources.files if file.document_id in self.plan.left]
        return tuple(sorted({*planned, *(name for result in self.results for name in result.left)}))

    @property
    def quarantined(self) -> int:
        """Pages put into quarantine by this run."""
        return sum(source.status == "quarantined" for result in self.results for source in result.read)


def build(parameters: BuildParameters, runner: Runner, plan: Plan | None = None) -> Outcome:
    """Bring the warehouse to just these sources.

    Raises UsageError, Stopped, NothingSettled, BuildFailed or a WarehouseError.
    """
    plan = plan or plan_for(parameters)
    with mirrors.changed(parameters.warehouse) as root:
        results, published = _published(parameters, runner, plan, root)
        report = after_build(root, published)
    return Outcome(plan, published, results, report)


def _published(
    parameters: BuildParameters, runner: Runner, plan: Plan, root: Path
) -> tuple[tuple[BatchResult, ...], Published]:
    with Publication.begin(root, on_wait=progress.note) as publication:
        jobs = _jobs(with_former(plan, publication.parent), publication, parameters)
        results = tuple(_carried_out(jobs, runner, publication, parameters))
        if pool.is_stopped():
            raise Stopped
        if publication.is_empty:
            raise NothingSettled([file.relative for file in plan.sources.files])
        return results, publication.publish(
            rules=plan.rules,
            created=datetime.now(UTC).isoformat(timespec="seconds"),
            versions={name: importlib.metadata.version(name) for name in VERSIONS},
            options=dict(plan.options),
            lexicons=lexicon_digests(),
            given=plan.given,
            thresholds=Thresholds(parameters.max_quarantined, parameters.max_drop),
        )


def plan_for(parameters: BuildParameters) -> Plan:
    """The plan, with progress shown."""

    def on_read(done: int, total: int) -> None:
        if done == 1:
            progress.phase("looking for changes", total)
        progress.advance(1)
        if pool.is_stopped():
            raise Stopped

    return make_plan(parameters, on_read, _pause)


def _pause(seconds: float) -> None:
    """Waits for pages to settle, unless someone stops the build."""
    progress.phase("waiting for pages that are being written", 0)
    pool.rest(seconds)


def _jobs(plan: Plan, publication: Publication, parameters: BuildParameters) -> list[Job]:
    """The batches that are to be carried out; all others are linked from the current snapshot.

    The largest come first: small ones at the end leave no process waiting for long.
    """
    parent = publication.parent
    before = {one.document_id: one.key for one in parent.sources} if plan.stamps and parent else {}
    jobs = [
        _job(batch, plan, publication, before, parameters)
        for batch in plan.batches
        if not plan.anew.isdisjoint(batch.keys) or not publication.reuse(batch.shard, batch.digest)
    ]
    return sorted(jobs, key=lambda job: -job.size)


def _job(
    batch: Batch, plan: Plan, publication: Publication, before: Mapping[str, str], parameters: BuildParameters
) -> Job:
    """A batch with what it may take over; `before` are the keys of all pages of the last snapshot."""
    anew = plan.anew - plan.left
    return replace(
        job_of(batch, plan, os.path.abspath(publication.folder), parameters),
        former=publication.former({name: key for name, key in batch.keys.items() if name not in anew}),
        before=publication.former({name: before[name] for name in batch.keys if name in before}),
        stamps={name: plan.stamps[name] for name in batch.keys if name in plan.stamps},
    )


def _carried_out(
    jobs: Sequence[Job], runner: Runner, publication: Publication, parameters: BuildParameters
) -> Iterator[BatchResult]:
    if not jobs:
        return
    progress.phase("building", sum(job.size for job in jobs))
    with _processes(parameters, len(jobs)):
        for result in runner(jobs):
            if result.summary.sources:  # all of them may have been left for the next run
                publication.stage(result.summary, result.digest)
            yield result


def _processes(parameters: BuildParameters, jobs: int) -> AbstractContextManager[None]:
    """The pool of worker processes; none where others do the work."""
    return pool.opened(min(parameters.jobs, jobs)) if parameters.runner == "processes" else nullcontext()


def in_threads(jobs: Sequence[Job], crew: Crew | None = None) -> Iterator[BatchResult]:
    """Carries out batches without Prefect; by the processes of the open pool where no crew is named."""
    crew = crew or here()
    with ThreadPoolExecutor(crew.size) as threads:
        try:
            for future in as_completed([threads.submit(crew.carry_out, job) for job in jobs]):
                yield future.result()
        except BaseException:  # whatever ended it, nobody wants the others any more
            crew.let_go()
            threads.shutdown(wait=False, cancel_futures=True)
            raise
