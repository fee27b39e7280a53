"""Each decision is explained by what decided it: terms add up to the scores, and nothing is told twice or left out."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
from conftest import SEEDS
from hypothesis import given
from hypothesis import strategies as st
from test_old_print import COLUMN
from test_order import FIRST, SECOND, THIRD

from flows.cli import main
from flows.show import Look, columns_of, page
from flows.why import explained
from transforms import tracing
from transforms.alternatives import Decision, Reading
from transforms.blocks import Role
from transforms.decode import decode
from transforms.lexicon import table
from transforms.page import page_lines, separate
from transforms.reasons import PageReasons, explain, in_words
from transforms.tracing import UNNAMED, Score, Term, terms_of, traced

OUT_OF_ORDER = "\n\n".join((SECOND, THIRD, FIRST))
ROWS = "\n".join(" ".join(row) for row in itertools.islice(zip(SECOND.splitlines(), THIRD.splitlines()), 1))
ACROSS = "\n\n".join((FIRST, ROWS, *("\n".join(text.splitlines()[1:]) for text in (SECOND, THIRD))))
PAGES = {
    **{seed.name: seed.read_bytes() for seed in sorted(SEEDS.glob("*.txt"))},
    "out of order": OUT_OF_ORDER.encode(),
    "a row across columns": ACROSS.encode(),
    "old print": COLUMN.encode(),
    "one line": "市图书馆\n".encode(),
    "nothing": b"\n",
}


@cache
def reasons(name: str) -> PageReasons:
    return explain(PAGES[name])


def decisions(found: PageReasons) -> Iterator[Decision]:
    """All decisions on a page."""
    for line in found.lines:
        yield line.decision
        yield from (placing.decision for placing in line.placings if placing.decision)
    yield from (block.decision for block in found.blocks if block.decision)
    for article in found.articles:
        yield Decision(article.odds)
        yield from [article.heading] if article.heading else []


def readings(found: PageReasons) -> Iterator[Reading]:
    for decision in decisions(found):
        yield decision.taken
        yield from [decision.rejected] if decision.rejected else []


# --- the terms are the score ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", PAGES)
def test_terms_add_up_to_the_score_that_decided(name: str) -> None:
    for reading in readings(reasons(name)):
        assert sum(term.value for term in reading.terms) == pytest.approx(reading.score), reading.what


@pytest.mark.parametrize("name", PAGES)
def test_decisions_add_up_to_the_reading_of_the_whole_page(name: str) -> None:
    found = reasons(name)
    assert sum(line.decision.taken.score for line in found.lines) == pytest.approx(found.total)
    blocks = [block.decision.taken.score for block in found.blocks if block.decision]
    assert sum(blocks) == pytest.approx(found.total_of_blocks)


@pytest.mark.parametrize("name", PAGES)
def test_what_is_explained_is_what_the_page_was_read_as(name: str) -> None:
    lines = page_lines(decode(PAGES[name]).text)
    _, stories = separate(lines)
    found = reasons(name)
    assert [line.line for line in found.lines] == lines
    assert [article.confidence for article in found.articles] == [story.confidence for story in stories]
    owners = {start: number for number, story in enumerate(stories) for start, _ in story.spans}
    for line in found.lines:
        assert found.blocks[line.block].article == owners.get(line.line.raw.at[0]), line.line.text


@pytest.mark.parametrize("name", PAGES)
def test_no_rejected_reading_of_lines_or_blocks_was_better(name: str) -> None:
    found = reasons(name)
    decided = [line.decision for line in found.lines]
    decided += [block.decision for block in found.blocks if block.decision]
    assert min((decision.lost_by for decision in decided), default=0.0) >= -1e-9


@pytest.mark.parametrize("name", ["000_7916b8fcdf412def.txt", "a row across columns", "old print"])
def test_a_rejected_reading_lost_by_what_it_costs_the_whole_page(name: str) -> None:
    """The page is read anew with the role of one line forbidden; what its score falls by is what was said."""
    calls: list[tuple[list[Any], tuple[float, list[Role]]]] = []

    def best_roles(call: Any, *arguments: Any) -> Any:
        calls.append((list(arguments), call(*arguments)))
        return calls[-1][1]

    rules = traced({"blocks._best_roles": best_roles, "blocks._waiting": lambda *_: set()})
    rules.page.separate(rules.page.page_lines(decode(PAGES[name]).text))
    (found, enters, ends), (total, roles) = max(calls, key=lambda call: call[1][0])
    for index, line in enumerate(reasons(name).lines[:60]):
        forbidden = [list(map(float, each)) for each in enters]
        forbidden[index][roles[index]] = -2e9
        if line.decision.rejected:
            other, _ = tracing.blocks._best_roles(found, forbidden, ends)
            assert total - other == pytest.approx(line.decision.lost_by, abs=1e-5), line.line.text


# --- nothing is left out --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", PAGES)
def test_each_line_that_is_not_blank_is_explained_once(name: str) -> None:
    text = decode(PAGES[name]).text
    places = [at for line in reasons(name).lines for at in line.line.raw.at if not text[at].isspace()]
    assert len(places) == len(set(places))
    assert set(places) == {at for at, character in enumerate(text) if not character.isspace()}
    printed = {number for line in reasons(name).lines for number in range(line.numbers[0], line.numbers[1] + 1)}
    assert printed >= {number for number, line in enumerate(text.split("\n"), 1) if line.strip()}


@pytest.mark.parametrize("name", PAGES)
def test_each_weight_that_counts_is_named(name: str) -> None:
    names = {term.name for reading in readings(reasons(name)) for term in reading.terms}
    assert UNNAMED not in names


@pytest.mark.parametrize("name", [name for name in PAGES if name != "old print"])
def test_each_weight_that_counts_has_words(name: str) -> None:
    names = {term.name for reading in readings(reasons(name)) for term in reading.terms}
    assert names <= {row["weight"] for row in table("reasons")}


def test_each_sign_of_confidence_has_words() -> None:
    assert {f"confidence.{row['sign']}" for row in table("confidence")} <= {row["weight"] for row in table("reasons")}


def test_words_are_of_weights_that_there_are() -> None:
    rows = table("reasons")
    assert len({row["weight"] for row in rows}) == len(rows)
    learned = {f"old_print.{row['evidence']}" for row in table("old_print")}
    learned |= {f"confidence.{row['sign']}" for row in table("confidence")}
    modules = {module.__name__.rpartition(".")[2]: vars(module) for module in tracing.MODULES}
    for row in rows:
        module, _, name = row["weight"].partition(".")
        assert row["weight"] in learned or name in modules[module], row["weight"]
        assert row["words"].strip()


def test_a_weight_without_words_keeps_its_name() -> None:
    assert in_words(Term("breaks.SOME_NEW_WEIGHT", 1.0)) == "some new weight"
    assert in_words(Term("old_print.before full", 1.0)) == "before full"
    assert in_words(Term("breaks.GAP_JOINS", -0.7)) == "a blank line"


# --- what is said ---------------------------------------------------------------------------------------------------


def test_a_break_inside_a_word_is_told_by_the_word() -> None:
    (line,) = [line for line in reasons("001_ad3d549c36c3d700.txt").lines if line.numbers == (10, 10)]
    assert line.role == "goes on"
    assert (line.decision.taken.what, line.decision.rejected and line.decision.rejected.what) == (
        "join",
        "new paragraph",
    )
    assert [term.name for term in line.decision.taken.terms] == ["breaks.WORD_CUT", "breaks.MOST_WORDS"]
    assert line.decision.lost_by > 5


def test_a_moved_piece_is_said_with_its_evidence() -> None:
    moved = [(line, placing) for line in reasons("out of order").lines for placing in line.placings if placing.decision]
    assert [line.line.text for line, _ in moved] == [SECOND.splitlines()[0]]
    ((_, placing),) = moved
    assert placing.what == "moved here, behind line 17"
    assert placing.decision and placing.decision.taken.what == placing.what
    assert "order.UNFINISHED" in {term.name for term in placing.decision.taken.terms}


def test_a_row_that_was_cut_is_said() -> None:
    said = [placing.what for line in reasons("a row across columns").lines for placing in line.placings]
    for number in (1, 2):
        assert f"piece {number} of 2 of a row read across columns of 18 em" in said


@pytest.mark.parametrize("name", ["old print", "one line", "nothing", *PAGES][:5])
def test_a_page_in_order_has_no_placings(name: str) -> None:
    kinds = ("moved", "piece")
    assert [p for line in reasons(name).lines for p in line.placings if p.what.startswith(kinds)] == []


def test_parts_of_a_heading_are_told() -> None:
    found = reasons("001_ad3d549c36c3d700.txt")
    parts = {block.part for block in found.blocks if block.article == 2}
    assert parts == {"kicker", "headline", "body"}
    assert {block.kind for block in found.blocks if block.article is None} <= {"furniture", "heading"}
    heading = found.articles[2].heading
    assert heading and heading.rejected and heading.taken.what.startswith("kicker 市图书馆")


# --- numbers that remember ------------------------------------------------------------------------------------------


@given(st.lists(st.tuples(st.sampled_from("+-*/n"), st.floats(-9, 9), st.booleans()), max_size=12))
def test_scores_are_the_floats_they_stand_for(steps: list[tuple[str, float, bool]]) -> None:
    plain, score = 1.5, Score(1.5, "start")
    for sign, number, is_weight in steps:
        other = Score(number, f"weight {number}") if is_weight else number
        if sign == "+":
            plain, score = plain + number, score + other
        elif sign == "-":
            plain, score = number - plain, other - score
        elif sign == "*":
            plain, score = number * plain, number * score
        elif sign == "/" and abs(number) > 0.1:
            plain, score = plain / number, score / number
        elif sign == "n":
            plain, score = -plain, -score
    assert float(score) == plain
    assert sum(term.value for term in terms_of(score)) == pytest.approx(plain, abs=1e-6 * max(1.0, abs(plain)) + 1e-6)


def test_a_product_is_named_by_its_weight() -> None:
    assert terms_of(Score(-0.8, "WIDTH_STEP") * Score(3.0, "WIDEST")) == (Term("WIDTH_STEP", -0.8 * 3.0),)
    assert terms_of(2 * Score(1.0, "LABELLED") + 0.0) == (Term("LABELLED", 2.0),)
    assert terms_of(Score(1.0, "ONE") + 0.5) == (Term("ONE", 1.0), Term(UNNAMED, 0.5))


# --- as it is printed -----------------------------------------------------------------------------------------------


def test_why_is_printed_for_a_page(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "90")
    seed = SEEDS / "001_ad3d549c36c3d700.txt"
    assert main(["show", "--why", str(seed)]) == 0
    printed = capsys.readouterr().out
    assert "\x1b" not in printed
    numbers = [line.split()[0] for line in printed.splitlines() if line[:6].strip().isdigit()]
    lines = seed.read_text(encoding="utf-8").split("\n")
    assert sorted(map(int, numbers)) == [number for number, line in enumerate(lines, 1) if line.strip()]
    for said in ("a word stands across the break +1.50", "kicker of article 3", "confidence", "else new paragraph"):
        assert said in printed


def test_why_keeps_to_the_width() -> None:
    seed = str(SEEDS / "000_7916b8fcdf412def.txt")
    lines = list(explained(page(seed, None), seed, Look(width=70)))
    assert max(map(columns_of, lines)) <= 70 + 2  # a mark that may not open a line hangs over
    assert not any("\x1b" in line for line in lines)
    assert any("\x1b[1m" in line for line in explained(page(seed, None), seed, Look(width=70, colour=True)))


def test_why_takes_a_glob_of_one_page(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["show", "--why", str(SEEDS / "000_*.txt")]) == 0
    assert "new paragraph" in capsys.readouterr().out


def test_why_of_what_is_no_page(capsys: pytest.CaptureFixture[str], tmp_path: Any) -> None:
    (tmp_path / "empty.txt").touch()
    assert main(["show", "--why", str(tmp_path / "empty.txt")]) == 1
    assert "quarantined" in capsys.readouterr().out
    assert main(["show", "--why", str(tmp_path / "missing.txt")]) == 2
