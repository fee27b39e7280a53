"""Names of places that begin with a numeral: 三门峡, 六盘水, 五台县. The numeral in them counts nothing.

before  在六盘水市调研 · 三台县新增三台机床
after   no figure       · 三台 (of the machines) alone
"""

from __future__ import annotations

from functools import lru_cache

from transforms import words

_LONGEST = 5
_SHORTEST = 2
_HEADS = frozenset("市县区州镇乡村庄屯寨堡沟峡渠桥店关岛岭山河湖江海水泉湾滩坪塘峪浦口台门川亚明平安源原阳")


def begins(text: str, start: int, measured_to: int) -> bool:
    """Whether the longest word of the dictionary at `start` is a place that goes on behind the figure read there.

    `measured_to` is where that figure ends: 五县 and 三省 count, 五台县 goes on behind 五台.
    """
    for end in range(min(len(text), start + _LONGEST), max(measured_to, start + _SHORTEST - 1), -1):
        word = text[start:end]
        if word[-1] in _HEADS and words.frequency(word):
            return is_place(word)
    return False


@lru_cache(maxsize=4096)
def is_place(word: str) -> bool:
    """Whether the dictionary knows `word` as the name of a place."""
    return words.tag(word) == ((word,), ("ns",))
