"""Slash commands: asked with typed options, answered by their token while it lives."""

from __future__ import annotations

import pytest

from bot.domain.errors import Gone, RetryAfter
from bot.domain.message import Message
from bot.domain.reply import File
from tests.bot.platforms.test_discord.conftest import letters, listening, made, page, reset, segment, silence
from tests.servers.discord import DiscordServer


async def test_a_slash_command_carries_typed_options_and_defaults(server: DiscordServer) -> None:
    alice = server.member(server.text_channel(server.guild("python")), "alice", "zh-TW")
    async with listening(server, segment, answer=silence) as bot:
        asked = await alice.invokes("segment", text="我來自北京", top=3, mode="exact")
        message = await bot.hears()
        assert message.invocation
        assert message.invocation.name == "segment"
        assert message.invocation.options == {"weight": 1.0, "mode": "exact", "top": 3, "text": "我來自北京"}
        assert (message.addressed, message.sender.language, message.update) == (True, "zh-TW", asked.id)
        assert message.chat.id == alice.channel.id
        assert Message.load(message.dump()) == message


async def test_a_whole_number_given_for_a_fraction_is_a_float(server: DiscordServer) -> None:
    async with listening(server, segment, answer=silence) as bot:
        await server.dm("alice").invokes("segment", text="a", top=1, weight=2, tags=True)
        invocation = (await bot.hears()).invocation
        assert invocation
        assert (invocation.options["weight"], type(invocation.options["weight"])) == (2.0, float)
        assert invocation.options["tags"] is True


async def test_a_file_comes_with_the_command_and_can_be_read(server: DiscordServer) -> None:
    async with listening(server, letters, answer=silence) as bot:
        await server.dm("alice").invokes("letters", file=("笔记.txt", "文字".encode()))
        message = await bot.hears()
        assert message.invocation
        assert message.invocation.options == {"text": ""}
        [file] = message.attachments
        assert (file.name, file.media_type, file.size) == ("笔记.txt", "text/plain", 6)
        assert await bot.platform.read(file) == "文字".encode()
        assert Message.load(message.dump()) == message


async def test_without_a_file_there_is_none(server: DiscordServer) -> None:
    async with listening(server, letters, answer=silence) as bot:
        await server.dm("alice").invokes("letters", text="文字")
        assert (await bot.hears()).attachments == ()


async def test_it_is_acknowledged_while_it_is_handed_over(server: DiscordServer) -> None:
    alice = server.dm("alice")
    async with listening(server, reset, answer=silence) as bot:
        asked = await alice.invokes("reset")
        await bot.hears()
        assert (await alice.sees_thinking()) is asked.original
        assert asked.answered == 5


async def test_the_answer_streams_into_the_response_and_follows_up(server: DiscordServer) -> None:
    alice = server.member(server.text_channel(server.guild("python")), "alice")
    async with listening(server, reset, answer=silence) as bot:
        asked = await alice.invokes("reset")
        outlet = bot.platform.outlet(await bot.hears())
        await outlet.typing()
        for text in ("One", "One two."):
            await outlet.write(page(text))
        for text in ("Three", "Three four."):
            await outlet.write(page(text, 1, files=(File("a.txt", b"a", "text/plain"),) if text[-1] == "." else ()))
        assert alice.screen == ["One two.", "Three four."]
        assert alice.answers[0] is asked.original
        assert [each.webhook for each in alice.answers] == [server.application] * 2
        assert alice.channel.typed == 0
        assert all(each.allowed_mentions == {"parse": [], "replied_user": False} for each in alice.answers)


async def test_the_answer_is_written_by_another_process(server: DiscordServer) -> None:
    alice = server.dm("alice")
    async with listening(server, reset, answer=silence) as bot:
        asked = await alice.invokes("reset")
        kept = (await bot.hears()).dump()
        await alice.sees_thinking()
    other = made(server)
    await other.outlet(Message.load(kept)).write(page("answer"))
    await other.close()
    assert await alice.sees("answer") is asked.original


async def test_after_the_token_died_the_answer_goes_on_in_the_channel(server: DiscordServer) -> None:
    alice = server.member(server.text_channel(server.guild("python")), "alice")
    async with listening(server, reset, answer=silence) as bot:
        asked = await alice.invokes("reset")
        outlet = bot.platform.outlet(await bot.hears())
        await outlet.write(page("half", final=False))
        asked.expired = True
        await outlet.write(page("whole"))
        await outlet.write(page("more", 1))
        assert alice.screen == ["whole", "more"]
        assert [bool(each.webhook) for each in alice.answers] == [True, False]


async def test_a_token_that_is_known_to_be_old_is_not_tried(server: DiscordServer) -> None:
    alice = server.dm("alice")
    async with listening(server, reset, answer=silence) as bot:
        await alice.invokes("reset")
        data = (await bot.hears()).dump()
        old = Message.load(data.replace('"received":"', '"received":"-'))
        await bot.platform.outlet(old).write(page("late"))
        await alice.sees("late")
        assert server.called("webhooks") == []


async def test_an_interaction_that_discord_gave_up_is_answered_in_the_channel(server: DiscordServer) -> None:
    alice = server.dm("alice")
    server.fail("callback", 404, {"code": 10062, "message": "Unknown interaction"})
    async with listening(server, reset, answer=silence) as bot:
        await alice.invokes("reset")
        await bot.platform.outlet(await bot.hears()).write(page("answer"))
        await alice.sees("answer")
        assert server.called("webhooks") == []


async def test_a_deleted_response_is_followed_up(server: DiscordServer) -> None:
    alice = server.dm("alice")
    async with listening(server, reset, answer=silence) as bot:
        await alice.invokes("reset")
        outlet = bot.platform.outlet(await bot.hears())
        await outlet.write(page("half", final=False))
        alice.answers[0].deleted = True
        await outlet.write(page("whole"))
        assert alice.screen == ["whole"]


async def test_a_command_that_nothing_is_answered_to_stops_thinking(server: DiscordServer) -> None:
    alice = server.dm("alice")
    async with listening(server, reset, answer=silence) as bot:
        asked = await alice.invokes("reset")
        await bot.platform.outlet(await bot.hears()).done()
        assert asked.original
        assert asked.original.deleted
        await alice.invokes("reset")
        outlet = bot.platform.outlet(await bot.hears(2))
        await outlet.write(page("answer"))
        await outlet.done()
        assert alice.screen == ["answer"]


async def test_a_late_answer_to_a_deleted_response_follows_up(server: DiscordServer) -> None:
    alice = server.dm("alice")
    async with listening(server, reset, answer=silence) as bot:
        asked = await alice.invokes("reset")
        message = await bot.hears()
        await bot.platform.outlet(message).done()
        await bot.platform.outlet(message).write(page("answer"))
        assert (await alice.sees("answer")).webhook
        assert alice.answers[0] is not asked.original


async def test_limits_and_closed_channels_mean_the_same_here(server: DiscordServer) -> None:
    alice = server.member(server.text_channel(server.guild("python")), "alice")
    async with listening(server, reset, answer=silence) as bot:
        asked = await alice.invokes("reset")
        outlet = bot.platform.outlet(await bot.hears())
        server.slow_down("webhooks", 3.5)
        with pytest.raises(RetryAfter):
            await outlet.write(page("answer"))
        asked.expired = True
        alice.channel.refuses = 50001
        with pytest.raises(Gone):
            await outlet.write(page("answer"))


async def test_permissions_come_with_the_command(server: DiscordServer) -> None:
    channel = server.text_channel(server.guild("python", owner="olga"))
    seats = [server.member(channel, "alice"), server.member(channel, "max", admin=True), server.member(channel, "olga")]
    async with listening(server, reset, answer=silence) as bot:
        for number, seat in enumerate((*seats, server.dm("alice")), 1):
            await seat.invokes("reset")
            await bot.hears(number)
        assert [await bot.platform.is_admin(each) for each in bot.messages] == [False, True, True, True]


async def test_a_command_in_a_thread_belongs_to_its_channel(server: DiscordServer) -> None:
    forum = server.forum(server.guild("python"))
    thread = server.thread(forum)
    thread.hidden = True  # Discord sends the channel along
    async with listening(server, reset) as bot:
        alice = server.member(thread, "alice")
        await alice.invokes("reset")
        await alice.sees("you said: /reset")
        assert (bot.messages[0].chat.id, bot.messages[0].chat.thread) == (forum.id, thread.id)


async def test_talk_and_commands_keep_their_order(server: DiscordServer) -> None:
    alice = server.dm("alice")
    async with listening(server, reset, answer=silence) as bot:
        await server.until(lambda: server.commands, lambda: "no commands")
        for number in range(5):
            await alice.invokes("reset")
            await alice.says(str(number))
        await bot.hears(10)
        assert [each.text for each in bot.messages] == [text for number in range(5) for text in ("/reset", str(number))]


async def test_an_acknowledgement_that_the_server_failed_at_after_it_was_done_is_done(server: DiscordServer) -> None:
    alice = server.dm("alice")
    async with listening(server, reset) as bot:
        server.fail("POST /interactions/", 502, after=True)
        asked = await alice.invokes("reset")
        await bot.hears()
        assert (await alice.sees("you said: /reset")) is asked.original
