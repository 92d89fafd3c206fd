"""/start: what a newcomer sees first."""

from __future__ import annotations

from bot.domain.command import command
from bot.domain.message import Message
from bot.services import Services


@command("开始", "開始", remember=False)
async def start(message: Message, services: Services) -> str:
    """认识一下这个机器人

    認識一下這個機器人

    Meet the bot
    """
    return services.say(message, "commands.start", name=message.sender.name)
