"""`banmian figures`: the figures of single texts, as JSON lines in and out.

before  {"id": 1, "input": "全市粮食总产量达到70.8亿斤", "ref_date": "2024-05-10"}
after   {"id": 1, "predictions": [{"text": "70.8亿斤", "start": 9, "end": 15, "kind": "quantity", …}]}
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import Any

from flows.errors import UsageError
from transforms.document import Mention
from transforms.figures.reader import read_text

_JSON = json.JSONEncoder(ensure_ascii=False, default=date.isoformat)
_NAMES = ("text", *Mention._fields[1:])
SHAPE = 'a line is {"id": …, "input": "text", "ref_date": "2024-05-10" or null}'


def predictions(lines: Iterable[bytes]) -> Iterator[bytes]:
    """A line of JSON for each line that is not blank. Raises UsageError at the first that can't be read."""
    for number, line in enumerate(lines, 1):
        if line.strip():
            yield _predicted(line.removeprefix(b"\xef\xbb\xbf"), number)


def _predicted(line: bytes, number: int) -> bytes:
    record = _record(line, number)
    found = read_text(record["input"], _reference(record.get("ref_date"), number))
    return _encoded({"id": record["id"], "predictions": [_fields(mention) for mention in found]})


def _record(line: bytes, number: int) -> dict[str, Any]:
    try:
        record = json.loads(line)
    except ValueError as cause:
        raise UsageError(f"line {number}: not JSON ({cause}); {SHAPE}") from cause
    except RecursionError as cause:
        raise UsageError(f"line {number}: nested too deep; {SHAPE}") from cause
    if not isinstance(record, dict) or "id" not in record or not isinstance(record.get("input"), str):
        raise UsageError(f'line {number}: has no "id" or no text as "input"; {SHAPE}')
    return record


def _reference(value: Any, number: int) -> date | None:
    if value is None:
        return None
    try:
        return datetime.fromisoformat(value).date()
    except (TypeError, ValueError) as cause:
        raise UsageError(f'line {number}: "ref_date" is {value!r}, which is no ISO date; {SHAPE}') from cause


def _fields(mention: Mention) -> dict[str, Any]:
    return dict(zip(_NAMES, mention, strict=True))


def _encoded(answer: dict[str, Any]) -> bytes:
    text = _JSON.encode(answer)
    try:
        return text.encode() + b"\n"
    except UnicodeEncodeError:  # half a surrogate pair in the input, which JSON can hold as an escape alone
        return json.dumps(answer, default=date.isoformat).encode() + b"\n"
