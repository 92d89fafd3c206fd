"""What one chat has chosen for itself, kept in Redis; with Redis away it holds as last known."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal, get_args, get_type_hints

from bot.domain.encoding import joined
from bot.domain.message import Message
from bot.storage.store import Store, key

FRESH_SECONDS = 1.0
# Chats whose choices are remembered for when Redis is away; who has chosen nothing needs no remembering.
MOST_CHOSEN = 10_000


@dataclass(frozen=True, slots=True)
class ChatSettings:
    """A chat's choices.

    Attributes:
        memory: `user`: each person has a memory of their own here; `shared`: one for all, with names; `off`: none.
        unaddressed: What rules and FAQ do with messages that are not said to the bot: answer when `sure`, or `never`.
        recent: Whether the chat's latest messages are kept (`on`), for the commands that work on them.
    """

    memory: Literal["user", "shared", "off"] = "user"
    unaddressed: Literal["sure", "never"] = "sure"
    recent: Literal["off", "on"] = "off"


DEFAULTS = ChatSettings()
CHOICES: dict[str, tuple[str, ...]] = {name: get_args(hint) for name, hint in get_type_hints(ChatSettings).items()}


class ChatSettingsStore:
    """The options of every chat; read at most once a second for each."""

    def __init__(self, store: Store, clock: Callable[[], float] = time.monotonic) -> None:
        self._store = store
        self._clock = clock
        # A plain dict takes longer to find its first, the more were deleted before it.
        self._known: OrderedDict[str, tuple[float, ChatSettings]] = OrderedDict()
        self._chosen: OrderedDict[str, ChatSettings] = OrderedDict()

    async def of(self, message: Message) -> ChatSettings:
        """Return the options of the message's chat; while Redis is away, those last known, or else the defaults."""
        where = chat_key(message.platform, message.chat.id)
        known = self._known.get(where)
        if known and self._clock() - known[0] < FRESH_SECONDS:
            return known[1]
        slot = key("options", tag=where)
        kept: dict[str, str] | None = await self._store.ask("HGETALL", slot, default=None)
        options = self._chosen.get(where, DEFAULTS) if kept is None else _read(kept)
        self._remember(where, options)
        return options

    async def choose(self, message: Message, name: str, value: str) -> bool:
        """Set one option of the message's chat. Return False when it could not be kept."""
        where = chat_key(message.platform, message.chat.id)

        async def keep() -> bool:
            await self._store.client.hset(key("options", tag=where), name, value)
            return True

        options = ChatSettings(**{**asdict(await self.of(message)), name: value})
        kept = await self._store.attempt(keep, default=False)
        if kept:
            self._remember(where, options)
        return kept

    def _remember(self, where: str, options: ChatSettings) -> None:
        """Keep what is fresh, the newest last, and forget what no longer is."""
        now = self._clock()
        self._known[where] = (now, options)
        self._known.move_to_end(where)
        while now - next(iter(self._known.values()))[0] >= FRESH_SECONDS:
            self._known.popitem(last=False)
        self._chosen.pop(where, None)
        if options != DEFAULTS:
            self._chosen[where] = options
        if len(self._chosen) > MOST_CHOSEN:
            self._chosen.popitem(last=False)


def _read(kept: Mapping[str, str]) -> ChatSettings:
    """Make options of what is kept; what this version does not know (any more) is left out."""
    known: dict[str, Any] = {name: value for name, value in kept.items() if value in CHOICES.get(name, ())}
    return ChatSettings(**known)


def chat_key(platform: str, chat: str) -> str:
    """Return text that no other chat has."""
    return joined(platform, chat)


def shown(options: ChatSettings) -> dict[str, str]:
    """Return the options by name."""
    return asdict(options)
