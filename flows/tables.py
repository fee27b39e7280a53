"""Rows as text: CSV, JSON lines, Markdown, and a table for a person's eyes.

The first three hold every row and stream; the table shows some and says how many there are. Whatever a page says is
data here: marks that a format or a terminal would obey are escaped or made visible.

    before  ("news", "第一行\n第二行", None)
    after   CSV       news,"第一行⏎第二行", with a real line end in the quotes
            JSON      {"kind": "news", "text": "第一行\\n第二行", "note": null}
            Markdown  | news | 第一行<br>第二行 |  |
            table     news  第一行␊第二行  null
"""

from __future__ import annotations

import csv
import json
import math
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, Protocol

Rows = list[tuple[Any, ...]]
NARROWEST = 9
"""Columns of the terminal below which a cell says nothing: then a row is shown as a list of its cells."""
GAP = "  "
LINE_ENDS = "\x85\u2028\u2029"
"""Characters that JSON may hold as they are and at which some readers end a line."""
MARKDOWN = "\\`*_[]|~$"
"""What Markdown may take for a mark within a cell; a backslash comes first, for the others bring some."""


class Answer(Protocol):
    """What is to be written: `warehouse.sql.Answer`."""

    @property
    def columns(self) -> tuple[str, ...]: ...
    @property
    def numeric(self) -> tuple[bool, ...]: ...
    def rows(self) -> Iterator[Rows]: ...
    def count(self) -> int: ...


Writer = Callable[[Answer], Iterator[str]]


def as_csv(answer: Answer) -> Iterator[str]:
    """CSV as RFC 4180 has it, but for line feeds as line ends: a head, nothing for null, JSON for lists and structs."""
    yield _csv([answer.columns])
    for rows in answer.rows():
        yield _csv([[_plain(value, "") for value in row] for row in rows])


def _csv(rows: Iterable[Sequence[str]]) -> str:
    lines = _Lines()
    csv.writer(lines).writerows(rows)
    return "".join(lines)


class _Lines(list[str]):
    """Takes rows that end as RFC 4180 says, so that the writer quotes cells with either line end in them, and ends them
    as the tools of Unix want it."""

    def write(self, row: str) -> None:
        self.append(row.removesuffix("\r\n") + "\n")


def as_jsonl(answer: Answer) -> Iterator[str]:
    """An object a row. Numbers that JSON has not got (NaN, infinity) are null, dates are text."""
    for rows in answer.rows():
        yield "".join(_json(dict(zip(answer.columns, row, strict=True))) + "\n" for row in rows)


def as_markdown(answer: Answer) -> Iterator[str]:
    """A table of GitHub's Markdown, numbers to the right; no text in it can become a mark or a tag."""
    yield _line(map(_escaped, answer.columns))
    yield _line("--:" if numeric else "---" for numeric in answer.numeric)
    for rows in answer.rows():
        yield "".join(_line(_escaped(_plain(value, "")) for value in row) for row in rows)


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |\n"


def _escaped(text: str) -> str:
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    for mark in MARKDOWN:
        text = text.replace(mark, f"\\{mark}")
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "<br>".join(map(visible, lines))


def as_table(answer: Answer, limit: int, width: int | None) -> Iterator[str]:
    """The first `limit` rows (0: all) as a table, then how many there are in all.

    With a `width` in columns of the terminal, longer cells are cut and end in …; where the columns would be too narrow
    to read, each row becomes a list of its cells. A row takes one line: line ends and other controls are shown as ␊.
    """
    shown, total = _first(answer, limit)
    cells = [[visible(_plain(value, "null")) for value in row] for row in shown]
    if width is not None and width < NARROWEST * len(answer.columns):
        yield _lists(answer.columns, cells, width)
    else:
        yield _grid(answer, cells, width)
    rows = "row" if total == 1 else "rows"
    if len(shown) == total:
        yield f"{total:,} {rows}\n"
    else:
        yield f"{len(shown):,} of {total:,} {rows}; --limit N shows more, --format csv, jsonl or markdown writes all\n"


def _first(answer: Answer, limit: int) -> tuple[Rows, int]:
    shown: Rows = []
    for rows in answer.rows():
        shown += rows
        if limit and len(shown) >= limit:
            return shown[:limit], len(shown) + answer.count()
    return shown, len(shown)


def _grid(answer: Answer, cells: list[list[str]], width: int | None) -> str:
    from rich.cells import cell_len

    head = list(map(visible, answer.columns))
    wanted = [max(map(cell_len, column)) for column in zip(head, *cells, strict=True)]
    widths = wanted if width is None else _shares(wanted, width - len(GAP) * (len(wanted) - 1))
    rule = ["─" * share for share in widths]
    return "".join(f"{line}\n" for line in aligned((head, rule, *cells), widths, answer.numeric))


def aligned(rows: Iterable[Sequence[str]], widths: Sequence[int], numeric: Sequence[bool]) -> Iterator[str]:
    """The rows as lines of columns that are so wide; numbers stand to the right."""
    for row in rows:
        cells = (_padded(cell, width, right) for cell, width, right in zip(row, widths, numeric, strict=True))
        yield GAP.join(cells).rstrip()


def _shares(wanted: list[int], width: int) -> list[int]:
    """How wide each column may be: those that want less than an even share get it all, and the others what is left."""
    shares = [0] * len(wanted)
    for done, place in enumerate(sorted(range(len(wanted)), key=wanted.__getitem__)):
        shares[place] = min(wanted[place], width // (len(wanted) - done))
        width -= shares[place]
    return shares


def _padded(cell: str, width: int, right: bool) -> str:
    """The cell in just so many columns of a terminal, in which a Han character takes two."""
    from rich.cells import cell_len

    cell = _cut(cell, width)
    blanks = " " * (width - cell_len(cell))
    return blanks + cell if right else cell + blanks


def _lists(columns: tuple[str, ...], cells: list[list[str]], width: int) -> str:
    from rich.cells import cell_len

    names = list(map(visible, columns))
    margin = max(map(cell_len, names))
    lines = []
    for number, row in enumerate(cells, 1):
        lines.append(f"─── row {number} ".ljust(width, "─"))
        lines += [_cut(_padded(name, margin, False) + GAP + cell, width) for name, cell in zip(names, row, strict=True)]
    return "".join(f"{line.rstrip()}\n" for line in lines)


def _cut(line: str, width: int) -> str:
    from rich.cells import cell_len, set_cell_size

    return line if cell_len(line) <= width else set_cell_size(line, width - 1).rstrip() + "…"


def visible(text: str) -> str:
    """The text on one line, with nothing in it that a terminal obeys: a tab is ␉, an escape ␛, others are �."""
    return text if text.isprintable() else "".join(map(_shown, text))


def _shown(character: str) -> str:
    if character.isprintable() or unicodedata.category(character) == "Zs":
        return character
    code = ord(character)
    if code < 0x20:
        return chr(0x2400 + code)
    return "␡" if code == 0x7F else "�"


def _plain(value: Any, null: str) -> str:
    """A cell as text: dates as ISO writes them, true and false, JSON for what has parts."""
    if value is None:
        return null
    if isinstance(value, str):
        return value
    if isinstance(value, bool | list | dict):
        return _json(value)
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e16:
        return str(int(value))
    return _text(value)


def _text(value: Any) -> str:
    if isinstance(value, date | datetime | time):
        return value.isoformat(" ") if isinstance(value, datetime) else value.isoformat()
    return value.hex() if isinstance(value, bytes) else str(value)


def _json(value: Any) -> str:
    text = json.dumps(_finite(value), ensure_ascii=False, default=_text)
    for mark in LINE_ENDS:
        text = text.replace(mark, f"\\u{ord(mark):04x}")
    return text


def _finite(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _finite(below) for key, below in value.items()}
    if isinstance(value, list):
        return [_finite(below) for below in value]
    if isinstance(value, Decimal):
        value = float(value)
    return None if isinstance(value, float) and not math.isfinite(value) else value


STREAMED: dict[str, Writer] = {"csv": as_csv, "jsonl": as_jsonl, "markdown": as_markdown}
"""The formats that hold all rows, whatever their number."""
