"""`banmian rollback`: an older snapshot becomes current again."""

from __future__ import annotations

import argparse

from flows.options import DONE, Commands, add_warehouse, command


def add(commands: Commands[argparse.ArgumentParser]) -> None:
    """Adds the command."""
    parser = command(
        commands, _run, "rollback", "Make an older snapshot current again, at once and for all readers.",
        "banmian history",
        "banmian rollback 12",
    )  # fmt: skip
    parser.add_argument("snapshot", type=int, metavar="SNAPSHOT", help="its number, as `banmian history` lists it")
    add_warehouse(parser)


def _run(options: argparse.Namespace) -> int:
    from flows import mirrors, terminal
    from flows.snapshots import now

    with terminal.shown():
        done = mirrors.rolled_back(options.warehouse, options.snapshot, now().isoformat())
    current = mirrors.current(options.warehouse, done.manifest.snapshot)
    if not done.new:
        print(f"Nothing changed: snapshot {done.manifest.snapshot} is current already, {current}")
        return DONE
    print(f"Snapshot {done.manifest.snapshot} of {done.manifest.created} is current again: {current}")
    print("The next build takes its sources as they are then; what was rolled back from stays until it expires.")
    return DONE
