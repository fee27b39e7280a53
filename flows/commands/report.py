"""`banmian report`: writes the corpus report of a snapshot."""

from __future__ import annotations

import argparse

from flows.options import DONE, Commands, add_warehouse, command


def add(commands: Commands[argparse.ArgumentParser]) -> None:
    """Adds the command."""
    parser = command(
        commands, _run, "report",
        "Write what a snapshot holds as a page for people (HTML) and as Markdown with JSON for programs.",
        "banmian report",
        "banmian report 2 --warehouse corpus",
    )  # fmt: skip
    parser.add_argument(
        "snapshot",
        nargs="?",
        type=int,
        metavar="SNAPSHOT",
        help="number of a snapshot that is still there (default: the current one)",
    )
    add_warehouse(parser)


def _run(options: argparse.Namespace) -> int:
    from flows import mirrors
    from flows.reporting import write_report

    for path in write_report(*mirrors.fetched(options.warehouse, options.snapshot)):
        print(path)
    return DONE
