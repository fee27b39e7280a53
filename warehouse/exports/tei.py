"""TEI P5: one XML file a page, and `corpus.xml`, which binds them into one `teiCorpus`.

    before  Sentence("9b74…-0000-0001", tokens=("产值", "1.2", "亿元", "。"), raw_start=120, raw_end=128, …)
    after   <s xml:id="s.9b74…-0000-0001" corresp="raw:120,128"><w>产值</w><w>1.2</w><w>亿元</w><pc>。</pc></s>

What is where, and why so:

- `<first two characters of document_id>/<document_id>.xml`: folders stay small, and a tool that wants a text a file
  (TXM, TEITOK, BlackLab) takes them as they are. `corpus.xml` holds the header of the whole and an `xi:include` for
  each page, as ParlaMint has it: a parser that resolves them sees one document, whose every `xml:id` is given once.
- `xml:id` is the key of the warehouse with a letter before it, for XML wants one: `d.` document, `a.` article, `s.`
  sentence, `f.` figure. All columns that are not here are found in the tables by these keys.
- An article is a `div type="article"`, its kind the `subtype`; kicker, headline and subheadline are `head`s, a
  crosshead is a `label` in its place among the paragraphs. What is known of an article and not printed in its text
  (speaker, occasion, date, jumps, confidence) is a `bibl` of the header, to which `decls` points. A speaker is a
  `person` of the header. A speech keeps its `p`s and is no `u`: TEI gives a `u` no head, paragraph or label.
- The text of a `p`, `head` or `label` is that of the warehouse to the letter: no blank is added between elements, so
  the string value of an `s` is its `text`. Its children are its tokens: `w` words, `pc` punctuation, `c` blanks.
- Figures stand off the text (`standOff`), for a figure does not always begin and end where a word does. A `span`
  points into its sentence with TEI's `string-range(id, offset, length)`.
- `corresp="raw:start,end"` leads back to the source; the header says how (`prefixDef`).
- What no article holds is an `ab` of the `back`, as it stands in the source: nothing is lost.
- XML can't hold some control characters: U+FFFD stands for each, so that offsets stay true.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from functools import lru_cache
from pathlib import Path
from urllib.parse import quote
from xml.sax.saxutils import XMLGenerator, escape, quoteattr
from xml.sax.xmlreader import AttributesImpl

from transforms.document import Article, Document, Figure, Mention, Residue, Sentence
from warehouse import schema
from warehouse.corpus import Corpus
from warehouse.documents import count_rows, read_documents
from warehouse.exports.readme import write_readme

TEI = "http://www.tei-c.org/ns/1.0"
INCLUDE = "http://www.w3.org/2001/XInclude"
CORPUS = "corpus.xml"
LANGUAGE = "zh-Hans"
"""Of the text as the warehouse has it; the script of the source is a note of the header."""
LOADING = """
from pathlib import Path
from xml.etree import ElementTree

data = [ElementTree.parse(path) for path in sorted(Path(".").glob("*/*.xml"))]
"""
NOTES = """
TEI P5, a file a page; `corpus.xml` binds them into one `teiCorpus`. The header of each says where its text comes from.
Below are the columns of the tables that this is made of.
"""
BOUNDS = {">": "atLeast", "<": "atMost"}
"""By the first character of a comparator."""
FORBIDDEN = {code: "\ufffd" for code in (*range(0x20), 0xFFFE, 0xFFFF) if code not in (0x9, 0xA, 0xD)}
MADE = (
    "Made by banmian from the text of a newspaper page: lines joined, columns and articles taken apart, characters and"
    " marks normalised, words cut, figures read. Every step is a rule; what it left out of the articles is in the back."
)
RAW = (
    "A stretch of the source as decoded: from the first number up to and without the second, in code points, a leading"
    " byte-order mark taken off, line ends left as they are."
)


def write(corpus: Corpus, folder: Path, on_rows: Callable[[int], None]) -> None:
    """Writes the pages of `corpus` into the empty `folder`; `on_rows` is told how many rows each of them has.

    Pages come one by one, so memory does not grow with the corpus; the same snapshot gives the same bytes.
    """
    with _file(folder / CORPUS) as whole, _element(whole, "teiCorpus", xmlns=TEI, xmlns_xi=INCLUDE):
        _corpus_header(whole, corpus)
        for document in read_documents(corpus):
            path = Path(document.document_id[:2], f"{document.document_id}.xml")
            (folder / path).parent.mkdir(exist_ok=True)
            with _file(folder / path) as page:
                _page(page, document, corpus)
            _break(whole)
            _empty(whole, "xi:include", href=quote(path.as_posix()))
            on_rows(count_rows(document))
        _break(whole)
    write_readme(corpus, folder, LOADING, NOTES)


# --- the writer -----------------------------------------------------------------------------------------------------


class _Xml(XMLGenerator):
    """Writes XML that a parser reads back to the character."""

    def text(self, text: str) -> None:
        """Text as it is."""
        self.markup(_escaped(text))

    def markup(self, markup: str) -> None:
        """What is XML already; the call has its name from what else one writes as it stands."""
        self.ignorableWhitespace(markup)


def _escaped(text: str) -> str:
    """Text as XML has it; a carriage return, which parsers take for a line feed, as a reference."""
    return escape(text.translate(FORBIDDEN), {"\r": "&#13;"})


@contextmanager
def _file(path: Path) -> Iterator[_Xml]:
    with path.open("w", encoding="utf-8", newline="\n") as file:
        xml = _Xml(file, encoding="utf-8", short_empty_elements=True)
        xml.startDocument()
        yield xml
        xml.endDocument()
        file.write("\n")


@contextmanager
def _element(xml: _Xml, name: str, **attributes: str | None) -> Iterator[None]:
    """An element; an attribute that is None is left out. `xml_id` is `xml:id`: Python's names have no colon."""
    given = {key.replace("_", ":"): value for key, value in attributes.items() if value is not None}
    xml.startElement(name, AttributesImpl({key: value.translate(FORBIDDEN) for key, value in given.items()}))
    yield
    xml.endElement(name)


def _empty(xml: _Xml, name: str, **attributes: str | None) -> None:
    with _element(xml, name, **attributes):
        pass


def _say(xml: _Xml, name: str, text: str | None, **attributes: str | None) -> None:
    """An element with nothing but text in it; none where there is no text."""
    if text is not None:
        with _element(xml, name, **attributes):
            xml.text(text)


def _break(xml: _Xml) -> None:
    """A line end where no text can be: for those who look at the file with an editor or `diff`."""
    xml.characters("\n")


# --- headers --------------------------------------------------------------------------------------------------------


def _corpus_header(xml: _Xml, corpus: Corpus) -> None:
    manifest = corpus.manifest
    amounts = {f"{table}s": count for table, count in manifest.rows.items() if table != schema.RESIDUE.name}
    with _element(xml, "teiHeader"):
        with _element(xml, "fileDesc"):
            _title(xml, f"Newspaper pages: snapshot {manifest.snapshot}")
            _extent(xml, {**amounts, "characters": manifest.characters})
            _publication(xml)
            with _element(xml, "sourceDesc"):
                _say(xml, "p", "The header of each page names its source.")
        _encoding(xml, corpus, None)
        _profile(xml, [])
    _break(xml)


def _page_header(xml: _Xml, document: Document, corpus: Corpus, speakers: dict[str, str]) -> None:
    with _element(xml, "teiHeader"):
        with _element(xml, "fileDesc"):
            _title(xml, _name(document))
            _extent(xml, {"articles": document.n_articles, "characters": document.n_chars})
            _publication(xml)
            with _element(xml, "notesStmt"):
                _say(xml, "note", document.status, type="status")
                _say(xml, "note", document.error, type="error")
            _source(xml, document, speakers)
        _encoding(xml, corpus, document)
        _profile(xml, list(speakers.items()))
    _break(xml)


def _name(document: Document) -> str:
    """What a page is called: paper, day and page as far as they are known, else its path."""
    day = document.issue_date.isoformat() if document.issue_date else None
    return ", ".join(part for part in (document.publication, day, document.page) if part) or document.source_path


def _title(xml: _Xml, title: str) -> None:
    _break(xml)
    with _element(xml, "titleStmt"):
        _say(xml, "title", title)


def _extent(xml: _Xml, amounts: dict[str, int]) -> None:
    with _element(xml, "extent"):
        for unit, amount in amounts.items():
            _say(xml, "measure", f"{amount} {unit}", unit=unit, quantity=str(amount))


def _publication(xml: _Xml) -> None:
    with _element(xml, "publicationStmt"):
        _say(xml, "p", "Not published; all rights in the text are what they were in the source.")


def _source(xml: _Xml, document: Document, speakers: dict[str, str]) -> None:
    _break(xml)
    with _element(xml, "sourceDesc"):
        with _element(xml, "bibl", type="page"):
            _say(xml, "title", document.publication, level="j")
            if document.issue_date:
                _empty(xml, "date", when=document.issue_date.isoformat())
            _say(xml, "biblScope", document.page, unit="page")
            _say(xml, "idno", document.source_path, type="source_path")
            _say(xml, "idno", document.sha256, type="sha256")
            _say(xml, "note", document.encoding, type="encoding")
            _say(xml, "note", document.script, type="script")
            _say(xml, "note", document.headline_position, type="headline_position")
        if document.articles:
            with _element(xml, "listBibl"):
                for article in document.articles:
                    _break(xml)
                    _article_bibl(xml, article, speakers)


def _article_bibl(xml: _Xml, article: Article, speakers: dict[str, str]) -> None:
    with _element(xml, "bibl", xml_id=f"b.{article.article_id}", type="article"):
        _say(xml, "title", article.headline, level="a")
        if article.speaker is not None:
            _say(xml, "author", article.speaker, role="speaker", ref=f"#{speakers[article.speaker]}")
        _say(xml, "note", article.occasion, type="occasion")
        if article.event_date:
            _empty(xml, "date", type="event", when=article.event_date.isoformat())
        _say(xml, "note", article.jump_from, type="jump_from")
        _say(xml, "note", article.jump_to, type="jump_to")
        _say(xml, "note", f"{article.confidence:.3f}", type="confidence")


def _encoding(xml: _Xml, corpus: Corpus, document: Document | None) -> None:
    manifest = corpus.manifest
    _break(xml)
    with _element(xml, "encodingDesc"):
        with _element(xml, "projectDesc"):
            _say(xml, "p", MADE)
        if document is not None:
            source = f"{quote(document.source_path)}#char=$1,$2"
            with (
                _element(xml, "listPrefixDef"),
                _element(xml, "prefixDef", ident="raw", matchPattern="([0-9]+),([0-9]+)", replacementPattern=source),
            ):
                _say(xml, "p", RAW)
        with (
            _element(xml, "appInfo"),
            _element(xml, "application", ident="banmian", version=manifest.versions.get("banmian", "0")),
        ):
            _say(xml, "label", "banmian")
            _say(xml, "desc", f"snapshot {manifest.snapshot}, digest {manifest.digest}, rules {manifest.rules}")


def _profile(xml: _Xml, speakers: list[tuple[str, str]]) -> None:
    _break(xml)
    with _element(xml, "profileDesc"):
        with _element(xml, "langUsage"):
            _say(xml, "language", "Chinese in simplified characters", ident=LANGUAGE)
        if speakers:
            with _element(xml, "particDesc"), _element(xml, "listPerson"):
                for name, key in speakers:
                    with _element(xml, "person", xml_id=key):
                        _say(xml, "persName", name)


# --- pages ----------------------------------------------------------------------------------------------------------


def _page(xml: _Xml, document: Document, corpus: Corpus) -> None:
    key = document.document_id
    names = dict.fromkeys(article.speaker for article in document.articles if article.speaker is not None)
    speakers = {name: f"p.{key}.{number}" for number, name in enumerate(names, 1)}
    with _element(xml, "TEI", xmlns=TEI, xml_id=f"d.{key}", xml_lang=LANGUAGE):
        _break(xml)
        _page_header(xml, document, corpus, speakers)
        _stand_off(xml, document)
        with _element(xml, "text"):
            with _element(xml, "body"):
                for article in document.articles:
                    _break(xml)
                    _article(xml, article)
                if not document.articles:
                    _empty(xml, "ab")  # TEI wants a body to hold something
            _back(xml, document.residue)
        _break(xml)


def _article(xml: _Xml, article: Article) -> None:
    key = article.article_id
    before = None if article.continues is None else f"#a.{article.continues}"
    spans = " ".join(_raw(span.start, span.end) for span in article.raw_spans) or None
    about: dict[str, str | None] = {"decls": f"#b.{key}", "prev": before, "corresp": spans}
    with _element(xml, "div", xml_id=f"a.{key}", type="article", subtype=article.kind, **about):
        _heads(xml, article)
        _origin(xml, article)
        _paragraphs(xml, article)
        _break(xml)
    _break(xml)


def _heads(xml: _Xml, article: Article) -> None:
    if article.section is not None:
        _break(xml)
        _say(xml, "head", article.section, type="section")
    for role in schema.HEADLINE_ROLES:
        text = getattr(article, role)
        sentences = [one for one in article.sentences if one.role == role]
        if text is not None or sentences:
            _break(xml)
            with _element(xml, "head", type=role):
                _sentences(xml, text or "", 0, sentences)


def _origin(xml: _Xml, article: Article) -> None:
    """Byline and dateline. The marks between the names of a byline are not in the tables, so none are written."""
    if article.byline:
        _break(xml)
        with _element(xml, "byline"):
            for credit in article.byline:
                _say(xml, "persName", credit.name, role=credit.role)
    if article.agency is not None or article.dateline is not None:
        _break(xml)
        with _element(xml, "dateline"):
            _say(xml, "orgName", article.agency, type="agency")
            xml.text(article.dateline or "")


def _paragraphs(xml: _Xml, article: Article) -> None:
    below: dict[int | None, list[Sentence]] = {}
    for sentence in article.sentences:
        below.setdefault(sentence.paragraph, []).append(sentence)
    start = 0
    for number, text in enumerate(article.text.split("\n") if article.text else []):
        sentences = below.get(number, [])
        crosshead = sentences[0].role == "crosshead" if sentences else text in article.crossheads
        _break(xml)
        with _element(xml, "label" if crosshead else "p", type="crosshead" if crosshead else None):
            _sentences(xml, text, start, sentences)
        start += len(text) + 1


def _sentences(xml: _Xml, text: str, start: int, sentences: list[Sentence]) -> None:
    """The text, which begins at `start` in the article's, with its sentences marked; what is between them stays."""
    at = 0
    for sentence in sentences:
        # Sentences of a headline have no offsets; they follow one another in it.
        place = text.find(sentence.text, at) if sentence.start is None else sentence.start - start
        xml.text(text[at : max(place, at)])
        _sentence(xml, sentence)
        at = max(place, at) + len(sentence.text)
    xml.text(text[at:])


def _sentence(xml: _Xml, sentence: Sentence) -> None:
    place = _raw(sentence.raw_start, sentence.raw_end)
    with _element(xml, "s", xml_id=f"s.{sentence.sentence_id}", corresp=place):
        tags = sentence.pos or [None] * len(sentence.tokens)
        xml.markup("".join(map(_token, sentence.tokens, tags)))


@lru_cache(maxsize=1 << 16)
def _token(token: str, tag: str | None) -> str:
    """A token as XML. Kept, for the same words come again and again, and an export is mostly made of them."""
    name = _token_element(token)
    pos = "" if tag is None or name == "c" else f" pos={quoteattr(tag.translate(FORBIDDEN))}"
    return f"<{name}{pos}>{_escaped(token)}</{name}>"


def _token_element(token: str) -> str:
    """`c` for a blank, `pc` for punctuation, `w` for a word."""
    if token.isspace():
        return "c"
    return "pc" if all(unicodedata.category(character)[0] == "P" for character in token) else "w"


def _back(xml: _Xml, residue: tuple[Residue, ...]) -> None:
    if residue:
        _break(xml)
        with _element(xml, "back"), _element(xml, "div", type="residue"):
            for stretch in residue:
                _break(xml)
                place = _raw(stretch.raw_start, stretch.raw_end)
                _say(xml, "ab", stretch.text, n=stretch.reason, corresp=place)


def _raw(start: int, end: int) -> str:
    return f"raw:{start},{end}"


# --- figures --------------------------------------------------------------------------------------------------------


def _stand_off(xml: _Xml, document: Document) -> None:
    sentences = [sentence for article in document.articles for sentence in article.sentences if sentence.figures]
    if sentences:
        with _element(xml, "standOff"), _element(xml, "spanGrp", type="figure"):
            for sentence in sentences:
                for figure in sentence.figures:
                    _break(xml)
                    _figure(xml, figure, sentence.sentence_id)
        _break(xml)


def _figure(xml: _Xml, figure: Figure, sentence_id: str) -> None:
    mention = figure.mention
    target = f"#string-range(s.{sentence_id},{mention.start},{mention.end - mention.start})"
    kind: dict[str, str | None] = {"type": mention.kind, "subtype": "label" if mention.is_label else None}
    place = _raw(figure.raw_start, figure.raw_end)
    doubt = "low" if mention.doubtful else None
    with _element(xml, "span", xml_id=f"f.{figure.figure_id}", **kind, target=target, corresp=place, cert=doubt):
        name, attributes = _amount(mention)
        _say(xml, name, mention.surface, **attributes)


def _amount(mention: Mention) -> tuple[str, dict[str, str | None]]:
    """The element for a figure and its value: `date`, `time`, `measure` (with a unit) or `num`."""
    if mention.kind in ("date", "time"):
        return mention.kind, _times(mention)
    value, most = _number(mention.value), _number(mention.value_max)
    bounds: dict[str, str | None] = {"min": value, "max": most} if most is not None else {}
    if mention.comparator[0] in BOUNDS:
        bounds[BOUNDS[mention.comparator[0]]] = value
    subtype = "approximate" if mention.comparator == "~" else None
    if mention.unit is None:
        return "num", {"value": value, "subtype": subtype, **bounds}
    return "measure", {"quantity": value, "unit": mention.unit, "subtype": subtype, **bounds}


def _times(mention: Mention) -> dict[str, str | None]:
    """The moment (`when`), or the first and last of a stretch (`from`, `to`); nothing where it is not resolved."""
    first = _moment(mention.date_start, mention.time_of_day)
    last = _moment(mention.date_end, mention.time_of_day_end or mention.time_of_day)
    if first == last or last is None:
        return {"when": first}
    return {"from": first, "to": last}


def _moment(day: date | None, time: str | None) -> str | None:
    """A date, time or both as XML Schema writes them: 2024-11-18T09:30:00."""
    full = None if time is None else time if time.count(":") == 2 else f"{time}:00"
    return "T".join(part for part in (day.isoformat() if day else None, full) if part) or None


def _number(value: float | None) -> str | None:
    if value is None:
        return None
    return str(int(value)) if value.is_integer() and abs(value) < 1e16 else repr(value)
