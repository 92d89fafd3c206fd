"""/dictionary: this chat's own words."""

from __future__ import annotations

import asyncio
import itertools
import re
from typing import Annotated, Literal, get_args

from bot.domain.command import Wording, command
from bot.domain.errors import Apology
from bot.domain.message import Message
from bot.domain.reply import Reply, Source
from bot.services import Services
from handlers.commands.shared.labour import Result, shortened
from handlers.commands.shared.material import IN_FILE, material
from handlers.knowledge.vocabulary import LONGEST_WORD, MOST_WORDS, Vocabulary
from handlers.language.segmentation.dictionary import Word
from handlers.language.segmentation.own import POSSIBLE, Segmenter
from handlers.language.tagging.tagset import BY_TAG, TABLE

Action = Literal["list", "add", "remove", "suggest"]
SHAPE = re.compile(r"(\S+)(?:\s+([0-9]{1,30}))?(?:\s+([A-Za-z]{1,4}))?")
MOST_FREQUENT = 10_000_000
MORE_LINES = 3


@command("词典", "詞典", admin=True, remember=False)
async def dictionary(
    message: Message,
    services: Services,
    *,
    action: Annotated[Action | None, Wording("做什么", "做什麼", "what to do")] = None,
    words: Annotated[
        str,
        Wording(
            "每行：词 频率 词性（后两项可省）", "每行：詞 頻率 詞性（後兩項可省）", "a line each: word frequency tag"
        ),
        IN_FILE,
    ] = "",
) -> Reply:
    """这个聊天自己的词：增加、删除、列出、建议频率（管理员）

    這個聊天自己的詞：增加、刪除、列出、建議頻率（管理員）

    This chat's own words: add, remove, list, suggest a frequency (administrators)
    """
    typed = words.strip() and not (message.quote and message.quote.text == words)
    if action is None and typed:
        raise Apology("language.dictionary_action", known=", ".join(get_args(Action)), words=words[:50])
    if action in (None, "list"):
        result = await _listed(message, services)
    else:
        text = await material(message, services, words)
        lines = await asyncio.to_thread(_lines, text)
        if len(lines) > MOST_WORDS:
            raise Apology("language.dictionary_lines", most=MOST_WORDS)
        result = await {"add": _add, "remove": _remove, "suggest": _suggest}[action](message, services, lines)
    return Reply(Source("command", "dictionary"), result.text, files=result.files, remember=False)


def _lines(text: str) -> list[str]:
    """Return the lines that say something, and no more of them than show that there are too many."""
    return list(itertools.islice(filter(None, map(str.strip, text.splitlines())), MOST_WORDS + 1))


async def _listed(message: Message, services: Services) -> Result:
    words = await services.once(Vocabulary).words(message)
    if not words:
        return Result(services.say(message, "language.dictionary_empty"))
    head = services.say(message, "language.dictionary", count=len(words))
    return shortened(message, services, "\n".join([head, *map(str, words)]), "dictionary.txt")


async def _add(message: Message, services: Services, lines: list[str]) -> Result:
    vocabulary = services.once(Vocabulary)
    segmenter = await vocabulary.of(message)
    words = await asyncio.to_thread(lambda: [_word(line, segmenter) for line in lines])
    kept = await vocabulary.add(message, words)
    if kept is None:
        raise Apology("commands.store_away")
    if not kept:
        raise Apology("language.dictionary_full", most=MOST_WORDS)
    shown = "\n".join(map(str, words[:MORE_LINES]))
    more = f"\n… ({len(words)})" if len(words) > MORE_LINES else ""
    return Result(services.say(message, "language.dictionary_added", words=shown + more))


async def _remove(message: Message, services: Services, lines: list[str]) -> Result:
    texts = [line.split()[0] for line in lines]
    gone = await services.once(Vocabulary).remove(message, texts)
    if gone is None:
        raise Apology("commands.store_away")
    if not gone:
        raise Apology("language.dictionary_absent", words=", ".join(texts)[:50])
    return Result(services.say(message, "language.dictionary_removed", count=gone))


async def _suggest(message: Message, services: Services, lines: list[str]) -> Result:
    segmenter = await services.once(Vocabulary).of(message)

    def said() -> list[str]:
        texts = [_word(line, segmenter).text for line in lines]
        return [_suggestion(message, services, text, segmenter) for text in texts]

    return shortened(message, services, "\n".join(await asyncio.to_thread(said)), "suggest.txt")


def _suggestion(message: Message, services: Services, text: str, segmenter: Segmenter) -> str:
    now = segmenter.cut(text)
    key = "language.dictionary_whole" if now == [text] else "language.dictionary_needed"
    return services.say(message, key, word=text, frequency=segmenter.needed(text), now=" / ".join(now))


def _word(line: str, segmenter: Segmenter) -> Word:
    """Return the word that a line gives; without a frequency, it gets the one with which it stays whole."""
    match = SHAPE.fullmatch(line)
    text, frequency, tag = match.groups() if match else ("", "", "")
    known_tag = not tag or tag.lower() in BY_TAG
    if not text or not (known_tag or frequency):
        raise Apology("language.word_shape", line=line[:50])
    if not known_tag:
        raise Apology("language.unknown_tag", tag=tag, known=" ".join(each.tag for each in TABLE))
    if len(text) > LONGEST_WORD:
        raise Apology("language.word_long", word=text[:20], most=LONGEST_WORD)
    if not POSSIBLE.fullmatch(text):
        raise Apology("language.word_characters", word=text)
    number = int(frequency) if frequency else segmenter.needed(text)
    if not 0 < number <= MOST_FREQUENT:
        raise Apology("language.word_frequency", word=text, most=MOST_FREQUENT)
    return Word(text, number, (tag or "n").lower())
