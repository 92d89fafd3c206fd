"""What it means when Discord does not take the bot in: a sentence that says how to mend it."""

from __future__ import annotations

import aiohttp
import discord

from bot.domain.errors import Apology

AUTHENTICATION_FAILED = 4004
# The one that may mend itself.
UNREACHABLE = "platforms.discord_unreachable"
TOKEN = "platforms.discord_token"  # noqa: S105 — the sentence about it
TEMPORARY = (429, *range(500, 600))
# What discord.py raises where another server answers than Discord.
NONSENSE = (ValueError, KeyError, TypeError, AttributeError)


def apology_for(error: Exception, url: str) -> Apology:
    """Return the sentence for an error of logging in to the API at `url`, or of its gateway."""
    if isinstance(error, discord.PrivilegedIntentsRequired):
        return Apology("platforms.discord_intent")
    if isinstance(error, discord.LoginFailure):
        return Apology(TOKEN)
    if isinstance(error, discord.ConnectionClosed):
        if error.code == AUTHENTICATION_FAILED:
            return Apology(TOKEN)
        return Apology("platforms.discord_closed", code=error.code)
    status = error.status if isinstance(error, discord.HTTPException) else 0
    down = isinstance(error, (aiohttp.ClientError, OSError)) or status in TEMPORARY
    key = UNREACHABLE if down else "platforms.discord_address"
    return Apology(key, url=url, reason=reason(error))


def reason(error: Exception) -> str:
    """Name what happened, without the addresses of the request: that of a proxy holds its password."""
    status = getattr(error, "status", 0)
    if not status:
        return type(error).__name__
    return f"HTTP {status} of the proxy" if isinstance(error, aiohttp.ClientHttpProxyError) else f"HTTP {status}"
