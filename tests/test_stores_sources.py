"""Pages in an object store: which are found, what they are called, how they are read."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from conftest import Banmian
from object_store import Proxy

from flows import reading, stores
from flows.batch import read_source
from flows.errors import UsageError
from flows.parameters import BuildParameters
from flows.patterns import NOWHERE, Place
from flows.plan import make_plan
from flows.sources import SourceFile, discover
from transforms.document import Options
from warehouse.stores import Store

KEYS = [
    "in/a.txt", "in/版面/2024-01-07/01.txt", "in/d e.txt", "in//b.txt", "in/q?x.txt", "in/h#1.txt", "in/p%20q.txt",
    "in/a[1].txt", "in/s*r.txt", "in/t?token=abc.txt", "in/+&=@:.TXT", "in/\\.txt",
]  # fmt: skip
NONE = {
    "in/../c.txt": "a part of its key is . or ..",
    "in/./c.txt": "a part of its key is . or ..",
    "in/.hidden/x.txt": "hidden",
    "in/.h.txt": "hidden",
    "in/n.md": "not *.txt",
}


def put(bucket: str, *keys: str) -> Store:
    store = Store(bucket)
    for key in keys:
        store.write(key, key.encode())
    return store


def names(*given: str) -> list[str]:
    return sorted(file.relative for file in discover(given).files)


def test_a_key_is_called_by_what_stands_behind_the_prefix_and_read_as_it_is(bucket: str) -> None:
    put(bucket, *KEYS, *NONE, "elsewhere/x.txt")
    found = discover([f"{bucket}/in"])
    assert sorted(file.relative for file in found.files) == sorted(key.removeprefix("in/") for key in KEYS)
    for file in found.files:
        assert reading.read(file.path).decode() == f"in/{file.relative}"
    assert dict(found.skipped) == {f"{bucket}/{key}": reason for key, reason in NONE.items()}


def test_sidecars_are_read_below_a_prefix(bucket: str) -> None:
    store = put(bucket, "in/a.txt", "in/b.txt", "in//c.txt", "in/notes.json")
    store.write("in/a.json", '{"publication": "滨州日报", "date": "2024-01-07", "page": 3}'.encode())
    store.write("in//c.txt.toml", b'page = "5"')
    store.write("in/b.toml", b"page = [")
    found = discover([f"{bucket}/in"])
    places = {file.relative: file.place for file in found.files}
    assert places["a.txt"] == Place("滨州日报", date(2024, 1, 7), "3")
    assert places["/c.txt"].page == "5" and places["b.txt"] == NOWHERE
    assert [path for path, _ in found.troubles] == [f"{bucket}/in/b.toml"]
    assert dict(found.skipped) == {f"{bucket}/in/notes.json": "not *.txt"}


def test_a_page_has_the_name_and_place_that_it_would_have_in_a_folder(bucket: str, tmp_path: Path) -> None:
    keys = ["in/binzhou/2024-01-07/01.txt", "in/binzhou/2024-01-08/02.txt"]
    put(bucket, *keys)
    for key in keys:
        (tmp_path / key).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / key).write_text(key, encoding="utf-8")
    there, here = discover([f"{bucket}/in/"]).files, discover([str(tmp_path / "in")]).files
    assert [(file.document_id, file.relative, file.place) for file in there] == [
        (file.document_id, file.relative, file.place) for file in here
    ]
    assert there[0].place.publication == "binzhou"


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        (["x/1.txt"], ["1.txt"]),
        (["x"], ["1.txt", "z/3.txt"]),
        ([""], ["x/1.txt", "x/z/3.txt", "y/2.txt"]),
        (["?/*.txt"], ["1.txt", "2.txt"]),
        (["**/*.txt"], ["1.txt", "2.txt", "3.txt"]),
        (["[xy]"], ["1.txt", "2.txt", "z/3.txt"]),
        (["x/1.txt", "x"], ["1.txt", "z/3.txt"]),
        (["x", "y/2.txt"], ["1.txt", "2.txt", "z/3.txt"]),
    ],
)
def test_objects_prefixes_and_globs(bucket: str, asked: list[str], found: list[str]) -> None:
    put(bucket, "x/1.txt", "x/z/3.txt", "y/2.txt")
    assert names(*(f"{bucket}/{one}" for one in asked)) == found


def test_two_pages_of_one_name_are_called_from_what_holds_them_all(bucket: str, tmp_path: Path) -> None:
    put(bucket, "in/a/01.txt", "in/b/01.txt")
    assert names(f"{bucket}/in/a", f"{bucket}/in/b") == ["a/01.txt", "b/01.txt"]
    (tmp_path / "01.txt").write_text("x", encoding="utf-8")
    assert names(f"{bucket}/in/a", str(tmp_path)) == sorted([f"{bucket}/in/a/01.txt", str(tmp_path / "01.txt")])


def test_the_warehouse_is_none_of_its_sources(bucket: str) -> None:
    put(bucket, "a.txt", "corpus/current.txt", "corpus2/b.txt")
    found = discover([bucket], warehouse=f"{bucket}/corpus")
    assert [file.relative for file in found.files] == ["a.txt", "corpus2/b.txt"]


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("{bucket}/none", "check the spelling"),
        ("{bucket}/*.pdf", "check the spelling"),
        ("{bucket}/n.md", "ends in .txt"),
        ("s3://no-such-bucket/in", "no such object or bucket"),
        ("s3://", "no bucket"),
        ("{bucket}/../x", "no meaning in a store"),
        ("http://127.0.0.1/x.txt", "can't be read"),
        ("gs://press/x", "pip install 'gcsfs'"),
        ("s3://AKIA:sentinel@press/in", "carries a secret"),
        ("s3://AKIA:senti/nel@press/in", "carries a secret"),
        ("s3://sentinel@press/in", "carries a secret"),
        ("{bucket}/in?secret_key=sentinel", "carries a secret"),
        ("{bucket}/in?x=1&X-Amz-Signature=sentinel", "carries a secret"),
        ("abfs://user:sentinel@account/in", "carries a secret"),
    ],
)
def test_what_holds_no_page_is_refused_with_what_to_do_instead(bucket: str, url: str, said: str) -> None:
    put(bucket, "n.md")
    with pytest.raises(UsageError, match=said.replace("*", ".")) as refused:
        discover([url.format(bucket=bucket)])
    assert "sentinel" not in str(refused.value)


def test_a_store_without_its_library_says_how_to_get_it(
    bucket: str, monkeypatch: pytest.MonkeyPatch, elsewhere: Callable[[], None]
) -> None:
    elsewhere()
    monkeypatch.setitem(sys.modules, "s3fs", None)
    with pytest.raises(UsageError, match=r"pip install 'banmian\[s3\]'"):
        discover([bucket])


def test_a_plan_is_the_same_wherever_the_pages_lie(bucket: str, pages: Path) -> None:
    store = Store(bucket)
    for path in pages.iterdir():
        store.send(path, f"in/{path.name}")
    there = make_plan(BuildParameters(sources=[f"{bucket}/in"], warehouse="data/warehouse"))
    here = make_plan(BuildParameters(sources=[str(pages)], warehouse="data/warehouse"))
    assert there.digests == here.digests
    assert there.given == (f"{bucket}/in",)


def test_an_object_that_went_meanwhile_is_quarantined(bucket: str) -> None:
    put(bucket, "a.txt")
    (file,) = discover([bucket]).files
    Store(bucket).remove(["a.txt"])
    document = read_source(file, Options(), [])
    assert (document.status, document.error) == ("quarantined", "can't be read: no such object or bucket")


def test_what_passes_by_waiting_is_tried_again(bucket: str, proxy: Proxy) -> None:
    put(bucket, "a.txt")
    left = [503, 500, 503]
    proxy.before = lambda *_: left.pop() if left else None
    assert reading.read(f"{bucket}/a.txt") == b"a.txt"
    assert left == []


def test_a_page_that_can_not_be_reached_costs_the_page(
    bucket: str, monkeypatch: pytest.MonkeyPatch, elsewhere: Callable[[], None]
) -> None:
    monkeypatch.setattr(reading, "PAUSES", (0.01,))
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://ann:sentinel@127.0.0.1:9")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    elsewhere()
    document = read_source(SourceFile("0" * 16, f"{bucket}/a.txt", "a.txt", NOWHERE), Options(), [])
    assert document.status == "quarantined"
    assert "sentinel" not in str(document.error)


def test_many_small_objects_are_read_at_the_same_time(bucket: str, proxy: Proxy) -> None:
    keys = [f"{number:03d}.txt" for number in range(64)]
    put(bucket, *keys)
    proxy.delay = 0.1
    began = time.monotonic()
    read = list(stores.ahead(reading.read, (f"{bucket}/{key}" for key in keys)))
    assert [data.decode() for data in read] == keys
    assert time.monotonic() - began < len(keys) * proxy.delay / 3


def test_without_credentials_it_is_told_where_they_belong(banmian: Banmian, environment: dict[str, str]) -> None:
    bare = {name: value for name, value in environment.items() if not name.startswith("AWS_")}
    nothing = dict.fromkeys(("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"), "/dev/null")
    said = banmian("build", "s3://press/issues", "--inline", env=bare | nothing | {"AWS_EC2_METADATA_DISABLED": "true"})
    assert said.returncode == 2 and "no credentials are found: set them" in said.stderr
