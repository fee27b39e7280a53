"""`make benchmark`, third part: what Prefect costs at 100, 1,000 and 10,000 pages, beside the same build without it.

Both builds are the real ones, from files on the disk to a published snapshot, one through Prefect's flow and an
embedded server, one inline; only the rules are left out, as in `benchmarks.publishing`, and count with the seconds that
a sample of pages took, as many times over. Processor time is told, not only seconds: another program on the machine
makes the one longer and not the other.

    before  seeds/*.txt, and the pages of ../shared/bench where they lie beside the checkout
    after   10,000 pages  64 tasks  Prefect  3.1 s here, 2.0 s in its server: 0.3 % of the build
"""

from __future__ import annotations

import argparse
import shutil
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any
from unittest import mock

import psutil

from benchmarks.publishing import Base, Pretence, bases, folder, write_pages
from flows import batch, pool, server
from flows import build as build_module
from flows.build import Outcome, build, in_threads
from flows.parameters import BuildParameters
from transforms.document import Options, Source
from transforms.page import read_page

SIZES = (100, 1_000, 10_000)
ROUNDS, ONCE = 3, 1_000
"""How often a size is measured; a larger one than this once."""
SAMPLED = 3
"""Every so manieth page is read to see what the rules take."""
HEAD = ("pages", "MB", "tasks", "rules", "rest", "Prefect here", "its server", "of the build", "longer by")


@dataclass(frozen=True)
class Cost:
    """Seconds on the clock, of this process and of Prefect's server."""

    wall: float
    here: float
    there: float


@dataclass(frozen=True)
class Rig:
    """What the builds of one size are made with; `rules` are the processor seconds of a page that is really read."""

    root: Path
    known: Sequence[Base]
    rules: float
    server: server.EmbeddedServer

    def measured(self, work: Callable[[BuildParameters], Outcome], name: str) -> tuple[Outcome, Cost]:
        """A first build of the pages, and what it took."""
        parameters = BuildParameters(sources=[str(self.root / "pages")], warehouse=self.root / name, jobs=1)
        wall, here, there = time.perf_counter(), time.process_time(), self._server_seconds()
        outcome = work(parameters)
        cost = Cost(time.perf_counter() - wall, time.process_time() - here, self._server_seconds() - there)
        shutil.rmtree(self.root / name)
        return outcome, cost

    def _server_seconds(self) -> float:
        times = psutil.Process(self.server.process.pid).cpu_times()
        return float(times.user + times.system)


def inline(parameters: BuildParameters) -> Outcome:
    """The build without Prefect."""
    return build(parameters, in_threads)


def through_prefect(parameters: BuildParameters) -> Outcome:
    """The same through the flow."""
    from flows.flow import run

    return run(parameters)


def row(rig: Rig, pages: int) -> tuple[str, ...]:
    """One line of the table."""
    write_pages(rig.root / "pages", rig.known, pages)
    rounds = [both(rig) for _ in range(1 if pages > ONCE else ROUNDS)]
    outcome = rounds[0][0]
    rest = median(without.here for _, without, _ in rounds)
    here = median(with_it.here - without.here for _, without, with_it in rounds)
    there = median(with_it.there for _, _, with_it in rounds)
    longer = median(with_it.wall - without.wall for _, without, with_it in rounds)
    prefect = max(here, 0.0) + there
    return (
        f"{pages:,}",
        f"{sum(result.size for result in outcome.results) / 1e6:,.1f}",
        f"{len(outcome.results):,}",
        *(f"{seconds:,.1f} s" for seconds in (rig.rules * pages, rest, here, there)),
        f"{prefect / (prefect + rest + rig.rules * pages):.1%}",
        f"{longer:+.1f} s",
    )


def both(rig: Rig) -> tuple[Outcome, Cost, Cost]:
    """What the flow built, and what it took without Prefect and with it."""
    plain, without = rig.measured(inline, "inline")
    outcome, with_it = rig.measured(through_prefect, "flow")
    assert outcome.published.manifest.digest == plain.published.manifest.digest, "both built the same tables"
    return outcome, without, with_it


def rules_seconds(known: Sequence[Base]) -> float:
    """Processor seconds that a page takes to be read, from a sample of those that are known."""
    sample = known[::SAMPLED]
    began = time.process_time()
    for base in sample:
        read_page(Source("0" * 16, "page", base.data), Options())
    return (time.process_time() - began) / len(sample)


@contextmanager
def embedded() -> Iterator[server.EmbeddedServer]:
    """Prefect's server as a build brings it along; says how long it took to answer."""
    began = time.perf_counter()
    one = server.start()
    try:
        one.wait()
        print(f"Prefect's embedded server answered after {time.perf_counter() - began:.1f} s, once a build", flush=True)
        yield one
    finally:
        one.stop()


def without_rules(known: Sequence[Base]) -> Any:
    """All batches are carried out in this process, in which the rules can be left out."""
    return (
        mock.patch.object(batch, "read_page", Pretence(known)),
        mock.patch.object(build_module, "after_build", lambda *_: None),
        mock.patch.object(pool, "run", batch.run_batch),
        mock.patch.object(pool, "opened", lambda _: nullcontext()),
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Builds each size twice and prints a line for it."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.orchestration", description=__doc__.split("\n", 1)[0])
    parser.add_argument("--pages", type=int, nargs="+", default=SIZES, help="how many pages (default: %(default)s)")
    options = parser.parse_args(arguments)
    known = bases()
    seconds = rules_seconds(known)
    rules, report, run, opened = without_rules(known)
    with embedded() as one, rules, report, run, opened:
        with folder() as root:  # what is loaded once is loaded here
            row(Rig(root, known, seconds, one), 1)
        print("  ".join(f"{name:>12}" for name in HEAD))
        for pages in options.pages:
            with folder() as root:
                print("  ".join(f"{cell:>12}" for cell in row(Rig(root, known, seconds, one), pages)), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
