"""One turn: message → stages → delivery → memory. Start reading here."""

from __future__ import annotations

import functools
import re
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace

import structlog

from bot.arrivals import Arrivals
from bot.contract import Apology, Outlet, Services, Stage
from bot.delivery import Delivery, Shown
from bot.explanations import Explanation
from bot.mailbox import Acceptance, Letter, Mailbox
from bot.memory import remembered
from bot.model import Choice, Conversation, Message, Reply, Source
from bot.moving import move_chat
from bot.recent import Recent
from bot.store import Write
from bot.texts import language_of
from bot.turns import Turns
from bot.witness import Superseded, Witness

Keep = Callable[..., Awaitable[object]]
log = structlog.get_logger(__name__)

# Control characters mean nothing in a chat, and half a surrogate pair cannot even be sent.
UNSPEAKABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
CLOSEST = 3
# How often a message is tried whose answer each time ended the process.
MOST_ATTEMPTS = 3


class Dispatcher:
    """Takes messages over, and lets each have its turn."""

    def __init__(
        self, services: Services, stages: Mapping[str, Stage], turns: Turns, delivery: Delivery, mailbox: Mailbox
    ) -> None:
        self._services = services
        self._stages = stages
        self._turns = turns
        self._delivery = delivery
        self._mailbox = mailbox
        self._arrivals = Arrivals()
        self._recent = Recent(services.store)

    async def receive(self, message: Message) -> None:
        """Take a message over: when this returns, it will have its turn after those before it in its conversation."""
        if not self._arrivals.first(message):
            return
        message = self.understood(message)
        if (await self._services.options.of(message)).recent == "on":
            await self._recent.keep(message)
        where = await self._where(message)
        asked = self._services.commands.asked(message)
        if asked and asked.interrupting:
            message = replace(message, interrupted=await self._interrupt(where))
        accepted, letter = await self._accept(message, where)
        match accepted:
            case "held":
                self._turns.start(where, lambda: self._drain(where, letter))
            case "new":
                self._turns.start(where, lambda: self._drain(where))
            case "unkept":
                keep = self._services.store.write
                self._turns.start(where, lambda: self._turn(message, self._outlet(message), keep))

    async def moved(self, platform: str, old: str, new: str) -> None:
        """Move everything kept about a chat to its new id."""
        await move_chat(self._services.store, platform, old, new)

    async def sweep(self) -> None:
        """Go on holding the conversations under way, and take up what dead processes have left unanswered."""
        await self._mailbox.extend()
        for where in await self._mailbox.left_behind():
            if where not in self._turns:
                self._turns.start(where, lambda where=where: self._drain(where))  # type: ignore[misc]

    async def _interrupt(self, where: Conversation) -> int:
        """Cancel the turn under way and forget those that wait. Return how many they were."""
        here = self._turns.cancel(where)
        return max(here, await self._mailbox.clear(where))

    async def _accept(self, message: Message, where: Conversation) -> tuple[Acceptance, Letter]:
        if not self._services.platforms[message.platform].lasting:
            return "unkept", Letter(message, "")
        return await self._mailbox.accept(message, where)

    async def _drain(self, where: Conversation, letter: Letter | None = None) -> None:
        """Answer all that lies in a conversation's mailbox, unless another process is about it."""
        if not letter and not await self._mailbox.waiting(where):
            return
        async with self._mailbox.held(where) as mine:
            more = mine
            while more and (letter := letter or await self._mailbox.take(where)):
                more = await self._open(letter, where)
                letter = None

    async def _open(self, letter: Letter, where: Conversation) -> bool:
        """Answer a message of a mailbox, once: what a person has seen of an earlier try is marked, not sent anew.

        Returns:
            Whether others wait behind it.
        """
        message = letter.message
        outlet = Witness(self._outlet(message), self._mailbox, where)
        finish = functools.partial(self._mailbox.finish, where, letter.line)
        if letter.begun:
            await self._resume(letter, outlet)
        elif self._services.clock() - message.time > self._services.settings.answer_within:
            log.warning("too late to answer", conversation=where.hash, update=message.update)
        elif letter.attempts > MOST_ATTEMPTS:
            log.error("given up: its answer has ended the process again and again", conversation=where.hash)
        else:
            return bool(await self._turn(message, outlet, finish))
        return await finish()

    async def _turn(self, message: Message, outlet: Outlet, keep: Keep) -> object:
        """Answer a message, let `keep` write what is to be kept of it, also when that is nothing; return its result."""
        started = time.monotonic()
        writes: list[Write] = []
        mine = True
        try:
            reply = await self._answer_or_apologise(message)
            if reply:
                shown = await self._delivery.show(reply, outlet, message.language)
                writes = await self._keeping(message, reply, shown, time.monotonic() - started)
        except Superseded:
            log.info("another process answers this", conversation=message.conversation.hash)
            mine = False
        except Exception:  # the one boundary: nothing that goes wrong in a turn reaches another
            log.exception("turn failed", conversation=message.conversation.hash)
        finally:
            await _done(outlet)
            kept = await keep(*writes) if mine else None
        return kept

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

    async def _resume(self, letter: Letter, outlet: Outlet) -> None:
        """Mark the answer that a sudden end broke off, where it stands, or say that there may have been one."""
        message, key = letter.message, "core.perhaps_shown"
        text = ""
        if letter.pages:
            last = letter.pages[max(letter.pages)]
            await outlet.adopt(0, last.id)
            text, key = f"{last.text}\n\n", "core.restarted"
        reply = Reply(Source("error", key), text + self._services.say(message, key), remember=False)
        try:
            await self._delivery.show(reply, outlet, message.language)
        except Exception:  # as in a turn
            log.exception("resuming failed", conversation=message.conversation.hash)
        finally:
            await _done(outlet)

    async def _keeping(self, message: Message, reply: Reply, shown: Shown, seconds: float) -> list[Write]:
        """Return the writes that keep what was said and why; a broken-off answer is explained but not remembered."""
        services = self._services
        writes = [services.explanations.keeping(message, shown.ids, Explanation(reply.source, round(seconds, 4)))]
        if shown.whole and reply.remember:
            options = await services.options.of(message)
            writes.append(services.memory.adding(message, shown.text, reply.source.kind, options))
        return writes

    def _outlet(self, message: Message) -> Outlet:
        return self._services.platforms[message.platform].outlet(message)

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
