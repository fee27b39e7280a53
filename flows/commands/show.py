"""`banmian show`: a page as it was understood, or the evidence for it."""

from __future__ import annotations

import argparse
import os
import sys

from flows.options import DONE, TROUBLE, Commands, add_limits, add_pattern, add_words, command


def add(commands: Commands[argparse.ArgumentParser]) -> None:
    """Adds the command."""
    parser = command(
        commands, _run, "show", "Print a page as it was understood, so that you can judge it.",
        "banmian show seeds/000_7916b8fcdf412def.txt | less",
        "banmian show --why seeds/001_ad3d549c36c3d700.txt | less",
    )  # fmt: skip
    parser.add_argument("file", metavar="FILE", help="a page, *.txt")
    parser.add_argument(
        "--why", action="store_true",
        help="print instead, for each line and each block, what was decided, the evidence that decided it, and the best"
        " other reading with how much it lost by",
    )  # fmt: skip
    add_pattern(parser)
    add_words(parser)
    add_limits(parser)


def _run(options: argparse.Namespace) -> int:
    import shutil

    from flows.jobs import Failure
    from flows.limits import Limits
    from flows.show import Look, one_file, page, shown
    from flows.why import explained
    from transforms.document import Options

    limits = Limits(options.page_seconds, options.page_megabytes)
    failures: list[Failure] = []
    document = page(options.file, options.pattern, Options(options.pos, options.tokenizer), limits, failures)
    for failure in failures:
        print(failure, file=sys.stderr)
    look = Look(min(shutil.get_terminal_size().columns, 100), sys.stdout.isatty() and not os.environ.get("NO_COLOR"))
    lines = shown(document, look)
    if options.why and document.status != "quarantined":
        lines = explained(document, one_file(options.file, options.pattern).path, look)
    for line in lines:
        print(line)
    return TROUBLE if document.status == "quarantined" else DONE
