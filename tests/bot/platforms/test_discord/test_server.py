"""The loopback Discord refuses what the real one refuses, so that the other tests can fail."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import ClientSession

from tests.servers.discord import DiscordServer

BUTTON = {"type": 2, "style": 2, "label": "yes", "custom_id": "yes"}
COMMAND = {"name": "segment", "description": "Split"}
NEEDED = {"type": 3, "name": "text", "description": "Text", "required": True}


@pytest.fixture
async def api(server: DiscordServer) -> AsyncIterator[ClientSession]:
    headers = {"Authorization": f"Bot {server.token}"}
    async with ClientSession(server.api_url.removesuffix("/api/v10"), headers=headers) as session:
        yield session


async def _answer(api: ClientSession, method: str, path: str, body: Any) -> tuple[int, int]:
    async with api.request(method, "/api/v10" + path, json=body) as response:
        return response.status, (await response.json())["code"]


def _row(**button: Any) -> dict[str, Any]:
    return {"content": "a", "components": [{"type": 1, "components": [{**BUTTON, **button}]}]}


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"content": "a" * 2001}, 50035),
        ({"content": " "}, 50006),
        ({}, 50006),
        (_row(custom_id="a" * 101), 50035),
        (_row(label="a" * 81), 50035),
        ({"content": "a", "components": [{"type": 1, "components": [BUTTON] * 2}]}, 50035),
        ({"content": "a", "components": [{"type": 1, "components": [BUTTON] * 6}]}, 50035),
        ({"content": "a", "nonce": "a" * 26}, 50035),
        ({"content": "a", "message_reference": {"message_id": "1"}}, 50035),
    ],
)
async def test_bad_messages_are_refused(server: DiscordServer, api: ClientSession, body: Any, code: int) -> None:
    channel = server.dm("alice").channel
    assert await _answer(api, "POST", f"/channels/{channel.id}/messages", body) == (400, code)
    assert channel.messages == {}


async def test_what_is_unknown_or_foreign_is_refused(server: DiscordServer, api: ClientSession) -> None:
    alice = server.dm("alice")
    theirs = await alice.says("mine")
    path, body = f"/channels/{alice.channel.id}/messages", {"content": "a"}
    assert await _answer(api, "POST", "/channels/1/messages", body) == (404, 10003)
    assert await _answer(api, "PATCH", f"{path}/1", body) == (404, 10008)
    assert await _answer(api, "PATCH", f"{path}/{theirs.id}", body) == (403, 50005)
    assert await _answer(api, "POST", "/interactions/1/token/callback", {"type": 5}) == (404, 10062)
    assert await _answer(api, "POST", "/webhooks/1/token", body) == (404, 10015)


@pytest.mark.parametrize(
    "command",
    [
        {**COMMAND, "name": "Segment"},
        {**COMMAND, "name": "two words"},
        {**COMMAND, "name": "a" * 33},
        {**COMMAND, "description": ""},
        {**COMMAND, "description_localizations": {"zh-CN": "长" * 101}},
        {**COMMAND, "name_localizations": {"zh": "分词"}},
        {**COMMAND, "options": [{**NEEDED, "required": False}, {**NEEDED, "name": "other"}]},
        {**COMMAND, "options": [{**NEEDED, "choices": [{"name": str(each), "value": "a"} for each in range(26)]}]},
    ],
)
async def test_bad_commands_are_refused(server: DiscordServer, api: ClientSession, command: Any) -> None:
    path = f"/applications/{server.application}/commands"
    assert (await _answer(api, "PUT", path, [command]))[0] == 400
    assert server.commands == []


async def test_an_interaction_is_acknowledged_once(server: DiscordServer, api: ClientSession) -> None:
    server.commands = [COMMAND | {"id": "1"}]
    asked = await server.dm("alice").invokes("segment")
    path = f"/api/v10/interactions/{asked.id}/{asked.token}/callback"
    async with api.post(path, json={"type": 5}) as response:
        assert response.status == 204
    assert await _answer(api, "POST", path.removeprefix("/api/v10"), {"type": 5}) == (400, 40060)


async def test_what_answers_an_interaction_tells_of_it(server: DiscordServer, api: ClientSession) -> None:
    server.commands = [COMMAND | {"id": "1"}]
    asked = await server.dm("alice").invokes("segment")
    async with api.post(f"/api/v10/interactions/{asked.id}/{asked.token}/callback", json={"type": 5}):
        response, following = f"/webhooks/{server.application}/{asked.token}", {"content": "b"}
    async with api.patch(f"/api/v10{response}/messages/@original", json={"content": "a"}) as answer:
        first = await answer.json()
    async with api.post(f"/api/v10{response}", json=following) as answer:
        told = (await answer.json())["interaction_metadata"]
    assert (first["interaction_metadata"]["id"], first["application_id"]) == (asked.id, server.application)
    assert (told["id"], told["original_response_message_id"]) == (asked.id, first["id"])


async def test_the_newest_messages_are_told_where_the_history_may_be_read(
    server: DiscordServer, api: ClientSession
) -> None:
    alice = server.dm("alice")
    for number in range(3):
        await alice.says(str(number))
    path = f"/channels/{alice.channel.id}/messages"
    async with api.get(f"/api/v10{path}?limit=2") as answer:
        assert [each["content"] for each in await answer.json()] == ["2", "1"]
    assert await _answer(api, "GET", f"{path}?limit=101", None) == (400, 50035)
    alice.channel.history = False
    async with api.get(f"/api/v10{path}") as answer:
        assert await answer.json() == []
    alice.channel.refuses = 50001
    assert await _answer(api, "GET", path, None) == (403, 50001)


async def test_a_client_without_heartbeats_is_dropped(server: DiscordServer, api: ClientSession) -> None:
    server.gateway.interval = 0.02
    async with api.ws_connect(server.gateway.url) as socket:
        assert (await socket.receive_json())["d"] == {"heartbeat_interval": 20}
        await socket.receive()
        assert socket.close_code == 4009


async def test_too_many_calls_are_limited(server: DiscordServer, api: ClientSession) -> None:
    server.limit, server.window = 1, 60.0
    path = f"/channels/{server.dm('alice').channel.id}/messages"
    async with api.post("/api/v10" + path, json={"content": "one"}) as response:
        assert (response.status, response.headers["X-RateLimit-Remaining"]) == (200, "0")
    async with api.post("/api/v10" + path, json={"content": "two"}) as response:
        body = await response.json()
        assert (response.status, response.headers["Retry-After"], body["global"]) == (429, "60", False)
        assert 59 < body["retry_after"] <= 60
