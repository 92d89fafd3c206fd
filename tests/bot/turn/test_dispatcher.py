"""Turns as people see them: what they say, and what is shown, remembered and explained."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from bot import discovery
from bot.delivery.delivery import Delivery
from bot.domain.errors import Apology
from bot.domain.message import Fact, Message
from bot.domain.reply import Notice, Reply, Source
from bot.queue.mailbox import Mailbox
from bot.queue.replica import Replica
from bot.services import Services
from bot.storage.store import Store, make_client
from bot.turn.dispatcher import Dispatcher
from bot.turn.scheduler import Scheduler
from tests.conftest import make_services
from tests.edge import Edge, Screen
from tests.people import said


class Stages:
    """The stages of these tests: commands, and one that does what the text says."""

    def __init__(self) -> None:
        self.calls: list[str] = []
        self.asked = asyncio.Event()
        self.release = asyncio.Event()
        self.notice = ""

    async def echo(self, message: Message) -> Reply | Message | None:
        self.calls.append(message.text)
        self.asked.set()
        if message.text == "sorry":
            raise Apology("core.bug")
        if message.text == "bug":
            raise ZeroDivisionError("secret words")
        if message.text == "near":
            return replace(message, facts=(Fact("one", "One?", "1", 0.4, "faq:1"),))
        if message.text == "hesitate":
            return Reply(Source("chat", "model"), words=self._late_words())
        if message.text.startswith("stream"):
            return Reply(Source("chat", "model"), words=self._words())
        return Reply(Source("rule", "echo", 1.0), f"echo {message.text}") if message.text.startswith("say") else None

    async def _late_words(self) -> AsyncIterator[str | Notice]:
        if self.notice:
            yield Notice(self.notice)
        await self.release.wait()
        yield "at last"

    async def _words(self) -> AsyncIterator[str | Notice]:
        yield "first "
        await self.release.wait()
        yield "last"


class Scene:
    """A dispatcher with its screen."""

    def __init__(self, services: Services, edge: Edge | None = None) -> None:
        self.edge = edge or Edge()
        self.services = replace(services, platforms={"test": self.edge})
        self.stages = Stages()
        self.turns = Scheduler()
        stages = {**discovery.stages(self.services), "echo": self.stages.echo}
        mailbox = Mailbox(self.services.store, Replica("test", uuid.uuid4().hex))
        delivery = Delivery(services.texts, metrics=services.metrics)
        self.dispatcher = Dispatcher(self.services, stages, self.turns, delivery, mailbox)

    @property
    def screen(self) -> Screen:
        return self.edge.screen

    async def hears(self, message: Message) -> list[str]:
        """Hand a message over, and return what was shown by the end of its turn."""
        before = len(self.screen.texts)
        await self.dispatcher.receive(message)
        await self.turns.drain(10)
        return self.screen.texts[before:]


@pytest.fixture
async def scene(services: Services) -> AsyncIterator[Scene]:
    settings = services.settings.model_copy(update={"stages": ("commands",)})
    scene = Scene(replace(services, settings=settings))
    yield scene
    await scene.turns.drain(0)


async def test_the_first_stage_that_knows_answers(scene: Scene) -> None:
    assert await scene.hears(said("say hello")) == ["echo say hello"]


async def test_a_group_message_that_nobody_knows_stays_unanswered(scene: Scene) -> None:
    assert await scene.hears(said("whatever", chat="group")) == []


async def test_an_addressed_question_nobody_knows_gets_an_honest_answer(scene: Scene) -> None:
    assert await scene.hears(said("whatever")) == ["I don't know that."]
    assert await scene.hears(said("不知道的事")) == ["这个我不知道。"]


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("早上好大家！", "你好！有问题直接问我就行，/help 看看我会什么。"),
        ("謝謝🙏", "不客氣！"),
        ("Good night", "See you!"),
        ("哈哈哈😂", "🙂 有问题直接问我就行，/help 看看我会什么。"),
    ],
)
async def test_who_greets_is_greeted_though_nobody_has_an_answer(scene: Scene, text: str, answer: str) -> None:
    assert await scene.hears(said(text)) == [answer]
    assert await scene.hears(said(text, chat="group")) == []


async def test_the_closest_questions_are_offered_when_nobody_knows(scene: Scene) -> None:
    await scene.hears(said("near"))
    assert [choice.label for choice in scene.screen.pages[-1].choices] == ["One?"]


async def test_a_choice_that_nobody_knows_is_said_to_be_gone(scene: Scene) -> None:
    assert await scene.hears(said("x", choice="forged")) == [
        "That choice is no longer there; please type the question."
    ]


async def test_who_says_nothing_is_told_once_that_words_are_understood(scene: Scene) -> None:
    [told] = await scene.hears(said(" \x00 ", language="en"))
    assert told.startswith("I can only read text")
    assert await scene.hears(said("", language="en")) == []


@pytest.mark.parametrize(
    "text", ["\ud800", "say \x00\x1b[31m\u202e", "say " + "长" * 100_000, "say 👨‍👩‍👧", "say Z̷̢a̸l̵g̶o̷"]
)
async def test_odd_messages_stop_nobody(scene: Scene, text: str) -> None:
    await scene.hears(said(text))
    assert await scene.hears(said("say after")) == ["echo say after"]


async def test_an_apology_is_said_in_the_persons_language_and_not_remembered(scene: Scene) -> None:
    assert await scene.hears(said("sorry")) == [
        "Something went wrong and this was not answered. It has been written down."
    ]
    assert await scene.services.store.client.keys("*memory*") == []


async def test_a_bug_is_told_in_a_fixed_sentence_and_only_to_whom_asked(scene: Scene) -> None:
    assert await scene.hears(said("bug")) == [
        "Something went wrong and this was not answered. It has been written down."
    ]
    assert await scene.hears(said("bug", chat="group")) == []


async def test_question_and_answer_are_remembered_whichever_stage_answered(scene: Scene) -> None:
    message = said("say one")
    await scene.hears(message)
    options = await scene.services.options.of(message)
    recalled = await scene.services.memory.recall(message, options)
    assert [(each.question, each.answer, each.source) for each in recalled] == [("say one", "echo say one", "rule")]


async def test_the_same_update_is_answered_once_also_after_a_restart(scene: Scene) -> None:
    message = said("say once")
    assert await scene.hears(message) == ["echo say once"]
    assert await scene.hears(message) == []
    assert await Scene(scene.services).hears(message) == []


async def test_stop_ends_the_answer_visibly_and_it_is_remembered_as_unfinished(scene: Scene) -> None:
    message = said("stream")
    await scene.dispatcher.receive(message)
    await scene.screen.until(lambda: bool(scene.screen.pages))
    await scene.dispatcher.receive(said("/stop"))
    await scene.turns.drain(10)
    assert scene.screen.texts[0].startswith("first")
    assert scene.screen.texts[0].endswith("(stopped)")
    assert scene.screen.texts[1] == "Stopped."
    [kept] = await scene.services.memory.recall(message, await scene.services.options.of(message))
    assert (kept.question, kept.answer) == ("stream", "first… (unfinished)")


async def test_stop_with_nothing_under_way_says_so(scene: Scene) -> None:
    assert await scene.hears(said("/stop")) == ["No answer is under way."]


async def test_turns_of_one_person_follow_each_other_and_others_do_not_wait(scene: Scene) -> None:
    await scene.dispatcher.receive(said("stream", chat="group", addressed=True))
    await scene.dispatcher.receive(said("say second", chat="group", addressed=True))
    assert await asyncio.wait_for(scene_hears_now(scene, said("say bob", person="bob", chat="group")), 10)
    assert scene.screen.texts == ["echo say bob"]
    scene.stages.release.set()
    await scene.turns.drain(10)
    assert scene.screen.texts == ["echo say bob", "first last", "echo say second"]


async def scene_hears_now(scene: Scene, message: Message) -> bool:
    """Hand a message over and wait for the end of its own turn alone."""
    await scene.dispatcher.receive(message)
    await scene.screen.ends(message)
    return True


async def test_why_tells_the_source_of_the_quoted_answer(scene: Scene) -> None:
    asked = said("say it")
    await scene.hears(asked)
    await scene.hears(said("whatever"))
    quote = said("").quote
    assert quote is None
    [answer] = await scene.hears(said("/why"))
    assert "Neither a rule nor the FAQ" in answer
    from bot.domain.message import Quote  # noqa: PLC0415 — beside its one use

    [answer] = await scene.hears(said("/why", quote=Quote(f"answer-{asked.id}-0", "echo", mine=True)))
    assert "keyword rule echo (confidence 100%)" in answer


async def test_memory_shows_exactly_what_is_stored(scene: Scene) -> None:
    await scene.hears(said("say private"))
    await scene.hears(said("say here", chat="group"))
    [shown] = await scene.hears(said("/memory", chat="group", addressed=True))
    assert "say here" in shown
    assert "say private" not in shown
    assert "1 more conversations" in shown
    [shown] = await scene.hears(said("/memory"))
    assert "say here" in shown
    assert "say private" in shown


async def test_forget_leaves_no_trace_of_the_person(scene: Scene) -> None:
    await scene.hears(said("say private"))
    await scene.hears(said("say here", chat="group"))
    assert await scene.hears(said("/forget")) == ["Everything kept about you is deleted (2 conversations)."]
    left = [key for key in await scene.services.store.client.keys("*") if ":seen:" not in key]
    assert [key for key in left if "alice" in key and "why:answer" not in key] == []


async def test_reset_forgets_this_conversation(scene: Scene) -> None:
    await scene.hears(said("say one"))
    [done] = await scene.hears(said("/重置"))
    assert done == "Done: I have forgotten this conversation."
    [shown] = await scene.hears(said("/memory"))
    assert "say one" not in shown


async def test_options_are_for_administrators(scene: Scene) -> None:
    [refused] = await scene.hears(said("/options memory shared", chat="group"))
    assert refused == "Only administrators can use /options."
    [done] = await scene.hears(said("/options memory shared", person="root", chat="group"))
    assert done == "memory is now shared."
    await scene.hears(said("say one", chat="group"))
    [shown] = await scene.hears(said("/options", person="root", chat="group"))
    assert "memory = shared" in shown


async def test_an_unknown_command_is_answered_with_the_nearest(scene: Scene) -> None:
    [answer] = await scene.hears(said("/halp"))
    assert "/help" in answer
    assert await scene.hears(said("/halp", chat="group")) == []


async def test_help_lists_every_command_and_explains_one(scene: Scene) -> None:
    [listed] = await scene.hears(said("/help"))
    assert all(f"/{name}" in listed for name in scene.services.commands)
    [explained] = await scene.hears(said("/help options"))
    assert "/options [name:memory|unaddressed|recent]" in explained


async def test_without_redis_everybody_is_answered(scene: Scene) -> None:
    store = Store(make_client("redis://127.0.0.1:1"), "nowhere")
    away = make_services(store, scene.services.settings, scene.services.closing)
    assert await Scene(away).hears(said("say hello")) == ["echo say hello"]
    await store.close()
