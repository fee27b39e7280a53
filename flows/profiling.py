"""`banmian profile`: how long each stage of the job takes on some pages, one after the other in this process.

While it runs, each stage's functions are replaced, where their callers look them up, by the same ones under a
stopwatch. At any moment just one stage is on, the innermost, so that the times of the stages add up to the whole.

    before  seeds
    after   Profile(pages=2, bytes=39069, …, seconds={"decode": 0.004, "lines": 0.161, …})
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import wraps
from tempfile import TemporaryDirectory
from types import ModuleType
from typing import Any, NamedTuple
from unittest import mock

from flows import batch, progress, reading
from flows.jobs import Failure, job_of
from flows.parameters import BuildParameters
from flows.plan import make_plan
from transforms import cleaning, page, stories
from transforms.document import Options, Source
from transforms.page import quarantined, read_page

Functions = Callable[..., Any] | Mapping[str, Callable[..., Any]]


class Stage(NamedTuple):
    """A stage: its name, what it does, and its functions, each with the module that looks it up."""

    name: str
    what: str
    functions: tuple[tuple[ModuleType, str], ...]


STAGES = (
    Stage("plan", "find the sources, a digest of each", ()),
    Stage("read", "bytes from the disk", ((reading, "read"),)),
    Stage("decode", "bytes to text", ((page, "decode"),)),
    Stage(
        "lines", "printed lines and their columns' measure",
        ((page, "printed_lines"), (page, "is_old_print"), (page, "with_measures"), (page, "rejoined"),
         (page, "with_recurrences")),
    ),
    Stage("columns", "rows that were read across columns, cut", ((page, "cut_rows"),)),
    Stage("order", "pieces put in the order of reading", ((page, "in_reading_order"),)),
    Stage("blocks", "which breaks end a paragraph", ((page, "read_blocks"),)),
    Stage("articles", "which blocks belong together", ((page, "group"),)),
    Stage("stories", "headings, bylines, cleaning, confidence", ((page, "read_story"), (page, "rate_stories"))),
    Stage(
        "script", "traditional or simplified",
        ((page, "script_of"), (cleaning, "simplify"), (stories, "simplify_characters")),
    ),
    Stage("sentences", "where sentences end", ((page, "split"),)),
    Stage("words", "words, and tags where asked for", ((page, "TOKENIZERS"), (page, "tag"))),
    Stage("figures", "numbers with all that belongs to them", ((page, "read_figures"), (page, "read_text"))),
    Stage("rows", "what else a page's rows need", ((batch, "read_page"),)),
    Stage("jumps", "articles joined across pages", ((batch, "join_issues"),)),
    Stage("held", "each character is counted", ((batch, "held"),)),
    Stage("tables", "columns, Parquet files, their checks", ((batch, "write_shard"),)),
    Stage("rest", "limits, keys, going from page to page", ()),
)  # fmt: skip
PLAN, REST = STAGES[0].name, STAGES[-1].name
BAR = 30
"""Columns of a bar that stands for the whole."""
WITH_TAGS = "今天的报纸出版\n\n新增四千个岗位读者都很高兴\n\n今天的报纸出版，新增4000个岗位。\n"
"""A page in long lines: words of its heading are tagged, whatever the options."""
EIGHTHS = "▏▎▍▌▋▊▉"


@dataclass(frozen=True, slots=True)
class Profile:
    """What was read, and the seconds of each stage, in the order of the data; `loading` came before, once a process."""

    pages: int
    bytes: int
    loading: dict[str, float]
    seconds: dict[str, float]
    failures: tuple[Failure, ...] = ()
    quarantined: int = 0

    @property
    def total(self) -> float:
        return sum(self.seconds.values())

    @property
    def shares(self) -> dict[str, float]:
        """Of the whole, by stage; they add up to 1."""
        return {name: seconds / self.total for name, seconds in self.seconds.items()}


class Stopwatch:
    """Seconds by stage. One stage is on at any moment; what a stage calls of another is the other's time."""

    def __init__(self, stage: str) -> None:
        self.seconds: dict[str, float] = {}
        self.stage = stage
        self.since = time.perf_counter()

    def turn_to(self, stage: str) -> str:
        """From now on the time is that of `stage`; gives the one that was on."""
        now = time.perf_counter()
        before = self.stage
        self.seconds[before] = self.seconds.get(before, 0.0) + now - self.since
        self.stage, self.since = stage, now
        return before

    def timed(self, stage: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """The same function, whose time is that of `stage`."""

        @wraps(function)
        def under_the_watch(*arguments: Any, **named: Any) -> Any:
            before = self.turn_to(stage)
            try:
                return function(*arguments, **named)
            finally:
                self.turn_to(before)

        return under_the_watch

    def timed_all(self, stage: str, found: Functions) -> Functions:
        """The same for a function, or for each that a mapping names."""
        if isinstance(found, Mapping):
            return {name: self.timed(stage, function) for name, function in found.items()}
        return self.timed(stage, found)


def profile(parameters: BuildParameters, imports: float = 0.0) -> Profile:
    """Takes the pages through all stages, up to the tables of a temporary folder; nothing is published.

    `imports` are the seconds that loading the modules took. Raises UsageError where there is nothing to read.
    """
    loading = {"imports": imports} | _loading(Options(parameters.pos, parameters.tokenizer))
    with TemporaryDirectory(prefix="banmian-profile-") as folder, _watched() as watch:
        plan = make_plan(parameters)
        watch.turn_to(REST)
        sizes = {file.relative: one.sizes[file.document_id] for one in plan.batches for file in one.sources}
        progress.phase("reading", sum(sizes.values()))
        jobs = (job_of(one, plan, folder, parameters) for one in plan.batches)
        results = [batch.run_batch(job, _telling(sizes)) for job in jobs]
        watch.turn_to(REST)
    return Profile(
        pages=len(sizes),
        bytes=sum(sizes.values()),
        loading=loading,
        seconds={stage.name: watch.seconds.get(stage.name, 0.0) for stage in STAGES},
        failures=tuple(failure for result in results for failure in result.failures),
        quarantined=sum(source.status == "quarantined" for result in results for source in result.read),
    )


def _loading(options: Options) -> dict[str, float]:
    """Loads what a worker has from the start, then what the first pages and tables may ask for; the seconds of each."""
    watch = Stopwatch("dictionaries")
    batch.warm(options)
    watch.turn_to("tagger")
    read_page(Source("", "", WITH_TAGS.encode()), options)
    watch.turn_to("first tables")
    with TemporaryDirectory(prefix="banmian-profile-") as folder:
        batch.breach(quarantined("", "0" * 16, "no page"), folder)
    watch.turn_to("")
    return watch.seconds


@contextmanager
def _watched() -> Iterator[Stopwatch]:
    """A stopwatch under which each stage's functions run while the block lasts; it begins with the plan."""
    watch = Stopwatch(PLAN)
    with ExitStack() as replaced:
        for stage in STAGES:
            for module, name in stage.functions:
                replaced.enter_context(
                    mock.patch.object(module, name, watch.timed_all(stage.name, getattr(module, name)))
                )
        yield watch


def _telling(sizes: dict[str, int]) -> batch.At:
    """Tells of each page that is begun."""

    def at(name: str | None, _seconds: float) -> None:
        if name is not None:
            progress.advance(sizes[name])

    return at


# --- for a person ---------------------------------------------------------------------------------------------------


def shown(found: Profile) -> Iterator[str]:
    """The profile as lines: what was read, what was loaded, a row for each stage, the whole."""
    loading = ", ".join(f"{name} {seconds:.2f} s" for name, seconds in found.loading.items())
    troubled = f", {found.quarantined:,} of them quarantined" if found.quarantined else ""
    yield f"{found.pages:,} pages, {found.bytes / 1e6:,.2f} MB{troubled}, in one process"
    yield f"start-up, once a process: {loading}"
    yield ""
    yield f"{'stage':<10} {'seconds':>8} {'share':>7} {'MB/s':>8}"
    for stage in STAGES:
        seconds, share = found.seconds[stage.name], found.shares[stage.name]
        yield f"{_row(stage.name, seconds, share, found.bytes)}  {bar(share):<{BAR}}  {stage.what}".rstrip()
    yield _row("all", found.total, 1.0, found.bytes)


def _row(name: str, seconds: float, share: float, size: int) -> str:
    speed = f"{size / 1e6 / seconds:,.2f}" if seconds else "-"
    return f"{name:<10} {seconds:>8.3f} {share:>7.1%} {speed:>8}"


def bar(share: float) -> str:
    """A share as a bar, to an eighth of a column."""
    whole, eighths = divmod(round(share * BAR * 8), 8)
    return "█" * whole + EIGHTHS[:eighths][-1:]


def most(found: Profile, but: Sequence[str] = ()) -> tuple[str, float]:
    """The stage with the largest share, leaving out some."""
    shares = {name: share for name, share in found.shares.items() if name not in but}
    name = max(shares, key=shares.__getitem__)
    return name, shares[name]
