"""The rooms keep apart: what the linters can't see, and that the linters see the rest.

Imports are import-linter's and ruff's part (`pyproject.toml`, `*/ruff.toml`); here stand the calls and the words.
"""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import PROJECT

from warehouse import schema

ROOMS = ("transforms", "warehouse", "flows")
NEVER_CALLED = {"open", "input", "print", "eval", "exec", "compile", "__import__", "globals", "breakpoint"}
SHARED_WORDS = {
    # Columns whose names are plain words of the command line, of a path or of a summary as well.
    "document", "article", "sentence", "figure", "residue", "start", "end", "text", "page", "publication", "status",
    "error", "kicker", "headline", "subheadline", "agency", "dateline", "byline", "speaker", "occasion", "encoding",
    "script", "unit", "time", "reason", "name", "pos",
}  # fmt: skip


def modules(room: str) -> list[Path]:
    return sorted((PROJECT / room).rglob("*.py"))


def nodes(path: Path) -> Iterator[ast.AST]:
    return ast.walk(ast.parse(path.read_text(encoding="utf-8")))


@pytest.mark.parametrize("path", modules("transforms"), ids=lambda path: str(path.relative_to(PROJECT)))
def test_a_transform_calls_nothing_that_reaches_outside(path: Path) -> None:
    called = {node.func.id for node in nodes(path) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)}
    assert called & NEVER_CALLED == set()
    assert not [node.lineno for node in nodes(path) if isinstance(node, ast.Global | ast.Nonlocal)]


@pytest.mark.parametrize("path", modules("transforms"), ids=lambda path: str(path.relative_to(PROJECT)))
def test_a_transform_reads_the_lexicon_through_its_door(path: Path) -> None:
    if path.parent.name != "lexicon":
        imported = {node.module for node in nodes(path) if isinstance(node, ast.ImportFrom)}
        assert not {module for module in imported if module and module.startswith("importlib")}


@pytest.mark.parametrize("path", modules("warehouse"), ids=lambda path: str(path.relative_to(PROJECT)))
def test_the_warehouse_knows_the_dataclasses_and_no_rule(path: Path) -> None:
    imported = {node.module or "" for node in nodes(path) if isinstance(node, ast.ImportFrom)}
    rules = {module for module in imported if module.startswith("transforms")}
    assert rules <= {"transforms.document", "transforms.alignment"}


@pytest.mark.parametrize("path", modules("flows"), ids=lambda path: str(path.relative_to(PROJECT)))
def test_flows_name_no_columns(path: Path) -> None:
    columns = {column.name for table in schema.TABLES for column in table.columns} - SHARED_WORDS
    said = {node.value for node in nodes(path) if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    assert said & columns == set()


BREACHES = [
    ("transforms", "import os", "TID251"),
    ("transforms", "from datetime import date\n\nTODAY = date.today()", "TID251"),
    ("transforms", "import prefect", "TID251"),
    ("warehouse", "import re", "TID251"),
    ("flows", "import re", "TID251"),
    ("flows", "import pyarrow", "TID251"),
]


@pytest.mark.parametrize(("room", "code", "rule"), BREACHES)
def test_the_linter_sees_a_breach(room: str, code: str, rule: str) -> None:
    ruff = [Path(sys.executable).with_name("ruff"), "check", "--no-cache", "--select", rule]
    found = subprocess.run(
        [*ruff, "--stdin-filename", f"{room}/x.py", "-"],
        input=f'"""A breach."""\n\n{code}\n',
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert found.returncode == 1
    assert rule in found.stdout


def test_each_room_has_a_readme() -> None:
    assert [room for room in ROOMS if not (PROJECT / room / "README.md").is_file()] == []


def test_locks_pin_versions_and_nothing_else() -> None:
    locked = {}
    for name in ("requirements.txt", "requirements-dev.txt"):
        lines = (PROJECT / name).read_text(encoding="utf-8").splitlines()
        pins = [tuple(line.split("==")) for line in lines]
        assert all(len(pin) == 2 and all(part and part == part.strip() for part in pin) for pin in pins), name
        assert not [line for line in lines if any(mark in line for mark in ("@", "/", ";", " ", "--"))], name
        locked[name] = set(pins)
    assert locked["requirements.txt"] < locked["requirements-dev.txt"]
