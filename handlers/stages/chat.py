"""The last stage: the language model answers what is said to the bot and nothing before it knew."""

from __future__ import annotations

from collections.abc import AsyncIterator

import structlog

from bot.config.urls import told
from bot.domain.message import Message
from bot.domain.reply import Notice, Reply, Retraction, Source
from bot.services import Services
from handlers.llm.asking import Asking, asking, has_model
from handlers.llm.prompt import Prompt, compose, within

log = structlog.get_logger(__name__)


class Chat:
    """Answers from the model."""

    def __init__(self, services: Services, model: Asking) -> None:
        self._services = services
        self._settings = services.settings
        self._model = model

    async def __call__(self, message: Message) -> Reply | None:
        """Answer what was said to the bot in words."""
        if not message.addressed or message.choice or not message.text.strip():
            return None
        return Reply(Source("chat", self._settings.openai_model), words=self._words(message), markdown=True)

    async def probe(self) -> str:
        """Return how the model answers. Raises `Apology` that says what is wrong and how to mend it."""
        trial, settings = await self._model.check(), self._settings
        values: dict[str, object] = {"model": settings.openai_model, "address": told(settings.openai_base_url)}
        notes: dict[str, tuple[bool, dict[str, object]]] = {
            "chat.ready": (True, values),
            "chat.ready_first": (trial.first_word is not None, {"seconds": trial.first_word}),
            "chat.ready_thought": (trial.thought, {}),
            "chat.ready_uncounted": (not trial.counted, {}),
            "chat.ready_dropped": (bool(trial.dropped), {"fields": ", ".join(trial.dropped)}),
            "chat.ready_unlisted": (not trial.listed, {}),
        }
        language, say = settings.default_language, self._services.texts.say
        return "".join(say(language, key, **given) for key, (true, given) in notes.items() if true)

    def _words(self, message: Message) -> AsyncIterator[str | Notice | Retraction]:
        return self._model.words(message, lambda: self._prompt(message))

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
    return Chat(services, services.once(asking))
