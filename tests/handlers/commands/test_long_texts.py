"""Work that takes long, and results that are long."""

from __future__ import annotations

import threading

import pytest

from bot.domain.errors import Apology
from bot.domain.reply import File, Notice
from bot.services import Services
from handlers.commands.shared.labour import SHOWN, Result, labour, shortened
from tests.people import said


async def test_quick_work_is_answered_at_once(services: Services) -> None:
    reply = await labour(said(""), services, "segment", lambda: Result("done", markdown=True))
    assert (reply.text, reply.words, reply.markdown, reply.source.id) == ("done", None, True, "segment")


async def test_after_two_seconds_a_word_is_said_about_it_and_then_the_answer_comes(services: Services) -> None:
    release = threading.Event()

    def work() -> Result:
        release.wait(30)
        return Result("done")

    message = said("", language="zh-CN")
    reply = await labour(message, services, "segment", work)
    assert reply.words
    assert await anext(reply.words) == Notice("文字很长，正在处理……")
    release.set()
    assert [each async for each in reply.words] == ["done"]


async def test_what_goes_wrong_in_the_thread_is_said(services: Services) -> None:
    def work() -> Result:
        raise Apology("language.no_text")

    with pytest.raises(Apology):
        await labour(said(""), services, "segment", work)


def test_a_long_text_is_whole_in_a_file(services: Services) -> None:
    text = "长" * (SHOWN + 7)
    result = shortened(said("", language="en"), services, text, "a.txt")
    assert result.files == (File("a.txt", text.encode(), "text/plain; charset=utf-8"),)
    assert "7 more characters" in result.text
    assert shortened(said(""), services, "short", "a.txt") == Result("short")
