"""Words exactly as jieba's default mode cuts them, tags for just these, and nothing said or written on the way."""

from __future__ import annotations

import re
import subprocess
import sys

import jieba.posseg
from cleaning_cases import dirty_texts, seed_texts
from hypothesis import given

from transforms.words import _dictionary, cut, cut_by_dictionary, cut_quickly, frequency, tag


def test_tokens_are_those_of_jieba() -> None:
    for text in seed_texts():
        for paragraph in text.split("\n"):
            assert cut(paragraph) == tuple(jieba.lcut(paragraph))


@given(dirty_texts)
def test_tokens_join_to_the_text_and_have_a_tag_each(text: str) -> None:
    tokens, tags = tag(text)
    assert "".join(tokens) == text
    assert tokens == cut(text)
    assert len(tags) == len(tokens)
    assert all(tags)
    assert "".join(cut_by_dictionary(text)) == text


def test_words_cut_quickly_differ_in_runs_of_digits_and_strokes_alone() -> None:
    for text in seed_texts():
        for paragraph in text.split("\n"):
            assert "".join(cut_quickly(paragraph)) == paragraph
            if tuple(cut_quickly(paragraph)) != cut(paragraph):
                assert re.search("[0-9][-.][0-9]", paragraph)
    assert cut_quickly("电话：0543-3152627") != list(cut("电话：0543-3152627"))


def test_the_dictionary_is_read_as_jieba_reads_it() -> None:
    frequencies, total, tags = _dictionary()
    assert (frequencies, total) == jieba.Tokenizer().gen_pfdict(jieba.get_dict_file())
    tagger = jieba.posseg.POSTokenizer(jieba.Tokenizer())
    tagger.initialize()
    assert tags == tagger.word_tag_tab


def test_tags_are_those_of_the_tagger_where_it_has_the_same_words() -> None:
    same = total = 0
    for text in seed_texts():
        for paragraph in text.split("\n"):
            pairs = [(pair.word, pair.flag) for pair in jieba.posseg.lcut(paragraph)]
            tokens, tags = tag(paragraph)
            if tokens == tuple(word for word, _ in pairs):
                assert tags == tuple(flag for _, flag in pairs)
                same += 1
            total += 1
    assert same > total / 3


def test_frequency_tells_words_from_chance() -> None:
    assert frequency("企业") > 100
    assert frequency("业企") == 0


def test_setting_up_says_nothing_and_needs_no_cache() -> None:
    code = "from transforms.words import cut; print(len(cut('滨州的')))"
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code],
        capture_output=True,
        text=True,
        env={"TMPDIR": "/nonexistent"},
        check=True,
    )
    assert (done.stdout.strip(), done.stderr) == ("2", "")
