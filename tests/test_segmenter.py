"""The project runs jieba's default mode itself: the same words on any text, in time proportional to its length."""

from __future__ import annotations

import time
from pathlib import Path

import jieba
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from transforms.segmenter import Segmenter
from transforms.words import cut

SEEDS = sorted((Path(__file__).parent.parent / "seeds").glob("*.txt"))
# What a page may hold: Han of the seeds, rare Han, Latin, digits, marks, blanks, what jieba treats apart.
ALPHABET = "滨州市发展改革委的一是在不了有和人这中大为上个国𠀀㐀龘鿕鿖 \t\r\n，。“”AbZ09.%-_+#&１Ａ·—…🙂"


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


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=40))
def test_words_join_to_the_text(text: str) -> None:
    assert "".join(cut(text)) == text


def test_a_block_beyond_the_longest_is_cut_as_jieba_cuts_it() -> None:
    text = "".join(c for c in SEEDS[0].read_text(encoding="utf-8") if "\u4e00" <= c <= "\u9fd5")
    text = (text * (60_000 // len(text) + 1))[:60_000]
    assert list(cut(text)) == jieba.lcut(text)


def test_time_grows_with_the_length_of_a_run_of_unknown_words() -> None:
    segmenter = Segmenter(jieba.dt.FREQ or {"一": 1}, jieba.dt.total or 1)

    def seconds(length: int) -> float:
        start = time.process_time()
        segmenter.cut("龘" * length)
        return time.process_time() - start

    seconds(1_000)
    most = 8 * 4 * min(seconds(10_000) for _ in range(3))
    assert any(seconds(80_000) < most for _ in range(3))
