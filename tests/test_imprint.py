"""What the furniture says of a page's issue, found without reading the page: the same as when it is read."""

from __future__ import annotations

from datetime import date

import pytest
from conftest import SEEDS

from transforms.document import Source
from transforms.imprint import SILENT, Imprint, imprint, printed_day
from transforms.page import read_page

BODY = (SEEDS / "001_ad3d549c36c3d700.txt").read_text(encoding="utf-8")
ISSUE = Imprint("滨州日报", date(2024, 11, 21))
HEADS = [
    ("滨州日报 2024年11月21日 星期四", ISSUE),
    ("滨 州 日 报　２０２４年１１月２１日　星期四", ISSUE),
    ("二〇二四年十一月二十一日 星期四 滨州日报", ISSUE),
    ("第3版 要闻 滨州日报 2024年11月21日 星期四 责任编辑：王健", ISSUE),
    ("A3·滨州日报\n2024年11月21日 星期四", ISSUE),
    ("滨州日报\r\n2024年11月21日 星期四 滨州日报", ISSUE),
    ("A3 滨州日报 2024年11月21日", SILENT),
    ("滨州日报", SILENT),
    ("据滨州日报2024年11月21日星期四报道，今天的报纸出版了。", SILENT),
    ("", SILENT),
]


@pytest.mark.parametrize(("head", "issue"), HEADS)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_a_head_tells_paper_and_date_in_any_encoding(head: str, issue: Imprint, encoding: str) -> None:
    assert imprint(f"{head}\n\n{BODY}".encode(encoding)) == issue


@pytest.mark.parametrize("head", [head for head, _ in HEADS])
@pytest.mark.parametrize("form", ["{head}\n\n{body}", "{body}\n\n{head}\n"])
def test_it_is_what_the_reading_of_the_page_finds(head: str, form: str) -> None:
    data = form.format(head=head, body=BODY[:2000]).encode()
    page = read_page(Source("0" * 16, "a.txt", data))
    assert imprint(data) == Imprint(page.publication, page.issue_date)


def test_the_heads_of_traditional_print() -> None:
    assert imprint("濱州日報 2024年11月21日 星期四\n\n今天出版了。".encode("big5")) == ISSUE


@pytest.mark.parametrize(
    ("head", "known", "found"),
    [
        ("2024年11月21日 星期四", Imprint("某刊", None), Imprint("某刊", date(2024, 11, 21))),
        ("滨州日报 2024年11月21日 星期四", Imprint("某刊", None), Imprint("某刊", date(2024, 11, 21))),
        ("滨州日报 2024年11月21日 星期四", Imprint(None, date(1998, 1, 1)), Imprint("滨州日报", date(1998, 1, 1))),
        ("2024年11月21日 星期四", SILENT, SILENT),
        ("", Imprint("某刊", None), Imprint("某刊", None)),
    ],
)
def test_what_is_known_stands_and_a_date_alone_makes_no_issue(head: str, known: Imprint, found: Imprint) -> None:
    assert imprint(f"{head}\n\n{BODY}".encode(), known) == found


def test_the_printed_day_is_told_whatever_the_paper() -> None:
    assert printed_day(f"2024年11月21日 星期四 要闻\n\n{BODY}".encode()) == date(2024, 11, 21)
    assert printed_day(BODY.encode()) is None


@pytest.mark.parametrize(
    "data", [b"", b"\x00" * 5000, "报".encode() * 100_000, b"%PDF-1.7 \xff\xfe", "日报\n".encode() * 50_000]
)
def test_what_is_no_page_is_silent(data: bytes) -> None:
    assert imprint(data) == SILENT
