"""What is said where there is no answer."""

from __future__ import annotations

from bot.model import Choice, Message, Reply, Source
from bot.services import Services

CLOSEST = 3


def apology(services: Services, message: Message, key: str, **values: object) -> Reply:
    """Return a sentence of the catalogue in the person's language, which is not remembered as an answer."""
    return Reply(Source("error", key), services.say(message, key, **values), remember=False)


def unknown(services: Services, message: Message) -> Reply | None:
    """Say that nobody knows the answer, and offer the closest questions. None: nothing was asked."""
    if message.choice:
        return apology(services, message, "core.choice_gone")
    if not (message.text or message.invocation):
        return None
    choices = tuple(Choice(fact.question, fact.choice) for fact in message.facts[:CLOSEST])
    key = "core.unknown_closest" if choices else "core.unknown"
    return Reply(Source("none"), services.say(message, key), choices=choices, remember=False)
