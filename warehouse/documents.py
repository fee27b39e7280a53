"""Reads a snapshot back page by page: the five tables joined to the `Document`s that they were made of.

The inverse of `schema.rows`, for exports whose unit is a text and not a row. The rows of each file lie in the order of
document and ordinal (`warehouse.checks`), so five cursors that move on together are enough: memory holds one page and
a row group of each table, whatever the size of the corpus.

    before  document: …, article: …, sentence: …, figure: …, residue: … (one shard's files)
    after   Document("9b74…", articles=(Article("9b74…-0000", sentences=(Sentence(…, figures=(…)), …)), …), …)
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from transforms.alignment import Span
from transforms.document import Article, Credit, Document, Figure, Mention, Residue, Sentence
from warehouse import schema
from warehouse.corpus import Corpus, readable
from warehouse.parquet import Rows

BATCH = 512
"""Rows that a cursor has as Python's own at a time."""

Row = dict[str, Any]


def read_documents(corpus: Corpus) -> Iterator[Document]:
    """All pages of the snapshot, quarantined ones too, in the order of its shards. Raises `NoWarehouse` where a file
    can't be read."""
    for shard in corpus.manifest.shards:
        yield from read_shard(corpus.manifest.rows_of(shard.summary, corpus.path))


def read_shard(tables: Mapping[str, Rows]) -> Iterator[Document]:
    """The pages of one shard, by document_id; `tables` says where its rows lie."""
    cursors = {table: _Cursor(rows) for table, rows in tables.items()}
    documents = cursors.pop(schema.DOCUMENT.name)
    while (row := documents.take()) is not None:
        yield _document(row, cursors)


def count_rows(document: Document) -> int:
    """The rows that a page holds in all five tables."""
    below = sum(1 + article.n_sentences + article.n_figures for article in document.articles)
    return 1 + below + len(document.residue)


class _Cursor:
    """The rows of one table, one after another; the next one can be looked at before it is taken."""

    def __init__(self, rows: Rows) -> None:
        self._rows = _each(rows)
        self._next = next(self._rows, None)

    def take(self) -> Row | None:
        """The next row; None behind the last."""
        row, self._next = self._next, next(self._rows, None)
        return row

    def below(self, key: str, value: str) -> Iterator[Row]:
        """The next rows that have `value` in the column `key`, a parent's key, as long as they do."""
        while self._next is not None and self._next[key] == value:
            row = self._next
            self._next = next(self._rows, None)
            yield row


def _each(rows: Rows) -> Iterator[Row]:
    # Only what reading raises is caught here; what the caller does with a row never comes in.
    with readable(rows.path):
        for group in rows.groups():
            for batch in group.to_batches(BATCH):
                yield from batch.to_pylist()


def _document(row: Row, cursors: dict[str, _Cursor]) -> Document:
    row.pop("n_articles")
    key = row["document_id"]
    articles = tuple(_article(below, cursors) for below in cursors["article"].below("document_id", key))
    residue = tuple(_residue(below) for below in cursors["residue"].below("document_id", key))
    return Document(**row, articles=articles, residue=residue)


def _article(row: Row, cursors: dict[str, _Cursor]) -> Article:
    del row["document_id"], row["n_sentences"], row["n_figures"]
    row["byline"] = tuple(Credit(**credit) for credit in row["byline"])
    row["raw_spans"] = tuple(Span(**span) for span in row["raw_spans"])
    row["crossheads"] = tuple(row["crossheads"])
    below = cursors["sentence"].below("article_id", row["article_id"])
    return Article(**row, sentences=tuple(_sentence(sentence, cursors) for sentence in below))


def _sentence(row: Row, cursors: dict[str, _Cursor]) -> Sentence:
    del row["article_id"]
    row["tokens"] = tuple(row["tokens"])
    row["pos"] = None if row["pos"] is None else tuple(row["pos"])
    below = cursors["figure"].below("sentence_id", row["sentence_id"])
    return Sentence(**row, figures=tuple(map(_figure, below)))


def _figure(row: Row) -> Figure:
    mention = Mention(**{name: row[name] for name in Mention._fields})
    return Figure(row["figure_id"], mention, row["raw_start"], row["raw_end"])


def _residue(row: Row) -> Residue:
    del row["document_id"]
    return Residue(**row)
