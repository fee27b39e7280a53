"""What a worker process does: reads the pages of one batch, turns each into rows and writes them as one shard.

Pages that the last snapshot holds as they would be read are not read: their rows are taken over.

    before  Batch(shard="0", sources=(two files))
    after   five Parquet files in the snapshot's folder, and a BatchResult of paths, digests and counts

A page that can't be read, or on which a rule fails, becomes a quarantined row with the cause, and the rest goes on.
"""

from __future__ import annotations

import hashlib
import traceback
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from tempfile import TemporaryDirectory

from flows import reading, settling
from flows.conservation import held
from flows.jobs import BatchResult, Failure, Job
from flows.plan import page_keys, shard_digest
from flows.sources import SourceFile
from transforms.document import Document, Options, Source
from transforms.jumps import join_issues
from transforms.page import quarantined, read_page
from warehouse.errors import CheckFailed, RowsRefused
from warehouse.former import Former
from warehouse.shards import KeptDocument, write_shard


class LostCharacters(Exception):  # noqa: N818 - reads as a sentence in a cause
    """The rows of a page don't hold each character of its source once."""


def run_batch(job: Job) -> BatchResult:
    """Reads and writes one shard. Raises PublicationFailed; a page's own trouble is in its row."""
    attempts = [job] if not job.former else [job, replace(job, former=())]
    for attempt in attempts:
        with suppress(CheckFailed, RowsRefused):
            return _Shard(attempt, {}).written()
    # Some page's rows break the contract. Which one shows when each is written alone: slow, and seldom.
    return _Shard(replace(job, former=(), before=()), _refused(job)).written()


class _Shard:
    """A batch being carried out; `refused` are the pages to be put into quarantine, each with the cause."""

    def __init__(self, job: Job, refused: Mapping[str, str]) -> None:
        self.job = job
        self.refused = refused
        self.former = Former(job.former)
        self.before = Former(job.before)
        self.failures = [Failure(name, cause) for name, cause in refused.items()]
        self.keys: dict[str, str] = {}
        """Of the pages read, by document_id."""
        self.left: list[str] = []

    def written(self) -> BatchResult:
        """Reads what is to be read and writes the shard."""
        summary = write_shard(self.job.folder, self.job.batch.shard, self._pages(), self.keys.__getitem__)
        digest = shard_digest((source.document_id, source.key) for source in summary.sources)
        read = tuple(source for source in summary.sources if source.document_id in self.keys)
        return BatchResult(summary, digest, self.job.size, read, tuple(self.failures), tuple(self.left))

    def _pages(self) -> Iterator[Document | KeptDocument]:
        """The pages one after the other, so that only one is in memory; but those of issues, whose articles jump."""
        issues = self._issues()
        for file in self.job.batch.sources:
            if file.document_id in self.former:
                yield self.former.take(file.document_id)
            elif file.issue is None:
                yield from self._read([file])
            elif file.document_id in issues:
                yield issues.pop(file.document_id)

    def _issues(self) -> dict[str, Document | KeptDocument]:
        """The pages to be read whose issue is known, with their parts joined."""
        issues: dict[str, list[SourceFile]] = defaultdict(list)
        for file in self.job.batch.sources:
            if file.issue and file.document_id not in self.former:
                issues[file.issue].append(file)
        read = (self._read(files) for files in issues.values())
        return {_id_of(page): page for pages in read for page in pages}

    def _read(self, files: Sequence[SourceFile]) -> Sequence[Document | KeptDocument]:
        """Reads an issue or a page of none and notes the keys. Where one of them is being written, none is read."""
        if settling.have_moved(files, self.job.stamps):
            return self._as_before(files)
        documents = [read_source(file, Options(**self.job.options), self.failures) for file in files]
        if settling.have_moved(files, self.job.stamps):
            return self._as_before(files)
        contents = [(file, one.sha256 or str(one.error)) for file, one in zip(files, documents)]
        self.keys |= page_keys(contents, self.job.rules, self.job.options)
        return join_issues(self._unless_refused(file, document) for file, document in zip(files, documents))

    def _as_before(self, files: Sequence[SourceFile]) -> list[KeptDocument]:
        """The former rows of pages that are left for the next run."""
        self.left += [file.relative for file in files]
        return [self.before.take(file.document_id) for file in files if file.document_id in self.before]

    def _unless_refused(self, file: SourceFile, document: Document) -> Document:
        cause = self.refused.get(file.relative)
        return replace(_quarantined(file, cause), sha256=document.sha256) if cause else document


def _id_of(page: Document | KeptDocument) -> str:
    return page.document_id if isinstance(page, Document) else page.source.document_id


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
    text = "今天的报纸出版\n\n本报讯（记者 某）今天的报纸\n出版，新增4000个岗\n位。读者都很高兴。\n责任编辑\n"
    read_page(Source("", "", text.encode()), Options())
