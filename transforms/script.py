"""Traditional characters to simplified ones, where a text really is traditional.

OpenCC's table turns a few characters that simplified text uses in its own right (乾隆, 毕昇, 蒜薹). So a paragraph is
looked at first: without a character that only traditional text has, nothing is changed; with a few of them among
simplified text just these are; only a paragraph that is traditional throughout goes through OpenCC, phrases and all.

    before  乾安縣發展計畫
    after   乾安县发展计划
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from typing import NamedTuple

from opencc import OpenCC

from transforms import lexicon
from transforms.alignment import Aligned
from transforms.characters import any_of, count, fold

_FIRST_HAN, _LAST_HAN = 0x3400, 0x9FFF
_LAST_OF_BASIC_PLANE = 0xFFFF
# A document in which one telling character in ten is simplified is a mixture.
TRADITIONAL_SHARE = 0.9
# 着 as traditional text has it, 看著 and 著急; but not behind an author's name, 魯迅著, nor before a title.
_VERBAL = r"著(?=[^\s（）《])"


class Evidence(NamedTuple):
    """How many characters of a text only traditional text has, and how many only simplified text has."""

    traditional: int
    simplified: int

    @property
    def share(self) -> float:
        return self.traditional / max(self.traditional + self.simplified, 1)


def simplify(text: Aligned) -> Aligned:
    """A paragraph in simplified characters; as it is where it holds none that only traditional text has."""
    if not _any_trigger().search(text.text):
        return text
    if is_traditional_text(text.text):
        return text.with_text(_convert(text.text))
    return text.with_text(simplify_characters(text.text))


def simplify_characters(text: str) -> str:
    """`text` with each character that only traditional text has as its simplified one, looked at alone."""
    if not _any_trigger().search(text):
        return text
    table = _table()
    return "".join([table.get(character, character) for character in text])


def triggers() -> frozenset[str]:
    """The characters without which there is nothing to simplify."""
    return _traditional_only()


def evidence(text: str) -> Evidence:
    """What the characters of `text` say about its script."""
    return Evidence(count(_any_trigger(), text), count(_any_simplified(), text))


def is_traditional_text(text: str) -> bool:
    """Whether more of `text` speaks for traditional script than for simplified."""
    found = evidence(text)
    return found.traditional > found.simplified


def script_of(text: str) -> str:
    """The script of a document as decoded: `simplified` (nothing for `simplify` to do), `traditional` or `mixed`."""
    text = fold(text)
    if not _any_trigger().search(text):
        return "simplified"
    found = evidence(text)
    return "traditional" if found.share >= TRADITIONAL_SHARE else "mixed"


@cache
def _any_trigger() -> re.Pattern[str]:
    return any_of(_traditional_only())


@cache
def _any_simplified() -> re.Pattern[str]:
    return any_of(_simplified_only())


@cache
def _converter() -> OpenCC:
    return OpenCC("t2s")


@cache
def _table() -> dict[str, str]:
    """What OpenCC makes of single characters, and the old forms it does not know, without what simplified text uses.

    Characters whose simplified form lies outside the basic plane are left out: in simplified text they are rare names,
    which papers print with the traditional form because their fonts lack the other.
    """
    converter = _converter()  # asked for the characters of its own tables alone: each takes it 10 µs
    known = {each for _, _, entries in converter.dict_cache.values() for each in entries if len(each) == 1}
    every = sorted(each for each in known if _FIRST_HAN <= ord(each) <= _LAST_HAN)
    converted = converter.convert(",".join(every)).split(",")
    shared = {row["character"] for row in lexicon.table("shared_characters")}
    changed = {
        character: simple
        for character, simple in zip(every, converted)
        if simple != character and character not in shared and ord(simple) <= _LAST_OF_BASIC_PLANE
    }
    return changed | _old_forms()


@cache
def _old_forms() -> dict[str, str]:
    return {row["form"]: row["character"] for row in lexicon.table("old_forms")}


@cache
def _traditional_only() -> frozenset[str]:
    return frozenset(_table())


@cache
def _simplified_only() -> frozenset[str]:
    """Simplified forms that Big5, the character set of traditional text, does not have (国 but not 后)."""
    return frozenset(simple for simple in _table().values() if not _has(simple, "big5"))


def _has(character: str, encoding: str) -> bool:
    try:
        character.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


def _convert(text: str) -> str:
    """OpenCC's conversion of all but the words that `lexicon/script_words.tsv` settles, and 著: 看著名著 → 看着名著."""
    pattern, words = _settled()
    pieces: list[str] = []
    last = 0
    for found in pattern.finditer(text):
        pieces += (_checked(text[last : found.start()]), words.get(found[0], "着"))
        last = found.end()
    return "".join([*pieces, _checked(text[last:])])


def _checked(text: str) -> str:
    """OpenCC's conversion and the old forms; without its phrases should one of them change the length (none does)."""
    converted: str = _converter().convert(text)
    return simplify_characters(converted if len(converted) == len(text) else text)


@cache
def _settled() -> tuple[re.Pattern[str], dict[str, str]]:
    words = {row["traditional"]: row["simplified"] for row in lexicon.table("script_words")}
    return re.compile(f"{_alternatives(words)}|{_VERBAL}"), words


def _alternatives(words: Iterable[str]) -> str:
    return "|".join(map(re.escape, sorted(words, key=len, reverse=True)))
