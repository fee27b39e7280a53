"""A drafted article -> its parts: agency, byline, jumps, credits and kind taken off, the body cleaned.

before  ●11月8日,滨州市… | 本报讯（记者 王健）近日，… | …20余吨。（通讯员 卢青 摄影）
after   brief 11月8日，滨州市… | agency 本报讯, byline 记者 王健, 近日，… | photo by 卢青, …20余吨。
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from transforms import marks
from transforms.alignment import Aligned, concat
from transforms.articles import Draft, Part
from transforms.blocks import Block
from transforms.bylines import Lead, is_credit, names_a_picture, names_only, read_credits, read_lead
from transforms.cleaning import clean
from transforms.document import Credit
from transforms.headings import Heading, read_heading
from transforms.lines import join
from transforms.script import simplify_characters
from transforms.speech import is_speech, read_occasion

_TAIL = re.compile(r"[（(][^（）()]{1,60}[)）][。.]?$")
_CAPTION = re.compile(r"(?:^|[。；])(?:图为|上图|下图|左图|右图|图①)")
_LONGEST_CAPTION = 700
_LEAD_WINDOW = 200


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One paragraph of a body, cleaned."""

    text: Aligned
    crosshead: bool = False


@dataclass(slots=True)
class Story:
    """An article with its parts told apart, before sentences and figures. `spans` are the stretches of the source in
    which its lines lie, in order."""

    kind: str
    heading: Heading
    paragraphs: list[Paragraph]
    spans: list[tuple[int, int]]
    agency: str | None = None
    dateline: str | None = None
    byline: tuple[Credit, ...] = ()
    speaker: str | None = None
    occasion: str | None = None
    spoken_on: date | None = None
    jump_from: str | None = None
    jump_to: str | None = None
    confidence: float = 1.0
    section: str | None = None


@dataclass(slots=True)
class _Body:
    """What the paragraphs of a draft give up while they are read."""

    paragraphs: list[Paragraph] = field(default_factory=list)
    lead: Lead | None = None
    credits: list[Credit] = field(default_factory=list)
    jump_from: str | None = None
    jump_to: str | None = None


def read_story(draft: Draft) -> Story:
    """The parts of one drafted article."""
    body = _read_body(draft.body)
    heading = read_heading(draft.headings, "\n".join(paragraph.text.text for paragraph in body.paragraphs))
    byline = (*(body.lead.byline if body.lead else ()), *body.credits)
    kind = _kind(draft, heading, body)
    if kind != "speech":
        _keep_signatures(draft, body)
    story = Story(
        kind=kind,
        heading=heading,
        paragraphs=body.paragraphs,
        spans=_spans(draft),
        agency=body.lead.agency if body.lead else None,
        dateline=body.lead.dateline if body.lead else None,
        byline=tuple(dict.fromkeys(byline)),
        jump_from=body.jump_from or heading.jump_from,
        jump_to=body.jump_to or heading.jump_to,
        section=draft.section or heading.section,
    )
    if story.kind == "speech":
        _read_speech(story)
    return story


def _keep_signatures(draft: Draft, body: _Body) -> None:
    """A name or a date on a line of its own is a speech's; below any other text it signs the text and stays in it."""
    kinds = [part.block.kind for part in draft.parts]
    if "paragraph" not in kinds:
        return
    for part in draft.parts[kinds.index("paragraph") :]:
        if part.block.kind in ("name", "date"):
            body.paragraphs.append(Paragraph(clean(join(part.block.lines)).strip()))


def _read_speech(story: Story) -> None:
    said = read_occasion(_titles(story.heading), story.heading.speaker, story.heading.date)
    story.speaker, story.occasion, story.spoken_on = said.speaker, said.occasion, said.date


def _titles(heading: Heading) -> list[str]:
    parts = (heading.subheadline, heading.headline, heading.kicker)
    return [part.text for part in parts if part is not None] + heading.notes


# --- the body -------------------------------------------------------------------------------------------------------


def _read_body(parts: Sequence[Part]) -> _Body:
    body = _Body()
    for part in parts:
        if part.block.kind == "credit":
            body.credits += read_credits(part.block.text.strip("（()）。 " + marks.BULLETS))
        elif part.block.kind == "jump":
            _read_jump(part.block, body)
        else:
            _read_paragraph(part, body)
    return body


def _read_jump(block: Block, body: _Body) -> None:
    found = marks.jump_from(block.text)
    if found:
        body.jump_from = re.sub(r"\s", "", found["page"])
        return
    found = marks.jump_to(block.text)
    if found:
        body.jump_to = re.sub(r"\s", "", found["page"])


def _read_paragraph(part: Part, body: _Body) -> None:
    text = join(part.block.lines)
    if not part.crosshead:
        text = _core(part.block, text, body)
    text = clean(text).strip()
    if len(text):
        body.paragraphs.append(Paragraph(text, part.crosshead))


def _core(block: Block, joined: Aligned, body: _Body) -> Aligned:
    """A paragraph without what is read by itself, which is looked for in simplified characters; what stays keeps the
    source's own until it is cleaned."""
    simple = simplify_characters(joined.text)
    plain = joined if simple is joined.text else joined.with_text(simple)
    plain = _without_box_marks(plain)
    plain = _without_lead(block, plain, body)
    plain = _without_jump_from(plain, body)
    plain = _without_tail(plain, body)
    return _stretch(joined, plain)


def _stretch(text: Aligned, part: Aligned) -> Aligned:
    """The stretch of `text` that `part`, cut from it at both ends, stands for."""
    if len(part) in (0, len(text)):
        return part if not len(part) else text
    start = text.at.index(part.at[0])
    return text[start : start + len(part)]


def _without_box_marks(text: Aligned) -> Aligned:
    """Without a box's label and the bullet of its item."""
    label = marks.label_at_head(text.text) or ""
    core = text.text[len(label) :].lstrip(marks.BULLETS + " ")
    return text[len(text) - len(core) :] if len(core) < len(text) else text


def _without_lead(block: Block, text: Aligned, body: _Body) -> Aligned:
    """Without the agency line; it is read with the layout's blanks, since they part the names of its byline."""
    if body.paragraphs or body.lead is not None:
        return text
    raw = concat(line.raw for line in block.lines[:8])[:_LEAD_WINDOW]
    for source in (raw, text[:_LEAD_WINDOW]):
        lead = read_lead(source.text)
        if lead is not None:
            body.lead = lead
            return _behind(text, source[: lead.length])
    return text


def _behind(text: Aligned, head: Aligned) -> Aligned:
    """`text` without the characters of `head` that it begins with, whichever blanks of `head` it has dropped."""
    taken = set(head.at)
    end = next((place for place, at in enumerate(text.at) if at not in taken), len(text))
    return text[end:]


def _without_jump_from(text: Aligned, body: _Body) -> Aligned:
    found = marks.jump_from(text.text)
    if found is None or body.paragraphs:
        return text
    body.jump_from = re.sub(r"\s", "", found["page"])
    return text[found.end() :].strip()


def _without_tail(text: Aligned, body: _Body) -> Aligned:
    """Without the jump line and the credit at a paragraph's end."""
    found = marks.jump_to(text.text)
    if found:
        body.jump_to = re.sub(r"\s", "", found["page"])
        text = text[: found.start()].strip()
    tail = _TAIL.search(text.text, max(0, len(text) - 64))
    if tail and (is_credit(tail.group().rstrip("。.")) or names_only(tail.group().strip("（()）。. "))):
        body.credits += read_credits(tail.group().strip("（()）。. "))
        text = text[: tail.start()].strip()
    return text


# --- the kind -------------------------------------------------------------------------------------------------------


def _kind(draft: Draft, heading: Heading, body: _Body) -> str:
    """`brief` in a box of briefs, `speech` by its heading and salutation, `photo` by its credit, else `news`."""
    texts = [paragraph.text.text for paragraph in body.paragraphs]
    if draft.brief:
        return "brief"
    named, dated = heading.speaker is not None, heading.date is not None
    if is_speech(_titles(heading), texts, named, dated, body.lead is not None):
        return "speech"
    return "photo" if _is_photo(draft, body, texts) else "news"


def _is_photo(draft: Draft, body: _Body, texts: Sequence[str]) -> bool:
    if body.lead is not None or sum(map(len, texts)) > _LONGEST_CAPTION:
        return False
    labelled = draft.label is not None and marks.label_box(draft.label.text) == "photo"
    return labelled or names_a_picture(tuple(body.credits)) or any(_CAPTION.search(text) for text in texts)


def _spans(draft: Draft) -> list[tuple[int, int]]:
    """Where the draft's lines lie in the source."""
    blocks = [part.block for part in draft.parts] + ([draft.label] if draft.label else [])
    places = [line.raw.at for block in blocks for line in block.lines]
    return sorted({(at[0], at[-1] + 1) for at in places})
