"""One turn: message → stages → delivery → memory. Start reading here."""

from __future__ import annotations

import functools
import re
import time
from collections.abc import Mapping
from dataclasses import replace

import structlog

from bot.config.language import Languages
from bot.contract import Outlet, Stage, promised
from bot.delivery.delivery import Delivery, Shown, Stopped
from bot.delivery.journal import JournaledOutlet
from bot.domain.encoding import UNSEEN
from bot.domain.errors import Apology, Superseded
from bot.domain.message import Conversation, Message
from bot.domain.reply import Reply, Source
from bot.queue.arrivals import Arrivals
from bot.queue.letters import FULL, FULL_AGAIN, Letter
from bot.queue.mailbox import Mailbox
from bot.services import Services
from bot.storage.chat_migration import move_chat
from bot.storage.connection import Command
from bot.storage.explanations import Explanation
from bot.storage.memory import remembered
from bot.storage.recent import Recent
from bot.telemetry.logging import turn_of
from bot.turn.apologies import apology, unknown
from bot.turn.keeping import keeping
from bot.turn.outcome import Keep, closing
from bot.turn.scheduler import Scheduler
from bot.turn.summons import summoned

log = structlog.get_logger(__name__)

# Half a surrogate pair cannot even be sent.
UNSPEAKABLE = re.compile(f"{UNSEEN.pattern}|[\ud800-\udfff]")
# How often a message is tried whose answer each time ended the process.
MOST_ATTEMPTS = 3


class Dispatcher:
    """Takes messages over, and lets each have its turn."""

    def __init__(
        self, services: Services, stages: Mapping[str, Stage], turns: Scheduler, delivery: Delivery, mailbox: Mailbox
    ) -> None:
        self._services = services
        self._stages = stages
        self._turns = turns
        self._delivery = delivery
        self._mailbox = mailbox
        self._arrivals = Arrivals()
        self._metrics = services.metrics.turns
        self._recent = Recent(services.store)
        self._languages = Languages(services.settings.default_language)

    async def receive(self, message: Message) -> None:
        """Take a message over: when this returns, it will have its turn after those before it in its conversation."""
        if not self._arrivals.first(message):
            return
        try:
            await self._take_over(self.understood(message))
        except BaseException:
            self._arrivals.forget(message)
            raise
        self._metrics.received.labels(message.platform).inc()

    async def _take_over(self, message: Message) -> None:
        where = await self._where(message)
        asked = self._services.commands.asked(message)
        if asked and asked.interrupting:
            message = replace(message, interrupted=await self._interrupt(where))
        if not self._services.platforms[message.platform].lasting:
            self._turns.start(where, lambda: self._answer_unkept(message))
        else:
            question = message.addressed and not (asked and asked.interrupting)
            await self._accept(message, where, self._services.settings.waiting_questions if question else 0)
        if (await self._services.options.of(message)).recent == "on":
            await self._recent.keep(message)

    async def _accept(self, message: Message, where: Conversation, most: int) -> None:
        """Let a message wait for its turn, unless so many questions do: that is said once while one is answered."""
        accepted = await self._mailbox.accept(message, where, most)
        if accepted in (FULL, FULL_AGAIN):
            outlet = self._outlet(message)
            if accepted == FULL or promised(outlet):
                self._turns.start(("turned away", where), lambda: self._turn_away(message, outlet))
            else:
                self._metrics.ended.labels(message.platform, "turned_away").inc()
        elif accepted:
            self._turns.start(where, lambda: self._drain(where))

    async def _turn_away(self, message: Message, outlet: Outlet) -> None:
        with turn_of(message):
            reply = apology(self._services, message, "core.waiting")
            await self._show(reply, message, outlet, Keep(self._services.store.write), "turned_away")

    async def moved(self, platform: str, old: str, new: str) -> None:
        """Move everything kept about a chat to its new id."""
        await move_chat(self._services.store, platform, old, new)

    async def sweep(self) -> None:
        """Take up what dead processes have left unanswered."""
        for where in await self._mailbox.left_behind(self._turns):
            if where.platform in self._services.platforms:  # others may answer where this process does not listen
                self._take_up(where)

    async def heed(self) -> None:
        """Stop the answers here that somebody has asked another process to stop."""
        for where in await self._mailbox.stopped_elsewhere():
            self._turns.cancel(where)
            self._take_up(where)

    async def hold(self) -> None:
        """Keep the conversations that are answered here from being taken for abandoned."""
        await self._mailbox.extend()

    def _take_up(self, where: Conversation) -> None:
        self._turns.start(where, lambda: self._drain(where))

    async def _interrupt(self, where: Conversation) -> int:
        """Cancel the turn under way, here or in another process, and forget those that wait. Return how many."""
        here = self._turns.cancel(where)
        return max(here, await self._mailbox.stop(where))

    async def _drain(self, where: Conversation) -> None:
        """Answer all that lies in a conversation's mailbox, unless another process is about it."""
        async with self._mailbox.held(where):
            while letter := await self._mailbox.take(where):
                with turn_of(letter.message):
                    mine = await self._open(letter, where)
                if not mine or self._mailbox.drained(where):
                    return

    async def _answer_unkept(self, message: Message) -> None:
        with turn_of(message):
            await self._turn(message, self._outlet(message), Keep(self._services.store.write))

    async def _open(self, letter: Letter, where: Conversation) -> bool:
        """Answer a message of a mailbox, once: what a person has seen of an earlier try is marked, not sent anew.

        Return False when another process has taken the conversation over.
        """
        message = letter.message
        outlet = JournaledOutlet(self._outlet(message), self._mailbox, where, letter)
        keep = keeping(outlet, self._mailbox, self._turns, self._services.store)
        try:
            if letter.begun or letter.stopped:
                await self._resume(letter, outlet, keep)
            elif self._late(message):
                log.warning("too late to answer", conversation=where.hash, update=message.update)
                await self._drop(message, outlet, keep)
            elif letter.attempts > MOST_ATTEMPTS:
                log.error("given up: its answer has ended the process again and again", conversation=where.hash)
                await self._show(apology(self._services, message, "core.bug"), message, outlet, keep, "given_up")
            else:
                outlet.late = functools.partial(self._late, message)
                if notice := letter.pages.get(0):
                    await outlet.adopt(0, notice.id)
                await self._turn(message, outlet, keep)
        except Superseded:
            log.info("another process answers this", conversation=where.hash)
            return False
        return True

    def _late(self, message: Message) -> bool:
        return self._services.clock() - message.time > self._services.settings.answer_within

    async def _turn(self, message: Message, outlet: Outlet, keep: Keep) -> None:
        """Answer a message, and let `keep` write what is to be kept of it, also when that is nothing."""
        started = time.monotonic()
        async with closing(outlet, keep, message, self._metrics) as turn:
            reply = await self._answer_or_apologise(message)
            if reply is None:
                turn.ended = "silent"
            else:
                try:
                    shown = await self._delivery.show(reply, outlet, message.language, keep.parting)
                except Stopped as stopped:
                    turn.writes += await self._keeping(message, reply, stopped.shown, time.monotonic() - started)
                    raise
                turn.ended = self._timed(reply, shown, started)
                turn.writes += await self._keeping(message, reply, shown, time.monotonic() - started)

    async def _drop(self, message: Message, outlet: JournaledOutlet, keep: Keep) -> None:
        """Let a message go unanswered; where people are shown that an answer is on its way, say so in its place."""
        if promised(outlet.outlet):
            await self._show(apology(self._services, message, "core.too_late"), message, outlet, keep, "late")
            return
        self._metrics.ended.labels(message.platform, "late").inc()
        await keep.finish()

    async def _show(self, reply: Reply, message: Message, outlet: Outlet, keep: Keep, ended: str) -> None:
        """Show what is no answer, and let `keep` write that the message is done with."""
        async with closing(outlet, keep, message, self._metrics) as turn:
            await self._delivery.show(reply, outlet, message.language)
            turn.ended = ended

    async def answer(self, message: Message) -> Reply | None:
        """Ask the stages in order; the first that answers, answers. None: nobody was asked and nobody is sure."""
        for stage in self._stages.values():
            result = await stage(message)
            if isinstance(result, Reply):
                return result
            message = result or message
        return await unknown(self._services, message) if message.addressed else None

    async def _answer_or_apologise(self, message: Message) -> Reply | None:
        try:
            return await self.answer(message)
        except Apology as sorry:
            self._metrics.failed(sorry.key)
            return apology(self._services, message, sorry.key, **sorry.values)
        except Exception:  # a stage's bug is told in one fixed sentence to whom asked, and to nobody else
            log.exception("stage failed", conversation=message.conversation.hash)
            self._metrics.failed("bug")
            return apology(self._services, message, "core.bug") if message.addressed else None

    async def _resume(self, letter: Letter, outlet: Outlet, keep: Keep) -> None:
        """Mark the answer that a sudden end broke off, where it stands, or say that there may have been one."""
        message = letter.message
        if letter.stopped and not letter.begun:
            async with closing(outlet, keep, message, self._metrics) as turn:
                turn.ended = "stopped"
            return
        key = "core.stopped" if letter.stopped else "core.perhaps_shown"
        text = ""
        if letter.pages:
            last = letter.pages[max(letter.pages)]
            await outlet.adopt(0, last.id)
            text, key = f"{last.text}\n\n", "core.stopped" if letter.stopped else "core.restarted"
        reply = Reply(Source("error", key), text + self._services.say(message, key), remember=False)
        await self._show(reply, message, outlet, keep, "stopped" if letter.stopped else "resumed")

    def _timed(self, reply: Reply, shown: Shown, started: float) -> str:
        """Note how long an answer took. Return what the message's turn ended by."""
        if not shown.whole:
            return "broken"
        stage, first = reply.source.kind, None if shown.first is None else shown.first - started
        self._metrics.answered(stage, time.monotonic() - started, first)
        return stage

    async def _keeping(self, message: Message, reply: Reply, shown: Shown, seconds: float) -> list[Command]:
        """Return the commands that keep what was said and why; a broken-off answer is remembered as unfinished."""
        services = self._services
        writes = services.explanations.keeping(message, shown.ids, Explanation(reply.source, round(seconds, 4)))
        answer = shown.text if shown.whole else ""
        if shown.unfinished:
            answer = services.say(message, "core.unfinished", answer=shown.unfinished)
        if answer and reply.remember:
            options = await services.options.of(message)
            writes += services.memory.adding(message, answer, reply.source.kind, options)
        return writes

    def _outlet(self, message: Message) -> Outlet:
        return self._services.platforms[message.platform].outlet(message)

    async def _where(self, message: Message) -> Conversation:
        """Return the conversation whose turns follow each other: the one that is remembered together."""
        if message.chat.private:  # nobody to share it with: its options need not be waited for
            return message.conversation
        options = await self._services.options.of(message)
        return remembered(message, options) or message.conversation

    def understood(self, message: Message) -> Message:
        """Return what is asked, without what cannot be said in a chat, and with the language to answer it in."""
        message = summoned(message)
        message = replace(message, text=UNSPEAKABLE.sub("", message.text).strip())
        return replace(message, language=self._languages.of(message))
