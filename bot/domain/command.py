"""A command: a named, typed action, made by decorating one function; Discord, Telegram and the console read it here."""

from __future__ import annotations

import inspect
import types
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from bot.domain.message import Message
from bot.domain.reply import Reply

SLASHES = ("/", "／")
KINDS = (str, int, float, bool)
# What the option for a file is called, where a file is an option.
FILE = "file"
Value = str | int | float | bool


@dataclass(frozen=True, slots=True)
class Wording:
    """A short text in every language of the catalogue."""

    zh: str
    tw: str
    en: str

    def __getitem__(self, language: str) -> str:
        """Return the text in a catalogue language (`zh-CN`, `zh-TW`, `en`)."""
        return {"zh-CN": self.zh, "zh-TW": self.tw}.get(language, self.en)


@dataclass(frozen=True, slots=True)
class InFile:
    """Beside a text parameter's `Wording`: the text may also come in an attached file, which `help` describes.

    The file comes with the message. Where commands have no message (Discord's slash commands), the file is an option
    of its own, called `file`.
    """

    help: Wording


@dataclass(frozen=True, slots=True)
class Parameter:
    """One option of a command.

    Attributes:
        rest: It takes all words that name no other option.
        file: Describes the file that its text may come in instead, where it may.
    """

    name: str
    kind: type[Value]
    help: Wording
    required: bool
    default: Value | None
    choices: tuple[str, ...] = ()
    rest: bool = False
    file: Wording | None = None


Run = Callable[..., Awaitable[Reply | str]]


@dataclass(frozen=True, slots=True)
class Command:
    """What a person asks for with `/name`.

    Attributes:
        name: `a-z0-9_`, at most 32 characters: valid on every platform.
        aliases: Other names that people type, the Chinese name first (Discord shows that one in Chinese).
        interrupting: Running turns of the conversation are cancelled before it runs.
        admin: Only administrators of the chat may use it (in private chats: everyone).
        remember: Whether asking for it is part of the conversation that memory keeps.
        run: `async (message, services, **parameters) -> Reply | str`.
    """

    name: str
    aliases: tuple[str, ...]
    help: Wording
    parameters: tuple[Parameter, ...]
    run: Run
    interrupting: bool = False
    admin: bool = False
    remember: bool = True

    @property
    def file(self) -> Wording | None:
        """What describes the file that the command works on, where it does."""
        return next((each.file for each in self.parameters if each.file), None)


def command(
    *aliases: str, name: str = "", interrupting: bool = False, admin: bool = False, remember: bool = True
) -> Callable[[Run], Command]:
    """Make a `Command` of an `async (message, services, *, option: Annotated[kind, Wording] = …) -> Reply | str`.

    The function's name (or `name`) is the command's; its docstring has three lines: Simplified, Traditional, English.
    A parameter of type `str` that is the last one takes the rest of the text.

    Raises:
        TypeError: The docstring has not three lines, or a parameter is of a type that no platform has.
    """

    def decorate(run: Run) -> Command:
        lines = [line.strip() for line in (run.__doc__ or "").splitlines() if line.strip()]
        if len(lines) != len(("zh", "tw", "en")):
            raise TypeError(f"the docstring of command {run.__name__} must have three lines: zh-CN, zh-TW, en")
        called = name or run.__name__
        return Command(called, aliases, Wording(*lines), _parameters(run), run, interrupting, admin, remember)

    return decorate


def _parameters(run: Run) -> tuple[Parameter, ...]:
    hints = get_type_hints(run, include_extras=True)
    declared = [each for each in inspect.signature(run).parameters.values() if each.kind is each.KEYWORD_ONLY]
    return tuple(_parameter(each.name, hints[each.name], each.default, last=each is declared[-1]) for each in declared)


def _parameter(name: str, hint: Any, default: Any, *, last: bool) -> Parameter:
    if get_origin(hint) is not Annotated:
        raise TypeError(f"option {name} needs Annotated[type, Wording(…)]")
    inner, wording, *more = get_args(hint)
    if get_origin(inner) in (Union, types.UnionType):
        inner = next(each for each in get_args(inner) if each is not type(None))
    choices = get_args(inner) if get_origin(inner) is Literal else ()
    kind = str if choices else inner
    if kind not in KINDS:
        raise TypeError(f"option {name} has type {kind}; a platform knows only str, int, float and bool")
    required = default is inspect.Parameter.empty
    rest = last and kind is str and not choices
    file = next((each.help for each in more if isinstance(each, InFile)), None)
    if name == FILE or (file and not rest):
        raise TypeError(f"option {name}: a file brings the text of the last option, and is called {FILE} itself")
    return Parameter(name, kind, wording, required, None if required else default, choices, rest, file)


class Commands(Mapping[str, Command]):
    """All commands by name, and by what people type."""

    def __init__(self, commands: Iterable[Command]) -> None:
        self._by_name = {each.name: each for each in commands}
        self._by_word = {word: each for each in self._by_name.values() for word in (each.name, *each.aliases)}

    def __getitem__(self, name: str) -> Command:
        return self._by_name[name]

    def __iter__(self) -> Any:
        return iter(self._by_name)

    def __len__(self) -> int:
        return len(self._by_name)

    @property
    def words(self) -> Mapping[str, Command]:
        """Every name and alias, without its slash."""
        return self._by_word

    def asked(self, message: Message) -> Command | None:
        """Return the command that this message asks for, or None."""
        if message.invocation:
            return self._by_name.get(message.invocation.name)
        word = asked_word(message.text)
        return self._by_word.get(word) if word else None


def asked_word(text: str) -> str:
    """Return the lower-cased word after the slash at the beginning of a text, or nothing where there is no slash."""
    head = text.lstrip()
    if not head.startswith(SLASHES):
        return ""
    return (head[1:].split(maxsplit=1) or [""])[0].lower()
