"""What ends a command before or instead of its work; each message says what to do."""

from __future__ import annotations


class UsageError(ValueError):
    """The command was asked for something that can't be done as it was put: exit code 2, nothing is touched."""


class BuildFailed(Exception):  # noqa: N818 - reads as a sentence where it is caught
    """The build ended without publishing: exit code 1, what was published before stays."""


class Stopped(Exception):  # noqa: N818
    """Someone asked the build to stop."""
