"""Rows of the last snapshot that a new one takes over as they are.

A build that finds one page of a shard changed reads that page alone; the rows of the others come from here. Which rows
are a page's follows from the counts in the tables: shards are sorted by document, and each row says how many it has
below it.

    before  document n_articles [2, 1], article n_sentences [3, 1, 4]
    after   the second page has article 2 and sentences 4 to 7
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from typing import Any

import pyarrow as pa

from warehouse.parquet import Rows
from warehouse.schema import ARTICLE, DOCUMENT, FIGURE, RESIDUE, SENTENCE
from warehouse.shards import KeptDocument, SourceRecord


@dataclass(frozen=True)
class FormerShard:
    """A shard of a published snapshot: where the rows of each table lie, its sources, and those that may be taken over.

    Plain data that travels to a worker.
    """

    rows: Mapping[str, Rows]
    sources: tuple[SourceRecord, ...]
    kept: frozenset[str]
    """Their document_ids."""


class Former:
    """The pages that several former shards have on offer."""

    def __init__(self, shards: Iterable[FormerShard]) -> None:
        self._shards: dict[str, _Shard] = {}
        for shard in shards:
            self._shards |= dict.fromkeys(shard.kept, _Shard(shard))

    def __contains__(self, document_id: str) -> bool:
        return document_id in self._shards

    def take(self, document_id: str) -> KeptDocument:
        """The rows of a page. Raises KeyError for a page not on offer, OSError where a file can't be read."""
        return self._shards[document_id].take(document_id)


class _Shard:
    """The tables of one former shard, read when the first page is taken."""

    def __init__(self, shard: FormerShard) -> None:
        self.shard = shard
        self.places = {source.document_id: place for place, source in enumerate(shard.sources)}

    @cached_property
    def tables(self) -> dict[str, pa.Table]:
        return {name: rows.read() for name, rows in self.shard.rows.items()}

    @cached_property
    def bounds(self) -> dict[str, list[int]]:
        """For each table, where the rows of the first document begin, those of the second, …, and where all end."""
        articles = _sums(self._column(DOCUMENT.name, "n_articles"))
        sentences = _sums(self._column(ARTICLE.name, "n_sentences"))
        figures = _sums(self._column(ARTICLE.name, "n_figures"))
        return {
            DOCUMENT.name: list(range(len(articles))),
            ARTICLE.name: articles,
            SENTENCE.name: [sentences[article] for article in articles],
            FIGURE.name: [figures[article] for article in articles],
            RESIDUE.name: self._bounds_of_residue(),
        }

    def _bounds_of_residue(self) -> list[int]:
        """Residue is counted nowhere; its rows name their document."""
        counts = [0] * len(self.places)
        for document_id in self._column(RESIDUE.name, "document_id"):
            counts[self.places[document_id]] += 1
        return _sums(counts)

    def _column(self, table: str, column: str) -> list[Any]:
        values: list[Any] = self.tables[table][column].to_pylist()
        return values

    def take(self, document_id: str) -> KeptDocument:
        place = self.places[document_id]
        rows = {}
        for name, table in self.tables.items():
            first, last = self.bounds[name][place : place + 2]
            rows[name] = table.slice(first, last - first)
        kinds = tuple(rows[ARTICLE.name]["kind"].to_pylist())
        return KeptDocument(self.shard.sources[place], rows, kinds, rows[DOCUMENT.name]["n_chars"][0].as_py())


def _sums(counts: Iterable[int]) -> list[int]:
    return list(accumulate(counts, initial=0))
