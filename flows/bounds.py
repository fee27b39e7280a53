"""Keeps a search inside its folder: symbolic links are followed only where they lead to what lies inside anyway.

before  inbox/a.txt    inbox/b.txt -> ../secret.txt    inbox/c.txt -> a.txt
after   b.txt leads out; a.txt and c.txt do not
"""

from __future__ import annotations

import os
import stat

LEADS_OUT = "a link that leads out of the source folder"


class Bounds:
    """Answers for one search: a folder is resolved once, for ten thousand files may lie in it."""

    def __init__(self) -> None:
        self._real: dict[str, str] = {}

    def hold(self, path: str, root: str) -> bool:
        """Whether a path still lies below `root` when all links in it are resolved, those in its middle as well."""
        folder, name = os.path.split(path)
        real = os.path.join(self._resolved(folder), name) if is_plain(path) else os.path.realpath(path)
        inside = self._resolved(root)
        return real == inside or real.startswith(os.path.join(inside, ""))

    def _resolved(self, folder: str) -> str:
        if folder not in self._real:
            self._real[folder] = os.path.realpath(folder)
        return self._real[folder]


def is_plain(path: str) -> bool:
    """Whether a file is one itself, as nearly all are: one look in place of four."""
    try:
        return stat.S_ISREG(os.lstat(path).st_mode)
    except OSError:
        return False
