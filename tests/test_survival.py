"""A warehouse survives whatever happens to its builds, its disk and its files, and is read all the time.

The blows and what must hold after each of them are in `survival.py`; here they are dealt out. The sequence is random,
the same in each run; at which point of a build a blow falls depends on the machine. A failure names seed and step.
"""

from __future__ import annotations

import random
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from survival import (
    KILLS,
    LOST_LINKS,
    OTHERS,
    Blow,
    Life,
    Stage,
    interrupt,
    kill_any,
    kill_group,
    kill_main,
    kill_worker,
    no_room,
    soon,
)

SEED = 20260611


@pytest.fixture(scope="module")
def stage(environment: dict[str, str]) -> Iterator[Stage]:
    with Stage.set(environment) as stage:
        yield stage
        for life in stage.lives:
            life.close()
        assert soon(lambda: stage.left() == [stage.quick.process.pid], 10), f"outlive their test: {stage.left()}"


def deal(first: Sequence[Blow], then: Sequence[Blow], chance: random.Random) -> Iterator[Blow]:
    """Each of the first blows once, then the others as often as one likes; shuffled."""
    yield from chance.sample(first, len(first))
    while True:
        yield from chance.sample(then, len(then))


def survive(life: Life, kills: int, first: Sequence[Blow], then: Sequence[Blow]) -> None:
    """Deals out blows until so many builds were killed; then asks the readers what they have seen."""
    life.begin()
    for number, blow in enumerate(deal(first, then, life.chance), 1):
        life.suffer(blow)
        if number >= len(first) and life.kills >= kills:
            break
        assert number < 4 * kills + 20, "the blows miss"
    told = life.end()
    looks = {kind: report["looks"] for kind, report in told.items()}
    tally = f"{life.kills} kills in {len(life.steps)} steps, {dict(life.outcomes)}; looks {looks}"
    sys.stdout.write(f"{tally}, file by file {told['files']['seen']}\n")
    assert min(looks.values()) > len(life.steps)
    # What readers saw changed under them: each of the two saw several generations, and nothing else.
    assert all(len(told[kind]["seen"]) > 2 for kind in ("library", "link"))


def test_a_warehouse_survives_twenty_kills_and_all_else(stage: Stage) -> None:
    survive(Life(stage, stage.quick, SEED), 20, [*KILLS, *OTHERS], KILLS)


def survive_both(lives: Sequence[Life], kills: int, first: Sequence[Blow], then: Sequence[Blow]) -> None:
    """Two warehouses at a time, each with half of the kills."""
    for mark in lives[0].marks:
        lives[0].stage.clean(lives[0].builder, mark)
    assert lives[0].stage.expected.exists()
    with ThreadPoolExecutor(len(lives)) as threads:
        for done in [threads.submit(survive, life, kills // len(lives), first, then) for life in lives]:
            done.result()


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_a_warehouse_survives_two_hundred_kills_and_all_else(stage: Stage) -> None:
    lives = [Life(stage, stage.quick, SEED + number) for number in (1, 2)]
    survive_both(lives, 200, [*KILLS, *OTHERS], [*KILLS, *KILLS, *KILLS, *OTHERS])


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_a_warehouse_survives_kills_of_builds_from_a_shell(stage: Stage) -> None:
    """The same with processes that nothing was prepared for."""
    lives = [Life(stage, stage.shell, SEED + number, marks=Life.marks[:3]) for number in (3, 4)]
    blows = [kill_group, kill_main, kill_worker, kill_any, interrupt]
    survive_both(lives, 12, blows, blows)


@pytest.fixture
def small_disk(stage: Stage) -> Iterator[Path]:
    """A disk of 16 MB, where this machine lets us have one."""
    folder = stage.folder / "disk"
    folder.mkdir()
    mounting = ["mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", str(folder)]
    try:
        said = subprocess.run(mounting, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        pytest.skip("there is no `mount` here")
    if said.returncode:
        pytest.skip(f"can't mount a small disk here: {said.stderr.strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", folder], check=True)


def test_a_warehouse_survives_a_full_disk(stage: Stage, small_disk: Path) -> None:
    life = Life(stage, stage.quick, SEED + 5, home=small_disk)
    life.begin()
    for _ in range(6):
        life.suffer(no_room)
    life.end()
    assert any("exit 1" in step for step in life.steps)


def test_no_room_for_a_single_byte_is_told(stage: Stage) -> None:
    """Not even for the semaphores of the worker processes, which lie in /dev/shm."""
    life = Life(stage, stage.quick, SEED)
    life.build(life.current)
    life.steps.append("no room")
    build = life.start(life.other(), size=0)
    assert life.answered(build)
    assert "can't start worker processes" in build.said
    build.gone()
    life.mend(build)


def lose(root: Path) -> None:
    (root / "current").unlink()


def lose_both(root: Path) -> None:
    lose(root)
    (root / "current.txt").unlink()


def spoil_text(root: Path) -> None:
    (root / "current.txt").write_bytes(b"\xff\xfe")


def become_a_file(root: Path) -> None:
    lose(root)
    (root / "current").write_text("snapshots/000001")


def become_a_folder(root: Path) -> None:
    lose(root)
    (root / "current").mkdir()


def add_a_file(root: Path) -> None:
    """As a sync program leaves one behind that found a conflict."""
    table = root / "current" / "article"
    (table / "0 (copy).parquet").write_bytes(next(table.glob("*.parquet")).read_bytes())


def change_the_manifest(root: Path) -> None:
    """One letter of a source's status: the manifest is still one."""
    manifest = root / "current" / "manifest.json"
    manifest.write_text(manifest.read_text().replace('"status": "ok"', '"status": "oj"', 1))


@pytest.mark.parametrize("again", [True, False], ids=["same sources", "other sources"])
@pytest.mark.parametrize("damage", [*LOST_LINKS.values(), lose_both], ids=[*LOST_LINKS, "neither is there"])
def test_a_root_that_leads_astray_is_put_right(stage: Stage, damage: Callable[[Path], None], again: bool) -> None:
    put_right(stage, damage, again)


@pytest.mark.parametrize(
    ("damage", "again"),
    [
        (lose, True),
        (lose, False),
        (become_a_file, True),
        (become_a_file, False),
        (become_a_folder, True),
        (become_a_folder, False),
        (spoil_text, True),
        (spoil_text, False),
        (add_a_file, True),
        (add_a_file, False),
        (change_the_manifest, True),
        (change_the_manifest, False),
    ],
)
def test_a_damaged_root_is_put_right(stage: Stage, damage: Callable[[Path], None], again: bool) -> None:
    put_right(stage, damage, again)


def put_right(stage: Stage, damage: Callable[[Path], None], again: bool) -> None:
    """The next build, of the same sources or of others, makes all right."""
    life = Life(stage, stage.quick, SEED)
    life.build(life.current)
    damage(life.root)
    life.build(life.current if again else life.other())
