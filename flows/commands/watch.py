"""`banmian watch`: tells a Prefect server when pages arrive."""

from __future__ import annotations

import argparse

from flows.commands.serve import add_every
from flows.options import Commands, add_warehouse, command


def add(commands: Commands[argparse.ArgumentParser]) -> None:
    """Adds the command."""
    parser = command(
        commands, _run, "watch",
        "Tell the configured Prefect server when pages arrive, so that the deployment `inbox` starts at once.",
        "PREFECT_API_URL=http://127.0.0.1:4200/api banmian watch inbox",
    )  # fmt: skip
    parser.add_argument("sources", nargs="+", metavar="SOURCE", help="files *.txt, folders (searched through) or globs")
    add_warehouse(parser)
    add_every(parser)


def _run(options: argparse.Namespace) -> int:
    from flows.serving import watch_command

    return watch_command(options)
