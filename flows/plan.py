"""Decides what a build has to do: which pages go into which shard, and what stands for a shard's content.

    before  Sources of 2 pages
    after   Plan(batches=(Batch(shard="0", sources=(…, …), digest="…"),), rules="…")

A shard is what one task reads and writes. Pages fall into shards by the first bits of a hash, those of one issue
together, and the number of shards depends on the bytes of all sources alone: the same sources give the same shards
anywhere. A page's key covers all that decides its rows: its bytes and name, those of the other pages of its issue, the
rules and the options. A shard whose keys the warehouse knows is linked; in others only pages with a new key are read.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import os
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import TYPE_CHECKING

from flows import reading, rebuild, stores
from flows.issues import imprint_of, whole_issues, with_issues
from flows.patterns import Pattern
from flows.settling import NEVER, Stamp, watch
from flows.sources import SourceFile, Sources, discover
from transforms.imprint import Imprint, printed_day
from warehouse.manifest import Manifest
from warehouse.parquet import layout
from warehouse.urls import is_url

if TYPE_CHECKING:
    from flows.parameters import BuildParameters

SHARD_BYTES = 3 << 20
"""Source bytes of a shard at most: enough that a task's own cost (some 30 ms) is lost in its work of several seconds,
and no more, for a worker holds its rows: each further MB takes some 20 MB of memory."""
FINEST = 3
"""How many times smaller the shards of a small corpus may be, for there to be some for several processes: the checks of
a shard cost some 0.2 s, whatever its size."""
FEW_BITS = 3
"""Of a hash; so many shards (eight) are enough of these."""
KEY_DIGITS = 32
"""Of a SHA-256, in hexadecimal: enough that no two of billions of pages share a key by chance."""
LEXICON_DIGITS = 16
RULE_FILES = (".py", ".tsv")
RULE_PACKAGES = ("jieba", "opencc-python-reimplemented", "rjieba")


@dataclass(frozen=True, slots=True)
class Batch:
    """The pages of one shard, by document_id, each with its key and bytes as they were when the plan was made."""

    shard: str
    sources: tuple[SourceFile, ...]
    keys: Mapping[str, str]
    sizes: Mapping[str, int]
    digest: str


@dataclass(frozen=True, slots=True)
class Plan:
    """All that a build has to do. `rules` is the digest of the rules, `options` what they were asked for."""

    sources: Sources
    batches: tuple[Batch, ...]
    rules: str
    options: dict[str, bool]
    given: tuple[str, ...]
    """What the build was asked to read, relative to the warehouse, so that both may move together."""
    anew: frozenset[str] = frozenset()
    """Pages to be read though nothing changed, by document_id; whole issues, as those below."""
    left: frozenset[str] = frozenset()
    """Pages that are still being written: not to be read."""
    stamps: Mapping[str, Stamp] = field(default_factory=dict)
    """What was seen of each page when it was settled, where somebody watched; NEVER of those left."""

    @property
    def digests(self) -> set[tuple[str, str]]:
        return {(batch.shard, batch.digest) for batch in self.batches}


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What stands for a source's bytes: their SHA-256, or the cause that they can't be read; how many they are; what
    is known of its issue; and its date, where a rebuild asks for that."""

    content: str
    size: int
    imprint: Imprint
    day: date | None = None


def make_plan(
    parameters: BuildParameters,
    on_read: Callable[[int, int], None] | None = None,
    pause: Callable[[float], None] = time.sleep,
) -> Plan:
    """Finds the sources and reads each once for its digest. Raises UsageError where there is nothing to build.

    `on_read` hears of each page read, as (pages read, pages in all); `pause` waits for pages to settle.
    """
    pattern = Pattern(parameters.pattern) if parameters.pattern else None
    watched = watch(lambda: discover(parameters.sources, pattern, parameters.warehouse), parameters.settle, pause)
    found = watched.sources.files
    prints: dict[str, Fingerprint] = {}
    dated = rebuild.by_date(parameters)
    read = stores.ahead(lambda source: fingerprint(source, dated), found, any(is_url(one.path) for one in found))
    for number, (source, one) in enumerate(zip(found, read), 1):
        prints[source.document_id] = one
        if on_read:
            on_read(number, len(found))
    files = with_issues(found, {name: one.imprint for name, one in prints.items()})
    options = {"pos": parameters.pos}
    rules = rules_digest()
    left = whole_issues(files, watched.unsettled)
    days = {name: one.day for name, one in prints.items()}
    return Plan(
        sources=replace(watched.sources, files=files),
        batches=_batches(files, prints, rules, options),
        rules=rules,
        options=options,
        given=tuple(_from(parameters.warehouse, name) for name in parameters.sources),
        anew=whole_issues(files, rebuild.wanted(files, days, parameters)),
        left=left,
        stamps={**watched.stamps, **dict.fromkeys(left, NEVER)},
    )


def _from(warehouse: Path | str, name: str) -> str:
    """A source as seen from the warehouse; one of them in a store is where it is, wherever the other moves."""
    if is_url(name):
        return name
    return os.path.relpath(name, warehouse) if isinstance(warehouse, Path) else os.path.abspath(name)


def fingerprint(source: SourceFile, dated: bool = False) -> Fingerprint:
    """The digest of a page's bytes, or why there is none; `dated`: its date as well, though no paper be known."""
    place = source.place
    try:
        data = reading.read(source.path)
    except OSError as error:
        return Fingerprint(reading.cause_of(error), 0, Imprint(place.publication, place.issue_date), place.issue_date)
    known = imprint_of(source, data)
    day = (known.issue_date or printed_day(data)) if dated else None
    return Fingerprint(hashlib.sha256(data).hexdigest(), len(data), known, day)


def with_former(plan: Plan, last: Manifest | None) -> Plan:
    """The plan in which each page that is still being written stands as the last snapshot holds it, or not at all.

    `last` is the manifest of that snapshot, None where there is none.
    """
    if not plan.left:
        return plan
    keys = {one.document_id: one.key for one in last.sources} if last and last.layout == layout() else {}
    batches = (_held_back(batch, plan.left, keys) for batch in plan.batches)
    return replace(plan, batches=tuple(batch for batch in batches if batch.sources))


def _held_back(batch: Batch, left: frozenset[str], former: Mapping[str, str]) -> Batch:
    keys = {name: former.get(name, "") if name in left else key for name, key in batch.keys.items()}
    return _batch(batch.shard, [source for source in batch.sources if keys[source.document_id]], keys, batch.sizes)


def page_keys(contents: Iterable[tuple[SourceFile, str]], rules: str, options: dict[str, bool]) -> dict[str, str]:
    """The key of each page, by document_id; `contents` are pages with the `content` of their fingerprints.

    Of an issue all pages are to be among them: an article may be carried on from any of them to any other.
    """
    units: dict[str, list[tuple[SourceFile, str]]] = defaultdict(list)
    for source, content in contents:
        units[source.issue or source.document_id].append((source, content))
    head = f"{rules}\n{sorted(options.items())}\n".encode()
    keys: dict[str, str] = {}
    for unit in units.values():
        digest = hashlib.sha256(head + b"".join(sorted(_told(*page) for page in unit)))
        keys |= {source.document_id: _key(digest.digest(), source) for source, _ in unit}
    return keys


def _told(source: SourceFile, content: str) -> bytes:
    place = source.place
    return repr((source.relative, content, place.publication, str(place.issue_date), place.page)).encode()


def _key(unit: bytes, source: SourceFile) -> str:
    return hashlib.sha256(unit + source.document_id.encode()).hexdigest()[:KEY_DIGITS]


def shard_digest(keys: Iterable[tuple[str, str]]) -> str:
    """What stands for a shard; `keys` are its document_ids in their order, each with its key."""
    return hashlib.sha256("".join(f"{name} {key}\n" for name, key in keys).encode()).hexdigest()


def bits_for(size: int) -> int:
    """How many bits of a hash tell the shards of a corpus of `size` bytes: so many that each has some SHARD_BYTES.

    Some more for a small corpus, that all processes have work: with one shard, or two unlike in size, most would wait.
    """
    return max(_bits(size, SHARD_BYTES), min(FEW_BITS, _bits(size, SHARD_BYTES // FINEST)))


def _bits(size: int, shard: int) -> int:
    return max(0, -(-size // shard) - 1).bit_length()


def _batches(
    files: tuple[SourceFile, ...], prints: dict[str, Fingerprint], rules: str, options: dict[str, bool]
) -> tuple[Batch, ...]:
    bits = bits_for(sum(one.size for one in prints.values()))
    keys = page_keys(((file, prints[file.document_id].content) for file in files), rules, options)
    members: dict[str, list[SourceFile]] = defaultdict(list)
    for source in files:
        members[_shard_of(source, bits)].append(source)
    sizes = {name: one.size for name, one in prints.items()}
    return tuple(_batch(shard, sources, keys, sizes) for shard, sources in sorted(members.items()))


def _batch(shard: str, sources: list[SourceFile], keys: Mapping[str, str], sizes: Mapping[str, int]) -> Batch:
    ids = [source.document_id for source in sources]
    return Batch(
        shard=shard,
        sources=tuple(sources),
        keys={name: keys[name] for name in ids},
        sizes={name: sizes[name] for name in ids},
        digest=shard_digest((name, keys[name]) for name in ids),
    )


def _shard_of(source: SourceFile, bits: int) -> str:
    """The name of a page's shard: the first bits of a hash, as hexadecimal digits filled up with zeros.

    More bits cut each shard in two. Pages of no known issue go by their document_id, which is a hash itself, so that
    the files of a table hold one range of them each and a reader that looks for one page opens one file.
    """
    hashed = hashlib.sha256(source.issue.encode()).hexdigest() if source.issue else source.document_id
    digits = max(1, -(-bits // 4))
    unused = 4 * digits - bits
    return f"{int(hashed[:digits], 16) >> unused << unused:0{digits}x}"


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


def lexicon_digests() -> dict[str, str]:
    """The tables of the lexicon, each with the first digits of its SHA-256: which of them two snapshots differ in."""
    files = sorted(_rule_files(resources.files("transforms"), ""))
    tables = [(name.rpartition("/")[2], file) for name, file in files if name.endswith(".tsv")]
    return {name: hashlib.sha256(file.read_bytes()).hexdigest()[:LEXICON_DIGITS] for name, file in tables}


def _rule_files(folder: Traversable, prefix: str) -> Iterable[tuple[str, Traversable]]:
    for entry in folder.iterdir():
        if entry.is_dir():
            yield from _rule_files(entry, f"{prefix}{entry.name}/")
        elif entry.name.endswith(RULE_FILES):
            yield prefix + entry.name, entry
