"""/pos: the part-of-speech tags of a text, and what they mean."""

from __future__ import annotations

from functools import partial
from typing import Annotated

from bot.domain.command import Wording, command
from bot.domain.errors import Apology
from bot.domain.message import Message
from bot.domain.reply import Reply, Source
from bot.services import Services
from handlers.commands.shared.labour import Result, labour, shortened
from handlers.commands.shared.material import Text, material
from handlers.knowledge.vocabulary import Vocabulary
from handlers.language.segmentation.own import Segmenter
from handlers.language.tagging.tag import tag as tagged
from handlers.language.tagging.tagset import TABLE, Tag, explain

# A hostile text of this length takes a second.
MOST = 10_000


@command("词性", "詞性", remember=False)
async def pos(
    message: Message,
    services: Services,
    *,
    tag: Annotated[str, Wording("解释一个标记，如 ad", "解釋一個標記，如 ad", "explain a tag, such as ad")] = "",
    text: Text = "",
) -> Reply:
    """词性标注，并解释每个标记

    詞性標註，並解釋每個標記

    Tag the parts of speech of a text, each tag explained
    """
    if tag:
        return Reply(Source("command", "pos"), _explained(message, services, tag.strip()), remember=False)
    found = await material(message, services, text)
    segmenter = await services.once(Vocabulary).of(message)
    work = partial(_tagged, message, services, found, segmenter)
    return await labour(message, services, "pos", work, size=len(found))


def _explained(message: Message, services: Services, tag: str) -> str:
    known = explain(tag)
    if known is None:
        raise Apology("language.unknown_tag", tag=tag[:20], known=" ".join(each.tag for each in TABLE))
    return services.say(
        message, "language.tag", tag=tag, zh=known.zh, en=known.en, origin_zh=known.origin_zh, origin_en=known.origin_en
    )


def _tagged(message: Message, services: Services, text: str, segmenter: Segmenter) -> Result:
    words = [each for each in tagged(text[:MOST], segmenter=segmenter) if each[0].strip()]
    line = "  ".join(f"{word}/{its_tag}" for word, its_tag in words)
    result = shortened(message, services, line, "pos.txt")
    explained = {its_tag: explain(its_tag) for _, its_tag in words}
    legend = [_line(its_tag, known) for its_tag, known in sorted(explained.items()) if known]
    cut = [services.say(message, "language.only_first", most=MOST, characters=len(text))] if len(text) > MOST else []
    return Result("\n\n".join([result.text, "\n".join(legend), *cut]), result.files)


def _line(its_tag: str, known: Tag) -> str:
    return f"{its_tag} {known.zh} {known.en}"
