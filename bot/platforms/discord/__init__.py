"""Discord as a platform: the gateway brings messages and interactions, the REST API takes answers."""

from bot.platforms.discord.platform import Discord, build

__all__ = ["Discord", "build"]
