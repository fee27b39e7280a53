"""All of the cleaning together: what goes in comes out, in its place, and twice is as good as once."""

from __future__ import annotations

import json
import unicodedata
from collections import Counter
from typing import Any

import pytest
from cleaning_cases import SEEDS, cases, dirty_texts, seed_texts
from hypothesis import given, settings
from stopwatch import seconds

from transforms.alignment import aligned, concat
from transforms.characters import fold, spell_out
from transforms.cleaning import clean, clean_line, read_line
from transforms.punctuation import widen
from transforms.script import simplify_characters

LIGATURES = {"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st"}
DOTS = set(".。．·")


@pytest.mark.parametrize("case", cases("cleaning"), ids=lambda case: case["before"])
def test_case(case: dict[str, Any]) -> None:
    assert clean(aligned(case["before"])).text == case["after"]


@pytest.mark.parametrize("name", ["spacing", "punctuation", "script"])
def test_what_a_rule_leaves_alone_the_whole_leaves_alone_twice(name: str) -> None:
    for case in cases(name):
        once = clean(aligned(case["before"]))
        assert clean(once).text == once.text, case["before"]


@settings(max_examples=300)
@given(dirty_texts)
def test_twice_is_as_good_as_once(text: str) -> None:
    once = clean(aligned(text))
    assert clean(once).text == once.text
    assert clean(once).at == once.at


@settings(max_examples=300)
@given(dirty_texts)
def test_no_character_is_lost_and_each_stands_at_its_source(text: str) -> None:
    cleaned = clean(aligned(text))
    folded = fold(text)
    assert list(cleaned.at) == sorted(cleaned.at)
    assert all(count == len(LIGATURES.get(folded[place], ".")) for place, count in Counter(cleaned.at).items())
    kept = set(cleaned.at)
    lost = [character for place, character in enumerate(folded) if place not in kept and not character.isspace()]
    assert set(lost) <= DOTS
    for character, place in zip(cleaned.text, cleaned.at):
        if folded[place] in LIGATURES:
            assert character in LIGATURES[folded[place]]
        elif not character.isalnum():
            assert not folded[place].isalnum()
        elif character.isascii() or folded[place].isascii():
            assert character == folded[place]


def test_the_letters_of_a_ligature_lead_back_to_it() -> None:
    spelled = clean(aligned("用Oﬃce办公", 7))
    assert (spelled.text, list(spelled.at)) == ("用Office办公", [7, 8, 9, 9, 9, 10, 11, 12, 13])


@given(dirty_texts)
def test_a_line_loses_nothing_but_blanks(text: str) -> None:
    line = text.replace("\n", "").replace("\r", "")
    cleaned = clean_line(aligned(line))
    assert "".join(cleaned.text.split()) == "".join(spell_out(aligned(fold(line))).text.split())
    assert clean_line(cleaned).text == cleaned.text


@given(dirty_texts)
def test_a_line_that_is_passed_over_would_not_have_been_changed(text: str) -> None:
    line = aligned(text.replace("\n", "").replace("\r", ""))
    cleaned = clean_line(line)
    assert read_line(line) == (cleaned, simplify_characters(widen(cleaned).text))


def test_the_paragraphs_of_the_seeds_come_out_as_the_gold_has_them() -> None:
    """Each paragraph of the gold, found in its page by its letters, cleaned line by line and as a whole."""
    gold = json.loads((SEEDS / "gold" / "seeds_articles.json").read_text(encoding="utf-8"))
    for page, text in zip(gold, seed_texts()):
        for article in page["articles"]:
            for paragraph in article["paragraphs"]:
                assert _cleaned_source(text, paragraph) == paragraph


def _cleaned_source(page: str, paragraph: str) -> str:
    places = [place for place, character in enumerate(page) if not character.isspace()]
    letters = "".join(map(_plain, (page[place] for place in places)))
    wanted = "".join(map(_plain, paragraph.replace(" ", "")))
    found = letters.index(wanted)
    start, end = places[found], places[found + len(wanted) - 1] + 1
    lines, at = [], start
    for line in page[start:end].split("\n"):
        lines.append(clean_line(aligned(line, at)).strip())
        at += len(line) + 1
    return clean(concat(lines)).text


def _plain(mark: str) -> str:
    return unicodedata.normalize("NFKC", mark)


@pytest.mark.parametrize("piece", ["滨州市委，", '市"政府"(二),', "滨 州 市 ", "1,", "國家發展，", "“（", "a", ". "])
def test_a_line_without_end_takes_time_in_proportion(piece: str) -> None:
    def taken(length: int) -> float:
        return seconds(lambda: clean(aligned(piece * length + "滨")))

    taken(10)
    short = min(taken(3000) for _ in range(3))
    assert taken(24_000) < 8 * 4 * short + 0.5
