"""Commands: what begins with a slash, or was picked from a platform's menu."""

from __future__ import annotations

import difflib
import re

from bot.contract import Stage
from bot.domain.arguments import arguments
from bot.domain.command import asked_word
from bot.domain.errors import Apology
from bot.domain.message import Message
from bot.domain.reply import Reply, Source
from bot.services import Services
from handlers.commands.shared.warming import warm

# What could be a command's name; a path such as /etc/hosts could not.
NAME = re.compile(r"[a-z0-9_\u3400-\u9fff-]{1,32}")


def build(services: Services) -> Stage:
    """Return the stage that runs commands; what they need is loaded meanwhile."""
    warm(services)

    async def stage(message: Message) -> Reply | None:
        command = services.commands.asked(message)
        if command is None:
            return _unknown(services, message)
        if command.admin and not await services.platforms[message.platform].is_admin(message):
            raise Apology("commands.admins_only", command=command.name)
        result = await command.run(message, services, **arguments(command, message))
        if isinstance(result, Reply):
            return result
        return Reply(Source("command", command.name), result, remember=command.remember)

    return stage


def _unknown(services: Services, message: Message) -> Reply | None:
    """Answer a command that does not exist, where it was meant for us: others' bots have commands too."""
    word = message.invocation.name if message.invocation else asked_word(message.text)
    if not (word and message.addressed and NAME.fullmatch(word)):
        return None
    close = difflib.get_close_matches(word, services.commands.words, n=1, cutoff=0.5)
    key = "commands.unknown_but" if close else "commands.unknown"
    text = services.say(message, key, word=word, close=close[0] if close else "")
    return Reply(Source("command"), text, remember=False)
