"""`chat`: talk to the bot in the terminal, or let it answer the lines of a file."""

from __future__ import annotations

import argparse
import asyncio
import getpass
import io
import sys
from collections.abc import Mapping
from contextlib import nullcontext
from typing import Any, BinaryIO

from bot.app import live
from bot.cli.language import locale_tag, owner_language
from bot.config.catalogue import Catalogue
from bot.config.settings import Settings, read_settings
from bot.contract import Platform
from bot.domain.command import Commands
from bot.platforms.console.filter import FilterDesk, JsonScreen, PlainScreen, Raw
from bot.platforms.console.platform import Console
from bot.platforms.console.script import Script
from bot.telemetry import logging

DESCRIPTION = """\
Talk to the bot in the terminal.

  text                 you, in private            @name: text          another person, in private
  #group: text         you, in a group            #group @name: text   another person, in a group
  @name, #group        speak as them, there, from now on
  1, 2, ...            pick one of the choices    >> text              reply to the last answer

In a group the bot is spoken to by @yingda, a /command, or a reply. With input or output that is no terminal this is a
filter: each line's answer is printed, in their order, until the input ends. Empty lines and lines that only change who
speaks print nothing, nor (without --json) does a line that nobody answers.
"""


def add(verbs: Any) -> None:
    """Describe the verb."""
    verb = verbs.add_parser(
        "chat",
        help="talk to the bot here",
        description=DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    verb.add_argument("--json", action="store_true", help="print one JSON object for each line that says something")
    verb.add_argument("--user", metavar="NAME", default="", help="who you are at first (default: your login name)")
    verb.add_argument("--language", metavar="TAG", default="", help="your language, such as zh-CN, zh-TW or en")
    verb.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Talk until the input ends. Return 0."""
    settings = read_settings()
    logging.configure("WARNING" if settings.log_level == "INFO" else settings.log_level, settings.secrets)
    asyncio.run(_talk(settings, arguments))
    if sys.stdout:
        sys.stdout.flush()  # raises BrokenPipeError where the reader has gone, which `main` ends quietly
    return 0


async def _talk(settings: Settings, arguments: argparse.Namespace) -> None:
    interactive = not arguments.json and all(each and each.isatty() for each in (sys.stdin, sys.stdout))

    def make_platforms(settings: Settings, texts: Catalogue, commands: Commands) -> Mapping[str, Platform]:
        if interactive:
            return {"console": _terminal(settings, texts, commands, arguments)}
        return {"console": _filter(arguments)}

    await live(settings, make_platforms, lambda _: nullcontext())


def _filter(arguments: argparse.Namespace) -> Console:
    screen = JsonScreen if arguments.json else PlainScreen
    return Console(Script(_person(arguments), arguments.language), FilterDesk(_input()), screen(_output()))


def _input() -> Raw:
    """Return standard input, empty where the process was started without one.

    Unbuffered: the thread that reads it must not hold a lock that the end of the process waits for.
    """
    return open(sys.stdin.fileno(), "rb", buffering=0, closefd=False) if sys.stdin else io.BytesIO()


def _output() -> BinaryIO:
    """Return standard output; what is written to one that is closed goes nowhere."""
    return sys.stdout.buffer if sys.stdout else io.BytesIO()


def _terminal(settings: Settings, texts: Catalogue, commands: Commands, arguments: argparse.Namespace) -> Console:
    # prompt_toolkit takes 0.1 s to import, which a filter need not wait for.
    from bot.platforms.console.prompt import PromptDesk, open_history  # noqa: PLC0415
    from bot.platforms.console.screen import TerminalScreen  # noqa: PLC0415

    def write(text: str) -> None:
        sys.stdout.write(text)
        sys.stdout.flush()

    language = owner_language(settings.default_language)
    script = Script(_person(arguments), arguments.language or locale_tag())
    desk = PromptDesk(
        script,
        commands,
        language,
        open_history(settings.data_dir),
        hint=lambda: write(texts.say(language, "console.hint") + "\n"),
    )
    write(texts.say(language, "console.welcome").lstrip() + "\n\n")
    return Console(script, desk, TerminalScreen(write, texts, language, settings.data_dir / "files"))


def _person(arguments: argparse.Namespace) -> str:
    if arguments.user:
        return str(arguments.user)
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # a container's user may have no name
        return "me"
