"""The process that workers are forked from: clean, of one thread, with the dictionaries read once for all of them.

It takes more than a second to come up and nothing of the build, so it may be started before the build itself is loaded.
"""

from __future__ import annotations

import signal
from multiprocessing import forkserver


def start() -> None:
    """Lets it load the dictionaries while the caller does other things. Again has no effect. Raises OSError."""
    forkserver.set_forkserver_preload(["flows.preload"])
    before = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])  # Ctrl-C is for the build to answer
    try:
        forkserver.ensure_running()
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
