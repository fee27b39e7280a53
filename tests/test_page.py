"""What holds for every page: nothing lost, nothing invented, the same twice, in proportion to its length.

Pages are made of plausible lines and of what breaks programs: lone marks, control characters, characters beyond the
first plane. `page_checks.faults` names each promise that is broken.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from page_cases import Case, cases, check, one_sided
from page_checks import DOCUMENT_ID, faults, read, source
from page_setting import SEEDS
from stopwatch import seconds

from transforms.document import Document, Options, Sentence, Source
from transforms.page import quarantined, read_page

SEED_LINES = [line for seed in sorted(SEEDS.glob("*.txt")) for line in seed.read_text("utf-8").splitlines() if line]
FRAGMENTS = (
    *(
        "本报讯（记者 王健）",
        "本报讯",
        "新华社北京5月24日电",
        "据新华社",
        "本报记者",
        "（上接第一版）",
        "（下转第二版）",
    ),
    *("▲下转", "（下转第", "上接A3版", "标题新闻", "标题新闻●", "今日谈", "图片新闻", "●", "■", "——", "（人民论坛）"),
    *("各位代表：", "各位领导、各位嘉宾：", "同志们！", "宋永祥", "宋永祥各位代表：现在", "——在会上的致辞", "作报告"),
    *(
        "（2024年11月20日）",
        "2024年2月30日",
        "（2024年13月45日）",
        "一九九八年十十月二十日",
        "○○○○年〇月〇日",
        "星期三",
    ),
    *("责任编辑：王健", "电话：12345", "A3", "第12版", "（通讯员 卢青 摄影）", "（通讯员 摄影）", "（ 摄）", "摄"),
    *(
        "一、",
        "（二）",
        "1.",
        "①②",
        "（2020年5月28日大会通过）",
        "1.2万亿",
        "3000多",
        "12",
        "3.",
        "0",
        "．",
        "１２",
        "十",
    ),
    *("几十万", "零", "千", "上半年", "去年", "13月", "31日", "99999999999999999999年", "1/3", "3:30", "²", "½", "Ⅷ"),
    *("http://a.b/c?d=e", "a@b.c", "GDP", "⼈⺠", "體育館", "題", "乾", "沈", "𠀀𠮷", "😀", "㎡", "ﷺ", "ﬁ"),
    *"“”‘’《》（）()「」…。：；，、·\"'%‰℃-～—",
)
BLANKS = (" ", "  ", "\u3000", "\t", "\x0c", "\x00", "\ufeff", "\u200b", "\u2028", "\x85", "\xad", "\x1f", "\r")
LINE_ENDS = ("\n", "\n", "\n\n", "\n\n\n", "\r\n", "\r\n\r\n", "\r", "\x0c", "", " ", "\u3000\n")

fragments = st.sampled_from(FRAGMENTS) | st.sampled_from(BLANKS) | st.text(min_size=1, max_size=4)
seed_lines = st.sampled_from(SEED_LINES)
cut_lines = st.builds(
    lambda line, start, size: line[start : start + size], seed_lines, st.integers(0, 60), st.integers(0, 40)
)
lines = seed_lines | cut_lines | st.lists(fragments, max_size=8).map("".join)
pages = st.lists(st.tuples(lines, st.sampled_from(LINE_ENDS)), max_size=12).map(
    lambda parts: "".join(line + end for line, end in parts)
)


@settings(max_examples=300, deadline=None)
@given(pages)
def test_every_promise_holds_on_any_page(page: str) -> None:
    assert faults(page.encode("utf-8", "ignore")) == []


@settings(max_examples=150, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=80))
def test_every_promise_holds_on_any_text(page: str) -> None:
    assert faults(page) == []


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_quarantined(data: bytes) -> None:
    assert faults(data) == []


@settings(max_examples=60, deadline=None)
@given(pages, st.sampled_from(["utf-8-sig", "gb18030", "utf-16"]))
def test_every_promise_holds_in_other_encodings(page: str, encoding: str) -> None:
    assert faults(page.encode("utf-8", "ignore").decode().encode(encoding)) == []


@settings(max_examples=60, deadline=None)
@given(pages)
def test_the_same_bytes_read_twice_give_the_same_rows(page: str) -> None:
    data = page.encode("utf-8", "ignore")
    assert read(data) == read(data)


@settings(max_examples=60, deadline=None)
@given(pages)
def test_tags_change_nothing_but_the_tags(page: str) -> None:
    plain, tagged = (read(page.encode("utf-8", "ignore"), Options(pos=pos)) for pos in (False, True))
    assert [article.text for article in plain.articles] == [article.text for article in tagged.articles]
    for one, other in zip(_sentences(plain), _sentences(tagged), strict=True):
        assert one.pos is None
        assert other.pos is not None
        assert (one.text, len(one.tokens)) == (other.text, len(one.tokens))
        assert len(other.pos) == len(other.tokens)


def _sentences(document: Document) -> list[Sentence]:
    return [sentence for article in document.articles for sentence in article.sentences]


@pytest.mark.parametrize("seed", sorted(SEEDS.glob("*.txt")), ids=lambda path: path.stem)
def test_every_promise_holds_on_the_seeds(seed: Path) -> None:
    assert faults(seed.read_bytes()) == []
    assert read(seed.read_bytes()).n_articles > 1


@pytest.mark.parametrize("seed", sorted(SEEDS.glob("*.txt")), ids=lambda path: path.stem)
@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030", "utf-16", "utf-16-le"])
def test_the_encoding_changes_no_reading(seed: Path, encoding: str) -> None:
    text = seed.read_text(encoding="utf-8").replace("®", "")
    plain, other = read(text), read(text.encode(encoding))
    assert other.articles == plain.articles
    assert other.residue == plain.residue


@pytest.mark.parametrize("seed", sorted(SEEDS.glob("*.txt")), ids=lambda path: path.stem)
@pytest.mark.parametrize(
    ("before", "after"),
    [("\n", "\r\n"), ("\n", "\r"), ("\n\n", "\n \n"), ("\n\n", "\n\u3000\n"), ("\n\n", "\n\t\n"), ("\n", "\n\ufeff")],
    ids=["CRLF", "CR", "blank in the blank line", "ideographic space", "tab", "byte-order marks inside"],
)
def test_the_kind_of_line_ends_and_blanks_changes_no_reading(seed: Path, before: str, after: str) -> None:
    text = seed.read_text(encoding="utf-8")
    assert _read_as(text.replace(before, after)) == _read_as(text)


def _read_as(page: str) -> list[tuple[object, ...]]:
    return [
        (article.kind, article.kicker, article.headline, article.subheadline, article.byline, article.text)
        for article in read(page).articles
    ]


@pytest.mark.parametrize("case", cases("page"))
def test_page_becomes(case: Case) -> None:
    check(case)


def test_each_rule_has_a_page_where_it_fires_and_one_where_it_must_not() -> None:
    assert one_sided("page") == []


@pytest.mark.parametrize(
    ("data", "cause"),
    [(b"", "empty"), (b"\xef\xbb\xbf", "empty"), (b"%PDF-1.7 x", "PDF"), (b"\x00\x01\x02" * 50, "binary")],
)
def test_what_is_no_page_is_quarantined_with_its_cause(data: bytes, cause: str) -> None:
    document = read_page(Source(DOCUMENT_ID, "a/b.txt", data, "某报", date(2024, 11, 21), "3"))
    assert document.status == "quarantined"
    assert cause in (document.error or "")
    assert (document.document_id, document.source_path, document.page) == (DOCUMENT_ID, "a/b.txt", "3")
    assert not document.articles
    assert not document.residue


def test_what_could_not_even_be_opened_gets_a_row_as_well() -> None:
    document = quarantined("a/b.txt", DOCUMENT_ID, "no right to read it")
    assert (document.status, document.error, document.n_articles) == ("quarantined", "no right to read it", 0)


def test_damage_is_counted_and_the_rest_is_read() -> None:
    data = ("市图书馆举行图书捐赠活动，送去了图书。\n" * 80).encode() + b"\xff\xfe\n"
    document = read(data)
    assert document.status == "partial"
    assert "U+FFFD" in (document.error or "")
    assert faults(data) == []


def test_what_the_path_says_is_kept_and_dates_the_page() -> None:
    page = "市图书馆举行图书捐赠活动\n\n本报讯（记者 王健）11月16日，图书捐赠活动在市图书馆举行，送去150册图书。\n"
    document = read_page(Source(DOCUMENT_ID, "p.txt", page.encode(), "某报", date(2023, 11, 17), "A3"))
    assert (document.publication, document.issue_date, document.page) == ("某报", date(2023, 11, 17), "A3")
    assert document.articles[0].event_date == date(2023, 11, 16)


def test_ids_are_made_of_the_document_s_and_of_places() -> None:
    document = read(sorted(SEEDS.glob("*.txt"))[1].read_bytes())
    article = document.articles[1]
    assert article.article_id == f"{DOCUMENT_ID}-0001"
    assert article.sentences[2].sentence_id == f"{DOCUMENT_ID}-0001-0002"
    figures = [figure for sentence in _sentences(document) for figure in sentence.figures]
    assert figures
    assert all(figure.figure_id.rpartition("-")[0].startswith(f"{DOCUMENT_ID}-") for figure in figures)


# --- time in proportion ---------------------------------------------------------------------------------------------

LINEAR = 3.0  # a page eight times as long may take up to three times eight times as long
TIMES = 8
SETTLED = 0.02  # seconds below which a measurement says nothing


def _seconds(page: str) -> float:
    return seconds(lambda: read_page(source(page)))


def _in_proportion(unit: str, number: int) -> None:
    """Other work on the machine can only add to a measurement, so the best of a few counts."""
    _seconds("本报讯 近日，图书捐赠活动举行。\n")
    short = max(min(_seconds(unit * number) for _ in range(2)), SETTLED)
    assert any(_seconds(unit * number * TIMES) < short * TIMES * LINEAR for _ in range(3))


@pytest.mark.parametrize(
    ("unit", "number"),
    [
        pytest.param("字\n", 400, id="lines of one character"),
        pytest.param("市图书馆举行图书捐赠活动\n\n", 300, id="nothing but headings"),
        pytest.param("活动举行\n\n本报讯 近日，活动举行。\n\n", 100, id="short articles"),
        pytest.param("“", 10_000, id="opening quotes"),
        pytest.param("“\n", 400, id="opening quotes on lines"),
        pytest.param("（", 10_000, id="opening brackets"),
        pytest.param("《\n", 400, id="opening brackets on lines"),
        pytest.param("1", 120_000, id="digits"),
        pytest.param("1.", 1_500, id="digits and points"),
        pytest.param("1:", 400, id="digits and colons"),
        pytest.param("第1、", 1_500, id="ordinals"),
        pytest.param("一", 12_000, id="numerals"),
        pytest.param("字", 30_000, id="one line"),
        pytest.param("字 ", 10_000, id="letter-spacing"),
        pytest.param("a", 50_000, id="letters"),
        pytest.param(" ", 100_000, id="blanks"),
        pytest.param("—", 10_000, id="dashes"),
        pytest.param("●近日，活动举行。\n", 250, id="bullets"),
        pytest.param("各位代表：\n", 400, id="salutations"),
        pytest.param("（2024年11月20日）\n", 300, id="date lines"),
        pytest.param("（上接第一版）\n", 400, id="jump lines"),
        pytest.param("本报讯（记者 王健）", 200, id="agency lines on one line"),
        pytest.param("近日，市图书馆活动举行。", 600, id="sentences on one line"),
        pytest.param("體育館舉行活動，", 1_200, id="traditional characters"),
        pytest.param("，字\n", 250, id="lines that open with a mark"),
        pytest.param("（上接第一版）", 1_000, id="jump lines on one line"),
    ],
)
def test_time_grows_in_proportion(unit: str, number: int) -> None:
    _in_proportion(unit, number)
