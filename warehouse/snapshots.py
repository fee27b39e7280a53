"""Publishes the tables of one build as one snapshot: whole, or not at all.

A warehouse looks like this; readers open `current/<table>/*.parquet`:

    <root>/current               -> snapshots/000002, moved in one step
    <root>/current.txt           the same as text, for file systems without links
    <root>/snapshots/000002/     document/ article/ sentence/ figure/ residue/ manifest.json
    <root>/.staging/, .lock      only while a build is at work

A build holds the lock from its first look at the current snapshot until it has published: two builds never
interleave, the second waits. It gathers the new snapshot in a folder of its own, links unchanged shards from the
current one, brings all of it to the disk, renames the folder into place and only then moves `current`. A build that
dies on the way, by whatever means, leaves `current` as it was; what it has left behind is removed by the next one.

    with Publication.begin("data/warehouse") as publication:
        if not publication.reuse("00", digest):
            publication.stage(write_shard(publication.folder, "00", documents), digest)
        published = publication.publish(rules=rules, created=now)

A snapshot that was ever current is never touched again, and ids only rise.
"""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from warehouse import schema, shards
from warehouse.checks import check_snapshot
from warehouse.errors import NoWarehouse, PublicationFailed
from warehouse.lock import build_lock
from warehouse.manifest import MANIFEST, Manifest, ShardRecord, load, save
from warehouse.shards import ShardSummary, TableFile

SNAPSHOTS = "snapshots"
CURRENT = "current"
POINTER = "current.txt"
STAGING = ".staging"
LOCK = ".lock"
INTENT = "intent"
"""In the staging folder: the snapshot about to be put into place. If it never became current, it is rubbish."""
PATIENCE = 3600.0
"""Seconds that a build waits for another one."""
NO_LINKS = (errno.EPERM, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP)
"""How a file system says that it has no symbolic links."""


@dataclass(frozen=True, slots=True)
class Published:
    """How a publication ended: the snapshot that is current now, its folder, and whether it is a new one."""

    manifest: Manifest
    path: Path
    new: bool


def current_snapshot(root: Path | str) -> Path | None:
    """The folder of the current snapshot, links resolved; None where nothing is published.

    Raises `NoWarehouse` where the root can't be read.
    """
    try:
        name = _pointed(Path(root))
        return Path(root).resolve() / name if name else None
    except OSError as cause:
        raise NoWarehouse(f"{root}: can't read: {cause.strerror or cause}") from cause


def read_manifest(root: Path | str) -> Manifest | None:
    """The manifest of the current snapshot; None where nothing is published.

    Raises `NoWarehouse` where something is published and its manifest can't be read.
    """
    folder = current_snapshot(root)
    return read_snapshot(folder) if folder else None


def read_snapshot(folder: Path) -> Manifest:
    """The manifest of one snapshot's folder. Raises `NoWarehouse` where there is none to be read."""
    try:
        return load(folder)
    except (OSError, ValueError) as cause:
        raise NoWarehouse(f"{folder / MANIFEST}: {cause}; build again with --force") from cause


class Publication:
    """A snapshot in the making; see the module's head for its life. Made by `begin`, never shared between processes:
    workers get `folder` and give back a `ShardSummary`."""

    def __init__(self, root: Path, folder: Path) -> None:
        self.root = root
        self.folder = folder
        """Where `write_shard` puts the shards of this build."""
        self.parent = _readable(root)
        """The manifest of the current snapshot; None for a first build, or where it can't be read."""
        self._current = current_snapshot(root) or root
        self._records: dict[str, ShardRecord] = {}
        self._reused: set[str] = set()

    @classmethod
    @contextmanager
    def begin(
        cls, root: Path | str, *, patience: float = PATIENCE, on_wait: Callable[[str], None] | None = None
    ) -> Iterator[Publication]:
        """Takes the lock, clears away what dead builds left and yields the new publication.

        Another build at work is waited for, up to `patience` seconds; `on_wait` is called once with a message then.
        However the block ends, nothing of the staging is left, and the root is removed again if it was made here and
        nothing was published. Raises `PublicationFailed` where the root can't be made, written to or locked.
        """
        root = Path(root)
        with _made(root), build_lock(root / LOCK, patience, on_wait):
            folder = root / STAGING / f"{os.getpid()}-{os.urandom(4).hex()}"
            with _refusals(root, "prepare the warehouse"):
                _clean_up(root)
                for table in schema.TABLES:
                    (folder / table.name).mkdir(parents=True)
            try:
                yield cls(root, folder)
            finally:
                shutil.rmtree(root / STAGING, ignore_errors=True)

    def reuse(self, shard: str, digest: str) -> bool:
        """Links the shard of this digest from the current snapshot, under the name `shard`.

        False, and nothing done, where the current snapshot has no such shard, was written with another schema or
        version of pyarrow, or its files no longer have the bytes they were published with: then write the shard.
        """
        shards.check_name(shard)
        record = self._known().get(digest)
        if record is None or not self._whole(record):
            return False
        with _refusals(self.folder, f"link shard {shard}"):
            files = tuple(self._link(file, shards.table_path(file.table, shard)) for file in record.summary.files)
        self._records[shard] = ShardRecord(digest, replace(record.summary, shard=shard, files=files))
        self._reused.add(shard)
        return True

    def _known(self) -> dict[str, ShardRecord]:
        if self.parent is None or self.parent.layout != shards.layout():
            return {}
        return {record.digest: record for record in self.parent.shards}

    def _whole(self, record: ShardRecord) -> bool:
        """Whether all files of a published shard are as they were: a disk may have lost or changed one since."""
        files = record.summary.files
        try:
            return all(shards.fingerprint(self._current / file.path) == (file.bytes, file.sha256) for file in files)
        except OSError:
            return False

    def _link(self, file: TableFile, path: str) -> TableFile:
        source, target = self._current / file.path, self.folder / path
        target.unlink(missing_ok=True)
        try:
            os.link(source, target)
        except OSError:
            # File systems without hard links, or at their limit of links to one file.
            shutil.copyfile(source, target)
            shards.settle(target)
        return replace(file, path=path)

    def stage(self, summary: ShardSummary, digest: str) -> None:
        """Takes a shard that `write_shard` wrote into `folder`; `digest` stands for all that went into it."""
        for file in summary.files:
            path = self.folder / file.path
            with _refusals(path, "find what was written"):
                size = path.stat().st_size
            if size != file.bytes:
                raise PublicationFailed(f"{path}: has {size} bytes, {file.bytes} were written")
        self._records[summary.shard] = ShardRecord(digest, summary)
        self._reused.discard(summary.shard)

    @property
    def unchanged(self) -> bool:
        """Whether the shards so far are just those of the current snapshot, none of them written anew."""
        if self.parent is None or len(self._reused) < len(self._records):
            return False
        return {(name, record.digest) for name, record in self._records.items()} == self.parent.digests

    def publish(
        self,
        *,
        rules: str,
        created: str,
        versions: dict[str, str] | None = None,
        options: dict[str, Any] | None = None,
    ) -> Published:
        """Makes what was staged and reused the current snapshot; where that is what is current, does nothing.

        `rules` is the digest of the rules, `created` the time as text, `versions` and `options` go into the manifest.
        Raises `PublicationFailed` where the disk refuses and `CheckFailed` where the tables of the shards do not fit
        together; `current` is untouched then.
        """
        if self.parent is not None and self.unchanged:
            return Published(self.parent, self._current, new=False)
        if not self._records:
            raise ValueError("a snapshot needs at least one shard")
        with _refusals(self.root, "publish"):
            manifest = self._manifest(rules, created, versions or {}, options or {})
            self._complete(manifest)
            self._check(manifest)
            return Published(manifest, _put_into_place(self.root, self.folder, _name(manifest.snapshot)), new=True)

    def _manifest(self, rules: str, created: str, versions: dict[str, str], options: dict[str, Any]) -> Manifest:
        return Manifest(
            snapshot=_last(self.root) + 1,
            parent=self.parent.snapshot if self.parent else None,
            created=created,
            rules=rules,
            layout=shards.layout(),
            shards=tuple(record for _, record in sorted(self._records.items())),
            versions=versions,
            options=options,
        )

    def _check(self, manifest: Manifest) -> None:
        articles = [self.folder / file.path for file in manifest.files if file.table == schema.ARTICLE.name]
        check_snapshot((source.document_id for source in manifest.sources), articles)

    def _complete(self, manifest: Manifest) -> None:
        """Adds the manifest, drops what repeated or killed workers left, and brings the folders to the disk."""
        wanted = {file.path for file in manifest.files}
        for table in schema.TABLES:
            for path in (self.folder / table.name).iterdir():
                if f"{table.name}/{path.name}" not in wanted:
                    path.unlink()
            _sync(self.folder / table.name)
        save(manifest, self.folder)
        _sync(self.folder / MANIFEST)
        _sync(self.folder)


def _put_into_place(root: Path, folder: Path, name: str) -> Path:
    """Renames the staged folder to its snapshot's name and moves `current` to it.

    All that can fail for want of room is done before the first rename.
    """
    staging, target = root / STAGING, root / SNAPSHOTS / name
    target.parent.mkdir(exist_ok=True)
    _write(staging / INTENT, name)
    _point(staging, f"{SNAPSHOTS}/{name}")
    _sync(staging)
    os.rename(folder, target)
    try:
        _sync(target.parent)
        for pointer in (CURRENT, POINTER):
            if os.path.lexists(staging / pointer):
                os.replace(staging / pointer, root / pointer)
    except OSError:
        _drop_unless_current(root, name)
        raise
    _sync(root)
    return target


def _point(folder: Path, target: str) -> None:
    """Makes a link and a pointer file to `target` in `folder`, to be moved over the old ones."""
    for pointer in (CURRENT, POINTER):
        (folder / pointer).unlink(missing_ok=True)
    try:
        os.symlink(target, folder / CURRENT)
    except OSError as cause:
        if cause.errno not in NO_LINKS:
            raise
    _write(folder / POINTER, target)


def _pointed(root: Path) -> str | None:
    """What is current, as `snapshots/<id>`: what the link says, or the pointer file where there is no link."""
    with suppress(FileNotFoundError, NotADirectoryError):
        if (root / CURRENT).is_symlink():
            return os.readlink(root / CURRENT)
        return (root / POINTER).read_text(encoding="utf-8").strip()
    return None


def _readable(root: Path) -> Manifest | None:
    """The current manifest, None where there is none or it is damaged: a build then writes all anew, which mends it."""
    try:
        return read_manifest(root)
    except NoWarehouse:
        return None


def _clean_up(root: Path) -> None:
    """Removes what a dead build left; the lock is held, so nothing in the staging folder is in use."""
    staging = root / STAGING
    with suppress(FileNotFoundError):
        _drop_unless_current(root, (staging / INTENT).read_text(encoding="utf-8").strip())
    if staging.exists():
        shutil.rmtree(staging)
    pointed = _pointed(root)
    if pointed and (not (root / POINTER).exists() or (root / POINTER).read_text(encoding="utf-8").strip() != pointed):
        # Killed between the two renames: the link is the newer one.
        staging.mkdir()
        _write(staging / POINTER, pointed)
        os.replace(staging / POINTER, root / POINTER)


def _drop_unless_current(root: Path, name: str) -> None:
    if name.isdigit() and _pointed(root) != f"{SNAPSHOTS}/{name}":
        shutil.rmtree(root / SNAPSHOTS / name, ignore_errors=True)
        with suppress(OSError):
            (root / SNAPSHOTS).rmdir()


def _last(root: Path) -> int:
    """The highest id that was ever given in this warehouse and still has a folder; 0 for none."""
    try:
        return max((int(name) for name in os.listdir(root / SNAPSHOTS) if name.isdigit()), default=0)
    except FileNotFoundError:
        return 0


def _name(snapshot: int) -> str:
    return f"{snapshot:06d}"


def _write(path: Path, text: str) -> None:
    path.write_text(text + "\n", encoding="utf-8")
    _sync(path)


def _sync(path: Path) -> None:
    """Brings a file, or the names in a folder, to the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def _refusals(path: Path, doing: str) -> Iterator[None]:
    try:
        yield
    except OSError as cause:
        raise PublicationFailed.at(cause.filename or path, doing, cause) from cause


@contextmanager
def _made(root: Path) -> Iterator[None]:
    """Makes the folder and those above it; at the end removes those of them that are still empty."""
    with _refusals(root, "make the folder"):
        missing = [path for path in (root, *root.parents) if not path.exists()]
        root.mkdir(parents=True, exist_ok=True)
    try:
        yield
    finally:
        with suppress(OSError):
            for path in missing:
                path.rmdir()
