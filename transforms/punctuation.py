"""Half-width marks to the full-width ones that Chinese text carries, and the other way round inside numbers and names.

Pages mix 1/3,3次 with 1/3，3次, "straight" quotes with “curly” and 「corner」 ones. What a mark becomes is told by what
stands on either side of it; each rule below has a name, keeps the number of marks and, but for rows of dots, their
places.

    before  占比超过1/3,3次被评为能效"领跑者"(全国仅3,000家).
    after   占比超过1/3，3次被评为能效“领跑者”（全国仅3,000家）。
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import NamedTuple

from transforms import lexicon
from transforms.alignment import Aligned, Span, drop
from transforms.characters import any_of, kinds
from transforms.expressions import HAN
from transforms.quotes import angle_quotes, corner_quotes, reversed_quotes, straight_quotes

# What makes the text beside a mark Chinese.
WIDE = f"{HAN}，、；：。！？（）《》〈〉【】〔〕“”‘’「」『』…—·％"
# So many characters beside a mark are looked at for one that is no blank.
NEAR = 8
WIDER = {",": "，", ";": "；", ":": "：", "!": "！", "?": "？"}

_WIDE = re.compile(f"[{WIDE}]")
_HAS_HAN = re.compile(f"[{HAN}]")
_PAUSE = re.compile("[,;:!?]")
# Most half-width marks touch Han or a full-width mark; quotes, and what closes behind, may hold an English phrase.
_BEFORE = re.sub("[“”‘’]", "", WIDE)
_APART = re.compile(rf"[,;:!?](?<![{_BEFORE}].)(?![{re.sub('[》）]', '', _BEFORE)}])")
# A run of them, from its first mark on; the pattern begins with what it looks for, so that text without is soon passed.
_BESIDE_CHINESE = re.compile(
    rf"[,;:!?](?<![,;:!?]{{2}})(?:(?<=[{_BEFORE}].)[,;:!?]*+|[,;:!?]*+(?=[{re.sub('[》）]', '', _BEFORE)}]))"
)
_RUN = re.compile(r"[^\s,;:!?()\"'" + WIDE + "]+")
_ENDS = re.compile(r"[\s\"'”’)）]{0,4}$")
_BRACKET = re.compile("[()（）]")
_DOTS = re.compile(r"\.{3,}|。{3,}|．{3,}|·{3,}")
# Each pattern begins with the mark that it looks for, and then looks back: so text without is passed soonest.
_DASHES = re.compile(r"[-－─━―–](?<![-－─━―–]{2})(?:(?<=-)-|(?<=－)－|(?<=─)─|(?<=━)━|(?<=―)―|(?<=–)–)(?![-－─━―–])")
_ONE_DASH = re.compile(f"[－─━–](?:(?<=[{HAN}0-9A-Za-z”》）].)|(?<=^.))(?=[{HAN}“《])")
_STOP = re.compile(
    rf"[.．](?:(?<=[{HAN}”’》）%].)(?=[”’」』）)\"']{{0,3}}(?:\s|$)|[”’）]{{1,2}}[，、；])|(?<=[0-9].)(?=[”’」』）)\"']{{0,3}}\s*$))"
)
# A full stop inside a paragraph: behind as many characters without a mark as no list number and few names have.
_INNER_STOP = re.compile(f"[.．](?<=[{HAN}0-9A-Za-z%“”（）《》]{{5}}[{HAN}”）%].)(?=[{HAN}“（《0-9])")
_NAME_DOT = re.compile(f"[•・‧⋅∙](?:(?<=[{HAN}A-Za-z].)(?=[{HAN}A-Za-z])|(?<=[0-9].)(?=[0-9]))")
_NARROW = tuple(
    (re.compile(pattern), sign)
    for pattern, sign in (
        ("：(?<=[0-9].)(?=[0-9])", ":"),
        ("：(?<=[A-Za-z].)(?=[／/]{2})", ":"),
        ("／(?<=[:／/].)(?=[0-9A-Za-z／/])", "/"),
        ("／(?<=[0-9A-Za-z].)(?=[0-9A-Za-z])", "/"),
        ("．(?<=[0-9A-Za-z].)(?=[0-9A-Za-z])", "."),
        ("－(?<=[0-9A-Za-z%‰℃].)(?=[0-9A-Za-z])", "-"),
        ("＠(?<=[0-9A-Za-z].)(?=[0-9A-Za-z])", "@"),
        ("＆(?<=[0-9A-Za-z].)(?=[0-9A-Za-z])", "&"),
    )
)

# Stretches whose half-width marks stay: their names, one of which each of them holds, and what they are.
_WORD = r"[(\"'“‘]?[0-9A-Za-z][\w'’.-]*+[,;:!?]?[)\"'”’]?"
_FOREIGN = (
    ("address", ("://", "www."), re.compile(r"(?:(?:https?|ftp)://|www\.)[\x21-\x7e]*[0-9A-Za-z/=_&#-]", re.ASCII)),
    ("e-mail", ("@",), re.compile(r"(?<![\w.+-])[\w.+-]++@[\w-]+(?:\.[\w-]+)+", re.ASCII)),
    ("thousands", (",",), re.compile("(?<![0-9.,/])[0-9]{1,3}(?:,[0-9]{3})+(?![0-9]|,[0-9])")),
    ("time or ratio", (":",), re.compile("(?<=[0-9]):(?=[0-9])")),
    (
        "English quotation",
        (" ",),
        re.compile(r"[“‘《(（](?=[^A-Za-z]*[A-Za-z][\w'’-]*[,;:]? [A-Za-z])[\x20-\x7e’]+[”’》)）]"),
    ),
    ("English phrase", (" ",), re.compile(rf"(?<![\w'’.-])[A-Za-z][\w'’.-]*+[,;:!?]?(?: +{_WORD}){{2,}}", re.ASCII)),
)


class Rule(NamedTuple):
    """A rule: its name, what a text must have for it to fire, what it makes of a text, in as many characters, the
    characters of which one stands in all that the rule fires on, and those that it may bring in."""

    name: str
    needs: re.Pattern[str]
    apply: Callable[[str], str]
    triggers: frozenset[str]
    yields: frozenset[str]


def widen(text: Aligned) -> Aligned:
    """A paragraph with the marks that Chinese text carries; one without any Han stays as it is."""
    found = frozenset(kinds(_any_trigger(), text.text))
    dots = has_dots(text.text)
    if not (found or dots) or not _HAS_HAN.search(text.text):
        return text
    if dots:
        text = ellipses(text)
    marked = text.text
    for rule in _rules_for(found):
        if rule.needs.search(marked):
            marked = rule.apply(marked)
    return text if marked == text.text else text.with_text(marked)


def triggers() -> frozenset[str]:
    """The characters without which no rule fires but that of ellipses, for which `has_dots` asks."""
    return frozenset().union(*(rule.triggers for rule in rules()))


@cache
def _any_trigger() -> re.Pattern[str]:
    return any_of(triggers())


@lru_cache(maxsize=1024)
def _rules_for(found: frozenset[str]) -> tuple[Rule, ...]:
    """The rules that may fire on a text in which these triggers stand, or on what the rules before them make of it."""
    chosen: list[Rule] = []
    for rule in rules():
        if not rule.triggers.isdisjoint(found):
            chosen.append(rule)
            found |= rule.yields
    return tuple(chosen)


@cache
def rules() -> tuple[Rule, ...]:
    """The rules in the order in which they are applied; each keeps the text's length."""
    forms = {row["character"]: row["becomes"] for row in lexicon.table("marks")}
    form = re.compile(f"[{''.join(map(re.escape, forms))}]")
    return (
        Rule(
            "forms of marks",
            form,
            lambda text: form.sub(lambda found: forms[found[0]], text),
            frozenset(forms),
            frozenset("".join(forms.values())),
        ),
        _rule("signs inside numbers and names", "[：．／－＠＆]", narrow_signs, "：．／－＠＆", ":/.-@&"),
        _rule("angle quotes", "[≫»›]", angle_quotes, "≫»›", "《》〈〉"),
        _rule("corner quotes", "[「」『』]", corner_quotes, "「」『』", "“”‘’"),
        _rule("straight quotes", "[\"']", straight_quotes, "\"'", "“”‘’"),
        _rule("reversed quotes", "[“”‘’]", reversed_quotes, "“”‘’", "“”‘’"),
        _rule("dashes", _DASHES, dashes, "-－─━―–", "—"),
        _rule("single dashes", _ONE_DASH, lambda text: _ONE_DASH.sub("—", text), "－─━–", "—"),
        _rule("dots in names", _NAME_DOT, lambda text: _NAME_DOT.sub("·", text), "•・‧⋅∙", "·"),
        _rule("brackets", "[()]", brackets, "()", "（）"),
        _rule("pauses", _PAUSE, pauses, ",;:!?", "，；：！？"),
        _rule("full stops inside a paragraph", _INNER_STOP, inner_stops, ".．", "。"),
        _rule("full stops", _STOP, lambda text: _STOP.sub("。", text), ".．", "。"),
    )


def _rule(name: str, needs: str | re.Pattern[str], apply: Callable[[str], str], triggers: str, yields: str) -> Rule:
    return Rule(name, re.compile(needs), apply, frozenset(triggers), frozenset(yields))


def has_dots(text: str) -> bool:
    """Whether a text has three dots of a kind in a row."""
    rows = "..." in text or "。。。" in text or "···" in text
    return rows or ("．" in text and "．．．" in text)  # the last is seldom, and slow to look for


def ellipses(text: Aligned) -> Aligned:
    """Three dots or more beside Chinese become the two characters of an ellipsis: 受益最多... → 受益最多……

    The dots left over are dropped with their places: they are the one kind of mark that cleaning drops.
    """
    rows = [found for found in _DOTS.finditer(text.text) if _beside_wide(text.text, *found.span())]
    if not rows:
        return text
    marked = list(text.text)
    for found in rows:
        marked[found.start() : found.start() + 2] = "……"
    return drop(text.with_text("".join(marked)), [Span(found.start() + 2, found.end()) for found in rows])


def narrow_signs(text: str) -> str:
    """Full-width signs between digits or letters: 10：30 → 10:30, Ｆ－16 with its letters folded → F-16."""
    for pattern, sign in _NARROW:
        text = pattern.sub(sign, text)
    return text


def dashes(text: str) -> str:
    """Two hyphens or other strokes beside Chinese, or before it all, are a dash: 发布会--专场 → 发布会——专场."""
    return _DASHES.sub(
        lambda found: "——" if found.start() == 0 or _beside_wide(text, *found.span()) else found[0], text
    )


def inner_stops(text: str) -> str:
    """Dots between Chinese where a page sets all its full stops so: 产量稳步增长.价格下降. → 产量稳步增长。价格下降。

    That is so where the paragraph has no other full stop and ends with such a dot as well.
    """
    return text if "。" in text or not _STOP.search(text) else _INNER_STOP.sub("。", text)


def pauses(text: str) -> str:
    """Commas, semicolons, colons, exclamation and question marks beside Chinese: 指出,要 → 指出，要.

    Those of addresses, thousands, times, ratios and English phrases stay half-width.
    """
    if not _APART.search(text):  # as in most texts
        return all_wider(text)
    text = _BESIDE_CHINESE.sub(lambda found: all_wider(found[0]), text)
    if not _PAUSE.search(text):
        return text
    kept, runs = _foreign(text), _Runs(text)
    marked = list(text)
    for found in _PAUSE.finditer(text):
        at = found.start()
        if at not in kept and (_beside_wide(marked, at, at + 1) or runs.is_chinese(at)):
            marked[at] = WIDER[found[0]]
    return "".join(marked)


def all_wider(text: str) -> str:
    """A text with every pause as wide as Chinese has it."""
    for narrow, wide in WIDER.items():
        text = text.replace(narrow, wide)
    return text


class _Runs:
    """The runs of digits and letters of a text, and which of them touch Chinese."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._before: dict[int, bool] = {}
        self._behind: dict[int, bool] = {}
        for run in _RUN.finditer(text):
            self._before[run.end()] = run.start() > 0 and _WIDE.match(text, run.start() - 1) is not None
            self._behind[run.start()] = _WIDE.match(text, run.end()) is not None

    def is_chinese(self, at: int) -> bool:
        """Whether a mark between digits or letters belongs to the Chinese round them: 超过1/3,3次, 占GDP,WTO成员.

        So it does where the run at either side touches Chinese, and where nothing but the text's end follows. With a
        blank behind it, a mark between letters is English: Beijing, China.
        """
        if _ENDS.match(self._text, at + 1):
            return True
        behind = self._text[at + 1 : at + 2]
        if behind == " " and not self._text[at + 2 : at + 3].isdigit():
            return False
        return self._before.get(at, False) or self._behind.get(at + 1 + (behind == " "), False)


def _foreign(text: str) -> set[int]:
    """The places of half-width pauses that stay because of what they stand in."""
    kept: set[int] = set()
    for _, needs, pattern in _FOREIGN:
        if not any(sign in text for sign in needs):
            continue
        for found in pattern.finditer(text):
            inside = (place.start() for place in _PAUSE.finditer(text, *found.span()))
            kept.update(place for place in inside if place + 1 < found.end() or not _WIDE.match(text, found.end()))
    return kept


def _beside_wide(text: Sequence[str], start: int, end: int) -> bool:
    """Whether the nearest character that is no blank, on either side of [start, end), is Chinese."""
    before, behind = "".join(text[max(start - NEAR, 0) : start]).rstrip(), "".join(text[end : end + NEAR]).lstrip()
    return _WIDE.match(before[-1:]) is not None or _WIDE.match(behind) is not None


def brackets(text: str) -> str:
    """Round brackets that hold or touch Chinese, in pairs: 滨州(三亚)GDP → 滨州（三亚）GDP; f(x) and Fe(OH)3 stay."""
    marked = list(text)
    open_at: list[_Bracket] = []
    last = 0
    for found in _BRACKET.finditer(text):
        at = found.start()
        if open_at:
            open_at[-1].holds_wide |= _WIDE.search(text, last, at) is not None
        if found[0] in "(（":
            open_at.append(_Bracket(at, holds_wide=False))
        else:
            _close(marked, open_at.pop() if open_at else None, at)
            if open_at and marked[at] == "）":
                open_at[-1].holds_wide = True
        last = found.end()
    for bracket in open_at:
        if _beside_wide(marked, bracket.at, bracket.at + 1):
            marked[bracket.at] = "（"
    return "".join(marked)


@dataclass(slots=True)
class _Bracket:
    at: int
    holds_wide: bool


def _close(marked: list[str], opened: _Bracket | None, at: int) -> None:
    """Settles a closing bracket and the one that it closes; one without a partner goes by its own neighbours."""
    if opened is None:
        if at and _WIDE.match(marked[at - 1]):
            marked[at] = "）"
    elif opened.holds_wide or marked[opened.at] == "（" or marked[at] == "）" or _touches_wide(marked, opened.at, at):
        marked[opened.at], marked[at] = "（", "）"


def _touches_wide(marked: list[str], opened: int, closed: int) -> bool:
    """Whether a pair of brackets touches Chinese; behind a letter it belongs to that, as in f(x), whatever follows."""
    before, behind = "".join(marked[max(opened - 1, 0) : opened]), "".join(marked[closed + 1 : closed + 2])
    if before.isascii() and before.isalpha():
        return False
    return _WIDE.match(before) is not None or _WIDE.match(behind) is not None
