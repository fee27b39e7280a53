"""What a build decides to do: shards, digests, and which of them a change touches."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows import plan
from flows.parameters import BuildParameters
from flows.plan import Plan, bits_for, make_plan

MEGABYTE = 1 << 20


def planned(*sources: Path, **options: object) -> Plan:
    return make_plan(BuildParameters(sources=[str(source) for source in sources], **options))  # type: ignore[arg-type]


def issues(root: Path, days: Iterable[int], papers: Iterable[str] = ("binzhou", "dezhou")) -> Path:
    for paper in papers:
        for day in days:
            for page in (1, 2, 3):
                path = root / paper / f"2024-05-{day:02d}" / f"{page:02d}.txt"
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(f"{paper}{day}日第{page}版", encoding="utf-8")
    return root


@pytest.mark.parametrize(
    ("size", "shards"),
    [
        (0, 1),
        (1, 1),
        (MEGABYTE, 1),
        (MEGABYTE + 1, 2),
        (4 * MEGABYTE, 4),
        (8 * MEGABYTE, 8),
        (24 * MEGABYTE, 8),
        (24 * MEGABYTE + 1, 16),
        (1000 * MEGABYTE, 512),
    ],
)
def test_a_shard_holds_three_megabytes_at_most_and_less_of_a_small_corpus(size: int, shards: int) -> None:
    assert 1 << bits_for(size) == shards


@given(st.integers(0, 1 << 45))
def test_the_number_of_shards_is_just_enough(size: int) -> None:
    shards = 1 << bits_for(size)
    assert shards * plan.SHARD_BYTES >= size
    assert shards <= 8 or shards // 2 * plan.SHARD_BYTES < size
    assert shards == 1 or shards // 2 * plan.SHARD_BYTES < size * plan.FINEST


def test_each_page_is_in_one_shard_and_an_issue_in_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plan, "SHARD_BYTES", 100)
    made = planned(issues(tmp_path, range(1, 11)))
    assert len(made.batches) > 4
    assert len({source.document_id for batch in made.batches for source in batch.sources}) == 60
    homes = {
        (source.place.publication, source.place.issue_date, batch.shard)
        for batch in made.batches
        for source in batch.sources
    }
    assert len(homes) == 20
    for batch in made.batches:
        ids = [source.document_id for source in batch.sources]
        assert ids == sorted(ids)


def test_the_same_sources_make_the_same_plan_wherever_they_lie(tmp_path: Path) -> None:
    here, there = issues(tmp_path / "x", [1, 2]), issues(tmp_path / "somewhere/else", [1, 2])
    assert planned(here).digests == planned(there).digests


def test_a_digest_tells_bytes_names_and_options(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = issues(tmp_path, [1])
    seen = [planned(root).digests]

    def changed() -> bool:
        seen.append(planned(root).digests)
        return seen[-1] not in seen[:-1]

    page = root / "binzhou/2024-05-01/01.txt"
    assert not changed()
    page.write_text("改了", encoding="utf-8")
    assert changed()
    page.rename(page.with_name("04.txt"))
    assert changed()
    page.with_name("04.txt").unlink()
    assert changed()
    assert planned(root, pos=True).digests not in seen
    assert planned(root, pattern="{page}.txt").digests not in seen
    monkeypatch.setattr(plan, "rules_digest", lambda: "other rules")
    assert changed()


def test_one_changed_page_touches_one_shard(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plan, "SHARD_BYTES", 100)
    root = issues(tmp_path, range(1, 11))
    before = planned(root).digests
    (root / "dezhou/2024-05-03/02.txt").write_text("dezhou3日第3版", encoding="utf-8")
    assert len(planned(root).digests - before) == 1


def keys(made: Plan) -> dict[str, str]:
    return {source.relative: batch.keys[source.document_id] for batch in made.batches for source in batch.sources}


def test_a_key_tells_of_a_page_and_its_issue_only(tmp_path: Path) -> None:
    root = issues(tmp_path, [1, 2])
    before = keys(planned(root))
    assert len(set(before.values())) == len(before) == 12
    (root / "dezhou/2024-05-02/03.txt").write_text("改了", encoding="utf-8")
    (root / "more.txt").write_text("新的", encoding="utf-8")
    after = keys(planned(root))
    assert {name for name in before if after[name] != before[name]} == {
        f"dezhou/2024-05-02/0{n}.txt" for n in (1, 2, 3)
    }
    alone = keys(planned(root, pattern="{page}.txt"))
    assert not set(alone.values()) & set(before.values())
    (root / "dezhou/2024-05-02/01.txt").unlink()
    assert keys(planned(root, pattern="{page}.txt")).items() <= alone.items(), "pages of no issue stand for themselves"


def test_more_shards_cut_each_shard_in_two(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """So that the rows of a page are found again in one former shard, whatever the corpus grew to."""
    root = issues(tmp_path, range(1, 29))
    homes = []
    for size in (1000, 200, 100):
        monkeypatch.setattr(plan, "SHARD_BYTES", size)
        homes.append({one.document_id: batch.shard for batch in planned(root).batches for one in batch.sources})
    few, more, most = homes
    assert len(set(few.values())) < len(set(more.values())) < len(set(most.values()))
    for fine, coarse in ((more, few), (most, more), (most, few)):
        assert all(len({coarse[name] for name in fine if fine[name] == shard}) == 1 for shard in fine.values())


def test_pages_of_no_issue_lie_in_ranges(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plan, "SHARD_BYTES", 100)
    made = planned(issues(tmp_path, range(1, 11)), pattern="{page}.txt")
    assert len(made.batches) > 4
    ids = [source.document_id for batch in made.batches for source in batch.sources]
    assert ids == sorted(ids)


def test_the_rules_digest_covers_every_rule_and_every_table(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "lexicon").mkdir()
    (tmp_path / "rule.py").write_text("x = 1")
    (tmp_path / "lexicon/words.tsv").write_text("word")
    monkeypatch.setattr("importlib.resources.files", lambda _package: tmp_path)
    seen = set()
    for name, text in (("rule.py", "x = 1"), ("rule.py", "x = 2"), ("lexicon/words.tsv", "row"), ("new.py", "")):
        (tmp_path / name).write_text(text)
        plan.rules_digest.cache_clear()
        seen.add(plan.rules_digest())
    (tmp_path / "notes.txt").write_text("no rule")
    plan.rules_digest.cache_clear()
    seen.add(plan.rules_digest())
    plan.rules_digest.cache_clear()
    assert len(seen) == 4
