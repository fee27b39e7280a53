"""What passes between a build and its workers: paths, digests and counts, never texts or tables."""

from __future__ import annotations

from dataclasses import dataclass

from flows.plan import Batch
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


@dataclass(frozen=True, slots=True)
class Job:
    """A batch and what it takes to carry it out in another process or on another machine."""

    batch: Batch
    folder: str
    rules: str
    options: dict[str, bool]
    former: tuple[FormerShard, ...] = ()
    """Where the rows of unchanged pages are to be had."""

    @property
    def size(self) -> int:
        """The bytes of the pages to be read."""
        kept = {name for shard in self.former for name in shard.kept}
        return sum(size for name, size in self.batch.sizes.items() if name not in kept)
