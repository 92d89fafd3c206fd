"""Files that people attach: read from where Discord keeps them, up to a size."""

from __future__ import annotations

import asyncio

import aiohttp

from bot.config.proxy import Connector
from bot.domain.errors import Apology
from bot.domain.message import Attachment

LARGEST = 20 * 1024 * 1024
WITHIN = 60.0  # seconds
PIECE = 1 << 16


async def read(attachment: Attachment) -> bytes:
    """Return a file's content. Raises `Apology` when it is gone or too large."""
    if attachment.size > LARGEST:
        raise _too_large()
    try:
        async with (
            asyncio.timeout(WITHIN),
            aiohttp.ClientSession(connector=Connector(), raise_for_status=True) as session,
            session.get(attachment.id) as response,
        ):
            return await _content(response)
    except (aiohttp.ClientError, OSError, ValueError) as error:
        raise Apology("platforms.discord_file_gone") from error


async def _content(response: aiohttp.ClientResponse) -> bytes:
    content = bytearray()
    async for chunk in response.content.iter_chunked(PIECE):
        content += chunk
        if len(content) > LARGEST:  # whatever size it was said to have
            raise _too_large()
    return bytes(content)


def _too_large() -> Apology:
    return Apology("platforms.discord_file_large", megabytes=LARGEST // 1024**2)
