"""`banmian figures`: the figures of texts, from JSON lines to JSON lines."""

from __future__ import annotations

import argparse
import sys

from flows.options import DONE, Commands, command


def add(commands: Commands[argparse.ArgumentParser]) -> None:
    """Adds the command."""
    command(
        commands, _run, "figures",
        "Read JSON lines {id, input, ref_date} on standard input, write {id, predictions} with their figures.",
        """echo '{"id": 1, "input": "全年接待游客1200多万人次", "ref_date": "2024-05-10"}' | banmian figures""",
    )  # fmt: skip


def _run(_options: argparse.Namespace) -> int:
    from flows.figures import predictions

    if sys.stdin.isatty():
        print("banmian: reading JSON lines from the terminal; end with Ctrl-D", file=sys.stderr)
    for line in predictions(sys.stdin.buffer):
        sys.stdout.buffer.write(line)
        sys.stdout.buffer.flush()
    return DONE
