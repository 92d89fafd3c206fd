"""How many questions wait in a conversation: what comes beyond is told so once, and neither kept nor answered."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from typing import Any

import pytest

from bot.domain.message import Message
from bot.queue.letters import FULL, FULL_AGAIN
from bot.queue.mailbox import Mailbox
from bot.queue.replica import Replica
from bot.services import Services
from tests.bot.turn.test_dispatcher import Scene
from tests.edge import Edge, Wall
from tests.people import said

SENTENCE = "What you asked before is not answered yet, so this was not taken. Please wait a little, or send /stop."


@pytest.fixture
async def scene(services: Services) -> AsyncIterator[Scene]:
    """A process that gives somebody an answer that does not end."""
    scene = await answering(services)
    yield scene
    await scene.turns.drain(0)


async def answering(services: Services, **values: Any) -> Scene:
    scene = Scene(services)
    await scene.dispatcher.receive(said("stream", **values))
    await scene.screen.until(lambda: bool(scene.screen.pages))
    return scene


async def hear(scene: Scene, *messages: Message) -> None:
    for message in messages:
        await scene.dispatcher.receive(message)


async def ended(scene: Scene) -> list[str]:
    """Let the answer end, and return all that was shown then."""
    scene.stages.release.set()
    await scene.turns.drain(10)
    return scene.screen.texts


async def test_beyond_three_the_next_is_told_once(scene: Scene) -> None:
    await hear(scene, *(said(f"say {number}") for number in range(300)))
    await scene.screen.sees(SENTENCE)
    assert await ended(scene) == [SENTENCE, "first last", "echo say 0", "echo say 1", "echo say 2"]


async def test_when_there_is_room_again_it_is_taken_and_beyond_it_is_told_again(scene: Scene) -> None:
    await hear(scene, *(said(f"say {number}") for number in range(5)))
    await ended(scene)
    await hear(scene, said("say more"))
    await scene.turns.drain(10)
    assert scene.screen.texts[-1] == "echo say more"
    scene.stages.release.clear()
    await hear(scene, said("stream"), *(said(f"say {number}") for number in range(5)))
    await scene.turns.drain(0)
    assert scene.screen.texts.count(SENTENCE) == 2


async def test_stop_is_always_heard(scene: Scene) -> None:
    await hear(scene, *(said(f"say {number}") for number in range(5)), said("/stop"))
    await scene.turns.drain(10)
    assert scene.screen.texts == [SENTENCE, "first\n\n(stopped)", "Stopped."]


async def test_after_a_stop_there_is_room_and_beyond_it_is_told_again(scene: Scene) -> None:
    await hear(scene, *(said(f"say {number}") for number in range(5)), said("/stop"))
    await hear(scene, *(said(f"say {number}") for number in range(5)))
    await scene.turns.drain(10)
    shown = scene.screen.texts
    assert shown.count(SENTENCE) > 1
    assert "echo say 0" in shown


async def test_in_a_group_what_nobody_asked_the_bot_neither_counts_nor_is_told(services: Services) -> None:
    scene = await answering(services, chat="group", addressed=True)
    chatter = [said(f'say "addressed":true {number}', chat="group") for number in range(9)]
    questions = [said(f"say {number}", chat="group", addressed=True) for number in range(3)]
    await hear(scene, *chatter, *questions, said("say late", chat="group"))
    assert SENTENCE not in await ended(scene)
    assert scene.screen.texts[-4:] == ["echo say 0", "echo say 1", "echo say 2", "echo say late"]


async def test_others_have_room_of_their_own(scene: Scene) -> None:
    await hear(scene, *(said(f"say {number}") for number in range(9)), said("say bob", person="bob"))
    await scene.screen.sees("echo say bob")


async def test_what_was_turned_away_is_not_answered_when_it_is_told_anew(scene: Scene) -> None:
    asked = [said(f"say {number}") for number in range(6)]
    await hear(scene, *asked)
    shown = await ended(scene)
    for again in (scene, Scene(scene.services)):
        await hear(again, *asked)
        await again.turns.drain(10)
    assert scene.screen.texts == shown
    assert again.screen.texts == []


async def test_another_process_that_hears_it_says_so(scene: Scene) -> None:
    hearing = Scene(scene.services)
    await hear(hearing, *(said(f"say {number}") for number in range(9)))
    await hearing.turns.drain(10)
    assert hearing.screen.texts == [SENTENCE]
    assert (await ended(scene))[1:] == ["echo say 0", "echo say 1", "echo say 2"]


async def test_what_a_dead_process_has_taken_is_answered_and_nothing_more(services: Services) -> None:
    dead = Mailbox(services.store, Replica("elsewhere", uuid.uuid4().hex))
    asked = [said(f"say {number}") for number in range(6)]
    found = [await dead.accept(each, each.conversation, 3) for each in asked]
    assert found[-2:] == [FULL, FULL_AGAIN]
    scene = Scene(services)
    await hear(scene, *asked)
    await scene.dispatcher.sweep()
    await scene.turns.drain(10)
    assert scene.screen.texts == [f"echo say {number}" for number in range(4)]


async def test_how_many_may_wait_is_a_setting(services: Services) -> None:
    scene = await answering(replace(services, settings=services.settings.model_copy(update={"waiting_questions": 1})))
    await hear(scene, said("say 0"), said("say 1"))
    assert await ended(scene) == [SENTENCE, "first last", "echo say 0"]


@dataclass
class Thinking(Wall):
    """An outlet that shows that an answer is on its way."""

    promised: bool = True


class Promising(Edge):
    """A platform with such outlets."""

    def outlet(self, message: Message) -> Wall:
        return Thinking(message, self.screen, f"test:{message.chat.id}")


async def test_who_is_shown_that_an_answer_is_on_its_way_is_always_told(scene: Scene) -> None:
    hearing = Scene(scene.services, Promising())
    await hear(hearing, *(said(f"say {number}") for number in range(6)))
    await hearing.turns.drain(10)
    assert hearing.screen.texts == [SENTENCE] * 3


async def test_what_is_turned_away_is_counted(scene: Scene) -> None:
    await hear(scene, *(said(f"say {number}") for number in range(5)))
    await ended(scene)
    counted = 'yingda_messages_total{platform="test",stage="turned_away"} 2.0'
    assert counted in scene.services.metrics.text().decode().splitlines()
