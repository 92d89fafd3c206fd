"""/memory: exactly what is stored about the person who asks."""

from __future__ import annotations

import time

from bot.domain.command import command
from bot.domain.message import Conversation, Message
from bot.services import Services
from bot.storage.memory import Exchange
from bot.storage.recent import Recent, Remark


@command("记忆", "記憶", remember=False)
async def memory(message: Message, services: Services) -> str:
    """看看机器人记住了你什么

    看看機器人記住了你什麼

    See exactly what is stored about you
    """
    if services.store.is_away():
        return services.say(message, "commands.store_away")
    kept = [(each, await _own(services, each, message.sender.id)) for each in await _places(message, services)]
    kept = [(where, exchanges) for where, exchanges in kept if exchanges]
    # In a group nobody is shown what was said elsewhere; in private all of it is.
    shown = [(where, each) for where, each in kept if message.chat.private or _is_here(where, message)]
    parts = [_conversation(message, services, where, exchanges) for where, exchanges in shown]
    parts += [_remarks(message, services, *each) for each in await _recent(message, services)]
    elsewhere = len(kept) - len(shown)
    if elsewhere:
        parts.append(services.say(message, "commands.memory_elsewhere", conversations=elsewhere))
    head = "commands.memory" if parts else "commands.memory_nothing"
    options = await services.options.of(message)
    days = round(services.settings.memory_ttl / 86_400, 1)
    return "\n\n".join([services.say(message, head, mode=options.memory, days=days), *parts])


async def _places(message: Message, services: Services) -> tuple[Conversation, ...]:
    return await services.places.of(message.platform, message.sender.id)


async def _own(services: Services, where: Conversation, person: str) -> tuple[Exchange, ...]:
    return tuple(each for each in await services.memory.read(where) if each.person == person)


async def _recent(message: Message, services: Services) -> list[tuple[str, tuple[Remark, ...]]]:
    own = await Recent(services.store).own(message.platform, message.sender.id)
    return [(chat, each) for chat, each in own.items() if message.chat.private or chat == message.chat.id]


def _remarks(message: Message, services: Services, chat: str, remarks: tuple[Remark, ...]) -> str:
    head = services.say(message, "commands.memory_recent", chat=chat, count=len(remarks))
    return "\n".join([head, *(f"{_moment(each.time)}  {each.text}" for each in remarks)])


def _moment(seconds: float) -> str:
    return time.strftime("%Y-%m-%d %H:%M", time.localtime(seconds))


def _is_here(where: Conversation, message: Message) -> bool:
    return where.chat == message.chat.id and where.thread == message.chat.thread


def _conversation(message: Message, services: Services, where: Conversation, exchanges: tuple[Exchange, ...]) -> str:
    place = "here" if _is_here(where, message) else "chat"
    head = services.say(message, f"commands.memory_{place}", chat=where.chat, count=len(exchanges))
    lines = [f"{_moment(each.time)}\n  > {each.question}\n  < {each.answer}" for each in exchanges]
    return "\n".join([head, *lines])
