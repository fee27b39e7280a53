"""What a worker process does: reads the pages of one batch, turns each into rows and writes them as one shard.

Pages that the last snapshot holds as they would be read are not read: their rows are taken over.

    before  Batch(shard="0", sources=(two files))
    after   five Parquet files in the snapshot's folder, and a BatchResult of paths, digests and counts

A page that can't be read, that takes too much time or memory, or on which a rule fails, becomes a quarantined row with
the cause, and the rest goes on.
"""

from __future__ import annotations

import hashlib
import traceback
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from tempfile import TemporaryDirectory

from flows import reading, settling
from flows.conservation import held
from flows.jobs import BatchResult, Failure, Job
from flows.limits import USUAL, CutOff, Limits, within
from flows.plan import page_keys, shard_digest
from flows.sources import SourceFile
from transforms.document import Document, Options, Source
from transforms.jumps import join_issues
from transforms.page import DEFAULT, quarantined, read_page
from warehouse.errors import CheckFailed, RowsRefused
from warehouse.former import Former
from warehouse.shards import KeptDocument, as_columns, prepare, write_shard


class LostCharacters(Exception):  # noqa: N818 - reads as a sentence in a cause
    """The rows of a page don't hold each character of its source once."""


At = Callable[[str | None, float], None]
"""Hears which page is being read and how many seconds that may take; None where it is none."""


def _unheard(_page: str | None, _seconds: float) -> None:
    """Nobody wants to know."""


def run_batch(job: Job, at: At = _unheard) -> BatchResult:
    """Reads and writes one shard. Raises PublicationFailed; a page's own trouble is in its row."""
    attempts = [job] if not job.former else [job, replace(job, former=())]
    for attempt in attempts:
        with suppress(CheckFailed, RowsRefused):
            return _Shard(attempt, at, {}).written()
    # Some page's rows break the contract. Which one shows when each is written alone: slow, and seldom.
    alone = replace(job, former=(), before=())
    return _Shard(alone, at, _Shard(alone, at, {}).breaches()).written()


class _Shard:
    """A batch being carried out; `broken` are the pages whose rows break the contract, each with the cause."""

    def __init__(self, job: Job, at: At, broken: Mapping[str, str]) -> None:
        self.job = job
        self.at = at
        self.broken = broken
        self.former = Former(job.former)
        self.before = Former(job.before)
        self.failures: list[Failure] = []
        self.keys: dict[str, str] = {}
        """Of the pages read, by document_id."""
        self.left: list[str] = []

    def written(self) -> BatchResult:
        """Reads what is to be read and writes the shard."""
        summary = write_shard(self.job.folder, self.job.batch.shard, self._pages(), self.keys.__getitem__)
        digest = shard_digest((source.document_id, source.key) for source in summary.sources)
        read = tuple(source for source in summary.sources if source.document_id in self.keys)
        failures = tuple(replace(one, command=self.job.command(one.path)) if one.path else one for one in self.failures)
        return BatchResult(summary, digest, self.job.size, read, failures, tuple(self.left))

    def breaches(self) -> dict[str, str]:
        """The pages whose rows the warehouse refuses, by name, each with the cause."""
        files = [file for file in self.job.batch.sources if file.relative not in self.job.refused]
        causes = ((file, breach(self._page(file), self.job.folder)) for file in files)
        return {file.relative: cause for file, cause in causes if cause}

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

    def _issues(self) -> dict[str, KeptDocument]:
        """The pages to be read whose issue is known, with their parts joined; as columns, for they are many."""
        issues: dict[str, list[SourceFile]] = defaultdict(list)
        for file in self.job.batch.sources:
            if file.issue and file.document_id not in self.former:
                issues[file.issue].append(file)
        kept = (page for files in issues.values() for page in self._as_columns(self._read(files)))
        return {page.source.document_id: page for page in kept}

    def _as_columns(self, pages: Sequence[Document | KeptDocument]) -> Iterator[KeptDocument]:
        """An issue, of which all pages were read or none."""
        yield from (page for page in pages if isinstance(page, KeptDocument))
        yield from as_columns([page for page in pages if isinstance(page, Document)], self.keys.__getitem__)

    def _read(self, files: Sequence[SourceFile]) -> Sequence[Document | KeptDocument]:
        """Reads an issue or a page of none and notes the keys. Where one of them is being written, none is read."""
        if settling.have_moved(files, self.job.stamps):
            return self._as_before(files)
        told = len(self.failures)
        documents = self._joined(files, [self._page(file) for file in files])
        if settling.have_moved(files, self.job.stamps):
            del self.failures[told:]
            return self._as_before(files)
        # What may go better next time is to be read again then: its key is not the one that the next plan has for it.
        passing = {one.source: one.cause for one in self.failures[told:] if one.passing}
        contents = [passing.get(file.relative) or one.sha256 or str(one.error) for file, one in zip(files, documents)]
        self.keys |= page_keys(zip(files, contents), self.job.rules, self.job.options)
        return documents

    def _as_before(self, files: Sequence[SourceFile]) -> list[KeptDocument]:
        """The former rows of pages that are left for the next run."""
        self.left += [file.relative for file in files]
        return [self.before.take(file.document_id) for file in files if file.document_id in self.before]

    def _page(self, file: SourceFile) -> Document:
        if cause := self.job.refused.get(file.relative):
            return self._failed(file, Failure(file.relative, file.path, cause, passing=True))
        limits = self.job.limits.for_size(self.job.batch.sizes[file.document_id])
        self.at(file.relative, limits.seconds)
        document = read_source(
            file, Options(**self.job.options, tokenizer=self.job.tokenizer), self.failures, self.job.limits
        )
        self.at(None, 0)
        if cause := self.broken.get(file.relative):
            return self._failed(file, Failure(file.relative, file.path, cause), document.sha256)
        return document

    def _failed(self, file: SourceFile, failure: Failure, sha256: str = "") -> Document:
        self.failures.append(failure)
        return _quarantined(file, failure.cause, sha256)

    def _joined(self, files: Sequence[SourceFile], documents: list[Document]) -> list[Document]:
        """The pages of an issue with their parts joined; as they are, and partial, where that fails or takes long."""
        try:
            with within(self.job.limits.for_size(sum(self.job.batch.sizes[file.document_id] for file in files))):
                return join_issues(documents)
        except (Exception, CutOff) as error:
            cause = f"articles were not joined across pages: {_cause(error)}"
            self.failures.append(Failure(files[0].relative, "", cause, traceback.format_exc(), passing=True))
            return [_partial(document, cause) for document in documents]


def breach(document: Document, folder: str) -> str | None:
    """Why the warehouse refuses the rows of a page; None where it takes them. `folder` has room to try."""
    with TemporaryDirectory(dir=folder, prefix=".alone-") as alone:
        try:
            write_shard(alone, "0", [document])
        except (CheckFailed, RowsRefused) as error:
            return f"its rows break the contract: {error}"
    return None


def read_source(file: SourceFile, options: Options, failures: list[Failure], limits: Limits = USUAL) -> Document:
    """The rows of one file; one that can't be read, takes too much, or on which a rule fails comes back quarantined.

    Where in the rules it failed or was cut off is added to `failures`.
    """
    try:
        data = reading.read(file.path)
    except OSError as error:
        return _quarantined(file, reading.cause_of(error))
    try:
        with within(limits.for_size(len(data))):
            return _document(file, data, options)
    except (Exception, CutOff) as error:  # whatever a rule does wrong costs one page, not the run
        cause = _cause(error)
        failures.append(Failure(file.relative, file.path, cause, traceback.format_exc(), isinstance(error, CutOff)))
        return _quarantined(file, cause, hashlib.sha256(data).hexdigest())


def _document(file: SourceFile, data: bytes, options: Options) -> Document:
    place = file.place
    source = Source(file.document_id, file.relative, data, place.publication, place.issue_date, place.page)
    document = read_page(source, options)
    kept, all_of_them = held(document, data)
    if kept != all_of_them:
        raise LostCharacters(f"{all_of_them:,} characters in the source, {kept:,} in the rows")
    return document


def _cause(error: BaseException) -> str:
    """What went wrong, in one line."""
    if isinstance(error, CutOff):
        return str(error)
    return " ".join(f"a rule failed: {type(error).__name__}: {error}".split())


def _quarantined(file: SourceFile, cause: str, sha256: str = "") -> Document:
    place = file.place
    document = quarantined(file.relative, file.document_id, cause)
    return replace(document, sha256=sha256, publication=place.publication, issue_date=place.issue_date, page=place.page)


def _partial(document: Document, cause: str) -> Document:
    """A page that lacks something; one in quarantine lacks all anyway."""
    if document.status == "quarantined":
        return document
    return replace(document, status="partial", error="; ".join(filter(None, [document.error, cause])))


def warm(options: Options = DEFAULT) -> None:
    """Loads what the first batch would load (dictionaries above all), before there is work to wait for it."""
    text = "今天的报纸出版\n\n本报讯（记者 某）今天的报纸\n出版，新增4000个岗\n位。读者都很高兴。\n责任编辑\n"
    prepare([read_page(Source("", "", text.encode()), options)])
