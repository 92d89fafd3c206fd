"""How the whole bot shows how it is, takes updates by webhook, and ends whenever it is told to."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import re
import signal
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.looking import seen
from tests.servers.openai import KEY
from tests.whole.world import PATIENCE, World, opened

FREE = re.compile("开源软件，完全免费")


def free_port() -> int:
    """Return a port that is free now."""
    with socket.create_server(("127.0.0.1", 0)) as chosen:
        return int(chosen.getsockname()[1])


async def told(port: int, path: str, condition: Callable[[int, Any], bool]) -> Any:
    """Ask until the answer is as it should be; return it."""
    async with aiohttp.ClientSession(f"http://127.0.0.1:{port}") as session:

        async def look() -> Any:
            with contextlib.suppress(aiohttp.ClientConnectionError):
                async with session.get(path) as answer:
                    text = await answer.text()
                    content = json.loads(text) if answer.content_type == "application/json" else text
                    return content if condition(answer.status, content) else None

        return await seen(look, PATIENCE)


def all_connected(_: int, told: Any) -> bool:
    """Return whether the bot is on all platforms; before that it may be ready as a standby."""
    connected = {"ready": True, "state": "connected"}
    return bool(told["parts"].get("telegram") == told["parts"].get("discord") == connected)


async def test_it_tells_how_it_is(tmp_path: Path) -> None:
    port = free_port()
    async with opened(tmp_path, HTTP_PORT=str(port)) as world:
        assert (await told(port, "/readyz", all_connected))["ready"]
        alice = world.telegram.private("alice", language="zh-hans")
        await alice.says("多少钱？")
        await alice.sees(FREE)
        counted = 'yingda_messages_total{platform="telegram",stage="rule"} 1.0'
        await told(port, "/metrics", lambda _, text: counted in text)
        assert (await told(port, "/healthz", lambda status, _: status == 200))["alive"] is True


async def test_tokens_and_their_cost_are_counted(tmp_path: Path) -> None:
    port = free_port()
    prices = json.dumps({"test-model": {"input": 1, "output": 4}})
    async with opened(tmp_path, HTTP_PORT=str(port), OPENAI_PRICES=prices, OPENAI_MODEL="test-model") as world:
        alice = world.telegram.private("alice", language="zh-hans")
        world.model.say("好的。")
        await alice.says("给我讲一个很长很长的故事吧，关于大海的")
        await alice.sees("好的。")
        text = await told(port, "/metrics", lambda _, text: 'yingda_cost_total{model="test-model"}' in text)
        assert float(re.findall(r'yingda_tokens_total{kind="output",model="test-model"} (\S+)', text)[0]) > 0
        assert 'yingda_model_first_word_seconds_count{model="test-model"} 1.0' in text


async def test_telegram_brings_updates_by_webhook(tmp_path: Path) -> None:
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    async with opened(tmp_path, HTTP_PORT=str(port), TELEGRAM_WEBHOOK_URL=url) as world:
        alice = world.telegram.private("alice", language="zh-hans")
        await alice.says("多少钱？")
        await alice.sees(FREE)
        await world.telegram.acknowledged(alice.update)
        assert world.telegram.updates.webhook["url"] == f"{url}/telegram"
        assert not world.telegram.called("getUpdates")
        assert await world.end() == 0
        await alice.says("多少钱？")
        await world.start()
        await alice.sees(FREE)


async def test_a_port_that_is_taken_ends_the_bot_with_a_sentence(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        async with opened(tmp_path, HTTP_PORT=str(taken.getsockname()[1])) as world:
            assert world.process
            async with asyncio.timeout(PATIENCE):
                assert await world.process.wait() == 2
            assert json.loads(world.log.splitlines()[-1])["reason"].startswith("HTTP_HOST, HTTP_PORT: 127.0.0.1:")
            assert "Traceback" not in world.log


@pytest.mark.parametrize("begun", ["lock", "valkey.sock", "replica-0"])
async def test_told_to_end_while_it_starts_it_leaves_nothing_behind(tmp_path: Path, begun: str) -> None:
    async with opened(tmp_path) as world:
        await seen(lambda: asyncio.to_thread((tmp_path / "data" / begun).exists), PATIENCE)
        assert await world.end() == 0, world.log
        assert not servers_of(tmp_path)


async def test_told_twice_it_ends_once_and_in_order(tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        await world.connected()
        assert world.process
        world.process.send_signal(signal.SIGTERM)
        world.process.send_signal(signal.SIGTERM)
        assert await world.end() == 0
        assert not servers_of(tmp_path)


@pytest.mark.parametrize("level", ["INFO", "DEBUG"])
async def test_no_secret_and_nothing_said_is_ever_logged(tmp_path: Path, level: str) -> None:
    port = free_port()
    async with opened(tmp_path, HTTP_PORT=str(port), LOG_LEVEL=level) as world:
        said = await everything_goes_wrong(world)
        assert await world.end() == 0
    records = [json.loads(line) for line in world.log.splitlines()]
    assert {each["level"] for each in records} >= {"info", "warning"}
    assert any("turn" in each for each in records)
    for secret in (KEY, world.telegram.token, world.discord.token, *said):
        assert secret not in world.log
        assert json.dumps(secret)[1:-1] not in world.log


async def everything_goes_wrong(world: World) -> list[str]:
    """Talk on all platforms while much goes wrong; return all that was said by anybody."""
    alice, bob = world.telegram.private("alice", language="zh-hans"), world.discord.dm("bob", "zh-CN")
    said = [f"秘密{number}号 xyzzy{number} 请讲一个很长的故事" for number in range(6)]
    await world.connected()
    world.telegram.updates.add_raw({"message": {"text": said[0]}})
    world.telegram.refuses("sendMessage", f'Bad Request: "{said[0]}" is refused')
    world.telegram.cuts("getUpdates")
    world.model.say("plugh 的故事。")
    await alice.says(said[1])
    await alice.sees(re.compile("plugh"))
    for number, status in ((2, 401), (3, 500)):
        world.model.refuse(status, message=f"you said {said[number]} with {KEY}")
        await alice.says(said[number])
        await alice.answered()
    await bob.says(said[4])
    await world.discord.until(lambda: bob.screen, lambda: "bob sees nothing", PATIENCE)
    await alice.says("/memory")
    await alice.sees(re.compile("xyzzy1"))
    return [*said, "plugh", "xyzzy"]


def servers_of(directory: Path) -> list[str]:
    """Return the processes that were started for a directory and still run."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            line = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        if str(directory) in line and "valkey" in line and process.name != str(os.getpid()):
            found.append(line)
    return found
