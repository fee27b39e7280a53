"""What holds of figures on any text: offsets, order, no exceptions, time in proportion to length."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from importlib import resources
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stopwatch import seconds

from flows.batch import breach
from transforms import lexicon
from transforms.document import Mention, Source
from transforms.figures.reader import read_figures, read_text
from transforms.page import read_page

REFERENCE = date(2024, 2, 29)
PIECES = [
    *"0123456789零一二两三五六七八九十百千万亿兆半几数多余来第前上约近至到—-～~/%.,，。、：:∶“”《》（） \n\t",
    *[
        "年",
        "月",
        "日",
        "号",
        "时",
        "点",
        "分",
        "个",
        "家",
        "名",
        "元",
        "万元",
        "吨",
        "公里",
        "岁",
        "级",
        "大",
        "倍",
        "成",
        "折",
        "度",
    ],
    *[
        "百分之",
        "分之",
        "去年",
        "今年",
        "目前",
        "同比增长",
        "下降",
        "季度",
        "年代",
        "世纪",
        "十四五",
        "零下",
        "负",
        "以上",
        "左右",
    ],
    *[
        "个月",
        "小时",
        "企业",
        "产值",
        "达到",
        "连续",
        "居全省",
        "届",
        "次会议",
        "1/3",
        "2024",
        "9:30",
        "萬",
        "兩",
        "Ａ",
        "５",
        "壹",
        "𠀀",
    ],
]
TEXTS = st.one_of(st.text(max_size=60), st.lists(st.sampled_from(PIECES), max_size=25).map("".join))


def check(text: str, mentions: tuple[Mention, ...]) -> None:
    """The mentions ascend, don't overlap, are not empty, and are what stands at their offsets."""
    last = 0
    for mention in mentions:
        assert last <= mention.start < mention.end <= len(text)
        assert text[mention.start : mention.end] == mention.surface
        last = mention.end


@settings(max_examples=600, deadline=None)
@given(TEXTS)
def test_offsets_of_a_text(text: str) -> None:
    check(text, read_text(text, REFERENCE))


@settings(max_examples=300, deadline=None)
@given(st.lists(TEXTS, max_size=5))
def test_offsets_of_sentences(sentences: list[str]) -> None:
    read = read_figures(sentences, REFERENCE)
    assert len(read) == len(sentences)
    for sentence, mentions in zip(sentences, read, strict=True):
        check(sentence.replace("\n", " "), mentions)


@settings(max_examples=200, deadline=None)
@given(TEXTS)
def test_values_fit_their_kind(text: str) -> None:
    for mention in read_text(text, REFERENCE):
        assert mention.comparator in ("=", ">", ">=", "<", "<=", "~")
        assert mention.direction in (None, "up", "down")
        assert (mention.date_start is None) == (mention.date_end is None)
        if mention.date_start is not None and mention.date_end is not None:
            assert mention.date_start <= mention.date_end
        if mention.kind in ("date", "time") and not mention.is_label:
            assert mention.value is None


@settings(max_examples=100, deadline=None)
@given(TEXTS)
def test_no_reference_no_invented_year(text: str) -> None:
    check(text, read_text(text, None))


HOSTILE = [
    "7",
    "一",
    "万亿",
    "1,234",
    "两",
    "“3",
    "《3个",
    "1-",
    "1年",
    "第一",
    "3至",
    "三分之",
    "壹两",
    "近3年",
    "去年",
    "20:",
    "（",
    "3个、",
    "1.1",
    "1O",
    "第1、",
    "分别为1、",
    "（占1%",
    "康熙一",
]


def _seconds(text: str) -> float:
    return seconds(lambda: read_text(text, REFERENCE))


@pytest.mark.parametrize("piece", HOSTILE)
def test_time_is_in_proportion(piece: str) -> None:
    """Eight times the length takes some eight times as long: what is quadratic would take 64 times as long.

    Other work on the machine can only add to a measurement, so the best of a few counts.
    """
    short = piece * (5_000 // len(piece))
    most = 24 * max(0.005, min(_seconds(short) for _ in range(3)))
    assert any(_seconds(short * 8) < most for _ in range(5))


def test_a_megabyte_of_digits() -> None:
    assert read_text("7" * 1_000_000, REFERENCE) == ()
    assert read_text("一" * 1_000_000, REFERENCE) == ()
    assert read_text("万亿" * 500_000, REFERENCE) == ()


@given(st.integers(1, 9999), st.sampled_from(["..", "O", "l", "S", "□", "\ufffd"]), st.integers(1, 99))
def test_a_damaged_numeral_is_one_doubtful_figure_without_a_value(first: int, damage: str, second: int) -> None:
    surface = f"{first}{damage}{second}万元"
    (mention,) = read_text(f"全市投入{surface}，比上年多。", date(2024, 11, 20))
    assert (mention.surface, mention.kind, mention.unit) == (surface, "money", "CNY")
    assert mention.doubtful
    assert (mention.value, mention.value_max, mention.si_value) == (None, None, None)


@given(st.integers(1, 9999), st.sampled_from(["", ".5", "万", "多万"]))
def test_a_whole_numeral_is_not_doubtful(number: int, tail: str) -> None:
    (mention,) = read_text(f"全市投入{number}{tail}元，比上年多。", date(2024, 11, 20))
    assert not mention.doubtful
    assert mention.value is not None


DIGITS = "〇零一二两三四五六七八九十百千万亿"
CALENDAR = (
    *"年月日号时点分秒半刻周旬初底末至到前第约近多每：，、—",
    *("星期", "季度", "上旬", "中旬", "下旬", "世纪", "年代", "上午", "晚上", "凌晨", "当日", "农历", "腊月", "大年"),
    *("以上", "不到", "百分之", "分之"),
)


def cells() -> Iterator[str]:
    """What the tables of figures have in short cells."""
    for file in resources.files(lexicon).iterdir():
        if file.name.startswith("figures_"):
            for row in lexicon.table(file.name.removesuffix(".tsv")):
                yield from (cell for cell in row.values() if cell and len(cell) <= 4)


def numerals(random: Random) -> list[str]:
    """One of each form, so small that many are hours and days."""
    return [
        str(random.randint(0, 31)),
        str(random.randint(0, 100_000)),
        f"{random.randint(0, 99)}.{random.randint(0, 999)}",
        f"{random.randint(0, 25)}:{random.randint(0, 70):02}",
        str(random.randint(1840, 2060)),
        "".join(random.choices(DIGITS, k=random.randint(1, 4))),
    ]


@pytest.mark.parametrize("seed", range(8))
def test_rows_of_any_figures_keep_the_contract(seed: int, tmp_path: Path) -> None:
    """Sentences of numerals and words in any order: what the warehouse refuses costs a user the whole page."""
    random, words = Random(seed), sorted({*cells()})

    def sentence() -> str:
        kinds = (numerals(random), CALENDAR, words)
        return "".join(random.choice(random.choice(kinds)) for _ in range(random.randint(2, 9)))

    text = "本报讯 " + "。\n".join(sentence() for _ in range(500)) + "。\n"
    page = read_page(Source("page", "page.txt", text.encode(), "滨海日报", date(2024, 11, 20)))
    assert sum(len(each.figures) for article in page.articles for each in article.sentences) > 500
    assert breach(page, str(tmp_path)) is None
