"""The project runs jieba's default mode itself: the same words on any text, in time proportional to its length."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import jieba
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stopwatch import seconds

from transforms.segmenter import Segmenter
from transforms.words import TOKENIZERS, cut, cut_each, cut_quickly

SEEDS = sorted((Path(__file__).parent.parent / "seeds").glob("*.txt"))
# What a page may hold: Han of the seeds, rare Han, Latin, digits, marks, blanks, what jieba treats apart.
ALPHABET = "滨州市发展改革委的一是在不了有和人这中大为上个国𠀀㐀龘鿕鿖 \t\r\n，。“”AbZ09.%-_+#&１Ａ·—…🙂\0"


@pytest.fixture(scope="module", autouse=True)
def quiet() -> None:
    jieba.setLogLevel(60)


@pytest.mark.parametrize("page", SEEDS, ids=lambda page: page.stem)
def test_lines_of_a_page_are_cut_as_jieba_cuts_them(page: Path) -> None:
    lines = page.read_text(encoding="utf-8").splitlines()
    assert [list(cut(line)) for line in lines] == [jieba.lcut(line) for line in lines]


@settings(max_examples=400, deadline=None)
@given(st.text(alphabet=ALPHABET, max_size=60))
def test_any_text_is_cut_as_jieba_cuts_it(text: str) -> None:
    assert list(cut(text)) == jieba.lcut(text)


@st.composite
def texts_of_words(draw: st.DrawFn) -> str:
    """Words of the dictionary, whole or cut short, among single characters, numbers and marks: readings compete."""
    rnd = draw(st.randoms(use_true_random=False))
    common, every = dictionary()
    pieces: list[str] = []
    for _ in range(rnd.randrange(1, 16)):
        word = rnd.choice(rnd.choice([common, every]))
        number = "".join(rnd.choices("0123456789.%-+#&_abzAZ", k=rnd.randrange(1, 7)))
        han, any_han, mark = rnd.choice(HAN), chr(rnd.randrange(0x3400, 0xA000)), rnd.choice("，。、“”（）\n\r\t　×")
        pieces.append(rnd.choice([word, word, word[rnd.randrange(len(word)) :], han, han, any_han, number, mark]))
    return "".join(pieces)


HAN = [chr(code) for code in range(0x4E00, 0x9FD6) if chr(code) in jieba.finalseg.emit_P["S"]]


@cache
def dictionary() -> tuple[list[str], list[str]]:
    """The most frequent words of jieba's dictionary, and all."""
    jieba.initialize()
    every = sorted(
        (word for word, count in jieba.dt.FREQ.items() if count), key=lambda word: (-jieba.dt.FREQ[word], word)
    )
    return every[:20_000], every


@settings(max_examples=3_000, deadline=None)
@given(texts_of_words())
def test_words_in_any_order_are_cut_as_jieba_cuts_them(text: str) -> None:
    assert list(cut(text)) == jieba.lcut(text)


def test_each_word_of_the_dictionary_is_cut_as_jieba_cuts_it() -> None:
    every = dictionary()[1][::7]
    assert [list(cut(word)) for word in every] == [jieba.lcut(word) for word in every]


@pytest.mark.parametrize(
    "text",
    [
        "电话：0543-3152627，网址www.gov.cn",  # rjieba ends such runs elsewhere
        "占87.5%以上",
        "在鿖村㐀地𠀀边",  # Han beyond those that jieba knows as such
        "C++和AT&T的c#",
        "",
    ],
)
def test_what_others_cut_in_another_way_is_cut_as_jieba_cuts_it(text: str) -> None:
    assert list(cut(text)) == jieba.lcut(text)


def test_rjieba_alone_would_not_do() -> None:
    """Were it so, `finish` would be for nothing."""
    assert any(cut_quickly(text) != jieba.lcut(text) for text in ("电话：0543-3152627", "在㐀地"))


@pytest.mark.parametrize("name", list(TOKENIZERS))
@settings(max_examples=200, deadline=None)
@given(st.text(max_size=40))
def test_words_join_to_the_text(name: str, text: str) -> None:
    (words,) = TOKENIZERS[name]([text])
    assert "".join(words) == text


@pytest.mark.parametrize("name", list(TOKENIZERS))
def test_each_tokenizer_gives_the_words_of_a_page(name: str) -> None:
    """Short lines, and one beyond what jieba itself is asked for."""
    lines = SEEDS[0].read_text(encoding="utf-8").splitlines()
    lines.append("".join(lines)[:3_000])
    assert list(map(list, TOKENIZERS[name](lines))) == [jieba.lcut(line) for line in lines]


@settings(max_examples=400, deadline=None)
@given(st.lists(st.text(alphabet=ALPHABET.replace("\0", ""), max_size=20) | st.just("在㐀地\0"), max_size=5))
def test_texts_are_cut_together_as_alone(texts: list[str]) -> None:
    assert list(map(list, cut_each(texts))) == [jieba.lcut(text) for text in texts]


def test_a_block_beyond_the_longest_is_cut_as_jieba_cuts_it() -> None:
    text = "".join(c for c in SEEDS[0].read_text(encoding="utf-8") if "\u4e00" <= c <= "\u9fd5")
    text = (text * (60_000 // len(text) + 1))[:60_000]
    assert list(cut(text)) == jieba.lcut(text)


def test_time_grows_with_the_length_of_a_run_of_unknown_words() -> None:
    segmenter = Segmenter(jieba.dt.FREQ or {"一": 1}, jieba.dt.total or 1)

    def taken(length: int) -> float:
        return seconds(lambda: segmenter.cut("龘" * length))

    taken(1_000)
    most = 8 * 4 * min(taken(10_000) for _ in range(3))
    assert any(taken(80_000) < most for _ in range(3))
