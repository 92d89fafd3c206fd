"""One turn: message → stages → delivery → memory. Start reading here."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from dataclasses import replace

import structlog

from bot.arrivals import Arrivals
from bot.contract import Apology, Outlet, Services, Stage
from bot.delivery import Delivery, Shown
from bot.explanations import Explanation
from bot.memory import remembered
from bot.model import Choice, Conversation, Message, Reply, Source
from bot.moving import move_chat
from bot.texts import language_of
from bot.turns import Turns

log = structlog.get_logger(__name__)

# Control characters mean nothing in a chat, and half a surrogate pair cannot even be sent.
UNSPEAKABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
CLOSEST = 3


class Dispatcher:
    """Takes messages over, and lets each have its turn."""

    def __init__(self, services: Services, stages: Mapping[str, Stage], turns: Turns, delivery: Delivery) -> None:
        self._services = services
        self._stages = stages
        self._turns = turns
        self._delivery = delivery
        self._arrivals = Arrivals(services.store)

    async def receive(self, message: Message) -> None:
        """Take a message over: when this returns, it will have its turn after those before it in its conversation."""
        message = self.understood(message)
        if not await self._arrivals.first(message):
            return
        where = await self._where(message)
        asked = self._services.commands.asked(message)
        if asked and asked.interrupting:
            message = replace(message, interrupted=self._turns.cancel(where))
        self._turns.start(where, lambda: self._turn(message))

    async def moved(self, platform: str, old: str, new: str) -> None:
        """Move everything kept about a chat to its new id."""
        await move_chat(self._services.store, platform, old, new)

    async def _turn(self, message: Message) -> None:
        started = time.monotonic()
        outlet = self._services.platforms[message.platform].outlet(message)
        try:
            reply = await self._answer_or_apologise(message)
            if reply is None:
                return
            shown = await self._delivery.show(reply, outlet, message.language)
            await self._keep(message, reply, shown, time.monotonic() - started)
        except Exception:  # the one boundary: nothing that goes wrong in a turn reaches another
            log.exception("turn failed", conversation=message.conversation.hash)
        finally:
            await _done(outlet)

    async def answer(self, message: Message) -> Reply | None:
        """Ask the stages in order; the first that answers, answers. None: nobody was asked and nobody is sure."""
        for stage in self._stages.values():
            result = await stage(message)
            if isinstance(result, Reply):
                return result
            message = result or message
        return self._unknown(message) if message.addressed else None

    async def _answer_or_apologise(self, message: Message) -> Reply | None:
        try:
            return await self.answer(message)
        except Apology as apology:
            return self._error(message, apology.key, **apology.values)
        except Exception:  # a stage's bug is told in one fixed sentence to whom asked, and to nobody else
            log.exception("stage failed", conversation=message.conversation.hash)
            return self._error(message, "core.bug") if message.addressed else None

    async def _keep(self, message: Message, reply: Reply, shown: Shown, seconds: float) -> None:
        """Keep what was said and why, in one round trip; a broken-off answer is explained but not remembered."""
        services = self._services
        writes = [services.explanations.keeping(message, shown.ids, Explanation(reply.source, round(seconds, 4)))]
        if shown.whole and reply.remember:
            options = await services.options.of(message)
            writes.append(services.memory.adding(message, shown.text, reply.source.kind, options))
        await services.store.write(*writes)

    async def _where(self, message: Message) -> Conversation:
        """Return the conversation whose turns follow each other: the one that is remembered together."""
        options = await self._services.options.of(message)
        return remembered(message, options) or message.conversation

    def understood(self, message: Message) -> Message:
        """Return the message without what cannot be said in a chat, and with the language to answer it in."""
        text = UNSPEAKABLE.sub("", message.text).strip()
        language = language_of(message.sender.language, text, self._services.settings.default_language)
        return replace(message, text=text, language=language)

    def _unknown(self, message: Message) -> Reply | None:
        if message.choice:
            return self._error(message, "core.choice_gone")
        if not (message.text or message.invocation):
            return None
        choices = tuple(Choice(fact.question, fact.choice) for fact in message.facts[:CLOSEST])
        key = "core.unknown_closest" if choices else "core.unknown"
        return Reply(Source("none"), self._services.say(message, key), choices=choices, remember=False)

    def _error(self, message: Message, key: str, **values: object) -> Reply:
        return Reply(Source("error", key), self._services.say(message, key, **values), remember=False)


async def _done(outlet: Outlet) -> None:
    """Tell the outlet that the turn is over; whatever it makes of that is not the turn's."""
    try:
        await outlet.done()
    except Exception:  # as above
        log.exception("outlet failed")
