"""/options: what a chat chooses for itself."""

from __future__ import annotations

from typing import Annotated, Literal

from bot.domain.command import Wording, command
from bot.domain.errors import Apology
from bot.domain.message import Message
from bot.services import Services
from bot.storage.chat_settings import CHOICES, shown
from bot.storage.recent import Recent


@command("设置", "設定", admin=True, remember=False)
async def options(
    message: Message,
    services: Services,
    *,
    name: Annotated[Literal["memory", "unaddressed", "recent"] | None, Wording("哪一项", "哪一項", "which one")] = None,
    value: Annotated[str, Wording("设成什么", "設成什麼", "what to set it to")] = "",
) -> str:
    """这个聊天的设置：记忆方式、是否主动回答、是否保留最近消息（管理员）

    這個聊天的設定：記憶方式、是否主動回答、是否保留最近訊息（管理員）

    This chat's options: memory, answering unasked, keeping recent messages (administrators)
    """
    if not name:
        return _all(message, services, shown(await services.options.of(message)))
    if value not in CHOICES[name]:
        raise Apology("commands.unknown_choice", option=name, value=value[:50], known=", ".join(CHOICES[name]))
    if not await services.options.choose(message, name, value):
        return services.say(message, "commands.store_away")
    if (name, value) == ("recent", "off"):
        await Recent(services.store).clear(message)
    return services.say(message, "commands.option_set", name=name, value=value)


def _all(message: Message, services: Services, chosen: dict[str, str]) -> str:
    lines = [
        f"{name} = {value}（{' | '.join(CHOICES[name])}）\n  {services.say(message, f'commands.option_{name}')}"
        for name, value in chosen.items()
    ]
    return "\n".join([services.say(message, "commands.options"), *lines])
