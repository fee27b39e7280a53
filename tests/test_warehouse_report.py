"""The corpus report: its numbers beside independently counted ones, and that no text gets out of its cell."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import unicodedata
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, replace
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pygal.etree
import pytest
from conftest import SEEDS, Banmian
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token
from report_samples import HOSTILE, daily_pages, hostile, hostile_pages
from warehouse_samples import Story, in_order, page, publish, quarantined

from transforms.document import Document
from warehouse import report, reports, schema
from warehouse.corpus import Corpus, open_corpus
from warehouse.errors import NoWarehouse, PublicationFailed
from warehouse.report import facts, markdown, measure, plots
from warehouse.report import page as html_page
from warehouse.report.facts import Counted, Facts, Spread, Tally, Timeline
from warehouse.report.sections import Table
from warehouse.report.shown import HIDDEN, Form, show, visible

ELEMENTS = {
    "html", "head", "meta", "title", "link", "style", "body", "div", "header", "p", "span", "h1", "h2", "h3", "main",
    "ul", "ol", "li", "strong", "b", "nav", "a", "section", "table", "thead", "tbody", "tr", "th", "td", "bdi",
    "footer", "svg", "g", "path", "rect", "text",
}  # fmt: skip


@pytest.fixture(scope="module")
def daily(tmp_path_factory: pytest.TempPathFactory) -> tuple[Corpus, Corpus]:
    """A warehouse of two snapshots, the first and the second."""
    root = tmp_path_factory.mktemp("daily")
    publish(root, {"0": daily_pages(20), "1": []}, checked=False)
    first = open_corpus(root)
    documents = daily_pages(60)
    publish(root, {"0": documents[::2], "1": documents[1::2]}, checked=False)
    return first, open_corpus(root)


@pytest.fixture(scope="module")
def seeds(tmp_path_factory: pytest.TempPathFactory, environment: dict[str, str]) -> Corpus:
    root = tmp_path_factory.mktemp("seeds")
    build = [Path(sys.executable).with_name("banmian"), "build", SEEDS, "--inline", "--warehouse", root]
    subprocess.run(build, env=environment, check=True, capture_output=True)
    return open_corpus(root)


@pytest.fixture(scope="module")
def attacked(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    return hostile(tmp_path_factory.mktemp("hostile"))


# --- the numbers ------------------------------------------------------------------------------------------------------


def frames(corpus: Corpus) -> dict[str, pd.DataFrame]:
    return {name: corpus.table(name).to_pandas() for name in schema.BY_NAME}


def is_blank(character: str) -> bool:
    return unicodedata.category(character) in ("Zs", "Zl", "Zp", "Cc", "Cf")


def not_blank(text: str) -> int:
    return sum(not is_blank(character) for character in text)


def tallied(values: Iterable[Any]) -> Tally:
    counts = Counter(None if pd.isna(value) else value for value in values)
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0] is None, str(item[0])))
    top = tuple(Counted(value, count) for value, count in ranked[: facts.SHOWN])
    return Tally(sum(counts.values()), len(counts), top)


def spread(numbers: Iterable[int]) -> Spread:
    array = np.array(list(numbers))
    quantiles = np.quantile(array, [0.5, 0.95], method="inverted_cdf")
    return Spread(len(array), int(array.min()), *(int(number) for number in quantiles), int(array.max()))


def check_numbers(corpus: Corpus, found: Facts) -> None:
    tables = frames(corpus)
    check_counts(tables, found)
    check_coverage(tables["document"], found.coverage)
    check_text(tables, found.text)
    check_figures(tables["figure"], found.figures)
    check_cases(tables, found.cases)


def check_counts(tables: dict[str, pd.DataFrame], found: Facts) -> None:
    document, article, figure = tables["document"], tables["article"], tables["figure"]
    now = {name: count.now for name, count in found.counts.items()}
    assert now == {
        "pages": len(document),
        **{f"pages.{status}": int((document.status == status).sum()) for status in schema.STATUSES},
        "articles": len(article),
        **{f"articles.{kind}": int((article.kind == kind).sum()) for kind in schema.ARTICLE_KINDS},
        "sentences": len(tables["sentence"]),
        "characters": int(document.n_chars.sum()),
        "figures": int((~figure.is_label).sum()),
        "figures.labels": int(figure.is_label.sum()),
        "figures.doubtful": int(figure.doubtful.sum()),
        "residue.stretches": len(tables["residue"]),
        "residue.characters": sum(map(not_blank, tables["residue"].text)),
        "bytes": found.snapshot.bytes,
    }


def check_coverage(document: pd.DataFrame, found: facts.Coverage) -> None:
    assert found.publications == tallied(document.publication)
    assert found.scripts == tallied(document.script)
    assert found.encodings == tallied(document.encoding)
    assert found.headline_positions == tallied(document.headline_position)
    months = Counter(f"{day:%Y-%m}" for day in document.issue_date.dropna())
    assert {bar.value: bar.count for bar in found.issues.bars if bar.count} == months
    assert found.issues.undated == document.issue_date.isna().sum()


def check_text(tables: dict[str, pd.DataFrame], found: facts.Text) -> None:
    article, sentence, residue = tables["article"], tables["sentence"], tables["residue"]
    body = sentence[sentence.role.isin(["body", "crosshead"])]
    lengths = body.text.str.len()
    taken = body.raw_end - body.raw_start - lengths
    paragraphs = [text.split("\n") if text else [] for text in article.text]
    left_over = sum(map(not_blank, residue.text))
    assert found.in_residue == left_over
    assert found.in_articles == tables["document"].n_chars.sum() - left_over
    assert found.paragraphs_of_article == spread(map(len, paragraphs))
    assert found.sentences_of_article == spread(article.n_sentences)
    assert found.characters_of_article == spread(article.text.str.len())
    assert found.characters_of_paragraph == spread(len(text) for texts in paragraphs for text in texts)
    assert found.characters_of_sentence == spread(lengths)
    assert found.sentences_of_bodies == len(body)
    assert found.mended_sentences == (taken > 0).sum()
    assert found.mended_characters == taken[taken > 0].sum()
    edges = [-np.inf, -1, 0, 1, 2, 3, 10, 100, np.inf]
    assert [item.count for item in found.mended] == pd.cut(taken, edges).value_counts(sort=False).tolist()
    edges = [0, *range(10, 101, 10), np.inf]
    assert [item.count for item in found.sentence_lengths] == pd.cut(lengths, edges).value_counts(sort=False).tolist()
    confidence = article.confidence.astype(float).round(4)
    assert found.confidence == pytest.approx(confidence.mean(), abs=0.0006)
    bins = np.histogram(confidence, np.array([0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0]))[0]
    assert [item.count for item in found.confidences] == bins.tolist()
    assert found.roles == tallied(sentence.role)
    reasons = {item.reason: (item.stretches, item.characters) for item in found.residue}
    sizes = residue.text.map(not_blank)
    assert reasons == {
        reason: (len(group), int(sizes[group.index].sum())) for reason, group in residue.groupby("reason")
    }


def check_figures(figure: pd.DataFrame, found: facts.Figures) -> None:
    said = figure[~figure.is_label]
    assert (found.total, found.labels, found.doubtful) == (len(said), figure.is_label.sum(), figure.doubtful.sum())
    kinds = {item.kind: (item.figures, item.labels) for item in found.by_kind}
    assert kinds == {
        kind: (int((~group.is_label).sum()), int(group.is_label.sum())) for kind, group in figure.groupby("kind")
    }
    assert found.units == tallied(said.unit)
    assert found.comparators == tallied(said.comparator)
    assert found.directions == tallied(said.direction)
    years = Counter(day.year for day in said.date_start.combine_first(said.period_start).dropna())
    shown = {int(bar.value or 0): bar.count for bar in found.years.bars}
    assert {year: count for year, count in shown.items() if count} == {y: n for y, n in years.items() if y in shown}
    assert found.years.earlier == sum(count for year, count in years.items() if year < min(shown))
    assert found.years.later == sum(count for year, count in years.items() if year > max(shown))
    assert found.years.undated == len(said) - sum(years.values())
    sound = said[~said.doubtful & said.value.notna()]
    check_amounts(sound[sound.kind == "money"], "unit", found.money)
    check_amounts(sound[(sound.kind == "percent") & (sound.unit == "%")], "direction", found.percent)


def check_amounts(figure: pd.DataFrame, column: str, found: tuple[facts.Amounts, ...]) -> None:
    groups = {None if pd.isna(name) else name: rows.value for name, rows in figure.groupby(column, dropna=False)}
    assert {item.value: item.count for item in found} == {name: len(values) for name, values in groups.items()}
    for item in found:
        quantiles = np.quantile(groups[item.value], [0.5, 0.95], method="inverted_cdf")
        assert [item.median, item.p95] == quantiles.tolist()


def check_cases(tables: dict[str, pd.DataFrame], found: facts.Cases) -> None:
    document, article = tables["document"].set_index("document_id"), tables["article"]
    left_over = tables["residue"].assign(n=tables["residue"].text.map(not_blank)).groupby("document_id").n.sum()
    shares = (left_over / document.n_chars).dropna()
    length = article.text.str.len()
    confidence = article.confidence.astype(float).round(4)
    assert found.troubled.total == (document.status != "ok").sum()
    assert found.left_over.total == (shares >= facts.LEFT_OVER).sum()
    assert found.unsure.total == (confidence < facts.UNSURE).sum()
    assert found.untitled.total == (article.headline.isna() & (article.kind != "brief")).sum()
    assert found.long.total == (length > facts.LONG).sum()
    assert found.short.total == (length < facts.SHORT).sum()
    assert found.doubtful.total == tables["figure"].doubtful.sum()
    for cases in (found.troubled, found.left_over):
        assert len(cases.first) == min(cases.total, facts.SHOWN)
        for case in cases.first:
            row = document.loc[case.document_id]
            assert (case.source_path, case.status, case.n_chars) == (row.source_path, row.status, row.n_chars)
            assert case.in_residue == left_over.get(case.document_id, 0)
    worst = sorted(shares, reverse=True)[: len(found.left_over.first)]
    assert [case.in_residue / case.n_chars for case in found.left_over.first] == worst
    assert [case.confidence for case in found.unsure.first] == sorted(confidence)[: len(found.unsure.first)]
    check_article_cases(tables, found)
    check_figure_cases(tables, found.doubtful)


def check_article_cases(tables: dict[str, pd.DataFrame], found: facts.Cases) -> None:
    articles = tables["article"].merge(tables["document"], on="document_id").set_index("article_id")
    for cases in (found.unsure, found.untitled, found.long, found.short):
        assert len(cases.first) == min(cases.total, facts.SHOWN)
        for case in cases.first:
            row = articles.loc[case.article_id]
            headline = None if pd.isna(row.headline) else row.headline[: facts.CUT]
            assert (case.source_path, case.kind, case.headline) == (row.source_path, row.kind, headline)
            assert case.characters == len(row.text)
            starts, ends = zip(*((span["start"], span["end"]) for span in row.raw_spans), strict=True)
            assert (case.raw_start, case.raw_end) == (min(starts), max(ends))


def check_figure_cases(tables: dict[str, pd.DataFrame], found: facts.Doubtful) -> None:
    figures, sentences = tables["figure"].set_index("figure_id"), tables["sentence"].set_index("sentence_id")
    articles = tables["article"].merge(tables["document"], on="document_id").set_index("article_id")
    assert len(found.first) == min(found.total, facts.SHOWN)
    for case in found.first:
        row = figures.loc[case.figure_id]
        assert row.doubtful
        assert case.source_path == articles.loc[row.article_id].source_path
        assert case.sentence == sentences.loc[row.sentence_id].text[: facts.CUT]
        assert (case.surface, case.raw_start, case.raw_end) == (row.surface[: facts.CUT], row.raw_start, row.raw_end)


def test_the_numbers_of_a_sample_are_those_that_pandas_counts(daily: tuple[Corpus, Corpus]) -> None:
    first, second = daily
    found = measure.measure(second, first)
    check_numbers(second, found)
    assert len(found.text.residue) > 0 and found.cases.doubtful.total > facts.SHOWN  # the sample has something to count
    assert found.figures.years.earlier and found.figures.years.later
    assert len(found.figures.percent) == 3


def test_the_numbers_of_hostile_texts_are_those_that_pandas_counts(attacked: Corpus) -> None:
    found = measure.measure(attacked)
    check_numbers(attacked, found)
    assert found.cases.long.total == 2
    assert 0 < found.cases.untitled.total < len(HOSTILE)


@pytest.mark.slow
def test_the_numbers_of_the_seeds_are_those_that_pandas_counts(seeds: Corpus) -> None:
    found = measure.measure(seeds)
    check_numbers(seeds, found)
    assert found.text.mended_sentences > 50


def test_counts_stand_beside_those_of_the_previous_snapshot(daily: tuple[Corpus, Corpus]) -> None:
    first, second = daily
    found, before = measure.measure(second, first), measure.measure(first)
    assert {name: count.before for name, count in found.counts.items()} == {
        name: count.now for name, count in before.counts.items()
    }
    old = {source.path: source.sha256 for source in first.manifest.sources}
    new = {source.path: source.sha256 for source in second.manifest.sources}
    assert found.sources == facts.Sources(
        added=len(new.keys() - old.keys()), removed=0, changed=0, same=len(new.keys() & old.keys())
    )
    assert found.previous is not None and found.previous.id == 1


def test_changed_and_removed_pages_are_counted(tmp_path: Path) -> None:
    kept, lost, other = page("a.txt"), page("b.txt"), page("c.txt")
    publish(tmp_path, {"0": in_order([kept, lost, other])}, checked=False)
    first = open_corpus(tmp_path)
    publish(tmp_path, {"0": in_order([kept, replace(other, sha256="0" * 64), page("d.txt")])}, checked=False)
    found = measure.measure(open_corpus(tmp_path), first)
    assert found.sources == facts.Sources(added=1, removed=1, changed=1, same=1)


def test_a_previous_snapshot_that_lost_a_table_gives_what_its_manifest_knows(tmp_path: Path) -> None:
    publish(tmp_path, {"0": [page("a.txt")]}, checked=False)
    first = open_corpus(tmp_path)
    publish(tmp_path, {"0": [page("b.txt")]}, checked=False)
    first.figures.files[0].unlink()
    counts = measure.measure(open_corpus(tmp_path), first).counts
    assert counts["sentences"].before == 4
    assert counts["figures"].before is None and counts["figures"].now == 3


def test_a_snapshot_that_lost_a_table_is_told(tmp_path: Path) -> None:
    publish(tmp_path, {"0": [page("a.txt")]}, checked=False)
    corpus = open_corpus(tmp_path)
    corpus.figures.files[0].write_bytes(b"no parquet")
    with pytest.raises(NoWarehouse, match="can't be read"):
        report.write(corpus, tmp_path)
    assert not (tmp_path / reports.REPORTS).exists()


# --- timelines, shown values ------------------------------------------------------------------------------------------

STEPS = st.dictionaries(st.integers(-5_000_000, 5_000_000) | st.integers(1900, 2050), st.integers(1, 1000), max_size=80)


@given(STEPS)
def test_a_timeline_loses_no_row(counts: dict[int, int]) -> None:
    line = measure.timeline("year", counts, 7)
    years = [int(bar.value or "") for bar in line.bars]
    assert years == list(range(years[0], years[0] + len(years))) if years else not counts
    assert len(line.bars) <= facts.BARS
    assert sum(bar.count for bar in line.bars) + line.earlier + line.later == sum(counts.values())
    assert not line.bars or (line.bars[0].count and line.bars[-1].count)
    held = sum(bar.count for bar in line.bars)
    assert all(sum(n for year, n in counts.items() if start <= year < start + facts.BARS) <= held for start in counts)


def test_months_are_counted_while_they_fit_and_years_after(tmp_path: Path) -> None:
    found = {}
    for name, last in (("short", "2024-11-20"), ("long", "2030-01-01")):
        days = [pd.Timestamp(day).date() for day in ("2024-09-30", "2024-11-01", last)]
        publish(
            tmp_path / name,
            {"0": in_order(page(f"{n}.txt", issue_date=day) for n, day in enumerate(days))},
            checked=False,
        )
        found[name] = measure.measure(open_corpus(tmp_path / name)).coverage.issues
    assert found["short"] == Timeline(
        "month", (Counted("2024-09", 1), Counted("2024-10", 0), Counted("2024-11", 2)), 0, 0, 0
    )
    assert [(bar.value, bar.count) for bar in found["long"].bars][::6] == [("2024", 2), ("2030", 1)]


@pytest.mark.parametrize(
    ("value", "form", "shown"),
    [
        (1234567, Form.COUNT, "1,234,567"),
        (12, Form.CHANGE, "+12"),
        (-1234, Form.CHANGE, "−1,234"),
        (0, Form.CHANGE, "0"),
        (0.1234, Form.SHARE, "12.3 %"),
        (3.72, Form.AMOUNT, "3.72"),
        (1e11, Form.AMOUNT, "100,000,000,000"),
        (0.0, Form.AMOUNT, "0"),
        (1e300, Form.AMOUNT, "1e+300"),
        (None, Form.COUNT, "–"),
        (None, Form.TEXT, "–"),
        ("头\u202e条\n", Form.TEXT, "头⟨U+202E⟩条↵"),
        ("字" * 81, Form.TEXT, "字" * 80 + "…"),
        ("字" * 80, Form.TEXT, "字" * 80),
        ("a/" * 50 + "b.txt", Form.PATH, "…" + ("a/" * 50 + "b.txt")[-60:]),
        ("\x00" * 100, Form.TEXT, "⟨U+0000⟩" * 10 + "…"),
        ("0" * 64, Form.ID, "0" * 64),
        ("e\u0301\u0301\u0301", Form.TEXT, "e\u0301\u0301⟨U+0301⟩"),
        ("\u0338x", Form.TEXT, "⟨U+0338⟩x"),
    ],
)
def test_values_are_shown(value: Any, form: Form, shown: str) -> None:
    assert show(value, form) == shown


@given(st.text())
def test_what_is_visible_hides_nothing(text: str) -> None:
    shown = visible(text)
    assert not [character for character in shown if unicodedata.category(character) in HIDDEN]
    assert not shown or unicodedata.category(shown[0]) not in ("Mn", "Me")


@given(st.integers(1, 10**12))
def test_ticks_are_round_and_reach_the_highest(most: int) -> None:
    ticks = plots._ticks(most)
    assert ticks[0] == 0 and ticks[-2] < most <= ticks[-1]
    assert len(ticks) <= 7
    assert len({high - low for low, high in pairwise(ticks)}) == 1


# --- nothing gets out of its cell -------------------------------------------------------------------------------------


class Elements(HTMLParser):
    """The elements of a page, its attributes, and the texts of its cells."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.cells: list[str] = []
        self.declarations: list[str] = []
        self.inside = False
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]
        if tag == "bdi":
            self.inside = True
            self.cells.append("")

    def handle_endtag(self, tag: str) -> None:
        self.tags.append(f"/{tag}")
        self.inside = self.inside and tag != "bdi"

    def handle_data(self, data: str) -> None:
        if self.inside:
            self.cells[-1] += data

    def handle_comment(self, data: str) -> None:
        self.declarations.append(data)

    def handle_pi(self, data: str) -> None:
        self.declarations.append(data)

    def unknown_decl(self, data: str) -> None:
        self.declarations.append(data)


def harmless(number: int, text: str) -> str:
    """A text of Chinese characters with the digits and the blanks of `text`, unlike those of other numbers."""
    word = chr(0x5000 + number)
    return "".join(c if c.isdigit() or c == "\t" else " " if is_blank(c) else word for c in text)


@pytest.fixture(scope="module")
def twin(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    """The hostile corpus with harmless texts in all the same places."""
    return hostile(tmp_path_factory.mktemp("twin"), [harmless(*pair) for pair in enumerate(HOSTILE)])


def test_no_element_of_the_page_comes_from_a_text(attacked: Corpus, twin: Corpus) -> None:
    pages = [html_page.render(measure.measure(corpus)) for corpus in (attacked, twin)]
    found, expected = map(Elements, pages)
    assert found.tags == expected.tags
    assert {tag for tag in found.tags if not tag.startswith("/")} <= ELEMENTS
    assert [name for name, _ in found.attributes] == [name for name, _ in expected.attributes]
    assert found.declarations == []


def test_the_page_has_no_script_and_leads_nowhere_else(attacked: Corpus) -> None:
    page = html_page.render(measure.measure(attacked))
    found = Elements(page)
    assert "<script" not in page.lower() and "<img" not in page.lower()
    assert not [name for name, _ in found.attributes if name.startswith("on") or name in ("src", "srcset", "action")]
    ids = {value for name, value in found.attributes if name == "id"}
    links = [value for name, value in found.attributes if name.endswith("href")]
    assert {link for link in links if link != "data:,"} <= {f"#{id_}" for id_ in ids}
    assert "url(" not in page and "@import" not in page
    assert page.count("http-equiv=") == 1 and "default-src &#39;none&#39;" not in page and "default-src 'none'" in page


def test_cells_of_the_page_hold_the_texts_as_they_are_shown(attacked: Corpus) -> None:
    cells = Elements(html_page.render(measure.measure(attacked))).cells
    for text in HOSTILE:
        assert show(text, Form.TEXT) in cells
    assert not [cell for cell in cells if len(cell) > 250]


def flat(tokens: Iterable[Token]) -> Iterable[Token]:
    for token in tokens:
        yield token
        yield from flat(token.children or [])


def parsed(text: str) -> list[Token]:
    return list(flat(MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).parse(text)))


def test_no_mark_of_the_markdown_comes_from_a_text(attacked: Corpus, twin: Corpus) -> None:
    found, expected = (parsed(markdown.render(measure.measure(corpus))) for corpus in (attacked, twin))
    assert [token.type for token in found] == [token.type for token in expected]
    assert {token.type for token in found} <= {
        "heading_open", "heading_close", "paragraph_open", "paragraph_close", "inline", "text", "text_special",
        "fence", "table_open", "table_close", "thead_open", "thead_close", "tbody_open", "tbody_close", "tr_open",
        "tr_close", "th_open", "th_close", "td_open", "td_close",
    }  # fmt: skip
    assert [token.info for token in found if token.type == "fence"] == ["json"]


def test_cells_of_the_markdown_hold_the_texts_as_they_are_shown(attacked: Corpus) -> None:
    tokens = parsed(markdown.render(measure.measure(attacked)))
    cells = {
        "".join(child.content for child in following.children or [])
        for opened, following in pairwise(tokens)
        if opened.type == "td_open"
    }
    for text in HOSTILE:
        assert show(text, Form.TEXT).strip() in cells


def read_json(text: str) -> Any:
    """As the docstring of `warehouse.report.markdown` says."""
    return json.loads(text.partition("\n```json\n")[2].partition("\n```")[0])


def test_the_json_holds_all_facts_and_texts_as_they_are(attacked: Corpus) -> None:
    found = measure.measure(attacked)
    text = markdown.render(found)
    assert read_json(text) == json.loads(json.dumps({"format": 1, **asdict(found)}, default=str))
    fenced = text.partition("\n```json\n")[2].removesuffix("\n```\n")
    assert not set(fenced) & set("<>&`")
    assert not [mark for mark in fenced if mark != "\n" and unicodedata.category(mark) in HIDDEN]
    paths = {case["source_path"] for case in read_json(text)["cases"]["troubled"]["first"]}
    assert paths <= {document.source_path for document in hostile_pages()}


@given(st.text(), st.sampled_from(list(Form)))
def test_no_text_ends_a_cell_of_markdown(text: str, form: Form) -> None:
    cell = markdown._cell(text, form)
    assert not set(cell) & set("<>|`\\*_[]~$\n\r")


@given(
    st.lists(st.tuples(st.text(), st.integers(0, 10**9)), min_size=1, max_size=8), st.sampled_from(["bars", "columns"])
)
def test_no_text_ends_an_element_of_a_plot(rows: list[tuple[str, int]], plot: str) -> None:
    table = Table("图", (("what", Form.TEXT), ("rows", Form.COUNT)), tuple(rows), plot=plot)
    plain = replace(table, rows=tuple((str(number), count) for number, (_, count) in enumerate(rows)))
    assert Elements(plots.draw(table)).tags == Elements(plots.draw(plain)).tags


# --- plots ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("plot", ["bars", "columns"])
@pytest.mark.parametrize("counts", [(0,), (1,), (0, 0), (3, 1, 2), tuple(range(60))])
def test_each_bar_says_its_row(plot: str, counts: tuple[int, ...]) -> None:
    rows = tuple((f"第{number}", count) for number, count in enumerate(counts))
    svg = plots.draw(Table("图", (("what", Form.TEXT), ("rows", Form.COUNT)), rows, plot=plot))
    titles = [part.partition("</title>")[0] for part in svg.split("<title>")[1:]]
    assert sorted(titles) == sorted(f"第{number}: {count}" for number, count in enumerate(counts))
    heights = [float(part.partition('"')[0]) for part in svg.split('width="')[1:]]
    assert all(height >= 0 for height in heights)
    assert "nan" not in svg.lower() and "inf" not in svg.lower()


def test_the_longest_bar_belongs_to_the_highest_count() -> None:
    rows = (("甲", 10), ("乙", 40), ("丙", 20))
    svg = plots.draw(Table("图", (("what", Form.TEXT), ("rows", Form.COUNT)), rows, plot="bars"))
    bars = svg.split('class="bar"')[1:]
    widths = {
        bar.partition("<title>")[2].partition(":")[0]: float(bar.partition('width="')[2].split('"')[0]) for bar in bars
    }
    assert widths["乙"] / widths["甲"] == pytest.approx(4, rel=0.01)
    assert widths["丙"] / widths["甲"] == pytest.approx(2, rel=0.01)


# --- same bytes, whole files ------------------------------------------------------------------------------------------


def test_the_same_snapshots_give_the_same_bytes(daily: tuple[Corpus, Corpus], tmp_path: Path) -> None:
    first, second = daily
    texts = [[path.read_bytes() for path in report.write(second, tmp_path / name, first)] for name in "ab"]
    assert texts[0] == texts[1]


def test_the_bytes_do_not_depend_on_what_draws_the_plots(
    daily: tuple[Corpus, Corpus], monkeypatch: pytest.MonkeyPatch
) -> None:
    found = measure.measure(daily[1])
    pages = []
    for library in (pygal.etree.etree._py_etree, pygal.etree.etree._lxml_etree):
        monkeypatch.setattr(pygal.etree.etree, "_etree", library)
        monkeypatch.setattr(pygal.etree.etree, "lxml", library is pygal.etree.etree._lxml_etree)
        pages.append(html_page.render(found))
    assert pages[0] == pages[1]


EMPTY = {
    "one quarantined page": [quarantined("a.txt")],
    "no article": [page("a.txt", [], [])],
    "no figure, no date": [page("a.txt", [Story(None, (("今年怎样？",),))], [])],
    "no text": [page("a.txt", [Story("头条", ())], [])],
}


@pytest.mark.parametrize("documents", EMPTY.values(), ids=EMPTY)
def test_a_corpus_with_little_in_it_has_a_whole_report(documents: list[Document], tmp_path: Path) -> None:
    publish(tmp_path, {"0": documents}, checked=False)
    text, page = (path.read_text(encoding="utf-8") for path in report.write(open_corpus(tmp_path), tmp_path))
    sections = ["snapshot", "counts", "coverage", "text", "figures", "cases"]
    assert [f'<section id="{name}">' in page for name in sections] == [True] * 6
    assert page.rstrip().endswith("</html>")
    assert '<p class="none">none</p>' in page and "\n\nnone\n\n" in text
    assert "nan" not in [word.strip(".,") for word in page.lower().split()]
    assert read_json(text)["figures"]["years"]["bars"] == []


def test_reports_lie_beside_the_snapshots_and_nothing_else_changes(tmp_path: Path) -> None:
    publish(tmp_path, {"0": [page("a.txt")]}, checked=False)
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*") if path != tmp_path}
    written = report.write(open_corpus(tmp_path), tmp_path)
    assert written == (tmp_path / "reports" / "000001.md", tmp_path / "reports" / "000001.html")
    after = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")}
    assert after.keys() - before.keys() == {tmp_path / "reports", *written}
    assert {path: after[path] for path in before} == before


def test_a_report_that_can_not_be_written_leaves_the_old_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    publish(tmp_path, {"0": [page("a.txt")]}, checked=False)
    corpus = open_corpus(tmp_path)
    for path in report.write(corpus, tmp_path):
        path.write_text("old")

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(PublicationFailed, match=r"000001\.md: can't write the report: No space left"):
        report.write(corpus, tmp_path)
    files = sorted((tmp_path / "reports").iterdir())
    assert [(path.name, path.read_text()) for path in files] == [("000001.html", "old"), ("000001.md", "old")]


def test_a_file_where_the_folder_should_be_is_told(tmp_path: Path) -> None:
    publish(tmp_path, {"0": [page("a.txt")]}, checked=False)
    (tmp_path / "reports").write_text("in the way")
    with pytest.raises(PublicationFailed, match="can't write the report"):
        report.write(open_corpus(tmp_path), tmp_path)


# --- the command ------------------------------------------------------------------------------------------------------


def test_the_command_writes_both_files_and_prints_their_paths(banmian: Banmian, tmp_path: Path) -> None:
    publish(tmp_path / "w", {"0": [page("a.txt")]}, checked=False)
    publish(tmp_path / "w", {"0": [page("b.txt")]}, checked=False)
    said = banmian("report", "--warehouse", "w")
    assert (said.returncode, said.stderr) == (0, "")
    assert said.stdout.splitlines() == ["w/reports/000002.md", "w/reports/000002.html"]
    found = read_json((tmp_path / "w/reports/000002.md").read_text(encoding="utf-8"))
    assert (found["snapshot"]["id"], found["previous"]["id"]) == (2, 1)
    said = banmian("report", "1", "--warehouse", "w")
    assert said.stdout.splitlines() == ["w/reports/000001.md", "w/reports/000001.html"]
    assert read_json((tmp_path / "w/reports/000001.md").read_text(encoding="utf-8"))["previous"] is None


def test_a_parent_that_is_gone_is_no_trouble(banmian: Banmian, tmp_path: Path) -> None:
    publish(tmp_path / "w", {"0": [page("a.txt")]}, checked=False)
    first = open_corpus(tmp_path / "w").path
    publish(tmp_path / "w", {"0": [page("b.txt")]}, checked=False)
    (first / "manifest.json").unlink()
    assert banmian("report", "--warehouse", "w").returncode == 0
    found = read_json((tmp_path / "w/reports/000002.md").read_text(encoding="utf-8"))
    assert (found["snapshot"]["parent"], found["previous"]) == (1, None)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--warehouse", "nothing"], "no warehouse; `banmian build"),
        (["7", "--warehouse", "w"], "no snapshot 7; there are 1"),
        (["two", "--warehouse", "w"], "invalid int value"),
        (["²", "--warehouse", "w"], "invalid int value"),
        (["9" * 5000, "--warehouse", "w"], "invalid int value"),
        (["--warehouse", "w/current"], "the folder of a snapshot; name the warehouse"),
    ],
)
def test_wrong_usage_is_told(banmian: Banmian, tmp_path: Path, arguments: list[str], message: str) -> None:
    publish(tmp_path / "w", {"0": [page("a.txt")]}, checked=False)
    said = banmian("report", *arguments)
    assert said.returncode == 2
    assert message in said.stderr
    assert not list(tmp_path.rglob("reports"))


def test_the_command_has_help_with_an_example(banmian: Banmian) -> None:
    said = banmian("report", "--help")
    assert said.returncode == 0
    assert "example:\n  banmian report" in said.stdout and "exit codes" in said.stdout
