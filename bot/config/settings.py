"""What the process is told by its environment. `.env.example` shows every variable with its meaning."""

from __future__ import annotations

import hmac
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit
from urllib.request import getproxies

from pydantic import (
    AfterValidator,
    AliasChoices,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    ValidationInfo,
    field_validator,
)
from pydantic_settings import BaseSettings, EnvSettingsSource, NoDecode, PydanticBaseSettingsSource, SettingsConfigDict
from pydantic_settings import SettingsError as UnparsableError

from bot.config import endpoint_extras as extras
from bot.config.secret_files import SecretFileError, SecretFiles
from bot.config.urls import endpoint, passwords

HOUSE = Path(__file__).resolve().parents[2]
Words = Annotated[tuple[str, ...], NoDecode]
Body = Annotated[dict[str, Any], NoDecode, BeforeValidator(extras.fields)]
Headers = Annotated[dict[str, SecretStr], NoDecode, BeforeValidator(extras.headers)]

# Ports that Telegram's servers bring updates to.
WEBHOOK_PORTS = (None, 443, 80, 88, 8443)
WEBHOOK_PATH = "/telegram"
# Settings that may stand in a file, which the variable NAME_FILE then names.
IN_FILES = ("telegram_token", "discord_token", "openai_api_key", "redis_url")
SHORTEST_SECRET_HEADER = 8
# What stands before the secret in a header, and not in what an endpoint says of it.
AUTHENTICATION = re.compile(r"^(basic|bearer|token|key) +", re.IGNORECASE)
OWN_PATHS = ("/healthz", "/readyz", "/metrics")


class SettingsError(ValueError):
    """The environment is unreadable. The message names each variable and what is expected of it, one a line."""


class Price(BaseModel):
    """What a million tokens cost. `cached`: those of the input that the endpoint had read before (None: as others)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    input: float = Field(ge=0)
    output: float = Field(ge=0)
    cached: float | None = Field(default=None, ge=0)


class Settings(BaseSettings):
    """The settings of the process; names are those of the environment variables in lower case."""

    model_config = SettingsConfigDict(env_file=".env", env_ignore_empty=True, extra="ignore", frozen=True)

    # Platforms
    telegram_token: SecretStr | None = Field(
        None, validation_alias=AliasChoices("telegram_token", "telegram_bot_token")
    )
    telegram_api_url: str = "https://api.telegram.org"
    telegram_drafts: bool = True
    # Messages and edits over all chats together; Telegram allows about thirty.
    telegram_per_second: int = Field(25, ge=1)
    # The public https address that Telegram brings updates to; it leads to HTTP_PORT. Empty: they are polled for.
    telegram_webhook_url: str = ""
    discord_token: SecretStr | None = Field(None, validation_alias=AliasChoices("discord_token", "discord_bot_token"))
    discord_api_url: str = "https://discord.com/api/v10"
    discord_gateway_url: str = ""
    discord_message_content: bool = True
    # How many shards Discord's events come in; 0: as many as Discord recommends (large bots only need more than one).
    discord_shards: int = Field(0, ge=0)

    # The model
    # The key for the model. Without it rules and FAQ answer alone (unless OPENAI_BASE_URL names a server without keys).
    openai_api_key: SecretStr | None = None
    # Any endpoint with OpenAI's chat completions: DeepSeek, Qwen, Ollama (http://localhost:11434/v1), vLLM, …
    openai_base_url: Annotated[str, AfterValidator(endpoint)] = "https://api.openai.com/v1"
    # The model's name there. The default is OpenAI's small one without an announced end.
    openai_model: str = "gpt-5.6-luna"
    # What FAQ_SEMANTIC=openai asks for vectors.
    openai_embedding_model: str = "text-embedding-3-small"
    # What the model is told about its task; empty: the text chat.system in the catalogue, in the person's language.
    openai_system_prompt: str = ""
    # 0 to 2, less is more sober; not every model takes it. Empty, here and below: nothing is sent.
    openai_temperature: float | None = Field(None, ge=0, le=2)
    # The share of probability that words are drawn from, above 0 to 1.
    openai_top_p: float | None = Field(None, gt=0, le=1)
    # The longest answer in tokens, those for reasoning included.
    openai_max_tokens: int | None = Field(None, ge=1)
    # How much a reasoning model thinks before it answers: none, minimal, low, medium, high, … as the model knows it.
    openai_reasoning_effort: str | None = None
    # Up to four texts, separated by commas, at which the answer ends.
    openai_stop: Words = Field((), max_length=4)
    # -2 to 2, more: new subjects.
    openai_presence_penalty: float | None = Field(None, ge=-2, le=2)
    # -2 to 2, more: fewer repetitions.
    openai_frequency_penalty: float | None = Field(None, ge=-2, le=2)
    # How much more or less likely tokens are, as JSON: {"token id": -100 to 100}.
    openai_logit_bias: dict[str, Annotated[int, Field(ge=-100, le=100)]] | None = None
    # The same seed gives the same answers, as far as the endpoint can.
    openai_seed: int | None = None
    # What else every request for an answer has, as JSON: {"enable_thinking": false}. It wins over the settings above.
    openai_extra_body: Body = Field(default_factory=dict)
    # Headers of every request to the endpoint, as JSON: {"X-Title": "yingda"}. Their values are secrets.
    openai_extra_headers: Headers = Field(default_factory=dict)
    # Seconds from the question until the model must have begun to speak or to think.
    openai_timeout: float = Field(60, gt=0)
    # Seconds that it may then be silent.
    openai_stall_timeout: float = Field(30, gt=0)
    # How many characters an answer may have; there it is broken off.
    openai_answer_characters: int = Field(12_000, ge=1)
    # How many seconds it may take, from the question to its last word.
    openai_answer_seconds: float = Field(900, gt=0)
    # How many answers the model gives at once; the others wait in order.
    openai_parallel: int = Field(8, ge=1)
    # How many tokens of what was said before go along with a question; of one longer exchange, head and tail.
    openai_history_tokens: int = Field(12_000, ge=0)
    # What a million tokens cost, as JSON, for the metric of cost: {"model": {"input": 1, "cached": 0.1, "output": 4}}.
    openai_prices: dict[str, Price] = Field(default_factory=dict)

    # What is kept, and where
    redis_url: str = ""
    data_dir: Path = Path("data")
    memory_turns: int = Field(20, ge=1)
    memory_bytes: int = Field(32_768, ge=1024)
    memory_ttl: int = Field(7 * 86_400, ge=60)

    # How it answers
    content_dir: Path = HOUSE / "deploy" / "content"
    faq_tolerance: float = Field(0.02, gt=0, lt=1)
    # Whether the FAQ goes by meaning, too: no, by the extra's encoder, or by the endpoint's embeddings.
    faq_semantic: bool | Literal["openai"] = False
    stages: Words = ("commands", "rules", "faq", "chat")
    default_language: Literal["zh-CN", "zh-TW", "en"] = "zh-CN"
    answer_within: float = Field(3600, gt=0)
    # How many questions may wait in a conversation behind the one that is answered; beyond them it is said to wait.
    waiting_questions: int = Field(3, ge=1)
    grace: float = Field(20, ge=0)
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"

    # Where it shows how it is
    # What /healthz, /readyz, /metrics and the webhook are served on (0.0.0.0: to everybody who reaches the machine).
    http_host: str = "127.0.0.1"
    # 0: they are not.
    http_port: int = Field(0, ge=0, le=65_535)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 — a directory of secrets is not offered
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Return where settings come from, the strongest first; a file counts as what names it."""
        sources: list[PydanticBaseSettingsSource] = [init_settings]
        for source in (env_settings, dotenv_settings):
            sources.append(source)
            if isinstance(source, EnvSettingsSource):
                sources.append(SecretFiles(settings_cls, source, IN_FILES))
        return tuple(sources)

    @property
    def webhook_secret(self) -> str:
        """What Telegram shows with each update to prove that it is Telegram: without the token nobody can."""
        token = self.telegram_token.get_secret_value().strip() if self.telegram_token else ""
        return hmac.new(token.encode(), b"yingda webhook", "sha256").hexdigest()

    @property
    def webhook_path(self) -> str:
        """The path of ours that Telegram brings updates to; empty without a webhook."""
        return urlsplit(self.telegram_webhook_url).path

    @property
    def secrets(self) -> frozenset[str]:
        """Everything that must never be told: tokens, keys, and passwords in addresses, also in those of proxies."""
        # The address of a proxy may begin without its scheme.
        proxies = {name: url if "://" in url else f"//{url}" for name, url in getproxies().items()}
        return frozenset((*_secrets_of(dict(self)), *_secrets_of(proxies), self.webhook_secret))

    @field_validator("openai_api_key")
    @classmethod
    def _is_key(cls, value: SecretStr | None) -> SecretStr | None:
        key = value.get_secret_value().strip() if value else ""
        if not (key.isascii() and key.isprintable()) or " " in key:
            raise ValueError("a key is one word of letters, digits and signs; this has something else in it")
        return SecretStr(key) if key else None

    @field_validator("telegram_webhook_url")
    @classmethod
    def _is_public(cls, value: str, info: ValidationInfo) -> str:
        if not value:
            return value
        parts = urlsplit(value)
        # A Bot API server of one's own may be next door; Telegram's comes over the open net.
        own = info.data.get("telegram_api_url") != cls.model_fields["telegram_api_url"].default
        public = parts.scheme == "https" and parts.port in WEBHOOK_PORTS
        if not parts.hostname or parts.query or not (public or (own and parts.scheme in ("http", "https"))):
            raise ValueError(
                "an address like https://bot.example.org/telegram is expected, on port 443, 80, 88 or 8443"
            )
        if parts.path in OWN_PATHS:
            raise ValueError(f"{parts.path} is taken; choose another path")
        return value if parts.path.strip("/") else value.rstrip("/") + WEBHOOK_PATH

    @field_validator("stages", "openai_stop", mode="before")
    @classmethod
    def _split(cls, value: Any) -> Any:
        return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value


def read_settings(**overrides: Any) -> Settings:
    """Return the settings of the environment and `.env`. Raises `SettingsError`."""
    try:
        settings = Settings(**overrides)
    except ValidationError as error:
        raise SettingsError("\n".join(_sentence(dict(each)) for each in error.errors())) from None
    except SecretFileError as error:
        raise SettingsError(str(error)) from None
    except UnparsableError as error:
        raise SettingsError(_not_json(error)) from None
    if settings.telegram_webhook_url and not settings.http_port:
        raise SettingsError("HTTP_PORT: needed with TELEGRAM_WEBHOOK_URL, for something to listen where it leads to")
    return settings


def _sentence(error: dict[str, Any]) -> str:
    """Name the variable and what is expected, and never repeat the value: it may be a secret."""
    variable = str(error["loc"][0]).upper() if error["loc"] else "settings"
    inner = ".".join(map(str, error["loc"][1:]))
    return f"{variable}: {inner}: {error['msg']}" if inner else f"{variable}: {error['msg']}"


def _not_json(error: UnparsableError) -> str:
    named = re.search('field "(\\w+)"', str(error))
    return f"{named.group(1).upper() if named else 'settings'}: JSON is expected"


def _secrets_of(values: dict[str, Any]) -> Iterator[str]:
    for value in values.values():
        if isinstance(value, SecretStr):
            secret = value.get_secret_value().strip()
            yield from (secret, AUTHENTICATION.sub("", secret))
        elif isinstance(value, dict):
            # A short value of a header is an ordinary word (true, a site's name), which stands elsewhere, too.
            yield from (each for each in _secrets_of(value) if len(each) >= SHORTEST_SECRET_HEADER)
        elif isinstance(value, str):
            yield from passwords(value)
