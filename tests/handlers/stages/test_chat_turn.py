"""The model's answers in whole turns: what is shown, what is remembered, and what stopping closes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from bot.delivery.delivery import Delivery
from bot.domain.message import Message
from bot.queue.mailbox import Mailbox
from bot.queue.replica import Replica
from bot.turn.dispatcher import Dispatcher
from bot.turn.scheduler import Scheduler
from tests.edge import Edge
from tests.handlers.stages.talk import Talk
from tests.people import said
from tests.servers.openai import MALFORMED, Cut, Finish, Raw, Stall, Step


class Scene:
    """A dispatcher whose only stage is the model's."""

    def __init__(self, talk: Talk) -> None:
        self.edge = Edge()
        self.turns = Scheduler()
        self.talk = talk
        services = replace(talk.services, platforms={"test": self.edge})
        mailbox = Mailbox(services.store, Replica("test", "boot"))
        self.dispatcher = Dispatcher(services, {"chat": talk.stage}, self.turns, Delivery(services.texts), mailbox)

    async def tell(self, text: str) -> Message:
        """Say something, and wait until the turn is over."""
        message = said(text)
        await self.dispatcher.receive(message)
        await self.edge.screen.ends(message)
        return message

    async def remembered(self, message: Message) -> list[tuple[str, str]]:
        services = self.talk.services
        kept = await services.memory.recall(message, await services.options.of(message))
        return [(exchange.question, exchange.answer) for exchange in kept]


@pytest.fixture
async def scene(talk: Talk) -> AsyncIterator[Scene]:
    scene = Scene(talk)
    yield scene
    await scene.turns.drain(0)


async def test_a_follow_up_knows_what_was_said(scene: Scene) -> None:
    scene.talk.server.say("Hello ", "Ann.")
    await scene.tell("I am Ann")
    await scene.tell("who am I")
    roles = [(each["role"], each["content"]) for each in scene.talk.server.prompts[1][1:3]]
    assert roles == [("user", "I am Ann"), ("assistant", "Hello Ann.")]


@pytest.mark.parametrize("end", [Cut(), Finish("length"), Finish(None), MALFORMED])
async def test_a_broken_off_answer_stays_and_is_remembered_as_unfinished(scene: Scene, end: Step) -> None:
    scene.talk.server.say("Half an ans", end)
    message = await scene.tell("question")
    (shown,) = scene.edge.screen.texts
    assert shown.startswith("Half an ans\n\n(the answer broke off here: ")
    assert await scene.remembered(message) == [("question", "Half an ans… (unfinished)")]


async def test_what_is_asked_to_go_on_is_known(scene: Scene) -> None:
    scene.talk.server.say("第一点。", Finish("length"))
    await scene.tell("请列出要点")
    await scene.tell("继续")
    said = [each["content"] for each in scene.talk.server.prompts[1][1:3]]
    assert said == ["请列出要点", "第一点。…（未完）"]


@pytest.mark.parametrize(
    "steps",
    [
        ("Half", Finish("content_filter")),
        ("Half", Raw(b'data: {"error": {"code": "content_filter"}}\n\n')),
        (Finish("length"),),
        ("<think>Half", Finish("length")),
        (Cut(),),
        ("哈哈哈，",) * 600,
    ],
)
async def test_what_was_filtered_or_never_begun_is_not_remembered(scene: Scene, steps: tuple[Step, ...]) -> None:
    scene.talk.server.say(*steps)
    message = await scene.tell("question")
    assert await scene.remembered(message) == []


async def test_only_the_words_of_an_answer_are_remembered_not_its_thoughts(scene: Scene) -> None:
    scene.talk.server.say("hm, hm", "\n</think>\n\n", "Yes.")
    message = await scene.tell("question")
    assert scene.edge.screen.texts == ["Yes."]
    assert await scene.remembered(message) == [("question", "Yes.")]


async def test_a_refusal_is_all_that_is_shown(scene: Scene) -> None:
    scene.talk.server.refuse(401)
    await scene.tell("question")
    assert len(scene.edge.screen.texts) == 1
    assert "OPENAI_API_KEY" in scene.edge.screen.texts[0]


async def test_cancelling_a_turn_closes_the_models_stream_and_keeps_what_came(scene: Scene) -> None:
    scene.talk.server.say("I was just", Stall())
    message = said("question")
    await scene.dispatcher.receive(message)
    call = await scene.talk.server.arrived(1)
    await scene.edge.screen.until(lambda: any("just" in page.text for page in scene.edge.screen.pages))
    scene.turns.cancel(message.conversation)
    await call.closed.wait()
    await scene.edge.screen.ends(message)
    assert scene.edge.screen.texts == ["I was just\n\n(stopped)"]
    assert await scene.remembered(message) == [("question", "I was just… (unfinished)")]
