"""What becomes of answers that have not ended when the process is told to end, or when a chat takes none."""

from __future__ import annotations

from dataclasses import replace

from bot.domain.errors import RetryAfter
from bot.domain.message import Message
from bot.queue.letters import lock_key, shown_key
from bot.services import Services
from bot.turn.dispatcher import MOST_ATTEMPTS
from tests.bot.queue.test_mailbox import swept
from tests.bot.turn.test_dispatcher import Scene
from tests.looking import seen
from tests.people import said

PATIENCE = 10.0


async def told_to_end(scene: Scene, message: Message) -> None:
    """Hand a message over, and end while the model has not said a word."""
    await scene.dispatcher.receive(message)
    await ended_while_asked(scene)


async def ended_while_asked(scene: Scene) -> None:
    await scene.stages.asked.wait()
    await scene.turns.drain(0)


async def test_an_answer_that_was_not_begun_is_given_by_the_next_process(services: Services) -> None:
    scene = Scene(services)
    await told_to_end(scene, said("hesitate"))
    assert scene.screen.pages == []
    following = Scene(services)
    following.stages.release.set()
    await following.dispatcher.sweep()
    await following.turns.drain(10)
    assert following.screen.texts == ["at last"]
    assert (await swept(services)).screen.texts == []


async def test_a_notice_that_stood_in_for_an_answer_is_replaced_by_the_answer_of_the_next_process(
    services: Services,
) -> None:
    scene, message = Scene(services), said("hesitate")
    scene.stages.notice = "two are before you"
    await scene.dispatcher.receive(message)
    await scene.screen.until(lambda: bool(scene.screen.pages))
    await scene.turns.drain(0)
    assert scene.screen.texts == []
    following = Scene(services)
    following.stages.release.set()
    await following.dispatcher.sweep()
    await following.turns.drain(10)
    assert following.screen.texts == ["at last"]
    assert following.screen.adopted == {(message.id, 0): f"answer-{message.id}-0"}


async def test_restarts_are_not_the_fault_of_an_answer(services: Services) -> None:
    await told_to_end(Scene(services), said("hesitate"))
    for _ in range(MOST_ATTEMPTS + 1):
        scene = Scene(services)
        await scene.dispatcher.sweep()
        await ended_while_asked(scene)
        assert scene.screen.pages == []


async def test_an_answer_that_was_begun_is_ended_by_a_word_about_it(services: Services) -> None:
    scene = Scene(services)
    await scene.dispatcher.receive(said("stream", language="en"))
    await scene.screen.until(lambda: bool(scene.screen.pages))
    await scene.turns.drain(0)
    assert scene.screen.texts == ["first\n\n(A restart broke this answer off here. Please ask again.)"]
    assert (await swept(services)).screen.texts == []


async def test_an_answer_that_a_silenced_chat_did_not_take_is_given_by_the_next_process(services: Services) -> None:
    scene = Scene(services)
    scene.screen.refusal = RetryAfter(600)
    await scene.dispatcher.receive(said("say one"))
    await scene.screen.until(lambda: scene.screen.refused > 0)
    await scene.turns.drain(0)
    assert (await swept(services)).screen.texts == ["echo say one"]


async def test_what_a_silenced_chat_did_not_take_was_not_sent_also_where_the_process_is_killed(
    services: Services,
) -> None:
    scene = Scene(services)
    scene.screen.refusal = RetryAfter(600)
    await scene.dispatcher.receive(said("say one"))
    await scene.screen.until(lambda: scene.screen.refused > 0)

    async def unbegun() -> bool:
        return not await services.store.ask("HEXISTS", shown_key(said("").conversation), "begun", default=1)

    await seen(unbegun, PATIENCE)
    await services.store.client.delete(lock_key(said("").conversation))
    assert (await swept(services)).screen.texts == ["echo say one"]
    await scene.turns.drain(0)


async def test_without_redis_nobody_else_could_give_it_so_there_is_a_word_about_it(services: Services) -> None:
    services.store.halt()
    scene = Scene(services)
    await told_to_end(scene, said("hesitate", language="en"))
    assert scene.screen.texts == ["The bot is restarting, please try again in a moment."]


async def test_a_chat_that_takes_nothing_is_given_up_when_it_is_too_late_to_answer(services: Services) -> None:
    now = [services.clock()]
    scene = Scene(replace(services, clock=lambda: now[0]))
    scene.screen.refusal = RetryAfter(0)
    await scene.dispatcher.receive(said("say one"))
    await scene.screen.until(lambda: scene.screen.refused > 2)
    now[0] += services.settings.answer_within + 1
    await scene.turns.drain(10)
    assert scene.screen.texts == []
    assert (await swept(services)).screen.texts == []
