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
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from transforms import breaks, continuation, interleaved, marks
from transforms.breaks import LineFacts
from transforms.likeness import Matter
from transforms.lines import INDENT, LARGEST_PAGE, SLACK, Line, fills
from transforms.pairing import best_pairs

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


@dataclass(slots=True)
class Piece:
    """Lines that surely follow each other; what stands at both ends decides where they belong."""

    facts: list[LineFacts]
    index: int
    heads: bool = False

    @property
    def is_apart(self) -> bool:
        """Whether it is part of no body: a heading, or a line that shows by itself what it is."""
        return self.heads or self.facts[-1].other is not None

    @property
    def first(self) -> Line:
        return self.facts[0].line

    @property
    def last(self) -> Line:
        return self.facts[-1].line


def in_reading_order(lines: Sequence[Line]) -> list[Line]:
    """The lines of a page in the order in which they were printed; most pages come back as they are."""
    pieces = cut_pieces(breaks.line_facts(lines))
    if not 1 < len(pieces) <= MOST_PIECES:
        return list(lines)
    return _ordered(pieces, _pairs(pieces, _grams(lines)))


def _grams(lines: Sequence[Line]) -> frozenset[str]:
    """The runs of three and of four characters that stand inside lines; none of what is too long for a page."""
    if sum(len(line.text) for line in lines) > LARGEST_PAGE:
        return frozenset()
    return frozenset(
        line.text[i : i + size] for line in lines for size in (3, 4) for i in range(len(line.text) - size + 1)
    )


def cut_pieces(facts: Sequence[LineFacts]) -> list[Piece]:
    """Neighbouring lines put together where nothing makes it doubtful that one follows the other in its column."""
    pieces: list[Piece] = []
    in_rows = {index for region in interleaved.regions(facts) for index in region}
    for index, (before, fact, behind) in enumerate(zip([None, *facts], facts, _behind_headings(facts))):
        if before is not None and index not in in_rows and _surely_follows(before, fact, pieces[-1], behind):
            pieces[-1].facts.append(fact)
        else:
            pieces.append(Piece([fact], len(pieces)))
    for last, piece, after in zip([None, *pieces], pieces, [*pieces[1:], None]):
        near = pieces[max(0, piece.index - NEAR_A_ROW) : piece.index + NEAR_A_ROW + 1]
        ended = last is None or last.is_apart or _closes(last.facts[-1])
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
    """Whether a piece has nothing of a body: a few lines, unbroken, that close no sentence. Where a sentence is open
    before it, and near rows across columns, a `whole` line is a body's. It `announces` an article where one has ended
    above it and an agency line opens one below."""
    if len(piece.facts) > MOST_HEADING_LINES or piece.first.measure is None or piece.first.column:
        return False
    text = "".join(fact.line.text for fact in piece.facts)
    if "。" in text or marks.open_depth(text) > 0 or piece.facts[0].lead:
        return False
    if announces or any(map(marks.column_label, (text, *(fact.line.text for fact in piece.facts)))):
        return True
    if whole and any(fills(fact.line, fact.line.measure or 0.0) for fact in piece.facts):
        return False
    return not marks.jump_to(piece.last.text) and all(breaks.is_unbroken(fact.line.text) for fact in piece.facts)


def _surely_follows(before: LineFacts, after: LineFacts, piece: Piece, behind: LineFacts | None) -> bool:
    """Whether two lines stand in one column: no blank line between them, the same measure, neither a heading. What
    stands `behind` them tells whether the second may be a heading right below a paragraph."""
    if before.other == "jump" and not after.other and marks.jump_from(before.line.text):
        return True
    if after.line.gap or before.other or after.other or before.line.measure != after.line.measure:
        return False
    if before.line.column or after.line.column:
        return False
    if before.open_quote and marks.open_depth(after.line.text) < 0 and not after.lead:
        return True
    if _may_be_heading(before) and _has_room(before, after):
        return _may_be_heading(after) and not after.lead
    if _closes(before) and _heads_a_text(after, behind):
        return False
    if len(piece.facts) == 1 and breaks.is_unbroken(before.line.text) and not before.lead:
        return _by_words(before, after, frozenset()) > UNLIKELY
    return not after.lead


def _behind_headings(facts: Sequence[LineFacts]) -> list[LineFacts | None]:
    """For each line the next one that is parted from it by a blank line or can't be a heading's line."""
    found: list[LineFacts | None] = []
    behind: LineFacts | None = None
    for fact in reversed(facts):
        found.append(behind)
        if behind is None or fact.line.gap or fact.lead or fact.other or not _may_be_heading(fact):
            behind = fact
    return found[::-1]


def _heads_a_text(fact: LineFacts, behind: LineFacts | None) -> bool:
    """Whether a line below a paragraph is a heading's: an agency line stands `behind` the heading, or it is narrow and
    something else than a body's line does."""
    if not breaks.is_unbroken(fact.line.text):
        return False
    if behind is not None and behind.lead:
        return not fact.lead
    if not _may_be_heading(fact):
        return False
    return behind is None or behind.line.gap or behind.other is not None


def _may_be_heading(fact: LineFacts) -> bool:
    """Whether a line neither fills its column nor closes a sentence."""
    measure = fact.line.measure
    if measure is None:
        return False
    return not (_closes(fact) or fact.salutation or fills(fact.line, measure) or fills(fact.line, measure - INDENT))


def _has_room(before: LineFacts, after: LineFacts) -> bool:
    """Whether the head of the next line would have fitted into a line: …中心项目是⏎2018年 it would not."""
    measure = before.line.measure or 0.0
    return before.line.width + breaks.head_width(after.line.text) <= measure + SLACK


def _closes(fact: LineFacts) -> bool:
    """Whether nothing goes on behind a line: a sentence ends with it, or a jump line does."""
    return fact.stops or marks.jump_to(fact.line.text) is not None


def _pairs(pieces: Sequence[Piece], grams: frozenset[str]) -> dict[int, int]:
    """For each piece that goes on the piece in which it does. How far the order of the file can be trusted is the
    page's habit: it is counted in a first reading and weighs in a second."""
    ends = [_end(piece) for piece in pieces]
    begins = [_begin(piece) for piece in pieces]

    def gained(pairs: Iterable[tuple[int, int]]) -> float:
        """What pieces gain that go on in each other as pairs have it, against pieces that stand for themselves."""
        return sum(_joint(pieces[i], pieces[k], grams) - ends[i] - begins[k] for i, k in pairs)

    below, texts = _below(pieces, grams, gained)
    matter = Matter(texts)
    gains = {
        (i, k): link - ends[i] - begins[k] + MATTER * matter.same(i, k)
        for i, one in enumerate(pieces)
        for k, other in _candidates(pieces, one, below)
        if (link := _link(one, other, below, grams)) is not None
    }
    followers = _followers(pieces)
    pairs: dict[int, int] = {}
    trust = NEXT
    for _ in range(3):
        weighed = {pair: gain + trust * _share(pieces, followers, *pair) for pair, gain in gains.items()}
        pairs = {i: k for k, i in best_pairs(weighed).items()}
        trust = _habit(pieces, {i: k for i, k in pairs.items() if (i, k) not in below}, followers)
    return _with_paragraphs(pieces, _without_circles(pairs, gains))


def _share(pieces: Sequence[Piece], followers: Mapping[int, int], one: int, other: int) -> float:
    """How much of the trust in the order of the file a pair of pieces has."""
    if other == one + 1:
        return AFTER_AN_END if _closes(pieces[one].facts[-1]) else 1.0
    return ACROSS if followers.get(one) == other else 0.0


def _candidates(pieces: Sequence[Piece], one: Piece, below: set[tuple[int, int]]) -> Iterable[tuple[int, Piece]]:
    """The pieces in which one may go on: any where it breaks off in a sentence of a body, else those close by."""
    if not (one.is_apart or _closes(one.facts[-1]) or one.last.measure is None):
        return enumerate(pieces)
    near = {one.index + 1} | {k for i, k in below if i == one.index}
    return [(k, pieces[k]) for k in sorted(near) if k < len(pieces)]


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
        if same and last != behind and _closes(pieces[last].facts[-1]) and not _leads_to(found, behind, last):
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
        if following is not None and not (piece.first.column or _closes(piece.facts[-1])):
            found[piece.index] = following
        following = piece.index
    return found


def _habit(pieces: Sequence[Piece], pairs: dict[int, int], followers: dict[int, int]) -> float:
    """How much oftener a piece that breaks off goes on in the next one than elsewhere, as the logarithm of the odds."""
    ends = [i for i in pairs if i in followers and not pieces[i].is_apart]
    ends = [i for i in ends if followers[i] == i + 1 or pairs[i] not in (i + 1, followers[i])]
    follow = sum(pairs[i] == followers[i] for i in ends)
    return max(LEAST_NEXT, min(MOST_NEXT, NEXT / 2 + SURE * math.log((follow + 1) / (len(ends) - follow + 0.5))))


def _below(
    pieces: Sequence[Piece], grams: frozenset[str], gained: Callable[[Iterable[tuple[int, int]]], float]
) -> tuple[set[tuple[int, int]], list[str]]:
    """The pairs of pieces of which the second stands below the first in its column, as rows across columns show: the
    lines of the rows themselves, a row's last lines and the blocks behind it, a block and the top of the next column,
    in the reading by which most is `gained`. And for each piece its text, in rows that of its column."""
    texts = ["".join(fact.line.text for fact in piece.facts) for piece in pieces]

    def joint(before: LineFacts, after: LineFacts) -> float:
        return _in_column(before, after, grams)

    found: set[tuple[int, int]] = set()
    facts = [fact for piece in pieces for fact in piece.facts]
    of_line = [piece.index for piece in pieces for _ in piece.facts]
    for region in interleaved.regions(facts):
        columns = [[of_line[line] for line in column] for column in interleaved.columns(facts, region, joint)]
        found |= {pair for column in columns for pair in pairwise(column)}
        for column in columns:
            whole = "".join(texts[index] for index in column)
            for index in column:
                texts[index] = whole
        columns, blocks = _behind(pieces, columns, of_line[region.stop - 1] + 1)
        readings = [_stacked(columns, (), 0), *(_stacked(columns, blocks, shift) for shift in (-1, 0, 1))]
        found |= max(readings, key=gained)
    return found, texts


def _in_column(before: LineFacts, after: LineFacts, grams: frozenset[str]) -> float:
    """How well one line of a column goes on in another."""
    measure = before.line.measure or 0.0
    indented = _indented(after)
    if not _closes(before):
        return _by_words(before, after, grams) + _by_end(before, after) + (OPENED if indented else 0.0)
    if indented or after.lead or after.bullet:
        return NEXT_PARAGRAPH
    return FLUSH if fills(before.line, measure) else SHORT_LINE


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


def _joint(one: Piece, other: Piece, grams: frozenset[str]) -> float:
    """How well one piece of a column goes on in another."""
    if one.is_apart or other.is_apart:
        return LEAST_WORDS
    return _in_column(one.facts[-1], other.facts[0], grams)


def _end(piece: Piece) -> float:
    """The score of a piece with nothing behind it."""
    fact = piece.facts[-1]
    if fact.other or _closes(fact):
        return FINISHED
    return HEADS if piece.heads else UNFINISHED


def _begin(piece: Piece) -> float:
    """The score of a piece with nothing before it."""
    fact = piece.facts[0]
    if fact.other or fact.lead or fact.bullet or fact.salutation:
        return 0.0
    if fact.line.text[0] in breaks.NEVER_FIRST:
        return UNFINISHED
    if piece.heads:
        return HEADS
    opening = WORDS * continuation.opens(continuation.normal(fact.line.text[: breaks.CONTEXT]))
    return BEGINS + max(UNFINISHED, min(OPENING, opening)) + (0.0 if _indented(fact) else FLUSH)


def _indented(fact: LineFacts) -> bool:
    """Whether a line is as narrow as a paragraph's first one."""
    measure = fact.line.measure
    return measure is None or (fills(fact.line, measure - INDENT) and fact.line.width < measure - INDENT / 2)


def _link(one: Piece, other: Piece, below: set[tuple[int, int]], grams: frozenset[str]) -> float | None:
    """The score of a piece that goes on in another, its place behind it in the file apart; None where it can't."""
    before, after = one.facts[-1], other.facts[0]
    if one is other or before.other or after.other:
        return None
    near = other.index == one.index + 1 or (one.index, other.index) in below
    place = BELOW if (one.index, other.index) in below else _by_distance(one, other)
    if _closes(before):
        parted = after.lead or after.bullet or one.heads or other.heads
        return place + NEXT_PARAGRAPH + _by_width(before, other) if near and not parted else None
    if not near and (before.line.measure is None or one.heads or other.heads):
        return None
    return _by_words(before, after, grams) + place + _by_width(before, other)


def _by_words(before: LineFacts, after: LineFacts, grams: frozenset[str]) -> float:
    """What the words and marks on both sides say for a sentence that goes on."""
    tail, head = before.line.text[-breaks.CONTEXT :], after.line.text[: breaks.CONTEXT]
    words = WORDS * continuation.goes_on(continuation.normal(tail), continuation.normal(head))
    words += WORD_CUT * continuation.shares_a_word(tail, head)
    score = max(LEAST_WORDS, min(MOST_WORDS, words))
    score += RECURS * sum(run in grams for run in (tail[-2:] + head[:1], tail[-1:] + head[:2], tail[-2:] + head[:2]))
    if head[0] in breaks.NEVER_FIRST:
        score += CLOSES
    if after.lead or after.bullet or after.salutation or marks.jump_from(head):
        score += ANNOUNCED
    return score


def _by_distance(one: Piece, other: Piece) -> float:
    """What the distance of two pieces in the file says."""
    if other.index == one.index + 1:
        return 0.0
    if one.index < other.index <= one.index + ROWS_APART and (one.first.column or other.first.column):
        return NEAR_ROW
    far = FAR * math.log(abs(other.index - one.index))
    return far + (BACKWARDS if other.index < one.index else 0.0)


def _by_width(before: LineFacts, piece: Piece) -> float:
    """What the widths of the lines on both sides say."""
    one, other = before.line.measure, piece.first.measure
    if one is None or other is None:
        return 0.0
    score = OTHER_MEASURE * min(abs(one - other), WIDEST_CHANGE)
    if piece.first.squeezed > other + SLACK:
        score += TOO_WIDE
    if not _closes(before):
        score += _by_end(before, piece.facts[0])
        score += OPENED if len(piece.facts) > 1 and _indented(piece.facts[0]) else 0.0
    return score


def _by_end(before: LineFacts, after: LineFacts) -> float:
    """What it says that a line which goes on is shorter than its column."""
    measure = before.line.measure or 0.0
    full = fills(before.line, measure) or fills(before.line, measure - INDENT)
    return 0.0 if full or not _has_room(before, after) else SHORT_LINE


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
