"""People who talk on the loopback Discord, and what they see."""

from __future__ import annotations

import mimetypes
from typing import Any

from tests.servers.discord.rest import attachment
from tests.servers.discord.rules import check_options
from tests.servers.discord.state import State
from tests.servers.discord.world import DEFAULT, JSON, REPLY, Asked, Channel, Posted, User

COMMAND, COMPONENT = 2, 3
ATTACHMENT = 11


class Seat:
    """A person in a channel, thread or DM."""

    def __init__(self, state: State, user: User, channel: Channel) -> None:
        self.user, self.channel = user, channel
        self._state = state
        self._read = 0

    @property
    def answers(self) -> list[Posted]:
        """The bot's messages here that a person sees, in their order."""
        mine = (each for each in self.channel.messages.values() if each.author is self._state.bot)
        return [each for each in mine if not each.deleted and not each.thinking]

    @property
    def screen(self) -> list[str]:
        """The texts of the bot's messages here as they stand now."""
        return [each.shown for each in self.answers]

    async def says(
        self,
        text: str,
        *,
        reply_to: Posted | None = None,
        files: dict[str, bytes] | None = None,
        kind: int | None = None,
        pings: bool = True,
    ) -> Posted:
        """Write a message. `@bot` in the text becomes a mention."""
        content = text.replace("@bot", f"<@{self._state.bot.id}>")
        posted = Posted(self._state.ids(), self.channel, self.user, content, pings=pings)
        posted.type = kind if kind is not None else REPLY if reply_to else DEFAULT
        if reply_to:
            posted.reference, posted.reference_id = None if reply_to.deleted else reply_to, reply_to.id
        for name, data in (files or {}).items():
            posted.attachments.append(attachment(self._state, name, data, "text/plain"))
        if self.channel.guild:
            posted.roles = [each for each in self.channel.guild.roles if f"<@&{each}>" in content]
        return await self._state.post(posted)

    async def edits(self, posted: Posted, text: str) -> None:
        """Change what was written."""
        posted.content = text
        await self._state.change(posted)

    async def sees(self, text: str, *, within: float = 10.0) -> Posted:
        """Wait until a message of the bot shows exactly this text, and return it."""
        return await self._state.until(
            lambda: next((each for each in self.answers if each.shown == text), None),
            lambda: f"{self.user.name} does not see {text!r} but {self.screen!r}",
            within,
        )

    async def sees_part(self, text: str, *, within: float = 10.0) -> Posted:
        """Wait until a message of the bot shows this text within its own."""
        return await self._state.until(
            lambda: next((each for each in self.answers if text in each.shown), None),
            lambda: f"{self.user.name} does not see {text!r} in {self.screen!r}",
            within,
        )

    async def sees_thinking(self) -> Posted:
        """Wait until an answer to a slash command is on its way."""
        return await self._state.until(
            lambda: next((each for each in self.channel.messages.values() if each.thinking and not each.deleted), None),
            lambda: f"{self.user.name} does not see the bot thinking",
        )

    async def invokes(self, name: str, /, **options: Any) -> Asked:
        """Use a slash command by any of its names, once it is registered, as Discord's client lets people do it.

        A file is given as its name and content.
        """
        command = await self._state.until(
            lambda: next((each for each in self._state.commands if name in _names(each)), None),
            lambda: f"/{name} is not registered, only {[each['name'] for each in self._state.commands]}",
        )
        given = check_options(command, options)
        data = {"id": command["id"], "name": command["name"], "type": 1, "options": given}
        if files := self._uploaded(given):
            data["resolved"] = {"attachments": files}
        return await self._state.ask(self.user, self.channel, COMMAND, data)

    def _uploaded(self, given: list[JSON]) -> JSON:
        """Keep the files among options; each option names its file by the id it got. Return them by these ids."""
        kept: JSON = {}
        for option in given:
            if option["type"] == ATTACHMENT:
                name, content = option["value"]
                media_type = mimetypes.guess_type(name)[0] or "application/octet-stream"
                file = attachment(self._state, name, content, media_type) | {"ephemeral": True}
                kept[file["id"]] = file
                option["value"] = file["id"]
        return kept

    async def presses(self, label: str) -> Asked:
        """Press the newest button with this label."""
        buttons = [(each, button) for each in self.answers for button in each.buttons if button["label"] == label]
        assert buttons, f"there is no button {label!r}"
        posted, button = buttons[-1]
        return await self.forges(posted, button["custom_id"])

    async def forges(self, posted: Posted, custom_id: str) -> Asked:
        """Send a button's press with any data."""
        data = {"custom_id": custom_id, "component_type": 2}
        return await self._state.ask(self.user, self.channel, COMPONENT, data, posted)


def _names(command: dict[str, Any]) -> set[str]:
    return {command["name"], *(command.get("name_localizations") or {}).values()}
