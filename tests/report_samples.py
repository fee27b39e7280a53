"""Warehouses for the tests of the corpus report: one whose every text attacks the report, and a large plain one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

from warehouse_samples import Story, in_order, page, publish, quarantined

from transforms.document import Article, Document, Residue
from warehouse.corpus import Corpus, open_corpus

HOSTILE = (
    "<script>alert(1)</script>",
    "\"><img src=x onerror='alert(2)'>",
    "</td></tr></table><svg onload=alert(3)>",
    "]]><b>大字</b>",
    "--><iframe src='https://example.org/'></iframe>",
    "{{7*7}}{% raw %}${7*7}",
    "a|b|c",
    "```\n# 标题\n```json",
    "[链接](javascript:alert(4)) ![](https://example.org/x.png) *粗* _斜_ ~删~ $x$ \\| https://example.org/",
    "头\u202e条\u2066txt.exe\u200f",
    "零\x00一\x07二\x1b[31m\x7f\x85\u2028\u2029",
    "\u0338开头" + "哈" + "\u0301" * 60 + "\ufdd0\uffff\ue000\U000e0041\U0010ffff",
    "&lt;i&gt;&#60;u&#62;&amp;",
    "长" * 10_000,
    "W" * 10_000,
    "  \t ",
    "</style><style>body{display:none}</style>",
    "' onmouseover='alert(5)' x='",
)


def hostile_pages(texts: Sequence[str] = HOSTILE) -> list[Document]:
    """Pages whose paths, names, headlines, units, reasons and causes are hostile, one text after the other."""
    documents: list[Document] = []
    for number, text in enumerate(texts):
        sentence = text.replace("\n", " ")  # in a body a line feed ends a paragraph
        story = Story(
            headline=text, paragraphs=((f"{sentence}3%。", "新增4000个岗位。"),), columns={"confidence": 0.25}
        )
        bare = Story(
            headline=None, paragraphs=(("短5。",),), columns={"kind": ("news", "brief")[number % 2], "confidence": 0.5}
        )
        whole = page(
            f"{number}/{text}", [story, bare], [text], publication=text, page=text, encoding=text,
            issue_date=date(2024, 11, 20), status="partial", error=text,
        )  # fmt: skip
        documents.append(_spoilt(whole, text))
        documents.append(quarantined(f"不能读/{number}{text}", text))
    return in_order(documents)


def _spoilt(document: Document, text: str) -> Document:
    """The page with `text` as the unit of its figures, all doubtful, and as the reason of its residue."""
    articles = tuple(_doubted(article, text) for article in document.articles)
    residue = tuple(Residue(rest.raw_start, rest.raw_end, rest.text, text) for rest in document.residue)
    return replace(document, articles=articles, residue=residue)


def _doubted(article: Article, unit: str) -> Article:
    sentences = []
    for sentence in article.sentences:
        figures = tuple(
            figure._replace(mention=figure.mention._replace(unit=unit, doubtful=True, date_start=date(2023, 1, 1)))
            for figure in sentence.figures
        )
        sentences.append(sentence._replace(figures=figures))
    return replace(article, sentences=tuple(sentences))


def hostile(root: Path, texts: Sequence[str] = HOSTILE) -> Corpus:
    """A published warehouse of such pages."""
    publish(root, {"00": hostile_pages(texts)}, checked=False)
    return open_corpus(root)


def daily_pages(days: int) -> list[Document]:
    """Four pages a day of three papers, some of them in trouble, some figures with a kind, a unit and a year."""
    documents: list[Document] = []
    for day in range(days):
        issue = date(2023, 1, 30) + timedelta(days=day * 9)
        for number in range(1, 5):
            paper = ("晨报", "晚报", None)[(day + number) % 3]
            path = f"{paper or '无名'}/{issue}/{number:02d}.txt"
            documents.append(_daily(path, day * 4 + number, paper, issue, f"{number:02d}"))
    return in_order(documents)


def _daily(path: str, number: int, paper: str | None, issue: date, name: str) -> Document:
    if number % 17 == 0:
        return quarantined(path, "the file is empty")
    stories = [
        Story(
            headline=None if turn == 2 else f"第{number}版新闻{turn}",
            paragraphs=(
                ("去年增长3%。" * (turn + 1), f"新增{number * 100}个岗位。"),
                ("今年怎样？",) * (number % 5 + 1),
            ),
            columns={
                "kind": ("news", "speech", "brief", "photo")[(number + turn) % 4],
                "confidence": round(0.7 + 0.3 * ((number * 7 + turn) % 10) / 10, 3),
            },
        )
        for turn in range(number % 3 + 1)
    ]
    columns = {"publication": paper, "issue_date": issue, "page": name, "headline_position": "before"}
    if number % 13 == 0:
        columns |= {"status": "partial", "error": "two lines could not be placed"}
    furniture = ["责任编辑"] + ["广告热线电话" * 5] * (number % 4 == 0)
    return _counted(page(path, stories, furniture, **columns), number)


def _counted(document: Document, number: int) -> Document:
    """The page's figures, one after the other, as amounts, percentages, dates and labels."""
    kinds = (
        {"kind": "money", "unit": "CNY", "period_start": date(2015 + number % 9, 1, 1)},
        {"kind": "percent", "unit": "%", "direction": ("up", "down", None)[number % 3], "comparator": ">"},
        {"kind": "date", "value": None, "date_start": date(1949 + number % 80, 10, 1)},
        {"kind": "count", "unit": "个", "comparator": "~", "doubtful": number % 11 == 0},
        {"kind": "rank", "unit": "届", "is_label": True},
    )
    turn, articles = number, []
    for article in document.articles:
        sentences = []
        for sentence in article.sentences:
            figures = []
            for figure in sentence.figures:
                figures.append(figure._replace(mention=figure.mention._replace(**kinds[turn % len(kinds)])))
                turn += 1
            sentences.append(sentence._replace(figures=tuple(figures)))
        articles.append(replace(article, sentences=tuple(sentences)))
    return replace(document, articles=tuple(articles))
