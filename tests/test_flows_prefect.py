"""The build as a Prefect flow, on a real server; and the server that a build brings along."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import time
from pathlib import Path
from urllib.request import urlopen

import pytest
from machine import is_alive

from flows import batch, plan, server
from flows.build import build, in_threads
from flows.parameters import BuildParameters

pytestmark = pytest.mark.slow


def files(root: Path) -> dict[str, bytes]:
    return {str(path.relative_to(root)): path.read_bytes() for path in sorted(root.rglob("*.parquet"))}


@pytest.mark.usefixtures("prefect_server")
def test_the_flow_publishes_what_the_plain_build_publishes(
    pages: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from prefect import get_client

    from flows.flow import build_flow

    monkeypatch.setattr(plan, "SHARD_BYTES", 16_000)
    (pages / "empty.txt").touch()
    parameters = BuildParameters(sources=[str(pages)], warehouse=tmp_path / "flow", jobs=2)
    state = build_flow(parameters, return_state=True)
    outcome = state.result()
    assert outcome.published.new and outcome.quarantined == 1

    plain = build(parameters.model_copy(update={"warehouse": tmp_path / "plain"}), in_threads)
    assert files(outcome.published.path) == files(plain.published.path)

    with get_client(sync_client=True) as client:
        tasks = client.read_task_runs()
        mine = {task.name for task in tasks if task.flow_run_id == state.state_details.flow_run_id}
        assert mine == {f"batch-{one.shard}" for one in outcome.plan.batches}
        assert client.read_flow_run(state.state_details.flow_run_id).state.is_completed()

    again = build_flow(parameters)
    assert not again.published.new and again.results == ()


@pytest.mark.usefixtures("prefect_server")
def test_a_plan_at_hand_is_not_made_again(pages: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from flows import build as building
    from flows.flow import build_flow, run

    parameters = BuildParameters(sources=[str(pages)], warehouse=tmp_path / "warehouse", jobs=1)
    at_hand = building.plan_for(parameters)
    made: list[BuildParameters] = []

    def counted(of: BuildParameters) -> plan.Plan:
        made.append(of)
        return at_hand

    monkeypatch.setattr(building, "plan_for", counted)
    assert run(parameters, at_hand).plan is at_hand
    assert made == []
    build_flow(parameters)
    assert made == [parameters]


@pytest.mark.usefixtures("prefect_server")
@pytest.mark.parametrize("embedded", [False, True])
def test_artifacts_are_left_where_somebody_can_look_at_them(
    embedded: bool, pages: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from prefect import get_client

    from flows.flow import build_flow

    if embedded:
        monkeypatch.setattr(server, "_started", {os.environ.get("PREFECT_API_URL")})
    parameters = BuildParameters(sources=[str(pages)], warehouse=tmp_path / "warehouse", jobs=1)
    run = build_flow(parameters, return_state=True).state_details.flow_run_id
    with get_client(sync_client=True) as client:
        wanted = {"flow_run_id": {"any_": [str(run)]}}
        left = client.request("POST", "/artifacts/filter", json={"artifacts": wanted}).json()
    kinds = {artifact["key"].partition("-")[0] for artifact in left}
    assert kinds == (set() if embedded else {"progress", "report", "tables", "warnings"})


@pytest.mark.usefixtures("prefect_server")
def test_bad_parameters_are_refused_before_a_run_does_anything(tmp_path: Path) -> None:
    from prefect.exceptions import ParameterTypeError

    from flows.flow import build_flow

    for wrong in (
        {"sources": []},
        {"sources": ["x"], "jobs": 0},
        {"sources": ["x"], "pattern": "{x}"},
        {"source": "x"},
    ):
        with pytest.raises(ParameterTypeError, match="invalid parameters"):
            build_flow({"warehouse": str(tmp_path / "warehouse"), **wrong})
    assert not (tmp_path / "warehouse").exists()


@pytest.mark.usefixtures("prefect_server")
def test_the_log_of_a_run_names_the_page_and_shows_where_a_rule_failed(
    pages: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    from flows import pool
    from flows.flow import build_flow

    def failing(*_: object) -> None:
        raise KeyError("no such word")

    monkeypatch.setattr(batch, "read_page", failing)
    monkeypatch.setattr(pool, "run", batch.run_batch)
    with caplog.at_level(logging.WARNING):
        outcome = build_flow(BuildParameters(sources=[str(pages / "000-1.txt")], warehouse=tmp_path / "warehouse"))
    assert outcome.quarantined == 1
    assert "000-1.txt: quarantined: a rule failed: KeyError: 'no such word'" in caplog.text
    assert "in failing" in caplog.text


@pytest.mark.usefixtures("prefect_server")
def test_a_run_says_what_it_left_for_the_next_one(
    pages: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    from flows import settling
    from flows.errors import NothingSettled
    from flows.flow import build_flow, run

    def is_old(path: str, *_: object) -> bool:
        return path.endswith("000-1.txt") and ready

    (pages / "000-1.json").write_text("{}")
    monkeypatch.setattr(settling, "_is_settled", is_old)
    asked = BuildParameters(sources=[str(pages)], warehouse=tmp_path / "warehouse", settle=0.1)
    ready = False
    ahead = time.time() + 3600  # a clock that runs ahead: the build looks twice
    os.utime(pages / "000-1.txt", (ahead, ahead))
    state = build_flow(asked, return_state=True)
    assert (state.type.value, state.name) == ("COMPLETED", "NothingNew")
    assert str(state.message).startswith("nothing built: 8 left for the next run")
    with pytest.raises(NothingSettled):
        run(asked)
    ready = True
    with caplog.at_level(logging.INFO):
        outcome = run(asked)
    assert len(outcome.left) == 7 and outcome.published.manifest.statuses == {"ok": 1}
    assert "000-1.json: says none of publication, date and page" in caplog.text
    assert "000-0.txt: left for the next run" in caplog.text


def test_a_server_is_configured_by_environment_folder_or_profile(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    home = tmp_path / "home"
    home.mkdir()
    environ = {"PREFECT_HOME": str(home)}
    assert server.configured_url(environ) is None
    assert server.configured_url(environ | {"PREFECT_API_URL": "http://a/api"}) == "http://a/api"
    profiles = 'active = "mine"\n[profiles.mine]\nPREFECT_API_URL = "http://b/api"\n[profiles.ephemeral]\nX = "1"\n'
    (home / "profiles.toml").write_text(profiles)
    assert server.configured_url(environ) == "http://b/api"
    assert server.configured_url(environ | {"PREFECT_PROFILE": "ephemeral"}) is None
    (tmp_path / "prefect.toml").write_text('[api]\nurl = "http://c/api"\n')
    assert server.configured_url(environ) == "http://c/api"


STARTS_A_SERVER = """
import os, sys, time
from flows import server
one = server.start()
one.wait()
print(one.url, one.home, one.process.pid, one.fresh, flush=True)
time.sleep(600)
"""


def started(environment: dict[str, str]) -> subprocess.Popen[str]:
    return subprocess.Popen([sys.executable, "-c", STARTS_A_SERVER], env=environment, stdout=subprocess.PIPE, text=True)


def until_gone(pid: int, seconds: float = 5) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if not is_alive(pid):
            return True
        time.sleep(0.05)
    return False


def test_two_first_servers_at_once_and_neither_outlives_a_killed_build(
    environment: dict[str, str], tmp_path: Path
) -> None:
    fresh = environment | {"XDG_CACHE_HOME": str(tmp_path / "cache")}
    builds = [started(fresh), started(fresh)]
    try:
        for one in builds:
            assert one.stdout
            url, home, pid, migrated, *_ = one.stdout.readline().split()
            assert migrated == "True"
            with urlopen(f"{url}/health") as reply:
                assert reply.status == 200
            one.kill()
            one.wait()
            assert until_gone(int(pid))
            assert not os.path.exists(home)
            with pytest.raises(OSError, match=r"refused|reset"):
                urlopen(f"{url}/health")
    finally:
        for one in builds:
            one.kill()
            one.wait()
    kept = list((tmp_path / "cache/banmian").iterdir())
    assert [path.suffix for path in kept] == [".db"]
