"""/probability: how likely a sentence is to an n-gram language model, and which of two is likelier."""

from __future__ import annotations

import re
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
from handlers.language.statistics.terms import Cut, terms
from handlers.words.owned import Words
from handlers.words.told import either, source

if TYPE_CHECKING:
    from handlers.language.statistics.ngrams import LanguageModel

ORDERS, LARGE = (1, 2, 3), 100
TOGETHER, MOST_WORDS, LONGEST = 2, 300, 10_000
BORDER = re.compile(r"[\n|｜]+")


@command("语言模型", "語言模型", remember=False)
async def probability(
    message: Message,
    services: Services,
    *,
    n: Annotated[int, Wording("看前面几个词：1 到 3", "看前面幾個詞：1 到 3", "1 to 3: the n of the n-grams")] = 3,
    text: Annotated[
        str,
        Wording("一句话；两句用 | 或换行隔开", "一句話；兩句用 | 或換行隔開", "a sentence, or two with | between"),
        IN_FILE,
    ] = "",
) -> Reply:
    """N 元语言模型：句子的概率、困惑度和最不像话的地方；可比较两句

    N 元語言模型：句子的機率、困惑度和最不像話的地方；可比較兩句

    N-gram model: a sentence's probability and perplexity, its least likely spot; compares two
    """
    if n not in ORDERS:
        raise Apology("laboratory.order", order=n)
    found = await material(message, services, text)
    cut = await cutting(message, services)

    def work() -> Result:
        model = services.once(Words).model()
        both = [either(each, model.language.knows) for each in _sentences(found, cut)]
        parts = [_judged(message, services, model.language, each, n) for each in both]
        if len(both) > 1:
            parts.append(_compared(message, services, model.language, both, n))
        return Result("\n\n".join((*parts, source(message, services, model))))

    return await laboratory(message, services, "probability", work, len(found))


def _sentences(text: str, cut: Cut) -> list[list[str]]:
    """Return the words of one sentence, or of two. Raises Apology for anything else."""
    said = [each for each in BORDER.split(text[: LONGEST + 1]) if each.strip()]
    sentences = [found for each in said for found in [terms(each, cut)] if found]
    if not sentences:
        raise Apology("laboratory.no_words")
    if len(text) > LONGEST or len(sentences) > TOGETHER or max(map(len, sentences)) > MOST_WORDS:
        raise Apology("laboratory.sentences", most=MOST_WORDS)
    return sentences


def _judged(message: Message, services: Services, model: LanguageModel, sentence: list[str], n: int) -> str:
    judgement = model.judge(sentence, n)
    spot = judgement.unlikeliest
    words = [inline(word) for word in sentence] + [services.say(message, "laboratory.end")]
    words[spot] = f"**⟨{words[spot]}⟩**"
    head = ["n", *(services.say(message, f"laboratory.{key}") for key in ("log_probability", "perplexity"))]
    rows = [_row(model, sentence, order) for order in ORDERS]
    likely = f"{judgement.probabilities[spot]:.2g}"
    told = services.say(message, "laboratory.unlikeliest", word=words[spot], probability=likely)
    unknown = [inline(word) for word in dict.fromkeys(sentence) if not model.knows(word)]
    parts = [" ".join(words), table(head, rows), told]
    if unknown:
        parts.append(services.say(message, "laboratory.not_in_vocabulary", words=", ".join(unknown[:20])))
    return "\n\n".join(parts)


def _row(model: LanguageModel, sentence: list[str], order: int) -> tuple[str, str, str]:
    judgement = model.judge(sentence, order)
    return str(order), f"{judgement.log10:.2f}", _rounded(judgement.perplexity)


def _compared(message: Message, services: Services, model: LanguageModel, both: list[list[str]], n: int) -> str:
    first, second = (model.judge(each, n) for each in both)
    # Longer sentences are less likely as wholes, so that a word's perplexity decides.
    if _rounded(first.perplexity) == _rounded(second.perplexity):
        return services.say(message, "laboratory.equally_likely")
    better, key = (first, "first") if first.perplexity < second.perplexity else (second, "second")
    worse = second if better is first else first
    values = {"better": _rounded(better.perplexity), "worse": _rounded(worse.perplexity)}
    return services.say(message, f"laboratory.likelier_{key}", **values)


def _rounded(perplexity: float) -> str:
    return f"{perplexity:,.0f}" if perplexity >= LARGE else f"{perplexity:.1f}"
