"""The build as plain functions: what is built, what is left alone, and what a bad page costs."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from conftest import PROJECT, SEEDS

from flows import batch, plan, progress
from flows.batch import run_batch
from flows.build import Outcome, build, in_threads
from flows.jobs import BatchResult, Job
from flows.parameters import BuildParameters
from transforms.document import Document, Options, Source
from transforms.page import read_page

Files = dict[str, bytes]


@pytest.fixture
def small_shards(monkeypatch: pytest.MonkeyPatch) -> None:
    """Many shards of a few pages, as a large corpus has."""
    monkeypatch.setattr(plan, "SHARD_BYTES", 16_000)
    monkeypatch.setattr(plan, "FEW_BITS", 0)


def built(pages: Path, warehouse: Path, **options: object) -> Outcome:
    parameters = BuildParameters(sources=[str(pages)], warehouse=warehouse, **options)  # type: ignore[arg-type]
    return build(parameters, in_threads)


def tables(outcome: Outcome) -> Files:
    """The bytes of each Parquet file, by its path in the snapshot."""
    root = outcome.published.path
    return {str(path.relative_to(root)): path.read_bytes() for path in sorted(root.rglob("*.parquet"))}


def read(outcome: Outcome) -> list[str]:
    """The names of the pages that were read, not taken over."""
    return [source.path for result in outcome.results for source in result.read]


def job(pages: Path, folder: Path) -> Job:
    """The one batch of `pages`, to be carried out in this process."""
    made = plan.make_plan(BuildParameters(sources=[str(pages)]))
    (one,) = made.batches
    for table in ("document", "article", "sentence", "figure", "residue"):
        (folder / table).mkdir(parents=True)
    return Job(one, str(folder), made.rules, made.options)


def errors(result: BatchResult) -> dict[str, str | None]:
    return {source.path: source.error for source in result.summary.warnings}


@pytest.mark.slow
@pytest.mark.usefixtures("small_shards")
def test_the_bytes_are_the_same_whatever_the_number_of_jobs(pages: Path, tmp_path: Path) -> None:
    first, *others = [tables(built(pages, tmp_path / f"jobs{jobs}", jobs=jobs)) for jobs in (1, 2, 4)]
    assert len(first) == 5 * 3
    assert others == [first, first]


class Heard(progress.Silent):
    """The phase and the step of each call."""

    def __init__(self) -> None:
        self.phases: list[tuple[str, int]] = []
        self.steps: dict[str, list[int]] = {}

    def phase(self, name: str, total: int) -> None:
        self.phases.append((name, total))

    def advance(self, done: int) -> None:
        self.steps.setdefault(self.phases[-1][0], []).append(done)


def test_progress_is_told_page_by_page(pages: Path, tmp_path: Path) -> None:
    heard = Heard()
    with progress.heard_also_by(heard):
        outcome = built(pages, tmp_path / "warehouse", jobs=2)
    assert len(outcome.results) == 1, "one batch"
    sizes = sorted(path.stat().st_size for path in pages.iterdir())
    assert dict(heard.phases)["building"] == sum(sizes)
    assert sorted(step for step in heard.steps["building"] if step) == sizes


@pytest.mark.usefixtures("small_shards")
def test_a_second_build_does_nothing_and_a_changed_page_costs_itself(pages: Path, tmp_path: Path) -> None:
    root = tmp_path / "warehouse"
    first = built(pages, root)
    assert first.published.new and len(first.results) == len(first.plan.batches) == 3
    assert sorted(read(first)) == sorted(path.name for path in pages.iterdir())

    again = built(pages, root)
    assert not again.published.new and again.results == ()
    assert again.published.path == first.published.path

    page = pages / "000-1.txt"
    page.write_bytes(page.read_bytes().replace("滨州".encode(), "德州".encode()))
    changed = built(pages, root)
    assert changed.published.new and len(changed.results) == 1
    assert len(changed.results[0].summary.sources) > 1
    assert read(changed) == ["000-1.txt"]
    assert changed.results[0].size == page.stat().st_size
    other = {name: data for name, data in tables(changed).items() if changed.results[0].summary.shard not in name}
    assert other.items() <= tables(first).items()
    assert tables(changed) == tables(built(pages, tmp_path / "scratch"))


def test_no_page_is_read_again_when_the_corpus_grows_into_more_shards(
    pages: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = tmp_path / "warehouse"
    for size, batches in ((1 << 20, 1), (16_000, 3), (8_000, 5), (1 << 20, 1)):
        monkeypatch.setattr(plan, "SHARD_BYTES", size)
        (pages / f"{size}.txt").write_text(f"新增{size}个岗位。", encoding="utf-8")
        grown = built(pages, root)
        assert len(grown.plan.batches) >= batches
        assert len(read(grown)) == (9 if grown.published.manifest.snapshot == 1 else 1)
        assert tables(grown) == tables(built(pages, tmp_path / f"clean{grown.published.manifest.snapshot}"))
        (pages / f"{size}.txt").unlink()


def test_a_changed_page_costs_its_issue(tmp_path: Path) -> None:
    """An article may be carried on from any page of an issue to any other."""
    for day in ("2024-11-20", "2024-11-21"):
        for page, seed in enumerate(sorted(SEEDS.glob("*.txt")), 1):
            path = tmp_path / f"pages/日报/{day}/{page:02d}.txt"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(seed.read_bytes()[:6000].rpartition(b"\n")[0])
    built(tmp_path / "pages", tmp_path / "warehouse")
    page = tmp_path / "pages/日报/2024-11-21/02.txt"
    page.write_bytes(page.read_bytes().replace("滨州".encode(), "德州".encode()))
    changed = built(tmp_path / "pages", tmp_path / "warehouse")
    assert sorted(read(changed)) == ["日报/2024-11-21/01.txt", "日报/2024-11-21/02.txt"]
    assert tables(changed) == tables(built(tmp_path / "pages", tmp_path / "clean"))


def test_a_page_in_quarantine_counts_in_the_run_that_put_it_there(pages: Path, tmp_path: Path) -> None:
    (pages / "000-0.txt").write_bytes(b"")
    assert built(pages, tmp_path / "warehouse").quarantined == 1
    (pages / "new.txt").write_text("今天的报纸出版了。", encoding="utf-8")
    second = built(pages, tmp_path / "warehouse")
    assert (second.quarantined, read(second)) == (0, ["new.txt"])
    assert second.published.manifest.statuses == {"ok": 8, "quarantined": 1}


def test_a_manifest_names_the_versions_of_rules_and_lexicons(pages: Path, tmp_path: Path) -> None:
    manifest = built(pages, tmp_path / "warehouse").published.manifest
    tables = {path.name: path.read_bytes() for path in (PROJECT / "transforms").rglob("*.tsv")}
    assert manifest.lexicons == {name: hashlib.sha256(data).hexdigest()[:16] for name, data in tables.items()}
    assert {"banmian", "pyarrow", "jieba"} <= set(manifest.versions)
    assert manifest.rules == plan.rules_digest()
    assert manifest.given == ("../pages",)


def test_force_builds_all_again_to_the_same_bytes(pages: Path, tmp_path: Path) -> None:
    first = built(pages, tmp_path / "warehouse")
    forced = built(pages, tmp_path / "warehouse", force=True)
    assert len(forced.results) == len(forced.plan.batches)
    assert tables(forced) == tables(first)


def test_a_snapshot_holds_the_sources_of_its_build_and_no_others(pages: Path, tmp_path: Path) -> None:
    built(pages, tmp_path / "warehouse")
    (pages / "000-0.txt").unlink()
    names = {source.path for source in built(pages, tmp_path / "warehouse").published.manifest.sources}
    assert names == {path.name for path in pages.iterdir()}


def test_what_a_path_says_comes_into_the_page(pages: Path, tmp_path: Path) -> None:
    issue = tmp_path / "binzhou/2024-01-07"
    issue.mkdir(parents=True)
    (pages / "000-0.txt").rename(issue / "01.txt")
    seen: list[Source] = []

    def spy(source: Source, options: Options) -> Document:
        seen.append(source)
        return read_page(source, options)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(batch, "read_page", spy)
        run_batch(job(issue, tmp_path / "out"))
    assert [(s.publication, str(s.issue_date), s.page) for s in seen] == [("binzhou", "2024-01-07", "01")]


def test_a_rule_that_fails_costs_its_page_alone(pages: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(source: Source, options: Options) -> Document:
        if source.source_path == "000-1.txt":
            raise KeyError("no such word")
        return read_page(source, options)

    monkeypatch.setattr(batch, "read_page", failing)
    result = run_batch(job(pages, tmp_path / "out"))
    assert errors(result) == {"000-1.txt": "a rule failed: KeyError: 'no such word'"}
    assert result.summary.statuses["ok"] == 7
    assert [failure.source for failure in result.failures] == ["000-1.txt"]
    assert "in failing" in result.failures[0].traceback


def _without_text(document: Document) -> Document:
    """Rows of which no offset holds any more."""
    return replace(document, articles=tuple(replace(article, text="") for article in document.articles))


def _without_articles(document: Document) -> Document:
    """Rows that have lost the characters of the articles."""
    return replace(document, articles=())


@pytest.mark.parametrize(
    ("spoil", "cause"), [(_without_text, "its rows break the contract"), (_without_articles, "LostCharacters")]
)
def test_rows_that_can_not_be_trusted_cost_their_page_alone(
    pages: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    spoil: Callable[[Document], Document],
    cause: str,
) -> None:
    victim = "000_7916b8fcdf412def.txt"

    def spoiled(source: Source, options: Options) -> Document:
        document = read_page(source, options)
        return spoil(document) if source.source_path == victim else document

    monkeypatch.setattr(batch, "read_page", spoiled)
    result = run_batch(job(pages, tmp_path / "out"))
    assert list(errors(result)) == [victim]
    assert cause in str(errors(result)[victim])
    assert result.summary.statuses == {"ok": 7, "quarantined": 1}
    assert [path.name for path in (tmp_path / "out").iterdir() if path.name.startswith(".")] == []


def test_a_page_that_vanishes_while_it_is_read(pages: Path, tmp_path: Path) -> None:
    planned = job(pages, tmp_path / "out")
    page = (pages / "000-1.txt").rename(tmp_path / "away.txt")
    result = run_batch(planned)
    assert errors(result) == {"000-1.txt": "can't be read: No such file or directory"}
    # The digest stands for what was read: the page is built once it is back.
    page.rename(pages / "000-1.txt")
    assert result.digest != planned.batch.digest == job(pages, tmp_path / "again").batch.digest


def test_a_page_that_changes_while_it_is_read_is_built_again(pages: Path, tmp_path: Path) -> None:
    planned = job(pages, tmp_path / "out")
    (pages / "000-1.txt").write_text("今天的报纸出版了。", encoding="utf-8")
    assert run_batch(planned).digest == job(pages, tmp_path / "second").batch.digest != planned.batch.digest
