"""The loopback OpenAI refuses what the real one refuses."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from openai import APIConnectionError, APIStatusError, AsyncOpenAI

from tests.servers.openai import KEY, MODEL, Cut, OpenAI

ASKED: dict[str, Any] = {"model": MODEL, "messages": [{"role": "user", "content": "hi"}], "stream": True}


@pytest.fixture
async def client() -> AsyncIterator[AsyncOpenAI]:
    async with OpenAI() as server, AsyncOpenAI(api_key=KEY, base_url=server.url, max_retries=0) as opened:
        yield opened


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"model": "gone"}, 404, "model_not_found"),
        ({"messages": []}, 400, "invalid_value"),
        ({"messages": [{"role": "bot", "content": "hi"}]}, 400, "invalid_value"),
        ({"messages": [{"role": "user", "content": None}]}, 400, "invalid_value"),
        ({"temperature": 2.1}, 400, "invalid_value"),
        ({"stop": ["a", "b", "c", "d", "e"]}, 400, "invalid_value"),
        ({"stream": False, "stream_options": {"include_usage": True}}, 400, "invalid_value"),
        ({"extra_body": {"chatter": 1}}, 400, "unknown_parameter"),
    ],
)
async def test_a_wrong_request_is_refused(client: AsyncOpenAI, change: dict[str, Any], status: int, code: str) -> None:
    with pytest.raises(APIStatusError) as refused:
        await client.chat.completions.create(**{**ASKED, **change})
    assert (refused.value.status_code, refused.value.code) == (status, code)


async def test_a_wrong_key_is_refused_everywhere(client: AsyncOpenAI) -> None:
    stranger = client.with_options(api_key="other")
    for ask in (stranger.models.list(), stranger.models.retrieve(MODEL), stranger.chat.completions.create(**ASKED)):
        with pytest.raises(APIStatusError, match="401"):
            await ask


async def test_tokens_are_counted_only_when_asked(client: AsyncOpenAI) -> None:
    stream = await client.chat.completions.create(**ASKED)
    assert [chunk.usage async for chunk in stream if chunk.usage] == []
    stream = await client.chat.completions.create(**ASKED, stream_options={"include_usage": True})
    assert [chunk.usage.completion_tokens async for chunk in stream if chunk.usage] == [10]


async def test_own_words_are_spoiled_once_after_so_many_pieces() -> None:
    words = ["one ", "two ", "three "]
    async with OpenAI(words=lambda _: words) as server, AsyncOpenAI(api_key=KEY, base_url=server.url) as client:
        server.spoil(2, Cut())
        heard: list[str | None] = []
        with pytest.raises(APIConnectionError):
            await _listen(client, heard)
        await server.used_up()
        assert heard == words[:2]
        await _listen(client, heard)
        assert heard == [*words[:2], *words]


async def _listen(client: AsyncOpenAI, heard: list[str | None]) -> None:
    async for chunk in await client.chat.completions.create(**ASKED):
        heard.extend(choice.delta.content for choice in chunk.choices if choice.delta.content)
