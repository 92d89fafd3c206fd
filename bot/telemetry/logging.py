"""What the process writes about itself, to standard error: readable in a terminal, JSON lines elsewhere.

No record tells a secret. From INFO on none tells what people said, also not by the message of an exception.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import sys
import threading
from collections.abc import Iterable
from contextlib import AbstractContextManager
from types import TracebackType
from typing import Any

import structlog

from bot.domain.message import Message
from bot.telemetry.redaction import QuietHandler, RedactingFormatter, discreet_traceback, plain_traceback

# Libraries that tell what was said, or a token in an address, when they are asked to be talkative; or that tell so
# much of each step (of reading Markdown, of looking for fonts) that an answer takes seconds.
QUIET = (
    *("httpx", "httpx2", "httpcore", "httpcore2", "openai", "telegram", "discord", "aiohttp.access", "asyncio"),
    *("markdown_it", "matplotlib", "PIL", "gensim"),
)


class Terminal(QuietHandler):
    """Writes records where a person may be typing: what stands for standard error then draws their line anew below."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write a record to what is standard error now."""
        self.stream = sys.stderr
        super().emit(record)


def configure(level: str, secrets: Iterable[str] = ()) -> None:
    """Send everything that is logged, by us or by libraries, to standard error from this level on.

    Secrets are blanked in all of it. The messages of exceptions are told at DEBUG alone.
    """
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    terminal = sys.stderr.isatty()
    handler = Terminal(sys.stderr) if terminal else QuietHandler(sys.stderr)
    handler.setFormatter(
        RedactingFormatter(
            secrets,
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                plain_traceback if level == "DEBUG" else discreet_traceback,
                _renderer(terminal=terminal),
            ],
        )
    )
    logging.basicConfig(level=level, handlers=[handler], force=True)
    logging.captureWarnings(capture=True)
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    sys.excepthook = _told_last
    threading.excepthook = _told_by_thread


def told_by_loop(_loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """Log what the event loop complains of, without the values that asyncio would show: they may hold what was said."""
    structlog.get_logger("asyncio").error(context["message"], exc_info=context.get("exception"))


def turn_of(message: Message) -> AbstractContextManager[None]:
    """Let every record meanwhile say which turn it belongs to: the same in each process that takes the message up."""
    update = f"{message.platform}:{message.update}".encode("utf-8", "surrogatepass")
    turn = hashlib.blake2b(update, digest_size=6).hexdigest()
    return structlog.contextvars.bound_contextvars(turn=turn, conversation=message.conversation.hash)


def _renderer(*, terminal: bool) -> structlog.typing.Processor:
    if terminal:
        return structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
    return structlog.processors.JSONRenderer(ensure_ascii=False, default=str)


def _told_last(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """Log what ends the process, instead of printing it with all that its message holds."""
    if issubclass(kind, KeyboardInterrupt):
        return
    structlog.get_logger(__name__).critical("ended by a bug", exc_info=(kind, error, trace))


def _told_by_thread(told: threading.ExceptHookArgs) -> None:
    structlog.get_logger(__name__).error("a thread ended by a bug", exc_info=told.exc_value)
