"""Counts what a page's rows hold of its source: each character that is not blank must lie in one of them.

The warehouse checks that no two rows hold the same character; it has no source to look into. Here both are at hand.

    before  source 今天⏎电话12345, an article that holds [0, 2), residue that holds [3, 10)
    after   all 9 held; without the residue 2
"""

from __future__ import annotations

from transforms.characters import fold
from transforms.document import Document

BYTE_ORDER_MARK = "\ufeff"


def held(document: Document, data: bytes) -> tuple[int, int]:
    """How many characters that are not blank the rows of a page hold, and how many its source has.

    `data` is the source of `document`, decoded here as the contract says. A page in quarantine has no rows and no text.
    """
    if document.encoding is None:
        return 0, 0
    text = fold(data.decode(document.encoding, errors="replace").removeprefix(BYTE_ORDER_MARK))
    spans = [(span.start, span.end) for article in document.articles for span in article.raw_spans]
    spans += [(row.raw_start, row.raw_end) for row in document.residue]
    return sum(_visible(text[start:end]) for start, end in spans), _visible(text)


def _visible(folded: str) -> int:
    """The characters that are not blank; `fold` leaves plain blanks and line ends only."""
    return len(folded) - folded.count(" ") - folded.count("\n")
