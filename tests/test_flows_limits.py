"""Pages that take too long or too much memory, and pages that end the process which reads them."""

from __future__ import annotations

import hashlib
import os
import re
import resource
import shlex
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from conftest import SEEDS, Banmian

from flows import batch, plan, pool
from flows.batch import run_batch
from flows.errors import BuildFailed
from flows.jobs import Job, quoted
from flows.limits import CutOff, Limits, within
from flows.parameters import BuildParameters
from transforms.document import Document, Options, Source
from transforms.page import read_page

HERE = Path(__file__).parent
GOOD = "本报讯 （记者 王小明）5月9日，全市春季植树活动启动，当天栽下树苗1200多棵。\n"
SMALL = Limits(0.3, 30)

# --- one page -------------------------------------------------------------------------------------------------------


def spin() -> None:
    while True:
        pass


def swallow() -> None:
    while True:
        with suppress(Exception):
            spin()


def hog() -> None:
    kept = []
    while True:
        kept.append(bytearray(1 << 20))


def held() -> tuple[object, ...]:
    """What a limit changes while it lasts."""
    timer = signal.getitimer(signal.ITIMER_REAL)[0] > 0
    return resource.getrlimit(resource.RLIMIT_AS), signal.getsignal(signal.SIGALRM), timer


@pytest.mark.parametrize(
    ("work", "cause"),
    [
        (spin, "took more than 0.3 s"),
        (swallow, "took more than 0.3 s"),
        (lambda: time.sleep(60), "took more than 0.3 s"),
        (hog, "took more than 30 MB"),
    ],
)
def test_what_takes_too_much_is_cut_off(work: Callable[[], None], cause: str) -> None:
    before = held()
    with pytest.raises(CutOff, match=cause), within(SMALL):
        work()
    assert held() == before


def test_what_keeps_to_the_limits_hears_nothing_of_them() -> None:
    before = held()
    for _ in range(100):
        with within(SMALL):
            assert held() != before
        assert held() == before
    with pytest.raises(KeyError), within(SMALL):
        raise KeyError
    assert held() == before


def test_an_alarm_that_was_set_before_still_rings() -> None:
    rung: list[int] = []
    handler = signal.signal(signal.SIGALRM, lambda number, _: rung.append(number))
    timer = signal.setitimer(signal.ITIMER_REAL, 0.2)
    try:
        with within(SMALL):
            pass
        time.sleep(0.4)
    finally:
        signal.setitimer(signal.ITIMER_REAL, *timer)
        signal.signal(signal.SIGALRM, handler)
    assert rung == [signal.SIGALRM]


def test_another_thread_is_held_to_memory_alone() -> None:
    caught: list[BaseException] = []

    def work() -> None:
        try:
            with within(SMALL):
                time.sleep(0.5)
                hog()
        except CutOff as error:
            caught.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert "30 MB" in str(caught[0])


def test_a_large_file_may_take_more() -> None:
    """A line of 50 MB is to be read, in time proportional to its length."""
    assert Limits().for_size(30_000) == Limits(300, 2000)
    assert Limits().for_size(50_000_000) == Limits(1500, 10_000)


# --- one batch ------------------------------------------------------------------------------------------------------


def job(pages: Path, folder: Path, **changes: Any) -> Job:
    """The one batch of `pages`."""
    made = plan.make_plan(BuildParameters(sources=[str(pages)]))
    (one,) = made.batches
    for table in ("document", "article", "sentence", "figure", "residue"):
        (folder / table).mkdir(parents=True)
    return replace(Job(one, str(folder), made.rules, made.options), **changes)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("limits", "cause", "option"),
    [
        (Limits(300, 30), "took more than 30 MB of memory; --page-megabytes allows more", "--page-megabytes 30"),
        (Limits(3, 2000), "took more than 3 s; --page-seconds allows more", "--page-seconds 3"),
    ],
)
def test_a_real_page_that_takes_much(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limits: Limits, cause: str, option: str
) -> None:
    """A year of pages in one file; read by a worker process of our own, since no pool is open."""
    monkeypatch.setattr(pool, "_last", None)
    monkeypatch.setattr(plan, "SHARD_BYTES", 1 << 24)
    folder = tmp_path / "pages"
    folder.mkdir()
    (folder / "good.txt").write_text(GOOD, encoding="utf-8")
    (folder / "year.txt").write_bytes((SEEDS / "000_7916b8fcdf412def.txt").read_bytes() * 200)
    result = pool.run(job(folder, tmp_path / "out", limits=limits))
    assert causes(result.summary.warnings) == {"year.txt": cause}
    assert result.summary.statuses == {"ok": 1, "quarantined": 1}
    (failure,) = result.failures
    assert "transforms" in failure.traceback
    assert failure.command == f"banmian show --why {option} {folder}/year.txt"


def causes(warnings: Any) -> dict[str, str | None]:
    return {source.path: source.error for source in warnings}


def test_a_page_cut_off_does_not_count_as_built(pages: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def slow(source: Source, options: Options) -> Document:
        if source.source_path == "000-1.txt":
            spin()
        return read_page(source, options)

    planned = job(pages, tmp_path / "out", limits=Limits(3, 2000))
    monkeypatch.setattr(batch, "read_page", slow)
    cut = run_batch(planned)
    assert causes(cut.summary.warnings) == {"000-1.txt": "took more than 3 s; --page-seconds allows more"}
    assert "in spin" in cut.failures[0].traceback
    keys = {source.document_id: source.key for source in cut.summary.sources}
    unsettled = [name for name, key in planned.batch.keys.items() if keys[name] != key]
    (file,) = [file for file in planned.batch.sources if file.relative == "000-1.txt"]
    assert unsettled == [file.document_id]
    # The digest of the bytes is known all the same.
    assert {source.sha256 for source in cut.summary.warnings} == {
        hashlib.sha256((pages / "000-1.txt").read_bytes()).hexdigest()
    }


@pytest.mark.parametrize("work", [spin, lambda: {}["no such part"]], ids=["takes too long", "fails"])
def test_an_issue_whose_articles_can_not_be_joined(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, work: Callable[[], None]
) -> None:
    """Its pages are there, each for itself, and the next build tries again."""
    for page in ("01", "02"):
        path = tmp_path / f"pages/日报/2024-11-20/{page}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(GOOD, encoding="utf-8")
    planned = job(tmp_path / "pages", tmp_path / "out", limits=Limits(3, 2000))
    monkeypatch.setattr(batch, "join_issues", lambda _: work())
    result = run_batch(planned)
    assert result.summary.statuses == {"partial": 2}
    assert all(
        "articles were not joined across pages" in str(cause) for cause in causes(result.summary.warnings).values()
    )
    (failure,) = result.failures
    assert not failure.command and "Traceback" in failure.traceback
    assert not {source.key for source in result.summary.sources} & set(planned.batch.keys.values())


# --- workers that end -----------------------------------------------------------------------------------------------


class _Line:
    """Stands in for a worker whose ends are known beforehand."""

    def __init__(self, ends: list[pool._Ended]) -> None:
        self.ends = ends

    def __call__(self, job: Job, _: object) -> Any:
        if self.ends:
            raise self.ends.pop(0)
        return job


@pytest.mark.parametrize(
    ("at", "refused"),
    [
        (["a"], []),
        (["a", "b"], []),
        (["a", "a"], ["a"]),
        (["a", "b", "a", "b", "b"], ["a", "b"]),
        ([None, "a", "a", None], ["a"]),
    ],
)
def test_a_page_that_ends_its_process_twice_is_to_blame(
    pages: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at: list[str | None], refused: list[str]
) -> None:
    monkeypatch.setattr(pool, "_last", None)
    monkeypatch.setattr(pool._Pool, "carry_out", _Line([pool._Ended(page, "ended twice") for page in at]))
    told = pool.run(job(pages, tmp_path / "out"))
    assert told.refused == dict.fromkeys(refused, "ended twice")  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("at", "told"), [([None, None], "fewer --jobs"), (["a", "b", "c", "d"], "the last of them at d")]
)
def test_where_no_page_is_to_blame_the_build_fails(
    pages: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at: list[str | None], told: str
) -> None:
    monkeypatch.setattr(pool, "_last", None)
    monkeypatch.setattr(pool._Pool, "carry_out", _Line([pool._Ended(page, "ended twice") for page in at]))
    with pytest.raises(BuildFailed, match=told):
        pool.run(job(pages, tmp_path / "out"))


ODD = {
    "sleep": "took more than 2 s; --page-seconds allows more",
    "swallow": "took more than 2 s; --page-seconds allows more",
    "loop": "took more than 2 s; --page-seconds allows more",
    "hog": "took more than 300 MB of memory; --page-megabytes allows more",
    "abort": "the process that read it was ended twice by SIGABRT, most likely for want of memory",
    "kill": "the process that read it was ended twice by SIGKILL, most likely for want of memory",
    "fail": "a rule failed: KeyError: 'no such word'",
}


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_whatever_a_page_does_the_others_are_built(
    banmian: Banmian, tmp_path: Path, environment: dict[str, str]
) -> None:
    folder = tmp_path / "pages/日报/2024-11-20"
    folder.mkdir(parents=True)
    for number, way in enumerate([*ODD, "kill once"]):
        (folder / f"{number:02}.txt").write_text(f"odd: {way}\n\n{GOOD}", encoding="utf-8")
    for number in range(20, 25):
        (folder / f"{number}.txt").write_text(GOOD, encoding="utf-8")
    odd = environment | {"BANMIAN_ODD": str(tmp_path), "PYTHONPATH": os.pathsep.join([str(HERE.parent), str(HERE)])}
    said = subprocess.run(
        [sys.executable, HERE / "odd_build.py", "build", folder.parent.parent, "--inline", "--jobs", "2",
         "--warehouse", tmp_path / "w", "--page-seconds", "2", "--page-megabytes", "300"],
        env=odd, capture_output=True, text=True, check=False, timeout=200,
    )  # fmt: skip
    assert said.returncode == 1, said.stderr
    documents = pq.read_table(tmp_path / "w/current/document").to_pylist()
    assert {row["page"]: row["error"] for row in documents if row["error"]} == {
        f"{number:02}": cause for number, cause in enumerate(ODD.values())
    }
    assert "13 (6 ok, 7 quarantined)" in said.stdout
    assert "in swallow" in said.stderr and "in fail" in said.stderr
    assert not list((tmp_path / "w").glob(".staging/*"))

    # Nothing has changed but the rules' mood: what was cut off is tried again, what failed is known to.
    again = banmian("build", folder.parent.parent, "--inline", "--warehouse", "w")
    assert again.returncode == 0, again.stderr
    assert "13 (13 ok)" in again.stdout
    clean = banmian("build", folder.parent.parent, "--inline", "--warehouse", "clean")
    assert clean.returncode == 0
    for table in ("document", "article", "sentence", "figure", "residue"):
        ours, theirs = (next((tmp_path / root / "current" / table).iterdir()).read_bytes() for root in ("w", "clean"))
        assert ours == theirs


# --- to see it again ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    ["a b.txt", "it's.txt", '"x" $HOME `y`.txt', "人民日报 第1版.txt", "-n.txt", "a\\b.txt", "\udcb0\udca1'.txt"],
)
def test_the_command_to_see_a_failure_again_is_fit_for_a_shell(tmp_path: Path, name: str) -> None:
    (tmp_path / name).touch()
    told = subprocess.run(["bash", "-c", f"printf %s {quoted(str(tmp_path / name))}"], capture_output=True, check=True)
    assert os.fsdecode(told.stdout) == str(tmp_path / name)


@pytest.mark.slow
def test_a_failure_shows_again_by_the_command_that_is_printed(
    banmian: Banmian, tmp_path: Path, environment: dict[str, str]
) -> None:
    page = tmp_path / "人民 日报's/2024-11-20/01.txt"
    page.parent.mkdir(parents=True)
    page.write_bytes((SEEDS / "000_7916b8fcdf412def.txt").read_bytes() * 40)
    options = ["--pattern", "{publication}/{date:%Y-%m-%d}/{page}.txt", "--pos", "--page-seconds", "0.5"]
    said = banmian("build", tmp_path / "人民 日报's", "--inline", *options)
    assert said.returncode == 1
    cause = "took more than 0.5 s; --page-seconds allows more"
    assert (
        said.stderr.startswith(f"01.txt: {cause}\nTraceback") or f"2024-11-20/01.txt: {cause}\nTraceback" in said.stderr
    )
    (command,) = re.findall(r"^to see it again: (.*)$", said.stderr, re.MULTILINE)
    assert shlex.split(command)[-1] == str(page)
    again = subprocess.run(
        command, shell=True, capture_output=True, text=True, check=False,
        env=environment | {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"},
    )  # fmt: skip
    assert again.returncode == 1
    assert f"cause        {cause}" in again.stdout
    assert f"01.txt: {cause}\nTraceback" in again.stderr
