"""Names of places that begin with a numeral: 五台县, 六盘水. The numeral in them counts nothing.

before  在三台县新增三台机床 · “三门峡”号
after   三台 (of the machines) · no figure and no label
"""

from __future__ import annotations

from functools import lru_cache

from transforms import words

_LONGEST = 5
_HEADS = frozenset("市县区州镇乡村庄屯寨堡沟峡渠桥店关岛岭山河湖江海水泉湾滩坪塘峪浦口")
_COUNTED = frozenset("国省市县区镇乡村城边")


def begins(text: str, start: int, end: int) -> bool:
    """Whether the longest word of the dictionary at `start` is a place that goes on behind the figure at [start, end).

    Where the figure has a unit the word must end as places do: 五台县 goes on behind 五台, 三座大山 names none.
    """
    measured = end > start + 1
    known = words.dictionary()
    for stop in range(min(len(text), start + _LONGEST), end, -1):
        word = text[start:stop]
        if known.get(word):
            named = word[-1] in _HEADS if measured else len(word) > 2 or word[-1] not in _COUNTED
            return named and is_place(word)
    return False


@lru_cache(maxsize=4096)
def is_place(word: str) -> bool:
    """Whether the dictionary knows `word` as the name of a place."""
    return words.tag(word) == ((word,), ("ns",))


def is_known(word: str) -> bool:
    """Whether `word` is a place that the dictionary holds; of others `is_place` only guesses (两山)."""
    return bool(words.frequency(word)) and is_place(word)
