"""/analogy: what is to c as b is to a."""

from __future__ import annotations

from typing import Annotated

from bot.domain.command import Wording, command
from bot.domain.message import Message
from bot.domain.reply import Reply
from bot.services import Services
from handlers.commands.shared.laboratory import laboratory
from handlers.commands.shared.labour import Result
from handlers.content.markdown import inline, table
from handlers.words.owned import Words
from handlers.words.told import known, source

SHOWN = 5


@command("类比", "類比", remember=False)
async def analogy(
    message: Message,
    services: Services,
    *,
    a: Annotated[str, Wording("第一个词，如 男人", "第一個詞，如 男人", "the first word, like man")],
    b: Annotated[str, Wording("第二个词，如 国王", "第二個詞，如 國王", "the second word, like king")],
    c: Annotated[str, Wording("第三个词，如 女人", "第三個詞，如 女人", "the third word, like woman")],
) -> Reply:
    """类比：a 之于 b，相当于 c 之于什么

    類比：a 之於 b，相當於 c 之於什麼

    Analogy: a is to b as c is to what, by word vectors
    """

    def work() -> Result:
        model = services.once(Words).model()
        first, second, third = (known(model, word) for word in (a, b, c))
        found = model.vectors.analogous(first, second, third, SHOWN)
        asked = inline(f"{first} : {second} = {third} : ?")
        head = services.say(message, "laboratory.word"), services.say(message, "laboratory.cosine")
        rows = [(each, f"{cosine:.2f}") for each, cosine in found]
        return Result("\n\n".join((asked, table(head, rows), source(message, services, model))))

    return await laboratory(message, services, "analogy", work)
