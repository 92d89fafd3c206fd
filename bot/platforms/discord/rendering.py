"""What a page becomes as Discord's JSON: formatted, or plainer where Discord refuses that."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from bot.contract import Page
from bot.domain.encoding import mended
from bot.domain.reply import Choice, File
from bot.platforms.discord.text import escaped
from bot.platforms.markdown import to_discord

LIMIT = 2000
BUTTONS_IN_ROW, MOST_BUTTONS, LONGEST_LABEL = 5, 25, 80
ACTION_ROW, BUTTON, SECONDARY = 1, 2, 2
SUPPRESS_EMBEDS = 4
NOTHING = "\u200b"  # Discord takes no message without a character

Body = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Form:
    """What one write carries."""

    body: Body
    files: Sequence[File] = ()


def forms(page: Page) -> list[Form]:
    """Return what a page may be written as, the plainest last: a refused format, file or button costs no words."""
    plain = mended(escaped(page.text))
    formatted = mended(to_discord(page.text)) if page.markdown else plain
    if len(formatted) > LIMIT or not formatted.strip():
        formatted = plain
    bare = replace(page, choices=(), files=())
    all_forms = Form(_body(formatted, page), page.files), Form(_body(plain, page), page.files), Form(_body(plain, bare))
    return [form for number, form in enumerate(all_forms) if form not in all_forms[:number]]


def _body(content: str, page: Page) -> Body:
    """Return what every write carries: nobody is pinged, nothing is previewed."""
    return {
        "content": content if content.strip() or page.files else NOTHING,
        "components": _rows(page.choices),
        "allowed_mentions": {"parse": [], "replied_user": False},
        "flags": SUPPRESS_EMBEDS,
    }


def _rows(choices: Sequence[Choice]) -> list[dict[str, Any]]:
    """Return buttons as plain data: pressing one comes back as its data, whichever process is there by then."""
    different = {each.data: each.label for each in choices}  # Discord refuses the whole message for a double
    buttons = [
        {"type": BUTTON, "style": SECONDARY, "label": _label(label), "custom_id": data}
        for data, label in list(different.items())[:MOST_BUTTONS]
    ]
    return [
        {"type": ACTION_ROW, "components": buttons[start : start + BUTTONS_IN_ROW]}
        for start in range(0, len(buttons), BUTTONS_IN_ROW)
    ]


def _label(text: str) -> str:
    text = mended(text).strip() or "…"
    return text if len(text) <= LONGEST_LABEL else text[: LONGEST_LABEL - 1] + "…"
