"""A warehouse that is hit while it is built, and what must hold after each blow.

Five generations of one small corpus stand ready: the same pages, real lines of the seeds, with a mark of the generation
in a sentence, in a figure and in the furniture at the foot. So a mixture of two of them shows in every table. One issue
is the same in all of them (its shard is linked, not written), and one page is there in every other generation only.

    with Stage.set(environment) as stage:
        life = Life(stage, stage.quick, seed=1)
        life.begin()               # a first build; from here on three readers look on
        for _ in range(100):
            life.suffer(kill_group)  # one blow, then the next build, then all that must hold
        life.end()                 # what the readers have seen, which must be no fault

Builds are real ones. `Quick` forks them from a process that has loaded the dictionaries (see `survival_nursery.py`);
`Shell` starts them as a shell does.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import random
import select
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

import pyarrow.parquet as pq
from conftest import BANMIAN, PROJECT, SEEDS
from warehouse_samples import bytes_of

from warehouse.manifest import Manifest
from warehouse.parquet import fingerprint
from warehouse.schema import BY_NAME
from warehouse.snapshots import read_snapshot

HERE = Path(__file__).parent
MARKS = ("7301", "7302", "7303", "7304", "7305")
COMMON = "7300"
"""The mark of the issue that is the same in all generations."""
SHARD_BYTES = 600
"""For quick builds: each of the four issues below comes into a shard of its own, called the same in each generation."""
SHARDS = 4
ROOT = {"current", "current.txt", "history.jsonl", "reports", "snapshots"}
"""What the root of a warehouse holds when no build is at work."""
PATIENCE = 60.0
"""Seconds that anything here may take at most; what takes longer hangs."""

Bytes = dict[str, bytes]


# --- the corpus -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Generation:
    """One state of the corpus: its mark, the folder with its pages, and their bytes by the path they are called."""

    mark: str
    folder: Path
    sources: Bytes

    @property
    def digests(self) -> dict[str, str]:
        return {path: hashlib.sha256(data).hexdigest() for path, data in self.sources.items()}


def page(lines: Sequence[str], mark: str) -> bytes:
    """A page of these lines, with the mark in the last sentence and in the furniture."""
    foot = ["", f"截至目前，全市新建公厕{mark}个。", "", f"责任编辑　电话：3186{mark}", ""]
    return "\n".join([*lines, *foot]).encode()


def written(folder: Path, mark: str) -> Generation:
    """Writes the pages of one generation."""
    speech, news = (seed.read_text(encoding="utf-8").splitlines() for seed in sorted(SEEDS.glob("*.txt")))
    pages = {
        "2024-01-01/01.txt": page(news[2:14], mark),
        "2024-01-01/02.txt": page(news[20:36], mark),
        "2024-01-02/01.txt": page(speech[4:11], mark),
        "2024-01-03/01.txt": page(news[45:60], mark),
        "2024-01-03/02.txt": page(news[-22:-10], mark),
        "2024-01-04/01.txt": page(speech[-8:-4], COMMON),
    }
    if int(mark) % 2:
        pages["2024-01-02/02.txt"] = page(speech[-4:], mark)
    sources = {f"binzhou/{path}": data for path, data in pages.items()}
    for path, data in sources.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)
    return Generation(mark, folder, sources)


# --- processes ------------------------------------------------------------------------------------------------------


def members(session: int) -> dict[int, int]:
    """The living processes of a session, each with its parent. A zombie lives no more."""
    found = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            with suppress(OSError, IndexError, ValueError):
                state, parent, _, home = Path(f"/proc/{entry}/stat").read_text().rpartition(")")[2].split()[:4]
                if int(home) == session and state not in "ZX":
                    found[int(entry)] = int(parent)
    return found


def workers(build: int) -> list[int]:
    """The worker processes of a build that lives: children of its child."""
    living = members(build)
    return sorted(one for one, parent in living.items() if parent != build and parent in living)


def soon(condition: Callable[[], bool], seconds: float = PATIENCE, pause: float = 0.005) -> bool:
    """Whether it comes true within the time."""
    until = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > until:
            return False
        time.sleep(pause)
    return True


def marked_processes(mark: str) -> list[int]:
    """All living processes that carry `mark` in their environment."""
    found = []
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            with suppress(OSError):
                if mark.encode() in Path(f"/proc/{entry}/environ").read_bytes():
                    found.append(int(entry))
    return found


@dataclass
class Running:
    """A build at work. It stays a zombie until `forget`, so that its number is nobody else's meanwhile."""

    builder: Builder
    pid: int
    mark: str

    @property
    def code(self) -> int | None:
        """The exit code; negative: the signal that ended it; None while it runs."""
        return self.builder.look(self.pid)[0]

    @property
    def said(self) -> str:
        return self.builder.look(self.pid)[1]

    def kill(self, number: int = signal.SIGKILL) -> None:
        os.kill(self.pid, number)

    def kill_group(self, number: int = signal.SIGKILL) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self.pid, number)

    def ended(self) -> int:
        """Waits for the end of the build; its exit code."""
        assert soon(lambda: self.code is not None), f"the build hangs: {self.where_it_hangs()}"
        code = self.code
        assert code is not None
        return code

    def where_it_hangs(self) -> str:
        """What the build has said, its processes, and where each of their threads is."""
        living = members(self.pid)
        for process in living:
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGUSR1)
            time.sleep(0.2)
        return f"{living}\n{self.said}"

    def gone(self) -> None:
        """Waits for the end of all processes that the build has started, and lets the build rest."""
        assert soon(lambda: not members(self.pid), 20), f"outlive their build: {members(self.pid)}"
        self.builder.forget(self.pid)


class Builder(Protocol):
    """Whoever starts builds."""

    def start(self, generation: Generation, root: Path, **rest: Any) -> Running: ...
    def look(self, pid: int) -> tuple[int | None, str]: ...
    def forget(self, pid: int) -> None: ...


def command(generation: Generation, root: Path) -> list[str]:
    return ["build", str(generation.folder), "--inline", "--jobs", "2", "--warehouse", str(root)]


class Quick:
    """Builds forked from a process that has loaded what they need."""

    def __init__(self, environment: dict[str, str], sources: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-B", HERE / "survival_nursery.py", str(SHARD_BYTES), sources],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        self.heard = b""
        self.turn = threading.Lock()
        assert self._answer() == {"ready": True}

    def start(self, generation: Generation, root: Path, **rest: Any) -> Running:
        arguments = command(generation, root)
        return Running(self, self._ask(order="start", arguments=arguments, **rest)["pid"], generation.mark)

    def look(self, pid: int) -> tuple[int | None, str]:
        found = self._ask(order="look", pid=pid)
        return found["code"], found["said"]

    def forget(self, pid: int) -> None:
        self._ask(order="forget", pid=pid)

    def _ask(self, **order: Any) -> dict[str, Any]:
        assert self.process.stdin
        with self.turn:
            self.process.stdin.write(json.dumps(order).encode() + b"\n")
            self.process.stdin.flush()
            return self._answer()

    def _answer(self) -> dict[str, Any]:
        assert self.process.stdout
        while b"\n" not in self.heard:
            ready, _, _ = select.select([self.process.stdout], [], [], PATIENCE)
            heard = os.read(self.process.stdout.fileno(), 1 << 16) if ready else b""
            assert heard, "the nursery is silent"
            self.heard += heard
        line, _, self.heard = self.heard.partition(b"\n")
        return dict(json.loads(line))

    def close(self) -> None:
        assert self.process.stdin and self.process.stdout
        self.process.stdin.close()
        self.process.stdout.close()
        try:
            self.process.wait(PATIENCE)
        finally:
            self.process.kill()


class Shell:
    """Builds as a shell starts them."""

    def __init__(self, environment: dict[str, str]) -> None:
        self.environment = environment
        self.running: dict[int, tuple[subprocess.Popen[bytes], Any]] = {}

    def start(self, generation: Generation, root: Path, **_: Any) -> Running:
        said = tempfile.TemporaryFile()  # noqa: SIM115 - closed by `forget`
        process = subprocess.Popen(
            [BANMIAN, *command(generation, root)],
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        self.running[process.pid] = process, said
        return Running(self, process.pid, generation.mark)

    def look(self, pid: int) -> tuple[int | None, str]:
        _, file = self.running[pid]
        said = os.pread(file.fileno(), 1 << 20, 0).decode(errors="replace")
        ended = os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT)
        if not ended:
            return None, said
        return (ended.si_status if ended.si_code == os.CLD_EXITED else -ended.si_status), said

    def forget(self, pid: int) -> None:
        process, said = self.running.pop(pid)
        process.wait()
        said.close()

    def close(self) -> None:
        for pid in list(self.running):
            with suppress(ProcessLookupError):
                os.killpg(pid, signal.SIGKILL)
            self.forget(pid)


# --- readers --------------------------------------------------------------------------------------------------------


class Readers:
    """Three readers of one warehouse, each a process: with the library, by the link, and file by file."""

    def __init__(self, folder: Path, root: Path, expected: Path, environment: dict[str, str]) -> None:
        self.folder = folder
        self.stop = folder / "stop"
        kinds = ("library", "link", "files")
        self.reports = {kind: folder / f"{kind}.json" for kind in kinds}
        self.gates = {kind: folder / f"{kind}.gate" for kind in kinds}
        self.processes = [
            subprocess.Popen(
                [
                    *(sys.executable, "-B", HERE / "survival_reader.py"),
                    *(kind, root, expected, self.gates[kind], self.stop, self.reports[kind]),
                ],
                env=environment,
            )
            for kind in kinds
        ]

    @contextmanager
    def away(self) -> Iterator[None]:
        """No reader looks while the block lasts: the warehouse is damaged by hand and can't be right."""
        files = [gate.open("w") for gate in self.gates.values()]
        try:
            for file in files:
                fcntl.flock(file, fcntl.LOCK_EX)
            yield
        finally:
            for file in files:
                file.close()

    def told(self) -> dict[str, dict[str, Any]]:
        """Ends the readers; what each of them has seen."""
        self.stop.touch()
        for process in self.processes:
            assert process.wait(PATIENCE) == 0
        return {kind: json.loads(report.read_text(encoding="utf-8")) for kind, report in self.reports.items()}

    def close(self) -> None:
        for process in self.processes:
            process.kill()
            process.wait()


# --- the stage ------------------------------------------------------------------------------------------------------


class Stage:
    """What all lives of a test share: the generations, who builds, and what clean builds look like."""

    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        self.folder = folder
        self.token = f"BANMIAN_SURVIVAL={folder}"
        self.environment = environment | {
            "BANMIAN_SURVIVAL": str(folder),
            "PYTHONPATH": os.pathsep.join([str(PROJECT), str(HERE)]),
        }
        self.generations = {mark: written(folder / "sources" / mark, mark) for mark in MARKS}
        self.lives: list[Life] = []
        self._clean: dict[tuple[type, str], Bytes] = {}
        self._manifests: dict[tuple[type, str], Manifest] = {}
        self.seconds: dict[type, list[float]] = {}

    @classmethod
    @contextmanager
    def set(cls, environment: dict[str, str]) -> Iterator[Stage]:
        """A stage in a folder that every user may enter; at the end nothing of it is left, no process least of all."""
        with tempfile.TemporaryDirectory() as name:
            os.chmod(name, 0o755)
            stage = cls(Path(name), environment)
            try:
                yield stage
            finally:
                stage.close()

    @cached_property
    def quick(self) -> Quick:
        return Quick(self.environment, self.generations[MARKS[0]].folder)

    @cached_property
    def shell(self) -> Shell:
        return Shell(self.environment)

    def clean(self, builder: Builder, mark: str) -> Bytes:
        """The bytes of a clean build of a generation into a fresh root; made once, and looked into closely."""
        kind = type(builder)
        if (kind, mark) not in self._clean:
            root = self.folder / f"clean-{kind.__name__}-{mark}"
            began = time.monotonic()
            build = builder.start(self.generations[mark], root)
            assert build.ended() == 0, build.said
            self.seconds.setdefault(kind, []).append(time.monotonic() - began)
            build.gone()
            assert_conserved(root / "current", self.generations[mark])
            self._clean[kind, mark] = bytes_of(root / "current")
            self._manifests[kind, mark] = manifest_of(root)
            assert len(self._clean[kind, mark]) == len(BY_NAME) * (SHARDS if kind is Quick else 1)
        return self._clean[kind, mark]

    def manifest(self, builder: Builder, mark: str) -> Manifest:
        """What the manifest of a clean build says, but for the time and the number of the snapshot."""
        self.clean(builder, mark)
        return self._manifests[type(builder), mark]

    def length(self, builder: Builder) -> float:
        """How long a build takes here and now, in seconds."""
        return statistics.median(self.seconds[type(builder)])

    @cached_property
    def expected(self) -> Path:
        """The file that tells readers what each generation holds."""
        path = self.folder / "expected.json"
        generations = {}
        for mark, generation in self.generations.items():
            self.clean(self.quick, mark)
            folder = self.folder / f"clean-Quick-{mark}" / "current"
            rows = {name: pq.read_table(folder / name).num_rows for name in BY_NAME}
            generations[mark] = {"sources": generation.digests, "rows": rows}
        every = [set(generation.digests.values()) for generation in self.generations.values()]
        told = {"generations": generations, "common": [COMMON], "same": sorted(set.intersection(*every))}
        path.write_text(json.dumps(told, ensure_ascii=False), encoding="utf-8")
        return path

    def left(self) -> list[int]:
        """All processes that were started here and live."""
        return marked_processes(self.token)

    def close(self) -> None:
        for life in self.lives:
            life.close()
        for name in ("quick", "shell"):
            if builder := self.__dict__.get(name):
                builder.close()
        for process in self.left():
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)


def manifest_of(root: Path) -> Manifest:
    """The current manifest, without what is another one for each snapshot."""
    return replace(read_snapshot(root / "current"), snapshot=0, parent=None, created="", given=())


def assert_conserved(folder: Path, generation: Generation) -> None:
    """Every source is in the document table, and each character that is not blank in just one stretch of one row."""
    documents = pq.read_table(folder / "document").to_pylist()
    assert {row["source_path"]: row["sha256"] for row in documents} == generation.digests
    assert {row["status"] for row in documents} == {"ok"}
    held: dict[str, Counter[int]] = {row["document_id"]: Counter() for row in documents}
    for row in pq.read_table(folder / "article").to_pylist():
        for span in row["raw_spans"]:
            held[row["document_id"]].update(range(span["start"], span["end"]))
    for row in pq.read_table(folder / "residue").to_pylist():
        held[row["document_id"]].update(range(row["raw_start"], row["raw_end"]))
    for row in documents:
        source = generation.sources[row["source_path"]].decode()
        visible = [place for place, character in enumerate(source) if not is_blank(character)]
        assert len(visible) == row["n_chars"]
        assert [place for place in visible if held[row["document_id"]][place] != 1] == []


def is_blank(character: str) -> bool:
    """Whitespace, control and format characters, as the contract says."""
    return character.isspace() or unicodedata.category(character) in ("Cc", "Cf", "Zs", "Zl", "Zp")


# --- one warehouse and what befalls it ------------------------------------------------------------------------------


@dataclass
class Life:
    """One warehouse, read all the time, and hit again and again. All that is random comes from `seed`."""

    stage: Stage
    builder: Builder
    seed: int
    home: Path | None = None
    """Where the root lies; a folder of the stage where nothing is said."""
    marks: Sequence[str] = MARKS
    """The generations that are built."""
    current: str = MARKS[0]
    kills: int = 0
    """Builds that were truly killed, or a worker of theirs: a blow that came too late does not count."""
    steps: list[str] = field(default_factory=list)
    outcomes: Counter[str] = field(default_factory=Counter)
    spoiled: set[int] = field(default_factory=set)
    """The inodes of files that were damaged by hand: an older snapshot may share one."""

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)
        self.number = len(self.stage.lives)
        self.folder = self.stage.folder / f"life-{self.number}"
        self.folder.mkdir()
        self.root = (self.home or self.folder) / "warehouse"
        self.readers: Readers | None = None
        self.stage.lives.append(self)

    def begin(self) -> None:
        """The first build; from here on there are readers."""
        self.build(self.current)
        self.readers = Readers(self.folder, self.root, self.stage.expected, self.stage.environment)

    def others(self, how_many: int) -> list[str]:
        """Generations that are not current."""
        return self.chance.sample([mark for mark in self.marks if mark != self.current], how_many)

    def other(self) -> str:
        return self.others(1)[0]

    def start(self, mark: str, **rest: Any) -> Running:
        return self.builder.start(self.stage.generations[mark], self.root, **rest)

    def build(self, mark: str) -> None:
        """A build that nothing happens to: it succeeds, and all is as it should be."""
        build = self.start(mark)
        code = build.ended()
        assert code == 0, build.said
        build.gone()
        self.right(mark)
        self.current = mark

    def suffer(self, blow: Blow) -> None:
        """One blow, and the next build, which puts all right. What fails says at which step of which seed."""
        self.steps.append(blow.__name__)
        try:
            blow(self)
        except BaseException as error:
            said = ", ".join(self.steps[-5:])
            error.add_note(f"seed {self.seed}, step {len(self.steps)}; the last steps: {said}; root {self.root}")
            raise

    def note(self, what: object) -> None:
        self.steps[-1] += f" ({what})"

    # What must hold.

    def held(self) -> str:
        """The generation that is current, which must be whole: each byte is that of its clean build."""
        assert (self.root / "current").exists(), "nothing is current"
        folder = (self.root / "current").resolve()
        found = bytes_of(folder)
        held = [mark for mark in self.marks if self.stage.clean(self.builder, mark) == found]
        assert len(held) == 1, f"{folder} is no generation: {sorted(found)}"
        assert_whole(folder)
        named = self.root / (self.root / "current.txt").read_text(encoding="utf-8").strip()
        assert_whole(named)
        return held[0]

    def survived(self, build: Running) -> str:
        """After a blow, before anything is mended: what was current still is, or the new generation, whole."""
        held = self.held()
        assert held in (self.current, build.mark)
        self.outcomes["new" if held == build.mark else "old"] += 1
        return held

    def killed(self, build: Running) -> None:
        """After SIGKILL to the main process of a build, or to all of them. It may have been faster."""
        code = build.ended()
        self.note(f"exit {code}")
        assert code in (-signal.SIGKILL, 0), build.said
        self.kills += code == -signal.SIGKILL
        held = self.survived(build)
        assert code or held == build.mark
        self.current = held

    def answered(self, build: Running, calm: bool = True) -> bool:
        """A build that could answer the blow says how it ended: 0 and published, or otherwise and nothing changed.

        It has cleared away its own things in both cases; a `calm` one needs no traceback to say so. Whether it failed.
        """
        code = build.ended()
        said = build.said
        held = self.survived(build)
        self.note(f"exit {code}")
        assert held == (self.current if code else build.mark), f"exit {code} and {held} is current: {said}"
        assert not calm or "Traceback" not in said, said
        assert_tidy(self.root)
        self.current = held
        return code != 0

    def right(self, mark: str) -> None:
        """All is as if nothing had ever happened: the bytes of a clean build, no source lost, nothing left behind."""
        assert self.held() == mark
        assert_tidy(self.root)
        assert os.readlink(self.root / "current") == (self.root / "current.txt").read_text(encoding="utf-8").strip()
        rows = pq.read_table(self.root / "current" / "document", columns=["source_path", "sha256"]).to_pylist()
        sources = self.stage.generations[mark].digests
        assert {row["source_path"]: row["sha256"] for row in rows} == sources
        assert manifest_of(self.root) == self.stage.manifest(self.builder, mark)
        assert_in_line(self.root)

    def mend(self, build: Running | None = None) -> None:
        """The next build: of what was to be built, or of something else."""
        mark = build.mark if build and self.chance.random() < 0.7 else self.other()
        self.build(mark)

    def end(self) -> dict[str, dict[str, Any]]:
        """Ends the readers; what they have seen. All snapshots that are still there must be whole."""
        for snapshot in sorted((self.root / "snapshots").iterdir()):
            assert_whole(snapshot, self.spoiled)
        assert self.readers
        told = self.readers.told()
        faults = [fault for report in told.values() for fault in report["faults"]]
        assert not faults, "\n".join(faults)
        return told

    def close(self) -> None:
        if self.readers:
            self.readers.close()


def assert_whole(folder: Path, spoiled: set[int] = frozenset()) -> None:  # type: ignore[assignment]
    """A snapshot holds just the files of its manifest, as it tells of them; but for those spoiled by hand."""
    manifest = folder / "manifest.json"
    if not manifest.exists() or manifest.stat().st_ino in spoiled:
        assert spoiled, f"{folder} has no manifest"
        return
    told = {file.path: file for file in read_snapshot(folder).files}
    found = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
    lost = {name for name in told if name not in found}
    assert set(found) - set(told) == {"manifest.json"}
    assert not lost or spoiled, f"{folder} lacks {sorted(lost)}"
    for name in set(told) & set(found):
        if found[name].stat().st_ino not in spoiled:
            assert fingerprint(found[name]) == (told[name].bytes, told[name].sha256)


def assert_in_line(root: Path) -> None:
    """No snapshot is there that never was current: none lies between the current one and the one it followed."""
    manifest = read_snapshot(root / "current")
    ids = sorted(int(name) for name in os.listdir(root / "snapshots"))
    assert ids[-1] == manifest.snapshot
    assert manifest.parent is None or not [one for one in ids if manifest.parent < one < manifest.snapshot]


def assert_tidy(root: Path) -> None:
    """Nothing is there but what readers need."""
    assert {"current", "current.txt", "snapshots"} <= set(os.listdir(root)) <= ROOT
    strays = [path for path in root.rglob("*") if path.name.startswith(".") or path.suffix in (".partial", ".tmp")]
    assert strays == []


# --- blows ----------------------------------------------------------------------------------------------------------

Blow = Callable[[Life], None]


def at_any_moment(life: Life, _build: Running) -> None:
    """Anywhere in the time that a build takes."""
    time.sleep(life.chance.uniform(0, 1.05) * life.stage.length(life.builder))


def while_it_works(life: Life, build: Running) -> None:
    """While worker processes are at their shards, or a little later."""
    soon(lambda: bool(workers(build.pid)) or build.code is not None)
    time.sleep(life.chance.uniform(0, 0.15))


def while_it_publishes(life: Life, build: Running) -> None:
    """When the new snapshot has just got its name: `current` moves about now."""
    before = set(os.listdir(life.root / "snapshots"))
    soon(lambda: set(os.listdir(life.root / "snapshots")) != before or build.code is not None, pause=0)
    time.sleep(life.chance.choice([0, 0, 0.001, 0.003, 0.01]))


def moment(life: Life, build: Running) -> None:
    when = life.chance.choice([at_any_moment, while_it_works, while_it_publishes])
    life.note(when.__name__)
    when(life, build)


def kill_group(life: Life) -> None:
    """SIGKILL to all processes of a build at once, as when a machine is switched off; and at times again and again."""
    for _ in range(life.chance.choice([1, 1, 1, 2, 3])):
        build = life.start(life.other())
        moment(life, build)
        build.kill_group()
        life.killed(build)
        build.gone()
    life.mend(build)


def kill_main(life: Life) -> None:
    """SIGKILL to the main process: its workers end by themselves, and the next build need not wait for that."""
    build = life.start(life.other())
    moment(life, build)
    build.kill()
    life.killed(build)
    if life.chance.random() < 0.5:
        build.gone()
        life.mend(build)
    else:
        life.mend(build)
        build.gone()
        life.right(life.current)


def kill_worker(life: Life) -> None:
    """SIGKILL to one worker: another carries its batch out, and the build comes to its end as if nothing had been."""
    build = life.start(life.other())
    soon(lambda: bool(workers(build.pid)) or build.code is not None)
    time.sleep(life.chance.uniform(0, 0.1))
    for worker in life.chance.sample(found := workers(build.pid), min(len(found), 1)):
        with suppress(ProcessLookupError):
            os.kill(worker, signal.SIGKILL)
            life.kills += 1
    assert not life.answered(build), build.said
    build.gone()
    life.right(life.current)
    life.mend(build)


def kill_any(life: Life) -> None:
    """SIGKILL to any one process of a build, be it what multiprocessing keeps for itself."""
    build = life.start(life.other())
    moment(life, build)
    others = sorted(set(members(build.pid)) - {build.pid})
    for victim in life.chance.sample(others, min(len(others), 1)):
        with suppress(ProcessLookupError):
            os.kill(victim, signal.SIGKILL)
    # Python itself complains in its own way where its resource tracker was killed.
    life.kills += life.answered(build, calm=False)
    build.gone()
    life.mend(build)


def kill_first(life: Life) -> None:
    """SIGKILL to the first build of a warehouse: there is none then, or a whole one."""
    first = Life(life.stage, life.builder, life.chance.randrange(1 << 30), steps=["kill_first"])
    build = first.start(first.current)
    life.chance.choice([at_any_moment, while_it_works])(first, build)
    life.chance.choice([build.kill, build.kill_group])()
    code = build.ended()
    life.note(f"exit {code}")
    life.kills += code == -signal.SIGKILL
    if os.path.lexists(first.root / "current"):
        assert first.held() == first.current
    else:
        assert code == -signal.SIGKILL
    first.build(first.chance.choice(first.marks))
    build.gone()


def freeze_workers(life: Life) -> None:
    """Workers that are stopped outlive their build, and wake up in the middle of the next one."""
    build = life.start(life.other())
    soon(lambda: bool(workers(build.pid)) or build.code is not None)
    time.sleep(life.chance.uniform(0, 0.05))
    frozen = workers(build.pid)
    for worker in frozen:
        with suppress(ProcessLookupError):
            os.kill(worker, signal.SIGSTOP)
    build.kill()
    life.killed(build)
    following = life.start(life.other())
    at_any_moment(life, following)
    for worker in frozen:
        with suppress(ProcessLookupError):
            os.kill(worker, signal.SIGCONT)
    code = following.ended()
    assert code == 0, following.said
    build.gone()
    following.gone()
    assert life.held() == following.mark
    life.current = following.mark
    life.mend()


def interrupt(life: Life) -> None:
    """SIGINT or SIGTERM, to the build alone or (as a terminal does) to all its processes."""
    build = life.start(life.other())
    moment(life, build)
    number = life.chance.choice([signal.SIGINT, signal.SIGTERM])
    life.note(number.name)
    life.chance.choice([build.kill, build.kill_group])(number)
    code = build.ended()
    # Before the build has begun to answer signals they end it as they end any program.
    assert code in (0, 128 + number, -number), build.said
    if code == 128 + number and "nothing was published" in build.said:
        assert life.held() == life.current
    if code == -number:
        life.current = life.survived(build)
    else:
        life.answered(build)
    build.gone()
    life.mend(build)


def full_disk(life: Life) -> None:
    """No file may grow beyond a size: tables or the manifest have no room."""
    build = life.start(life.other(), size=life.chance.choice([100, life.chance.randrange(100, 16_000)]))
    if life.answered(build):
        assert build.ended() == 1 and "File too large" in build.said, build.said
    build.gone()
    life.mend(build)


def no_room(life: Life) -> None:
    """The disk itself is full, or nearly: the life's `home` must be a disk of its own."""
    assert life.home
    room = life.chance.choice([0, life.chance.randrange(20_000), life.chance.randrange(400_000)])
    life.note(f"{room} bytes free")
    filler = life.home / "filler"
    free = os.statvfs(life.home)
    with filler.open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, max(free.f_bavail * free.f_bsize - room, 1))
    build = life.start(life.other())
    if life.answered(build):
        assert build.ended() == 1 and "No space left" in build.said, build.said
    build.gone()
    filler.unlink()
    life.mend(build)


def closed_folder(life: Life) -> None:
    """A build that may read all and not write where it has to."""
    closed = life.chance.choice([life.root, life.root / "snapshots"])
    life.note(closed.name)
    mode = closed.stat().st_mode
    closed.chmod(0o555)
    try:
        build = life.start(life.other(), humble=True)
        assert life.answered(build)
    finally:
        closed.chmod(mode)
    assert build.ended() == 1 and "Permission denied" in build.said, build.said
    build.gone()
    life.mend(build)


def flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


DAMAGES: dict[str, Callable[[Path], object]] = {
    "flipped bit": flip,
    "cut short": lambda path: os.truncate(path, path.stat().st_size // 3),
    "emptied": lambda path: os.truncate(path, 0),
    "zeros": lambda path: path.write_bytes(bytes(path.stat().st_size)),
    "lost": lambda path: path.unlink(),
}


def damaged_table(life: Life) -> None:
    """A file of the current snapshot is not what it was: the next build, of whatever sources, writes it anew."""
    what = life.chance.choice(sorted(DAMAGES))
    files = sorted((life.root / "current").glob("*/*.parquet"))
    _damage(life, life.chance.choice(files), what)


def damaged_manifest(life: Life) -> None:
    """The manifest of the current snapshot can't be read: the next build does without."""
    what = life.chance.choice(sorted(set(DAMAGES) - {"flipped bit"}))
    _damage(life, life.root / "current" / "manifest.json", what)


def _damage(life: Life, path: Path, what: str) -> None:
    life.note(f"{path.parent.name}/{path.name} {what}")
    assert life.readers
    with life.readers.away():
        life.spoiled.add(path.stat().st_ino)
        DAMAGES[what](path)
        life.build(life.chance.choice([life.current, life.other()]))


def point(path: Path, target: str) -> None:
    """Makes `path` a link, whatever it was."""
    path.unlink(missing_ok=True)
    path.symlink_to(target)


LOST_TEXTS: dict[str, Callable[[Path], object]] = {
    "current.txt empty": lambda root: (root / "current.txt").write_text(""),
    "current.txt garbage": lambda root: (root / "current.txt").write_text("\x00?"),
    "current.txt points nowhere": lambda root: (root / "current.txt").write_text("snapshots/999999\n"),
    "current.txt points out": lambda root: (root / "current.txt").write_text("..\n"),
    "current.txt lost": lambda root: (root / "current.txt").unlink(),
}
LOST_LINKS: dict[str, Callable[[Path], object]] = {
    "current dangles": lambda root: point(root / "current", "snapshots/999999"),
    "current leads to itself": lambda root: point(root / "current", "current"),
    "current leads out": lambda root: point(root / "current", ".."),
}


def damaged_pointers(life: Life) -> None:
    """`current` or current.txt leads astray, or current.txt and `current` both do."""
    links, texts = life.chance.choice([(0, 1), (1, 0), (1, 1)])
    chosen = life.chance.sample(sorted(LOST_LINKS), links) + life.chance.sample(sorted(LOST_TEXTS), texts)
    life.note(", ".join(chosen))
    assert life.readers
    with life.readers.away():
        for one in chosen:
            (LOST_LINKS | LOST_TEXTS)[one](life.root)
        life.build(life.chance.choice([life.current, life.other()]))


def three_at_once(life: Life) -> None:
    """Three builds of three generations, and at times one of them is killed: one after the other they publish."""
    builds = [life.start(mark) for mark in life.others(3)]
    killed = life.chance.random() < 0.5
    if killed:
        moment(life, builds[0])
        builds[0].kill_group()
    codes = [build.ended() for build in builds]
    life.note(codes)
    assert codes[1:] == [0, 0] and codes[0] in ((0, -signal.SIGKILL) if killed else (0,)), [one.said for one in builds]
    life.kills += codes[0] != 0
    held = life.held()
    assert held in [build.mark for build in builds]
    for build in builds:
        build.gone()
    life.current = held
    life.mend()


KILLS: tuple[Blow, ...] = (kill_group, kill_main, kill_worker, kill_any, kill_first, freeze_workers)
OTHERS: tuple[Blow, ...] = (
    interrupt,
    full_disk,
    closed_folder,
    damaged_table,
    damaged_manifest,
    damaged_pointers,
    three_at_once,
)
