"""Figures: each row of `cases/figures*.jsonl` is a text with what must be read from it; `figures` empty: nothing must.

A row names of each mention the fields it is about; the others may be anything.
"""

from __future__ import annotations

import json
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from transforms.document import Mention
from transforms.figures.reader import read_figures, read_text

CASES = [
    json.loads(line)
    for path in sorted(Path(__file__).with_name("cases").glob("figures*.jsonl"))
    for line in path.open(encoding="utf-8")
]


def same(read: Any, wanted: Any) -> bool:
    """Whether a field reads as wanted: dates as ISO strings, numbers to nine digits."""
    if isinstance(read, date):
        return read.isoformat() == wanted
    if isinstance(wanted, float) and isinstance(read, float):
        return read == pytest.approx(wanted, rel=1e-9)
    return read == wanted


@pytest.mark.parametrize("case", CASES, ids=[f"{case['rule']}: {case['text'][:12]}" for case in CASES])
def test_case(case: dict[str, Any]) -> None:
    mentions = read_text(case["text"], date.fromisoformat(case["reference"]) if case["reference"] else None)
    assert [mention.surface for mention in mentions] == [figure["surface"] for figure in case["figures"]]
    for mention, figure in zip(mentions, case["figures"], strict=True):
        for name, wanted in figure.items():
            assert same(getattr(mention, name), wanted), (name, getattr(mention, name), wanted)


def surfaces(mentions: tuple[Mention, ...]) -> list[str]:
    return [mention.surface for mention in mentions]


def test_sentences_keep_their_own_offsets() -> None:
    sentences = ["共有12个园区。", "", "集群拥有237家企业、142家工厂。"]
    first, second, third = read_figures(sentences, None)
    assert surfaces(first) == ["12个"]
    assert second == ()
    assert surfaces(third) == ["237家", "142家"]
    for mention in third:
        assert sentences[2][mention.start : mention.end] == mention.surface


def test_a_period_holds_for_the_next_sentences_and_ends_with_another() -> None:
    sentences = ["11月18日，招聘活动举办。", "活动中，110余家企业参加。", "目前，已有35家入驻。"]
    _, carried, ended = read_figures(sentences, date(2024, 11, 20))
    assert (carried[0].period_start, carried[0].period_end) == (date(2024, 11, 18), date(2024, 11, 18))
    assert ended[0].period_start == date(2024, 11, 20)


def test_a_period_does_not_hold_for_ever() -> None:
    sentences = ["2023年，新增12个园区。", *["会议指出。"] * 6, "现有30家企业。"]
    assert read_figures(sentences, date(2024, 11, 20))[-1][0].period_start is None


@pytest.mark.parametrize(
    ("sentences", "period"),
    [
        (["2016年1月16日，基地开业。", "入驻企业40家。"], None),  # news of that day, or long past: nothing tells
        (["列入“十四五”规划。", "累计批准项目超过10个。"], None),
        (["2016年1月16日，基地开业。", "4年多来，入驻企业40家。"], None),
        (["2019年，新增12个园区。", "今年新增企业30家。"], None),
        (["2019年，新增12个园区。", "3月5日，签约企业30家。"], None),
        (["2019年，新增12个园区。", "全年新增企业30家。"], ("2019-01-01", "2019-12-31")),
    ],
)
def test_what_is_carried_on_without_a_day_of_reference(sentences: list[str], period: tuple[str, str] | None) -> None:
    mention = read_figures(sentences, None)[-1][-1]
    first, last = mention.period_start, mention.period_end
    assert (first and (first.isoformat(), last.isoformat() if last else None)) == period


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("截至6月3日，今年以来破获案件200件", "2024-01-01", "2024-06-03"),
        ("6月3日举行的会议说，今年以来破获案件200件", "2024-06-03", "2024-06-03"),
        ("截至6月3日，破获案件200件", "2024-06-03", "2024-06-03"),
    ],
)
def test_what_was_counted_up_to_a_day_is_of_the_time_since_the_year_began(text: str, first: str, last: str) -> None:
    mention = read_text(text, date(2024, 6, 4))[-1]
    assert (str(mention.period_start), str(mention.period_end)) == (first, last)


@pytest.mark.parametrize(
    ("first", "carried"), [("去年底出台的减税政策要落实。", False), ("去年底，减税政策出台。", True)]
)
def test_the_day_on_which_a_rule_was_issued_is_not_that_of_what_follows(first: str, carried: bool) -> None:
    second = read_figures([first, "费率降低3个百分点。"], date(2024, 1, 20))[-1]
    assert (second[0].period_start is not None) == carried


def test_a_year_holds_within_its_sentence_only() -> None:
    first, second = read_figures(["2016年10月开工，12月完工。", "3月验收。"], date(2024, 11, 20))
    assert first[1].date_start == date(2016, 12, 1)
    assert second[0].date_start == date(2024, 3, 1)


def test_a_time_of_day_is_of_the_day_named_last() -> None:
    _, second = read_figures(["5月27日下午，闭幕会举行。", "15时，闭幕会开始。"], date(2020, 5, 28))
    assert (second[0].date_start, second[0].time_of_day) == (date(2020, 5, 27), "15:00")


def test_without_a_reference_a_date_has_no_days() -> None:
    (mention,) = read_text("9月9日", None)
    assert (mention.kind, mention.date_start) == ("date", None)


def test_a_reference_may_have_a_time() -> None:
    (mention,) = read_text("三月一號", datetime(2013, 2, 12, 4, 30))
    assert mention.date_start == date(2013, 3, 1)


def test_a_line_break_parts_what_stands_on_its_sides() -> None:
    assert surfaces(read_text("共3\n5个", None)) == ["3", "5个"]


def test_what_is_counted_ends_where_the_halves_of_a_headline_part() -> None:
    ((mention,),) = read_figures(["150册少儿图书 免费赠与乡村娃"], None)
    assert mention.metric == "少儿图书"
