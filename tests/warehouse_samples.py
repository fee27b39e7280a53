"""Pages for the tests of the warehouse: small, whole, and consistent by construction.

A page is given by its stories; offsets, spans, tokens and figures follow from their texts, so that a test that wants a
fault has to make it itself.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest import mock

from transforms.alignment import Span
from transforms.document import Article, Document, Figure, Mention, Residue, Sentence
from warehouse.corpus import Corpus
from warehouse.shards import ShardSummary, write_shard
from warehouse.snapshots import Publication, Published

DIGITS = re.compile(r"[0-9]+")


@dataclass(frozen=True)
class Story:
    """A headline, paragraphs of sentences, and any further columns of the article."""

    headline: str | None = "全球第1位"
    paragraphs: tuple[tuple[str, ...], ...] = (("去年增长3%。", "新增4000个岗位。"), ("今年怎样？",))
    columns: dict[str, Any] = field(default_factory=dict)


def identity(path: str) -> str:
    return hashlib.sha256(path.encode()).hexdigest()[:16]


def page(
    path: str, stories: Sequence[Story] = (Story(),), furniture: Sequence[str] = ("责任编辑",), **columns: Any
) -> Document:
    """A page with these stories one behind the other, and its furniture at the foot."""
    key, articles, at = identity(path), [], 0
    for ordinal, story in enumerate(stories):
        article = _article(f"{key}-{ordinal:04d}", ordinal, story, at)
        articles.append(article)
        at = article.raw_spans[-1].end + 1
    rest = []
    for text in furniture:
        rest.append(Residue(at, at + len(text), text, "furniture"))
        at += len(text) + 1
    held = [span for article in articles for span in article.raw_spans]
    n_chars = sum(span.end - span.start for span in held) + sum(map(len, furniture))
    values = {"sha256": hashlib.sha256(path.encode()).hexdigest(), "encoding": "utf-8", "script": "simplified"}
    return Document(key, path, n_chars=n_chars, articles=tuple(articles), residue=tuple(rest), **{**values, **columns})


def _article(key: str, ordinal: int, story: Story, at: int) -> Article:
    parts = [(None, None, story.headline)] if story.headline else []
    offset = 0
    for number, paragraph in enumerate(story.paragraphs):
        for text in paragraph:
            parts.append((number, offset, text))
            offset += len(text)
        offset += 1
    sentences, spans, start = [], [], at
    for count, (paragraph_number, place, text) in enumerate(parts):
        sentences.append(_sentence(f"{key}-{count:04d}", count, paragraph_number, place, text, start))
        spans.append(Span(start, start + len(text)))
        # One character of the source between two sentences: a line end, say, that nobody holds.
        start += len(text) + 1
    body = "\n".join("".join(paragraph) for paragraph in story.paragraphs)
    columns = {"kind": "news", **story.columns}
    return Article(
        key, ordinal, text=body, raw_spans=tuple(spans), sentences=tuple(sentences), headline=story.headline, **columns
    )


def _sentence(key: str, ordinal: int, paragraph: int | None, place: int | None, text: str, raw: int) -> Sentence:
    figures = tuple(
        Figure(
            f"{key}-{number:02d}",
            Mention(found.group(), *found.span(), "number", float(found.group())),
            raw + found.start(),
            raw + found.end(),
        )
        for number, found in enumerate(DIGITS.finditer(text))
    )
    end = None if place is None else place + len(text)
    role = "headline" if place is None else "body"
    return Sentence(key, ordinal, paragraph, role, text, tuple(text), None, place, end, raw, raw + len(text), figures)


def quarantined(path: str, cause: str = "the file is empty") -> Document:
    return Document(identity(path), path, "", status="quarantined", error=cause)


def pages(count: int, **columns: Any) -> list[Document]:
    """So many pages, in the order that a shard wants them."""
    return in_order(page(f"日报/2024-11-20/{number}.txt", **columns) for number in range(count))


def in_order(documents: Any) -> list[Document]:
    return sorted(documents, key=lambda document: document.document_id)


def marked(mark: str, shard: str) -> list[Document]:
    """Pages that bear `mark` in every table: as publication, section, figure, in the text and in the residue."""
    story = Story(paragraphs=((f"这是{mark}号。",),), columns={"section": mark})
    return in_order(page(f"{shard}/{number}.txt", [story] * 3, [f"号{mark}"], publication=mark) for number in range(2))


def publish(
    root: Path | str,
    shards: dict[str, list[Document]],
    created: str = "2024-11-20T08:00:00Z",
    checked: bool = True,
    **rest: Any,
) -> Published:
    """Publishes these documents, shard by shard; what has the same documents as before is reused.

    With `checked` false so are rows that break the contract: readers may trip over more than the checks let through.
    """
    with (
        nullcontext() if checked else mock.patch("warehouse.shards.check_shard"),
        Publication.begin(root, **rest) as publication,
    ):
        for shard, documents in shards.items():
            digest = hashlib.sha256(repr(documents).encode()).hexdigest()
            if not publication.reuse(shard, digest):
                publication.stage(write_shard(publication.folder, shard, documents), digest)
        return publication.publish(rules="rules", created=created, versions={"banmian": "0"})


def exported(write: Callable[[Corpus, Path, Callable[[int], None]], None], corpus: Corpus, folder: Path) -> Path:
    """The folder of an export, which has told of each row that it wrote."""
    counts: list[int] = []
    write(corpus, folder, counts.append)
    assert sum(counts) == sum(corpus.manifest.rows.values())
    return folder


def bytes_of(folder: Path) -> dict[str, bytes]:
    """All Parquet files below a folder, by their relative path."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*.parquet"))}


def written(folder: Path, documents: list[Document], shard: str = "00") -> ShardSummary:
    return write_shard(folder, shard, documents)
