"""Loading an FAQ from a file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import yaml

from handlers.faq.entry import Entry, Twin


class FaqError(ValueError):
    """A file is refused; the message is a whole sentence."""


def load(path: Path) -> tuple[Entry, ...]:
    """Return the entries of a file of JSON lines or YAML, in their order. Raises `FaqError` or `OSError`."""
    text = path.read_text(encoding="utf-8-sig")
    try:
        rows = [json.loads(line) for line in text.splitlines() if line] if path.suffix == ".jsonl" else _yaml(text)
        return tuple(_entry(row) for row in rows)
    except (yaml.YAMLError, json.JSONDecodeError, KeyError, TypeError) as error:
        raise FaqError(f"{path.name}: {error}") from error


def _yaml(text: str) -> list[dict[str, Any]]:
    data = yaml.safe_load(text) or []
    return data["entries"] if isinstance(data, dict) else data


def _entry(row: dict[str, Any]) -> Entry:
    twin = row.get("twin")
    return Entry(
        str(row["id"]),
        row["question"],
        row["answer"],
        tuple(row.get("alternatives", ())),
        twin and Twin(twin["question"], twin["answer"], tuple(twin.get("alternatives", ()))),
        tuple(row.get("tags", ())),
        bool(row.get("markdown", False)),
    )
