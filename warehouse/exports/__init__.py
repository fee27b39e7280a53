"""Exports: one snapshot of a warehouse in the format that somebody else's tools want.

    before  data/warehouse/current -> snapshots/000003
    after   out/README.md, out/banmian.json, out/article.csv, …

    export(warehouse.open("data/warehouse"), "csv", "out", on_rows=print)

`FORMATS` says what there is; a format is one line in it and a module of this package with

    def write(corpus: Corpus, folder: Path, on_rows: Callable[[int], None]) -> None

which writes `corpus.tables` into a folder that holds nothing but `banmian.json`, batch by batch, so that memory does
not grow with the corpus, and calls `on_rows(n)` for each n rows written. All else is done here: an export is gathered
in the hidden folder `.<name>.partial` beside the one asked for and renamed at its end, so that a reader sees a whole
export or none, and what dies on the way leaves nothing that looks like one. (Iceberg can't be moved; see there.)
"""

from __future__ import annotations

import fcntl
import importlib
import importlib.metadata
import json
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from warehouse.errors import ExportFailed, ExportRefused, MissingLibrary
from warehouse.links import sync

if TYPE_CHECKING:
    from warehouse.corpus import Corpus

ORIGIN = "banmian.json"
"""In each export: which snapshot it is of, for machines; so data can be cited and traced when it has travelled."""
ORIGIN_FORMAT = 1
"""Goes up when a reader of the former `banmian.json` would misread it."""


@dataclass(frozen=True, slots=True)
class Format:
    """A format: what it is in one line, and one line of Python that loads a table of it as `data`."""

    what: str
    load: str
    """`{place!r}` stands for the path below, `{table}` for the table's name."""
    place: str = ""
    """What `load` reads, in the export's folder."""
    module: str = ""
    """The module in this package; empty where it is called like the format."""
    function: str = "write"
    extra: str = ""
    """The extra of `pip install 'banmian[…]'` that brings `needs`."""
    needs: tuple[str, ...] = ()
    """Libraries to be imported before a folder is touched."""
    whole: bool = False
    """Takes all tables or nothing."""
    in_place: bool = False
    """Can't be moved once it is written."""

    def snippet(self, folder: Path | str, table: str) -> str:
        """The line that loads a table from the folder."""
        return self.load.format(place=str(Path(folder, self.place.format(table=table))), table=table)


FORMATS = {
    "hf": Format(
        "folder for Hugging Face datasets: Parquet files and a dataset card, a config a table",
        'from datasets import load_dataset; data = load_dataset({place!r}, "{table}", split="train")',
    ),
    "csv": Format(
        "a CSV file a table, UTF-8, lists as JSON in the cell",
        'import pandas as pd; data = pd.read_csv({place!r}, keep_default_na=False, na_values=[""])',
        "{table}.csv",
    ),
    "csv-excel": Format(
        "the same with the mark that lets Excel see that it is UTF-8",
        'import pandas as pd; data = pd.read_csv({place!r}, keep_default_na=False, na_values=[""])',
        "{table}.csv",
        module="csv",
        function="write_for_spreadsheets",
    ),
    "jsonl": Format(
        "a file of JSON lines a table",
        'import json; data = [json.loads(line) for line in open({place!r}, encoding="utf-8")]',
        "{table}.jsonl",
    ),
    "delta": Format(
        "a Delta Lake table a table",
        "from deltalake import DeltaTable; data = DeltaTable({place!r}).to_pyarrow_table()",
        "{table}",
        extra="delta",
        needs=("deltalake",),
    ),
    "iceberg": Format(
        "an Apache Iceberg table a table, with a catalogue in one SQLite file",
        'from pyiceberg.catalog.sql import SqlCatalog; data = SqlCatalog("banmian", uri="sqlite:///" + {place!r})'
        '.load_table("banmian.{table}").scan().to_arrow()',
        "catalog.db",
        extra="iceberg",
        needs=("pyiceberg", "sqlalchemy"),
        in_place=True,
    ),
    "tei": Format(
        "TEI P5, an XML file a page and one that binds them",
        "from pathlib import Path; data = sorted(Path({place!r}).glob('*/*.xml'))",
        ".",
        whole=True,
    ),
    "conllu": Format(
        "CoNLL-U, the words of the pages, a file a shard",
        "from pathlib import Path; data = sorted(Path({place!r}).glob('*.conllu'))",
        ".",
        whole=True,
    ),
}


@dataclass(frozen=True, slots=True)
class Exported:
    """An export that is done: its folder, what is in it, and one line of Python that loads a table of it."""

    folder: Path
    format: str
    snapshot: int
    rows: dict[str, int]
    """By table, as the snapshot holds them."""
    bytes: int
    """Of all files; those linked from the warehouse take no room of their own."""
    snippet: str


def export(corpus: Corpus, format: str, folder: Path | str, on_rows: Callable[[int], None]) -> Exported:
    """Writes the tables of `corpus` in a format of `FORMATS` into `folder`, which is made.

    Raises `ExportRefused` for an unknown format, for a folder that is not empty or can't be taken otherwise, and for
    some tables where the format takes all; `MissingLibrary` without a library that the format needs; `NoWarehouse`
    where the snapshot can't be read; `ExportFailed` where the disk refuses. However it fails, nothing is left of it.
    """
    chosen = _chosen(format, corpus)
    _require(format, chosen)
    target = Path(folder).resolve()
    with _refusals(target):
        _check(target, corpus)
        module = importlib.import_module(f"{__name__}.{chosen.module or format}")
        with _parents(target), _workplace(target, chosen.in_place) as place:
            (place / ORIGIN).write_text(_origin(corpus, format, chosen), encoding="utf-8")
            getattr(module, chosen.function)(corpus, place, on_rows)
            size = _settle(place)
            if place != target:
                os.rename(place, target)
    snippet = chosen.snippet(folder, example(corpus))
    return Exported(Path(folder), format, corpus.manifest.snapshot, corpus.rows, size, snippet)


def example(corpus: Corpus) -> str:
    """The table to show how tables are loaded."""
    return "article" if "article" in corpus.names else corpus.names[0]


def _chosen(format: str, corpus: Corpus) -> Format:
    if format not in FORMATS:
        raise ExportRefused(f"no format {format!r}; there are {', '.join(FORMATS)}")
    if FORMATS[format].whole and corpus.names != type(corpus).names:
        raise ExportRefused(f"{format} is made from all tables together; leave the choice of tables away")
    return FORMATS[format]


def _require(format: str, chosen: Format) -> None:
    for name in chosen.needs:
        try:
            importlib.import_module(name)
        except ImportError as cause:
            how = f"pip install 'banmian[{chosen.extra}]'"
            raise MissingLibrary(f"exporting as {format} needs {name}: {how}") from cause


def _check(target: Path, corpus: Corpus) -> None:
    """Raises `ExportRefused` for a folder that an export can't become."""
    if target.is_relative_to(corpus.path.resolve()):
        raise ExportRefused(f"{target}: lies in the snapshot itself; name a folder outside the warehouse")
    if target.exists() and not target.is_dir():
        raise ExportRefused(f"{target}: is a file; name a new folder")
    if target == Path.cwd():
        # It would be replaced, and whoever stands in it look into a folder that is no more.
        raise ExportRefused(f"{target}: is the folder you are in; name a new one")
    _check_empty(target)


def _check_empty(target: Path) -> None:
    if target.exists() and any(target.iterdir()):
        raise ExportRefused(f"{target}: is not empty; name a new folder, or remove this one first")


def _origin(corpus: Corpus, format: str, chosen: Format) -> str:
    """What `banmian.json` says: nothing but what follows from the snapshot and the libraries at work."""
    manifest = corpus.manifest
    libraries = ("banmian", "pyarrow", *chosen.needs)
    says = {
        "banmian_export": ORIGIN_FORMAT,
        "format": format,
        "snapshot": manifest.snapshot,
        "digest": manifest.digest,
        "created": manifest.created,
        "rules": manifest.rules,
        "rows": corpus.rows,
        "versions": {
            "build": manifest.versions,
            "export": {name: importlib.metadata.version(name) for name in libraries},
        },
    }
    return json.dumps(says, ensure_ascii=False, indent=1) + "\n"


@contextmanager
def _refusals(target: Path) -> Iterator[None]:
    try:
        yield
    except OSError as cause:
        if isinstance(cause, ImportError):
            raise
        raise ExportFailed.at(cause.filename or target, "export", cause) from cause


@contextmanager
def _parents(target: Path) -> Iterator[None]:
    """Makes the folders above the target; those made here go again where the export fails."""
    missing = [path for path in target.parents if not path.exists()]
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        yield
    except BaseException:
        with suppress(OSError):
            for path in missing:
                path.rmdir()
        raise


@contextmanager
def _workplace(target: Path, in_place: bool) -> Iterator[Path]:
    """The empty folder to write into; nothing is left of it where the block fails.

    What a killed export has left beside the target is cleared away first.
    """
    place = target if in_place else target.with_name(f".{target.name}.partial")
    found = place.exists()
    place.mkdir(exist_ok=True)
    with _claimed(place, target):
        if in_place:
            _check_empty(target)  # once more: now nobody else can write into it
        try:
            if not in_place:
                _empty(place)
            yield place
        except BaseException:
            with suppress(OSError):
                _empty(place)
                if not (in_place and found):
                    place.rmdir()
            raise


@contextmanager
def _claimed(place: Path, target: Path) -> Iterator[None]:
    """Holds the folder for this export: a second one into the same folder must not clear it away."""
    descriptor = os.open(place, os.O_RDONLY)
    try:
        # File systems without locks let two exports go on as they like.
        with suppress(OSError):
            _lock(descriptor, target)
        yield
    finally:
        os.close(descriptor)


def _lock(descriptor: int, target: Path) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise ExportRefused(
            f"{target}: another export into it is at work; wait for it or name another folder"
        ) from None


def _empty(folder: Path) -> None:
    for path in folder.iterdir():
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()


def _settle(folder: Path) -> int:
    """Brings all files to the disk, where a full one may only now be noticed; their bytes."""
    size = 0
    for path in folder.rglob("*"):
        if path.is_file():
            sync(path)
            size += path.stat().st_size
    return size
