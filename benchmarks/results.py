"""The results of `benchmarks.throughput`: as a page of Markdown, and as plots that stand in it.

They name the versions and the processor, so that numbers of two machines are not taken for each other; nothing else of
the machine.
"""

from __future__ import annotations

import importlib.metadata
import os
import platform
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from xml.etree import ElementTree

import pygal
from pygal.style import Style

from benchmarks.contenders import JOBS, WHOLE, version_of_datatrove
from benchmarks.corpus import Written
from benchmarks.watching import Ran
from flows.profiling import Profile, most, shown

PAGE, SECONDS, MEMORY = "throughput.md", "seconds.svg", "memory.svg"
WORDS = "words"
PACKAGES = ("banmian", "prefect", "jieba", "rjieba", "pyarrow", "duckdb")
PROCESSORS = Path("/proc/cpuinfo")
SVG = "http://www.w3.org/2000/svg"
STYLE = Style(background="white", plot_background="white", font_family="sans-serif", transition="0s")
SHARED = {
    "js": [], "no_prefix": True, "style": STYLE, "width": 720, "height": 400, "x_title": "MB of pages",
    "show_dots": True, "legend_at_bottom": True, "pretty_print": True,
}  # fmt: skip


@dataclass(frozen=True)
class Measured:
    """A contender's runs on one corpus, in the order of the rounds; `apart` are seconds to be taken off each."""

    name: str
    does: str
    runs: tuple[Ran, ...]
    apart: float

    @property
    def net(self) -> list[float]:
        """The seconds of each run without what counts apart."""
        return [ran.seconds - self.apart for ran in self.runs]

    @property
    def worker(self) -> float:
        return max(ran.worker for ran in self.runs)

    @property
    def resident(self) -> float:
        return max(ran.resident for ran in self.runs)

    @property
    def together(self) -> float:
        return max(ran.together for ran in self.runs)


MEMORIES = ("MB a worker", "resident", "MB in all")


@dataclass(frozen=True)
class Size:
    """A contender's run on a corpus of so many megabytes."""

    name: str
    megabytes: float
    ran: Ran


@dataclass(frozen=True)
class Results:
    """All that was measured."""

    corpus: Written
    measured: tuple[Measured, ...]
    sizes: tuple[Size, ...]
    profiles: Mapping[str, Profile]
    remark: str = ""
    """What a reader must know of the machine at that time."""


def difference(one: Iterable[Ran], other: Iterable[Ran]) -> float:
    """By how many seconds the one takes longer; 0 where noise makes it shorter."""
    return max(0.0, median(ran.seconds for ran in one) - median(ran.seconds for ran in other))


def ratios(slower: Measured, faster: Measured) -> tuple[float, float, float]:
    """How many times as long the one takes, round by round: the median, the least and the most."""
    found = sorted(one / other for one, other in zip(slower.net, faster.net, strict=True))
    return median(found), found[0], found[-1]


# --- Markdown -------------------------------------------------------------------------------------------------------


def text(found: Results) -> str:
    """The page."""
    return "\n".join(_lines(found)) + "\n"


def _lines(found: Results) -> Iterator[str]:
    yield from ("# How fast the whole job is", "")
    yield f"`python -m benchmarks.throughput` wrote this page on {datetime.now(UTC):%Y-%m-%d}."
    yield from ("", f"- {_machine()}", f"- {_versions()}", f"- {_corpus(found.corpus)}")
    yield from ([f"- {found.remark}", ""] if found.remark else [""])
    yield from ("## Beside datatrove", "")
    yield from _comparison(found)
    if found.sizes:
        yield from ("", "## How it grows", "")
        yield from _growth(found.sizes)
        yield from ("", f"![seconds by size]({SECONDS})", "", f"![memory by size]({MEMORY})")
    yield from ("", "## Stages", "")
    yield from _stages(found.profiles)


def _machine() -> str:
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return f"{_processor()}, {cores} cores for {JOBS} workers; Python {platform.python_version()}"


def _processor() -> str:
    lines = PROCESSORS.read_text(encoding="utf-8").splitlines() if PROCESSORS.exists() else []
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.machine())


def _versions() -> str:
    ours = [f"{name} {importlib.metadata.version(name)}" for name in PACKAGES]
    return ", ".join([*ours, f"datatrove {version_of_datatrove()}"])


def _corpus(made: Written) -> str:
    size = f"{made.pages:,} pages, {made.bytes / 1e6:.2f} MB, {made.characters:,} characters"
    return f"corpus of the comparison: {size}, sha256 `{made.sha256[:16]}…`"


def _comparison(found: Results) -> Iterator[str]:
    ours = next(one for one in found.measured if one.name == WHOLE.name)
    yield "Seconds are medians of whole processes, with their range; MB/s and ratios are without what counts apart."
    heads = ("who", "what", "seconds", "apart", "MB/s", "takes so many times as long")
    yield from ("", _row([*heads, *MEMORIES]))
    yield "|---|---|---|---|---|---|---|---|---|"
    for one in found.measured:
        seconds = [ran.seconds for ran in one.runs]
        cells = [one.name, one.does, _ranged(seconds, "{:.1f}"), f"{one.apart:.1f}" if one.apart else ""]
        if one.does:
            speed = f"{found.corpus.bytes / 1e6 / median(one.net):.2f}"
            cells += [speed, "" if one is ours else "{:.2f} ({:.2f} to {:.2f})".format(*ratios(one, ours))]
        else:
            cells += ["", ""]
        yield _row([*cells, f"{one.worker:.0f}", f"{one.resident:.0f}", f"{one.together:.0f}"])
    yield ""
    yield f"{JOBS} workers each. Apart: what Prefect adds to a build of one small page, with the start of its server."
    yield "Memory: a worker has its part of what forked processes share (PSS); resident counts all of that for each."


def _ranged(values: Sequence[float], form: str) -> str:
    return f"{form.format(median(values))} ({form.format(min(values))} to {form.format(max(values))})"


def _growth(sizes: Sequence[Size]) -> Iterator[str]:
    yield "One run each; what a further MB takes is reckoned from the size before."
    yield from ("", _row(["who", "MB", "seconds", "s for a further MB", *MEMORIES]))
    yield "|---|---|---|---|---|---|---|"
    for name in dict.fromkeys(one.name for one in sizes):
        before: Size | None = None
        for one in (one for one in sizes if one.name == name):
            further = f"{_further(before, one):.2f}" if before else ""
            ran = one.ran
            cells = [name, f"{one.megabytes:g}", f"{ran.seconds:.1f}", further, f"{ran.worker:.0f}"]
            yield _row([*cells, f"{ran.resident:.0f}", f"{ran.together:.0f}"])
            before = one


def _further(before: Size, after: Size) -> float:
    return (after.ran.seconds - before.ran.seconds) / (after.megabytes - before.megabytes)


def _stages(profiles: Mapping[str, Profile]) -> Iterator[str]:
    yield "`banmian profile` in one process: MB/s of one core, and which stages take most of the time."
    yield from ("", "| pages | MB | MB/s | words | slowest stage but words |", "|---|---|---|---|---|")
    for name, profile in profiles.items():
        stage, share = most(profile, [WORDS])
        megabytes = profile.bytes / 1e6
        cells = [name, f"{megabytes:.2f}", f"{megabytes / profile.total:.2f}", f"{profile.shares[WORDS]:.0%}"]
        yield _row([*cells, f"{stage} {share:.0%}"])
    yield from ("", "```text", *shown(next(iter(profiles.values()))), "```")


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


# --- plots ----------------------------------------------------------------------------------------------------------


def write(found: Results, folder: Path) -> None:
    """Writes the page and, where several sizes were measured, the plots."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / PAGE).write_text(text(found), encoding="utf-8")
    if found.sizes:
        seconds = plot(found.sizes, "Seconds of the whole process", lambda ran: ran.seconds)
        memory = plot(found.sizes, "Memory of the largest worker in MB", lambda ran: ran.worker)
        (folder / SECONDS).write_text(seconds, encoding="utf-8")
        (folder / MEMORY).write_text(memory, encoding="utf-8")


def plot(sizes: Sequence[Size], title: str, value: Callable[[Ran], float]) -> str:
    """A line for each contender, as SVG."""
    chart = pygal.XY(**SHARED, title=title, range=(0, max(value(one.ran) for one in sizes)))
    chart.x_labels = sorted({one.megabytes for one in sizes})
    for name in dict.fromkeys(one.name for one in sizes):
        chart.add(name, [(one.megabytes, round(value(one.ran), 2)) for one in sizes if one.name == name])
    return _without_scripts(chart.render(is_unicode=True))


def _without_scripts(svg: str) -> str:
    """The picture alone: pygal adds what only a script of its own would show."""
    ElementTree.register_namespace("", SVG)
    root = ElementTree.fromstring(svg)
    for parent in list(root.iter()):
        for child in [child for child in parent if child.tag == f"{{{SVG}}}script"]:
            parent.remove(child)
    return ElementTree.tostring(root, encoding="unicode") + "\n"
