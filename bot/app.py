"""Puts the parts together, and takes them apart in reverse order."""

from __future__ import annotations

import asyncio
import functools
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any

import structlog

from bot import discovery
from bot.config.catalogue import Catalogue
from bot.config.content_files import REFRESH_SECONDS, Content
from bot.config.settings import Settings
from bot.contract import Limited, Lively, Part, Platform, Shared, Stage
from bot.delivery.delivery import Delivery
from bot.delivery.quota import SharedTokenBucket
from bot.domain.command import Commands
from bot.domain.errors import Apology
from bot.queue.apart import Between
from bot.queue.lease import Shares
from bot.queue.mailbox import EXTEND_SECONDS, Mailbox
from bot.queue.replica import Presence, held_replica, stranger
from bot.runtime.gc_freeze import settle, settled
from bot.runtime.health import Health
from bot.runtime.shutdown import told_to_end
from bot.runtime.systemd import supervised
from bot.runtime.watchdog import SilentError, watched
from bot.services import Services
from bot.storage.chat_settings import ChatSettingsStore
from bot.storage.embedded import open_store
from bot.storage.explanations import Explanations
from bot.storage.memory import Memory
from bot.storage.migration import prepared, until_strange
from bot.storage.person_index import PersonIndex
from bot.storage.schema import guard
from bot.storage.server import suited
from bot.storage.store import Store
from bot.telemetry.logging import told_by_loop
from bot.telemetry.metrics import Metrics
from bot.turn.dispatcher import Dispatcher
from bot.turn.scheduler import Scheduler

log = structlog.get_logger(__name__)

Serve = Callable[["House"], AbstractAsyncContextManager[None]]
MakePlatforms = Callable[[Settings, Catalogue, Commands], Mapping[str, Platform]]
LOOK_SECONDS = 1.0
HEED_SECONDS = 0.25
AGAIN_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class House:
    """The bot, put together: ready to answer, and listening to nobody yet."""

    services: Services
    stages: Mapping[str, Stage]
    dispatcher: Dispatcher
    turns: Scheduler
    presence: Presence
    health: Health

    async def listen(self, stop: asyncio.Event | None = None) -> bool:
        """Listen on all platforms until `stop` is set, one has nothing more to say, or none is left; then drain.

        Returns:
            False when no platform could be listened to.

        Raises:
            StoreError: What is kept is of a newer layout (now).
        """
        stop = stop or asyncio.Event()
        async with asyncio.TaskGroup() as group:
            strange = group.create_task(until_strange(self.services.store))
            strange.add_done_callback(lambda _: stop.set())
            watching = [group.create_task(each) for each in (self._sweep(), self._refresh())]
            living, lag = group.create_task(self._live()), group.create_task(self.health.lag.beat())
            supervising = group.create_task(supervised(stop))
            listening = [group.create_task(self._listen(each, stop)) for each in self.services.platforms.values()]
            group.create_task(_stop_when_all_ended(listening, stop))
            self.health.process("running", ready=True)
            await stop.wait()
            self.health.process("ending", ready=False)
            for task in (*watching, *listening):
                task.cancel()
            await asyncio.wait([*watching, *listening])
            # As long as it answers, other processes must know that it is alive.
            cancelled = await self.turns.drain(self.services.settings.grace)
            for each in (living, lag, strange, supervising):
                each.cancel()
        if cancelled:
            log.warning("answers cut short by the end of the grace period", turns=cancelled)
        if not strange.cancelled():
            raise strange.result()
        return any(task.cancelled() or task.result() for task in listening)

    async def _listen(self, platform: Platform, stop: asyncio.Event) -> bool:
        """Listen to a platform until it has nothing more to say. Return False when it had to be given up."""

        async def all_of_it() -> bool:
            if not isinstance(platform, Shared) or not (parts := await platform.parts()):
                await self._hear(platform, platform.listen(self.dispatcher.receive, self.dispatcher.moved))
                stop.set()
                return True
            self.health.platform(platform, "standby", ready=True)
            contested = functools.partial(_contested, platform)
            shares = Shares(self.services.store, self.presence, platform.name, parts, contested)
            return await shares.run(functools.partial(self._listen_to, platform, platform))

        return await self._patiently(platform, all_of_it)

    async def _listen_to(self, platform: Platform, shared: Shared, part: Part) -> bool:
        async def one_part() -> bool:
            receive, moved = self.dispatcher.receive, self.dispatcher.moved
            await self._hear(platform, shared.listen_to(part, receive, moved, Between(self.services.store)))
            return True

        return await self._patiently(platform, one_part)

    async def _hear(self, platform: Platform, listening: Coroutine[Any, Any, None]) -> None:
        with self.health.listening(platform):
            await watched(platform, listening)

    async def _patiently(self, platform: Platform, listen: Callable[[], Awaitable[bool]]) -> bool:
        while True:
            try:
                return await listen()
            except Apology as apology:
                sentence = self.services.texts.say("en", apology.key, **apology.values)
                log.error("platform given up", platform=platform.name, reason=sentence)  # noqa: TRY400 — not a bug
                self.health.platform(platform, f"given up: {sentence}", ready=False)
                return False
            except SilentError:
                log.error("platform has fallen silent, listening again", platform=platform.name)  # noqa: TRY400 — as above
            except Exception:  # a bug in one platform ends neither the others nor itself
                log.exception("platform failed, listening again", platform=platform.name)
                self.health.platform(platform, "failed, listening again soon", ready=False)
                await asyncio.sleep(AGAIN_SECONDS)
            self.services.metrics.health.restarts.labels(platform.name).inc()

    async def _sweep(self) -> None:
        """Take up what dead processes left, as long as the bot runs."""
        while True:
            await self.dispatcher.sweep()
            await asyncio.sleep(LOOK_SECONDS)

    async def _refresh(self) -> None:
        """Take changed content files into use, as long as the bot runs: a large FAQ takes seconds."""
        while True:
            await asyncio.sleep(REFRESH_SECONDS)
            if await asyncio.to_thread(self.services.content.refresh):
                settle()

    async def _live(self) -> None:
        """Say that this process is alive, and heed what others say to it, as long as anything is answered here."""
        if not any(platform.lasting for platform in self.services.platforms.values()):
            return
        async with asyncio.TaskGroup() as group:
            group.create_task(self.presence.beat())
            group.create_task(self._heed())
            group.create_task(self._hold())

    async def _heed(self) -> None:
        while True:
            await self.dispatcher.heed()
            await asyncio.sleep(HEED_SECONDS)

    async def _hold(self) -> None:
        while True:
            await asyncio.sleep(EXTEND_SECONDS)
            await self.dispatcher.hold()


async def live(settings: Settings, make_platforms: MakePlatforms, serve: Serve) -> bool:
    """Put the bot together, listen until the process is told to end, and take it apart, wherever it then stands.

    Returns:
        False when no platform could be listened to.

    Raises:
        StoreError, ContentError, SettingsError: The bot cannot start; the sentence says why.
    """
    asyncio.get_running_loop().set_exception_handler(told_by_loop)
    with told_to_end() as ending:
        try:
            async with open_house(settings, make_platforms) as house, serve(house):
                ending.opened()
                with settled():
                    return await house.listen(ending.stop)
        except asyncio.CancelledError:
            if not ending.early:
                raise
            log.info("told to end before it had begun")
            return True


@asynccontextmanager
async def open_house(settings: Settings, make_platforms: MakePlatforms) -> AsyncIterator[House]:
    """Put the bot together, ready to answer, and take it apart again in reverse order.

    Raises:
        StoreError, ContentError, SettingsError: The bot cannot start; the sentence says why.
    """
    async with AsyncExitStack() as closing:
        metrics = Metrics(settings.openai_prices)
        store = await closing.enter_async_context(open_store(settings, metrics, guard))
        if await prepared(store):
            await suited(store)
        services = _services(settings, store, make_platforms, closing, metrics)
        for platform in services.platforms.values():
            closing.push_async_callback(platform.close)
        stages = await asyncio.to_thread(discovery.stages, services)
        presence = Presence(store, stranger())
        if any(platform.lasting for platform in services.platforms.values()):
            presence = Presence(store, closing.enter_context(held_replica(settings.data_dir)))
            closing.push_async_callback(presence.leave)
            await presence.announce()
        turns = Scheduler()
        closing.push_async_callback(turns.drain, 0)
        overall = {name: each.overall for name, each in services.platforms.items() if isinstance(each, Limited)}
        delivery = Delivery(services.texts, quota=SharedTokenBucket(store, presence), metrics=metrics, overall=overall)
        dispatcher = Dispatcher(services, stages, turns, delivery, Mailbox(store, presence.replica))
        yield House(services, stages, dispatcher, turns, presence, Health(services, turns))


def _services(
    settings: Settings, store: Store, make_platforms: MakePlatforms, closing: AsyncExitStack, metrics: Metrics
) -> Services:
    texts, commands = discovery.texts(), discovery.commands()
    return Services(
        settings=settings,
        store=store,
        memory=Memory(store, settings),
        options=ChatSettingsStore(store),
        explanations=Explanations(store),
        places=PersonIndex(store),
        texts=texts,
        content=Content(),
        commands=commands,
        platforms=make_platforms(settings, texts, commands),
        random=random.Random(),
        clock=time.time,
        closing=closing,
        metrics=metrics,
    )


def _contested(platform: Platform) -> bool:
    return isinstance(platform, Lively) and platform.pulse().contested


async def _stop_when_all_ended(listening: list[asyncio.Task[bool]], stop: asyncio.Event) -> None:
    if listening:
        await asyncio.wait(listening)
    stop.set()
