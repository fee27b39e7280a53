"""Which issue a page is of, by its lines of furniture alone: paper and date, without reading the page.

Whoever plans a build must know which pages belong to one issue before any is read, and has some microseconds a page
for it. So the bytes are searched for the few lines that can name a paper; these are judged by the rules that read the
page later.

    before  …上涨3.2%。⏎滨州日报 2024年11月21日 星期四⏎市图书馆举行捐赠⏎…
    after   Imprint(publication="滨州日报", issue_date=date(2024, 11, 21))
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from transforms import marks
from transforms.decode import Undecodable, decode
from transforms.lexicon import words
from transforms.lines import printed_lines

PAPER = re.compile("报".encode() + rb"(?![\xe4-\xe9])")
"""The end of a paper's name: no Han follows, all of which but a few begin with these bytes in UTF-8."""
TRADITIONAL = re.compile("報".encode() + rb"(?![\xe4-\xe9])")
WEEKDAY = re.compile("星期".encode())
LONGEST = 240
"""Bytes of a line that can be furniture, blanks of letter-spacing included."""
PROBE = 1024


class Imprint(NamedTuple):
    """What a page's furniture says of its issue; None for what it does not say."""

    publication: str | None = None
    issue_date: date | None = None


SILENT = Imprint()


def imprint(data: bytes, known: Imprint = SILENT) -> Imprint:
    """What is known of a page's issue, and what its furniture says first of the rest.

    A file that is no text adds nothing, nor does a date where no paper is known: it makes no issue.
    """
    text = _text(data)
    publication, day = known
    for line in () if publication else _furniture(text, PAPER if "报".encode() in text else TRADITIONAL):
        publication = publication or marks.publication_in(line)
        day = day or marks.date_in(line)
    return Imprint(publication, day or _day(text) if publication else day)


def printed_day(data: bytes) -> date | None:
    """The date that a page's furniture prints with its weekday, whatever the paper."""
    return _day(_text(data))


def _day(text: bytes) -> date | None:
    return next(filter(None, map(marks.date_in, _furniture(text, WEEKDAY))), None)


def _text(data: bytes) -> bytes:
    return data if _is_utf8(data) else _as_utf8(data)


def _is_utf8(data: bytes) -> bool:
    """Whether a file is in UTF-8, as far as its beginning tells; a NUL tells of UTF-16."""
    head = data[:PROBE]
    try:
        head.decode()
    except UnicodeDecodeError as error:
        return len(head) == PROBE and error.start > PROBE - 4  # the end of the probe cuts a character
    return b"\0" not in head


def _as_utf8(data: bytes) -> bytes:
    try:
        return decode(data).text.encode(errors="replace")
    except Undecodable:
        return b""


def _furniture(text: bytes, mark: re.Pattern[bytes]) -> Iterator[str]:
    """The lines of furniture that hold a mark; cleaned as the lines of a page are, where they don't show as they are.

    Cleaning one is slow, and most that name paper and date do so as they stand.
    """
    for found in mark.finditer(text):
        line = _line_around(text, found.start()).decode(errors="replace").strip()
        if _is_plain(line):
            yield line
        elif "年" in line or "·" in line or any(cue in line for cue in words("furniture")):
            yield from (one.text for one in printed_lines(line) if marks.is_furniture(one.text))


def _line_around(text: bytes, at: int) -> bytes:
    """The line of a place; nothing where it is too long for furniture."""
    first, last = max(0, at - LONGEST), at + LONGEST
    start = max(text.rfind(b"\n", first, at), text.rfind(b"\r", first, at))
    line = text[start + 1 : last].partition(b"\n")[0].partition(b"\r")[0]
    return line if len(line) <= LONGEST else b""


def _is_plain(line: str) -> bool:
    """Whether a line as it stands names paper and date."""
    return bool(marks.publication_in(line) and marks.date_in(line)) and marks.is_furniture(line)
