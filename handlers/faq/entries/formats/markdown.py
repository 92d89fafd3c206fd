"""FAQ files in Markdown: a heading is a question, what follows is its answer, the headings above it are its tags."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token

from handlers.faq.entries.draft import Draft, FaqError, Wording, derived_id, one_line, wording
from handlers.faq.entries.entry import Entry
from handlers.faq.entries.formats.text import utf8

ID = re.compile(r"\s*\{#([^{}\s]+)\}\s*$")
ASKED = re.compile(r"(?:相似问|also asked|相似问 / also asked)\s*[:：]", re.IGNORECASE)
FENCE = "answer"  # the info string of a fence that holds an answer which would not read the same outside of one
DEEPEST = 6
HEADING = ("heading_open",)
ITEM = ("bullet_list_open", "list_item_open", "paragraph_open")
PUNCTUATION = re.compile(r"([!-/:-@\[-`{-~])")


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and what stands below it, up to the next heading: lines as text and as blocks."""

    line: int
    level: int
    title: str
    body: str
    blocks: tuple[Token, ...]
    start: int


def read(path: Path) -> tuple[Draft, ...]:
    """Return a draft for each heading that has no heading below it.

    Raises:
        FaqError: The file is not UTF-8, or is text without any heading.
    """
    text = utf8(path)
    drafts = tuple(_drafts(path.name, text))
    if text.strip() and not drafts:
        raise FaqError(f"{path.name}, line 1: there is no heading (# …); each question is one, its answer below it.")
    return drafts


def _drafts(name: str, text: str) -> Iterator[Draft]:
    above: list[Section] = []
    sections = list(_sections(text))
    for number, section in enumerate(sections):
        above = [each for each in above if each.level < section.level]
        leaf = number + 1 == len(sections) or sections[number + 1].level <= section.level
        if leaf:
            yield _draft(name, section, tuple(each.title for each in above))
        above.append(section)


def _draft(name: str, section: Section, tags: tuple[str, ...]) -> Draft:
    named = ID.search(section.title)
    question = ID.sub("", section.title)
    said = _wording(question, section)
    place = f"{name}, line {section.line}"
    return Draft(place, said, named[1] if named else "", tuple(dict.fromkeys(map(one_line, tags))), markdown=True)


def _sections(text: str) -> Iterator[Section]:
    lines = text.split("\n")
    tokens = _parser().parse("\n".join(lines))
    starts = [at for at, token in enumerate(tokens) if token.type == "heading_open" and token.level == 0]
    for at, following in zip(starts, [*starts[1:], None][: len(starts)], strict=True):
        first, below = _span(tokens[at])
        end = _span(tokens[following])[0] if following else len(lines)
        yield Section(
            first + 1,
            int(tokens[at].tag[1:]),
            _plain(tokens[at + 1]),
            "\n".join(lines[below:end]),
            tuple(tokens[at + 3 : following]),
            below,
        )


def _wording(question: str, section: Section) -> Wording:
    blocks, lines = section.blocks, section.body.split("\n")
    fenced = next((each for each in blocks if each.type == "fence" and each.info.strip() == FENCE), None)
    at = next((n for n, each in enumerate(blocks) if _asks(each)), None)
    listed = at is not None and at + 2 < len(blocks) and blocks[at + 2].type == "bullet_list_open"
    others = _items(blocks[at + 2 :]) if listed and at is not None else []
    if fenced:
        return wording(question, fenced.content, others)
    end = _span(blocks[at - 1])[0] - section.start if listed and at else len(lines)
    return wording(question, "\n".join(lines[:end]), others)


def _asks(token: Token) -> bool:
    return token.type == "inline" and token.level == 1 and ASKED.fullmatch(token.content.strip("*_ ")) is not None


def _items(tokens: Iterable[Token]) -> list[str]:
    found: list[str] = []
    for token in tokens:
        if token.type == "bullet_list_close" and token.level == 0:
            return found
        if token.type == "inline":
            found.append(_plain(token))
    return found


def _plain(inline: Token) -> str:
    """Return the text of a heading or item without its marks."""
    breaks = {"softbreak": " ", "hardbreak": " "}
    return "".join(breaks.get(each.type, each.content) for each in inline.children or ())


def _span(token: Token) -> tuple[int, int]:
    first, end = token.map or (0, 0)
    return first, end


@functools.cache
def _parser() -> MarkdownIt:
    return MarkdownIt("commonmark")


def write(path: Path, entries: Iterable[Entry]) -> None:
    """Write a document; twins and `markdown: false` are not carried by it, nor more than five tags an entry."""
    path.write_text(dump(entries), encoding="utf-8")


def dump(entries: Iterable[Entry]) -> str:
    """Return the document, the tags of an entry as headings above it."""
    parts: list[str] = []
    open_tags: tuple[str, ...] = ()
    for entry in entries:
        tags = entry.tags[: DEEPEST - 1]
        shared = next((n for n, pair in enumerate(zip(tags, open_tags, strict=False)) if pair[0] != pair[1]), None)
        kept = min(len(tags), len(open_tags)) if shared is None else shared
        # A question on the level of an open tag closes it; one without tags therefore stands on the first level.
        parts += [f"{'#' * (n + 1)} {_escaped(tag)}\n" for n, tag in enumerate(tags) if n >= kept]
        parts.append(_entry(entry, len(tags) + 1))
        open_tags = tags
    return "\n".join(parts)


def _entry(entry: Entry, level: int) -> str:
    name = "" if entry.id == derived_id(entry.question) else f" {{#{entry.id}}}"
    heading = f"{'#' * level} {_escaped(entry.question)}{name}\n\n"
    others = "".join(f"- {_escaped(each)}\n" for each in entry.alternatives)
    asked = f"\n相似问 / Also asked:\n\n{others}" if others else ""
    written = f"{heading}{entry.answer}\n{asked}"
    return written if _reads_as(written, entry) else f"{heading}{_fenced(entry.answer)}\n{asked}"


def _reads_as(written: str, entry: Entry) -> bool:
    """Whether a section, with another after it, is read as the entry it was written from."""
    found = list(_drafts("", f"{written}\n# next\n"))
    said = Wording(entry.question, entry.answer, entry.alternatives)
    return [each.wording for each in found] == [said, Wording("next")]


def _fenced(answer: str) -> str:
    longest = max((len(run) for run in re.findall("`+", answer)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{FENCE}\n{answer}\n{fence}"


def _escaped(text: str) -> str:
    """Return a text that a heading or item shows as it is: its punctuation escaped where it would be a mark."""
    # Both as a heading and as an item: "> x" is a quotation in an item only, "x #" loses its mark in a heading only.
    shown = _shown_alone(f"# {text}", HEADING) == text and _shown_alone(f"- {text}", ITEM) == text
    return text if shown and not ID.search(text) else PUNCTUATION.sub(r"\\\1", text)


def _shown_alone(written: str, blocks: tuple[str, ...]) -> str | None:
    """Return the text of the only inline in Markdown made of just these blocks, None for any other Markdown."""
    tokens = _parser().parse(written)
    if tuple(each.type for each in tokens if each.nesting == 1) != blocks:
        return None
    return next((_plain(each) for each in tokens if each.type == "inline"), None)
