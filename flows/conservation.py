"""Counts what a page's rows hold of its source: each character that is not blank must lie in one of them.

The warehouse checks that no two rows hold the same character; it has no source to look into. Here both are at hand:
when a page is built, as dataclasses, and when a snapshot is verified, as the stretches that its tables name.

    before  source 今天⏎电话12345, an article that holds [0, 2), residue that holds [3, 10)
    after   all 9 held; without the residue 2, and a fault that names the first that is lost
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from transforms.characters import fold
from transforms.document import Document
from warehouse.errors import Fault

BYTE_ORDER_MARK = "\ufeff"


class Stretch(NamedTuple):
    """A stretch of the source, by offsets in code points, the row that has it, and the text that it should have.

    Of an article's stretch the text is None, since an article's text is no slice.
    """

    table: str
    row: str
    start: int
    end: int
    text: str | None = None


def stretches(page: Document) -> Iterator[Stretch]:
    """The stretches of its source that a page holds in articles and residue: each character belongs to one."""
    for article in page.articles:
        for span in article.raw_spans:
            yield Stretch("article", article.article_id, span.start, span.end)
    for rest in page.residue:
        row = f"{page.document_id} from {rest.raw_start}"
        yield Stretch("residue", row, rest.raw_start, rest.raw_end, rest.text)


def evidence(page: Document) -> Iterator[Stretch]:
    """Where the sentences and figures of a page say that their words are printed."""
    for sentence in (sentence for article in page.articles for sentence in article.sentences):
        yield Stretch("sentence", sentence.sentence_id, sentence.raw_start, sentence.raw_end, sentence.text)
        for figure in sentence.figures:
            yield Stretch("figure", figure.figure_id, figure.raw_start, figure.raw_end, figure.mention.surface)


def held(document: Document, data: bytes) -> tuple[int, int]:
    """How many characters that are not blank the rows of a page hold, and how many its source has.

    `data` is the source of `document`, decoded here as the contract says. A page in quarantine has no rows and no text.
    """
    if document.encoding is None:
        return 0, 0
    text = fold(decoded(data, document.encoding))
    spans = [(span.start, span.end) for article in document.articles for span in article.raw_spans]
    spans += [(row.raw_start, row.raw_end) for row in document.residue]
    return sum(_visible(text[start:end]) for start, end in spans), _visible(text)


def decoded(data: bytes, encoding: str) -> str:
    """The text of a source, as the contract has it: what can't be read as U+FFFD, without a leading byte-order mark."""
    return data.decode(encoding, errors="replace").removeprefix(BYTE_ORDER_MARK)


def _visible(folded: str) -> int:
    """The characters that are not blank; `fold` leaves plain blanks and line ends only."""
    return len(folded) - folded.count(" ") - folded.count("\n")


def faults(page: Document, data: bytes) -> Iterator[Fault]:
    """What the rows of a published page have wrong against its source, one fault a row or place.

    `data` are the bytes that the page was built from. A page in quarantine has no rows to compare.
    """
    if page.status == "quarantined" or page.encoding is None:
        return
    text = decoded(data, page.encoding)
    folded = fold(text)
    if _visible(folded) != page.n_chars:
        counted = f"{page.document_id}: {page.n_chars:,}, the source has {_visible(folded):,}"
        yield _fault("document", "characters are not as many as those of the source", counted)
    yield from _beyond([*stretches(page), *evidence(page)], len(text))
    yield from _held_once(page, folded)
    yield from _other_text(stretches(page), text)
    yield from _without_evidence(page, text)


def _fault(table: str, check: str, row: str) -> Fault:
    return Fault(check, table, 1, (row,))


def _beyond(stretches: Iterable[Stretch], size: int) -> Iterator[Fault]:
    for one in stretches:
        if one.end > size:
            yield _fault(one.table, "ends behind the end of the source", one.row)


def _held_once(page: Document, folded: str) -> Iterator[Fault]:
    """Goes through the stretches in the order of the source: nothing but blanks may lie between them, or in two."""
    last = 0
    for one in sorted(stretches(page), key=lambda one: (one.start, one.end)):
        yield from _lost(page, folded, last, one.start)
        if _visible(folded[one.start : min(last, one.end)]):
            yield _fault(one.table, "characters of the source held twice", f"{one.row} at {one.start}")
        last = max(last, one.end)
    yield from _lost(page, folded, last, len(folded))


def _lost(page: Document, folded: str, start: int, end: int) -> Iterator[Fault]:
    if lost := _visible(folded[start:end]):
        place = f"{page.document_id} from {start} to {end} ({lost:,} characters)"
        yield _fault("document", "characters of the source held by no row", place)


def _other_text(stretches: Iterable[Stretch], text: str) -> Iterator[Fault]:
    """Residue is the raw slice as it is."""
    for one in stretches:
        if one.text is not None and text[one.start : one.end] != one.text:
            yield _fault(one.table, "text is not what the source says", one.row)


def _without_evidence(page: Document, text: str) -> Iterator[Fault]:
    """The source has at its place each digit of a row; and each letter, but where one script was made another."""
    converted = page.script != "simplified"
    for one in evidence(page):
        own, printed = str(one.text), text[one.start : one.end]
        missing = Counter(_signs(own, converted)) - Counter(_signs(printed, converted))
        if missing:
            yield _fault(one.table, "text is not what the source says", one.row)


def _signs(text: str, converted: bool) -> str:
    """The digits of a text, or its letters and digits, look-alikes made plain: ２０２４ and 2024 are the same."""
    plain = unicodedata.normalize("NFKC", fold(text))
    if converted:
        return "".join(sign for sign in plain if sign.isdecimal())
    return "".join(sign for sign in plain if (sign.isascii() and sign.isalnum()) or _is_ideograph(sign))


def _is_ideograph(sign: str) -> bool:
    return "\u3400" <= sign <= "\u9fff"
