"""Numbers in a row that share the unit of the last one: 分别为150、200和300元.

before  分别为150、200和300元 · 分别投入1.2、3.4亿元
after   150 CNY, 200 CNY, 300 CNY · 1.2e8 CNY, 3.4e8 CNY
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from transforms.figures import numerals
from transforms.figures.draft import Draft

_LINKS = frozenset(("、", "和", "与", "及", "或"))
_SHARED = frozenset(("count", "money", "quantity", "percent", "age"))
_EACH = ("分别", "各", "依次")
_WIDTH = 30
_SCALE = re.compile(rf"[{numerals.MYRIADS}]+\Z")


def share_units(text: str, drafts: Sequence[Draft]) -> None:
    """Gives each number without a unit that of the next one, where only 、 or 和 stands between the two."""
    for place in range(len(drafts) - 2, -1, -1):
        number, following = drafts[place], drafts[place + 1]
        if number.kind != "number" or number.unit is not None or number.label or number.high is not None:
            continue
        if text[number.end : following.start] not in _LINKS or not _shares(text, number, following):
            continue
        if place and drafts[place - 1].ordinal and text[drafts[place - 1].end : number.start] in _LINKS:
            continue
        _share(text, number, following)


def _shares(text: str, number: Draft, following: Draft) -> bool:
    """Whether both are written with digits, the second measures, and the first is no list mark (1、3家企业).

    What is counted needs 分别 (737、20架客机), and shares have each their own % (波音777和48%的订单).
    """
    if following.label or following.ordinal or following.kind not in _SHARED or following.measure is None:
        return False
    if not (text[number.start].isdigit() and text[following.start].isdigit()) or following.unit == "%":
        return False
    before = text[max(0, number.start - _WIDTH) : number.start].rpartition("\n")[2]
    if following.kind == "count" and not any(word in before for word in _EACH):
        return False
    return number.start > 0 and text[number.start - 1] not in "\n。；：，"


def _share(text: str, number: Draft, following: Draft) -> None:
    """The unit, and the scale too where the number has none and is small: 1.2、3.4亿元."""
    own = _SCALE.search(text, number.start, number.end)
    scale = _SCALE.search(text[following.start : following.numeral_end])
    factor = numerals.amount(scale[0]).value if scale and not own else 1.0
    if number.value is None or following.measure is None or (factor > 1.0 and number.value * 10 > factor):
        return
    number.value = round(number.value * factor * following.measure.factor, 10)
    number.kind, number.unit, number.measure = following.kind, following.unit, following.measure
