"""/summarize: a text, or what was said in this chat lately, in short, by the model."""

from __future__ import annotations

from typing import Annotated

from bot.domain.command import Wording, command
from bot.domain.message import Message
from bot.domain.reply import Reply, Source
from bot.services import Services
from bot.storage.recent import Remark
from handlers.commands.shared.material import Text, material
from handlers.commands.shared.recently import remarks
from handlers.llm.task import LONGEST, task


@command("总结", "總結", "摘要")
async def summarize(
    message: Message,
    services: Services,
    *,
    last: Annotated[int, Wording("最近多少条消息", "最近多少則訊息", "how many of the latest messages")] = 0,
    text: Text = "",
) -> Reply:
    """总结一段文本、被回复的消息，或最近的消息（由语言模型）

    總結一段文字、被回覆的訊息，或最近的訊息（由語言模型）

    Summarize a text, the message replied to, or the latest messages, by the model
    """
    said = await remarks(message, services, text, last)
    found = await material(message, services, text) if said is None else _talk(said)
    words = await task(message, services, services.say(message, "laboratory.summarize"), found)
    return Reply(Source("command", "summarize"), words=words, markdown=True)


def _talk(said: tuple[Remark, ...]) -> str:
    """Return what was said with its speakers as numbers, since nobody's name is kept; the oldest is left out first."""
    numbers: dict[str, int] = {}
    told = [f"{numbers.setdefault(each.person, len(numbers) + 1)}: {each.text}" for each in said]
    while sum(len(each) + 1 for each in told) > LONGEST:
        del told[0]
    return "\n".join(told)
