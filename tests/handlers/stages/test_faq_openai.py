"""The FAQ by the endpoint's embeddings: the real client against a loopback server, vectors kept in the real Valkey."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import structlog

from bot.domain.errors import Apology
from bot.domain.reply import Reply
from bot.services import Services
from bot.storage.store import Store
from handlers.stages.faq import FaqStage, build
from tests import house
from tests.handlers.stages.test_faq import ENTRIES, said
from tests.servers.openai import KEY, OpenAI

pytest.importorskip("numpy", reason="numpy, which compares vectors, is not installed")
QUESTION = "怎么安装应答机器人"
# It shares no letter with any entry, and is said to mean the same as one of their questions.
OTHER_WORDS = "setup guide please"


@dataclass(slots=True)
class Owner:
    """An owner's house, in which the stage can be built again as after a restart."""

    server: OpenAI
    services: Services
    log: list[Any]

    async def stage(self) -> FaqStage:
        return await asyncio.to_thread(build, self.services)

    def events(self, words: str) -> list[Any]:
        return [each for each in self.log if words in each["event"]]

    @property
    def calls(self) -> int:
        return sum(call.path.endswith("/embeddings") for call in self.server.calls)


@pytest.fixture
async def owner(tmp_path: Path, redis_url: str, store: Store, server: OpenAI) -> AsyncIterator[Owner]:
    (tmp_path / "faq.yaml").write_text(ENTRIES, encoding="utf-8")
    server.means[OTHER_WORDS] = QUESTION
    chosen: dict[str, Any] = {
        "openai_api_key": KEY, "openai_base_url": server.url, "redis_url": redis_url,
        "content_dir": tmp_path, "faq_semantic": "openai",
    }  # fmt: skip
    with structlog.testing.capture_logs() as log:
        async with house.services(tmp_path / "data", **chosen) as services:
            yield Owner(server, services, log)


async def confidence_in_install(stage: FaqStage, text: str) -> float:
    heard = await stage(said(text))
    if isinstance(heard, Reply):
        return dict([(heard.source.id, heard.source.confidence or 0.0), *heard.source.runners_up]).get("install", 0.0)
    return next((fact.confidence for fact in heard.facts if fact.id == "install"), 0.0) if heard else 0.0


async def test_what_means_the_same_in_other_words_is_found(owner: Owner) -> None:
    stage = await owner.stage()
    by_meaning = await confidence_in_install(stage, OTHER_WORDS)
    assert by_meaning > await confidence_in_install(stage, "volcano weather tomorrow")


async def test_entries_are_embedded_in_batches_and_a_question_costs_one_call(owner: Owner) -> None:
    stage = await owner.stage()
    built = owner.calls
    assert max(len(call.body["input"]) for call in owner.server.calls) > 1
    await stage(said(OTHER_WORDS))
    await stage(said(OTHER_WORDS))
    assert owner.calls == built + 1


async def test_after_a_restart_every_vector_is_there_for_a_time(owner: Owner) -> None:
    await owner.stage()
    built = owner.calls
    await owner.stage()
    assert owner.calls == built
    slots = [slot async for slot in owner.services.store.client.scan_iter("y1:{embedding}:*")]
    assert slots
    assert all([0 < await owner.services.store.client.ttl(slot) <= 7 * 86_400 for slot in slots])


async def test_overheard_talk_costs_no_call(owner: Owner) -> None:
    stage = await owner.stage()
    built = owner.calls
    assert isinstance(await stage(said(QUESTION, addressed=False)), Reply)
    assert owner.calls == built


async def test_when_the_endpoint_fails_the_faq_goes_by_letters_and_says_so_once(owner: Owner) -> None:
    stage = await owner.stage()
    owner.server.key = "another"
    for text in (OTHER_WORDS, "请问怎么安装应答机器人？"):
        heard = await stage(said(text))
    assert isinstance(heard, Reply)
    assert heard.source.id == "install"
    assert len(owner.events("no embeddings")) == 1
    owner.server.key = KEY
    await stage(said(OTHER_WORDS))
    assert owner.events("embeddings are back")


async def test_a_start_without_the_endpoint_is_a_start_by_letters(owner: Owner) -> None:
    owner.server.key = "another"
    stage = await owner.stage()
    reply = await stage(said(QUESTION))
    assert isinstance(reply, Reply)
    assert len(owner.events("no embeddings")) == 1
    with pytest.raises(Apology) as sorry:
        await stage.probe()
    assert sorry.value.key == "chat.key_refused"


async def test_a_model_whose_vectors_became_longer_is_not_compared(owner: Owner) -> None:
    stage = await owner.stage()
    slots = [slot async for slot in owner.services.store.client.scan_iter("y1:{embedding}:*")]
    await stage(said(OTHER_WORDS))
    (new,) = {slot async for slot in owner.services.store.client.scan_iter("y1:{embedding}:*")} - set(slots)
    await owner.services.store.client.set(new, "AACAPwAAgD8=")
    assert await confidence_in_install(stage, OTHER_WORDS) == 0.0


async def test_a_page_of_some_other_server_is_a_failure(owner: Owner) -> None:
    stage = await owner.stage()
    owner.server.refuse(200, body="<html>hello</html>")
    await stage(said(OTHER_WORDS))
    assert len(owner.events("no embeddings")) == 1
