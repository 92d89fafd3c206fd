"""The house's commands as Discord's slash commands: their payload, and registering them only when they changed."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import discord
from discord.http import HTTPClient, Route

from bot.config.language import written_language
from bot.domain.command import FILE, Command, Commands, Parameter, Wording

CHAT_INPUT = 1
ATTACHMENT = discord.AppCommandOptionType.attachment.value
TYPES: Mapping[type, int] = {str: 3, int: 4, bool: 5, float: 10}
LONGEST_DESCRIPTION = 100
# https://discord.com/developers/docs/interactions/application-commands#application-command-object-naming
NAME = re.compile(r"[-_\w]{1,32}")

log = logging.getLogger(__name__)


def payload(commands: Commands) -> list[dict[str, Any]]:
    """Return what the API takes for all commands at once."""
    return [_command(each) for each in commands.values()]


async def register(http: HTTPClient, application: str, commands: Commands) -> bool:
    """Register the commands if they are not what Discord has already. Return whether that was needed.

    There are 200 creations a day, so a bot that restarts often must not spend them. A refusal is logged and leaves the
    bot to its text commands.
    """
    path = "/applications/{application_id}/commands"
    wanted = payload(commands)
    try:
        route = Route("GET", path, application_id=application)
        known = await http.request(route, params={"with_localizations": "true"})
        if _shapes(known) == _shapes(wanted):
            return False
        await http.bulk_upsert_global_commands(int(application), wanted)
    except (discord.DiscordException, OSError) as error:
        log.warning("Discord did not take the slash commands, text commands still work: %s", error)
        return False
    log.info("registered %d slash commands with Discord", len(wanted))
    return True


def _command(command: Command) -> dict[str, Any]:
    # Discord wants the required options first.
    parameters = sorted(command.parameters, key=lambda each: not each.required)
    return {
        "type": CHAT_INPUT,
        "name": command.name,
        "name_localizations": _localized(command.aliases),
        **_described(command.help, command.name),
        "options": [*map(_option, parameters), *([_file(command.file)] if command.file else [])],
    }


def _localized(aliases: Sequence[str]) -> dict[str, str]:
    """Return the Chinese name, in Traditional characters for Taiwan where there is such an alias."""
    if not aliases or not _is_name(aliases[0]):
        return {}
    traditional = (each for each in aliases if _is_name(each) and written_language(each) == "zh-TW")
    return {"zh-CN": aliases[0], "zh-TW": next(traditional, aliases[0])}


def _option(parameter: Parameter) -> dict[str, Any]:
    option = {
        "type": TYPES[parameter.kind],
        "name": parameter.name.lower(),
        **_described(parameter.help, parameter.name),
        "required": parameter.required,
    }
    choices = [{"name": each, "value": each} for each in parameter.choices]
    return {**option, "choices": choices} if choices else option


def _file(wording: Wording) -> dict[str, Any]:
    """Return the option for a file: a slash command has no message that one could be attached to."""
    return {"type": ATTACHMENT, "name": FILE, **_described(wording, FILE), "required": False}


def _described(wording: Wording, name: str) -> dict[str, Any]:
    return {
        "description": _short(wording.en or name),
        "description_localizations": {"zh-CN": _short(wording.zh or name), "zh-TW": _short(wording.tw or name)},
    }


def _short(text: str) -> str:
    return text if len(text) <= LONGEST_DESCRIPTION else text[: LONGEST_DESCRIPTION - 1] + "…"


def _is_name(text: str) -> bool:
    return bool(NAME.fullmatch(text)) and text == text.lower()


def _shapes(commands: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Return what matters of each command, whatever the API adds, and whether it leaves empty things out."""
    return {
        f"{each.get('type') or CHAT_INPUT} {each['name']}": {
            **_words(each),
            "options": [_option_shape(option) for option in each.get("options") or ()],
        }
        for each in commands
    }


def _option_shape(option: Mapping[str, Any]) -> dict[str, Any]:
    choices = [(each["name"], each["value"]) for each in option.get("choices") or ()]
    return {
        "name": option["name"],
        "type": option["type"],
        "required": bool(option.get("required")),
        "choices": choices,
        **_words(option),
    }


def _words(named: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "description": named.get("description"),
        "name_localizations": named.get("name_localizations") or {},
        "description_localizations": named.get("description_localizations") or {},
    }
