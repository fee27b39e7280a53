"""The words that say what was counted or measured.

A figure with a classifier has its noun behind it, a figure at the end of its clause has its subject before it; a clause
without a subject of its own takes that of the figure before.

    before  拥有237家涉铝企业 · 全社会研发投入占GDP比达到3.72%，连续三年保持山东省第1位 · 发放宣传材料36.9万件
    after   涉铝企业          · 全社会研发投入占GDP比, both                           · 发放宣传材料
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from transforms.figures.draft import Draft
from transforms.lexicon import words

_LEADS = re.compile(rf"(?:{'|'.join(words('figures_metric_leads'))}|，)+")
_VERBS = re.compile(rf"(?:{'|'.join(words('figures_metric_verbs'))})+\Z")
_TAILS = re.compile(rf"(?:{'|'.join(words('figures_metric_tails'))})+")
_BREAK = re.compile(r"[，。；：！？\n（）]")
_LONGEST = 40


def assign(text: str, drafts: Sequence[Draft]) -> None:
    """Sets the metric of each figure that is neither a label nor a date."""
    previous: Draft | None = None
    for place, draft in enumerate(drafts):
        if draft.label or draft.kind in ("date", "time"):
            continue
        following = drafts[place + 1].start if place + 1 < len(drafts) else len(text)
        draft.metric = _metric(text, draft, previous, following)
        previous = draft


def _metric(text: str, draft: Draft, previous: Draft | None, following: int) -> str | None:
    begin = _clause_start(text, draft.start)
    before = _subject(text, draft, previous, begin)
    behind = _noun(text, draft)
    if draft.kind == "rank":
        return _ranked(text, draft, previous, before, behind, begin)
    if behind and draft.kind in ("count", "duration", "age", "number") or behind and not before:
        return behind
    if draft.kind in ("percent", "multiple") and draft.direction and previous is not None and _short(before):
        same = "\n" not in text[previous.end : draft.start]
        return f"{previous.metric or ''}{before}" if same else before or None
    return before or behind or (previous.metric if previous and "\n" not in text[previous.end : draft.start] else None)


def _short(before: str) -> bool:
    return len(before) <= 6


def _clause_start(text: str, at: int) -> int:
    start = 0
    for found in _BREAK.finditer(text, max(0, at - _LONGEST), at):
        start = found.end()
    return start or max(0, at - _LONGEST)


def _subject(text: str, draft: Draft, previous: Draft | None, begin: int) -> str:
    """The words of the clause before the figure without what leads in and without the verb."""
    if previous is not None and previous.end > begin:
        begin = previous.end
    before = text[begin : draft.start].lstrip("、和及与")
    lead = _LEADS.match(before)
    before = before[lead.end() :] if lead else before
    found = _VERBS.search(before)
    return (before[: found.start()] if found else before).strip("、“”")


def _noun(text: str, draft: Draft) -> str:
    """What follows the figure up to the next pause: its noun, and what is said of it."""
    tail = _TAILS.match(text, draft.end)
    at = tail.end() if tail else draft.end
    stop = _BREAK.search(text, at, at + _LONGEST)
    behind = text[at : stop.start() if stop else at + _LONGEST]
    return behind.split("、")[0]


def _ranked(text: str, draft: Draft, previous: Draft | None, before: str, behind: str, begin: int) -> str | None:
    """A rank speaks of what the clause or the figure before measured."""
    return before or (previous.metric if previous else None) or behind or None
