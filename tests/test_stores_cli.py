"""The command line with sources and a warehouse in an object store; and that no secret is written or said."""

from __future__ import annotations

import os
from pathlib import Path

import object_store
import pytest
from conftest import SEEDS, Banmian
from object_store import Proxy
from pydantic import ValidationError

from flows.parameters import BuildParameters
from warehouse.stores import Store
from warehouse.urls import redacted

SENTINEL = "s3nt1nel"


@pytest.fixture
def stored(banmian: Banmian, bucket: str, store_address: str, environment: dict[str, str], tmp_path: Path) -> Banmian:
    """`banmian` as a user calls it whose pages lie in the bucket, below `in`."""
    for seed in SEEDS.glob("*.txt"):
        Store(bucket).send(seed, f"in/{seed.name}")
    user = environment | object_store.settings(store_address) | {"XDG_CACHE_HOME": str(tmp_path / "cache")}

    def run(*arguments: object, **options: object) -> object:
        return banmian(*arguments, **{"env": user, **options})

    return run  # type: ignore[return-value]


@pytest.mark.slow
def test_all_commands_take_a_warehouse_in_a_store(stored: Banmian, bucket: str, tmp_path: Path) -> None:
    def said(*arguments: object, code: int = 0) -> str:
        run = stored(*arguments, "--warehouse", f"{bucket}/corpus")
        assert run.returncode == code, run.stderr
        return run.stdout + run.stderr

    assert "nothing is published here yet" in said("status", code=2)
    assert f"tables     {bucket}/corpus/snapshots/000001 (snapshot 1)" in said("build", f"{bucket}/in", "--inline")
    assert said("build", f"{bucket}/in", "--inline").startswith("Nothing changed")
    assert f"Snapshot 1 of {bucket}/corpus" in said("status")
    assert "257" in said("sql", "select count(*) from sentence")
    assert "sentence" in said("sql")
    verified = said("verify")
    assert f"Snapshot 1 in {bucket}/corpus: verified, no fault" in verified
    assert "2 of 2 pages compared" in verified
    assert "Exported snapshot 1 as csv" in said("export", "csv", tmp_path / "csv")
    for path in said("report").splitlines():
        assert Path(path).is_file()
    assert "(1 read anew)" in said("build", f"{bucket}/in/000_7916b8fcdf412def.txt", "--inline", "--pos")
    assert f"is current again: {bucket}/corpus/snapshots/000001" in said("rollback", 1)
    assert "Removed snapshot 2" in said("expire", "--older-than", "0m")
    assert "removed" in said("history")
    (lost,) = [key for key in Store(bucket).listed("corpus/snapshots") if "/figure/" in key]
    Store(bucket).write(lost, b"x" * Store(bucket).listed(lost)[lost])
    assert "1 fault" in said("verify", code=1)
    assert f"{bucket}/corpus/reports/000001.html" not in said("history")


@pytest.mark.slow
def test_prefect_builds_from_a_store_into_one(stored: Banmian, bucket: str) -> None:
    run = stored("build", f"{bucket}/in", "--warehouse", f"{bucket}/corpus", timeout=200)
    assert run.returncode == 0, run.stderr
    assert Store(bucket).read("corpus/current.txt") == b"snapshots/000001\n"


@pytest.mark.slow
def test_pages_that_can_not_be_read_are_quarantined_and_the_rest_is_built(stored: Banmian, bucket: str) -> None:
    Store(bucket).write("in/empty.txt", b"")
    run = stored("build", f"{bucket}/in", "--inline", "--jobs", "1")
    assert run.returncode == 1, run.stderr
    assert "Built 3 pages" in run.stdout
    assert "empty.txt: quarantined: the file is empty" in run.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["build", "s3://no-such-bucket/in", "--inline"], "no such object or bucket"),
        (["build", "ftp://host/in", "--inline"], "ftp:// can't be read"),
        (["build", "in", "--warehouse", "gs://press/corpus", "--inline"], "does not exist"),
        (["status", "--warehouse", "gs://press/corpus"], "pip install 'gcsfs'"),
        (["history", "--warehouse", "s3://press/../corpus"], "no meaning in a store"),
    ],
)
def test_wrong_places_are_refused(stored: Banmian, arguments: list[str], said: str) -> None:
    run = stored(*arguments)
    assert run.returncode == 2
    assert said in run.stderr
    assert "Traceback" not in run.stderr


# --- secrets --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "url",
    [
        f"s3://AKIA:{SENTINEL}@press/in",
        f"s3://{SENTINEL}@press/in",
        f"s3://AKIA:a/{SENTINEL}@press/in",
        f"s3://press/in?aws_secret_access_key={SENTINEL}",
        f"s3://press/in?x=1&X-Amz-Signature={SENTINEL}",
        f"https://ann:{SENTINEL}@example.org/in",
    ],
)
def test_a_url_with_a_secret_is_refused_and_the_secret_is_nowhere(stored: Banmian, url: str, tmp_path: Path) -> None:
    for arguments in (
        ["build", url, "--inline"],
        ["build", str(SEEDS), "--warehouse", url],
        ["sql", "--warehouse", url],
    ):
        run = stored(*arguments)
        assert run.returncode == 2
        assert "credentials belong in the environment" in run.stderr
        assert SENTINEL not in run.stdout + run.stderr
    assert _holding(tmp_path, SENTINEL) == []


def test_a_form_that_was_given_a_secret_does_not_repeat_it() -> None:
    for given in ({"sources": [f"s3://a:{SENTINEL}@b"]}, {"sources": ["x"], "warehouse": f"s3://a:{SENTINEL}@b"}):
        with pytest.raises(ValidationError) as refused:
            BuildParameters(**given)  # type: ignore[arg-type]
        assert SENTINEL not in str(refused.value) + repr(refused.value)


@pytest.mark.slow
def test_what_the_environment_holds_is_nowhere(stored: Banmian, bucket: str, proxy: Proxy, tmp_path: Path) -> None:
    """The store answers, refuses, and is not there, under an address that holds a password."""
    secrets = {"AWS_ACCESS_KEY_ID": f"AKIA{SENTINEL}", "AWS_SECRET_ACCESS_KEY": SENTINEL, "AWS_MAX_ATTEMPTS": "1"}
    user = os.environ | {"HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path / "cache")} | secrets
    build = ("build", f"{bucket}/in", "--warehouse", f"{bucket}/corpus", "--inline")
    runs = [stored(*build, env=user), stored("status", "--warehouse", f"{bucket}/corpus", env=user)]
    proxy.before = lambda *_: 403
    runs += [stored(*build, env=user), stored("status", "--warehouse", f"{bucket}/corpus", env=user)]
    user["AWS_ENDPOINT_URL"] = f"http://ann:{SENTINEL}@127.0.0.1:9"
    runs += [stored(*build, env=user), stored("status", "--warehouse", f"{bucket}/corpus", env=user)]
    proxy.before = None
    for run in runs:
        assert SENTINEL not in run.stdout + run.stderr
        assert "Traceback" not in run.stderr
    assert [run.returncode for run in runs] == [0, 0, 2, 2, 2, 2]
    assert _holding(tmp_path, SENTINEL) == []
    store = Store(bucket)
    assert [key for key in store.listed("corpus") if SENTINEL.encode() in store.read(key)] == []


@pytest.mark.slow
def test_the_password_of_a_prefect_server_is_not_said(banmian: Banmian, environment: dict[str, str]) -> None:
    url = f"http://ann:{SENTINEL}@127.0.0.1:9/api"
    run = banmian("build", SEEDS, env=environment | {"PREFECT_API_URL": url, "PREFECT_CLIENT_MAX_RETRIES": "0"})
    assert run.returncode == 1
    assert "http://***@127.0.0.1:9/api does not answer" in run.stderr
    assert SENTINEL not in run.stdout + run.stderr


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("no URL, ann@example.org?x=1", "no URL, ann@example.org?x=1"),
        ("can't reach http://ann:pw@host:1/x?sig=1 now", "can't reach http://***@host:1/x?*** now"),
        ('"http://a:p/w@host/x", then s3://b/c', '"http://***@host/x", then s3://b/c'),
    ],
)
def test_secrets_are_taken_out_of_what_others_say(text: str, shown: str) -> None:
    assert redacted(text) == shown


def _holding(folder: Path, text: str) -> list[Path]:
    """The files below a folder in which the text stands, in their names too."""
    paths = [path for path in folder.rglob("*") if path.is_file() and not path.is_symlink()]
    return [path for path in paths if text.encode() in path.read_bytes() or text in str(path)]
