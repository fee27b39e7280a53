"""`jsonl`: a file of JSON lines a table, in the order of the warehouse's rows.

    before  snapshots/000003/sentence/*.parquet
    after   {"sentence_id":"…","role":"body","text":"去年增长3%。","tokens":["去年","增长","3","%","。"],"pos":null,…}

UTF-8; each line is one object with all columns, nulls too, and ends with a line feed. Lists and structs are JSON, days
ISO dates, numbers finite, and no character is escaped that need not be: U+2028 stands in a text as it is, so read by
lines that end with a line feed and not with what a library takes for a line (`str.splitlines` splits there). The
same snapshot gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from warehouse.corpus import Corpus, TableReader
from warehouse.exports import example
from warehouse.exports.readme import write_readme
from warehouse.exports.texts import rows_as_json

LOADING = """
import json

with open("{table}.jsonl", encoding="utf-8") as file:
    data = [json.loads(line) for line in file]
"""
NOTES = """
One object a line, with all columns; days are ISO dates, as text. A line ends with a line feed; texts may hold other
characters that some libraries take for a line's end (U+2028).
"""


def write(corpus: Corpus, folder: Path, on_rows: Callable[[int], None]) -> None:
    """Writes `folder/<table>.jsonl` for each table."""
    for table in corpus.tables:
        _write(table, folder / f"{table.name}.jsonl", on_rows)
    write_readme(corpus, folder, LOADING.format(table=example(corpus)), NOTES)


def _write(table: TableReader, path: Path, on_rows: Callable[[int], None]) -> None:
    turn = rows_as_json(table.schema)
    with path.open("wb") as file:
        for batch in table.batches():
            lines: list[str] = turn(batch).column(0).to_pylist()
            file.write("".join(f"{line}\n" for line in lines).encode())
            on_rows(len(lines))
