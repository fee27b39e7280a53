"""Is an article the words of a speech, and whose, where and when?

before  ——在2024第九届国际（三亚）…高峰论坛上的主旨演讲 | （2024年11月20日） | 宋永祥 | 各位领导、各位嘉宾：…
after   speech by 宋永祥 at 2024第九届国际（三亚）…高峰论坛 on 2024-11-20
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache

from transforms import marks
from transforms.lexicon import words

_THRESHOLD = 2.0
_SALUTATION_FIRST = 2.0
_SALUTATION_LATER = 0.5
_SPEECH_TITLE = 2.0
_SPEAKER_NAMED = 1.0
_DATED = 0.5
_FIRST_PERSON = 0.5
_AGENCY = -3.0
_REPORTED = re.compile(r"(?:摘要|摘登|综述|侧记|反响|学习贯彻|学习)")
_OCCASION = re.compile(r"在(?P<occasion>[^，。]{2,60}?)(?:上|时|开幕式上|闭幕式上)(?:的|$)")
_ON_A_DAY = re.compile(r"\d日在")
_BEFORE_IN = re.compile(r"^(?P<name>[\u3400-\u9fff]{2,4})(?:同志|主席|总书记|总理)?在")


@dataclass(frozen=True, slots=True)
class Occasion:
    """What a speech's heading says of it."""

    speaker: str | None
    occasion: str | None
    date: date | None


@cache
def _given() -> re.Pattern[str]:
    """What closes the name of an occasion and opens that of a speech: …上的致辞."""
    return re.compile(rf"[上时]的(?:{_nouns()})")


@cache
def _speech_last() -> re.Pattern[str]:
    return re.compile(rf"(?:{_nouns()})$")


def _nouns() -> str:
    return "|".join(words("speech_nouns"))


def is_speech_title(text: str) -> bool:
    """Whether a heading names a speech: ——在…上的致辞, 政府工作报告."""
    if _REPORTED.search(text):
        return False
    if _speech_last().search(text):
        return True
    held = text.find("在")
    if held < 0:
        return False
    return bool(_given().search(text, held + 2)) or (text.endswith("上") and _is_dated_occasion(text[:-2]))


def _is_dated_occasion(text: str) -> bool:
    """Whether a heading, up to its last but one character, has the day of an occasion: 2024年11月20日在…上."""
    if _ON_A_DAY.search(text):
        return True
    year = text.find("年")
    return year >= 0 and text.find("日在", year + 2) >= 0


def is_speech(titles: Sequence[str], paragraphs: Sequence[str], named: bool, dated: bool, agency: bool) -> bool:
    """Whether an article is a speech: from its headings, its paragraphs, a bare name or a date in its heading.

    A report on a speech has an agency line and no salutation.
    """
    score = _SPEECH_TITLE if any(is_speech_title(title) for title in titles) else 0.0
    if paragraphs and marks.is_salutation(paragraphs[0]):
        score += _SALUTATION_FIRST
    elif any(marks.is_salutation(paragraph) for paragraph in paragraphs[1:6]):
        score += _SALUTATION_LATER
    score += _SPEAKER_NAMED * named + _DATED * dated + _AGENCY * agency
    score += _FIRST_PERSON * any("我们" in paragraph or "我代表" in paragraph for paragraph in paragraphs[:6])
    return score >= _THRESHOLD


def read_occasion(titles: Sequence[str], speaker: str | None, dated: date | None) -> Occasion:
    """Speaker, occasion and date from a speech's headings; what they don't say is None."""
    occasion = None
    for title in titles:
        found = _OCCASION.search(title)
        if found:
            occasion = occasion or found["occasion"].strip("“”")
            name = _BEFORE_IN.match(title)
            speaker = speaker or (name["name"] if name and marks.is_name_line(name["name"]) else None)
        dated = dated or marks.date_in(title)
    return Occasion(speaker, occasion, dated)
