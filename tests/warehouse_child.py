"""A build in a process of its own, for the tests that kill, starve or forbid it: `warehouse_child.py WHAT ROOT …`."""

from __future__ import annotations

import os
import resource
import signal
import sys
import time
from datetime import UTC, datetime
from typing import Any

from warehouse_samples import marked, publish, quarantined

from transforms.document import Document
from warehouse.errors import PublicationFailed
from warehouse.history import expire, rollback
from warehouse.snapshots import Publication


def say(what: object) -> None:
    """Tells the test, at once, that it may go on."""
    sys.stdout.write(f"{what}\n")
    sys.stdout.flush()


def corpus(mark: str) -> dict[str, list[Document]]:
    """Two shards that bear the mark, and one that is the same in all builds and so can be linked."""
    return {"00": marked(mark, "00"), "01": marked(mark, "01"), "02": marked("0", "02")}


def count_events(root: str, fatal: int) -> list[str]:
    """Counts what this process does to the file system below `root`, and kills it before number `fatal`."""
    seen: list[str] = []

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        if any(isinstance(item, str | os.PathLike) and str(item).startswith(root) for item in arguments):
            seen.append(event)
            if len(seen) == fatal:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(hook)
    return seen


def die(root: str, mark: str, fatal: str) -> None:
    """One build, killed at the given event; prints how many there were if it lives."""
    seen = count_events(root, int(fatal))
    publish(root, corpus(mark))
    say(len(seen))


def die_in_rollback(root: str, fatal: str) -> None:
    """Makes snapshot 1 current again, killed at the given event."""
    count_events(root, int(fatal))
    rollback(root, 1, at="2024-12-01T00:00:00+00:00")


def die_in_expire(root: str, fatal: str) -> None:
    """Removes all snapshots but the current one, killed at the given event."""
    count_events(root, int(fatal))
    expire(root, before=datetime(2030, 1, 1, tzinfo=UTC), at="2024-12-01T00:00:00+00:00")


def loop(root: str, name: str, count: str) -> None:
    """So many builds one after the other, each with a mark of its own."""
    say("ready")
    for number in range(int(count)):
        publish(root, corpus(f"{name}{number}"))


def starve(root: str, size: str) -> None:
    """A build in which no file may grow beyond `size` bytes, as on a full disk."""
    documents = {"00": [quarantined("long.txt", "长" * 40_000)], "01": marked("1", "01")}
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(size), int(size)))
    report(lambda: publish(root, documents))


def forbid(root: str) -> None:
    """A build by a user who may not write here (root may write anywhere, so root becomes somebody else)."""
    if os.geteuid() == 0:
        os.setuid(65534)
    report(lambda: publish(root, corpus("1")))


def report(build: Any) -> None:
    try:
        build()
    except PublicationFailed as failed:
        say(failed)
    else:
        say("published")


def orphan(root: str) -> None:
    """A build that holds the lock and has forked a worker, which outlives it when it is killed."""
    with Publication.begin(root):
        worker = os.fork()
        if worker:
            say(worker)
        time.sleep(60)


if __name__ == "__main__":
    doings = (die, die_in_rollback, die_in_expire, loop, starve, forbid, orphan)
    {doing.__name__: doing for doing in doings}[sys.argv[1]](*sys.argv[2:])
