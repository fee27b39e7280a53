"""Jumps inside an issue: which part on another page carries an article on.

A part that says 下转第二版 and one that says 上接第一版 are compared by the pages they name, the words of their
headlines and the rare words of their bodies; of all ways to pair them one to one the best whole is taken.

    before  page 1: …研究的活力。（下转第三版）| page 3: （上接第一版）会议指出，…
    after   the part on page 3 continues the part on page 1
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache

from transforms.document import Article, Document
from transforms.figures.dates import number
from transforms.likeness import pairs

PAGE_NAMED = 1.5  # a part names the page on which the other stands
OTHER_PAGE = -2.0  # it names another page
SAME_HEADLINE = 3.0  # for headlines alike in all their words
SAME_WORDS = 6.0  # for bodies alike in all their rare words
LEAST = 1.2  # so much must speak for a join
MOST_EXACT = 12  # more parts than that are paired by the best pair first


@dataclass(frozen=True, slots=True)
class _Part:
    """A part of an article and what it shows for a join."""

    article: Article
    page: int | None
    title: frozenset[str]
    words: frozenset[str]


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
    heads = [part for part in parts if part.article.jump_to]
    tails = [part for part in parts if part.article.jump_from]
    if not heads or not tails:
        return {}
    weights = _weights(parts)
    scores = [[_score(head, tail, weights) for tail in tails] for head in heads]
    return {tails[t].article.article_id: heads[h].article.article_id for h, t in _best_pairs(scores)}


def _part(page: Document, article: Article) -> _Part:
    title = article.headline or article.kicker or ""
    return _Part(article, page_number(page.page or ""), pairs(title), pairs(article.text))


def _weights(parts: Sequence[_Part]) -> dict[str, float]:
    """How much a pair of characters says: the rarer in the issue, the more."""
    spread = Counter(pair for part in parts for pair in part.words)
    return {pair: math.log(len(parts) / n) for pair, n in spread.items()}


def page_number(text: str) -> int | None:
    """The number of a page however it is printed: 第一版, A3版, 2版, 03, 十二版; None without a number."""
    found = re.search(r"\d+", text) or re.search(r"[〇一二三四五六七八九十]+", text)
    return number(found.group()) if found else None


def _score(head: _Part, tail: _Part, weights: Mapping[str, float]) -> float:
    """What speaks for a tail that carries a head on; parts of one page never do."""
    if head.article.article_id.rpartition("-")[0] == tail.article.article_id.rpartition("-")[0]:
        return -math.inf
    score = _named(head.article.jump_to, tail.page) + _named(tail.article.jump_from, head.page)
    if head.title and tail.title:
        score += SAME_HEADLINE * len(head.title & tail.title) / min(len(head.title), len(tail.title))
    shared = sum(weights.get(pair, 0.0) for pair in head.words & tail.words)
    least = min(sum(weights.get(pair, 0.0) for pair in part.words) for part in (head, tail))
    return score + (SAME_WORDS * shared / least if least else 0.0)


def _named(jump: str | None, page: int | None) -> float:
    named = page_number(jump or "")
    if named is None or page is None:
        return 0.0
    return PAGE_NAMED if named == page else OTHER_PAGE


def _best_pairs(scores: Sequence[Sequence[float]]) -> list[tuple[int, int]]:
    """The pairs, one to one and each above `LEAST`, whose scores add up to the most."""
    if len(scores[0]) > MOST_EXACT:
        return _greedy_pairs(scores)

    @cache
    def best(head: int, taken: int) -> tuple[float, tuple[tuple[int, int], ...]]:
        if head == len(scores):
            return 0.0, ()
        found = best(head + 1, taken)
        for tail, score in enumerate(scores[head]):
            if score > LEAST and not taken >> tail & 1:
                rest, others = best(head + 1, taken | 1 << tail)
                if rest + score - LEAST > found[0]:
                    found = rest + score - LEAST, ((head, tail), *others)
        return found

    return list(best(0, 0)[1])


def _greedy_pairs(scores: Sequence[Sequence[float]]) -> list[tuple[int, int]]:
    ranked = sorted(((score, h, t) for h, row in enumerate(scores) for t, score in enumerate(row)), reverse=True)
    heads: set[int] = set()
    tails: set[int] = set()
    found: list[tuple[int, int]] = []
    for score, head, tail in ranked:
        if score > LEAST and head not in heads and tail not in tails:
            found.append((head, tail))
            heads.add(head)
            tails.add(tail)
    return found
