"""What a worker process does: reads the pages of one batch, turns each into rows and writes them as one shard.

    before  Batch(shard="0", sources=(two files))
    after   five Parquet files in the snapshot's folder, and a BatchResult of paths, digests and counts

A page that can't be read, or on which a rule fails, becomes a quarantined row with the cause, and the rest goes on.
"""

from __future__ import annotations

import hashlib
import traceback
from collections.abc import Iterator, Mapping
from dataclasses import replace
from tempfile import TemporaryDirectory

from flows import reading
from flows.conservation import held
from flows.jobs import BatchResult, Failure, Job
from flows.plan import shard_digest
from flows.sources import SourceFile
from transforms.document import Document, Options, Source
from transforms.jumps import join_issues
from transforms.page import quarantined, read_page
from warehouse.errors import CheckFailed, RowsRefused
from warehouse.shards import write_shard


class LostCharacters(Exception):  # noqa: N818 - reads as a sentence in a cause
    """The rows of a page don't hold each character of its source once."""


def run_batch(job: Job) -> BatchResult:
    """Reads and writes one shard. Raises PublicationFailed; a page's own trouble is in its row."""
    try:
        return _written(job, {})
    except (CheckFailed, RowsRefused):
        # Some page's rows break the contract. Which one shows when each is written alone: slow, and seldom.
        return _written(job, _refused(job))


def _written(job: Job, refused: Mapping[str, str]) -> BatchResult:
    """Writes the shard; `refused` are the pages to be put into quarantine, each with the cause."""
    contents: list[tuple[SourceFile, str]] = []
    failures: list[Failure] = [Failure(name, cause) for name, cause in refused.items()]
    documents = _documents(job, refused, contents, failures)
    summary = write_shard(job.folder, job.batch.shard, documents)
    return BatchResult(summary, shard_digest(contents, job.rules, job.options), job.batch.size, tuple(failures))


def _refused(job: Job) -> dict[str, str]:
    """The pages of a batch whose rows the warehouse refuses, by name, each with the cause."""
    causes: dict[str, str] = {}
    with TemporaryDirectory(dir=job.folder, prefix=".alone-") as folder:
        for file in job.batch.sources:
            try:
                write_shard(folder, job.batch.shard, [read_source(file, Options(**job.options), [])])
            except (CheckFailed, RowsRefused) as error:
                causes[file.relative] = f"its rows break the contract: {error}"
    return causes


def _documents(
    job: Job, refused: Mapping[str, str], contents: list[tuple[SourceFile, str]], failures: list[Failure]
) -> Iterator[Document]:
    """The pages of the batch; notes what was read and what failed. Pages of an issue are joined where articles jump."""
    pages = _pages(job, refused, contents, failures)
    issues = any(file.place.publication and file.place.issue_date for file in job.batch.sources)
    yield from join_issues(pages) if issues else pages


def _pages(
    job: Job, refused: Mapping[str, str], contents: list[tuple[SourceFile, str]], failures: list[Failure]
) -> Iterator[Document]:
    """The pages one after the other, so that only one is in memory."""
    for file in job.batch.sources:
        document = read_source(file, Options(**job.options), failures)
        contents.append((file, document.sha256 or str(document.error)))
        cause = refused.get(file.relative)
        yield replace(_quarantined(file, cause), sha256=document.sha256) if cause else document


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
        document = read_page(source, options)
        kept, all_of_them = held(document, data)
        if kept != all_of_them:
            raise LostCharacters(f"{all_of_them:,} characters in the source, {kept:,} in the rows")
        return document
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
