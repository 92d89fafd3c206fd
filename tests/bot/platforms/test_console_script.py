"""Lines of the terminal become what simulated people say in simulated chats."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.message import Message
from bot.domain.reply import Choice
from bot.platforms.console.script import Script


def said(line: str, script: Script | None = None) -> Message:
    message = (script or Script("me")).read(line)
    assert message is not None
    return message


def test_a_plain_line_is_said_by_me_in_private_to_the_bot() -> None:
    message = said("你好")
    assert (message.sender.id, message.chat.id, message.chat.private) == ("me", "@me", True)
    assert (message.text, message.addressed) == ("你好", True)


@pytest.mark.parametrize("line", ["@小明: 价格", "＠小明：价格", "@小明:价格", "  @小明 : 价格"])
def test_a_name_and_a_colon_is_another_person_in_private(line: str) -> None:
    message = said(line)
    assert (message.sender.id, message.chat.id, message.text) == ("小明", "@小明", "价格")


def test_a_group_and_a_name_is_said_in_the_group_to_nobody_in_particular() -> None:
    message = said("#dev @ann: how are you: fine?")
    assert (message.chat.id, message.chat.title, message.sender.id) == ("#dev", "dev", "ann")
    assert (message.text, message.addressed, message.chat.private) == ("how are you: fine?", False, False)


def test_one_line_as_somebody_else_changes_nothing_for_the_next() -> None:
    script = Script("me")
    said("#dev @ann: hi", script)
    assert said("hi", script).chat.id == "@me"


@pytest.mark.parametrize(
    ("line", "person", "chat"),
    [("@ann", "ann", "@ann"), ("#dev", "me", "#dev"), ("#dev @ann", "ann", "#dev"), ("＃开发 ", "me", "#开发")],
)
def test_a_name_alone_changes_who_speaks_where_and_says_nothing(line: str, person: str, chat: str) -> None:
    script = Script("me")
    assert script.read(line) is None
    message = said("hi", script)
    assert (message.sender.id, message.chat.id) == (person, chat)


@pytest.mark.parametrize("text", ["@yingda 价格", "@bot: 价格", "价格 @YINGDA", "／价格", "/价格", "@应答，价格"])
def test_in_a_group_a_mention_or_a_command_is_said_to_the_bot(text: str) -> None:
    message = said(f"#dev @ann: {text}")
    assert message.addressed
    assert message.text.lstrip("/／") == "价格"


def test_the_bots_own_name_is_nobodys_name() -> None:
    assert said("@yingda: hi").sender.id == "me"
    message = said("#dev @bot hi")
    assert (message.sender.id, message.chat.id, message.addressed) == ("me", "#dev", True)


@pytest.mark.parametrize(
    "line", ["# Heading", "@ann hello", "#1 is best", "a@b.c: x", "http://x/#y", "12:30", "/cmd a: b"]
)
def test_what_only_looks_like_a_name_is_text(line: str) -> None:
    assert said(line).text == line
    assert said(line).sender.id == "me"


def test_a_number_picks_from_the_chats_last_choices_only() -> None:
    script = Script("me")
    script.showed(said("?", script), "m!0", "which?", (Choice("安装", "faq:1"), Choice("卸载", "faq:2")))
    assert (said("2", script).choice, said("２.", script).text) == ("faq:2", "卸载")
    assert (said("3", script).choice, said("@ann: 2", script).choice) == ("", "")


def test_a_reply_quotes_the_last_answer_of_its_chat() -> None:
    script = Script("me")
    script.showed(said("#dev @ann: ?", script), "m!0", "because", ())
    quoting = said("#dev @bob: >> why", script)
    assert quoting.quote is not None
    assert (quoting.quote.id, quoting.quote.mine, quoting.text, quoting.addressed) == ("m!0", True, "why", True)
    assert said(">> why", script).quote is None


def test_two_runs_never_use_the_same_id() -> None:
    assert said("hi").update != said("hi").update


@pytest.mark.parametrize("line", ["", "   ", "\t", "\r"])
def test_an_empty_line_says_nothing(line: str) -> None:
    assert Script("me").read(line) is None


@given(st.text(max_size=300))
def test_no_line_is_unreadable_and_no_name_has_control_characters(line: str) -> None:
    message = Script("me").read(line)
    if message:
        assert message.sender.name.isprintable()
        assert message.chat.title.isprintable()


def test_a_hundred_thousand_characters_are_one_message() -> None:
    assert len(said("@ann: " + "啊" * 100_000).text) == 100_000


def test_only_so_many_chats_last_answers_are_kept() -> None:
    script = Script("me")
    for number in range(1500):
        script.showed(said(f"@p{number}: ?", script), "m", "?", (Choice("x", "1"),))
    assert said("@p1499: 1", script).choice == "1"
    assert said("@p1: 1", script).choice == ""
