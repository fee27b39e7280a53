"""An object store for tests: moto's server as a process on loopback, and a proxy before it that counts, refuses, delays
or kills."""

from __future__ import annotations

import http.client
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from typing import Any

from machine import free_port

from warehouse import stores

HOST = "127.0.0.1"
SLOW_DOWN = b"<Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message></Error>"
CHANGES = {"PUT", "POST", "DELETE"}

Act = Callable[[int, str, str], int | None]
"""Told the number of a request, its method and path; gives a status to be answered instead of passing it on."""


def settings(endpoint: str) -> dict[str, str]:
    """What a user would set; nothing of the machine's own configuration is read."""
    return {
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_ACCESS_KEY_ID": "AKIATESTING",
        "AWS_SECRET_ACCESS_KEY": "sentinel-of-the-environment",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
    }


def forget() -> None:
    """The next use of a store in this process looks at the environment again."""
    stores._filesystem.cache_clear()
    if s3fs := sys.modules.get("s3fs"):
        s3fs.S3FileSystem.clear_instance_cache()


@contextmanager
def moto(log: Any) -> Iterator[str]:
    """The address of a store of its own, gone at the end of the block."""
    port = free_port()
    command = [sys.executable, "-m", "moto.server", "-H", HOST, "-p", str(port)]
    process = subprocess.Popen(command, stdout=log, stderr=log)
    try:
        _wait_for(port, process)
        yield f"http://{HOST}:{port}"
    finally:
        process.kill()
        process.wait()


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until and process.poll() is None:
        with suppress(urllib.error.URLError, OSError), urllib.request.urlopen(f"http://{HOST}:{port}/", timeout=5):
            return
        time.sleep(0.1)
    raise AssertionError("moto's server did not start")


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        """Says nothing: whoever asked may have been killed meanwhile."""


class Proxy:
    """Passes requests on to a store. `seen` lists those that came; `before` and `after` act on each."""

    def __init__(self, target: str) -> None:
        self.target = target.removeprefix("http://")
        self.seen: list[tuple[str, str]] = []
        self.before: Act | None = None
        self.after: Act | None = None
        self.delay = 0.0
        self._lock = Lock()
        proxy = self

        class Handler(_Handler):
            """One connection."""

            owner = proxy

        self._server = _Server((HOST, 0), Handler)
        self.url = f"http://{HOST}:{self._server.server_address[1]}"
        Thread(target=self._server.serve_forever, args=[0.05], daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def count(self, method: str, path: str) -> int:
        with self._lock:
            self.seen.append((method, path))
            return len(self.seen)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    owner: Proxy

    def _pass_on(self) -> None:
        number, body = self.owner.count(self.command, self.path), self._body()
        time.sleep(self.owner.delay)
        if self.owner.before and (status := self.owner.before(number, self.command, self.path)):
            self._answer(status, [("Content-Type", "application/xml")], SLOW_DOWN)
            return
        connection = http.client.HTTPConnection(self.owner.target, timeout=60)
        headers = {name: value for name, value in self.headers.items() if name.lower() not in ("expect", "connection")}
        headers.pop("Transfer-Encoding", None)
        headers["Content-Length"] = str(len(body))
        connection.request(self.command, self.path, body, headers)
        reply = connection.getresponse()
        data = reply.read()
        if self.owner.after:
            self.owner.after(number, self.command, self.path)
        kept = [(name, value) for name, value in reply.getheaders() if name.lower() not in ("connection", "date")]
        self._answer(reply.status, kept, data)
        connection.close()

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding", "").lower() != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length") or 0))
        parts = []
        while size := int(self.rfile.readline(), 16):
            parts.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(parts)

    def _answer(self, status: int, headers: list[tuple[str, str]], data: bytes) -> None:
        self.send_response_only(status)
        for name, value in headers:
            if name.lower() != "content-length" or self.command == "HEAD":
                self.send_header(name, value)
        if self.command != "HEAD":
            self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)

    do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = _pass_on  # noqa: N815

    def log_message(self, *_: object) -> None:
        """Says nothing."""
