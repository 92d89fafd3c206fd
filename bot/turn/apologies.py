"""What is said where there is no answer."""

from __future__ import annotations

from bot.domain.message import Message
from bot.domain.reply import Choice, Reply, Source
from bot.services import Services
from bot.storage.store import key
from bot.turn.small_talk import small_talk

CLOSEST = 3
# How often somebody who sends voices or pictures is told that only words are understood.
WORDLESS_SECONDS = 3600


def apology(services: Services, message: Message, key: str, **values: object) -> Reply:
    """Return a sentence of the catalogue in the person's language, which is not remembered as an answer."""
    return Reply(Source("error", key), services.say(message, key, **values), remember=False)


async def unknown(services: Services, message: Message) -> Reply | None:
    """Say that nobody knows the answer, and offer the closest questions; greet who greets. None: that was said."""
    if message.choice:
        return apology(services, message, "core.choice_gone")
    if not (message.text or message.invocation):
        return await _wordless(services, message)
    if message.text and (kind := small_talk(message.text)):
        return Reply(Source("none", kind), services.say(message, f"core.{kind}"), remember=False)
    choices = tuple(Choice(fact.question, fact.choice) for fact in message.facts[:CLOSEST])
    key = "core.unknown_closest" if choices else "core.unknown"
    return Reply(Source("none"), services.say(message, key), choices=choices, remember=False)


async def _wordless(services: Services, message: Message) -> Reply | None:
    """Say what can be asked, to who called without a word; once an hour, to who sent something else, that words can."""
    if not (message.attachments or message.chat.private):
        return Reply(Source("none"), services.say(message, "core.called"), remember=False)
    told = key("wordless", tag=message.conversation.key)
    first: str | None = await services.store.ask("SET", told, "1", "NX", "EX", WORDLESS_SECONDS, default="OK")
    return Reply(Source("none"), services.say(message, "core.wordless"), remember=False) if first else None
