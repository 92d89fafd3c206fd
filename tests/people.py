"""People for tests: what they say, as messages."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import Any

from bot.domain.message import Chat, Message, Person
from tests.servers.overheard import LEDGER

COUNT = itertools.count(1)


def said(text: str, *, person: str = "alice", chat: str = "", thread: str = "", **values: Any) -> Message:
    """Return what a person said in private, or, with a chat, in a group."""
    number = str(next(COUNT))
    LEDGER.now.says(text)
    message = Message(
        platform="test",
        id=number,
        update=number,
        chat=Chat(chat or f"private-{person}", private=not chat, thread=thread),
        sender=Person(person, person.title(), "en"),
        text=text,
        time=1_700_000_000.0,
        addressed=not chat,
    )
    return replace(message, **values)
