"""What several tests share: pages to build, and the command line as a user's shell would run it."""

from __future__ import annotations

import ctypes
import itertools
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import object_store
import pytest

from warehouse.stores import filesystem

PROJECT = Path(__file__).resolve().parent.parent
SEEDS = PROJECT / "seeds"
BANMIAN = Path(sys.executable).with_name("banmian")

Banmian = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="session")
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """A user with no Prefect server configured and nothing cached."""
    home = tmp_path_factory.mktemp("home")
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")}
    return kept | {"HOME": str(home), "XDG_CACHE_HOME": str(home / "cache"), "NO_COLOR": "1"}


@pytest.fixture
def banmian(environment: dict[str, str], tmp_path: Path) -> Banmian:
    """Runs `banmian` in an empty folder and returns what it said."""

    def run(*arguments: object, **options: object) -> subprocess.CompletedProcess[str]:
        settings = {
            "cwd": tmp_path,
            "env": environment,
            "text": True,
            "capture_output": True,
            "timeout": 120,
            **options,
        }
        return subprocess.run([BANMIAN, *map(str, arguments)], check=False, **settings)  # type: ignore[call-overload]

    return run


@pytest.fixture
def pages(tmp_path: Path) -> Path:
    """A folder of pages: the two seeds as they are and, as pages of their own, six stretches of their lines."""
    folder = tmp_path / "pages"
    folder.mkdir()
    for seed in sorted(SEEDS.glob("*.txt")):
        (folder / seed.name).write_bytes(seed.read_bytes())
        lines = seed.read_text(encoding="utf-8").splitlines(keepends=True)
        for part in range(3):
            piece = lines[part * 40 : part * 40 + 40]
            (folder / f"{seed.stem[:3]}-{part}.txt").write_text("".join(piece), encoding="utf-8")
    return folder


def without_root() -> None:
    """For `preexec_fn`: root reads and writes whatever the mode of a file; without these two rights it does not."""
    if os.geteuid() == 0:
        libc = ctypes.CDLL(None, use_errno=True)
        drop_from_bounding_set, dac_override, dac_read_search = 24, 1, 2
        for right in (dac_override, dac_read_search):
            if libc.prctl(drop_from_bounding_set, right, 0, 0, 0):
                raise OSError(ctypes.get_errno(), "can't give up a right of root")


@pytest.fixture(scope="session")
def prefect_server() -> Iterator[None]:
    """A real Prefect server, started once for all tests of flows."""
    from prefect.testing.utilities import prefect_test_harness

    with prefect_test_harness(server_startup_timeout=120):
        yield


@pytest.fixture(scope="session")
def store_address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a local S3, a process that lasts for the session."""
    with (tmp_path_factory.mktemp("store") / "log").open("wb") as log, object_store.moto(log) as address:
        yield address


_buckets = itertools.count(1)


@pytest.fixture
def bucket(store_address: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> str:
    """The URL of an empty bucket that this process can use; its cache is in the test's folder."""
    for name, value in object_store.settings(store_address).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    name = f"press-{next(_buckets)}"
    filesystem("s3").mkdir(name)
    return f"s3://{name}"


@pytest.fixture
def elsewhere() -> Iterator[Callable[[], None]]:
    """To be called when the environment names another store; at the end of the test all is as before."""
    yield object_store.forget
    object_store.forget()


@pytest.fixture
def proxy(
    bucket: str,  # noqa: ARG001 - made before the way to it leads through here
    store_address: str,
    monkeypatch: pytest.MonkeyPatch,
    elsewhere: Callable[[], None],
) -> Iterator[object_store.Proxy]:
    """A proxy before the store, through which this process now goes."""
    proxy = object_store.Proxy(store_address)
    monkeypatch.setenv("AWS_ENDPOINT_URL", proxy.url)
    elsewhere()
    yield proxy
    proxy.close()
