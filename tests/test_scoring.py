"""The scorers themselves: the gold scores 1.0, each kind of fault lowers its own measures, and nothing is dropped."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Sequence
from copy import deepcopy
from datetime import date
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks import reading
from benchmarks.conservation import Account, account
from benchmarks.figures import score_figures
from benchmarks.measures import MEASURES, glossary
from benchmarks.placing import place
from benchmarks.report import Section
from benchmarks.scoring import Part, Score, Tally, letters, score_articles, score_boundaries, score_joins
from benchmarks.seeds import ARTICLES_GOLD, FIGURES_GOLD, json_lines, score_placed
from benchmarks.sentences import score_sentences
from benchmarks.values import same_amount, same_moment, same_unit, same_value
from transforms.alignment import Span
from transforms.document import Article, Credit, Document, Figure, Mention, Residue, Sentence
from warehouse.shards import write_shard
from warehouse.snapshots import Publication

Record = dict[str, Any]

# --- articles -------------------------------------------------------------------------------------------------------

SPEECH = {
    "kind": "speech",
    "section": None,
    "kicker": None,
    "headline": "扛起大旗 加快发展",
    "subheadline": "——在论坛上的讲话",
    "speaker": "宋永祥",
    "occasion": "铝产业链高峰论坛",
    "event_date": "2024-11-20",
    "agency": None,
    "dateline": None,
    "byline": [],
    "jump_from": None,
    "jump_to": "第三版",
    "paragraphs": [
        "各位领导、各位嘉宾：",
        "滨州因铝而兴、因铝而盛，被誉为中国铝都，今天我们相聚在美丽的三亚，共同见证一个时代。",
        "谢谢大家！",
    ],
}
NEWS = {
    "kind": "news",
    "section": "人民论坛",
    "kicker": "市图书馆捐书",
    "headline": "童书漂流书润乡梦",
    "subheadline": None,
    "speaker": None,
    "occasion": None,
    "event_date": "11-16",
    "agency": "本报",
    "dateline": "北京5月24日电",
    "byline": [["记者", "刘清春"], ["通讯员", "李晓旭"]],
    "jump_from": "第一版",
    "jump_to": None,
    "paragraphs": [
        "市图书馆为乡村儿童送去了精选的图书，让孩子们在知识的海洋里遨游，度过了一个难忘的下午。",
        "孩子们纷纷表示收获很大，希望以后还能参加这样的活动。",
    ],
}
BRIEF = NEWS | {
    "kind": "brief",
    "section": "标题新闻",
    "kicker": None,
    "headline": None,
    "event_date": None,
    "agency": None,
    "dateline": None,
    "byline": [],
    "jump_from": None,
    "paragraphs": ["市公安局与金融监管局联合召开会议，部署整治保险欺诈的专项行动。"],
}
PHOTO = BRIEF | {
    "kind": "photo",
    "section": None,
    "headline": "图片报道",
    "byline": [["摄影", "卢青"]],
    "paragraphs": ["近日，沾化区的工人们在给绿化树木缠裹草绳，帮助它们安全越过寒冬。"],
}
PAGE = {"doc": "a.txt", "articles": [SPEECH, NEWS, BRIEF, PHOTO]}


def changed(article: int, **slots: Any) -> Callable[[list[Record]], None]:
    return lambda articles: articles[article].update(slots)


def without(article: int) -> Callable[[list[Record]], None]:
    return lambda articles: articles.pop(article) and None


def reworded(article: int, old: str, new: str) -> Callable[[list[Record]], None]:
    def change(articles: list[Record]) -> None:
        paragraphs = "\n".join(articles[article]["paragraphs"])
        assert old in paragraphs
        articles[article]["paragraphs"] = paragraphs.replace(old, new).split("\n")

    return change


TEXT = {"article_exact_f1", "paragraph_f1", "text_error_rate"}
SPURIOUS = NEWS | {"paragraphs": ["责任编辑张三，电话二三四五六七，版面设计李四。"]}
FAULTS: list[tuple[str, Callable[[list[Record]], Any], set[str]]] = [
    ("a letter of the headline", changed(0, headline="扛起大棋 加快发展"), {"headline_f1"}),
    ("no headline", changed(0, headline=None), {"headline_f1"}),
    ("a headline invented", changed(2, headline="简讯"), {"headline_f1"}),
    (
        "kicker and headline joined",
        changed(1, kicker=None, headline="市图书馆捐书 童书漂流书润乡梦"),
        {"kicker_f1", "headline_f1"},
    ),
    ("a kicker invented", changed(0, kicker="特稿"), {"kicker_f1"}),
    ("no subheadline", changed(0, subheadline=None), {"subheadline_f1"}),
    ("another speaker", changed(0, speaker="宋永详"), {"speaker_f1"}),
    ("no occasion", changed(0, occasion=None), {"occasion_f1"}),
    ("another day", changed(0, event_date="2024-11-21"), {"event_date_f1"}),
    ("another year", changed(0, event_date="2023-11-20"), {"event_date_f1"}),
    ("another month and day", changed(1, event_date="2024-11-17"), {"event_date_f1"}),
    ("another agency", changed(1, agency="本报讯"), {"agency_f1"}),
    ("a dateline cut short", changed(1, dateline="北京5月2日电"), {"dateline_f1"}),
    ("no section", changed(2, section=None), {"section_f1"}),
    ("no page jumped from", changed(1, jump_from=None), {"jump_from_f1"}),
    ("another page jumped to", changed(0, jump_to="第二版"), {"jump_to_f1"}),
    ("a name lost", changed(1, byline=[["记者", "刘清春"]]), {"byline_f1"}),
    ("a name cut", changed(1, byline=[["记者", "刘清"], ["通讯员", "李晓旭"]]), {"byline_f1"}),
    ("a name invented", changed(0, byline=[["记者", "王健"]]), {"byline_f1"}),
    ("a speech taken for news", changed(0, kind="news"), {"kind_accuracy", "speech_f1"}),
    ("news taken for a photo", changed(1, kind="photo"), {"kind_accuracy", "photo_f1"}),
    ("a brief taken for news", changed(2, kind="news"), {"kind_accuracy", "brief_f1"}),
    ("a mark", reworded(0, "因铝而盛，", "因铝而盛,"), {"text_error_rate"}),
    ("a letter", reworded(0, "谢谢大家", "谢谢大嘉"), TEXT),
    ("two paragraphs joined", reworded(1, "下午。\n", "下午。"), {"paragraph_f1", "text_error_rate"}),
    ("a paragraph cut in two", reworded(0, "今天", "\n今天"), {"paragraph_f1", "text_error_rate"}),
    (
        "two paragraphs in the wrong order",
        changed(0, paragraphs=SPEECH["paragraphs"][::-1]),
        {"article_exact_f1", "text_error_rate", "article_f1", "speech_f1"},
    ),
    ("half a body", changed(2, paragraphs=["部署整治保险欺诈的专项行动。"]), {*TEXT, "article_f1", "brief_f1"}),
    (
        "another article's text",
        reworded(0, "谢谢大家！", f"谢谢大家！{NEWS['paragraphs'][0]}"),
        {*TEXT, "article_f1", "speech_f1"},
    ),
    ("an article lost", without(2), {*TEXT, "article_f1", "brief_f1", "kind_accuracy", "section_f1"}),
    (
        "an article invented",
        lambda articles: articles.append(SPURIOUS),
        {"article_f1", "article_exact_f1", "paragraph_f1"},
    ),
]
HARMLESS: list[tuple[str, Callable[[list[Record]], Any]]] = [
    ("another order", lambda articles: articles.reverse()),
    ("a column's label behind the headline", changed(1, headline="童书漂流书润乡梦（人民论坛）")),
    ("a lone label as section", changed(3, headline=None, section="图片报道")),
    ("the year that the gold has not got", changed(1, event_date="2024-11-16")),
    ("blanks and marks in a slot", changed(0, headline="扛起大旗，加快发展")),
    ("another role", changed(1, byline=[[None, "李晓旭"], ["摄影", "刘清春"]])),
    ("an empty name", changed(0, byline=[["通讯员", ""]])),
]


def measures_of(change: Callable[[list[Record]], Any]) -> dict[str, float]:
    page = deepcopy(PAGE)
    change(page["articles"])
    return score_articles([PAGE], [page]).measures


def fell(measures: dict[str, float]) -> set[str]:
    return {name for name, value in measures.items() if value != (0.0 if MEASURES[name].lower else 1.0)}


def test_gold_against_itself_is_perfect_on_each_measure() -> None:
    score = score_articles([PAGE], [deepcopy(PAGE)])
    assert fell(score.measures) == set()
    assert score.faults == ()
    assert {"speech_f1", "brief_f1", "photo_f1", "dateline_f1", "jump_to_f1", "byline_f1"} <= score.measures.keys()


@pytest.mark.parametrize(("change", "measures"), [row[1:] for row in FAULTS], ids=[row[0] for row in FAULTS])
def test_each_fault_lowers_its_measures_alone(change: Callable[[list[Record]], Any], measures: set[str]) -> None:
    assert fell(measures_of(change)) == measures


@pytest.mark.parametrize("change", [row[1] for row in HARMLESS], ids=[row[0] for row in HARMLESS])
def test_what_the_answers_leave_open_is_no_fault(change: Callable[[list[Record]], Any]) -> None:
    assert fell(measures_of(change)) <= {
        "section_f1"
    }  # the lone label may count as a section that the gold has not got


def test_each_fault_is_named() -> None:
    for name, change, _ in FAULTS:
        page = deepcopy(PAGE)
        change(page["articles"])
        assert score_articles([PAGE], [page]).faults, name


def test_text_error_rate_counts_edits_a_character() -> None:
    length = sum(len("\n".join(article["paragraphs"])) for article in PAGE["articles"])
    assert measures_of(reworded(0, "谢谢大家", "谢谢大嘉"))["text_error_rate"] == 1 / length
    lost = len(BRIEF["paragraphs"][0])
    assert measures_of(without(2))["text_error_rate"] == lost / length


def test_f1_of_slots_counts_wrong_ones_on_both_sides() -> None:
    assert measures_of(changed(0, headline="错"))["headline_f1"] == 2 / 3  # 3 wanted, 3 given, 2 right
    assert measures_of(changed(0, headline=None))["headline_f1"] == pytest.approx(0.8)  # 3 wanted, 2 given, 2 right


def test_page_that_was_not_read_loses_all() -> None:
    measures = score_articles([PAGE], []).measures
    assert measures.pop("text_error_rate") == 1.0
    assert set(measures.values()) == {0.0}


def test_slot_that_the_gold_leaves_out_is_not_scored() -> None:
    page = deepcopy(PAGE)
    for article in page["articles"]:
        del article["occasion"], article["byline"]
    read = deepcopy(PAGE)
    read["articles"][0] |= {"occasion": "别的", "byline": [["记者", "某人"]]}
    measures = score_articles([page], [read]).measures
    assert not {"occasion_f1", "byline_f1"} & measures.keys()


def test_lone_label_scores_as_headline_but_not_as_section() -> None:
    measures = measures_of(changed(3, headline=None, section="图片报道"))
    assert measures["headline_f1"] == 1.0


@given(st.lists(st.text("滨州铝都，。 1a", max_size=30), min_size=1, max_size=4))
def test_any_page_is_perfect_against_itself(bodies: list[str]) -> None:
    articles = [NEWS | {"paragraphs": [body, f"第{number}篇"]} for number, body in enumerate(bodies)]
    page = {"doc": "x", "articles": articles}
    assert fell(score_articles([page], [page]).measures) == set()


@given(
    st.lists(st.text("滨州铝都，", min_size=1, max_size=20), max_size=3),
    st.lists(st.text("滨州铝都，", min_size=1), max_size=3),
)
def test_measures_of_any_two_pages_are_shares(gold: list[str], read: list[str]) -> None:
    pages = [{"doc": "x", "articles": [NEWS | {"paragraphs": [body]} for body in bodies]} for bodies in (gold, read)]
    measures = score_articles(pages[:1], pages[1:]).measures
    assert all(0 <= value <= 1 for name, value in measures.items() if name != "text_error_rate")


@pytest.mark.parametrize(
    ("text", "kept"), [("滨州，2024 年\n", "滨州2024年"), ("㐀\U00020000Ａ·é", "㐀\U00020000"), (None, "")]
)
def test_letters(text: str | None, kept: str) -> None:
    assert letters(text) == kept


@pytest.mark.parametrize(
    ("tally", "f1"), [(Tally(), 1.0), (Tally(0, 2, 0), 0.0), (Tally(1, 2, 1), 2 / 3), (Tally(2, 2, 2), 1.0)]
)
def test_tally(tally: Tally, f1: float) -> None:
    assert tally.f1 == f1


# --- figures --------------------------------------------------------------------------------------------------------

SENTENCE = "第八届论坛称，去年滨州全社会研发投入占GDP比达到3.72%，重达3斤的样品售出4000多个。"


def item(text: str, kind: str, value: Any, unit: str | None = None, **more: Any) -> Record:
    start = SENTENCE.index(text)
    return {
        "text": text,
        "start": start,
        "end": start + len(text),
        "kind": kind,
        "value": value,
        "value_max": None,
        "unit": unit,
        **more,
    }


LABEL = item("第八届", "rank", 8, "届", label=True)
PERCENT = item(
    "3.72%", "percent", 3.72, "%", metric="全社会研发投入占GDP比", period_start="2023-01-01", period_end="2023-12-31"
)
WEIGHT = item("3斤", "quantity", 3, "斤", metric="样品")
COUNT = item("4000多个", "count", 4000, "个", metric="售出样品")
CASE = {"id": "1", "input": SENTENCE, "expected": [LABEL, PERCENT, WEIGHT, COUNT]}
GOLD = [LABEL, PERCENT, WEIGHT, COUNT]
FOUND = {"exact_f1", "core_f1", "overlap_f1", "value_recall"}
MISSED = {*FOUND, "metric", "metric_close"}
FIGURE_FAULTS: list[tuple[str, Sequence[Record], set[str]]] = [
    (
        "a longer span",
        [LABEL, PERCENT, WEIGHT, item("售出4000多个", "count", 4000, "个", metric="售出样品")],
        {"exact_f1"},
    ),
    ("half a numeral", [LABEL, PERCENT | item("3.7", "percent", 3.72, "%"), WEIGHT, COUNT], {"exact_f1", "core_f1"}),
    ("one missed", [LABEL, PERCENT, WEIGHT], MISSED),
    ("a figure where none is", [*GOLD, item("GDP比达到3", "count", 3, None)], {"exact_f1", "core_f1"}),
    (
        "a label as a statistic",
        [LABEL | {"label": False}, *GOLD[1:]],
        {"exact_f1", "core_f1", "overlap_f1", "labels_f1"},
    ),
    ("a label missed", GOLD[1:], {"labels_f1"}),
    ("a statistic as a label", [LABEL, PERCENT, WEIGHT, COUNT | {"label": True}], {*MISSED, "labels_f1"}),
    ("a wrong value", [LABEL, PERCENT | {"value": 37.2}, WEIGHT, COUNT], {"value", "value_recall"}),
    ("a wrong unit", [LABEL, PERCENT | {"unit": "个"}, WEIGHT, COUNT], {"unit"}),
    ("no unit", [LABEL, PERCENT, WEIGHT, COUNT | {"unit": None}], {"unit"}),
    ("no metric", [LABEL, PERCENT | {"metric": None}, WEIGHT, COUNT], {"metric", "metric_close"}),
    ("a clause as metric", [LABEL, PERCENT, WEIGHT, COUNT | {"metric": "重达样品售出去年投入"}], {"metric_close"}),
    (
        "the figure in its metric",
        [LABEL, PERCENT, WEIGHT, COUNT | {"metric": "售出4000多个样品"}],
        {"metric", "metric_close"},
    ),
    ("no period", [LABEL, PERCENT | {"period_start": None, "period_end": None}, WEIGHT, COUNT], {"period"}),
    (
        "the next year",
        [LABEL, PERCENT | {"period_start": "2024-01-01", "period_end": "2024-12-31"}, WEIGHT, COUNT],
        {"period"},
    ),
]
FIGURE_HARMLESS: list[tuple[str, Sequence[Record]]] = [
    ("the gold", GOLD),
    ("another unit of the same", [LABEL, PERCENT, WEIGHT | {"value": 1.5, "unit": "kg"}, COUNT]),
    ("a value all but the same", [LABEL, PERCENT, WEIGHT, COUNT | {"value": 4000.001}]),
    ("a word without a numeral", [*GOLD, item("去年", "date", "2023")]),
    (
        "most of the year",
        [LABEL, PERCENT | {"period_start": date(2023, 3, 1), "period_end": date(2023, 12, 31)}, WEIGHT, COUNT],
    ),
    ("offsets outside the text", [*GOLD, COUNT | {"start": 0, "end": 999}]),
]


@pytest.mark.parametrize(
    ("read", "measures"), [row[1:] for row in FIGURE_FAULTS], ids=[row[0] for row in FIGURE_FAULTS]
)
def test_each_fault_of_a_figure_lowers_its_measures_alone(read: Sequence[Record], measures: set[str]) -> None:
    score = score_figures([CASE], {"1": read})
    assert fell(score.measures) == measures
    assert bool(score.faults) == bool(measures)


@pytest.mark.parametrize("read", [row[1] for row in FIGURE_HARMLESS], ids=[row[0] for row in FIGURE_HARMLESS])
def test_figures_that_say_the_same_are_perfect(read: Sequence[Record]) -> None:
    score = score_figures([CASE], {"1": read})
    assert fell(score.measures) == set()
    assert {"labels_f1", "metric", "metric_close", "period", "unit", "value"} <= score.measures.keys()


def test_numbers_of_figures() -> None:
    measures = score_figures([CASE], {"1": [LABEL | {"label": False}, PERCENT, WEIGHT]}).measures
    assert measures["exact_f1"] == pytest.approx(2 / 3)  # 2 of 3 given, 2 of 3 wanted
    assert measures["value_recall"] == pytest.approx(2 / 3)
    assert measures["value"] == 1.0


def test_case_that_was_not_read_finds_nothing() -> None:
    measures = score_figures([CASE], {}).measures
    assert {measures[name] for name in (*MISSED, "labels_f1", "period")} == {0.0}


def test_optional_figures_never_count() -> None:
    case = CASE | {"expected": [*GOLD[:3], COUNT | {"optional": True}]}
    assert fell(score_figures([case], {"1": GOLD}).measures) == set()
    assert fell(score_figures([case], {"1": GOLD[:3]}).measures) == set()


def test_scope_of_a_suite_leaves_other_kinds_out() -> None:
    case = CASE | {"expected": [PERCENT], "scope": ["percent"]}
    assert fell(score_figures([case], {"1": [PERCENT, WEIGHT, COUNT]}).measures) == set()
    assert "exact_f1" in fell(score_figures([case], {"1": [PERCENT, WEIGHT | {"kind": "percent"}]}).measures)


def test_suite_without_spans_asks_for_none() -> None:
    case = CASE | {"expected": [COUNT], "span_policy": "whole_input"}
    wide = COUNT | {"start": 0, "end": len(SENTENCE)}
    assert "exact_f1" not in fell(score_figures([case], {"1": [wide]}).measures)


@pytest.mark.parametrize(
    ("gold", "gold_unit", "read", "read_unit", "same"),
    [
        (3, "斤", 1500, "g", True),
        (3, "斤", 1.5, "kg", True),
        (3, "斤", 3, "kg", True),  # equal numbers count; the unit has a measure of its own
        (3, "斤", 4, "斤", False),
        (5, "%", 0.05, None, True),
        (0.05, None, 5, "%", True),
        (5, "%", 5, None, True),
        (5, "%", 0.5, None, False),
        (0.33333, None, 1 / 3, None, True),
        (3333, None, 3334, None, False),
        (33330, "个", 33331, "个", False),
        (33330, "g", 33331, "克", False),
        (4000, "个", 4000.001, "个", True),
        (1.22e12, "CNY", 1.22e12, "元", True),
        (1, "亩", 666.6667, "m2", True),
        (1, "h", 1, "m", True),
        (2, "h", 120, "min", True),
        (2, "h", 120, "m", False),
        (None, None, 1, None, False),
        (1, None, None, None, False),
        (1, None, "1", None, False),
    ],
)
def test_same_amount(gold: Any, gold_unit: str | None, read: Any, read_unit: str | None, same: bool) -> None:
    assert same_amount(gold, gold_unit, read, read_unit) is same


@pytest.mark.parametrize(
    ("gold", "read", "same"),
    [
        ("2024-11-20", "2024-11-20", True),
        ("2024-11-20", "2024-11-21", False),
        ("2024", "2024-01-01", True),
        ("2024-11", "2024-11-01", True),
        ("2024-11-20", "2024-11-20T09:30", True),
        ("2024-11-20T09:30:00", "2024-11-20T09:30", True),
        ("2024-11-20T09:30:00", "2024-11-20", False),
        ("2024-11-20T00:00:00", "2024-11-20", True),
        ("09:30:00", "2024-11-20T09:30", True),
        ("T09:30", "T09:31", False),
        ("XXXX-10-01", "2024-10-01", True),
        ("XXXX-10-01", "2024-10-02", False),
        ("2024-11-20", "T09:30", False),
        ("2024-11-20", None, False),
        ("2024-11-20", "soon", False),
        (20, "2024-11-20", False),
    ],
)
def test_same_moment(gold: object, read: object, same: bool) -> None:
    assert same_moment(gold, read) is same


@pytest.mark.parametrize(
    ("kind", "gold", "read", "same"),
    [
        ("quantity", "斤", "kg", True),
        ("quantity", "斤", "m", False),
        ("count", "家", "家", True),
        ("count", "家", "个", False),
        ("money", "CNY", "元", True),
        ("fraction", "1", None, True),
        ("percent", "%", None, False),
        ("percent", "%", "pp", False),
        ("age", "岁", "a", True),
        ("age", "岁", "个", False),
        ("duration", "a", "岁", False),
    ],
)
def test_same_unit(kind: str, gold: str, read: str | None, same: bool) -> None:
    assert same_unit({"kind": kind, "unit": gold}, {"unit": read}) is same


@pytest.mark.parametrize(
    ("gold", "read", "same"),
    [
        ({"kind": "count", "value": 3, "value_max": 5}, {"value": 3, "value_max": 5}, True),
        ({"kind": "count", "value": 3, "value_max": 5}, {"value": 3, "value_max": None}, False),
        ({"kind": "count", "value": 3, "value_max": None, "alt_values": [4]}, {"value": 4}, True),
        ({"kind": "count", "value": None, "value_max": 5}, {"value": 5}, True),
        ({"kind": "count", "value": None, "value_max": 5}, {"value": None, "value_max": 4}, False),
        ({"kind": "date", "value": "2023-09-30", "value_max": None}, {"value": None, "value_max": "2023-09-30"}, True),
        ({"kind": "date", "value": "2023-09-30", "value_max": None}, {"value": "2023-09-01"}, False),
        (
            {"kind": "date", "value": "2023-09-30", "value_max": None, "alt_values": ["2023-09"]},
            {"value": "2023-09-01"},
            True,
        ),
        ({"kind": "date", "value": None, "value_max": "2023-09-30"}, {"value": "2023-09-30"}, True),
        (
            {"kind": "duration", "value": 3, "value_max": None, "alt_values": [3, "2021-11-20"]},
            {"value": "2021-11-20"},
            True,
        ),
    ],
)
def test_same_value(gold: Record, read: Record, same: bool) -> None:
    assert same_value(gold, read) is same


# --- jumps and boundaries -------------------------------------------------------------------------------------------

FIRST, SECOND = (
    Part("日报/2024-11-20/01.txt", "本报讯 滨州因铝而兴、因铝而盛，被誉为中国铝都。"),
    Part("02.txt", "今天，我们相聚在美丽的三亚，共同见证。"),
)
THIRD = Part("日报/2024-11-20/03.txt", "别的文章在这里接着往下讲，说的是别的事情。")


@pytest.mark.parametrize(
    ("read", "precision", "recall", "f1"),
    [
        ([(FIRST, SECOND)], 1.0, 1.0, 1.0),
        ([(FIRST, SECOND), (FIRST, THIRD)], 0.5, 1.0, 2 / 3),
        ([(FIRST, THIRD)], 0.0, 0.0, 0.0),
        ([(SECOND, FIRST)], 0.0, 0.0, 0.0),
        ([], 0.0, 0.0, 0.0),
    ],
)
def test_joins(read: list[tuple[Part, Part]], precision: float, recall: float, f1: float) -> None:
    gold = [
        (Part("01.txt", "滨州因铝而兴因铝而盛被誉为中国铝都"), Part("2024-11-20/02.txt", "今天我们相聚在美丽的三亚"))
    ]
    score = score_joins(gold, [(a, replace_path(b)) for a, b in read])
    assert score.measures == pytest.approx({"joins_precision": precision, "joins_recall": recall, "joins_f1": f1})


def replace_path(part: Part) -> Part:
    return part._replace(path=f"日报/2024-11-20/{part.path.rpartition('/')[2]}")


@pytest.mark.parametrize(
    ("read", "precision", "recall"),
    [
        (["甲乙丙。", "丁戊", "己"], 1.0, 1.0),
        (["甲 乙丙", "丁，戊", "", "己"], 1.0, 1.0),
        (["甲乙丙丁戊", "己"], 1.0, 0.5),
        (["甲", "乙丙", "丁戊", "己"], 2 / 3, 1.0),
        (["甲乙", "丙丁戊己"], 0.0, 0.0),
        ([], 0.0, 0.0),
    ],
)
def test_boundaries(read: list[str], precision: float, recall: float) -> None:
    measures = score_boundaries({"1": ["甲乙丙", "丁戊", "己"]}, {"1": read}).measures
    assert measures["boundary_precision"] == pytest.approx(precision)
    assert measures["boundary_recall"] == pytest.approx(recall)


# --- pages made of the gold answers ---------------------------------------------------------------------------------


def sentence(
    key: str, ordinal: int, paragraph: int | None, text: str, start: int, raw: int, figures: Iterable[Mention] = ()
) -> Sentence:
    found = tuple(
        Figure(f"{key}-{ordinal:04d}-{number:02d}", mention, raw + mention.start, raw + mention.end)
        for number, mention in enumerate(figures)
    )
    place = (None, None) if paragraph is None else (start, start + len(text))
    role = "headline" if paragraph is None else "body"
    return Sentence(
        f"{key}-{ordinal:04d}", ordinal, paragraph, role, text, (text,), None, *place, raw, raw + len(text), found
    )


def article_of(answer: Record, document_id: str, ordinal: int, raw: int) -> tuple[Article, str]:
    """An article as the gold has it, and its source: the headline and the paragraphs, a line each."""
    key, sentences, offset = f"{document_id}-{ordinal:04d}", [], 0
    lines = ([answer["headline"]] if answer["headline"] else []) + answer["paragraphs"]
    source = "\n".join(lines)
    heads, at = len(lines) - len(answer["paragraphs"]), raw
    for number, line in enumerate(lines):
        paragraph = number - heads if number >= heads else None
        sentences.append(sentence(key, number, paragraph, line, offset, at))
        offset += 0 if paragraph is None else len(line) + 1
        at += len(line) + 1
    day = answer["event_date"] and date.fromisoformat(
        answer["event_date"] if len(answer["event_date"]) > 5 else f"2024-{answer['event_date']}"
    )
    slots = {
        name: answer.get(name)
        for name in (
            "section",
            "kicker",
            "headline",
            "subheadline",
            "speaker",
            "occasion",
            "agency",
            "dateline",
            "jump_from",
            "jump_to",
        )
    }
    article = Article(
        key,
        ordinal,
        answer["kind"],
        "\n".join(answer["paragraphs"]),
        (Span(raw, raw + len(source)),),
        tuple(sentences),
        event_date=day,
        byline=tuple(Credit(*credit) for credit in answer["byline"]),
        **slots,
    )
    return article, source


def document_of(page: Record) -> tuple[Document, bytes]:
    """A page as the gold has it, and a source that it could have been read from."""
    document_id, articles, source = identity(page["doc"]), [], ""
    for ordinal, answer in enumerate(page["articles"]):
        article, text = article_of(answer, document_id, ordinal, len(source))
        articles.append(article)
        source += text + "\n"
    rest = "责任编辑"
    residue = (Residue(len(source), len(source) + len(rest), rest, "furniture"),)
    return finished(document_id, page["doc"], source + rest, articles, residue)


def finished(
    key: str, name: str, source: str, articles: list[Article], residue: tuple[Residue, ...]
) -> tuple[Document, bytes]:
    n_chars = sum(not mark.isspace() for mark in source)
    digest = hashlib.sha256(source.encode()).hexdigest()
    return Document(
        key, name, digest, "utf-8", "simplified", n_chars=n_chars, articles=tuple(articles), residue=residue
    ), source.encode()


def identity(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()[:16]


def mention_of(answer: Record, text: str, moved: int = 0) -> Mention:
    """A figure of the gold as a row would have it."""
    start, end = answer["start"] + moved, answer["end"] + moved
    days = answer["kind"] == "date"
    first, last = (full_date(answer[name]) if days else None for name in ("value", "value_max"))
    value, value_max = (None if days else answer[name] for name in ("value", "value_max"))
    period = (answer.get(name) and date.fromisoformat(answer[name]) for name in ("period_start", "period_end"))
    return Mention(
        text[start:end],
        start,
        end,
        answer["kind"],
        value,
        value_max,
        first,
        last or first,
        unit=answer["unit"],
        metric=answer.get("metric"),
        is_label=bool(answer.get("label")),
        **dict(zip(("period_start", "period_end"), period)),
    )


def full_date(text: str | None) -> date | None:
    return date.fromisoformat((text + "-01-01")[: len("2024-01-01")]) if text else None


def figures_page(cases: Sequence[Record]) -> tuple[Document, bytes]:
    """One article whose sentences are the gold's, a paragraph each."""
    key, sentences, at = f"{identity('figures.txt')}-0000", [], 0
    for number, case in enumerate(cases):
        mentions = [mention_of(answer, case["input"]) for answer in case["expected"]]
        sentences.append(sentence(key, number, number, case["input"], at, at, mentions))
        at += len(case["input"]) + 1
    source = "\n".join(case["input"] for case in cases)
    article = Article(key, 0, "news", source, (Span(0, len(source)),), tuple(sentences))
    return finished(identity("figures.txt"), "figures.txt", source, [article], ())


def published(root: Path, documents: Iterable[Document]) -> reading.Tables:
    """These pages through a real publication and back, unchecked: gold answers are not whole rows."""
    with mock.patch("warehouse.shards.check_shard"), Publication.begin(root) as publication:
        in_order = sorted(documents, key=lambda document: document.document_id)
        publication.stage(write_shard(publication.folder, "0", in_order), "digest")
        publication.publish(rules="gold", created="2024-11-20T08:00:00Z", versions={})
    return reading.of_warehouse(root)


@pytest.fixture(scope="module")
def gold_pages() -> list[Record]:
    return json.loads(ARTICLES_GOLD.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def gold_cases() -> list[Record]:
    return json_lines(FIGURES_GOLD)


@pytest.fixture(scope="module")
def gold_tables(
    tmp_path_factory: pytest.TempPathFactory, gold_pages: list[Record], gold_cases: list[Record]
) -> tuple[reading.Tables, dict[str, bytes]]:
    made = [*map(document_of, [*gold_pages, PAGE]), figures_page(gold_cases)]
    tables = published(tmp_path_factory.mktemp("gold"), [document for document, _ in made])
    return tables, {document.source_path: data for document, data in made}


def test_warehouse_of_the_gold_articles_is_perfect(
    gold_tables: tuple[reading.Tables, Any], gold_pages: list[Record]
) -> None:
    score = score_articles([*gold_pages, PAGE], reading.pages(gold_tables[0]))
    assert (fell(score.measures), score.faults) == (set(), ())


def test_warehouse_of_the_gold_figures_is_perfect(
    gold_tables: tuple[reading.Tables, Any], gold_cases: list[Record]
) -> None:
    tables = dict(gold_tables[0])
    score = score_placed(gold_cases, place(tables, gold_cases))
    assert (fell(score.measures) - {"metric_close"}, score.measures["unplaced"]) == (set(), 0)
    assert (
        score.measures["metric_close"] > 0.95
    )  # half of some gold metrics stands in brackets, which the sentence lacks


def test_warehouse_of_the_gold_conserves_all(gold_tables: tuple[reading.Tables, dict[str, bytes]]) -> None:
    found = account(*gold_tables)
    assert (found.share, found.faults) == (1.0, ())
    assert found.characters > 20_000


def test_documents_and_warehouse_give_the_same_tables(
    gold_tables: tuple[reading.Tables, Any], gold_pages: list[Record]
) -> None:
    document = document_of(gold_pages[0])[0]
    direct = reading.of_documents([document])
    for name, rows in direct.items():
        assert rows == [row for row in gold_tables[0][name] if document.document_id in str(row.values())]


# --- sentences cut otherwise ----------------------------------------------------------------------------------------

INPUTS = [
    "本报讯(记者 王健)11月9日,全市3.4万名患者就诊。",
    "做到五个更加,既需要胸怀两个大局,也需要3次努力。",
    "其中,占比超过1/3。",
]
CUTS = [
    ("as they are", INPUTS),
    ("without the byline, in full width", ["11月9日，全市3.4万名患者就诊。", *INPUTS[1:]]),
    ("two joined", [INPUTS[0], INPUTS[1] + INPUTS[2]]),
    ("one in two", [INPUTS[0], "做到五个更加,既需要胸怀两个大局,", "也需要3次努力。", INPUTS[2]]),
    (
        "with other text between",
        [INPUTS[0], "做到五个更加，既需要胸怀两个大局，责任编辑李四五六七也需要3次努力。", INPUTS[2]],
    ),
]
WANTED = {"0": ["11月9日", "3.4万名"], "1": ["五个", "两个", "3次"], "2": ["1/3"]}
SURFACES = ("11月9日", "3.4万名", "五个", "两个", "3次", "1/3")


def cut_tables(sentences: Sequence[str]) -> reading.Tables:
    """Rows of sentences with each of `SURFACES` marked where it stands."""
    cases = []
    for text in sentences:
        found = [
            {
                "text": s,
                "start": text.index(s),
                "end": text.index(s) + len(s),
                "kind": "number",
                "value": 1,
                "value_max": None,
                "unit": None,
            }
            for s in SURFACES
            if s in text
        ]
        cases.append({"input": text, "expected": sorted(found, key=lambda figure: figure["start"])})
    return reading.of_documents([figures_page(cases)[0]])


@pytest.mark.parametrize("sentences", [row[1] for row in CUTS], ids=[row[0] for row in CUTS])
def test_figures_find_their_gold_sentence_however_it_was_cut(sentences: Sequence[str]) -> None:
    cases = [{"id": str(number), "input": text, "expected": []} for number, text in enumerate(INPUTS)]
    placed = place(cut_tables(sentences), cases)
    found = {key: [INPUTS[int(key)][row["start"] : row["end"]] for row in rows] for key, rows in placed.figures.items()}
    assert found == WANTED
    assert (placed.outside, placed.dropped, placed.not_found) == ((), (), ())


def test_what_can_not_be_placed_is_reported() -> None:
    cases = [
        {"id": "0", "input": "全市3.4万名患者就诊。", "expected": []},
        {"id": "1", "input": "一句没有读到的话。", "expected": []},
    ]
    placed = place(cut_tables(["全市3.4万名患者就诊。", "售出别的3次样品。", "全市患者就诊，别处又有1/3。"]), cases)
    assert [row["surface"] for row in placed.figures["0"]] == ["3.4万名"]
    assert placed.outside == ("3次 in 售出别的3次样品。", "1/3 in 全市患者就诊，别处又有1/3。")
    assert placed.not_found == ("1",)
    joined = place(cut_tables(["全市3.4万名患者就诊。别处又有1/3。"]), cases)
    assert joined.dropped == ("1/3 in 全市3.4万名患者就诊。别处又有1/3。",)
    score = score_placed(cases, joined)
    assert score.measures["unplaced"] == 1


@pytest.mark.parametrize(
    ("sentences", "f1"),
    [(INPUTS, 1.0), ([INPUTS[0], INPUTS[1] + INPUTS[2]], 0.8), ([*INPUTS[:2], "其中,", "占比超过1/3。"], 6 / 7)],
    ids=["as they are", "an end missed", "an end invented"],
)
def test_ends_of_sentences_missed_or_invented_count(sentences: Sequence[str], f1: float) -> None:
    gold = [{"id": str(number), "input": text, "expected": []} for number, text in enumerate(INPUTS)]
    cases = [{"text": "能吗？能！", "sentences": ["能吗？", "能！"]}]
    score = score_sentences(place(cut_tables(sentences), gold), cases, lambda text: [Span(0, len(text))])
    assert score.measures == pytest.approx({"sentence_f1": f1, "sentence_cases_f1": 2 / 3})
    assert score.faults == ("能吗？能！: 1 ends missed, 0 invented",)


def test_a_figure_keeps_its_own_marks() -> None:
    cases = [{"id": "0", "input": '到"十四五"末将突破', "expected": []}]
    text = "到“十四五”末将突破"
    tables = reading.of_documents(
        [
            figures_page(
                [
                    {
                        "input": text,
                        "expected": [
                            {
                                "text": "",
                                "start": 1,
                                "end": 7,
                                "kind": "number",
                                "value": 1,
                                "value_max": None,
                                "unit": None,
                            }
                        ],
                    }
                ]
            )[0]
        ]
    )
    row = place(tables, cases).figures["0"][0]
    assert (row["start"], row["end"]) == (1, 7)


# --- conservation ---------------------------------------------------------------------------------------------------


def broken(change: Callable[[reading.Tables], Any]) -> Account:
    document, data = document_of(PAGE)
    tables = reading.of_documents([document])
    change(tables)
    return account(tables, {document.source_path: data})


CONSERVATION_FAULTS: list[tuple[Callable[[reading.Tables], Any], str]] = [
    (lambda tables: tables["residue"].clear(), "character lost"),
    (lambda tables: tables["residue"].append(tables["residue"][0]), "character held twice"),
    (lambda tables: tables["residue"][0].update(text="责任"), "residue is not what the source says"),
    (lambda tables: tables["article"].append(tables["article"][0]), "key not unique"),
    (lambda tables: tables["article"].pop(), "key leads nowhere"),
    (lambda tables: tables["sentence"][1].update(start=1), "sentence not at its offsets"),
    (lambda tables: tables["sentence"][1].update(tokens=["各位"]), "tokens don't join"),
    (lambda tables: tables["sentence"][0].update(raw_end=9999), "sentence outside its article"),
    (
        lambda tables: tables["sentence"][0].update(text="无中生有", tokens=["无中生有"]),
        "sentence is not what the source says",
    ),
    (
        lambda tables: tables["sentence"][0].update(raw_end=tables["sentence"][0]["raw_end"] + 1),
        "sentence with a blank at an end of its evidence",
    ),
    (lambda tables: tables["figure"].append(figure_row(tables, surface="8")), "figure not at its offsets"),
    (lambda tables: tables["figure"].append(figure_row(tables, raw_end=9)), "figure is not what the source says"),
    (
        lambda tables: tables["figure"].append(figure_row(tables, raw_start=0, raw_end=200)),
        "figure outside its sentence",
    ),
]


def figure_row(tables: reading.Tables, **columns: Any) -> Record:
    """A figure 5 at the 5 of 5月, in a sentence that is made to have one."""
    row = tables["sentence"][0]
    row.update(text="扛起大旗 加快发展")
    base = {
        "figure_id": "f",
        "sentence_id": row["sentence_id"],
        "article_id": row["article_id"],
        "surface": "扛起",
        "start": 0,
        "end": 2,
        "raw_start": row["raw_start"],
        "raw_end": row["raw_start"] + 2,
    }
    if columns.get("surface") is None and "raw_end" in columns and "raw_start" not in columns:
        base |= {"surface": "5", "start": 0, "end": 1}
        row.update(text="5起大旗 加快发展", tokens=["5起大旗 加快发展"])
    return base | columns


@pytest.mark.parametrize(("change", "fault"), CONSERVATION_FAULTS, ids=[row[1] for row in CONSERVATION_FAULTS])
def test_each_fault_of_the_tables_is_named(change: Callable[[reading.Tables], Any], fault: str) -> None:
    found = broken(change)
    assert fault in found.by_kind
    assert (found.share < 1) == fault.startswith(("character", "key"))


def test_whole_tables_have_no_fault() -> None:
    found = broken(lambda _tables: None)
    assert (found.share, found.faults) == (1.0, ())


@pytest.mark.parametrize(
    ("raw", "text", "fault"), [("⺠⽣⼾", "民生户", False), ("⺠生⼾", "民命户", True), ("民⽣", "民生别", True)]
)
def test_radicals_stand_for_characters(raw: str, text: str, fault: bool) -> None:
    document, data = document_of({"doc": "r.txt", "articles": [NEWS | {"headline": None, "paragraphs": [raw]}]})
    tables = reading.of_documents([document])
    tables["article"][0]["text"] = text
    tables["sentence"][0].update(text=text, tokens=[text])
    assert bool(account(tables, {"r.txt": data}).faults) is fault


# --- sources cut at their paragraphs --------------------------------------------------------------------------------


def test_paragraphs_follow_the_rows() -> None:
    document, data = document_of({"doc": "p.txt", "articles": [NEWS]})
    pieces = reading.paragraphs(reading.of_documents([document]), {"p.txt": data})["p"]
    assert list(map(str.strip, pieces)) == [NEWS["headline"], *NEWS["paragraphs"], "责任编辑"]


@pytest.mark.parametrize(
    ("source", "spans", "pieces"),
    [
        ("甲乙\n丙丁", [(0, 5)], ["甲乙\n丙丁"]),
        ("甲乙\n丙丁", [(0, 2), (3, 5)], ["甲乙\n", "丙丁"]),
        ("题\n（记者王）甲\n丙", [(0, 1), (7, 8), (9, 10)], ["题", "\n（记者王）甲", "\n丙"]),
        ("题\n上接\n甲", [(0, 1), (5, 6)], ["题", "\n上接\n", "甲"]),
        ("甲乙丙", [(0, 1), (2, 3)], ["甲", "乙丙"]),
    ],
)
def test_what_no_sentence_holds_is_cut_by_its_line(
    source: str, spans: list[tuple[int, int]], pieces: list[str]
) -> None:
    row = {"document_id": "d", "source_path": "a/p.txt", "status": "ok", "encoding": "utf-8"}
    residue = [{"document_id": "d", "raw_start": start, "raw_end": end} for start, end in spans]
    tables = {"document": [row], "article": [], "sentence": [], "figure": [], "residue": residue}
    found = reading.paragraphs(tables, {"a/p.txt": source.encode()})["p"]
    assert list(map(letters, found)) == list(map(letters, pieces))


# --- the report -----------------------------------------------------------------------------------------------------


def test_differences_to_outside_scorers_are_seen_in_the_digits_shown() -> None:
    columns = {"all": Score({"exact_f1": 0.98761, "unit": 0.9}, ())}
    same = Section("t", "a", columns, {"all": {"exact_f1": 0.9876}})
    assert (list(same.differences()), same.agreement("exact_f1"), same.agreement("unit")) == ([], "agrees", "")
    other = Section("t", "a", columns, {"all": {"exact_f1": 0.9875, "period": 1.0}})
    assert list(other.differences()) == [
        "t, all: figure span F1 is 0.9876 here, 0.9875 outside",
        "t, all: period is nothing here, 1.0000 outside",
    ]
    assert other.agreement("exact_f1") == "differs: 0.9875 (all)"
    assert any("differs" in line for line in other.lines())


def test_table_has_a_row_for_each_measure_and_help_a_line() -> None:
    section = Section("t", "a", {"all": Score({"unit": 0.5, "unplaced": 1234.0}), "some": Score({"unit": 1.0})})
    rows = [line.split() for line in section.lines()]
    assert rows[2:] == [["unit", "0.5000", "1.0000"], ["unplaced", "figures", "1,234", "-"]]
    assert len(glossary().splitlines()) == len(MEASURES)
