"""A build of which too much is quarantined, or far smaller than the one before, is not published by mistake."""

from __future__ import annotations

import pickle
from typing import Any

import pytest

from warehouse.errors import CheckFailed
from warehouse.manifest import Manifest, ShardRecord
from warehouse.shards import ShardSummary, SourceRecord, TableFile
from warehouse.thresholds import Thresholds, check_thresholds


def manifest(
    pages: int = 200,
    quarantined: int = 0,
    articles: dict[str, int] | None = None,
    sentences: int = 1_000,
    figures: int = 500,
    characters: int = 9_000,
    changed: int = 0,
) -> Manifest:
    """A snapshot in two shards, as its manifest tells: the first pages are quarantined, the last have changed."""
    shards = []
    for number, half in enumerate((range(0, pages, 2), range(1, pages, 2))):
        sources = tuple(_source(one, one < quarantined, one >= pages - changed) for one in half)
        kinds = {kind: _half(count, number) for kind, count in (articles or {"brief": 100, "news": 400}).items()}
        rows = {"sentence": _half(sentences, number), "figure": _half(figures, number)}
        files = tuple(
            TableFile(table, f"{table}/{number}.parquet", count, 1, "0" * 64) for table, count in rows.items()
        )
        shards.append(
            ShardRecord("digest", ShardSummary(str(number), files, sources, kinds, _half(characters, number)))
        )
    return Manifest(1, None, "2024-11-20", "rules", "layout", tuple(shards))


def _half(count: int, number: int) -> int:
    return count // 2 + count % 2 * number


def _source(number: int, quarantined: bool, changed: bool) -> SourceRecord:
    status, error = ("quarantined", "the file is empty") if quarantined else ("ok", None)
    return SourceRecord(f"{number:04d}", f"p{number:04d}.txt", f"{number:063d}{int(changed)}", status, error)


def said(new: Manifest, last: Manifest | None = None, **thresholds: float) -> list[str]:
    """What is wrong, line by line; nothing where nothing is."""
    try:
        check_thresholds(new, last, Thresholds(**thresholds))
    except CheckFailed as failed:
        assert str(pickle.loads(pickle.dumps(failed))) == str(failed)
        return str(failed).splitlines()[1:]
    return []


@pytest.mark.parametrize(
    ("quarantined", "most", "passes"),
    [(0, 0.0, True), (1, 0.0, False), (20, 0.1, True), (21, 0.1, False), (199, 0.995, True), (200, 0.995, False),
     (200, 1.0, True)],
)  # fmt: skip
def test_quarantine_is_bounded(quarantined: int, most: float, passes: bool) -> None:
    assert (said(manifest(quarantined=quarantined), max_quarantined=most) == []) == passes


def test_the_quarantined_are_named_with_their_cause_and_the_way_out() -> None:
    (line,) = said(manifest(quarantined=30), max_quarantined=0.1)
    assert line.startswith("  document: 30 of 200 pages are quarantined; --max-quarantined 0.15 lets that through. ")
    assert "30 source(s): p0000.txt: the file is empty; p0002.txt: " in line
    assert line.endswith(" and 25 more")
    assert said(manifest(quarantined=30), max_quarantined=0.15) == []


FALLS: list[tuple[dict[str, Any], dict[str, Any], list[str]]] = [
    ({"pages": 200}, {"pages": 99}, ["document: pages fell from 200 to 99"]),
    ({"pages": 200}, {"pages": 100}, []),
    ({"characters": 9_000}, {"characters": 100}, ["document: characters fell from 9,000 to 100"]),
    ({"sentences": 1_000}, {"sentences": 0}, ["sentence: sentences fell from 1,000 to 0"]),
    ({"figures": 500}, {"figures": 249}, ["figure: figures fell from 500 to 249"]),
    (
        {"articles": {"brief": 100, "news": 400}},
        {"articles": {"news": 400}},
        ["article: articles of kind brief fell from 100 to 0"],
    ),
    (
        {"articles": {"brief": 100, "news": 400}},
        {"articles": {"news": 190}},
        [
            "article: articles fell from 500 to 190",
            "article: articles of kind brief fell from 100 to 0",
            "article: articles of kind news fell from 400 to 190",
        ],
    ),
    # Few say nothing; nor does what grows.
    ({"pages": 99}, {"pages": 1}, []),
    ({"pages": 99}, {"pages": 1, "characters": 100, "sentences": 9, "articles": {"news": 2}}, []),
    ({"articles": {"brief": 99, "news": 400}}, {"articles": {"news": 400}}, []),
    ({"figures": 99}, {"figures": 0}, []),
    ({"pages": 100}, {"pages": 900}, []),
]


@pytest.mark.parametrize(("last", "new", "lines"), FALLS, ids=[str(number) for number in range(len(FALLS))])
def test_a_sudden_drop_is_told(last: dict[str, Any], new: dict[str, Any], lines: list[str]) -> None:
    told = said(manifest(**new), manifest(**last))
    assert [line.strip().split(";")[0] for line in told] == lines
    assert said(manifest(**new), manifest(**last), max_drop=1.0) == []


@pytest.mark.parametrize("now", [1, 7, 33, 42, 58, 71, 93, 99])
def test_the_way_out_that_is_told_is_one(now: int) -> None:
    last, new = manifest(figures=100), manifest(figures=now)
    (line,) = said(new, last, max_drop=0.0)
    share = float(line.split("--max-drop ")[1].split(" ")[0])
    assert said(new, last, max_drop=share) == []
    assert said(new, last, max_drop=share - 0.01) == [line]


def test_the_sources_that_may_be_why_are_named() -> None:
    last = manifest(pages=200)
    (gone, *_) = said(manifest(pages=60), last)
    assert "140 source(s): p0060.txt is not among the sources; p0061.txt" in gone
    (out,) = said(manifest(quarantined=3, sentences=10), last)
    assert out.endswith("3 source(s): " + "; ".join(f"p000{n}.txt is quarantined: the file is empty" for n in range(3)))
    (changed,) = said(manifest(changed=2, sentences=10), last)
    assert changed.endswith("2 source(s): p0198.txt has changed; p0199.txt has changed")
    (rules,) = said(manifest(sentences=10), last)
    assert rules.endswith("all are there and unchanged: what changed are the rules or the options")


def test_a_first_build_has_no_drop() -> None:
    assert said(manifest(pages=1), None) == []


@pytest.mark.parametrize("share", [-0.1, 1.1, float("nan")])
@pytest.mark.parametrize("name", ["max_quarantined", "max_drop"])
def test_a_threshold_is_a_share(name: str, share: float) -> None:
    with pytest.raises(ValueError, match=f"{name} is a share from 0 to 1"):
        Thresholds(**{name: share})
