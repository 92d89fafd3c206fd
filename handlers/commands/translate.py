"""/translate: by the model."""

from __future__ import annotations

from typing import Annotated, Literal

from bot.config.language import written_language
from bot.domain.command import Wording, command
from bot.domain.message import Message
from bot.domain.reply import Reply, Source
from bot.services import Services
from handlers.commands.shared.material import Text, material
from handlers.llm.task import task

Language = Literal["zh", "zh-TW", "en", "ja", "ko", "fr", "de", "es", "pt", "ru", "vi", "th"]


@command("翻译", "翻譯")
async def translate(
    message: Message,
    services: Services,
    *,
    to: Annotated[Language | None, Wording("译成哪种语言", "譯成哪種語言", "the language to translate into")] = None,
    text: Text = "",
) -> Reply:
    """翻译（由语言模型）：中文默认译成英文，其他译成中文

    翻譯（由語言模型）：中文預設譯成英文，其他譯成中文

    Translate, by the model: Chinese into English, all else into Chinese, or as you say
    """
    found = await material(message, services, text)
    target = to or _other(found, message.language)
    language = services.say(message, f"laboratory.language_{target.replace('-', '_')}")
    words = await task(message, services, services.say(message, "laboratory.translate", target=language), found)
    return Reply(Source("command", "translate"), words=words)


def _other(text: str, language: str) -> str:
    """Return what a text is most likely to be translated into: English from Chinese, else Chinese."""
    if written_language(text).startswith("zh"):
        return "en"
    return "zh-TW" if language == "zh-TW" else "zh"
