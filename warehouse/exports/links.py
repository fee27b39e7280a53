"""Takes files of the warehouse into an export as they are: nothing is read, nothing is written twice.

A file of a snapshot is never changed again, and a link is as good as a copy for whoever reads or deletes it. Whoever
writes *into* a linked file changes the warehouse as well; the next build then sees that its checksum is wrong and makes
it anew. Where the file system has no hard links, or the export lies on another one, the file is copied.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path


def link(source: Path, target: Path) -> None:
    """Makes `target` the same file as `source`, or a copy of it."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)
