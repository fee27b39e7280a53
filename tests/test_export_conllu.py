"""The export to CoNLL-U, read back by the package conllu: the warehouse's sentences, words and blanks."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import conllu as reader
import pytest
from conftest import SEEDS, Banmian
from hypothesis import given
from hypothesis import strategies as st
from warehouse_samples import Story, exported, in_order, page, publish, quarantined

import warehouse
from transforms.document import Article, Credit, Document, Sentence
from warehouse.corpus import Corpus
from warehouse.documents import read_documents
from warehouse.exports import conllu

FULL = Story(
    "在会上的讲话",
    paragraphs=(("各位领导：", "你们好！"), ("新增4000个岗位。", "#1_|=完")),
    columns={
        "kind": "speech",
        "section": "特\n载",
        "agency": "新华社",
        "dateline": "北京5月24日电",
        "speaker": "张三",
        "event_date": date(2024, 5, 24),
        "byline": (Credit(None, "张三"), Credit("记者", "李四")),
    },
)
HOSTILE = Story(
    "两半 标题",
    paragraphs=(
        ('"引号"&<b>', "𠀀生僻字，😀。", "行\u2028段\u2029末\u0085。"),
        ("two  words", " 头", "尾　", "换\r行\v。"),
        (" 　", "_", "\t制\t表", "末 "),
    ),
)
SHARDS = {
    "00": in_order(
        [page("日报/1\n.txt", [FULL, Story(None)], publication="日报"), page("2.txt", [HOSTILE], page="01")]
    ),
    "01": in_order([quarantined("坏.txt"), page("3.txt", [])]),
    "02": [page("4.txt", [Story(), FULL])],
}
Lines = list[reader.TokenList]


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    root = tmp_path_factory.mktemp("root")
    publish(root, SHARDS, checked=False)
    return warehouse.open(root)


@pytest.fixture(scope="module")
def folder(corpus: Corpus, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return exported(conllu.write, corpus, tmp_path_factory.mktemp("conllu"))


def read(folder: Path) -> Lines:
    found = []
    for path in sorted(folder.glob("*.conllu")):
        with path.open(encoding="utf-8") as file:
            found += list(reader.parse_incr(file))
    return found


def sentences(corpus: Corpus) -> Iterator[tuple[Document, Article, Sentence]]:
    for document in read_documents(corpus):
        for article in document.articles:
            yield from ((document, article, sentence) for sentence in article.sentences)


def blanks(spelt: str) -> str:
    return spelt.replace("\\s", " ").encode("ascii").decode("unicode_escape")


def joined(sentence: reader.TokenList) -> str:
    """The text of a sentence by the rules of the format, with what it says to be behind the last word."""
    text = ""
    for token in sentence:
        misc = token["misc"] or {}
        behind = "" if misc.get("SpaceAfter") == "No" else blanks(misc.get("SpacesAfter") or "\\s")
        text += blanks(misc.get("SpacesBefore", "")) + token["form"] + behind
    return text


def legal(text: str) -> str:
    """As a line can hold it; blanks that end a line are spelt out and so kept."""
    return "".join("\ufffd" if character in "\n\v\f\r\x1c\x1d\x1e\x85\u2028\u2029" else character for character in text)


def test_words_and_texts_are_those_of_the_warehouse(corpus: Corpus, folder: Path) -> None:
    found = read(folder)
    expected = [sentence for _, _, sentence in sentences(corpus) if not sentence.text.isspace()]
    assert [one.metadata["sent_id"] for one in found] == [sentence.sentence_id for sentence in expected]
    for one, sentence in zip(found, expected, strict=True):
        words = [token for token in sentence.tokens if not token.isspace()]
        assert [token["form"] for token in one] == words
        assert [token["id"] for token in one] == list(range(1, len(words) + 1))
        assert one.metadata["text"] == legal(sentence.text).strip()
        # The last word of a paragraph has nothing behind it to be told of, which the format reads as one blank.
        assert joined(one) in (sentence.text, f"{sentence.text} ")
        assert one.metadata["role"] == sentence.role
        place = (int(one.metadata["raw_start"]), int(one.metadata["raw_end"]))
        assert place == (sentence.raw_start, sentence.raw_end)


def test_paragraphs_join_as_they_were(corpus: Corpus, folder: Path) -> None:
    paragraphs: dict[str, str] = {}
    key = ""
    for one in read(folder):
        key = one.metadata.get("newpar id", key)
        paragraphs[key] = paragraphs.get(key, "") + joined(one)
    for document in read_documents(corpus):
        for article in document.articles:
            if article.headline:
                assert paragraphs.pop(f"{article.article_id}-h-headline").strip() == article.headline
            for number, text in enumerate(article.text.split("\n")):
                # A sentence of nothing but blanks is none of this format.
                assert paragraphs.pop(f"{article.article_id}-{number}").strip() == text.strip()
    assert paragraphs == {}


def test_pages_and_articles_open_where_they_begin(corpus: Corpus, folder: Path) -> None:
    seen: list[tuple[str | None, str | None]] = []
    for one in read(folder):
        seen.append((one.metadata.get("newdoc id"), one.metadata.get("article_id")))
    expected, last = [], (None, None)
    for document, article, sentence in sentences(corpus):
        if not sentence.text.isspace():
            here = (document.document_id, article.article_id)
            expected.append(tuple(now if now != before else None for now, before in zip(here, last, strict=True)))
            last = here
    assert seen == expected


def test_the_first_sentence_says_what_is_known(folder: Path) -> None:
    first = next(one for one in read(folder) if one.metadata.get("speaker"))
    said = {name: value for name, value in first.metadata.items() if not name.endswith("_id") and name != "sha256"}
    assert said == {
        "newdoc id": said["newdoc id"],
        "source_path": "日报/1\ufffd.txt",
        "publication": "日报",
        "script": "simplified",
        "status": "ok",
        "newpar id": first.metadata["article_id"] + "-h-headline",
        "kind": "speech",
        "section": "特\ufffd载",
        "headline": "在会上的讲话",
        "agency": "新华社",
        "dateline": "北京5月24日电",
        "speaker": "张三",
        "event_date": "2024-05-24",
        "byline": "张三; 记者 李四",
        "text": "在会上的讲话",
        "role": "headline",
        "raw_start": "0",
        "raw_end": "6",
    }


def test_every_line_is_a_comment_or_has_ten_columns(folder: Path) -> None:
    for path in folder.glob("*.conllu"):
        text = path.read_bytes().decode()
        assert len(text.splitlines()) == text.count("\n")
        for block in text.removesuffix("\n\n").split("\n\n") if text else []:
            lines = block.split("\n")
            words = [line.split("\t") for line in lines if not line.startswith("# ")]
            assert words and all(len(columns) == 10 and all(columns) for columns in words)
            assert lines.index("\t".join(words[0])) == len(lines) - len(words)


@given(st.lists(st.text(st.sampled_from("字a|\\_= 　\t\u00a0\u2003"), min_size=1, max_size=3), min_size=1, max_size=6))
def test_blanks_come_back(parts: list[str]) -> None:
    """Tokens of blanks of any kind, between words of any marks but blanks."""
    tokens = [token for part in parts for token in ("".join(part.split()), "".join(filter(str.isspace, part))) if token]
    found = list(conllu._words(tokens, None, ""))
    text = ""
    for form, tag, misc in found:
        told = dict(part.split("=", 1) for part in misc.split("|")) if misc != "_" else {}
        behind = "" if told.get("SpaceAfter") == "No" else blanks(told.get("SpacesAfter", "\\s"))
        text += blanks(told.get("SpacesBefore", "")) + form + behind
        assert tag == "_" and not misc[-1].isspace()
    assert [form for form, _, _ in found] == [token for token in tokens if not token.isspace()]
    assert text == ("".join(tokens) if found else "")


def test_a_page_without_sentences_leaves_no_line(corpus: Corpus, folder: Path) -> None:
    assert sorted(path.name for path in folder.glob("*.conllu")) == ["00.conllu", "01.conllu", "02.conllu"]
    assert (folder / "01.conllu").read_bytes() == b""
    assert len(list(sentences(corpus))) == len(read(folder)) + 1


@pytest.mark.slow
def test_the_seeds_come_back_with_their_tags(banmian: Banmian, tmp_path: Path) -> None:
    assert banmian("build", SEEDS, "--inline", "--pos", "--warehouse", tmp_path / "warehouse").returncode == 0
    corpus = warehouse.open(tmp_path / "warehouse")
    (tmp_path / "conllu").mkdir()
    found = read(exported(conllu.write, corpus, tmp_path / "conllu"))
    for one, (_, _, sentence) in zip(found, sentences(corpus), strict=True):
        tagged = zip(sentence.tokens, sentence.pos or (), strict=True)
        assert [(token["form"], token["xpos"]) for token in one] == [pair for pair in tagged if not pair[0].isspace()]
        assert joined(one).rstrip() == one.metadata["text"] == sentence.text
    assert len(found) > 200


def test_the_same_snapshot_gives_the_same_bytes(corpus: Corpus, folder: Path, tmp_path: Path) -> None:
    exported(conllu.write, corpus, tmp_path)
    assert {path.name: path.read_bytes() for path in folder.glob("*.conllu")} == {
        path.name: path.read_bytes() for path in tmp_path.glob("*.conllu")
    }
