"""Scores what was read from a page against answers made by hand: articles, joined jumps and paragraph boundaries.

An answer is a page as JSON has it, `{"doc": …, "articles": [{"headline": …, "paragraphs": […], …}]}`, with `None` or no
entry at all where an article has not got a part. What a gold article leaves out altogether is not scored there.

    before  gold: headline 铝业高质量发展, kicker null    read: headline 铝业高质量, kicker 发展
    after   headline_f1 0.0 (wrong), kicker_f1 0.0 (invented), article_f1 by the bodies alone

Texts are compared by their letters: Han, Latin letters and digits. Blanks and marks count in `text_error_rate` only.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Any, NamedTuple

from rapidfuzz.distance import Levenshtein

Answer = Mapping[str, Any]
"""A page or an article, gold or read."""

SHINGLE = 6
"""Letters in a shingle: long enough to be rare in a page, short enough for a brief."""
ENOUGH = 0.95
"""The share of its shingles that must be found, and of the shingles found that must be its own, for a right article."""
SLOTS = (
    "headline",
    "kicker",
    "subheadline",
    "speaker",
    "occasion",
    "event_date",
    "agency",
    "dateline",
    "section",
    "jump_from",
    "jump_to",
)
SPLIT_KINDS = ("speech", "brief", "photo")
"""Kinds that are hard to tell from what surrounds them, so each has a measure of its own."""

_MARKS = re.compile("[^0-9A-Za-z㐀-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+")
_COLUMN = re.compile(r"[（(][^（）()]*[）)]\s*$")


@dataclass(slots=True)
class Tally:
    """Things given, things wanted, and how many of them are the same."""

    right: int = 0
    given: int = 0
    wanted: int = 0

    def add(self, right: int, given: int, wanted: int) -> None:
        self.right += right
        self.given += given
        self.wanted += wanted

    @property
    def f1(self) -> float:
        """The harmonic mean of precision and recall; 1.0 where nothing was wanted and nothing given."""
        both = self.given + self.wanted
        return 2 * self.right / both if both else 1.0


@dataclass(frozen=True, slots=True)
class Score:
    """Measures by name, and in words each thing that kept one of them from being perfect."""

    measures: dict[str, float]
    faults: tuple[str, ...] = ()


def letters(text: str | None) -> str:
    """The letters of a text: 滨州，2024 年 -> 滨州2024年."""
    return _MARKS.sub("", text or "")


# --- articles -------------------------------------------------------------------------------------------------------


class Pair(NamedTuple):
    """A gold article and the one read that stands for it; shares of their bodies' shingles that they have in common."""

    gold: int
    read: int
    recall: float
    purity: float

    @property
    def right(self) -> bool:
        return self.recall >= ENOUGH and self.purity >= ENOUGH


@dataclass
class _Sums:
    """What the pages add up to."""

    tallies: defaultdict[str, Tally] = field(default_factory=lambda: defaultdict(Tally))
    kinds: Tally = field(default_factory=Tally)
    edits: int = 0
    length: int = 0
    faults: list[str] = field(default_factory=list)

    def measures(self) -> dict[str, float]:
        found = {name: self.tallies[name].f1 for name in ("article_f1", "article_exact_f1", "paragraph_f1")}
        found["text_error_rate"] = self.edits / max(self.length, 1)
        found["kind_accuracy"] = self.kinds.right / max(self.kinds.wanted, 1)
        kinds = [f"{kind}_f1" for kind in SPLIT_KINDS if self.tallies[f"{kind}_f1"].wanted]
        slots = [f"{slot}_f1" for slot in (*SLOTS, "byline") if self.tallies[f"{slot}_f1"] != Tally()]
        return found | {name: self.tallies[name].f1 for name in kinds + slots}


def score_articles(gold: Iterable[Answer], read: Iterable[Answer]) -> Score:
    """The measures of articles over all pages of `gold`; a page that was not read loses all that it holds.

    A measure of a kind or a slot that the gold never has and that was never read is left out.
    """
    pages = {page["doc"]: page["articles"] for page in read}
    sums = _Sums()
    for page in gold:
        _score_page(sums, page["doc"], page["articles"], pages.get(page["doc"], []))
    return Score(sums.measures(), tuple(sums.faults))


def _score_page(sums: _Sums, doc: str, gold: Sequence[Answer], read: Sequence[Answer]) -> None:
    pairs = _pairs([_body(article) for article in gold], [_body(article) for article in read])
    exact = [pair for pair in pairs if letters(_body(gold[pair.gold])) == letters(_body(read[pair.read]))]
    sums.tallies["article_f1"].add(sum(pair.right for pair in pairs), len(read), len(gold))
    sums.tallies["article_exact_f1"].add(len(exact), len(read), len(gold))
    sums.tallies["paragraph_f1"].add(*_common(_paragraphs(gold), _paragraphs(read)))
    for kind in SPLIT_KINDS:
        right = sum(pair.right and gold[pair.gold]["kind"] == kind == read[pair.read]["kind"] for pair in pairs)
        given, wanted = (sum(article["kind"] == kind for article in articles) for articles in (read, gold))
        sums.tallies[f"{kind}_f1"].add(right, given, wanted)
    for pair in pairs:
        _score_pair(sums, f"{doc} {_name(gold[pair.gold])}", gold[pair.gold], read[pair.read], pair)
    for number in sorted(set(range(len(gold))) - {pair.gold for pair in pairs}):
        _score_missed(sums, f"{doc} {_name(gold[number])}", gold[number])
    for number in sorted(set(range(len(read))) - {pair.read for pair in pairs}):
        sums.faults.append(f"{doc} {_name(read[number])}: an article that the gold has not got")


def _pairs(gold: Sequence[str], read: Sequence[str]) -> list[Pair]:
    """Gold and read bodies, one to one, those with most shingles in common first."""
    ours, theirs = [_shingles(body) for body in gold], [_shingles(body) for body in read]
    candidates = []
    for i, mine in enumerate(ours):
        for j, other in enumerate(theirs):
            if common := (mine & other).total():
                n, m = mine.total(), other.total()
                candidates.append((2 * common / (n + m), Pair(i, j, common / n, common / m)))
    chosen: dict[int, Pair] = {}
    taken: set[int] = set()
    for _, pair in sorted(candidates, key=lambda item: (item[0], item[1].recall, item[1][:2]), reverse=True):
        if pair.gold not in chosen and pair.read not in taken:
            chosen[pair.gold] = pair
            taken.add(pair.read)
    return [chosen[number] for number in sorted(chosen)]


def _shingles(body: str) -> Counter[str]:
    text = letters(body)
    if not text:
        return Counter()
    return Counter(text[at : at + SHINGLE] for at in range(max(len(text) - SHINGLE, 0) + 1))


def _score_pair(sums: _Sums, name: str, gold: Answer, read: Answer, pair: Pair) -> None:
    edits = Levenshtein.distance(_body(gold), _body(read))
    sums.edits += edits
    sums.length += len(_body(gold))
    if edits:
        shares = f"recall {pair.recall:.3f}, purity {pair.purity:.3f}"
        sums.faults.append(f"{name}: {edits} edits from the gold text ({shares})")
    sums.kinds.add(gold["kind"] == read["kind"], 1, 1)
    if gold["kind"] != read["kind"]:
        sums.faults.append(f"{name}: kind is {gold['kind']}, read {read['kind']}")
    for slot in SLOTS:
        if slot in gold:
            _score_slot(sums, name, slot, *_comparable(slot, gold, read))
    if "byline" in gold:
        _score_byline(sums, name, gold, read)


def _comparable(slot: str, gold: Answer, read: Answer) -> tuple[str, str]:
    """The two texts of a slot, made alike in what the answers leave open."""
    mine, other = gold[slot] or "", read.get(slot) or ""
    if slot == "event_date" and len(mine) == len("11-09"):  # no year in the answer
        other = other[-len("11-09") :]
    if slot == "headline":
        # A lone label (图片报道) may be the section as well, and a label may stand behind the headline or not.
        if letters(mine) and letters(mine) == letters(read.get("section")):
            other = mine
        mine, other = _COLUMN.sub("", mine) or mine, _COLUMN.sub("", other) or other
    return mine, other


def _score_slot(sums: _Sums, name: str, slot: str, gold: str, read: str) -> None:
    mine, other = letters(gold), letters(read)
    sums.tallies[f"{slot}_f1"].add(bool(mine) and mine == other, bool(other), bool(mine))
    if mine != other:
        sums.faults.append(f"{name}: {slot} is {gold or 'none'}, read {read or 'none'}")


def _score_byline(sums: _Sums, name: str, gold: Answer, read: Answer) -> None:
    mine, other = _names(gold), _names(read)
    sums.tallies["byline_f1"].add(len(mine & other), len(other), len(mine))
    if mine != other:
        sums.faults.append(f"{name}: byline is {'、'.join(sorted(mine))}, read {'、'.join(sorted(other))}")


def _score_missed(sums: _Sums, name: str, gold: Answer) -> None:
    sums.faults.append(f"{name}: missed")
    sums.kinds.add(0, 0, 1)
    sums.edits += len(_body(gold))
    sums.length += len(_body(gold))
    for slot in SLOTS:
        sums.tallies[f"{slot}_f1"].wanted += bool(letters(gold.get(slot)))
    sums.tallies["byline_f1"].wanted += len(_names(gold))


def _common(gold: Counter[str], read: Counter[str]) -> tuple[int, int, int]:
    return (gold & read).total(), read.total(), gold.total()


def _paragraphs(articles: Iterable[Answer]) -> Counter[str]:
    return Counter(letters(paragraph) for article in articles for paragraph in article["paragraphs"])


def _body(article: Answer) -> str:
    return "\n".join(article["paragraphs"])


def _names(article: Answer) -> set[str]:
    return {name for name in (letters(credit[1]) for credit in article.get("byline") or []) if name}


def _name(article: Answer) -> str:
    return f"《{article.get('headline') or letters(_body(article))[:12]}》"


# --- confidence -----------------------------------------------------------------------------------------------------

SURE = 0.9
"""An article with a confidence above this is one to rely on."""


def score_reliability(gold: Iterable[Answer], read: Iterable[Answer]) -> Score:
    """How often articles above and below `SURE` are exactly right, and the mean square of what confidence is off by.

    A measure of a side on which no article stands is left out.
    """
    pages = {page["doc"]: page["articles"] for page in read}
    rated = [each for page in gold for each in _rated(page["articles"], pages.get(page["doc"], []))]
    sides = {
        "sure_exact": [right for confidence, right in rated if confidence > SURE],
        "unsure_exact": [right for confidence, right in rated if confidence <= SURE],
    }
    measures = {name: sum(right) / len(right) for name, right in sides.items() if right}
    if rated:
        measures["sure_share"] = len(sides["sure_exact"]) / len(rated)
        measures["brier"] = sum((confidence - right) ** 2 for confidence, right in rated) / len(rated)
    return Score(measures)


def _rated(gold: Sequence[Answer], read: Sequence[Answer]) -> list[tuple[float, bool]]:
    """The confidence of each article read, and whether its letters are exactly those of a gold article."""
    bodies = Counter(letters(_body(article)) for article in gold)
    rated = []
    for article in read:
        body = letters(_body(article))
        rated.append((article["confidence"], bodies[body] > 0))
        bodies[body] -= 1
    return rated


# --- jumps joined across pages --------------------------------------------------------------------------------------


class Part(NamedTuple):
    """One part of an article that goes on on another page: its page's path, and its text or how that begins."""

    path: str
    text: str


Join = tuple[Part, Part]
"""A part and the one that carries it on."""

OPENING, DEPTH = 16, 60
"""A part is known by its first 16 letters, which may stand up to 60 letters deep: an agency line may come first."""


def score_joins(gold: Sequence[Join], read: Sequence[Join]) -> Score:
    """Precision, recall and F1 of the joins; a join that leads to the wrong part counts against all three."""
    missed = [join for join in gold if not any(_same_join(join, other) for other in read)]
    right = len(gold) - len(missed)
    tally = Tally(right, len(read), len(gold))
    measures = {
        "joins_precision": right / len(read) if read else 0.0,
        "joins_recall": right / len(gold) if gold else 1.0,
        "joins_f1": tally.f1,
    }
    return Score(measures, tuple(f"{start.path} {start.text[:OPENING]}: not joined" for start, _ in missed))


def _same_join(gold: Join, read: Join) -> bool:
    return all(_same_part(mine, other) for mine, other in zip(gold, read))


def _same_part(gold: Part, read: Part) -> bool:
    if not (gold.path.endswith(read.path) or read.path.endswith(gold.path)):
        return False
    opening, text = letters(gold.text)[:OPENING], letters(read.text)[:DEPTH]
    return opening in text


# --- paragraph boundaries -------------------------------------------------------------------------------------------


def score_boundaries(gold: Mapping[str, Sequence[str]], read: Mapping[str, Sequence[str]]) -> Score:
    """Precision, recall and F1 of the places where one paragraph ends and the next begins, by counting letters.

    Both map a page to its paragraphs. So told, boundaries don't depend on what was done to blanks and marks.
    """
    tally = Tally()
    faults = []
    for page, paragraphs in gold.items():
        mine, other = _boundaries(paragraphs), _boundaries(read.get(page, ()))
        tally.add(len(mine & other), len(other), len(mine))
        if mine != other:
            faults.append(f"{page}: {len(mine - other)} boundaries missed, {len(other - mine)} invented")
    measures = {
        "boundary_precision": tally.right / max(tally.given, 1),
        "boundary_recall": tally.right / max(tally.wanted, 1),
        "boundary_f1": tally.f1,
    }
    return Score(measures, tuple(faults))


def _boundaries(paragraphs: Iterable[str]) -> set[int]:
    lengths = [len(text) for text in map(letters, paragraphs) if text]
    return set(accumulate(lengths[:-1]))
