"""Who wrote and who sent it: the agency line that opens a report, bylines and picture credits.

before  滨州日报/滨州网讯(记者 王健 报道)11月9日，…
after   agency 滨州日报/滨州网讯, byline 记者 王健, text 11月9日，…
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from transforms.document import Credit
from transforms.lexicon import table, words
from transforms.script import simplify_characters
from transforms.words import frequency

_DAY = r"\d{1,2} ?月 ?\d{1,2} ?日"
_BLANKS = re.compile(r"[ \u3000]+")
_SEPARATORS = re.compile(r"[ 、，,/；;&]+")
_NAME = re.compile(r"[\u3400-\u9fff]{2,4}|[\u3400-\u9fffA-Za-z]+(?:[·•．.\-][\u3400-\u9fffA-Za-z]+)+|[A-Z][A-Za-z .]+")
_HAN_ONLY = re.compile(r"[\u3400-\u9fff]+")
_LONGEST_BYLINE = 80
_LONGEST_NAME = 4
_LONGEST_RUN = 24
SIGNS_OF_LEADS = "讯訊电電消"  # a line without any of these holds no agency line
SIGNS_OF_INNER_LEADS = "讯电"
_NEWS = re.compile(f"[{SIGNS_OF_LEADS}]")
_TEXT_OR_BRACKETS = re.compile("[（(）)，。；！？“”]")
_MARKS_OF_TEXT = re.compile("[，。；！？“”]")
_RUN = re.compile(r"[\u3400-\u9fff]{4,24}")
_LONGEST_SIGNATURE = 40
_COMMON_WORD = 100  # what jieba's dictionary counts oftener is a word, no name
LONGEST_LEAD = 300


def has_sign_of_lead(text: str) -> bool:
    """Whether a text has what no agency line can do without."""
    return _NEWS.search(text) is not None


@dataclass(frozen=True, slots=True)
class Lead:
    """What stands before the text of a report: its length in characters and what it says."""

    length: int
    agency: str | None
    dateline: str | None
    byline: tuple[Credit, ...]


def _alternation(found: list[str]) -> str:
    return "|".join(re.escape(word) for word in sorted(found, key=len, reverse=True))


def _agencies(form: str) -> str:
    return _alternation([row["word"] for row in table("agencies") if row["form"] == form])


@cache
def _lead_pattern() -> re.Pattern[str]:
    whole, ending = _agencies("whole"), _agencies("ending")
    name = rf"[\u3400-\u9fffA-Za-z]{{1,10}}?(?:{ending})"
    return re.compile(
        rf"(?:据 ?)?(?P<agency>{whole}|{name}(?: ?[/、·] ?{name})?)"
        rf"(?: ?(?P<report>讯(?!息)|消息)"
        rf"| ?(?P<dateline>[^，,。；：:（()）]{{0,24}}?{_DAY}(?:[至—-]+(?:{_DAY}|\d{{1,2}} ?日))?)"
        rf" ?(?:专电|电(?![视话子力影台动气源脑])|讯(?!息))|(?P<place>[\u3400-\u9fff]{{0,8}}?) ?电(?=[ （(]))"
        rf"(?: ?[（(](?P<byline>[^（()）。]{{1,{_LONGEST_BYLINE}}})[)）]"
        rf"| ?(?P<said>(?:本报)?(?:记者|通讯员)[^，,。：:（(]{{1,40}}?报道)[，,：:])?[ ：:]*"
    )


def read_lead(text: str) -> Lead | None:
    """The agency line at the head of a paragraph, None where the paragraph opens with text.

    `text` may keep the layout's blanks; `length` counts them.

    >>> read_lead("本报北京11月9日电（记者 王健）会议要求").dateline
    '北京11月9日'
    """
    if not _NEWS.search(text, 0, LONGEST_LEAD):
        return None
    text = simplify_characters(text[:LONGEST_LEAD])
    found = _lead_pattern().match(text)
    if found is None:
        return None
    agency = _BLANKS.sub("", found["agency"]) + ("讯" if found["report"] == "讯" else "")
    dateline = _BLANKS.sub("", found["dateline"] or found["place"] or "") or None
    byline = read_credits(found["byline"] or found["said"] or "")
    return Lead(found.end(), agency, dateline, byline)


@cache
def _inner_lead_pattern() -> re.Pattern[str]:
    whole = _agencies("whole")
    wire = rf"[\u3400-\u9fff ]{{1,12}}{_DAY} ?(?:专电|电)"
    credited = r"[（(](?=(?:本报)?(?:记者|通讯员)|[^（()）]{2,12}[)）])"
    name = rf"[\u3400-\u9fff]{{1,8}}(?:{_agencies('ending')})"
    behind_a_bracket = rf"(?<=[）)]){name}(?:/{name})? ?讯 ?{credited}"
    agency = rf"(?<![（(“《据])(?:{whole}) ?(?:(?:讯|{wire}) ?{credited}|(?<=[\u3400-\u9fff]){wire} )"
    return re.compile(rf"{agency}|{behind_a_bracket}")


def inner_leads(text: str) -> list[int]:
    """Where agency lines begin inside a line that an extractor glued together: …会议召开|本报北京11月9日电（记者…"""
    if not any(map(text.__contains__, SIGNS_OF_INNER_LEADS)):
        return []
    return [found.start() for found in _inner_lead_pattern().finditer(text, 1)]


@cache
def _role_pattern() -> re.Pattern[str]:
    long = [word for word in words("credit_roles") if len(word) > 1]
    return re.compile(
        rf"(?P<role>{_alternation(long)}|文 ?[/、]? ?图|图 ?[/、]? ?文)|(?P<tail>摄|(?<=[ /、])[文图])(?= *$)"
    )


@cache
def _role_begins() -> re.Pattern[str]:
    """One of the characters with which roles begin; most lines have none."""
    return re.compile(f"[{''.join(sorted(heads_of_roles()))}]")


@cache
def heads_of_roles() -> frozenset[str]:
    """The characters with which roles begin."""
    return frozenset(word[0] for word in words("credit_roles") if len(word) > 1).union("文图摄")


@cache
def _pictures() -> frozenset[str]:
    return frozenset(row["role"] for row in table("credit_roles") if row["kind"] == "picture")


@cache
def _roles() -> dict[str, dict[str, str]]:
    return {row["word"]: row for row in table("credit_roles")}


def read_credits(text: str) -> tuple[Credit, ...]:
    """The names of a byline or a credit, each with the role printed for it; a role without a name keeps an empty name.

    >>> read_credits("通讯员 卢青 摄影")
    (Credit(role='通讯员', name='卢青'), Credit(role='摄影', name='卢青'))
    """
    if not text:
        return ()
    credits: list[Credit] = []
    role: str | None = None
    names: list[str] = []
    waiting = False
    for token, is_role in _tokens(text):
        if not is_role:
            names = read_names(token)
            credits += [Credit(role, name) for name in names]
            waiting = waiting and not names
            continue
        kind, printed = _kind_of(token)
        if kind == "mark":
            continue
        if kind == "picture" and names:
            credits = [credit for credit in credits if credit.role is not None or credit.name not in names]
            credits += [Credit(printed, name) for name in names]
            role, waiting = None, False
            continue
        if waiting:
            credits.append(Credit(role, ""))
        role, waiting, names = printed, True, []
    if waiting and role is not None:
        credits.append(Credit(role, ""))
    return tuple(credits)


def _kind_of(token: str) -> tuple[str, str]:
    row = _roles().get(_BLANKS.sub("", token))
    return (row["kind"], row["role"]) if row else ("picture", "摄影")


def _tokens(text: str) -> Iterator[tuple[str, bool]]:
    """Roles and what stands between them, in order."""
    last = 0
    for found in _role_pattern().finditer(text):
        if text[last : found.start()].strip(" 、，,/：:"):
            yield text[last : found.start()], False
        yield found.group(), True
        last = found.end()
    if text[last:].strip(" 、，,/：:"):
        yield text[last:], False


def read_names(text: str) -> list[str]:
    """The personal names in a run of names.

    A two-character name may be printed with a blank inside (王 健); names may run together (马光涛孙江波).
    """
    names: list[str] = []
    pieces = deque(piece for piece in _SEPARATORS.split(text.strip(" ：:、，,")) if piece)
    while pieces:
        piece = pieces.popleft()
        if len(piece) == 1 and pieces and len(pieces[0]) == 1:
            piece += pieces.popleft()
        names += split_names(piece)
    return names


@cache
def _surnames() -> frozenset[str]:
    return frozenset(words("surnames"))


def has_surname(name: str) -> bool:
    """Whether a text opens with a surname."""
    return name[:2] in _surnames() or name[:1] in _surnames()


def split_names(run: str) -> list[str]:
    """A run of names without blanks cut into names of two to four characters that open with a surname.

    >>> split_names("马光涛孙江波")
    ['马光涛', '孙江波']
    """
    if len(run) < _LONGEST_NAME or not _RUN.fullmatch(run):
        return [run] if _NAME.fullmatch(run) else []
    if len(run) == _LONGEST_NAME and not (has_surname(run) and has_surname(run[2:])):
        return [run]
    if len(run) == _LONGEST_NAME and run[:2] in _surnames():
        return [run]
    best: list[tuple[int, list[str]] | None] = [(0, [])] + [None] * len(run)
    for end in range(2, len(run) + 1):
        for size, cost in ((3, 0), (2, 1), (4, 3)):
            before = best[end - size] if end >= size else None
            if before is None or not has_surname(run[end - size : end]):
                continue
            total = before[0] + cost
            known = best[end]
            if known is None or total < known[0]:
                best[end] = (total, [*before[1], run[end - size : end]])
    return best[-1][1] if best[-1] else [run]


def is_credit(text: str) -> bool:
    """Whether a text in brackets is nothing but a byline or credit: （通讯员 卢青 摄影）, （本报记者 王健 摄）."""
    inner = text.strip().strip("（()）").strip()
    if len(inner) > _LONGEST_BYLINE or _MARKS_OF_TEXT.search(inner) or not _role_begins().search(inner):
        return False
    tokens = list(_tokens(inner))
    if not any(is_role for _, is_role in tokens):
        return False
    return all(_reads_as_names(token) for token, is_role in tokens if not is_role)


def _reads_as_names(text: str) -> bool:
    """Whether a text is a run of names, none longer than names are."""
    names, length = read_names(text), len(_SEPARATORS.sub("", text))
    whole = length <= _LONGEST_RUN and sum(map(len, names)) >= length - 1
    return bool(names) and whole and all(map(_is_short, names))


def _is_short(name: str) -> bool:
    """Whether a name in Han is no longer than Chinese names are; foreign names and Latin letters may be."""
    return len(name) <= _LONGEST_NAME or not _HAN_ONLY.fullmatch(name)


def signs_alone(text: str) -> bool:
    """Whether a line without brackets is nothing but a byline or credit: 本报记者 王健, 作者：王健, 卢青 摄."""
    if len(text) > _LONGEST_SIGNATURE or not _role_begins().search(text) or _TEXT_OR_BRACKETS.search(text):
        return False
    if not is_credit(text):
        return False
    if read_lead(text + "。"):
        return False
    names = [name for token, is_role in _tokens(text) if not is_role for name in read_names(token)]
    return bool(names) and all(has_surname(name) or "·" in name for name in names)


def names_only(text: str) -> bool:
    """Whether a text in brackets behind a report is its writers' names: （余建斌、赵金龙）, not （江苏）."""
    names = read_names(text)
    return (
        bool(names)
        and sum(map(len, names)) == len(_SEPARATORS.sub("", text))
        and all(2 <= len(name) <= 4 and has_surname(name) and frequency(name) <= _COMMON_WORD for name in names)
    )


def names_a_picture(credits: tuple[Credit, ...]) -> bool:
    """Whether one of the credits is a photographer's."""
    return bool(credits) and any(credit.role in _pictures() for credit in credits)
