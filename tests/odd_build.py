"""`banmian …` whose workers have odd rules, see `odd_rules`; and who waits for them has little patience."""

from __future__ import annotations

import sys
from multiprocessing import forkserver

from flows import pool
from flows.cli import main

if __name__ == "__main__":
    preload = forkserver.set_forkserver_preload
    forkserver.set_forkserver_preload = lambda _: preload(["odd_rules"])  # type: ignore[assignment]
    pool.GRACE_SECONDS = 2.0
    sys.exit(main())
