"""The polling loop: nothing is lost, nothing stops it but the end or a refused token."""

from __future__ import annotations

import asyncio

import pytest
from structlog.testing import capture_logs

from bot.contract import Outlet
from bot.domain.errors import Apology
from bot.domain.message import Message
from bot.platforms.telegram.asking import Patience
from bot.platforms.telegram.updates import MOST_TRIES
from bot.runtime.watchdog import SilentError, watched
from tests.bot.platforms.telegram.conftest import BRISK, Listen, make_platform, page, silence
from tests.servers.telegram import TelegramServer

STRANGE: tuple[dict[str, object], ...] = (
    {"message": {"bogus": True}},
    {"message": "text"},
    {"message": {"message_id": 1, "date": "never", "chat": {"id": 1, "type": "private"}}},
    {"callback_query": {"id": "1"}},
    {"something_new": {"a": 1}},
    {},
)


async def test_messages_are_handed_over_in_order(server: TelegramServer, listen: Listen) -> None:
    alice, bob = server.private("alice"), server.group("dev").member("bob")
    for number in range(150):
        await (alice, bob)[number % 2].says(str(number))
    async with listen(silence) as bot:
        await bot.heard(150)
    assert [each.text for each in bot.messages] == [str(number) for number in range(150)]


async def test_an_update_is_acknowledged_only_after_it_was_taken_over(server: TelegramServer, listen: Listen) -> None:
    alice, taken = server.private(), asyncio.Event()

    async def slowly(message: Message, outlet: Outlet) -> None:
        await outlet.write(page("working"))
        await taken.wait()

    async with listen(slowly):
        await alice.says("one")
        await alice.sees("working")
        assert server.updates.pending
        taken.set()
        await server.acknowledged(alice.update)


async def test_what_was_not_taken_over_comes_again(server: TelegramServer, listen: Listen) -> None:
    alice = server.private()

    async def never(message: Message, outlet: Outlet) -> None:
        if message.text == "two":
            await asyncio.Event().wait()

    await alice.says("one")
    await alice.says("two")
    async with listen(never) as bot:
        await bot.heard(2)
    async with listen(silence) as bot:
        assert (await bot.heard()).text == "two"


async def test_closing_acknowledges_what_was_taken_over(server: TelegramServer, listen: Listen) -> None:
    alice = server.private()
    async with listen(silence) as bot:
        await alice.says("one")
        await bot.heard()
    assert not server.updates.pending


async def test_outlets_work_after_listening_ended(server: TelegramServer) -> None:
    alice, platform, heard = server.private(), make_platform(server), asyncio.Queue[Message]()

    async with asyncio.TaskGroup() as group:
        ears = group.create_task(platform.listen(heard.put, _unmoved))
        await alice.says("hello")
        message = await heard.get()
        ears.cancel()
    await platform.outlet(message).write(page("late, but here"))
    await platform.close()
    assert alice.texts == ["late, but here"]


@pytest.mark.parametrize("strange", STRANGE, ids=lambda each: str(each)[:20])
async def test_an_update_nobody_understands_blocks_nothing(
    server: TelegramServer, listen: Listen, strange: dict[str, object]
) -> None:
    alice = server.private()
    server.updates.add_raw(dict(strange))
    await alice.says("after it")
    async with listen() as bot:
        await alice.sees("echo: after it")
        await server.acknowledged(alice.update)
    assert len(bot.messages) == 1


async def test_a_failing_receiver_blocks_nothing(server: TelegramServer, listen: Listen) -> None:
    alice = server.private()

    async def answer(message: Message, outlet: Outlet) -> None:
        if message.text == "one":
            raise ValueError(message.text)

    with capture_logs() as logs:
        async with listen(answer) as bot:
            await alice.says("one")
            await alice.says("two")
            await bot.heard(MOST_TRIES + 1)
    assert [each["log_level"] for each in logs if "not be taken over" in each["event"]] == ["error"] * MOST_TRIES


async def test_what_could_not_be_taken_over_at_first_is_asked_for_again_and_stays_before_the_rest(
    server: TelegramServer, listen: Listen
) -> None:
    alice = server.private()
    failures = iter([ConnectionError("not yet")])

    async def answer(message: Message, outlet: Outlet) -> None:
        for failure in failures:
            raise failure
        await outlet.write(page(message.text))

    async with listen(answer):
        await alice.says("one")
        await alice.says("two")
        await alice.sees("two")
    assert alice.texts == ["one", "two"]


async def test_it_heals_after_an_outage_and_says_so_once(server: TelegramServer, listen: Listen) -> None:
    alice = server.private()
    with capture_logs() as logs:
        async with listen() as bot:
            await alice.says("one")
            await bot.heard()
            server.cuts("getUpdates", times=2)
            server.refuses("getUpdates", "Bad Gateway", 502, times=2)
            server.refuses("getUpdates", "Not Found", 404)
            server.refuses("getUpdates", "Too Many Requests", 429)
            server.babbles("getUpdates", b"<html>502</html>")
            server.babbles("getUpdates", b'{"ok": true, "result": [{"no": "id"}]}')
            server.babbles("getUpdates", b'{"ok": true, "result": "?"}')
            server.babbles("getUpdates", b"[]")
            await alice.says("two")
            await alice.says("three")
            await alice.sees("echo: three")
    assert [each.text for each in bot.messages] == ["one", "two", "three"]
    assert len([each for each in logs if "does not answer" in each["event"]]) == 1
    assert len([each for each in logs if "answers again" in each["event"]]) == 1


async def test_a_server_that_asks_for_silence_gets_it(server: TelegramServer, listen: Listen) -> None:
    alice = server.private()
    server.floods("getUpdates", 1)
    async with listen():
        await alice.says("hello")
        await alice.sees("echo: hello")
    first, second = server.called("getUpdates")[:2]
    assert second.time - first.time >= 1


async def test_it_starts_while_the_server_is_away(server: TelegramServer, listen: Listen) -> None:
    alice = server.private()
    server.refuses("getMe", "Bad Gateway", 502, times=3)
    async with listen():
        await alice.says("hello")
        await alice.sees("echo: hello")


async def test_a_poll_that_is_never_answered_is_given_up(server: TelegramServer, listen: Listen) -> None:
    alice, brief = server.private(), Patience(poll=0, answer=0.2, first=0.01, longest=0.05)
    server.hangs("getUpdates")
    async with listen(patience=brief):
        await alice.says("hello")
        await alice.sees("echo: hello")


async def test_it_takes_turns_with_another_poller_and_says_so_once(server: TelegramServer, listen: Listen) -> None:
    alice = server.private()
    with capture_logs() as logs:
        async with listen():
            server.refuses("getUpdates", "Conflict: terminated by other getUpdates request", 409, times=3)
            await alice.says("wake")
            await alice.sees("echo: wake")
            await alice.says("hello")
            await alice.sees("echo: hello")
    assert len([each for each in logs if "another process polls" in each["event"]]) == 1


async def test_a_webhook_is_removed(server: TelegramServer, listen: Listen) -> None:
    alice = server.private()
    server.updates.webhook = {"url": f"{server.url}/nobody"}
    server.refuses("deleteWebhook", "Bad Gateway", 502)
    async with listen():
        await alice.says("hello")
        await alice.sees("echo: hello")
    assert not server.updates.webhook


async def test_a_refused_token_ends_listening_with_a_sentence(server: TelegramServer) -> None:
    platform = make_platform(server, token="456:wrong")
    with pytest.raises(Apology) as apology:
        await _listened(platform.listen(_deaf, _unmoved))
    await platform.close()
    assert apology.value.key == "platforms.telegram_token"


async def test_a_token_that_is_revoked_ends_listening(server: TelegramServer) -> None:
    platform = make_platform(server)
    server.refuses("getUpdates", "Unauthorized", 401)
    with pytest.raises(Apology):
        await _listened(platform.listen(_deaf, _unmoved))
    await platform.close()


async def test_the_menu_is_written_in_both_languages(server: TelegramServer, listen: Listen) -> None:
    async with listen():
        await server.until(lambda: len(server.api.menus) == 3)
    assert server.api.menus["zh"][0] == {"command": "help", "description": "显示帮助"}
    assert server.api.menus["en"][1] == {"command": "reset", "description": "Forget this conversation"}
    assert server.api.menus[""] == server.api.menus["zh"]


async def test_a_menu_that_is_right_is_left_alone(server: TelegramServer, listen: Listen) -> None:
    async with listen():
        await server.until(lambda: len(server.api.menus) == 3)
    server.api.menus["en"].pop()
    async with listen():
        await server.until(lambda: len(server.called("getMyCommands")) == 6 and len(server.api.menus["en"]) == 2)
    assert [call.params.get("language_code") for call in server.called("setMyCommands")] == [None, "zh", "en", "en"]


async def test_a_menu_that_cannot_be_written_disturbs_nothing(server: TelegramServer, listen: Listen) -> None:
    alice = server.private()
    server.floods("setMyCommands", 3600)
    server.babbles("getMyCommands", b'{"ok": true, "result": 7}')
    async with listen():
        await alice.says("hello")
        await alice.sees("echo: hello")


async def test_a_press_that_cannot_be_confirmed_is_still_heard(server: TelegramServer, listen: Listen) -> None:
    alice = server.private()
    server.refuses("answerCallbackQuery", "Bad Request: query is too old and response timeout expired")
    async with listen(silence) as bot:
        await alice.says("hello")
        alice.presses_data("forged \ud83d", {"message_id": 999, "date": 0, "chat": alice.room.json()})
        assert (await bot.heard(2)).choice == "forged \ud83d"


async def test_an_update_that_is_never_taken_over_is_noticed_and_comes_again(server: TelegramServer) -> None:
    alice, platform, heard = server.private(), make_platform(server), asyncio.Queue[str]()

    async def once_stuck(message: Message, /) -> None:
        heard.put_nowait(message.text)
        if heard.qsize() == 1:
            await asyncio.Event().wait()

    await alice.says("hello")
    with pytest.raises(SilentError):
        await _listened(watched(platform, platform.listen(once_stuck, _unmoved), 0.5))
    async with asyncio.TaskGroup() as group:
        ears = group.create_task(platform.listen(once_stuck, _unmoved))
        await server.acknowledged(alice.update)
        ears.cancel()
    await platform.close()
    assert [heard.get_nowait(), heard.get_nowait()] == ["hello", "hello"]


async def test_it_is_connected_while_the_server_answers(server: TelegramServer, listen: Listen) -> None:
    async with listen(silence) as bot:
        assert not bot.platform.pulse().connected
        await server.until(lambda: server.called("getUpdates"))
        assert bot.platform.pulse().connected
        server.down = True
        server.updates.bell.ring()
        await server.private().says("wake")
        await server.until(lambda: not bot.platform.pulse().connected)
        server.down = False
        await server.until(lambda: bot.platform.pulse().connected)


async def test_no_token_reaches_the_log(server: TelegramServer, listen: Listen) -> None:
    secret = "987:secret"
    server.token = secret
    server.cuts("*", times=3)
    server.babbles("*", b"?", times=3)
    server.refuses("*", "Bad Gateway", 502, times=3)
    with capture_logs() as logs:
        async with listen(patience=BRISK) as bot:
            alice = server.private()
            await alice.says("hello")
            await bot.heard()
    assert secret not in repr(logs)


@pytest.mark.parametrize("url", ["nonsense", "http://", "ftp://127.0.0.1", "http://[::1", "http://127.0.0.1:99999"])
async def test_a_wrong_address_is_waited_out_without_telling_the_token(server: TelegramServer, url: str) -> None:
    platform = make_platform(server, telegram_api_url=url)
    with capture_logs() as logs, pytest.raises(TimeoutError):
        async with asyncio.timeout(0.2):
            await platform.listen(_deaf, _unmoved)
    await platform.close()
    assert [each["event"] for each in logs] == ["telegram does not answer, trying again"]
    assert server.token not in repr(logs)


async def test_a_move_that_could_not_be_told_is_told_again(server: TelegramServer) -> None:
    account = make_platform(server)._account
    told: list[str] = []

    async def moved(platform: str, old: str, new: str, /) -> None:
        told.append(new)
        if len(told) == 1:
            raise ConnectionError

    account.moved = moved
    with pytest.raises(ConnectionError):
        await account.move("1", "2")
    await account.move("1", "2")
    await account.move("1", "2")
    assert told == ["2", "2"]


async def _listened(listening: object) -> None:
    async with asyncio.timeout(10):
        await listening  # type: ignore[misc]  # a coroutine


async def _deaf(message: Message, /) -> None:
    """Hear nothing."""


async def _unmoved(platform: str, old: str, new: str, /) -> None:
    """Note nothing."""
