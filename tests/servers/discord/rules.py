"""What the real Discord refuses, with its status and error code."""

from __future__ import annotations

import re
from typing import Any

from tests.servers.discord.world import JSON

NAME = re.compile(r"[-_'\w]{1,32}")
LOCALES = {"zh-CN", "zh-TW", "en-US", "en-GB", "ja", "ko", "de", "fr"}
OPTION_TYPES = range(3, 12)


class Refusal(Exception):  # noqa: N818 — what the API answers, not a failure of the server
    def __init__(self, status: int, code: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.body = {"code": code, "message": message}


def require(condition: object, message: str, *, status: int = 400, code: int = 50035) -> None:
    if not condition:
        raise Refusal(status, code, message)


def check_message(body: JSON, *, files: int, editing: bool = False) -> None:
    content = body.get("content") or ""
    require(isinstance(content, str), "Invalid Form Body: content is not a string")
    require(len(content) <= 2000, "Invalid Form Body: content must be 2000 or fewer in length.")
    require(not re.search("[\ud800-\udfff]", content), "Invalid Form Body: content is not valid Unicode")
    if not editing or "content" in body:
        require(content.strip() or files, "Cannot send an empty message", code=50006)
    require(len(str(body.get("nonce", ""))) <= 25, "Invalid Form Body: nonce must be 25 or fewer in length.")
    _check_components(body.get("components") or [])
    allowed = body.get("allowed_mentions")
    require(allowed is None or isinstance(allowed.get("parse"), list), "Invalid Form Body: allowed_mentions")


def _check_components(rows: list[JSON]) -> None:
    require(len(rows) <= 5, "Invalid Form Body: components must be 5 or fewer in length.")
    seen: set[str] = set()
    for row in rows:
        require(row.get("type") == 1 and 1 <= len(row.get("components", [])) <= 5, "Invalid Form Body: action row")
        for button in row["components"]:
            identity, label = button.get("custom_id", ""), button.get("label", "")
            require(button.get("type") == 2 and button.get("style") in range(1, 5), "Invalid Form Body: button")
            require(1 <= len(identity) <= 100, "Invalid Form Body: custom_id must be between 1 and 100 in length.")
            require(1 <= len(label) <= 80, "Invalid Form Body: label must be between 1 and 80 in length.")
            require(identity not in seen, "Invalid Form Body: component custom id cannot be duplicated")
            seen.add(identity)


def check_commands(commands: Any) -> None:
    require(isinstance(commands, list) and len(commands) <= 100, "Invalid Form Body: commands", code=30032)
    names = [each["name"] for each in commands]
    require(len(names) == len(set(names)), "Invalid Form Body: application command names must be unique")
    for each in commands:
        check_command(each)


def check_command(command: JSON) -> None:
    _check_named(command)
    require(command.get("type", 1) == 1, "Invalid Form Body: type")
    options = command.get("options") or []
    require(len(options) <= 25, "Invalid Form Body: options")
    needed = [bool(each.get("required")) for each in options]
    require(needed == sorted(needed, reverse=True), "Invalid Form Body: required options must come first")
    for option in options:
        _check_named(option)
        require(option.get("type") in OPTION_TYPES, "Invalid Form Body: option type")
        choices = option.get("choices") or []
        require(len(choices) <= 25, "Invalid Form Body: choices")
        require(all(1 <= len(each["name"]) <= 100 for each in choices), "Invalid Form Body: choice")


def _check_named(named: JSON) -> None:
    localized = named.get("name_localizations") or {}
    for name in (named.get("name", ""), *localized.values()):
        require(NAME.fullmatch(name) and name == name.lower(), f"Invalid Form Body: name is invalid: {name!r}")
    described = named.get("description_localizations") or {}
    for text in (named.get("description", ""), *described.values()):
        require(1 <= len(text) <= 100, "Invalid Form Body: description must be between 1 and 100 in length.")
    require({*localized, *described} <= LOCALES, "Invalid Form Body: unknown locale")


def check_options(command: JSON, given: JSON) -> list[JSON]:
    """Return options as Discord's client sends them; it lets nobody leave out or mistype one."""
    declared = {each["name"]: each for each in command.get("options") or []}
    assert set(given) <= set(declared), f"/{command['name']} has no options {set(given) - set(declared)}"
    missing = [name for name, each in declared.items() if each.get("required") and name not in given]
    assert not missing, f"/{command['name']} needs {missing}"
    kinds: dict[int, tuple[type, ...]] = {3: (str,), 4: (int,), 5: (bool,), 10: (int, float), 11: (tuple,)}
    for name, value in given.items():
        assert isinstance(value, kinds[declared[name]["type"]]), f"{name}={value!r} is of the wrong type"
        choices = [each["value"] for each in declared[name].get("choices") or []]
        assert not choices or value in choices, f"{name}={value!r} is none of {choices}"
    return [{"name": name, "type": declared[name]["type"], "value": value} for name, value in given.items()]
