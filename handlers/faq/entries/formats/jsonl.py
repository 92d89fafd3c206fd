"""FAQ files as JSON lines: an object an entry; fields that are not ours are left alone."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from handlers.faq.entries.draft import Draft, FaqError, Wording, one_line, wording
from handlers.faq.entries.entry import Entry
from handlers.faq.entries.formats.fields import FIELDS, TWINS, record
from handlers.faq.entries.formats.text import utf8


def read(path: Path) -> tuple[Draft, ...]:
    """Return the drafts of a file, one a line. Raises `FaqError`."""
    lines = enumerate(utf8(path).split("\n"), 1)
    return tuple(_draft(f"{path.name}, line {number}", line) for number, line in lines if line.strip())


def _draft(place: str, line: str) -> Draft:
    try:
        fields = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise FaqError(f"{place}: this is not JSON ({_reason(error)}).") from None
    if not isinstance(fields, dict):
        raise FaqError(f'{place}: a line must be an object like {{"question": …, "answer": …}}.')
    _spelled(place, fields)
    language = next((each for each in TWINS if fields.get(each) is not None), "")
    twin = fields.get(language)
    if twin is not None and not isinstance(twin, dict):
        raise FaqError(f"{place}: {language} must be an object with question and answer.")
    tags = tuple(dict.fromkeys(filter(None, map(one_line, _texts(place, fields, "tags")))))
    return Draft(
        place,
        _wording(place, fields),
        one_line(_text(place, fields, "id")),
        tags,
        _flag(place, fields),
        None if twin is None else _wording(place, twin),
        language,
    )


def _reason(error: ValueError | RecursionError) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"{error.msg} at column {error.colno}"
    return "nested too deeply" if isinstance(error, RecursionError) else "a number is too long"


def _spelled(place: str, fields: Mapping[str, Any]) -> None:
    for name in fields.keys() - set(FIELDS):
        near = difflib.get_close_matches(name, FIELDS, n=1, cutoff=0.8)
        if near and near[0] not in fields:
            raise FaqError(f'{place}: "{name}" is not a field, did you mean "{near[0]}"?')


def _wording(place: str, fields: Mapping[str, Any]) -> Wording:
    others = _texts(place, fields, "alternatives")
    return wording(_text(place, fields, "question"), _text(place, fields, "answer"), others)


def _text(place: str, fields: Mapping[str, Any], name: str) -> str:
    value = fields.get(name)
    if value is None:
        return ""
    if isinstance(value, (bool, list, dict)):
        raise FaqError(f"{place}: {name} must be a text, not {json.dumps(value, ensure_ascii=False)[:40]}.")
    return str(value)


def _texts(place: str, fields: Mapping[str, Any], name: str) -> list[str]:
    value = fields.get(name)
    if isinstance(value, list):
        return [_text(place, {name: each}, name) for each in value]
    return _text(place, fields, name).splitlines()


def _flag(place: str, fields: Mapping[str, Any]) -> bool:
    value = fields.get("markdown")
    if value is not None and not isinstance(value, bool):
        raise FaqError(f"{place}: markdown must be true or false, not {json.dumps(value, ensure_ascii=False)[:40]}.")
    return bool(value)


def write(path: Path, entries: Iterable[Entry]) -> None:
    """Write a file that reads as these entries."""
    lines = (json.dumps(record(each), ensure_ascii=False) + "\n" for each in entries)
    path.write_text("".join(lines), encoding="utf-8")
