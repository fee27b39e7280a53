"""A Prefect server, a work pool and its worker as a user starts them, on loopback, each ended by its own id."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import yaml
from conftest import PROJECT
from machine import free_port, is_alive

from flows import server

BUSY = 503
QUEUE = "warehouse"
SECTION = "## Run it on a schedule\n"
BIN = Path(sys.executable).parent
Result = TypeVar("Result")


def until(wanted: Callable[[], Result], seconds: float, what: str) -> Result:
    """The first result that counts as true; fails after so many seconds, saying what did not come."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if result := wanted():
            return result
        time.sleep(0.3)
    raise AssertionError(f"{what} did not come in {seconds} s")


def recipe() -> Iterator[list[str]]:
    """The commands that the README gives for a server and workers of one's own."""
    section = (PROJECT / "README.md").read_text(encoding="utf-8").partition(SECTION)[2].partition("\n## ")[0]
    for line in section.split("```sh\n")[2].partition("```")[0].splitlines():
        yield shlex.split(line, comments=True)


def given(*first: str) -> list[str]:
    """The one command of the README that begins with these words."""
    (command,) = (command for command in recipe() if command[: len(first)] == list(first))
    return command


def descendants(pid: int) -> set[int]:
    """A process and all that it started, as far as they are alive and known to be its children."""
    with suppress(OSError):
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        return {pid}.union(*(descendants(int(child)) for child in children))
    return set()


@dataclass
class Site:
    """A project folder with its prefect.yaml, a server, and what runs beside it."""

    folder: Path
    environment: dict[str, str]
    url: str
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def say(self, *command: str) -> str:
        """What a command of the environment prints. Fails where it does."""
        done = subprocess.run(
            [BIN / command[0], *command[1:]],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def start(self, name: str, *command: str) -> subprocess.Popen[bytes]:
        """Starts a command that goes on; its output is kept in a file of that name."""
        with (self.folder / f"{name}.log").open("wb") as log:
            process = subprocess.Popen(
                [BIN / command[0], *command[1:]],
                cwd=self.folder,
                env=self.environment,
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )
        self.processes[name] = process
        return process

    def log(self, name: str) -> str:
        return (self.folder / f"{name}.log").read_text(errors="replace")

    def end(self, name: str, number: int = signal.SIGINT, patience: float = 40) -> int:
        """Ends a command, and what it has started where it does not do that itself; gives its exit code."""
        process = self.processes.pop(name)
        family = descendants(process.pid)
        with suppress(ProcessLookupError):
            process.send_signal(number)
        with suppress(subprocess.TimeoutExpired):
            process.wait(patience)
        for pid in family:
            if is_alive(pid):
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
        return process.wait()

    def ask(self, path: str, **body: Any) -> Any:
        """What the server answers to a request of its API. Asks again where it is too busy, as Prefect does."""
        request = urllib.request.Request(f"{self.url}{path}", json.dumps(body).encode() if body else None)
        request.add_header("Content-Type", "application/json")
        for left in range(10, -1, -1):
            try:
                with urllib.request.urlopen(request, timeout=30) as reply:
                    text = reply.read()
                return json.loads(text) if text else None
            except urllib.error.HTTPError as error:
                if error.code != BUSY or not left:
                    raise
            time.sleep(1)
        return None

    def runs(self, deployment: str, *states: str) -> list[dict[str, Any]]:
        """The runs of a deployment that are in one of these states, the last first."""
        body: dict[str, Any] = {"deployments": {"name": {"any_": [deployment]}}, "sort": "START_TIME_DESC"}
        found: list[dict[str, Any]] = self.ask("/flow_runs/filter", **body)
        return [run for run in found if run["state"]["name"] in states]

    def artifacts(self, run: str) -> dict[str, Any]:
        """The artifacts of a run by the first word of their key, the last of each."""
        found = self.ask("/artifacts/filter", artifacts={"flow_run_id": {"any_": [run]}}, sort="CREATED_DESC")
        return {one["key"].partition("-")[0]: one for one in reversed(found)}

    def run(self, deployment: str, **parameters: Any) -> str:
        """Starts a run of a deployment such as build/rebuild; gives its id."""
        found = self.ask(f"/deployments/name/{deployment}")
        body = {"parameters": {"parameters": parameters}, "state": {"type": "SCHEDULED"}}
        return str(self.ask(f"/deployments/{found['id']}/create_flow_run", **body)["id"])

    def state(self, run: str) -> str:
        """The name of the state that a run is in."""
        return str(self.ask(f"/flow_runs/{run}")["state"]["name"])

    def workers_of(self, run: str) -> set[int]:
        """The processes of a run that the worker has started."""
        family = descendants(self.processes["worker"].pid)
        return {
            pid for child in family if _runs(child, run) for pid in descendants(child)
        }  # the run's own process, its workers, their clean process


def _runs(pid: int, run: str) -> bool:
    with suppress(OSError):
        return f"PREFECT__FLOW_RUN_ID={run}".encode() in Path(f"/proc/{pid}/environ").read_bytes()
    return False


@contextmanager
def site(folder: Path, environment: dict[str, str]) -> Iterator[Site]:
    """A project folder and a server for it, ended with all that was started for the site."""
    folder.mkdir()
    for name in ("flows", "transforms", "warehouse", "seeds"):
        (folder / name).symlink_to(PROJECT / name)
    port = free_port()
    home = folder / "prefect"
    home.mkdir()
    settings = {
        "PREFECT_HOME": str(home),
        "PREFECT_API_URL": f"http://127.0.0.1:{port}/api",
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "DO_NOT_TRACK": "1",
        "PYTHONPATH": str(PROJECT),
    }
    there = Site(folder, environment | settings, settings["PREFECT_API_URL"])
    try:
        there.start("server", *(word.replace("4200", str(port)) for word in given("prefect", "server", "start")))
        until(lambda: server.answers(there.url), 120, "the server")
        yield there
    finally:
        for name in reversed(list(there.processes)):
            there.end(name)
        shutil.rmtree(home, ignore_errors=True)


def deploy(there: Site, sources: Path, warehouse: Path, cron: str | None) -> None:
    """What the README says, up to the worker: pool, queue, deployments, with other sources and another night."""
    for command in recipe():
        if command[:2] in (["prefect", "work-pool"], ["prefect", "work-queue"]):
            there.say(*command)
    told = yaml.safe_load((PROJECT / "prefect.yaml").read_text(encoding="utf-8"))
    for deployment in _of_corpus(told["deployments"]):
        usual = deployment["parameters"]["parameters"]
        deployment["parameters"]["parameters"] = usual | {"warehouse": str(warehouse)} | _sources(usual, sources)
        for schedule in deployment.get("schedules", []):
            if cron and schedule["slug"] == "nightly":
                schedule["cron"] = cron
    (there.folder / "prefect.yaml").write_text(yaml.safe_dump(told), encoding="utf-8")
    there.say(*given("prefect", "deploy"))
    there.say(*given("prefect", "automation"))


def _of_corpus(deployments: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    return (one for one in deployments if "warehouse" in one.get("parameters", {}).get("parameters", {}))


def _sources(usual: dict[str, Any], sources: Path) -> dict[str, Any]:
    return {"sources": [str(sources)]} if "sources" in usual else {}
