"""/reset: forget this conversation."""

from __future__ import annotations

from bot.domain.command import command
from bot.domain.message import Message
from bot.services import Services


@command("重置", "重設", remember=False)
async def reset(message: Message, services: Services) -> str:
    """忘掉这段对话，从头开始

    忘掉這段對話，從頭開始

    Forget this conversation and start afresh
    """
    options = await services.options.of(message)
    shared = options.memory == "shared" and not message.chat.private
    if shared and not await services.platforms[message.platform].is_admin(message):
        return services.say(message, "commands.reset_shared")
    forgotten = await services.memory.reset(message, options)
    return services.say(message, "commands.reset" if forgotten else "commands.reset_nothing")
