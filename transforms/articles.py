"""Blocks -> articles: which paragraphs and headings belong together.

A page puts its headlines before or after the bodies, mostly on one side. Each block is read as part of the article at
hand or as the start of a new one; words that a heading shares with the bodies on either side, agency lines, jump lines,
credits and the page's own habit give the scores, and the best whole reading wins.

    before  paragraph 本报讯…（A）| heading A | heading B | paragraph 新华社…（B）
    after   [A: body, heading] [B: heading, body]
"""

from __future__ import annotations

import itertools
import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import IntEnum
from functools import lru_cache

from transforms import marks
from transforms.blocks import Block
from transforms.breaks import runs_on, words_across
from transforms.bylines import is_credit, names_a_picture, read_credits, read_lead
from transforms.likeness import Run, in_letters, pairs, triples
from transforms.lines import Line, are_moved, fills

IMPOSSIBLE = -1e9

NO_HEADING = -3.0  # an article seldom has none
NO_BODY = -7.0
BOTH_SIDES = -4.0
TITLED_INSIDE = -2.0  # a headline inside its own body, where the pieces of a page were put in order
LEAST_LEAD = -2.5  # where nearly all articles of a page open with an agency line
MOST_LEAD = -0.7
NO_LEAD = -1.0  # two of three articles open with an agency line, a salutation or a jump line
UNANNOUNCED = -4.5  # an article seldom begins where neither heading nor agency line says so
ANNOUNCED = 5.0
LEAD_INSIDE = -6.0
SALUTED = 3.0  # a salutation seldom stands behind other text
AFTER_AN_END = 3.5
LIKENESS = 5.0
UNLIKE = 0.12  # so much likeness is chance
STRAY = -0.3
LONGEST_STRAY = 10
CROSSHEAD = -1.6
IN_COLUMN = 1.2  # it is set in the width of the text around it
MOST_SPANNING = 2.5  # …and text carries on below it, on a page whose headlines are set otherwise
OFF_COLUMN = -3.0
NUMBERED = 4.0
IN_A_SPEECH = 2.5
CAPTION = 2.5
JUMP_LINE = 6.0
PIECE = 0.8
SIGNED = 0.0  # a name or a date that signs the text above it
LONGEST_CAPTION = 400
PARALLEL = 1.5
MORE_PARALLEL = 0.5  # for each further one
LONG_CROSSHEAD = -0.15  # for each character above twelve
OTHER_COLUMN = -1.0  # for each em by which the measure changes inside a body
WIDEST_CHANGE = 3.0
HABIT_LIMIT = 2.5
SPEAKER = 3.0  # one of several speakers, each with office and name above the words spoken
LETTERS = 2.5  # several readers' letters share one headline
SAME_MATTER = 4.0  # phrases of the text above that come again below a heading
OTHER_MATTER = 0.25  # so many recur by chance
MOST_LIKE = 1.2
SMALL_TEXT = 50
FEW_PHRASES = 50
MATTER = 6  # paragraphs on either side that are compared
RUN_LIMIT = 6000  # characters of a body that are compared with a heading
MOST_BLOCKS = 300  # …and blocks, which a page of single characters has by thousands
LEAD_WINDOW = 200
LONGEST_RUN = 12  # headings in a row across which a body is looked for

_HAN = re.compile(r"[\u3400-\u9fff]+")
_OFFICE = re.compile(r"[\u3400-\u9fff、]{6}")
_TAIL_CREDIT = re.compile(r"[（(][^（）()]{1,60}[)）]。?$")


class Phase(IntEnum):
    """How far the article at hand has come."""

    __hash__ = int.__hash__  # an enum's own is a slow one

    HEADED = 0  # headings so far
    BODY = 1  # headings, then body
    BARE_BODY = 2  # body without a heading before it
    TITLED_BELOW = 3  # body, then headings
    BOTH = 4  # headings, body, headings


@dataclass(frozen=True, slots=True)
class Part:
    """A block in an article; `crosshead` marks a heading inside the body."""

    block: Block
    crosshead: bool = False


@dataclass(frozen=True, slots=True)
class Draft:
    """An article as a list of blocks. `label` is the block of its label, `section` what the label says, `brief` whether
    it is an item of a box of briefs."""

    parts: tuple[Part, ...]
    label: Block | None = None
    section: str | None = None
    brief: bool = False
    confidence: float = 1.0

    @property
    def has_text(self) -> bool:
        """Whether a paragraph is among the blocks; what has none is no article."""
        return any(part.block.kind == "paragraph" for part in self.parts)

    @property
    def headings(self) -> list[Block]:
        return [part.block for part in self.parts if part.block.kind in HEADING_KINDS and not part.crosshead]

    @property
    def body(self) -> list[Part]:
        return [part for part in self.parts if part.block.kind not in HEADING_KINDS or part.crosshead]


@dataclass(frozen=True, slots=True)
class Habits:
    """What a page does mostly: `side` is positive where it puts headlines before their bodies, `no_lead` the score of
    an article that opens without an agency line, `scattered` says that its pieces were put in order, among which a
    headline may stand inside its own body."""

    side: float
    no_lead: float = NO_LEAD
    scattered: bool = False


HEADING_KINDS = ("heading", "date", "note", "name", "label")


@dataclass(frozen=True, slots=True)
class Grouping:
    """The articles of a page in reading order, its loose blocks, and on which side it puts headlines."""

    drafts: tuple[Draft, ...]
    loose: tuple[Block, ...]
    headline_position: str | None


def group(blocks: Sequence[Block]) -> Grouping:
    """The articles that the blocks of a page make up; blocks of no article are `loose`."""
    loose = [block for block in blocks if _is_loose(block)]
    boxes, rest = _take_boxes([block for block in _chunks(blocks) if not _is_loose(block)])
    items = [_item(block) for block in rest]
    _compare(items)
    scattered = are_moved(line for block in blocks if block.kind == "paragraph" for line in block.lines)
    habits = Habits(_first_habit(items), scattered=scattered)
    readings = _best_reading(items, habits)
    for _ in range(2):
        found = Habits(_habit(items, readings), _no_lead(items, readings), scattered)
        if found == habits:
            break
        habits = found
        readings = _best_reading(items, habits)
    drafts, stray = _drafts(items, readings)
    order = sorted([*boxes, *drafts], key=lambda draft: draft.parts[0].block.lines[0].raw.at[0])
    return Grouping(tuple(order), (*loose, *stray), _position(items, readings))


def _is_loose(block: Block) -> bool:
    """Whether a block belongs to the page, or numbers an instalment of a serial in old print: （五）"""
    return block.kind == "furniture" or (block.whole and block.kind == "note")


def _chunks(blocks: Iterable[Block]) -> list[Block]:
    """Headings cut where a blank line stands between two of their lines."""
    cut: list[Block] = []
    for block in blocks:
        if block.kind != "heading" or block.whole:
            cut.append(block)
            continue
        lines: list[Line] = []
        for line in block.lines:
            before = "".join(each.text for each in lines[-4:])
            if lines and line.gap and not (runs_on(before, line) or _is_full_crosshead(lines)):
                cut.append(Block("heading", tuple(lines)))
                lines = []
            lines.append(line)
        cut.append(Block("heading", tuple(lines)))
    return cut


def _is_full_crosshead(lines: Sequence[Line]) -> bool:
    """Whether a numbered crosshead, which is set in the width of its column, has filled it, so that it goes on."""
    measure = lines[-1].measure
    return measure is not None and marks.has_numbering(lines[0].text) and fills(lines[-1], measure)


def _take_boxes(blocks: Sequence[Block]) -> tuple[list[Draft], list[Block]]:
    """The items of boxes of briefs, each an article, and the blocks outside such boxes.

    A box begins with its label, on a line of its own or before its first item; it holds the paragraphs that open with a
    bullet, or the one paragraph below the label where none has a bullet.
    """
    boxes: list[Draft] = []
    rest: list[Block] = []
    label: Block | None = None
    section: str | None = None
    for block in blocks:
        at_head = marks.label_at_head(block.text) if block.kind == "paragraph" else None
        if block.kind == "label" and marks.label_box(block.text) == "brief":
            rest += [label] if label else []
            label, section = block, marks.label_name(block.text)
        elif at_head or (section and block.kind == "paragraph" and (label or block.text[0] in marks.BULLETS)):
            section = at_head or section
            boxes.append(Draft((Part(block),), label, section, brief=True))
            label = None
        else:
            rest += [label] if label else []
            label = section = None
            rest.append(block)
    return boxes, [*rest, *([label] if label else [])]


@dataclass(slots=True)
class _Item:
    """A block with what it shows for the grouping; likenesses are filled in for headings."""

    block: Block
    heading: bool
    body: bool
    announced: bool
    closes: bool
    measure: float | None
    text: str
    like_before: float = 0.0
    like_after: float = 0.0
    crosshead: float = 0.0
    caption: bool = False
    loose_end: float | None = None
    inside: float = 0.0
    headline_before: float = 0.0
    headline_below: float = 0.0
    credit: bool = False
    bare: bool = False
    picture_before: bool = False
    picture_after: bool = False
    titled: bool = False
    saluting: bool = False
    opens: bool = False
    pairs: frozenset[Run] = frozenset()
    phrases: frozenset[Run] | None = None
    numbered: bool = False


def _item(block: Block) -> _Item:
    text = block.text
    credit = text if block.kind == "credit" else _credit_at_end(text)
    return _Item(
        block,
        heading=block.kind in HEADING_KINDS,
        body=block.kind == "paragraph",
        announced=_is_announced(block),
        closes=bool(credit) or bool(marks.jump_to(text)),
        measure=_measure(block),
        text=text,
        credit=bool(credit) and names_a_picture(read_credits(credit.strip("（()）。 "))),
        bare=_is_bare(block),
        pairs=pairs(text),
        numbered=block.kind == "heading" and marks.has_numbering(text),
    )


def _measure(block: Block) -> float | None:
    """The measure that most of a block's lines have."""
    found = [line.measure for line in block.lines if line.measure is not None]
    if not found or found.count(found[0]) == len(found):
        return found[0] if found else None
    return Counter(found).most_common(1)[0][0]


def _is_bare(block: Block) -> bool:
    """Whether a block is an agency line or （上接第一版） and nothing else, so that its article's text must follow."""
    if block.kind == "jump":
        return marks.jump_from(block.text) is not None
    text = "".join([line.raw.text for line in block.lines[:4]])
    lead = read_lead(text) if block.kind == "paragraph" and len(text) <= LEAD_WINDOW else None
    return lead is not None and lead.length >= len(text.rstrip())


def _is_announced(block: Block) -> bool:
    """Whether a block opens an article by its own words: an agency line or a jump line."""
    if block.kind in HEADING_KINDS:
        return False
    if block.kind == "paragraph" and read_lead("".join([line.raw.text[:LEAD_WINDOW] for line in block.lines[:2]])):
        return True
    return bool(marks.jump_from(block.lines[0].text))


def _credit_at_end(text: str) -> str:
    if "）" not in text[-2:] and ")" not in text[-2:]:
        return ""
    found = _TAIL_CREDIT.search(text[-64:])
    return found.group() if found and is_credit(found.group().rstrip("。")) else ""


# --- likeness -------------------------------------------------------------------------------------------------------


def _compare(items: list[_Item]) -> None:
    """For each heading: the share of its pairs of characters, rare ones first, in the bodies before and after it."""
    for index, item in enumerate(items):
        item.titled = item.heading and _is_titled(items, index)
    weights = _weights_of_pairs(items)
    bodies = {at: (_body_above(items, at), _body_below(items, at)) for at, item in enumerate(items) if item.heading}
    matter = _matter_carried_on(items, bodies)
    speaking = False
    spanning = _spanning(items)
    for index, item in enumerate(items):
        salutes = not item.heading and marks.is_salutation(item.text)
        item.saluting = not speaking and item.body and salutes
        speaking = (speaking or item.saluting) and not item.announced
        if not item.heading:
            item.caption = _is_caption(items, index)
            item.opens = item.announced or item.caption or salutes
            continue
        above, below = bodies[index]
        total = _weight(item.pairs, weights) or 1.0
        item.picture_before, item.picture_after = _is_picture(above), _is_picture(below)
        item.like_before = _weight(_shared(item, above), weights) / total
        item.like_after = _weight(_shared(item, below), weights) / total
        item.loose_end = None if item.titled else _loose_end(items, index)
        if not item.titled:
            item.inside = _inside(items, index, speaking) + matter.get(index, 0.0)
            item.inside += LETTERS * _among_letters(above, below)
        item.crosshead = _crosshead(items, index, spanning)
        item.headline_before = _as_headline(item, item.like_after, item.picture_after, "上接")
        item.headline_below = _as_headline(item, item.like_before, item.picture_before, "下转")


def _as_headline(item: _Item, like: float, picture: bool, jump: str) -> float:
    """What speaks for a heading being the headline of a body that is so much `like` it and may be a picture's; `jump`
    are the words of the jump line that a heading on this side of its text has."""
    return LIKENESS * (like - UNLIKE) - item.inside + CAPTION * picture + JUMP_LINE * (jump in item.text[-10:])


def _is_titled(items: Sequence[_Item], index: int) -> bool:
    """Whether a heading is surely a headline: a subheadline's dash or a column's label shows it."""
    item = items[index]
    if any(_has_a_dash(near) for near in items[index : index + 2] if near.heading):
        return True
    return item.block.kind == "heading" and marks.column_label(item.text) is not None


def _weights_of_pairs(items: Sequence[_Item]) -> dict[Run, float]:
    """What each pair of characters of the headings weighs: the more, the fewer runs of paragraphs have it."""
    asked = frozenset[Run]().union(*(item.pairs for item in items if item.heading))
    runs = _runs(items, asked)
    spread = Counter(itertools.chain.from_iterable(runs))
    return {pair: math.log(1 + len(runs) / max(1, spread[pair])) for pair in asked}


def _weight(some: Iterable[Run], weights: Mapping[Run, float]) -> float:
    """The weights of some pairs together, to the last bit the same in whatever order a set gives them."""
    return math.fsum(map(weights.__getitem__, some))


def _shared(item: _Item, body: Iterable[_Item]) -> set[Run]:
    """The pairs of a heading that the paragraphs of a body have."""
    return set[Run]().union(*[item.pairs & each.pairs for each in body])


def _has_a_dash(item: _Item) -> bool:
    """Whether a heading's line opens with the dash of a subheadline."""
    return any(line.text.startswith("——") for line in item.block.lines)


def _among_letters(above: Sequence[_Item], below: Sequence[_Item]) -> bool:
    """Whether the text above or below a heading is a reader's letter, signed with place and name."""
    ends = (*above[:1], *below[-1:])
    return any(marks.signs_a_letter(item.text) for item in ends)


_Bodies = Mapping[int, tuple[Sequence[_Item], Sequence[_Item]]]
"""The paragraphs above and below each heading, by its number."""


def _matter_carried_on(items: Sequence[_Item], bodies: _Bodies) -> dict[int, float]:
    """For headings that stand between two bodies: what speaks for these being one text, phrases in both that few other
    paragraphs of the page have."""
    shared: dict[int, tuple[frozenset[Run], int]] = {}
    for index, (above, below) in bodies.items():
        if above and below and not below[0].announced and not items[index].titled:
            one, other = _phrases(above[:MATTER]), _phrases(below[:MATTER])
            again, size = one & other, min(len(one), len(other))
            if len(again) > OTHER_MATTER * math.sqrt(size + SMALL_TEXT):  # fewer say nothing, however rare
                shared[index] = again, size
    if not shared:
        return {}
    asked = frozenset[Run]().union(*(phrases for phrases, _ in shared.values()))
    few = {phrase: in_letters(phrase) for phrase in asked} if len(asked) <= FEW_PHRASES else {}
    spread = Counter(phrase for item in items if item.body for phrase in _phrases_among(item, asked, few))
    return {index: _same_matter(phrases, size, spread) for index, (phrases, size) in shared.items()}


def _same_matter(shared: Iterable[Run], size: int, spread: Mapping[Run, int]) -> float:
    """The score of phrases that two bodies share, the shorter of which has `size` of them."""
    rare = math.fsum(1 / (spread[phrase] - 1) for phrase in shared if spread[phrase] > 1)
    return SAME_MATTER * min(max(0.0, rare / math.sqrt(size + SMALL_TEXT) - OTHER_MATTER), MOST_LIKE)


def _phrases(body: Iterable[_Item]) -> frozenset[Run]:
    """The phrases of some paragraphs."""
    return frozenset[Run]().union(*map(_phrases_of, body))


def _phrases_of(item: _Item) -> frozenset[Run]:
    """The phrases of a paragraph, taken when they are first asked for."""
    if item.phrases is None:
        item.phrases = triples(item.text)
    return item.phrases


def _phrases_among(item: _Item, asked: frozenset[Run], few: Mapping[Run, str]) -> Iterable[Run]:
    """Those of the phrases that a paragraph has. If they are few, they come in letters as well, and are looked for in
    its text, which is faster than to take all of its own."""
    if item.phrases is None and few:
        return [phrase for phrase, letters in few.items() if letters in item.text]
    return _phrases_of(item) & asked


def _runs(items: Sequence[_Item], asked: frozenset[Run]) -> list[set[Run]]:
    """The pairs, of those that are asked for, of each run of paragraphs between headings or agency lines; the last
    character of a paragraph and the first of the next are a pair as well."""
    runs: list[set[Run]] = []
    last = ""
    for item in items:
        if item.heading or item.announced:
            last = ""
        if item.body:
            if not last:
                runs.append(set())
            runs[-1] |= item.pairs & asked
            if _HAN.match(last):  # few paragraphs end so
                runs[-1] |= asked & pairs(last + item.text[:1])
            last = item.text[-1:]
    return runs


def _body_above(items: Sequence[_Item], index: int) -> list[_Item]:
    """The paragraphs above a heading, up to the next heading or the agency line that opens them, the nearest first."""
    found: list[_Item] = []
    length, at = 0, index - 1
    while at >= max(0, index - LONGEST_RUN) and items[at].heading:
        at -= 1
    while at >= max(0, index - MOST_BLOCKS) and _is_inside(items[at]) and length < RUN_LIMIT:
        found.append(items[at])
        if items[at].announced:
            break
        length += len(items[at].text)
        at -= 1
    return found


def _body_below(items: Sequence[_Item], index: int) -> list[_Item]:
    """The paragraphs below a heading, up to the next heading or agency line, the nearest first."""
    found: list[_Item] = []
    length, at = 0, index + 1
    while at < min(len(items), index + LONGEST_RUN) and items[at].heading:
        at += 1
    while at < min(len(items), index + MOST_BLOCKS) and _is_inside(items[at]) and length < RUN_LIMIT:
        if found and items[at].announced:
            break
        found.append(items[at])
        length += len(items[at].text)
        at += 1
    return found


def _is_inside(item: _Item) -> bool:
    """Whether a block is surely no headline: a body's, or a crosshead with its number."""
    return not item.heading or item.numbered


def _is_picture(body: Sequence[_Item]) -> bool:
    """Whether paragraphs are a picture story: short, without an agency line, with a credit."""
    length = sum(len(item.text) for item in body)
    return length <= LONGEST_CAPTION and any(item.credit for item in body) and not any(i.announced for i in body)


def _inside(items: Sequence[_Item], index: int, speaking: bool) -> float:
    """What speaks for a heading inside a body, not a headline: a number, others built like it, a speech around it."""
    item = items[index]
    score = NUMBERED * marks.has_numbering(item.text) + IN_A_SPEECH * speaking
    near = items[max(0, index - 40) : index + 41]
    alike = sum(_parallel(item.text, other.text) for other in near if other.block.kind == "heading")
    if _names_an_office_holder(item):
        carried_on = index > 0 and items[index - 1].bare
        score += SPEAKER * (carried_on or sum(map(_names_an_office_holder, near)) > 1)
    return score + (PARALLEL + MORE_PARALLEL * min(alike - 1, 2) if alike else 0.0)


def _crosshead(items: Sequence[_Item], index: int, spanning: float) -> float:
    """The score of a heading that stands inside a body, likeness apart."""
    item = items[index]
    speaker = _names_an_office_holder(item)
    if item.block.kind != "heading" or (len(item.block.lines) > 2 and not speaker) or item.titled:
        return IMPOSSIBLE
    picture = CAPTION * (item.picture_before or item.picture_after)
    long = 0 if speaker or _is_quoted(item.text) else max(0, len(item.text) - 12)
    return CROSSHEAD + item.inside + _set_in_column(items, index, spanning) - picture + LONG_CROSSHEAD * long


def _set_in_column(items: Sequence[_Item], index: int, spanning: float) -> float:
    """What widths say for a crosshead: it is set in the column of the text above and below it and goes over to a second
    line only where it has filled the first. Headlines mostly span columns, or break where their sense does; `spanning`
    says how much this page's do."""
    item = items[index]
    near = [other.measure for other in (*items[max(0, index - 1) : index], *items[index + 1 : index + 2])]
    measure = item.measure
    if measure is None or None in near or len(near) < 2:
        return 0.0
    *full, last = item.block.lines
    inside = last.squeezed <= measure + 1 and all(fills(line, measure) or fills(line, measure - 2) for line in full)
    if not inside or set(near) != {measure}:
        return OFF_COLUMN
    above, below = items[index - 1], items[index + 1]
    amid = above.body and below.body and not above.closes and not below.announced
    return IN_COLUMN + spanning * amid


def _spanning(items: Sequence[_Item]) -> float:
    """How much oftener the page's headlines are set otherwise than the text around them, as the logarithm of the odds:
    those are sure to be headlines that stand before an agency line."""
    sure = [at for at, item in enumerate(items[:-1]) if item.block.kind == "heading" and items[at + 1].announced]
    fits = [_set_in_column(items, at, 0.0) for at in sure]
    odds = math.log((sum(fit < 0 for fit in fits) + 0.5) / (sum(fit > 0 for fit in fits) + 0.5))
    return max(0.0, min(MOST_SPANNING, odds))


def _names_an_office_holder(item: _Item) -> bool:
    """Whether a heading ends with an office and the name of its holder: 市图书馆研学专员 李晓旭."""
    office, _, name = item.text.rpartition(" ")
    return item.block.kind == "heading" and bool(_OFFICE.fullmatch(office[-6:])) and marks.is_name_line(name)


def _loose_end(items: Sequence[_Item], index: int) -> float | None:
    """What speaks for a line taken for a heading being the first piece of the paragraph below, cut at a column's end;
    None where it can't be."""
    item = items[index]
    if item.measure is not None or len(item.block.lines) > 1 or item.block.kind != "heading" or index + 1 == len(items):
        return None
    below = items[index + 1]
    if not below.body or below.announced or "——" in item.text:
        return None
    return PIECE + max(0.0, words_across(item.text, below.text))


def _is_caption(items: Sequence[_Item], index: int) -> bool:
    """Whether a short paragraph carries a credit, at its end or on the next line: a picture's caption."""
    item = items[index]
    credited = item.credit or (index + 1 < len(items) and items[index + 1].block.kind == "credit")
    return item.body and credited and not item.announced and len(item.text) <= LONGEST_CAPTION


def _parallel(one: str, other: str) -> bool:
    """Whether two headings are built alike, as the crossheads of one article are: the same length with marks at the
    same places, or the same words at an end."""
    if one == other:
        return False
    if _is_quoted(one) and _is_quoted(other):
        return True
    if abs(len(one) - len(other)) > 4:
        return False
    if _shape(one) == _shape(other) and not _HAN.fullmatch(_shape(one)):
        return True
    return one[:3] == other[:3] or (abs(len(one) - len(other)) <= 2 and one[-2:] == other[-2:])


def _is_quoted(text: str) -> bool:
    """Whether a heading is a quotation from the text: “送书下乡，孩子有书读”."""
    return text[0] == "“" and text[-1] == "”"


@lru_cache(maxsize=256)
def _shape(text: str) -> str:
    """A heading with every Han character made alike, quotes left out: its length and the places of its marks."""
    return _HAN.sub(lambda run: "字" * len(run.group()), text.replace("“", "").replace("”", ""))


# --- the best whole -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Reading:
    """How one item is read: whether an article starts with it, the phase it brings about, whether it is a crosshead."""

    starts: bool
    phase: Phase
    crosshead: bool = False
    stray: bool = False
    piece: bool = False
    state: tuple[Phase, bool] = field(init=False)
    """The phase that the reading brings about, and whether more of the body must follow."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "state", (self.phase, self.crosshead or self.piece))


_OPENS_HEADED = _Reading(True, Phase.HEADED)
_OPENS_BARE = _Reading(True, Phase.BARE_BODY)
_GOES_ON = {phase: _Reading(False, phase) for phase in Phase}
_AS_STRAY = {phase: _Reading(False, phase, stray=True) for phase in Phase}
_AS_CROSSHEAD = {phase: _Reading(False, phase, crosshead=True) for phase in Phase}
_AS_PIECE = {phase: _Reading(False, phase, piece=True) for phase in Phase}


def _choices(item: _Item, phase: Phase | None, habits: Habits, bare: bool = False) -> list[tuple[_Reading, float]]:
    """The ways to read an item after a phase (None at the start of the page), with scores; `bare` where the block
    before is a lead without its text."""
    if item.block.kind in ("date", "name", "note") and phase in (Phase.HEADED, Phase.TITLED_BELOW, Phase.BOTH):
        return [(_GOES_ON[phase], 0.0)]
    if item.heading:
        return _heading_choices(item, phase, habits, bare)
    return _body_choices(item, phase, habits.no_lead)


def _closing(phase: Phase | None) -> float:
    if phase == Phase.HEADED:
        return NO_BODY
    return NO_HEADING if phase == Phase.BARE_BODY else 0.0


def _heading_choices(item: _Item, phase: Phase | None, habits: Habits, bare: bool) -> list[tuple[_Reading, float]]:
    habit, before, below = habits.side, item.headline_before, item.headline_below
    choices = [(_OPENS_HEADED, _closing(phase) + before + habit / 2)]
    if phase is None:
        return choices
    if _is_stray(item):
        choices.append((_AS_STRAY[phase], STRAY))
    if phase == Phase.BARE_BODY and (bare or (habits.scattered and item.block.kind == "heading")):
        within = before + habit / 2 if bare else (before + below + habit) / 2 + TITLED_INSIDE
        choices.append((_GOES_ON[Phase.HEADED], within))
    if phase == Phase.HEADED:
        choices.append((_GOES_ON[Phase.HEADED], before))
    elif phase == Phase.TITLED_BELOW or phase == Phase.BOTH:
        choices.append((_GOES_ON[phase], below))
    else:
        choices += _choices_amid_body(item, phase, habits, below)
    return choices


def _choices_amid_body(item: _Item, phase: Phase, habits: Habits, below: float) -> list[tuple[_Reading, float]]:
    """The ways to read a heading behind a body that goes with that body; `below` speaks for its headline."""
    choices: list[tuple[_Reading, float]] = []
    if item.block.kind in ("name", "date"):
        choices.append((_GOES_ON[phase], SIGNED))
    both = phase == Phase.BODY
    below += BOTH_SIDES if both else -habits.side / 2
    choices.append((_GOES_ON[Phase.BOTH if both else Phase.TITLED_BELOW], below))
    inside = item.crosshead + LIKENESS * (item.like_before + item.like_after) / 2
    choices.append((_AS_CROSSHEAD[phase], inside))
    if item.loose_end is not None:
        choices.append((_AS_PIECE[phase], item.loose_end))
    return choices


def _is_stray(item: _Item) -> bool:
    """Whether a heading may be a slogan that belongs to nothing: short, and no body has any of its words."""
    if item.block.kind != "heading" or item.text[0] in "（(" or item.titled:
        return False
    if item.block.whole and len(item.block.lines) > 1:
        return False
    return len(item.text) <= LONGEST_STRAY and not item.like_before + item.like_after


def _body_choices(item: _Item, phase: Phase | None, no_lead: float) -> list[tuple[_Reading, float]]:
    if phase is None:
        return [(_OPENS_BARE, 0.0)]
    if not item.body and item.block.kind in ("credit", "jump") and not marks.jump_from(item.text):
        return [(_GOES_ON[phase], 0.0)]
    lead = 0.0 if item.opens else no_lead
    if phase == Phase.HEADED:
        return [(_GOES_ON[Phase.BODY], lead), (_OPENS_BARE, NO_BODY + lead)]
    if phase in (Phase.TITLED_BELOW, Phase.BOTH):
        return [(_OPENS_BARE, lead)]
    new = _closing(phase) + UNANNOUNCED + (ANNOUNCED if item.announced else lead) + CAPTION * item.caption
    new += SALUTED * item.saluting
    return [(_GOES_ON[phase], LEAD_INSIDE if item.announced else 0.0), (_OPENS_BARE, new)]


def _matters_behind(before: _Item, item: _Item) -> bool:
    """Whether two neighbouring items can say anything for or against an article's start between them; most can't."""
    return before.bare or before.closes or (before.body and item.body and before.measure != item.measure)


def _between(before: _Item, item: _Item, reading: _Reading) -> float:
    """What two neighbouring items say for or against an article's start between them."""
    below = item.heading and not reading.crosshead and reading.phase in (Phase.TITLED_BELOW, Phase.BOTH)
    score = NO_BODY if before.bare and (reading.starts or below) else 0.0
    if before.closes and not item.heading and reading.starts:
        score += AFTER_AN_END
    if before.body and item.body and before.measure and item.measure and not reading.starts:
        score += OTHER_COLUMN * min(abs(before.measure - item.measure), WIDEST_CHANGE)
    return score


_State = tuple[Phase, bool] | None
_Step = dict[tuple[Phase, bool], tuple[float, _State, _Reading]]
"""For each state in which the items so far can end: the best score, the state before the last item, its reading."""


def _best_reading(items: Sequence[_Item], habits: Habits) -> list[_Reading]:
    """The readings whose scores add up to the most."""
    steps: list[_Step] = []
    known: list[tuple[_State, float]] = [(None, 0.0)]
    plainly: dict[_State, list[tuple[_Reading, float]]] = {}
    for index in range(len(items)):
        following: _Step = {}
        ways = plainly if _is_plain(items, index) else {}
        for state, base in known:
            moves = ways.get(state)
            if moves is None:
                moves = ways[state] = _moves(items, index, state, habits)
            for reading, gain in moves:
                total = base + gain
                best = following.get(reading.state)
                if best is None or total > best[0]:
                    following[reading.state] = (total, state, reading)
        steps.append(following)
        known = [(state, best[0]) for state, best in following.items()]
    return _trace(steps)


def _is_plain(items: Sequence[_Item], index: int) -> bool:
    """Whether a block is a paragraph that shows nothing by which an article could begin with it, nor does the block
    before it: there is nothing to tell such paragraphs apart, and most are such."""
    item = items[index]
    return item.body and index > 0 and not (item.opens or item.saluting or _matters_behind(items[index - 1], item))


def _moves(items: Sequence[_Item], index: int, state: _State, habits: Habits) -> list[tuple[_Reading, float]]:
    """The ways to read an item after a state, each with all that speaks for it."""
    item, before = items[index], items[index - 1] if index else None
    choices = _choices(item, state[0] if state else None, habits, before is not None and before.bare)
    if before is not None and _matters_behind(before, item):
        choices = [(reading, score + _between(before, item, reading)) for reading, score in choices]
    if state is None or not state[1]:
        return choices
    return [(reading, score + _after_crosshead(item, reading)) for reading, score in choices]


def _after_crosshead(item: _Item, reading: _Reading) -> float:
    """A crosshead is followed by more of its body."""
    if reading.starts or item.announced or (item.heading and not reading.crosshead):
        return IMPOSSIBLE
    return 0.0


def _trace(steps: Sequence[_Step]) -> list[_Reading]:
    if not steps:
        return []
    last = {key: value for key, value in steps[-1].items() if not key[1]} or steps[-1]
    key: tuple[Phase, bool] | None = max(last, key=lambda k: last[k][0] + _closing(k[0]))
    readings: list[_Reading] = []
    for step in reversed(steps):
        assert key is not None
        _, key, reading = step[key]
        readings.append(reading)
    return readings[::-1]


def _first_habit(items: Sequence[_Item]) -> float:
    """What the page's first and last blocks say about its side: positive for headlines before their bodies."""
    kinds = [item.heading for item in items if item.heading or item.body]
    if not kinds:
        return 0.0
    return (1.5 if kinds[0] else -0.5) + (-1.5 if kinds[-1] else 0.5)


def _habit(items: Sequence[_Item], readings: Sequence[_Reading]) -> float:
    """How much oftener the page has headlines before their bodies than after, as the logarithm of the odds."""
    before, below = _sides(items, readings)
    return max(-HABIT_LIMIT, min(HABIT_LIMIT, math.log((before + 0.5) / (below + 0.5))))


def _no_lead(items: Sequence[_Item], readings: Sequence[_Reading]) -> float:
    """How much seldomer the page's articles open without an agency line than with one, as the logarithm of the odds."""
    seen = [0, 0]
    awaited = False
    for item, reading in zip(items, readings):
        awaited = awaited or reading.starts
        if awaited and item.body:
            seen[item.opens] += 1
            awaited = False
    return max(LEAST_LEAD, min(MOST_LEAD, math.log((seen[0] + 1) / (seen[1] + 1))))


def _sides(items: Sequence[_Item], readings: Sequence[_Reading]) -> tuple[int, int]:
    headings = [reading for item, reading in zip(items, readings) if item.heading and not reading.crosshead]
    before = sum(reading.phase == Phase.HEADED and reading.starts for reading in headings)
    below = 0
    was: Phase | None = None
    for reading in readings:
        below += reading.phase in (Phase.TITLED_BELOW, Phase.BOTH) and reading.phase != was
        was = reading.phase
    return before, below


def _position(items: Sequence[_Item], readings: Sequence[_Reading]) -> str | None:
    before, below = _sides(items, readings)
    if not before and not below:
        return None
    if before and below and min(before, below) * 4 > max(before, below):
        return "mixed"
    return "before" if before >= below else "after"


def _drafts(items: Sequence[_Item], readings: Sequence[_Reading]) -> tuple[list[Draft], list[Block]]:
    """The articles as read, and the blocks of those that have no body."""
    groups: list[list[Part]] = []
    stray: list[Block] = []
    piece: tuple[Line, ...] = ()
    for item, reading in zip(items, readings):
        if reading.stray:
            stray.append(item.block)
            continue
        if reading.piece:
            piece = item.block.lines
            continue
        if reading.starts or not groups:
            groups.append([])
        block = Block(item.block.kind, (*piece, *item.block.lines)) if piece else item.block
        groups[-1].append(Part(block, reading.crosshead))
        piece = ()
    drafts = [Draft(tuple(parts)) for parts in groups]
    stray += [part.block for draft in drafts if not draft.has_text for part in draft.parts]
    return [_labelled(draft) for draft in drafts if draft.has_text], stray


def _labelled(draft: Draft) -> Draft:
    label = next((block for block in draft.headings if block.kind == "label"), None)
    return replace(draft, label=label, section=marks.label_name(label.text)) if label else draft
