"""/keywords: what a text is about, by TF-IDF or TextRank."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Annotated, Literal

from bot.domain.command import Wording, command
from bot.domain.errors import Apology
from bot.domain.message import Message
from bot.domain.reply import Reply
from bot.services import Services
from bot.storage.recent import Recent
from handlers.commands.shared.cutting import LONGEST_WORD
from handlers.commands.shared.labour import Result, labour
from handlers.commands.shared.material import Text, material
from handlers.content.markdown import table
from handlers.knowledge.vocabulary import Vocabulary
from handlers.language.segmentation.own import Segmenter
from handlers.language.statistics.idf import Idf
from handlers.language.statistics.keywords import JIEBA_STOP, NAMING, Keyword, by_text_rank, by_tf_idf, idf_of
from handlers.language.statistics.terms import stop_words
from handlers.language.tagging.tagset import TABLE, explain

MOST_SHOWN = 100
# TextRank and a choice of tags need the tagger (see /pos).
MOST_TAGGED = 10_000
SEPARATORS = re.compile(r"[\s,，、;；]+")


@command("关键词", "關鍵詞", remember=False)
async def keywords(
    message: Message,
    services: Services,
    *,
    top: Annotated[int, Wording("几个", "幾個", "how many")] = 10,
    method: Annotated[Literal["tfidf", "textrank"], Wording("算法", "演算法", "algorithm")] = "tfidf",
    pos: Annotated[str, Wording("只要这些词性，如 n,vn", "只要這些詞性，如 n,vn", "only these tags, as n,vn")] = "",
    detail: Annotated[bool, Wording("列出 TF、IDF 和乘积", "列出 TF、IDF 和乘積", "show TF, IDF and product")] = False,
    source: Annotated[
        Literal["jieba", "chat"], Wording("IDF 来自 jieba 或本聊天", "IDF 來自 jieba 或本聊天", "whose IDF")
    ] = "jieba",
    stop: Annotated[str, Wording("另加的停用词", "另加的停用詞", "more stop words")] = "",
    text: Text = "",
) -> Reply:
    """提取关键词：TF-IDF 或 TextRank，带权重

    擷取關鍵詞：TF-IDF 或 TextRank，附權重

    Extract keywords with their weights, by TF-IDF or TextRank
    """
    if not 1 <= top <= MOST_SHOWN:
        raise Apology("language.top", most=MOST_SHOWN)
    tags = _tags(pos)
    found = await material(message, services, text)
    segmenter = await services.once(Vocabulary).of(message)
    documents = await _documents(message, services) if source == "chat" and method == "tfidf" else ()
    stopped = JIEBA_STOP | stop_words() | {word.lower() for word in SEPARATORS.split(stop)}

    def work() -> Result:
        idf = idf_of(documents, segmenter) if documents else None
        ranked = _ranked(found, method, tags, stopped, idf, segmenter)
        result = _shown(message, services, ranked[:top], detail=detail and method == "tfidf")
        if len(found) <= MOST_TAGGED or not (tags or method == "textrank"):
            return result
        note = services.say(message, "language.only_first", most=MOST_TAGGED, characters=len(found))
        return replace(result, text=f"{result.text}\n\n{note}")

    return await labour(message, services, "keywords", work, size=len(found) + sum(map(len, documents)))


def _tags(pos: str) -> tuple[str, ...]:
    tags = tuple(filter(None, SEPARATORS.split(pos.strip())))
    for each in tags:
        if explain(each) is None:
            raise Apology("language.unknown_tag", tag=each[:20], known=" ".join(known.tag for known in TABLE))
    # The dictionary has the tags of morphemes (Ag) in lower case.
    return tuple(each.lower() for each in tags)


async def _documents(message: Message, services: Services) -> tuple[str, ...]:
    if (await services.options.of(message)).recent != "on":
        raise Apology("laboratory.recent_off")
    remarks = await Recent(services.store).of(message)
    if not remarks:
        raise Apology("laboratory.recent_empty")
    return tuple(each.text for each in remarks)


def _ranked(
    text: str, method: str, tags: tuple[str, ...], stop: frozenset[str], idf: Idf | None, segmenter: Segmenter
) -> list[Keyword]:
    if method == "textrank":
        return by_text_rank(text[:MOST_TAGGED], stop=stop, tags=tags or NAMING, segmenter=segmenter)
    return by_tf_idf(text[: MOST_TAGGED if tags else None], idf=idf, stop=stop, tags=tags, segmenter=segmenter)


def _shown(message: Message, services: Services, found: list[Keyword], *, detail: bool) -> Result:
    if not found:
        return Result(services.say(message, "language.no_keywords"))
    if not detail:
        lines = (f"{place}. {each.word[:LONGEST_WORD]} {each.weight:.4f}" for place, each in enumerate(found, 1))
        return Result("\n".join(lines))
    head = [services.say(message, f"language.{name}") for name in ("word", "count")]
    rows = (
        (each.word[:LONGEST_WORD], each.count, f"{each.tf:.4f}", f"{each.idf:.3f}", f"{each.weight:.4f}")
        for each in found
    )
    return Result(table((*head, "TF", "IDF", "TF×IDF"), rows), markdown=True)
