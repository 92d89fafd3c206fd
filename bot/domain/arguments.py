"""From what a person typed after a command's name to the values of its parameters."""

from __future__ import annotations

import re
from collections.abc import Container

from bot.domain.command import Command, Parameter, Value
from bot.domain.errors import Apology
from bot.domain.message import Message

NAMED = re.compile(r"""(?P<name>[a-z_]+)[:=：](?:"(?P<quoted>[^"]*)"|“(?P<curly>[^”]*)”|(?P<bare>\S+))(?:\s+|$)""")
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
    text = [*message.text.lstrip().split(maxsplit=1), ""][1].strip()
    given: dict[str, Value] = {}
    while found := _option(command, given, text):
        name, given[name], text = found
    rest = next((each.name for each in command.parameters if each.rest), None)
    if text and rest is None:
        raise Apology("commands.too_much", text=text[:50], usage=usage(command))
    return {**given, rest: text} if text and rest else given


def _option(command: Command, given: Container[str], text: str) -> tuple[str, str, str] | None:
    """Return the option that a text begins with, its value, and what follows; what is none begins the rest.

    Options stand before the rest, so that nothing in a person's own text is taken for one.
    """
    missing = [each for each in command.parameters if not each.rest and each.name not in given]
    named = NAMED.match(text)
    if named and any(each.name == named["name"] for each in missing):
        value = next(part for part in (named["quoted"], named["curly"], named["bare"]) if part is not None)
        return named["name"], value, text[named.end() :]
    word = text.partition(" ")[0].partition("\n")[0]
    taker = next((each for each in missing if word and _takes(each, word)), None)
    return (taker.name, word, text[len(word) :].lstrip()) if taker else None


def _takes(parameter: Parameter, word: str) -> bool:
    return parameter.required or bool(_choice(parameter, word)) or (parameter.kind is int and word.isdecimal())


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
