"""Numerals without a unit: 五大集群, 千亿级产业, 62.8万贫困人口, list marks, codes, years in names.

before  五大集群 · 千亿级产业 · 12345热线 · 2024第九届… · 一、二、
after   5 个     · 1e11 CNY   · a label    · a label      · labels
"""

from __future__ import annotations

import re

from transforms.figures import spans
from transforms.figures.cues import cues
from transforms.figures.draft import Draft

_LEVELS = frozenset("十百千万亿")
_SIZED = re.compile(
    r"(?:规模|优势|特色|新兴|战略性|先进|高端|主导|支柱|制造业|级|的|、)*"
    r"(?:产业|企业|集群|园区|市场|县|区|镇|项目|投资|产值|营收|工程|基金|赛道|板块|城市|强县|元)"
)


def whole(text: str, start: int, end: int) -> bool:
    """Whether [start, end) is all there is of a text, but for a sign."""
    return end == len(text) and (start == 0 or text[:start] in ("-", "－", "负", "负的", "第"))


def scale_class(text: str, start: int, end: int, value: float) -> Draft | None:
    """千亿级产业: an estimate, of money where it sizes an industry; 百万级用户 counts."""
    if not set(text[start:end]) <= _LEVELS or value < 1e4:
        return None
    money = value >= 1e8 or bool(_SIZED.match(text, end + 1))
    return Draft(start, end + 1, "money" if money else "count", value, unit="CNY" if money else None, infix="级")


_GREAT = re.compile(r"大(?![多大小概约致会学家众于幅力型批量规肆举步洋])")
_SUFFIXES = {"k": 1e3, "K": 1e3, "M": 1e6, "G": 1e9}


def bare(text: str, draft: Draft, end: int) -> Draft | None:
    """The figure or label of a numeral that ends at `end` without a unit; None where it is neither."""
    numeral, after = text[draft.start : end], text[end : end + 1]
    draft.end = end
    if text.endswith(cues("aged"), 0, draft.start) and draft.value and 9 < draft.value < 120:
        draft.kind, draft.unit = "age", "岁"
        return draft
    if after == "大" and _GREAT.match(text, end):
        return _great(draft, numeral)
    if after and after.isascii() and after.isalpha() and numeral[-1].isdigit():
        return _lettered(text, draft, after)
    if draft.lone:
        return _lone(text, draft, after)
    if numeral[0].isdigit():
        return _digits(text, draft, numeral, after)
    if after == "、" and text[draft.start - 1 : draft.start] in ("", "\n") and (draft.value or 0) in range(1, 100):
        draft.label = True
        return draft
    return draft if _counts(text, draft, numeral) else None


def _great(draft: Draft, numeral: str) -> Draft | None:
    """五大集群 is five of them; 十九大 is a congress."""
    if numeral == "一":
        return None
    draft.end, draft.unit, draft.kind = draft.end + 1, "个", "count"
    if draft.value is not None and 10 < draft.value < 30 and not numeral[0].isdigit():
        draft.label, draft.kind, draft.unit = True, "rank", None
    return draft


def _lettered(text: str, draft: Draft, after: str) -> Draft:
    """5G, 3D: names; 100K as all there is of a text is a number."""
    draft.end += 1
    if after in _SUFFIXES and draft.value is not None and whole(text, draft.start, draft.end):
        draft.value *= _SUFFIXES[after]
    else:
        draft.label = True
    return draft


_LIST_MARKS = frozenset("、是要")
_LIST = 120
"""Characters between 一是 and 二是."""
_PLENUMS = re.compile("中(?:[、和及][一二三四五六七八]中)*全会")
_OPENING = frozenset(("", "\n", "，", "。", "；", "：", "（", "、", "“", "！", "？", " "))
CLAUSE_ENDS = frozenset(("", *"，。、；：！？）”\n的"))
_QUOTES = frozenset("“‘《「")


def _lone(text: str, draft: Draft, after: str) -> Draft | None:
    """A single Chinese numeral without a unit: a list mark, a slogan's first word, 一半, all there is of a text."""
    numeral, before = text[draft.start], text[draft.start - 1 : draft.start]
    if numeral == "一" and after == "半" and not text.startswith(("半夜", "半会", "半点"), draft.end):
        draft.end, draft.kind, draft.value, draft.unit = draft.end + 1, "fraction", 0.5, "1"
        return draft
    if whole(text, draft.start, draft.end):
        return draft if numeral not in "万亿千百兆" else None
    if (
        before == "前"
        and numeral in "二三四五六七八九十"
        and after in CLAUSE_ENDS
        and not text.endswith(cues("before-only"), 0, draft.start)
    ):
        draft.kind, draft.comparator = "rank", "<="
        return draft
    listed = (before in _OPENING and after in _LIST_MARKS) or (before == "（" and after == "）")
    if numeral == "一" and after in ("是", "要"):
        listed = listed or text.find(f"二{after}", draft.end, draft.end + _LIST) > 0
    if after == "中" and _PLENUMS.match(text, draft.end):
        draft.end, draft.label = draft.end + 1, True
        return draft
    if listed or (before and before in _QUOTES and numeral not in "百千万亿一"):
        draft.label = True
        return draft
    return None


_PHONE = re.compile("|".join(cues("telephone")))
_PHONE_LENGTHS = frozenset((7, 8, 10, 11))


def _digits(text: str, draft: Draft, numeral: str, after: str) -> Draft | None:
    """Digits without a unit: numbers of telephones and models are none, years and codes are labels, others numbers."""
    plain = numeral.isdigit()
    if (plain and len(numeral) >= 7 and _is_phone(text, draft, numeral)) or _in_chain(text, draft, after):
        return None
    if plain and _MODEL_BEHIND.match(text, draft.end):
        return None
    if plain and draft.high is None and _MODEL.search(text, max(0, draft.start - 2), draft.start):
        draft.label = True
    elif plain and len(numeral) == 4 and _YEARS_IN_ROW.match(text, draft.start):
        draft.kind, draft.value, draft.days = "date", None, spans.year(int(numeral))
        draft.explicit_year, draft.length = True, "year"
    elif plain and len(numeral) == 4 and _is_year(text, draft, after):
        draft.label, draft.kind, draft.days = True, "date", spans.year(int(numeral))
        draft.explicit_year, draft.length = True, "year"
    elif _is_code(text, draft, numeral, after):
        draft.label = True
    return draft


_YEARS_IN_ROW = re.compile(
    r"(?:(?:19|20)[0-9]{2}[、和及与]){1,6}(?:19|20)[0-9]{2}[两三四五]?年|(?<=[0-9][、和及与])(?:19|20)[0-9]{2}[两三四五]年"
)
_MODEL = re.compile(r"[\u4e00-\u9fff](?<![为是达到至约在于增长速幅加值润额率温])[-－]\Z")  # 东风-41
_SEPARATORS = frozenset(("", "/", "-", ":", "："))
_FIGURES = frozenset("图表")
_REFERRED = frozenset("：），。、")
_RELAY = re.compile("×[0-9]+米?(?:接力|自由泳|混合泳|栏)")


def _is_code(text: str, draft: Draft, numeral: str, after: str) -> bool:
    """12345热线, 拨打120, 运—20, 上证50, ’98世界杯, 见图3, 01号库, 1+6+N, 4.0版, 90后, the list marks 1、 and 1.."""
    before = text[max(0, draft.start - 5) : draft.start]
    if before[-1:] in _STROKES and before and (before[-2:-1] in _LATIN or before[:-1].endswith(cues("model"))):
        return True
    if numeral.isdigit():
        if len(numeral) < 3 and _is_list_mark(text, draft, after):
            return True
        if before[-1:] in _FIGURES and after in _REFERRED:
            return True
        if (
            (numeral[0] == "0" and len(numeral) > 1 and after not in _SEPARATORS)
            or "+" in (after, before[-1:])
            or before.endswith(_NAMES)
            or _RELAY.match(text, draft.end)
        ):
            return True
        if 2 < len(numeral) < 7 and before.endswith(cues("dial")):
            return True
        service = _SERVICE if len(numeral) > 2 else _SERVICES
        return bool(service.match(text, draft.end)) or (len(numeral) == 2 and after == "后")
    return numeral.endswith(".0") and text.startswith(cues("version"), draft.end)


_SERVICES = re.compile("|".join(cues("service")))
_SERVICE = re.compile(rf"(?:[、和及][0-9]{{3,5}}){{0,4}}(?:{_SERVICES.pattern})")  # 110、12110报警电话
_NAMES = (*cues("index"), *cues("make"))
_STROKES = frozenset("—-－–")
_LATIN = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
# 787客机, 737—300型飞机
_MODEL_BEHIND = re.compile("(?:[—-][0-9]+)?(?:客机|型(?:飞机|客机|战机|直升机|运输机|轰炸机|战斗机))|[—-][0-9]+型")


def _is_list_mark(text: str, draft: Draft, after: str) -> bool:
    """1、 and 2. at the head of a sentence, （1） and ’98 anywhere; 1、3家 counts; 2、1月 and 1、1月10日 mark."""
    before = text[draft.start - 1 : draft.start]
    if (before == "（" and after == "）") or before == "’":
        return True
    if before not in ("", "\n") or after not in _MARKS:
        return False
    if _BEFORE_DATE.match(text, draft.end):
        return True
    following = _NEXT_DIGITS.match(text, draft.end + 1)
    return not following or (after == "、" and int(following[0]) <= (draft.value or 0))


_MARKS = frozenset("、.．·：")
_BEFORE_DATE = re.compile("、(?=[0-9]{4}年|[0-9]{1,2}月[0-9])|[.．：](?=[0-9]{4}年)")
_NEXT_DIGITS = re.compile("[0-9]{1,4}")


def _is_phone(text: str, draft: Draft, numeral: str) -> bool:
    if whole(text, draft.start, draft.end):
        return False
    return len(numeral) in _PHONE_LENGTHS or bool(_PHONE.search(text, max(0, draft.start - 12), draft.start))


def _in_chain(text: str, draft: Draft, after: str) -> bool:
    """0543-3152627, 192-168-1: digits that strokes chain together."""
    if after and after in "—–" and text[draft.start] == "0" and draft.end - draft.start > 2:
        return True
    behind = draft.start > 1 and text[draft.start - 1] == "-" and text[draft.start - 2].isdigit()
    return behind or (after == "-" and text[draft.end + 1 : draft.end + 2].isdigit() and draft.high is None)


def _is_year(text: str, draft: Draft, after: str) -> bool:
    """2024第九届论坛, 2020“阅读季”: a year without 年 before a name."""
    if draft.value is None or not 1900 <= draft.value <= 2099 or draft.high is not None:
        return False
    bracketed = after == "）" and text[draft.start - 1 : draft.start] == "（"
    return not whole(text, draft.start, draft.end) and (
        bracketed or after in "第“”‘《·—-〕" or "\u4e00" <= after <= "\u9fff"
    )


_DIGITS = "零一二两三四五六七八九多余来几"
_ROUND = re.compile(rf"[上数几]?[{_DIGITS}]*+[十百千万亿][{_DIGITS}十百千万亿]*+\Z")


def _counts(text: str, draft: Draft, numeral: str) -> bool:
    """Whether a Chinese numeral of several characters without a unit is a number: 三千五百 is, 一二 and 千万 seldom."""
    if whole(text, draft.start, draft.end) or text.startswith(("以上", "以下", "左右"), draft.end):
        return True
    if (draft.high is not None and len(numeral) < 3) or numeral in cues("adverb"):
        return text.endswith(cues("nearing"), 0, draft.start)
    return (bool(_ROUND.match(numeral)) and not numeral.startswith(("十一", "二十"))) or "点" in numeral
