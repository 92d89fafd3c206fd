"""What the chat completions endpoint takes: the fields, their types and their ranges."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

ROLES = ("system", "developer", "user", "assistant")


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a request is refused."""

    code: str
    message: str
    param: str | None


def fault(body: Any, unknown: frozenset[str], own: frozenset[str] = frozenset()) -> Fault | None:
    """Return what is wrong with the body of a request to a server too old for `unknown` fields and with its `own`."""
    if not isinstance(body, dict):
        return Fault("invalid_json", "We could not parse the JSON body of your request.", None)
    found = next((wrong for name in body if name not in own and (wrong := _wrong(name, body[name], unknown))), None)
    return found or _incomplete(body)


def _wrong(name: str, value: Any, unknown: frozenset[str]) -> Fault | None:
    if name not in FIELDS:
        return Fault("unknown_parameter", f"Unrecognized request argument supplied: {name}", name)
    if name in unknown:
        return Fault("unsupported_parameter", f"Unsupported parameter: '{name}' is not supported here.", name)
    return None if FIELDS[name](value) else Fault("invalid_value", f"Invalid value for '{name}'.", name)


def _incomplete(body: dict[str, Any]) -> Fault | None:
    missing = next((name for name in ("model", "messages") if name not in body), None)
    if missing:
        return Fault("missing_required_parameter", f"Missing required parameter: '{missing}'.", missing)
    if "stream_options" in body and body.get("stream") is not True:
        return Fault("invalid_value", "'stream_options' is only for streams.", "stream_options")
    return None


def _text(least: int, most: int) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, str) and least <= len(value) <= most


def _number(least: float, most: float) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, int | float) and not isinstance(value, bool) and least <= value <= most


def _whole(least: int, most: int) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, int) and not isinstance(value, bool) and least <= value <= most


def _messages(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(_message(each) for each in value)


def _message(value: Any) -> bool:
    if not isinstance(value, dict) or value.keys() - {"role", "content", "name"}:
        return False
    return value.get("role") in ROLES and isinstance(value.get("content"), str)


def _stop(value: Any) -> bool:
    texts = value if isinstance(value, list) else [value]
    return 1 <= len(texts) <= 4 and all(isinstance(each, str) and each for each in texts)


def _bias(value: Any) -> bool:
    return isinstance(value, dict) and all(key.isdecimal() and -100 <= each <= 100 for key, each in value.items())


FIELDS: dict[str, Callable[[Any], bool]] = {
    "model": _text(1, 256),
    "messages": _messages,
    "stream": lambda value: isinstance(value, bool),
    "stream_options": lambda value: isinstance(value, dict) and not value.keys() - {"include_usage"},
    "temperature": _number(0, 2),
    "top_p": _number(0, 1),
    "max_tokens": _whole(1, 10**6),
    "max_completion_tokens": _whole(1, 10**6),
    "reasoning_effort": _text(1, 16),
    "stop": _stop,
    "presence_penalty": _number(-2, 2),
    "frequency_penalty": _number(-2, 2),
    "logit_bias": _bias,
    "seed": _whole(-(2**63), 2**63 - 1),
    "user": _text(1, 256),
    "safety_identifier": _text(1, 128),
}
