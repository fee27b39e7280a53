"""`banmian profile`: how long each stage of the job takes."""

from __future__ import annotations

import argparse
import sys

from flows.options import DONE, TROUBLE, Commands, add_limits, add_pattern, add_words, command


def add(commands: Commands[argparse.ArgumentParser]) -> None:
    """Adds the command."""
    parser = command(
        commands, _run, "profile",
        "Read pages in this process and print how long each stage takes and its share; nothing is published.",
        "banmian profile seeds",
    )  # fmt: skip
    parser.add_argument("sources", nargs="+", metavar="SOURCE", help="pages, named as for `banmian build`")
    add_pattern(parser)
    add_words(parser)
    add_limits(parser)


def _run(options: argparse.Namespace) -> int:
    import time

    began = time.perf_counter()
    from flows import profiling, terminal
    from flows.parameters import BuildParameters, from_options

    imports = time.perf_counter() - began
    with terminal.shown():
        found = profiling.profile(from_options(BuildParameters, options), imports)
    for failure in found.failures:
        print(failure, file=sys.stderr)
    for line in profiling.shown(found):
        print(line)
    return TROUBLE if found.quarantined or found.failures else DONE
