"""The house's commands as slash commands."""

from __future__ import annotations

from typing import Annotated, Any

from hypothesis import given, settings
from hypothesis import strategies as st

from bot import discovery
from bot.domain.command import Command, Commands, Parameter, Wording, command
from bot.domain.message import Message
from bot.platforms.discord.menu import payload
from tests.bot.platforms.test_discord.conftest import letters, listening, reset, segment, silence
from tests.servers.discord import DiscordServer
from tests.servers.discord.rules import check_commands

PUT = "PUT .*/commands"
LISTED = "GET .*/commands"
KINDS = st.sampled_from([str, int, float, bool])
WORDINGS = st.builds(Wording, *[st.text(max_size=120)] * 3)


async def test_options_are_typed_required_first_and_named_in_three_languages(server: DiscordServer) -> None:
    async with listening(server, segment):
        await server.calls_to(PUT)
    registered = server.commands[0]
    assert [(each["name"], each["type"], each.get("required", False)) for each in registered["options"]] == [
        ("top", 4, True), ("text", 3, True), ("weight", 10, False), ("mode", 3, False), ("tags", 5, False),
    ]  # fmt: skip
    assert registered["name_localizations"] == {"zh-CN": "分词", "zh-TW": "分詞"}
    assert registered["description"] == "Split a sentence into words"
    assert registered["description_localizations"] == {"zh-CN": "把一句话分成词", "zh-TW": "把一句話分成詞"}
    mode = registered["options"][3]
    assert mode["choices"] == [{"name": "fast", "value": "fast"}, {"name": "exact", "value": "exact"}]
    assert mode["description_localizations"] == {"zh-CN": "方式", "zh-TW": "方式"}


async def test_a_command_that_takes_a_text_takes_a_file_too(server: DiscordServer) -> None:
    for tries in (1, 2):
        async with listening(server, letters):
            await server.calls_to(LISTED, tries)
            await server.dm("alice").says(str(tries))
            await server.dm("alice").sees(f"you said: {tries}")
    assert len(server.called(PUT)) == 1
    text, file = server.commands[0]["options"]
    assert (text["name"], text["type"]) == ("text", 3)
    assert (file["name"], file["type"], file.get("required", False)) == ("file", 11, False)
    assert file["description_localizations"] == {"zh-CN": "文件", "zh-TW": "檔案"}


def test_every_command_of_the_house_is_taken_by_discord_and_those_that_take_a_text_take_a_file() -> None:
    registered = payload(discovery.commands())
    check_commands(registered)
    takers = {each["name"] for each in registered if any(option["type"] == 11 for option in each["options"])}
    assert takers == {
        "segment", "pos", "keywords", "convert", "pinyin", "dictionary", "tfidf", "frequency", "wordcloud", "vectorize",
        "probability", "translate", "rewrite", "proofread", "summarize",
    }  # fmt: skip


async def test_a_command_is_called_by_its_chinese_name(server: DiscordServer) -> None:
    alice = server.dm("alice", "zh-CN")
    async with listening(server, segment):
        await alice.invokes("分词", text="你好", top=1)
        await alice.sees_part("/segment")


async def test_a_name_that_discord_refuses_is_left_out(server: DiscordServer) -> None:
    async with listening(server, reset):
        await server.calls_to(PUT)
    assert server.commands[0]["name_localizations"] is None or server.commands[0]["name_localizations"] == {}


async def test_they_are_registered_once_and_again_only_when_they_changed(server: DiscordServer) -> None:
    for count, commands in enumerate([(segment,), (segment,), (segment, reset)], 1):
        async with listening(server, *commands):
            await server.calls_to(LISTED, count)
            if count != 2:
                await server.calls_to(PUT, 1 if count == 1 else 2)
            await server.dm("alice").says(str(count))
            await server.dm("alice").sees(f"you said: {count}")
    assert len(server.called(PUT)) == 2


async def test_a_changed_description_is_registered(server: DiscordServer) -> None:
    async with listening(server, segment):
        await server.calls_to(PUT)
    server.commands[0]["options"][0]["description_localizations"]["zh-CN"] = "旧的"
    async with listening(server, segment):
        await server.calls_to(PUT, 2)


async def test_a_refused_registration_leaves_the_bot_running(server: DiscordServer) -> None:
    server.fail(PUT, 400, {"code": 30034, "message": "Max number of daily application command creates"})
    alice = server.dm("alice")
    async with listening(server, reset, answer=silence) as bot:
        await server.calls_to(PUT)
        await alice.says("/reset")
        assert (await bot.hears()).addressed


@settings(max_examples=30)
@given(
    st.lists(
        st.builds(Parameter, st.from_regex(r"[a-z]{1,32}", fullmatch=True), KINDS, WORDINGS, st.booleans(), st.none()),
        max_size=25,
        unique_by=lambda each: each.name,
    ),
    WORDINGS,
    st.lists(st.text(max_size=40), max_size=2),
)
def test_whatever_commands_there_are_discord_takes_them(
    parameters: list[Parameter], wording: Wording, aliases: list[str]
) -> None:
    made = Command("name", tuple(aliases), wording, tuple(parameters), reset.run)
    check_commands(payload(Commands([made])))


async def test_long_words_are_shortened(server: DiscordServer) -> None:
    @command()
    async def wordy(
        message: Message, services: Any, *, text: Annotated[str, Wording("长" * 101, "長", "x" * 300)]
    ) -> str:
        """很长
        很長
        Long
        """
        return text

    option = payload(Commands([wordy]))[0]["options"][0]
    assert (len(option["description"]), option["description_localizations"]["zh-CN"][-1]) == (100, "…")
