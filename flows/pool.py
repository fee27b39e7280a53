"""Worker processes, each fed by a thread that waits for it and sees to it that it gets on.

Workers are forked from a clean process of one thread, not from the build with its threads and locks; they read the
dictionaries once and share them. Each has a line of its own to who waits for it: it says which page it is at, so that
one that is ended from outside, or does not come back from a page, costs that page at most. A worker ends by itself when
the build is gone, however the build ended.

    before  a batch of pages, one of which makes native code run for ever
    after   a shard in which that page is quarantined: took more than 300 s
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import shutil
import signal
import threading
import traceback
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from multiprocessing.connection import Connection, wait

from flows import nursery, progress
from flows.errors import BuildFailed, Stopped
from flows.jobs import BatchResult, Job

GRACE_SECONDS = 10.0
"""How much longer than its limit a page may take before its process is ended: an alarm should have cut it off."""
SETTLING_SECONDS = 0.2
"""How long a dead worker is looked at: who stops a build may end its workers before the build itself hears of it."""
GARBAGE = 50_000
"""Objects made before a worker looks for garbage. Rows are many, and none refers to itself: looking as often as usual
takes 6 % of its time."""
MOST_DEATHS = 3
"""Pages at which a worker may end, one after the other, before it is clear that no page is to blame."""
OF_WANT = (signal.SIGKILL, signal.SIGABRT)
"""What ends a process that asks for more memory than there is: the system, or the library that was refused some."""

_stopped = threading.Event()
_starting = threading.Lock()


class _Ended(Exception):  # noqa: N818
    """A worker is no more; `page` is what it was at, `cause` what to say of that page."""

    def __init__(self, page: str | None, cause: str, at_once: bool = False) -> None:
        super().__init__(cause)
        self.page = page
        self.cause = cause
        self.at_once = at_once
        """Whether it would be no better a second time."""


class _Told:
    """Says how far a batch is, page by page: what a person waits for is seconds a page and half a minute a batch."""

    def __init__(self, job: Job) -> None:
        self.sizes = {file.relative: job.batch.sizes[file.document_id] for file in job.batch.sources}
        self.left = job.size

    def read(self, page: str) -> None:
        """A page was read; once more, where its batch is carried out again, counts for nothing."""
        size = min(self.sizes.pop(page, 0), self.left)
        self.left -= size
        progress.advance(size)

    def finish(self) -> None:
        """All of it is done."""
        progress.advance(self.left)
        self.left = 0


class _Worker:
    """A process that carries out batches, and our end of the line to it."""

    def __init__(self) -> None:
        self.line, theirs = multiprocessing.Pipe()
        context = multiprocessing.get_context("forkserver")
        self.process = context.Process(target=_serve, args=[theirs], daemon=True)
        with theirs, _as_no_daemon():
            self.process.start()

    def carry_out(self, job: Job, told: _Told) -> BatchResult:
        """The result of a batch, or what it raises. Raises _Ended where the process comes to its end before."""
        page: str | None = None
        limit: float | None = None
        try:
            self.line.send(job)
            while self.line.poll(limit):
                answer = self.line.recv()
                if isinstance(answer, BatchResult):
                    return answer
                if isinstance(answer, Exception):
                    raise answer
                if page:
                    told.read(page)
                page, seconds = answer
                limit = seconds + GRACE_SECONDS if page else None
        except (EOFError, ConnectionError) as cause:
            raise _Ended(page, f"the process that read it was ended twice{self._how()}") from cause
        self.end()
        raise _Ended(page, job.limits.too_slow, at_once=True)

    def _how(self) -> str:
        """What ended the process, as far as it can be told."""
        self.process.join(SETTLING_SECONDS)
        number = -(self.process.exitcode or 0)
        by = f" by {signal.Signals(number).name}" if number in list(signal.Signals) else ""
        return by if by and number not in OF_WANT else f"{by}, most likely for want of memory"

    def end(self) -> None:
        """Ends the process, whatever it is at. Safe in any thread."""
        if self.process.pid:
            with suppress(ProcessLookupError):
                os.kill(self.process.pid, signal.SIGKILL)


class _Pool:
    """Workers that come into being as they are needed; at most `jobs` are at work where a number is given."""

    def __init__(self, jobs: int | None = None) -> None:
        self.jobs = jobs
        self.turn = threading.Semaphore(jobs) if jobs else nullcontext()
        self.closed = False
        self.idle: list[_Worker] = []
        self.living: set[_Worker] = set()

    @property
    def is_over(self) -> bool:
        """Whether nobody wants results any more."""
        return self.closed or _stopped.is_set()

    def carry_out(self, job: Job, told: _Told) -> BatchResult:
        """The result of a batch, or what it raises. Raises _Ended where its worker comes to its end before."""
        worker = self.idle.pop() if self.idle else self._new()
        try:
            result = worker.carry_out(job, told)
        except _Ended:
            self.living.discard(worker)
            worker.line.close()
            raise
        except BaseException:
            self.idle.append(worker)
            raise
        self.idle.append(worker)
        return result

    def _new(self) -> _Worker:
        try:
            nursery.start()
            worker = _Worker()
        except (OSError, EOFError) as cause:
            raise _Ended(None, f"can't start worker processes: {cause}") from cause
        self.living.add(worker)
        if self.is_over:  # who ended the others did not know of this one
            worker.end()
        return worker

    def end(self) -> None:
        """Ends all workers: what they gave back is on the disk, the rest is not wanted."""
        for worker in list(self.living):
            worker.end()

    def close(self) -> None:
        """Ends all workers and waits until they are gone."""
        self.closed = True
        self.end()
        for worker in list(self.living):
            worker.process.join()


_last: _Pool | None = None
"""The pool that was opened last. Once it is closed, batches that still wait for it are not wanted any more."""
_standing = _Pool()
"""For a process that never opened a pool (a worker on another machine): as many workers as callers at a time."""


@contextmanager
def opened(jobs: int) -> Iterator[None]:
    """A pool of `jobs` processes for `run` to use while the block lasts."""
    global _last
    try:
        nursery.start()
    except OSError as cause:
        raise BuildFailed(f"can't start worker processes: {cause}") from cause
    pool = _last = _Pool(jobs)
    try:
        yield
    finally:
        pool.close()


def run(job: Job) -> BatchResult:
    """Carries out a batch in a worker process, of the open pool or, where none ever was, of this process's own.

    Where the worker is ended from outside the batch is carried out again; a page that ends it twice, or does not let go
    of it, is not read any more. Raises BuildFailed where workers end and no page is to blame, Stopped after `stop` or
    when the pool is closed, and what the batch raises.
    """
    pool = _last or _standing
    deaths: Counter[str | None] = Counter()
    told = _Told(job)
    with pool.turn:
        while not pool.is_over:
            try:
                result = pool.carry_out(job, told)
                told.finish()
                return result
            except _Ended as end:
                if not _stopped.wait(SETTLING_SECONDS) and not pool.closed:
                    job = _after(end, job, deaths)
    raise Stopped


def _after(end: _Ended, job: Job, deaths: Counter[str | None]) -> Job:
    """What is still to be carried out; `deaths` counts the ends of workers by page, since a page was last refused."""
    deaths[end.page] += 1
    if end.page and (end.at_once or deaths[end.page] > 1):
        deaths.clear()
        return job.without(end.page, end.cause)
    if deaths[None] > 1 or len(deaths) > MOST_DEATHS:
        raise _given_up(end) from end
    progress.note(f"{end.page or f'batch {job.batch.shard}'}: a worker process was ended from outside; another goes on")
    return job


def _given_up(end: _Ended) -> BuildFailed:
    if isinstance(end.__cause__, OSError) and end.page is None and not isinstance(end.__cause__, ConnectionError):
        return BuildFailed(str(end))
    at = f", the last of them at {end.page}" if end.page else ""
    return BuildFailed(
        f"worker processes were ended from outside again and again{at}, most likely for want of memory; build with"
        " fewer --jobs"
    )


def give_up() -> None:
    """Ends the workers of the open pool for good: who waits for them gets `Stopped`. Safe in any thread."""
    if _last:
        _last.closed = True
        _last.end()


def stop() -> None:
    """Ends the workers at once, whatever they are at; who waits for them gets `Stopped`. Safe in any thread."""
    _stopped.set()
    for pool in (_last, _standing):
        if pool:
            pool.end()


def processes() -> int:
    """How many processes the open pool may have; 1 where none is open."""
    return _last.jobs or 1 if _last and not _last.closed else 1


def rest(seconds: float) -> None:
    """Waits so long. Raises Stopped as soon as `stop` is called."""
    if _stopped.wait(seconds):
        raise Stopped


def is_stopped() -> bool:
    """Whether `stop` was called."""
    return _stopped.is_set()


@contextmanager
def _as_no_daemon() -> Iterator[None]:
    """Lets a daemon have children, as Dask's workers are: it may not for fear of orphans, and ours end with it."""
    config = multiprocessing.current_process()._config  # type: ignore[attr-defined]  # no public door
    with _starting:
        daemon = config.pop("daemon", False)
        try:
            yield
        finally:
            config["daemon"] = daemon


# --- in the worker --------------------------------------------------------------------------------------------------


def _serve(line: Connection) -> None:
    """Carries out one batch after the other, until there is nobody on the line."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the build to answer
    gc.set_threshold(GARBAGE)
    parent = multiprocessing.parent_process()
    if parent:
        threading.Thread(target=_end_with, args=[parent.sentinel], daemon=True).start()
    with suppress(EOFError, ConnectionError):
        while True:
            line.send(_carried_out(line.recv(), line))


def _carried_out(job: Job, line: Connection) -> BatchResult | Exception:
    """The rules are loaded here, and never by a build that finds nothing to do."""
    try:
        from flows.batch import run_batch

        return run_batch(job, lambda page, seconds: line.send((page, seconds)))
    except Exception as error:
        error.add_note(traceback.format_exc())
        return error


def _end_with(sentinel: int) -> None:
    wait([sentinel])
    remove_traces()
    os._exit(1)


def remove_traces() -> None:
    """Removes what multiprocessing keeps among the temporary files until a process ends of itself."""
    config = multiprocessing.current_process()._config  # type: ignore[attr-defined]  # no public door
    if folder := config.get("tempdir"):
        shutil.rmtree(folder, ignore_errors=True)
