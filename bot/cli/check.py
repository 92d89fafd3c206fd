"""`check`: is everything there that the bot needs? Says what is wrong and how to mend it."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import AsyncIterator
from typing import Any

from redis.exceptions import RedisError

from bot import discovery
from bot.app import open_house
from bot.cli.check_web import web
from bot.cli.finding import ABSENT, BAD, GOOD, Finding
from bot.cli.language import owner_language
from bot.cli.offline import offline
from bot.config.catalogue import Catalogue
from bot.config.content_files import ContentError
from bot.config.settings import Settings, SettingsError, read_settings
from bot.config.urls import told
from bot.domain.errors import Apology
from bot.platforms.console.clean import clean
from bot.storage.embedded import open_store
from bot.storage.schema import check_layout
from bot.storage.server import check_server
from bot.storage.store import Store, StoreBusyError, StoreError
from bot.telemetry import logging

PATIENCE_SECONDS = 20.0
TOKENS = {"telegram": "TELEGRAM_TOKEN", "discord": "DISCORD_TOKEN"}


def add(verbs: Any) -> None:
    """Describe the verb."""
    verb = verbs.add_parser(
        "check",
        help="check settings, content files, Redis, the HTTP port, the model, Telegram and Discord; say how to mend "
        "what is wrong",
    )
    verb.set_defaults(run=run)


def run(_arguments: argparse.Namespace) -> int:
    """Print what is found, a line each. Return 0, or 1 when something is wrong."""
    logging.configure("CRITICAL")
    return asyncio.run(_run())


async def _run() -> int:
    texts = discovery.texts()
    bad, language = 0, owner_language("zh-CN")
    async for finding in _findings(texts, language):
        bad += finding.mark == BAD
        sys.stdout.write(clean(f"{finding.mark} {finding.what}: {finding.sentence}") + "\n")
        sys.stdout.flush()
    sys.stdout.write(texts.say(language, "check.bad" if bad else "check.good", count=bad) + "\n")
    return 1 if bad else 0


async def _findings(texts: Catalogue, language: str) -> AsyncIterator[Finding]:
    checks = Checks(texts, language)
    try:
        # What the parts say of themselves is for the owner, too.
        settings = read_settings().model_copy(update={"default_language": language})
    except SettingsError as error:
        for line in str(error).splitlines():
            yield Finding(BAD, checks.say("settings"), line)
        return
    yield Finding(GOOD, checks.say("settings"), checks.say("fine"))
    for stage in settings.stages:
        yield await checks.stage(settings, stage)
    async for finding in checks.rooms(settings):
        yield finding
    yield await checks.store(settings)
    async for finding in web(settings, checks.say):
        yield finding
    async for finding in checks.platforms(settings):
        yield finding


class Checks:
    """Looks at one part after the other, each by itself, so that what is wrong with one hides nothing of the others."""

    def __init__(self, texts: Catalogue, language: str) -> None:
        self._texts = texts
        self._language = language

    def say(self, key: str, **values: object) -> str:
        """Return a sentence of this verb's."""
        return self._texts.say(self._language, f"check.{key}", **values)

    async def stage(self, settings: Settings, name: str) -> Finding:
        """Build a stage, which reads its files, and ask what it depends on."""
        what = self.say("content", name=name)
        try:
            async with open_house(offline(settings, (name,)), lambda *_: {}) as house:
                for path in house.services.content.absent:
                    return Finding(ABSENT, what, self.say("no_file", file=path.name, directory=path.parent))
                # The model is given as long as in a chat.
                return await self._probed(what, house.stages[name], PATIENCE_SECONDS + settings.openai_timeout)
        except (ContentError, SettingsError) as error:
            return Finding(BAD, what, str(error))

    async def rooms(self, settings: Settings) -> AsyncIterator[Finding]:
        """Ask every room of the handlers that can be asked."""
        for name, prober in discovery.probers(settings, self._texts).items():
            yield await self._probed(name, prober)

    async def platforms(self, settings: Settings) -> AsyncIterator[Finding]:
        """Ask every platform who the bot is there."""
        try:
            async with open_house(offline(settings, ()), discovery.platforms) as house:
                for name in dict.fromkeys((*TOKENS, *house.services.platforms)):
                    if platform := house.services.platforms.get(name):
                        yield await self._probed(name, platform)
                    else:
                        yield Finding(ABSENT, name, self.say("not_configured", variable=TOKENS[name]))
        except SettingsError as error:  # one of them cannot be made
            yield Finding(BAD, ", ".join(TOKENS), str(error))

    async def store(self, settings: Settings) -> Finding:
        """Ask the server that remembers. One that another process has locked is left alone."""
        what, place = self.say("store"), told(settings.redis_url) or str(settings.data_dir)
        try:
            async with open_store(settings) as store:
                policy = await check_server(store)
                await check_layout(store)
                if policy:
                    return Finding(BAD, what, self.say("store_evicts", policy=policy))
                return Finding(GOOD, what, await self._server(store, settings, place))
        except StoreBusyError:
            return Finding(GOOD, what, self.say("store_busy", place=place))
        except (StoreError, Apology) as error:
            return Finding(BAD, what, self._sentence(error))
        except (RedisError, OSError, TimeoutError) as error:
            cause = f"{type(error).__name__}: {error}"
            return Finding(BAD, what, self.say("store_away", place=place, cause=cause))

    async def _server(self, store: Store, settings: Settings, place: str) -> str:
        facts: dict[str, Any] = await store.client.info()
        if "ok" not in (facts.get("aof_last_write_status", "ok"), facts.get("rdb_last_bgsave_status", "ok")):
            raise Apology("check.store_writes_fail", cause="aof, rdb")
        persisted = facts.get("aof_enabled") or await _saves(store)
        return self.say(
            "store_server" if settings.redis_url else "store_embedded",
            version=facts.get("valkey_version") or facts.get("redis_version", "?"),
            place=place,
            persistence=self.say("persisted" if persisted else "not_persisted"),
        )

    async def _probed(self, what: str, part: Any, patience: float = PATIENCE_SECONDS) -> Finding:
        """Ask a part that can be asked (`Prober`)."""
        probe = getattr(part, "probe", None)
        try:
            async with asyncio.timeout(patience):
                return Finding(GOOD, what, await probe() if probe else self.say("fine"))
        except Apology as apology:
            return Finding(BAD, what, self._sentence(apology))
        except TimeoutError:
            return Finding(BAD, what, self.say("no_answer", seconds=f"{patience:.0f}"))

    def _sentence(self, error: Exception) -> str:
        if not isinstance(error, Apology):
            return str(error)
        sentence, words = self._texts.say(self._language, error.key, **error.values), error.values.get("words")
        return self.say("own_words", sentence=sentence, words=words) if words else sentence


async def _saves(store: Store) -> bool:
    """Return whether the server saves snapshots; one that does not let itself be asked is taken to."""
    try:
        return bool((await store.client.config_get("save")).get("save"))
    except RedisError:
        return True
