"""/convert: Simplified and Traditional Chinese into each other."""

from __future__ import annotations

from typing import Annotated

from bot.domain.command import Wording, command
from bot.domain.message import Message
from bot.domain.reply import Reply
from bot.services import Services
from handlers.commands.shared.labour import Result, labour, shortened
from handlers.commands.shared.material import Text, material
from handlers.language.script import convert as conversion
from handlers.language.script.pinyin import HAN


@command("简繁", "簡繁", remember=False)
async def convert(
    message: Message,
    services: Services,
    *,
    to: Annotated[
        conversion.Direction | None,
        Wording(
            "方向：s 简 t 繁 tw 台 hk 港 p 连同用词",
            "方向：s 簡 t 繁 tw 臺 hk 港 p 連同用詞",
            "s, t, tw, hk; p: words too",
        ),
    ] = None,
    text: Text = "",
) -> Reply:
    """简体、繁体互转（OpenCC）；不写方向就转成另一种

    簡體、繁體互轉（OpenCC）；不寫方向就轉成另一種

    Convert between Simplified and Traditional (OpenCC); by itself into the other
    """
    found = await material(message, services, text)

    def work() -> Result:
        if not HAN.search(found):
            return Result(services.say(message, "language.nothing_to_convert"))
        direction = to or ("t2s" if conversion.is_traditional(found) else "s2t")
        return shortened(message, services, conversion.convert(found, direction), "convert.txt")

    return await labour(message, services, "convert", work, size=len(found))
