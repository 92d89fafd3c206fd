"""/rewrite: a text written anew by an instruction, by the model."""

from __future__ import annotations

import json
from typing import Annotated

from bot.command import Wording, command
from bot.contract import Services
from bot.model import Message, Reply, Source
from handlers.material import material
from handlers.model.task import task


@command("润色", "潤色", "改写", "改寫")
async def rewrite(
    message: Message,
    services: Services,
    *,
    instruction: Annotated[str, Wording("怎样改写", "怎樣改寫", "how to rewrite it")] = "",
    text: Annotated[
        str, Wording("文本；回复消息时是要求", "文字；回覆訊息時是要求", "text; in a reply to a message: how")
    ] = "",
) -> Reply:
    """按要求改写（由语言模型）；不给要求就润色

    按要求改寫（由語言模型）；不給要求就潤色

    Rewrite by an instruction, by the model; polishes where there is none
    """
    quoted = message.quote.text if message.quote else ""
    if quoted and not instruction and text != quoted:
        # Who replies to a text has no other place to say how.
        instruction, text = text, quoted
    found = await material(message, services, text)
    asked = instruction or services.say(message, "laboratory.polish")
    # As JSON neither can be taken for the other.
    both = json.dumps({"instruction": asked, "text": found}, ensure_ascii=False)
    words = await task(message, services, services.say(message, "laboratory.rewrite"), both)
    return Reply(Source("command", "rewrite"), words=words)
