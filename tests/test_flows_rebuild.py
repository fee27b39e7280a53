"""A part that is to be rebuilt is read anew, whole issues of it, and nothing else is."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from conftest import Banmian
from pydantic import ValidationError

from flows.build import Outcome, build, in_threads
from flows.parameters import BuildParameters
from flows.summary import of_build

NAMES = ("binzhou/2024-05-01/01", "binzhou/2024-05-01/02", "binzhou/2024-05-09/01", "dezhou/2024-06-01/01", "loose")


@pytest.fixture
def warehouse(tmp_path: Path) -> Path:
    for name in NAMES:
        path = tmp_path / f"in/{name}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("今天的报纸出版了。", encoding="utf-8")
    (tmp_path / "in/printed.txt").write_text("2024年6月3日 星期一 要闻\n\n今天出版了。", encoding="utf-8")
    built(tmp_path)
    return tmp_path


def built(root: Path, **asked: object) -> tuple[Outcome, str]:
    parameters = BuildParameters(sources=[str(root / "in")], warehouse=root / "warehouse", jobs=1, **asked)  # type: ignore[arg-type]
    outcome = build(parameters, in_threads)
    return outcome, of_build(outcome, parameters, 0.0)


@pytest.mark.parametrize(
    ("asked", "read"),
    [
        ({"rebuild_since": "2024-06-01"}, {"dezhou/2024-06-01/01", "printed"}),
        ({"rebuild_until": date(2024, 5, 1)}, {"binzhou/2024-05-01/01", "binzhou/2024-05-01/02"}),
        ({"rebuild_since": "20240502", "rebuild_until": "20240531"}, {"binzhou/2024-05-09/01"}),
        ({"rebuild_matching": "*/01.txt", "rebuild_since": "2024-06-01"}, {"dezhou/2024-06-01/01"}),
        ({"rebuild_matching": "*2024-05-01/02.txt"}, {"binzhou/2024-05-01/01", "binzhou/2024-05-01/02"}),
        ({"rebuild_matching": "loose.*"}, {"loose"}),
        ({"force": True, "rebuild_matching": "loose.*"}, {*NAMES, "printed"}),
    ],
)
def test_the_part_is_read_and_the_rest_taken_over(warehouse: Path, asked: dict[str, object], read: set[str]) -> None:
    outcome, said = built(warehouse, **asked)
    assert {source.path for result in outcome.results for source in result.read} == {f"{name}.txt" for name in read}
    assert outcome.published.new
    assert outcome.published.parent
    assert outcome.published.manifest.digest == outcome.published.parent.digest
    assert f": {len(read)} page" in said


@pytest.mark.parametrize("asked", [{"rebuild_since": "2025-01-01"}, {"rebuild_matching": "nothing*"}])
def test_a_part_without_a_page_is_told_and_changes_nothing(warehouse: Path, asked: dict[str, object]) -> None:
    outcome, said = built(warehouse, **asked)
    assert not outcome.published.new and outcome.results == ()
    assert f"{next(iter(asked.values()))}: no page" in said


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"rebuild_since": "2024-05-02", "rebuild_until": "2024-05-01"}, "lies after --rebuild-until 2024-05-01"),
        ({"rebuild_since": "May"}, "--rebuild-since May: not a date"),
        ({"rebuild_until": 1714521600}, "--rebuild-until 1714521600: not a date"),
        ({"rebuild_matching": ""}, "rebuild_matching"),
        ({"settle": -1}, "settle"),
        ({"settle": float("nan")}, "settle"),
    ],
)
def test_what_makes_no_sense_is_refused_before_a_run(asked: dict[str, object], told: str) -> None:
    with pytest.raises(ValidationError, match=told):
        BuildParameters(sources=["in"], **asked)  # type: ignore[arg-type]


def test_the_command_says_what_was_wrong_with_a_date(warehouse: Path, banmian: Banmian) -> None:
    def refused(*options: str) -> str:
        run = banmian("build", "in", "--inline", "--warehouse", "warehouse", *options)
        assert (run.returncode, run.stdout) == (2, "")
        return run.stderr

    assert warehouse.is_dir()
    assert "--rebuild-since 2024-05-02 lies after" in refused(
        "--rebuild-since", "2024-05-02", "--rebuild-until", "2024-05-01"
    )
    assert refused("--rebuild-since", "1.5.2024") == (
        "banmian: --rebuild-since 1.5.2024: not a date; write it as 2024-05-01\n"
    )
