"""Who runs in `benchmarks.throughput`: banmian's whole job, and datatrove with the lesser steps in its own environment.

The environment is made once, below `build/`, from pinned versions; where pip finds them is the user's configuration.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from benchmarks.seeds import PROJECT

JOBS = 2
ENVIRONMENT = PROJECT / "build" / "datatrove"
REQUIREMENTS = PROJECT / "benchmarks" / "datatrove-requirements.txt"
JOB = PROJECT / "benchmarks" / "datatrove_job.py"
BANMIAN = "import sys; from flows.cli import main; sys.exit(main())"
"""The command as it lies in this checkout, wherever another is installed."""

Command = Callable[[Path, Path], list[str]]
"""What to run, for a folder of pages and a folder to write to."""


class NotInstalled(Exception):  # noqa: N818 - reads as a sentence where it is caught
    """datatrove can't be had; the message says why and what to do."""


@dataclass(frozen=True)
class Contender:
    """One who carries out a job over a folder of pages."""

    name: str
    does: str
    command: Command


def _build(*further: str) -> Command:
    def command(pages: Path, out: Path) -> list[str]:
        where = [str(pages), "--warehouse", str(out / "warehouse"), "--jobs", str(JOBS)]
        return [sys.executable, "-c", BANMIAN, "build", *where, *further]

    return command


WHOLE = Contender("banmian", "all tables, published, through Prefect", _build())
INLINE = Contender("banmian --inline", "the same without Prefect", _build("--inline"))
HELP = Contender("banmian --help", "", lambda *_: [sys.executable, "-c", BANMIAN, "--help"])
LOADED = Contender("a worker's imports and dictionaries", "", lambda *_: [sys.executable, "-c", "import flows.preload"])


def datatrove(words: str) -> Contender:
    """datatrove with this library for words."""

    def command(pages: Path, out: Path) -> list[str]:
        where = [str(pages), str(out / "datatrove"), "--words", words, "--workers", str(JOBS)]
        return [str(_python(ENVIRONMENT)), str(JOB), *where]

    return Contender(f"datatrove with {words}", "lines, marks, sentences, words, one number regex; JSON lines", command)


def install() -> None:
    """Makes datatrove's environment where it is not there as pinned. Raises NotInstalled."""
    stamp, pins = ENVIRONMENT / "installed.txt", REQUIREMENTS.read_text(encoding="utf-8")
    if stamp.exists() and stamp.read_text(encoding="utf-8") == pins:
        return
    shutil.rmtree(ENVIRONMENT, ignore_errors=True)
    _said([sys.executable, "-m", "venv", str(ENVIRONMENT)])
    pip = [str(_python(ENVIRONMENT)), "-m", "pip", "--disable-pip-version-check", "--quiet", "install"]
    _said([*pip, "-r", str(REQUIREMENTS)])
    stamp.write_text(pins, encoding="utf-8")


def _said(command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        errors = [line for line in done.stderr.splitlines() if "ERROR" in line] or done.stderr.splitlines()[-1:]
        raise NotInstalled(
            f"datatrove is left out, for it can't be installed: {' '.join(errors) or done.returncode}. Let pip reach a"
            " package index (`pip config`), then run this again"
        )


def _python(environment: Path) -> Path:
    return environment / "bin" / "python"


def surroundings() -> dict[str, str]:
    """The environment of all who run: this one without a Prefect server, and with this checkout on Python's path. What
    the warm-up compiles is kept, as pip has compiled datatrove."""
    left_out = ("PREFECT_", "PYTHONDONTWRITEBYTECODE")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(left_out)}
    return kept | {"PYTHONPATH": str(PROJECT), "PYTHONUTF8": "1"}


def version_of_datatrove() -> str:
    """As pinned."""
    pins = REQUIREMENTS.read_text(encoding="utf-8").splitlines()
    return next(line.partition("==")[2] for line in pins if line.startswith("datatrove=="))
