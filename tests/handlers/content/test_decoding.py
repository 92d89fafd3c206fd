"""Files of texts, in the encodings that people really have."""

from __future__ import annotations

import json
import os
import random
from pathlib import Path

import opencc
import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.content.decoding import decoded

SIMPLIFIED = [
    "下雨天，留客天。\n",
    "研究生命起源",
    "怎么安装机器人？",
    "你好",
    "1. 价格\n2. 支付方式\n",
    "忧郁的台湾乌龟",
]
TRADITIONAL = [
    "下雨天，留客天。\n",
    "研究生命起源",
    "怎麼安裝機器人？",
    "您好",
    "1. 價格\n2. 付款方式\n",
    "憂鬱的臺灣烏龜",
]
EVALUATION = Path(os.environ.get("EVALUATION_DATA", ""), "traffic", "egret_wenda_zh_qa.jsonl")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16"])
@pytest.mark.parametrize("text", SIMPLIFIED)
def test_simplified_texts_are_read_in_the_usual_encodings(text: str, encoding: str) -> None:
    assert decoded(text.encode(encoding)) == text


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "big5", "cp950", "big5hkscs", "utf-16"])
@pytest.mark.parametrize("text", TRADITIONAL)
def test_traditional_texts_are_read_in_the_usual_encodings(text: str, encoding: str) -> None:
    assert decoded(text.encode(encoding)) == text


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_is_read_without_its_mark_too(encoding: str) -> None:
    for text in ("下雨天，留客天。\n", "1. 價格\n", "研究生命起源的小组在哪里", "plain words\n"):
        assert decoded(text.encode(encoding)) == text


def test_characters_of_hong_kong_are_read() -> None:
    text = "佢哋喺邊度呀？啲嘢喺晒嗰度喎，唔使驚。"
    assert decoded(text.encode("big5hkscs")) == text


@pytest.mark.parametrize(
    "data",
    [
        b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR",
        b"\xff\xff\xff",
        b"\x01\x02 control",
        "Привет, как дела сегодня?".encode("cp1251"),
        "Où est le café près de l'hôtel ?".encode("latin-1"),
        b"PK\x03\x04\x14\x00\x06\x00\x08\x00",
        random.Random(1).randbytes(4096),
    ],
)
def test_what_is_no_text_or_in_an_encoding_of_others_is_none(data: bytes) -> None:
    assert decoded(data) is None


def test_a_megabyte_is_told_by_its_beginning_in_no_time() -> None:
    text = "這是一個很長的檔案。\n" * 60_000
    assert decoded(text.encode("big5")) == text


@given(st.text(st.characters(blacklist_categories=("Cs", "Cc", "Cn"), blacklist_characters="\ufeff")))
def test_every_text_in_utf_8_is_read_as_it_is(text: str) -> None:
    assert decoded(text.encode()) == text


@given(st.binary())
def test_any_bytes_are_a_text_or_none(data: bytes) -> None:
    text = decoded(data)
    assert text is None or isinstance(text, str)


@pytest.mark.skipif(not EVALUATION.exists(), reason="EVALUATION_DATA names no directory with real messages")
@pytest.mark.parametrize(("direction", "encoding"), [("t2s", "gb18030"), ("s2t", "gb18030"), ("s2t", "cp950")])
def test_of_real_texts_of_eight_characters_all_but_one_in_a_hundred_are_read(direction: str, encoding: str) -> None:
    converter = opencc.OpenCC(direction)
    lines = EVALUATION.read_text("utf-8").splitlines()[:4000]
    texts = [converter.convert(value)[:8] for line in lines for value in json.loads(line).values() if len(value) >= 8]
    known = [(text, text.encode(encoding, "ignore")) for text in texts if not text.isascii()]
    same = [decoded(data) == text for text, data in known if data.decode(encoding) == text]
    assert len(same) > 1000
    assert sum(same) / len(same) > 0.99
