"""`banmian sql`: answers as they are, in each format; nothing but reading; messages that help."""

from __future__ import annotations

import csv
import io
import json
import os
import pty
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from conftest import BANMIAN, PROJECT, SEEDS, Banmian
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from rich.cells import cell_len
from warehouse_samples import Story, bytes_of, in_order, page, pages, publish, quarantined

import warehouse
from flows import tables
from transforms.document import Credit
from warehouse import schema, sql
from warehouse.errors import QueryFailed, QueryRefused
from warehouse.questions import EXAMPLES
from warehouse.sql import Answer, answer, connection

SPEECH = Story("在会上的讲话", columns={"kind": "speech", "speaker": "张三", "byline": (Credit(None, "张三"),)})
LONG = Story("很长的标题" * 20, paragraphs=(("句子很长，" * 40 + "完。",),))
HOSTILE = Story(
    '引号"和,逗号|竖线<b>&amp;*星*', paragraphs=(("𠀀生僻字😀。", "制表\t符\u2028行。"), ("又一段\\`x`。",))
)


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A warehouse of two snapshots and two shards whose path has in it what SQL and globs would take for marks."""
    path = tmp_path_factory.mktemp("it's [a-b]*") / "year=2024" / "ware house"
    documents = [page("1.txt", [Story(), SPEECH], issue_date=date(2024, 11, 20)), page("2.txt", [LONG, HOSTILE])]
    publish(path, {"00": in_order(documents)})
    publish(path, {"00": in_order(documents), "01": [quarantined("3.txt")]})
    return path


def ask(root: Path, query: str) -> list[tuple[Any, ...]]:
    with answer(warehouse.open(root), query) as found:
        return [row for rows in found.rows() for row in rows]


def rows_of(root: Path, table: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = pq.read_table(root / "current" / table).to_pylist()
    return found


# --- answers --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("table", schema.BY_NAME)
def test_an_answer_is_what_the_table_holds(root: Path, table: str) -> None:
    with answer(warehouse.open(root), f"from {table}") as found:
        assert list(found.columns) == [column.name for column in schema.BY_NAME[table].columns]
        rows = [dict(zip(found.columns, row, strict=True)) for rows in found.rows() for row in rows]
    assert rows == rows_of(root, table)


def test_tables_join(root: Path) -> None:
    question = "select source_path, count(*) from article join document using (document_id) group by 1 order by 1"
    assert ask(root, question) == [("1.txt", 2), ("2.txt", 2)]


@pytest.mark.parametrize(
    ("query", "value"),
    [
        ("select 1", 1),
        ("select sum(n_chars) from document where false", None),
        ("select sum(n_articles) from document", 4),
        ("select 1.50", 1.5),
        ("select 0.995::float", 0.995),
        ("select null::float", None),
        ("select date '2024-11-20'", date(2024, 11, 20)),
        ("select map {'甲': 1}", {"甲": 1}),
        ("select null::map(varchar, int)", None),
        ("select interval 3 day", "3 days"),
        ("select '101'::bit", "101"),
        ("select {'a': [1, null]}", {"a": [1, None]}),
        ("from (values (1)); -- 完", 1),
        ("pivot article on kind using count(*) group by confidence", 1.0),
        ("/* 注 */ pivot article on kind using count(*) group by confidence", 1.0),
        ("with x as (pivot article on kind using count(*) group by confidence) from x", 1.0),
        ("show tables", "article"),
        ("describe residue", "document_id"),
        ("summarize residue", "document_id"),
    ],
)
def test_values_are_those_of_python(root: Path, query: str, value: object) -> None:
    found = ask(root, query)[0][0]
    assert (found, type(found)) == (value, type(found))


def test_each_column_has_a_name_of_its_own(root: Path) -> None:
    with answer(warehouse.open(root), "select 1 as a, 2 as A, 3 as a, interval 1 day as a_1") as found:
        assert found.columns == ("a", "A_1", "a_2", "a_1_1")
        assert list(found.rows()) == [[(1, 2, 3, "1 day")]]


@pytest.mark.slow
def test_the_examples_find_something_in_the_seeds(banmian: Banmian, tmp_path: Path) -> None:
    assert banmian("build", SEEDS, "--inline", "--warehouse", tmp_path / "warehouse").returncode == 0
    for _, query in EXAMPLES:
        assert ask(tmp_path / "warehouse", query)


def test_views_and_columns_are_described(root: Path) -> None:
    found = ask(root, "select table_name, column_name, comment from duckdb_columns() where not internal")
    meant = {(table.name, column.name, column.meaning) for table in schema.TABLES for column in table.columns}
    assert set(found) == meant
    views = ask(root, "select view_name, comment from duckdb_views() where not internal")
    assert set(views) == {(table.name, table.meaning) for table in schema.TABLES}


def test_dead_snapshots_are_not_counted(tmp_path: Path) -> None:
    publish(tmp_path, {"00": pages(3)})
    publish(tmp_path, {"00": pages(2)})
    assert ask(tmp_path, "select count(*) from document") == [(2,)]


MEASURE = """
import resource, sys, warehouse
from warehouse.sql import answer
def held(times):
    query = f"select sentence.*, repeat('版面', 100) as more from sentence, range({times})"
    with answer(warehouse.open(sys.argv[1]), query) as found:
        rows = sum(len(rows) for rows in found.rows()) if times < 200 else found.count()
    return rows, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
print(*held(100), *held(200_000))
"""


@pytest.mark.slow
def test_memory_does_not_grow_with_the_answer(root: Path) -> None:
    command = [sys.executable, "-c", MEASURE, str(root)]
    environment = {**os.environ, "PYTHONPATH": str(PROJECT)}
    said = subprocess.run(command, env=environment, text=True, capture_output=True, check=True)
    few, before, many, after = map(int, said.stdout.split())
    assert many == few * 2_000 > 2_000_000
    assert after - before < 200, "2 million rows of 600 bytes and more, and all of them were held"


# --- nothing but reading --------------------------------------------------------------------------------------------

OUTSIDE = [
    "from read_csv('/etc/passwd')",
    "from read_text('/etc/passwd')",
    "from read_text('{current}/manifest.json')",
    "from read_parquet('{root}/snapshots/000001/document/00.parquet')",
    "from '/etc/passwd'",
    "from glob('/etc/*')",
    "from sniff_csv('/etc/passwd')",
    "from read_csv('http://127.0.0.1:9/x.csv')",
    "from read_parquet('s3://bucket/x.parquet')",
    "from query('copy (select 1) to ''{tmp}/x.csv''')",
]
NO_QUERY = [
    "copy (select 1) to '{tmp}/x.csv'",
    "copy (select 1) to '{file}' (format parquet, use_tmp_file false)",
    "copy (pivot article on kind) to '{file}' (format parquet, use_tmp_file false)",
    "explain analyze copy (select 1) to '{file}' (format parquet, use_tmp_file false)",
    "attach '{tmp}/x.db'",
    "attach ':memory:' as other",
    "install httpfs",
    "load httpfs",
    "set enable_external_access = true",
    "reset lock_configuration",
    "pragma enable_profiling",
    "create table x as select 1",
    "create table x as pivot article on kind",
    "create or replace view article as select 1",
    "drop view article",
    "insert into article select * from article",
    "export database '{tmp}/x'",
    "import database '{tmp}'",
    "create secret (type s3)",
    "call pragma_version()",
    "prepare x as select 1",
    "use memory",
    "checkpoint",
]
LOCKED = [query for query in NO_QUERY if query.startswith(("install", "load", "set", "reset", "pragma", "export"))]
LOCKED += ["copy (select 1) to '{tmp}/x.csv'", "attach '{tmp}/x.db'", "create secret (type s3)"]


def filled(query: str, root: Path, tmp_path: Path) -> str:
    """The query with paths of the warehouse in it, a quote in them doubled."""
    current = (root / "current").resolve()
    paths = {"root": root.resolve(), "current": current, "file": current / "article/00.parquet", "tmp": tmp_path}
    return query.format(**{name: str(path).replace("'", "''") for name, path in paths.items()})


@pytest.mark.parametrize("query", OUTSIDE + NO_QUERY)
def test_a_query_reads_the_snapshot_and_does_nothing_else(root: Path, tmp_path: Path, query: str) -> None:
    before = bytes_of(root)
    with pytest.raises(QueryRefused):
        ask(root, filled(query, root, tmp_path))
    assert bytes_of(root) == before
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("query", LOCKED)
def test_the_connection_itself_is_locked(root: Path, tmp_path: Path, query: str) -> None:
    """What the look at the statement would let through by mistake, duckdb refuses."""
    with connection(warehouse.open(root)) as opened, pytest.raises(duckdb.Error):
        opened.execute(filled(query, root, tmp_path))
    assert list(tmp_path.iterdir()) == []


def test_data_changed_within_a_query_has_no_table_to_go_to(root: Path) -> None:
    with pytest.raises(QueryRefused, match=r"document is not an? table"):
        ask(root, "with x as (insert into document from document returning *) from x")


def test_variables_of_the_program_are_no_tables(root: Path) -> None:
    here = pa.table({"a": [1]})
    with pytest.raises(QueryRefused, match="here does not exist"):
        ask(root, "from here")
    assert here.num_rows == 1


def test_what_memory_can_not_hold_goes_to_a_folder_that_is_gone_afterwards(root: Path) -> None:
    with connection(warehouse.open(root)) as opened:
        ((folder,),) = opened.execute("select current_setting('temp_directory')").fetchall()
        assert Path(folder).parent.is_dir()
    assert not Path(folder).parent.exists()


# --- messages -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("select kind,\n  headlin\nfrom article", 'Candidate bindings: "headline"'),
        ("select kind,\n  headlin\nfrom article", "LINE 2:   headlin\n          ^^^^^^^"),
        ("selec 1", 'syntax error at or near "selec"\n\nLINE 1: selec'),
        ("from articles", 'Did you mean "article"?'),
        ("", "one query at a time, please; this is none"),
        ("-- nothing", "one query at a time, please; this is none"),
        ("select 1; select 2", "one query at a time, please; this is 2"),
        ("drop view article", "DROP is not run here, only queries that read: SELECT, "),
        ("explain analyze select 1", "EXPLAIN is not run here"),
        ("select ?", "parameters"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(root: Path, query: str, message: str) -> None:
    with pytest.raises(QueryRefused) as caught:
        ask(root, query)
    assert message in str(caught.value)


def test_a_message_does_not_hold_a_whole_article(root: Path) -> None:
    with pytest.raises(QueryRefused) as caught:
        ask(root, "select cast(repeat(text, 100) as int) from article")
    assert len(str(caught.value)) < 900
    assert str(caught.value).startswith("Conversion Error: Could not convert string ")
    assert str(caught.value).endswith("^")


def test_a_file_that_is_gone_is_no_fault_of_the_query(tmp_path: Path) -> None:
    publish(tmp_path, {"00": pages(1)})
    with answer(warehouse.open(tmp_path), "from article") as found:
        assert len(list(found.rows())) == 1
    (tmp_path / "current/article/00.parquet").write_bytes(b"PAR1" * 20)
    with pytest.raises(QueryFailed, match=r"article/00\.parquet"):
        ask(tmp_path, "from article")
    (tmp_path / "current/article/00.parquet").unlink()
    with pytest.raises(QueryFailed, match=r"article/00\.parquet"):
        ask(tmp_path, "from article")


# --- formats --------------------------------------------------------------------------------------------------------


class Given:
    """An answer made by hand."""

    def __init__(self, columns: list[str], rows: list[tuple[Any, ...]], size: int = 2) -> None:
        self.columns = tuple(columns)
        self.numeric = tuple(isinstance(value, int | float) for value in rows[0]) if rows else (False,) * len(columns)
        self._left = [rows[start : start + size] for start in range(0, len(rows), size)]

    def rows(self) -> Iterator[list[tuple[Any, ...]]]:
        while self._left:
            yield self._left.pop(0)

    def count(self) -> int:
        return sum(map(len, self.rows()))


CELLS = st.none() | st.text() | st.integers() | st.booleans() | st.dates() | st.lists(st.text(), max_size=2)


@given(st.lists(st.tuples(st.text(), CELLS), max_size=5))
def test_csv_reads_back(rows: list[tuple[Any, ...]]) -> None:
    text = "".join(tables.as_csv(Given(["甲", "b,"], rows)))
    head, *found = list(csv.reader(io.StringIO(text, newline="")))
    assert head == ["甲", "b,"]
    assert [row[0] for row in found] == [row[0] for row in rows]
    for (_, cell), (_, value) in zip(found, rows, strict=True):
        assert (
            cell == value
            if isinstance(value, str)
            else not cell or str(value) in (cell, cell.title(), repr(value)) or json.loads(cell) == value
        )


@given(st.lists(st.tuples(CELLS, st.floats()), max_size=5))
def test_jsonl_reads_back(rows: list[tuple[Any, ...]]) -> None:
    lines = "".join(tables.as_jsonl(Given(["甲", "b"], rows))).split("\n")
    assert lines.pop() == ""
    for line, (value, number) in zip(lines, rows, strict=True):
        found = json.loads(line, parse_constant=pytest.fail)
        assert found["甲"] == (value.isoformat() if isinstance(value, date) else value)
        assert found["b"] == (number if number - number == 0 else None)


def spoken(markdown: str) -> list[list[str]]:
    """The cells of a table of Markdown as a browser would show them; no mark-up but line breaks may be in them."""
    cells, rows = [], []
    for token in MarkdownIt("commonmark", {"html": False}).enable("table").enable("strikethrough").parse(markdown):
        if token.type == "inline":
            assert {child.type for child in token.children or []} <= {"text", "text_special"}
            cells.append("".join(child.content for child in token.children or []))
        if token.type == "tr_close":
            rows.append(cells)
            cells = []
    return rows


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"])), min_size=2, max_size=2))
def test_no_text_becomes_markdown(row: list[str]) -> None:
    head, found = spoken("".join(tables.as_markdown(Given(["<b>a</b>", "b|*c*"], [tuple(row)]))))
    assert head == ["<b>a</b>", "b|*c*"]
    lines = [text.replace("\r\n", "\n").replace("\r", "\n").split("\n") for text in row]
    assert found == ["<br>".join(map(tables.visible, line)).strip() for line in lines]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("两行\n一格", "两行␊一格"),
        ("\x1b[31m红\x07", "␛[31m红␇"),
        ("\u202e反\x7f\x9b", "�反␡�"),
        ("全角　空格", "全角　空格"),
        ("[bold]不是标记[/bold]", "[bold]不是标记[/bold]"),
        ("𠀀😀", "𠀀😀"),
        (None, "null"),
        (True, "true"),
        (1.4e12, "1400000000000"),
        (0.5, "0.5"),
        (float("nan"), "nan"),
        (["甲", None], '["甲", null]'),
        ({"start": 1}, '{"start": 1}'),
        (b"\x00\xff", "00ff"),
    ],
)
def test_cells_of_a_table_take_one_line_and_command_nothing(text: object, shown: str) -> None:
    head, rule, line, total = "".join(tables.as_table(Given(["a"], [(text,)]), 0, None)).split("\n")[:-1]
    assert (head.strip(), set(rule), line.strip(), total) == ("a", {"─"}, shown, "1 row")


@given(
    st.lists(st.text(st.sampled_from("a汉，é�\n| ")), min_size=1, max_size=6),
    st.integers(min_value=20, max_value=90),
)
def test_no_line_of_a_table_is_wider_than_the_terminal(row: list[str], width: int) -> None:
    lines = "".join(tables.as_table(Given(list("汉bcdef")[: len(row)], [tuple(row)]), 0, width)).split("\n")
    assert max(map(cell_len, lines)) <= width


def test_columns_align_where_han_characters_take_two() -> None:
    rows = [("标题", 5, "一"), ("news", 12345, "b"), ("很长很长的标题还没有完", 7, "c")]
    shown = "".join(tables.as_table(Given(["kind", "n", "x"], rows), 0, 27))
    assert shown.split("\n") == [
        "kind                  n  x",
        "────────────────  ─────  ──",
        "标题                  5  一",
        "news              12345  b",
        "很长很长的标题…       7  c",
        "3 rows",
        "",
    ]


@pytest.mark.parametrize(
    ("limit", "total"), [(2, "2 of 5 rows; --limit N"), (5, "5 rows"), (0, "5 rows"), (9, "5 rows")]
)
def test_a_table_says_how_many_rows_there_are(limit: int, total: str) -> None:
    lines = "".join(tables.as_table(Given(["a"], [(number,) for number in range(5)]), limit, None)).splitlines()
    assert len(lines) == 2 + (limit if 0 < limit < 5 else 5) + 1
    assert lines[-1].startswith(total)


# --- the command ----------------------------------------------------------------------------------------------------


def test_the_command_answers_in_each_format(banmian: Banmian, root: Path) -> None:
    query = "select kind, headline, byline, n_figures from article order by article_id"
    rows = ask(root, query)
    said = {
        name: banmian("sql", query, "--warehouse", root, "--format", name).stdout
        for name in ("table", "csv", "jsonl", "markdown")
    }
    assert [list(json.loads(line).values()) for line in said["jsonl"].splitlines()] == [list(row) for row in rows]
    assert [row[1] for row in csv.reader(io.StringIO(said["csv"]))][1:] == [row[1] for row in rows]
    assert [row[1] for row in spoken(said["markdown"])][1:] == [row[1] for row in rows]
    assert said["table"].endswith("4 rows\n") and "很长的标题" * 20 in said["table"]
    assert banmian("sql", query, "--warehouse", root).stdout == said["table"]


def test_a_query_from_a_file_and_from_standard_input(banmian: Banmian, root: Path, tmp_path: Path) -> None:
    (tmp_path / "q.sql").write_text("\ufeffselect '汉' as a;\n", encoding="utf-8")
    for arguments, typed in (["--file", "q.sql"], None), (["-"], "select '汉' as a"):
        said = banmian("sql", *arguments, "--warehouse", root, "--format", "csv", input=typed)
        assert (said.returncode, said.stdout, said.stderr) == (0, "a\n汉\n", "")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["selec"], 'banmian: Parser Error: syntax error at or near "selec"\n\nLINE 1: selec\n        ^^^^^\n'),
        (["select cast(chr(27) || '[31m' as int)"], "␛[31m"),
        (["from read_csv('/etc/passwd')"], "Cannot access file"),
        (["select 1", "--file", "x.sql"], "either a query or --file"),
        (["--file", "x.sql"], "x.sql: No such file or directory"),
        (["--file", "latin.sql"], "not in UTF-8"),
        (["select 1", "--limit", "-1"], "--limit"),
        (["select 1", "--format", "parquet"], "needs --output"),
        (["select 1", "--output", "x.xlsx"], ".csv, .jsonl"),
        (["select 1", "--output", "missing/x.csv"], "can't write: No such file"),
        (["select 1", "--warehouse", "nowhere"], "no warehouse"),
    ],
)
def test_what_can_be_mended_is_told(
    banmian: Banmian, root: Path, tmp_path: Path, arguments: list[str], message: str
) -> None:
    (tmp_path / "latin.sql").write_bytes(b"select '\xff'")
    said = banmian("sql", "--warehouse", root, *arguments)
    assert (said.returncode, said.stdout) == (2, "")
    assert message in said.stderr and "Traceback" not in said.stderr and "\x1b" not in said.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["latin.sql"]


def test_the_warehouse_is_no_place_for_an_answer(banmian: Banmian, root: Path) -> None:
    before = bytes_of(root)
    target = root / "current/article/00.parquet"
    said = banmian("sql", "select 1", "--warehouse", root, "--output", target)
    assert said.returncode == 2 and "lies in the warehouse" in said.stderr
    assert bytes_of(root) == before


def test_answers_as_files(banmian: Banmian, root: Path, tmp_path: Path) -> None:
    for name in ("x.parquet", "x.csv", "x.jsonl", "x.md"):
        said = banmian("sql", "from article order by article_id", "--warehouse", root, "--output", name)
        assert (said.returncode, said.stdout, said.stderr) == (0, "", "")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["x.csv", "x.jsonl", "x.md", "x.parquet"]
    rows = sorted(rows_of(root, "article"), key=lambda row: row["article_id"])
    assert pq.read_table(tmp_path / "x.parquet").to_pylist() == rows
    read = [json.loads(line) for line in (tmp_path / "x.jsonl").read_text().splitlines()]
    assert [row["raw_spans"] for row in read] == [row["raw_spans"] for row in rows]
    assert len(spoken((tmp_path / "x.md").read_text())) == 5


def test_a_failed_answer_leaves_the_former_file(banmian: Banmian, root: Path, tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("before")
    said = banmian("sql", "select cast(text as int) from sentence", "--warehouse", root, "--output", "x.csv")
    assert said.returncode == 2
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("x.csv", "before")]


def test_without_a_query_the_tables_are_told(banmian: Banmian, root: Path, tmp_path: Path) -> None:
    said = banmian("sql", "--warehouse", root)
    assert said.returncode == 0
    for table in schema.TABLES:
        assert f"{table.name}: {table.meaning} ({len(rows_of(root, table.name)):,} in all)" in said.stdout
        for column in table.columns:
            assert f"  {column.name} " in said.stdout and column.meaning in said.stdout
    assert all(f'banmian sql "{query}"' in said.stdout for _, query in EXAMPLES[:2])
    nothing = banmian("sql", "--warehouse", tmp_path)
    assert nothing.returncode == 0 and "nothing is published here yet" in nothing.stdout


def test_help_has_the_examples(banmian: Banmian) -> None:
    said = banmian("sql", "--help").stdout
    assert all(query in said for _, query in EXAMPLES)


def test_on_a_terminal_rows_are_cut_to_its_width(environment: dict[str, str], root: Path) -> None:
    above, below = pty.openpty()
    query = "select a.kind, a.headline, a.text from article a join sentence using (article_id) order by length(a.text)"
    command = [BANMIAN, "sql", f"{query} desc"]
    settings = {**environment, "COLUMNS": "60"}
    with subprocess.Popen([*command, "--warehouse", root, "--limit", "3"], stdout=below, env=settings) as child:
        os.close(below)
        said = b""
        while chunk := _read(above):
            said += chunk
    os.close(above)
    lines = said.decode().splitlines()
    assert child.returncode == 0
    assert 58 <= max(map(cell_len, lines[:-1])) <= 60 and "…" in said.decode()
    assert lines[-1].startswith("3 of 14 rows")


def _read(descriptor: int) -> bytes:
    try:
        return os.read(descriptor, 4096)
    except OSError:  # how Linux says that the other end of a terminal is closed
        return b""


def endless(environment: dict[str, str], root: Path) -> subprocess.Popen[bytes]:
    command = [BANMIAN, "sql", "from range(1_000_000_000_000)", "--format", "csv", "--warehouse", root]
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment, preexec_fn=_hear_ctrl_c
    )


def _hear_ctrl_c() -> None:
    """A child of a process in the background would ignore it from the start."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def test_a_closed_pipe_ends_it_quietly(environment: dict[str, str], root: Path) -> None:
    with endless(environment, root) as child:
        assert child.stdout and child.stderr
        assert child.stdout.readline() == b"range\n"
        child.stdout.close()
        assert (child.stderr.read(), child.wait(60)) == (b"", 0)


def test_ctrl_c_ends_an_answer(environment: dict[str, str], root: Path) -> None:
    with endless(environment, root) as child:
        assert child.stdout and child.stderr
        assert child.stdout.readline() == b"range\n"
        child.send_signal(signal.SIGINT)
        _, said = child.communicate(timeout=60)
        assert (said, child.returncode) == (b"banmian: stopped\n", 130)


@pytest.fixture
def ctrl_c() -> Iterator[None]:
    """Ctrl-C raises KeyboardInterrupt here, whatever the process was told of it: one in the background ignores it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before or signal.SIG_DFL)


@pytest.mark.usefixtures("ctrl_c")
@pytest.mark.parametrize("after", [0, 0.02, 0.1, 0.2, 0.3, 0.5])
def test_ctrl_c_ends_a_query_that_has_no_row_yet(root: Path, after: float) -> None:
    # However early or late it comes, it comes before an answer could.
    timer = threading.Timer(after, os.kill, [os.getpid(), signal.SIGINT])
    with pytest.raises(KeyboardInterrupt):
        timer.start()
        ask(root, "select count(*) from range(1_000_000_000_000) t(i) where i::varchar like '%77%'")
    assert ask(root, "select 1") == [(1,)]


@pytest.mark.usefixtures("ctrl_c")
def test_an_interruption_that_duckdb_forgets_is_repeated(root: Path) -> None:
    """As one that comes between two steps of a query: the first two are dropped here as duckdb drops it then."""
    heard = []
    timer = threading.Timer(0.2, os.kill, [os.getpid(), signal.SIGINT])
    with connection(warehouse.open(root)) as opened, ThreadPoolExecutor(1) as pool:

        def interrupt() -> None:
            heard.append(1)
            if len(heard) > 2:
                opened.interrupt()

        query = "select count(*) from range(1_000_000_000_000) t(i) where i::varchar = '7'"
        with pytest.raises(KeyboardInterrupt):
            timer.start()
            sql._waited(pool, interrupt, lambda: opened.execute(query))
    assert len(heard) > 2


def test_the_answer_is_what_the_formats_want(root: Path) -> None:
    with answer(warehouse.open(root), "select kind, n_figures from article") as found:
        assert isinstance(found, Answer)
        assert found.numeric == (False, True)
        lines = "".join(tables.as_csv(found)).splitlines()
    assert lines[0] == "kind,n_figures" and len(lines) == 5
