"""One pool of worker processes, fed by as many threads as like to wait for it.

Workers are forked from a clean process of one thread, not from the build with its threads and locks; they read the
dictionaries once and share them. A worker ends by itself when the build is gone, however the build ended.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing import forkserver
from multiprocessing.connection import wait
from multiprocessing.context import ForkServerProcess
from multiprocessing.process import BaseProcess

from flows.errors import BuildFailed, Stopped
from flows.jobs import BatchResult, Job

_executor: ProcessPoolExecutor | None = None
_processes = 1
_others: frozenset[BaseProcess] = frozenset()
"""Child processes that were there before the pool."""
_stopped = threading.Event()
_is_closed = False
"""Whether the pool of a build was closed: batches that still wait for it then are not wanted any more."""


def warm_up() -> None:
    """Lets the process that workers are forked from load the dictionaries while the build does other things."""
    forkserver.set_forkserver_preload(["flows.preload"])
    forkserver.ensure_running()


@contextmanager
def opened(jobs: int) -> Iterator[None]:
    """A pool of `jobs` processes for `run` to use while the block lasts."""
    global _executor, _processes, _others, _is_closed
    _others = frozenset(multiprocessing.active_children())
    try:
        warm_up()
        context = multiprocessing.get_context("forkserver")
        _executor, _processes = ProcessPoolExecutor(jobs, mp_context=context, initializer=_start_worker), jobs
        _is_closed = False
    except OSError as cause:
        raise BuildFailed(f"can't start worker processes: {cause}; is /dev/shm full?") from cause
    try:
        yield
    finally:
        executor, _executor, _processes, _is_closed = _executor, None, 1, True
        if executor:
            # Ended, not asked to end: where one was killed that held the lock of their queue, no other would hear it.
            _end_workers()
            executor.shutdown(wait=not _stopped.is_set(), cancel_futures=True)


def run(job: Job) -> BatchResult:
    """Carries out a batch in a process of the pool, or here where none is open (a worker on another machine)."""
    if _stopped.is_set() or _is_closed:
        raise Stopped
    executor = _executor
    if executor is None:
        return _carried_out(job)
    try:
        future = executor.submit(_carried_out, job)
    except Exception as cause:  # which one it is depends on how far the start of a worker had come
        raise _given_up() from cause
    try:
        return future.result()
    except BrokenProcessPool as cause:
        raise _given_up() from cause


def _given_up() -> Exception:
    """What to tell of a pool that is broken or was stopped."""
    # One that was just being started when another died is known to nobody else who would end it.
    _end_workers()
    if _stopped.is_set() or _is_closed:
        return Stopped()
    return BuildFailed(
        "a worker process was ended from outside, most likely for want of memory; build with fewer --jobs"
    )


def _end_workers() -> None:
    """Ends all workers there are, whatever they are at: what they gave back is on the disk, the rest is not wanted.

    They are the processes of their kind that were not there when the pool was opened; others are not ours to end.
    """
    for process in multiprocessing.active_children():
        if isinstance(process, ForkServerProcess) and process not in _others:
            process.kill()


def _carried_out(job: Job) -> BatchResult:
    """In the worker; the rules are loaded there, and never by a build that finds nothing to do."""
    from flows.batch import run_batch

    return run_batch(job)


def stop() -> None:
    """Ends the workers at once, whatever they are at; who waits for them gets `Stopped`. Safe in any thread."""
    _stopped.set()
    if executor := _executor:
        for process in list((executor._processes or {}).values()):  # the only door to them before Python 3.14
            process.kill()


def processes() -> int:
    """How many processes the open pool has; 1 where none is open."""
    return _processes


def is_stopped() -> bool:
    """Whether `stop` was called."""
    return _stopped.is_set()


def _start_worker() -> None:
    """Ctrl-C is for the build to answer; and no worker shall outlive it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    if parent:
        threading.Thread(target=_end_with, args=[parent.sentinel], daemon=True).start()


def _end_with(sentinel: int) -> None:
    wait([sentinel])
    os._exit(1)
