"""`make benchmark`, second part: what the warehouse costs beside the rules, and beside pyarrow alone on the same rows.

Ten thousand pages are built by the real build, from files on the disk to a published snapshot; only the rules are left
out: a page is one of a few that were read before, under another name and with a number of its own at its end. So what
is timed is all that is not a rule. The rules' share is what those few pages took, as many times over.

    before  seeds/*.txt, and the pages of ../shared/bench where they lie beside the checkout
    after   publishing all  41.2 s  with report 4.1% of a build  20.1 times pyarrow alone writing all rows
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from statistics import median
from typing import Any
from unittest import mock

import pyarrow as pa
import pyarrow.parquet as pq

import warehouse
from benchmarks.seeds import BENCHES, SEEDS, sources_below
from flows import batch
from flows import build as build_module
from flows.build import Outcome, build
from flows.jobs import BatchResult, Job
from flows.parameters import BuildParameters
from flows.reporting import after_build
from transforms.document import Article, Document, Options, Residue, Sentence, Source
from transforms.page import read_page
from warehouse.parquet import WRITER
from warehouse.schema import BY_NAME
from warehouse.snapshots import Published

PAGES = 10_000
DIGITS = 7
ROUNDS = 5
CHANGED = 4_321
BY_KIND = "select kind, count(*) from sentence join article using (article_id) group by kind order by kind"


@dataclass(frozen=True)
class Base:
    """A page that was read before: its bytes, its characters, its rows, and the seconds that the rules took."""

    data: bytes
    length: int
    document: Document
    seconds: float


def bases() -> list[Base]:
    """The seeds, and the bench pages where they are, each read once after the dictionaries were."""
    folders = [SEEDS, *(folder for folder in [BENCHES / "pages"] if folder.is_dir())]
    read_page(Source("", "", "人民日报今天出版。".encode()), Options())
    found = []
    for data in (data for folder in folders for data in sources_below(folder).values()):
        began = time.perf_counter()
        document = read_page(Source("0" * 16, "page", data), Options())
        seconds = time.perf_counter() - began
        if document.encoding == "utf-8":
            found.append(Base(data, len(data.decode(errors="replace").removeprefix("\ufeff")), document, seconds))
    return found


def numbered(base: Base, number: int) -> bytes:
    """The bytes of a page with a number in a line at its end."""
    return base.data + f"\n{number:0{DIGITS}}".encode()


class Pretence:
    """Stands in for the rules: gives a page's rows without reading them, and keeps the seconds that it takes itself."""

    def __init__(self, known: Sequence[Base]) -> None:
        self.known = known
        self.seconds = 0.0

    def __call__(self, source: Source, _options: Options) -> Document:
        began = time.perf_counter()
        number = int(source.data[-DIGITS:])
        base = self.known[number % len(self.known)]
        line = Residue(base.length + 1, base.length + 1 + DIGITS, f"{number:0{DIGITS}}", "furniture")
        document = replace(
            base.document,
            document_id=source.document_id,
            source_path=source.source_path,
            sha256=sha256(source.data).hexdigest(),
            n_chars=base.document.n_chars + DIGITS,
            articles=tuple(_named(article, source.document_id) for article in base.document.articles),
            residue=(*base.document.residue, line),
        )
        self.seconds += time.perf_counter() - began
        return document


def _named(article: Article, document_id: str) -> Article:
    sentences = tuple(_sentence(sentence, document_id) for sentence in article.sentences)
    return replace(article, article_id=document_id + article.article_id[16:], sentences=sentences)


def _sentence(sentence: Sentence, document_id: str) -> Sentence:
    figures = tuple(one._replace(figure_id=document_id + one.figure_id[16:]) for one in sentence.figures)
    return sentence._replace(sentence_id=document_id + sentence.sentence_id[16:], figures=figures)


class Reporting:
    """Stands before what writes the report, and keeps the seconds that it takes."""

    def __init__(self) -> None:
        self.write = after_build
        self.seconds = 0.0

    def __call__(self, root: Path, snapshot: Published) -> Path | None:
        page, seconds = timed(lambda: self.write(root, snapshot))
        self.seconds += seconds
        return page  # type: ignore[no-any-return]


@dataclass(frozen=True)
class Rig:
    """What a run of the benchmark builds with."""

    parameters: BuildParameters
    pretence: Pretence
    reporting: Reporting
    out: Path
    """Where pyarrow alone writes."""

    def build(self) -> tuple[Outcome, float, float]:
        """A build; the seconds until it was published, apart from the rules, and those of its report."""
        rules, report = self.pretence.seconds, self.reporting.seconds
        outcome, seconds = timed(lambda: build(self.parameters, in_this_process))
        rules, report = self.pretence.seconds - rules, self.reporting.seconds - report
        return outcome, seconds - rules - report, report


def in_this_process(jobs: Sequence[Job]) -> Iterator[BatchResult]:
    """Carries out batches one after the other."""
    return (batch.run_batch(job) for job in jobs)


def timed(work: Callable[[], Any]) -> tuple[Any, float]:
    """What the work gives, and its seconds."""
    began = time.perf_counter()
    result = work()
    return result, time.perf_counter() - began


@contextmanager
def folder() -> Iterator[Path]:
    """A folder for the while."""
    name = Path(tempfile.mkdtemp(prefix="banmian-benchmark-"))
    try:
        yield name
    finally:
        shutil.rmtree(name)


def write_pages(root: Path, known: Sequence[Base], count: int) -> None:
    """So many files, a hundred in a folder."""
    for number in range(count):
        path = root / f"{number // 100:04}" / f"{number:0{DIGITS}}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(numbered(known[number % len(known)], number))


def write_alone(tables: dict[str, pa.Table], out: Path) -> None:
    """The same rows by pyarrow alone, one file a table."""
    out.mkdir(exist_ok=True)
    for name, table in tables.items():
        columns = BY_NAME[name].dictionary_columns
        pq.write_table(table, out / f"{name}.parquet", use_dictionary=columns, **WRITER)


def all_pages(rig: Rig) -> Iterator[str]:
    """The first build of all pages."""
    outcome, seconds, report = rig.build()
    rows = outcome.published.manifest.rows
    rules = sum(base.seconds for base in rig.pretence.known) / len(rig.pretence.known) * rows["document"]
    corpus = warehouse.open(rig.parameters.warehouse)
    tables = {name: corpus.table(name).to_arrow() for name in BY_NAME}
    _, alone = timed(lambda: write_alone(tables, rig.out))
    yield f"{rows['document']:,} pages, {rows['sentence']:,} sentences, {rows['figure']:,} figures"
    share = (seconds + report) / (seconds + report + rules)
    yield _row("publishing all", seconds, f"with report {share:.1%} of a build", seconds / alone, "writing all rows")


def one_page(rig: Rig, source: Path) -> Iterator[str]:
    """Builds with one page replaced."""
    spent, alone, reports = [], [], []
    for again in range(1, ROUNDS + 1):
        number = CHANGED + again * len(rig.pretence.known)
        source.write_bytes(numbered(rig.pretence.known[number % len(rig.pretence.known)], number))
        outcome, seconds, report = rig.build()
        (result,) = outcome.results
        assert len(result.read) == 1, "one page is read, the others are taken over"
        spent.append(seconds)
        reports.append(report)
        alone.append(_copied_alone([outcome.published.path / file.path for file in result.summary.files], rig.out))
    note = f"and {median(reports):.2f} s for the report"
    yield _row("replacing one page", median(spent), note, median(spent) / median(alone), "its shard")


def _copied_alone(files: Sequence[Path], out: Path) -> float:
    """The seconds of pyarrow alone for reading and writing these files of a shard."""
    return timed(lambda: write_alone({file.parent.name: pq.read_table(file) for file in files}, out))[1]


def counting(root: Path) -> Iterator[str]:
    """Opens the warehouse and counts sentences by the kind of their article."""
    _, cold = timed(lambda: _by_kind(root))
    warm = median(timed(lambda: _by_kind(root))[1] for _ in range(ROUNDS))
    alone = median(timed(lambda: _by_kind_alone(root))[1] for _ in range(ROUNDS))
    yield _row("counting by kind", warm, f"the first time {cold:.2f} s", warm / alone, "reading and counting")


def _by_kind(root: Path) -> list[tuple[Any, ...]]:
    with warehouse.open(root) as corpus:
        rows: list[tuple[Any, ...]] = corpus.duckdb().sql(BY_KIND).fetchall()
        return rows


def _by_kind_alone(root: Path) -> pa.Table:
    articles = pq.read_table(root / "current/article", columns=["article_id", "kind"])
    sentences = pq.read_table(root / "current/sentence", columns=["article_id"])
    return sentences.join(articles, "article_id").group_by("kind").aggregate([("kind", "count")])


def _row(what: str, seconds: float, note: str, ratio: float, of: str) -> str:
    return f"  {what:<19}{seconds:8.2f} s   {note:<31} {ratio:5.1f} times pyarrow alone {of}"


def main(arguments: Sequence[str] | None = None) -> int:
    """Builds, replaces, counts, and prints a line for each."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.publishing", description=__doc__.split("\n", 1)[0])
    parser.add_argument("--pages", type=int, default=PAGES, help=f"how many pages (default {PAGES:,})")
    options = parser.parse_args(arguments)
    pretence, reporting = Pretence(bases()), Reporting()
    with (
        folder() as root,
        mock.patch.object(batch, "read_page", pretence),
        mock.patch.object(build_module, "after_build", reporting),
    ):
        write_pages(root / "pages", pretence.known, options.pages)
        parameters = BuildParameters(sources=[str(root / "pages")], warehouse=root / "warehouse")
        rig = Rig(parameters, pretence, reporting, root / "alone")
        changed = next((root / "pages").rglob(f"{CHANGED % options.pages:0{DIGITS}}.txt"))
        for part in (all_pages(rig), one_page(rig, changed), counting(root / "warehouse")):
            for line in part:
                print(line, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
