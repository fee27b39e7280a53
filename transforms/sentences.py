"""A paragraph's sentences.

A sentence ends with 。！？ or …… outside of quotes and brackets, and takes the quotes and brackets that close there
with it. Inside a pair nothing is cut: a quotation of several sentences is one, as is 《…！…》. A list of quoted titles
goes on, and so does a sentence in which a quoted cry stands as a word (喊着“加油！”冲过去). Who said it stays with what
was said, and an ellipsis that only halts (这……这是什么) or leaves something out cuts nothing.

    before  他说：“要快。要稳。”大家鼓掌。“通了！”老人说。喊着“加油！”冲了过去。
    after   他说：“要快。要稳。” / 大家鼓掌。 / “通了！”老人说。 / 喊着“加油！”冲了过去。
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from transforms import lexicon
from transforms.alignment import Span

PAIRS = dict(zip("“‘「『（(《〈【〔〖[［｛", "”’」』）)》〉】〕〗]］｝"))
_QUOTES = "“‘「『"
_TITLES = "《〈"
_OPENER_OF = {closer: opener for opener, closer in PAIRS.items()}
_CLOSERS = "".join(_OPENER_OF)
_PAIR_MARKS = frozenset(PAIRS).union(_CLOSERS)
_CLOSING_MARKS = frozenset(_CLOSERS + '"')
_PAIR_MARK = re.compile(f"[{re.escape(''.join(PAIRS) + _CLOSERS)}]")
# Half-width marks inside addresses (x?y=1) end nothing.
_FULL = "。！？｡…"
_IN_ADDRESSES = "[0-9A-Za-z=&/]"
_FINAL = re.compile(rf"(?:[{_FULL}]|[!?](?!{_IN_ADDRESSES}))+")
_CLOSING = re.compile(rf"[{re.escape(_CLOSERS)}\"]*")
# A pair's mark or final ones. The pattern begins with a set of characters, so that the others are passed over fast.
_TOKEN = re.compile(
    rf"[!?{_FULL}{_PAIR_MARK.pattern[1:]}"
    rf"(?:(?<={_PAIR_MARK.pattern})|(?:(?<=[{_FULL}])|(?<=[!?])(?!{_IN_ADDRESSES}))(?:{_FINAL.pattern})?)"
)
_BLANK = re.compile(r"\s*")
_PAUSE = "，、；：,;:"
# Marks alone are no sentence; an ellipsis may be one: “……”他没有说话。
_MARKS = frozenset(f"\"'。！？｡!?{_PAUSE}{''.join(PAIRS)}{_CLOSERS}")
_MARKS_ALONE = re.compile(rf"[\s{re.escape(''.join(sorted(_MARKS)))}]+")
_FULL_STOP = "。｡"
# Behind these a quotation is speech, not a word of the sentence: 他说：“…”, 他说，“…”
_LEADS_SPEECH = "：:，,—"
_LONGEST_STAMMER = 2
_LONGEST_ATTRIBUTION = 30
_STAMMER = re.compile(r"[^，。！？；：、…“”（）\s]*$")
# English: a full stop, a blank and a capital, but not behind an abbreviation; in Chinese text closing quotes.
_ENGLISH_STOP = re.compile(r"(?<=[A-Za-z0-9)])[.][\"'”’)]{0,3}(?=\s+[\"'“‘(]?[A-Z])")
_ENGLISH_SPEECH = re.compile(r"[a-z][.][”’]+$")
_ENGLISH_GOES_ON = re.compile(r"\s[a-z]")
_LONGEST_ABBREVIATION = 6
_TO_A_COLON = re.compile("[^：:。！？“（]{2,60}[：:]")
_ITEM_END = re.compile("[、，, ]")


_Pair = tuple[int, int]
"""A quote or bracket outside of all others: where it opens and where it closes."""


def split(text: str) -> list[Span]:
    """The sentences of one paragraph, in order; together they hold all of its characters that are not blank."""
    spans: list[Span] = []
    start = _skip_blanks(text, 0)
    for end in _ends(text):
        last = end if end > start and not text[end - 1].isspace() else start + len(text[start:end].rstrip())
        if spans and text[start : start + 1] in _MARKS and _MARKS_ALONE.fullmatch(text, start, last):
            spans[-1] = Span(spans[-1].start, last)
        elif last > start:
            spans.append(Span(start, last))
        start = max(start, _skip_blanks(text, end))
    return spans


def _ends(text: str) -> list[int]:
    return sorted({*_outer_ends(text), *_english_ends(text), *_salutation_end(text), len(text)})


def _outer_ends(text: str) -> Iterator[int]:
    """Where a final mark ends a sentence, outside of all pairs or at the end of an outermost one."""
    closed = dict(_outermost_pairs(text))
    row, row_end = -1, -1  # the pairs that follow each other at once
    skip_to = 0
    start = _skip_blanks(text, 0)
    for token in _TOKEN.finditer(text):
        at, end = token.span()
        if at < skip_to:
            continue
        if at in closed:
            inner_end = closed[at]
            row, row_end = row if row_end == at else at, inner_end
            skip_to = end = _closing_end(text, inner_end)
            ends = _pair_ends_sentence(text, (at, inner_end), row, start)
        else:
            skip_to = end = _closing_end(text, end)
            ends = text[at] not in _PAIR_MARKS and _mark_ends_sentence(text, token, end, start)
        if ends:
            start = _skip_blanks(text, end)
            yield end


def _is_final(mark: str) -> bool:
    return _FINAL.match(mark) is not None


def _closing_end(text: str, start: int) -> int:
    """Behind the quotes and brackets that close at `start`: they stay with the sentence."""
    if text[start : start + 1] not in _CLOSING_MARKS:
        return start
    found = _CLOSING.match(text, start)
    return found.end() if found else start


def _skip_blanks(text: str, start: int) -> int:
    if not text[start : start + 1].isspace():
        return start
    found = _BLANK.match(text, start)
    return found.end() if found else start


def _outermost_pairs(text: str) -> Iterator[_Pair]:
    """The pairs that lie in no other; a mark without a partner is none, however many there are."""
    last = 0
    for start, end in sorted(_pairs(text)):
        if start >= last:
            last = end
            yield start, end


def _pairs(text: str) -> Iterator[_Pair]:
    """All pairs, by a stack: what opened since the partner and was not closed is dropped, as is a lone closing mark."""
    stack: list[tuple[str, int]] = []
    waiting = dict.fromkeys(PAIRS, 0)
    for found in _PAIR_MARK.finditer(text):
        mark = found[0]
        if mark in PAIRS:
            stack.append((mark, found.start()))
            waiting[mark] += 1
        elif waiting[partner := _OPENER_OF[mark]]:
            opener, start = stack.pop()
            waiting[opener] -= 1
            while opener != partner:
                opener, start = stack.pop()
                waiting[opener] -= 1
            yield start, found.end()


def _mark_ends_sentence(text: str, token: re.Match[str], end: int, start: int) -> bool:
    """Whether a final mark outside of pairs ends the sentence that began at `start`; its closing marks end at `end`."""
    behind = text[end : end + 1]
    if (behind and behind in _PAUSE) or (token[0][-1] in "!?" and _ENGLISH_GOES_ON.match(text, end)):
        return False
    return token[0].strip("…") != "" or not _ellipsis_goes_on(text, token.start(), end, start)


def _ellipsis_goes_on(text: str, at: int, end: int, start: int) -> bool:
    """Whether an ellipsis only halts or leaves something out: 这……这是什么, 如今……绿树成荫, 会议强调，……要抓好落实."""
    if end == len(text):
        return False
    last = max(start, text.rfind("…", start, at) + 1)
    left_out = text[at - 1 : at] in tuple(_PAUSE) or _goes_on("list", text, end)
    return left_out or 0 < at - last <= _LONGEST_STAMMER or _is_stammer(text, at, end)


def _is_stammer(text: str, start: int, end: int) -> bool:
    """Whether the words before an ellipsis come again behind it: 这……这是什么."""
    halted = _STAMMER.search(text[max(start - _LONGEST_STAMMER - 1, 0) : start])
    return halted is not None and 0 < len(halted[0]) <= _LONGEST_STAMMER and text.startswith(halted[0], end)


def _pair_ends_sentence(text: str, pair: _Pair, row: int, start: int) -> bool:
    """Whether a sentence that began at `start` ends with an outermost pair, one of a row that began at `row`."""
    opens, closes = pair
    opener, end = text[opens], _closing_end(text, closes)
    last = text[opens:closes].rstrip(_CLOSERS)[-1:]
    if opener in _TITLES or not last or _is_carried_on(text, end):
        return False
    if last == "." and _ENGLISH_SPEECH.search(text, opens, end):
        return text[row - 1 : row] in tuple(_LEADS_SPEECH) and not _goes_on("word", text, end)
    if not _is_final(last):
        return False
    if opener not in _QUOTES:
        return opens <= start
    if _goes_on("word", text, end):
        return False
    if last in _FULL_STOP:
        return row > start or _attribution().match(text, end) is None
    return text[end] not in PAIRS and _is_speech(text, row, end, start)


def _is_carried_on(text: str, end: int) -> bool:
    """Whether what follows a pair speaks against an end: nothing, a pause, another final mark, an English word."""
    behind = text[end : end + 1]
    return behind in (*_PAUSE, "") or _is_final(behind) or _ENGLISH_GOES_ON.match(text, end) is not None


def _is_speech(text: str, row: int, end: int, start: int) -> bool:
    """Whether a quotation that ends with ！ or ？ is what someone says, and not a word of the sentence round it."""
    if row <= start:
        return not _goes_on("predicate", text, end) and not _attribution().match(text, end)
    return text[row - 1] in _LEADS_SPEECH


def _goes_on(kind: str, text: str, end: int) -> bool:
    return _continuations(kind).match(text, end) is not None


@cache
def _continuations(kind: str) -> re.Pattern[str]:
    """Words with which a sentence goes on (`lexicon/quote_continuations.tsv`)."""
    return re.compile(_alternatives(kind))


@cache
def _attribution() -> re.Pattern[str]:
    """Who said it, behind what was said, and nothing more: “修好了！”他高兴地说。 or “修好了。”他说，“快进屋。”

    What else was done meanwhile may go before: “谢谢！”老人握着他的手，激动地说。 Not so “修好了。”他说，路在门口。
    which goes on to tell, nor a colon, which leads the next quotation, nor “谁来？”他没有回答。
    """
    manner = "(?:了?一声|了?一句|着|起来|出来)?"
    clause = f"[^，。！？；：、“”]{{0,{_LONGEST_ATTRIBUTION}}}?"
    not_denied = "".join(f"(?<!{word})" for word in _words("denial"))
    return re.compile(f"{clause}(?:，{clause})?{not_denied}(?:{_alternatives('saying')}){manner}(?:[。！]|，[“「『])")


def _alternatives(kind: str) -> str:
    return "|".join(sorted(_words(kind), key=len, reverse=True))


def _words(kind: str) -> list[str]:
    return [row["word"] for row in lexicon.table("quote_continuations") if row["kind"] == kind]


def _english_ends(text: str) -> Iterator[int]:
    """Behind the full stops of English sentences, but not those of a quotation or bracket that goes on."""
    if "." not in text:
        return
    stops = [found for found in _ENGLISH_STOP.finditer(text) if not _is_abbreviated(text, found.start())]
    pairs = _outermost_pairs(text) if stops else iter(())
    pair = next(pairs, None)
    for found in stops:
        while pair is not None and pair[1] <= found.start():
            pair = next(pairs, None)
        if pair is None or found.start() < pair[0] or pair[1] <= found.end():
            yield found.end()


def _is_abbreviated(text: str, stop: int) -> bool:
    """Whether a full stop only shortens a word: Mr. Smith, the U.S. Army; not in the U.S. She …"""
    if _abbreviation().search(text[max(stop - _LONGEST_ABBREVIATION, 0) : stop]) is None:
        return False
    is_dotted = text[max(stop - 2, 0) : stop - 1] == "."
    return not (is_dotted and _english_opener().match(text, stop + 1))


@cache
def _english_opener() -> re.Pattern[str]:
    return re.compile(rf"\s+(?:{'|'.join(lexicon.words('english_openers'))})\b")


@cache
def _abbreviation() -> re.Pattern[str]:
    return re.compile(f"(?<![A-Za-z])(?:[A-Za-z]|{'|'.join(lexicon.words('abbreviations'))})$")


def _salutation_end(text: str) -> Iterator[int]:
    """Behind the colon of a speech's salutation, which is a sentence of its own: 各位领导、同志们：/ 大家好！"""
    colon = _TO_A_COLON.match(text)
    if colon is None:
        return
    parts = [part for part in _ITEM_END.split(colon[0][:-1]) if part]
    if parts and _addresses().match(parts[0]) and all(_addressee().search(part) for part in parts):
        yield colon.end()


@cache
def _addresses() -> re.Pattern[str]:
    return re.compile("|".join(map(re.escape, lexicon.words("salutations"))))


@cache
def _addressee() -> re.Pattern[str]:
    return re.compile(f"(?:{_alternatives('addressee')})$")
