"""Who carries out the batches of a build: processes of this machine, a Dask cluster, or workers of a Prefect work pool.

    before  BuildParameters(runner="dask", address="tcp://127.0.0.1:8786")
    after   a function from jobs to their results, in any order, each as it comes

A runner is a module. One that needs a thread to wait for each batch gets a `Spread`: plain threads, or Prefect's tasks.
Whoever carries out a batch elsewhere needs nothing but the shared folders (`elsewhere`); only this build publishes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from flows import pool
from flows.jobs import BatchResult, Job

if TYPE_CHECKING:
    from flows.parameters import BuildParameters

Runner = Callable[[Sequence[Job]], Iterator[BatchResult]]
"""Carries out batches, in any order and on any machine that sees the folders, and yields each result as it comes."""


@dataclass(frozen=True, slots=True)
class Crew:
    """`carry_out` does one batch and returns when it is done; `size` calls at once leave nobody without work.

    `let_go` makes all calls return at once, in whatever way: for a build that comes to its end before its batches.
    """

    carry_out: Callable[[Job], BatchResult]
    size: int
    let_go: Callable[[], None]


class Spread(Protocol):
    """Gives each of many batches to a crew and yields each result as it comes."""

    def __call__(self, jobs: Sequence[Job], crew: Crew) -> Iterator[BatchResult]: ...


def runner_for(parameters: BuildParameters, spread: Spread) -> Runner:
    """The runner that was asked for. What it needs is imported and reached only when there are batches."""
    if parameters.runner == "dask":
        from flows.runners import dask

        return dask.runner(str(parameters.address), spread)
    if parameters.runner == "workers":
        from flows.runners import workers

        return workers.runner(parameters)
    return lambda jobs: spread(jobs, here())


def here() -> Crew:
    """The processes of the open pool, and one call more so that none waits for work."""
    return Crew(pool.run, pool.processes() + 1, pool.give_up)
