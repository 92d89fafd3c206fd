"""/frequency: which words stand in a text how often, as a list and a picture."""

from __future__ import annotations

from collections import Counter
from typing import Annotated

from bot.command import Wording, command
from bot.contract import Apology, Services
from bot.model import Message, Reply
from handlers.cutting import cutting
from handlers.laboratory import laboratory
from handlers.labour import Result
from handlers.language.terms import frequencies
from handlers.marked import inline
from handlers.recently import lines

SHOWN, DRAWN = 30, 20


@command("词频", "詞頻", remember=False)
async def frequency(
    message: Message,
    services: Services,
    *,
    last: Annotated[int, Wording("最近多少条消息", "最近多少則訊息", "how many of the latest messages")] = 0,
    text: Annotated[str, Wording("文本，或回复一条消息", "文字，或回覆一則訊息", "text, or reply to a message")] = "",
) -> Reply:
    """统计词频，画成条形图

    統計詞頻，畫成長條圖

    Count the words and draw them as bars
    """
    texts = await lines(message, services, text, last)
    cut = await cutting(message, services)

    def work() -> Result:
        counted = frequencies(texts, cut)
        if not counted:
            raise Apology("laboratory.no_words")
        from handlers.pictures.bars import bars  # noqa: PLC0415 — an extra

        title = services.say(message, "laboratory.frequency_title")
        return Result(_listed(message, services, counted), (bars(title, counted.most_common(DRAWN), "frequency"),))

    return await laboratory(message, services, "frequency", work)


def _listed(message: Message, services: Services, counted: Counter[str]) -> str:
    head = services.say(message, "laboratory.frequency", words=counted.total(), distinct=len(counted))
    ranked = enumerate(counted.most_common(SHOWN), 1)
    return "\n".join([f"{head}\n", *(f"{number}. {inline(word)} × {count}" for number, (word, count) in ranked)])
