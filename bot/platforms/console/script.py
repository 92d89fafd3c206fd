"""Who speaks where: a line of the terminal becomes a message of a simulated person in a simulated chat."""

from __future__ import annotations

import itertools
import re
import time
import uuid
from dataclasses import dataclass, replace

from bot.domain.command import SLASHES
from bot.domain.message import Chat, Message, Person, Quote
from bot.domain.reply import Choice

NAME = r"[^\s@＠#＃:：/\x00-\x1f\x7f-\x9f]{1,64}"
HEAD = re.compile(
    rf"\s*(?:[#＃](?P<group>{NAME})(?![^\s:：@＠]))?\s*(?:[@＠](?P<person>{NAME}))?\s*(?:[:：]\s*(?P<text>.*))?",
    re.DOTALL,
)
BOT = re.compile(r"[@＠](?:bot|yingda|应答|應答)(?!\w)[,，:：]?\s*", re.IGNORECASE)
REPLY = re.compile(r"\s*(?:>>|》》)\s*(?P<text>.+)", re.DOTALL)
NUMBER = re.compile(r"\s*(\d{1,3})\s*[.。)）]?\s*")
LONGEST_HEAD = 200
MOST_SHOWN = 1000


@dataclass(frozen=True, slots=True)
class Place:
    """A person in a chat: a group, or, where `group` is empty, that person's private chat with the bot."""

    person: str
    group: str = ""

    @property
    def chat(self) -> Chat:
        """The chat as messages carry it; no group's id can be a person's."""
        return (
            Chat(f"#{self.group}", private=False, title=self.group)
            if self.group
            else Chat(f"@{self.person}", private=True)
        )


@dataclass(slots=True)
class Shown:
    """What was last shown in a chat, to be replied to or picked from."""

    id: str
    text: str
    choices: tuple[Choice, ...]


class Script:
    """Turns lines into messages, and knows who speaks now, who has spoken, and what can be picked."""

    def __init__(self, person: str, language: str = "") -> None:
        self.now = Place(person)
        self.people, self.groups = {person: None}, dict[str, None]()
        self._language = language
        self._shown: dict[str, Shown] = {}
        # Ids are unique over all runs: a data directory outlives the terminal.
        self._run, self._count = uuid.uuid4().hex[:12], itertools.count(1)

    def read(self, line: str) -> Message | None:
        """Return what was said, or None where nothing was: an empty line, or one that only changes who speaks."""
        if not line.strip():
            return None
        place, text = self._place(line)
        self.people[place.person] = None
        if place.group:
            self.groups[place.group] = None
        if text is None:
            self.now = place
            return None
        return self._message(place, text)

    def showed(self, message: Message, answer: str, text: str, choices: tuple[Choice, ...]) -> None:
        """Note the answer that now stands last in the message's chat."""
        self._shown.pop(message.chat.id, None)
        self._shown[message.chat.id] = Shown(answer, text, choices)
        if len(self._shown) > MOST_SHOWN:
            del self._shown[next(iter(self._shown))]

    def stop(self, message: Message) -> Message:
        """Return what stops the answer to this message, said by the same person at the same place."""
        return replace(self._new(message.chat, message.sender), text="/stop", addressed=True)

    def _place(self, line: str) -> tuple[Place, str | None]:
        """Return who speaks where, and what; None instead of a text where the line has only a name."""
        head = HEAD.match(line, 0, LONGEST_HEAD)
        if head is None or BOT.match(line.lstrip()):
            return self.now, line
        group, person = head["group"], head["person"]
        if not (group or person):
            return self.now, line
        if group and person and BOT.fullmatch(f"@{person}"):
            return Place(self.now.person, group), line[head.start("person") - 1 :]
        place = Place(person or self.now.person, group or "")
        if head["text"] is not None:
            return place, line[head.start("text") :]
        return (place, None) if head.end() == len(line.rstrip()) or head.end() == len(line) else (self.now, line)

    def _message(self, place: Place, text: str) -> Message:
        message = self._new(place.chat, Person(place.person, place.person, self._language))
        shown = self._shown.get(place.chat.id)
        picked = _picked(text, shown)
        if picked:
            return replace(message, text=picked.label, choice=picked.data, addressed=True)
        quoted = REPLY.match(text) if shown else None
        if quoted and shown:
            return replace(message, text=quoted["text"], quote=Quote(shown.id, shown.text, mine=True), addressed=True)
        said = BOT.sub("", text).strip()
        addressed = place.chat.private or BOT.search(text) is not None or text.lstrip().startswith(SLASHES)
        return replace(message, text=said, addressed=addressed)

    def _new(self, chat: Chat, sender: Person) -> Message:
        name = f"{self._run}.{next(self._count)}"
        return Message("console", name, name, chat, sender, "", time.time())


def _picked(text: str, shown: Shown | None) -> Choice | None:
    number = NUMBER.fullmatch(text) if shown and shown.choices else None
    if not number or not shown:
        return None
    index = int(number[1])
    return shown.choices[index - 1] if 1 <= index <= len(shown.choices) else None
