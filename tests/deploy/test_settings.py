"""What deploy/ tells the bot: only settings that exist, with values that it accepts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from bot.config.settings import Settings, read_settings
from tests.deploy.tools import DEPLOY, pairs, read, walk

PYTHONS = re.compile("PATH|PYTHON[A-Z]+|PIP_[A-Z_]+")
IN_FILES = ("TELEGRAM_TOKEN", "DISCORD_TOKEN", "OPENAI_API_KEY", "REDIS_URL")


def told() -> Iterator[tuple[str, str, str]]:
    """Yield where a setting stands, its name and its value."""
    image = (DEPLOY / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ")
    for line in re.findall("^ENV (.*)$", image, flags=re.MULTILINE):
        yield from (("Dockerfile", *pair) for pair in re.findall(r"(\w+)=(\S+)", line))
    for name, value in read(DEPLOY / "compose.yaml")["services"]["bot"]["environment"].items():
        yield "compose.yaml", name, value
    unit = (DEPLOY / "systemd" / "yingda.service").read_text(encoding="utf-8")
    yield from (("yingda.service", *pair) for pair in re.findall("^Environment=(.*?)=(.*)$", unit, flags=re.MULTILINE))
    settings = (DEPLOY / "k8s" / "settings.env").read_text(encoding="utf-8")
    yield from (("settings.env", *pair) for pair in pairs(settings).items())
    for name in ("telegram.yaml", "discord.yaml"):
        yield from ((name, each["name"], each.get("value", "")) for each in variables(name))


def variables(name: str) -> Iterator[dict[str, Any]]:
    for document in yaml.safe_load_all((DEPLOY / "k8s" / name).read_text(encoding="utf-8")):
        for each in walk(document):
            if isinstance(each, dict) and "env" in each:
                yield from each["env"]


def test_every_variable_is_a_setting() -> None:
    names = {f"{name}_FILE" for name in IN_FILES} | {name.upper() for name in Settings.model_fields}
    strangers = [(place, name) for place, name, _ in told() if name not in names and not PYTHONS.fullmatch(name)]
    assert strangers == []


def test_every_value_is_accepted(monkeypatch: pytest.MonkeyPatch) -> None:
    for _, name, value in told():
        if name.lower() in Settings.model_fields and value:
            monkeypatch.setenv(name, value)
    assert read_settings(_env_file=None).grace > 0


def test_the_same_port_everywhere() -> None:
    assert {value for _, name, value in told() if name == "HTTP_PORT"} == {"8080"}
