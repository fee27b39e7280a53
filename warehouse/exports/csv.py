"""`csv` and `csv-excel`: a CSV file a table, for what can read nothing better.

    before  headline: 全球"第1"位, speaker: an empty text, occasion: null, crossheads: [一、总论], confidence: 0.98
    after   "全球""第1""位","",,"[""一、总论""]",0.98

As in RFC 4180: commas, a header, lines that end with CR LF, text in quotes, a quote in a text doubled. Texts hold line
feeds and stay as they are, so a row may be several lines. A null is nothing at all, an empty text is `""`; many readers
take both for missing unless told. Lists and structs are JSON in the cell, days ISO dates. The same snapshot gives the
same bytes.

`csv` is UTF-8 without a byte-order mark: with one, plain readers (Python's `csv`, R, awk) would see it as part of the
first column's name. Excel takes a file without it for the code page of the computer and shows nonsense in place of
Chinese; for spreadsheets there is `csv-excel`, the same with the mark. What else to know there: a cell that begins with
= + - or @ is a formula to a spreadsheet. Such texts are exported as they are, since to change them would be to falsify
the corpus; import the columns as text where the pages are not to be trusted. Excel also cuts cells at 32,767 characters
and sheets at 1,048,576 rows.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from pyarrow.csv import CSVWriter, WriteOptions

from warehouse.corpus import Corpus, TableReader
from warehouse.exports import example
from warehouse.exports.readme import write_readme
from warehouse.exports.texts import cells_as_json, flattened

MARK = "\ufeff".encode()
OPTIONS = WriteOptions(eol="\r\n", quoting_style="needed")
"""In pyarrow's words all text is in need of quotes, which is what tells "" from a null."""
LOADING = """
import pandas as pd

data = pd.read_csv("{table}.csv", keep_default_na=False, na_values=[""])
"""
NOTES = """
{encoding} Commas, a header, rows that end with CR LF, texts in quotes; a text may hold line feeds. A null is an
empty cell, an empty text is `""`. Lists and structs are JSON in the cell, days ISO dates.

In a spreadsheet: import the columns as text. A cell that begins with `=`, `+`, `-` or `@` is a formula there; the data
is exported as it is. Excel cuts cells at 32,767 characters and sheets at 1,048,576 rows.
"""
PLAIN = (
    "UTF-8 without a byte-order mark; in Excel choose 65001: Unicode (UTF-8) as the file's origin when importing,"
    " or export as `csv-excel`."
)
MARKED = "UTF-8 with a byte-order mark, by which Excel knows it; in Python's `csv` open it as `utf-8-sig`."


def write(corpus: Corpus, folder: Path, on_rows: Callable[[int], None]) -> None:
    """Writes `folder/<table>.csv` for each table."""
    _write_all(corpus, folder, on_rows, b"", PLAIN)


def write_for_spreadsheets(corpus: Corpus, folder: Path, on_rows: Callable[[int], None]) -> None:
    """The same, each file with a byte-order mark."""
    _write_all(corpus, folder, on_rows, MARK, MARKED)


def _write_all(corpus: Corpus, folder: Path, on_rows: Callable[[int], None], mark: bytes, encoding: str) -> None:
    for table in corpus.tables:
        _write(table, folder / f"{table.name}.csv", mark, on_rows)
    write_readme(corpus, folder, LOADING.format(table=example(corpus)), NOTES.format(encoding=encoding))


def _write(table: TableReader, path: Path, mark: bytes, on_rows: Callable[[int], None]) -> None:
    turn = cells_as_json(table.schema)
    with path.open("wb") as file:
        file.write(mark)
        with CSVWriter(file, flattened(table.schema), write_options=OPTIONS) as writer:
            for batch in table.batches():
                writer.write_table(turn(batch))
                on_rows(len(batch))
