"""Gives birth to builds: `banmian …` in a forked child of this process, which has loaded the dictionaries already.

A build as a shell starts it takes four seconds, and all but a tenth of a second of them goes into loading: too slow to
be killed some hundred times. Here each build is a child of its own (own session, own output, own exit) that runs
`flows.cli.main` with its worker processes; the one thing that differs is how the process from which the workers are
forked comes to be: forked from this one with everything loaded, where a shell's build starts it anew.

Orders come as JSON, one a line, and each is answered by one line:

    {"order": "start", "arguments": ["build", …], "size": 4000, "humble": true}   ->  {"pid": 123}
    {"order": "look", "pid": 123}                                                ->  {"code": null, "said": "…"}
    {"order": "forget", "pid": 123}                                              ->  {}

`size` is the limit in bytes to which a file may grow; a `humble` build obeys the modes of files even as root; `code` is
the exit code (negative: the signal that ended it). The dead stay zombies until they are forgotten: their number can't
pass on to a stranger.
"""

from __future__ import annotations

import atexit
import ctypes
import faulthandler
import gc
import importlib
import json
import os
import resource
import signal
import sys
import threading
from collections.abc import Sequence
from multiprocessing import util
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

Order = dict[str, Any]


class Nursery:
    """The builds that were started and are not yet forgotten: where they speak, and what they have said so far."""

    def __init__(self) -> None:
        self.voices: dict[int, int] = {}
        self.said: dict[int, bytes] = {}

    def next_build(self) -> list[str]:
        """Obeys orders; comes back in the children only, with what their command line says."""
        for line in iter(sys.stdin.readline, ""):
            order: Order = json.loads(line)
            if order["order"] == "start":
                child, voice = born(order)
                if not child:
                    return list(order["arguments"])
                self.voices[child], self.said[child] = voice, b""
                self.answer({"pid": child})
            elif order["order"] == "look":
                self.answer(self.look(order["pid"]))
            else:
                self.forget(order["pid"])
                self.answer({})
        sys.exit(0)

    def answer(self, what: Order) -> None:
        sys.stdout.write(json.dumps(what) + "\n")
        sys.stdout.flush()

    def look(self, pid: int) -> Order:
        """How a build is: its exit code or None, and all that it has said."""
        ended = os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT)
        try:
            while heard := os.read(self.voices[pid], 1 << 16):
                self.said[pid] += heard
        except BlockingIOError:
            pass
        code = None
        if ended:
            code = ended.si_status if ended.si_code == os.CLD_EXITED else -ended.si_status
        return {"code": code, "said": self.said[pid].decode(errors="replace")}

    def forget(self, pid: int) -> None:
        os.waitpid(pid, 0)
        os.close(self.voices.pop(pid))
        del self.said[pid]


def born(order: Order) -> tuple[int, int]:
    """Forks; the child's id and where it can be heard, or (0, 0) in the child, which has become what was ordered."""
    ear, mouth = os.pipe()
    child = os.fork()
    if child:
        os.close(mouth)
        os.set_blocking(ear, False)
        return child, ear
    os.setsid()
    silence = os.open(os.devnull, os.O_RDONLY)
    for number, descriptor in enumerate((silence, mouth, mouth)):
        os.dup2(descriptor, number)
    os.closerange(3, resource.getrlimit(resource.RLIMIT_NOFILE)[0])
    if order.get("size") is not None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (order["size"], order["size"]))
    if order.get("humble"):
        give_up_rights()
    return 0, 0


def give_up_rights() -> None:
    """Root reads and writes whatever the mode of a file; without these two rights it does not."""
    if os.geteuid() != 0:
        return
    version, override, read_search = 0x20080522, 1, 2
    libc = ctypes.CDLL(None, use_errno=True)
    head, rights = (ctypes.c_uint32 * 2)(version, 0), (ctypes.c_uint32 * 6)()
    if libc.capget(head, rights):
        raise OSError(ctypes.get_errno(), "can't tell the rights of root")
    for number in range(3):
        rights[number] &= ~(1 << override | 1 << read_search)
    if libc.capset(head, rights):
        raise OSError(ctypes.get_errno(), "can't give up a right of root")


def started_by_fork(_path: str, arguments: Sequence[str], kept: Sequence[int]) -> int:
    """Stands in for the function by which multiprocessing starts its helpers with `exec`: the same command, forked.

    As after an `exec`, only `kept` and the three standard files are open, and no signal is answered any more.
    """
    child = os.fork()
    if child:
        return child
    try:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_DFL)
        low = 3
        for descriptor in [*sorted(kept), resource.getrlimit(resource.RLIMIT_NOFILE)[0]]:
            os.closerange(low, descriptor)
            low = descriptor + 1
        exec(arguments[-1], {})
    finally:
        os._exit(0)


def loaded(shard_bytes: int, sources: Path) -> Nursery:
    """Loads all that a build loads, the tables of the rules by reading pages, and the libraries by a build of them.

    Shards are to hold `shard_bytes` of sources here, so that a small corpus has several.
    """
    from flows import building, plan, preload, server  # noqa: F401
    from transforms.document import Options, Source
    from transforms.page import read_page

    for page in sorted(sources.rglob("*.txt")):
        read_page(Source("", "", page.read_bytes()), Options())
    plan.SHARD_BYTES = shard_bytes
    util.spawnv_passfds = started_by_fork  # type: ignore[assignment]
    for name in loaded_by_a_build(sources):
        importlib.import_module(name)
    faulthandler.register(signal.SIGUSR1)  # whoever hangs can be asked where
    gc.collect()
    gc.freeze()  # or each child would copy what is loaded when it collects garbage
    return Nursery()


def loaded_by_a_build(sources: Path) -> list[str]:
    """The names of the modules that are loaded when a build has ended. It runs in a child, since it starts threads."""
    from flows.cli import main

    ear, mouth = os.pipe()
    child = os.fork()
    if child:
        os.close(mouth)
        with os.fdopen(ear) as names:
            told = names.read().split()
        os.waitpid(child, 0)
        return told
    try:
        os.setsid()
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        with TemporaryDirectory() as folder:
            main(["build", str(sources), "--inline", "--warehouse", f"{folder}/warehouse"])
        names = [name for name, module in sys.modules.items() if module and not name.startswith("__")]
        os.write(mouth, "\n".join(names).encode())
    finally:
        os._exit(0)


if __name__ == "__main__":
    nursery = loaded(int(sys.argv[1]), Path(sys.argv[2]))
    nursery.answer({"ready": True})
    arguments = nursery.next_build()

    from flows.cli import main

    code = main(arguments)
    # The end of a process, without freeing one by one the words of dictionaries that a shell's build never loads.
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    os._exit(code)
