"""What stands beside a page of it: read field by field, and what can't be used costs nothing but itself."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path

import pytest
from conftest import PROJECT

from flows import build as build_module
from flows.build import Outcome
from flows.parameters import BuildParameters
from flows.patterns import NOWHERE, Place
from flows.plan import make_plan
from flows.sources import Sources, discover
from flows.summary import of_build
from warehouse import open as open_warehouse
from warehouse.exports import FORMATS, export

FULL = Place("滨州日报", date(2024, 1, 7), "1")


def beside(folder: Path, **sidecars: bytes | str) -> Sources:
    """The sources of a folder with one page and these files beside it; `_` in a name stands for a dot."""
    folder.mkdir(exist_ok=True)
    (folder / "01.txt").write_text("今天的报纸出版了。", encoding="utf-8")
    for name, content in sidecars.items():
        data = content.encode() if isinstance(content, str) else content
        (folder / f"01.{name.replace('_', '.')}").write_bytes(data)
    return discover([str(folder)])


@pytest.mark.parametrize(
    ("name", "content", "place"),
    [
        ("json", '{"publication": "滨州日报", "date": "2024-01-07", "page": "1"}', FULL),
        ("txt_json", '{"publication": "滨州日报", "date": "20240107", "page": 1, "title": ["x"]}', FULL),
        ("json", '\ufeff{"publication": " 滨州日报 ", "issue_date": "2024-01-07", "page": 1}', FULL),
        ("toml", 'publication = "滨州日报"\ndate = 2024-01-07\npage = 1', FULL),
        ("txt_toml", 'publication = "滨州日报"\nissue_date = 2024-01-07T06:30:00\npage = "1"', FULL),
        ("json", '{"page": "A3", "publication": null}', Place(page="A3")),
    ],
)
def test_a_sidecar_says_where_a_page_was_printed(tmp_path: Path, name: str, content: str, place: Place) -> None:
    found = beside(tmp_path / "in", **{name: content})
    assert [file.place for file in found.files] == [place]
    assert found.skipped == found.troubles == ()
    assert found.placed == 1


@pytest.mark.parametrize(
    ("name", "content", "place", "trouble"),
    [
        ("json", "{'page': 1}", NOWHERE, "line 1 column 2"),
        ("json", "", NOWHERE, "line 1 column 1"),
        ("json", "[1]", NOWHERE, "an object is wanted"),
        ("json", "null", NOWHERE, "an object is wanted"),
        ("json", "[" * 50_000, NOWHERE, "recursion"),
        ("json", "{}", NOWHERE, "says none of"),
        ("json", '{"pubication": "日报"}', NOWHERE, "says none of"),
        ("json", b"\x00\xff\xfe\x80", NOWHERE, "no UTF-8 text"),
        ("json", b'{"page": "' + b"1" * 70_000 + b'"}', NOWHERE, "larger than 64 KB"),
        ("toml", "page = ", NOWHERE, "Invalid value"),
        ("toml", "page = 1\npage = 2", NOWHERE, "overwrite"),
        ("json", '{"date": "2024-02-30", "page": 1}', Place(page="1"), "date: a date such as 2024-01-07"),
        ("json", '{"date": 20240107, "page": 1}', Place(page="1"), "date: a date such as 2024-01-07"),
        ("toml", "date = 06:30:00\npage = 1", Place(page="1"), "date: a date such as 2024-01-07"),
        ("json", '{"publication": 5, "page": 1}', Place(page="1"), "publication: a text is wanted"),
        ("json", '{"publication": "", "page": 1}', Place(page="1"), "publication: a text of 1 to 200"),
        ("json", '{"publication": "a\\nb", "page": 1}', Place(page="1"), "publication: a text of 1 to 200"),
        ("json", '{"publication": "a\\u0000", "page": 1}', Place(page="1"), "publication: a text of 1 to 200"),
        ("json", '{"publication": "\\ud800", "page": 1}', Place(page="1"), "publication: a text of 1 to 200"),
        ("json", '{"publication": "%s", "page": 1}' % ("长" * 201), Place(page="1"), "publication: a text of 1 to 200"),
        ("json", '{"publication": "日报", "page": true}', Place("日报"), "page: a text is wanted"),
        ("json", '{"publication": "日报", "page": 1.5}', Place("日报"), "page: a text is wanted"),
        ("json", '{"publication": "日报", "page": {"a": 1}}', Place("日报"), "page: a text is wanted"),
    ],
)
def test_what_can_not_be_used_is_told_and_the_rest_holds(
    tmp_path: Path, name: str, content: bytes | str, place: Place, trouble: str
) -> None:
    found = beside(tmp_path / "in", **{name: content})
    assert [file.place for file in found.files] == [place]
    ((path, told),) = found.troubles
    assert path == str(tmp_path / f"in/01.{name}")
    assert trouble in told
    assert told.isprintable()


def test_a_sidecar_goes_before_the_path_field_by_field(tmp_path: Path) -> None:
    issue = tmp_path / "binzhou/2024-01-07"
    issue.mkdir(parents=True)
    for page in ("01", "02"):
        (issue / f"{page}.txt").write_text("今天", encoding="utf-8")
    (issue / "02.json").write_text('{"publication": "滨州日报"}', encoding="utf-8")
    places = {file.relative: file.place for file in discover([str(issue)]).files}
    assert places == {
        "01.txt": Place("binzhou", date(2024, 1, 7), "01"),
        "02.txt": Place("滨州日报", date(2024, 1, 7), "02"),
    }


def test_of_two_sidecars_one_is_read_and_the_other_told(tmp_path: Path) -> None:
    found = beside(tmp_path / "in", json='{"page": 1}', txt_toml="page = 2", toml="page = 3")
    assert [file.place.page for file in found.files] == ["2"]
    assert [trouble for _, trouble in found.troubles] == [
        "01.txt.toml is read, and 01.json beside it is not: keep one of them",
        "01.txt.toml is read, and 01.toml beside it is not: keep one of them",
    ]


def test_what_stands_beside_no_page_is_no_sidecar(tmp_path: Path) -> None:
    found = beside(tmp_path / "in", json='{"page": 1}')
    (tmp_path / "in/02.json").write_text("{}")
    (tmp_path / "in/03.TXT").write_text("今天", encoding="utf-8")
    (tmp_path / "in/03.toml").write_text("page = 3")
    found = discover([str(tmp_path / "in/*")])
    assert found.skipped == ((str(tmp_path / "in/02.json"), "not *.txt"),)
    assert sorted(str(file.place.page) for file in found.files) == ["1", "3"]


def test_a_sidecar_is_no_way_out_of_the_source_folder(tmp_path: Path) -> None:
    (tmp_path / "secret.json").write_text('{"publication": "secret"}')
    folder = tmp_path / "in"
    beside(folder)
    (folder / "01.json").symlink_to("../secret.json")
    found = discover([str(folder)])
    assert [file.place for file in found.files] == [NOWHERE]
    assert [trouble for _, trouble in found.troubles] == ["a link that leads out of the source folder, not read"]
    (folder / "01.json").unlink()
    (folder / "01.json").symlink_to("all.json")
    (folder / "all.json").write_text('{"page": 8}')
    assert [file.place.page for file in discover([str(folder)]).files] == ["8"]


@pytest.mark.parametrize("kind", ["folder", "pipe", "dangling", "loop"])
def test_a_sidecar_that_is_no_plain_file_is_told(tmp_path: Path, kind: str) -> None:
    beside(tmp_path / "in")
    path = tmp_path / "in/01.json"
    {
        "folder": path.mkdir,
        "pipe": lambda: os.mkfifo(path),
        "dangling": lambda: path.symlink_to("nowhere"),
        "loop": lambda: path.symlink_to("01.json"),
    }[kind]()
    found = discover([str(tmp_path / "in")])
    assert [file.place for file in found.files] == [NOWHERE]
    assert len(found.troubles) == 1


def test_a_sidecar_that_means_something_else_makes_the_page_another(tmp_path: Path) -> None:
    def keys(content: str) -> dict[str, str]:
        beside(tmp_path / "in", json=content)
        (batch,) = make_plan(BuildParameters(sources=[str(tmp_path / "in")])).batches
        return dict(batch.keys)

    first = keys('{"page": 1}')
    assert keys('{"page": "1", "title": "same"}') == first
    assert keys('{"page": 2}') != first


def built(folder: Path, warehouse: Path) -> tuple[Outcome, str]:
    parameters = BuildParameters(sources=[str(folder)], warehouse=warehouse, jobs=1)
    outcome = build_module.build(parameters, build_module.in_threads)
    return outcome, of_build(outcome, parameters, 0.0)


def test_a_build_takes_it_tells_what_it_can_not_use_and_mends_it_later(tmp_path: Path) -> None:
    def rows() -> list[dict[str, object]]:
        table = open_warehouse(tmp_path / "warehouse").documents.to_arrow()
        rows: list[dict[str, object]] = table.select(["publication", "issue_date", "page"]).to_pylist()
        return rows

    beside(tmp_path / "in", json='{"publication": "滨州日报", "date": "2024-13-01", "page": 1}')
    _, said = built(tmp_path / "in", tmp_path / "warehouse")
    assert "sidecars   1" in said and "01.json: date: a date such as 2024-01-07 is wanted, not '2024-13-01'" in said
    assert rows() == [{"publication": "滨州日报", "issue_date": None, "page": "1"}]

    beside(tmp_path / "in", json='{"publication": "滨州日报", "date": "2024-01-07", "page": 1}')
    again, said = built(tmp_path / "in", tmp_path / "warehouse")
    assert again.published.new and "sidecars" not in said
    assert rows() == [{"publication": "滨州日报", "issue_date": date(2024, 1, 7), "page": "1"}]


@pytest.mark.slow
def test_what_a_sidecar_says_leads_nowhere_on_the_disk(tmp_path: Path) -> None:
    """Not in the warehouse, not in a report, not in any export."""
    inner = tmp_path / "some/where/deep"
    inner.mkdir(parents=True)
    said = '{"publication": "../../../../x", "date": "2024-01-07", "page": "/../../y\\\\..\\\\z"}'
    beside(inner / "in", json=said)
    built(inner / "in", inner / "warehouse")
    corpus = open_warehouse(inner / "warehouse")
    assert corpus.documents.to_arrow()["publication"].to_pylist() == ["../../../../x"]
    for format in FORMATS:
        export(corpus, format, inner / "out" / format, lambda _: None)
    assert {path.name for path in inner.iterdir()} == {"in", "warehouse", "out"}
    assert {path.name for path in (inner / "out").iterdir()} == set(FORMATS)
    others = [path for path in tmp_path.rglob("*") if not path.is_relative_to(inner)]
    assert sorted(others) == [tmp_path / "some", tmp_path / "some/where"]


@pytest.mark.parametrize("form", ["json", "toml"])
def test_the_sidecars_of_the_docs_are_understood(tmp_path: Path, form: str) -> None:
    text = (PROJECT / "docs/sources.md").read_text(encoding="utf-8")
    found = beside(tmp_path / "in", **{form: text.partition(f"```{form}\n")[2].partition("```")[0]})
    assert found.troubles == ()
    assert found.files[0].place == Place("滨州日报", date(2024, 1, 7), "A3" if form == "json" else "3")
