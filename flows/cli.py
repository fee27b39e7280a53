"""The command line: `banmian build`, `show`, `figures` and `status`.

Each command imports what it needs when it is called, so that `banmian --help` answers at once.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from flows import defaults

DONE, TROUBLE, USAGE = 0, 1, 2
CODES = """exit codes:
  0 done, or nothing to do
  1 a page quarantined in this run, or a due publication failed
  2 wrong usage"""


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


def _guarded(command: Callable[[argparse.Namespace], int], options: argparse.Namespace) -> int:
    """The command's exit code; what it raises for a person to read becomes one message."""
    from flows.errors import BuildFailed, UsageError
    from warehouse.errors import NoWarehouse, WarehouseError

    try:
        return command(options)
    except (UsageError, NoWarehouse) as error:
        return _complain(error, USAGE)
    except (BuildFailed, WarehouseError) as error:
        return _complain(error, TROUBLE)
    except KeyboardInterrupt:
        return _complain("stopped", 130)


def _complain(message: object, code: int) -> int:
    print(f"banmian: {message}", file=sys.stderr)
    return code


def _parser() -> argparse.ArgumentParser:
    parser = _described(
        argparse.ArgumentParser(prog="banmian", formatter_class=argparse.RawDescriptionHelpFormatter),
        "Turns the dirty text of Chinese newspaper pages into Parquet tables that people trust.",
        "banmian build seeds",
    )
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for add in (_add_build, _add_show, _add_figures, _add_status):
        add(commands)
    return parser


def _described(parser: argparse.ArgumentParser, what: str, *examples: str) -> argparse.ArgumentParser:
    parser.description = what
    parser.epilog = "example:\n" + "".join(f"  {example}\n" for example in examples) + f"\n{CODES}"
    return parser


def _command(
    commands: argparse._SubParsersAction[argparse.ArgumentParser],
    command: Callable[[argparse.Namespace], int],
    name: str,
    what: str,
    *examples: str,
) -> argparse.ArgumentParser:
    parser = commands.add_parser(name, help=what, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.set_defaults(command=command)
    return _described(parser, what, *examples)


def _add_warehouse(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--warehouse", type=Path, default=Path(defaults.WAREHOUSE), metavar="DIR",
        help=f"root folder of the warehouse (default: {defaults.WAREHOUSE})",
    )  # fmt: skip


def _add_pattern(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--pattern", metavar="P",
        help=f"where a path says publication, date and page (default: {defaults.PATTERN}; a date can be written as"
        " {date:%%Y%%m%%d}, {} stands for anything)",
    )  # fmt: skip


# --- banmian build --------------------------------------------------------------------------------------------------


def _add_build(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = _command(
        commands, _build, "build", "Build the tables of some pages and publish them as one snapshot.",
        "banmian build seeds",
        "banmian build 'issues/*/2024-*' --warehouse corpus --pattern '{publication}/{date:%Y-%m-%d}/{page}.txt'",
    )  # fmt: skip
    parser.add_argument("sources", nargs="+", metavar="SOURCE", help="files *.txt, folders (searched through) or globs")
    _add_warehouse(parser)
    _add_pattern(parser)
    parser.add_argument("--jobs", type=int, metavar="N", help="worker processes (default: one a core)")
    parser.add_argument("--pos", action="store_true", help="tag each word as well (slow)")
    parser.add_argument("--force", action="store_true", help="build all pages again, changed or not")
    parser.add_argument("--inline", action="store_true", help="without Prefect, for scripts and quick looks")


def _build(options: argparse.Namespace) -> int:
    from flows.building import build_command

    return build_command(options)


# --- banmian show ---------------------------------------------------------------------------------------------------


def _add_show(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = _command(
        commands, _show, "show", "Print a page as it was understood, so that you can judge it.",
        "banmian show seeds/000_7916b8fcdf412def.txt | less",
        "banmian show --why seeds/001_ad3d549c36c3d700.txt | less",
    )  # fmt: skip
    parser.add_argument("file", metavar="FILE", help="a page, *.txt")
    parser.add_argument(
        "--why", action="store_true",
        help="print instead, for each line and each block, what was decided, the evidence that decided it, and the best"
        " other reading with how much it lost by",
    )  # fmt: skip
    _add_pattern(parser)


def _show(options: argparse.Namespace) -> int:
    import shutil

    from flows.show import Look, one_file, page, shown
    from flows.why import explained

    document = page(options.file, options.pattern)
    look = Look(min(shutil.get_terminal_size().columns, 100), sys.stdout.isatty() and not os.environ.get("NO_COLOR"))
    lines = shown(document, look)
    if options.why and document.status != "quarantined":
        lines = explained(document, one_file(options.file, options.pattern).path, look)
    for line in lines:
        print(line)
    return TROUBLE if document.status == "quarantined" else DONE


# --- banmian figures ------------------------------------------------------------------------------------------------


def _add_figures(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    _command(
        commands, _figures, "figures",
        "Read JSON lines {id, input, ref_date} on standard input, write {id, predictions} with their figures.",
        """echo '{"id": 1, "input": "全年接待游客1200多万人次", "ref_date": "2024-05-10"}' | banmian figures""",
    )  # fmt: skip


def _figures(_options: argparse.Namespace) -> int:
    from flows.figures import predictions

    if sys.stdin.isatty():
        print("banmian: reading JSON lines from the terminal; end with Ctrl-D", file=sys.stderr)
    for line in predictions(sys.stdin.buffer):
        sys.stdout.buffer.write(line)
        sys.stdout.buffer.flush()
    return DONE


# --- banmian status -------------------------------------------------------------------------------------------------


def _add_status(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = _command(
        commands, _status, "status", "Tell what a warehouse holds.",
        "banmian status --warehouse data/warehouse",
    )  # fmt: skip
    _add_warehouse(parser)


def _status(options: argparse.Namespace) -> int:
    from flows.errors import UsageError
    from flows.summary import of_warehouse
    from warehouse.snapshots import read_manifest

    manifest = read_manifest(options.warehouse)
    if manifest is None:
        raise UsageError(f"{options.warehouse}: nothing is published here yet; `banmian build SOURCE` does it")
    print(of_warehouse(manifest, options.warehouse))
    return DONE
