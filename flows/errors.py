"""What ends a command before or instead of its work; each message says what to do."""

from __future__ import annotations

from collections.abc import Sequence


class UsageError(ValueError):
    """The command was asked for something that can't be done as it was put: exit code 2, nothing is touched."""


class BuildFailed(Exception):  # noqa: N818 - reads as a sentence where it is caught
    """The build ended without publishing: exit code 1, what was published before stays."""


class Stopped(Exception):  # noqa: N818
    """Someone asked the build to stop."""


class NothingSettled(Exception):  # noqa: N818
    """All pages are still being written, and none is published: exit code 0, the next run takes them."""

    def __init__(self, left: Sequence[str]) -> None:
        first = ", ".join(left[:3]) + (", …" if len(left) > 3 else "")
        super().__init__(f"nothing built: {len(left):,} left for the next run, still being written ({first})")
