"""The command line: finds the command (`flows.commands`), calls it, and turns what it raises into one message."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

from flows import commands
from flows.options import DONE, TROUBLE, USAGE, Command, described


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command; returns its exit code."""
    options = _parser().parse_args(arguments)
    try:
        code = _guarded(options.command, options)
        sys.stdout.flush()
        return code
    except BrokenPipeError:  # whoever read our output has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE


def _guarded(command: Command, options: argparse.Namespace) -> int:
    """The command's exit code; what it raises for a person to read becomes one message."""
    from flows.errors import BuildFailed, UsageError
    from warehouse.errors import NoWarehouse, StoreRefused, WarehouseError

    try:
        return command(options)
    except (UsageError, NoWarehouse, StoreRefused) as error:
        return _complain(error, USAGE)
    except (BuildFailed, WarehouseError) as error:
        return _complain(error, TROUBLE)
    except KeyboardInterrupt:
        return _complain("stopped", 130)


def _complain(message: object, code: int) -> int:
    print(f"banmian: {message}", file=sys.stderr)
    return code


def _parser() -> argparse.ArgumentParser:
    parser = described(
        argparse.ArgumentParser(prog="banmian", formatter_class=argparse.RawDescriptionHelpFormatter),
        "Turns the dirty text of Chinese newspaper pages into Parquet tables that people trust.",
        "banmian build seeds",
    )
    doors = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for command in commands.ALL:
        command.add(doors)
    return parser
