"""A chat's own words in the FAQ, as people of that chat and of another see it."""

from __future__ import annotations

import asyncio
import gc
import json
import weakref
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.config.content_files import Content
from bot.domain.message import Message, Quote
from bot.domain.reply import Reply
from bot.services import Made, Services
from handlers.faq.entries.entry import Entry
from handlers.knowledge.own_faq import OwnFaqs
from handlers.knowledge.vocabulary import Vocabulary
from handlers.language.segmentation.dictionary import Word
from handlers.llm.ears import EarsLoader
from handlers.stages.faq import build
from tests.handlers.faq.sample import ENTRIES
from tests.handlers.faq.test_overlay import EVERY
from tests.people import said
from tests.scene import Scene, open_scene

ASKED = "怎么解锁一加"
ANSWER = "在恢复模式里刷。"


def write(services: Services, entries: Sequence[Entry], dictionary: str = "") -> None:
    rows = [
        {"id": each.id, "question": each.question, "answer": each.answer, "alternatives": list(each.alternatives)}
        for each in entries
    ]
    folder = services.settings.content_dir
    Path(folder, "faq.yaml").write_text(json.dumps(rows), encoding="utf-8")
    if dictionary:
        Path(folder, "dictionary.txt").write_text(dictionary, encoding="utf-8")


@pytest.fixture
async def scene(services: Services) -> AsyncIterator[Scene]:
    write(services, EVERY)
    async with open_scene(services, stages=("commands", "rules", "faq")) as scene:
        yield scene


def asked(text: str, chat: str, **values: Any) -> Message:
    return said(text, person="root", chat=chat, addressed=True, **values)


async def test_a_chats_word_makes_the_faq_answer_there_alone_and_at_once(scene: Scene) -> None:
    assert await scene.hears(asked(ASKED, "a")) != [ANSWER]
    await scene.hears(asked("/dictionary add 一加 20000 nz", "a"))
    assert await scene.hears(asked(ASKED, "a")) == [ANSWER]
    assert await scene.hears(asked(ASKED, "b")) != [ANSWER]
    await scene.hears(asked("/dictionary remove 一加", "a"))
    assert await scene.hears(asked(ASKED, "a")) != [ANSWER]


async def test_why_tells_the_entry_and_the_confidence_that_it_has_there(scene: Scene) -> None:
    await scene.hears(asked("/dictionary add 一加 20000 nz", "a"))
    question = asked(ASKED, "a")
    await scene.hears(question)
    answer = Quote(f"answer-{question.id}-0", ANSWER, mine=True)
    [why] = await scene.hears(asked("/why", "a", quote=answer, language="zh-CN"))
    stage = build(scene.services)
    here, there = await stage(asked(ASKED, "a")), await stage(asked(ASKED, "b"))
    assert isinstance(here, Reply)
    assert isinstance(there, Reply)
    assert f"{here.source.confidence:.0%}" in why
    assert "oneplus" in why
    assert here.source.confidence != there.source.confidence


async def test_what_nobody_asked_is_judged_with_the_chats_words_too(scene: Scene) -> None:
    text = "一加刷机怎么"
    assert await scene.hears(said(text, chat="a")) == []
    await scene.hears(asked("/dictionary add 一加 20000 nz", "a"))
    assert await scene.hears(said(text, chat="a")) == [ANSWER]
    assert await scene.hears(said(text, chat="b")) == []


async def test_another_replica_reads_the_words_too(scene: Scene) -> None:
    await scene.hears(asked("/dictionary add 一加 20000 nz", "a"))
    other = build(replace(scene.services, made=Made(), content=Content()))
    reply = await other(asked(ASKED, "a"))
    assert isinstance(reply, Reply)
    assert reply.text == ANSWER


async def test_a_changed_faq_is_read_with_the_chats_words_at_once(scene: Scene) -> None:
    await scene.hears(asked("/dictionary add 一加 20000 nz", "a"))
    assert await scene.hears(asked(ASKED, "a")) == [ANSWER]
    write(scene.services, [*EVERY, Entry("unlock", ASKED, "改了。")])
    assert await asyncio.to_thread(scene.services.content.refresh)
    assert await scene.hears(asked(ASKED, "a")) == ["改了。"]


async def test_the_owners_words_count_beside_the_chats(services: Services) -> None:
    write(services, ENTRIES, "应答机器人 20000 nz\n")
    shared = EarsLoader(services.settings, services.store)()
    own = OwnFaqs(services)
    assert await own.of(asked("", "a"), shared) is shared
    await add(services, "a", "拾页好物")
    read = await own.of(asked("", "a"), shared)
    assert read.asked is read.overheard
    assert read.cut("在拾页好物买应答机器人") == ["在", "拾页好物", "买", *shared.cut("应答机器人")]
    assert "应答机器人" in shared.cut("应答机器人")
    assert read.cut("怎么用应答机器人") == shared.cut("怎么用应答机器人")


async def test_it_is_made_once_and_again_when_the_words_change(services: Services) -> None:
    write(services, EVERY)
    shared = EarsLoader(services.settings, services.store)()
    own, message = OwnFaqs(services), asked("", "a")
    await add(services, "a", "一加")
    first, second = await asyncio.gather(own.of(message, shared), own.of(message, shared))
    assert first is second
    assert await own.of(message, shared) is first
    await add(services, "a", "刷机")
    assert await own.of(message, shared) is not first


async def test_an_old_faq_is_let_go_by_whoever_asks_the_new_one(services: Services) -> None:
    write(services, EVERY)
    load = EarsLoader(services.settings, services.store)
    own, old = OwnFaqs(services), load()
    await add(services, "a", "一加")
    await own.of(asked("", "a"), old)
    left = weakref.ref(old.asked)
    old = load()
    await own.of(asked("", "b"), old)
    gc.collect()
    assert left() is None


async def test_traditional_words_and_questions_meet(services: Services) -> None:
    write(services, EVERY)
    shared = EarsLoader(services.settings, services.store)()
    await add(services, "t", "一加")
    read = await OwnFaqs(services).of(asked("", "t"), shared)
    assert read.asked.ask("怎麼解鎖一加").decision == "answer"


async def add(services: Services, chat: str, *words: str) -> None:
    assert await services.once(Vocabulary).add(asked("", chat), [Word(each, 20_000) for each in words])
