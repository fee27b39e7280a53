"""Which snapshot is current: a link, and the same as text for file systems without links and for object stores.

    <root>/current       -> snapshots/000002
    <root>/current.txt   snapshots/000002

Both are made aside and moved over the old ones, the link first: it is what readers follow where there is one. Where the
two differ, a build died between the two moves, and the link is the newer one.
"""

from __future__ import annotations

import errno
import os
from contextlib import suppress
from pathlib import Path

from warehouse.links import sync

SNAPSHOTS = "snapshots"
CURRENT = "current"
POINTER = "current.txt"
NO_LINKS = (errno.EPERM, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP)
"""How a file system says that it has no symbolic links."""


def snapshot_name(snapshot: int) -> str:
    """The name of a snapshot's folder: `000002`."""
    return f"{snapshot:06d}"


def snapshot_ids(root: Path) -> list[int]:
    """The ids of all snapshots that have a folder, from the first on."""
    with suppress(FileNotFoundError, NotADirectoryError):
        return sorted(int(name) for name in os.listdir(root / SNAPSHOTS) if name.isdecimal())
    return []


def pointed(root: Path) -> str | None:
    """What is current, as `snapshots/<id>`; None where nothing is, or where the pointers lead to no snapshot."""
    with suppress(FileNotFoundError, NotADirectoryError):
        if (root / CURRENT).is_symlink():
            return known(os.readlink(root / CURRENT))
        return known((root / POINTER).read_text(encoding="utf-8", errors="replace").strip())
    return None


def known(target: str) -> str | None:
    """What a pointer says, if that is the folder of a snapshot."""
    folder, _, name = target.partition("/")
    return target if folder == SNAPSHOTS and name.isdecimal() else None


def make(folder: Path, target: str) -> None:
    """Makes both pointers to `target` in `folder`, to be moved to the root. Raises OSError."""
    for pointer in (CURRENT, POINTER):
        (folder / pointer).unlink(missing_ok=True)
    try:
        os.symlink(target, folder / CURRENT)
    except OSError as cause:
        if cause.errno not in NO_LINKS:
            raise
    write(folder / POINTER, target)


def move(folder: Path, root: Path) -> None:
    """Moves the pointers made in `folder` over those of the root: in the first of these steps a snapshot gets current.

    Raises OSError.
    """
    if (root / CURRENT).is_dir() and not (root / CURRENT).is_symlink():
        (root / CURRENT).rmdir()  # refused where something is in it, which is not ours to remove
    for pointer in (CURRENT, POINTER):
        if os.path.lexists(folder / pointer):
            os.replace(folder / pointer, root / pointer)
    sync(root)


def remove(root: Path) -> None:
    """Nothing is current any more. Raises OSError."""
    for pointer in (CURRENT, POINTER):
        (root / pointer).unlink(missing_ok=True)


def mend(root: Path, staging: Path) -> None:
    """Makes both pointers say what is current, after a death between the two moves, or when one was lost.

    A link that was lost, or an empty folder or a file in its place, becomes one again where links can be made. Raises
    OSError.
    """
    target = pointed(root)
    if target is None or (_text(root / POINTER) == target and _is_link(root / CURRENT, target)):
        return
    staging.mkdir(exist_ok=True)
    make(staging, target)
    if os.path.lexists(staging / CURRENT) or _text(root / POINTER) != target:
        move(staging, root)


def _text(path: Path) -> str | None:
    with suppress(FileNotFoundError):
        return path.read_text(encoding="utf-8", errors="replace").strip()
    return None


def _is_link(path: Path, target: str) -> bool:
    return path.is_symlink() and os.readlink(path) == target


def write(path: Path, text: str) -> None:
    """Writes a line and brings it to the disk. Raises OSError."""
    path.write_text(text + "\n", encoding="utf-8")
    sync(path)
