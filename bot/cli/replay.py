"""`replay`: what would the bot have answered? Feeds what people said through rules and FAQ."""

from __future__ import annotations

import argparse
import asyncio
import itertools
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import structlog

from bot.app import House, open_house
from bot.cli.offline import offline
from bot.cli.report import Meter, show
from bot.cli.tally import Tally
from bot.config.settings import Settings, read_settings
from bot.domain.errors import Apology
from bot.domain.exports import Export, ExportError, Line
from bot.domain.message import Chat, Message, Person
from bot.domain.reply import Reply, Source
from bot.telemetry import logging

DESCRIPTION = """\
Feed what people said through rules and FAQ, and count what was answered. FILE is a Telegram Desktop export
(result.json, of one chat or of all), a DiscordChatExporter export (JSON), JSON lines {"user": ..., "text": ...}, or
text with one message a line. Nothing is remembered, and no cooldown keeps a rule from answering.
"""
WITHOUT_MODEL = ("rules", "faq")
TURN_OF_OTHERS = 64
FAILED, USAGE_ERROR = 1, 2
logger = structlog.get_logger(__name__)


def add(verbs: Any) -> None:
    """Describe the verb."""
    verb = verbs.add_parser(
        "replay",
        help="feed a chat export through rules and FAQ",
        description=DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    verb.add_argument("file", type=Path, metavar="FILE")
    verb.add_argument("--model", action="store_true", help="ask the model, too (it costs what it costs)")
    verb.add_argument("--unaddressed", action="store_true", help="take the lines for group talk, not said to the bot")
    verb.add_argument("--limit", type=_count, metavar="N", help="read the first N lines only")
    verb.add_argument(
        "--json", metavar="FILE", default="", help="write all figures as one object (- prints it instead)"
    )
    verb.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Replay and report. Return 0; 1 when the file broke off in the middle; 2 when it cannot be read at all."""
    settings = read_settings()
    logging.configure("CRITICAL" if settings.log_level == "INFO" else settings.log_level, settings.secrets)
    export, tally = Export(arguments.file), Tally()
    fault = asyncio.run(_replay(settings, arguments, export, tally))
    if tally.lines or not fault:
        show(tally, export, arguments.json, settings.default_language)
    if fault:
        sys.stderr.write(f"{fault}\n")
        return FAILED if tally.lines else USAGE_ERROR
    return 0


async def _replay(settings: Settings, arguments: argparse.Namespace, export: Export, tally: Tally) -> str:
    """Count all lines. Return what is wrong with the file, if anything is."""
    stages = (*WITHOUT_MODEL, "chat") if arguments.model else WITHOUT_MODEL
    settings = offline(settings, tuple(each for each in settings.stages if each in stages))
    async with open_house(settings, lambda *_: {}) as house:
        with Meter(export, settings.default_language) as meter:
            tally.begin()
            try:
                async for line, reply in _answers(house, export, arguments):
                    tally.add(line.text, reply)
                    meter.update()
            except ExportError as error:
                return str(error)
    return ""


async def _answers(
    house: House, export: Export, arguments: argparse.Namespace
) -> AsyncIterator[tuple[Line, Reply | None]]:
    for number, line in enumerate(itertools.islice(export, arguments.limit)):
        message = _message(line, number, addressed=not arguments.unaddressed)
        yield line, await _answer(house, message)
        if number % TURN_OF_OTHERS == 0:
            await asyncio.sleep(0)  # Ctrl-C has to find its way in


async def _answer(house: House, message: Message) -> Reply | None:
    try:
        reply = await house.dispatcher.answer(house.dispatcher.understood(message))
        if reply and reply.words:
            async for _ in reply.words:
                pass
    except Apology as apology:
        return Reply(Source("error", apology.key))
    except Exception as error:  # one line's bug must not cost the others' figures
        logger.exception("stage failed")
        return Reply(Source("error", type(error).__name__))
    return reply


def _message(line: Line, number: int, *, addressed: bool) -> Message:
    """Make a message of a line. Each is in a chat of its own, so that no rule's cooldown outlasts one."""
    chat = Chat(f"{line.chat}#{number}", private=False, title=line.chat)
    person = Person(line.user, line.user)
    return Message("replay", str(number), str(number), chat, person, line.text, time.time(), addressed=addressed)


def _count(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError("must be at least 1")
    return value
