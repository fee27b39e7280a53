"""Takes published files over as they are, into a new snapshot or an export: nothing is read or written twice.

A file of a snapshot is never changed again, and a link is as good as a copy for whoever reads or deletes it. Whoever
writes *into* a linked file changes the warehouse as well; the next build then sees that its checksum is wrong and makes
it anew. Where the file system has no hard links, is at their limit, or the target lies on another one, the file is
copied.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path


def link(source: Path | str, target: Path) -> None:
    """Makes `target` the same file as `source`, or a copy of it that is on the disk. Raises OSError."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)
        sync(target)


def sync(path: Path) -> None:
    """Brings a file, or the names in a folder, to the disk. Raises OSError."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
