"""Jobs and what comes of them as JSON: the form in which they leave the machine.

No pickle: what a worker is told, or tells, is data and never code. A text that is not just what the dataclass asks for
is refused, so that a worker of another version stops at once.

    before  Rows(path="/share/current/article/0.parquet", start=0, count=7, own=True)
    after   {"path":"/share/current/article/0.parquet","start":0,"count":7,"own":true}

A path may hold bytes that are no text; Python keeps them as lone surrogates, which JSON can't carry. They travel as
U+0000 and four hexadecimal digits, as does U+0000 itself.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import fields, is_dataclass, replace
from functools import cache
from typing import Any, TypeVar, cast

from pydantic import TypeAdapter

Kind = TypeVar("Kind")

ESCAPE = "\0"
DIGITS = 4
_ESCAPES = {code: f"{ESCAPE}{code:0{DIGITS}x}" for code in (ord(ESCAPE), *range(0xD800, 0xE000))}


def dumps(value: Any) -> str:
    """A dataclass, or a tuple of some, as JSON; they hold such again, sets, mappings, dates, texts and numbers."""
    return _adapter(Any).dump_json(_changed(value, _escaped)).decode()


def loads(kind: type[Kind], text: str) -> Kind:
    """The value that `dumps` made this text of. Raises ValueError for a text that is no `kind`."""
    value = _adapter(cast(Hashable, kind)).validate_json(text, strict=True, extra="forbid")
    return _changed(value, _unescaped)  # type: ignore[no-any-return]


@cache
def _adapter(kind: Any) -> TypeAdapter[Any]:
    return TypeAdapter(kind)


def _changed(value: Any, change: Callable[[str], str]) -> Any:
    """The value with each text in it changed."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, Mapping):
        return {change(name): _changed(one, change) for name, one in value.items()}
    if isinstance(value, tuple | frozenset):
        return type(value)(_changed(one, change) for one in value)
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{one.name: _changed(getattr(value, one.name), change) for one in fields(value)})
    return value


def _escaped(text: str) -> str:
    return text.translate(_ESCAPES)


def _unescaped(text: str) -> str:
    head, *rest = text.split(ESCAPE)
    return head + "".join(chr(int(one[:DIGITS], 16)) + one[DIGITS:] for one in rest)
