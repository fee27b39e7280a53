"""Parts of an article on different pages of one issue are joined; parts that are not the same article are not."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from transforms.alignment import Span
from transforms.document import Article, Document
from transforms.jumps import find_joins, join_issues, page_number

ALUMINIUM = "铝产业链绿色发展高峰论坛开幕，电解铝产量占全国的八分之一，再生铝产能明年将突破三百万吨。"
ALUMINIUM_GOES_ON = "论坛上，铝型材和再生铝企业介绍了电解铝节能的做法，产能与能耗的数据由论坛发布。"
HOSPITAL = "全市二级以上公立医院推行慢病服务，患者就诊、开药、报销在医院一次办好。"
HOSPITAL_GOES_ON = "医院负责人介绍，慢病患者的就诊流程还将简化，公立医院逐步联网。"


def part(page: int, ordinal: int, text: str, headline: str | None = None, **jump: str) -> Article:
    return Article(f"p{page}-{ordinal:04d}", ordinal, "news", text, (Span(0, 1),), (), headline=headline, **jump)


def page(number: int, *articles: Article, issued: date | None = date(2024, 11, 20), paper: str = "日报") -> Document:
    return Document(
        f"p{number}",
        f"{number:02d}.txt",
        "",
        publication=paper,
        issue_date=issued,
        page=f"{number:02d}",
        articles=articles,
    )


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("第一版", 1),
        ("A3版", 3),
        ("2版", 2),
        ("03", 3),
        ("第十二版", 12),
        ("十版", 10),
        ("二十版", 20),
        ("要闻", None),
        ("", None),
    ],
)
def test_the_number_of_a_page_is_read_however_it_is_printed(text: str, number: int | None) -> None:
    assert page_number(text) == number


def test_the_page_that_is_named_and_the_words_decide() -> None:
    issue = [
        page(1, part(1, 0, ALUMINIUM, jump_to="第二版"), part(1, 1, HOSPITAL, jump_to="第二版")),
        page(2, part(2, 0, HOSPITAL_GOES_ON, jump_from="第一版"), part(2, 1, ALUMINIUM_GOES_ON, jump_from="第一版")),
    ]
    assert find_joins(issue) == {"p2-0000": "p1-0001", "p2-0001": "p1-0000"}


def test_the_headline_decides_where_the_bodies_share_no_words() -> None:
    issue = [
        page(1, part(1, 0, ALUMINIUM, "论坛开幕", jump_to="3版"), part(1, 1, HOSPITAL, "看病更方便", jump_to="3版")),
        page(3, part(3, 0, "一天之后，天晴了。", "看病更方便", jump_from="1版")),
    ]
    assert find_joins(issue) == {"p3-0000": "p1-0001"}


def test_an_article_may_jump_twice() -> None:
    middle = part(2, 0, ALUMINIUM_GOES_ON, jump_from="第一版", jump_to="第三版")
    issue = [
        page(1, part(1, 0, ALUMINIUM, jump_to="第二版")),
        page(2, middle),
        page(3, part(3, 0, ALUMINIUM_GOES_ON + "电解铝能耗最低。", jump_from="第二版")),
    ]
    assert find_joins(issue) == {"p2-0000": "p1-0000", "p3-0000": "p2-0000"}


@pytest.mark.parametrize(
    "issue",
    [
        pytest.param([page(1, part(1, 0, ALUMINIUM)), page(2, part(2, 0, ALUMINIUM_GOES_ON))], id="no jump lines"),
        pytest.param(
            [page(1, part(1, 0, ALUMINIUM, jump_to="第四版")), page(2, part(2, 0, HOSPITAL, jump_from="第三版"))],
            id="other pages named",
        ),
        pytest.param(
            [page(1, part(1, 0, ALUMINIUM, jump_to="2版"), part(1, 1, ALUMINIUM_GOES_ON, jump_from="2版"))],
            id="one page",
        ),
    ],
)
def test_what_is_not_one_article_is_not_joined(issue: list[Document]) -> None:
    assert find_joins(issue) == {}


def test_pages_are_joined_inside_their_issue_only_and_keep_their_order() -> None:
    first, second = (
        page(1, part(1, 0, ALUMINIUM, jump_to="2版")),
        page(2, part(2, 0, ALUMINIUM_GOES_ON, jump_from="1版")),
    )
    joined = join_issues([second, first])
    assert [each.document_id for each in joined] == ["p2", "p1"]
    assert joined[0].articles[0].continues == "p1-0000"
    assert joined[1] == first
    for other in (
        replace(second, issue_date=date(2024, 11, 21)),
        replace(second, publication="晚报"),
        replace(second, issue_date=None),
    ):
        assert join_issues([first, other]) == [first, other]
