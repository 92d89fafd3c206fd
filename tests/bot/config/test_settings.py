"""Settings: each unreadable one is named, with what is expected, and never with its value."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.config.settings import IN_FILES, Price, Settings, SettingsError, read_settings

EXAMPLE = Path(__file__).resolve().parents[3] / ".env.example"


def test_every_unreadable_setting_is_named_without_its_value(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("OPENAI_TEMPERATURE", "hot-value")
    monkeypatch.setenv("GRACE", "-1")
    with pytest.raises(SettingsError) as error:
        read_settings()
    assert "OPENAI_TEMPERATURE: " in str(error.value)
    assert "GRACE: " in str(error.value)
    assert "hot-value" not in str(error.value)


def test_empty_variables_are_as_if_unset(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("OPENAI_SEED", "")
    monkeypatch.setenv("STAGES", "rules, faq")
    settings = read_settings()
    assert (settings.openai_seed, settings.stages) == (None, ("rules", "faq"))


def test_the_example_file_names_every_setting_and_no_other() -> None:
    lines = EXAMPLE.read_text(encoding="utf-8").splitlines()
    named = {
        line.lstrip("# ").partition("=")[0].lower() for line in lines if "=" in line and line.lstrip("# ")[:1].isupper()
    }
    assert named == set(Settings.model_fields) | {f"{name}_file" for name in IN_FILES}


@pytest.fixture
def alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    """A process with no `.env` and no secrets."""
    monkeypatch.chdir(tmp_path)
    for name in IN_FILES:
        monkeypatch.delenv(name.upper(), raising=False)
    return monkeypatch


@pytest.mark.parametrize("name", IN_FILES)
def test_every_secret_may_stand_in_a_file(alone: pytest.MonkeyPatch, tmp_path: Path, name: str) -> None:
    (tmp_path / "secret").write_text(" redis://:in-a-file@host/0\n", encoding="utf-8")
    alone.setenv(f"{name.upper()}_FILE", str(tmp_path / "secret"))
    settings = read_settings()
    assert "redis://:in-a-file@host/0" in (str(getattr(settings, name)), *settings.secrets)


def test_the_environment_is_stronger_than_the_file_that_dotenv_names(alone: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("in-a-file", encoding="utf-8")
    (tmp_path / ".env").write_text(f"DISCORD_TOKEN_FILE={tmp_path / 'secret'}\n", encoding="utf-8")
    read = read_settings()
    assert read.discord_token
    assert read.discord_token.get_secret_value() == "in-a-file"
    alone.setenv("DISCORD_BOT_TOKEN", "in-the-environment")
    assert "in-the-environment" in read_settings().secrets


@pytest.mark.parametrize(
    ("content", "said"), [(None, "cannot be read (No such file"), (b" \n", "is empty"), (b"\xff\xfe", "is not text")]
)
def test_a_secret_file_that_is_no_use_is_named(
    alone: pytest.MonkeyPatch, tmp_path: Path, content: bytes | None, said: str
) -> None:
    path = tmp_path / "secret"
    if content is not None:
        path.write_bytes(content)
    alone.setenv("OPENAI_API_KEY_FILE", str(path))
    with pytest.raises(SettingsError, match=rf"^OPENAI_API_KEY_FILE: {path} {re.escape(said)}"):
        read_settings()


def test_prices_are_json_and_no_less_than_nothing(alone: pytest.MonkeyPatch) -> None:
    alone.setenv("OPENAI_PRICES", '{"m": {"input": 1, "output": 4}}')
    assert read_settings().openai_prices == {"m": Price(input=1, output=4)}
    alone.setenv("OPENAI_PRICES", '{"m": {"input": -1, "output": 4}}')
    with pytest.raises(SettingsError, match=r"^OPENAI_PRICES: m\.input: "):
        read_settings()
    alone.setenv("OPENAI_PRICES", "cheap")
    with pytest.raises(SettingsError, match=r"^OPENAI_PRICES: JSON is expected$"):
        read_settings()


def test_passwords_in_addresses_are_secrets() -> None:
    url = "redis://user:p%40ss-word@host:6379/0"
    assert {"p%40ss-word", "p@ss-word"} <= read_settings(_env_file=None, redis_url=url).secrets
    assert "s3cretword" in read_settings(_env_file=None, redis_url="redis://host/0?password=s3cretword").secrets


@pytest.mark.parametrize(
    "url",
    [
        "http://bot.example.org/",
        "https://bot.example.org:9000/",
        "bot.example.org",
        "https://",
        "https://bot.example.org/healthz",
        "https://bot.example.org/?a=b",
    ],
)
def test_a_webhook_that_telegram_would_not_take_is_refused(url: str) -> None:
    with pytest.raises(SettingsError, match=r"^TELEGRAM_WEBHOOK_URL: "):
        read_settings(_env_file=None, telegram_webhook_url=url, http_port=8080)


def test_a_webhook_needs_a_port_to_lead_to() -> None:
    with pytest.raises(SettingsError, match=r"^HTTP_PORT: "):
        read_settings(_env_file=None, telegram_webhook_url="https://bot.example.org")


@pytest.mark.parametrize(("url", "path"), [("https://b.example", "/telegram"), ("https://b.example/x/y", "/x/y")])
def test_the_path_of_the_webhook_is_the_addresss_own(url: str, path: str) -> None:
    assert read_settings(_env_file=None, telegram_webhook_url=url, http_port=8080).webhook_path == path
