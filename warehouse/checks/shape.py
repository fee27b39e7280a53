"""Whether files have the columns of the schema: all of them, with their types, null where that is allowed only."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from warehouse import schema
from warehouse.errors import Fault


def faults(files: Mapping[str, Sequence[Path]]) -> Iterator[Fault]:
    """A fault for each table that has files of other columns; names the first of these and what is unlike."""
    for table in schema.TABLES:
        wrong = [said for path in files[table.name] if (said := _unlike(table, path))]
        if wrong:
            yield Fault("columns are not those of the schema", table.name, len(wrong), (wrong[0],))


def _unlike(table: schema.Table, path: Path) -> str | None:
    """What a file's columns differ in; None where they are as they should be."""
    try:
        found = pq.read_schema(str(path))
    except pa.ArrowInvalid as cause:
        return f"{path.name} is no Parquet file: {cause}"
    if found.equals(table.schema):
        return None
    strange, missing = _beyond(found, table.schema), _beyond(table.schema, found)
    if not strange and not missing:
        return f"{path.name} has them in another order"
    return f"{path.name} has {', '.join(strange) or 'nothing'} for {', '.join(missing) or 'nothing'}"


def _beyond(one: pa.Schema, other: pa.Schema) -> list[str]:
    """The columns of one that the other has not got."""
    return [f"{field.name}: {field.type}{'' if field.nullable else ' not null'}" for field in one if field not in other]
