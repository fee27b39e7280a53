"""The five-year plans as times: “十四五”末, “十三五”期间. As “十四五”规划 the plan is a name; so is 二期 of works.

before  “十四五”末   · “十三五”期间 · 项目一期
after   2025          · 2016 to 2020   · a label
"""

from __future__ import annotations

import re

from transforms.figures import dates, numerals
from transforms.figures.cues import cues
from transforms.figures.draft import Draft


def plan_at(text: str, start: int) -> Draft | None:
    """The plan whose numeral begins at `start`, with the quotation mark before it; None where it is none."""
    moment = dates.plan_at(text, start)
    if not moment:
        return None
    quoted = start > 0 and text[start - 1] in "“‘「" and text[moment.end - 1] != "五"
    return Draft(
        start - 1 if quoted else start,
        moment.end,
        "date",
        days=moment.days,
        explicit_year=True,
        length="plan",
        label=text.startswith(cues("plan"), moment.end),
    )


_PHASE = "[一二三四五六]期"
_NEXT_PHASE = re.compile(rf"期[、和及]{_PHASE}")
_PHASE_BEFORE = re.compile(rf"(?:{_PHASE}[、和及]|{'|'.join(cues('phase-before'))})\Z")


def phase_at(text: str, start: int, end: int) -> Draft | None:
    """电站项目一期、二期, 二期扩建: the phase of a project, numeral [start, end) and 期; of 已办三期 None."""
    if end != start + 1:
        return None
    within = _PHASE_BEFORE.search(text, max(0, start - 4), start) or _NEXT_PHASE.match(text, start + 1)
    if not within and not text.startswith(cues("phase-after"), start + 2):
        return None
    value = numerals.amount(text[start]).value
    return Draft(start, start + 2, "rank", value, unit="期", numeral_end=start + 1, label=True)
