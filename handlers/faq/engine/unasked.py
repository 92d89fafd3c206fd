"""Why a question that nobody asked the bot is left alone however near it is to an entry. Start at `reason`.

Confidence tells how alike two texts are, not whether one was meant for the bot: 忘记支付宝密码怎么办 has nearly all the
letters of 忘记密码怎么办, and 备份 has all of 备份.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterator, Sequence
from importlib.resources import files

from handlers.faq.engine.analysis import HAN, RUNS, Analysis, stem
from handlers.faq.engine.lookalike import conflicts, marks, question_marks
from handlers.faq.engine.request import asks
from handlers.faq.engine.stopwords import stopwords
from handlers.language.script.normalise import fold
from handlers.language.tagging.tag import UNKNOWN, tag_of

LATIN = re.compile(r"(?<![a-z0-9])[a-z][a-z0-9+#]*")
TITLE = re.compile(r"《([^》]+)》|[「“\"]([^」”\"]{2,20})[」”\"]")
# Tags of jieba's words that may name a thing: nouns, names of every kind, abbreviations.
NAMING = ("n", "j")
# A word that jieba does not have may be cut wrongly: what is between these is the name, if any.
FUNCTION = re.compile(
    "[的了吗呢吧啊不没有能会可怎么哪那我你他在到请问个下是就给把被要想该为中之与或和从对很都又还更最太后前上里外时开拿]"
)
# What so many entries are asked about is what the FAQ is about, and tells none of them from another.
SUBJECT = 3


def reason(text: Analysis, ways: Sequence[str], nearest: str, spread: Callable[[str], int]) -> str | None:
    """Return why the entry with these ways to ask it is not said unasked, None where it may be.

    Args:
        text: What was said.
        ways: Every way to ask the entry.
        nearest: The one that is nearest to the text.
        spread: In how many entries of the FAQ a word is asked about.
    """
    if not asks(text.text):
        return "it is no question by its form, or was taken back"
    ours = marks(text.text)
    if strange := sorted(ours.numbers.difference(*(question_marks(each).numbers for each in ways))):
        return f"no way to ask the entry has the number {strange[0]}"
    if found := conflicts(ours, question_marks(nearest)):
        return f"it contradicts the nearest way to ask the entry ({', '.join(found)})"
    name = next(_foreign(text, ways, spread), None)
    return name and f"what can be asked here is not about {name}"


def _foreign(text: Analysis, ways: Sequence[str], spread: Callable[[str], int]) -> Iterator[str]:
    """Yield what a text names and the FAQ is not about, or (a Latin word: mostly a product) this entry is not."""
    own = {stem(word) for each in ways for word in LATIN.findall(fold(each))}
    for word in LATIN.findall(text.text):
        if stem(word) not in own | everyday() and spread(word) < SUBJECT:
            yield word
    titles = ("".join(RUNS.findall("".join(each))) for each in TITLE.findall(text.text))
    for name in (*titles, *_names(text.words)):
        if not spread(name):
            yield name


def _names(words: Sequence[str]) -> Iterator[str]:
    """Yield the Chinese words that may name a thing; where a text begins also verbs: many a name looks like one."""
    telling = [word for word in words if HAN.match(word) and word not in everyday()]
    for word in telling:
        tag = tag_of(word)
        if tag == UNKNOWN:
            yield from (piece for piece in FUNCTION.split(word) if len(piece) > 1)
        elif len(word) == 1 or word == telling[0] or tag.startswith(NAMING):
            yield word


@functools.cache
def everyday() -> frozenset[str]:
    """Return words that name nothing, English ones without their endings."""
    lines = (files("handlers.faq.engine") / "everyday.txt").read_text(encoding="utf-8").splitlines()
    words = (word for line in lines if not line.startswith("#") for word in line.split())
    return frozenset(stem(word) for word in (*words, *stopwords()))
