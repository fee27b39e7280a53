"""From sentences, or one free-standing text, to their mentions of numbers.

All sentences of an article are read as one text with line breaks between them: numerals are found in one pass, and a
period given in one sentence can hold for the next.

    before  ("近日，…", "11月18日，…清理各类垃圾20余吨。"), 2024-11-20
    after   (), (11月18日: 2024-11-18; 20余吨: 20 t, >, in that period)
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from transforms.document import Mention
from transforms.figures import context, folding, labels, metrics, periods, respective, scan
from transforms.figures.draft import Draft


def read_figures(sentences: Sequence[str], reference: date | None) -> list[tuple[Mention, ...]]:
    """The mentions of each sentence of one article, headline first; `reference` is the day of the issue or the event.

    The sentences are normalised text. `start` and `end` lie in the sentence; mentions ascend and don't overlap.
    """
    text = "\n".join(sentences)
    if text.count("\n") >= len(sentences) > 0:  # a sentence holds line breaks of its own
        text = "\n".join([sentence.replace("\n", " ") for sentence in sentences])
    drafts = drafts_of(text, reference)
    rows: list[tuple[Mention, ...]] = []
    start = first = last = 0
    for sentence in sentences:
        end = start + len(sentence)
        while last < len(drafts) and drafts[last].start <= end:
            last += 1
        rows.append(tuple([draft.mention(text, start) for draft in drafts[first:last]]) if first < last else ())
        start, first = end + 1, last
    return rows


def drafts_of(text: str, reference: date | None) -> list[Draft]:
    """The figures of a text with all that is known of them."""
    drafts = scan.figures(text, reference)
    if not drafts:
        return drafts
    labels.mark(text, drafts)
    context.describe(text, drafts)
    periods.assign(text, drafts, reference)
    metrics.assign(text, drafts)
    respective.bind(text, drafts)
    return drafts


def read_text(text: str, reference: date | datetime | None) -> tuple[Mention, ...]:
    """The mentions of one text as given, with offsets in it.

    It may hold half-width marks, full-width digits, traditional characters, blanks, line breaks: 十 余 万, １２％.
    """
    day = reference.date() if isinstance(reference, datetime) else reference
    folded = folding.fold(text)
    drafts = drafts_of(folded.text, day)
    if not folded.drops:
        return tuple(draft.mention(text) for draft in drafts)
    return tuple(folding.unfold(draft.mention(folded.text), text, folded) for draft in drafts)
