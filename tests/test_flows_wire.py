"""Jobs and results as JSON: what is sent is what arrives, and nothing else is taken for it."""

from __future__ import annotations

import json
import os
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows import wire
from flows.jobs import BatchResult, Failure, Job
from flows.limits import Limits
from flows.patterns import Place
from flows.plan import Batch
from flows.runners.elsewhere import Answer, Order
from flows.sources import SourceFile
from warehouse.former import FormerShard
from warehouse.parquet import Rows, TableFile
from warehouse.shards import ShardSummary, SourceRecord

texts = st.text(max_size=12)
paths = st.one_of(st.binary(max_size=12).map(os.fsdecode), texts, st.sampled_from(["\0d800", "第一版\udcb0.txt", "\0"]))
counts = st.integers(0, 2**40)
places = st.builds(Place, st.none() | texts, st.none() | st.dates(), st.none() | texts)
files = st.builds(SourceFile, texts, paths, texts, places)
records = st.builds(SourceRecord, texts, texts, texts, texts, st.none() | texts, texts)
rows = st.builds(Rows, paths, counts, counts, st.booleans())
former = st.builds(
    FormerShard,
    st.dictionaries(texts, rows, max_size=2),
    st.lists(records, max_size=2).map(tuple),
    st.frozensets(texts, max_size=3),
)
batches = st.builds(
    Batch,
    texts,
    st.lists(files, max_size=3).map(tuple),
    st.dictionaries(texts, texts, max_size=2),
    st.dictionaries(texts, counts, max_size=2),
    texts,
)
stamps = st.dictionaries(texts, st.tuples(counts, counts, counts), max_size=2)
formers = st.lists(former, max_size=2).map(tuple)
options = st.dictionaries(texts, st.booleans(), max_size=1)
limits = st.builds(Limits, st.floats(0.1, 1e6), st.integers(100, 10**6) | st.floats(100, 1e6))
refused = st.dictionaries(paths, texts, max_size=2)
jobs = st.builds(Job, batches, paths, texts, options, formers, formers, stamps, limits, st.none() | texts, refused)
table_files = st.builds(TableFile, texts, texts, counts, counts, texts)
summaries = st.builds(
    ShardSummary,
    texts,
    st.lists(table_files, max_size=2).map(tuple),
    st.lists(records, max_size=2).map(tuple),
    st.dictionaries(texts, counts, max_size=2),
    counts,
)
results = st.builds(
    BatchResult,
    summaries,
    texts,
    counts,
    st.lists(records, max_size=2).map(tuple),
    st.lists(st.builds(Failure, paths, paths, texts, paths, st.booleans(), paths), max_size=1).map(tuple),
    st.lists(texts, max_size=2).map(tuple),
)


@settings(max_examples=200)
@given(jobs)
def test_a_job_arrives_as_it_was_sent(job: Job) -> None:
    text = wire.dumps(job)
    text.encode()
    assert wire.loads(Job, text) == job
    order = Order(job, "layout")
    assert wire.loads(tuple[Order, ...], wire.dumps((order, order))) == (order, order)


@settings(max_examples=200)
@given(results)
def test_a_result_arrives_as_it_was_sent(result: BatchResult) -> None:
    assert wire.loads(BatchResult, wire.dumps(result)) == result
    answer = Answer("0", "machine", "folder", result)
    assert wire.loads(Answer, wire.dumps(answer)) == answer


PAGE = SourceFile("7916", "/share/报\udcff/01.txt", "01.txt", Place("binzhou", date(2024, 1, 7), "01"))
JOB = Job(Batch("0", (PAGE,), {"7916": "a"}, {"7916": 3}, "d"), "/share/w/.staging/1", "r", {"pos": False})


def changed(**to: Any) -> str:
    return json.dumps(json.loads(wire.dumps(JOB)) | to)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        wire.dumps(JOB)[:-1],
        changed(rules=3),
        changed(options={"pos": 0}),
        changed(folder=None),
        changed(more="than asked for"),
        changed(former="all"),
    ],
)
def test_what_is_no_job_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="Job"):
        wire.loads(Job, text)


def test_a_job_is_readable() -> None:
    told = json.loads(wire.dumps(JOB))
    assert told["batch"]["sources"][0]["path"] == "/share/报\0dcff/01.txt"
    assert told["batch"]["sources"][0]["place"]["issue_date"] == "2024-01-07"
