"""The weights of old print: evidence is named as the table has it, and the sums mean what they say."""

from __future__ import annotations

import itertools

import pytest

from benchmarks import train_breaks
from benchmarks.scoring import letters
from transforms import old_print
from transforms.blocks import Block, read_blocks
from transforms.breaks import line_facts
from transforms.headings import read_heading
from transforms.lexicon import table
from transforms.lines import is_old_print
from transforms.page import page_lines
from transforms.script import simplify_characters

COLUMN = """夜市冷落
滬上各商店、因
時局不靖、昨日起
提早打烊、夜市頓
見冷落云
又據公會中人談
、此次提早打烊、
係各業自動議决
"""


def _setting(text: str) -> old_print.Setting:
    return old_print.read_setting(line_facts(page_lines(text)))


def test_each_weight_is_of_evidence_that_is_named_once() -> None:
    names = [row["evidence"] for row in table("old_print")]
    assert len(names) == len(set(names)) > 100
    assert all(abs(float(row[way])) < 10 for row in table("old_print") for way in old_print.Ways._fields)


def test_a_line_end_shows_evidence_that_has_weights() -> None:
    setting = _setting(COLUMN)
    known = {row["evidence"] for row in table("old_print")}
    shown = [old_print.evidence_of_break(setting, index) for index in range(1, len(setting.facts))]
    assert all(len(set(names)) == len(names) and known & set(names) for names in shown)


def test_a_paragraph_parts_where_its_last_line_is_short_and_the_next_is_indented() -> None:
    blocks = read_blocks(page_lines(COLUMN))
    assert [(block.kind, len(block.lines)) for block in blocks] == [("heading", 1), ("paragraph", 4), ("paragraph", 3)]
    ways = old_print.partings(_setting(COLUMN))
    assert ways[0].heading_text > max(ways[0].heading_goes_on, ways[0].heading_heading)
    parts = [way.text_text - way.text_goes_on for way in ways]
    assert max(range(1, len(parts)), key=parts.__getitem__) == 4


def test_odds_are_told_for_each_line_but_the_first() -> None:
    for n_lines in range(1, 5):
        text = "\n".join(itertools.islice(COLUMN.split("\n"), n_lines))
        assert len(old_print.partings(_setting(text))) == n_lines - 1
    assert old_print.partings(_setting("")) == []


@pytest.mark.parametrize(
    ("text", "is_old"),
    [
        ("據華方報吿稱、華軍反攻某地、迭奏奇勛、除某城已再度克復外、均無變化", True),
        ("据华方报告称，华军反攻某地，迭奏奇勋，除某城已再度克复外，均无变化", False),
        ("據華方報吿稱、華軍於24日反攻某地、迭奏奇勛、除某城已再度克復外", False),
        ("據華方報吿", False),
    ],
    ids=["traditional", "simplified", "Arabic numerals", "too short to tell"],
)
def test_old_print_is_traditional_with_chinese_numerals(text: str, is_old: bool) -> None:
    assert is_old_print(page_lines(text)) is is_old


def test_training_tells_what_parts_from_what_joins() -> None:
    text, inner = train_breaks.State.TEXT, train_breaks.State.TEXT_INNER
    shown = (("always", "cuts a word"), ("always", "ends full stop"), ("always", "cuts a word"))
    weights = train_breaks.learn([train_breaks.Column(shown, (text, inner, text, inner))] * 20)
    parts = old_print.added([weights["always"], weights["ends full stop"]])
    joins = old_print.added([weights["always"], weights["cuts a word"], weights[old_print.OPENED]])
    assert parts.text_text - parts.text_goes_on > 1 and joins.text_goes_on - joins.text_text > 1


def test_training_shows_the_keyed_headings_and_paragraphs() -> None:
    heading, text, inner = train_breaks.State.HEADING, train_breaks.State.TEXT, train_breaks.State.TEXT_INNER
    row = {"id": "paper-1930-04-03-p2-09", "lines": COLUMN.rstrip(), "text": COLUMN.replace("\n", "")}
    assert train_breaks.column(row).states == (text, *[inner] * 7)
    keyed = COLUMN.replace("\n", "").replace("落滬", "落\n滬").replace("云又", "云\n又")
    column = train_breaks.column(row | {"text": keyed})
    assert column.states == (heading, text, *[inner] * 3, text, *[inner] * 2)
    assert len(column.evidence) == len(column.states) - 1


def test_what_is_published_is_scored_with_the_weights_at_hand() -> None:
    keyed = COLUMN.replace("\n", "").replace("落滬", "落\n滬").replace("云又", "云\n又")
    row = {"id": "paper-1930-04-03-p2-09", "lines": COLUMN.rstrip(), "text": keyed}
    cut = train_breaks.paragraphs(row, old_print.weights())
    assert [letters(paragraph) for paragraph in cut] == [letters(paragraph) for paragraph in keyed.split("\n")]
    joined = train_breaks.paragraphs(row, {"always": old_print.Ways(text_goes_on=50.0)})
    assert [letters(paragraph) for paragraph in joined] == [letters(keyed)]


def test_a_heading_keeps_what_was_printed_as_lines_of_their_own() -> None:
    texts = ["夜市冷落", "各商店提早打烊", "公會中人之談話", "二三日後可望復常"]
    lines = page_lines("\n".join([*texts, *COLUMN.splitlines()[1:]]))
    heading = read_heading([Block("heading", (line,), whole=True) for line in lines[: len(texts)]])
    parts = [part for part in (heading.kicker, heading.headline, heading.subheadline) if part]
    printed = [each.text for part in parts for each in heading.printed(part)]
    assert printed == list(map(simplify_characters, texts)) and len(parts) < len(printed)
