"""The weights of old print: evidence is named as the table has it, and the sums mean what they say."""

from __future__ import annotations

import itertools

import pytest

from benchmarks import train_breaks
from transforms import old_print
from transforms.breaks import line_facts
from transforms.lexicon import table
from transforms.lines import is_old_print
from transforms.page import page_lines

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
    assert all(abs(float(row["weight"])) < 10 for row in table("old_print"))


def test_a_line_end_shows_evidence_that_has_weights() -> None:
    setting = _setting(COLUMN)
    known = {row["evidence"] for row in table("old_print")}
    shown = [old_print.evidence_of_break(setting, index) for index in range(1, len(setting.facts))]
    assert all(len(set(names)) == len(names) and known & set(names) for names in shown)


def test_a_paragraph_parts_where_its_last_line_is_short_and_the_next_is_indented() -> None:
    odds = old_print.partings(_setting(COLUMN))
    assert [index for index, odd in enumerate(odds) if odd > 0] == [0, 4]


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
    parts = train_breaks.Example("one", ("always", "ends full stop"), True)
    joins = train_breaks.Example("one", ("always", "cuts a word"), False)
    weights = train_breaks.learn([parts, joins] * 20)
    assert train_breaks.odds(weights, parts) > 1 and train_breaks.odds(weights, joins) < -1


def test_training_shows_the_ends_of_keyed_paragraphs() -> None:
    row = {"id": "paper-1930-04-03-p2-09", "lines": COLUMN.rstrip(), "text": COLUMN.replace("\n", "")}
    assert not any(example.parts for example in train_breaks.examples(row))
    keyed = COLUMN.replace("\n", "").replace("落滬", "落\n滬").replace("云又", "云\n又")
    shown = train_breaks.examples(row | {"text": keyed})
    assert [at for at, example in enumerate(shown) if example.parts] == [0, 4]
    assert {example.issue for example in shown} == {"paper-1930-04-03"}
