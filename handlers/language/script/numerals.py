"""Chinese numerals as digits: 十五天 and 15天 have the same number, 一起 and 十分 have none."""

from __future__ import annotations

import math
import re
from decimal import Decimal

DIGITS = dict(zip("零〇一二两三四五六七八九", (0, 0, 1, 2, 2, 3, 4, 5, 6, 7, 8, 9), strict=True))
UNITS = {"十": 10, "百": 100, "千": 1000}
MYRIADS = {"万": 10_000, "亿": 100_000_000}
# The last digit of 一千二 counts hundreds; that of 二十二 ones.
ROUND = 100
YEAR = 4
# A numeral begins with a digit or with ten, so that 百度, 万一 and 千万 are none; nor is the 一 of 统一.
NUMERAL = re.compile(
    "(第|百分之)?((?:(?<![万统唯专单])一|[二两三四五六七八九十])[零〇一二两三四五六七八九十百千万亿]*)(?![几多来])"
)
NOT_ORDERED = re.compile("三[方者]|一时间")
TIME = "年|月|周|天|日|小时|分钟|秒|星期|礼拜|季度|工作日"
# A single digit, or ten, is a number where something is counted: not in 三明治, 两边, 四川, 十足.
COUNTED = re.compile(f"{TIME}|[个人位名台部条张份种款倍折页层级期号岁元毛斤米寸点]|块(?!头)|(?<!二)次(?!元)|公里")
# 一个, 一次 and 一条 are articles more than numbers.
COUNTED_ONCE = re.compile(f"{TIME}|[元岁]|块钱|公里|个(?:半?月|小时|星期|礼拜|季度|工作日)")
GROUPED = re.compile(r"(?<![\d.,])\d{1,3}(?:,\d{3})+(?![\d,])")
SCALED = re.compile(r"(\d+(?:\.\d+)?) ?(?:([百千万亿]+)(?![百千米克瓦能里一])|(k)\b)")
SCALES = {**UNITS, **MYRIADS, "k": 1000}
# Most texts have nothing to write otherwise, and one look says so.
PERHAPS = re.compile(r"[一二两三四五六七八九十]|\d ?[,百千万亿k]")


def with_digits(text: str) -> str:
    """Return a folded text in which every number is written in digits alone: 一千二百, 1,200 and 1.2k as 1200."""
    if not PERHAPS.search(text):
        return text
    text = GROUPED.sub(lambda found: found[0].replace(",", ""), text)
    return SCALED.sub(_scaled, NUMERAL.sub(_written, text))


def _written(found: re.Match[str]) -> str:
    prefix, numeral = found[1] or "", found[2]
    value = value_of(numeral) if _is_number(found) else None
    if value is None:
        return found[0]
    return f"{value}%" if prefix == "百分之" else f"{prefix}{value}"


def _is_number(found: re.Match[str]) -> bool:
    prefix, numeral = found.groups()
    if prefix:
        return not NOT_ORDERED.match(found.string, found.start(2))
    if len(numeral) > 1:
        return True
    return bool((COUNTED_ONCE if numeral == "一" else COUNTED).match(found.string, found.end()))


def value_of(numeral: str) -> int | None:
    """Return the number that a numeral says, None where it says none, as 两三 and 一五一十."""
    if all(each in DIGITS for each in numeral):
        read = len(numeral) == 1 or "零" in numeral or "〇" in numeral or (len(numeral) == YEAR and "两" not in numeral)
        return int("".join(str(DIGITS[each]) for each in numeral)) if read else None
    total = section = digit = 0
    unit = 1
    for each in numeral:
        if each in DIGITS:
            if digit:
                return None
            digit = DIGITS[each]
        elif each in UNITS:
            section, digit, unit = section + (digit or 1) * UNITS[each], 0, UNITS[each]
        else:
            total, section, digit, unit = (total + section + digit) * MYRIADS[each], 0, 0, MYRIADS[each]
    colloquial = unit >= ROUND and numeral[-2] not in "零〇"
    return total + section + digit * (unit // 10 if colloquial else 1)


def _scaled(found: re.Match[str]) -> str:
    scaled = Decimal(found[1]) * math.prod(SCALES[each] for each in found[2] or found[3])
    return f"{scaled.normalize():f}"
