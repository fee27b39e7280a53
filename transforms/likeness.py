"""How alike texts are in their words, without cutting words: the pairs of neighbouring Han characters they share.

before  市图书馆 · 图书捐赠
after   {市图, 图书, 书馆} · {图书, 书捐, 捐赠}, with 图书 in common
"""

from __future__ import annotations

import re

_HAN = re.compile(r"[\u3400-\u9fff]+")


def pairs(text: str) -> frozenset[str]:
    """The pairs of neighbouring Han characters in a text."""
    return _runs_of(text, 2)


def triples(text: str) -> frozenset[str]:
    """The runs of three neighbouring Han characters in a text, which phrases share and chance seldom does."""
    return _runs_of(text, 3)


def _runs_of(text: str, size: int) -> frozenset[str]:
    return frozenset(run[i : i + size] for run in _HAN.findall(text) for i in range(len(run) - size + 1))
