"""What a file says of an entry, before it is known to be one: with its place, so that an error can name it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from handlers.faq.entries.entry import Entry, Twin
from handlers.language.script.normalise import fold

SLUG_LENGTH = 40
BREAKS = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
UNPRINTABLE = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
WORDS = re.compile(r"[a-z0-9]+")


class FaqError(ValueError):
    """A FAQ file is refused. The message names the file and the line and says in one sentence what is wrong."""


@dataclass(frozen=True, slots=True)
class Wording:
    """Question, other ways to ask and answer in one language; anything may still be missing."""

    question: str = ""
    answer: str = ""
    alternatives: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Draft:
    """An entry as it stands in a file.

    Attributes:
        place: Where, for a sentence: "faq.yaml, line 12".
        id: Empty where the file gives none.
        other: The twin's wording under the key `language`; None where there is none.
    """

    place: str
    wording: Wording
    id: str = ""
    tags: tuple[str, ...] = ()
    markdown: bool = False
    other: Wording | None = None
    language: str = ""

    @property
    def missing(self) -> str:
        """What it needs and lacks, in words; empty when it can become an entry."""
        sides = (("", self.wording), (f" under {self.language}", self.other))
        return next((f"{lack}{where}" for where, side in sides if side and (lack := _lack(side))), "")


def printable(text: str) -> str:
    """Return an answer as it is kept: a line feed between lines, no control characters, no space around it."""
    return UNPRINTABLE.sub("", BREAKS.sub("\n", text)).strip()


def one_line(text: str) -> str:
    """Return a question or tag as it is kept: on one line, with single spaces, without control characters."""
    return " ".join(UNPRINTABLE.sub("", text).split())


def wording(question: str, answer: str, alternatives: Iterable[str] = ()) -> Wording:
    """Return the texts as they are kept; alternatives that are empty or repeat another are left out."""
    question = one_line(question)
    others = dict.fromkeys(one_line(each) for each in alternatives)
    return Wording(question, printable(answer), tuple(each for each in others if each and each != question))


def derived_id(question: str) -> str:
    """Return the id of an entry that was given none: readable for a short English question, else a stable hash."""
    slug = "-".join(WORDS.findall(question.lower()))
    if question.isascii() and 0 < len(slug) <= SLUG_LENGTH:
        return slug
    return "faq-" + hashlib.blake2s(fold(question).encode("utf-8", "replace"), digest_size=5).hexdigest()


def entries_of(drafts: Sequence[Draft]) -> tuple[Entry, ...]:
    """Return the entries of complete drafts, each with an id of its own.

    Raises:
        FaqError: One lacks its question or answer, or two were given the same id.
    """
    places: dict[str, str] = {}
    for draft in drafts:
        if draft.missing:
            raise FaqError(f"{draft.place}: {draft.missing}.")
        if draft.id in places:
            raise FaqError(f'{draft.place}: the id "{draft.id}" is taken already ({places[draft.id]}).')
        if draft.id:
            places[draft.id] = draft.place
    taken = set(places)
    return tuple(_entry(draft, taken) for draft in drafts)


def _entry(draft: Draft, taken: set[str]) -> Entry:
    said, other = draft.wording, draft.other
    twin = Twin(other.question, other.answer, other.alternatives) if other else None
    name = draft.id or free_id(derived_id(said.question), taken)
    taken.add(name)
    return Entry(name, said.question, said.answer, said.alternatives, twin, draft.tags, draft.markdown)


def free_id(wanted: str, taken: Iterable[str]) -> str:
    """Return the id, or where it is taken the first of id-2, id-3 … that is not."""
    used, number, name = set(taken), 1, wanted
    while name in used:
        number += 1
        name = f"{wanted}-{number}"
    return name


def _lack(said: Wording) -> str:
    if not said.question:
        return "the question is missing"
    if not said.answer:
        return f'the answer to "{said.question}" is missing'
    unfit = next((each for each in (said.question, *said.alternatives) if not fold(each)), None)
    return f'the question "{unfit}" has nothing in it that could be compared' if unfit else ""
