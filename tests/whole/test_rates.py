"""However many ask at once, Telegram is written to no faster than it allows."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

from tests.whole.world import opened

PEOPLE, TWICE = 60, 2
ALLOWED = 30
HELP, FREE = re.compile("/memory"), re.compile("完全免费")


async def test_private_chats_that_ask_at_once_are_all_answered_in_order_and_telegram_never_asks_for_silence(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path) as world:
        server = world.telegram
        server.most_a_second = ALLOWED
        people = [server.private(f"person {number}", language="zh-hans") for number in range(PEOPLE)]
        for each in people:
            await each.says("多少钱？")
            await each.says("/help")
        await server.until(lambda: all(len(each.texts) == TWICE for each in people))
        assert [each for each in people if not (FREE.search(each.texts[0]) and HELP.search(each.texts[1]))] == []
        assert [call.method for call in server.calls if call.status == 429] == []


async def test_one_silenced_chat_keeps_no_other_waiting(tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        server = world.telegram
        alice, bob = server.private("alice", language="zh-hans"), server.private("bob", language="zh-hans")
        server.floods("sendMessage", 60, chat=alice.room.id)
        await alice.says("多少钱？")
        await server.until(lambda: any(call.status == 429 for call in server.calls))
        await bob.says("多少钱？")
        async with asyncio.timeout(30):
            await bob.sees(FREE)
        assert alice.texts == []
