"""/segment: a text cut into words, in jieba's modes and by the classic algorithms."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Annotated, Literal

from bot.domain.command import Wording, command
from bot.domain.errors import Apology
from bot.domain.message import Message
from bot.domain.reply import Reply
from bot.services import Services
from handlers.commands.shared.labour import Result, labour, shortened
from handlers.commands.shared.material import Text, material
from handlers.knowledge.vocabulary import Vocabulary
from handlers.language.script.normalise import restored, simplify
from handlers.language.script.pinyin import HAN
from handlers.language.segmentation.ambiguity import Stretch, ambiguous
from handlers.language.segmentation.full import cut_all
from handlers.language.segmentation.matching import METHODS, Method
from handlers.language.segmentation.own import Segmenter

Mode = Literal["accurate", "full", "search", "forward", "backward", "bidirectional", "graph", "compare"]
BETWEEN = " / "
# jieba's full mode and the algorithms are not in Rust: a hostile text of these lengths takes some of them a second.
# Comparing is for reading, anyway.
MOST, MOST_BACKWARD, MOST_COMPARED = 100_000, 20_000, 500


@command("分词", "分詞", "斷詞", remember=False)
async def segment(
    message: Message,
    services: Services,
    *,
    mode: Annotated[
        Mode | None, Wording("模式（compare 对照）", "模式（compare 對照）", "mode; compare shows all")
    ] = None,
    hmm: Annotated[bool, Wording("是否用 HMM 认新词", "是否用 HMM 認新詞", "find new words by the HMM")] = True,
    text: Text = "",
) -> Reply:
    """中文分词：jieba 的各种模式，或与经典算法对照

    中文斷詞：jieba 的各種模式，或與經典演算法對照

    Cut Chinese text into words: jieba's modes beside the classic algorithms
    """
    found = await material(message, services, text)
    segmenter = await services.once(Vocabulary).of(message)
    if mode == "compare":
        if len(found) > MOST_COMPARED:
            raise Apology("language.compare_long", most=MOST_COMPARED, characters=len(found))
        work = partial(_compared, message, services, found, segmenter)
        return await labour(message, services, "segment", work, size=len(found))
    most = MOST_BACKWARD if mode in {"backward", "bidirectional"} else MOST
    if mode not in {None, "accurate", "search"} and len(found) > most:
        raise Apology("language.mode_long", mode=mode, most=most, characters=len(found))
    cut = _cuts(segmenter)[_way(mode or "accurate", hmm=hmm)]
    return await labour(message, services, "segment", lambda: _words(message, services, cut(found)), size=len(found))


def _way(mode: str, *, hmm: bool) -> str:
    return mode if hmm or mode not in ("accurate", "search") else f"{mode}_plain"


def _cuts(segmenter: Segmenter) -> dict[str, Callable[[str], list[str]]]:
    """Return every way to cut, by its name in the catalogue."""
    return {
        "accurate": segmenter.cut,
        "accurate_plain": partial(segmenter.cut, hmm=False),
        "search": segmenter.cut_for_search,
        "search_plain": partial(segmenter.cut_for_search, hmm=False),
        "full": partial(_full, segmenter),
        **{name: partial(_by, method, segmenter) for name, method in METHODS.items()},
    }


def _by(method: Method, segmenter: Segmenter, text: str) -> list[str]:
    return restored(text, method(simplify(text), segmenter.lexicon))


def _full(segmenter: Segmenter, text: str) -> list[str]:
    plain, at, found = simplify(text), 0, list[str]()
    for word in cut_all(plain, segmenter.lexicon):
        at = plain.index(word, at)
        found.append(text[at : at + len(word)])
    return found


def _words(message: Message, services: Services, words: list[str]) -> Result:
    visible = [word for word in words if word.strip() or "\n" in word]
    line = BETWEEN.join(visible).replace(f"{BETWEEN}\n", "\n").replace(f"\n{BETWEEN}", "\n")
    result = shortened(message, services, line, "segment.txt")
    if HAN.search(line):
        return result
    return replace(result, text=f"{result.text}\n\n{services.say(message, 'language.no_han')}")


def _compared(message: Message, services: Services, text: str, segmenter: Segmenter) -> Result:
    """Group the ways that agree, so that one sees where they part."""
    groups: dict[str, list[str]] = {}
    for name, cut in _cuts(segmenter).items():
        line = BETWEEN.join(word for word in cut(text) if word.strip())
        groups.setdefault(line, []).append(services.say(message, f"language.mode_{name}"))
    parts = [f"{'・'.join(names)}\n{line}" for line, names in groups.items()]
    stretches = ambiguous(simplify(text), segmenter.lexicon)
    key = "ambiguous" if stretches else "unambiguous" if HAN.search(text) else "no_han"
    parts.append("\n".join([services.say(message, f"language.{key}"), *_marked(message, services, text, stretches)]))
    return Result("\n\n".join(parts))


def _marked(message: Message, services: Services, text: str, stretches: tuple[Stretch, ...]) -> list[str]:
    if not stretches:
        return []
    marked, at = "", 0
    for each in stretches:
        marked += f"{text[at : each.start]}〔{text[each.start : each.end]}〕"
        at = each.end
    lines = [
        services.say(
            message,
            f"language.{each.kind}",
            part=text[each.start : each.end],
            readings=" ⇄ ".join(
                BETWEEN.join(restored(text[each.start : each.end], reading)) for reading in each.readings
            ),
        )
        for each in stretches
    ]
    return [marked + text[at:], *dict.fromkeys(lines)]
