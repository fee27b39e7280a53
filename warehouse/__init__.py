"""The warehouse: five Parquet tables, published whole and open to any reader.

`warehouse.open(path)` is what a user of the tables needs; builds use `warehouse.shards` and `warehouse.snapshots`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from warehouse.corpus import Corpus


def open(path: Path | str, snapshot: int | None = None) -> Corpus:
    """Opens the current snapshot of the warehouse at `path`, or an older one by its id; see `warehouse.corpus`.

    `path` may be the URL of a warehouse in an object store, such as `s3://press/corpus`.

    Raises `warehouse.errors.NoWarehouse` where nothing is published, or no such snapshot is there.
    """
    # Imported on use: workers that only write need not load what reading takes.
    from warehouse.corpus import open_corpus

    return open_corpus(path, snapshot)
