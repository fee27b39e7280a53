"""`iceberg`: an Apache Iceberg table a table, with a catalogue in one SQLite file.

    before  snapshots/000003/article/00.parquet, …
    after   out/catalog.db, out/article/metadata/*.metadata.json, out/article/data/*.parquet

    SqlCatalog("banmian", uri="sqlite:///out/catalog.db").load_table("banmian.article").scan().to_arrow()
    StaticTable.from_metadata("out/article").scan().to_arrow()  # without the catalogue

The rows are written anew: Iceberg tells columns by numbers, which stand in its files and not in ours. Descriptions
become the columns' docs, and what can't be null in the warehouse is required.

The metadata of Iceberg holds absolute paths, in every file of it. So an export can't be written elsewhere and moved
into place, and can't be moved by its owner either: it is written where it will stay. What makes it an export is the
catalogue, and that file gets its name last, when all tables are there; a folder without `catalog.db` is what a killed
export has left.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pyarrow as pa
from pyiceberg.catalog.sql import SqlCatalog
from pyiceberg.table import Table
from sqlalchemy.exc import SQLAlchemyError

from warehouse.corpus import Corpus, TableReader
from warehouse.dictionary import meaning
from warehouse.errors import ExportFailed, ExportRefused
from warehouse.exports import example
from warehouse.exports.readme import write_readme

CATALOGUE = "catalog.db"
NAMESPACE = "banmian"
PORTION = 64 * 2**20
"""Bytes of rows, before they are compressed, that become one data file; so much is in memory at a time."""
HINT = "version-hint.text"
"""Beside the metadata: which of them is the table, for readers that go without the catalogue."""
LOADING = """
from pyiceberg.catalog.sql import SqlCatalog

data = SqlCatalog("banmian", uri={uri!r}).load_table("banmian.{table}").scan().to_arrow()

# or without the catalogue
from pyiceberg.table import StaticTable

data = StaticTable.from_metadata({place!r}).scan().to_arrow()
"""
NOTES = """
Iceberg's metadata holds absolute paths. This folder has to stay where it is; to have the tables elsewhere, export them
there.
"""


def write(corpus: Corpus, folder: Path, on_rows: Callable[[int], None]) -> None:
    """Makes `folder/<table>` an Iceberg table for each table, and `folder/catalog.db`."""
    if any(mark in str(folder) for mark in "?#"):
        raise ExportRefused(f"{folder}: Iceberg can't have a path with ? or # in it; name another folder")
    partial = folder / f".{CATALOGUE}.partial"
    try:
        with closing(SqlCatalog(NAMESPACE, uri=f"sqlite:///{partial}", warehouse=f"file://{folder}")) as catalogue:
            catalogue.create_namespace(NAMESPACE, {"banmian.digest": corpus.manifest.digest})
            for table in corpus.tables:
                _write(corpus, table, catalogue, folder, on_rows)
    except SQLAlchemyError as cause:
        raise ExportFailed(f"{folder / CATALOGUE}: can't write: {getattr(cause, 'orig', cause)}") from cause
    first = example(corpus)
    loading = LOADING.format(uri=f"sqlite:///{folder / CATALOGUE}", table=first, place=str(folder / first))
    write_readme(corpus, folder, loading, NOTES)
    os.rename(partial, folder / CATALOGUE)


def _write(
    corpus: Corpus, table: TableReader, catalogue: SqlCatalog, folder: Path, on_rows: Callable[[int], None]
) -> None:
    schema = pa.schema([_with_doc(field) for field in table.schema])
    about = {"banmian.snapshot": str(corpus.manifest.snapshot), "banmian.digest": corpus.manifest.digest}
    made = catalogue.create_table(
        f"{NAMESPACE}.{table.name}",
        schema,
        location=f"file://{folder / table.name}",
        properties={"comment": meaning(table.schema), **about},
    )
    with made.transaction() as transaction:
        for rows in _portions(table, schema):
            transaction.append(rows, snapshot_properties=about)
            on_rows(len(rows))
    _forget_portions(made)
    _hint(made, folder / table.name)


def _portions(table: TableReader, schema: pa.Schema) -> Iterator[pa.Table]:
    """The rows, so many at a time as shall be in memory: a stream of them pyiceberg would read to its end before it
    writes a thing."""
    pending: list[pa.RecordBatch] = []
    for batch in table.batches():
        pending.append(pa.RecordBatch.from_arrays(batch.columns, schema=schema))
        if sum(each.nbytes for each in pending) >= PORTION:
            yield pa.Table.from_batches(pending)
            pending = []
    if pending:
        yield pa.Table.from_batches(pending)


def _forget_portions(made: Table) -> None:
    """Leaves one snapshot in the table's history: those before it hold a part of the rows."""
    current = made.current_snapshot()
    parts = [each.snapshot_id for each in made.snapshots() if current and each.snapshot_id != current.snapshot_id]
    if parts:
        made.maintenance.expire_snapshots().by_ids(parts).commit()


def _with_doc(field: pa.Field) -> pa.Field:
    """The column with its description where pyiceberg looks for it."""
    return field.with_metadata({"doc": meaning(field)})


def _hint(table: Table, folder: Path) -> None:
    name = table.metadata_location.rpartition("/")[2]
    (folder / "metadata" / HINT).write_text(name, encoding="utf-8")
