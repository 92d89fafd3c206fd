"""/proofread: a text's mistakes corrected by the model, with the changes marked."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from bot.domain.command import command
from bot.domain.message import Message
from bot.domain.reply import Notice, Reply, Retraction, Source
from bot.services import Services
from handlers.commands.shared.material import Text, material
from handlers.content.markdown import corrected
from handlers.language.revision import changes
from handlers.llm.task import task


@command("纠错", "糾錯", "校对", "校對")
async def proofread(
    message: Message,
    services: Services,
    *,
    text: Text = "",
) -> Reply:
    """找出并改正错别字和语病，标出改动（由语言模型）

    找出並改正錯別字和語病，標出改動（由語言模型）

    Correct spelling and grammar, with the changes marked, by the model
    """
    found = (await material(message, services, text)).strip()
    coming = await task(message, services, services.say(message, "laboratory.proofread"), found)
    return Reply(Source("command", "proofread"), words=_marked(message, services, found, coming), markdown=True)


async def _marked(
    message: Message, services: Services, text: str, coming: AsyncIterator[str | Notice | Retraction]
) -> AsyncIterator[str | Notice]:
    """Yield how far the correction is while it comes, and then the text with its changes."""
    new = ""
    async for piece in coming:
        if isinstance(piece, Notice):
            yield piece
            continue
        new = piece.instead if isinstance(piece, Retraction) else new + piece
        share = min(99, round(100 * len(new) / len(text)))
        yield Notice(services.say(message, "laboratory.proofreading", share=share))
    new = new.strip()
    if new == text:
        yield services.say(message, "laboratory.no_mistakes")
        return
    yield await asyncio.to_thread(lambda: corrected(changes(text, new)))
