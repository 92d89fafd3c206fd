"""Text that Discord shows exactly as it is written, links left clickable."""

from __future__ import annotations

import re

# discord.utils.escape_markdown leaves <…> (mentions, timestamps, emoji) and numbered lists, writes a visible backslash
# before an indented dash, and skips what is inside [brackets](…). A link is what Discord's own client takes for one:
# nothing in it is read as markup, so nothing in it may be escaped.
MARKUP = re.compile(
    r"(?P<link>https?://[^\s<]+[^<.,:;\"'\]\s])"
    r"|(?P<before>^[^\S\n]*\d*)(?P<block>[>#+.-])"
    r"|(?P<mark>[\\*_~|`<\[])",
    re.MULTILINE,
)


CODE_OR_ESCAPE = re.compile(r"(?P<code>```.*?```|`[^`\n]+`)|\\(?P<mark>[^0-9A-Za-z\s])", re.DOTALL)


def escaped(text: str) -> str:
    """Return the text with a backslash before everything that Discord would read as markup."""
    return MARKUP.sub(_escape, text)


def _escape(match: re.Match[str]) -> str:
    if match["link"]:
        return match["link"]
    if match["block"]:
        return f"{match['before']}\\{match['block']}"
    return f"\\{match['mark']}"


def unescaped(text: str) -> str:
    """Return the text without the backslashes that nobody sees; in code they are seen."""
    return CODE_OR_ESCAPE.sub(lambda match: match["code"] or match["mark"], text)
