"""What a single line or paragraph shows by its own marks: a label, a jump line, a page's furniture, a date, a name.

Each function looks at one cleaned text and answers one question; none knows where on the page the text stands. They are
asked of every line and mostly answer no, so each first looks for what its pattern can't do without: a single character.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from functools import cache

from transforms.bylines import has_surname
from transforms.figures.numerals import number
from transforms.lexicon import table, words

TERMINAL = "。！？!?…"
CLOSING = "”’」』）)》】〉\"'"
OPENING = "“‘「『（(《【〈"
_CLOSING_OR_BLANK = CLOSING + " "
_PLAIN_ENDS = frozenset("。，")  # neither a note nor a jump line ends with one
BULLETS = "●■▲◆★☆◎○□△◇►▶•▪※◼⬤"

_ARROWS = "▲▼▶◀►◄→←"
_NUMERAL = r"(?:[A-Z]?\d{1,3}|[A-Z]?[一二三四五六七八九十]{1,4})"
_PAGE_NUMBER = rf"(?:第 ?)?{_NUMERAL}(?:[、-]{_NUMERAL})? ?版|[A-Z]\d{{1,3}}"
_DATE = re.compile(
    r"(?P<year>[12]\d{3}|[一二][〇○零一二三四五六七八九]{3}) ?年 ?(?P<month>\d{1,2}|[一二三四五六七八九十]{1,3}) ?月 ?"
    r"(?P<day>\d{1,2}|[一二三四五六七八九十]{1,3}) ?日"
)
_DATE_LINE = re.compile(rf"[（(]? ?(?P<date>{_DATE.pattern}) ?[）)]?")
_WEEKDAY = re.compile(r"星期[一二三四五六日天]")
_FOLIO = re.compile(r"第? ?[A-Z]?\d{1,3} ?版|[A-Z]?\d{1,3}|[A-Z]\d{1,2}[·・].{1,8}")
_PAGE_OF_FOLIO = re.compile(
    r"第 ?(?P<page>[A-Z]?\d{1,3}|[一二三四五六七八九十]{1,3}) ?版|(?<!\d)(?P<only>[A-Z]?\d{1,3}) ?版"
)
_FOLIO_CODE = re.compile(r"^[A-Z]\d{1,2}(?![A-Za-z\d])|(?<![A-Za-z\d])[A-Z]\d{1,2}$")
_NUMBERING = (
    r"[一二三四五六七八九十]{1,3}、|[（(][一二三四五六七八九十\d]{1,3}[)）]|第[一二三四五六七八九十]{1,3}[章节部]"
    r"|\d{1,2}(?:[、．]|\.(?!\d))"
)
_LABEL_INSIDE = re.compile(r"[（(][^（()）\d，。；：]{2,24}[)）]")
_MARKS_OF_TEXT = re.compile(r"[，,。；;：:]")
_LISTED = re.compile(r"[\d：:]")
_IN_A_SENTENCE = re.compile(r"^[^：:]*(?:[的和及与]|、\d)[^：:]*$")  # 热线和119、12345举报电话以及微信
_PLACE = re.compile(r"[\u3400-\u9fff]{1,12}[省市县区旗州镇乡村]")
LONGEST_GLUED = 80
_LABEL_IN_BRACKETS = re.compile(r"[（(](?P<label>[^（()）\d，。；：]{2,24})[)）]$")
_PICTURE_NOTE = re.compile(r"[（(][^（()）]{0,40}[摄图影][)）]$")
_NOTE_BEHIND_A_STOP = re.compile(r"(?<=[。！？])[（(][^（()）]{1,40}[)）]$")
_PASSED = re.compile(r"[（(].*(?:通过|修订|发布|公布)[)）]")
_PASSED_BEHIND = re.compile(r"(?<=[^（(]{4})[（(][^（()）]{4,60}通过[)）]$")
_SERIAL = re.compile(r"[（(][〇一二三四五六七八九十百\d]{1,4}[)）]")
_NUMBERED_DECREE = re.compile(r"第[〇零一二三四五六七八九十百千\d]{1,6}号")
_HEADS_OF_NOTES = frozenset("（(第")
_BARE_NAME = re.compile(r"(?!\S{5})\s*+[\u3400-\u9fff](?:\s*+[\u3400-\u9fff]){1,3}\s*+")
_FOREIGN_NAME = re.compile(r"[\u3400-\u9fff]+(?:·[\u3400-\u9fff]+)+")
_LONGEST_FOREIGN_NAME = 16
_CALLS = frozenset("：！:!")  # with one of these a salutation closes
_IDLE_IN_A_LABEL = re.compile(r"[\s●■▲◆【】\[\]·—:：]")
_JUMP_TAIL = 40  # characters at a text's end in which a jump line is looked for
_NOTE_TAIL = 64
_CLOSES_A_PARAGRAPH = frozenset("：:；;”’》）)")
_IDLE_ROUND_FURNITURE = "（()） "
_LONGEST_FURNITURE = 60
_LONGEST_DATED_FURNITURE = 50


def ends_a_sentence(text: str) -> bool:
    """Whether the last words close a sentence: a full stop, a question mark, such a mark inside closing quotes or
    brackets, or one before a note in brackets: …活动现场。（通讯员 卢青 摄影）"""
    if text[-1:] in _PLAIN_ENDS:
        return text[-1] == "。"
    note = _note_at_end(text) or jump_to(text)
    core = (text[: -len(note.group())] if note else text).rstrip(_CLOSING_OR_BLANK)
    return bool(core) and core[-1] in TERMINAL


def _note_at_end(text: str) -> re.Match[str] | None:
    if not _may_close_with_a_bracket(text):
        return None
    tail = text[-_NOTE_TAIL:]
    return _PICTURE_NOTE.search(tail) or _NOTE_BEHIND_A_STOP.search(tail)


def _may_close_with_a_bracket(text: str) -> bool:
    """Whether a pattern that ends with a closing bracket can match at the end, before which a line feed may stand."""
    last = text[-2:]
    return "）" in last or ")" in last


def may_end_a_paragraph(text: str) -> bool:
    """Like `ends_a_sentence`, and a colon or a closing quote as well: 各位代表：, …“世界铝谷”"""
    return text.rstrip()[-1:] in _CLOSES_A_PARAGRAPH or ends_a_sentence(text)


def open_depth(text: str) -> int:
    """How many quotes and brackets the text opens and leaves open (negative: closes what it has not opened)."""
    count = text.count
    opened = count("“") + count("（") + count("(") + count("《")
    return opened - count("”") - count("）") - count(")") - count("》")


def jump_from(text: str) -> re.Match[str] | None:
    """A jump line at the head of a text: （上接第一版）; its group `page` is the page as printed.

    before  （上接第一版）会议指出，… | 上接A1版 | ◀接二版
    after   第一版 | A1版 | 二版
    """
    return _jump_from().match(text) if text[:1] in heads_of_jumps() else None


def jump_to(text: str) -> re.Match[str] | None:
    """A jump line at the end of a text: …的活力。（下转第三版②）, ▶▶下转A3版, 转二版 on a line of its own."""
    tail = text[-_JUMP_TAIL:]
    for sign in signs_of_jumps():
        if sign in tail:
            return _jump_to().search(tail) and _jump_to().search(text, max(0, len(text) - _JUMP_TAIL))
    return None


def opens_a_jump(text: str) -> bool:
    """Whether a jump line is cut at the end of this line: …价值追求。（下转第"""
    tail = text[-16:]
    return ("（" in tail or "(" in tail or "【" in tail) and bool(_jump_open().search(tail))


def _jump_words(way: str, bare: bool = False) -> str:
    rows = [row["word"] for row in table("jump_words") if row["way"] == way and (row["bare"] or not bare)]
    return "|".join(sorted(rows, key=len, reverse=True))


@cache
def heads_of_jumps() -> frozenset[str]:
    """The characters with which a jump line at the head of a text can begin."""
    return frozenset("（(【" + _ARROWS).union(word[0] for word in _jump_words("from").split("|"))


@cache
def signs_of_jumps() -> tuple[str, ...]:
    """Characters of which a jump line at the end of a text holds one: the last of each of its words."""
    return tuple(sorted({word[-1] for word in _jump_words("to").split("|")}))


@cache
def _jump_from() -> re.Pattern[str]:
    words, bare = _jump_words("from"), _jump_words("from", bare=True)
    return re.compile(
        rf"(?:[（(【]\s*[{_ARROWS}]*(?:{words})|[{_ARROWS}]+ ?(?:{words})|{bare}"
        rf"|(?:{words})(?= ?(?:{_PAGE_NUMBER})\s*$))"
        rf" ?(?P<page>{_PAGE_NUMBER})(?:[^（(）)】。，]{{0,12}}[）)】])?"
    )


@cache
def _jump_to() -> re.Pattern[str]:
    words, bare = _jump_words("to"), _jump_words("to", bare=True)
    return re.compile(
        rf"(?:[（(【]\s*[{_ARROWS}]*(?:{words})|[{_ARROWS}]+ ?(?:{words})|{bare}|(?:^|(?<=[。！？”]))(?:{words}))"
        rf" ?(?P<page>{_PAGE_NUMBER})[^（(）)】。，]{{0,12}}[）)】]?\s*$"
    )


@cache
def _jump_open() -> re.Pattern[str]:
    words = "|".join((_jump_words("from"), _jump_words("to")))
    return re.compile(rf"[（(【]\s*(?:[上下紧]|(?:{words})[^）)】]{{0,12}})$")


@cache
def _labels() -> dict[str, str]:
    return {row["word"]: row["box"] for row in table("section_labels")}


def label_box(text: str) -> str | None:
    """The kind of box that a label names (`brief`, `photo` or ``), None where the text is no label."""
    return _labels().get(label_name(text)) if _label_begins().match(text) else None


def label_name(text: str) -> str:
    """A label without the marks around it: 【简讯】 -> 简讯."""
    return _IDLE_IN_A_LABEL.sub("", text)


@cache
def _label_begins() -> re.Pattern[str]:
    """What a label begins with: marks, and a character with which one of the table begins."""
    return re.compile(rf"{_IDLE_IN_A_LABEL.pattern}*+[{''.join(sorted(_heads(_labels())))}]")


@cache
def heads_of_labels() -> frozenset[str]:
    """The characters with which a label can begin, the marks around it among them."""
    return _heads(_labels()).union("●■▲◆【】[]·—:：")


def label_at_head(text: str) -> str | None:
    """The label printed on the same line as the first item of its box: 标题新闻●日前，…"""
    found = _label_before_a_bullet().match(text)
    return found.group() if found else None


@cache
def _label_before_a_bullet() -> re.Pattern[str]:
    return re.compile(rf"(?:{'|'.join(map(re.escape, _labels()))})(?=[{BULLETS}])")


def is_furniture(text: str) -> bool:
    """Whether a short line is the page's own: folio, page head with date and weekday, editors and telephones."""
    if not (_LISTED.search(text) or "星期" in text):
        return False
    text = text.strip(_IDLE_ROUND_FURNITURE)
    if not text or len(text) > _LONGEST_FURNITURE or text[-1] in "。，；":
        return False
    if _FOLIO.fullmatch(text.strip()):
        return True
    if "。" in text or "，" in text:
        return False
    if _furniture_cue().search(text) and _tells_of_the_page(text):
        return True
    return len(text) < _LONGEST_DATED_FURNITURE and bool(_WEEKDAY.search(text) and _DATE.search(text))


def _tells_of_the_page(text: str) -> bool:
    """Whether a line lists what pages say of themselves: 责编：王健 电话：3182016, or opens with it: 投稿邮箱：…"""
    cues = [word for word in words("furniture") if word in text]
    listed = len(cues) > 1 and _LISTED.search(text) and not _IN_A_SENTENCE.search(text)
    return bool(listed or _furniture_at_head().match(text))


@cache
def _furniture_cue() -> re.Pattern[str]:
    return re.compile("|".join(map(re.escape, words("furniture"))))


@cache
def _furniture_at_head() -> re.Pattern[str]:
    return re.compile(rf"(?:{_furniture_cue().pattern}) ?[：:]")


def page_in(text: str) -> str | None:
    """The page that a line of furniture names: 第3版 要闻 -> 3, A3 -> A3, A3 滨州日报 2024年11月21日 -> A3."""
    found = _PAGE_OF_FOLIO.search(text)
    if found:
        return found["page"] or found["only"]
    code = _FOLIO_CODE.search(text.strip())
    return code.group() if code and (_DATE.search(text) or code.group() == text.strip()) else None


def publication_in(text: str) -> str | None:
    """The paper that a line of furniture names, by the usual endings of such names: …日报 2024年5月10日 星期六."""
    found = _paper().search(text)
    return found.group() if found else None


@cache
def _paper() -> re.Pattern[str]:
    endings = [row["word"] for row in table("agencies") if row["form"] == "ending" and row["word"].endswith("报")]
    return re.compile(rf"(?<![\u3400-\u9fff])[\u3400-\u9fff]{{2,8}}(?:{'|'.join(endings)})(?![\u3400-\u9fff])")


def date_line(text: str) -> date | None:
    """The date of a line that is nothing else: （2024年11月20日）."""
    found = _DATE_LINE.fullmatch(text.strip()) if "年" in text else None
    return _to_date(found) if found else None


def date_in(text: str) -> date | None:
    """The first full date in a text."""
    found = _DATE.search(text) if "年" in text else None
    return _to_date(found) if found else None


def _to_date(found: re.Match[str]) -> date | None:
    try:
        return date(number(found["year"]), number(found["month"]), number(found["day"]))
    except ValueError:
        return None


def is_name_line(text: str) -> bool:
    """Whether a line can be a bare personal name: 宋永祥, 李 强."""
    if "·" in text:
        name = "".join(text.split())
        return len(name) <= _LONGEST_FOREIGN_NAME and bool(_FOREIGN_NAME.fullmatch(name))
    return bool(_BARE_NAME.fullmatch(text)) and has_surname("".join(text.split()))


@cache
def _salutation() -> re.Pattern[str]:
    word = "|".join(words("salutations"))
    part = rf"(?:{word})[^，、：！。； ]{{0,14}}"
    titles = r"[^，、：！。；“” ]{1,14}"
    return re.compile(rf"(?:{titles}[，、 ])?{part}(?:[，、 ]+{titles})*[：！:!]")


def is_salutation(text: str) -> bool:
    """Whether a paragraph does nothing but address the hearers: 各位领导、各位嘉宾，女士们、先生们、朋友们："""
    return len(text) < 120 and text.rstrip()[-1:] in _CALLS and bool(_salutation().fullmatch(text.strip()))


def salutation_at_head(text: str) -> int | None:
    """Where a salutation ends that stands on one line with the text after it: 各位代表：|我们坚持以…"""
    found = _salutation().match(text) if "：" in text or ":" in text else None
    return found.end() if found and found.group()[-1] in "：:" and len(text) > found.end() + 4 else None


def name_before_salutation(text: str) -> int | None:
    """Where a speaker's name ends that stands on one line with the salutation: 宋永祥|各位领导：…"""
    if "：" not in text and ":" not in text:
        return None
    sizes = (size for size in (2, 3, 4) if is_name_line(text[:size]) and salutation_at_head(text[size:]))
    return next(sizes, None)


def opens_a_salutation(text: str) -> bool:
    """Whether a line opens by addressing hearers and goes on after a comma: 尊敬的…总统，女士们，先生们，"""
    return text[:1] in heads_of_salutations() and bool(_salutation_before_a_comma().match(text))


@cache
def heads_of_salutations() -> frozenset[str]:
    return _heads(words("salutations"))


def _heads(some: Iterable[str]) -> frozenset[str]:
    """The characters with which some words begin."""
    return frozenset(word[0] for word in some)


@cache
def _salutation_before_a_comma() -> re.Pattern[str]:
    return re.compile(rf"(?:{'|'.join(words('salutations'))})[^。，、]{{0,14}}[，、]")


def has_numbering(text: str) -> bool:
    """Whether a line opens with a number of parts: 一、… （二）… 问题一：…"""
    may = text[:1] in _heads_of_numbers() or text[:1].isdecimal()
    return may and bool(_numbering().match(text))


@cache
def _heads_of_numbers() -> frozenset[str]:
    return _heads(words("part_names")).union("（(第一二三四五六七八九十")


@cache
def _numbering() -> re.Pattern[str]:
    names = "|".join(words("part_names"))
    return re.compile(rf"{_NUMBERING}|(?:{names})[一二三四五六七八九十\d]{{1,2}}[：:·— ]")


@cache
def _openers() -> re.Pattern[str]:
    found = "|".join(words("openers"))
    return re.compile(rf"(?:{found})[，,]|图为")


def opens_a_paragraph(text: str) -> bool:
    """Whether a text begins as paragraphs do, and as what goes on in mid-sentence seldom does: 日前，…"""
    return text[:1] in heads_of_paragraphs() and bool(_openers().match(text))


@cache
def heads_of_paragraphs() -> frozenset[str]:
    return _heads(words("openers")) | {"图"}


def headline_before_text(text: str) -> int | None:
    """Where a glued headline ends behind its column's label: 退货更放心（消费观察）|日前，…"""
    for found in _LABEL_INSIDE.finditer(text[:LONGEST_GLUED]):
        if opens_a_paragraph(text[found.end() :]) and not _MARKS_OF_TEXT.search(text[: found.start()]):
            return found.end()
    return None


def signs_a_letter(text: str) -> bool:
    """Whether a line is a reader's place and name, as letters are signed: 某省某市 王 健."""
    place, blank, name = text.partition(" ")
    return bool(blank) and is_name_line(name) and bool(_PLACE.fullmatch(place))


def column_label(headline: str) -> str | None:
    """The column's label in brackets at the end of a headline: …民主实质（人民论坛） -> 人民论坛."""
    found = _LABEL_IN_BRACKETS.search(headline) if _may_close_with_a_bracket(headline) else None
    return found["label"] if found and not _PASSED.search(found.group()) and found.start() > 0 else None


def is_column_label(text: str) -> bool:
    """Whether a line is nothing but a column's label in brackets: （阅读时光）."""
    label = column_label("题" + text) if text[:1] in ("（", "(") else None
    return label is not None and len(label) + 2 == len(text) and not _is_of_a_credit(label)


def _is_of_a_credit(text: str) -> bool:
    return "摄" in text or any(word in text for word in words("credit_words") if len(word) > 1)


def ends_with_a_note(text: str) -> bool:
    """Whether a line closes with the note of its passing: …的决议（2024年11月20日…通过）"""
    return "通过" in text and bool(_PASSED_BEHIND.search(text))


def is_note(text: str) -> bool:
    """Whether a line says where and when a text was passed, or gives its number: （…通过）, 第四十五号, （一）."""
    text = text.strip()
    if text[:1] not in _HEADS_OF_NOTES:
        return False
    return bool(_PASSED.fullmatch(text) or _NUMBERED_DECREE.fullmatch(text) or _SERIAL.fullmatch(text))
