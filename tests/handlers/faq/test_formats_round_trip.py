"""What is exported and imported again is what it was, as far as the format can carry it."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from handlers.faq.entries.draft import derived_id, one_line, printable
from handlers.faq.entries.entry import Entry, Twin
from handlers.faq.entries.formats import registry
from handlers.faq.entries.load import load
from handlers.language.script.normalise import fold

MARKS = "#*_`|,;:-=>[]{}()\\\"'&!?$~+.<%@^/\t\n "
LETTERS = st.sampled_from("abZ拾頁备份？，。é１\u3000\u2028😀" + MARKS) | st.characters(exclude_categories=["Cs", "Cc"])
LINES = st.text(LETTERS, min_size=1, max_size=30).map(one_line).filter(lambda text: bool(fold(text)))
ANSWERS = st.text(LETTERS, min_size=1, max_size=60).map(printable).filter(bool)
OTHERS = st.lists(LINES, max_size=3, unique=True).map(tuple)
TAGS = st.lists(LINES, max_size=3, unique=True).map(tuple)
IDS = st.from_regex(r"[a-z][a-z0-9-]{0,8}", fullmatch=True)


def without(others: tuple[str, ...], question: str) -> tuple[str, ...]:
    return tuple(each for each in others if each != question)


@st.composite
def entries(draw: st.DrawFn) -> tuple[Entry, ...]:
    ids = draw(st.lists(IDS, min_size=1, max_size=4, unique=True))
    return tuple(_entry(draw, each) for each in ids)


def _entry(draw: st.DrawFn, name: str) -> Entry:
    question, other = draw(LINES), draw(LINES)
    twin = Twin(other, draw(ANSWERS), without(draw(OTHERS), other)) if draw(st.booleans()) else None
    others = without(draw(OTHERS), question)
    return Entry(name, question, draw(ANSWERS), others, twin, draw(TAGS), draw(st.booleans()))


def back(held: tuple[Entry, ...], name: str) -> tuple[Entry, ...]:
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / name
        registry.write(path, held)
        return load(path)


FAST = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@pytest.mark.parametrize("name", ["faq.yaml", "faq.csv", "faq.tsv", "faq.xlsx", "faq.jsonl"])
@given(held=entries())
@FAST
def test_a_file_gives_back_every_field(name: str, held: tuple[Entry, ...]) -> None:
    assert back(held, name) == held


@given(held=entries())
@FAST
def test_markdown_gives_back_all_but_twins_and_the_markdown_flag(held: tuple[Entry, ...]) -> None:
    assert back(held, "faq.md") == tuple(replace(each, twin=None, markdown=True) for each in held)


@given(held=entries())
@FAST
def test_a_directory_gives_back_every_entry_though_in_the_order_of_tags(held: tuple[Entry, ...]) -> None:
    assert sorted(back(held, "faq"), key=lambda each: each.id) == sorted(held, key=lambda each: each.id)


@given(held=entries())
@FAST
def test_a_corpus_gives_back_questions_and_answers(held: tuple[Entry, ...]) -> None:
    said = [(each.question, each.answer) for each in back(held, "faq.chatterbot.yml")]
    assert said == [(each.question, each.answer) for each in held]


@given(question=LINES)
@FAST
def test_a_derived_id_is_stable_and_short(question: str) -> None:
    assert derived_id(question) == derived_id(question)
    assert len(derived_id(question).encode()) <= 40
