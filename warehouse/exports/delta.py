"""`delta`: a Delta Lake table a table, for Spark, Databricks, polars, duckdb and others.

    before  snapshots/000003/article/00.parquet, …
    after   out/article/00.parquet, …, out/article/_delta_log/00000000000000000000.json

    DeltaTable("out/article").to_pyarrow_table()

A Delta table is a folder of Parquet files with a log that names them. The files are those of the warehouse (see
`warehouse.links`), deltalake writes the log: one commit with the columns, their descriptions as comments, and the rows
of each file. Files without rows have no place in a table that tells its columns itself. All types of the warehouse are
types of Delta, and what can't be null there can't be null here. The folder can be moved.

Seen with polars 2.1: of a path with blanks or Chinese in it, it looks for `%20` and the like and finds no file.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pyarrow as pa
from deltalake import CommitProperties, Schema
from deltalake.exceptions import DeltaError
from deltalake.transaction import AddAction, create_table_with_add_actions

from warehouse.corpus import Corpus, TableReader
from warehouse.dictionary import meaning
from warehouse.errors import ExportFailed
from warehouse.exports import example
from warehouse.exports.readme import write_readme
from warehouse.links import link

LOADING = """
from deltalake import DeltaTable

data = DeltaTable("{table}").to_pyarrow_table()  # or polars.read_delta("{table}")
"""
ARROW = "\x1b[31m↳\x1b[0m"


def write(corpus: Corpus, folder: Path, on_rows: Callable[[int], None]) -> None:
    """Makes `folder/<table>` a Delta table for each table."""
    for table in corpus.tables:
        place = folder / table.name
        place.mkdir()
        _commit(corpus, table, place, list(_files(table, place, on_rows)))
    write_readme(corpus, folder, LOADING.format(table=example(corpus)))


def _files(table: TableReader, place: Path, on_rows: Callable[[int], None]) -> Iterator[AddAction]:
    for source, rows in table.counts():
        if rows:
            target = place / source.name
            link(source, target)
            found = target.stat()
            changed = found.st_mtime_ns // 1_000_000
            yield AddAction(target.name, found.st_size, {}, changed, True, json.dumps({"numRecords": rows}))
            on_rows(rows)


def _commit(corpus: Corpus, table: TableReader, place: Path, files: list[AddAction]) -> None:
    try:
        create_table_with_add_actions(
            str(place),
            Schema.from_arrow(pa.schema([_with_comment(field) for field in table.schema])),
            files,
            name=table.name,
            description=meaning(table.schema),
            commit_properties=CommitProperties(
                custom_metadata={
                    "banmian.snapshot": str(corpus.manifest.snapshot),
                    "banmian.digest": corpus.manifest.digest,
                }
            ),
        )
    except (DeltaError, OSError) as cause:
        raise ExportFailed(f"{place}: can't make the Delta table: {_in_one_line(cause)}") from cause


def _in_one_line(cause: Exception) -> str:
    """deltalake draws its message as a tree, with coloured arrows for branches."""
    return " ".join(str(cause).replace(ARROW, ":").split())


def _with_comment(field: pa.Field) -> pa.Field:
    """The column with its description where Delta's readers look for it."""
    return field.with_metadata({"comment": meaning(field)})
