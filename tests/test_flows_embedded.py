"""A build with no server configured: quiet, offline, safe beside another, and over soon when its server is killed."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from conftest import BANMIAN, SEEDS
from test_cli import processes_of, soon

pytestmark = pytest.mark.slow


@pytest.fixture
def alone(environment: dict[str, str], tmp_path: Path) -> dict[str, str]:
    """A user who has never built anything, with a folder for temporary files that nobody else uses."""
    for name in ("cache", "tmp"):
        (tmp_path / name).mkdir()
    return environment | {
        "BANMIAN_TEST": str(tmp_path),
        "XDG_CACHE_HOME": str(tmp_path / "cache"),
        "TMPDIR": str(tmp_path / "tmp"),
    }


def left(folder: Path) -> list[str]:
    """What is left of Prefect; jieba keeps its dictionary among the temporary files."""
    return [name for name in os.listdir(folder / "tmp") if not name.startswith("jieba")]


def test_two_first_builds_at_once(alone: dict[str, str], tmp_path: Path) -> None:
    builds = [
        subprocess.Popen(
            [BANMIAN, "build", SEEDS, "--warehouse", tmp_path / name],
            env=alone, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )
        for name in ("one", "two")
    ]  # fmt: skip
    for build in builds:
        said, complaint = build.communicate(timeout=180)
        assert (build.returncode, complaint) == (0, "")
        assert said.startswith("Built 2 pages")
    assert soon(lambda: not processes_of(f"BANMIAN_TEST={tmp_path}"), 5)
    assert left(tmp_path) == []
    assert [path.suffix for path in (tmp_path / "cache/banmian").iterdir()] == [".db"]


def test_a_server_that_is_killed_ends_its_build_soon(alone: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "page.txt").write_bytes((SEEDS / "000_7916b8fcdf412def.txt").read_bytes() * 200)
    build = subprocess.Popen(
        [BANMIAN, "build", tmp_path / "page.txt", "--warehouse", tmp_path / "w"],
        env=alone, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    marker = f"BANMIAN_TEST={tmp_path}"
    assert soon(lambda: any((tmp_path / "w").glob(".staging/*/*/.*")), 90), build.communicate()
    (server,) = [one for one in processes_of(marker) if b"prefect.server" in Path(f"/proc/{one}/cmdline").read_bytes()]
    os.kill(server, signal.SIGKILL)
    began = time.monotonic()
    _, complaint = build.communicate(timeout=60)
    assert time.monotonic() - began < 10
    assert build.returncode == 1
    assert complaint.count("\n") == 1 and "embedded server was ended from outside" in complaint
    assert "--inline" in complaint
    assert soon(lambda: not processes_of(marker), 5)
    assert left(tmp_path) == []
    assert not (tmp_path / "w").exists()


@pytest.mark.skipif(not shutil.which("strace"), reason="needs strace, which tells of system calls")
def test_a_build_talks_to_nobody_but_itself(alone: dict[str, str], tmp_path: Path) -> None:
    """Not even to a name server: whatever it opens is of this machine."""
    trace = tmp_path / "trace"
    command = [sys.executable, BANMIAN, "build", SEEDS, "--warehouse", tmp_path / "w", "--force"]
    subprocess.run(
        command, env=alone, capture_output=True, check=True
    )  # a first one makes a database, which takes long
    calls = "trace=connect,sendto,sendmsg,sendmmsg,bind"
    said = subprocess.run(
        ["strace", "-f", "--seccomp-bpf", "-qq", "-s", "200", "-e", calls, "-o", trace, *command],
        env=alone, capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip
    if "ptrace" in said.stderr:
        pytest.skip(f"strace is not allowed here: {said.stderr}")
    assert (said.returncode, said.stderr) == (0, "")
    named = [line for line in trace.read_text(errors="replace").splitlines() if "sa_family=AF_INET" in line]
    assert named
    assert [line for line in named if "127.0.0.1" not in line] == []
