"""The Prefect server that a build talks to: the one that is configured, else one of our own while the build runs.

Prefect brings a temporary server as well, but it shares its database with every other run of the same user (two first
runs race on the migration), outlives a build that is terminated, and answers only after the last migration has run.
Ours has a home folder of its own, starts from a copy of a database migrated before, binds to loopback, says nothing,
sends nothing anywhere, and ends with the build however the build ends: it reads a pipe that only the build holds open.

    nothing configured      PREFECT_API_URL=http://127.0.0.1:<free port>/api, PREFECT_HOME=<temporary folder>
    a server configured     nothing is changed
"""

from __future__ import annotations

import importlib.metadata
import os
import shutil
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
import tomllib
import urllib.request
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flows.errors import BuildFailed
from warehouse.cache import cache_folder, user_folder
from warehouse.urls import redacted

STARTUP_SECONDS = 90
LOOPBACK = "127.0.0.1"
TAG = "banmian"
"""Of all our runs, by which automations know them."""
HEARTBEAT = ("PREFECT_FLOWS_HEARTBEAT_FREQUENCY", "30")
"""How often a run says that it lives, in seconds: the least that Prefect takes. See automations.yaml."""

QUIET = {
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    # Whatever goes wrong is told by the command line itself, once and in its own words.
    "PREFECT_LOGGING_LEVEL": "CRITICAL",
    "PREFECT_LOGGING_SERVER_LEVEL": "CRITICAL",
    "PREFECT_LOGGING_TO_API_ENABLED": "false",
    "PREFECT_CLI_PROMPT": "false",
    "PREFECT_SERVER_UI_ENABLED": "false",
    "DO_NOT_TRACK": "1",
}

# What the child runs. It ends when the pipe on its standard input closes, whatever closed it, and takes its home along:
# a build that is killed can do neither itself. It becomes the process that clears up rather than clear up itself, for
# the server's threads would go on and write their database into the folder that is being removed. The main thread does
# so, since a process looks ended for a moment while another of its threads replaces it. While it loads, four hundred
# thousand objects that all stay, the search for garbage among them would take a fifth of the time.
CHILD = """
import gc, os, sys, threading

gc.disable()

CLEAR_UP = "import shutil, sys; shutil.rmtree(sys.argv[1], ignore_errors=True)"

def serve():
    try:
        import uvicorn
        import prefect.server.api.server
        gc.freeze()
        gc.enable()
        app = "prefect.server.api.server:create_app"
        uvicorn.run(app, factory=True, fd=int(sys.argv[1]), log_level="critical", lifespan="on")
    finally:
        os._exit(1)

threading.Thread(target=serve, daemon=True).start()
while os.read(0, 1):
    pass
os.execv(sys.executable, [sys.executable, "-I", "-S", "-c", CLEAR_UP, os.environ["PREFECT_HOME"]])
"""


_started: set[str] = set()
"""The servers that this process has started."""


class ServerError(BuildFailed):
    """The server does not answer; the message says what to do."""


class ServerLost(ServerError):  # noqa: N818
    """Our own server has been ended by somebody else while the build was at work."""


def configured_url(environ: Mapping[str, str] = os.environ) -> str | None:
    """The Prefect server that is set: in the environment, in this folder's settings, in the active profile."""
    return environ.get("PREFECT_API_URL") or _url_of_folder(Path.cwd()) or _url_of_profile(environ)


def _url_of_folder(folder: Path) -> str | None:
    prefect = _toml(folder / "prefect.toml")
    project = _toml(folder / "pyproject.toml").get("tool", {}).get("prefect", {})
    return _text(prefect.get("api", {}).get("url") or project.get("api", {}).get("url"))


def _url_of_profile(environ: Mapping[str, str]) -> str | None:
    home = Path(environ.get("PREFECT_HOME") or user_folder() / ".prefect")
    profiles = _toml(Path(environ.get("PREFECT_PROFILES_PATH") or home / "profiles.toml"))
    active = environ.get("PREFECT_PROFILE") or profiles.get("active")
    return _text(profiles.get("profiles", {}).get(active, {}).get("PREFECT_API_URL"))


def _text(setting: object) -> str | None:
    return setting if isinstance(setting, str) and setting else None


def _toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}


def require(url: str) -> None:
    """Raises ServerError where the configured server does not answer. Loads prefect."""
    from prefect import get_client

    with get_client(sync_client=True) as client:
        if error := client.api_healthcheck():
            raise ServerError(
                f"the Prefect server at {redacted(url)} does not answer ({redacted(error)}): start it; or take away the"
                " setting PREFECT_API_URL, so that the build brings its own; or build without Prefect by --inline"
            )


def _template() -> Path:
    """A migrated, empty database; another version of Prefect has other tables, so the name says which."""
    return cache_folder() / f"prefect-{importlib.metadata.version('prefect')}.db"


def answers(url: str) -> bool:
    """Whether a Prefect server is at work behind the URL of its API."""
    try:
        with urllib.request.urlopen(f"{url}/health", timeout=5) as reply:
            return bool(reply.status == 200)
    except OSError:
        return False


@dataclass(slots=True)
class EmbeddedServer:
    """A server of our own. `stop` may be called from anywhere, more than once, also from a signal handler."""

    process: subprocess.Popen[bytes]
    home: Path
    url: str
    fresh: bool

    def wait(self, seconds: float = STARTUP_SECONDS) -> None:
        """Return as soon as the server answers; raises ServerError when it does not."""
        deadline = time.monotonic() + seconds
        while not answers(self.url):
            if self.process.poll() is not None or time.monotonic() > deadline:
                log = self.home / "server.log"
                reason = log.read_text(errors="replace").strip()[-2000:] if log.exists() else ""
                raise ServerError(f"Prefect's embedded server did not start; `--inline` builds without it.\n{reason}")
            time.sleep(0.05)
        if self.fresh:
            _keep_database(self.home / "prefect.db")

    def loss(self) -> ServerLost | None:
        """What to tell where somebody else has ended the server; None while it runs."""
        if self.process.poll() is None:
            return None
        return ServerLost(
            "Prefect's embedded server was ended from outside; `banmian status` tells what is published; build again,"
            " or by `--inline` without a server"
        )

    def stop(self) -> None:
        self.process.kill()
        self.process.wait()
        shutil.rmtree(self.home, ignore_errors=True)


def start() -> EmbeddedServer:
    """Start a server of our own and point this process to it; call before anything imports prefect.

    Returns at once: the server takes some seconds to answer, in which the caller may do other things.
    """
    home = Path(tempfile.mkdtemp(prefix="banmian-prefect-"))
    fresh = not _copy_template(home / "prefect.db")
    with socket.create_server((LOOPBACK, 0)) as listener:
        url = f"http://{LOOPBACK}:{listener.getsockname()[1]}/api"
        _point_here(url, home)
        process = _launch(listener.fileno(), home, fresh)
    _started.add(url)
    return EmbeddedServer(process, home, url, fresh)


def is_embedded() -> bool:
    """Whether this process talks to a server of our own, which nobody looks at and which ends with the run."""
    return os.environ.get("PREFECT_API_URL") in _started


def _point_here(url: str, home: Path) -> None:
    """Whatever else is set for Prefect (a database, a key) is for another server; and no proxy comes between."""
    for name in [name for name in os.environ if name.startswith("PREFECT_")]:
        del os.environ[name]
    os.environ.update(QUIET, PREFECT_HOME=str(home), PREFECT_API_URL=url)
    for name in ("no_proxy", "NO_PROXY"):
        os.environ[name] = ",".join(filter(None, [os.environ.get(name), LOOPBACK]))


def _launch(listener: int, home: Path, fresh: bool) -> subprocess.Popen[bytes]:
    """The server as a child in a session of its own: Ctrl-C reaches the build alone, which then ends the server."""
    environment = os.environ | {
        "PREFECT__SERVER_EPHEMERAL": "1",
        "PREFECT__SERVER_FINAL": "1",
        "PREFECT_SERVER_DATABASE_CONNECTION_URL": f"sqlite+aiosqlite:///{home / 'prefect.db'}",
        "PREFECT_API_DATABASE_MIGRATE_ON_START": str(fresh).lower(),
        "PREFECT_API_BLOCKS_REGISTER_ON_START": "false",
    }
    environment.pop("PREFECT_API_URL")
    with (home / "server.log").open("wb") as log:
        return subprocess.Popen(
            [sys.executable, "-c", CHILD, str(listener)],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=log,
            pass_fds=[listener],
            start_new_session=True,
        )


def _copy_template(target: Path) -> bool:
    try:
        shutil.copyfile(_template(), target)
    except OSError:
        return False
    return True


def _keep_database(database: Path) -> None:
    """Keep a copy for the next run. Moved into place whole, so that two first runs at once do each other no harm."""
    template = _template()
    try:
        template.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=template.parent)
        os.close(handle)
        with closing(sqlite3.connect(database)) as live, closing(sqlite3.connect(name)) as copy:
            live.backup(copy)
        os.replace(name, template)
    except (OSError, sqlite3.Error):
        return  # the next run migrates again: slower, not wrong
