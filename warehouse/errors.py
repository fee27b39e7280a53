"""What can go wrong in the warehouse, each with a message that a person can act on.

All of them travel between processes: an exception raised in a worker arrives as it was. Their names say what happened
(`except PublicationFailed` reads as a sentence), so they go without the suffix `Error` that the linter would like.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Self


class WarehouseError(Exception):
    """Any of the errors below."""


class RowsRefused(WarehouseError):  # noqa: N818
    """A value does not fit its column; the message names table, column and source."""


class _AtAPath(WarehouseError):  # noqa: N818
    @classmethod
    def at(cls, path: Path | str, doing: str, cause: OSError) -> Self:
        """Names the path, what was being done and why it failed: `data/warehouse: can't write: No space left`."""
        return cls(f"{path}: can't {doing}: {cause.strerror or cause}")


class PublicationFailed(_AtAPath):
    """Nothing was published and what was published stays: no room, no right, a lock that another build holds."""


class ExportFailed(_AtAPath):
    """Nothing was exported and nothing half written is left: no room, no right, a library that gave up."""


class ExportRefused(ExportFailed):
    """What was asked for can't be done: no such format, a folder that is not empty; the message says what can."""


@contextmanager
def refusals(path: Path, doing: str, exactly: bool = False) -> Iterator[None]:
    """Turns what the file system refuses in the block into `PublicationFailed`: the path, what was being done, why not.

    The path is the one that the system names, or `path` where it names none or `exactly` that is to be told.
    """
    try:
        yield
    except OSError as cause:
        named = path if exactly else cause.filename or path
        raise PublicationFailed.at(named, doing, cause) from cause


class NoWarehouse(WarehouseError):  # noqa: N818
    """The path holds no published snapshot, or one that can't be read; the message says what to do."""

    @classmethod
    def yet(cls, root: Path | str) -> NoWarehouse:
        """For a root in which nothing was ever published."""
        return cls(f"{root}: nothing is published here yet; `banmian build SOURCE` does it")


class SnapshotDamaged(NoWarehouse):
    """A snapshot in a store that has gone, or is not what was published."""


class StoreRefused(WarehouseError, ValueError):  # noqa: N818
    """A URL that can't be taken: a secret in it, a scheme without a library; the message says what to do."""


class QueryRefused(WarehouseError):  # noqa: N818
    """A query that is wrong or not allowed; the message says what and where."""


class QueryFailed(WarehouseError):  # noqa: N818
    """A query that is right and could not be carried out: no memory, a file that is gone."""


class MissingLibrary(WarehouseError, ImportError):  # noqa: N818
    """A way of reading needs a library that is not installed; the message says how to get it."""


@dataclass(frozen=True, slots=True)
class Fault:
    """A check that failed: which table, how many rows, and the first of them by key with what is wrong."""

    check: str
    table: str
    count: int
    rows: tuple[str, ...]

    def __str__(self) -> str:
        more = f" and {self.count - len(self.rows)} more" if self.count > len(self.rows) else ""
        return f"{self.table}: {self.check} in {self.count} row(s): {', '.join(self.rows)}{more}"


class CheckFailed(WarehouseError):  # noqa: N818
    """Tables that break the contract; nothing of them is published. `faults` says which rows."""

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        super().__init__(faults)
        self.faults = faults

    def __str__(self) -> str:
        return "the tables break the contract:\n" + "\n".join(f"  {fault}" for fault in self.faults)
