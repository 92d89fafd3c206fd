"""/similar: the words nearest to a word."""

from __future__ import annotations

from typing import Annotated

from bot.domain.command import Wording, command
from bot.domain.message import Message
from bot.domain.reply import Reply
from bot.services import Services
from handlers.commands.shared.laboratory import laboratory
from handlers.commands.shared.labour import Result
from handlers.content.markdown import table
from handlers.words.owned import Words
from handlers.words.told import known, source

SHOWN = 10


@command("近义", "近義", "近义词", "近義詞", remember=False)
async def similar(
    message: Message,
    services: Services,
    *,
    word: Annotated[str, Wording("一个词", "一個詞", "a word")],
) -> Reply:
    """词向量里和一个词最接近的词

    詞向量裡和一個詞最接近的詞

    The words nearest to a word, by word vectors
    """

    def work() -> Result:
        model = services.once(Words).model()
        asked = known(model, word)
        rows = [(each, f"{cosine:.2f}") for each, cosine in model.vectors.similar(asked, SHOWN)]
        head = services.say(message, "laboratory.word"), services.say(message, "laboratory.cosine")
        return Result(f"{table(head, rows)}\n\n{source(message, services, model)}")

    return await laboratory(message, services, "similar", work)
