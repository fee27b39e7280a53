"""Confidence says how often an article is right; each sign that something went wrong lowers it."""

from __future__ import annotations

import json
import math
import random
from dataclasses import replace

import pytest
from page_checks import read

from benchmarks.confidence import ALWAYS, Example, bands, fit, judged_apart
from benchmarks.scoring import Answer, score_reliability
from benchmarks.seeds import BENCHES, SEEDS
from transforms.confidence import page_signs, rate_stories
from transforms.decode import decode
from transforms.lexicon import table
from transforms.page import page_lines, separate

FIRST = "本报讯（记者 李青）春茶开采，山上茶农忙着采摘明前茶，合作社的炒茶锅从早到晚没有停过。"
SECOND = "合作社还教茶农用手机卖茶，明前茶从采摘到发货只要一天，茶青收购不再靠中间商，山上的路也修到了茶园门口。"
BRIDGE = "跨江大桥昨日合龙，桥面最后一段钢箱梁在凌晨吊装到位，主塔上的工人守了九个夜晚。"
BRIDGE_TOO = "大桥通车以后，桥面上将开出三条公交线路，主塔到了夜里有灯光，工人把钢箱梁漆成蓝色。"


def signs(text: str, number: int = 0) -> dict[str, float]:
    grouping, stories = separate(page_lines(text))
    return page_signs(grouping.drafts, stories)[number]


def page(*paragraphs: str, headline: str = "春茶开采 茶农采摘忙") -> str:
    return "\n\n".join([headline, *paragraphs]) + "\n"


def test_the_table_has_a_weight_for_each_sign_and_no_other() -> None:
    assert {row["sign"] for row in table("confidence")} == {ALWAYS, *signs(page(FIRST, SECOND))}


def test_a_whole_article_shows_no_sign() -> None:
    assert {name for name, value in signs(page(FIRST, SECOND)).items() if value > 0.5} == set()


@pytest.mark.parametrize(
    ("sign", "text"),
    [
        ("no headline", f"{FIRST}\n\n{SECOND}\n"),
        ("unannounced", page(SECOND, SECOND)),
        ("no agency", page(SECOND, SECOND)),
        ("soft end", page(FIRST, f"{SECOND}合作社负责人介绍情况：")),
        ("short", page("本报讯（记者 李青）春茶开采，茶农忙。")),
        ("unlike headline", page(FIRST, SECOND, headline="跨江大桥顺利合龙")),
    ],
)
def test_each_sign_is_seen_where_it_stands(sign: str, text: str) -> None:
    assert signs(text)[sign] > 0.5


def test_a_paragraph_of_another_article_is_a_stranger() -> None:
    bridge = f"跨江大桥合龙\n\n本报讯（记者 王川）{BRIDGE}\n"
    apart = f"{page(FIRST, SECOND)}\n{bridge}\n{BRIDGE_TOO}\n"
    mixed = f"{page(FIRST, BRIDGE_TOO, SECOND)}\n{bridge}\n"
    assert signs(apart)["strangers"] == 0
    assert signs(mixed)["strangers"] > 0.3


def test_a_body_whose_lines_were_moved_is_doubted() -> None:
    grouping, stories = separate(page_lines(page(FIRST, SECOND)))
    (draft,) = grouping.drafts
    moved = replace(draft, parts=(draft.parts[0], *reversed(draft.parts[1:])))
    assert page_signs([draft], stories)[0]["moved"] == 0
    assert page_signs([moved], stories)[0]["moved"] == 1
    assert rate_stories([moved], stories) < rate_stories([draft], stories)


def test_a_signature_costs_no_confidence() -> None:
    signed = page(FIRST, SECOND) + "李伟伟\n2024年11月21日\n"
    assert signs(signed) == signs(page(FIRST, SECOND))


def test_a_doubt_of_an_earlier_step_is_kept() -> None:
    grouping, stories = separate(page_lines(page(FIRST, SECOND)))
    (sure,) = rate_stories(grouping.drafts, stories)
    assert 0.9 < sure == stories[0].confidence <= 1
    doubted = [replace(draft, confidence=0.5) for draft in grouping.drafts]
    assert rate_stories(doubted, stories) == [pytest.approx(sure / 2, abs=0.001)]


def test_the_seeds_are_read_with_confidence() -> None:
    articles = [article for path in sorted(SEEDS.glob("*.txt")) for article in read(path.read_bytes()).articles]
    assert sum(article.confidence > 0.8 for article in articles) >= 0.7 * len(articles)
    assert all(article.confidence > 0.4 for article in articles)


def test_the_fit_finds_the_weights_that_made_the_examples() -> None:
    chance = random.Random(7)
    examples = []
    for number in range(4000):
        shown = {"one": float(chance.random() < 0.5), "other": float(chance.random() < 0.5)}
        odds = 2 - 3 * shown["one"]
        examples.append(Example(f"page {number % 40}", shown, chance.random() < 1 / (1 + math.exp(-odds))))
    weights = fit(examples)
    assert weights == pytest.approx({ALWAYS: 2, "one": -3, "other": 0}, abs=0.3)
    shown_bands = list(bands(judged_apart(examples), {example.page for example in examples}))
    assert len(shown_bands) >= 2


def test_reliability_counts_each_gold_article_once() -> None:
    gold = [{"doc": "a", "articles": [{"paragraphs": ["春茶开采。"]}]}]
    rated = [{"paragraphs": ["春茶，开采"], "confidence": 0.95}, {"paragraphs": ["春茶开采"], "confidence": 0.5}]
    assert score_reliability(gold, [{"doc": "a", "articles": rated}]).measures == {
        "sure_exact": 1.0,
        "unsure_exact": 0.0,
        "sure_share": 0.5,
        "brier": pytest.approx((0.05**2 + 0.5**2) / 2),
    }


@pytest.mark.skipif(not BENCHES.is_dir(), reason="the benches don't lie beside this checkout")
def test_articles_above_nine_tenths_are_right_far_more_often_than_those_below() -> None:
    measured = score_reliability(*_bench()).measures
    assert measured["sure_exact"] >= 0.9
    assert measured["sure_share"] >= 0.3
    assert measured["sure_exact"] - measured["unsure_exact"] >= 0.3


def _bench() -> tuple[list[Answer], list[Answer]]:
    gold = json.loads((BENCHES / "pages.gold.json").read_text(encoding="utf-8"))
    return gold, [
        {"doc": page["doc"], "articles": _rated((BENCHES / "pages" / page["doc"]).read_bytes())} for page in gold
    ]


def _rated(data: bytes) -> list[Answer]:
    _, stories = separate(page_lines(decode(data).text))
    return [
        {"paragraphs": [paragraph.text.text for paragraph in story.paragraphs], "confidence": story.confidence}
        for story in stories
    ]
