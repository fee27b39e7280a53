"""A page's bytes -> its rows. Read this file top to bottom and you have read what banmian does.

decode -> lines -> blocks -> articles -> sentences -> figures, and what is left over as residue. Each step is a module
of its own; each character of the source that is not blank ends in one article or in one row of residue.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from itertools import groupby
from operator import itemgetter

from transforms import marks
from transforms.alignment import Aligned, Span
from transforms.articles import Grouping, group
from transforms.blocks import Block, read_blocks
from transforms.confidence import rate_stories
from transforms.decode import Undecodable, decode
from transforms.document import Article, Document, Figure, Mention, Options, Residue, Sentence, Source
from transforms.figures.reader import read_figures, read_text
from transforms.lines import Line, is_old_print, printed_lines, rejoined, with_measures, with_recurrences
from transforms.order import in_reading_order
from transforms.rows import cut_rows
from transforms.script import script_of
from transforms.sentences import split
from transforms.stories import Story, read_story
from transforms.words import TOKENIZERS, tag

DEFAULT = Options()


def read_page(source: Source, options: Options = DEFAULT) -> Document:
    """The rows of one page. A page that can't be read comes back with status `quarantined` and the cause in `error`."""
    try:
        decoded = decode(source.data)
    except Undecodable as cause:
        return quarantined(source.source_path, source.document_id, str(cause), source)
    lines = page_lines(decoded.text)
    grouping, stories = separate(lines)
    issue_date = source.issue_date or _date_of_furniture(grouping.loose)
    reference = issue_date or _date_of_speeches(stories)
    spans = _territories(stories, grouping.loose)
    articles = tuple(
        _article(f"{source.document_id}-{ordinal:04d}", ordinal, story, spans[ordinal], reference, options)
        for ordinal, story in enumerate(stories)
    )
    return Document(
        document_id=source.document_id,
        source_path=source.source_path,
        sha256=hashlib.sha256(source.data).hexdigest(),
        encoding=decoded.encoding,
        script=script_of(decoded.text),
        publication=source.publication or _said(grouping.loose, marks.publication_in),
        issue_date=issue_date,
        page=source.page or _said(grouping.loose, marks.page_in),
        headline_position=grouping.headline_position,
        n_chars=sum(len(line.raw.text) - line.raw.text.count(" ") for line in lines),
        status="partial" if decoded.n_damaged else "ok",
        error=_damage(decoded.n_damaged, decoded.encoding),
        articles=articles,
        residue=_residue(decoded.text, grouping.loose),
    )


def page_lines(text: str) -> list[Line]:
    """The lines of a decoded page in reading order, each with the measure of its column."""
    lines = printed_lines(text)
    if is_old_print(lines):  # a column at a time, keyed or read by machine: nothing is out of order
        return with_recurrences(with_measures(lines))
    return with_recurrences(in_reading_order(rejoined(with_measures(cut_rows(lines)))))


def separate(lines: Sequence[Line]) -> tuple[Grouping, list[Story]]:
    """The articles of a page, as blocks and as stories with their confidence."""
    grouping = group(read_blocks(lines))
    stories = [read_story(draft) for draft in grouping.drafts]
    for story, confidence in zip(stories, rate_stories(grouping.drafts, stories)):
        story.confidence = confidence
    return grouping, stories


def quarantined(source_path: str, document_id: str, cause: str, source: Source | None = None) -> Document:
    """The only row of a source that could not be read: `cause` says why and what to do."""
    return Document(
        document_id=document_id,
        source_path=source_path,
        sha256=hashlib.sha256(source.data if source else b"").hexdigest(),
        publication=source.publication if source else None,
        issue_date=source.issue_date if source else None,
        page=source.page if source else None,
        status="quarantined",
        error=cause,
    )


def _damage(n_damaged: int, encoding: str) -> str | None:
    if not n_damaged:
        return None
    return f"{n_damaged} byte(s) are no {encoding}; U+FFFD stands in their place"


def _date_of_furniture(loose: Iterable[Block]) -> date | None:
    """The date that the page's own head prints: 经济 2024年5月10日 星期六."""
    return next((found for block in loose if (found := marks.date_in(block.text))), None)


def _said(loose: Iterable[Block], ask: Callable[[str], str | None]) -> str | None:
    """What the page's furniture says of it, where one of its lines says so."""
    return next((said for block in loose if block.kind == "furniture" and (said := ask(block.text))), None)


def _date_of_speeches(stories: Iterable[Story]) -> date | None:
    """Where no head is printed: a paper prints a speech within days, so the latest speech dates the page."""
    return max((story.spoken_on for story in stories if story.spoken_on), default=None)


# --- one article ----------------------------------------------------------------------------------------------------


def _article(
    article_id: str,
    ordinal: int,
    story: Story,
    raw_spans: tuple[Span, ...],
    reference: date | None,
    options: Options,
) -> Article:
    pieces = _pieces(story)
    wired = _wire_date(story, reference)
    dated = story.spoken_on or wired or reference
    texts = [text.text for _, _, text, _ in pieces]
    mentions = read_figures(texts, dated)
    words = TOKENIZERS[options.tokenizer](texts)
    sentences = tuple(
        _sentence(f"{article_id}-{number:04d}", number, piece, tokens, found, options.pos)
        for number, (piece, tokens, found) in enumerate(zip(pieces, words, mentions))
    )
    heading = story.heading
    return Article(
        article_id=article_id,
        ordinal=ordinal,
        kind=story.kind,
        text="\n".join(paragraph.text.text for paragraph in story.paragraphs),
        raw_spans=raw_spans,
        sentences=sentences,
        section=story.section,
        kicker=_text(heading.kicker),
        headline=_text(heading.headline),
        subheadline=_text(heading.subheadline),
        agency=story.agency,
        dateline=story.dateline,
        byline=story.byline,
        speaker=story.speaker,
        occasion=story.occasion,
        event_date=story.spoken_on or _event_date(story, pieces, mentions) or wired,
        jump_from=story.jump_from,
        jump_to=story.jump_to,
        confidence=story.confidence,
        crossheads=tuple(paragraph.text.text for paragraph in story.paragraphs if paragraph.crosshead),
    )


def _text(part: Aligned | None) -> str | None:
    return part.text if part is not None and part.text else None


# A sentence before it gets its id: role, paragraph, text, and its start in the article's text.
_Piece = tuple[str, int | None, Aligned, int | None]


def _pieces(story: Story) -> list[_Piece]:
    """The sentences of an article: its heading's parts, then its body's, in the order of reading."""
    heading = story.heading
    parts = (("kicker", heading.kicker), ("headline", heading.headline), ("subheadline", heading.subheadline))
    pieces: list[_Piece] = [
        (role, None, printed, None)
        for role, part in parts
        if part is not None and part.text
        for printed in heading.printed(part)
    ]
    start = 0
    for number, paragraph in enumerate(story.paragraphs):
        text = paragraph.text
        if paragraph.crosshead:
            pieces.append(("crosshead", number, text, start))
        else:
            pieces += [("body", number, text[s.start : s.end], start + s.start) for s in split(text.text)]
        start += len(text) + 1
    return pieces


def _sentence(
    sentence_id: str, ordinal: int, piece: _Piece, tokens: tuple[str, ...], mentions: Sequence[Mention], tagged: bool
) -> Sentence:
    role, paragraph, text, start = piece
    hull = _hull(text)
    return Sentence(
        sentence_id=sentence_id,
        ordinal=ordinal,
        paragraph=paragraph,
        role=role,
        text=text.text,
        tokens=tokens,
        pos=tag(text.text, tokens)[1] if tagged else None,
        start=start,
        end=None if start is None else start + len(text),
        raw_start=hull.start,
        raw_end=hull.end,
        figures=_figures(sentence_id, mentions, text) if mentions else (),
    )


def _figures(sentence_id: str, mentions: Sequence[Mention], text: Aligned) -> tuple[Figure, ...]:
    return tuple([_figure(f"{sentence_id}-{number:02d}", mention, text) for number, mention in enumerate(mentions)])


def _figure(figure_id: str, mention: Mention, text: Aligned) -> Figure:
    places = sorted(text.at[mention.start : mention.end])  # neither the first nor the last character is a blank
    return Figure(figure_id, mention, places[0], places[-1] + 1)


def _hull(text: Aligned) -> Span:
    hull = text.hull()
    if hull is None:
        raise ValueError("a row without a character that is not blank")
    return hull


def _wire_date(story: Story, reference: date | None) -> date | None:
    """The day of the wire line, to which a bare 29日 in the text belongs: 北京5月29日."""
    dates = (mention.date_start for mention in read_text(story.dateline, reference)) if story.dateline else ()
    return next((day for day in dates if day is not None), None)


def _event_date(story: Story, pieces: Sequence[_Piece], mentions: Sequence[Sequence[Mention]]) -> date | None:
    """The day that the lead names; what is carried on from another page has no lead."""
    if story.jump_from:
        return None
    first = next((found for (role, *_), found in zip(pieces, mentions) if role == "body"), ())
    for mention in first:
        if mention.kind in ("date", "time") and "日" in mention.surface and not mention.is_label:
            return mention.date_start
    return None


# --- what lies where ------------------------------------------------------------------------------------------------


def _territories(stories: Sequence[Story], loose: Iterable[Block]) -> list[tuple[Span, ...]]:
    """For each article the fewest stretches that hold its lines and no line of anything else."""
    owned = [(*span, owner) for owner, story in enumerate(stories) for span in story.spans]
    owned += [(line.raw.at[0], line.raw.at[-1] + 1, _NOBODY) for block in loose for line in block.lines]
    found: list[list[Span]] = [[] for _ in stories]
    for owner, lines in groupby(sorted(owned), key=itemgetter(2)):
        if owner != _NOBODY:
            first, *others = lines
            found[owner].append(Span(first[0], others[-1][1] if others else first[1]))
    return [tuple(spans) for spans in found]


_NOBODY = -1


def _residue(text: str, loose: Iterable[Block]) -> tuple[Residue, ...]:
    """A row for each line of the blocks that no article holds, in the order of the page."""
    rows = [_residue_row(text, line, block.kind) for block in loose for line in block.lines]
    return tuple(sorted(rows, key=lambda row: row.raw_start))


def _residue_row(text: str, line: Line, kind: str) -> Residue:
    start, end = line.raw.at[0], line.raw.at[-1] + 1
    reason = {"furniture": "furniture", "heading": "stray line"}.get(kind, f"stray {kind}")
    return Residue(start, end, text[start:end], reason)
