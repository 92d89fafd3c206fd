"""A chat gets another id (a Telegram group becomes a supergroup): everything kept about it moves along."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote

import structlog

from bot.domain.encoding import readable
from bot.domain.message import Conversation
from bot.storage.chat_settings import chat_key
from bot.storage.person_index import index_key, member
from bot.storage.store import VERSION, Store

log = structlog.get_logger(__name__)

# What lies in a mailbox is answered where it lies: its outlets know where the chat is now.
STAYS = (":mail", ":shown", ":lock")


async def move_chat(store: Store, platform: str, old: str, new: str) -> int:
    """Move everything kept about a chat to its new id, before what the new one may have. Return how many keys."""

    async def move() -> int:
        moved = 0
        for border in (":", "}"):
            prefix = f"{VERSION}:{{{chat_key(platform, old)}{border}"
            async for name in store.client.scan_iter(match=f"{prefix}*", count=1000):
                if name.endswith(STAYS) or ":seen:" in name:
                    continue
                target = f"{VERSION}:{{{chat_key(platform, new)}{border}{name.removeprefix(prefix)}"
                await _move_key(store, name, target)
                moved += 1
        return moved

    moved = await store.attempt(move, 0)
    log.info("chat moved", platform=platform, keys=moved)
    return moved


async def _move_key(store: Store, name: str, target: str) -> None:
    client = store.client
    if await client.type(name) == "list":
        lines = await client.lrange(name, 0, -1)
        await client.lpush(target, *reversed(lines))
        await client.expire(target, max(await client.ttl(name), 1))
        await client.delete(name)
        await _move_places(store, name, target, lines)
    elif not await client.exists(target):
        # Not renamed: in a cluster the two may be kept in different places.
        content, age = await client.dump(name), await client.pttl(name)
        await client.restore(target, max(age, 0), content)
        await client.delete(name)
    else:
        await client.delete(name)


async def _move_places(store: Store, name: str, target: str, lines: list[str]) -> None:
    """Let the people of a moved memory be found there."""
    before, after = _conversation(name), _conversation(target)
    found: tuple[dict[str, Any], ...] = readable(dict, lines)
    for person in {each["person"] for each in found if isinstance(each.get("person"), str)}:
        index = index_key(before.platform, person)
        await store.client.srem(index, member(before))
        await store.client.sadd(index, member(after))


def _conversation(name: str) -> Conversation:
    tag = name[name.index("{") + 1 : name.index("}")]
    parts = [unquote(part) for part in tag.split(":")]
    # What a whole chat shares has no thread and no person in its key.
    return Conversation(*parts, *("" for _ in range(4 - len(parts))))
