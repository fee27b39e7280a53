"""The data dictionary: the schema as Markdown, for people.

`python -m warehouse.dictionary > docs/data-dictionary.md` makes it anew after a change of the schema; a test compares
the two, and both with the contract.

    before  Column("speaker", STRING, "of a speech: who speaks", null=True)
    after   | `speaker` | string | yes | of a speech: who speaks |
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pyarrow as pa

from warehouse import schema

HEAD = """# Data dictionary

Made from `warehouse/schema.py` by `python -m warehouse.dictionary`; not edited by hand. What the columns promise is in
the [contract](contract.md). The descriptions below also travel in the metadata of each Parquet file.

Offsets are half-open and count code points; `raw_start` and `raw_end` point into the source as decoded. The rows of
each file are sorted by document and place in the document."""


def type_name(type_: pa.DataType) -> str:
    """A type as the contract writes it: `list<struct<start: int32, end: int32>>`."""
    if pa.types.is_list(type_):
        return f"list<{type_name(type_.value_type)}>"
    if pa.types.is_struct(type_):
        fields = (type_.field(number) for number in range(type_.num_fields))
        return f"struct<{', '.join(f'{field.name}: {type_name(field.type)}' for field in fields)}>"
    return _PLAIN.get(type_, str(type_))


_PLAIN = {pa.date32(): "date32", pa.float32(): "float32", pa.float64(): "float64"}


def dictionary() -> str:
    """The whole dictionary as Markdown."""
    sections = (described(table.name, table.schema) for table in schema.TABLES)
    return "\n\n".join([HEAD, *_entities(), *sections]) + "\n"


def _entities() -> Iterator[str]:
    yield "## How the tables hang together"
    lines = ["```mermaid", "erDiagram"]
    for table in schema.TABLES:
        lines += [f"    {parent.removesuffix('_id')} ||--o{{ {table.name} : {parent}" for parent in table.parents]
    lines.append("    article |o--o| article : continues")
    for table in schema.TABLES:
        lines.append(f"    {table.name} {{")
        lines += [f"        {_entity_type(column)} {column.name}{_role(table, column)}" for column in table.columns]
        lines.append("    }")
    yield "\n".join([*lines, "```"])


def _entity_type(column: schema.Column) -> str:
    """The picture's syntax knows plain words only."""
    return "list" if pa.types.is_list(column.type) else type_name(column.type)


def _role(table: schema.Table, column: schema.Column) -> str:
    if column.name == table.key:
        return " PK"
    return " FK" if column.name in table.parents else ""


def described(name: str, table: pa.Schema) -> str:
    """The section on one table, from a schema as `warehouse.schema` makes it or as a file holds it."""
    rows = [
        f"| `{field.name}` | {type_name(field.type)} | {'yes' if field.nullable else 'no'} | {_cell(meaning(field))} |"
        for field in table
    ]
    head = [f"## {name}: {meaning(table)}", "", "| column | type | may be null | meaning |", "|---|---|---|---|"]
    return "\n".join([*head, *rows])


def meaning(described: pa.Field | pa.Schema) -> str:
    """The description that travels in the metadata of a column or a table; empty where there is none."""
    found: bytes = (described.metadata or {}).get(b"description", b"")
    return found.decode()


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    sys.stdout.write(dictionary())
