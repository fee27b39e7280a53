"""The reading order of a page whose extractor put the pieces of its columns out of order.

An extractor that goes by geometry prints a column's pieces where they lie on the paper: the second column of a story
before the first, a headline in between. Each piece is whole, though, and ends in mid-sentence where the next goes on.
So the pieces are found, each end is compared with each beginning by the words and marks on both sides, by the width of
the column and by the place on the page, and the pairs that together are likeliest are put behind each other.

    before  盖科普、文学 … 阅读推广活 | 动，希望通过书籍 … 阅读之光。 | 近日，在惠民县 … 广大市民所捐赠，涵
    after   近日，在惠民县 … 广大市民所捐赠，涵 | 盖科普、文学 … 阅读推广活 | 动，希望通过书籍 … 阅读之光。
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from transforms import breaks, interleaved, likeness, marks
from transforms.breaks import LineFacts
from transforms.continuation import Head, Tail, odds, odds_of_the_unseen, opens_with, word_across, words_begun
from transforms.likeness import Matter
from transforms.lines import INDENT, LARGEST_PAGE, SLACK, Line, filled, fills
from transforms.pairing import Paired, priced_pairs

MOST_PIECES = 400  # with more pieces than that a page is left in the order of its file

# What speaks for a piece that goes on in another, in units of about one natural logarithm of odds.
WORDS = 0.8  # of the odds that the counts of prose give
WORD_CUT = 0.35
LEAST_WORDS, MOST_WORDS = -5.0, 7.0
UNLIKELY = -1.0  # below that a line that may end a heading opens no body
MATTER = 0.75  # of the odds that two pieces are of one matter
RECURS = 2.2  # for each run of three or four characters across a break that stands elsewhere on the page
CLOSES = 3.0
NEXT = 4.0  # the piece that stands behind it in the file; the page's own habit takes its place
AFTER_AN_END = 0.15  # so much of it where a sentence ends between them
ACROSS = 0.7  # so much of it where a heading or another line stands between them
LEAST_NEXT, MOST_NEXT = 1.0, 9.0
SURE = 1.5  # so much weighs the logarithm of the odds that the order of the file is right
MOST_BLOCKS = 12
MOST_HEADING_LINES = 4
NEAR_A_ROW = 2  # so many pieces beside a row may be pieces of a row that had but one line
BELOW = 5.0  # the piece below it in a column, as the rows across columns show
NEAR_ROW = 1.5  # a piece a little below it near rows
ROWS_APART = 4
BACKWARDS = -0.8
FAR = -0.3  # by the logarithm of the pieces between
OTHER_MEASURE = -1.2
WIDEST_CHANGE = 3.0
SHORT_LINE = -5.0
TOO_WIDE = -4.0  # a line wider than its column is none of it
ANNOUNCED = -7.0
NEXT_PARAGRAPH = 1.0
OPENED = -1.5  # what goes on is seldom as narrow as a paragraph's first line
FLUSH = -1.0  # a paragraph seldom begins with a line that is not

# What it costs that a piece has no piece behind it, or none before it.
UNFINISHED = -5.0
FINISHED = 0.0
BEGINS = -1.5
HEADS = -0.5
OPENING = 1.0  # at most, for words that open a sentence

ROUNDING = 1e-6

BY_COUNTS, BY_MATTER, BY_WORDS, BY_ALL = range(4)
"""What lowers a bound of a gain, one after the other: counts of prose, what the pieces have in common, words across the
break."""


@dataclass(slots=True)
class Piece:
    """Lines that surely follow each other; what stands at both ends decides where they belong."""

    facts: list[LineFacts]
    index: int
    heads: bool = False
    closes: bool = False  # nothing goes on behind its last line

    @property
    def is_apart(self) -> bool:
        """Whether it is part of no body: a heading, or a line that shows by itself what it is."""
        return self.heads or self.facts[-1].other is not None

    @property
    def breaks_off(self) -> bool:
        """Whether it ends in a sentence of a body, which may go on anywhere."""
        return not (self.closes or self.is_apart or self.last.measure is None)

    @property
    def first(self) -> Line:
        return self.facts[0].line

    @property
    def last(self) -> Line:
        return self.facts[-1].line


class _Printed:
    """The text of a page's lines, asked for what stands beside two characters. Each pair is looked for once, so that
    all of it takes no longer where a page says the same over and over."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._before: dict[str, frozenset[str]] = {}
        self._behind: dict[str, frozenset[str]] = {}

    def before(self, pair: str) -> frozenset[str]:
        """The characters that stand before two others."""
        if pair not in self._before:
            self._before[pair] = frozenset([self.text[at - 1 : at] for at in self._places_of(pair)])
        return self._before[pair]

    def behind(self, pair: str) -> frozenset[str]:
        """The characters that stand behind two others."""
        if pair not in self._behind:
            self._behind[pair] = frozenset([self.text[at + 2 : at + 3] for at in self._places_of(pair)])
        return self._behind[pair]

    def _places_of(self, pair: str) -> list[int]:
        places: list[int] = []
        at = self.text.find(pair) if len(pair) > 1 else -1
        while at >= 0:
            places.append(at)
            at = self.text.find(pair, at + 1)
        return places


@dataclass(slots=True)
class _Foot:
    """What a column's last line shows to what may stand below it, found once for all of that."""

    line: Line
    other: bool
    closes: bool
    full: bool
    text: str
    tail: Tail | None = None


@dataclass(slots=True)
class _Top:
    """What a column's first line shows to what may stand above it, found once for all of that."""

    line: Line
    other: bool
    text: str
    head: Head
    announces: bool  # it opens an article or a paragraph by its words
    indented: bool
    opens: bool  # it is as narrow as a paragraph's first line, and others follow


@dataclass(slots=True)
class _Others:
    """The pieces in which one that breaks off may go on: what each shows by itself and gains at most, the characters
    with which they begin, as printed and as the counts have it, which of these are Han, and what `places` before and
    behind a piece say. They are told also by their first character, and by each that is printed before their first two.
    """

    tops: list[tuple[int, str, float | None, float, float]]
    firsts: dict[str, str]
    initials: set[str]
    places: list[float]
    by_first: dict[str, list[int]] = field(default_factory=dict)
    by_printed: dict[str, list[int]] = field(default_factory=dict)


@dataclass(slots=True)
class _Bounds:
    """What a piece gains at `most` if it goes on in each of the others, and in how many `steps` that was lowered for
    some. Of the characters with which these begin some may go on in a word `begun` at its end, and some of the others
    were `seen` in prose behind its last. `asked_at` is what the piece was worth when rivals of its neighbour were last
    asked for."""

    index: int
    seen: set[str]
    begun: set[str]
    most: dict[int, float]
    steps: dict[int, int] = field(default_factory=dict)
    asked_at: float = math.inf


@dataclass(slots=True)
class _Page:
    """The pieces of a page, and what is asked of them for many pairs: their first and last lines, what each gains by
    itself, the pairs that rows show to stand `below` each other, how much their texts have in common."""

    pieces: Sequence[Piece]
    printed: _Printed
    feet: list[_Foot]
    tops: list[_Top]
    ends: list[float]
    begins: list[float]
    below: set[tuple[int, int]]
    unfinished: set[int]
    followers: dict[int, int]
    matter: Matter
    alike: list[float] = field(default_factory=list)  # what each gains at most by being of one matter with another
    prices: list[float] = field(default_factory=list)
    bounds: list[_Bounds] | None = None


def in_reading_order(lines: Sequence[Line]) -> list[Line]:
    """The lines of a page in the order in which they were printed; most pages come back as they are."""
    facts = breaks.line_facts(lines)
    regions = list(interleaved.regions(facts))
    pieces = cut_pieces(facts, regions)
    if not 1 < len(pieces) <= MOST_PIECES or not (regions or any(piece.breaks_off for piece in pieces)):
        return list(lines)
    return _ordered(pieces, _pairs(_page(pieces, regions)))


def _page(pieces: Sequence[Piece], regions: Sequence[range]) -> _Page:
    facts = [fact for piece in pieces for fact in piece.facts]
    tops = [_top(piece.facts[0], len(piece.facts) == 1) for piece in pieces]
    ends = [_end(piece) for piece in pieces]
    begins = [_begin(piece, top) for piece, top in zip(pieces, tops)]
    texts = ["".join([fact.line.text for fact in piece.facts]) for piece in pieces]
    feet = [_foot(piece.facts[-1], piece.closes) for piece in pieces]
    unfinished = {piece.index for piece in pieces if not (piece.closes or piece.is_apart)}
    page = _Page(
        pieces, _text_of(facts), feet, tops, ends, begins, set(), unfinished, _followers(pieces), Matter(texts)
    )
    if regions:
        page.below, texts = _below(page, facts, regions, texts)
        page.matter = Matter(texts)
    page.alike = [MATTER * likeness.MOST * min(1.0, n / likeness.SHORT) for n in page.matter.lengths]
    return page


def _text_of(facts: Sequence[LineFacts]) -> _Printed:
    """The lines of a page one behind the other; nothing of what is too long for a page."""
    if sum(len(fact.line.text) for fact in facts) > LARGEST_PAGE:
        return _Printed("")
    return _Printed("\n".join([fact.line.text for fact in facts]))


def _foot(fact: LineFacts, closes: bool) -> _Foot:
    line = fact.line
    measure = line.measure or 0.0
    full = fills(line, measure) or fills(line, measure - INDENT)
    text = line.text[-breaks.CONTEXT :]
    return _Foot(line, fact.other is not None, closes, full, text)


def _top(fact: LineFacts, alone: bool = True) -> _Top:
    text = fact.line.text[: breaks.CONTEXT]
    announces = fact.lead or fact.bullet or fact.salutation or marks.jump_from(text) is not None
    indented = _indented(fact)
    return _Top(fact.line, fact.other is not None, text, Head(text), announces, indented, indented and not alone)


# --- pieces ---------------------------------------------------------------------------------------------------------


def cut_pieces(facts: Sequence[LineFacts], regions: Sequence[range] | None = None) -> list[Piece]:
    """Neighbouring lines put together where nothing makes it doubtful that one follows the other in its column. The
    `regions` are those of lines in rows."""
    pieces: list[Piece] = []
    if regions is None:
        regions = list(interleaved.regions(facts))
    in_rows = {index for region in regions for index in region}
    short = list(map(_may_be_heading, facts))
    inner = list(map(_may_be_inside, facts, short))
    behind = _behind_headings(facts, short)
    own: list[LineFacts] = []
    for index, fact in enumerate(facts):
        alone = not index or index in in_rows
        inside = not alone and inner[index] and inner[index - 1] and _follows_inside(own, fact, behind[index])
        if inside or (not alone and _surely_follows(facts, index, short, behind[index], pieces[-1])):
            own.append(fact)
        else:
            own = [fact]
            pieces.append(Piece(own, len(pieces)))
    for piece in pieces:
        piece.closes = _closes(piece.facts[-1])
    for last, piece, after in zip([None, *pieces], pieces, [*pieces[1:], None]):
        if len(piece.facts) > MOST_HEADING_LINES or piece.first.measure is None or piece.first.column:
            continue
        ended = last is None or last.is_apart or last.closes
        near = pieces[max(0, piece.index - NEAR_A_ROW) : piece.index + NEAR_A_ROW + 1] if regions else ()
        whole = not ended or (not piece.first.gap and any(each.first.column for each in near))
        announces = after is not None and after.facts[0].lead
        piece.heads = (ended or piece.first.gap) and _is_heading(piece, whole and not announces, ended and announces)
        piece.heads = piece.heads and not (after is not None and _runs_into(piece, after))
    return pieces


def _runs_into(piece: Piece, after: Piece) -> bool:
    """Whether a line as wide as its column has lines as wide right below it: below a heading a paragraph begins, whose
    first line is narrower."""
    fact, measure = after.facts[0], piece.first.measure
    if len(piece.facts) > 1 or len(after.facts) == 1 or after.first.measure != measure or after.first.gap:
        return False
    full = measure is not None and fills(piece.first, measure) and fills(after.first, measure)
    return full and not (fact.lead or fact.bullet or fact.other or fact.salutation or _indented(fact))


def _is_heading(piece: Piece, whole: bool, announces: bool) -> bool:
    """Whether a piece of a few lines has nothing of a body: they are unbroken and close no sentence. Where a sentence
    is open before it, and near rows across columns, a `whole` line is a body's. It `announces` an article where one has
    ended above it and an agency line opens one below."""
    text = "".join(fact.line.text for fact in piece.facts)
    if "。" in text or marks.open_depth(text) > 0 or piece.facts[0].lead:
        return False
    if announces or any(map(marks.column_label, (text, *(fact.line.text for fact in piece.facts)))):
        return True
    if whole and any(fills(fact.line, fact.line.measure or 0.0) for fact in piece.facts):
        return False
    return not marks.jump_to(piece.last.text) and all(breaks.is_unbroken(fact.line.text) for fact in piece.facts)


def _may_be_inside(fact: LineFacts, short: bool) -> bool:
    """Whether a line may stand anywhere in a column's text, as most do: it shows nothing else by itself."""
    return not (short or fact.lead or fact.other or fact.line.column)


def _follows_inside(own: Sequence[LineFacts], fact: LineFacts, behind: LineFacts | None) -> bool:
    """Whether a line surely follows the last one of a piece, where both may stand anywhere in a text: what is asked of
    others needs not be asked of them, but where a piece or an article might begin."""
    before, line = own[-1].line, fact.line
    return not line.gap and line.measure == before.measure and len(own) > 1 and not (behind and behind.lead)


def _surely_follows(
    facts: Sequence[LineFacts], index: int, short: Sequence[bool], behind: LineFacts | None, piece: Piece
) -> bool:
    """Whether a line stands in one column with the one before it: no blank line between them, the same measure, neither
    a heading. The `short` ones may be headings; what stands `behind` them tells whether this one may be a heading right
    below a paragraph. The `piece` is what the line before it belongs to."""
    before, after = facts[index - 1], facts[index]
    if before.other == "jump" and not after.other and marks.jump_from(before.line.text):
        return True
    one, other = before.line, after.line
    if other.gap or before.other or after.other or one.measure != other.measure or one.column or other.column:
        return False
    if before.open_quote and not after.lead and marks.open_depth(other.text) < 0:
        return True
    if short[index - 1] and _has_room(one, other):
        return short[index] and not after.lead
    if _heads_a_text(after, behind, short[index]) and _closes(before):
        return False
    if len(piece.facts) == 1 and not before.lead and breaks.is_unbroken(one.text):
        return _by_words(_foot(before, False), _top(after), _Printed("")) > UNLIKELY
    return not after.lead


def _behind_headings(facts: Sequence[LineFacts], short: Sequence[bool]) -> list[LineFacts | None]:
    """For each line the next one that is parted from it by a blank line or can't be a heading's line."""
    found: list[LineFacts | None] = []
    behind: LineFacts | None = None
    for fact, may_head in zip(reversed(facts), reversed(short)):
        found.append(behind)
        if not may_head or behind is None or fact.line.gap or fact.lead or fact.other:
            behind = fact
    return found[::-1]


def _heads_a_text(fact: LineFacts, behind: LineFacts | None, may_head: bool) -> bool:
    """Whether a line below a paragraph is a heading's: an agency line stands `behind` the heading, or it is narrow and
    something else than a body's line does."""
    if behind is not None and behind.lead:
        return not fact.lead and breaks.is_unbroken(fact.line.text)
    if not may_head or not (behind is None or behind.line.gap or behind.other is not None):
        return False
    return breaks.is_unbroken(fact.line.text)


def _may_be_heading(fact: LineFacts) -> bool:
    """Whether a line neither fills its column nor closes a sentence."""
    measure = fact.line.measure
    if measure is None or fact.salutation or fact.stops or fact.shown.jumps:
        return False
    least, greatest = filled(fact.line)
    return not (least <= measure <= greatest or least <= measure - INDENT <= greatest)


def _has_room(before: Line, after: Line) -> bool:
    """Whether the head of the next line would have fitted into a line: …中心项目是⏎2018年 it would not."""
    return before.width + breaks.head_width(after.text) <= (before.measure or 0.0) + SLACK


def _closes(fact: LineFacts) -> bool:
    """Whether nothing goes on behind a line: a sentence ends with it, or a jump line does."""
    return fact.stops or fact.shown.jumps


# --- the pieces that go on in each other ----------------------------------------------------------------------------


def _pairs(page: _Page) -> dict[int, int]:
    """For each piece that goes on the piece in which it does. How far the order of the file can be trusted is the
    page's habit: it is counted in a first reading and weighs in a second.

    Only pieces that break off can go on elsewhere than in the next one, but for rows. So it is left open what the
    others do until one of those does; a page of which none does is in order.
    """
    neighbours = _neighbours(page)
    gains = _gains_of(page, page.below.union([(i, k) for i, k in neighbours if page.below or i in page.unfinished]))
    pairs: dict[int, int] = {}
    last = trust = NEXT
    for number in range(3):
        pairs = _best_pairs(page, gains, trust)
        last, trust = trust, _habit(page, pairs)
        if trust == last or (number == 0 and trust >= NEXT and _stays_in_order(gains, pairs)):
            break
    if all(k == i + 1 for i, k in pairs.items()):
        return {}
    gains |= _gains_of(page, neighbours)
    gains = {pair: gains[pair] for pair in sorted(gains)}
    pairs = _best_pairs(page, gains, last)
    return _with_paragraphs(page.pieces, _without_circles(pairs, gains))


def _stays_in_order(gains: Iterable[tuple[int, int]], pairs: Mapping[int, int]) -> bool:
    """Whether each piece goes on in the next of the file or in none, and would so with more trust in that order too.

    No pair gains more by it than that of a piece which breaks off and the next one. Only a piece that is paired with
    none might then find another across a heading.
    """
    return all(k == i + 1 for i, k in pairs.items()) and all(k == i + 1 or i in pairs for i, k in gains)


def _neighbours(page: _Page) -> list[tuple[int, int]]:
    """The pairs that the order of the file speaks for: of a piece and the next one, of a piece which breaks off and the
    next one of a body."""
    pairs = [(i, i + 1) for i in range(len(page.pieces) - 1)]
    return pairs + [(i, k) for i, k in page.followers.items() if k != i + 1 and page.pieces[i].breaks_off]


def _gains_of(page: _Page, pairs: Iterable[tuple[int, int]]) -> dict[tuple[int, int], float]:
    """What some pairs of pieces gain, those apart that can't be."""
    return {(i, k): gain for i, k in sorted(pairs) if (gain := _gain(page, i, k)) is not None}


def _best_pairs(page: _Page, gains: dict[tuple[int, int], float], trust: float) -> dict[int, int]:
    """The pairs by which most is gained, of all there are; what the others gain is found as far as they matter, and
    added to `gains`. For most pieces gain less with another that is far away than they are worth where they stand."""
    while True:
        contested = [(k - 1, k) for i, k in gains if k and k != i + 1 and (k - 1, k) not in gains]
        gains |= _gains_of(page, contested)
        weighed = {(i, k): gain + trust * _share(page, i, k) for (i, k), gain in gains.items()}
        paired = priced_pairs(weighed)
        rivals = _rivals(page, paired)
        if not rivals:
            return {i: k for k, i in paired.partners.items()}
        gains |= rivals


# --- which pairs are worth weighing ---------------------------------------------------------------------------------


def _rivals(page: _Page, paired: Paired[int, int]) -> dict[tuple[int, int], float]:
    """The pairs never given before that gain as much as both of their pieces are worth where they are. Where prices
    have not fallen since this was last asked there are none."""
    if page.bounds is None:
        page.bounds = _bounds(page)
    prices = [paired.of_right.get(k, 0.0) for k in range(len(page.pieces))]
    fallen = [k for k, last in enumerate(page.prices) if prices[k] < last]
    page.prices = prices
    found: dict[tuple[int, int], float] = {}
    for bounds in page.bounds:
        i, most, worth = bounds.index, bounds.most, paired.of_left.get(bounds.index, 0.0) - ROUNDING
        asked = most if worth < bounds.asked_at else [k for k in fallen if k in most]
        bounds.asked_at = worth
        for k in [k for k in asked if most[k] > worth and most[k] > worth + prices[k]]:
            least = max(0.0, worth + prices[k])
            gain = _gain(page, i, k) if _may_gain(page, bounds, k, least) else None
            if gain is not None and gain > least:
                found[i, k] = gain
                del most[k]
    return found


def _may_gain(page: _Page, bounds: _Bounds, k: int, least: float) -> bool:
    """Whether a piece may gain more than the `least` if it goes on in another. What it gains at most is lowered step by
    step as far as that takes, at last to what it gains but for rounding."""
    most, step = bounds.most[k], bounds.steps.get(k, BY_COUNTS)
    while most > least and step < BY_ALL:
        most += _lowered(page, bounds, k, step)
        step += 1
    bounds.most[k], bounds.steps[k] = most, step
    return most > least


def _lowered(page: _Page, bounds: _Bounds, k: int, step: int) -> float:
    """By how much a step lowers what a piece gains at most if it goes on in another."""
    i = bounds.index
    foot, top = page.feet[i], page.tops[k]
    if step == BY_MATTER:
        return MATTER * page.matter.same(i, k) - min(page.alike[i], page.alike[k])
    if step == BY_WORDS and top.text[0] in bounds.begun:
        return _odds_of_words(foot, top) - MOST_WORDS
    if step == BY_COUNTS and top.text[0] in bounds.seen:
        return _within(WORDS * odds(_tail(foot), top.head)) - MOST_WORDS
    return 0.0


def _bounds(page: _Page) -> list[_Bounds]:
    """For each piece that breaks off what is gained at most if it goes on in each of the others that are no neighbours,
    as far as both sides tell it one by one, and the first character what words say."""
    others = _others(page)
    return [_bounds_of(page, i, others) for i, piece in enumerate(page.pieces) if piece.breaks_off]


def _others(page: _Page) -> _Others:
    n = len(page.pieces)
    tops = {k: top for k, top in enumerate(page.tops) if not (top.other or page.pieces[k].heads)}
    far = [0.0, *(FAR * math.log(distance) for distance in range(1, n))]
    rows = NEAR_ROW if page.below else -math.inf
    others = _Others(
        [(k, top.text[0], top.line.measure, _alone_at_most(page, k), page.alike[k]) for k, top in tops.items()],
        {top.text[0]: top.head.first for top in tops.values()},
        {top.head.initial for top in tops.values()} - {""},
        [max(far[abs(by)] + (BACKWARDS if by < 0 else 0.0), rows) for by in range(1 - n, n)],
    )
    for k, top in tops.items():
        others.by_first.setdefault(top.text[0], []).append(k)
        for character in page.printed.before(top.text[:2]):
            others.by_printed.setdefault(character, []).append(k)
    return others


def _bounds_of(page: _Page, i: int, others: _Others) -> _Bounds:
    foot, own, start = page.feet[i], page.alike[i], len(page.pieces) - 1 - i
    tail = _tail(foot)
    begun = words_begun(tail, others.initials)
    seen = {character for character, first in others.firsts.items() if tail.follows(first)} - begun
    said = dict.fromkeys(others.firsts, _within(WORDS * odds_of_the_unseen(tail)))
    said.update(dict.fromkeys(seen | begun, MOST_WORDS))
    widths = {each[2]: _by_measure(foot.line.measure, each[2]) - page.ends[i] for each in others.tops}
    most = {
        k: alone + said[first] + others.places[start + k] + widths[measure] + (alike if alike < own else own)
        for k, first, measure, alone, alike in others.tops
    }
    for k in (i, i + 1, page.followers.get(i, i), *(k for one, k in page.below if one == i)):
        most.pop(k, 0.0)
    recurring = set(others.by_printed.get(foot.text[-1], ()))
    recurring.update(*[others.by_first.get(first, ()) for first in page.printed.behind(foot.text[-2:])])
    for k in recurring & most.keys():
        most[k] += RECURS * _n_recurring(foot, page.tops[k], page.printed)
    if not foot.full:
        measured = [k for k in most if page.tops[k].line.measure is not None]
        most.update({k: most[k] + _by_end(foot, page.tops[k]) for k in measured})
    return _Bounds(i, seen, begun, most)


def _alone_at_most(page: _Page, k: int) -> float:
    """What a piece gains at most by going on from another, as far as its own first line and its words tell."""
    top = page.tops[k]
    score = ROUNDING - page.begins[k]
    score += (CLOSES if top.text[0] in breaks.NEVER_FIRST else 0.0) + (ANNOUNCED if top.announces else 0.0)
    return score + _by_its_first_line(top)


# --- what is made of the pairs --------------------------------------------------------------------------------------


def _with_paragraphs(pieces: Sequence[Piece], pairs: dict[int, int]) -> dict[int, int]:
    """The pairs, and those of paragraphs: where a piece goes on elsewhere, what stood behind it follows that.

    A column's foot is followed in the file by the second paragraph of the next column, whose first, the rest of the
    sentence, was found elsewhere.
    """
    found = dict(pairs)
    taken = set(pairs.values())
    for one, other in pairs.items():
        behind = one + 1
        if other == behind or behind >= len(pieces) or behind in taken or not _opens_a_paragraph(pieces[behind]):
            continue
        last = other
        while last in found:
            last = found[last]
        same = pieces[last].last.measure == pieces[behind].first.measure
        if same and last != behind and pieces[last].closes and not _leads_to(found, behind, last):
            found[last] = behind
            taken.add(behind)
    return found


def _opens_a_paragraph(piece: Piece) -> bool:
    fact = piece.facts[0]
    return not (piece.is_apart or fact.lead or fact.bullet) and _indented(fact)


def _leads_to(pairs: dict[int, int], start: int, end: int) -> bool:
    """Whether one comes from a piece to another by the pairs."""
    at: int | None = start
    while at is not None and at != end:
        at = pairs.get(at)
    return at == end


def _followers(pieces: Sequence[Piece]) -> dict[int, int]:
    """For each piece that breaks off the next one in the file that is part of a body."""
    found: dict[int, int] = {}
    following: int | None = None
    for piece in reversed(pieces):
        if piece.is_apart:
            if piece.index + 1 < len(pieces):
                found[piece.index] = piece.index + 1
            continue
        if following is not None and not (piece.first.column or piece.closes):
            found[piece.index] = following
        following = piece.index
    return found


def _habit(page: _Page, pairs: Mapping[int, int]) -> float:
    """How much oftener a piece that breaks off goes on in the next one than elsewhere, as the logarithm of the odds."""
    followers = page.followers
    ends = [i for i, k in pairs.items() if (i, k) not in page.below and i in followers and not page.pieces[i].is_apart]
    ends = [i for i in ends if followers[i] == i + 1 or pairs[i] not in (i + 1, followers[i])]
    follow = sum(pairs[i] == followers[i] for i in ends)
    return max(LEAST_NEXT, min(MOST_NEXT, NEXT / 2 + SURE * math.log((follow + 1) / (len(ends) - follow + 0.5))))


def _below(
    page: _Page, facts: Sequence[LineFacts], regions: Sequence[range], texts: list[str]
) -> tuple[set[tuple[int, int]], list[str]]:
    """The pairs of pieces of which the second stands below the first in its column, as rows across columns show: the
    lines of the rows themselves, a row's last lines and the blocks behind it, a block and the top of the next column,
    in the reading by which most is gained. And for each piece its text, in rows that of its column."""
    feet = {line: _foot(facts[line], _closes(facts[line])) for region in regions for line in region}
    tops = {line: _top(facts[line]) for region in regions for line in region}

    def joint(before: int, after: int) -> float:
        return _in_column(feet[before], tops[after], facts[after], page.printed)

    def gained(pairs: Iterable[tuple[int, int]]) -> float:
        """What pieces gain that go on in each other as pairs have it, against pieces that stand for themselves."""
        return sum(_joint(page, i, k) - page.ends[i] - page.begins[k] for i, k in pairs)

    found: set[tuple[int, int]] = set()
    of_line = [piece.index for piece in page.pieces for _ in piece.facts]
    for region in regions:
        columns = [[of_line[line] for line in column] for column in interleaved.columns(facts, region, joint)]
        found |= {pair for column in columns for pair in pairwise(column)}
        for column in columns:
            whole = "".join(texts[index] for index in column)
            for index in column:
                texts[index] = whole
        columns, blocks = _behind(page.pieces, columns, of_line[region.stop - 1] + 1)
        readings = [_stacked(columns, (), 0), *(_stacked(columns, blocks, shift) for shift in (-1, 0, 1))]
        found |= max(readings, key=gained)
    return found, texts


def _in_column(foot: _Foot, top: _Top, after: LineFacts, printed: _Printed) -> float:
    """How well one line of a column goes on in another."""
    if not foot.closes:
        return _by_words(foot, top, printed) + _by_end(foot, top) + (OPENED if top.indented else 0.0)
    if top.indented or after.lead or after.bullet:
        return NEXT_PARAGRAPH
    return FLUSH if fills(foot.line, foot.line.measure or 0.0) else SHORT_LINE


def _behind(
    pieces: Sequence[Piece], columns: list[list[int]], end: int
) -> tuple[list[list[int]], list[tuple[int, int]]]:
    """The columns of rows, and the blocks behind these, each as its first and last piece. A line by itself directly
    behind a row is the last column's."""
    alone = end + 1 < len(pieces) and len(pieces[end].facts) == 1 and pieces[end + 1].first.gap
    if alone and not (pieces[end].first.gap or pieces[end].facts[0].other):
        columns = [*columns, [end]]
        end += 1
    stop = next((k for k in range(end, len(pieces)) if pieces[k].heads and pieces[k].first.gap), len(pieces))
    starts = [k for k in range(end, min(stop, end + MOST_BLOCKS)) if k == end or pieces[k].first.gap]
    starts = [k for k in starts if not (pieces[k].facts[0].other or _may_be_heading(pieces[k].facts[0]))]
    ends = [k - 1 for k in starts[1:]] + [stop - 1]
    return columns, list(zip(starts, ends))[: len(columns) + 1]


def _stacked(columns: Sequence[list[int]], blocks: Sequence[tuple[int, int]], shift: int) -> set[tuple[int, int]]:
    """The pairs of neighbours if the first block stands below the first column (`shift` 0), left of it (1: the rows
    lack the line at its head) or below the second column (-1: the first ends with the rows, or went on before them)."""
    below = {number - shift: block for number, block in enumerate(blocks)}
    found: set[tuple[int, int]] = set()
    for number in range(-1, len(columns)):
        foot = columns[number][-1] if number >= 0 else None
        if number in below:
            first, last = below[number]
            if foot is not None:
                found.add((foot, first))
            foot = last
        if foot is not None and number + 1 < len(columns):
            found.add((foot, columns[number + 1][0]))
    return found


def _joint(page: _Page, one: int, other: int) -> float:
    """How well one piece of a column goes on in another."""
    if page.pieces[one].is_apart or page.pieces[other].is_apart:
        return LEAST_WORDS
    return _in_column(page.feet[one], page.tops[other], page.pieces[other].facts[0], page.printed)


# --- scores ---------------------------------------------------------------------------------------------------------


def _gain(page: _Page, i: int, k: int) -> float | None:
    """What is gained by a piece that goes on in another, its place behind it in the file apart; None where it can't."""
    link = _link(page, i, k)
    return None if link is None else link - page.ends[i] - page.begins[k] + MATTER * page.matter.same(i, k)


def _share(page: _Page, one: int, other: int) -> float:
    """How much of the trust in the order of the file a pair of pieces has."""
    if other == one + 1:
        return AFTER_AN_END if page.pieces[one].closes else 1.0
    return ACROSS if page.followers.get(one) == other else 0.0


def _end(piece: Piece) -> float:
    """The score of a piece with nothing behind it."""
    if piece.facts[-1].other or piece.closes:
        return FINISHED
    return HEADS if piece.heads else UNFINISHED


def _begin(piece: Piece, top: _Top) -> float:
    """The score of a piece with nothing before it."""
    fact = piece.facts[0]
    if fact.other or fact.lead or fact.bullet or fact.salutation:
        return 0.0
    if fact.line.text[0] in breaks.NEVER_FIRST:
        return UNFINISHED
    if piece.heads:
        return HEADS
    opening = WORDS * opens_with(top.head)
    return BEGINS + max(UNFINISHED, min(OPENING, opening)) + (0.0 if top.indented else FLUSH)


def _indented(fact: LineFacts) -> bool:
    """Whether a line is as narrow as a paragraph's first one."""
    measure = fact.line.measure
    return measure is None or (fills(fact.line, measure - INDENT) and fact.line.width < measure - INDENT / 2)


def _link(page: _Page, i: int, k: int) -> float | None:
    """The score of a piece that goes on in another, its place behind it in the file apart; None where it can't."""
    one, other, foot, top = page.pieces[i], page.pieces[k], page.feet[i], page.tops[k]
    if i == k or foot.other or top.other:
        return None
    near = k == i + 1 or (i, k) in page.below
    if foot.closes:
        fact = other.facts[0]
        parted = fact.lead or fact.bullet or one.heads or other.heads
        return _by_place(page, i, k) + NEXT_PARAGRAPH + _by_width(page, i, k) if near and not parted else None
    if not near and (one.last.measure is None or one.heads or other.heads):
        return None
    return _by_words(foot, top, page.printed) + _by_place(page, i, k) + _by_width(page, i, k)


def _by_words(foot: _Foot, top: _Top, printed: _Printed) -> float:
    """What the words and marks on both sides say for a sentence that goes on, and what is `printed` elsewhere."""
    score = _odds_of_words(foot, top)
    score += RECURS * _n_recurring(foot, top, printed)
    if top.text[0] in breaks.NEVER_FIRST:
        score += CLOSES
    if top.announces:
        score += ANNOUNCED
    return score


def _odds_of_words(foot: _Foot, top: _Top) -> float:
    """What counts of prose and the dictionary say for a sentence that goes on."""
    tail = _tail(foot)
    return _within(WORDS * odds(tail, top.head) + WORD_CUT * word_across(tail, top.head))


def _within(words: float) -> float:
    """What words say, but no more and no less than they may."""
    return max(LEAST_WORDS, min(MOST_WORDS, words))


def _n_recurring(foot: _Foot, top: _Top, printed: _Printed) -> int:
    """How many of the three runs of three and of four characters across a break stand in a line of the page."""
    first = top.text[0] in printed.behind(foot.text[-2:])
    second = foot.text[-1] in printed.before(top.text[:2])
    return first + second + ((first or second) and foot.text[-2:] + top.text[:2] in printed.text)


def _tail(foot: _Foot) -> Tail:
    if foot.tail is None:
        foot.tail = Tail(foot.text)
    return foot.tail


def _by_place(page: _Page, i: int, k: int) -> float:
    """What the places of two pieces on the page say."""
    return BELOW if (i, k) in page.below else _by_distance(page.pieces[i], page.pieces[k])


def _by_distance(one: Piece, other: Piece) -> float:
    """What the distance of two pieces in the file says."""
    if other.index == one.index + 1:
        return 0.0
    if one.index < other.index <= one.index + ROWS_APART and (one.first.column or other.first.column):
        return NEAR_ROW
    far = FAR * math.log(abs(other.index - one.index))
    return far + (BACKWARDS if other.index < one.index else 0.0)


def _by_width(page: _Page, i: int, k: int) -> float:
    """What the widths of the lines on both sides say."""
    foot, top = page.feet[i], page.tops[k]
    one, other = foot.line.measure, top.line.measure
    if one is None or other is None:
        return 0.0
    score = _by_measure(one, other)
    if top.line.squeezed > other + SLACK:
        score += TOO_WIDE
    if not foot.closes:
        score += _by_end(foot, top)
        score += OPENED if top.opens else 0.0
    return score


def _by_measure(one: float | None, other: float | None) -> float:
    return 0.0 if one is None or other is None else OTHER_MEASURE * min(abs(one - other), WIDEST_CHANGE)


def _by_its_first_line(top: _Top) -> float:
    """What the width of a piece's first line says of a sentence that goes on in it."""
    measure = top.line.measure
    if measure is None:
        return 0.0
    return (TOO_WIDE if top.line.squeezed > measure + SLACK else 0.0) + (OPENED if top.opens else 0.0)


def _by_end(foot: _Foot, top: _Top) -> float:
    """What it says that a line which goes on is shorter than its column."""
    return 0.0 if foot.full or not _has_room(foot.line, top.line) else SHORT_LINE


def _without_circles(pairs: dict[int, int], gains: Mapping[tuple[int, int], float]) -> dict[int, int]:
    """Pieces that would go on in each other for ever are parted where the least is lost."""
    kept = dict(pairs)
    seen: set[int] = set()
    for start in pairs:
        path: list[int] = []
        at: int | None = start
        while at is not None and at not in seen:
            seen.add(at)
            path.append(at)
            at = kept.get(at)
        if at in path:
            circle = path[path.index(at) :]
            del kept[min(circle, key=lambda i: gains[i, kept[i]])]
    return kept


def _ordered(pieces: Sequence[Piece], pairs: dict[int, int]) -> list[Line]:
    """The lines in the order of the file, each piece followed by those in which it goes on."""
    if not pairs:
        return [fact.line for piece in pieces for fact in piece.facts]
    inner = set(pairs.values())
    lines: list[Line] = []
    for piece in pieces:
        if piece.index in inner:
            continue
        at: int | None = piece.index
        before: int | None = None
        while at is not None:
            own = [fact.line for fact in pieces[at].facts]
            moved = before is not None and at != before + 1
            lines += [own[0]._replace(gap=False), *own[1:]] if moved else own
            before, at = at, pairs.get(at)
    return lines
