"""/tfidf: which words tell one document from the others."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

from bot.domain.command import Wording, command
from bot.domain.errors import Apology
from bot.domain.message import Message
from bot.domain.reply import File, Reply
from bot.services import Services
from handlers.commands.shared.cutting import cutting
from handlers.commands.shared.laboratory import laboratory
from handlers.commands.shared.labour import Result
from handlers.commands.shared.material import IN_FILE
from handlers.commands.shared.recently import lines
from handlers.content.markdown import inline, table

if TYPE_CHECKING:
    from handlers.language.statistics.tfidf import Matrix

MOST, TABLED, DRAWN = 200, 6, 20
WORDS, WORDS_DRAWN, TOP = 12, 20, 5
BEGINNING = 12


@command("词频矩阵", "詞頻矩陣", remember=False)
async def tfidf(
    message: Message,
    services: Services,
    *,
    last: Annotated[int, Wording("最近多少条消息", "最近多少則訊息", "how many of the latest messages")] = 0,
    texts: Annotated[
        str,
        Wording("每行一篇；回复的消息也算一篇", "每行一篇；回覆的訊息也算一篇", "a document a line; a reply adds one"),
        IN_FILE,
    ] = "",
) -> Reply:
    """TF-IDF：每行一篇文档，看哪些词最有代表性

    TF-IDF：每行一篇文件，看哪些詞最有代表性

    TF-IDF: each line a document; which words tell them apart
    """
    quoted, said = _quoted(message, texts), await lines(message, services, texts, last)
    cut = await cutting(message, services)

    def work() -> Result:
        from handlers.language.statistics.tfidf import matrix  # noqa: PLC0415 — an extra

        documents = [*quoted, *said.split()]
        if not 1 < len(documents) <= MOST:
            raise Apology("laboratory.documents", found=len(documents), most=MOST)
        try:
            found = matrix(documents, cut)
        except ValueError:
            raise Apology("laboratory.no_words") from None
        return Result(_told(message, services, found, documents), (_drawn(found, len(documents)),))

    return await laboratory(message, services, "tfidf", work, said.size)


def _told(message: Message, services: Services, found: Matrix, documents: Sequence[str]) -> str:
    parts = [services.say(message, "laboratory.tfidf", documents=len(documents), words=len(found.words))]
    if len(documents) <= TABLED:
        parts.append(_tabled(found, len(documents), services.say(message, "laboratory.word")))
    return "\n\n".join((*parts, _telling(found, documents)))


def _quoted(message: Message, texts: str) -> list[str]:
    """Return the message replied to, where it comes on top of what was typed."""
    quoted = message.quote.text if message.quote else ""
    return [quoted] if quoted.strip() and texts.strip() and texts != quoted else []


def _tabled(found: Matrix, documents: int, word: str) -> str:
    rows = [
        (found.words[column], *(f"{weight:.2f}" if weight else "" for weight in found.weights[:, column]))
        for column in found.columns(WORDS)
    ]
    return table((word, *map(str, range(1, documents + 1))), rows)


def _telling(found: Matrix, documents: Sequence[str]) -> str:
    """Return the most telling words of each document, a line each."""
    lines = []
    for number, document in enumerate(documents[:DRAWN]):
        told = ", ".join(f"{inline(word)} {weight:.2f}" for word, weight in found.top(number, TOP))
        beginning = document[:BEGINNING] + ("…" if len(document) > BEGINNING else "")
        lines.append(f"**{number + 1}**（{inline(beginning)}）{told or '–'}")
    return "\n".join(lines)


def _drawn(found: Matrix, documents: int) -> File:
    from handlers.pictures.heat import heat  # noqa: PLC0415 — an extra

    columns, shown = found.columns(WORDS_DRAWN), min(documents, DRAWN)
    words = [found.words[column] for column in columns]
    numbers = [str(number + 1) for number in range(shown)]
    return heat("TF-IDF", words, numbers, found.weights[:shown, columns].T, "tfidf")
