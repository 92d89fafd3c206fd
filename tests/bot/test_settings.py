"""Settings: each unreadable one is named, with what is expected, and never with its value."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.settings import Settings, SettingsError, read_settings

EXAMPLE = Path(__file__).resolve().parents[2] / ".env.example"


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
    assert named == set(Settings.model_fields)
