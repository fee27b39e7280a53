"""`banmian history`, `rollback` and `expire`, as they are typed."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from test_warehouse_snapshots import marks
from warehouse_child import corpus
from warehouse_samples import publish

import warehouse
from flows.ages import age
from flows.cli import main
from flows.errors import UsageError

Said = pytest.CaptureFixture[str]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Three snapshots: of 50 and 10 days ago and of now."""
    root = tmp_path / "warehouse"
    for number, days in enumerate((50, 10, 0), 1):
        created = datetime.now(UTC).replace(microsecond=0) - timedelta(days=days)
        publish(root, corpus(str(number)), created=created.isoformat())
    return root


def run(root: Path, *arguments: str) -> int:
    return main([*arguments, "--warehouse", str(root)])


def test_history_as_a_table(root: Path, capsys: Said) -> None:
    assert run(root, "history") == 0
    head, *rows, foot = capsys.readouterr().out.splitlines()
    assert head.split() == [
        "snapshot", "state", "published", "(UTC)", "until", "pages", "articles", "sentences", "figures", "digest",
    ]  # fmt: skip
    assert [row.split()[:2] for row in rows] == [["1", "kept"], ["2", "kept"], ["3", "current"]]
    for row, manifest in zip(rows, (warehouse.open(root, number).manifest for number in (1, 2, 3))):
        assert row.split()[-5:] == ["6", "18", "36", "36", manifest.digest[:12]]
    assert str(root / "current") in foot


def test_history_for_programs(root: Path, capsys: Said) -> None:
    assert run(root, "history", "--json") == 0
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(row["snapshot"], row["state"], row["parent"]) for row in rows] == [
        (1, "kept", None), (2, "kept", 1), (3, "current", 2),
    ]  # fmt: skip
    assert rows[0]["until"] == rows[1]["created"]
    assert rows[2]["digest"] == warehouse.open(root).manifest.digest


def test_rollback(root: Path, capsys: Said) -> None:
    assert run(root, "rollback", "1") == 0
    assert capsys.readouterr().out.startswith("Snapshot 1 of ")
    assert marks(warehouse.open(root)) == {"1"}
    assert run(root, "rollback", "1") == 0
    assert capsys.readouterr().out.startswith("Nothing changed: snapshot 1 is current already")
    assert run(root, "rollback", "8") == 2
    assert "no snapshot 8; there are 1, 2, 3" in capsys.readouterr().err


def test_expire(root: Path, capsys: Said) -> None:
    assert run(root, "expire", "--older-than", "9d", "--dry-run") == 0
    assert capsys.readouterr().out.startswith("Would remove snapshot 1, ")
    with warehouse.open(root, 1):
        assert run(root, "expire", "--older-than", "9d") == 0
    assert capsys.readouterr().out == (
        "Nothing to remove: no snapshot stopped being current more than 9d ago\n"
        "Kept snapshot 1, which a reader has open\n"
    )
    assert run(root, "expire", "--older-than", "9d") == 0
    assert capsys.readouterr().out.startswith("Removed snapshot 1, ")
    assert run(root, "expire", "--older-than", "0m") == 0
    assert capsys.readouterr().out.startswith("Removed snapshot 2, ")
    assert run(root, "history") == 0
    assert [row.split()[1] for row in capsys.readouterr().out.splitlines()[1:4]] == ["removed", "removed", "current"]


@pytest.mark.parametrize("command", [("history",), ("rollback", "1"), ("expire", "--older-than", "1d")])
def test_where_nothing_is_published(tmp_path: Path, capsys: Said, command: tuple[str, ...]) -> None:
    assert run(tmp_path / "none", *command) == 2
    assert "banmian" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("text", "span"),
    [("90m", timedelta(minutes=90)), ("12h", timedelta(hours=12)), ("30d", timedelta(30)), ("8w", timedelta(56)),
     ("0m", timedelta(0))],
)  # fmt: skip
def test_ages(text: str, span: timedelta) -> None:
    assert age(text) == span


@pytest.mark.parametrize("text", ["", "d", "30", "30 d", "-3d", "3.5d", "30D", "３０d", "1y", "99999999999d"])
def test_what_is_no_age(text: str) -> None:
    with pytest.raises(UsageError, match="is no age; write a number and m, h, d or w"):
        age(text)
