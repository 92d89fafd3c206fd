"""What the process is told by its environment. `.env.example` shows every variable with its meaning."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AliasChoices, Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

HOUSE = Path(__file__).resolve().parent.parent
Words = Annotated[tuple[str, ...], NoDecode]


class SettingsError(ValueError):
    """The environment is unreadable. The message names each variable and what is expected of it, one a line."""


class Settings(BaseSettings):
    """The settings of the process; names are those of the environment variables in lower case."""

    model_config = SettingsConfigDict(env_file=".env", env_ignore_empty=True, extra="ignore", frozen=True)

    # Platforms
    telegram_token: SecretStr | None = Field(
        None, validation_alias=AliasChoices("telegram_token", "telegram_bot_token")
    )
    telegram_api_url: str = "https://api.telegram.org"
    telegram_drafts: bool = True
    discord_token: SecretStr | None = Field(None, validation_alias=AliasChoices("discord_token", "discord_bot_token"))
    discord_api_url: str = "https://discord.com/api/v10"
    discord_gateway_url: str = ""
    discord_message_content: bool = True

    # The model
    openai_api_key: SecretStr | None = None
    openai_base_url: str = "https://api.openai.com/v1"
    openai_model: str = "gpt-5.6-mini"
    openai_system_prompt: str = ""
    openai_temperature: float | None = Field(None, ge=0, le=2)
    openai_top_p: float | None = Field(None, gt=0, le=1)
    openai_max_tokens: int | None = Field(None, ge=1)
    openai_stop: Words = ()
    openai_presence_penalty: float | None = Field(None, ge=-2, le=2)
    openai_frequency_penalty: float | None = Field(None, ge=-2, le=2)
    openai_logit_bias: dict[str, int] | None = None
    openai_seed: int | None = None
    openai_timeout: float = Field(60, gt=0)
    openai_stall_timeout: float = Field(30, gt=0)
    openai_parallel: int = Field(8, ge=1)
    openai_history_tokens: int = Field(3000, ge=0)

    # What is kept, and where
    redis_url: str = ""
    data_dir: Path = Path("data")
    memory_turns: int = Field(20, ge=1)
    memory_bytes: int = Field(32_768, ge=1024)
    memory_ttl: int = Field(7 * 86_400, ge=60)

    # How it answers
    content_dir: Path = HOUSE / "deploy" / "content"
    faq_tolerance: float = Field(0.02, gt=0, lt=1)
    faq_semantic: bool = False
    stages: Words = ("commands", "rules", "faq", "chat")
    language: Literal["zh-CN", "zh-TW", "en"] = "zh-CN"
    grace: float = Field(20, ge=0)
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"

    @field_validator("stages", "openai_stop", mode="before")
    @classmethod
    def _split(cls, value: Any) -> Any:
        return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value


def read_settings(**overrides: Any) -> Settings:
    """Return the settings of the environment and `.env`. Raises `SettingsError`."""
    try:
        return Settings(**overrides)
    except ValidationError as error:
        raise SettingsError("\n".join(_sentence(dict(each)) for each in error.errors())) from None


def _sentence(error: dict[str, Any]) -> str:
    """Name the variable and what is expected, and never repeat the value: it may be a secret."""
    variable = str(error["loc"][0]).upper() if error["loc"] else "settings"
    return f"{variable}: {error['msg']}"
