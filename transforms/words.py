"""Words, their tags and how frequent they are, as jieba has them.

Token lists must be exactly jieba's default mode, for that is what the contract promises. The dictionary is read once
per process, straight from the package: no cache file is written or trusted, nothing is logged.

    before  滨州市发展改革委
    after   滨州市 / 发展 / 改革 / 委
"""

from __future__ import annotations

from functools import cache

import jieba
import jieba.posseg
import rjieba

from transforms.segmenter import Segmenter

_SILENT = 60
jieba.setLogLevel(_SILENT)


@cache
def _tokenizer() -> jieba.Tokenizer:
    """jieba with its own dictionary, read without its cache file, which any other program may have written."""
    tokenizer = jieba.Tokenizer()
    tokenizer.FREQ, tokenizer.total = tokenizer.gen_pfdict(tokenizer.get_dict_file())
    tokenizer.initialized = True
    return tokenizer


@cache
def _segmenter() -> Segmenter:
    return Segmenter(_tokenizer().FREQ, _tokenizer().total)


@cache
def _tagger() -> jieba.posseg.POSTokenizer:
    return jieba.posseg.POSTokenizer(_tokenizer())


def cut(text: str) -> tuple[str, ...]:
    """The words of `text` exactly as `jieba.lcut(text)` cuts them; they join to `text`."""
    return tuple(_segmenter().cut(text))


def cut_quickly(text: str) -> list[str]:
    """The words of `text`, ten times as fast as `cut`, which has others for one line of some two thousand.

    They differ in runs of Latin letters and digits with stops or strokes between them (0543-3152627), in rare Han, and
    where two readings are alike to the last bit. For where words meet, not for tokens.
    """
    return rjieba.cut(text)


def cut_by_dictionary(text: str) -> tuple[str, ...]:
    """The words of `text` from the dictionary alone: what it does not know falls apart into characters."""
    return tuple(_tokenizer().lcut(text, HMM=False))


def tag(text: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The words of `text` as `cut` has them, and a tag (ICTCLAS set) for each.

    jieba's tagger cuts unknown words its own way. Where it has the same word its tag is taken; elsewhere the
    dictionary's; else that of the tagger's piece in which the word ends, for a Chinese word's head stands last.
    """
    tokens = cut(text)
    tagger = _tagger()
    pieces: dict[int, tuple[int, str]] = {}
    flags: list[str] = []
    start = 0
    for pair in tagger.lcut(text):
        end = start + len(pair.word)
        pieces[start] = (end, pair.flag)
        flags.extend([pair.flag] * len(pair.word))
        start = end
    tags: list[str] = []
    start = 0
    for token in tokens:
        end = start + len(token)
        same = pieces.get(start, (-1, ""))
        tags.append(same[1] if same[0] == end else tagger.word_tag_tab.get(token, flags[end - 1]))
        start = end
    return tokens, tuple(tags)


def frequency(word: str) -> int:
    """How often jieba's dictionary counts `word`; 0 where it does not know it (or only as the beginning of another)."""
    return int(_tokenizer().FREQ.get(word, 0))


def total_frequency() -> int:
    """How often jieba's dictionary counts all its words together."""
    return int(_tokenizer().total)
