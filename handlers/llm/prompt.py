"""What the model is given to read: the owner's instructions and facts, what was said before, and the question."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from bot.config.catalogue import Catalogue
from bot.domain.message import Fact, Message
from bot.storage.memory import Exchange
from handlers.llm.tokens import BYTES_PER_TOKEN, tokens

NAME_CHARACTERS = 64
# What an endpoint adds around each message.
EXCHANGE_TOKENS = 8
# Of an exchange cut to less, nobody could make anything.
LEAST_BYTES = 16
# A last exchange that is halved to less is left out: each half costs another refusal.
LEAST_TOKENS = 256
GAP = "…"
UNPRINTABLE = re.compile(r"[\s\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]+")


@dataclass(frozen=True, slots=True)
class Share:
    """How much of the owner's FAQ and of a quoted message goes along with a question."""

    facts: int = 5
    fact_characters: int = 1500
    quote_characters: int = 2000


# What is tried where even a prompt without history is too long: less of the facts, then less of the quote, too.
SHARES = (Share(), Share(2, 500), Share(2, 500, 500))


@dataclass(frozen=True, slots=True)
class Prompt:
    """One request to the model: its history, the oldest exchange first, and what stands around it.

    `leaner` are system message and question with less around them, for an endpoint that takes no more.
    """

    system: str
    history: tuple[Exchange, ...]
    question: str
    named: bool
    leaner: tuple[tuple[str, str], ...] = ()

    @property
    def messages(self) -> list[dict[str, str]]:
        """The prompt as the API takes it. Only one system message, the first: some endpoints refuse another."""
        said = [line for exchange in self.history for line in self._lines(exchange)]
        return [_line("system", self.system), *said, _line("user", self.question)]

    @property
    def size(self) -> int:
        """About how many tokens it is."""
        return tokens(self.system) + tokens(self.question) + sum(map(_cost, self.history))

    def shorter(self) -> Prompt | None:
        """Return the prompt with the newer half of its history, or then with less around it; None at the end."""
        if self.history:
            half = sum(map(_cost, self.history)) // 2
            enough = len(self.history) > 1 or half >= LEAST_TOKENS
            return replace(self, history=within(self.history, half) if enough else ())
        if not self.leaner:
            return None
        (system, question), *leaner = self.leaner
        return replace(self, system=system, question=question, leaner=tuple(leaner))

    def fitted(self, budget: float) -> Prompt:
        """Return the prompt shortened to so many tokens, or as far as it can be."""
        prompt = self
        if self.size > budget:
            bare = replace(self, history=())
            prompt = replace(self, history=within(self.history, int(budget) - bare.size))
        while prompt.size > budget and (shorter := prompt.shorter()):
            prompt = shorter
        return prompt

    def _lines(self, exchange: Exchange) -> Iterable[dict[str, str]]:
        question = f"{one_line(exchange.name)}: {exchange.question}" if self.named else exchange.question
        return _line("user", question), _line("assistant", exchange.answer)


def compose(message: Message, history: Sequence[Exchange], texts: Catalogue, *, system: str, shared: bool) -> Prompt:
    """Return the prompt for a message.

    What people can choose themselves (their names, the group's title, what they quote) stands with the question, where
    it has a person's authority and no more; of the system message all is the owner's.
    """
    instructions = system or texts.say(message.language, "chat.system")
    said = f"{one_line(message.sender.name)}: {message.text}" if shared else message.text
    attached = texts.say(message.language, "chat.attached") if message.attachments else ""
    (all_of_it, question), *leaner = dict.fromkeys(
        (
            _paragraphs(instructions, _facts(message, texts, share)),
            _paragraphs(_setting(message, texts), _quoted(message, texts, share), attached, said),
        )
        for share in SHARES
    )
    return Prompt(all_of_it, tuple(history), question, shared, tuple(leaner))


def within(history: Sequence[Exchange], budget: int) -> tuple[Exchange, ...]:
    """Return the newest exchanges that fit into a budget of tokens, the oldest first.

    They are whole, but that a newest one too long for it goes along alone, without its middle: what is asked next is
    mostly about it.
    """
    if history and _cost(history[-1]) > budget:
        return _cut(history[-1], budget)
    chosen: list[Exchange] = []
    for exchange in reversed(history):
        budget -= _cost(exchange)
        if budget < 0:
            break
        chosen.append(exchange)
    return tuple(reversed(chosen))


def _cost(exchange: Exchange) -> int:
    return tokens(exchange.name + exchange.question + exchange.answer) + EXCHANGE_TOKENS


def _cut(exchange: Exchange, budget: int) -> tuple[Exchange, ...]:
    """Return an exchange cut to so many tokens, the longer of question and answer first; none where it would be bare.

    The shares are in bytes, as tokens are estimated.
    """
    room = int((budget - EXCHANGE_TOKENS - tokens(exchange.name)) * BYTES_PER_TOKEN)
    if room < LEAST_BYTES:
        return ()
    question, answer = (len(_bytes(each)) for each in (exchange.question, exchange.answer))
    share = min(question, max(room // 2, room - answer))
    cut = _without_middle(exchange.question, share), _without_middle(exchange.answer, room - share)
    return (replace(exchange, question=cut[0], answer=cut[1]),)


def _without_middle(text: str, size: int) -> str:
    """Return a text of at most so many bytes: its head and its tail."""
    content = _bytes(text)
    if len(content) <= size:
        return text
    half = max(0, (size - len(_bytes(GAP))) // 2)
    head, tail = content[:half], content[len(content) - half :]
    return head.decode("utf-8", "ignore") + GAP + tail.decode("utf-8", "ignore")


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def one_line(name: str) -> str:
    """Return a name that cannot be taken for anything else: one line, at most 64 characters."""
    return UNPRINTABLE.sub(" ", name[: 4 * NAME_CHARACTERS]).strip()[:NAME_CHARACTERS].strip()


def _paragraphs(*parts: str) -> str:
    return "\n\n".join(filter(None, parts))


def _setting(message: Message, texts: Catalogue) -> str:
    """Say when, where and by whom: true for this message only, so it is never remembered."""
    spoken = datetime.fromtimestamp(message.time).astimezone()
    values: dict[str, Any] = {
        "time": spoken.isoformat(" ", "minutes"),
        "weekday": texts.say(message.language, f"chat.weekday_{spoken.isoweekday()}"),
        "sender": one_line(message.sender.name),
        "group": one_line(message.chat.title),
    }
    return texts.say(message.language, "chat.setting" if message.chat.private else "chat.setting_group", **values)


def _quoted(message: Message, texts: Catalogue, share: Share) -> str:
    """Return the message that this one answers, marked line by line as what it is."""
    quote = message.quote
    if quote is None or not quote.text.strip():
        return ""
    marked = "\n".join(f"> {line}" for line in _shortened(quote.text, share.quote_characters).splitlines())
    author = one_line(quote.sender.name) if quote.sender else ""
    key = "chat.quoted_mine" if quote.mine else "chat.quoted" if author else "chat.quoted_nobody"
    return f"{texts.say(message.language, key, sender=author)}\n{marked}"


def _facts(message: Message, texts: Catalogue, share: Share) -> str:
    if not message.facts:
        return ""
    lines = "\n".join(_fact(fact, share.fact_characters) for fact in message.facts[: share.facts])
    return f"{texts.say(message.language, 'chat.facts')}\n{lines}"


def _fact(fact: Fact, characters: int) -> str:
    """Return a fact as one line of JSON: nothing in it can look like an instruction around it."""
    data = {"question": fact.question, "answer": _shortened(fact.answer, characters)}
    return json.dumps(data, ensure_ascii=False)


def _shortened(text: str, characters: int) -> str:
    return text if len(text) <= characters else f"{text[:characters]}…"


def _line(role: str, content: str) -> dict[str, str]:
    """Return a message of the API; halves of surrogate pairs, which JSON over UTF-8 cannot carry, become U+FFFD."""
    return {"role": role, "content": content.encode("utf-16", "surrogatepass").decode("utf-16", "replace")}
