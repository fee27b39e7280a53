"""What the documents say is what the code does: snippets run, commands exist, links resolve, examples are true."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
import unicodedata
from collections.abc import Iterator
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import object_store
import pytest
from conftest import BANMIAN, PROJECT, SEEDS, Banmian

from flows import commands
from flows.show import Look, page, shown
from flows.why import explained
from transforms.document import Mention
from transforms.figures.reader import read_text
from warehouse.exports import FORMATS
from warehouse.snapshots import read_manifest

README = PROJECT / "README.md"
CHINESE = PROJECT / "README.zh-CN.md"
CONTRIBUTING = PROJECT / "CONTRIBUTING.md"
FIGURES = PROJECT / "docs" / "figures.md"
WAREHOUSE = PROJECT / "docs" / "warehouse.md"
OPERATIONS = PROJECT / "docs" / "operations.md"
STORES = PROJECT / "docs" / "object-stores.md"
FOLDERS = (".", "transforms", "warehouse", "flows", "tests/cases")
SKIPPED = {"data", "build", "dist"}


def read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def documents() -> list[Path]:
    """All Markdown pages of the project."""
    found = []
    for folder, folders, names in os.walk(PROJECT):
        folders[:] = sorted(name for name in folders if name not in SKIPPED and name[0] != ".")
        found += [Path(folder, name) for name in sorted(names) if name.endswith(".md")]
    return found


def relative(path: Path) -> str:
    return path.relative_to(PROJECT).as_posix()


def blocks(text: str, language: str | None = None) -> list[str]:
    """The fenced code blocks of a page, all or those of one language."""
    found = re.findall(r"^```(\w*)\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
    return [body for name, body in found if language in (None, name)]


def prose(text: str) -> str:
    return re.sub(r"^```.*?^```$", "", text, flags=re.DOTALL | re.MULTILINE)


def tables(text: str) -> list[list[list[str]]]:
    """The tables of a page as rows of cells, headers first, without the line of dashes."""
    runs = re.findall(r"(?:^\|.*\|\n)+", prose(text), re.MULTILINE)
    return [[cells(line) for line in run.splitlines() if not set(line) <= set("|-: ")] for run in runs]


def cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip().strip("|").split("|")]


def code_spans(text: str) -> list[str]:
    return re.findall(r"`([^`\n]+)`", prose(text))


# --- the README's examples ------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder as a reader of the README has it after `make corpus`: seeds/ and data/warehouse."""
    folder = tmp_path_factory.mktemp("readme")
    shutil.copytree(SEEDS, folder / "seeds")
    build = [BANMIAN, "build", "seeds", "--inline", "--jobs", "1"]
    printed = subprocess.run(build, cwd=folder, check=True, capture_output=True, timeout=120).stdout
    (folder / "printed.txt").write_bytes(printed)
    return folder


def test_there_is_an_example_for_each_reader() -> None:
    examples = "\n".join(blocks(read(README), "python"))
    for reader in ("import warehouse", "import pyarrow", "import pandas", "import polars", "import duckdb"):
        assert reader in examples


def examples() -> Iterator[Any]:
    """The examples of the pages that show Python; Spark takes a while, and Java."""
    for path in (README, WAREHOUSE, OPERATIONS, STORES):
        for number, text in enumerate(blocks(read(path), "python"), 1):
            needs_java = pytest.mark.skipif(not shutil.which("java"), reason="Spark needs Java, and there is none here")
            marks = [pytest.mark.slow, needs_java] if "import SparkSession" in text else []
            yield pytest.param(text, id=f"{relative(path)} {number}", marks=marks)


@pytest.fixture(scope="module")
def stored(built: Path, store_address: str) -> dict[str, str]:
    """The settings by which the store of the page on object stores is reached; the same warehouse lies in it."""
    reached = os.environ | object_store.settings(store_address) | {"XDG_CACHE_HOME": str(built / "cache")}
    send = "import sys; from warehouse.stores import filesystem as f; f('s3').mkdir('press');"
    send += " f('s3').put(sys.argv[1], 's3://press/corpus', recursive=True)"
    subprocess.run([sys.executable, "-c", send, built / "data" / "warehouse"], env=reached, check=True, timeout=120)
    return reached


@pytest.mark.parametrize("example", examples())
def test_example_prints_what_its_comments_say(example: str, built: Path, stored: dict[str, str]) -> None:
    promised = re.findall(r"^ *print\(.*\)  # (.+)$", example, re.MULTILINE)
    assert promised and len(promised) == example.count("print("), "each print has its result beside it"
    environment = stored | {"PYTHONUTF8": "1", "HF_HUB_OFFLINE": "1", "HF_HOME": str(built / "huggingface")}
    environment |= {"SPARK_LOCAL_IP": "127.0.0.1"}
    run = subprocess.run(
        [sys.executable, "-c", example],
        cwd=built, env=environment, capture_output=True, encoding="utf-8", timeout=120, check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    assert run.stdout.splitlines() == promised


QUOTED = re.compile(r"[Ll]ines (\d+) to (\d+) of \[?`(.+?)`.*?^```text\n(.*?)^```$", re.DOTALL | re.MULTILINE)
QUOTES = [(path, *found) for path in documents() for found in QUOTED.findall(read(path))]


@pytest.mark.parametrize(
    ("path", "first", "last", "seed", "quoted"), QUOTES, ids=[f"{relative(path)} {first}" for path, first, *_ in QUOTES]
)
def test_quoted_lines_are_the_source(path: Path, first: str, last: str, seed: str, quoted: str) -> None:
    assert quoted.splitlines() == read(PROJECT / seed).split("\n")[int(first) - 1 : int(last)], relative(path)


def test_what_was_quoted_is_read_as_the_readme_shows_it() -> None:
    assert {relative(path) for path, *_ in QUOTES} >= {"README.md", "docs/how-a-page-is-read.md"}
    (seed,) = {seed for path, _, _, seed, _ in QUOTES if path == README}
    after = blocks(read(README), "text")[1]
    assert after in "\n".join([*shown(page(str(PROJECT / seed), None), Look(width=80)), ""])


def test_the_reasons_that_the_readme_shows_are_printed() -> None:
    (seed,) = {PROJECT / seed for path, _, _, seed, _ in QUOTES if path == README}
    printed = "\n".join([*explained(page(str(seed), None), str(seed), Look(width=80)), ""])
    assert blocks(read(README), "text")[3] in printed


def test_summary_is_what_a_build_prints(built: Path) -> None:
    """Each line it shows; the seconds may differ, and the count of figures, which rules still change."""
    printed = read(built / "printed.txt")
    promised = blocks(read(README), "text")[2]

    def plain(line: str) -> str:
        return re.sub(r"\d+\.\d s|(?<=figures    )\d+", "N", line)

    said = {plain(line) for line in printed.splitlines()}
    assert [line for line in promised.splitlines() if plain(line) not in said] == []


def test_the_two_commands_stand_in_the_first_shell_block() -> None:
    lines = blocks(read(README), "sh")[0].splitlines()
    assert [line for line in lines if not line.startswith("#")] == ["make corpus", "make test"]


SEED_SCORES = {
    "article F1": ("articles", "article_f1"),
    "paragraph F1": ("articles", "paragraph_f1"),
    "text error rate": ("articles", "text_error_rate"),
    "kind": ("articles", "kind_accuracy"),
    "headline F1": ("articles", "headline_f1"),
    "byline F1": ("articles", "byline_f1"),
    "span F1": ("figures", "exact_f1"),
    "value of all": ("figures", "value_recall"),
    "unit": ("figures", "unit"),
    "labels F1": ("figures", "labels_f1"),
    "metric close": ("figures", "metric_close"),
    "period": ("figures", "period"),
}


def test_the_readme_claims_no_more_than_the_gates_hold() -> None:
    bounds = tomllib.loads(read(PROJECT / "tests" / "gates.toml"))["bounds"]
    (table,) = [each for each in tables(read(README)) if each[0][0] == "measure"]
    (line,) = re.findall(r"^For figures it printed on the seeds: (.+?);", read(README), re.MULTILINE | re.DOTALL)
    claimed = {row[0]: float(row[1]) for row in table[1:]}
    claimed |= {name: float(told) for name, told in re.findall(r"(\w[\w ]+?) (\d\.\d+)", line.replace("\n", " "))}
    assert set(claimed) == set(SEED_SCORES)
    for name, told in claimed.items():
        group, measure = SEED_SCORES[name]
        bound = bounds[group][measure]
        assert told <= round(bound["floor"], 2) if "floor" in bound else told >= round(bound["ceiling"], 2), name


# --- commands, paths, links -----------------------------------------------------------------------------------------


def commands_named() -> dict[str, set[str]]:
    """Each `banmian COMMAND` that a page names, with the options it names for it."""
    found: dict[str, set[str]] = {}
    for path in documents():
        text = read(path)
        for line in [*code_spans(text), *"\n".join(blocks(text)).splitlines()]:
            words = re.search(r"(?:^|[\s|/])banmian ([a-z]+)\b(.*)", line)
            if words:
                found.setdefault(words[1], set()).update(re.findall(r"--[a-z-]+", words[2]))
    return found


def test_each_command_named_exists(banmian: Banmian) -> None:
    named = commands_named()
    assert {module.__name__.rpartition(".")[2] for module in commands.ALL} <= set(named)
    for command, options in named.items():
        said = banmian(command, "--help")
        assert said.returncode == 0, f"banmian {command}: {said.stderr}"
        assert [option for option in options if option not in said.stdout] == [], command


def test_each_option_of_build_is_explained(banmian: Banmian) -> None:
    has = set(re.findall(r"--[a-z][a-z-]*[a-z]", banmian("build", "--help").stdout)) - {"--help"}
    for path in (README, CHINESE):
        told = {option for span in code_spans(read(path)) for option in re.findall(r"^--[a-z-]+", span)}
        assert told - {"--help"} == has, relative(path)


def test_each_make_target_named_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", read(PROJECT / "Makefile"), re.MULTILINE))
    for path in documents():
        text = read(path)
        lines = [*code_spans(text), *"\n".join(blocks(text, "sh")).splitlines()]
        named = {words[1] for line in lines if len(words := line.split()) > 1 and words[0] == "make"}
        assert named <= targets, relative(path)


LISTENING = ("prefect server start", "dask scheduler", "dask worker")


def test_whatever_listens_in_an_example_does_so_on_loopback() -> None:
    lines = [line for path in documents() for block in blocks(read(path)) for line in block.splitlines()]
    lines += [span for path in documents() for span in code_spans(read(path)) if "prefect server start" in span]
    listening = [line for line in lines if any(command in line for command in LISTENING)]
    assert len(listening) >= 5
    assert [line for line in listening if "--host 127.0.0.1" not in line] == []


@pytest.mark.parametrize("path", documents(), ids=relative)
def test_links_resolve(path: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", prose(read(path))):
        if re.match(r"[a-z]+:", target):
            continue
        name, _, anchor = target.partition("#")
        lead = (path.parent / name).resolve() if name else path
        assert lead.exists(), f"{target} leads nowhere"
        assert lead.is_relative_to(PROJECT), f"{target} leads out of the project"
        assert not anchor or anchor in anchors(read(lead)), f"{target}: no such heading"


def anchors(text: str) -> set[str]:
    """The anchors that GitHub gives to the headings of a page."""
    headings = re.findall(r"^#+ (.+)$", prose(text), re.MULTILINE)
    kept = ["".join(c for c in heading.lower() if c in "-_ " or c.isalnum()) for heading in headings]
    return {heading.replace(" ", "-") for heading in kept}


@pytest.mark.parametrize(
    "path", [README, CHINESE, CONTRIBUTING, *(PROJECT / "transforms").rglob("README.md"), PROJECT / "tests/README.md"],
    ids=relative,
)  # fmt: skip
def test_files_named_are_there(path: Path) -> None:
    """Names such as `decode.py` or `tests/cases/*.jsonl`, from the page's folder, its parent or the project's root."""
    for span in code_spans(read(path)):
        if re.fullmatch(r"[\w./*<>-]*\.(?:py|tsv|toml|md|jsonl|json|txt)", span) and not set("<>") & set(span):
            if span == "*.txt" or span.startswith("data/"):
                continue
            roots = (path.parent, path.parent.parent, *(PROJECT / folder for folder in FOLDERS))
            assert any(list(root.glob(span.removeprefix("../"))) for root in roots), span


def test_the_digest_can_be_computed_as_the_page_says(built: Path) -> None:
    (command,) = blocks(read(WAREHOUSE), "sh")
    said = subprocess.run(["bash", "-c", command], cwd=built, capture_output=True, text=True, check=True)
    manifest = read_manifest(built / "data/warehouse")
    assert manifest is not None
    assert said.stdout.split()[0] == manifest.digest


def test_each_format_of_exports_is_named() -> None:
    told = {span for row in tables(read(WAREHOUSE))[0][1:] for span in re.findall(r"`([^`]+)`", row[0])}
    assert told == set(FORMATS)


# --- the Chinese README says the same -------------------------------------------------------------------------------


def test_both_readmes_have_the_same_sections() -> None:
    levels = [re.findall(r"^(#+) .+$", prose(read(path)), re.MULTILINE) for path in (README, CHINESE)]
    assert levels[0] == levels[1]


def test_both_readmes_have_the_same_code_blocks() -> None:
    assert blocks(read(README)) == blocks(read(CHINESE))


def test_both_readmes_have_the_same_tables() -> None:
    english, chinese = tables(read(README)), tables(read(CHINESE))
    assert [[len(row) for row in table] for table in english] == [[len(row) for row in table] for table in chinese]
    for one, other in zip(english, chinese):
        codes = [[set(re.findall(r"`[^`]+`", cell)) for cell in row] for row in one]
        assert codes == [[set(re.findall(r"`[^`]+`", cell)) for cell in row] for row in other]


def test_both_readmes_name_the_same_things() -> None:
    """The same code spans section by section, in whatever order the language puts them, and as many list items."""
    sections = [re.split(r"^## .+$", prose(read(path)), flags=re.MULTILINE) for path in (README, CHINESE)]
    for english, chinese in zip(*sections):
        assert sorted(set(code_spans(english))) == sorted(set(code_spans(chinese)))
        assert english.count("\n- ") == chinese.count("\n- ")


# --- docs/figures.md ------------------------------------------------------------------------------------------------

SEED_ROWS, OTHER_ROWS = (table[1:] for table in tables(read(FIGURES)))


@cache
def mentions_of(seed: str) -> tuple[tuple[str, Mention], ...]:
    """Each figure of a seed page as a build reads it, with its sentence."""
    (file,) = SEEDS.glob(f"{seed}_*.txt")
    sentences = [sentence for article in page(str(file), None).articles for sentence in article.sentences]
    return tuple((sentence.text, figure.mention) for sentence in sentences for figure in sentence.figures)


def within(text: str, excerpt: str) -> range:
    start = text.find(excerpt)
    return range(start, start + len(excerpt)) if start >= 0 else range(0)


def promised(cells_of_row: list[str]) -> dict[str, str | None]:
    """The columns that a row of the page names, empty cells as None."""
    surface, kind, value, unit, comparator, further = cells_of_row
    columns = {"surface": surface, "kind": kind, "value": value, "unit": unit, "comparator": comparator}
    found: dict[str, str | None] = {name: cell or None for name, cell in columns.items()}
    for part in filter(None, further.split("; ")):
        name, _, told = part.partition(" ")
        if name in ("date", "period"):
            found[f"{name}_start"], found[f"{name}_end"] = told.split(" to ")
        else:
            found[name] = told
    return found


def same(read_value: Any, told: str | None) -> bool:
    if isinstance(read_value, bool):
        return told == str(read_value).lower()
    if isinstance(read_value, float):
        return told is not None and read_value == pytest.approx(float(told), rel=1e-9)
    if isinstance(read_value, date):
        return told == read_value.isoformat()
    return bool(read_value == told)


def differences(mention: Mention, row: dict[str, str | None]) -> list[str]:
    return [
        f"{name}: {getattr(mention, name)!r}" for name, told in row.items() if not same(getattr(mention, name), told)
    ]


def test_there_are_twenty_examples_of_many_kinds() -> None:
    assert len(SEED_ROWS) == 20
    assert len({tuple(row) for row in SEED_ROWS}) == 20
    kinds = {row[3] for row in SEED_ROWS} | {row[2] for row in OTHER_ROWS}
    assert kinds >= {"count", "percent", "money", "rank", "fraction", "multiple", "quantity", "age", "temperature"}
    assert kinds >= {"duration", "date", "time", "number"}


@pytest.mark.parametrize("row", SEED_ROWS, ids=lambda row: f"{row[0]} {row[2]}")
def test_example_of_the_seeds(row: list[str]) -> None:
    seed, excerpt, *told = row
    surface = told[0]
    found = [
        mention
        for text, mention in mentions_of(seed)
        if mention.surface == surface and mention.start in within(text, excerpt)
    ]
    assert found, f"no figure {surface} in {excerpt}"
    for mention in found:
        assert differences(mention, promised(told)) == []


@pytest.mark.parametrize("row", OTHER_ROWS, ids=lambda row: row[1])
def test_example_written_for_the_page(row: list[str]) -> None:
    text, *told = row
    (mention,) = [each for each in read_text(text, date(2024, 11, 20)) if each.surface == told[0]]
    assert differences(mention, promised(told)) == []


# --- CONTRIBUTING ---------------------------------------------------------------------------------------------------

CHECK = """
import json, sys
from datetime import date
from transforms.figures.reader import read_text
from warehouse.exports import FORMATS
from warehouse.snapshots import read_manifest
from transforms.document import Mention

for case in map(json.loads, sys.stdin):
    mentions = read_text(case["text"], date.fromisoformat(case["reference"]) if case["reference"] else None)
    told = [{name: getattr(m, name) for name in f} for m, f in zip(mentions, case["figures"])]
    print(int(len(mentions) == len(case["figures"]) and told == case["figures"]))
"""


def fit(cases: str, folder: Path) -> list[str]:
    """For each case whether `transforms` as it lies in `folder` reads it so: 1 or 0."""
    environment = os.environ | {"PYTHONPATH": str(folder), "PYTHONUTF8": "1", "PYTHONDONTWRITEBYTECODE": "1"}
    run = subprocess.run(
        [sys.executable, "-c", CHECK],
        cwd=folder, env=environment, input=cases, capture_output=True, encoding="utf-8", timeout=120, check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    return run.stdout.split()


def test_the_worked_example_works(tmp_path: Path) -> None:
    (row,) = blocks(read(CONTRIBUTING), "tsv")
    (cases,) = blocks(read(CONTRIBUTING), "json")
    shutil.copytree(PROJECT / "transforms", tmp_path / "transforms", ignore=shutil.ignore_patterns("__pycache__"))
    table = tmp_path / "transforms" / "lexicon" / "figures_units.tsv"
    assert row.split("\t")[0] not in [line.split("\t")[0] for line in read(table).splitlines()], "take another example"
    assert fit(cases, tmp_path) == ["0", "1"]
    table.write_text(read(table).rstrip("\n") + "\n" + row, encoding="utf-8")
    assert fit(cases, tmp_path) == ["1", "1"]


def test_contributing_names_what_ci_runs() -> None:
    run = set(re.findall(r"make (?:--no-print-directory )?(corpus|test|lint)\b", read(PROJECT / ".ci" / "run")))
    shell = "\n".join(blocks(read(CONTRIBUTING), "sh"))
    for target in run | {"corpus", "test"}:
        assert f"make {target}" in shell
    assert all(shlex.split(line, comments=True) for line in shell.splitlines() if line.strip() and line[0] != "#")


# --- the lexicon and the house's language ---------------------------------------------------------------------------


@pytest.mark.parametrize("path", sorted((PROJECT / "transforms/lexicon").glob("*.tsv")), ids=lambda path: path.stem)
def test_a_table_says_what_it_holds(path: Path) -> None:
    lines = read(path).splitlines()
    head = [line for line in lines if line.startswith("#")]
    assert head and lines[: len(head)] == head, "the lines that begin with # come first"
    assert len(" ".join(head)) > 60, "the head says what a row means and where it comes from"
    columns, *rows = [line.split("\t") for line in lines[len(head) :] if line]
    assert all(name.isidentifier() for name in columns) and len(set(columns)) == len(columns)
    assert [row for row in rows if len(row) > len(columns) or not row[0]] == []


@pytest.mark.parametrize("path", documents(), ids=relative)
def test_pages_hold_no_machine_path_and_no_odd_character(path: Path) -> None:
    text = read(path)
    assert not re.search(r"(?<![\w.])/(?:work|home|root|tmp|Users)/", text)
    odd = {c for c in text if unicodedata.category(c) in ("Cc", "Cf", "Co") and c not in "\n\t"}
    assert not odd
