"""`banmian build`: the options of a build."""

from __future__ import annotations

import argparse
from contextlib import suppress
from pathlib import Path

from flows.defaults import RUNNERS
from flows.options import Commands, add_limits, add_pattern, add_warehouse, add_words, command
from warehouse.pointer import pointed


def add(commands: Commands[argparse.ArgumentParser]) -> None:
    """Adds the command."""
    parser = command(
        commands, _run, "build", "Build the tables of some pages and publish them as one snapshot.",
        "banmian build seeds",
        "banmian build 'issues/*/2024-*' --warehouse corpus --pattern '{publication}/{date:%Y-%m-%d}/{page}.txt'",
    )  # fmt: skip
    parser.add_argument("sources", nargs="+", metavar="SOURCE", help="files *.txt, folders (searched through) or globs")
    add_warehouse(parser)
    add_pattern(parser)
    parser.add_argument("--jobs", type=int, metavar="N", help="worker processes (default: one a core)")
    parser.add_argument(
        "--runner", choices=RUNNERS,
        help="who reads the pages: processes of this machine (default), a Dask cluster, or workers of a Prefect work"
        " pool; all of them see the same folders",
    )  # fmt: skip
    parser.add_argument("--address", metavar="URL", help="of the Dask scheduler, e.g. tcp://127.0.0.1:8786")
    add_words(parser)
    add_limits(parser)
    parser.add_argument(
        "--settle", type=float, metavar="S",
        help="pages that changed less than S seconds ago may still be being written: wait so long, and leave those that"
        " changed meanwhile for the next run (default: 0, take all as they are)",
    )  # fmt: skip
    parser.add_argument("--force", action="store_true", help="build all pages again, changed or not")
    parser.add_argument("--rebuild-since", metavar="DATE", help="read issues of this date and later anew: 2024-05-01")
    parser.add_argument("--rebuild-until", metavar="DATE", help="read issues of this date and earlier anew")
    parser.add_argument(
        "--rebuild-matching", metavar="GLOB",
        help="read pages anew whose names fit: 'binzhou/2024-05-*' (* stands for / as well)",
    )  # fmt: skip
    parser.add_argument(
        "--max-quarantined", type=float, metavar="SHARE",
        help="publish nothing where more than this share of the pages is quarantined (0.05: one in twenty; default: 1,"
        " publish whatever share)",
    )  # fmt: skip
    parser.add_argument(
        "--max-drop", type=float, metavar="SHARE",
        help="publish nothing where pages, articles, sentences, figures or characters fell by more than this share"
        " since a last snapshot of 100 pages or more (default: 0.5; 1: publish whatever fell)",
    )  # fmt: skip
    parser.add_argument("--inline", action="store_true", help="without Prefect, for scripts and quick looks")


def _run(options: argparse.Namespace) -> int:
    with suppress(OSError):  # whatever is wrong, the build will come to it and say so
        if options.runner in (None, RUNNERS[0]) and _is_first(options.warehouse):
            from flows import nursery

            nursery.start()  # all pages are to be read; what the build itself loads takes a second meanwhile
    from flows.building import build_command

    return build_command(options)


def _is_first(warehouse: Path | str) -> bool:
    """Whether nothing was published here yet; a place in a store is not asked for that."""
    return isinstance(warehouse, Path) and pointed(warehouse) is None
