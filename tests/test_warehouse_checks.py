"""Each check fires on the fault it is made for, names the row, and stays silent on good pages."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from warehouse_samples import Story, in_order, page, pages, quarantined

from transforms.alignment import Span
from transforms.document import Document
from warehouse.checks import check_snapshot
from warehouse.errors import CheckFailed
from warehouse.shards import write_shard

Change = Callable[[Document], Document]


def document(**columns: Any) -> Change:
    return lambda page: replace(page, **columns)


def article(number: int = 0, **columns: Any) -> Change:
    def change(page: Document) -> Document:
        articles = list(page.articles)
        articles[number] = replace(articles[number], **columns)
        return replace(page, articles=tuple(articles))

    return change


def sentence(number: int = 1, **columns: Any) -> Change:
    def change(page: Document) -> Document:
        sentences = list(page.articles[0].sentences)
        sentences[number] = replace(sentences[number], **columns)
        return article(sentences=tuple(sentences))(page)

    return change


def figure(**columns: Any) -> Change:
    def change(page: Document) -> Document:
        found = page.articles[0].sentences[1].figures[0]
        return sentence(figures=(replace(found, **columns),))(page)

    return change


def mention(**columns: Any) -> Change:
    def change(page: Document) -> Document:
        found = page.articles[0].sentences[1].figures[0]
        return figure(mention=found.mention._replace(**columns))(page)

    return change


def residue(**columns: Any) -> Change:
    return lambda page: replace(page, residue=(replace(page.residue[0], **columns),))


def spans(*places: tuple[int, int]) -> Change:
    return article(1, raw_spans=tuple(Span(start, end) for start, end in places))


def repeat_article(page: Document) -> Document:
    return replace(page, articles=(page.articles[0], page.articles[0]))


def swap_articles(page: Document) -> Document:
    return replace(page, articles=tuple(reversed(page.articles)))


def repeat_figure(page: Document) -> Document:
    found = page.articles[0].sentences[1].figures[0]
    return sentence(figures=(found, found))(page)


# The page: story 0 has 全球第1位 at 0 to 5, 去年增长3%。 at 6 to 13, 新增4000个岗位。 at 14 to 24 and
# 今年怎样？ at 25 to 30; story 1 is the same from 31 to 61; 责任编辑 stands at 62 to 66.
FAULTS: list[tuple[str, str, Change]] = [
    ("article", "key given more than once", repeat_article),
    ("figure", "key given more than once", repeat_figure),
    ("article", "out of order", swap_articles),
    ("article", "out of order", article(1, ordinal=2)),
    ("sentence", "out of order", sentence(ordinal=0)),
    ("article", "unknown kind", article(kind="gossip")),
    ("sentence", "unknown role", sentence(role="lead")),
    ("figure", "unknown kind", mention(kind="amount")),
    ("figure", "unknown comparator", mention(comparator="≈")),
    ("figure", "unknown direction", mention(direction="sideways")),
    ("document", "unknown status", document(status="fine", error="x")),
    ("document", "unknown script", document(script="latin")),
    ("document", "unknown headline_position", document(headline_position="left")),
    ("article", "confidence out of range", article(confidence=1.5)),
    ("article", "confidence out of range", article(confidence=float("nan"))),
    ("article", "confidence out of range", article(confidence=-0.1)),
    ("figure", "value out of range", mention(value=float("nan"))),
    ("figure", "si_value out of range", mention(si_value=float("inf"))),
    ("document", "n_chars out of range", document(n_chars=-1)),
    ("sentence", "paragraph out of range", sentence(paragraph=-1)),
    ("sentence", "start and end enclose nothing", sentence(start=3, end=3)),
    ("sentence", "raw_start and raw_end enclose nothing", sentence(raw_start=13, raw_end=6)),
    ("figure", "start and end enclose nothing", mention(start=-1)),
    ("residue", "raw_start and raw_end enclose nothing", residue(raw_start=66)),
    ("document", "a stretch encloses nothing", spans((31, 61), (70, 70))),
    ("document", "characters held twice", spans((29, 61))),
    ("document", "characters held twice", spans((31, 63))),
    ("document", "characters held twice", spans((40, 61), (31, 41))),
    ("document", "characters held by no row", document(residue=())),
    ("document", "characters held by no row", document(n_chars=90)),
    ("document", "status and error disagree", document(error="what?")),
    ("document", "status and error disagree", document(status="partial")),
    ("article", "row of a quarantined page", document(status="quarantined", error="x", residue=())),
    ("residue", "row of a quarantined page", document(status="quarantined", error="x", articles=())),
    ("sentence", "start and role disagree", sentence(start=None)),
    ("sentence", "end and role disagree", sentence(end=None)),
    ("sentence", "paragraph and role disagree", sentence(paragraph=None)),
    ("sentence", "start and role disagree", sentence(0, start=0)),
    ("sentence", "tokens do not join to text", sentence(tokens=("去年", "增长"))),
    ("sentence", "tokens do not join to text", sentence(tokens=())),
    ("sentence", "pos has not one tag a token", sentence(pos=("n",))),
    ("sentence", "text is not what its offsets say", sentence(start=1, end=8)),
    ("sentence", "text is not what its offsets say", article(text="另一篇文章")),
    ("figure", "surface is not what its offsets say", mention(surface="4")),
    ("figure", "surface is not what its offsets say", mention(start=3, end=4)),
    ("sentence", "outside its article", sentence(raw_end=31)),
    ("sentence", "outside its article", article(raw_spans=(Span(7, 30),))),
    ("sentence", "outside its article", article(raw_spans=())),
    ("figure", "outside its sentence", figure(raw_start=5)),
    ("figure", "outside its sentence", figure(raw_end=14)),
]


@pytest.mark.parametrize(("table", "check", "change"), FAULTS, ids=[f"{table} {check}" for table, check, _ in FAULTS])
def test_a_fault_is_found_and_named(tmp_path: Path, table: str, check: str, change: Change) -> None:
    good = pages(3, stories=[Story(), Story()])
    bad = change(good[1])
    with pytest.raises(CheckFailed) as failed:
        write_shard(tmp_path, "00", [good[0], bad, good[2]])
    fault = next((fault for fault in failed.value.faults if (fault.table, fault.check) == (table, check)), None)
    assert fault, str(failed.value)
    assert all(row.startswith(bad.document_id) for row in fault.rows)
    assert f"{table}: {check} in {fault.count} row(s): {bad.document_id}" in str(failed.value)


def test_good_pages_pass(tmp_path: Path) -> None:
    empty = page("空.txt", [], [])
    headline_only = page("题.txt", [Story("只有1个标题", ())])
    no_headline = page("文.txt", [Story(None)])
    tagged = sentence(pos=tuple("x" * 7))(page("词.txt"))
    cut = article(raw_spans=(Span(15, 30), Span(0, 5), Span(6, 14)))(page("断.txt", [Story()]))
    documents = [empty, headline_only, no_headline, tagged, cut, quarantined("坏.txt"), *pages(5)]
    assert write_shard(tmp_path, "00", in_order(documents)).rows("document") == 11


TEXTS = st.text(st.sampled_from("增长３3890年。”𠮷é "), min_size=1, max_size=9)
STORIES = st.builds(
    Story,
    st.none() | TEXTS,
    st.lists(st.lists(TEXTS, min_size=1, max_size=3).map(tuple), min_size=1, max_size=3).map(tuple),
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.lists(STORIES, max_size=3), st.lists(TEXTS, max_size=2)), max_size=4))
def test_consistent_pages_pass_whatever_their_shape(tmp_path: Path, shapes: list[Any]) -> None:
    documents = in_order(page(f"{number}.txt", *shape) for number, shape in enumerate(shapes))
    assert write_shard(tmp_path, "00", documents).rows("document") == len(shapes)


def test_a_fault_counts_all_rows_and_shows_the_first(tmp_path: Path) -> None:
    documents = [article(kind="gossip")(page) for page in pages(8)]
    with pytest.raises(CheckFailed) as failed:
        write_shard(tmp_path, "00", documents)
    (fault,) = failed.value.faults
    assert fault.count == 8
    assert fault.rows == tuple(f"{document.document_id}-0000" for document in documents[:5])
    assert str(fault).endswith(" and 3 more")


def shard_paths(folder: Path, shards: dict[str, list[Document]]) -> tuple[list[str], list[Path]]:
    summaries = [write_shard(folder, shard, documents) for shard, documents in shards.items()]
    ids = [source.document_id for summary in summaries for source in summary.sources]
    return ids, [folder / f"article/{shard}.parquet" for shard in shards]


def test_a_page_in_two_shards_is_found(tmp_path: Path) -> None:
    ids, paths = shard_paths(tmp_path, {"00": pages(2), "01": pages(1)})
    with pytest.raises(CheckFailed, match="document: key given more than once") as failed:
        check_snapshot(ids, paths)
    assert {fault.table for fault in failed.value.faults} == {"document", "article"}


def test_a_continuation_leads_to_an_article_of_any_shard(tmp_path: Path) -> None:
    first = page("1.txt")
    second = article(continues=first.articles[0].article_id)(page("2.txt"))
    check_snapshot(*shard_paths(tmp_path, {"00": [first], "01": [second]}))
    with pytest.raises(CheckFailed, match=rf"continues leads nowhere in 1 row\(s\): {second.document_id}-0000"):
        check_snapshot(*shard_paths(tmp_path / "alone", {"01": [second]}))


def test_an_article_does_not_continue_itself(tmp_path: Path) -> None:
    itself = page("1.txt")
    itself = article(continues=itself.articles[0].article_id)(itself)
    with pytest.raises(CheckFailed, match="continues itself"):
        check_snapshot(*shard_paths(tmp_path, {"00": [itself]}))
