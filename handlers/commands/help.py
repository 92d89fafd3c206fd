"""/help: every command, or one of them in full."""

from __future__ import annotations

from typing import Annotated

from bot.domain.arguments import usage
from bot.domain.command import Command, Wording, command
from bot.domain.errors import Apology
from bot.domain.message import Message
from bot.services import Services


@command("帮助", "幫助", "說明", name="help", remember=False)
async def help_(
    message: Message,
    services: Services,
    *,
    topic: Annotated[str, Wording("某个命令的名字", "某個命令的名字", "the name of a command")] = "",
) -> str:
    """列出所有命令，或者详细说明一个

    列出所有命令，或者詳細說明一個

    List all commands, or explain one
    """
    if topic:
        return _explained(message, services, topic.strip().lstrip("/／").lower())
    lines = [f"/{each.name}{_alias(each)} – {each.help[message.language]}" for each in services.commands.values()]
    return "\n".join([services.say(message, "commands.help"), *sorted(lines)])


def _explained(message: Message, services: Services, word: str) -> str:
    found = services.commands.words.get(word)
    if found is None:
        raise Apology("commands.unknown", word=word)
    options = [f"  {each.name} – {each.help[message.language]}" for each in found.parameters]
    file = [f"  .txt – {found.file[message.language]}"] if found.file else []
    return "\n".join([f"{usage(found)}{_alias(found)}", found.help[message.language], *options, *file])


def _alias(found: Command) -> str:
    return f"（/{found.aliases[0]}）" if found.aliases else ""
