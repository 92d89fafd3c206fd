"""Long work: a word about it after two seconds, and then all of it, its picture too."""

from __future__ import annotations

import threading

from bot.model import File, Notice
from bot.services import Services
from handlers.laboratory import laboratory
from handlers.labour import Result
from tests.people import said

PICTURE = File("a.png", b"", "image/png")


async def test_what_is_quick_is_known_at_once(services: Services) -> None:
    reply = await laboratory(said(""), services, "tfidf", lambda: Result("quick", (PICTURE,)))
    assert (reply.text, reply.files, reply.words, reply.markdown) == ("quick", (PICTURE,), None, True)


async def test_what_is_slow_is_announced_and_keeps_its_picture(services: Services) -> None:
    go = threading.Event()

    def work() -> Result:
        go.wait(30)
        return Result("slow", (PICTURE,))

    reply = await laboratory(said(""), services, "tfidf", work)
    assert reply.words is not None
    notice = await anext(reply.words)
    go.set()
    assert isinstance(notice, Notice)
    assert [each async for each in reply.words] == ["slow", PICTURE]
    assert (reply.text, reply.markdown) == ("", True)
