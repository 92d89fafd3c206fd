"""Whether a text asks for something, by its form: a question or a request, not a remark that has the same words.

Start at `asks`. Where in doubt it does not: this is asked of talk that nobody addressed to the bot.
"""

from __future__ import annotations

import functools
import re
import tomllib
from collections.abc import Mapping
from importlib.resources import files

NAME = re.compile("<([a-z]+)>")
HAN = re.compile(r"[\u3400-\u9fff]")
LATIN_WORD = re.compile(r"[a-z]+")
# By its mark alone a text asks only if it is longer than a name: 备份？ does not.
LONG_HAN, LONG_LATIN = 6, 3


def asks(text: str) -> bool:
    """Return whether a folded text is a question or a request, and its writer has not taken it back."""
    forms = _forms()
    plain = forms["remarks"].sub(" ", text)
    asked = [found.end() for found in forms["asks"].finditer(plain)]
    if not asked and plain == text and "?" in text and _is_long(text):
        asked = [text.index("?")]
    return bool(asked) and not forms["withdrawn"].search(plain, asked[-1])


def _is_long(text: str) -> bool:
    return len(HAN.findall(text)) >= LONG_HAN or len(LATIN_WORD.findall(text)) >= LONG_LATIN


@functools.cache
def _forms() -> Mapping[str, re.Pattern[str]]:
    """Return the forms of request.toml, each kind as one pattern."""
    table = tomllib.loads((files("handlers.faq.engine") / "request.toml").read_text(encoding="utf-8"))
    return {kind: re.compile(_spelt("|".join(forms), table["names"])) for kind, forms in table["forms"].items()}


def _spelt(form: str, names: Mapping[str, str]) -> str:
    """Return a form with what its names stand for."""
    return NAME.sub(lambda found: names[found[1]], form)
