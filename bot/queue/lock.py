"""The lock of a conversation, by which one process at a time drains it: the client library's, extended and let go.

The scripts of `letters` take it, in the same round trip as a message.
"""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Any

from redis.exceptions import LockError

from bot.domain.message import Conversation
from bot.queue.letters import LOCK_SECONDS, lock_key
from bot.storage.store import Store


async def extend(store: Store, where: Conversation, boot: str) -> bool:
    """Keep a conversation for as long again. Return False where it is not this process's, or with Redis away."""
    return await store.attempt(lambda: _held(_lock(store, where, boot).reacquire()), default=False)


async def release(store: Store, where: Conversation, boot: str) -> bool:
    """Let a conversation go. Return False where it was not this process's, or with Redis away."""
    return await store.attempt(lambda: _held(_lock(store, where, boot).release()), default=False)


def _lock(store: Store, where: Conversation, boot: str) -> Any:
    lock = store.client.lock(lock_key(where), timeout=LOCK_SECONDS, thread_local=False)
    lock.local.token = boot.encode()
    return lock


async def _held(work: Awaitable[object]) -> bool:
    try:
        await work
    except LockError:
        return False
    return True
