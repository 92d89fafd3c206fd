"""/wordcloud: the words of a text, the larger the more often."""

from __future__ import annotations

from typing import Annotated

from bot.command import Wording, command
from bot.contract import Apology, Services
from bot.model import Message, Reply
from handlers.cutting import cutting
from handlers.laboratory import laboratory
from handlers.labour import Result
from handlers.language.terms import frequencies
from handlers.recently import lines

MOST = 120


@command("词云", "詞雲", remember=False)
async def wordcloud(
    message: Message,
    services: Services,
    *,
    last: Annotated[int, Wording("最近多少条消息", "最近多少則訊息", "how many of the latest messages")] = 0,
    text: Annotated[str, Wording("文本，或回复一条消息", "文字，或回覆一則訊息", "text, or reply to a message")] = "",
) -> Reply:
    """把词频画成词云

    把詞頻畫成詞雲

    Draw the words as a cloud, the larger the more often
    """
    texts = await lines(message, services, text, last)
    cut = await cutting(message, services)

    def work() -> Result:
        counted = frequencies(texts, cut)
        if not counted:
            raise Apology("laboratory.no_words")
        from handlers.pictures.cloud import cloud  # noqa: PLC0415 — an extra

        told = services.say(message, "laboratory.wordcloud", words=counted.total())
        return Result(told, (cloud(dict(counted.most_common(MOST)), "wordcloud"),))

    return await laboratory(message, services, "wordcloud", work)
