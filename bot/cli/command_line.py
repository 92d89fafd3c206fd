"""The command line as a whole. Each verb is a file of `bot/cli`, or of a handlers' room."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

from bot import cli, discovery
from bot.config.content_files import ContentError
from bot.config.settings import SettingsError
from bot.runtime.version import running_version
from bot.storage.store import StoreError

USAGE_ERROR = 2
INTERRUPTED = 130


class Parser(argparse.ArgumentParser):
    """A parser that shows the whole help to whoever went wrong."""

    def error(self, message: str) -> None:  # type: ignore[override]  # it ends the process, as NoReturn promises
        """Print the help and what is wrong; exit with code 2."""
        self.print_help(sys.stderr)
        self.exit(USAGE_ERROR, f"\n{self.prog}: {message}\n")


def run(arguments: Sequence[str]) -> int:
    """Run the verb that the command line names. Return the exit code: 0, 1 (something is wrong), 2 (wrong usage)."""
    given = parser(tools=not (arguments and arguments[0] in cli.VERBS)).parse_args(arguments)
    try:
        return int(given.run(given))
    except (SettingsError, StoreError, ContentError) as error:
        print(error, file=sys.stderr)  # noqa: T201 — for whoever gave the command
        return USAGE_ERROR
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever read our output has gone. Python would complain once more when it flushes at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def parser(*, tools: bool) -> Parser:
    """Return the parser of all verbs; those of the handlers' rooms only where asked for, since they take time."""
    parsed = Parser(prog="python -m bot", description="yingda (应答): a chat bot for Telegram and Discord groups.")
    parsed.add_argument("--version", action="version", version=f"yingda {running_version()}")
    verbs = parsed.add_subparsers(title="verbs", metavar="VERB", required=True, dest="verb")
    for add in (*cli.adders(), *(discovery.tools() if tools else ())):
        add(verbs)
    return parsed
