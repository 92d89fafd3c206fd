"""How long the bot takes to end, at most, when the grace period of its answers is over."""

from __future__ import annotations

from bot.delivery.delivery import FAREWELL
from bot.platforms.discord.gateway import HAND_OVER_WITHIN
from bot.storage.store import ANSWER_SECONDS
from bot.turn.outcome import DONE_SECONDS

# What was heard is handed over; the page under way is written, and then a word about it; the platform is told; and
# Redis.
CLOSING_SECONDS = HAND_OVER_WITHIN + 2 * FAREWELL + DONE_SECONDS + ANSWER_SECONDS
