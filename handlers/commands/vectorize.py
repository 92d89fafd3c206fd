"""/vectorize: the same sentence as integer codes, one-hot vectors and embeddings."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

from bot.domain.command import Wording, command
from bot.domain.errors import Apology
from bot.domain.message import Message
from bot.domain.reply import Reply
from bot.services import Services
from handlers.commands.shared.cutting import cutting
from handlers.commands.shared.laboratory import laboratory
from handlers.commands.shared.labour import Result
from handlers.commands.shared.material import IN_FILE, material
from handlers.content.markdown import inline, table
from handlers.language.statistics.encodings import codes, integers, one_hot
from handlers.language.statistics.terms import terms
from handlers.words.owned import Words
from handlers.words.told import either, source

if TYPE_CHECKING:
    from handlers.language.statistics.vectors import Vectors

# More would not fit on a screen.
MOST_WORDS, LONGEST, NUMBERS = 10, 400, 3


@command("编码", "編碼", remember=False)
async def vectorize(
    message: Message,
    services: Services,
    *,
    text: Annotated[
        str, Wording("一句话，或回复一条消息", "一句話，或回覆一則訊息", "a sentence, or reply to a message"), IN_FILE
    ] = "",
) -> Reply:
    """同一句话的三种编码：整数、独热、词向量

    同一句話的三種編碼：整數、獨熱、詞向量

    One sentence encoded three ways: integers, one-hot, embeddings
    """
    cut = await cutting(message, services)
    found = await material(message, services, text)
    words = terms(found[:LONGEST], cut)
    if not words:
        raise Apology("laboratory.no_words")
    shown = words[:MOST_WORDS]

    def work() -> Result:
        model = services.once(Words).model()
        parts = [_cut(message, services, words), *_simple(message, services, shown)]
        learnt = either(shown, model.vectors.__contains__)
        parts += [*_embedded(message, services, learnt, model.vectors), source(message, services, model)]
        if len(found) > LONGEST:
            parts.append(services.say(message, "language.only_first", most=LONGEST, characters=len(found)))
        return Result("\n\n".join(parts))

    return await laboratory(message, services, "vectorize", work)


def _cut(message: Message, services: Services, words: Sequence[str]) -> str:
    """Return the words, and that only the first of them are shown, where that is so."""
    told = inline(" / ".join(words[:MOST_WORDS]))
    rest = len(words) - MOST_WORDS
    return told if rest <= 0 else f"{told} {services.say(message, 'laboratory.first_words', rest=rest)}"


def _simple(message: Message, services: Services, words: Sequence[str]) -> list[str]:
    head = [services.say(message, f"laboratory.{key}") for key in ("word", "code", "one_hot")]
    vectors = [" ".join(map(str, vector)) for vector in one_hot(words)]
    rows = list(zip(words, integers(words), vectors, strict=True))
    kept = {"distinct": len(codes(words))}
    return [
        table(head, dict.fromkeys(rows)),
        services.say(message, "laboratory.codes_keep"),
        services.say(message, "laboratory.one_hot_keeps", **kept),
    ]


def _embedded(message: Message, services: Services, words: Sequence[str], vectors: Vectors) -> list[str]:
    distinct = list(dict.fromkeys(words))
    head = [services.say(message, "laboratory.word"), services.say(message, "laboratory.embedding")]
    unknown = services.say(message, "laboratory.no_vector")
    rows = [(word, _beginning(word, vectors) if word in vectors else unknown) for word in distinct]
    size = vectors.numbers.shape[1]
    parts = [table(head, rows), services.say(message, "laboratory.embedding_keeps", size=size)]
    pairs = [pair for pair in itertools.combinations(distinct, 2) if pair[0] in vectors and pair[1] in vectors]
    if pairs:
        one, other = max(pairs, key=lambda pair: vectors.similarity(*pair))
        values = {"one": inline(one), "other": inline(other), "cosine": f"{vectors.similarity(one, other):.2f}"}
        parts.append(services.say(message, "laboratory.closest", **values))
    return parts


def _beginning(word: str, vectors: Vectors) -> str:
    return " ".join(f"{number:.2f}" for number in vectors[word][:NUMBERS]) + " …"
