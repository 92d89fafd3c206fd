"""What guests do, of everything the bot can: each act waits until its answer is there. Start at `ACTS`."""

from __future__ import annotations

import random
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from tests.chaos.guests import Guest
from tests.chaos.verdict import BROKEN, DOUBTED, FAILED

PATIENCE = 90.0
END = re.compile("«/[^»]*»")
# Whatever the model does, there is a word about it.
MARKS = (*BROKEN, DOUBTED, FAILED, "language model", "大模型")
SENTENCE = "研究生命的起源，乒乓球拍卖完了，南京市长江大桥下雨天留客天。"
PLACES = ("北京", "南京", "重庆", "长沙", "西安", "厦门")


@dataclass(frozen=True, slots=True)
class Act:
    """Something to do, so many times as often as other things; `heavy`: it loads packages that take seconds."""

    name: str
    often: int
    do: Callable[[Guest, random.Random], Awaitable[bool]]
    heavy: bool = False


async def rule(guest: Guest, _: random.Random) -> bool:
    return await _told(guest, guest.says("good morning"))


async def faq(guest: Guest, chance: random.Random) -> bool:
    question = chance.choice(("怎么用 Docker 安装拾页？", "How do I install Shiye with Docker?", "怎么关闭端到端加密"))
    return await _told(guest, guest.says(question))


async def model(guest: Guest, chance: random.Random) -> bool:
    number = f"{chance.randrange(10**6)}.{chance.randrange(5)}"
    return await _answered(guest, guest.says(f"tell me about {number}"))


async def two_at_once(guest: Guest, chance: random.Random) -> bool:
    await guest.says(f"tell me about {chance.randrange(10**6)}.0")
    first = len(guest.reads())
    asked = await _answered(guest, guest.says(f"tell me about {chance.randrange(10**6)}.2"))
    return asked and await guest.until(lambda: len(guest.reads()) >= first + 2, PATIENCE)


async def stopped(guest: Guest, chance: random.Random) -> bool:
    await guest.says(f"tell me about {chance.randrange(10**6)}.3")
    return await _told(guest, guest.uses("stop"))


async def by_the_model(guest: Guest, chance: random.Random) -> bool:
    return await _answered(guest, guest.uses(chance.choice(("translate", "proofread", "summarize")), text=SENTENCE))


async def laboratory(guest: Guest, chance: random.Random) -> bool:
    name = chance.choice(("segment", "pos", "keywords", "pinyin", "convert", "vectorize"))
    text = SENTENCE * chance.choice((1, 1, 3, 20))
    return await _told(guest, guest.uses(name, text=chance.choice(PLACES) + text))


async def compared(guest: Guest, _: random.Random) -> bool:
    return await _told(guest, guest.uses("segment", mode="compare", text=SENTENCE))


async def dictionary(guest: Guest, chance: random.Random) -> bool:
    word = chance.choice(PLACES) + chance.choice(PLACES) + "路"
    if not await _told(guest, guest.uses("dictionary", action="add", words=f"{word} 500 n")):
        return False
    return await _told(guest, guest.uses("segment", text=f"我在{word}，{SENTENCE}"))


async def settings(guest: Guest, chance: random.Random) -> bool:
    return await _told(guest, guest.uses("options", name="recent", value=chance.choice(("on", "off"))))


async def housekeeping(guest: Guest, chance: random.Random) -> bool:
    return await _told(guest, guest.uses(chance.choice(("help", "memory", "memory", "reset", "why", "start"))))


async def forget(guest: Guest, _: random.Random) -> bool:
    return await _told(guest, guest.uses("forget"))


async def mumbled(guest: Guest, _: random.Random) -> bool:
    await guest.mumbles()
    return True


async def words(guest: Guest, chance: random.Random) -> bool:
    name = chance.choice(("similar", "probability"))
    return await _told(guest, guest.uses(name, **{"word": "安装"} if name == "similar" else {"text": "怎么安装拾页"}))


async def picture(guest: Guest, chance: random.Random) -> bool:
    name = chance.choice(("frequency", "wordcloud", "tfidf"))
    text = "\n".join(chance.sample(PLACES, 3)) + "\n" + SENTENCE
    return await _told(guest, guest.uses(name, **{"texts" if name == "tfidf" else "text": text}))


ACTS = (
    Act("rule", 30, rule),
    Act("faq", 15, faq),
    Act("model", 20, model),
    Act("two_at_once", 3, two_at_once),
    Act("stopped", 3, stopped),
    Act("by_the_model", 3, by_the_model),
    Act("laboratory", 15, laboratory),
    Act("compared", 2, compared),
    Act("dictionary", 10, dictionary),
    Act("settings", 3, settings),
    Act("housekeeping", 8, housekeeping),
    Act("forget", 2, forget),
    Act("mumbled", 4, mumbled),
    Act("words", 1, words, heavy=True),
    Act("picture", 1, picture, heavy=True),
)


async def _told(guest: Guest, asking: Awaitable[None]) -> bool:
    """Ask, and wait for another message of the bot's."""
    before = len(guest.reads())
    await asking
    return await guest.until(lambda: len(guest.reads()) > before, PATIENCE)


async def _answered(guest: Guest, asking: Awaitable[None]) -> bool:
    """Ask, and wait until the model's answer is whole, or there is a word about why it is not."""
    before = len(guest.reads())
    await asking

    def over() -> bool:
        new = guest.reads()[before:]
        return any(END.search(text) or any(mark in text for mark in MARKS) for text in new)

    return await guest.until(over, PATIENCE)
