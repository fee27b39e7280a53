"""`banmian sql`: SQL over the tables of the current snapshot."""

from __future__ import annotations

import argparse
import os
import shutil
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from flows.options import DONE, Commands, add_snapshot, add_warehouse, command
from warehouse.questions import EXAMPLES

if TYPE_CHECKING:
    from warehouse.sql import Answer

FORMATS = ("table", "csv", "jsonl", "markdown", "parquet")
SUFFIXES = {".csv": "csv", ".jsonl": "jsonl", ".ndjson": "jsonl", ".md": "markdown", ".parquet": "parquet"}
LIMIT = 40


def add(commands: Commands[argparse.ArgumentParser]) -> None:
    """Adds the command."""
    parser = command(
        commands, _run, "sql", "Ask the tables of a warehouse in SQL; without a query, print the tables.",
        "banmian sql", *(f'banmian sql "{query}"  # {what}' for what, query in EXAMPLES),
        'banmian sql "from article" --format jsonl | head -1',
        "banmian sql --file question.sql --output answer.parquet",
    )  # fmt: skip
    parser.add_argument("query", nargs="?", metavar="QUERY", help="one query in duckdb's SQL; -: from standard input")
    parser.add_argument("--file", type=Path, metavar="FILE", help="read the query from a file")
    add_warehouse(parser)
    add_snapshot(parser)
    parser.add_argument(
        "--format", choices=FORMATS,
        help="table (default): for people, cut to the width of the terminal, uncut elsewhere; csv, jsonl, markdown:"
        " all rows, in UTF-8; parquet: with --output only",
    )  # fmt: skip
    parser.add_argument(
        "--output", type=Path, metavar="FILE",
        help="write there instead; the name tells the format: .csv, .jsonl, .md, .parquet",
    )  # fmt: skip
    parser.add_argument(
        "--limit", type=int, default=LIMIT, metavar="N", help=f"rows that a table shows (default: {LIMIT}; 0: all)"
    )


def _run(options: argparse.Namespace) -> int:
    from flows.errors import UsageError
    from flows.tables import visible
    from warehouse import open as open_warehouse
    from warehouse.errors import QueryFailed, QueryRefused
    from warehouse.sql import answer

    query = _query(options)
    if query is None:
        _write(sys.stdout.buffer, _overview(options.warehouse))
        return DONE
    name = _format(options)
    try:
        with _target(options) as target, answer(open_warehouse(options.warehouse, options.snapshot), query) as found:
            _deliver(found, name, options.limit, target)
    except (QueryRefused, QueryFailed) as cause:
        message = "\n".join(map(visible, str(cause).split("\n")))
        if isinstance(cause, QueryFailed):
            raise QueryFailed(message) from cause
        raise UsageError(message) from cause
    return DONE


def _query(options: argparse.Namespace) -> str | None:
    """The query that was asked for; None for none."""
    from flows.errors import UsageError

    if options.limit < 0:
        raise UsageError("--limit: 0 (all) or more, please")
    if options.query is not None and options.file is not None:
        raise UsageError("either a query or --file, please")
    try:
        if options.file is not None:
            return str(options.file.read_text(encoding="utf-8-sig"))
        if options.query == "-":
            return sys.stdin.buffer.read().decode("utf-8-sig")
    except OSError as cause:
        raise UsageError(f"{options.file}: {cause.strerror or cause}") from cause
    except UnicodeDecodeError as cause:
        raise UsageError(f"{options.file or 'standard input'}: the query is not in UTF-8") from cause
    return options.query  # type: ignore[no-any-return]


def _format(options: argparse.Namespace) -> str:
    from flows.errors import UsageError

    if options.output is None:
        if options.format == "parquet":
            raise UsageError("--format parquet needs --output FILE: a terminal or a pipe can't take it")
        return str(options.format or "table")
    root = options.warehouse
    if isinstance(root, Path) and options.output.resolve().is_relative_to(root.resolve()):
        raise UsageError(
            f"{options.output}: lies in the warehouse, whose files are never changed; choose another place"
        )
    found = options.format or SUFFIXES.get(options.output.suffix.lower())
    if found is None:
        raise UsageError(f"{options.output}: which format? end the name in {', '.join(SUFFIXES)} or give --format")
    return str(found)


@contextmanager
def _target(options: argparse.Namespace) -> Iterator[Path | None]:
    """Where to write: None for standard output, else a file that takes its name when it is whole."""
    from flows.errors import UsageError

    if options.output is None:
        yield None
        return
    partial = options.output.with_name(f".{options.output.name}.{os.getpid()}.partial")
    try:
        yield partial
        os.replace(partial, options.output)
    except OSError as cause:
        raise UsageError(f"{options.output}: can't write: {cause.strerror or cause}") from cause
    finally:
        partial.unlink(missing_ok=True)


def _deliver(found: Answer, name: str, limit: int, target: Path | None) -> None:
    if name == "parquet" and target is not None:
        found.write_parquet(target)
    elif target is not None:
        with target.open("wb") as file:
            _write(file, _text(found, name, limit, None))
    else:
        width = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
        _write(sys.stdout.buffer, _text(found, name, limit, width))


def _text(found: Answer, name: str, limit: int, width: int | None) -> Iterator[str]:
    from flows.tables import STREAMED, as_table

    return as_table(found, limit, width) if name == "table" else STREAMED[name](found)


def _write(file: BinaryIO, chunks: Iterable[str]) -> None:
    for chunk in chunks:
        file.write(chunk.encode())
    file.flush()


def _overview(root: Path | str) -> Iterator[str]:
    """The tables with their columns, and two questions to begin with."""
    from flows import mirrors
    from warehouse.sql import overview

    manifest = mirrors.manifest_if_any(root)
    if manifest is None:
        yield f"{root}: nothing is published here yet; `banmian build SOURCE` does it. The tables will be:\n\n"
    for line in overview(manifest.rows if manifest else None):
        yield f"{line}\n"
    yield "Questions to begin with (more: banmian sql --help):\n"
    for what, query in EXAMPLES[:2]:
        yield f'\n  {what}\n    banmian sql "{query}"\n'
