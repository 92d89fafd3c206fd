"""What may be written to a terminal: text that cannot make it do anything."""

from __future__ import annotations

import re

CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]")
# Characters that turn the direction of what follows: with them a name could write itself over the line it stands in.
TURNING = re.compile("[\u202a-\u202e\u2066-\u2069]")
UNENCODABLE = re.compile("[\ud800-\udfff]")
PICTURES = 0x2400
DELETE = 0x7F


def clean(text: str) -> str:
    """Return a text in which control characters are pictures (␛ for escape); newlines and tabs stay."""
    text = TURNING.sub("", text.replace("\r\n", "\n"))
    return UNENCODABLE.sub("\ufffd", CONTROL.sub(_picture, text))


def clean_json(line: str) -> str:
    """Return a line of JSON that means the same and has no control character in it."""
    return CONTROL.sub(lambda each: f"\\u{ord(each[0]):04x}", line)


def _picture(found: re.Match[str]) -> str:
    code = ord(found[0])
    if code < ord(" "):
        return chr(PICTURES + code)
    return "␡" if code == DELETE else "\ufffd"
