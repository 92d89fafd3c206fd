"""What stages and commands are given: what is kept, said and shown, in one value that hands it all over."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import Any, TypeVar, cast

from bot.config.catalogue import Catalogue
from bot.config.content_files import Content
from bot.config.settings import Settings
from bot.contract import Platform
from bot.domain.command import Commands
from bot.domain.message import Message
from bot.storage.chat_settings import ChatSettingsStore
from bot.storage.explanations import Explanations
from bot.storage.memory import Memory
from bot.storage.person_index import PersonIndex
from bot.storage.store import Store
from bot.telemetry.metrics import Metrics

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Made:
    """What several stages and commands of one house use together, by the function that makes it."""

    things: dict[Callable[..., object], object] = field(default_factory=dict)
    lock: threading.RLock = field(default_factory=threading.RLock)


@dataclass(frozen=True, slots=True)
class Services:
    """What stages and commands are given. Made once, in `app.py`.

    Attributes:
        random: Chance, seeded in tests.
        clock: Seconds since the epoch.
        closing: Takes what must be closed at shutdown, closed in reverse order.
        metrics: What is counted and timed.
        made: What `once` has made.
    """

    settings: Settings
    store: Store
    memory: Memory
    options: ChatSettingsStore
    explanations: Explanations
    places: PersonIndex
    texts: Catalogue
    content: Content
    commands: Commands
    platforms: Mapping[str, Platform]
    random: random.Random
    clock: Callable[[], float]
    closing: AsyncExitStack
    metrics: Metrics = field(default_factory=Metrics)
    made: Made = field(default_factory=Made)

    def once(self, make: Callable[[Services], T]) -> T:
        """Return what a function makes of these services: made at the first call, and the same thing at every other.

        This is how stages and commands share something heavy that this file need not know (the connection to the
        model, say). It may be called in any thread, and raises what `make` raises.
        """
        with self.made.lock:
            if make not in self.made.things:
                self.made.things[make] = make(self)
            return cast("T", self.made.things[make])

    def say(self, message: Message, key: str, **values: Any) -> str:
        """Return a sentence of the catalogue in the language of this message."""
        return self.texts.say(message.language, key, **values)
