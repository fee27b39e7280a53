"""The five-year plans as times: “十四五”末, “十三五”期间. As “十四五”规划 the plan is a name.

before  “十四五”末   · “十三五”期间
after   2025          · 2016 to 2020
"""

from __future__ import annotations

from transforms.figures import dates
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
