"""The last stage: the language model answers what is said to the bot and nothing before it knew."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

import structlog

from bot.contract import Services
from bot.model import Message, Notice, Reply, Source
from bot.settings import Settings
from handlers.model.identity import identifier, identity_key
from handlers.model.prompt import Prompt, compose, within
from handlers.model.slots import Slots

if TYPE_CHECKING:
    from handlers.model.answer import Answer
    from handlers.model.client import Model

log = structlog.get_logger(__name__)

NOTICE_SECONDS = 2.0


class Chat:
    """Answers from the model, so many at once; the others wait in order and are told so."""

    def __init__(self, services: Services, model: Model) -> None:
        self._services = services
        self._settings = services.settings
        self._model = model
        self._slots = Slots(services.settings.openai_parallel)
        self._key = identity_key(services.settings.data_dir)
        services.metrics.model.waiting.set_function(lambda: len(self._slots))

    async def __call__(self, message: Message) -> Reply | None:
        """Answer what was said to the bot in words."""
        if not message.addressed or message.choice or not message.text.strip():
            return None
        return Reply(Source("chat", self._settings.openai_model), words=self._words(message), markdown=True)

    async def probe(self) -> str:
        """Return that the model is there. Raises `Apology` that says what is wrong and how to mend it."""
        await self._model.check()
        values = {"model": self._settings.openai_model, "address": self._settings.openai_base_url.rpartition("@")[2]}
        return self._services.texts.say(self._settings.default_language, "chat.ready", **values)

    async def _words(self, message: Message) -> AsyncIterator[str | Notice]:
        with self._slots.enter() as ticket:
            told = 0
            while not await ticket.wait(NOTICE_SECONDS):
                if ticket.place != told:
                    told = ticket.place
                    yield Notice(self._services.say(message, "chat.waiting", place=told))
            prompt = await self._prompt(message)
            user, conversation = identifier(message, self._key), message.conversation.hash
            async with self._model.answer(prompt, user, conversation) as answer:
                try:
                    async for words in answer:
                        yield words
                finally:
                    self._count(answer)

    def _count(self, answer: Answer) -> None:
        """Count what an answer took, also one that broke off: its tokens are paid for."""
        metrics, name = self._services.metrics.model, self._settings.openai_model
        if answer.usage:
            metrics.spent(name, answer.usage)
        if answer.first_word is not None:
            metrics.first_word.labels(name).observe(answer.first_word)

    async def _prompt(self, message: Message) -> Prompt:
        options = await self._services.options.of(message)
        remembered = await self._services.memory.recall(message, options)
        return compose(
            message,
            within(remembered, self._settings.openai_history_tokens),
            self._services.texts,
            system=self._settings.openai_system_prompt,
            shared=options.memory == "shared" and not message.chat.private,
        )


class Silent:
    """Stands where there is no key: passes everything, so that the dispatcher says honestly that nobody knows."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def __call__(self, message: Message) -> None:
        """Pass."""

    async def probe(self) -> str:
        """Say that there is no model, which is a choice and not a fault."""
        return self._services.texts.say(self._services.settings.default_language, "chat.no_key")


def build(services: Services) -> Chat | Silent:
    """Return the stage: the model's where there is a key, or an endpoint of the owner's that may need none."""
    if not has_model(services.settings):
        log.warning("no OPENAI_API_KEY: rules and FAQ answer, the model does not")
        return Silent(services)
    from handlers.model.client import Model  # noqa: PLC0415 — importing the client takes half a second

    model = Model(services.settings)
    services.closing.push_async_callback(model.close)
    return Chat(services, model)


def has_model(settings: Settings) -> bool:
    """Return whether there is anybody to ask."""
    default = type(settings).model_fields["openai_base_url"].default
    return settings.openai_api_key is not None or settings.openai_base_url.rstrip("/") != default
