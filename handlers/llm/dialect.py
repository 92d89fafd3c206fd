"""Which fields a request has, and which of them this endpoint turned out not to know."""

from __future__ import annotations

import json
import re
from typing import Any

import structlog
from openai import APIError

from bot.config.settings import Settings

log = structlog.get_logger(__name__)

# The older name that compatible servers know, where there is one.
OLDER = {"max_completion_tokens": "max_tokens", "safety_identifier": "user"}
REFUSALS = (400, 422)
REQUIRED = frozenset({"model", "messages", "stream"})
UNKNOWN = re.compile(
    r"un(known|recogni[sz]ed|supported|expected)|not (supported|permitted|allowed|recogni[sz]ed|available|compatible)"
    r"|(does|do)(n't| not) support|invalid (field|parameter|argument)|extra[ _](inputs|fields|forbidden)|incompatible",
    re.IGNORECASE,
)


class Dialect:
    """The request of this process's settings, as its endpoint understands it. Learns from refusals."""

    def __init__(self, settings: Settings) -> None:
        self._settings = _chosen(settings)
        self._extra = settings.openai_extra_body
        self._names: dict[str, str] = {}

    def request(self, messages: list[dict[str, str]], user: str) -> dict[str, Any]:
        """Return the fields of a request, each under the name that this endpoint knows it by, if at all.

        The owner's own win, also where they are an older name of ours.
        """
        ours = {**self._settings, "safety_identifier": user, "stream_options": {"include_usage": True}}
        fields = {name: value for name, value in ours.items() if OLDER.get(name) not in self._extra} | self._extra
        named = {self._names.get(name, name): value for name, value in fields.items()}
        named.pop("", None)
        return {**named, "messages": messages, "stream": True}

    @property
    def dropped(self) -> tuple[str, ...]:
        """The fields that the endpoint does not take under any name."""
        return tuple(name for name, other in self._names.items() if not other)

    def learn(self, sent: dict[str, Any], error: APIError) -> bool:
        """Take note of a field that was refused; return whether the request should be sent again without it."""
        status = getattr(error, "status_code", None)
        name = refused(sent, error.body, error.param) if status in REFUSALS else None
        if name is None:
            return False
        ours = next((own for own, other in self._names.items() if other == name), name)
        instead = OLDER.get(name, "")
        if self._names.get(ours) != instead:
            self._names[ours] = instead
            log.warning("the model's endpoint does not take a field", field=name, instead=instead or None)
        return True


def refused(sent: dict[str, Any], body: object, param: str | None) -> str | None:
    """Return the optional field that a refusal says is not known here, or None where it is about something else."""
    text = body if isinstance(body, str) else json.dumps(body, ensure_ascii=False, default=str)
    if not UNKNOWN.search(text):
        return None
    optional = [name for name in sent if name not in REQUIRED]
    if param:
        return next((name for name in re.split(r"[.\[\]]", param) if name in optional), None)
    return next((name for name in optional if _named(name, text)), None)


def _named(name: str, text: str) -> bool:
    """Look for the name of a field: a word like `stop` counts only in quotes or after a colon or full stop."""
    word = rf"\b{re.escape(name)}\b" if "_" in name else rf"(['\"`]|[.:]\s?){re.escape(name)}\b"
    return re.search(word, text) is not None


def _chosen(settings: Settings) -> dict[str, Any]:
    """Return what the owner has set, and nothing that was left open."""
    fields = {
        "model": settings.openai_model,
        "temperature": settings.openai_temperature,
        "top_p": settings.openai_top_p,
        "max_completion_tokens": settings.openai_max_tokens,
        "reasoning_effort": settings.openai_reasoning_effort,
        "stop": list(settings.openai_stop) or None,
        "presence_penalty": settings.openai_presence_penalty,
        "frequency_penalty": settings.openai_frequency_penalty,
        "logit_bias": settings.openai_logit_bias or None,
        "seed": settings.openai_seed,
    }
    return {name: value for name, value in fields.items() if value is not None}
