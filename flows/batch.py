"""What a worker process does: reads the pages of one batch, turns each into rows and writes them as one shard.

    before  Batch(shard="0", sources=(two files))
    after   five Parquet files in the snapshot's folder, and a BatchResult of paths, digests and counts

A page that can't be read, or on which a rule fails, becomes a quarantined row with the cause, and the rest goes on.
"""

from __future__ import annotations

import hashlib
import traceback
from collections.abc import Iterator
from dataclasses import dataclass, replace

from flows import reading
from flows.plan import Batch, shard_digest
from flows.sources import SourceFile
from transforms.document import Document, Options, Source
from transforms.page import quarantined, read_page
from warehouse.shards import ShardSummary, write_shard


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
    failures: tuple[Failure, ...]


@dataclass(frozen=True, slots=True)
class Job:
    """A batch and what it takes to carry it out in another process or on another machine."""

    batch: Batch
    folder: str
    rules: str
    options: dict[str, bool]


def run_batch(job: Job) -> BatchResult:
    """Reads and writes one shard. Raises what `write_shard` raises; a page's own trouble is in its row."""
    contents: list[tuple[SourceFile, str]] = []
    failures: list[Failure] = []
    documents = _documents(job, contents, failures)
    summary = write_shard(job.folder, job.batch.shard, documents)
    return BatchResult(summary, shard_digest(contents, job.rules, job.options), job.batch.size, tuple(failures))


def _documents(job: Job, contents: list[tuple[SourceFile, str]], failures: list[Failure]) -> Iterator[Document]:
    """The pages one after the other, so that only one is in memory; notes what was read and what failed."""
    options = Options(**job.options)
    for file in job.batch.sources:
        document = read_source(file, options, failures)
        contents.append((file, document.sha256 or str(document.error)))
        yield document


def read_source(file: SourceFile, options: Options, failures: list[Failure]) -> Document:
    """The rows of one file; a file that can't be read, or on which a rule fails, comes back quarantined."""
    try:
        data = reading.read(file.path)
    except OSError as error:
        return _quarantined(file, reading.cause_of(error))
    return _document(file, data, options, failures)


def _document(file: SourceFile, data: bytes, options: Options, failures: list[Failure]) -> Document:
    place = file.place
    source = Source(file.document_id, file.relative, data, place.publication, place.issue_date, place.page)
    try:
        return read_page(source, options)
    except Exception as error:  # whatever a rule does wrong costs one page, not the run
        failures.append(Failure(file.relative, traceback.format_exc()))
        cause = f"a rule failed: {type(error).__name__}: {error}"
        return replace(_quarantined(file, cause), sha256=hashlib.sha256(data).hexdigest())


def _quarantined(file: SourceFile, cause: str) -> Document:
    place = file.place
    document = quarantined(file.relative, file.document_id, cause)
    return replace(document, sha256="", publication=place.publication, issue_date=place.issue_date, page=place.page)


def warm() -> None:
    """Loads what the first page would load (dictionaries above all), before there is work to wait for it."""
    read_page(Source("", "", "人民日报今天出版。".encode()), Options())
