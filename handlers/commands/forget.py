"""/forget: forget everything kept about this person, in every chat."""

from __future__ import annotations

from bot.domain.command import command
from bot.domain.message import Message
from bot.services import Services
from bot.storage.recent import Recent


@command("忘记我", "忘記我", remember=False)
async def forget(message: Message, services: Services) -> str:
    """删除关于你的一切记录（所有聊天）

    刪除關於你的一切記錄（所有聊天）

    Delete everything kept about you, in every chat
    """
    person = message.platform, message.sender.id
    if services.store.is_away():
        return services.say(message, "commands.store_away")
    conversations = await services.memory.forget(*person)
    await services.explanations.forget(*person)
    await Recent(services.store).forget(*person)
    if services.store.is_away():
        return services.say(message, "commands.store_away")
    await services.places.clear(*person)
    return services.say(message, "commands.forget", conversations=conversations)
