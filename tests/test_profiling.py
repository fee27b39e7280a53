"""`banmian profile`: its stages are those of the job, and their times add up to the whole."""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from pathlib import Path

import pytest
from conftest import SEEDS, Banmian

from flows import profiling
from flows.parameters import BuildParameters
from flows.profiling import STAGES, Stopwatch, bar, profile, shown
from transforms import page
from transforms.words import TOKENIZERS


@pytest.fixture(scope="module")
def of_seeds() -> profiling.Profile:
    return profile(BuildParameters(sources=[str(SEEDS)]))


def test_shares_add_up_to_the_whole(of_seeds: profiling.Profile) -> None:
    assert sum(of_seeds.shares.values()) == pytest.approx(1)
    assert of_seeds.total == pytest.approx(sum(of_seeds.seconds.values()))
    assert min(of_seeds.seconds.values()) >= 0


def test_the_stages_are_those_of_the_job_in_its_order(of_seeds: profiling.Profile) -> None:
    names = [stage.name for stage in STAGES]
    assert list(of_seeds.seconds) == names
    job = ["decode", "lines", "order", "blocks", "articles", "stories", "sentences", "words", "figures", "tables"]
    assert [name for name in names if name in job] == job
    spent = {name for name, seconds in of_seeds.seconds.items() if seconds > 0}
    assert spent >= set(job) | {"plan", "read", "script", "rows", "held", "rest"}


def test_it_counts_what_it_read(of_seeds: profiling.Profile) -> None:
    assert of_seeds.pages == 2
    assert of_seeds.bytes == sum(path.stat().st_size for path in SEEDS.glob("*.txt"))
    assert (of_seeds.quarantined, of_seeds.failures) == (0, ())
    assert set(of_seeds.loading) == {"imports", "dictionaries", "tagger", "first tables"}


def test_little_is_left_that_no_stage_explains(of_seeds: profiling.Profile) -> None:
    assert of_seeds.shares["rest"] < 0.05


def test_each_function_is_watched_while_the_block_lasts_and_as_before_afterwards() -> None:
    places = [place for stage in STAGES for place in stage.functions]
    before = [getattr(*place) for place in places]
    with profiling._watched():
        assert [place for place, function in zip(places, before) if getattr(*place) is function] == []
    assert [getattr(*place) for place in places] == before


def test_a_stage_does_not_count_what_it_calls_of_another() -> None:
    watch = Stopwatch("outside")
    inner = watch.timed("inner", lambda: time.sleep(0.06))

    def both() -> None:
        time.sleep(0.02)
        inner()

    watch.timed("outer", both)()
    assert watch.turn_to("outside") == "outside"
    assert 0.02 <= watch.seconds["outer"] < 0.06 <= watch.seconds["inner"]


def test_a_stage_that_fails_gives_the_watch_back() -> None:
    watch = Stopwatch("outside")
    with pytest.raises(ZeroDivisionError):
        watch.timed("inner", lambda: 1 / 0)()
    assert watch.stage == "outside"


def test_the_table_has_a_row_for_each_stage(of_seeds: profiling.Profile) -> None:
    lines = list(shown(of_seeds))
    shares = {line.split()[0]: re.findall(r"(\d+\.\d)%", line) for line in lines if "%" in line}
    assert list(shares) == [*(stage.name for stage in STAGES), "all"]
    assert shares.pop("all") == ["100.0"]
    assert sum(float(share) for (share,) in shares.values()) == pytest.approx(100, abs=0.05 * len(STAGES))


def test_the_tokenizer_that_was_asked_for_is_the_one_that_is_timed(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def other(texts: Sequence[str]) -> list[tuple[str, ...]]:
        asked.extend(texts)
        return TOKENIZERS["jieba"](texts)

    monkeypatch.setattr(page, "TOKENIZERS", {"jieba": other})
    found = profile(BuildParameters(sources=[str(SEEDS)], tokenizer="jieba"))
    assert len(asked) > 100 and found.seconds["words"] > 0


@pytest.mark.parametrize(("share", "drawn"), [(0.0, ""), (0.5, "█" * 15), (1 / 240, "▏"), (1.0, "█" * 30)])
def test_a_bar_is_as_long_as_its_share(share: float, drawn: str) -> None:
    assert bar(share) == drawn


def test_the_command_prints_the_table_and_leaves_nothing(banmian: Banmian, tmp_path: Path) -> None:
    said = banmian("profile", SEEDS)
    assert said.returncode == 0, said.stderr
    assert "2 pages, 0.04 MB" in said.stdout and "dictionaries" in said.stdout
    assert list(tmp_path.iterdir()) == []


def test_a_page_in_quarantine_is_told(banmian: Banmian, tmp_path: Path) -> None:
    (tmp_path / "empty.txt").write_bytes(b"")
    said = banmian("profile", "empty.txt")
    assert said.returncode == 1
    assert "1 of them quarantined" in said.stdout
