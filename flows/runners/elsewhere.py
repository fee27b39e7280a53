"""A batch on another machine: what it is told, what it does, and how the build takes over what came of it.

The other machine sees the same folders at the same paths. It writes the shard into a folder of its own beside that of
the snapshot, and the build moves the files when it takes the answer: so a worker that was given up and is at work all
the same, or two at work on one shard, never touch what was taken.

    before  .staging/17-3f/article/              .staging/shard-0c-9b…/article/0c.parquet
    after   .staging/17-3f/article/0c.parquet

A worker with other rules, another schema or another pyarrow would write other bytes: it refuses.
"""

from __future__ import annotations

import os
import socket
import traceback
import uuid
from dataclasses import dataclass, replace
from pathlib import Path

from flows import pool, progress
from flows.errors import BuildFailed
from flows.jobs import BatchResult, Job
from flows.plan import rules_digest
from warehouse.errors import WarehouseError
from warehouse.parquet import layout
from warehouse.shards import move_shard
from warehouse.snapshots import LOCK, STAGING


@dataclass(frozen=True, slots=True)
class Order:
    """A job, and what beside its rules decides the bytes of the files."""

    job: Job
    layout: str


@dataclass(frozen=True, slots=True)
class Answer:
    """Where a shard was written and what it holds; or why it was not."""

    shard: str
    machine: str
    folder: str = ""
    result: BatchResult | None = None
    refusal: str = ""


def order_for(job: Job) -> Order:
    """What is to be sent."""
    return Order(job, layout())


def carry_out(order: Order) -> Answer:
    """On the other machine: writes the shard. Raises nothing: what went wrong is in the answer."""
    shard, machine = order.job.batch.shard, socket.gethostname()
    try:
        _require_same_rules(order)
        folder = _own_folder(order.job)
        return Answer(shard, machine, str(folder), pool.run(replace(order.job, folder=str(folder))))
    except (BuildFailed, WarehouseError) as error:
        return Answer(shard, machine, refusal=str(error))
    except Exception:  # a fault of the program: its place is told where the build is
        return Answer(shard, machine, refusal=traceback.format_exc())


def _require_same_rules(order: Order) -> None:
    """Raises BuildFailed where this machine would make other rows of the page, or other bytes of the rows."""
    if order.job.rules != rules_digest():
        raise BuildFailed(
            f"its rules ({rules_digest()[:12]}) are not those of the build ({order.job.rules[:12]}):"
            " install the same version of banmian on both and start the worker again"
        )
    if order.layout != layout():
        raise BuildFailed(
            "its schema or its version of pyarrow is not that of the build: install what requirements.txt pins on both"
            " and start the worker again"
        )


def _own_folder(job: Job) -> Path:
    """A new folder beside that of the snapshot. Raises BuildFailed where that is in no warehouse at work."""
    staging = staging_of(job.folder)
    folder = staging / f"shard-{job.batch.shard}-{uuid.uuid4().hex}"
    try:
        folder.mkdir()
    except OSError as cause:
        raise BuildFailed(f"{staging}: can't be written to: {cause.strerror}") from cause
    return folder


def staging_of(path: Path | str) -> Path:
    """The staging folder that a path lies in, links resolved. Raises BuildFailed for a path that lies in none.

    Whoever may write there may change the warehouse anyway; nobody else can have a worker write anywhere.
    """
    staging = Path(path).resolve().parent
    if staging.name == STAGING and staging.is_dir() and (staging.parent / LOCK).is_file():
        return staging
    raise BuildFailed(
        f"{path} lies in no warehouse that a build is at work on: sources and warehouse must have the same paths on all"
        " machines; if they do, the build has ended"
    )


def taken_over(job: Job, answer: Answer) -> BatchResult:
    """In the build: the result, its files moved into the snapshot's folder. Raises BuildFailed or PublicationFailed."""
    shard, folder = job.batch.shard, Path(answer.folder)
    if answer.result is None:
        raise BuildFailed(f"{answer.machine} could not carry out shard {shard}: {answer.refusal}")
    beside = os.path.dirname(folder) == str(Path(job.folder).resolve().parent) and folder.name.startswith("shard-")
    if not beside or {answer.shard, answer.result.summary.shard} != {shard}:
        raise BuildFailed(f"{answer.machine} gave an answer about another shard than {shard}: {folder}")
    move_shard(answer.result.summary, folder, Path(job.folder))
    progress.advance(job.size)
    return answer.result
