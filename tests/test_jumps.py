"""Parts of an article on different pages of one issue are joined; parts that are not the same article are not."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from transforms.alignment import Span
from transforms.document import Article, Document
from transforms.jumps import find_joins, join_issues, page_names

ALUMINIUM = "铝产业链绿色发展高峰论坛开幕，电解铝产量占全国的八分之一，再生铝产能明年将突破三百万吨。"
ALUMINIUM_GOES_ON = "论坛上，铝型材和再生铝企业介绍了电解铝节能的做法，产能与能耗的数据由论坛发布。"
HOSPITAL = "全市二级以上公立医院推行慢病服务，患者就诊、开药、报销在医院一次办好。"
HOSPITAL_GOES_ON = "医院负责人介绍，慢病患者的就诊流程还将简化，公立医院逐步联网。"


def part(page: int, ordinal: int, text: str, headline: str | None = None, **columns: str) -> Article:
    return Article(f"p{page}-{ordinal:04d}", ordinal, "news", text, (Span(0, 1),), (), headline=headline, **columns)


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
    ("text", "names"),
    [
        ("第一版", [("", 1)]),
        ("A3版", [("A", 3)]),
        ("2版", [("", 2)]),
        ("03", [("", 3)]),
        ("第十二版", [("", 12)]),
        ("十版", [("", 10)]),
        ("二十版", [("", 20)]),
        ("第二、三版", [("", 2), ("", 3)]),
        ("要闻", []),
        ("", []),
    ],
)
def test_the_pages_named_are_read_however_they_are_printed(text: str, names: list[tuple[str, int]]) -> None:
    assert page_names(text) == frozenset(names)


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


# --- small issues, each with a trap ----------------------------------------------------------------------------------

BRIDGE = "跨江大桥合龙，桥面钢箱梁吊装完成，主塔高一百六十米，两岸车程由四十分钟缩短为五分钟。"
BRIDGE_GOES_ON = "大桥建设者说，钢箱梁吊装遇上大风，主塔上的工人等了三天，桥面合龙比计划晚了一周。"
TEA = "春茶开采，山上茶农忙着采摘明前茶，合作社的炒茶锅从早到晚没有停过，茶青收购价比去年高。"
TEA_GOES_ON = "合作社还教茶农用手机卖茶，明前茶从采摘到发货只要一天，茶青收购不再靠中间商。"
CHESS = "少年棋院开馆，围棋班收了六十名学生，老棋手每周来讲一次死活题，教室里只听见落子声。"


def test_a_headline_repeated_on_the_page_named_is_no_continuation_where_another_part_says_that_it_carries_on() -> None:
    again = part(3, 0, f"跨江大桥通车仪式将于下月举行。{BRIDGE}", "跨江大桥合龙", agency="本报讯")
    issue = [
        page(1, part(1, 0, BRIDGE, "跨江大桥合龙", jump_to="第3版")),
        page(3, again, part(3, 1, BRIDGE_GOES_ON, jump_from="第1版")),
    ]
    assert find_joins(issue) == {"p3-0001": "p1-0000"}
    assert find_joins([issue[0], replace(issue[1], articles=(again,))]) == {}


def test_a_part_that_jumps_to_a_page_not_given_takes_no_part_of_another_page() -> None:
    issue = [
        page(1, part(1, 0, BRIDGE, "跨江大桥合龙", jump_to="第八版"), part(1, 1, TEA, "春茶开采", jump_to="二版")),
        page(2, part(2, 0, TEA_GOES_ON, jump_from="一版"), part(2, 1, CHESS, "少年棋院开馆", agency="本报讯")),
    ]
    assert find_joins(issue) == {"p2-0000": "p1-0001"}


@pytest.mark.parametrize("headline", ["跨江大桥合龙", "大桥合龙", "《跨江大桥合龙》续"])
def test_a_part_whose_jump_line_is_lost_is_joined_by_its_headline(headline: str) -> None:
    heads = page(1, part(1, 0, BRIDGE, "跨江大桥合龙", jump_to="2版"), part(1, 1, TEA, "春茶开采", jump_to="2版"))
    tails = page(2, part(2, 0, CHESS, "少年棋院开馆"), part(2, 1, BRIDGE_GOES_ON, headline))
    assert find_joins([heads, tails]) == find_joins([tails, heads]) == {"p2-0001": "p1-0000"}


def test_a_part_whose_own_jump_is_lost_is_joined_to_the_one_that_names_its_page() -> None:
    issue = [
        page(1, part(1, 0, BRIDGE, "跨江大桥合龙"), part(1, 1, TEA, "春茶开采")),
        page(4, part(4, 0, TEA_GOES_ON, "春茶开采", jump_from="A1版")),
    ]
    assert find_joins(issue) == {"p4-0000": "p1-0001"}


def test_the_sentence_cut_in_two_decides_where_nothing_else_does() -> None:
    issue = [
        page(1, part(1, 0, f"{CHESS}棋院还要办一场友谊", jump_to="2版"), part(1, 1, TEA, jump_to="2版")),
        page(2, part(2, 0, "，来的人都说好。", jump_from="1版")),
    ]
    assert find_joins(issue) == {"p2-0000": "p1-0000"}


def test_the_letter_of_a_page_tells_pages_of_one_number_apart() -> None:
    one, other = part(2, 0, TEA_GOES_ON, jump_from="A1版"), part(3, 0, BRIDGE_GOES_ON, jump_from="B1版")
    issue = [
        replace(page(1, part(1, 0, BRIDGE, jump_to="B2版")), page="B1"),
        replace(page(5, part(5, 0, TEA, jump_to="A2版")), page="A1"),
        replace(page(2, one), page="A2"),
        replace(page(3, other), page="B2"),
    ]
    assert find_joins(issue) == {"p2-0000": "p5-0000", "p3-0000": "p1-0000"}


def test_a_chain_goes_through_three_pages_and_no_part_carries_itself_on() -> None:
    issue = [
        page(1, part(1, 0, BRIDGE, "跨江大桥合龙", jump_to="二版"), part(1, 1, TEA, "春茶开采", jump_to="三版")),
        page(2, part(2, 0, BRIDGE_GOES_ON, "跨江大桥合龙", jump_from="一版", jump_to="三版")),
        page(3, part(3, 0, TEA_GOES_ON, jump_from="一版"), part(3, 1, f"工人说，{BRIDGE_GOES_ON}", jump_from="二版")),
    ]
    assert find_joins(issue) == {"p2-0000": "p1-0000", "p3-0000": "p1-0001", "p3-0001": "p2-0000"}
    ring = [
        page(1, part(1, 0, BRIDGE, jump_from="2版", jump_to="2版")),
        page(2, part(2, 0, BRIDGE_GOES_ON, jump_from="1版", jump_to="1版")),
    ]
    assert find_joins(ring) == {"p2-0000": "p1-0000"}
    assert find_joins(ring[::-1]) == {"p2-0000": "p1-0000"}


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
