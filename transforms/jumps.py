"""Jumps inside an issue: which part on another page carries an article on.

A part that says 下转第二版 and one that says 上接第一版 are compared by the pages they name, the words of their
headlines, the rare words of their bodies and the sentence that may be cut between them; of all ways to pair them one to
one the best whole is taken. A part that has lost its jump line can be paired as well, with more evidence.

    before  page 1: …研究的活力。（下转第三版）| page 3: （上接第一版）会议指出，…
    after   the part on page 3 continues the part on page 1
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from transforms import marks
from transforms.breaks import NEVER_FIRST, cuts_a_word
from transforms.document import Article, Document
from transforms.figures.numerals import number
from transforms.likeness import Run, pairs
from transforms.pairing import best_pairs

# What speaks for a join, in units of about one natural logarithm of odds.
PAGE_NAMED = 1.5  # a part names the page on which the other stands
OTHER_PAGE = -3.5  # it names another page
LOST_LINE = -4.0  # a part has no jump line
BACKWARD = -2.0  # articles go on further back in the paper, seldom further in front
SAME_HEADLINE = 4.0  # for a headline that holds all the words of the other
OTHER_HEADLINE = -1.5  # both have a headline, with no word in common
LIKENESS_OF_CHANCE = 0.04  # bodies as alike as that are as often parts of one article as not
LIKENESS = 2.0  # for each power of e above it
MOST_ALIKE = 4.0
LEAST_ALIKE = -3.0
TELLING_LENGTH = 60  # pairs of characters in a body; a shorter one says less
TELLING_TITLE = 4  # and in a headline
ANNOUNCED_AGAIN = -4.0  # a part without a jump line that has an agency line or a salutation of its own
OPENS_CUT = 2.0  # a part begins with a mark that never stands first, the other ends in mid-sentence
WORD_CUT = 1.5  # the characters around the cut form a word
WORDS_RECUR = 2.5  # what is cut stands together in the parts themselves
QUOTE_CLOSED = 1.5  # one opens a quote that the other closes
LEAST = 0.5  # so much must speak for a join

_NUMERAL = re.compile(r"(?P<letter>[A-Z])?(?P<number>\d+|[〇一二三四五六七八九十]+)")
_CARRIED_ON = re.compile(r"[）》”)]\s*续$|[（(]续[一二三]?[）)]$")
_UNJOINED = ("brief", "photo")  # kinds that jump to no other page

PageName = tuple[str, int]
"""A page's letter, empty where it has none, and its number: A3版 is A, 3."""


@dataclass(frozen=True, slots=True)
class _Part:
    """A part of an article and what it shows for a join; `to` and `came_from` are None where it has no jump line."""

    article: Article
    document: str
    pages: frozenset[PageName]
    to: frozenset[PageName] | None
    came_from: frozenset[PageName] | None
    headline: frozenset[Run]
    titles: frozenset[Run]


def join_issues(documents: Iterable[Document]) -> list[Document]:
    """The documents in their order, with `continues` set on each part that carries on one of another page of its issue.

    Pages whose publication or date is unknown belong to no issue and stay as they are.
    """
    pages = list(documents)
    issues: dict[tuple[str, str], list[Document]] = defaultdict(list)
    for page in pages:
        if page.publication and page.issue_date:
            issues[page.publication, page.issue_date.isoformat()].append(page)
    joins: dict[str, str] = {}
    for issue in issues.values():
        joins.update(find_joins(issue))
    return [_with_joins(page, joins) for page in pages]


def _with_joins(page: Document, joins: Mapping[str, str]) -> Document:
    if not any(article.article_id in joins for article in page.articles):
        return page
    articles = tuple(replace(each, continues=joins.get(each.article_id)) for each in page.articles)
    return replace(page, articles=articles)


def find_joins(issue: Sequence[Document]) -> dict[str, str]:
    """For the pages of one issue: article_id of each part that carries another on -> article_id of that other."""
    parts = [_part(page, article) for page in issue for article in page.articles]
    candidates = _candidates(parts)
    if not candidates:
        return {}
    bodies = _Bodies(parts, candidates)
    gains: dict[tuple[str, str], float] = {}
    for head, tail in candidates:
        score = _score(head, tail, bodies)
        if score > LEAST:
            gains[head.article.article_id, tail.article.article_id] = score - LEAST
    return _without_rings(best_pairs(gains))


def _candidates(parts: Sequence[_Part]) -> list[tuple[_Part, _Part]]:
    """All joins that can be thought of, by their heads in order; without a jump line at either part there is none, so
    that few parts are compared."""
    tails = [part for part in parts if part.came_from is not None]
    return [
        (head, tail)
        for head in parts
        if head.article.kind not in _UNJOINED or head.to is not None
        for tail in (tails if head.to is None else parts)
        if _may_join(head, tail)
    ]


def _without_rings(joins: Mapping[str, str]) -> dict[str, str]:
    """The joins without any that would make a part carry itself on."""
    kept: dict[str, str] = {}
    for tail, head in joins.items():
        first = head
        while first in kept:
            first = kept[first]
        if first != tail:
            kept[tail] = head
    return kept


# --- what a part shows ----------------------------------------------------------------------------------------------


def _part(page: Document, article: Article) -> _Part:
    headline = article.headline or article.kicker or ""
    titles = " ".join(filter(None, (article.kicker, article.headline, article.subheadline)))
    came_from = None if article.jump_from is None else page_names(article.jump_from)
    if came_from is None and _CARRIED_ON.search(headline):
        came_from = frozenset()
    return _Part(
        article,
        page.document_id,
        page_names(page.page or ""),
        None if article.jump_to is None else page_names(article.jump_to),
        came_from,
        pairs(headline),
        pairs(titles),
    )


def page_names(text: str) -> frozenset[PageName]:
    """The pages that a text names, however it is printed: 第一版, A3版, 03, 第二、三版; none without a number."""
    return frozenset((found["letter"] or "", number(found["number"])) for found in _NUMERAL.finditer(text))


class _Bodies:
    """The pairs of characters in the bodies of the parts that may be joined, each with what it weighs: the rarer in the
    issue, the more."""

    def __init__(self, parts: Sequence[_Part], candidates: Iterable[tuple[_Part, _Part]]) -> None:
        words = {part.article.article_id: pairs(part.article.text) for part in parts}
        asked = {part.article.article_id for candidate in candidates for part in candidate}
        self._words = {name: words[name] for name in asked}
        known = frozenset[Run]().union(*self._words.values())
        spread = Counter(pair for own in words.values() for pair in own & known)
        self._weights = {pair: math.log((len(parts) + 1) / n) for pair, n in spread.items()}
        self._sums = {name: self._sum(own) for name, own in self._words.items()}

    def _sum(self, words: Iterable[Run]) -> float:
        return math.fsum(map(self._weights.__getitem__, words))

    def alike(self, one: _Part, other: _Part) -> float:
        """How far two bodies share rare words, as the logarithm of the cosine between them."""
        first, second = one.article.article_id, other.article.article_id
        squares = self._sums[first] * self._sums[second]
        if not squares:
            return 0.0
        words, others = self._words[first], self._words[second]
        cosine = self._sum(words & others) / math.sqrt(squares)
        score = LIKENESS * math.log((cosine + LIKENESS_OF_CHANCE / 8) / LIKENESS_OF_CHANCE)
        length = min(len(words), len(others))
        return max(LEAST_ALIKE, min(MOST_ALIKE, score)) * min(1.0, length / TELLING_LENGTH)


# --- what speaks for a join -----------------------------------------------------------------------------------------


def _may_join(head: _Part, tail: _Part) -> bool:
    """Whether a join can be thought of: on two pages, a jump line at one of them at least, which names the other's page
    where the other has none."""
    if head.document == tail.document:
        return False
    if head.to is not None and tail.came_from is not None:
        return True
    if tail.article.kind in _UNJOINED or _is_backward(head, tail):
        return False
    to, came_from = head.to or frozenset(), tail.came_from or frozenset()
    return _same_page(to, tail.pages) or _same_page(came_from, head.pages)


def _score(head: _Part, tail: _Part, bodies: _Bodies) -> float:
    """What speaks for a tail that carries a head on."""
    lost = (head.to is None) + (tail.came_from is None)
    score = LOST_LINE * lost + _named(head.to, tail.pages) + _named(tail.came_from, head.pages)
    score += BACKWARD * _is_backward(head, tail)
    score += ANNOUNCED_AGAIN * (tail.came_from is None and _opens_by_itself(tail.article))
    score += _alike_titles(head, tail) + bodies.alike(head, tail)
    return score + _cut_between(head.article.text, tail.article.text)


def _named(jump: frozenset[PageName] | None, pages: frozenset[PageName]) -> float:
    if not jump or not pages:
        return 0.0
    return PAGE_NAMED if _same_page(jump, pages) else OTHER_PAGE


def _same_page(named: frozenset[PageName], pages: frozenset[PageName]) -> bool:
    """Whether one of the pages is named; a letter is often left out: 1版 of A1."""
    return any(
        one[1] == other[1] and (one[0] == other[0] or not one[0] or not other[0]) for one in named for other in pages
    )


def _is_backward(head: _Part, tail: _Part) -> bool:
    """Whether a join would go further in front in the paper."""
    return bool(head.pages and tail.pages) and max(head.pages) > max(tail.pages)


def _opens_by_itself(article: Article) -> bool:
    """Whether a part opens as an article does: with an agency line or a salutation."""
    return bool(article.agency or article.dateline) or marks.is_salutation(article.text.partition("\n")[0])


def _alike_titles(head: _Part, tail: _Part) -> float:
    """A continuation mostly repeats the headline, whole or shortened."""
    if not tail.headline or not head.titles:
        return 0.0
    shared = max(_held(tail.headline, head.titles), _held(head.headline, tail.titles))
    return SAME_HEADLINE * shared if shared else OTHER_HEADLINE


def _held(title: frozenset[Run], other: frozenset[Run]) -> float:
    """The share of a title's words that another one holds; a very short title says less."""
    return len(title & other) / max(len(title), TELLING_TITLE)


def _cut_between(head: str, tail: str) -> float:
    """What speaks for a sentence that breaks off in the head and goes on in the tail."""
    if not head or not tail:
        return 0.0
    score = QUOTE_CLOSED * (marks.open_depth(head) > 0 > marks.open_depth(tail))
    if marks.may_end_a_paragraph(head):
        return score - OPENS_CUT * (tail[0] in NEVER_FIRST)
    across = head[-2:] + tail[:2]
    score += WORDS_RECUR * (across in head or across in tail)
    return score + OPENS_CUT * (tail[0] in NEVER_FIRST) + WORD_CUT * cuts_a_word(head, tail)
