"""Quotation marks of every kind to the curly pairs of Chinese text.

Each function keeps the number of marks and their places. Which side a mark is on is told by the marks before it and,
where these leave it open, by its neighbours.

    before  他说："这叫'绿色'发展"，被誉为「中国铝都」，要”走出去“
    after   他说：“这叫‘绿色’发展”，被誉为“中国铝都”，要“走出去”
"""

from __future__ import annotations

import re
from collections.abc import Iterable

# An opening mark can't stand before these, a closing one not behind those.
_ENDS = "，。、；：！？）》」』,.;:!?)…"
_BEGINS = "：（《「『:("
_FINAL = "。！？…!?"
_WIDE = re.compile("[\u2e80-\u9fff\uff00-\uffef“”‘’—…]")
_CORNERED = re.compile("[“”‘’「」『』]")
_ANGLED = re.compile("(?<![0-9A-Za-z≪«‹])([≪«‹])([^≪≫«»‹›\\n]{1,60})([≫»›])(?![0-9A-Za-z])")
_ANGLES = {"≪≫": "《》", "«»": "《》", "‹›": "〈〉"}
_HAN = re.compile("[\u3400-\u9fff]")
# A word or name, and nothing that says who spoke.
_TERM = re.compile("[\u3400-\u9fff0-9A-Za-z]{1,12}(?<![说道问答喊称])")
_EITHER = {pair: re.compile(f"[{pair}]") for pair in ("“”", "‘’")}
_DOUBLES = re.compile('[“”"]')
_SINGLES = re.compile("(?<![0-9A-Za-z])[‘’']|[‘’'](?![0-9A-Za-z])")


def corner_quotes(text: str) -> str:
    """「」 and 『』 become “” and ‘’ by how deep they stand, not by shape: 『「甲」乙』 → “‘甲’乙”.

    Either pair is the outer one somewhere: 「」 in Taiwan, 『』 in vertical print of the mainland.
    """
    marked = list(text)
    depth = 0
    for found in _CORNERED.finditer(text):
        mark, at = found[0], found.start()
        if mark in "“‘「『":
            if mark in "「『":
                marked[at] = "“‘"[depth % 2]
            depth += 1
        else:
            level = depth - 1 if depth else " 」』".find(mark) - 1
            depth = max(depth - 1, 0)
            if mark in "」』":
                marked[at] = "”’"[level % 2]
    return "".join(marked)


def angle_quotes(text: str) -> str:
    """Signs that fonts yield for title marks become those: ≪红楼梦≫ → 《红楼梦》; the sign in a≪b stays."""
    return _ANGLED.sub(_titled, text)


def _titled(found: re.Match[str]) -> str:
    opener, title, closer = found.groups()
    marks = _ANGLES.get(opener + closer)
    is_title = _HAN.search(title) is not None or title[:2].isalpha()
    return f"{marks[0]}{title}{marks[1]}" if marks and is_title else found[0]


def straight_quotes(text: str) -> str:
    """Straight quotes that hold or touch Chinese become curly ones; apostrophes, inches and English quotations stay."""
    marked = list(text)
    _curl(marked, [found.start() for found in _DOUBLES.finditer(text)], '"', ("“", "”"))
    _curl(marked, [found.start() for found in _SINGLES.finditer(text)], "'", ("‘", "’"))
    return "".join(marked)


def reversed_quotes(text: str) -> str:
    """Pairs that stand the wrong way round (”走出去“) or twice the same way (“走出去“) are put right.

    Only where the marks of a paragraph can't be paired as they are, can be as pairs one after the other, and no
    neighbour speaks against it; a quotation that goes on from the paragraph before is so left alone.
    """
    for pattern, pair in ((_DOUBLES, "“”"), (_SINGLES, "‘’")):
        if _are_in_turn(text, pair):
            continue
        places = [found.start() for found in pattern.finditer(text) if found[0] in pair]
        if len(places) % 2 == 0 and not _is_balanced((text[at] for at in places), pair):
            text = _alternate(text, places, pair)
    return text


def may_be_reversed(text: str) -> bool:
    """Whether double quotes of a text could stand the wrong way round: they are even in number, and not in turn."""
    n_pairs, n_closing = text.count("“"), text.count("”")
    if n_pairs != n_closing:
        return (n_pairs + n_closing) % 2 == 0
    return n_pairs > 0 and not _are_in_turn(text, "“”")


def _are_in_turn(text: str, pair: str) -> bool:
    """Whether the marks of a kind open and close in turn, as in most texts; of single ones, some of which may be
    apostrophes, no more than one pair."""
    n_pairs = text.count(pair[0])
    if text.count(pair[1]) != n_pairs or (n_pairs > 1 and pair == "‘’"):
        return False
    return not n_pairs or "".join(_EITHER[pair].findall(text)) == pair * n_pairs


def _curl(marked: list[str], places: list[int], straight: str, pair: tuple[str, str]) -> None:
    """Gives each straight quote at `places` its side; the curly ones, which are among them, open and close as well."""
    opened: int | None = None
    is_odd = sum(marked[at] == straight for at in places) % 2 == 1
    for at in places:
        if marked[at] != straight:
            opened = at if marked[at] == pair[0] else None
        elif opened is None:
            opened = _open(marked, at, pair, is_odd)
        elif _must_open(marked, at):
            marked[opened], opened = pair[0], at
        else:
            _join(marked, opened, at, pair)
            opened = None
    if opened is not None and _touches_wide(marked, opened):
        marked[opened] = pair[0]


def _open(marked: list[str], at: int, pair: tuple[str, str], is_odd: bool) -> int | None:
    """Takes a straight quote for an opening one and returns its place, unless it can only close or is no quote."""
    if _is_prime(marked, at, is_odd):
        return None
    if _must_close(marked, at):
        marked[at] = pair[1]
        return None
    return at


def _join(marked: list[str], opened: int, closed: int, pair: tuple[str, str]) -> None:
    """Curls both marks of a pair, but not those of an English quotation."""
    if marked[opened] == pair[0] or _is_chinese(marked, opened, closed):
        marked[opened], marked[closed] = pair


def _is_prime(marked: list[str], at: int, is_odd: bool) -> bool:
    """Inches, feet, seconds and minutes behind a digit, an apostrophe behind or before ASCII.

    With an even number of marks one behind a digit opens a quotation all the same: 2024"乡村阅读季"启动.
    """
    before, behind = _neighbours(marked, at)
    if marked[at] == '"':
        return is_odd and before.isdigit()
    return (before.isascii() and before.isalnum()) or behind.isdigit()


def _must_close(marked: list[str], at: int) -> bool:
    before, behind = _neighbours(marked, at)
    closes = behind == "" or behind in _ENDS
    return closes and before.strip() != "" and before not in _BEGINS and _touches_wide(marked, at)


def _must_open(marked: list[str], at: int) -> bool:
    before, behind = _neighbours(marked, at)
    return before in (*_BEGINS, "") and behind != "" and behind not in _ENDS


def _is_chinese(marked: list[str], opened: int, closed: int) -> bool:
    return _touches_wide(marked, opened) or _touches_wide(marked, closed) or _holds_wide(marked[opened + 1 : closed])


def _holds_wide(characters: Iterable[str]) -> bool:
    return any(map(_WIDE.match, characters))


def _touches_wide(marked: list[str], at: int) -> bool:
    return _holds_wide(_neighbours(marked, at))


def _neighbours(marked: list[str], at: int) -> tuple[str, str]:
    return marked[at - 1] if at else "", marked[at + 1] if at + 1 < len(marked) else ""


def _is_balanced(marks: Iterable[str], pair: str) -> bool:
    depth = 0
    for mark in marks:
        depth += 1 if mark == pair[0] else -1
        if depth < 0:
            return False
    return depth == 0


def _alternate(text: str, places: list[int], pair: str) -> str:
    """Makes the marks open and close in turn, if no neighbour forbids it and the marks as they are have less for them.

    Less have those of which one stands where it can't; or none stands where a closing mark often does, behind 。！？,
    so that the first may end a quotation that began in the paragraph before; or all would hold plain terms.
    """
    marked = list(text)
    for turn, at in enumerate(places):
        marked[at] = pair[turn % 2]
    if any(_is_misplaced(marked, at, pair) for at in places):
        return text
    as_it_is = list(text)
    is_doubtful = any(_is_misplaced(as_it_is, at, pair) for at in places)
    goes_on = text[places[0]] == pair[1] and text[places[0] - 1] in _FINAL
    return "".join(marked) if is_doubtful or not goes_on or _hold_terms(text, places) else text


def _hold_terms(text: str, places: list[int]) -> bool:
    """Whether marks taken as pairs hold terms: 。”湖滨路“改造后 and not 。”他又说：“我们."""
    held = (text[start + 1 : end] for start, end in zip(places[::2], places[1::2]))
    return all(_TERM.fullmatch(term) for term in held)


def _is_misplaced(marked: list[str], at: int, pair: str) -> bool:
    """Whether a curly mark opens where nothing follows that could be quoted, or closes where nothing went before."""
    before, behind = _neighbours(marked, at)
    if marked[at] == pair[0]:
        return behind == "" or behind in _ENDS
    return before == "" or before in _BEGINS
