"""Pages of one issue are read together, whoever tells the issue: their paths, their sidecars, or they themselves."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest

import warehouse
from flows import issues
from flows import plan as plan_module
from flows.build import Outcome, build, in_threads
from flows.parameters import BuildParameters
from flows.plan import Plan, make_plan

HEAD = "滨州日报 2024年11月{day}日 星期四 第{page}版\n\n全市科技创新大会举行\n\n"
FIRST = """本报讯（记者 王健）11月20日，全市科技创新大会举行。会议指出，要
深入实施创新驱动发展战略，持续激发各类人才创新创造和开展科学研
究的活力，把科技成果转化为现实生产力。（下转第三版）
"""
THIRD = """（上接第一版）会议强调，要持续激发各类人才创新创造的活力，推动科
技成果转化，为全市高质量发展提供有力支撑。
"""


def write(root: Path, name: str, text: str) -> Path:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def issue(root: Path, day: int) -> None:
    write(root, f"{day}-a.txt", HEAD.format(day=day, page=1) + FIRST)
    write(root, f"{day}-b.txt", HEAD.format(day=day, page=3) + THIRD)


def planned(root: Path) -> Plan:
    return make_plan(BuildParameters(sources=[str(root)]))


def homes(plan: Plan) -> dict[str, str]:
    return {file.relative: batch.shard for batch in plan.batches for file in batch.sources}


def keys(plan: Plan) -> dict[str, str]:
    return {file.relative: batch.keys[file.document_id] for batch in plan.batches for file in batch.sources}


def built(root: Path, to: Path) -> Outcome:
    return build(BuildParameters(sources=[str(root)], warehouse=to, jobs=1), in_threads)


def joins(to: Path) -> Iterable[tuple[str, str]]:
    question = """
        select tail_page.source_path, head_page.source_path
        from article tail join article head on tail.continues = head.article_id
        join document tail_page on tail_page.document_id = tail.document_id
        join document head_page on head_page.document_id = head.document_id
        order by all
    """
    return warehouse.open(to).duckdb().sql(question).fetchall()


def test_pages_of_one_printed_issue_share_shard_and_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plan_module, "SHARD_BYTES", 200)
    for day in range(10, 29):
        issue(tmp_path, day)
    before = planned(tmp_path)
    found = homes(before)
    assert len(set(found.values())) > 8
    assert all(found[f"{day}-a.txt"] == found[f"{day}-b.txt"] for day in range(10, 29))
    write(tmp_path, "20-b.txt", HEAD.format(day=20, page=3) + THIRD + "今天出版了。\n")
    after = keys(planned(tmp_path))
    assert {name for name, key in keys(before).items() if after[name] != key} == {"20-a.txt", "20-b.txt"}


def test_path_sidecar_and_furniture_name_the_same_issue(tmp_path: Path) -> None:
    write(tmp_path, "滨州日报/2024-11-21/01.txt", FIRST)
    write(tmp_path, "b.txt", THIRD)
    write(tmp_path, "b.json", '{"publication": "滨州日报", "date": "2024-11-21", "page": 3}')
    write(tmp_path, "c.txt", HEAD.format(day=21, page=2))
    write(tmp_path, "d.txt", "2024年11月21日 星期四\n\n今天出版了。")
    write(tmp_path, "d.json", '{"publication": "滨州日报"}')
    write(tmp_path, "e.txt", "今天出版了。")
    files = planned(tmp_path).sources.files
    assert {file.relative: file.issue for file in files} == {
        "滨州日报/2024-11-21/01.txt": "滨州日报\n2024-11-21",
        "b.txt": "滨州日报\n2024-11-21",
        "c.txt": "滨州日报\n2024-11-21",
        "d.txt": "滨州日报\n2024-11-21",
        "e.txt": None,
    }


def test_a_line_that_each_file_of_an_archive_has_makes_no_issue(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(issues, "LARGEST", 5)
    for page in range(6):
        write(tmp_path, f"{page}.txt", HEAD.format(day=21, page=page))
    issue(tmp_path, 22)
    write(tmp_path, "滨州日报/2024-11-21/01.txt", FIRST)
    found = {file.relative: file.issue for file in planned(tmp_path).sources.files}
    assert [found[f"{page}.txt"] for page in range(6)] == [None] * 6
    assert found["22-a.txt"] == found["22-b.txt"] == "滨州日报\n2024-11-22"
    assert found["滨州日报/2024-11-21/01.txt"] == "滨州日报\n2024-11-21"


def test_jumps_are_joined_where_the_pages_alone_tell_their_issue(tmp_path: Path) -> None:
    root = tmp_path / "in"
    issue(root, 21)
    issue(root, 22)
    built(root, tmp_path / "warehouse")
    assert joins(tmp_path / "warehouse") == [("21-b.txt", "21-a.txt"), ("22-b.txt", "22-a.txt")]


def test_jumps_are_joined_where_a_sidecar_tells_the_issue(tmp_path: Path) -> None:
    root = tmp_path / "in"
    write(root, "a.txt", FIRST)
    write(root, "b.txt", THIRD)
    built(root, tmp_path / "warehouse")
    assert joins(tmp_path / "warehouse") == []
    for name, page in (("a", 1), ("b", 3)):
        write(root, f"{name}.toml", f'publication = "滨州日报"\ndate = 2024-11-21\npage = {page}')
    built(root, tmp_path / "warehouse")
    assert joins(tmp_path / "warehouse") == [("b.txt", "a.txt")]
