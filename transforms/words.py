"""Words, their tags and how frequent they are, as jieba has them.

Token lists must be exactly jieba's default mode, for that is what the contract promises. The dictionary is read once
per process, straight from the package: no cache file is written or trusted, nothing is logged.

    before  滨州市发展改革委
    after   滨州市 / 发展 / 改革 / 委
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import NamedTuple

import jieba

from transforms.segmenter import Segmenter
from transforms.tagger import Tagger

_SILENT = 60
jieba.setLogLevel(_SILENT)

# Han that rjieba takes for characters of words and jieba for marks; what is no text, which rjieba refuses; and U+0000.
_APART = re.compile("[\0\u3400-\u4dbf\u9fd6-\u9fff\uf900-\ufaff\ud800-\udfff\U00020000-\U0010ffff]")
# rjieba takes some 50 bytes of memory for each character, jieba time squared for a run of unknown ones.
_LONG = 50_000
_LONG_FOR_JIEBA = 1_000
_BETWEEN = "\0"  # neither of a word nor a blank to rjieba, and in none of the texts that it is given
_AT_ONCE = 1 << 19  # bytes of the dictionary


class _Dictionary(NamedTuple):
    """jieba's dictionary: how often each word is met (0 for what only begins one), the sum, the tag of each word."""

    frequencies: dict[str, int]
    total: int
    tags: dict[str, str]


@cache
def _dictionary() -> _Dictionary:
    """What jieba makes of its dictionary and its tagger makes of it again, in one reading and a third of the time.

    Some lines at a time, for all its fields at once take more memory than what is made of them; no text is kept twice.
    """
    frequencies: dict[str, int] = {}
    tags: dict[str, str] = {}
    known: dict[str, str] = {}
    total = 0
    with jieba.Tokenizer().get_dict_file() as file:
        while lines := file.readlines(_AT_ONCE):
            fields = b"".join(lines).decode("utf-8").split()  # word, frequency, tag, word, …
            words, counts = fields[::3], list(map(int, fields[1::3]))
            frequencies.update(zip(words, counts))
            tags.update(zip(words, [known.setdefault(tag, tag) for tag in fields[2::3]]))
            total += sum(counts)
    for word in tags:
        beginning = word[:-1]
        while beginning and beginning not in frequencies:
            frequencies[beginning] = 0
            beginning = beginning[:-1]
    return _Dictionary(frequencies, total, tags)


@cache
def _tokenizer() -> jieba.Tokenizer:
    """jieba with its own dictionary, read without its cache file, which any other program may have written."""
    tokenizer = jieba.Tokenizer()
    tokenizer.FREQ, tokenizer.total = _dictionary()[:2]
    tokenizer.initialized = True
    return tokenizer


@cache
def _segmenter() -> Segmenter:
    return Segmenter(_dictionary().frequencies, _dictionary().total)


@cache
def _tagger() -> Tagger:
    return Tagger(_read, _dictionary().frequencies, _dictionary().tags)


@cache
def _rjieba() -> Callable[..., list[str]]:
    """How rjieba cuts. It reads its dictionary when it is loaded, and whoever plans a build cuts no words."""
    import rjieba

    return rjieba.cut


def _read(block: str) -> list[str]:
    """The likeliest reading by the dictionary of a block without marks; what belongs to no word stays in characters."""
    return _rjieba()(block, False) if len(block) <= _LONG else _segmenter().read(block)


def cut(text: str) -> tuple[str, ...]:
    """The words of `text` exactly as `jieba.lcut(text)` cuts them, six times as fast; they join to `text`.

    rjieba finds the likeliest reading by the dictionary, `Segmenter` the words that the dictionary does not know. The
    few texts with characters that the two take differently are the segmenter's alone.
    """
    if len(text) > _LONG or _APART.search(text):
        return tuple(_segmenter().cut(text))
    return _segmenter().finish(_rjieba()(text, False))[0]


def cut_each(texts: Sequence[str]) -> list[tuple[str, ...]]:
    """The words of each text as `cut` has them; many short ones are cut as one, in three quarters of the time."""
    together = _BETWEEN.join(texts)
    if len(together) > _LONG or not all(texts) or _APART.search("".join(texts)):
        return [cut(text) for text in texts]
    return _segmenter().finish(_rjieba()(together, False)) if texts else []


def cut_by_jieba(text: str) -> tuple[str, ...]:
    """The words of `text` as `jieba.lcut(text)` cuts them, by jieba itself; a long text is the segmenter's."""
    return tuple(_tokenizer().lcut(text) if len(text) <= _LONG_FOR_JIEBA else _segmenter().cut(text))


def cut_each_by_jieba(texts: Sequence[str]) -> list[tuple[str, ...]]:
    """The words of each text as `cut_by_jieba` has them."""
    return [cut_by_jieba(text) for text in texts]


TOKENIZERS: Mapping[str, Callable[[Sequence[str]], list[tuple[str, ...]]]] = {
    "fast": cut_each,
    "jieba": cut_each_by_jieba,
}
"""Who can cut words, by the name that `--tokenizer` has for them; the first does unless the other is asked for."""


def cut_quickly(text: str) -> list[str]:
    """The words of `text`, twice as fast as `cut`, which has others for one line of some two thousand.

    They differ in runs of Latin letters and digits with stops or strokes between them (0543-3152627), in rare Han, and
    where two readings are alike to the last bit. For where words meet, not for tokens.
    """
    return _rjieba()(text)


def cut_by_dictionary(text: str) -> tuple[str, ...]:
    """The words of `text` from the dictionary alone: what it does not know falls apart into characters."""
    return tuple(_tokenizer().lcut(text, HMM=False))


def tag(text: str, tokens: tuple[str, ...] | None = None) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The words of `text` as `cut` has them, or as they are given, and a tag (ICTCLAS set) for each.

    jieba's tagger cuts unknown words its own way. Where it has the same word its tag is taken; elsewhere the
    dictionary's; else that of the tagger's piece in which the word ends, for a Chinese word's head stands last.
    """
    tokens = cut(text) if tokens is None else tokens
    pieces: dict[int, tuple[int, str]] = {}
    flags: list[str] = []
    start = 0
    for word, flag in _tagger().cut(text):
        end = start + len(word)
        pieces[start] = (end, flag)
        flags.extend([flag] * len(word))
        start = end
    tags: list[str] = []
    start = 0
    for token in tokens:
        end = start + len(token)
        same = pieces.get(start, (-1, ""))
        tags.append(same[1] if same[0] == end else _dictionary().tags.get(token, flags[end - 1]))
        start = end
    return tokens, tuple(tags)


def frequency(word: str) -> int:
    """How often jieba's dictionary counts `word`; 0 where it does not know it (or only as the beginning of another)."""
    return _dictionary().frequencies.get(word, 0)


@cache
def dictionary() -> Mapping[str, int]:
    """jieba's dictionary with how often it counts each word. What its words begin with is in it too, counted as 0."""
    return _dictionary().frequencies


def total_frequency() -> int:
    """How often jieba's dictionary counts all its words together."""
    return _dictionary().total
