"""Where banmian keeps what it can make or fetch again, by user and not by project."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path


def cache_folder(environ: Mapping[str, str] = os.environ) -> Path:
    """`$XDG_CACHE_HOME/banmian`, or `~/.cache/banmian`."""
    base = environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else user_folder() / ".cache") / "banmian"


def user_folder() -> Path:
    """The home folder; for a user without one a folder that is not there, in which nothing is found or kept."""
    try:
        return Path.home()
    except RuntimeError:
        return Path("/nonexistent")
