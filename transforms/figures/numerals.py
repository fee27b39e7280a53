"""Numerals: where they stand and what they are worth.

Arabic, Chinese and mixed numerals with their multipliers and infixes are found by one compiled expression and worked
out by a few steps over their characters. Whether a numeral is a figure is for others to say.

    before  1.22万亿 · 三千五百 · 两百五 · 二〇二〇 · 几十万 · 一百多万 · 七八十 · 上百
    after   1.22e12  · 3500     · 250    · 2020     · 100000, 几 · 1000000, 多 · 70 to 80 · 100, 上
"""

from __future__ import annotations

import re
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from transforms.lexicon import table

_ROWS = table("figures_numerals")
READS = {row["char"]: row["reads"] for row in _ROWS}
_DIGIT = {row["char"]: int(row["value"]) for row in _ROWS if row["role"] == "digit"}
_TEN = {row["char"]: int(row["value"]) for row in _ROWS if row["role"] == "ten"}
_UNIT = {row["char"]: int(row["value"]) for row in _ROWS if row["role"] == "unit"}
_MYRIAD = {row["char"]: int(row["value"]) for row in _ROWS if row["role"] == "myriad"}
_PLAIN = str.maketrans({row["char"]: row["reads"] for row in _ROWS})
FINANCIAL = "".join(row["char"] for row in _ROWS if row["role"] == "financial")

DIGITS = "".join(char for char in _DIGIT if char != "两")
SCALES = "".join(_UNIT) + "".join(_MYRIAD)
MYRIADS = "".join(_MYRIAD)
_COUNTED_MYRIADS = MYRIADS.replace("兆", "")
_TRILLION = rf"兆(?=[元圆日美韩台新港欧盾卢{DIGITS}])"  # elsewhere 兆 is a unit: 100兆瓦, 200兆宽带
INFIXES = "多余来几"
LONGEST = 40  # characters: what is longer is no number that a newspaper prints, and takes long to work out

_UNITS_START = (
    "[%％‰℃百千万亿元点倍个成亩吨公平立米里厘毫克斤升度级瓦伏秒岁口户铢盾目]"
    "|[日美港欧加]元|英[镑里尺寸亩]|马克|法郎|比索|分钟|小时|人(?!民)"
)
_POINT = rf"(?:\.[0-9]+|·[0-9]+(?={_UNITS_START}))?"  # older newspapers print 3·5% for 3.5%; 5·12 with a name is a day
ARABIC = rf"(?:[0-9]{{1,3}}(?:,[0-9]{{3}}){{1,6}}(?![0-9]){_POINT}|[0-9]+{_POINT})"
_TAIL = rf"零?(?:[0-9]{{1,8}}(?:[百千万]|(?![0-9.年月日]))|[{DIGITS}两][百千](?![{MYRIADS}]))"
_MIXED = (
    rf"{ARABIC}(?:(?:[多余来]|几(?=[{SCALES}]))?"
    rf"(?:[千百]?(?:[{_COUNTED_MYRIADS}]{{1,4}}|{_TRILLION})|[百千](?![{_COUNTED_MYRIADS}克瓦米伏卡帕赫焦牛字]|分[点之]))(?:{_TAIL}){{0,8}})?"
)
_HAN = (
    rf"(?:[上数几](?=[十百千万亿]))?(?:[{DIGITS}{SCALES}{''.join(_TEN)}]|两)"
    rf"(?:[{DIGITS}{''.join(_TEN)}十百万亿]|{_TRILLION}|千(?:(?<![{SCALES}]千)|(?![瓦克米伏帕赫卡焦牛]))"
    rf"|两(?=[百千万亿三])|(?<=一)两|(?<=十)数(?=[年月天个名家次位人里种件所座条支篇万亿米公吨亩])|[{INFIXES}](?=[十百千万亿]))*"
    rf"(?:点[{DIGITS}两]+[{MYRIADS}]{{0,2}})?"
)
_CHEQUE = rf"[{FINANCIAL}{DIGITS}{SCALES}两]{{0,40}}[{FINANCIAL}][{FINANCIAL}{DIGITS}{SCALES}]{{1,40}}"


def expression() -> str:
    """The source of the expression that finds a numeral; it holds no groups. Most are digits alone."""
    other = rf"(?:{_MIXED}|{_CHEQUE}|{_HAN})(?:几(?![{SCALES}何乎])|(?:多|余)(?![0-9]))?"
    return rf"(?:[0-9]++(?![.,·{INFIXES}{SCALES}])|{other})"


class Amount(NamedTuple):
    """What a numeral is worth; `high` is the upper end of an estimate (七八十), `infix` the word inside it (多, 几)."""

    value: float
    high: float | None = None
    infix: str | None = None


_ESTIMATE = re.compile(
    rf"(?P<head>.*?)(?P<low>[一二两三四五六七八九])(?P<high>[二三四五六七八九])(?P<tail>[{SCALES}]*)\Z"
)
_TOKEN = re.compile(rf"{ARABIC}|点[{DIGITS}]+|.")
_INFIX = re.compile(rf"[上数{INFIXES}]")


@lru_cache(maxsize=8192)
def amount(numeral: str) -> Amount:
    """The worth of a numeral as `expression` finds it, with 多, 余, 几, 上 or 数 named: 几十万 → 100000, 几."""
    if numeral.isdecimal() and numeral.isascii():
        return Amount(float(numeral))
    numeral = numeral.replace("·", ".")
    found = _INFIX.search(numeral)
    plain = _INFIX.sub("", numeral).translate(_PLAIN).replace("两", "二")
    estimate = _estimate(plain)
    if estimate:
        return estimate
    return Amount(worth(plain), None, found[0] if found else None)


def _estimate(plain: str) -> Amount | None:
    """两三百, 十五六, 三五千: two digits side by side that are the ends of an estimate, but those of 七十点一二."""
    found = _ESTIMATE.match(plain)
    if not found or found["head"][-1:] in _PURE or "点" in found["head"]:
        return None
    low, high = _DIGIT[found["low"]], _DIGIT[found["high"]]
    if high - low != 1 and (low, high) != (3, 5):
        return None
    return Amount(
        worth(found["head"] + found["low"] + found["tail"]), worth(found["head"] + found["high"] + found["tail"])
    )


_PURE = frozenset("零一二三四五六七八九0123456789")


def worth(plain: str) -> float:
    """The value of a numeral without infixes: 三万五 → 35000, 二零二零 → 2020, 1.22万亿 → 1.22e12."""
    if "点" in plain and plain[0] != "点":
        whole, _, decimals = plain.partition("点")
        scale = re.search(rf"[{SCALES}]*\Z", decimals)
        tail = scale[0] if scale else ""
        digits = "".join(str(_DIGIT[char]) for char in decimals[: len(decimals) - len(tail)] if char in _DIGIT)
        base = Decimal(f"{int(worth(whole))}.{digits or 0}")
        return float(base * _product(tail))
    if all(char in _DIGIT for char in plain):
        return float(int("".join(str(_DIGIT[char]) for char in plain)))
    return float(_sum(_TOKEN.findall(plain)))


_AS_SAID = str.maketrans("〇○0两", "零零零二")


def number(text: str) -> int:
    """The number of a year, month or day: 初八 → 8, 廿二 → 22, 二〇二〇 and 二0二0 → 2020."""
    return int(text) if text.isdecimal() else int(worth(text.lstrip("初").translate(_AS_SAID)))


def _product(scales: str) -> int:
    factor = 1
    for char in scales:
        factor *= _UNIT.get(char) or _MYRIAD[char]
    return factor


def _sum(tokens: list[str]) -> Decimal:
    """Adds up the tokens of a numeral: digits and literals, 十百千 within a myriad, 万亿兆 over what stands before."""
    total, section, current, last, zero = Decimal(0), Decimal(0), None, 1, False
    for token in tokens:
        if token in _UNIT:
            last = _UNIT[token]
            section += (current or Decimal(1)) * last
            current = None
        elif token in _MYRIAD:
            last = _MYRIAD[token]
            total = _raise(total, section + (current or 0), last)
            section, current = Decimal(0), None
        elif token in _TEN:
            section, current = section + _TEN[token], None
        else:
            zero = token == "零"
            current = _digits(current, token)
            continue
        zero = False
    if current is None:
        return total + section
    colloquial = last > 1 and not zero and tokens[-1] in _DIGIT and tokens[-2] in (*_UNIT, *_MYRIAD) and last > 10
    return total + section + current * (last // 10 if colloquial else 1)


def _digits(current: Decimal | None, token: str) -> Decimal:
    """The number being read with one more token: digits side by side make one number."""
    value = Decimal(_DIGIT[token]) if token in _DIGIT else Decimal(token.replace(",", ""))
    return current * 10 + value if current else value


def _raise(total: Decimal, section: Decimal, myriad: int) -> Decimal:
    """万 and 亿 raise what was read since the last myriad, and all of it where that is smaller: 三千万亿, 一万亿."""
    if total < myriad:
        return ((total + section) or Decimal(1)) * myriad
    return total + (section * myriad if section else total * (myriad - 1))
