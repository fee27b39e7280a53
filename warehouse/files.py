"""Decides which shards share a file, and puts their rows behind each other.

A small warehouse keeps each shard's own files: a build that changes one page writes five small files and links the
others. In a large one they would be tens of thousands, so that each reader spends its time on opening them: there a
table's shards are put together by the first bits of their names, which are bits of a hash, to files of some 128 MB. How
many bits follows from the table's bytes, so that the same sources give the same files however the warehouse grew.

    before  256 shards with 40 MB of documents and 20 GB of sentences in files of 0.2 and 80 MB
    after   document/0.parquet of 40 MB, sentence/00.parquet to sentence/fe.parquet, 128 files of about 160 MB
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from warehouse import schema
from warehouse.parquet import Rows, TableFile, TableWriter
from warehouse.shards import ShardSummary

SMALL = 5 << 30
"""Bytes up to which a warehouse keeps a file for each shard and table."""
TARGET = 128 << 20
"""Bytes of a file above that; powers of two put the mean between 90 and 181 MB, well within 32 to 512 MB."""


@dataclass(frozen=True, slots=True)
class Group:
    """Shards of a table that share the file `name`, in the order of their rows."""

    table: str
    name: str
    shards: tuple[str, ...]


def shared_files(shards: Sequence[ShardSummary]) -> list[Group]:
    """The files that shards share; none where the warehouse is small."""
    if sum(shard.bytes for shard in shards) <= SMALL:
        return []
    return [group for table in schema.TABLES for group in _groups(table.name, shards)]


def _groups(table: str, shards: Sequence[ShardSummary]) -> Iterable[Group]:
    size = sum(file.bytes for shard in shards for file in shard.files if file.table == table)
    bits = max(0, round(math.log2(max(size, 1) / TARGET)))
    members: dict[str, list[str]] = defaultdict(list)
    for shard in sorted(one.shard for one in shards):
        members[first_bits(shard, bits)].append(shard)
    return [Group(table, name, tuple(names)) for name, names in sorted(members.items())]


def first_bits(shard: str, bits: int) -> str:
    """The first bits of a shard's name as a name of their own: of a6 the first 5 are 10100, which is a0."""
    digits = max(1, -(-bits // 4))
    head = int(shard[:digits].ljust(digits, "0"), 16)
    return f"{head >> (4 * digits - bits) << (4 * digits - bits):0{digits}x}"


def write_group(group: Group, parts: Mapping[str, Rows], folder: Path) -> TableFile:
    """Writes the file of a group from the rows of its shards. Raises `PublicationFailed` where the disk refuses."""
    writer = TableWriter(schema.BY_NAME[group.table], folder, group.name)
    writer.open()
    try:
        for shard in group.shards:
            for rows in parts[shard].groups():
                writer.add(rows)
        writer.flush()
    finally:
        writer.close()
    return writer.finish()
