"""Which of the catalogue's languages a person is answered in: decided here, once for each message."""

from __future__ import annotations

import re
from collections import OrderedDict

from bot.config.catalogue import LANGUAGES
from bot.domain.command import asked_word
from bot.domain.message import Conversation, Message

CHINESE = ("zh-CN", "zh-TW")
HAN_ALONE = "zh"
HAN = re.compile(r"[\u3400-\u9fff]")
KANA = re.compile(r"[\u3041-\u30fa]")
LATIN = re.compile(r"[A-Za-z]+(?:['’-][A-Za-z]+)*")
PUNCTUATION = ".,;:!?…，。；：！？()[]\"'“”‘’*_"
TRADITIONAL_REGIONS = ("hant", "tw", "hk", "mo")
# Fewer Latin words are no sentence; fewer than the second are one where some of them are function words.
SHORTEST_SENTENCE, LONG_SENTENCE = 3, 6
# What hardly any English sentence is without.
LITTLE = """
    a an the this that these those it its it's i i'm i've you your we our my me they them their he she his her is
    are was were be been am do does did don't doesn't didn't isn't has have had can can't could will won't would
    should may how what what's where when why which who whose to of in on at for from with without by as into
    about not no any some and or but if there than then all after before off please need want
"""
FUNCTION_WORDS = frozenset(LITTLE.split())
# So many conversations are known by what was last written in them.
REMEMBERED = 10_000


class Languages:
    """Which language to answer each message in: the one place where that is decided.

    It knows what was last written in each of the latest conversations, as long as the process lives.
    """

    def __init__(self, default: str) -> None:
        self._default = default
        self._last: OrderedDict[Conversation, str] = OrderedDict()

    def of(self, message: Message) -> str:
        """Return the catalogue language to answer a message in."""
        where = message.conversation
        language = language_of(message.sender.language, message.text, self._default, self._last.get(where, ""))
        if _telling(written_language(message.text), message.text) and not message.choice:
            self._last[where] = language
            self._last.move_to_end(where)
            if len(self._last) > REMEMBERED:
                self._last.popitem(last=False)
        return language


def language_of(tag: str, text: str, default: str = LANGUAGES[0], last: str = "") -> str:
    """Return the catalogue language to answer a text in: the one it is written in, where that tells.

    Else that of the client's BCP 47 tag, or the one written `last`, whichever is Chinese; else the default.
    """
    hints = [each for each in (_language_of_tag(tag), last) if each]
    hints.sort(key=lambda each: each not in CHINESE)
    written = written_language(text)
    if written == HAN_ALONE:
        return next((each for each in (*hints, default) if each in CHINESE), CHINESE[0])
    return written if _telling(written, text) else next(filter(None, (*hints, written, default)))


def written_language(text: str) -> str:
    """Return the catalogue language a text is written in, `zh` where its characters tell no script, or nothing.

    A command's own name does not count, nor do Latin words that make no sentence: people name things by them in any
    language.
    """
    words = text.split()[1 if asked_word(text) else 0 :]
    written = "".join(words)
    han = "".join(HAN.findall(written))
    if len(han) > 2 * len(KANA.findall(written)):
        return _script(han)
    latin = [word for word in (each.strip(PUNCTUATION) for each in words) if LATIN.fullmatch(word)]
    is_sentence = len(latin) >= SHORTEST_SENTENCE and not FUNCTION_WORDS.isdisjoint(each.casefold() for each in latin)
    return "en" if is_sentence or len(latin) >= LONG_SENTENCE else ""


def _telling(written: str, text: str) -> bool:
    """Return whether what a text is written in is its writer's language: a command may be to work on any other."""
    return written in (*CHINESE, HAN_ALONE) or (bool(written) and not asked_word(text))


def _language_of_tag(tag: str) -> str:
    """Return the catalogue language for a BCP 47 tag, or nothing where there is none."""
    language, *parts = tag.lower().replace("_", "-").split("-")
    if language != "zh":
        return "en" if language else ""
    return "zh-TW" if any(part in TRADITIONAL_REGIONS for part in parts) else "zh-CN"


def _script(han: str) -> str:
    """Return the Chinese whose encoding has more of these characters: most are in both."""
    simplified, traditional = (len(han.encode(encoding, "ignore")) for encoding in ("gb2312", "big5"))
    if simplified == traditional:
        return HAN_ALONE
    return "zh-TW" if traditional > simplified else "zh-CN"
