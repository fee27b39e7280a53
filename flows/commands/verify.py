"""`banmian verify`: whether a snapshot is what was published, and what its sources say."""

from __future__ import annotations

import argparse

from flows.options import DONE, TROUBLE, Commands, add_snapshot, add_warehouse, command


def add(commands: Commands[argparse.ArgumentParser]) -> None:
    """Adds the command."""
    parser = command(
        commands, _run, "verify", "Verify a snapshot: files and checksums, keys and offsets, each character once.",
        "banmian verify",
        "banmian verify seeds --warehouse data/warehouse --snapshot 3",
    )  # fmt: skip
    parser.add_argument(
        "sources", nargs="*", metavar="SOURCE",
        help="what the snapshot was built from, named as for `banmian build`: compared where it has not changed since"
        " (default: where the build found it)",
    )  # fmt: skip
    add_warehouse(parser)
    add_snapshot(parser)


def _run(options: argparse.Namespace) -> int:
    from flows import mirrors, terminal, verifying
    from flows.sources import discover

    with terminal.shown(), mirrors.afresh(options.warehouse, options.snapshot) as folder:
        named = discover(options.sources, None, options.warehouse).files if options.sources else ()
        snapshot = verifying.look_through(folder)
        sources = named or verifying.sources_of(snapshot, options.warehouse)
        comparison = verifying.compare(snapshot, sources) if sources else None
    for line in verifying.told(snapshot, comparison, options.warehouse):
        print(line)
    return TROUBLE if snapshot.faults or (comparison and comparison.faults) else DONE
