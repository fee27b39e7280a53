"""What `benchmarks.throughput` runs in datatrove's own environment: the lesser steps on the same pages.

    python datatrove_job.py PAGES OUT --words jieba --workers 2

Line joining, punctuation, sentence cut, words, and one regex for numbers, each a step in datatrove's manner; the reader
is the one that datatrove lacks, for plain text files. Written as JSON lines without compression, the faster of its
writers. It imports nothing of this project.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable, Iterator
from typing import Any

from datatrove.data import DocumentsPipeline
from datatrove.executor import LocalPipelineExecutor
from datatrove.pipeline.base import PipelineStep
from datatrove.pipeline.formatters.base import BaseFormatter
from datatrove.pipeline.readers.base import BaseDiskReader
from datatrove.pipeline.writers.jsonl import JsonlWriter
from datatrove.utils.logging import logger

_INSIDE = re.compile(r"(?<![。！？!?:：”\n])\n+(?=[^\s●（(—])")
_END = re.compile(r"[^。！？\n]*(?:[。！？]+[”’）》]*|\n+|$)")
_NUMBER = re.compile(r"[0-9]+(?:\.[0-9]+)?[%万亿]*|[零一二两三四五六七八九十百千万亿]{2,}")
_FULL_WIDTH = ((",", "，"), (":", "："), (";", "；"), ("!", "！"), ("?", "？"), ("(", "（"), (")", "）"))


class PageReader(BaseDiskReader):
    """A document from each text file."""

    name = "pages"

    def read_file(self, filepath: str) -> DocumentsPipeline:
        with self.data_folder.open(filepath, "rt", encoding="utf-8") as file:
            if document := self.get_document_from_dict({"text": file.read()}, filepath, 0):
                yield document


class LineJoiner(BaseFormatter):
    """Puts the lines of a paragraph together."""

    name = "line joining"

    def format(self, text: str) -> str:
        return _INSIDE.sub("", text)


class Punctuation(BaseFormatter):
    """Full-width marks for half-width ones; `str.replace` is the fastest way."""

    name = "punctuation"

    def format(self, text: str) -> str:
        for half, full in _FULL_WIDTH:
            text = text.replace(half, full)
        return text


class Annotator(PipelineStep):
    """A step that adds something of its own to each document."""

    type = "banmian's lesser steps"

    def annotate(self, text: str, metadata: dict[str, Any]) -> None:
        raise NotImplementedError

    def run(self, data: DocumentsPipeline, rank: int = 0, world_size: int = 1) -> DocumentsPipeline:  # noqa: ARG002
        for document in data:
            with self.track_time():
                self.annotate(document.text, document.metadata)
            yield document


class Sentences(Annotator):
    """The sentences."""

    name = "sentences"

    def annotate(self, text: str, metadata: dict[str, Any]) -> None:
        metadata["sentences"] = [stripped for part in _END.findall(text) if (stripped := part.strip())]


class Words(Annotator):
    """The words of each sentence."""

    name = "words"

    def __init__(self, library: str) -> None:
        super().__init__()
        self.library = library

    def annotate(self, _text: str, metadata: dict[str, Any]) -> None:
        cut = self.cut()
        metadata["tokens"] = [cut(sentence) for sentence in metadata["sentences"]]

    def cut(self) -> Callable[[str], list[str]]:
        """Loaded in the worker, for a step travels there."""
        if self.library == "rjieba":
            import rjieba

            return rjieba.cut
        import jieba

        return jieba.lcut  # type: ignore[no-any-return]


class Numbers(Annotator):
    """The numbers, over the whole document at once."""

    name = "numbers"

    def annotate(self, text: str, metadata: dict[str, Any]) -> None:
        metadata["numbers"] = _NUMBER.findall(text)


def pipeline(pages: str, out: str, library: str) -> Iterator[PipelineStep]:
    """The steps in their order."""
    yield PageReader(pages, glob_pattern="**/*.txt")
    yield LineJoiner()
    yield Punctuation()
    yield Sentences()
    yield Words(library)
    yield Numbers()
    yield JsonlWriter(out, compression=None)


def main() -> None:
    """Runs the pipeline."""
    parser = argparse.ArgumentParser()
    parser.add_argument("pages")
    parser.add_argument("out")
    parser.add_argument("--words", choices=("jieba", "rjieba"), default="jieba")
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args()
    logger.remove()  # a line for each file takes time of its own
    LocalPipelineExecutor(
        list(pipeline(options.pages, f"{options.out}/tables", options.words)),
        tasks=options.workers,
        workers=options.workers,
        logging_dir=f"{options.out}/logs",
    ).run()


if __name__ == "__main__":
    main()
