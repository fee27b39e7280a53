"""How sure the separation of each article is: the signs that something went wrong, weighed as the benches taught.

A sign is a number from 0 to 1 that is 0 where all is as it should be. The weights stand in `lexicon/confidence.tsv`;
`python -m benchmarks.confidence --write` fits them anew. Their sum is the logarithm of the odds that an article's body
is exactly right, so that of articles with a confidence of 0.9 about nine in ten are.

    before  headline 春茶开采, 本报讯…, …。 | no headline, …负责人介绍情况：
    after   0.95                            | 0.12
"""

from __future__ import annotations

import itertools
import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from functools import cache

from transforms import marks
from transforms.articles import Draft
from transforms.breaks import cuts_a_word
from transforms.lexicon import table
from transforms.likeness import Run, by_spread, pairs
from transforms.lines import are_moved
from transforms.stories import Story

SHORT = 80  # characters of a body; a whole news item seldom has fewer
FEW_OWNERS = 3  # pairs of characters in more articles than that say nothing of where a paragraph belongs
TELLING_PARAGRAPH = 30  # characters of a paragraph that can be told a stranger
MANY_SEAMS = 4

ALWAYS = "always"
"""The name of the weight that every article has."""
Signs = dict[str, float]


def rate_stories(drafts: Sequence[Draft], stories: Sequence[Story]) -> list[float]:
    """The confidence of each story of a page, from 0 to 1; what an earlier step already doubts is doubted further."""
    weights = _weights()
    odds = [_odds(signs, weights) for signs in page_signs(drafts, stories)]
    return [round(draft.confidence / (1 + math.exp(-each)), 3) for draft, each in zip(drafts, odds)]


def _odds(signs: Signs, weights: Mapping[str, float]) -> float:
    """The logarithm of the odds that an article is right; a sign that was never fitted counts nothing."""
    return weights[ALWAYS] + sum(weights.get(name, 0.0) * value for name, value in signs.items())


@cache
def _weights() -> Mapping[str, float]:
    return {row["sign"]: float(row["weight"]) for row in table("confidence")}


def page_signs(drafts: Sequence[Draft], stories: Sequence[Story]) -> list[Signs]:
    """The signs of each story of a page: its own, its neighbours' and the page's."""
    own = [_own_signs(draft, story) for draft, story in zip(drafts, stories)]
    unannounced = _mean([signs["unannounced"] for signs in own])
    moved = _mean([signs["moved"] for signs in own])
    for number, (signs, strangers) in enumerate(zip(own, _strangers(stories))):
        beside = [own[other] for other in (number - 1, number + 1) if 0 <= other < len(own)]
        signs["strangers"] = strangers
        signs["page unannounced"] = unannounced
        signs["page moved"] = moved
        for name in ("no headline", "unannounced", "soft end"):
            signs[f"neighbour {name}"] = max((other[name] for other in beside), default=0.0)
    return own


# --- what an article shows ------------------------------------------------------------------------------------------


def _headline(story: Story) -> str:
    return story.heading.headline.text if story.heading.headline else ""


def _own_signs(draft: Draft, story: Story) -> Signs:
    texts = _unsigned([paragraph.text.text for paragraph in story.paragraphs if not paragraph.crosshead])
    headline = _headline(story)
    news = story.kind == "news"
    led = story.agency or story.jump_from
    return {
        "no headline": float(not headline and story.kind != "brief"),
        "unannounced": float(news and not led and not story.byline),
        "no agency": float(news and not led),
        "soft end": float(not texts or not marks.ends_a_sentence(texts[-1])),
        "short": float(news and sum(map(len, texts)) < SHORT),
        "unlike headline": _unlike(headline, texts),
        "crossheads": float(any(paragraph.crosshead for paragraph in story.paragraphs)),
        "poor seams": min(_poor_seams(draft), MANY_SEAMS) / MANY_SEAMS,
        "photo": float(story.kind == "photo"),
        "moved": float(are_moved(line for part in draft.body for line in part.block.lines)),
    }


def _unsigned(texts: Sequence[str]) -> Sequence[str]:
    """Paragraphs without the name and the date that sign them."""
    last = len(texts)
    while last and (marks.is_name_line(texts[last - 1]) or marks.date_line(texts[last - 1])):
        last -= 1
    return texts[:last]


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 0.0


def _unlike(headline: str, texts: Sequence[str]) -> float:
    """The share of a headline's words that its body has not got."""
    words = left = pairs(headline)
    for text in texts:
        if not left:
            break
        left = left - pairs(text)
    return len(left) / len(words) if words else 0.0


def _poor_seams(draft: Draft) -> int:
    """How often a sentence goes on across a blank line and nothing binds it: no mark, no word, nothing that recurs."""
    seams = [
        (before.text, after.text)
        for part in draft.body
        for before, after in itertools.pairwise(part.block.lines)
        if after.gap and not after.recurs
    ]
    return sum(_is_poor(*seam) for seam in seams)


def _is_poor(before: str, after: str) -> bool:
    return before[-1] not in "，、；：。" and not cuts_a_word(before, after)


# --- what a page shows ----------------------------------------------------------------------------------------------


def _strangers(stories: Sequence[Story]) -> list[float]:
    """For each story the share of its paragraphs that have more rare words of another story than of their own."""
    if len(stories) < 2:
        return [0.0 for _ in stories]
    paragraphs = [_telling_paragraphs(story) for story in stories]
    # Pairs that stand once in a story, or in one story alone, are most, and say nothing of what belongs together.
    told = [by_spread([pairs(_headline(story)), *own], 2) for story, own in zip(stories, paragraphs)]
    words = [every for every, _ in told]
    _, shared, *_, common = by_spread(words, FEW_OWNERS + 1)
    rare = shared - common
    doubtful = [
        each
        for number, (_, again) in enumerate(told)
        for each in _doubtful(number, paragraphs[number], again - common, rare)
    ]
    owners = _owners(words, frozenset[Run]().union(*(each.rare for each in doubtful)))
    found = Counter(each.story for each in doubtful if _is_stranger(each, owners))
    return [found[number] / len(texts) if texts else 0.0 for number, texts in enumerate(paragraphs)]


@dataclass(frozen=True, slots=True)
class _Doubtful:
    """A paragraph that may be a stranger to its story, by its number: of its pairs of characters fewer are `known` to
    the story from elsewhere than are `rare`, in few stories."""

    story: int
    known: int
    rare: frozenset[Run]


def _doubtful(number: int, texts: Iterable[frozenset[Run]], own: Set[Run], rare: Set[Run]) -> Iterator[_Doubtful]:
    """The paragraphs of a story that may be strangers to it; `own` are the pairs that it has more than once."""
    for text in texts:
        known, few = len(text & own), text & rare
        if len(few) > known:
            yield _Doubtful(number, known, few)


def _telling_paragraphs(story: Story) -> list[frozenset[Run]]:
    """The pairs of characters of each paragraph that is long enough to be told a stranger."""
    return [pairs(paragraph.text.text) for paragraph in story.paragraphs if len(paragraph.text) >= TELLING_PARAGRAPH]


def _owners(words: Iterable[Set[Run]], asked: Set[Run]) -> Mapping[Run, Sequence[int]]:
    """Which stories have each of the pairs that are asked for."""
    owners: dict[Run, list[int]] = {}
    for number, each in enumerate(words):
        for pair in each & asked:
            owners.setdefault(pair, []).append(number)
    return owners


def _is_stranger(text: _Doubtful, owners: Mapping[Run, Sequence[int]]) -> bool:
    """Whether a paragraph has more pairs of another story than of its own."""
    shares = Counter(owner for pair in text.rare for owner in owners[pair] if owner != text.story)
    return max(shares.values()) > text.known
