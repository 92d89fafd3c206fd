"""What becomes of an answer when Telegram refuses, is slow, or is away."""

from __future__ import annotations

import pytest
from telegram.error import BadRequest

from bot.contract import Outlet
from bot.domain.errors import Gone, RetryAfter, Superseded
from bot.domain.leave import TRIES
from bot.domain.message import Message
from bot.platforms.telegram import Telegram
from tests.bot.platforms.telegram.conftest import Listen, make_platform, outlet, page
from tests.leave import leave_given
from tests.servers.telegram import Talker, TelegramServer


async def test_not_modified_is_success(server: TelegramServer, platform: Telegram, bob: Talker) -> None:
    growing = outlet(platform, bob)
    await growing.write(page("a", final=False))
    server.refuses("editMessageText", "Bad Request: message is not modified: specified new message content and …")
    await growing.write(page("a b"))
    assert len(server.called("editMessageText")) == 1


async def test_a_message_that_somebody_deleted_is_written_anew(platform: Telegram, bob: Talker) -> None:
    growing = outlet(platform, bob)
    await growing.write(page("a", final=False))
    bob.room.seen.clear()
    await growing.write(page("a b"))
    assert bob.texts == ["a b"]


@pytest.mark.parametrize("method", ["sendMessage", "sendMessageDraft"])
async def test_a_flood_is_for_the_gate_to_wait_out(
    server: TelegramServer, platform: Telegram, alice: Talker, method: str
) -> None:
    server.floods(method, 7)
    place = outlet(platform, alice)
    with pytest.raises(RetryAfter) as asked:
        await place.write(page("a", final=method == "sendMessage"))
    assert (asked.value.seconds, asked.value.reason) == (7, "asked")
    await place.write(page("a"))
    assert alice.texts == ["a"]


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (403, "Forbidden: bot was blocked by the user"),
        (403, "Forbidden: bot was kicked from the supergroup chat"),
        (400, "Bad Request: chat not found"),
        (400, "Bad Request: not enough rights to send text messages to the chat"),
    ],
)
async def test_where_nothing_can_be_written_it_is_gone(
    platform: Telegram, alice: Talker, status: int, said: str
) -> None:
    alice.room.refusal = (status, said)
    for final in (False, True):
        with pytest.raises(Gone):
            await outlet(platform, alice).write(page("a", final=final))


async def test_a_growing_page_that_is_refused_is_left_out_and_its_end_written(
    server: TelegramServer, platform: Telegram, bob: Talker
) -> None:
    place = outlet(platform, bob)
    server.refuses("sendMessage", "Bad Request: something new")
    assert await place.write(page("a", final=False)) == ""
    await place.write(page("a b"))
    assert bob.texts == ["a b"]


async def test_a_last_state_that_is_refused_is_a_bug_of_ours(
    server: TelegramServer, platform: Telegram, bob: Talker
) -> None:
    server.refuses("sendMessage", "Bad Request: something new")
    with pytest.raises(BadRequest):
        await outlet(platform, bob).write(page("a"))


async def test_what_nobody_could_see_is_not_written(server: TelegramServer, platform: Telegram, bob: Talker) -> None:
    server.refuses("sendMessage", "Bad Request: text must be non-empty")
    assert await outlet(platform, bob).write(page("\u2060")) == ""
    assert await outlet(platform, bob).write(page(" \n")) == ""
    assert len(server.calls) == 1


async def test_typing_never_fails(server: TelegramServer, platform: Telegram, alice: Talker) -> None:
    place = outlet(platform, alice)
    server.floods("sendChatAction", 7)
    server.cuts("sendChatAction")
    server.babbles("sendChatAction", b"<html>")
    for _ in range(4):
        await place.typing()
    assert alice.room.actions == [("typing", 0)] * 2


async def test_a_server_that_is_away_asks_for_growing_silence(
    server: TelegramServer, platform: Telegram, alice: Talker
) -> None:
    place, pauses = outlet(platform, alice), []
    server.refuses("sendMessage", "Bad Gateway", 502, times=2)
    server.cuts("sendMessage", times=1)
    for _ in range(3):
        with pytest.raises(RetryAfter) as asked:
            await place.write(page("a"))
        pauses.append((asked.value.seconds, asked.value.reason))
    await place.write(page("a"))
    assert pauses == [(1, "unreachable"), (2, "unreachable"), (4, "unreachable")]
    assert alice.texts == ["a"]


async def test_trouble_while_a_page_grows_does_not_hold_up_its_end(
    server: TelegramServer, platform: Telegram, bob: Talker
) -> None:
    server.down = True
    place = outlet(platform, bob)
    for _ in range(12):
        with pytest.raises(RetryAfter) as asked:
            await place.write(page("a", final=False))
        assert (asked.value.seconds, asked.value.reason) == (1, "unreachable")
    server.down = False
    await place.write(page("a b"))
    assert bob.texts == ["a b"]


async def test_a_server_that_stays_away_is_asked_again_and_again_but_not_often(
    server: TelegramServer, platform: Telegram, alice: Talker
) -> None:
    server.down = True
    place, pauses = outlet(platform, alice), []
    for _ in range(12):
        with pytest.raises(RetryAfter) as asked:
            await place.write(page("a"))
        pauses.append(asked.value.seconds)
    assert pauses == [1, 2, 4, 8, 16, *[30] * 7]
    server.down = False
    await place.write(page("a"))
    assert alice.texts == ["a"]


async def test_an_answer_waits_for_the_owner_to_give_the_bot_a_new_token(platform: Telegram, alice: Talker) -> None:
    alice.room.refusal = (401, "Unauthorized")
    with pytest.raises(RetryAfter):
        await outlet(platform, alice).write(page("a"))


async def test_a_cut_edit_is_repeated_without_harm(server: TelegramServer, platform: Telegram, bob: Talker) -> None:
    place = outlet(platform, bob)
    await place.write(page("a", final=False))
    server.cuts("editMessageText", done=True)
    with pytest.raises(RetryAfter):
        await place.write(page("a b"))
    await place.write(page("a b"))
    assert bob.texts == ["a b"]


async def test_an_edit_that_is_not_answered_is_repeated_once(server: TelegramServer, bob: Talker) -> None:
    platform = make_platform(server, answer_seconds=0.2)
    place = outlet(platform, bob)
    await place.write(page("a", final=False))
    server.hangs("editMessageText")
    await place.write(page("a b"))
    await platform.close()
    assert (len(server.called("editMessageText")), bob.texts) == (2, ["a b"])


async def test_an_edit_is_not_repeated_when_another_process_answers_by_then(
    server: TelegramServer, bob: Talker
) -> None:
    platform = make_platform(server, answer_seconds=0.2)
    place = outlet(platform, bob)
    await place.write(page("a", final=False))
    server.hangs("editMessageText")
    with pytest.raises(Superseded), leave_given(times=1).applied():
        await place.write(page("a b"))
    await platform.close()
    assert len(server.called("editMessageText")) == 1


async def test_nothing_is_sent_when_another_process_answers_by_the_time_of_the_body(
    server: TelegramServer, platform: Telegram, bob: Talker
) -> None:
    with pytest.raises(Superseded), leave_given(TRIES, seconds=0.0).applied():
        await outlet(platform, bob).write(page("a"))
    assert not server.called("sendMessage")


async def test_a_message_that_is_not_confirmed_is_not_sent_twice(server: TelegramServer, alice: Talker) -> None:
    platform = make_platform(server, answer_seconds=0.2)
    server.hangs("sendMessage")
    await outlet(platform, alice).write(page("once"))
    await platform.close()
    assert alice.texts == ["once"]


async def test_a_growing_page_that_is_not_confirmed_waits_for_its_end(server: TelegramServer, bob: Talker) -> None:
    platform = make_platform(server, answer_seconds=0.2)
    place = outlet(platform, bob)
    server.hangs("sendMessage")
    for text in ("a", "a b", "a b c"):
        await place.write(page(text, final=False))
    assert bob.texts == ["a"]
    await place.write(page("a b c d"))
    await platform.close()
    assert bob.texts == ["a", "a b c d"]


async def test_a_move_that_a_write_reveals_is_told_and_the_write_arrives(
    server: TelegramServer, listen: Listen
) -> None:
    group = server.group("dev", kind="group")
    bob = group.member("bob")

    async def answer(message: Message, place: Outlet) -> None:
        server.updates.allowed = ["nothing"]
        moved.append(group.becomes_supergroup())
        await place.write(page("here", final=False))
        await place.write(page("here we are"))

    moved: list[object] = []
    async with listen(answer) as bot:
        await bob.says("hello")
        await bot.heard()
        new = server.api.rooms[group.room.moved_to]
        await server.until(lambda: new.texts == ["here we are"])
    assert bot.moves == [("telegram", str(group.room.id), str(new.id))]
