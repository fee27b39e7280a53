"""What passes between a build and its workers: paths, digests and counts, never texts or tables."""

from __future__ import annotations

import os
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from flows.defaults import TOKENIZERS
from flows.limits import USUAL, Limits
from flows.plan import Batch, Plan
from flows.settling import Stamp
from warehouse.former import FormerShard
from warehouse.shards import ShardSummary, SourceRecord

if TYPE_CHECKING:
    from flows.parameters import BuildParameters


@dataclass(frozen=True, slots=True)
class Failure:
    """A page that was not read to its end, and where a rule failed or was at work: a fault of the rule, most likely.

    `passing` says that it may go better next time, with more time or memory. `command` shows the failure again; there
    is none where more pages than the one at `path` have a part in it.
    """

    source: str
    path: str
    cause: str
    traceback: str = ""
    passing: bool = False
    command: str = ""

    def __str__(self) -> str:
        again = f"to see it again: {self.command}" if self.command else ""
        return f"{self.source}: {self.cause}\n{self.traceback}{again}".rstrip()


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
    limits: Limits = USUAL
    pattern: str | None = None
    """What the places of the pages were told by."""
    refused: Mapping[str, str] = field(default_factory=dict)
    """Pages not to be read, by name, each with the cause: a process has come to grief on them."""
    tokenizer: str = TOKENIZERS[0]
    """Who cuts the words. It decides no row, so it is none of `options`, which are part of a page's key."""

    @property
    def size(self) -> int:
        """The bytes of the pages to be read."""
        kept = {name for shard in self.former for name in shard.kept}
        return sum(size for name, size in self.batch.sizes.items() if name not in kept)

    def without(self, page: str, cause: str) -> Job:
        """The same with one more page that is not to be read."""
        return replace(self, refused={**self.refused, page: cause})

    def command(self, path: str) -> str:
        """What a person types to see how a page is read here, with what differs from the defaults."""
        given = ["--pos"] if self.options.get("pos") else []
        given += ["--tokenizer", self.tokenizer] if self.tokenizer != TOKENIZERS[0] else []
        given += ["--pattern", quoted(self.pattern)] if self.pattern else []
        given += ["--page-seconds", f"{seconds:g}"] if (seconds := self.limits.seconds) != USUAL.seconds else []
        given += ["--page-megabytes", f"{size:g}"] if (size := self.limits.megabytes) != USUAL.megabytes else []
        return " ".join(["banmian show --why", *given, quoted(path)])


def job_of(batch: Batch, plan: Plan, folder: str, parameters: BuildParameters) -> Job:
    """A batch of a plan to be written below a folder, with what its pages are asked and allowed; nothing taken over."""
    return Job(
        batch,
        folder,
        plan.rules,
        plan.options,
        limits=parameters.limits,
        pattern=parameters.pattern,
        tokenizer=parameters.tokenizer,
    )


def quoted(word: str) -> str:
    """A word for a shell; bytes of a file's name that are no UTF-8 are written as bash and zsh read them."""
    try:
        word.encode()
    except UnicodeEncodeError:
        plain = word.replace("\\", "\\\\").replace("'", "\\'")
        return f"$'{os.fsencode(plain).decode('utf-8', 'backslashreplace')}'"
    return shlex.quote(word)
