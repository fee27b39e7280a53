"""What holds for every page however wrong its reading is: nothing lost, nothing counted twice, every offset leads back.

`faults(data)` reads a page and names what is broken; an empty list means that the contract's promises hold for it.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterator

from transforms.characters import fold
from transforms.document import Article, Document, Figure, Options, Sentence, Source
from transforms.page import read_page

DOCUMENT_ID = "0123456789abcdef"


def source(data: str | bytes) -> Source:
    """A page of nothing but its bytes: its path says neither date nor publication."""
    return Source(DOCUMENT_ID, "page.txt", data.encode() if isinstance(data, str) else data)


def read(data: str | bytes, options: Options = Options()) -> Document:  # noqa: B008  a frozen dataclass
    """The page read as a build reads it."""
    return read_page(source(data), options)


def decoded(document: Document, data: bytes) -> str:
    """The source as the contract has it: decoded, one leading byte-order mark taken off, nothing else changed."""
    text = data.decode(document.encoding or "utf-8", errors="replace")
    return text[1:] if text.startswith("\ufeff") else text


def is_blank(character: str) -> bool:
    """Whitespace, control and format characters."""
    return character.isspace() or unicodedata.category(character) in ("Cc", "Cf")


def letters(text: str) -> str:
    """The letters and digits of a text, look-alikes made plain: what no rule may add, and few may change."""
    plain = unicodedata.normalize("NFKC", fold(text))
    return "".join(c for c in plain if (c.isascii() and c.isalnum()) or "\u3400" <= c <= "\u9fff")


def digits(text: str) -> str:
    """The digits of a text in any form."""
    return "".join(c for c in unicodedata.normalize("NFKC", text) if c.isdigit())


def faults(data: str | bytes) -> list[str]:
    """What is broken in the reading of a page; each fault is named with what it concerns."""
    data = data.encode() if isinstance(data, str) else data
    document = read(data)
    if document.status == "quarantined":
        rows = bool(document.articles or document.residue)
        return [] if document.error and not rows else ["a quarantined page has rows, or no cause"]
    text = decoded(document, data)
    return [*_held_once(document, text), *_residue(document, text), *_keys(document), *_articles(document, text)]


def _held_once(document: Document, text: str) -> Iterator[str]:
    """Each character that is not blank lies in one article or in one row of residue."""
    seen = [0] * (len(text) + 1)
    spans = [(span.start, span.end) for article in document.articles for span in article.raw_spans]
    spans += [(row.raw_start, row.raw_end) for row in document.residue]
    for start, end in spans:
        if not 0 <= start < end <= len(text):
            yield f"a span outside the source: {start}-{end}"
        for at in range(max(start, 0), min(end, len(text))):
            seen[at] += 1
    for at, character in enumerate(text):
        if seen[at] != 1 and not is_blank(character):
            yield f"held {seen[at]} times: {text[max(0, at - 8) : at + 8]!r} at {at}"
    not_blank = sum(not is_blank(character) for character in text)
    if document.n_chars != not_blank:
        yield f"n_chars is {document.n_chars}, not {not_blank}"


def _residue(document: Document, text: str) -> Iterator[str]:
    for row in document.residue:
        if text[row.raw_start : row.raw_end] != row.text or not row.reason:
            yield f"residue {row.text[:20]!r} is not {text[row.raw_start : row.raw_end][:20]!r}"


def _keys(document: Document) -> Iterator[str]:
    articles = [article.article_id for article in document.articles]
    sentences = [sentence.sentence_id for article in document.articles for sentence in article.sentences]
    figures = [f.figure_id for article in document.articles for s in article.sentences for f in s.figures]
    for keys in (articles, sentences, figures):
        if len(set(keys)) != len(keys):
            yield f"a key is not unique: {Counter(keys).most_common(1)}"
    if [article.ordinal for article in document.articles] != list(range(len(document.articles))):
        yield "articles are not numbered from 0"


def _articles(document: Document, text: str) -> Iterator[str]:
    for article in document.articles:
        yield from _own_characters(article, text, document.script == "simplified")
        paragraphs = article.text.split("\n") if article.text else []
        if any(not paragraph or paragraph != paragraph.strip() for paragraph in paragraphs):
            yield f"an empty paragraph, or one with blanks at its ends, in {article.article_id}"
        if not set(article.crossheads) <= set(paragraphs):
            yield f"a crosshead that is no paragraph: {article.crossheads}"
        for sentence in article.sentences:
            yield from _sentence(article, sentence, text, document.script == "simplified")


def _own_characters(article: Article, text: str, simplified: bool) -> Iterator[str]:
    """`article.text` holds no letter or digit that the article's stretches of the source have not got."""
    if not simplified:
        return
    have = Counter(letters("".join(text[span.start : span.end] for span in article.raw_spans)))
    extra = Counter(letters(article.text)) - have
    if extra:
        yield f"text that the source has not got: {dict(extra)}"


def _sentence(article: Article, sentence: Sentence, text: str, simplified: bool) -> Iterator[str]:
    name = sentence.text[:20]
    if "".join(sentence.tokens) != sentence.text:
        yield f"tokens do not join: {name!r}"
    if sentence.start is None or sentence.end is None:
        if sentence.role not in ("kicker", "headline", "subheadline") or sentence.paragraph is not None:
            yield f"a {sentence.role} without offsets: {name!r}"
    elif article.text[sentence.start : sentence.end] != sentence.text:
        yield f"offsets of {name!r} lead to {article.text[sentence.start : sentence.end][:20]!r}"
    start = min(span.start for span in article.raw_spans)
    end = max(span.end for span in article.raw_spans)
    if not start <= sentence.raw_start < sentence.raw_end <= end:
        yield f"a sentence outside its article: {name!r}"
    if simplified:
        yield from _hull(sentence, text)
    for figure in sentence.figures:
        yield from _figure(sentence, figure, text)


def _hull(sentence: Sentence, text: str) -> Iterator[str]:
    """The hull holds all letters of the sentence, and where it begins or ends with a letter, that is the sentence's."""
    raw, own = text[sentence.raw_start : sentence.raw_end], letters(sentence.text)
    if Counter(own) - Counter(letters(raw)) or any(c not in own for c in letters(raw[:1]) + letters(raw[-1:])):
        yield f"{sentence.text[:20]!r} is not what its hull says: {raw[:20]!r}"


def _figure(sentence: Sentence, figure: Figure, text: str) -> Iterator[str]:
    mention = figure.mention
    if sentence.text[mention.start : mention.end] != mention.surface:
        yield f"offsets of the figure {mention.surface!r} lead elsewhere"
    if not sentence.raw_start <= figure.raw_start < figure.raw_end <= sentence.raw_end:
        yield f"the figure {mention.surface!r} lies outside its sentence"
    if Counter(digits(mention.surface)) - Counter(digits(text[figure.raw_start : figure.raw_end])):
        yield f"{mention.surface!r} is not what its hull says: {text[figure.raw_start : figure.raw_end]!r}"
