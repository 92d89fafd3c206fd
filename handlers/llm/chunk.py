"""One chunk of an answer's stream: what is said and thought in it, and what it tells about the answer."""

from __future__ import annotations

from typing import Any, NamedTuple

# Where endpoints put what a model thinks, when they part it from what it says.
THOUGHTS = ("reasoning_content", "reasoning", "reasoning_details", "thinking")


class Chunk(NamedTuple):  # made for every word: a frozen dataclass takes three times as long
    """What a chunk holds: words, thoughts (empty: none), why the answer ends (empty: it does not), tokens counted."""

    words: str
    thought: str
    finish: str
    usage: dict[str, Any]


def chunk_of(data: object) -> Chunk:
    """Return what a `chat.completion.chunk` of the API reference holds.

    Nobody has checked it, and endpoints leave fields out or put null.
    """
    data = as_object(data)
    choices = data.get("choices")
    choice = as_object(choices[0]) if isinstance(choices, list) and choices else {}
    delta = as_object(choice.get("delta"))
    words, thought = _parted(delta.get("content") or delta.get("refusal"))
    if not words and (apart := next((delta[name] for name in THOUGHTS if delta.get(name)), "")):
        thought = apart if isinstance(apart, str) else "…"
    return Chunk(words, thought, str(choice.get("finish_reason") or ""), as_object(data.get("usage")))


def as_object(value: object) -> dict[str, Any]:
    """Return a JSON object, or an empty one in place of anything else."""
    return value if isinstance(value, dict) else {}


def _parted(content: object) -> tuple[str, str]:
    """Return the words of a content and its thoughts; some endpoints send it in parts of either kind."""
    if isinstance(content, str):
        return content, ""
    if not isinstance(content, list):
        return "", ""
    parts = [(as_object(part).get("type"), as_object(part).get("text")) for part in content]
    words = "".join(text for kind, text in parts if kind == "text" and isinstance(text, str))
    return words, "" if all(kind == "text" for kind, _ in parts) else "…"
