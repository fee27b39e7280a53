"""The project runs jieba's tagger itself: the same words and tags on any text, in time proportional to its length."""

from __future__ import annotations

from pathlib import Path

import jieba.posseg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stopwatch import seconds

from transforms import words
from transforms.segmenter import Segmenter
from transforms.tagger import Tagger

SEEDS = sorted((Path(__file__).parent.parent / "seeds").glob("*.txt"))
# What a page may hold: Han of the seeds, rare Han, Latin, digits, marks, blanks, what the tagger treats apart.
ALPHABET = "滨州市发展改革委的一是在不了有王健国科乾坤𠀀㐀龘鿕鿖 \t\r\n，。“”AbZ09.%-_+#&１Ａ·—…🙂"
HAN = st.characters(min_codepoint=0x4E00, max_codepoint=0x9FD5)


@pytest.fixture(scope="module")
def tagger() -> Tagger:
    jieba.setLogLevel(60)
    jieba.initialize()
    read = Segmenter(jieba.dt.FREQ, jieba.dt.total).read
    return Tagger(read, jieba.dt.FREQ, jieba.posseg.dt.word_tag_tab)


def by_jieba(text: str) -> list[tuple[str, str]]:
    return [(pair.word, pair.flag) for pair in jieba.posseg.lcut(text)]


@pytest.mark.parametrize("page", SEEDS, ids=lambda page: page.stem)
def test_lines_of_a_page_are_tagged_as_jieba_tags_them(page: Path, tagger: Tagger) -> None:
    for line in page.read_text(encoding="utf-8").splitlines():
        assert list(tagger.cut(line)) == by_jieba(line)


@settings(max_examples=300, deadline=None)
@given(text=st.text(alphabet=ALPHABET, max_size=60) | st.text(alphabet=HAN, max_size=8) | st.text(max_size=20))
def test_any_text_is_tagged_as_jieba_tags_it(text: str, tagger: Tagger) -> None:
    assert list(tagger.cut(text)) == by_jieba(text)


@settings(max_examples=300, deadline=None)
@given(text=st.text(alphabet=ALPHABET, max_size=60) | st.text(alphabet=HAN, max_size=8) | st.text(max_size=20))
def test_tags_of_the_words_alone_are_jiebas_as_well(text: str) -> None:
    assert list(words._tagger().cut(text)) == by_jieba(text)


def test_time_grows_with_the_length_of_a_run_of_unknown_words(tagger: Tagger) -> None:
    def taken(length: int) -> float:
        return seconds(lambda: list(tagger.cut("王健" * length)))

    taken(100)
    most = 8 * 4 * min(taken(500) for _ in range(3))
    assert any(taken(4_000) < most for _ in range(3))
