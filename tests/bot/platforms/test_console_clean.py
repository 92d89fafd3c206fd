"""Nothing that is written to a terminal can make it do anything."""

from __future__ import annotations

import json
import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from bot.platforms.console.clean import clean, clean_json

ANY = st.text(st.characters())


@given(ANY)
def test_a_clean_text_has_no_control_characters_and_can_be_encoded(text: str) -> None:
    cleaned = clean(text)
    assert not [each for each in cleaned if unicodedata.category(each) == "Cc" and each not in "\n\t"]
    assert cleaned.encode("utf-8").decode("utf-8") == cleaned


@given(st.text(st.characters(exclude_categories=["Cc", "Cs", "Cf", "Zl", "Zp"])))
def test_a_text_without_them_stays_as_it_is(text: str) -> None:
    assert clean(text) == text


@given(ANY)
def test_clean_json_says_the_same(text: str) -> None:
    line = clean_json(json.dumps(text, ensure_ascii=False))
    assert json.loads(line) == text
    assert "\n" not in line
    assert "\x9b" not in line
    assert "\x7f" not in line


def test_an_escape_sequence_becomes_a_picture() -> None:
    assert clean("a\x1b[31mb\x9b0m\x7f\r\n") == "a␛[31mb\ufffd0m␡\n"
