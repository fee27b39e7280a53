"""`banmian serve` and `banmian watch`: a schedule in one terminal, and the watcher alone for those who run workers.

Serving is a Prefect server (the one that is configured, else one of our own with its UI), the deployments of one
warehouse, and a watcher that starts a run when pages arrive. Runs are processes of their own, one at a time. Ctrl-C
ends all of it; the server's record of runs stays, in Prefect's home folder, for the next time.
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import resources
from typing import TYPE_CHECKING, Any, cast

import yaml

from flows import server, watch
from flows.errors import UsageError
from flows.options import DONE
from flows.parameters import BuildParameters, ExpireParameters, from_options
from warehouse.urls import redacted

if TYPE_CHECKING:
    from prefect.deployments.runner import RunnerDeployment

ZONE = "Asia/Shanghai"
STARTUP_SECONDS = 120
GRACE_SECONDS = 10

# The server ends when the pipe on its standard input closes, whatever closed it: so it never outlives who serves.
KEEPER = """
import os, subprocess, sys
server = subprocess.Popen(sys.argv[1:], stdin=subprocess.DEVNULL)
while os.read(0, 1):
    pass
server.terminate()
try:
    server.wait(10)
except subprocess.TimeoutExpired:
    server.kill()
"""


def watch_command(options: argparse.Namespace) -> int:
    """Tells the configured server of each arrival until it is stopped."""
    url = server.configured_url()
    if url is None:
        raise UsageError(
            "no Prefect server is configured to tell of arrivals: set PREFECT_API_URL; or use `banmian serve`, which"
            " brings one"
        )
    parameters = from_options(BuildParameters, options)
    server.require(url)
    print(f"Watching {', '.join(parameters.sources)} for {redacted(url)}; Ctrl-C ends it", flush=True)
    with _stopped_by_signals() as stop:
        for pages in watch.arrivals(parameters.sources, parameters.warehouse, stop, options.every):
            print(f"{len(pages):,} pages new, changed or gone: {pages[0]}{' …' if len(pages) > 1 else ''}", flush=True)
            watch.tell_arrived(pages, parameters.sources)
    return DONE


def serve_command(options: argparse.Namespace) -> int:
    """Serves the deployments of a warehouse until it is stopped."""
    # What is still being written when a run starts is for the next run, which the watcher starts once it is whole.
    parameters = from_options(BuildParameters, options).model_copy(update={"settle": options.every})
    expiry = from_options(ExpireParameters, options)
    watch.look(parameters.sources, parameters.warehouse)  # refuses what pages can't come into, before anything starts
    os.environ.setdefault(*server.HEARTBEAT)
    stop = threading.Event()
    with _server(options.port) as url:
        from prefect import serve

        deployments = _deployments(parameters, expiry, options.cron)
        _mark_dead_runs()
        print(f"Prefect's pages: {redacted(url).removesuffix('/api')}; Ctrl-C ends it", flush=True)
        threading.Thread(target=_start_runs, args=[parameters, stop, options.every], daemon=True).start()
        try:
            serve(*deployments, limit=1, print_starting_message=False)
        finally:
            stop.set()
    return DONE


def _mark_dead_runs() -> None:
    """Makes the automations that are shipped, where the server has none of their names."""
    from prefect import get_client
    from prefect.events.schemas.automations import AutomationCore

    text = resources.files("flows").joinpath("automations.yaml").read_text(encoding="utf-8")
    with get_client(sync_client=True) as client:
        for told in yaml.safe_load(text)["automations"]:
            if not client.read_automations_by_name(told["name"]):
                client.create_automation(AutomationCore.model_validate(told))


@contextmanager
def _stopped_by_signals() -> Iterator[threading.Event]:
    """An event that Ctrl-C and SIGTERM set, while the block lasts."""
    stop = threading.Event()
    numbers = (signal.SIGINT, signal.SIGTERM)
    before = {number: signal.signal(number, lambda *_: stop.set()) for number in numbers}
    try:
        yield stop
    finally:
        stop.set()
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def _server(port: int) -> Iterator[str]:
    """The URL of the configured server, else of one that runs while the block lasts."""
    if url := server.configured_url():
        server.require(url)
        yield url
        return
    url = f"http://{server.LOOPBACK}:{port}/api"
    if server.answers(url):
        raise UsageError(
            f"a Prefect server answers at {url} already: set PREFECT_API_URL={url} to use it, or name another --port"
        )
    os.environ.update({"PREFECT_API_URL": url, "PREFECT_SERVER_ANALYTICS_ENABLED": "false", "DO_NOT_TRACK": "1"})
    start = ["-m", "prefect", "server", "start", "--host", server.LOOPBACK, "--port", str(port), "--log-level", "ERROR"]
    keeper = subprocess.Popen(
        [sys.executable, "-c", KEEPER, sys.executable, *start],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        _wait(url, keeper)
        yield url
    finally:
        if keeper.stdin:
            keeper.stdin.close()
        keeper.wait(2 * GRACE_SECONDS)


def _wait(url: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + STARTUP_SECONDS
    while not server.answers(url):
        if process.poll() is not None or time.monotonic() > deadline:
            raise server.ServerError(f"no server started at {url}; is the port free? --port names another")
        time.sleep(0.2)


def _deployments(parameters: BuildParameters, expiry: ExpireParameters, cron: str) -> list[RunnerDeployment]:
    from prefect.client.schemas.objects import ConcurrencyLimitConfig, ConcurrencyLimitStrategy
    from prefect.schedules import Cron
    from prefect.types.entrypoint import EntrypointType

    from flows.flow import build_flow, expire_flow

    build: dict[str, Any] = {"parameters": parameters.model_dump(mode="json", exclude_unset=True)}
    one = ConcurrencyLimitConfig(limit=1, collision_strategy=ConcurrencyLimitStrategy.ENQUEUE)
    common: dict[str, Any] = {
        "tags": [server.TAG],
        "concurrency_limit": one,
        "entrypoint_type": EntrypointType.MODULE_PATH,
    }
    try:
        nightly = Cron(cron, timezone=ZONE, slug="nightly")
    except ValueError as error:
        raise UsageError(f"--cron {cron!r}: {error}; five fields, as in '30 3 * * *'") from error
    weekly = Cron("30 5 * * 0", timezone=ZONE, slug="weekly")
    made = [
        build_flow.to_deployment("nightly", schedules=[nightly], parameters=build, **common),
        build_flow.to_deployment("inbox", parameters=build, **common),
        build_flow.to_deployment("rebuild", parameters=build, **common),
        expire_flow.to_deployment(
            "expire", schedules=[weekly], parameters={"parameters": expiry.model_dump(mode="json")}, **common
        ),
    ]
    return cast("list[RunnerDeployment]", made)  # coroutines they would be in an asynchronous program


def _start_runs(parameters: BuildParameters, stop: threading.Event, every: float) -> None:
    """Starts a run of `inbox` at each arrival."""
    from prefect.deployments import run_deployment

    for _ in watch.arrivals(parameters.sources, parameters.warehouse, stop, every):
        while not stop.is_set():
            try:
                run_deployment("build/inbox", timeout=0)
                break
            except Exception as error:  # at the very first the deployment may not be there yet
                print(f"can't start a run, trying again: {error}", file=sys.stderr, flush=True)
                stop.wait(every)
