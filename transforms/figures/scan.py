"""Finding the figures of a text: one expression finds numerals, and what stands around each says what it is.

before  去年集群总营收达到1.22万亿元，拥有237家涉铝企业，占比超过1/3
after   1.22万亿元 (money, 1.22e12 CNY) · 237家 (count) · 1/3 (fraction, 0.333…)
"""

from __future__ import annotations

import re
from datetime import date

from transforms.figures import damage, eras, idioms, numerals, places, rows, spans
from transforms.figures.clocks import BEFORE_CLOCK, dated_at
from transforms.figures.cues import cues
from transforms.figures.dates import Anchor
from transforms.figures.draft import Draft
from transforms.figures.measured import half_at, measure_behind, measured_at
from transforms.figures.plans import phase_at, plan_at
from transforms.figures.prices import CURRENCY_ENDS, priced, sign_before
from transforms.figures.ratios import RATIO_SIGNS, ratio_at
from transforms.figures.signs import signed
from transforms.figures.unmeasured import CLAUSE_ENDS

_NUMERAL = numerals.expression()
_AFTER_ONE = (
    "0-9零〇一二三四五六七八九十百千万亿年月季天日小周星秒分刻公平立米吨克斤亩升里厘毫海英倍半成比美欧"
    "期级等孩版号甲是、要）个世时点线到至—载届又两"
)
_NEARLY = "近|将近|约|超过|不止"  # bounds between 翻了 and the number
_FIRST_SESSION = "次(?:会议|全会|全体会议|理事会|常委会|代表大会)"
_FIND = re.compile(
    rf"翻了?(?:(?:{_NEARLY})?[一二两三四五六])?番[多余]?|第(?:{_NUMERAL})|(?<=[届大协会])一(?={_FIRST_SESSION})|(?<=对)折(?![叠磨腾])|首位(?!度)|榜首"
    rf"|(?!一(?<!月初一)(?<!年初一)(?:[^{_AFTER_ONE}]|个[^月多小半世百星工季钟])|几[^十百千万亿]|数[^十百千万亿])(?:{_NUMERAL}|半)"
)
# One set of characters is searched for much faster than the expression: it is tried only where one of them stands,
# and only behind those that may begin more than a numeral is it tried as a whole.
_START = re.compile(f"[0-9翻第半数几上折首榜{''.join(numerals.READS)}]")
_WORDS_OF_OWN = frozenset("翻第折首榜半")
_ODD_STARTS = _WORDS_OF_OWN | frozenset("一几数")
_PLAIN = re.compile(_NUMERAL)
_DIGITS = frozenset("0123456789")
_LETTERS = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_@=#&")
_DATE_STARTS = frozenset("年月日号时点:：-/.世季—至到~～－–―一前个")
_CHINESE_DATE_STARTS = frozenset("0年月日号时点季世—至到分个")
_WEEKS = ("周", "星期", "礼拜")


def figures(text: str, reference: date | None) -> list[Draft]:
    """The figures and labels of `text` in order; line breaks part its sentences, and dates look back no further."""
    drafts = _found(text, reference)
    rows.share_units(text, drafts)
    return drafts


def _found(text: str, reference: date | None) -> list[Draft]:
    drafts: list[Draft] = []
    done = tried = 0
    line_end = text.find("\n")
    anchor = Anchor(reference)
    while place := _START.search(text, tried):
        start = place.start()
        found = (_FIND if text[start] in _ODD_STARTS else _PLAIN).match(text, start)
        if not found:
            tried = start + 1
            continue
        if 0 <= line_end < start:
            anchor = Anchor(reference, day=anchor.day)
            line_end = text.find("\n", start)
        tried = found.end()
        shifted = _shifted(text, start, anchor) if start > 1 and text[start - 1] in "年月" else anchor
        draft = _read(text, start, tried, shifted)
        if draft is not None and draft.start >= done:
            done = tried = max(draft.end, tried)
            draft.doubtful = draft.doubtful or damage.is_doubtful(text, draft, reference)
            if draft.days is not None:
                anchor = _behind(text, draft, shifted, anchor)
            drafts.append(draft)
    return drafts


def _behind(text: str, draft: Draft, shifted: Anchor, anchor: Anchor) -> Anchor:
    """The anchor behind a date; an event that a year names is marked as such."""
    if not _names_event(text, draft, anchor.reference):
        return _carried(shifted, draft, anchor)
    draft.label = draft.label or text.startswith(cues("games"), draft.end)
    return anchor


def _names_event(text: str, draft: Draft, reference: date | None) -> bool:
    """2022年世界杯: a year ahead with a noun behind it belongs to a name and says nothing of later dates."""
    if reference is None or draft.days is None or draft.length != "year" or draft.days.first.year <= reference.year:
        return False
    following = text[draft.end : draft.end + 1]
    return "\u4e00" <= following <= "\u9fff" and text[draft.start - 1 : draft.start] not in _TOWARDS


_TOWARDS = ("到", "至", "从", "自", "于", "在")


def _carried(anchor: Anchor, draft: Draft, otherwise: Anchor) -> Anchor:
    """What later dates of the sentence take over: a year that was stated, the month of a day, the day itself; of a
    figure that is no date nothing (`otherwise` stays)."""
    if draft.days is None or draft.label:
        return otherwise
    last = draft.days.last
    year = last.year if draft.explicit_year else anchor.year
    month = (last.year, last.month) if draft.length in ("day", "month") else anchor.month
    return Anchor(anchor.reference, year, month, draft.days if draft.length == "day" else anchor.day)


_RELATIVE_YEARS = {"今年": 0, "本年": 0, "去年": -1, "上年": -1, "前年": -2, "明年": 1, "后年": 2}
_RELATIVE_MONTHS = {"本月": 0, "上月": -1, "下月": 1}
_COUNTED_MONTHS = {"上个月": -1, "这个月": 0, "今个月": 0, "本个月": 0, "下个月": 1}


def _shifted(text: str, start: int, anchor: Anchor) -> Anchor:
    """The anchor for a date behind 去年, 上个月 and the like."""
    if not anchor.reference:
        return anchor
    before = text[start - 2 : start]
    if before in _RELATIVE_YEARS:
        further = 1 if text[start - 3 : start - 2] == "大" else 0
        shift = _RELATIVE_YEARS[before]
        year = anchor.reference.year + shift + (further if shift > 0 else -further)
        return Anchor(anchor.reference, year, day=anchor.day)
    months = _RELATIVE_MONTHS.get(before, _COUNTED_MONTHS.get(text[max(0, start - 3) : start]))
    if months is None:
        return anchor
    first = spans.shifted(anchor.reference.replace(day=1), months_=months)
    return Anchor(anchor.reference, first.year, (first.year, first.month), anchor.day)


def _read(text: str, start: int, end: int, anchor: Anchor) -> Draft | None:
    """The figure or label whose numeral is found at [start, end); None where it is none."""
    first = text[start]
    if first in _DIGITS and _stands_plain(text, start, end):
        return measured_at(text, start, end, anchor.reference)
    damaged = damage.damaged_at(text, start, end)
    if damaged or end - start > numerals.LONGEST:
        return damaged
    if first in _DIGITS:
        return _arabic(text, start, end, anchor)
    if first in _WORDS_OF_OWN:
        return _odd(text, start, end, anchor)
    return _chinese(text, start, end, anchor)


def _odd(text: str, start: int, end: int, anchor: Anchor) -> Draft | None:
    """What begins with a word of its own, and not with a numeral: 翻番, 对折, 第八, 首位, 榜首, 半年."""
    first = text[start]
    if first == "第":
        return _ordinal(text, start, end, anchor)
    if first == "半":
        return half_at(text, start)
    if first == "翻":
        return _doubled(text, start, end)
    return _half_price(text, start) if first == "折" else _foremost(text, start, end)


_RANKED_FIRST = re.compile(rf"(?:{'|'.join(cues('first-place'))})[^，。；：！？\n]{{0,14}}\Z")


def _foremost(text: str, start: int, end: int) -> Draft | None:
    """产量居全省首位, 名列榜首: the first place; 首位女船长 only tells that she is the first."""
    ranked = text[end : end + 1] in CLAUSE_ENDS and _RANKED_FIRST.search(text, max(0, start - 16), start)
    return (
        Draft(start, end, "rank", 1.0, unit="位" if text[start] == "首" else None, numeral_end=end) if ranked else None
    )


_BOUND_DOUBLING = re.compile(rf"{_NEARLY}|[多余]")
_DISCOUNTS = frozenset("打以按至")


def _doubled(text: str, start: int, end: int) -> Draft:
    """翻番, 翻两番, 翻了近三番: so many times doubled."""
    digit = text[text.index("番", start) - 1]
    times = numerals.amount(digit).value if digit in numerals.READS else 1.0
    bound = _BOUND_DOUBLING.search(text, start, end)
    return Draft(start, end, "multiple", 2.0**times, unit="倍", infix=bound[0] if bound else None)


def _half_price(text: str, start: int) -> Draft | None:
    """打对折: half the price; paper is folded (对折) without 打."""
    if text[start - 2 : start - 1] in _DISCOUNTS or len(text) == 2:
        return Draft(start - 1, start + 1, "percent", 50.0, unit="%")
    return None


_SCIENTIFIC = re.compile(
    r"(?P<n>[0-9]{1,9}(?:\.[0-9]{1,20})?)(?:(?:e[+－-]?|E[+－-])(?P<e>[0-9]{1,2})(?![0-9A-Za-z.])"
    r"|×10(?:\^(?P<x>[－-]?[0-9]{1,2})(?![0-9.])|(?P<raised>⁻?[⁰¹²³⁴-⁹]{1,2})))"
)
_RAISED = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")


def _scientific(text: str, start: int, reference: date | None) -> Draft | None:
    """3×10⁸米, 1.5e6: powers of ten."""
    found = _SCIENTIFIC.match(text, start)
    if not found:
        return None
    power = found["x"] or (found["raised"] or "").translate(_RAISED)
    if not power:
        power = text[found.end("n") + 1 : found.end()].lstrip("+")
    value = float(f"{found['n']}e{power.replace('－', '-')}")
    return measured_at(text, start, found.end(), reference, numerals.Amount(value))


def _stands_plain(text: str, start: int, end: int) -> bool:
    """Whether nothing beside digits could make them anything but a number with or without a unit: 共237家, not C919,
    3.4.5, 2024年, 1/3, -5."""
    plain = text[start - 1 : start] not in _TELLING_BEFORE and text[end : end + 1] not in _TELLING_BEHIND
    return plain and end - start <= numerals.LONGEST


def _arabic(text: str, start: int, end: int, anchor: Anchor) -> Draft | None:
    marked = _behind_mark(text, start, end, anchor.reference) if start else None
    if marked:
        return None if _is_model(text, start, marked) else marked
    if text[end : end + 1] == "·" and (named := _DAY_NAME.match(text, start)):
        return Draft(start, named.end(), "count", numerals.amount(text[start:end]).value, label=True)
    if _may_begin_date(text, end):
        dated = dated_at(text, start, anchor)
        if dated:
            return _named(text, dated)
    if text[end : end + 1] in _POWERS and (power := _scientific(text, start, anchor.reference)):
        return power
    if _in_points(text, start, end):
        return None
    ratio = ratio_at(text, start, end)
    return signed(text, ratio) if ratio else measured_at(text, start, end, anchor.reference)


def _may_begin_date(text: str, end: int) -> bool:
    """Whether digits that end at `end` may begin a date or a time: 个 only counts months and quarters of one."""
    behind = text[end : end + 1]
    if behind == "个":
        return text[end + 1 : end + 2] in _SPANS_OF_DATES
    return behind in _DATE_STARTS or (behind == "、" and text[end + 1 : end + 2].isdigit())


_SPANS_OF_DATES = ("月", "季")
_DAY_NAME = re.compile(r"(?:1[0-2]|[1-9])·(?:3[01]|[12][0-9]|0?[1-9])(?![0-9.%·])")  # 5·12, 9·11


def _behind_mark(text: str, start: int, end: int, reference: date | None) -> Draft | None:
    """Digits behind the sign of a currency ($20), behind a letter (C919, a label) or behind one and a stroke or a stop
    (COVID-19, www.12306); None where nothing of that kind stands before them."""
    sign = sign_before(text, start)
    if sign and (sum_ := priced(measured_at(text, start, end, reference), sign)):
        return sum_
    before = text[start - 1]
    if before in _LETTERS and _measured_behind_letter(text, end):
        return measured_at(text, start, end, reference)
    chained = before in "-·." and text[start - 2 : start - 1] in _LETTERS and text[end : end + 1] != "%"
    if before in _LETTERS or chained:
        return Draft(start, end, "number", numerals.amount(text[start:end]).value, label=True)
    return None


_PLATE = re.compile("[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-Z]{1,2}\\Z")
_CAPITALS = re.compile("[A-Z]{2}\\Z")


def _is_model(text: str, start: int, marked: Draft) -> bool:
    """AB5, 京A12345: the number of a make or a plate, which are no labels; PM2.5 and ISO9001 are known names."""
    if not marked.label:
        return False
    capitals = _CAPITALS.search(text, max(0, start - 2), start) and not text.endswith(cues("lettered"), 0, start)
    return bool(capitals or _PLATE.search(text, max(0, start - 3), start))


def _measured_behind_letter(text: str, end: int) -> bool:
    """占GDP3.5%, 维生素C53毫克: a letter ends the noun before what is measured; A4纸 and B12 are names."""
    measure, _, _ = measure_behind(text, end)
    return measure is not None and (measure.kind == "percent" or (measure.kind == "quantity" and len(measure.name) > 1))


_POWERS = ("e", "E", "×")
_TELLING_BEFORE = damage.BESIDE | CURRENCY_ENDS | _LETTERS | frozenset("-·.")
_TELLING_BEHIND = damage.BEHIND | RATIO_SIGNS | _DATE_STARTS | frozenset((*_POWERS, "·", "、"))


def _named(text: str, dated: Draft) -> Draft:
    """康熙三年: the name of the era belongs to the date; in 宣德3月8日 it is another name."""
    start = eras.starts_at(text, dated.start)
    if (
        start is not None
        and dated.kind == "date"
        and (found := eras.year_at(text, dated.start))
        and found[0] == dated.end
    ):
        dated.start = start
    return dated


def _in_points(text: str, start: int, end: int) -> bool:
    """4.2.1版, 192.168.1.1: a part of digits that points chain together, the number of a version or an address."""
    behind = text[start - 1 : start] == "." and text[start - 2 : start - 1].isdigit()
    return behind or (text[end : end + 1] == "." and text[end + 1 : end + 2].isdigit())


def _chinese(text: str, start: int, end: int, anchor: Anchor) -> Draft | None:
    if text[end - 1] == "五" and (plan := plan_at(text, start)):
        return plan
    if start > 1 and text[start - 1] in "月初年" and (early := _begun_before(text, start, anchor)):
        return early
    if text[end : end + 1] == "月" and idioms.covers(text, start, end):
        return None
    if _may_be_dated(text, start, end):
        dated = dated_at(text, start, anchor)
        if dated:
            return _named(text, dated)
    name = _slogan(text, start, end)
    if name or (end - start <= 4 and idioms.covers(text, start, end)):
        return name or idioms.quoted_at(text, start)
    if text[end : end + 1] in RATIO_SIGNS and (ratio := ratio_at(text, start, end)):
        return signed(text, ratio)
    draft = measured_at(text, start, end, anchor.reference)
    return None if draft and end - start <= 2 and places.begins(text, start, draft.end) else draft


def _slogan(text: str, start: int, end: int) -> Draft | None:
    """两个一百年, 二期工程, 一次会议: what is a label as a whole."""
    if end - start > 4:
        return None
    slogan = idioms.slogan_at(text, start) or (phase_at(text, start, end) if text[end : end + 1] == "期" else None)
    return slogan or (_first_session(text, start) if text[start] == "一" else None)


_FIRST = re.compile(rf"一(?:(?P<held>{_FIRST_SESSION})|届(?=[一二三四五六七八九十]{{1,3}}[次中]))")


def _first_session(text: str, start: int) -> Draft | None:
    """九届人大一次会议, 一届二次理事会: first sessions and first editions, which 一 as an article is not."""
    found = _FIRST.match(text, start)
    if not found or (found["held"] and not text.endswith(("届", "大", "协", "会"), 0, start)):
        return None
    return Draft(start, start + 2, "rank", 1.0, unit=text[start + 1], numeral_end=start + 1, label=True)


def _may_be_dated(text: str, start: int, end: int) -> bool:
    """Whether a Chinese numeral can begin a date or a time: 上周四到10月1日 has a weekday, 晚九点零九 a decimal."""
    if text[end : end + 1] == "个" and "点" not in text[start:end]:
        return text[end + 1 : end + 2] in _SPANS_OF_DATES
    if text[end : end + 1] in _CHINESE_DATE_STARTS or text[start] == "廿":
        return not (end == start + 1 and text.startswith(("至", "到", "—"), end) and text.endswith(_WEEKS, 0, start))
    return "点" in text[start:end] and (
        text[end : end + 1] == "刻" or bool(BEFORE_CLOCK.search(text, max(0, start - 2), start))
    )


_LUNAR_MONTH = re.compile(r"(?:(?:农历|阴历)?[正冬腊]月|大年)初?\Z")
_FIRST_YEAR = "元年"


def _begun_before(text: str, start: int, anchor: Anchor) -> Draft | None:
    """正月十五, 腊月初八, 大年三十, 贞观元年三月: dates that begin before their first numeral."""
    month = _LUNAR_MONTH.search(text, max(0, start - 5), start)
    if month:
        return dated_at(text, month.start(), anchor)
    if text.endswith(_FIRST_YEAR, 0, start) and eras.starts_at(text, start - 2) is not None:
        dated = dated_at(text, start - 2, anchor)
        return _named(text, dated) if dated and dated.end > start else None
    return None


_NOT_LARGEST = ("大学", "大队", "大街", "大道", "大国", "大提琴", "大会", "大厅", "大厦", "大院")


def _ordinal(text: str, start: int, end: int, anchor: Anchor) -> Draft | None:
    """第149位, 第一, 第八届: ranks; which of them are labels is decided with the words around them."""
    if text.startswith(("季度", "个季度"), end):
        dated = dated_at(text, start + 1, anchor)
        if dated:
            dated.start = start
        return dated
    institution = text.startswith(cues("institution"), end)
    if not institution and idioms.covers(text, start, end):
        return None
    draft = Draft(start, end, "rank", numerals.amount(text[start + 1 : end]).value, ordinal=True, numeral_end=end)
    if institution:
        draft.label = True
        return draft
    if text.startswith("、", end):
        end = _together(text, draft)
    if text.startswith("大", end) and not text.startswith(_NOT_LARGEST, end):
        draft.end = end + 1
    else:
        draft.end, draft.unit = _ordered(text, end)
    return draft


def _ordered(text: str, end: int) -> tuple[int, str | None]:
    """Where an ordinal whose numeral ends at `end` ends with what it orders, and what that is: 第三局, 第四日."""
    measure, stop, more = measure_behind(text, end)
    if measure is not None and not more and measure.kind in ("count", "rank", "duration"):
        return stop, measure.name
    if text.startswith("日", end) and not text.startswith(("日本", "日军", "日元"), end):
        return end + 1, "日"
    return end, None


_SIBLINGS = re.compile(r"(?:、(?P<last>[0-9]{1,3}|[一二三四五六七八九十]{1,3})){1,20}")


def _together(text: str, draft: Draft) -> int:
    """第一、二卷, 第二、三、四名: ordinals with one 第 and one unit are one figure; where its numerals end."""
    found = _SIBLINGS.match(text, draft.end)
    last = numerals.amount(found["last"]).value if found else 0.0
    if not found or draft.value is None or last - draft.value != text.count("、", draft.end, found.end()):
        return draft.end
    measure, _, more = measure_behind(text, found.end())
    named = text.startswith(cues("institution"), found.end())
    if named or (measure is not None and not more and measure.kind in ("count", "rank")):
        draft.high, draft.end, draft.numeral_end, draft.label = last, found.end(), found.end(), named
    return draft.end
