"""Whether a process is still there."""

from __future__ import annotations

import os


def is_alive(pid: int) -> bool:
    """Whether a process of this machine has this number, whoever's it is."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        pass
    return True
