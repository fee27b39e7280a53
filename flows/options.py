"""What the commands of the command line share: how one is described, and the options that several have."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

from flows import defaults
from warehouse.errors import StoreRefused
from warehouse.urls import location

DONE, TROUBLE, USAGE = 0, 1, 2
CODES = """exit codes:
  0 done, or nothing to do
  1 a page quarantined in this run, a due publication or export failed, a fault found by verify
  2 wrong usage"""

Commands = argparse._SubParsersAction  # argparse has no public name for what `add_subparsers` returns
Command = Callable[[argparse.Namespace], int]


def described(parser: argparse.ArgumentParser, what: str, *examples: str) -> argparse.ArgumentParser:
    """The parser with its help: what it does, examples, the exit codes."""
    parser.description = what
    parser.epilog = "example:\n" + "".join(f"  {example}\n" for example in examples) + f"\n{CODES}"
    return parser


def command(
    commands: Commands[argparse.ArgumentParser], run: Command, name: str, what: str, *examples: str
) -> argparse.ArgumentParser:
    """A new command `banmian <name>`; `run` carries it out and returns the exit code."""
    parser = commands.add_parser(name, help=what, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.set_defaults(command=run)
    return described(parser, what, *examples)


def add_warehouse(parser: argparse.ArgumentParser) -> None:
    """The option `--warehouse`."""
    parser.add_argument(
        "--warehouse", type=_location, default=Path(defaults.WAREHOUSE), metavar="DIR",
        help=f"root folder of the warehouse, or its URL in an object store (default: {defaults.WAREHOUSE})",
    )  # fmt: skip


def _location(text: str) -> Path | str:
    try:
        return location(text)
    except StoreRefused as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def add_snapshot(parser: argparse.ArgumentParser) -> None:
    """The option `--snapshot`."""
    parser.add_argument("--snapshot", type=int, metavar="N", help="which snapshot (default: the current one)")


def add_pattern(parser: argparse.ArgumentParser) -> None:
    """The option `--pattern`."""
    parser.add_argument(
        "--pattern", metavar="P",
        help=f"where a path says publication, date and page (default: {defaults.PATTERN}; a date can be written as"
        " {date:%%Y%%m%%d}, {} stands for anything)",
    )  # fmt: skip


def add_limits(parser: argparse.ArgumentParser) -> None:
    """The options `--page-seconds` and `--page-megabytes`."""
    parser.add_argument(
        "--page-seconds", type=above_zero, default=defaults.PAGE_SECONDS, metavar="S",
        help=f"put a page into quarantine that takes longer (default: {defaults.PAGE_SECONDS}; a file beyond 10 MB may"
        " take more in proportion)",
    )  # fmt: skip
    parser.add_argument(
        "--page-megabytes", type=above_zero, default=defaults.PAGE_MEGABYTES, metavar="N",
        help=f"put a page into quarantine that takes more memory (default: {defaults.PAGE_MEGABYTES}; a file beyond 10"
        " MB may take more in proportion)",
    )  # fmt: skip


def above_zero(text: str) -> float:
    """A number above 0, for argparse."""
    value = float(text)
    if not 0 < value < float("inf"):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number above 0")
    return value


def add_words(parser: argparse.ArgumentParser) -> None:
    """The options `--pos` and `--tokenizer`."""
    parser.add_argument("--pos", action="store_true", help="tag each word as well (slow)")
    parser.add_argument(
        "--tokenizer", choices=defaults.TOKENIZERS, default=defaults.TOKENIZERS[0],
        help="who cuts the words: `fast` (default), which gives the words of jieba's default mode some six times as"
        " fast, or jieba itself",
    )  # fmt: skip
