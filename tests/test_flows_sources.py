"""Which files are pages, what they are called, and what their paths say."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path, PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.errors import UsageError
from flows.patterns import Pattern, Place
from flows.sources import discover

ISSUE = Place("binzhou", date(2024, 1, 7), "01")


def tree(root: Path, *names: str) -> Path:
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name, encoding="utf-8")
    return root


def names(*given_sources: object) -> list[str]:
    return sorted(file.relative for file in discover(map(str, given_sources)).files)


@pytest.mark.parametrize(
    ("pattern", "path", "place"),
    [
        ("{publication}/{date}/{page}.txt", "issues/binzhou/2024-01-07/01.txt", ISSUE),
        ("{publication}/{date}/{page}.txt", "/binzhou/20240107/01.txt", ISSUE),
        ("{publication}/{date}/{page}.txt", "binzhou/January/01.txt", None),
        ("{publication}/{date}/{page}.txt", "binzhou/2024-02-30/01.txt", None),
        ("{publication}/{date}/{page}.txt", "2024-01-07/01.txt", None),
        ("{publication}/{date:%Y-%m-%d}/{page}.txt", "binzhou/2024-01-07/01.txt", ISSUE),
        ("{publication}_{date:%Y%m%d}_{page}.txt", "a/binzhou_20240107_01.txt", ISSUE),
        ("{publication}_{date:%Y%m%d}_{page}.txt", "a_b/20240107/01.txt", None),
        ("{date:%Y年%m月%d日}/第{page}版.txt", "人民日报/2024年1月7日/第01版.txt", Place(None, date(2024, 1, 7), "01")),
        ("{}/{page}.txt", "whatever/3.txt", Place(page="3")),
        ("{page}.TXT", "3.txt", None),
    ],
)
def test_a_pattern_reads_the_last_parts_of_a_path(pattern: str, path: str, place: Place | None) -> None:
    assert Pattern(pattern).place(PurePosixPath(path)) == place


@pytest.mark.parametrize(
    "pattern",
    [
        "",
        "page.txt",
        "{issue}/{page}.txt",
        "{page}/{page}.txt",
        "{page",
        "{date:%Y-%m}/{page}.txt",
        "{date:%Q}.txt",
        "{0}",
    ],
)
def test_a_pattern_that_says_nothing_is_refused(pattern: str) -> None:
    with pytest.raises(UsageError, match="--pattern"):
        Pattern(pattern)


@given(
    st.text(st.characters(exclude_characters="/\0", exclude_categories=["Cs"]), min_size=1),
    st.dates(min_value=date(1800, 1, 1)),
    st.integers(1, 99),
)
def test_what_a_path_was_made_of_is_read_back(publication: str, day: date, page: int) -> None:
    path = PurePosixPath(f"root/{publication}/{day.isoformat()}/{page:02d}.txt")
    if publication != ".":  # a path without its dots is another path
        assert Pattern().place(path) == Place(publication, day, f"{page:02d}")


def test_a_folder_is_searched_through_and_what_is_no_page_is_named(tmp_path: Path) -> None:
    root = tree(tmp_path / "in", "a.txt", "deep/er/b.TXT", "notes.md", ".hidden.txt", ".git/c.txt")
    sources = discover([str(root)])
    assert sorted(file.relative for file in sources.files) == ["a.txt", "deep/er/b.TXT"]
    assert dict(sources.skipped) == {str(root / "notes.md"): "not *.txt", str(root / ".hidden.txt"): "hidden"}


def test_a_page_is_called_by_its_place_below_what_was_given(tmp_path: Path) -> None:
    root = tree(tmp_path, "binzhou/2024-01-07/01.txt", "binzhou/2024-01-08/02.txt")
    assert names(root) == ["binzhou/2024-01-07/01.txt", "binzhou/2024-01-08/02.txt"]
    assert names(root / "binzhou") == ["2024-01-07/01.txt", "2024-01-08/02.txt"]
    assert names(root / "binzhou/2024-01-07/01.txt", root / "binzhou/2024-01-08") == ["01.txt", "02.txt"]


def test_two_pages_of_one_name_are_called_from_the_folder_that_holds_them_all(tmp_path: Path) -> None:
    root = tree(tmp_path, "a/01.txt", "b/01.txt", "b/02.txt")
    assert names(root / "a", root / "b") == ["a/01.txt", "b/01.txt", "b/02.txt"]
    assert names(root / "*/*.txt") == ["a/01.txt", "b/01.txt", "b/02.txt"]
    assert names(root / "a", root / "b/02.txt") == ["01.txt", "02.txt"]


def test_a_page_given_twice_is_one_page(tmp_path: Path) -> None:
    root = tree(tmp_path, "a/01.txt", "a/b/02.txt")
    assert names(root / "a", root / "a/01.txt", root / "a/b", root / "a/b/*.txt") == ["01.txt", "b/02.txt"]
    assert names(root / "a/b", root / "a") == names(root / "a", root / "a/b")


def test_a_glob_finds_files_and_folders(tmp_path: Path) -> None:
    root = tree(tmp_path, "x/1.txt", "x/2.md", "y/3.txt")
    assert names(root / "?") == ["1.txt", "3.txt"]
    assert names(root / "**/*.txt") == ["1.txt", "3.txt"]
    assert discover([str(root / "x/*")]).skipped == ((str(root / "x/2.md"), "not *.txt"),)


def test_a_file_whose_name_holds_a_wildcard_is_itself(tmp_path: Path) -> None:
    root = tree(tmp_path, "a[1].txt", "a1.txt")
    assert names(root / "a[1].txt") == ["a[1].txt"]


def test_a_name_that_is_no_utf8_still_has_a_name(tmp_path: Path) -> None:
    (tmp_path / os.fsdecode("版".encode("gb18030") + b".txt")).write_text("x")
    assert names(tmp_path) == ["\\xb0\\xe6.txt"]


def test_links_are_followed_inside_the_folder_only(tmp_path: Path) -> None:
    root = tree(tmp_path / "in", "a.txt", "sub/c.txt")
    tree(tmp_path / "out", "b.txt")
    (root / "inside.txt").symlink_to("a.txt")
    (root / "outside.txt").symlink_to("../out/b.txt")
    (root / "not-yet.txt").symlink_to("../out/nowhere.txt")
    (root / "folder").symlink_to("../out")
    (root / "again").symlink_to("sub")
    (root / "gone.txt").symlink_to("nowhere.txt")
    assert names(root) == ["a.txt", "gone.txt", "inside.txt", "sub/c.txt"]
    out = "a link that leads out of the source folder"
    assert dict(discover([str(root)]).skipped) == {
        str(root / name): out for name in ("outside.txt", "not-yet.txt", "folder")
    }


def test_a_glob_follows_no_link_out_of_the_folder_that_it_searches(tmp_path: Path) -> None:
    root = tree(tmp_path / "in", "a/1.txt", "a/deep/2.txt")
    tree(tmp_path / "out", "3.txt", "deep/4.txt")
    (root / "b").symlink_to("../out")
    (root / "c").symlink_to("a")
    for pattern in ("*/*.txt", "*/deep/*.txt", "**/*.txt", "*"):
        found = discover([str(root / pattern)])
        assert {Path(file.path).name for file in found.files} <= {"1.txt", "2.txt"}, pattern
        assert found.skipped and {reason for _, reason in found.skipped} == {
            "a link that leads out of the source folder"
        }
    with pytest.raises(UsageError, match="no page fits"):
        discover([str(root / "b*/*.txt")])


def test_a_folder_may_itself_be_reached_by_a_link(tmp_path: Path) -> None:
    tree(tmp_path / "in", "a.txt")
    (tmp_path / "link").symlink_to("in")
    assert names(tmp_path / "link") == ["a.txt"]
    assert names(tmp_path / "link/*.txt") == ["a.txt"]


@pytest.mark.parametrize("publication", ["..", "a\nb", "长" * 80, "~", "$HOME", "b:c"])
def test_what_a_path_says_is_a_value_and_no_way_anywhere(tmp_path: Path, publication: str) -> None:
    folder = tmp_path / "x" / publication / "2024-01-07" if publication != ".." else tmp_path / "2024-01-07"
    folder.mkdir(parents=True)
    (folder / "01.txt").write_text("今天", encoding="utf-8")
    (file,) = discover([str(folder)]).files
    assert (file.relative, file.place.publication) == ("01.txt", folder.parent.name)


def test_a_path_that_is_no_utf8_says_what_it_can(tmp_path: Path) -> None:
    folder = tmp_path / os.fsdecode("版".encode("gb18030")) / "2024-01-07"
    folder.mkdir(parents=True)
    (folder / "01.txt").write_text("今天", encoding="utf-8")
    (file,) = discover([str(folder)]).files
    assert file.place == Place("\\xb0\\xe6", date(2024, 1, 7), "01")


@pytest.mark.parametrize("name", ["x.txt.part", "x.part", "x.txt.tmp", "x.txt.crdownload", "x.json.PART"])
def test_what_is_not_complete_yet_is_no_page_and_told_so(tmp_path: Path, name: str) -> None:
    root = tree(tmp_path / "in", "a.txt", name)
    assert discover([str(root)]).skipped == ((str(root / name), "not complete yet"),)


def test_the_warehouse_is_none_of_its_sources(tmp_path: Path) -> None:
    root = tree(tmp_path, "a.txt", "data/warehouse/current.txt", "data/b.txt")
    found = discover([str(root)], warehouse=root / "data/warehouse")
    assert sorted(file.relative for file in found.files) == ["a.txt", "data/b.txt"]
    assert found.skipped == ()


def test_a_pipe_is_no_page(tmp_path: Path) -> None:
    root = tree(tmp_path, "a.txt")
    os.mkfifo(root / "pipe.txt")
    assert discover([str(root)]).skipped == ((str(root / "pipe.txt"), "not a plain file"),)


def test_document_ids_depend_on_the_name_alone(tmp_path: Path) -> None:
    here, there = tree(tmp_path / "1", "a/b.txt"), tree(tmp_path / "2", "a/b.txt")
    first, second = discover([str(here)]).files[0], discover([str(there)]).files[0]
    assert first.document_id == second.document_id == "5550000d3b1cf1ff"


@pytest.mark.parametrize(
    ("made", "asked", "instead"),
    [
        ("empty/readme.md", "empty", "ends in .txt"),
        ("a.txt", "b.txt", "check the spelling"),
        ("a.txt", "*.pdf", "no page fits"),
        ("a.pdf", "a.pdf", "text layer"),
        ("a.zip", "a.zip", "unpack"),
        ("a.tar.gz", "a.tar.gz", "unpack"),
        ("a.md", "a.md", "ending .txt"),
    ],
)
def test_what_holds_no_page_is_refused_with_what_to_do_instead(
    tmp_path: Path, made: str, asked: str, instead: str
) -> None:
    tree(tmp_path, made)
    with pytest.raises(UsageError, match=instead):
        discover([str(tmp_path / asked)])
