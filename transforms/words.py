"""Words, their tags and how frequent they are, as jieba has them.

Token lists must be exactly jieba's default mode, for that is what the contract promises. The dictionary is read once
per process, straight from the package: no cache file is written or trusted, nothing is logged.

    before  滨州市发展改革委
    after   滨州市 / 发展 / 改革 / 委
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from typing import cast

import jieba
import rjieba

from transforms.segmenter import Segmenter
from transforms.tagger import Tagger

_SILENT = 60
jieba.setLogLevel(_SILENT)

# Han that rjieba takes for characters of words and jieba for marks; what is no text, which rjieba refuses; and U+0000.
_APART = re.compile("[\0\u3400-\u4dbf\u9fd6-\u9fff\uf900-\ufaff\ud800-\udfff\U00020000-\U0010ffff]")
# rjieba takes some 50 bytes of memory for each character, jieba time squared for a run of unknown ones.
_LONG = 50_000
_LONG_FOR_JIEBA = 1_000
_AT_ONCE = 1 << 19  # bytes of the dictionary


@cache
def _tokenizer() -> jieba.Tokenizer:
    """jieba with its own dictionary, read without its cache file, which any other program may have written."""
    tokenizer = jieba.Tokenizer()
    tokenizer.FREQ, tokenizer.total = _frequencies(_entries(tokenizer))
    tokenizer.initialized = True
    return tokenizer


def _entries(tokenizer: jieba.Tokenizer) -> Iterator[list[str]]:
    """The fields of jieba's dictionary, some lines at a time: word, frequency, tag, word, … All at once they would take
    more memory than what is made of them."""
    with tokenizer.get_dict_file() as file:
        while lines := file.readlines(_AT_ONCE):
            yield b"".join(lines).decode("utf-8").split()


def _frequencies(entries: Iterable[list[str]]) -> tuple[dict[str, int], int]:
    """What jieba makes of its dictionary (`gen_pfdict`), in half the time: each word with its frequency, what only
    begins a word with 0; and the sum.

    >>> _frequencies([["中国", "7", "ns", "中国队", "2", "nt"]])
    ({'中国': 7, '中国队': 2, '中': 0}, 9)
    """
    found: dict[str, int] = {}
    total = 0
    for fields in entries:
        counts = list(map(int, fields[1::3]))
        found.update(zip(fields[::3], counts))
        total += sum(counts)
    for word in list(found):
        beginning = word[:-1]
        while beginning and beginning not in found:
            found[beginning] = 0
            beginning = beginning[:-1]
    return found, total


@cache
def _segmenter() -> Segmenter:
    return Segmenter(_tokenizer().FREQ, _tokenizer().total)


@cache
def _tagger() -> Tagger:
    return Tagger(_read, _tokenizer().FREQ, _dictionary_tags())


@cache
def _dictionary_tags() -> dict[str, str]:
    """The tag of each word of jieba's dictionary, whose lines are a word, how often it is met, and its tag.

    The words are those that the frequencies have, in the order of the dictionary as well, so that no word and no tag is
    in memory twice: 20 MB in place of 85.
    """
    tags: dict[str, str] = {}
    found: dict[str, str] = {}
    for fields in _entries(_tokenizer()):
        found.update(zip(fields[::3], [tags.setdefault(tag, tag) for tag in fields[2::3]]))
    return dict(zip(_tokenizer().FREQ, found.values()))


def _read(block: str) -> list[str]:
    """The likeliest reading by the dictionary of a block without marks; what belongs to no word stays in characters."""
    return rjieba.cut(block, False) if len(block) <= _LONG else _segmenter().read(block)


def cut(text: str) -> tuple[str, ...]:
    """The words of `text` exactly as `jieba.lcut(text)` cuts them, six times as fast; they join to `text`.

    rjieba finds the likeliest reading by the dictionary, `Segmenter` the words that the dictionary does not know. The
    few texts with characters that the two take differently are the segmenter's alone.
    """
    if len(text) > _LONG or _APART.search(text):
        return tuple(_segmenter().cut(text))
    return tuple(_segmenter().finish(rjieba.cut(text, False)))


def cut_by_jieba(text: str) -> tuple[str, ...]:
    """The words of `text` as `jieba.lcut(text)` cuts them, by jieba itself; a long text is the segmenter's."""
    return tuple(_tokenizer().lcut(text) if len(text) <= _LONG_FOR_JIEBA else _segmenter().cut(text))


TOKENIZERS: Mapping[str, Callable[[str], tuple[str, ...]]] = {"fast": cut, "jieba": cut_by_jieba}
"""Who can cut words, by the name that `--tokenizer` has for them; the first does unless the other is asked for."""


def cut_quickly(text: str) -> list[str]:
    """The words of `text`, twice as fast as `cut`, which has others for one line of some two thousand.

    They differ in runs of Latin letters and digits with stops or strokes between them (0543-3152627), in rare Han, and
    where two readings are alike to the last bit. For where words meet, not for tokens.
    """
    return rjieba.cut(text)


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
        tags.append(same[1] if same[0] == end else _dictionary_tags().get(token, flags[end - 1]))
        start = end
    return tokens, tuple(tags)


def frequency(word: str) -> int:
    """How often jieba's dictionary counts `word`; 0 where it does not know it (or only as the beginning of another)."""
    return int(_tokenizer().FREQ.get(word, 0))


@cache
def dictionary() -> Mapping[str, int]:
    """jieba's dictionary with how often it counts each word. What its words begin with is in it too, counted as 0."""
    return cast(Mapping[str, int], _tokenizer().FREQ)


def total_frequency() -> int:
    """How often jieba's dictionary counts all its words together."""
    return int(_tokenizer().total)
