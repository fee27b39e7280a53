"""`banmian status`: what a warehouse holds."""

from __future__ import annotations

import argparse

from flows.options import DONE, Commands, add_warehouse, command


def add(commands: Commands[argparse.ArgumentParser]) -> None:
    """Adds the command."""
    parser = command(
        commands, _run, "status", "Tell what a warehouse holds.",
        "banmian status --warehouse data/warehouse",
    )  # fmt: skip
    add_warehouse(parser)


def _run(options: argparse.Namespace) -> int:
    from flows import mirrors
    from flows.summary import of_warehouse

    print(of_warehouse(mirrors.manifest(options.warehouse), options.warehouse))
    return DONE
