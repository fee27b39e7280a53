"""`banmian serve`: a schedule in one terminal."""

from __future__ import annotations

import argparse

from flows import defaults
from flows.options import Commands, above_zero, add_pattern, add_warehouse, command


def add(commands: Commands[argparse.ArgumentParser]) -> None:
    """Adds the command."""
    parser = command(
        commands, _run, "serve",
        "Keep a warehouse up to date until Ctrl-C: builds every night and whenever pages arrive, removes old snapshots"
        " every week. Brings a Prefect server with its pages at 127.0.0.1 where none is configured.",
        "banmian serve inbox",
        "banmian serve inbox --warehouse corpus --cron '0 4 * * *'",
    )  # fmt: skip
    parser.add_argument("sources", nargs="+", metavar="SOURCE", help="files *.txt, folders (searched through) or globs")
    add_warehouse(parser)
    add_pattern(parser)
    parser.add_argument(
        "--cron", default="30 3 * * *", metavar="CRON",
        help="when to build whatever arrived, in the time of Shanghai (default: 30 3 * * *, at half past three)",
    )  # fmt: skip
    add_every(parser)
    parser.add_argument(
        "--older-than", default="30d", metavar="AGE", help="which snapshots go every week (default: 30d)"
    )
    parser.add_argument("--port", type=int, default=4200, metavar="N", help="of the server (default: 4200)")


def add_every(parser: argparse.ArgumentParser) -> None:
    """The option `--every`."""
    parser.add_argument(
        "--every", type=_seconds, default=5.0, metavar="SECONDS",
        help="between two looks at the sources; a page counts once it is the same at both (default: 5)",
    )  # fmt: skip


def _seconds(text: str) -> float:
    """A time between looks: without any the watcher would do nothing but look, and it is also the time to settle."""
    seconds = above_zero(text)
    if seconds > defaults.LONGEST_SETTLE:
        raise argparse.ArgumentTypeError(f"up to {defaults.LONGEST_SETTLE} seconds are wanted, not {text}")
    return seconds


def _run(options: argparse.Namespace) -> int:
    from flows.serving import serve_command

    return serve_command(options)
