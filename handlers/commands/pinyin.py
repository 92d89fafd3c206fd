"""/pinyin: how a text is read."""

from __future__ import annotations

from functools import partial
from typing import Annotated

from bot.domain.command import Wording, command
from bot.domain.message import Message
from bot.domain.reply import Reply
from bot.services import Services
from handlers.commands.shared.labour import Result, labour, shortened
from handlers.commands.shared.material import Text, material
from handlers.knowledge.vocabulary import Vocabulary
from handlers.language.script import pinyin as reading
from handlers.language.segmentation.own import Segmenter

MOST = 100_000


@command("拼音", remember=False)
async def pinyin(
    message: Message,
    services: Services,
    *,
    tones: Annotated[
        reading.Tones, Wording("声调：符号、数字或不标", "聲調：符號、數字或不標", "tones: marks, numbers or none")
    ] = "marks",
    text: Text = "",
) -> Reply:
    """给文字注上带声调的拼音

    給文字注上帶聲調的拼音

    Write a text in pinyin with tones
    """
    found = await material(message, services, text)
    segmenter = await services.once(Vocabulary).of(message)
    work = partial(_read, message, services, found, tones, segmenter)
    return await labour(message, services, "pinyin", work, size=len(found))


def _read(message: Message, services: Services, text: str, tones: reading.Tones, segmenter: Segmenter) -> Result:
    if not reading.HAN.search(text):
        return Result(services.say(message, "language.no_chinese"))
    spelt = reading.spelt(reading.pinyin(text[:MOST], tones, segmenter))
    if len(text) > MOST:
        spelt = f"{services.say(message, 'language.only_first', most=MOST, characters=len(text))}\n\n{spelt}"
    return shortened(message, services, spelt, "pinyin.txt")
