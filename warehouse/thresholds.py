"""What may be right and is seldom meant: a build of which much is quarantined, or far smaller than the one before.

A folder that was not mounted, a pattern that fits no more, a rule gone wrong: the tables keep the contract, and still
nobody wants them. Both manifests tell; the tables are not opened.

    before  last snapshot with 1,200 articles, new one with 400, Thresholds(max_drop=0.5)
    after   OutOfBounds: article: articles fell from 1,200 to 400; --max-drop 0.67 lets that through. …
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from warehouse import schema
from warehouse.checks import SHOWN
from warehouse.errors import CheckFailed, Fault
from warehouse.manifest import Manifest

ENOUGH = 100
"""A drop is one where the last snapshot had so many pages, and so many of what fell. A corpus of three pages that
becomes one of one is another corpus, no accident."""


@dataclass(frozen=True, slots=True)
class Thresholds:
    """What a build may be like and still be published, as shares from 0 to 1. At 1 a threshold is off.

    `max_quarantined`: the share of its pages in quarantine. `max_drop`: the share of pages, articles (in all and of
    each kind), sentences, figures and characters that may be gone since the last snapshot. Raises ValueError for other
    numbers.
    """

    max_quarantined: float = 1.0
    max_drop: float = 0.5

    def __post_init__(self) -> None:
        for name in ("max_quarantined", "max_drop"):
            if not 0 <= getattr(self, name) <= 1:
                raise ValueError(f"{name} is a share from 0 to 1, not {getattr(self, name)}")


class OutOfBounds(CheckFailed):
    """Tables that keep the contract and not the thresholds; nothing of them is published."""

    def __str__(self) -> str:
        return "this build is not published, for it is unlike what it should be:\n" + "\n".join(
            f"  {fault}" for fault in self.faults
        )


@dataclass(frozen=True, slots=True)
class Excess(Fault):
    """A threshold that was passed: `check` says by how much, `rows` the sources that may be why."""

    def __str__(self) -> str:
        more = f" and {self.count - len(self.rows):,} more" if self.count > len(self.rows) else ""
        concerned = f"{self.count:,} source(s): " if self.count else ""
        return f"{self.table}: {self.check}. {concerned}{'; '.join(self.rows)}{more}"


def check_thresholds(new: Manifest, last: Manifest | None, thresholds: Thresholds) -> None:
    """Compares a snapshot to be published with the thresholds; `last` is the one that is current, None for none.

    Raises `OutOfBounds`, a `CheckFailed`, which names what is out of bounds, the first sources that may be the cause,
    and the option that lets it through.
    """
    faults = [*_quarantined(new, thresholds.max_quarantined)]
    if last is not None:
        faults += _drops(new, last, thresholds.max_drop)
    if faults:
        raise OutOfBounds(tuple(faults))


def _quarantined(new: Manifest, most: float) -> Iterator[Fault]:
    pages, out = sum(new.statuses.values()), new.statuses.get("quarantined", 0)
    if pages and out / pages > most:
        says = f"{out:,} of {pages:,} pages are quarantined; --max-quarantined {_option(out / pages)} lets that through"
        causes = [f"{one.path}: {one.error}" for one in new.sources if one.status == "quarantined"]
        yield Excess(says, schema.DOCUMENT.name, out, tuple(causes[:SHOWN]))


def _drops(new: Manifest, last: Manifest, most: float) -> Iterator[Fault]:
    if sum(last.statuses.values()) < ENOUGH:
        return
    now, before = _amounts(new), _amounts(last)
    fallen = [name for name, was in before.items() if was >= ENOUGH and (was - now.get(name, 0)) / was > most]
    causes = _causes(new, last) if fallen else []
    for table, what in fallen:
        was, is_ = before[table, what], now.get((table, what), 0)
        says = f"{what} fell from {was:,} to {is_:,}; --max-drop {_option((was - is_) / was)} lets that through"
        yield Excess(says, table, len(causes), _shown(causes))


def _amounts(manifest: Manifest) -> dict[tuple[str, str], int]:
    """How much there is of what, by table and name."""
    rows = manifest.rows
    kinds = {(schema.ARTICLE.name, f"articles of kind {kind}"): count for kind, count in manifest.articles.items()}
    return {
        (schema.DOCUMENT.name, "pages"): sum(manifest.statuses.values()),
        (schema.DOCUMENT.name, "characters"): manifest.characters,
        (schema.ARTICLE.name, "articles"): sum(manifest.articles.values()),
        **kinds,
        (schema.SENTENCE.name, "sentences"): rows.get(schema.SENTENCE.name, 0),
        (schema.FIGURE.name, "figures"): rows.get(schema.FIGURE.name, 0),
    }


def _causes(new: Manifest, last: Manifest) -> list[str]:
    """The sources that may be why there is less: first those that are gone, then those in quarantine, then changed."""
    now = {source.document_id: source for source in new.sources}
    gone, out, changed = [], [], []
    for before in last.sources:
        source = now.get(before.document_id)
        if source is None:
            gone.append(f"{before.path} is not among the sources")
        elif source.status == "quarantined" and before.status != "quarantined":
            out.append(f"{source.path} is quarantined: {source.error}")
        elif source.sha256 != before.sha256:
            changed.append(f"{source.path} has changed")
    return [*sorted(gone), *sorted(out), *sorted(changed)]


def _shown(causes: Sequence[str]) -> tuple[str, ...]:
    return tuple(causes[:SHOWN]) or ("all are there and unchanged: what changed are the rules or the options",)


def _option(share: float) -> str:
    """The least threshold of two decimals that lets a share through."""
    return f"{math.ceil(round(share * 100, 6)) / 100:g}"
