"""Asking the model, whoever asks: the last stage and the commands share one connection and one queue."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import TYPE_CHECKING

import structlog

from bot.config.settings import Settings
from bot.domain.errors import Apology
from bot.domain.message import Message
from bot.domain.reply import Notice, Retraction
from bot.services import Services
from handlers.llm.identity import identifier, identity_key
from handlers.llm.prompt import Prompt
from handlers.llm.slots import Slots

if TYPE_CHECKING:
    from handlers.llm.answer import Answer
    from handlers.llm.client import Model
    from handlers.llm.trial import Trial

log = structlog.get_logger(__name__)

NOTICE_SECONDS = 2.0
# Who waits so long for a model that thinks is told that it does.
THINKING_SECONDS = 3.0


class Asking:
    """Asks the model, for so many at once; the others wait in order and are told so."""

    def __init__(self, services: Services, model: Model) -> None:
        self._services = services
        self._model = model
        self._slots = Slots(services.settings.openai_parallel)
        self._key = identity_key(services.settings.data_dir)
        services.metrics.model.waiting.set_function(lambda: len(self._slots))

    async def words(
        self, message: Message, prompt: Callable[[], Awaitable[Prompt]], *, most: int = 0
    ) -> AsyncIterator[str | Notice | Retraction]:
        """Yield the model's words as they come; the prompt is composed when it is this message's turn.

        `most` characters are let through even where OPENAI_ANSWER_CHARACTERS are fewer.

        Raises:
            Apology: Something went wrong with the model.
        """
        with self._slots.enter() as ticket:
            told = 0
            while not await ticket.wait(NOTICE_SECONDS):
                if ticket.place != told:
                    told = ticket.place
                    yield Notice(self._services.say(message, "chat.waiting", place=told))
            user, conversation = identifier(message, self._key), message.conversation.hash
            async with self._model.answer(await prompt(), user, conversation, most) as answer:
                try:
                    thinking = False
                    async for words in answer:
                        if words:
                            yield words
                        elif not thinking and answer.pondering > THINKING_SECONDS:
                            thinking = True
                            yield Notice(self._services.say(message, "chat.thinking"))
                finally:
                    self._count(answer)

    def _count(self, answer: Answer) -> None:
        """Count what an answer took, also one that broke off: its tokens are paid for."""
        metrics, name = self._services.metrics.model, self._services.settings.openai_model
        if answer.usage:
            metrics.spent(name, answer.usage)
        if answer.first_word is not None:
            metrics.first_word.labels(name).observe(answer.first_word)

    async def check(self) -> Trial:
        """Return how a question is answered. Raises `Apology` when it is not."""
        return await self._model.check()


def asking(services: Services) -> Asking:
    """Return the one way to the model, to be got by `services.once(asking)`. Importing the client takes half a second.

    Raises:
        Apology: There is nobody to ask.
    """
    if not has_model(services.settings):
        raise Apology("chat.no_key")
    from handlers.llm.client import Model  # noqa: PLC0415 — importing the client takes half a second

    model = Model(services.settings)
    services.closing.push_async_callback(model.close)
    return Asking(services, model)


def has_model(settings: Settings) -> bool:
    """Return whether there is anybody to ask: a key, or an endpoint of the owner's that may need none."""
    default = type(settings).model_fields["openai_base_url"].default
    return settings.openai_api_key is not None or settings.openai_base_url.rstrip("/") != default
