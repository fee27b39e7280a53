"""What the figures before one in its sentence measured, for one that names nothing of its own.

before  出口8亿元（其中茶叶1亿元），占全国的21%，增加2亿元
after   at 21%: 8亿元, for 1亿元 stands in an aside · at 2亿元 the amount of its unit is 8亿元
"""

from __future__ import annotations

from dataclasses import dataclass, field

from transforms.figures.draft import Draft

_AMOUNTS = frozenset(("count", "money", "quantity"))


@dataclass(slots=True)
class Earlier:
    """`last` is the figure before, `counted` the last count; `shared` what the items of a list share (降水量)."""

    last: Draft | None = None
    counted: Draft | None = None
    shared: str = ""
    _outer: Draft | None = None
    _alike: dict[str | None, Draft] = field(default_factory=dict)

    def turn_to(self, text: str, draft: Draft) -> None:
        """Forgets at a new line; what an aside says is for the aside alone."""
        last = self.last
        if last is None:
            return
        if text.find("\n", last.end, draft.start) >= 0:
            self.last = self.counted = self._outer = None
            self._alike.clear()
            return
        if text.find("（", last.end, draft.start) >= 0:
            self._outer = last
        if self._outer is not None and text.find("）", self._outer.end, draft.start) >= 0:
            self.last, self._outer = self._outer, None

    def alike(self, draft: Draft) -> Draft | None:
        """The last figure with the unit of an amount; otherwise just the last."""
        found = self._alike.get(draft.unit) if draft.kind in _AMOUNTS else None
        return found or self.last

    def note(self, draft: Draft) -> None:
        """Remembers a figure that has its metric."""
        if draft.kind != "duration" or self.last is None:
            self.last = draft
        if draft.kind == "count":
            self.counted = draft
        self._alike[draft.unit] = draft
