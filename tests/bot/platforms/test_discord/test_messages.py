"""What people say on Discord, as messages."""

from __future__ import annotations

import pytest

from bot.domain.errors import Apology
from bot.domain.message import Attachment, Message
from tests.bot.platforms.test_discord.conftest import listening, reset, silence
from tests.servers.discord import DiscordServer


async def test_a_private_message_is_answered(server: DiscordServer) -> None:
    async with listening(server) as bot:
        alice = server.dm("alice")
        await alice.says("hello")
        await alice.sees("you said: hello")
        message = bot.messages[0]
        assert (message.chat.private, message.addressed, message.sender.name) == (True, True, "alice")
        assert message.chat.id == alice.channel.id
        assert Message.load(message.dump()) == message


async def test_talk_in_a_guild_is_heard_without_being_addressed(server: DiscordServer) -> None:
    alice = server.member(server.text_channel(server.guild("python")), "alice")
    async with listening(server) as bot:
        await alice.says("does anybody know?")
        message = await bot.hears()
        assert (message.addressed, message.chat.private, message.chat.title) == (False, False, "python #general")


@pytest.mark.parametrize("text", ["@bot what is it?", "what @bot is it?", "what is it? @bot"])
async def test_a_mention_addresses_and_is_taken_out(server: DiscordServer, text: str) -> None:
    alice = server.member(server.text_channel(server.guild("python")), "alice")
    async with listening(server) as bot:
        await alice.says(text)
        message = await bot.hears()
        assert message.addressed
        assert message.text == "what is it?"


async def test_the_old_way_to_mention_and_the_bots_own_role_address_it_too(server: DiscordServer) -> None:
    guild = server.guild("python")
    alice = server.member(server.text_channel(guild), "alice")
    role = next(each for each in guild.roles.values() if each["managed"])
    async with listening(server) as bot:
        await alice.says(f"<@!{server.bot.id}> one")
        await alice.says(f"<@&{role['id']}> two")
        await bot.hears(2)
        assert [(each.text, each.addressed) for each in bot.messages] == [("one", True), ("two", True)]


async def test_other_roles_and_people_do_not_address_it(server: DiscordServer) -> None:
    guild = server.guild("python")
    role = server.role(guild, "helpers", 0)
    alice, bob = (server.member(server.text_channel(guild), name) for name in ("alice", "bob"))
    async with listening(server) as bot:
        await alice.says(f"<@&{role}> <@{bob.user.id}> help")
        assert not (await bot.hears()).addressed


async def test_a_reply_to_the_bot_addresses_it_and_quotes(server: DiscordServer) -> None:
    alice = server.member(server.text_channel(server.guild("python")), "alice")
    async with listening(server) as bot:
        await alice.says("*first*")
        answer = await alice.sees("you said: *first*")
        await alice.says("and then?", reply_to=answer, pings=False)
        message = await bot.hears(2)
        assert message.addressed
        assert message.quote
        assert (message.quote.mine, message.quote.text, message.quote.id) == (True, "you said: *first*", answer.id)


async def test_a_reply_to_somebody_else_carries_what_was_said(server: DiscordServer) -> None:
    channel = server.text_channel(server.guild("python"))
    alice, bob = server.member(channel, "alice"), server.member(channel, "bob")
    async with listening(server, answer=silence) as bot:
        said = await bob.says("see this", files={"log.txt": b"trace"})
        await alice.says("@bot what is that?", reply_to=said)
        quote = (await bot.hears(2)).quote
        assert quote
        assert (quote.mine, quote.text, quote.attachments[0].name) == (False, "see this", "log.txt")
        assert quote.sender
        assert quote.sender.name == "bob"


async def test_a_reply_to_a_deleted_message_is_still_heard(server: DiscordServer) -> None:
    channel = server.text_channel(server.guild("python"))
    alice, bob = server.member(channel, "alice"), server.member(channel, "bob")
    async with listening(server, answer=silence) as bot:
        said = await bob.says("gone soon")
        said.deleted = True
        await alice.says("what was that?", reply_to=said)
        quote = (await bot.hears(2)).quote
        assert quote
        assert (quote.id, quote.text, quote.mine) == (said.id, "", False)


async def test_a_thread_belongs_to_its_channel(server: DiscordServer) -> None:
    parent = server.text_channel(server.guild("python"))
    alice = server.member(server.thread(parent, "types"), "alice")
    async with listening(server) as bot:
        await alice.says("in here")
        await alice.sees("you said: in here")
        assert (bot.messages[0].chat.id, bot.messages[0].chat.thread) == (parent.id, alice.channel.id)


async def test_a_forum_post_made_while_listening_belongs_to_its_forum(server: DiscordServer) -> None:
    forum = server.forum(server.guild("python"))
    async with listening(server) as bot:
        alice = server.member(server.thread(forum, "how do I…"), "alice")
        await server.announce(alice.channel)
        await alice.says("a question")
        await alice.sees("you said: a question")
        assert (bot.messages[0].chat.id, bot.messages[0].chat.thread) == (forum.id, alice.channel.id)
        assert bot.messages[0].chat.title == "python #help"


async def test_a_thread_that_the_gateway_did_not_tell_of_is_asked_for(server: DiscordServer) -> None:
    parent = server.text_channel(server.guild("python"))
    thread = server.thread(parent, "unseen")
    thread.hidden = True
    alice = server.member(thread, "alice")
    async with listening(server) as bot:
        await alice.says("hello?")
        await alice.sees("you said: hello?")
        assert (bot.messages[0].chat.id, bot.messages[0].chat.thread) == (parent.id, thread.id)


async def test_bots_webhooks_edits_and_system_messages_are_not_listened_to(server: DiscordServer) -> None:
    channel = server.text_channel(server.guild("python"))
    alice = server.member(channel, "alice")
    server.user("robot", bot=True)
    robot = server.member(channel, "robot")
    async with listening(server) as bot:
        await robot.says("@bot hello")
        await alice.says("joined", kind=7)
        said = await alice.says("one")
        await alice.edits(said, "one, edited")
        await alice.says("")
        await alice.says("two")
        await bot.hears(2)
        assert [each.text for each in bot.messages] == ["one", "two"]


async def test_messages_are_handed_over_one_after_the_other_in_their_order(server: DiscordServer) -> None:
    alice = server.dm("alice")
    async with listening(server, answer=silence) as bot:
        for number in range(50):
            await alice.says(str(number))
        await bot.hears(50)
        assert [each.text for each in bot.messages] == [str(number) for number in range(50)]


@pytest.mark.parametrize("text", ["/reset", "/重置 now", "／RESET"])
async def test_a_command_as_text_addresses_the_bot(server: DiscordServer, text: str) -> None:
    alice = server.member(server.text_channel(server.guild("python")), "alice")
    async with listening(server, reset, answer=silence) as bot:
        await alice.says("/unknown")
        await alice.says(text)
        await bot.hears(2)
        assert [each.addressed for each in bot.messages] == [False, True]


async def test_without_the_content_intent_only_what_is_said_to_the_bot_is_heard(server: DiscordServer) -> None:
    server.gateway.allowed = 0
    alice = server.member(server.text_channel(server.guild("python")), "alice")
    async with listening(server, discord_message_content=False, answer=silence) as bot:
        await alice.says("not for the bot")
        await alice.says("@bot hello")
        await server.dm("bob").says("in private")
        await bot.hears(2)
        assert {each.text for each in bot.messages} == {"hello", "in private"}


async def test_administrators_are_known_from_the_message_alone(server: DiscordServer) -> None:
    channel = server.text_channel(server.guild("python", owner="olga"))
    seats = [server.member(channel, "alice"), server.member(channel, "max", admin=True), server.member(channel, "olga")]
    async with listening(server, answer=silence) as bot:
        for seat in (*seats, server.dm("alice")):
            await seat.says("may I?")
        await bot.hears(4)
        kept = [Message.load(each.dump()) for each in bot.messages]
        assert [await bot.platform.is_admin(each) for each in kept] == [False, True, True, True]


async def test_a_file_is_read(server: DiscordServer) -> None:
    async with listening(server, answer=silence) as bot:
        await server.dm("alice").says("", files={"notes.txt": b"content"})
        attachment = (await bot.hears()).attachments[0]
        assert (attachment.name, attachment.media_type, attachment.size) == ("notes.txt", "text/plain", 7)
        assert await bot.platform.read(attachment) == b"content"


async def test_a_file_that_is_gone_or_too_large_is_apologised_for(server: DiscordServer) -> None:
    async with listening(server) as bot:
        gone = Attachment(f"{server.url}/attachments/1/a.txt", "a.txt", "text/plain", 1)
        with pytest.raises(Apology, match="file_gone"):
            await bot.platform.read(gone)
        server.files["2"] = bytes(20 * 1024 * 1024 + 1)
        for size in (1, 30_000_000):
            with pytest.raises(Apology, match="file_large"):
                await bot.platform.read(Attachment(f"{server.url}/attachments/2/b", "b", "text/plain", size))
