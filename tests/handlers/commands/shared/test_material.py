"""Where a language command finds its text."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.domain.errors import Apology
from bot.domain.message import Attachment, Message, Quote
from bot.services import Services
from handlers.commands.shared.material import LARGEST, material
from tests.edge import Edge
from tests.people import said

TEXT = "下雨天，留客天。\n"


def file(name: str = "a.txt", size: int = 10, kind: str = "text/plain") -> Attachment:
    return Attachment(name, name, kind, size)


async def found(services: Services, message: Message, text: str = "", **files: bytes) -> str:
    edge = Edge(files={f"{name}.txt": content for name, content in files.items()})
    return await material(message, replace(services, platforms={"test": edge}), text)


async def test_what_was_typed_comes_before_a_file(services: Services) -> None:
    assert await found(services, said("", attachments=(file(),)), "typed", a=b"file") == "typed"


async def test_an_attached_file_is_read(services: Services) -> None:
    assert await found(services, said("", attachments=(file("p.png"), file())), a=TEXT.encode()) == TEXT


async def test_a_quoted_file_comes_before_its_caption(services: Services) -> None:
    quote = Quote("1", "caption", attachments=(file(),))
    assert await found(services, said("", quote=quote), "caption", a=TEXT.encode()) == TEXT


async def test_quoted_words_are_taken_beside_a_picture(services: Services) -> None:
    quote = Quote("1", "words", attachments=(file("p.png", kind="image/png"),))
    assert await found(services, said("", quote=quote), "words") == "words"


@pytest.mark.parametrize(
    ("attachments", "content", "key"),
    [
        ((), b"", "language.no_text"),
        ((file("p.png", kind="image/png"),), b"", "language.not_txt"),
        ((file(size=LARGEST + 1),), b"", "language.file_large"),
        ((file(),), b"x" * (LARGEST + 1), "language.file_large"),
        ((file(),), b" \n", "language.file_empty"),
        ((file(),), b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "language.file_unreadable"),
        ((file(),), b"\xff\xff\xff", "language.file_unreadable"),
    ],
)
async def test_what_cannot_be_worked_on_gets_a_sentence(
    services: Services, attachments: tuple[Attachment, ...], content: bytes, key: str
) -> None:
    with pytest.raises(Apology) as refused:
        await found(services, said("", attachments=attachments), "  ", a=content)
    assert refused.value.key == key
    assert services.say(said("", language="zh-CN"), key, **refused.value.values)
