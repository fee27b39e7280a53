"""Decides what a build has to do: which pages go into which shard, and what stands for a shard's content.

    before  Sources of 2 pages
    after   Plan(batches=(Batch(shard="0", sources=(…, …), digest="…"),), rules="…")

A shard is what one task reads and writes. Pages fall into shards by a hash, those of one issue together, and the number
of shards depends on the bytes of all sources alone: the same sources give the same shards anywhere. A shard's digest
covers the bytes and names of its pages, the rules and the options; the warehouse links a shard whose digest it knows.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable

from flows import reading
from flows.parameters import BuildParameters
from flows.patterns import Pattern
from flows.sources import SourceFile, Sources, discover

SHARD_BYTES = 4 << 20
"""Source bytes of a shard: enough that a task's own cost (some 30 ms) is lost in its work of several seconds."""
RULE_FILES = (".py", ".tsv")
RULE_PACKAGES = ("jieba", "opencc-python-reimplemented", "rjieba")


@dataclass(frozen=True, slots=True)
class Batch:
    """The pages of one shard, by document_id; `digest` stands for them as they were when the plan was made."""

    shard: str
    sources: tuple[SourceFile, ...]
    digest: str
    size: int


@dataclass(frozen=True, slots=True)
class Plan:
    """All that a build has to do. `rules` is the digest of the rules, `options` what they were asked for."""

    sources: Sources
    batches: tuple[Batch, ...]
    rules: str
    options: dict[str, bool]

    @property
    def digests(self) -> set[tuple[str, str]]:
        return {(batch.shard, batch.digest) for batch in self.batches}


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What stands for a source's bytes: their SHA-256, or the cause that they can't be read; and how many they are."""

    content: str
    size: int


def make_plan(parameters: BuildParameters, on_read: Callable[[int, int], None] | None = None) -> Plan:
    """Finds the sources and reads each once for its digest. Raises UsageError where there is nothing to build.

    `on_read` hears of each page read, as (pages read, pages in all).
    """
    pattern = Pattern(parameters.pattern) if parameters.pattern else None
    sources = discover(parameters.sources, pattern, parameters.warehouse)
    prints: dict[str, Fingerprint] = {}
    for number, source in enumerate(sources.files, 1):
        prints[source.document_id] = fingerprint(source.path)
        if on_read:
            on_read(number, len(sources.files))
    options = {"pos": parameters.pos}
    rules = rules_digest()
    batches = _batches(sources.files, prints, rules, options)
    return Plan(sources, batches, rules, options)


def fingerprint(path: str) -> Fingerprint:
    """The digest of a file's bytes, or why there is none."""
    try:
        data = reading.read(path)
    except OSError as error:
        return Fingerprint(reading.cause_of(error), 0)
    return Fingerprint(hashlib.sha256(data).hexdigest(), len(data))


def shard_digest(contents: Iterable[tuple[SourceFile, str]], rules: str, options: dict[str, bool]) -> str:
    """What stands for a shard; `contents` are its sources by document_id, each with its fingerprint's `content`."""
    digest = hashlib.sha256(f"{rules}\n{sorted(options.items())}\n".encode())
    for source, content in contents:
        place = source.place
        digest.update(repr((source.relative, content, place.publication, str(place.issue_date), place.page)).encode())
    return digest.hexdigest()


def shards_for(size: int) -> int:
    """How many shards a corpus of `size` bytes has: a power of two, of about SHARD_BYTES each."""
    return 1 << max(0, -(-size // SHARD_BYTES) - 1).bit_length()


def _batches(
    files: tuple[SourceFile, ...], prints: dict[str, Fingerprint], rules: str, options: dict[str, bool]
) -> tuple[Batch, ...]:
    shards = shards_for(sum(one.size for one in prints.values()))
    members: dict[int, list[SourceFile]] = defaultdict(list)
    for source in files:
        members[int(hashlib.sha256(_kept_together(source).encode()).hexdigest()[:12], 16) % shards].append(source)
    width = len(f"{shards - 1:x}")
    return tuple(
        Batch(
            shard=f"{number:0{width}x}",
            sources=tuple(sources),
            digest=shard_digest(((one, prints[one.document_id].content) for one in sources), rules, options),
            size=sum(prints[one.document_id].size for one in sources),
        )
        for number, sources in sorted(members.items())
    )


def _kept_together(source: SourceFile) -> str:
    """Pages that share this come into one shard: those of an issue, where the path tells it."""
    place = source.place
    if place.publication and place.issue_date:
        return f"{place.publication}\n{place.issue_date}"
    return source.document_id


@cache
def rules_digest() -> str:
    """The digest of all that decides the rows of a page: the rules, their tables and the packages that they call.

    A change anywhere in `transforms` counts, be it a comment: what can't matter is not worth finding out.
    """
    digest = hashlib.sha256()
    for name, file in sorted(_rule_files(resources.files("transforms"), "")):
        digest.update(f"{name}\n".encode() + file.read_bytes())
    for package in RULE_PACKAGES:
        digest.update(f"{package} {importlib.metadata.version(package)}\n".encode())
    return digest.hexdigest()


def _rule_files(folder: Traversable, prefix: str) -> Iterable[tuple[str, Traversable]]:
    for entry in folder.iterdir():
        if entry.is_dir():
            yield from _rule_files(entry, f"{prefix}{entry.name}/")
        elif entry.name.endswith(RULE_FILES):
            yield prefix + entry.name, entry
