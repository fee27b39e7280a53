"""Batches on a Dask cluster: one thread here waits for each, what travels is JSON.

    before  Client("tcp://127.0.0.1:8786"), some Job
    after   client.submit(carried_out, '{"job": …}') -> '{"shard": "0c", …}'

Dask gives the batches of a worker that died to another one. Prefect sees its tasks as ever: they wait, and Dask's own
task runner, which would send Prefect's engine along with each batch, is not needed.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import CancelledError
from contextlib import contextmanager
from typing import TYPE_CHECKING

from flows import pool, wire
from flows.errors import BuildFailed, Stopped, UsageError
from flows.jobs import BatchResult, Job
from flows.runners import Crew, Runner, Spread
from flows.runners.elsewhere import Answer, Order, carry_out, order_for, taken_over

if TYPE_CHECKING:
    from distributed import Client, Future

CONNECT_SECONDS = 10
DESERTED_SECONDS = 60
"""How long a build waits for a new worker when all are gone."""
LOOK_SECONDS = 1.0
LEAST = 32
"""Batches that are given to the cluster at once at least, so that workers who come later find some."""
PLAIN = ["msgpack"]
"""What an answer may be made of: texts and numbers, no pickle. (Errors of Dask's own it unpickles all the same, so the
cluster must be one that is trusted.)"""


def runner(address: str, spread: Spread) -> Runner:
    """Carries out batches on the cluster of this scheduler."""

    def run(jobs: Sequence[Job]) -> Iterator[BatchResult]:
        with _connected(address) as cluster:
            results = spread(jobs, Crew(cluster.carry_out, min(len(jobs), cluster.size), cluster.leave))
            try:
                for result in results:  # noqa: UP028 - threads are to be let go before the spread waits for them
                    yield result
            finally:
                cluster.leave()

    return run


def carried_out(text: str) -> str:
    """What a Dask worker does: an `Order` as JSON in, its `Answer` as JSON out."""
    return wire.dumps(carry_out(wire.loads(Order, text)))


@contextmanager
def _connected(address: str) -> Iterator[_Cluster]:
    """The cluster of a scheduler. Raises UsageError without Dask, BuildFailed where nobody is there to work."""
    try:
        from distributed import Client
    except ImportError as cause:
        raise UsageError("--runner dask needs Dask: pip install 'banmian[dask]', here and on its workers") from cause
    try:
        client = Client(address, timeout=CONNECT_SECONDS, set_as_default=False, deserializers=PLAIN)
    except OSError as cause:
        raise BuildFailed(
            f"no Dask scheduler answers at {address}: start one, e.g. `dask scheduler --host 127.0.0.1`"
        ) from cause
    try:
        yield _Cluster(client, address)
    finally:
        client.close(timeout=CONNECT_SECONDS)  # Dask then drops what nobody waits for


class _Cluster:
    """Hands batches to Dask; `carry_out` is called from many threads."""

    def __init__(self, client: Client, address: str) -> None:
        self.client = client
        self.address = address
        self.left = threading.Event()
        self.lock = threading.Lock()
        self.seen = time.monotonic()
        """When there was a worker last."""
        self._require_workers()
        self.size = max(LEAST, 2 * sum(client.nthreads().values()))

    def _require_workers(self) -> None:
        try:
            self.client.wait_for_workers(1, timeout=CONNECT_SECONDS)
        except TimeoutError as cause:
            raise self._deserted() from cause

    def _deserted(self) -> BuildFailed:
        how = f"`dask worker {self.address} --no-nanny`"
        return BuildFailed(f"the Dask scheduler at {self.address} has no workers: start some, e.g. {how}")

    def leave(self) -> None:
        """Lets all threads that wait go within a second or so."""
        self.left.set()

    def carry_out(self, job: Job) -> BatchResult:
        """One batch. Raises BuildFailed, PublicationFailed, or Stopped; then the other batches are given up, too."""
        try:
            return taken_over(job, self._answer(job))
        except BaseException:
            self.leave()
            raise

    def _answer(self, job: Job) -> Answer:
        shard = job.batch.shard
        try:
            future = self.client.submit(carried_out, wire.dumps(order_for(job)), key=f"{job.folder}-{shard}")
            return wire.loads(Answer, self._waited_for(future))
        except (BuildFailed, Stopped):
            raise
        except Exception as cause:
            raise BuildFailed(f"shard {shard}: {self._explained(cause)}") from cause

    def _explained(self, cause: Exception) -> str:
        """What to do about an error of Dask's, or of a worker that does not know our jobs."""
        from distributed import KilledWorker

        if isinstance(cause, KilledWorker):
            return (
                "each Dask worker that took it died, most likely for want of memory: give them more, or fewer threads"
            )
        if isinstance(cause, CancelledError | OSError):
            return f"the Dask scheduler at {self.address} is gone: start it and build again"
        return f"a Dask worker could not take it ({cause!r}): is the same version of banmian installed there?"

    def _waited_for(self, future: Future[str]) -> str:
        while True:
            try:
                return str(future.result(timeout=LOOK_SECONDS))
            except TimeoutError:
                if self.left.is_set() or pool.is_stopped():
                    raise Stopped from None
                self._look_for_workers()

    def _look_for_workers(self) -> None:
        """One of the threads asks, from time to time. Raises BuildFailed where all workers have been gone a while."""
        if not self.lock.acquire(blocking=False):
            return
        try:
            now = time.monotonic()
            if now - self.seen > LOOK_SECONDS and self.client.nthreads():
                self.seen = now
            if now - self.seen > DESERTED_SECONDS:
                raise self._deserted()
        finally:
            self.lock.release()
