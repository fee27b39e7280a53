"""`banmian export`: a snapshot in the format that somebody else's tools want."""

from __future__ import annotations

import argparse
from pathlib import Path

from flows.options import DONE, Commands, add_snapshot, add_warehouse, command
from warehouse.exports import FORMATS


def add(commands: Commands[argparse.ArgumentParser]) -> None:
    """Adds the command."""
    parser = command(
        commands, _run, "export", "Write a snapshot, or some of its tables, into a new folder in another format.",
        "banmian export hf corpus-hf",
        "banmian export csv tables --warehouse data/warehouse --table article figure",
    )  # fmt: skip
    parser.add_argument("format", choices=FORMATS, metavar="FORMAT", help="one of those below")
    parser.add_argument("folder", type=Path, metavar="FOLDER", help="where to; it is made, and must not hold anything")
    add_warehouse(parser)
    add_snapshot(parser)
    parser.add_argument(
        "--table", dest="tables", nargs="+", action="extend", metavar="NAME",
        help="this table only, or these (default: all)",
    )  # fmt: skip
    formats = "".join(f"  {name:<11}{format.what}\n" for name, format in FORMATS.items())
    parser.epilog = f"formats:\n{formats}\n{parser.epilog}"


def _run(options: argparse.Namespace) -> int:
    from flows.exporting import exported

    print(exported(options.format, options.folder, options.warehouse, options.tables, options.snapshot))
    return DONE
