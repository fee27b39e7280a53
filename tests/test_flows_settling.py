"""An inbox: what is still being written is left for the next run, and what the warehouse holds of it stays."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from conftest import Banmian

import warehouse
from flows import batch, settling
from flows import plan as plan_module
from flows.build import Outcome, build, in_threads
from flows.errors import NothingSettled
from flows.jobs import BatchResult
from flows.parameters import BuildParameters
from flows.settling import watch
from flows.sources import discover
from flows.summary import of_build
from transforms.document import Document, Options, Source

SETTLE = 0.6
LONG_AGO = time.time() - 86_400
GROWING = """
import sys, time
with open(sys.argv[1], "ab", buffering=0) as file:
    while True:
        file.write("今天的报纸出版了。\\n".encode())
        time.sleep(0.05)
"""


def page(path: Path, text: str = "今天的报纸出版了。") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


@contextmanager
def growing(path: Path) -> Iterator[None]:
    """A process that writes on and on."""
    page(path, "")
    writer = subprocess.Popen([sys.executable, "-c", GROWING, str(path)])
    try:
        while not path.stat().st_size:
            time.sleep(0.02)
        yield
    finally:
        writer.kill()
        writer.wait()


def built(root: Path, settle: float = SETTLE, **options: object) -> Outcome:
    parameters = BuildParameters(
        sources=[str(root / "in")],
        warehouse=root / "warehouse",
        jobs=1,
        settle=settle,
        **options,  # type: ignore[arg-type]
    )
    return build(parameters, in_threads)


def texts(root: Path) -> dict[str, str]:
    """The text of each published page, by name."""
    rows = (
        warehouse.open(root / "warehouse")
        .duckdb()
        .sql(
            "select source_path, string_agg(text, '' order by ordinal) from document join article using (document_id)"
            " group by 1"
        )
    )
    return dict(rows.fetchall())


def unsettled(folder: Path, meanwhile: Callable[[], object], settle: float = SETTLE) -> tuple[set[str], list[float]]:
    """The pages not settled where `meanwhile` happens in the pause, and the pauses made."""
    pauses: list[float] = []

    def pause(seconds: float) -> None:
        pauses.append(seconds)
        time.sleep(seconds / 2)
        meanwhile()
        time.sleep(seconds / 2)

    watched = watch(lambda: discover([str(folder)]), settle, pause)
    names = {file.document_id: file.relative for file in watched.sources.files}
    assert set(watched.stamps) == set(names)
    return {names[one] for one in watched.unsettled}, pauses


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    page(tmp_path / "in/a.txt")
    page(tmp_path / "in/b.txt")
    return tmp_path / "in"


def test_where_all_is_settled_nothing_waits(folder: Path) -> None:
    time.sleep(SETTLE)
    assert unsettled(folder, lambda: None) == (set(), [])


def test_what_was_written_now_and_is_whole_is_taken_after_the_pause(folder: Path) -> None:
    assert unsettled(folder, lambda: None) == (set(), [SETTLE])


def test_a_file_that_grows_slowly_is_left(folder: Path) -> None:
    with growing(folder / "c.txt"):
        assert unsettled(folder, lambda: None) == ({"c.txt"}, [SETTLE])


def test_a_file_replaced_by_a_rename_is_left(folder: Path) -> None:
    def replace() -> None:
        """Same size, and the time of the one before."""
        other = page(folder / ".b.new", "今天的报纸出版啦。")
        before = (folder / "b.txt").stat()
        os.utime(other, ns=(before.st_atime_ns, before.st_mtime_ns))
        other.rename(folder / "b.txt")

    assert unsettled(folder, replace) == ({"b.txt"}, [SETTLE])


def test_a_file_whose_old_time_is_kept_while_it_grows_is_left(folder: Path) -> None:
    os.utime(folder / "b.txt", (LONG_AGO, LONG_AGO))

    def write() -> None:
        page(folder / "b.txt", "今天的报纸出版了。今天的报纸")
        os.utime(folder / "b.txt", (LONG_AGO, LONG_AGO))

    assert unsettled(folder, write) == ({"b.txt"}, [SETTLE])


def test_a_whole_file_with_an_old_time_is_taken(folder: Path) -> None:
    os.utime(folder / "b.txt", (LONG_AGO, LONG_AGO))
    assert unsettled(folder, lambda: None)[0] == set()


def test_a_clock_that_runs_ahead_makes_no_page_wait_for_ever(folder: Path) -> None:
    ahead = time.time() + 3600
    os.utime(folder / "b.txt", (ahead, ahead))
    assert unsettled(folder, lambda: None) == (set(), [SETTLE])

    def write() -> None:
        page(folder / "b.txt", "改了")
        os.utime(folder / "b.txt", (ahead, ahead))

    assert unsettled(folder, write) == ({"b.txt"}, [SETTLE])


def test_a_file_that_comes_in_the_pause_is_left_and_one_that_goes_is_gone(folder: Path) -> None:
    assert unsettled(folder, lambda: page(folder / "c.txt"), settle=1.0)[0] == {"c.txt"}
    page(folder / "a.txt")
    assert unsettled(folder, (folder / "b.txt").unlink, settle=1.0)[0] == set()


def test_a_sidecar_that_is_being_written_makes_its_page_wait(folder: Path) -> None:
    page(folder / "b.json", '{"page": ')
    assert unsettled(folder, lambda: page(folder / "b.json", '{"page": 1}'))[0] == {"b.txt"}
    page(folder / "b.txt")
    assert unsettled(folder, lambda: page(folder / "a.json", '{"page": 1}'))[0] == {"a.txt"}


def test_a_new_page_comes_in_the_run_after_it_is_whole(tmp_path: Path, folder: Path) -> None:
    with growing(folder / "c.txt"):
        first = built(tmp_path)
    assert first.left == ("c.txt",)
    assert sorted(texts(tmp_path)) == ["a.txt", "b.txt"]
    parameters = BuildParameters(sources=["in"], warehouse=tmp_path / "warehouse", settle=SETTLE)
    assert "left       1 for the next run: still being written\n    c.txt\n" in of_build(first, parameters, 0.0)

    second = built(tmp_path)
    assert second.left == () and sorted(texts(tmp_path)) == ["a.txt", "b.txt", "c.txt"]
    assert [source.path for result in second.results for source in result.read] == ["c.txt"]
    assert not built(tmp_path).published.new
    assert sorted(path.name for path in folder.iterdir()) == ["a.txt", "b.txt", "c.txt"], "never moved or deleted"


def test_a_page_that_is_being_rewritten_keeps_its_former_rows(tmp_path: Path, folder: Path) -> None:
    built(tmp_path)
    before = texts(tmp_path)
    with growing(folder / "b.txt"):
        page(folder / "c.txt", "今天是星期五。")
        outcome = built(tmp_path)
    assert outcome.published.new and outcome.left == ("b.txt",)
    assert texts(tmp_path) == {**before, "c.txt": "今天是星期五。"}
    after = built(tmp_path)
    assert after.left == () and len(texts(tmp_path)["b.txt"]) > len(before["b.txt"])


def test_nothing_is_published_where_nothing_else_changed(tmp_path: Path, folder: Path) -> None:
    built(tmp_path)
    with growing(folder / "b.txt"):
        outcome = built(tmp_path)
    assert not outcome.published.new and outcome.results == () and outcome.left == ("b.txt",)


@pytest.mark.parametrize("change", ["force", "rules", "options"])
def test_former_rows_stay_whatever_else_is_built_anew(
    tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    built(tmp_path)
    before = texts(tmp_path)
    if change == "rules":
        monkeypatch.setattr(plan_module, "rules_digest", lambda: "other rules")
    with growing(folder / "b.txt"):
        outcome = built(tmp_path, force=change == "force", pos=change == "options")
    assert [source.path for result in outcome.results for source in result.read] == ["a.txt"]
    assert texts(tmp_path) == before
    again = built(tmp_path, pos=change == "options")
    assert [source.path for result in again.results for source in result.read] == ["b.txt"]


@pytest.mark.usefixtures("folder")
def test_an_issue_of_which_one_page_is_being_written_waits_as_a_whole(tmp_path: Path) -> None:
    one, two = (page(tmp_path / f"in/日报/2024-11-21/{name}.txt", "今天出版了。") for name in ("01", "02"))
    built(tmp_path)
    before = texts(tmp_path)
    page(one, "今天又出版了。")
    page(tmp_path / "in/日报/2024-11-21/03.txt", "今天是星期五。")
    with growing(two):
        outcome = built(tmp_path)
    assert outcome.left == tuple(f"日报/2024-11-21/{name}.txt" for name in ("01", "02", "03"))
    assert texts(tmp_path) == before
    built(tmp_path)
    after = texts(tmp_path)
    assert after["日报/2024-11-21/01.txt"] == "今天又出版了。" and len(after) == 5


def test_an_inbox_in_which_nothing_is_whole_yet_publishes_nothing(tmp_path: Path) -> None:
    with growing(tmp_path / "in/a.txt"), pytest.raises(NothingSettled, match=r"1 left for the next run.*a\.txt"):
        built(tmp_path)
    assert not (tmp_path / "warehouse/current").exists()


@pytest.mark.parametrize("there", [True, False])
def test_a_page_that_begins_to_change_while_it_is_read_is_left(
    tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch, there: bool
) -> None:
    """After the last look: its stamp tells when it has been read."""
    if there:
        built(tmp_path)
        page(folder / "b.txt", "今天又出版了。")
    page(folder / "c.txt", "今天是星期五。")
    before = texts(tmp_path) if there else {}
    time.sleep(SETTLE)
    real = batch.read_page

    def rewriting(source: Source, options: Options) -> Document:
        if source.source_path == "b.txt":
            page(folder / "b.txt", "写了一半。")
        return real(source, options)

    monkeypatch.setattr(batch, "read_page", rewriting)

    def here(jobs: object) -> Iterator[BatchResult]:
        yield from map(batch.run_batch, jobs)  # type: ignore[call-overload]

    parameters = BuildParameters(sources=[str(folder)], warehouse=tmp_path / "warehouse", settle=SETTLE, jobs=1)
    outcome = build(parameters, here)
    assert outcome.left == ("b.txt",)
    assert texts(tmp_path) == {"a.txt": "今天的报纸出版了。", **before, "c.txt": "今天是星期五。"}
    monkeypatch.setattr(batch, "read_page", real)
    built(tmp_path)
    assert texts(tmp_path)["b.txt"] == "写了一半。"


def test_a_page_that_can_not_be_looked_at_is_put_into_quarantine_as_ever(tmp_path: Path, folder: Path) -> None:
    (folder / "c.txt").symlink_to("nowhere.txt")
    outcome = built(tmp_path)
    assert (outcome.left, outcome.quarantined) == ((), 1)
    assert outcome.published.manifest.warnings[0].error == "can't be read: No such file or directory"


def test_without_a_time_to_settle_nobody_looks(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settling, "_look", lambda *_: pytest.fail("looked"))
    plan = plan_module.make_plan(BuildParameters(sources=[str(folder)]))
    assert not plan.left and not plan.stamps


@pytest.mark.slow
def test_the_command_waits_tells_and_ends_well(tmp_path: Path, banmian: Banmian) -> None:
    with growing(tmp_path / "in/b.txt"):
        alone = banmian("build", "in", "--inline", "--settle", SETTLE)
        page(tmp_path / "in/a.txt")
        page(tmp_path / "in/c.txt.part")
        with_another = banmian("build", "in", "--inline", "--settle", SETTLE)
    assert (alone.returncode, alone.stderr) == (0, "")
    assert alone.stdout == "banmian: nothing built: 1 left for the next run, still being written (b.txt)\n"
    assert with_another.returncode == 0, with_another.stderr
    assert "left       1 for the next run: still being written\n    b.txt\n" in with_another.stdout
    assert "in/c.txt.part: not complete yet" in with_another.stdout
    refused = banmian("build", "in", "--settle", "-1")
    assert refused.returncode == 2 and "--settle" in refused.stderr
