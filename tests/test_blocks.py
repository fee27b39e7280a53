"""Which line ends join and which end a paragraph; the seeds' own articles set anew in columns of many widths."""

from __future__ import annotations

import random

import pytest
from page_cases import Case, cases, check, one_sided
from page_checks import read
from page_setting import Told, seed_articles, set_column, set_paragraph

from transforms import blocks, breaks
from transforms.page import page_lines

ARTICLES = [told for told in seed_articles() if told.headline]
MEASURES = (12, 13, 14, 15, 16, 17, 18, 20, 22, 24)
ERRORS = 0.02  # of the paragraphs set, so many may come back cut or joined: a full last line can't be told from a break


@pytest.mark.parametrize("case", cases("blocks"))
def test_page_becomes(case: Case) -> None:
    check(case)


def test_each_rule_has_a_page_where_it_fires_and_one_where_it_must_not() -> None:
    assert one_sided("blocks") == []


def _came_back(told: Told, page: str) -> int:
    found = {paragraph for article in read(page).articles for paragraph in article.text.split("\n")}
    return sum(paragraph in found for paragraph in told.paragraphs)


@pytest.mark.parametrize("between", ["\n", "\n\n"], ids=["no blank line", "blank lines"])
def test_paragraphs_of_the_seeds_come_back_from_columns_of_any_width(between: str) -> None:
    came_back = of = 0
    for told in ARTICLES:
        for measure in MEASURES:
            column = between.join("\n".join(set_paragraph(paragraph, measure)) for paragraph in told.paragraphs)
            came_back += _came_back(told, f"{told.headline}\n\n{column}\n")
            of += len(told.paragraphs)
    assert came_back >= (1 - ERRORS) * of


def test_nothing_but_line_ends_is_lost_when_a_seed_is_set_anew() -> None:
    for told in ARTICLES:
        document = read(f"{told.headline}\n\n{set_column(told.paragraphs)}\n")
        assert document.n_chars == sum(len("".join(text.split())) for text in (told.headline or "", *told.paragraphs))


def test_the_ways_of_plain_lines_are_weighed_as_all_ways_are() -> None:
    """Written out or one after the other: the same sums, and of equal ways the same."""
    chance = random.Random(0)
    for _ in range(2000):
        numbers = [float(chance.randrange(-3, 3)) for _ in range(18)]
        given, before, enters = blocks.Scores(*numbers[:8]), [*numbers[8:12], -1e9, -1e9], [*numbers[12:16], -1e9, -1e9]
        steps = blocks.Steps(blocks.PLAIN_WAYS, given)
        assert blocks._advance_plainly(before, steps, enters) == blocks._advance_by_ways(before, steps, enters)


def test_a_page_is_read_as_if_all_words_were_asked() -> None:
    """Most breaks are never asked what words say; pages torn and mixed at random are read as if each were."""
    chance = random.Random(1)
    printed = [line for told in ARTICLES for text in told.paragraphs for line in set_paragraph(text, 15)]
    headlines = [told.headline for told in ARTICLES if told.headline]
    for number in range(60):
        page = [chance.choice(headlines if chance.random() < 0.1 else printed) for _ in range(10 + 4 * number)]
        lines = page_lines("\n".join(line + "\n" * chance.choice((0, 0, 0, number % 2)) for line in page))
        facts, habits, indents = breaks.line_facts(lines), breaks.read_habits(lines), blocks._indents(lines)
        asked = blocks._page(facts, habits)
        assert len(asked.waiting) > len(asked.found) / 2
        blocks._ask(asked, list(asked.waiting))
        plain = [
            blocks._best_roles(
                [blocks._steps(asked, at, indent) for at in range(len(asked.found))],
                asked.enters,
                blocks._ends(asked, indent),
            )
            for indent in indents
        ]
        found = blocks._readings(facts, habits, indents)
        assert [roles for _, roles in found] == [roles for _, roles in plain]
        assert max(found)[1] == max(plain)[1]
