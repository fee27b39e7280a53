"""`banmian expire`: snapshots that have long not been current go."""

from __future__ import annotations

import argparse

from flows.options import DONE, Commands, add_warehouse, command


def add(commands: Commands[argparse.ArgumentParser]) -> None:
    """Adds the command."""
    parser = command(
        commands, _run, "expire",
        "Remove the snapshots that stopped being current long ago; never the current one, nor one that is open.",
        "banmian expire --older-than 30d --dry-run",
        "banmian expire --older-than 30d",
    )  # fmt: skip
    parser.add_argument(
        "--older-than", required=True, metavar="AGE",
        help="how long ago it stopped being current: minutes, hours, days or weeks, as in 90m, 12h, 30d, 8w",
    )  # fmt: skip
    add_warehouse(parser)
    parser.add_argument("--dry-run", action="store_true", help="say what would be removed and remove nothing")


def _run(options: argparse.Namespace) -> int:
    from flows import mirrors, terminal
    from flows.ages import age
    from flows.snapshots import now, of_expiry

    moment = now()
    before = moment - age(options.older_than)
    with terminal.shown():
        done = mirrors.expired(options.warehouse, before, moment.isoformat(), options.dry_run)
    print(of_expiry(done, options.older_than, options.dry_run))
    return DONE
