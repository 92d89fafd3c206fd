"""The names of an entry's fields, as owners write them."""

from __future__ import annotations

import difflib
import re

from handlers.faq.entries.entry import Entry, Twin
from handlers.language.script.normalise import fold

TWINS = ("en", "zh")
SAID = ("question", "alternatives", "answer")
FIELDS = ("id", *SAID, "tags", "markdown", *TWINS)
HAN = re.compile(r"[\u3400-\u9fff]")
TRUE = frozenset(("true", "yes", "on", "1", "是", "y"))
FALSE = frozenset(("false", "no", "off", "0", "否", "n", ""))


def suggestion(name: str, known: tuple[str, ...]) -> str:
    """Return " (did you mean …?)" with the nearest known name, or the list of names where none is near."""
    near = difflib.get_close_matches(fold(name), known, n=1, cutoff=0.6)
    return f'did you mean "{near[0]}"?' if near else f"there is {', '.join(known)}."


def truth(text: str) -> bool | None:
    """Return what a word like true or 否 says, None where it says neither."""
    word = fold(text)
    return True if word in TRUE else False if word in FALSE else None


def twin_key(entry: Entry) -> str:
    """Return the key of an entry's twin: the language that the entry itself is not in."""
    return "en" if HAN.search(entry.question) else "zh"


def record(entry: Entry) -> dict[str, object]:
    """Return an entry as a mapping of those fields that say something, in the order people read them."""
    fields: dict[str, object] = {"id": entry.id, **_said(entry)}
    if entry.tags:
        fields["tags"] = list(entry.tags)
    if entry.markdown:
        fields["markdown"] = True
    if entry.twin:
        fields[twin_key(entry)] = _said(entry.twin)
    return fields


def _said(side: Entry | Twin) -> dict[str, object]:
    others = {"alternatives": list(side.alternatives)} if side.alternatives else {}
    return {"question": side.question, **others, "answer": side.answer}
