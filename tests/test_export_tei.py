"""The export to TEI: valid, whole, and the warehouse's text to the letter."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from conftest import SEEDS, Banmian
from lxml import etree
from warehouse_samples import Story, exported, in_order, page, publish, quarantined

import warehouse
from transforms.document import Article, Credit, Document, Mention, Sentence
from warehouse.corpus import Corpus
from warehouse.documents import read_documents
from warehouse.exports import tei

TEI = "{http://www.tei-c.org/ns/1.0}"
ID = "{http://www.w3.org/XML/1998/namespace}id"
NOT_IN_XML = "".join(map(chr, (*range(9), 11, 12, *range(14, 32), 0xFFFE, 0xFFFF)))

FULL = Story(
    "在会上的讲话",
    paragraphs=(("各位领导：",), ("第一，去年增长3%。", "新增4000个岗位。"), ("谢谢！",)),
    columns={
        "kind": "speech",
        "section": "特载",
        "agency": "新华社",
        "dateline": "北京5月24日电",
        "speaker": "张三",
        "occasion": "一次会议",
        "event_date": date(2024, 5, 24),
        "jump_from": "第一版",
        "jump_to": "第三版",
        "byline": (Credit(None, "张三"), Credit("记者", "李四"), Credit("实习 记者", "王<五>")),
        "crossheads": ("谢谢！",),
    },
)
HOSTILE = Story(
    '"引号"\'&amp;<b>]]>\t制表',
    paragraphs=(("𠀀生僻字，😀。", "行\u2028段\u2029末\u0085。", " 空 白　"), ("\x0b控\x1f制\ufffe。", "-->1]]>&#13;")),
    columns={"section": "<栏&目>", "byline": (Credit('记"者&', "\x07李"),)},
)
PLACE = {"publication": "日报&", "page": "01", "issue_date": date(2024, 5, 25)}
SHARDS = {
    "00": in_order(
        [
            page(
                "日报/2024 年/1&<>$1.txt",
                [FULL, Story(None), FULL],
                publication="日报&",
                page="01",
                issue_date=date(2024, 5, 25),
            ),
            page("2.txt", [HOSTILE], ["\ufeff责任\r\n编辑\r\x00\x0c<&>]]>", " "], status="partial", error="1 byte\x1b"),
        ]
    ),
    "01": in_order([quarantined("坏\n.txt", "it is <empty>"), page("3.txt", [], ["只有家具"])]),
}


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    root = tmp_path_factory.mktemp("root")
    publish(root, SHARDS, checked=False)
    return warehouse.open(root)


@pytest.fixture(scope="module")
def folder(corpus: Corpus, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return exported(tei.write, corpus, tmp_path_factory.mktemp("tei"))


def documents(corpus: Corpus, folder: Path) -> Iterator[tuple[Document, etree._Element]]:
    """Each page with the root of its file."""
    for document in read_documents(corpus):
        path = folder / document.document_id[:2] / f"{document.document_id}.xml"
        yield document, etree.parse(path).getroot()


def legal(text: str) -> str:
    """As XML can hold it."""
    return "".join("\ufffd" if character in NOT_IN_XML else character for character in text)


def said(element: etree._Element) -> str:
    return "".join(element.itertext())


def found(root: etree._Element, path: str, **names: str) -> list[etree._Element]:
    result: list[etree._Element] = root.xpath(path, namespaces={"t": TEI[1:-1]}, **names)
    return result


# --- valid ----------------------------------------------------------------------------------------------------------


def schema() -> etree.DTD:
    """The DTD of TEI P5 that trafilatura ships; importing trafilatura would want more than its file."""
    spec = importlib.util.find_spec("trafilatura")
    assert spec and spec.submodule_search_locations
    return etree.DTD(str(Path(spec.submodule_search_locations[0], "data", "tei_corpus.dtd")))


RENAMED = {"s": "seg", "w": "seg", "pc": "seg", "c": "seg", "spanGrp": "note", "span": "seg"}
"""What that DTD leaves out of TEI (its modules analysis and linguistics), as what TEI allows in the same places."""
NOT_OF_SEG = ("pos", "target")


def valid(root: etree._Element) -> None:
    for element in root.iter(*(TEI + name for name in RENAMED)):
        element.tag = TEI + RENAMED[etree.QName(element).localname]
        for name in NOT_OF_SEG:
            element.attrib.pop(name, None)
    for name in root.iter(f"{TEI}persName"):
        # TEI takes any word for a role, but a DTD can only say so of words made of letters and digits.
        name.attrib.pop("role", None)
    etree.cleanup_namespaces(root)
    dtd = schema()
    assert dtd.validate(root), dtd.error_log.filter_from_errors()


def test_the_dtd_does_not_take_anything(folder: Path) -> None:
    root = etree.parse(folder / "corpus.xml").getroot()
    assert not schema().validate(root)  # its includes are not resolved
    for name in RENAMED:
        assert not [element for element in schema().elements() if element.name == name]


def test_pages_are_valid(corpus: Corpus, folder: Path) -> None:
    for _, root in documents(corpus, folder):
        valid(root)


def test_the_corpus_is_valid_and_each_id_is_given_once(corpus: Corpus, folder: Path) -> None:
    whole = etree.parse(folder / "corpus.xml")
    whole.xinclude()
    root = whole.getroot()
    assert [page.get(ID) for page in root.findall(f"{TEI}TEI")] == [
        f"d.{document.document_id}" for document in read_documents(corpus)
    ]
    ids = [element.get(ID) for element in root.iter() if element.get(ID)]
    assert len(ids) == len(set(ids))
    assert all(key.isascii() and key[0].isalpha() and ":" not in key for key in ids)
    pointers = [value for name in ("decls", "ref", "prev") for value in found(root, f"//@{name}")]
    assert pointers and {pointer.removeprefix("#") for pointer in pointers} <= set(ids)
    valid(root)


@pytest.mark.slow
def test_the_seeds_are_valid_and_whole(banmian: Banmian, tmp_path: Path) -> None:
    assert banmian("build", SEEDS, "--inline", "--pos", "--warehouse", tmp_path / "warehouse").returncode == 0
    corpus = warehouse.open(tmp_path / "warehouse")
    (tmp_path / "tei").mkdir()
    exported(tei.write, corpus, tmp_path / "tei")
    for document, root in documents(corpus, tmp_path / "tei"):
        same(document, root)
        words = found(root, "//t:w | //t:pc")
        assert all(word.get("pos") for word in words) and len(words) > 1000
        assert found(root, "//t:pc[.='，'][@pos='x']")
        valid(root)


# --- whole ----------------------------------------------------------------------------------------------------------


def same(document: Document, root: etree._Element) -> None:
    """What the page says is what its document says: articles, sentences, tokens, figures, residue."""
    articles = found(root, "t:text/t:body/t:div")
    assert len(articles) == document.n_articles
    for article, div in zip(document.articles, articles, strict=True):
        same_article(article, div)
        for sentence in article.sentences:
            same_sentence(sentence, root)
    stretches = found(root, "t:text/t:back/t:div/t:ab")
    assert [(said(one), one.get("n"), one.get("corresp")) for one in stretches] == [
        (legal(one.text), one.reason, f"raw:{one.raw_start},{one.raw_end}") for one in document.residue
    ]


def same_article(article: Article, div: etree._Element) -> None:
    assert (div.get(ID), div.get("type"), div.get("subtype")) == (f"a.{article.article_id}", "article", article.kind)
    paragraphs = found(div, "t:p | t:label")
    assert "\n".join(map(said, paragraphs)) == legal(article.text)
    heads = {head.get("type"): said(head) for head in found(div, "t:head")}
    columns = {name: getattr(article, name) for name in ("section", "kicker", "headline", "subheadline")}
    assert heads == {name: legal(text) for name, text in columns.items() if text is not None}
    credits = [(one.get("role"), said(one)) for one in found(div, "t:byline/t:persName")]
    assert credits == [(one.role, legal(one.name)) for one in article.byline]
    dateline = "".join(map(said, found(div, "t:dateline")))
    assert dateline == (article.agency or "") + (article.dateline or "")
    spans = [(span.start, span.end) for span in article.raw_spans]
    assert [tuple(map(int, one[4:].split(","))) for one in div.get("corresp", "").split()] == spans


def same_sentence(sentence: Sentence, root: etree._Element) -> None:
    (element,) = found(root, "//t:s[@xml:id=$key]", key=f"s.{sentence.sentence_id}")
    assert element.get("corresp") == f"raw:{sentence.raw_start},{sentence.raw_end}"
    tokens = list(element)
    assert element.text is None and not any(token.tail for token in tokens)
    assert [token.text for token in tokens] == [legal(token) for token in sentence.tokens]
    assert [token.get("pos") for token in tokens if token.tag != f"{TEI}c"] == [
        tag
        for tag, token in zip(sentence.pos or [None] * len(tokens), sentence.tokens, strict=True)
        if not token.isspace()
    ]
    for figure in sentence.figures:
        (span,) = found(root, "//t:span[@xml:id=$key]", key=f"f.{figure.figure_id}")
        assert said(span) == figure.mention.surface
        start, length = map(int, span.get("target", "").removesuffix(")").split(",")[1:])
        assert span.get("target", "").startswith(f"#string-range(s.{sentence.sentence_id},")
        assert said(element)[start : start + length] == figure.mention.surface
        assert span.get("corresp") == f"raw:{figure.raw_start},{figure.raw_end}"


def test_nothing_is_lost_and_nothing_is_added(corpus: Corpus, folder: Path) -> None:
    for document, root in documents(corpus, folder):
        same(document, root)


def test_the_header_says_where_a_page_is_from(corpus: Corpus, folder: Path) -> None:
    pages = {document.source_path: root for document, root in documents(corpus, folder)}
    root = pages["日报/2024 年/1&<>$1.txt"]
    assert said(found(root, "//t:titleStmt/t:title")[0]) == "日报&, 2024-05-25, 01"
    (source,) = found(root, "//t:sourceDesc/t:bibl")
    assert [(one.get("type") or one.get("level") or one.get("unit"), one.text) for one in source if one.text] == [
        ("j", "日报&"),
        ("page", "01"),
        ("source_path", "日报/2024 年/1&<>$1.txt"),
        ("sha256", next(read_document(corpus, root)).sha256),
        ("encoding", "utf-8"),
        ("script", "simplified"),
    ]
    assert found(source, "t:date")[0].get("when") == "2024-05-25"
    (prefix,) = found(root, "//t:prefixDef")
    assert prefix.get("replacementPattern") == "%E6%97%A5%E6%8A%A5/2024%20%E5%B9%B4/1%26%3C%3E%241.txt#char=$1,$2"
    made = said(found(root, "//t:appInfo//t:desc")[0])
    assert corpus.manifest.digest in made and f"snapshot {corpus.manifest.snapshot}," in made


def read_document(corpus: Corpus, root: etree._Element) -> Iterator[Document]:
    return (one for one in read_documents(corpus) if f"d.{one.document_id}" == root.get(ID))


def test_the_header_says_what_is_known_of_an_article(corpus: Corpus, folder: Path) -> None:
    root = next(root for document, root in documents(corpus, folder) if document.publication)
    first, bare, last = found(root, "//t:listBibl/t:bibl")
    assert [(one.tag.removeprefix(TEI), one.get("type"), one.text) for one in first] == [
        ("title", None, "在会上的讲话"),
        ("author", None, "张三"),
        ("note", "occasion", "一次会议"),
        ("date", "event", None),
        ("note", "jump_from", "第一版"),
        ("note", "jump_to", "第三版"),
        ("note", "confidence", "1.000"),
    ]
    assert [one.get("type") for one in bare] == ["confidence"]
    (person,) = found(root, "//t:particDesc/t:listPerson/t:person")
    assert said(person) == "张三"
    assert {author.get("ref") for author in found(root, "//t:author")} == {f"#{person.get(ID)}"}
    assert len(last) == len(first)


def test_a_quarantined_page_says_why(corpus: Corpus, folder: Path) -> None:
    root = next(root for document, root in documents(corpus, folder) if document.status == "quarantined")
    notes = {note.get("type"): note.text for note in found(root, "//t:notesStmt/t:note")}
    assert notes == {"status": "quarantined", "error": "it is <empty>"}
    assert said(found(root, "t:text")[0]).strip() == ""
    assert found(root, "//t:idno[@type='source_path']")[0].text == "坏\n.txt"


def test_crossheads_stand_in_their_place(tmp_path: Path) -> None:
    """As a sentence of that role says, or as the article says where a paragraph has no sentence."""
    publish(tmp_path / "root", {"00": [page("1.txt", [FULL])]}, checked=False)
    (document,) = read_documents(warehouse.open(tmp_path / "root"))
    (article,) = document.articles
    sentences = tuple(
        one._replace(role="crosshead") if one.text == "各位领导：" else one
        for one in article.sentences
        if one.text != "谢谢！"
    )
    changed = replace(article, sentences=sentences)
    with tei._file(tmp_path / "x.xml") as xml, tei._element(xml, "TEI", xmlns=TEI[1:-1]):
        tei._paragraphs(xml, changed)
    names = [(one.tag.removeprefix(TEI), one.get("type")) for one in etree.parse(tmp_path / "x.xml").getroot()]
    assert names == [("label", "crosshead"), ("p", None), ("label", "crosshead")]


@pytest.mark.parametrize(
    ("mention", "element", "attributes"),
    [
        (
            Mention("1.22万亿元", 0, 7, "money", 1.22e12, unit="CNY"),
            "measure",
            {"quantity": "1220000000000", "unit": "CNY"},
        ),
        (Mention("3.72%", 0, 5, "percent", 3.72, unit="%"), "measure", {"quantity": "3.72", "unit": "%"}),
        (Mention("12", 0, 2, "number", 12.0), "num", {"value": "12"}),
        (Mention("零下3", 0, 3, "number", -3.5), "num", {"value": "-3.5"}),
        (Mention("1O0", 0, 3, "number", None, doubtful=True), "num", {}),
        (Mention("3至5", 0, 3, "number", 3.0, 5.0), "num", {"value": "3", "min": "3", "max": "5"}),
        (
            Mention("4000多个", 0, 6, "count", 4000.0, unit="个", comparator=">"),
            "measure",
            {"quantity": "4000", "unit": "个", "atLeast": "4000"},
        ),
        (Mention("9", 0, 1, "number", 9.0, comparator="<="), "num", {"value": "9", "atMost": "9"}),
        (Mention("9", 0, 1, "number", 9.0, comparator="~"), "num", {"value": "9", "subtype": "approximate"}),
        (Mention("某日", 0, 2, "date"), "date", {}),
        (
            Mention("5月9日", 0, 4, "date", date_start=date(2024, 5, 9), date_end=date(2024, 5, 9)),
            "date",
            {"when": "2024-05-09"},
        ),
        (
            Mention("2024年", 0, 5, "date", date_start=date(2024, 1, 1), date_end=date(2024, 12, 31)),
            "date",
            {"from": "2024-01-01", "to": "2024-12-31"},
        ),
        (Mention("9时30分", 0, 5, "time", time_of_day="09:30"), "time", {"when": "09:30:00"}),
        (
            Mention(
                "9时30分至11时",
                0,
                9,
                "time",
                date_start=date(2024, 11, 18),
                date_end=date(2024, 11, 18),
                time_of_day="09:30:15",
                time_of_day_end="11:00",
            ),
            "time",
            {"from": "2024-11-18T09:30:15", "to": "2024-11-18T11:00:00"},
        ),
    ],
)
def test_what_a_figure_amounts_to(mention: Mention, element: str, attributes: dict[str, str]) -> None:
    name, given = tei._amount(mention)
    assert (name, {key: value for key, value in given.items() if value is not None}) == (element, attributes)


@pytest.mark.parametrize(
    ("token", "element"),
    [
        ("产值", "w"),
        ("1.2", "w"),
        ("℃", "w"),
        ("。", "pc"),
        ("……", "pc"),
        ("%", "pc"),
        (" ", "c"),
        ("　", "c"),
        ("。1", "w"),
    ],
)
def test_words_punctuation_and_blanks(token: str, element: str) -> None:
    assert tei._token_element(token) == element


def test_the_same_snapshot_gives_the_same_bytes(corpus: Corpus, folder: Path, tmp_path: Path) -> None:
    exported(tei.write, corpus, tmp_path)
    files = {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*.xml")}
    assert len(files) == 5
    assert files == {path.relative_to(tmp_path): path.read_bytes() for path in tmp_path.rglob("*.xml")}


def test_pages_are_written_one_by_one(corpus: Corpus, tmp_path: Path) -> None:
    """So that memory holds one: each is on the disk when it is counted, and the next is not begun."""
    seen: list[int] = []
    tei.write(corpus, tmp_path, lambda _: seen.append(len(list(tmp_path.glob("*/*.xml")))))
    assert seen == [1, 2, 3, 4]
