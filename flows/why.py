"""`banmian show --why`: each line and each block of a page with what was decided and the evidence that decided it.

before  LineReason(numbers=(189, 189), role="goes on", decision=Decision(taken=…, rejected=…), …)
after     189  goes on               17/16   繁花，滨州高歌前行。千山万水、千变
               -0.70  join: a blank line -0.70
              -10.36  else new paragraph: no full stop before it -6.00, …
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby

from flows import reading
from flows.show import BOLD, DIM, Look, columns_of, head, wrapped
from transforms.alternatives import Decision, Reading
from transforms.document import Document
from transforms.reasons import ArticleReason, BlockReason, LineReason, PageReasons, Placing, explain, in_words

SCORE = 14
NOTE = SCORE + 2
MOST_BESIDES = 2
LEGEND = """
Lines stand in the order of reading: the number in the file, what a line was taken for, its width against that of a full
line of its column (in characters), and its text. Below it stands what the break before it was decided to be. The number
in front is the sum of the evidence behind it, in natural logarithms of odds: above 0 speaks for it, below 0 against it.
“else” is the best other reading; its number says how much worse the whole page would be, with the evidence that would
come in and, signs turned, that which would go. Lines of one block stand below what the block is, and why; the articles
follow at the end."""


def explained(document: Document, path: str, look: Look) -> Iterator[str]:
    """The reasons of a page, which `document` is, as lines."""
    reasons = explain(reading.read(path))
    yield from head(document, look)
    yield ""
    yield from _filled("", LEGEND.split(), look)
    last: int | None = None
    for number, lines in groupby(reasons.lines, key=lambda line: line.block):
        block = reasons.blocks[number]
        yield ""
        yield from _block(reasons, block, block.article != last, look)
        last = block.article
        for line in lines:
            yield from _line(line, look)
    for number, article in enumerate(reasons.articles, 1):
        yield ""
        yield from _article(number, article, look)


def _block(reasons: PageReasons, block: BlockReason, named: bool, look: Look) -> Iterator[str]:
    """A block's own lines; `named` says that the headline of its article is to be told."""
    yield from (look.paint(line, BOLD) for line in _filled("", _place(reasons, block, named).split(), look))
    if block.decision:
        yield from _decided(block.decision, look)
    for note in block.notes:
        yield from _filled(" " * NOTE, note.split(), look)


def _place(reasons: PageReasons, block: BlockReason, named: bool) -> str:
    """What a block is, and where it went."""
    if block.article is None:
        return f"{block.kind} in residue"
    article = reasons.articles[block.article]
    what = block.kind if block.part in (None, block.kind) else f"{block.kind}: {block.part}"
    return f"{what} of article {block.article + 1}" + _quoted(article.headline if named else None)


def _quoted(headline: str | None) -> str:
    return f" “{headline}”" if headline else ""


def _line(line: LineReason, look: Look) -> Iterator[str]:
    first, last = line.numbers
    number = str(first) if first == last else f"{first}-{last}"
    measure = f"{line.line.measure:g}" if line.line.measure else "-"
    start = f"{number:>6}  {line.role:<18} {line.line.width:>5.4g}/{measure:<4} "
    text = " ".join(line.line.raw.text.split())
    yield look.paint(start, DIM) + _cut(text, look.width - columns_of(start))
    for placing in line.placings:
        yield from _placing(placing, look)
    yield from _decided(line.decision, look)


def _placing(placing: Placing, look: Look) -> Iterator[str]:
    if placing.decision:
        yield from _decided(placing.decision, look)
    else:
        yield from _filled(" " * NOTE, placing.what.split(), look)


def _article(number: int, article: ArticleReason, look: Look) -> Iterator[str]:
    title = f"article {number}: {article.kind}" + _quoted(article.headline)
    yield from (look.paint(line, BOLD) for line in _filled("", title.split(), look))
    yield from _filled(" " * NOTE, f"confidence {article.confidence:.2f}".split(), look)
    yield from _decided(Decision(article.odds), look)
    if article.heading:
        yield from _decided(article.heading, look)


# --- a decision -----------------------------------------------------------------------------------------------------


def _decided(decision: Decision, look: Look) -> Iterator[str]:
    """What was decided with its evidence, and the best other reading with all that would change."""
    yield from _sum(decision.taken, decision.taken.what, look)
    if decision.rejected:
        yield from _rejected(decision.rejected, decision, look)


def _rejected(reading: Reading, decision: Decision, look: Look) -> Iterator[str]:
    what = f"else {reading.what}" + "".join(f", with {other}" for other in decision.besides[:MOST_BESIDES])
    yield from _sum(reading, what + (" and so on" if len(decision.besides) > MOST_BESIDES else ""), look)


def _sum(reading: Reading, what: str, look: Look) -> Iterator[str]:
    """A score, what it is for, and what it is made of."""
    gave: dict[str, float] = {}
    for term in reading.terms:
        gave[in_words(term)] = gave.get(in_words(term), 0.0) + term.value
    terms = [f"{name} {value:+.2f}" for name, value in gave.items()] or ["nothing speaks for it or against it"]
    yield from _filled(f"{reading.score:>+{SCORE}.2f}  ", f"{what}: {', '.join(terms)}".split(), look)


def _filled(start: str, words: Iterable[str], look: Look) -> Iterator[str]:
    """Words in lines of the width, the first behind `start`, the others below it; what fits into no line is cut."""
    line, blank = start, " " * columns_of(start)
    for word in (piece for whole in words for piece in wrapped(whole, look.width - len(blank))):
        if line not in (start, blank) and columns_of(line) + 1 + columns_of(word) > look.width:
            yield line
            line = blank
        line += word if line in (start, blank) else f" {word}"
    yield line


def _cut(text: str, width: int) -> str:
    """A text on one line; what does not fit is cut off."""
    lines = wrapped(text, width - 1)
    return text if len(lines) < 2 else f"{lines[0]}…"
