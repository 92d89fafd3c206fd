"""Secrets that stand in files (`TELEGRAM_TOKEN_FILE=/run/secrets/token`), as containers are given them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, EnvSettingsSource, PydanticBaseSettingsSource

SUFFIX = "_file"


class SecretFileError(ValueError):
    """A file that a secret should be read from is no use. The message names variable and file."""


class SecretFiles(PydanticBaseSettingsSource):
    """Reads some settings from the files that another source's variables `NAME_FILE` name."""

    def __init__(self, settings: type[BaseSettings], named_by: EnvSettingsSource, names: tuple[str, ...]) -> None:
        super().__init__(settings)
        self._variables = named_by.env_vars
        self._names = names

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:  # noqa: ARG002 — the library's
        """Return a setting's secret (None without a file), the name it goes by, and that it is not JSON."""
        path = self._variables.get(field_name + SUFFIX) if field_name in self._names else None
        return (_read(field_name + SUFFIX, Path(path)) if path else None), field_name, False

    def __call__(self) -> dict[str, Any]:
        """Return the secrets that are in files. Raises `SecretFileError`."""
        fields = self.settings_cls.model_fields
        found = {name: self.get_field_value(fields[name], name)[0] for name in self._names}
        return {_alias(fields[name], name): value for name, value in found.items() if value is not None}


def _read(variable: str, path: Path) -> str:
    try:
        secret = path.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise SecretFileError(f"{variable.upper()}: {path} cannot be read ({error.strerror})") from None
    except ValueError:
        raise SecretFileError(f"{variable.upper()}: {path} is not text") from None
    if not secret:
        raise SecretFileError(f"{variable.upper()}: {path} is empty")
    return secret


def _alias(field: FieldInfo, name: str) -> str:
    """Return the first of the names that a setting is given under."""
    alias = field.validation_alias
    choices = getattr(alias, "choices", None)
    return str(choices[0]) if choices else name
