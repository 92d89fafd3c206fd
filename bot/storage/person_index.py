"""Where something about a person is kept, so that all of it can be shown and forgotten."""

from __future__ import annotations

import functools
import json

from bot.domain.encoding import joined, line_of
from bot.domain.message import Conversation
from bot.storage.connection import Command
from bot.storage.store import Store, key


class PersonIndex:
    """The conversations in which something is kept about each person; noted before it is kept, so none is missed."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def of(self, platform: str, person: str) -> tuple[Conversation, ...]:
        """Return every conversation that may hold something about a person."""
        index = index_key(platform, person)
        none: set[str] = set()
        members = await self._store.attempt(lambda: self._store.client.smembers(index), none)
        return tuple(Conversation(**json.loads(each)) for each in sorted(members))

    async def clear(self, platform: str, person: str) -> None:
        """Forget where something is kept about a person; to be called when it is kept no more."""
        index = index_key(platform, person)
        await self._store.attempt(lambda: self._store.client.delete(index), 0)


def note(person: str, where: Conversation, ttl: int) -> tuple[Command, ...]:
    """Return the commands that note that something about a person is kept in a conversation for `ttl` seconds."""
    index = index_key(where.platform, person)
    return ("SADD", index, member(where)), ("EXPIRE", index, ttl, "NX"), ("EXPIRE", index, ttl, "GT")


def index_key(platform: str, person: str) -> str:
    """Return the key of the set of a person's places."""
    return key("places", tag=joined(platform, person))


@functools.lru_cache(maxsize=4096)
def member(where: Conversation) -> str:
    """Return a conversation as it stands in sets."""
    return line_of({name: getattr(where, name) for name in sorted(where.__slots__)})
