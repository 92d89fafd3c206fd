"""From what a person typed after a command's name to the values of its parameters."""

from __future__ import annotations

import re

from bot.command import Command, Parameter, Value
from bot.contract import Apology
from bot.model import Message

NAMED = re.compile(
    r"""(?:^|(?<=\s))(?P<name>[a-z_]+)[:=：](?:"(?P<quoted>[^"]*)"|“(?P<curly>[^”]*)”|(?P<bare>\S*))\s?"""
)
TRUE = ("true", "yes", "on", "1", "是", "开", "開")
FALSE = ("false", "no", "off", "0", "否", "关", "關")


def arguments(command: Command, message: Message) -> dict[str, Value]:
    """Return the values of a command's parameters: from typed options, or from text with `name:value` and plain words.

    The parameter that takes the rest takes the replied-to message's text where nothing else is left for it.

    Raises:
        Apology: An option is missing, unknown, or of the wrong kind; the sentence names it and what is expected.
    """
    given = _typed(message) if message.invocation else _written(command, message)
    values: dict[str, Value] = {}
    for parameter in command.parameters:
        value = given.get(parameter.name)
        if value is None and parameter.rest and message.quote:
            value = message.quote.text or None
        if value is not None:
            values[parameter.name] = _value(command, parameter, value)
        elif parameter.required:
            raise Apology("commands.missing", option=parameter.name, usage=usage(command))
        elif parameter.default is not None:
            values[parameter.name] = parameter.default
    return values


def usage(command: Command) -> str:
    """Return a command with its options as one line: required ones in <>, others in []."""
    return " ".join([f"/{command.name}", *(_shape(each) for each in command.parameters)])


def _shape(parameter: Parameter) -> str:
    name = "|".join(parameter.choices) if parameter.choices else parameter.name
    return f"<{name}>" if parameter.required else f"[{parameter.name}:{name}]"


def _typed(message: Message) -> dict[str, Value]:
    return dict(message.invocation.options) if message.invocation else {}


def _written(command: Command, message: Message) -> dict[str, Value]:
    text = [*message.text.lstrip().split(maxsplit=1), ""][1]
    named, text = _named(command, text)
    given: dict[str, Value] = dict(named)
    for parameter in command.parameters:
        if parameter.name in given:
            continue
        if parameter.rest:
            given.update({parameter.name: text} if text else {})
            text = ""
        elif parameter.required or _choice(parameter, text.partition(" ")[0]):
            word, _, text = text.partition(" ")
            given.update({parameter.name: word} if word else {})
            text = text.strip()
    if text:
        raise Apology("commands.too_much", text=text[:50], usage=usage(command))
    return given


def _named(command: Command, text: str) -> tuple[dict[str, str], str]:
    """Take `name:value` out of a text, for the names the command knows; everything else stays as it was written."""
    names = {each.name for each in command.parameters}
    found: dict[str, str] = {}

    def take(match: re.Match[str]) -> str:
        if match["name"] not in names:
            return match[0]
        found[match["name"]] = next(
            part for part in (match["quoted"], match["curly"], match["bare"]) if part is not None
        )
        return ""

    return found, NAMED.sub(take, text).strip()


def _value(command: Command, parameter: Parameter, value: Value) -> Value:
    if parameter.choices:
        if choice := _choice(parameter, str(value)):
            return choice
        known = ", ".join(parameter.choices)
        raise Apology("commands.unknown_choice", option=parameter.name, value=str(value)[:50], known=known)
    if isinstance(value, parameter.kind) and not (parameter.kind is int and isinstance(value, bool)):
        return value
    try:
        return _boolean(str(value)) if parameter.kind is bool else parameter.kind(value)
    except ValueError:
        kind = {int: "commands.not_whole", float: "commands.not_number", bool: "commands.not_boolean"}[parameter.kind]
        raise Apology(kind, option=parameter.name, value=str(value)[:50], usage=usage(command)) from None


def _choice(parameter: Parameter, word: str) -> str | None:
    """Return the choice that a word names; telephones begin sentences with a capital letter."""
    folded = word.casefold()
    return next((each for each in parameter.choices if each.casefold() == folded), None)


def _boolean(word: str) -> bool:
    if word.lower() in TRUE:
        return True
    if word.lower() in FALSE:
        return False
    raise ValueError(word)
