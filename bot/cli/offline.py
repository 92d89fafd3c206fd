"""Settings for looking at rules and FAQ alone: with no store, nothing is remembered and no running bot is disturbed."""

from __future__ import annotations

from bot.config.settings import Settings

# Below a file there can be no socket: the store is away from the first moment, and the bot answers as it does then.
NOWHERE = "unix:///dev/null/nowhere"


def offline(settings: Settings, stages: tuple[str, ...]) -> Settings:
    """Return the settings with these stages alone and no store."""
    return settings.model_copy(update={"redis_url": NOWHERE, "stages": stages})
