from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import discovery
from bot.domain.message import Attachment
from bot.storage.memory import Exchange
from handlers.llm.prompt import NAME_CHARACTERS, Prompt, compose, one_line, within
from handlers.llm.tokens import tokens
from tests.people import said


def exchanged(question: str, answer: str) -> Exchange:
    return Exchange("1", "Ann", question, answer, 0.0, "chat")


texts = st.text(max_size=30)
exchanges = st.builds(Exchange, texts, texts, texts, texts, st.just(0.0), st.just("chat"))


@given(st.lists(exchanges, max_size=8), st.integers(0, 100))
def test_history_is_the_newest_exchanges_that_fit_and_only_the_last_of_them_is_ever_cut(
    history: list[Exchange], budget: int
) -> None:
    chosen = within(history, budget)
    assert list(chosen[:-1]) == history[len(history) - len(chosen) : -1]
    assert sum(tokens(each.question + each.answer) for each in chosen) <= budget + len(chosen)


CHINESE, ENGLISH, EMOJI, HALVES = "问" * 3500, "Answer. " * 2000, "😀" * 3000, "\ud800" * 3000
LONG = [(CHINESE, "短"), ("短", ENGLISH), (EMOJI, CHINESE), (HALVES, "短")]


@pytest.mark.parametrize("budget", [40, 100, 3000])
@pytest.mark.parametrize(("question", "answer"), LONG)
def test_the_newest_exchange_always_goes_along_with_head_and_tail(question: str, answer: str, budget: int) -> None:
    before = exchanged("before", "b")
    [kept] = within((before, exchanged(question, answer)), budget)
    assert tokens(kept.question + kept.answer) <= budget
    for whole, cut in ((question, kept.question), (answer, kept.answer)):
        head, _, tail = cut.partition("…")
        assert cut == whole or (whole.startswith(head) and whole.endswith(tail))
        assert cut


def test_what_a_cut_exchange_leaves_is_used() -> None:
    [kept] = within([exchanged("翻译", "很" * 3500)], 3000)
    assert (kept.question, tokens(kept.answer) > 2900) == ("翻译", True)


@pytest.mark.parametrize("budget", [0, 8, 12])
def test_where_there_is_no_room_for_words_nothing_goes_along(budget: int) -> None:
    assert within([exchanged("q" * 100, "a" * 100)], budget) == ()


def test_all_history_goes_along_where_there_is_room() -> None:
    history = [Exchange("1", "Ann", f"q{number}", "a", 0.0, "chat") for number in range(5)]
    assert within(history, 1000) == tuple(history)


@given(st.text())
def test_a_name_is_one_line_of_at_most_64_characters(name: str) -> None:
    line = one_line(name)
    assert len(line) <= NAME_CHARACTERS
    assert len(line.splitlines()) <= 1
    assert one_line(line) == line


@given(st.lists(exchanges, max_size=5), st.text(st.characters()))
def test_a_prompt_can_always_be_sent(history: list[Exchange], question: str) -> None:
    messages = Prompt("system", tuple(history), question, named=True).messages
    assert len(str(messages).encode()) > 0
    assert [each["role"] for each in messages] == ["system", *["user", "assistant"] * len(history), "user"]


def test_a_shorter_prompt_has_the_newer_half_of_its_history_at_last_none() -> None:
    history = tuple(exchanged(f"q{number}", "a") for number in range(3))
    once = Prompt("system", history, "q", named=False).shorter()
    assert once is not None
    assert once.history == history[2:]
    twice = once.shorter()
    assert twice is not None
    assert (twice.history, twice.shorter()) == ((), None)


@given(st.lists(exchanges, max_size=5), st.integers(0, 200))
def test_a_prompt_is_fitted_as_far_as_it_can_be(history: list[Exchange], budget: int) -> None:
    prompt = Prompt("system", tuple(history), "q", named=False)
    fitted = prompt.fitted(budget)
    assert fitted.size <= max(budget, Prompt("system", (), "q", named=False).size)
    assert fitted == prompt or prompt.size > budget


def test_tokens_are_counted_by_bytes_and_rounded_up() -> None:
    assert [tokens(text) for text in ("", "a", "你好", "\ud800")] == [0, 1, 3, 2]


def test_the_model_is_told_of_a_picture_that_it_does_not_see() -> None:
    picture = (Attachment("1", "photo.jpg", "image/jpeg", 9),)
    asked = [
        compose(
            said("这是什么", language="zh-CN", attachments=attached), (), discovery.texts(), system="", shared=False
        )
        for attached in (picture, ())
    ]
    assert ["看不到它们的内容" in each.question for each in asked] == [True, False]
