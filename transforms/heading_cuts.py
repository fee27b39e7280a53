"""Where a kicker ends and its headline begins, if an extractor glued the two into one line.

No mark stands at the seam. What speaks for one: the line is longer than a headline's, the words on either side close
one statement and open another, and the story's own text never has the two characters that meet there side by side.

    before  市图书馆印发阅读推广方案乡村孩子人人都有借书证
    after   市图书馆印发阅读推广方案 | 乡村孩子人人都有借书证
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from functools import cache, lru_cache

from transforms import marks
from transforms.breaks import NEVER_FIRST
from transforms.lexicon import table, words
from transforms.lines import printed_width
from transforms.words import cut, tag

SHORTEST = 15.0  # a line as short is one part
LONGEST = 90.0
LENGTH = 0.16  # for each em above the usual length of a headline
USUAL = 21.0
PRIOR = -3.6  # few headlines are glued to a kicker
SHORTEST_KICKER = 5
SHORTEST_HEADLINE = 6
TOO_SHORT = -1.0  # for each character
LONG_KICKER = 20.0
IN_THE_TEXT = -2.5  # the text has the two characters that meet there together
NEW_PAIR = 1.0  # …only those on either side
AGENT = 1.5  # a name opens the headline
AGENT_FIRST = 0.7  # …or the kicker
NO_VERB = -1.5
BOTH_SAY = 0.8  # either side says what is done
NAME_LAST = -2.0  # a kicker seldom closes with a person's name, but before a colon
OPEN_LAST = -3.0  # …and with no adverb or preposition: 公开|征集
OCCASION = 1.0  # it opens with what the headline is about: 就…合作
EXCLAIMED = 3.0
ROUNDING = 1e-6
COLON = 3.0
FIRST_WORDS = 12  # characters that show the first word
WINDOW = 3000  # so much of the text is compared

_TITLE_ENDS = re.compile(r"的(?:决议|决定|报告|意见|通知|公告|建议|说明|问题)$")  # a document's title is one part
_SHORTEST_MATTER = 4
_PAIR = re.compile(r"[\u3400-\u9fff]{2}")
_OBJECT = re.compile(r"[对就为从在向].+的.{1,4}$")  # 听取…|对…的意见 is one statement
_AGENTS = ("nr", "ns", "nt", "nz")
_OPEN_TAGS = ("d", "ad", "p", "c", "u")
_PREPOSITIONS = ("就", "围绕", "针对")
_CLOSES_A_KICKER = "！？：!?:"


def best_cut(text: str, body: str, doubt: float) -> tuple[int, float]:
    """The likeliest place of a seam in a heading's line, and how likely it is as the logarithm of its odds.

    `body` is the text of the heading's story. Where no seam is possible, or none can be likelier than `doubt`, the
    place is 0. Words are tagged, which takes longest, only where their tags could help a seam to that.
    """
    width = printed_width(text)
    if not SHORTEST <= width <= LONGEST or "——" in text or is_a_title(text):
        return 0, -float("inf")
    tokens = _cut(text)
    compared = body[:WINDOW]
    least = doubt - PRIOR - LENGTH * (width - USUAL) - (AGENT + AGENT_FIRST + BOTH_SAY + OCCASION) - ROUNDING
    best = (0, -float("inf"))
    for index, at in enumerate(_ends(tokens), 1):
        score, cues = _seam(text, at, compared), _cues_at_seam(tokens, index)
        if score + cues <= least:
            continue
        score += _words(cues, tokens, _tags(text), index)
        if score > best[1]:
            best = (at, score)
    return best[0], best[1] + PRIOR + LENGTH * (width - USUAL)


def _ends(tokens: Sequence[str]) -> list[int]:
    """Where each of some words ends but the last."""
    return list(itertools.accumulate(map(len, tokens)))[:-1]


def words_at_seam(before: str, after: str) -> float:
    """What the words on either side of a line's end say of a kicker that ends there: 0 where a word runs across it.

    before  市图书馆印发阅读推广方案 | 乡村孩子人人都有借书证
    after   more than 2: 方案 closes a kicker, and either side says what is done
    """
    text = before + after
    tokens = _cut(text)
    ends = _ends(tokens)
    if len(before) not in ends:
        return 0.0
    index = ends.index(len(before)) + 1
    return _words(_cues_at_seam(tokens, index), tokens, _tags(text), index)


def _cut(text: str) -> tuple[str, ...]:
    """The words of a text; a heading's are asked for in one way after another."""
    return _remembered_cut(text) if len(text) <= LONGEST else cut(text)


@lru_cache(maxsize=1024)
def _remembered_cut(text: str) -> tuple[str, ...]:
    return cut(text)


def _tags(text: str) -> tuple[str, ...]:
    """The tags of the words of a text."""
    return _remembered_tags(text) if len(text) <= LONGEST else tag(text)[1]


@lru_cache(maxsize=1024)
def _remembered_tags(text: str) -> tuple[str, ...]:
    return tag(text, _cut(text))[1]


def is_a_title(text: str) -> bool:
    """Whether a text is the title of a document, which is one part however long: …关于…情况的报告."""
    about = text.find("关于")
    return about >= 0 and bool(_TITLE_ENDS.search(text, about + len("关于") + _SHORTEST_MATTER))


def closes_a_kicker(text: str) -> float:
    """How much the last words of a text speak for its being a kicker: …初显成效."""
    return max(_cues_at("end", text), default=0.0)


def _seam(text: str, at: int, body: str) -> float:
    """What characters and lengths say of a seam before the character `at`."""
    before, after = text[:at], text[at:]
    if marks.open_depth(before) > 0 or after[0] in NEVER_FIRST or after[0] in "（(":
        return -float("inf")
    left, right = printed_width(before), printed_width(_bare(after))
    score = TOO_SHORT * (max(0.0, SHORTEST_KICKER - left) + max(0.0, SHORTEST_HEADLINE - right))
    score -= max(0.0, left - LONG_KICKER) / 8
    if _OBJECT.match(after) or before[-1] in "，、；,;" or after[0] == "—":
        return score - 5.0
    if before[-1] in _CLOSES_A_KICKER:
        return score + (COLON if before[-1] in "：:" else EXCLAIMED)
    if _has_pair(body, text[at - 1 : at + 1]):
        return score + IN_THE_TEXT
    return score + NEW_PAIR * (_has_pair(body, text[at - 2 : at]) or _has_pair(body, text[at : at + 2]))


def _has_pair(body: str, pair: str) -> bool:
    """Whether two Han characters stand side by side in a text; other marks that do say nothing."""
    return pair in body and _PAIR.fullmatch(pair) is not None


def _bare(text: str) -> str:
    label = marks.column_label(text)
    return text[: -len(label) - 2] if label else text


def _cues_at_seam(tokens: Sequence[str], index: int) -> float:
    """What the words on either side of a seam say by what they are."""
    before, after = "".join(tokens[max(0, index - 4) : index]), "".join(tokens[index : index + 3])
    return _last_words(before) + _first_words(after)


def _words(cues: float, tokens: Sequence[str], tags: Sequence[str], index: int) -> float:
    """What the words on either side of a seam say by what they are, and by their tags."""
    score = cues
    score += AGENT * tags[index].startswith(_AGENTS) + AGENT_FIRST * _acts(tokens[0], tags[0])
    score += BOTH_SAY * (_has_verb(tags[:index]) and _has_verb(tags[index:]))
    score += NAME_LAST * tags[index - 1].startswith("nr") + OCCASION * tokens[0].startswith(_PREPOSITIONS)
    score += OPEN_LAST * (tags[index - 1] in _OPEN_TAGS)
    score += NO_VERB * (not _has_verb(tags[index:]))
    return score


def _last_words(before: str) -> float:
    return max(_cues_at("end", before), default=0.0, key=abs)


def _first_words(after: str) -> float:
    return max(_cues_at("start", after), default=0.0, key=abs)


def _has_verb(tags: Sequence[str]) -> bool:
    return any(each.startswith("v") for each in tags)


def _cues_at(place: str, text: str) -> list[float]:
    """The weights of the words of the table that stand at the start or the end of a text, in the table's order."""
    weights, sizes = _cues(place)
    at_end = place == "end"
    found = {text[-size:] if at_end else text[:size] for size in sizes if size <= len(text)}
    return [weight for _, weight in sorted(weights[word] for word in found if word in weights)]


@cache
def _cues(place: str) -> tuple[dict[str, tuple[int, float]], tuple[int, ...]]:
    """The words for a place, each with the number of its row and its weight, and how long words are."""
    rows = [row for row in table("heading_cuts") if row["place"] == place]
    weights = {row["word"]: (number, float(row["weight"])) for number, row in enumerate(rows)}
    return weights, tuple({len(word) for word in weights})


def opens_with_a_name(text: str) -> bool:
    """Whether the first word names a place, an institution or a person: 某地开展对外援助."""
    head = text[:FIRST_WORDS]
    return bool(head) and _acts(_cut(head)[0], _tags(head)[0])


def _acts(word: str, tagged: str) -> bool:
    """Whether a word names who acts: a place, a person, an institution."""
    return tagged.startswith(_AGENTS) or (len(word) > 1 and word.endswith(words("institutions")))


def ends_with_a_name(text: str) -> bool:
    """Whether the last word names a person: …阅读推广人王健."""
    tags = _tags(text[-FIRST_WORDS:])
    return bool(tags) and tags[-1].startswith("nr")


def opens_with_an_act(text: str) -> bool:
    """Whether the first word says what is done: 加快送书下乡."""
    return _first_tag(text).startswith(("v", "ad", "d"))


def _first_tag(text: str) -> str:
    tags = _tags(text[:FIRST_WORDS])
    return tags[0] if tags else ""
