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
    from flows.errors import UsageError
    from flows.summary import of_warehouse
    from warehouse.snapshots import read_manifest

    manifest = read_manifest(options.warehouse)
    if manifest is None:
        raise UsageError(f"{options.warehouse}: nothing is published here yet; `banmian build SOURCE` does it")
    print(of_warehouse(manifest, options.warehouse))
    return DONE
