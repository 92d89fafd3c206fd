"""Buttons below an answer, and files with it."""

from __future__ import annotations

import pytest

from bot.contract import Outlet
from bot.domain.errors import RetryAfter
from bot.domain.message import Message
from bot.domain.reply import Choice, File
from bot.platforms.telegram import Telegram
from tests.bot.platforms.telegram.conftest import Listen, outlet, page
from tests.servers.telegram import Talker, TelegramServer


async def test_choices_are_buttons_one_a_row(platform: Telegram, alice: Talker) -> None:
    choices = (Choice("安装", "faq:install"), Choice("卸载", "f" * 64))
    await outlet(platform, alice).write(page("您是不是想问：", choices=choices))
    seen = await alice.answered()
    assert seen.buttons == [
        [{"text": "安装", "callback_data": "faq:install"}],
        [{"text": "卸载", "callback_data": "f" * 64}],
    ]


async def test_choices_come_with_the_last_state_of_a_growing_page(platform: Telegram, bob: Talker) -> None:
    growing = outlet(platform, bob)
    await growing.write(page("which", final=False))
    await growing.write(page("which", choices=(Choice("this", "1"),)))
    assert (await bob.answered()).labels == ["this"]


@pytest.mark.parametrize("forgets", [False, True])
async def test_a_pressed_button_is_a_message(server: TelegramServer, listen: Listen, *, forgets: bool) -> None:
    bob = server.group("dev").member("bob")

    async def answer(message: Message, place: Outlet) -> None:
        choices = () if message.choice else (Choice("First", "one"), Choice("Second", "two"))
        await place.write(page(f"you: {message.choice}", choices=choices))

    async with listen(answer) as bot:
        await bob.says("/help")
        query = await bob.presses("Second", forgets=forgets)
        await bob.sees("you: two")
        await server.until(lambda: server.api.confirmed == [query])
    pressed = bot.messages[1]
    assert (pressed.choice, pressed.addressed) == ("two", True)
    assert pressed.text == ("" if forgets else "Second")
    assert pressed.sender.name == "bob"


async def test_files_come_with_the_page(platform: Telegram, alice: Talker) -> None:
    files = (File("图.png", b"png", "image/png"), File("a.csv", b"1,2", "text/csv"))
    await outlet(platform, alice).write(page("here", files=files))
    assert [(each.file, each.photo) for each in alice.room.seen.values()] == [
        (None, False),
        (("图.png", b"png"), True),
        (("a.csv", b"1,2"), False),
    ]


async def test_a_file_alone_is_a_reply(platform: Telegram, bob: Talker) -> None:
    await outlet(platform, bob).write(page("", files=(File("a.csv", b"1", "text/csv"),)))
    assert (await bob.answered()).reply_to == bob.said


async def test_a_picture_that_is_no_photo_is_sent_as_a_document(
    server: TelegramServer, platform: Telegram, alice: Talker
) -> None:
    server.refuses("sendPhoto", "Bad Request: PHOTO_INVALID_DIMENSIONS")
    await outlet(platform, alice).write(page("", files=(File("a.png", b"1", "image/png"),)))
    assert not (await alice.answered()).photo


async def test_a_picture_over_ten_megabytes_is_a_document(platform: Telegram, alice: Talker) -> None:
    await outlet(platform, alice).write(page("", files=(File("a.png", bytes(10_000_001), "image/png"),)))
    assert not (await alice.answered()).photo


async def test_a_write_that_is_taken_up_again_repeats_no_file(
    server: TelegramServer, platform: Telegram, alice: Talker
) -> None:
    files = (File("1.csv", b"1", "text/csv"), File("2.csv", b"2", "text/csv"))
    whole = page("two files", files=files)
    place = outlet(platform, alice)
    await place.write(page("two files", files=files[:1]))
    server.floods("sendDocument", 1)
    with pytest.raises(RetryAfter):
        await place.write(whole)
    await place.write(whole)
    assert [each.file and each.file[0] for each in alice.room.seen.values()] == [None, "1.csv", "2.csv"]
