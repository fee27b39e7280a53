"""`make benchmark`: the whole job beside datatrove's lesser steps on the same pages, and how its time and memory grow.

Whole processes, from their start to their end, two workers each: after a warm-up the contenders take turns, so that
what else the machine does falls on all of them. What Prefect adds to a build of one small page is told apart and taken
off. The table and the plots of the last run stand in `benchmarks/results`.

    before  8 MB of pages made from the seeds (`benchmarks.corpus`)
    after   benchmarks/results/throughput.md, seconds.svg, memory.svg
"""

from __future__ import annotations

import argparse
import shutil
import sys
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path

from benchmarks import contenders, corpus, results
from benchmarks.contenders import HELP, INLINE, LOADED, WHOLE, Contender
from benchmarks.corpus import Written
from benchmarks.publishing import folder
from benchmarks.results import Measured, Results, Size
from benchmarks.seeds import BENCHES, PROJECT
from benchmarks.watching import Failed, Ran, run
from flows import profiling
from flows.defaults import TOKENIZERS
from flows.parameters import BuildParameters

ROUNDS = 5
MEGABYTES = 8.0
"""Of the comparison: eight batches of 1 MB, so that neither worker waits long for the other."""
SIZES = (8.0, 16.0, 32.0)
LARGE = (64.0, 256.0, 1024.0)
OTHERS_UP_TO = 64.0
"""MB; how the others grow shows by then, and a gigabyte takes each of them a quarter of an hour."""
PROFILED = 1.0
SMALL = "今天的报纸出版\n\n本报讯（记者 某）今天的报纸\n出版，新增4000个岗\n位。读者都很高兴。\n"
REAL = BENCHES / "pages"
RESULTS = PROJECT / "benchmarks" / "results"


@dataclass(frozen=True)
class Rig:
    """A folder to work in, and who takes part."""

    root: Path
    others: tuple[Contender, ...]
    written: dict[float, Written] = field(default_factory=dict)
    """What each corpus was, by its size."""

    def pages(self, megabytes: float) -> Path:
        """The corpus of this size, written where it is not there."""
        where = self.root / f"pages-{megabytes:g}"
        if not where.exists():
            self.written[megabytes] = corpus.write(where, round(megabytes * 1e6))
        return where

    def small(self) -> Path:
        """A folder of one small page."""
        where = self.root / "small"
        where.mkdir(exist_ok=True)
        (where / "page.txt").write_text(SMALL, encoding="utf-8")
        return where

    def ran(self, contender: Contender, pages: Path) -> Ran:
        """One run, of which nothing is left."""
        out = self.root / "out"
        out.mkdir()
        try:
            return run(contender.command(pages, out), out, contenders.surroundings())
        finally:
            shutil.rmtree(out)


def compare(rig: Rig, megabytes: float, rounds: int) -> list[Measured]:
    """Runs all contenders in turn, so many times after one that does not count."""
    pages, small = rig.pages(megabytes), rig.small()
    runs = {contender.name: (contender, pages) for contender in (WHOLE, *rig.others)}
    starts = {f"{contender.name}, one page": (contender, small) for contender in (WHOLE, INLINE, *rig.others)}
    starts |= {contender.name: (contender, small) for contender in (LOADED, HELP)}
    found: dict[str, list[Ran]] = {name: [] for name in (*runs, *starts)}
    for number in range(rounds + 1):
        for name, (contender, source) in (runs | starts).items():
            ran = rig.ran(contender, source)
            tell(f"round {number} of {rounds}, {name}: {ran.seconds:.1f} s" + (" (warm-up)" if number == 0 else ""))
            if number:
                found[name].append(ran)
    prefect = results.difference(found[f"{WHOLE.name}, one page"], found[f"{INLINE.name}, one page"])
    return [
        Measured(name, contender.does, tuple(found[name]), prefect if contender is WHOLE else 0.0)
        for name, (contender, _) in runs.items()
    ] + [Measured(name, "", tuple(found[name]), 0.0) for name in starts]


def grow(rig: Rig, sizes: Sequence[float]) -> list[Size]:
    """Runs all contenders once on each size, the largest ones banmian alone, and throws the pages away. Who fails on a
    size is told of and left out: what was measured before is worth an hour."""
    found = []
    for megabytes in sizes:
        pages = rig.pages(megabytes)
        for contender in (WHOLE, *(rig.others if megabytes <= OTHERS_UP_TO else ())):
            try:
                ran = rig.ran(contender, pages)
            except Failed as cause:
                tell(f"{megabytes:g} MB, {contender.name}: {cause}")
                continue
            tell(f"{megabytes:g} MB, {contender.name}: {ran.seconds:.1f} s, {ran.worker:.0f} MB a worker")
            found.append(Size(contender.name, megabytes, ran))
        shutil.rmtree(pages)
    return found


def profile(sources: Path, tokenizer: str = TOKENIZERS[0]) -> profiling.Profile:
    """How long the stages take in a process of its own."""
    parameters = BuildParameters(sources=[str(sources)], tokenizer=tokenizer)
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as process:
        return process.submit(profiling.profile, parameters).result()


def profiles(rig: Rig) -> dict[str, profiling.Profile]:
    """The stages on the corpus with either tokenizer, and on real pages where they are at hand."""
    pages = rig.pages(PROFILED)
    found = {f"corpus, --tokenizer {name}": profile(pages, name) for name in TOKENIZERS}
    return found | ({"real pages, in no clone": profile(REAL)} if REAL.is_dir() else {})


def tell(what: str) -> None:
    """Says how far it is, where it does not get into the table."""
    print(f"  {what}", file=sys.stderr, flush=True)


def _others() -> tuple[Contender, ...]:
    """datatrove with either library for words; nobody where it can't be had, which is told."""
    try:
        contenders.install()
    except contenders.NotInstalled as cause:
        print(cause, file=sys.stderr, flush=True)
        return ()
    return contenders.datatrove("jieba"), contenders.datatrove("rjieba")


def measured(options: argparse.Namespace, root: Path) -> Results:
    """Measures all of it."""
    rig = Rig(root, _others())
    compared = tuple(compare(rig, options.megabytes, options.rounds))
    return Results(
        corpus=rig.written[options.megabytes],
        measured=compared,
        sizes=tuple(grow(rig, [*options.sizes, *(LARGE if options.large else ())])),
        profiles=profiles(rig),
        remark=options.remark,
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Measures, prints the tables and writes them with the plots."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.throughput", description=__doc__.split("\n", 1)[0])
    parser.add_argument("--megabytes", type=float, default=MEGABYTES, help="of the comparison (default: %(default)s)")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="that count (default: %(default)s)")
    parser.add_argument("--sizes", type=float, nargs="*", default=SIZES, help="MB, for growth (default: %(default)s)")
    parser.add_argument("--large", action="store_true", help=f"further sizes: {', '.join(f'{s:g}' for s in LARGE)} MB")
    parser.add_argument("--remark", default="", help="a line for the page: what else the machine did")
    parser.add_argument("--results", type=Path, default=RESULTS, help="where to write (default: benchmarks/results)")
    options = parser.parse_args(arguments)
    with folder() as root:
        found = measured(options, root)
    print(results.text(found))
    results.write(found, options.results)
    return 0


if __name__ == "__main__":
    sys.exit(main())
