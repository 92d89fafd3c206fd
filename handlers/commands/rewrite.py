"""/rewrite: a text written anew by an instruction, by the model."""

from __future__ import annotations

import json
from typing import Annotated

from bot.domain.command import Wording, command
from bot.domain.message import Message
from bot.domain.reply import Reply, Source
from bot.services import Services
from handlers.commands.shared.material import IN_FILE, has_file, material
from handlers.llm.task import task


@command("润色", "潤色", "改写", "改寫")
async def rewrite(
    message: Message,
    services: Services,
    *,
    instruction: Annotated[str, Wording("怎样改写", "怎樣改寫", "how to rewrite it")] = "",
    text: Annotated[
        str,
        Wording(
            "“要求：文本”；回复消息或附上文件时，只写要求",
            "「要求：文字」；回覆訊息或附上檔案時，只寫要求",
            "“how: text”; in a reply or with a file just how",
        ),
        IN_FILE,
    ] = "",
) -> Reply:
    """按要求改写（由语言模型），如“更正式一点：……”；不给要求就润色

    按要求改寫（由語言模型），如「更正式一點：……」；不給要求就潤色

    Rewrite by an instruction, like “more formal: …”, by the model; polishes without one
    """
    quoted = message.quote.text if message.quote else ""
    typed = text.strip() if text != quoted else ""
    if typed and not instruction and (quoted or has_file(message)):
        # Who replies to a text, or attaches it, has no other place to say how.
        instruction, text, typed = typed, quoted, ""
    found = await material(message, services, text)
    # Only who wrote the text himself may have put before it what he wants.
    asked = instruction or services.say(message, "laboratory.polish_or" if typed else "laboratory.polish")
    # As JSON neither can be taken for the other.
    both = json.dumps({"instruction": asked, "text": found}, ensure_ascii=False)
    words = await task(message, services, services.say(message, "laboratory.rewrite"), both)
    return Reply(Source("command", "rewrite"), words=words)
