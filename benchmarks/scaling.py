"""`python -m benchmarks.scaling`: the numbers that docs/scaling.md plans with, measured on this machine.

What the rules take for a page, how many bytes its rows have, what planning takes at several sizes in seconds and in
memory, and what a build takes beside the rules. Each measure of memory is that of a process of its own. The pages are
those of `benchmarks.publishing`; for planning their number counts and not their length, so they are short.

    before  seeds/*.txt, and the pages of ../shared/bench where they lie beside the checkout
    after   plan    100,000 pages    21.3 s    412 MB
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import TypeVar
from unittest import mock

from benchmarks.orchestration import rules_seconds
from benchmarks.publishing import Pretence, bases, folder, in_this_process, write_pages
from flows import batch
from flows import build as build_module
from flows.build import build
from flows.parameters import BuildParameters
from flows.plan import make_plan
from warehouse.manifest import MANIFEST

PLANNED = (10_000, 50_000, 100_000)
BUILT = (1_000, 5_000)
STATUS, PEAK = Path("/proc/self/status"), "VmHWM:"
"""Where Linux tells the most memory a process had. (`getrusage` counts what its parent had before it.)"""
Result = TypeVar("Result")


@dataclass(frozen=True)
class Spent:
    """Seconds of the processor and the most memory a process had, in MB, beside what it had before it began."""

    seconds: float
    memory: float
    tables: int = 0
    manifest: int = 0


def plan(pages: int) -> Spent:
    """Plans so many short pages, a hundred in a folder."""
    with folder() as root:
        for number in range(pages):
            path = root / "pages" / f"paper-{number // 20_000}" / f"2024-{number // 100:05}" / f"{number:07}.txt"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(f"{number:07}".encode())
        return spent(lambda: make_plan(BuildParameters(sources=[str(root / "pages")], warehouse=root / "w")))[1]


def whole(pages: int) -> Spent:
    """Builds so many pages with the rules left out; what stands in for them takes about as long as all the rest."""
    pretence = Pretence(bases())
    with (
        folder() as root,
        mock.patch.object(batch, "read_page", pretence),
        mock.patch.object(build_module, "after_build", lambda *_: None),
    ):
        write_pages(root / "pages", pretence.known, pages)
        parameters = BuildParameters(sources=[str(root / "pages")], warehouse=root / "w")
        outcome, cost = spent(lambda: build(parameters, in_this_process))
        manifest = (outcome.published.path / MANIFEST).stat().st_size
        return Spent(cost.seconds, cost.memory, outcome.published.manifest.bytes, manifest)


def spent(work: Callable[[], Result]) -> tuple[Result, Spent]:
    """What the work gives, and what it took."""
    before, began = memory(), time.process_time()
    result = work()
    return result, Spent(time.process_time() - began, memory() - before)


def memory() -> float:
    """The most that this process has had, in MB."""
    (line,) = [line for line in STATUS.read_text(encoding="utf-8").splitlines() if line.startswith(PEAK)]
    return int(line.split()[1]) * 1024 / 1e6


def alone(work: Callable[[int], Spent], pages: int) -> Spent:
    """The work in a process of its own."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as process:
        return process.submit(work, pages).result()


def main(arguments: Sequence[str] | None = None) -> int:
    """Measures and prints a line for each."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.scaling", description=__doc__.split("\n", 1)[0])
    parser.add_argument("--planned", type=int, nargs="+", default=PLANNED, help="sizes of plans (default: %(default)s)")
    parser.add_argument("--built", type=int, nargs="+", default=BUILT, help="sizes of builds (default: %(default)s)")
    options = parser.parse_args(arguments)
    known = bases()
    size, seconds = sum(len(base.data) for base in known) / len(known), rules_seconds(known)
    print(f"rules   a page of {size:,.0f} bytes takes {seconds:.3f} s of one core: {size / seconds / 1e6:.3f} MB/s")
    one = alone(whole, len(known))
    print(f"tables  {one.tables / len(known):,.0f} bytes a page, from {len(known)} pages that differ", flush=True)
    for pages in options.planned:
        cost = alone(plan, pages)
        print(f"plan    {pages:>9,} pages  {cost.seconds:7.1f} s  {cost.memory:7,.0f} MB", flush=True)
    for pages in options.built:
        cost = alone(whole, pages)
        each = f"{cost.manifest / pages:,.0f} bytes of manifest a page"
        print(f"build   {pages:>9,} pages  {cost.seconds:7.1f} s  {cost.memory:7,.0f} MB  {each}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
