"""The command line as a user meets it: what it prints, what it leaves behind, and its exit codes."""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from conftest import BANMIAN, SEEDS, Banmian, without_root
from stopwatch import seconds

from flows import commands
from warehouse import schema

GOOD = "本报讯 （记者 王小明）5月9日，全市春季植树活动启动，当天栽下树苗1200多棵。\n"

COMMANDS = [module.__name__.rpartition(".")[2] for module in commands.ALL]

Row = dict[str, Any]


def rows(warehouse: Path, table: str) -> list[Row]:
    found: list[Row] = pq.read_table(warehouse / "current" / table).to_pylist()
    return found


def by_path(warehouse: Path) -> dict[str, Row]:
    return {row["source_path"]: row for row in rows(warehouse, "document")}


# --- help and wrong usage -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", [[], *([name] for name in COMMANDS)])
def test_every_command_has_help_with_an_example(banmian: Banmian, command: list[str]) -> None:
    said = banmian(*command, "--help")
    assert said.returncode == 0
    assert "example:\n  " in said.stdout
    assert "exit codes" in said.stdout


def test_help_loads_nothing_heavy() -> None:
    code = (
        "import sys, flows.cli; sys.exit(any(name in sys.modules for name in ('prefect', 'pyarrow', 'jieba', 'rich')))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_worker_loads_what_it_needs_and_no_more() -> None:
    code = (
        "import sys, flows.preload; from transforms.words import tag; tag('乾坤龘鿕国科')\n"
        "sys.exit(any(sys.modules.get(name) for name in ('jieba.posseg', 'pandas', 'prefect', 'pydantic')))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize(
    "arguments",
    [[], ["nonsense"], ["build"], ["build", "x.txt", "--jobs", "0"], ["build", "x.txt", "--jobs", "two"]],
)
def test_wrong_usage_is_told(banmian: Banmian, arguments: list[str]) -> None:
    said = banmian(*arguments)
    assert said.returncode == 2
    assert said.stdout == "" and "banmian" in said.stderr
    assert "Traceback" not in said.stderr


@pytest.mark.parametrize(
    ("name", "source", "message"),
    [
        ("notes.md", ".", "no page in this folder"),
        ("notes.md", "missing", "does not exist"),
        ("notes.md", "*.txt", "no page fits"),
        ("pages.zip", "pages.zip", "unpack it"),
        ("page.pdf", "page.pdf", "text layer"),
    ],
)
def test_where_there_is_no_page_nothing_is_built(
    banmian: Banmian, tmp_path: Path, name: str, source: str, message: str
) -> None:
    (tmp_path / name).write_text("x")
    said = banmian("build", source, "--inline")
    assert (said.returncode, said.stdout) == (2, "")
    assert message in said.stderr
    assert os.listdir(tmp_path) == [name]


def test_a_wrong_source_among_good_ones_stops_the_build(banmian: Banmian, tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(b"%PDF-1.7")
    assert banmian("build", SEEDS, "a.pdf", "--inline").returncode == 2
    assert not (tmp_path / "data").exists()


# --- build ----------------------------------------------------------------------------------------------------------


def test_a_build_ends_with_what_a_person_wants_to_know(banmian: Banmian, tmp_path: Path) -> None:
    said = banmian("build", SEEDS, "--inline")
    assert said.returncode == 0, said.stderr
    manifest = json.loads((tmp_path / "data/warehouse/current/manifest.json").read_text())
    for fact in ("Built 2 pages in", "2 (2 ok)", "gold_seed0.jsonl: not *.txt", "data/warehouse/current (snapshot 1)"):
        assert fact in said.stdout
    assert f"{manifest['rows']['sentence']:,}" in said.stdout
    load = said.stdout.rpartition("load one")[2].strip()
    again = subprocess.run(
        [sys.executable, "-c", f"{load}; print(len(articles))"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert int(again.stdout) == manifest["rows"]["article"]


def test_a_second_build_says_that_nothing_changed(banmian: Banmian, tmp_path: Path) -> None:
    banmian("build", SEEDS, "--inline")
    began = time.monotonic()
    said = banmian("build", SEEDS)  # no server is started to find that out
    assert time.monotonic() - began < 15
    assert said.returncode == 0
    assert said.stdout.startswith("Nothing changed: 2 pages")
    assert os.listdir(tmp_path / "data/warehouse/snapshots") == ["000001"]


@pytest.mark.slow
def test_a_build_brings_its_own_prefect_and_leaves_nothing_of_it(
    banmian: Banmian, tmp_path: Path, environment: dict[str, str]
) -> None:
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    offline = {
        "http_proxy": "http://127.0.0.1:9",
        "https_proxy": "http://127.0.0.1:9",
        "all_proxy": "http://127.0.0.1:9",
    }
    not_ours = {"PREFECT_API_DATABASE_CONNECTION_URL": "sqlite+aiosqlite:////nowhere/else.db", "PREFECT_API_KEY": "x"}
    said = banmian("build", SEEDS, env=environment | offline | not_ours | {"TMPDIR": str(temporary)})
    assert said.returncode == 0, said.stderr
    assert said.stderr == ""
    assert said.stdout.startswith("Built 2 pages")
    assert [name for name in os.listdir(temporary) if not name.startswith("jieba")] == []
    assert not (Path(environment["HOME"]) / ".prefect").exists()


@pytest.mark.slow
def test_a_configured_server_that_does_not_answer_is_named(
    banmian: Banmian, tmp_path: Path, environment: dict[str, str]
) -> None:
    url = "http://127.0.0.1:9/api"
    said = banmian("build", SEEDS, env=environment | {"PREFECT_API_URL": url, "PREFECT_CLIENT_MAX_RETRIES": "0"})
    assert said.returncode == 1
    assert url in said.stderr and "--inline" in said.stderr and "Traceback" not in said.stderr
    assert not (tmp_path / "data").exists()


# --- bad input ------------------------------------------------------------------------------------------------------

QUARANTINED: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "empty"),
    "binary": (b"\0\1\2\3\4\5\6\7" * 500, "binary"),
    "PDF by another name": (b"%PDF-1.7\n" + bytes(range(128, 256)) * 8, "PDF"),
    "no encoding": ((GOOD * 5).encode() + bytes(range(0x80, 0x100)) * 20, "encoding"),
}
READ: dict[str, tuple[bytes, str]] = {
    "byte-order mark": (b"\xef\xbb\xbf" + (GOOD * 3).encode(), "utf-8"),
    "gb18030": ((GOOD * 3).encode("gb18030"), "gb18030"),
    "big5": (
        ("本報訊 （記者 王小明）五月九日，全市春季植樹活動啟動，當天栽下樹苗1200多棵。\n" * 3).encode("big5"),
        "big5",
    ),
    "utf-16": ((GOOD * 3).encode("utf-16"), "utf-16"),
    "control characters": ((GOOD * 3).replace("，", "，\0\x01").encode(), "utf-8"),
}


def test_pages_that_can_not_be_read_are_quarantined_and_the_good_one_published(
    banmian: Banmian, tmp_path: Path
) -> None:
    folder = tmp_path / "pages"
    folder.mkdir()
    (folder / "good.txt").write_text(GOOD, encoding="utf-8")
    for name, (data, _) in QUARANTINED.items():
        (folder / f"{name}.txt").write_bytes(data)
    said = banmian("build", folder, "--inline", "--warehouse", "w")
    assert said.returncode == 1, said.stderr
    documents = by_path(tmp_path / "w")
    good = documents.pop("good.txt")
    assert good["status"] == "ok"
    assert len(rows(tmp_path / "w", "article")) == good["n_articles"] > 0
    assert set(documents) == {f"{name}.txt" for name in QUARANTINED}
    for name, (_, cause) in QUARANTINED.items():
        document = documents[f"{name}.txt"]
        assert document["status"] == "quarantined" and cause in document["error"], name
        assert f"{name}.txt: quarantined: {document['error']}" in said.stdout


def test_odd_but_good_pages_are_read(banmian: Banmian, tmp_path: Path) -> None:
    folder = tmp_path / "pages"
    folder.mkdir()
    for name, (data, _) in READ.items():
        (folder / f"{name}.txt").write_bytes(data)
    said = banmian("build", folder, "--inline", "--warehouse", "w")
    assert said.returncode == 0, said.stdout + said.stderr
    documents, articles = by_path(tmp_path / "w"), rows(tmp_path / "w", "article")
    for name, (_, encoding) in READ.items():
        document = documents[f"{name}.txt"]
        assert (document["status"], document["error"]) == ("ok", None), name
        assert document["encoding"].startswith(encoding), name
        texts = [article["text"] for article in articles if article["document_id"] == document["document_id"]]
        assert any("植树活动启动" in text for text in texts), name


def test_a_byte_in_a_thousand_that_can_not_be_read_is_a_warning(banmian: Banmian, tmp_path: Path) -> None:
    data = (GOOD * 60).encode()
    (tmp_path / "page.txt").write_bytes(data[:3000] + b"\xff" + data[3000:])
    said = banmian("build", "page.txt", "--inline", "--warehouse", "w")
    assert said.returncode == 0, said.stderr
    (document,) = rows(tmp_path / "w", "document")
    assert document["status"] == "partial" and document["error"]
    assert f"page.txt: partial: {document['error']}" in said.stdout


def test_a_page_of_furniture_is_all_residue(banmian: Banmian, tmp_path: Path) -> None:
    (tmp_path / "page.txt").write_text("责任编辑：王小明\n电话：0543-1234567\n", encoding="utf-8")
    said = banmian("build", "page.txt", "--inline", "--warehouse", "w")
    assert said.returncode == 0, said.stderr
    (document,) = rows(tmp_path / "w", "document")
    assert (document["status"], document["n_articles"]) == ("ok", 0)
    assert rows(tmp_path / "w", "article") == []
    held = "".join("".join(row["text"].split()) for row in rows(tmp_path / "w", "residue"))
    assert held == "责任编辑：王小明电话：0543-1234567"


def test_a_page_closed_to_us_and_one_that_is_gone(banmian: Banmian, tmp_path: Path) -> None:
    folder = tmp_path / "pages"
    (folder / "closed").mkdir(parents=True)
    (folder / "good.txt").write_text(GOOD, encoding="utf-8")
    (folder / "secret.txt").write_text(GOOD, encoding="utf-8")
    (folder / "gone.txt").symlink_to("nowhere")
    (folder / "secret.txt").chmod(0)
    (folder / "closed").chmod(0)
    said = banmian("build", folder, "--inline", "--warehouse", "w", preexec_fn=without_root)
    (folder / "closed").chmod(0o755)
    assert said.returncode == 1, said.stderr
    errors = {path: row["error"] for path, row in by_path(tmp_path / "w").items()}
    assert errors == {
        "good.txt": None,
        "secret.txt": "can't be read: Permission denied",
        "closed": "can't be read: Permission denied",
        "gone.txt": "can't be read: No such file or directory",
    }


@pytest.mark.slow
def test_a_long_line_takes_time_in_proportion() -> None:
    """What holds from a quarter of a megabyte to two holds to fifty; a cost by the square would show as 64 to 1."""
    from transforms.document import Source
    from transforms.page import read_page

    def read(copies: int) -> None:
        assert read_page(Source("", "", GOOD.strip().encode() * copies)).status == "ok"

    read(1)  # dictionaries
    copies = 250_000 // len(GOOD.encode())
    assert seconds(lambda: read(8 * copies)) < 24 * seconds(lambda: read(copies))


# --- the disk -------------------------------------------------------------------------------------------------------


def little_room() -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, 10_000))


def snapshot(root: Path) -> dict[str, object]:
    return {str(path): path.read_bytes() if path.is_file() else None for path in sorted(root.rglob("*"))}


@pytest.mark.parametrize("published", [False, True], ids=["first build", "second build"])
def test_no_room_on_the_disk(banmian: Banmian, tmp_path: Path, published: bool) -> None:
    if published:
        (tmp_path / "page.txt").write_text(GOOD, encoding="utf-8")
        assert banmian("build", "page.txt", "--inline", "--warehouse", "w").returncode == 0
    before = snapshot(tmp_path)
    said = banmian("build", SEEDS, "--inline", "--warehouse", "w", preexec_fn=little_room)
    assert said.returncode == 1
    assert "File too large" in said.stderr and "w/" in said.stderr
    assert "Traceback" not in said.stderr
    assert snapshot(tmp_path) == before


def test_no_right_to_write(banmian: Banmian, tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o555)
    said = banmian("build", SEEDS, "--inline", "--warehouse", closed / "w", preexec_fn=without_root)
    assert said.returncode == 1
    assert "Permission denied" in said.stderr and str(closed) in said.stderr
    assert "Traceback" not in said.stderr
    assert os.listdir(closed) == []


def test_a_file_where_the_warehouse_should_be(banmian: Banmian, tmp_path: Path) -> None:
    (tmp_path / "w").write_text("mine")
    said = banmian("build", SEEDS, "--inline", "--warehouse", "w")
    assert said.returncode == 1
    assert "Traceback" not in said.stderr
    assert (tmp_path / "w").read_text() == "mine"


# --- stopping -------------------------------------------------------------------------------------------------------


def processes_of(marker: str) -> list[int]:
    """The processes that carry `marker` in their environment: all that a build has started."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdigit() and marker.encode() in (entry / "environ").read_bytes():
                found.append(int(entry.name))
        except OSError:
            continue
    return found


def soon(condition: Callable[[], bool], seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.1)
    return condition()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("inline", "number"),
    [
        (True, signal.SIGINT),
        (True, signal.SIGKILL),
        (False, signal.SIGTERM),
        (False, signal.SIGINT),
        (False, signal.SIGKILL),
    ],
    ids=["Ctrl-C", "kill -9", "SIGTERM, with Prefect", "Ctrl-C, with Prefect", "kill -9, with Prefect"],
)
def test_a_build_that_is_stopped_leaves_nothing(
    tmp_path: Path, environment: dict[str, str], inline: bool, number: signal.Signals
) -> None:
    (tmp_path / "page.txt").write_bytes((SEEDS / "000_7916b8fcdf412def.txt").read_bytes() * 200)
    marker = f"BANMIAN_TEST={tmp_path}"
    temporary, home = tmp_path / "tmp", tmp_path / "home"
    temporary.mkdir()
    home.mkdir()
    build = subprocess.Popen(
        [BANMIAN, "build", tmp_path / "page.txt", "--warehouse", tmp_path / "w", *(["--inline"] if inline else [])],
        env=environment | {"BANMIAN_TEST": str(tmp_path), "TMPDIR": str(temporary), "HOME": str(home)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert soon(lambda: any((tmp_path / "w").glob(".staging/*/*/.*")), 60), build.communicate()
    began = time.monotonic()
    build.send_signal(number)
    _, complaint = build.communicate(timeout=30)
    assert time.monotonic() - began < 10
    assert soon(lambda: not processes_of(marker), 5)
    assert soon(lambda: [name for name in os.listdir(temporary) if not name.startswith("jieba")] == [], 5)
    assert os.listdir(home) == []
    if number == signal.SIGKILL:
        assert build.returncode == -number
        assert not (tmp_path / "w/current").exists()
    else:
        assert build.returncode == 128 + number
        assert f"stopped by {number.name}; nothing was published" in complaint
        assert "Traceback" not in complaint
        assert not (tmp_path / "w").exists()


@pytest.mark.slow
@pytest.mark.parametrize(("times", "code"), [(1, 0), (2, 1)])
def test_workers_that_are_killed_cost_a_page_at_most(
    tmp_path: Path, environment: dict[str, str], times: int, code: int
) -> None:
    """Once: the batch is carried out again. Twice at one page: it is to blame, most likely. Its relatives are killed as
    well: the process that workers are forked from."""
    (tmp_path / "page.txt").write_bytes((SEEDS / "000_7916b8fcdf412def.txt").read_bytes() * 40)
    build = subprocess.Popen(
        [BANMIAN, "build", tmp_path / "page.txt", "--warehouse", tmp_path / "w", "--inline"],
        env=environment | {"BANMIAN_TEST": str(tmp_path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    killed: set[int] = set()
    for _ in range(times):
        assert soon(lambda: len(working(tmp_path, killed)) == 2, 60), build.communicate()
        time.sleep(0.5)  # for the worker to come to the page
        for process in working(tmp_path, killed):
            os.kill(process, signal.SIGKILL)
            killed.add(process)
    said, complaint = build.communicate(timeout=60)
    assert build.returncode == code, complaint
    assert complaint.startswith("page.txt: a worker process was ended from outside; another goes on\n")
    assert "Traceback" not in complaint
    cause = "the process that read it was ended twice"
    assert (cause in said, cause in complaint) == ((False, False) if times == 1 else (True, True))
    assert by_path(tmp_path / "w")["page.txt"]["status"] == ("ok" if times == 1 else "quarantined")


def working(folder: Path, but: set[int]) -> list[int]:
    """The worker processes of a build, and the one that they are forked from, once one of them is at its page."""
    shards = any((folder / "w").glob(".staging/*/*/.*"))
    return [
        process
        for process in (processes_of(f"BANMIAN_TEST={folder}") if shards else ())
        if process not in but and b"forkserver" in Path(f"/proc/{process}/cmdline").read_bytes()
    ]


# --- show, figures, status ------------------------------------------------------------------------------------------


def test_show_prints_all_of_a_page(banmian: Banmian, tmp_path: Path) -> None:
    banmian("build", SEEDS, "--inline", "--warehouse", "w")
    for seed in sorted(SEEDS.glob("*.txt")):
        said = banmian("show", seed)
        assert said.returncode == 0, said.stderr
        assert "\x1b" not in said.stdout
        printed = "".join(said.stdout.split())
        document = by_path(tmp_path / "w")[seed.name]
        for article in rows(tmp_path / "w", "article"):
            if article["document_id"] == document["document_id"]:
                parts = [article[name] for name in ("headline", "kicker", "speaker", "section")]
                for part in [*article["text"].split("\n"), *filter(None, parts)]:
                    assert "".join(part.split()) in printed


def test_show_keeps_to_the_width_and_marks_crossheads() -> None:
    from flows.show import Look, shown
    from transforms.alignment import Span
    from transforms.document import Article, Document

    text = "“十四五”以来，全市粮食总产量连续三年超过七十亿斤，位居全省前列。" * 3
    article = Article(
        "d-0000", 0, "news", f"小标题\n{text}", (Span(0, 9),), (), headline=text[:60], crossheads=("小标题",)
    )
    lines = list(shown(Document("d", "a.txt", "", articles=(article,)), Look(width=60)))
    assert "  ## 小标题" in lines
    assert "".join(line.strip() for line in lines[lines.index("  ## 小标题") + 1 :]) == f"¶ {text}"
    wide = [sum(2 if ord(character) > 0x2000 else 1 for character in line) for line in lines]
    assert max(wide) <= 60 + 2  # a mark that may not open a line hangs over
    assert "\x1b[1m" in "".join(shown(Document("d", "a.txt", ""), Look(colour=True)))


def test_show_tells_what_it_can_not_show(banmian: Banmian, tmp_path: Path) -> None:
    (tmp_path / "empty.txt").touch()
    said = banmian("show", "empty.txt")
    assert said.returncode == 1 and "quarantined" in said.stdout and "empty" in said.stdout
    assert banmian("show", "missing.txt").returncode == 2
    assert banmian("show", SEEDS).returncode == 2


def test_figures_answers_line_by_line(banmian: Banmian) -> None:
    text = "全市粮食总产量达到70.8亿斤，同比增长3.2%。"
    lines = [
        {"id": 1, "input": text, "ref_date": "2024-05-10"},
        {"id": "b", "input": text, "ref_date": "2024-05-10T08:30:00+08:00"},
        {"id": None, "input": text, "ref_date": None},
        {"id": [4], "input": "", "ref_date": None},
    ]
    said = banmian("figures", input="\n".join(json.dumps(line) for line in lines) + "\n\n")
    assert said.returncode == 0, said.stderr
    answers = [json.loads(line) for line in said.stdout.splitlines()]
    assert [answer["id"] for answer in answers] == [1, "b", None, [4]]
    assert [len(answer["predictions"]) for answer in answers] == [2, 2, 2, 0]
    for found in answers[0]["predictions"]:
        assert text[found["start"] : found["end"]] == found["text"]
    columns = schema.BY_NAME["figure"].schema.names
    due = columns[columns.index("kind") : columns.index("doubtful") + 1]
    assert list(answers[0]["predictions"][0]) == ["text", "start", "end", *due]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{", "line 2: not JSON"),
        ("[]", 'line 2: has no "id"'),
        ('{"id": 1}', 'line 2: has no "id" or no text as "input"'),
        ('{"id": 1, "input": 5, "ref_date": null}', 'no text as "input"'),
        ('{"id": 1, "input": "x", "ref_date": "May"}', "no ISO date"),
        ('{"id": 1, "input": "x", "ref_date": 20240510}', "no ISO date"),
    ],
)
def test_figures_names_the_line_that_it_can_not_read(banmian: Banmian, line: str, message: str) -> None:
    said = banmian("figures", input='{"id": 0, "input": "", "ref_date": null}\n' + line + "\n")
    assert said.returncode == 2
    assert message in said.stderr and "Traceback" not in said.stderr
    assert said.stdout == '{"id": 0, "predictions": []}\n'


def test_status_tells_what_a_warehouse_holds(banmian: Banmian, tmp_path: Path) -> None:
    assert banmian("status").returncode == 2
    (tmp_path / "empty.txt").touch()
    banmian("build", SEEDS, "empty.txt", "--inline", "--warehouse", "w")
    said = banmian("status", "--warehouse", "w")
    assert said.returncode == 0
    for fact in ("Snapshot 1 of w", "3 (2 ok, 1 quarantined)", "empty.txt: quarantined", "w/current"):
        assert fact in said.stdout
