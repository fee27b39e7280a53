"""Reading sources from a disk or a network that fails now and then, or altogether."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import IO

import pytest
from conftest import BANMIAN, SEEDS

from flows import plan, reading
from flows.parameters import BuildParameters

Opener = Callable[..., IO[bytes]]


class Disk:
    """Stands in for `open`: each file fails so many times with an error of this number before it can be read."""

    def __init__(self, number: int, fails: int) -> None:
        self.number = number
        self.fails = fails
        self.tries: dict[str, int] = {}

    def __call__(self, path: str, *rest: object, **options: object) -> IO[bytes]:
        self.tries[path] = self.tries.get(path, 0) + 1
        if self.tries[path] <= self.fails:
            raise OSError(self.number, os.strerror(self.number), path)
        return open(path, *rest, **options)  # type: ignore[call-overload, no-any-return]


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """What was waited, in no time."""
    waited: list[float] = []
    monkeypatch.setattr(reading.time, "sleep", waited.append)
    monkeypatch.setattr(reading, "_patience", reading.PATIENCE)
    return waited


@pytest.fixture
def page(tmp_path: Path) -> str:
    path = tmp_path / "a.txt"
    path.write_text("今天", encoding="utf-8")
    return str(path)


def put_in(monkeypatch: pytest.MonkeyPatch, number: int, fails: int) -> Disk:
    disk = Disk(number, fails)
    monkeypatch.setattr(reading, "open", disk, raising=False)
    return disk


@pytest.mark.parametrize("number", [errno.EIO, errno.ESTALE, errno.ETIMEDOUT, errno.EAGAIN])
def test_what_may_pass_is_tried_again_after_longer_and_longer_pauses(
    page: str, pauses: list[float], monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    disk = put_in(monkeypatch, number, 3)
    assert reading.read(page) == "今天".encode()
    assert disk.tries[page] == 4
    assert all(shorter < longer for shorter, longer in pairwise(pauses))
    for paused, meant in zip(pauses, reading.PAUSES, strict=True):
        assert abs(paused - meant) <= meant * reading.SPREAD


def test_pauses_differ_from_time_to_time(page: str, pauses: list[float], monkeypatch: pytest.MonkeyPatch) -> None:
    """Or all workers would come back to a weak server at the same moment."""
    for _ in range(5):
        put_in(monkeypatch, errno.EIO, 1)
        reading.read(page)
    assert len(set(pauses)) == 5


@pytest.mark.parametrize(
    ("number", "tries"), [(errno.EIO, len(reading.PAUSES) + 1), (errno.ENOENT, 1), (errno.EACCES, 1), (errno.EISDIR, 1)]
)
def test_what_does_not_pass_is_told(
    page: str, pauses: list[float], monkeypatch: pytest.MonkeyPatch, number: int, tries: int
) -> None:
    disk = put_in(monkeypatch, number, 99)
    with pytest.raises(OSError) as caught:
        reading.read(page)
    assert reading.cause_of(caught.value) == f"can't be read: {os.strerror(number)}"
    assert (disk.tries[page], len(pauses)) == (tries, tries - 1)


def test_a_share_that_is_down_holds_up_no_run(
    tmp_path: Path, pauses: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ten thousand pages, each of which would be waited for by itself, with good ones of another disk between them."""
    good, down = tmp_path / "good.txt", str(tmp_path / "down.txt")
    good.write_text("今天", encoding="utf-8")
    for number in range(10_000):
        put_in(monkeypatch, errno.EIO, 99)
        with pytest.raises(OSError, match="Input/output error"):
            reading.read(down)
        if number % 2:
            put_in(monkeypatch, errno.EIO, 0)
            assert reading.read(str(good))
    longest = sum(reading.PAUSES) * (1 + reading.SPREAD)
    assert reading.PATIENCE <= sum(pauses) <= reading.PATIENCE + 5_000 * reading.REGAINED + longest


def test_patience_comes_back(page: str, pauses: list[float], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "_patience", 0.0)
    disk = put_in(monkeypatch, errno.EIO, 1)
    with pytest.raises(OSError):
        reading.read(page)
    assert reading.read(page) and pauses == []
    disk.tries.clear()
    assert reading.read(page) and len(pauses) == 1


def test_the_plan_reads_with_patience(pages: Path, pauses: list[float], monkeypatch: pytest.MonkeyPatch) -> None:
    parameters = BuildParameters(sources=[str(pages)])
    calm = plan.make_plan(parameters)
    put_in(monkeypatch, errno.EIO, 2)
    assert plan.make_plan(parameters).digests == calm.digests
    assert len(pauses) == 2 * len(calm.sources.files)


@pytest.mark.slow
@pytest.mark.skipif(not shutil.which("strace"), reason="needs strace, which makes system calls fail")
def test_a_build_on_a_disk_that_fails_now_and_then(tmp_path: Path, environment: dict[str, str]) -> None:
    """The system itself says EIO, to the plan and to the workers: to each process the first two times."""
    page = tmp_path / "page.txt"
    page.write_bytes((SEEDS / "000_7916b8fcdf412def.txt").read_bytes())
    report = tmp_path / "trace"
    trace = ["strace", "-f", "-qq", "-o", report, "-P", page, "-e", "inject=openat:error=EIO:when=1..2"]
    said = subprocess.run(
        [*trace, sys.executable, BANMIAN, "build", page, "--inline", "--warehouse", tmp_path / "w"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if "ptrace" in said.stderr:
        pytest.skip(f"strace is not allowed here: {said.stderr}")
    assert said.returncode == 0, said.stdout + said.stderr
    assert "1 (1 ok)" in said.stdout
    failed = [line for line in report.read_text().splitlines() if "EIO" in line and str(page) in line]
    assert len(failed) == 4 and len({line.split()[0] for line in failed}) == 2
