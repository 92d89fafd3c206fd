"""What the embeddings endpoint takes, and vectors that are near where texts share characters."""

from __future__ import annotations

import hashlib
from typing import Any

from tests.servers.openai_fields import Fault

MOST_TEXTS = 2048
DIMENSIONS = 64


def unembeddable(body: Any, models: list[str]) -> Fault | None:
    """Return what is wrong with the body of a request."""
    if not isinstance(body, dict):
        return Fault("invalid_json", "We could not parse the JSON body of your request.", None)
    if body.get("model") not in models:
        return Fault("model_not_found", f"The model `{body.get('model')}` does not exist", "model")
    if body.get("encoding_format", "float") != "float":
        return Fault("unsupported_parameter", "This server writes numbers as numbers.", "encoding_format")
    texts = [body["input"]] if isinstance(body.get("input"), str) else body.get("input")
    good = isinstance(texts, list) and 0 < len(texts) <= MOST_TEXTS and all(isinstance(t, str) and t for t in texts)
    return None if good else Fault("invalid_value", "'$.input' is invalid.", "input")


def vector(text: str) -> list[float]:
    """Return the sum of one vector a character: the same for the same text, on every machine."""
    total = [0.0] * DIMENSIONS
    for character in text:
        digest = hashlib.blake2b(character.encode("utf-8", "replace"), digest_size=DIMENSIONS).digest()
        total = [each + (byte - 127.5) / 127.5 for each, byte in zip(total, digest, strict=True)]
    return total
