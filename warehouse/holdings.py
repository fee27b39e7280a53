"""What each page's rows hold of its source, page by page, so that both can be compared.

The tables of a shard lie in one order (a check sees to that), so they are read side by side, a row group at a time:
memory does not grow with the shard.

    before  snapshots/000002/article/03.parquet, sentence/03.parquet, …
    after   Holding(document_id="…", stretches=[Stretch("…-0000", 0, 30)], residue=[…], evidence=[…]), …
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple

from warehouse.parquet import Rows

ROWS = 4_096
"""Rows that are Python's own at a time."""

Row = dict[str, Any]


class Stretch(NamedTuple):
    """A stretch of the source, by offsets in code points, and the row that holds it; the text it should have.

    Of an article's stretch the text is None, since an article's text is no slice.
    """

    table: str
    row: str
    start: int
    end: int
    text: str | None = None


@dataclass(frozen=True, slots=True)
class Holding:
    """One page: its source, and which stretches of it are held.

    `held` are those of articles and residue, of which each character belongs to one; `evidence` is where sentences and
    figures say that their words are printed. `converted` is true where characters were changed from one script to
    another, so that letters can't be compared.
    """

    document_id: str
    path: str
    sha256: str
    encoding: str | None
    converted: bool
    characters: int
    quarantined: bool
    held: list[Stretch] = field(default_factory=list)
    evidence: list[Stretch] = field(default_factory=list)


def holdings(tables: Mapping[str, Rows]) -> Iterator[Holding]:
    """The pages of a shard in its order; `tables` says where its rows lie, which must have passed their checks."""
    return _Shard(tables).pages()


class _Shard:
    def __init__(self, tables: Mapping[str, Rows]) -> None:
        self.tables = tables
        self.articles = _Children(self._rows("article", ["article_id", "document_id", "raw_spans"]), "document_id")
        self.residue = _Children(self._rows("residue", ["document_id", "raw_start", "raw_end", "text"]), "document_id")
        self.sentences = _Children(self._evidence("sentence", "text"), "article_id")
        self.figures = _Children(self._evidence("figure", "surface"), "article_id")

    def _rows(self, table: str, columns: Sequence[str]) -> Iterator[Row]:
        for group in self.tables[table].groups(columns):
            for batch in group.to_batches(ROWS):
                yield from batch.to_pylist()

    def _evidence(self, table: str, text: str) -> Iterator[Row]:
        return self._rows(table, [f"{table}_id", "article_id", text, "raw_start", "raw_end"])

    def pages(self) -> Iterator[Holding]:
        columns = ["document_id", "source_path", "sha256", "encoding", "script", "n_chars", "status"]
        for row in self._rows("document", columns):
            holding = Holding(
                row["document_id"], row["source_path"], row["sha256"], row["encoding"],
                row["script"] != "simplified", row["n_chars"], row["status"] == "quarantined",
            )  # fmt: skip
            self._fill(holding)
            yield holding

    def _fill(self, page: Holding) -> None:
        for article in self.articles.of(page.document_id):
            key = article["article_id"]
            page.held.extend(Stretch("article", key, span["start"], span["end"]) for span in article["raw_spans"])
            page.evidence.extend(
                _stretch("sentence", row["sentence_id"], row, "text") for row in self.sentences.of(key)
            )
            page.evidence.extend(_stretch("figure", row["figure_id"], row, "surface") for row in self.figures.of(key))
        for row in self.residue.of(page.document_id):
            page.held.append(_stretch("residue", f"{page.document_id} from {row['raw_start']}", row, "text"))


def _stretch(table: str, key: str, row: Row, text: str) -> Stretch:
    return Stretch(table, key, row["raw_start"], row["raw_end"], row[text])


class _Children:
    """Rows of a table, handed out parent by parent, in the order of the parents."""

    def __init__(self, rows: Iterator[Row], parent: str) -> None:
        self.groups = groupby(rows, key=itemgetter(parent))
        self.next = next(self.groups, None)

    def of(self, key: str) -> list[Row]:
        """The rows of this parent; parents without rows are passed over."""
        if self.next is None or self.next[0] != key:
            return []
        rows = list(self.next[1])
        self.next = next(self.groups, None)
        return rows
