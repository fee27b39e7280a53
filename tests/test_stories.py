"""An article's kind, its confidence, its date and the stretches of the source that are its own."""

from __future__ import annotations

import pytest
from page_checks import decoded, read
from page_setting import SEEDS, set_column

HEADLINE = "市图书馆为乡村儿童送去150册图书"
FIRST = "近日，在惠民县麻店镇五牌村，市图书馆图书捐赠活动举行，为乡村儿童送去了精选的150册少儿图书。"
SECOND = "这些图书都是广大市民所捐赠，涵盖科普、文学、历史、艺术等多个领域，希望点亮孩子们心中的阅读之光。"
THIRD = (
    "据了解，这是市图书馆2024年精心打造的全民阅读推广活动，已走进多个乡村，让孩子们在家门口就能读到好书。"
    "下一步，市图书馆将继续开展图书捐赠，为乡村儿童送去更多的图书和更好的服务。"
)
SEED = sorted(SEEDS.glob("*.txt"))[1]


def page(first: str = f"本报讯（记者 刘清春）{FIRST}", second: str = SECOND, headline: str = HEADLINE) -> str:
    return f"{headline}\n\n{set_column([first, THIRD, second])}\n"


def test_the_kinds_of_the_seeds() -> None:
    kinds = [article.kind for article in read(SEED.read_bytes()).articles]
    assert kinds == ["speech", "photo", "news", "photo", "news", "news"]


@pytest.mark.parametrize(
    ("broken", "why"),
    [
        (page(headline=""), "it has no headline"),
        (page(first=FIRST), "it has neither agency line nor jump line"),
        pytest.param(
            page(second=SECOND.rstrip("。")),
            "its last sentence is not finished",
            marks=pytest.mark.xfail(
                strict=True, reason="a last paragraph without a full stop is read as a subheadline"
            ),
        ),
    ],
)
def test_what_an_article_lacks_lowers_its_confidence(broken: str, why: str) -> None:
    whole = read(page()).articles[0].confidence
    assert 0.9 < whole <= 1.0
    assert all(0.0 <= article.confidence < whole for article in read(broken).articles), why


@pytest.mark.parametrize(
    ("sentence", "day"),
    [
        ("2023年11月9日，市图书馆图书捐赠活动在五牌村举行。", "2023-11-09"),
        ("11月16日上午，市图书馆图书捐赠活动在五牌村举行。", "2023-11-16"),
        ("近日，市图书馆图书捐赠活动在五牌村举行。", None),
        ("今年以来，市图书馆图书捐赠活动已在五牌村举行3次。", None),
    ],
)
def test_a_report_is_dated_by_the_day_its_lead_names(sentence: str, day: str | None) -> None:
    text = f"滨州日报 2023年11月17日 星期五\n\n{page(first=f'本报讯（记者 刘清春）{sentence}{FIRST[3:]}')}"
    found = read(text).articles[0].event_date
    assert (found.isoformat() if found else None) == day


def test_what_is_carried_on_from_another_page_has_no_lead_to_date_it() -> None:
    rest = f"（上接第一版）11月16日起，活动在五牌村举行。{FIRST}"
    document = read(f"滨州日报 2023年11月17日 星期五\n\n{page(first=rest)}")
    assert (document.articles[0].jump_from, document.articles[0].event_date) == ("第一版", None)


def test_a_wire_line_dates_a_report_whose_lead_names_no_day() -> None:
    text = f"滨州日报 2023年11月17日 星期五\n\n{page(first=f'新华社济南11月16日电（记者 刘清春）{FIRST}')}"
    found = read(text).articles[0].event_date
    assert found is not None
    assert found.isoformat() == "2023-11-16"


def test_the_stretches_of_an_article_hold_its_headline_byline_and_body_and_nothing_else() -> None:
    data = SEED.read_bytes()
    document = read(data)
    source = decoded(document, data)
    library = next(article for article in document.articles if article.headline == "150册少儿图书 免费赠与乡村娃")
    held = "".join("".join(source[span.start : span.end].split()) for span in library.raw_spans)
    assert held.startswith("本报讯（记者刘清春通讯员李晓旭徐浩明报道）近日")
    assert held.endswith("图书捐赠活动举行150册少儿图书免费赠与乡村娃")
    assert "绿化" not in held
    assert "求职招聘" not in held


def test_sentences_follow_the_order_of_reading_whatever_the_order_of_the_page() -> None:
    library = next(a for a in read(SEED.read_bytes()).articles if a.headline == "150册少儿图书 免费赠与乡村娃")
    assert [sentence.role for sentence in library.sentences[:3]] == ["kicker", "headline", "body"]
    assert library.sentences[1].raw_start > library.sentences[2].raw_start
    assert [sentence.ordinal for sentence in library.sentences] == list(range(library.n_sentences))
