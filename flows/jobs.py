"""What passes between a build and its workers: paths, digests and counts, never texts or tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from flows.plan import Batch
from flows.settling import Stamp
from warehouse.former import FormerShard
from warehouse.shards import ShardSummary, SourceRecord


@dataclass(frozen=True, slots=True)
class Failure:
    """A rule that failed on a page: a fault of the rule, so the log shows where."""

    source: str
    traceback: str


@dataclass(frozen=True, slots=True)
class BatchResult:
    """A shard as written; `digest` stands for what was read, which may have changed since the plan was made."""

    summary: ShardSummary
    digest: str
    size: int
    read: tuple[SourceRecord, ...]
    """The pages that were read; the rows of the others were taken over."""
    failures: tuple[Failure, ...]
    left: tuple[str, ...] = ()
    """The names of pages that began to change: not read, their former rows taken over where there are any."""


@dataclass(frozen=True, slots=True)
class Job:
    """A batch and what it takes to carry it out in another process or on another machine."""

    batch: Batch
    folder: str
    rules: str
    options: dict[str, bool]
    former: tuple[FormerShard, ...] = ()
    """Where the rows of unchanged pages are to be had."""
    before: tuple[FormerShard, ...] = ()
    """Where the former rows of other pages are to be had, should one of them begin to change."""
    stamps: Mapping[str, Stamp] = field(default_factory=dict)
    """What each page must still be like when it has been read (`flows.settling`)."""

    @property
    def size(self) -> int:
        """The bytes of the pages to be read."""
        kept = {name for shard in self.former for name in shard.kept}
        return sum(size for name, size in self.batch.sizes.items() if name not in kept)
