"""What builds and exports tell a person at their end, and `banmian status` at any time: the facts, line by line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from flows import mirrors, rebuild
from flows.build import Outcome
from flows.mirrors import Location
from flows.parameters import BuildParameters
from warehouse.exports import Exported
from warehouse.manifest import Manifest
from warehouse.urls import is_url

SHOWN = 20
"""Warnings listed in the summary of a build; `banmian status` lists all."""


def of_build(outcome: Outcome, parameters: BuildParameters, seconds: float) -> str:
    """The summary of a build."""
    manifest = outcome.published.manifest
    pages = _counted(sum(manifest.statuses.values()), "page")
    if outcome.published.new:
        fresh = sum(len(result.read) for result in outcome.results)
        head = f"Built {pages} in {seconds:.1f} s ({fresh:,} read anew)"
    else:
        head = f"Nothing changed: {pages} built before, looked through in {seconds:.1f} s"
    notes = [*_notes(outcome, parameters), *_skipped(outcome.plan.sources.skipped)]
    report = [line("report", _shown(outcome.report, parameters.warehouse))] if outcome.report else []
    return "\n".join([head, *_facts(manifest, SHOWN), *notes, *report, *_where(manifest, parameters.warehouse)])


def of_warehouse(manifest: Manifest, root: Location) -> str:
    """What a warehouse holds."""
    head = f"Snapshot {manifest.snapshot} of {root}, published {manifest.created}"
    versions = ", ".join(f"{name} {version}" for name, version in manifest.versions.items())
    made = [line("made by", versions), line("rules", manifest.rules[:12]), line("bytes", f"{manifest.bytes:,}")]
    return "\n".join([head, *_facts(manifest, None), *made, *_where(manifest, root)])


def of_export(exported: Exported, seconds: float) -> str:
    """The summary of an export."""
    head = f"Exported snapshot {exported.snapshot} as {exported.format} in {seconds:.1f} s"
    lines = [
        line("rows", _by_name(exported.rows)),
        line("bytes", f"{exported.bytes:,}"),
        line("folder", str(exported.folder)),
        line("load one", exported.snippet),
    ]
    return "\n".join([head, *lines])


def _facts(manifest: Manifest, shown: int | None) -> Iterator[str]:
    rows = manifest.rows
    yield line("pages", _by_name(manifest.statuses))
    yield line("articles", _by_name(manifest.articles))
    yield line("sentences", f"{rows['sentence']:,}")
    yield line("figures", f"{rows['figure']:,}")
    yield line("characters", f"{manifest.characters:,}, each in one article or in residue")
    warnings = [f"{source.path}: {source.status}: {source.error}" for source in manifest.warnings]
    yield from _listed("warnings", warnings, shown, "banmian status lists them")


def _where(manifest: Manifest, root: Location) -> Iterator[str]:
    current = mirrors.current(root, manifest.snapshot)
    yield line("tables", f"{current} (snapshot {manifest.snapshot})")
    if isinstance(root, str):
        yield line("load one", f"import warehouse; articles = warehouse.open({root!r}).articles.to_arrow()")
    else:
        yield line("load one", f"import pyarrow.parquet as pq; articles = pq.read_table({f'{current}/article'!r})")


def _notes(outcome: Outcome, parameters: BuildParameters) -> Iterator[str]:
    """What went otherwise than whoever asked may think."""
    yield from _pattern_note(outcome, parameters)
    troubles = [f"{_place(path)}: {trouble}" for path, trouble in outcome.plan.sources.troubles]
    yield from _listed(
        "sidecars", troubles, SHOWN, "they come up once these are mended", "not used as they are; mend and build again"
    )
    yield from _listed(
        "left", list(outcome.left), SHOWN, "none of them is lost", "for the next run: still being written"
    )
    if rebuild.is_asked(parameters):
        pages = _counted(len(outcome.plan.anew), "page") if outcome.plan.anew else "no page"
        yield line("rebuild", f"{rebuild.said(parameters)}: {pages}")


def _pattern_note(outcome: Outcome, parameters: BuildParameters) -> Iterator[str]:
    files = outcome.plan.sources.files
    if parameters.pattern and outcome.plan.sources.placed < len(files):
        missing = len(files) - outcome.plan.sources.placed
        yield line("pattern", f"{parameters.pattern} does not fit the path of {_counted(missing, 'page')}")


def _skipped(skipped: Iterable[tuple[str, str]]) -> Iterator[str]:
    rows = [f"{_place(path)}: {reason}" for path, reason in skipped]
    yield from _listed("skipped", rows, SHOWN, "all of them are no pages")


def _shown(report: Path, root: Location) -> str:
    return f"{root}/{report.parent.name}/{report.name}" if isinstance(root, str) else str(_from_here(report))


def _place(source: str) -> str:
    """Where a file or object lies that a search has found."""
    return source if is_url(source) else str(_from_here(Path(source)))


def _from_here(path: Path) -> Path:
    """A path as a person would type it: from the folder they stand in, where it lies below."""
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path


def _listed(name: str, rows: list[str], shown: int | None, rest: str, what: str = "") -> Iterator[str]:
    if rows:
        yield line(name, f"{len(rows):,} {what}".rstrip())
        yield from (f"    {row}" for row in rows[:shown])
        if shown is not None and len(rows) > shown:
            yield f"    and {len(rows) - shown:,} more; {rest}"


def line(name: str, text: str) -> str:
    """A line of a summary: what it tells of, and what it says."""
    return f"  {name:<11}{text}"


def _by_name(counts: Mapping[str, int]) -> str:
    parts = ", ".join(f"{count:,} {name}" for name, count in counts.items())
    return f"{sum(counts.values()):,}" + (f" ({parts})" if parts else "")


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}" + ("" if count == 1 else "s")
