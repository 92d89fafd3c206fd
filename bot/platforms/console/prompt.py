"""The desk of a person: a prompt that knows the commands, the people and the groups, and remembers what was typed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterable
from pathlib import Path

from prompt_toolkit import PromptSession
from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document
from prompt_toolkit.enums import DEFAULT_BUFFER
from prompt_toolkit.filters import has_focus
from prompt_toolkit.formatted_text import FormattedText
from prompt_toolkit.history import FileHistory, History, InMemoryHistory
from prompt_toolkit.input import Input
from prompt_toolkit.input.typeahead import store_typeahead
from prompt_toolkit.key_binding import KeyBindings, KeyPress, KeyPressEvent
from prompt_toolkit.keys import Keys
from prompt_toolkit.output import Output
from prompt_toolkit.patch_stdout import patch_stdout

from bot.config.private_files import make_private
from bot.domain.command import SLASHES, Command, Commands
from bot.platforms.console.script import Script


class PromptDesk:
    """A prompt with history and completion. Ctrl-C stops an answer, empties the line, and twice ends; Ctrl-D ends."""

    def __init__(
        self,
        script: Script,
        commands: Commands,
        language: str,
        history: History,
        *,
        hint: Callable[[], object],
        input: Input | None = None,  # noqa: A002 — prompt_toolkit's name for it
        output: Output | None = None,
    ) -> None:
        self._script = script
        self._hint = hint
        self._session: PromptSession[str] = PromptSession(
            history=history,
            completer=Suggestions(script, commands, language),
            complete_while_typing=True,
            key_bindings=_bindings(),
            input=input,
            output=output,
        )

    async def lines(self) -> AsyncGenerator[str, None]:
        """Yield what is typed, until Ctrl-D, or Ctrl-C twice on an empty line.

        The terminal stays raw between two prompts: what is typed just then is neither echoed nor lost.
        """
        with self._session.input.raw_mode():
            async for line in self._typed():
                yield line

    async def _typed(self) -> AsyncIterator[str]:
        tired = False
        while True:
            try:
                with patch_stdout(raw=True):
                    line = await self._session.prompt_async(self._prompt, handle_sigint=False)
            except EOFError:
                return
            except KeyboardInterrupt:
                if tired:
                    return
                tired = True
                self._hint()
                continue
            tired = False
            yield line

    async def watch(self, attention: asyncio.Event) -> None:
        """Wait for the answer; Ctrl-C asks for attention, anything else typed meanwhile waits for the prompt."""
        typed: list[KeyPress] = []
        source = self._session.input

        def pressed() -> None:
            keys = source.read_keys()
            typed.extend(each for each in keys if each.key is not Keys.ControlC)
            if any(each.key is Keys.ControlC for each in keys):
                attention.set()

        with source.attach(pressed):
            await attention.wait()
        store_typeahead(source, typed)

    def _prompt(self) -> FormattedText:
        now = self._script.now
        group = [("ansigreen", f"#{now.group} ")] if now.group else []
        return FormattedText([*group, ("ansicyan", f"@{now.person}"), ("bold", " › ")])


class Suggestions(Completer):
    """Completes commands by any of their names, their options' choices, and who and where has been heard of."""

    def __init__(self, script: Script, commands: Commands, language: str) -> None:
        self._script = script
        self._commands = commands
        self._language = language

    def get_completions(self, document: Document, complete_event: CompleteEvent) -> Iterable[Completion]:  # noqa: ARG002
        """Yield what the word before the cursor may become."""
        text = document.text_before_cursor.lstrip()
        word = text.rpartition(" ")[2]
        for candidate, help_ in self._candidates(text, word):
            if candidate.startswith(word) and candidate != word:
                yield Completion(candidate, -len(word), display_meta=help_)

    def _candidates(self, text: str, word: str) -> Iterable[tuple[str, str]]:
        if text.startswith(SLASHES):
            head = text[1:].split(" ", maxsplit=1)[0].lower()
            if text[1:] == word[1:]:
                return [(text[0] + name, each.help[self._language]) for name, each in self._commands.words.items()]
            return self._options(self._commands.words.get(head))
        people = [(f"@{name}", "") for name in (*self._script.people, "yingda")]
        return [*people, *((f"#{name}", "") for name in self._script.groups)] if word[:1] in ("@", "#") else []

    def _options(self, command: Command | None) -> list[tuple[str, str]]:
        if command is None:
            return []
        return [(choice, each.help[self._language]) for each in command.parameters for choice in each.choices]


def open_history(data_dir: Path) -> History:
    """Return the history kept in the data directory, or, where it cannot be written to, one for this time."""
    path = data_dir / "history"
    try:
        make_private(path.parent)
        path.touch()
    except OSError:
        return InMemoryHistory()
    return FileHistory(path)


def _bindings() -> KeyBindings:
    bindings = KeyBindings()

    def interrupt(event: KeyPressEvent) -> None:
        if event.current_buffer.text:
            event.current_buffer.reset()
        else:
            event.app.exit(exception=KeyboardInterrupt, style="class:aborting")

    # In the search (Ctrl-R) the key leaves it, as everywhere: a prompt that ended there would begin there again.
    bindings.add("c-c", filter=has_focus(DEFAULT_BUFFER))(interrupt)
    return bindings
