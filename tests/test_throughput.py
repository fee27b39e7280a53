"""The benchmark of the whole job: its corpus, how it watches processes, what it makes of what it measured."""

from __future__ import annotations

import os
import subprocess
import sys
import unicodedata
from collections import Counter
from itertools import islice
from pathlib import Path
from xml.etree import ElementTree

import pytest
from conftest import PROJECT, SEEDS

from benchmarks import contenders, corpus, results, throughput
from benchmarks.contenders import INLINE, WHOLE
from benchmarks.results import Measured, Results, Size
from benchmarks.watching import Failed, Ran, run
from flows.profiling import STAGES, Profile
from transforms.document import Source
from transforms.page import read_page

SIZE = 150_000

# --- the corpus -----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def pages() -> dict[str, bytes]:
    return dict(corpus.pages(SIZE))


def test_a_corpus_is_the_same_again_and_another_with_another_number(pages: dict[str, bytes]) -> None:
    assert dict(corpus.pages(SIZE)) == pages
    assert not set(dict(corpus.pages(SIZE, seed=2)).values()) & set(pages.values())


def test_a_corpus_is_the_same_in_another_process(pages: dict[str, bytes], tmp_path: Path) -> None:
    make = [sys.executable, "-m", "benchmarks.corpus", tmp_path / "made", "--megabytes", str(SIZE / 1e6)]
    environment = os.environ | {"PYTHONHASHSEED": "7"}
    subprocess.run(make, cwd=PROJECT, env=environment, check=True, capture_output=True, timeout=120)
    made = {path.relative_to(tmp_path / "made").as_posix(): path for path in (tmp_path / "made").rglob("*.txt")}
    assert {name: path.read_bytes() for name, path in made.items()} == pages


def test_a_smaller_corpus_is_the_beginning_of_a_larger_one(pages: dict[str, bytes]) -> None:
    smaller = dict(corpus.pages(SIZE // 3))
    assert smaller.items() <= pages.items()
    assert SIZE <= sum(map(len, pages.values())) < SIZE + 30_000


def test_pages_do_not_repeat_each_other(pages: dict[str, bytes]) -> None:
    lines = Counter(line for data in pages.values() for line in set(data.decode().splitlines()) if len(line) > 12)
    again = sum(count for count in lines.values() if count > 1)
    assert again / lines.total() < 0.03
    seeds = {line for path in SEEDS.glob("*.txt") for line in path.read_text(encoding="utf-8").splitlines()}
    assert len([line for line in lines if line in seeds]) / len(lines) < 0.03


def shape(line: str) -> str:
    """A line with one letter for each kind of character: what a layout is made of."""
    kinds = {"Lo": "x", "Nd": "1"}
    return "".join(kinds.get(unicodedata.category(character), character) for character in line)


def test_pages_have_the_layout_of_the_seeds(pages: dict[str, bytes]) -> None:
    of_seeds = {shape(line) for path in SEEDS.glob("*.txt") for line in path.read_text(encoding="utf-8").split("\n")}
    assert {shape(line) for data in pages.values() for line in data.decode().split("\n")} <= of_seeds


def test_pages_are_read_like_pages(pages: dict[str, bytes]) -> None:
    documents = [read_page(Source("0" * 16, name, data)) for name, data in islice(pages.items(), 6)]
    articles = [article for document in documents for article in document.articles]
    assert {document.status for document in documents} == {"ok"}
    assert {"news", "speech"} <= {article.kind for article in articles}
    assert any(article.byline for article in articles) and any(article.headline for article in articles)
    assert sum(article.n_figures for article in articles) > 20


def test_years_months_and_days_stay_such() -> None:
    words = [word for model in corpus.models() for article in model.articles for word in article.words if word.unit]
    assert {word.unit for word in words} == {"年", "月", "日"}
    random = corpus.Random(1)
    for word in words:
        other = word.varied(random)
        assert len(other) == len(word.text)
        if word.text.isdigit() and word.unit in "月日":
            assert 1 <= int(other) <= {"月": 12, "日": 28}[word.unit]


# --- watching -------------------------------------------------------------------------------------------------------

FORKED = """
import multiprocessing, time

def work(size):
    held = bytearray(size)
    time.sleep(0.8)
    return len(held)

if __name__ == "__main__":
    with multiprocessing.get_context("forkserver").Pool(1) as pool:
        pool.apply(work, [60_000_000])
"""


def test_a_run_is_timed_and_the_memory_of_its_workers_told_apart(tmp_path: Path) -> None:
    (tmp_path / "forked.py").write_text(FORKED)
    ran = run([sys.executable, "forked.py"], tmp_path, dict(os.environ))
    assert ran.seconds > 0.8
    assert 60 < ran.worker < ran.resident < 1_000
    assert ran.worker < ran.together < 1_000


def test_a_run_that_fails_is_told_with_its_last_words(tmp_path: Path) -> None:
    with pytest.raises(Failed, match="ended with 3\nno such thing"):
        run([sys.executable, "-c", "print('no such thing'); exit(3)"], tmp_path, dict(os.environ))


def test_a_contender_runs_this_checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    command = INLINE.command(SEEDS, tmp_path)
    assert command[:2] == [sys.executable, "-c"] and str(SEEDS) in command
    assert contenders.surroundings()["PYTHONPATH"] == str(PROJECT)
    assert not [name for name in contenders.surroundings() if name.startswith("PREFECT_")]
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    assert "PYTHONDONTWRITEBYTECODE" not in contenders.surroundings()


def test_datatrove_is_pinned_and_its_job_knows_nothing_of_this_project() -> None:
    lines = contenders.REQUIREMENTS.read_text(encoding="utf-8").splitlines()
    pins = [line for line in lines if not line.startswith("#")]
    assert all(len(line.split("==")) == 2 for line in pins)
    assert not [line for line in pins if any(mark in line for mark in ("@", "/", ":", "--"))]
    assert contenders.version_of_datatrove() in next(line for line in pins if line.startswith("datatrove=="))
    imported = [line for line in contenders.JOB.read_text(encoding="utf-8").splitlines() if "import" in line.split()]
    rooms = ("transforms", "warehouse", "flows", "benchmarks")
    assert not [line for line in imported if line.split()[1].partition(".")[0] in rooms]


@pytest.mark.slow
def test_without_datatrove_the_message_says_what_to_do(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    nowhere = tmp_path / "none.txt"
    nowhere.write_text("no-such-package-of-banmian==1.0\n")
    monkeypatch.setattr(contenders, "REQUIREMENTS", nowhere)
    monkeypatch.setattr(contenders, "ENVIRONMENT", tmp_path / "environment")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    with pytest.raises(contenders.NotInstalled, match=r"left out.*no-such-package.*pip config"):
        contenders.install()
    assert not (tmp_path / "environment" / "installed.txt").exists()


# --- results --------------------------------------------------------------------------------------------------------


def runs(*seconds: float) -> tuple[Ran, ...]:
    return tuple(Ran(each, 200.0 + each, 300.0 + each, 500.0 + each) for each in seconds)


@pytest.fixture
def found() -> Results:
    seconds = dict.fromkeys((stage.name for stage in STAGES), 0.5)
    profile = Profile(72, 1_000_000, {"imports": 0.5, "dictionaries": 1.0}, seconds | {"order": 2.0})
    return Results(
        corpus=corpus.Written(272, 4_000_000, 1_450_000, "8d943fb35db47659" * 4),
        measured=(
            Measured(WHOLE.name, WHOLE.does, runs(12, 10, 14), 4.0),
            Measured("datatrove", "lesser steps", runs(24, 18, 20), 0.0),
            Measured(f"{WHOLE.name}, one page", "", runs(9, 9, 9), 0.0),
        ),
        sizes=tuple(
            Size(name, size, Ran(size + 3, 200, 300, 700)) for name in ("one", "two") for size in (1.0, 2.0, 4.0)
        ),
        profiles={"corpus": profile},
        remark="tests ran meanwhile",
    )


def test_ratios_are_of_the_same_round_without_what_counts_apart(found: Results) -> None:
    ours, other, _ = found.measured
    assert ours.net == [8, 6, 10]
    assert results.ratios(other, ours) == (3.0, 2.0, 3.0)
    assert results.difference(runs(5, 9, 7), runs(4, 3, 2)) == 4
    assert results.difference(runs(1, 1), runs(4, 3)) == 0


def test_the_page_tells_seconds_ratios_memory_and_growth(found: Results) -> None:
    page = results.text(found)
    assert f"| banmian | {WHOLE.does} | 12.0 (10.0 to 14.0) | 4.0 | 0.50 |  | 214 | 314 | 514 |" in page
    assert (
        "| datatrove | lesser steps | 20.0 (18.0 to 24.0) |  | 0.20 | 3.00 (2.00 to 3.00) | 224 | 324 | 524 |" in page
    )
    assert "\n- tests ran meanwhile\n\n## Beside" in page
    assert "| one | 4 | 7.0 | 1.00 | 200 | 300 | 700 |" in page
    assert "order 19%" in page and "datatrove 0." in page and "272 pages, 4.00 MB" in page


def test_the_results_are_written_with_a_plot_of_each_contender(found: Results, tmp_path: Path) -> None:
    results.write(found, tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {results.PAGE, results.SECONDS, results.MEMORY}
    for name in (results.SECONDS, results.MEMORY):
        svg = (tmp_path / name).read_text(encoding="utf-8")
        assert {"one", "two"} <= {element.text for element in ElementTree.fromstring(svg).iter()}
        assert "<script" not in svg and f"]({name})" in (tmp_path / results.PAGE).read_text(encoding="utf-8")


def test_results_name_no_machine(found: Results, tmp_path: Path) -> None:
    results.write(found, tmp_path)
    for path in tmp_path.iterdir():
        text = path.read_text(encoding="utf-8")
        assert os.uname().nodename not in text.split() and str(PROJECT) not in text


def test_a_run_leaves_nothing_but_its_measures(tmp_path: Path) -> None:
    rig = throughput.Rig(tmp_path, ())
    ran = rig.ran(INLINE, rig.small())
    assert ran.seconds > 0.5 and 50 < ran.worker < ran.together
    assert [path.name for path in tmp_path.iterdir()] == ["small"]


def test_without_datatrove_the_rest_is_measured(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, found: Results, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse() -> None:
        raise contenders.NotInstalled("datatrove is left out")

    monkeypatch.setattr(contenders, "install", refuse)
    monkeypatch.setattr(throughput.Rig, "ran", lambda _, contender, __: Ran(len(contender.name), 200, 300, 500))
    monkeypatch.setattr(throughput, "profile", lambda *_: next(iter(found.profiles.values())))
    few = ["--megabytes", "0.03", "--rounds", "2", "--sizes", "0.02", "0.04", "--results", str(tmp_path / "results")]
    assert throughput.main(few) == 0
    said = capsys.readouterr()
    assert "datatrove is left out" in said.err and "round 2 of 2" in said.err
    assert said.out == (tmp_path / "results" / results.PAGE).read_text(encoding="utf-8") + "\n"
    for name in ("banmian, one page", "banmian --inline, one page", "banmian --help"):
        assert f"| {name} |" in said.out
