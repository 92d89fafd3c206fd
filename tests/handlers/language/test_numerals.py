"""Numerals: what is a number is written in digits, and what only has its characters stays."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.language.script.normalise import fold
from handlers.language.script.numerals import value_of, with_digits

SAME = [
    ("十五天内", "15天内"),
    ("二十元", "20元"),
    ("一百天", "100天"),
    ("两万", "20000"),
    ("两万块", "2万块"),
    ("一千二百", "1200"),
    ("一千二", "1,200"),
    ("三万五", "35000"),
    ("一百零五", "105"),
    ("1,000,000 次", "1000000 次"),
    ("1.5k", "1500"),
    ("1.5万", "15000"),
    ("三千万", "3千万"),
    ("第三次", "第3次"),
    ("第十二章", "第12章"),
    ("百分之三十", "30%"),
    ("二〇二四年", "2024年"),
    ("显示四零四", "显示404"),
    ("１５天", "15天"),
    ("三個月", "3个月"),
    ("一個月", "1个月"),
    ("二十分钟", "20分钟"),
    ("万一十五天没到", "万一15天没到"),
    ("两台设备", "2台设备"),
]
NO_NUMBERS = [
    "一下", "一起", "一些", "万一", "千万别删", "十分满意", "三明治", "百度", "一直", "统一", "统一个人设置", "一般",
    "一样", "一个", "一次导出全部", "一点", "两边", "四川", "十足", "第三方", "两三天", "十几天", "二十多天", "百万",
    "二次元", "二次开发", "一五一十", "七上八下", "万一百度不到", "三三两两", "新一代", "唯一", "一会儿", "第一时间",
    "1,2,3", "3kg", "十字路口",
]  # fmt: skip


@pytest.mark.parametrize(("one", "other"), SAME)
def test_a_number_is_the_same_in_characters_and_in_digits(one: str, other: str) -> None:
    assert with_digits(fold(one)) == with_digits(fold(other))
    assert any(each.isdigit() for each in with_digits(fold(one)))


@pytest.mark.parametrize("text", NO_NUMBERS)
def test_a_word_with_such_a_character_stays_a_word(text: str) -> None:
    assert with_digits(fold(text)) == fold(text)


@given(st.integers(11, 99_999))
def test_every_number_is_read_as_it_is_said(number: int) -> None:
    assert value_of(_said(number)) == number


@given(st.text(alphabet="第分之零一二两十百千万亿天个15", max_size=20))
def test_writing_numbers_in_digits_twice_is_writing_them_so_once(text: str) -> None:
    assert with_digits(with_digits(text)) == with_digits(text)


def _said(number: int) -> str:
    said, gap = "", False
    for unit, name in ((10_000, "万"), (1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit, number = divmod(number, unit)
        if digit:
            said += ("零" if gap else "") + "零一二三四五六七八九"[digit] + name
        gap = bool(said) and not digit
    return said
