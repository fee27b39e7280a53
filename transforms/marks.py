"""What a single line or paragraph shows by its own marks: a label, a jump line, a page's furniture, a date, a name.

Each function looks at one cleaned text and answers one question; none knows where on the page the text stands.
"""

from __future__ import annotations

import re
from datetime import date
from functools import cache

from transforms.bylines import has_surname
from transforms.figures.numerals import number
from transforms.lexicon import table, words

TERMINAL = "。！？!?…"
CLOSING = "”’」』）)》】〉\"'"
OPENING = "“‘「『（(《【〈"
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


def ends_a_sentence(text: str) -> bool:
    """Whether the last words close a sentence: a full stop, a question mark, such a mark inside closing quotes or
    brackets, or one before a note in brackets: …活动现场。（通讯员 卢青 摄影）"""
    note = _PICTURE_NOTE.search(text[-64:]) or _NOTE_BEHIND_A_STOP.search(text[-64:]) or jump_to(text)
    core = (text[: -len(note.group())] if note else text).rstrip(CLOSING + " ")
    return bool(core) and core[-1] in TERMINAL


def may_end_a_paragraph(text: str) -> bool:
    """Like `ends_a_sentence`, and a colon or a closing quote as well: 各位代表：, …“世界铝谷”"""
    return ends_a_sentence(text) or text.rstrip()[-1:] in tuple("：:；;”’》）)")


def open_depth(text: str) -> int:
    """How many quotes and brackets the text opens and leaves open (negative: closes what it has not opened)."""
    return sum(map(text.count, "“（(《")) - sum(map(text.count, "”）)》"))


def jump_from(text: str) -> re.Match[str] | None:
    """A jump line at the head of a text: （上接第一版）; its group `page` is the page as printed.

    before  （上接第一版）会议指出，… | 上接A1版 | ◀接二版
    after   第一版 | A1版 | 二版
    """
    return _jump_from().match(text)


def jump_to(text: str) -> re.Match[str] | None:
    """A jump line at the end of a text: …的活力。（下转第三版②）, ▶▶下转A3版, 转二版 on a line of its own."""
    return _jump_to().search(text[-40:]) and _jump_to().search(text, max(0, len(text) - 40))


def opens_a_jump(text: str) -> bool:
    """Whether a jump line is cut at the end of this line: …价值追求。（下转第"""
    return bool(_jump_open().search(text[-16:]))


def _jump_words(way: str, bare: bool = False) -> str:
    rows = [row["word"] for row in table("jump_words") if row["way"] == way and (row["bare"] or not bare)]
    return "|".join(sorted(rows, key=len, reverse=True))


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
    return _labels().get(label_name(text))


def label_name(text: str) -> str:
    """A label without the marks around it: 【简讯】 -> 简讯."""
    return re.sub(r"[\s●■▲◆【】\[\]·—:：]", "", text)


def label_at_head(text: str) -> str | None:
    """The label printed on the same line as the first item of its box: 标题新闻●日前，…"""
    for label in _labels():
        if text.startswith(label) and text[len(label) : len(label) + 1] in tuple(BULLETS):
            return label
    return None


def is_furniture(text: str) -> bool:
    """Whether a short line is the page's own: folio, page head with date and weekday, editors and telephones."""
    text = text.strip("（()） ")
    if not text or len(text) > 60 or text.endswith(("。", "，", "；")):
        return False
    if _FOLIO.fullmatch(text.strip()):
        return True
    cues = [word for word in words("furniture") if word in text]
    if "。" in text or "，" in text:
        return False
    if cues and (
        (len(cues) > 1 and _LISTED.search(text) and not _IN_A_SENTENCE.search(text))
        or re.match(rf"(?:{'|'.join(map(re.escape, cues))}) ?[：:]", text)
    ):
        return True
    return bool(_WEEKDAY.search(text) and _DATE.search(text)) and len(text) < 50


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
    found = _DATE_LINE.fullmatch(text.strip())
    return _to_date(found) if found else None


def date_in(text: str) -> date | None:
    """The first full date in a text."""
    found = _DATE.search(text)
    return _to_date(found) if found else None


def _to_date(found: re.Match[str]) -> date | None:
    try:
        return date(number(found["year"]), number(found["month"]), number(found["day"]))
    except ValueError:
        return None


def is_name_line(text: str) -> bool:
    """Whether a line can be a bare personal name: 宋永祥, 李 强."""
    name = re.sub(r"\s", "", text)
    if "·" in name:
        return bool(re.fullmatch(r"[\u3400-\u9fff]+(?:·[\u3400-\u9fff]+)+", name)) and len(name) <= 16
    return bool(re.fullmatch(r"[\u3400-\u9fff]{2,4}", name)) and has_surname(name)


@cache
def _salutation() -> re.Pattern[str]:
    word = "|".join(words("salutations"))
    part = rf"(?:{word})[^，、：！。； ]{{0,14}}"
    titles = r"[^，、：！。；“” ]{1,14}"
    return re.compile(rf"(?:{titles}[，、 ])?{part}(?:[，、 ]+{titles})*[：！:!]")


def is_salutation(text: str) -> bool:
    """Whether a paragraph does nothing but address the hearers: 各位领导、各位嘉宾，女士们、先生们、朋友们："""
    return len(text) < 120 and bool(_salutation().fullmatch(text.strip()))


def salutation_at_head(text: str) -> int | None:
    """Where a salutation ends that stands on one line with the text after it: 各位代表：|我们坚持以…"""
    found = _salutation().match(text)
    return found.end() if found and found.group()[-1] in "：:" and len(text) > found.end() + 4 else None


def name_before_salutation(text: str) -> int | None:
    """Where a speaker's name ends that stands on one line with the salutation: 宋永祥|各位领导：…"""
    sizes = [size for size in (2, 3, 4) if is_name_line(text[:size]) and salutation_at_head(text[size:])]
    return sizes[0] if sizes else None


def opens_a_salutation(text: str) -> bool:
    """Whether a line opens by addressing hearers and goes on after a comma: 尊敬的…总统，女士们，先生们，"""
    return bool(re.match(rf"(?:{'|'.join(words('salutations'))})[^。，、]{{0,14}}[，、]", text))


def has_numbering(text: str) -> bool:
    """Whether a line opens with a number of parts: 一、… （二）… 问题一：…"""
    return bool(_numbering().match(text))


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
    return bool(_openers().match(text))


def headline_before_text(text: str) -> int | None:
    """Where a glued headline ends behind its column's label: 退货更放心（消费观察）|日前，…"""
    for found in _LABEL_INSIDE.finditer(text[:LONGEST_GLUED]):
        if opens_a_paragraph(text[found.end() :]) and not _MARKS_OF_TEXT.search(text[: found.start()]):
            return found.end()
    return None


def signs_a_letter(text: str) -> bool:
    """Whether a line is a reader's place and name, as letters are signed: 某省某市 王 健."""
    place, _, name = text.partition(" ")
    return bool(_PLACE.fullmatch(place)) and is_name_line(name)


def column_label(headline: str) -> str | None:
    """The column's label in brackets at the end of a headline: …民主实质（人民论坛） -> 人民论坛."""
    found = _LABEL_IN_BRACKETS.search(headline)
    return found["label"] if found and not _PASSED.search(found.group()) and found.start() > 0 else None


def is_column_label(text: str) -> bool:
    """Whether a line is nothing but a column's label in brackets: （阅读时光）."""
    label = column_label("题" + text)
    return label is not None and len(label) + 2 == len(text) and not _is_of_a_credit(label)


def _is_of_a_credit(text: str) -> bool:
    return "摄" in text or any(word in text for word in words("credit_words") if len(word) > 1)


def ends_with_a_note(text: str) -> bool:
    """Whether a line closes with the note of its passing: …的决议（2024年11月20日…通过）"""
    return bool(_PASSED_BEHIND.search(text))


def is_note(text: str) -> bool:
    """Whether a line says where and when a text was passed, or gives its number: （…通过）, 第四十五号, （一）."""
    return any(pattern.fullmatch(text.strip()) for pattern in (_PASSED, _NUMBERED_DECREE, _SERIAL))
