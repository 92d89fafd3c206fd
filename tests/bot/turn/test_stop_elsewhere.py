"""`/stop` works from any process: whoever answers hears of it."""

from __future__ import annotations

from bot.services import Services
from tests.bot.turn.test_dispatcher import Scene
from tests.people import said


async def test_stop_said_to_another_process_stops_the_answer_and_is_itself_answered(services: Services) -> None:
    answering, hearing = Scene(services), Scene(services)
    await answering.dispatcher.receive(said("stream"))
    await answering.screen.until(lambda: bool(answering.screen.pages))
    assert await hearing.hears(said("/stop")) == []
    await answering.dispatcher.heed()
    await answering.turns.drain(10)
    assert answering.screen.texts == ["first\n\n(stopped)", "Stopped."]


async def test_what_waits_is_forgotten_and_what_is_said_afterwards_is_not(services: Services) -> None:
    answering, hearing = Scene(services), Scene(services)
    await answering.dispatcher.receive(said("stream"))
    await answering.screen.until(lambda: bool(answering.screen.pages))
    for text in ("say before", "/stop", "say after"):
        await hearing.hears(said(text))
    await answering.dispatcher.heed()
    await answering.turns.drain(10)
    assert answering.screen.texts == ["first\n\n(stopped)", "Stopped.", "echo say after"]


async def test_a_stop_that_comes_late_stops_no_other_answer(services: Services) -> None:
    answering, hearing = Scene(services), Scene(services)
    await answering.dispatcher.receive(said("stream"))
    await answering.screen.until(lambda: bool(answering.screen.pages))
    await hearing.hears(said("/stop"))
    answering.stages.release.set()
    await answering.turns.drain(10)
    await answering.dispatcher.receive(said("stream"))
    await answering.dispatcher.heed()
    await answering.turns.drain(10)
    assert answering.screen.texts[-1] == "first last"
