"""How long something takes, for tests that compare a length with another."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable


def seconds(work: Callable[[], object]) -> float:
    """Processor seconds. A search for garbage goes through what the work makes, as in a worker, and not through all
    that a session of tests has loaded: that is half a second in a full one, whatever the work."""
    gc.freeze()
    try:
        started = time.process_time()
        work()
        return time.process_time() - started
    finally:
        gc.unfreeze()
