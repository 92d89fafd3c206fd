"""What it means when Telegram refuses a write: be silent for a while, give the chat up, or a bug of ours."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta

from telegram.error import BadRequest, Forbidden, InvalidToken, NetworkError, RetryAfter, TelegramError

from bot.domain import errors

FIRST_PAUSE, LONGEST_PAUSE = 1.0, 30.0
MOST_DOUBLINGS = 5
# The Bot API tells its refusals apart by their description alone.
FINAL = (
    "chat not found",
    "thread not found",
    "topic_closed",
    "topic_deleted",
    "not enough rights",
    "have no rights",
    "chat_write_forbidden",
    "chat_send_plain_forbidden",
    "chat_restricted",
    "user_is_blocked",
    "user is deactivated",
    "peer_id_invalid",
    "group chat was deactivated",
    "group is deactivated",
)

# Members, or the bot, may not send one kind of file here; texts and other kinds are rights of their own.
NO_FILES = re.compile(
    r"rights to send (?:photo|video|audio|voice|music|document|sticker|animation|gif|media|file)"
    r"|chat_send_(?!plain)\w+_forbidden"
)


def says(error: TelegramError, *phrases: str) -> bool:
    """Return whether an error's description contains one of these phrases (given in lower case)."""
    description = str(error).lower()
    return any(phrase in description for phrase in phrases)


def told(error: TelegramError) -> str:
    """Return an error's description for the log: without what it quotes, which may be what was said."""
    return re.split("[\"'“«]", str(error), maxsplit=1)[0].strip()


def is_final(error: TelegramError) -> bool:
    """Return whether nothing can be written to this chat any more, however it is written."""
    return isinstance(error, BadRequest) and says(error, *FINAL) and not refuses_files(error)


def refuses_files(error: TelegramError) -> bool:
    """Return whether a chat takes no files of this kind."""
    return isinstance(error, BadRequest) and NO_FILES.search(str(error).lower()) is not None


def is_odd(error: TelegramError) -> bool:
    """Return whether Telegram refuses what was written, not where or when."""
    return isinstance(error, BadRequest) and not is_final(error)


@dataclass(slots=True)
class Troubles:
    """The failed writes of one answer in a row."""

    failures: int = 0

    def over(self) -> None:
        """A write succeeded."""
        self.failures = 0

    def translated(self, error: TelegramError, *, final: bool) -> Exception:
        """Return what the contract calls an error. One that it has no name for is a bug, and stays as it is.

        A growing page that failed never keeps its last state waiting for long.
        """
        if isinstance(error, RetryAfter):
            asked = error.retry_after
            return errors.RetryAfter(asked.total_seconds() if isinstance(asked, timedelta) else asked)
        if isinstance(error, Forbidden) or is_final(error):
            return errors.Gone(type(error).__name__)
        if refuses_files(error):
            return errors.FilesRefused(told(error))
        if isinstance(error, InvalidToken):  # The owner has to give the bot a new one, and the answer can wait for it.
            return errors.Unreachable(LONGEST_PAUSE if final else FIRST_PAUSE)
        if isinstance(error, BadRequest) or not isinstance(error, NetworkError) or says(error, "too large"):
            return error
        return self._interrupted() if final else errors.Unreachable(FIRST_PAUSE)

    def _interrupted(self) -> Exception:
        """The server is away: be silent for a growing time."""
        pause = FIRST_PAUSE * 2.0 ** min(self.failures, MOST_DOUBLINGS)
        self.failures += 1
        return errors.Unreachable(min(pause, LONGEST_PAUSE))
