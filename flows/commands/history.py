"""`banmian history`: the snapshots of a warehouse, those that are there and those that were."""

from __future__ import annotations

import argparse

from flows.options import DONE, Commands, add_warehouse, command


def add(commands: Commands[argparse.ArgumentParser]) -> None:
    """Adds the command."""
    parser = command(
        commands, _run, "history", "List the snapshots of a warehouse: what each held, when, and which is current.",
        "banmian history",
        "banmian history --json | tail -1",
    )  # fmt: skip
    add_warehouse(parser)
    parser.add_argument("--json", action="store_true", help="a JSON object a line, for programs")


def _run(options: argparse.Namespace) -> int:
    from flows import mirrors
    from flows.snapshots import as_json, as_table

    entries = mirrors.entries(options.warehouse)
    if options.json:
        for line in as_json(entries):
            print(line)
    else:
        print(as_table(entries, options.warehouse))
    return DONE
