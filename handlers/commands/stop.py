"""/stop: stop the answer under way."""

from __future__ import annotations

from bot.domain.command import command
from bot.domain.message import Message
from bot.services import Services


@command("停止", "停", interrupting=True, remember=False)
async def stop(message: Message, services: Services) -> str:
    """停止正在进行的回答

    停止正在進行的回答

    Stop the answer under way
    """
    return services.say(message, "commands.stopped" if message.interrupted else "commands.stop_nothing")
