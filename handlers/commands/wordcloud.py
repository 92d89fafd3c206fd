"""/wordcloud: the words of a text, the larger the more often."""

from __future__ import annotations

from collections import Counter
from typing import Annotated

from bot.domain.command import Wording, command
from bot.domain.message import Message
from bot.domain.reply import Reply
from bot.services import Services
from handlers.commands.shared.counting import counted
from handlers.commands.shared.labour import Result
from handlers.commands.shared.material import Text

MOST = 120


@command("词云", "詞雲", remember=False)
async def wordcloud(
    message: Message,
    services: Services,
    *,
    last: Annotated[int, Wording("最近多少条消息", "最近多少則訊息", "how many of the latest messages")] = 0,
    text: Text = "",
) -> Reply:
    """把词频画成词云

    把詞頻畫成詞雲

    Draw the words as a cloud, the larger the more often
    """

    def show(words: Counter[str]) -> Result:
        from handlers.pictures.cloud import cloud  # noqa: PLC0415 — an extra

        told = services.say(message, "laboratory.wordcloud", words=words.total())
        return Result(told, (cloud(dict(words.most_common(MOST)), "wordcloud"),))

    return await counted(message, services, "wordcloud", (text, last), show)
