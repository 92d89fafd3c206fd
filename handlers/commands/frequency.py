"""/frequency: which words stand in a text how often, as a list and a picture."""

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
from handlers.content.markdown import inline

SHOWN, DRAWN = 30, 20


@command("词频", "詞頻", remember=False)
async def frequency(
    message: Message,
    services: Services,
    *,
    last: Annotated[int, Wording("最近多少条消息", "最近多少則訊息", "how many of the latest messages")] = 0,
    text: Text = "",
) -> Reply:
    """统计词频，画成条形图

    統計詞頻，畫成長條圖

    Count the words and draw them as bars
    """

    def show(words: Counter[str]) -> Result:
        from handlers.pictures.bars import bars  # noqa: PLC0415 — an extra

        title = services.say(message, "laboratory.frequency_title")
        return Result(_listed(message, services, words), (bars(title, words.most_common(DRAWN), "frequency"),))

    return await counted(message, services, "frequency", (text, last), show)


def _listed(message: Message, services: Services, words: Counter[str]) -> str:
    head = services.say(message, "laboratory.frequency", words=words.total(), distinct=len(words))
    ranked = enumerate(words.most_common(SHOWN), 1)
    return "\n".join([f"{head}\n", *(f"{number}. {inline(word)} × {count}" for number, (word, count) in ranked)])
