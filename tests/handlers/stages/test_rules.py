"""What people read when a rule answers them."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path

import pytest

from bot.config.content_files import LOOKS, ContentError
from bot.config.settings import Settings
from bot.domain.message import Chat, Invocation, Message, Person
from bot.domain.reply import Source
from bot.services import Services
from bot.storage.store import Store, make_client
from handlers.knowledge.vocabulary import Vocabulary
from handlers.language.segmentation.dictionary import Word
from handlers.stages.rules import RulesStage, build
from tests.conftest import make_services
from tests.servers.overheard import LEDGER

GROUP = Chat("-100123", private=False, title="拾页用户群")
PRIVATE = Chat("7", private=True)
UPDATES = itertools.count()
Write = Callable[[str], RulesStage]


def said(text: str, chat: Chat = GROUP, *, addressed: bool = False) -> Message:
    LEDGER.now.says(text)
    update = f"u{next(UPDATES)}"
    return Message("telegram", "1", update, chat, Person("7", "小明"), text, time=0.0, addressed=addressed)


async def answer(stage: RulesStage, message: Message) -> str | None:
    reply = await stage(message)
    return reply.text if reply else None


@pytest.fixture
def write(services: Services) -> Write:
    """Put rules into the file, and open the stage on it."""

    def written(rules: str) -> RulesStage:
        (services.settings.content_dir / "rules.yaml").write_text(rules, "utf-8")
        return build(services)

    return written


@pytest.fixture
async def away(settings: Settings, tmp_path: Path) -> AsyncIterator[Services]:
    """Services whose Redis is not there."""
    store = Store(make_client(f"unix://{tmp_path}/nobody.sock"), "nowhere")
    async with AsyncExitStack() as closing:
        yield make_services(store, settings, closing)
    await store.close()


async def test_a_rule_answers_and_the_source_names_it_and_who_came_next(write: Write) -> None:
    stage = write("- {id: price, pattern: 价格, answer: 免费}\n- {id: other, pattern: 价, answer: x}")
    reply = await stage(said("請問價格？"))
    assert reply
    assert (reply.text, reply.markdown) == ("免费", False)
    assert reply.source == Source("rule", "price", 1.0, (("other", 1.0),))


async def test_an_answer_knows_who_asked_where_when_and_what_was_found(write: Write) -> None:
    stage = write("- {pattern: 價格, answer: '{sender}@{chat} {match} {date} {time}'}")
    text = await answer(stage, said("ＯＫ，價格?"))
    assert text
    assert text.startswith("小明@拾页用户群 價格 2023-11-1")


async def test_a_group_of_a_regex_goes_into_the_answer(write: Write) -> None:
    stage = write("- {pattern: {regex: '#(?P<n>[0-9]+)'}, answer: 'https://example.org/{n}'}")
    assert await answer(stage, said("看看 ＃１２")) == "https://example.org/12"


async def test_in_markdown_a_name_cannot_format_anything(write: Write) -> None:
    stage = write("- {pattern: 你好, answer: '**{sender}**', markdown: true}")
    reply = await stage(replace(said("你好"), sender=Person("7", "[x](https://example.com)")))
    assert reply
    assert (reply.text, reply.markdown) == (r"**\[x\]\(https\:\/\/example\.com\)**", True)


async def test_answers_are_picked_by_weight_and_the_same_again_with_the_same_chance(write: Write) -> None:
    stage = write("- {pattern: hi, answers: [{text: often, weight: 9}, rarely]}")
    picked = [await answer(stage, said("hi")) for _ in range(200)]
    assert 150 < picked.count("often") < 200
    assert picked.count("often") + picked.count("rarely") == 200


async def test_chance_from_outside_makes_answers_reproducible(services: Services, write: Write) -> None:
    stage = write("- {pattern: hi, answers: [a, b, c, d]}")
    services.random.seed(1)
    once = [await answer(stage, said("hi")) for _ in range(9)]
    services.random.seed(1)
    assert once == [await answer(stage, said("hi")) for _ in range(9)]


async def test_what_no_rule_matches_is_passed_on(write: Write) -> None:
    assert await answer(write("- {pattern: 价格, answer: 免费}"), said("今天天气不错")) is None


async def test_in_a_group_that_wants_silence_only_the_addressed_are_answered(services: Services, write: Write) -> None:
    stage = write("- {pattern: 价格, answer: 免费}")
    await services.options.choose(said(""), "unaddressed", "never")
    assert await answer(stage, said("价格")) is None
    assert await answer(stage, said("价格", addressed=True)) == "免费"
    assert await answer(stage, said("价格", PRIVATE)) == "免费"


async def test_a_rule_for_the_addressed_answers_them_and_in_private(write: Write) -> None:
    stage = write("- {pattern: 你好, answer: 好, when: addressed}")
    assert await answer(stage, said("你好")) is None
    assert await answer(stage, said("你好", addressed=True)) == "好"
    assert await answer(stage, said("你好", PRIVATE)) == "好"


async def test_a_rule_for_one_chat_is_silent_elsewhere(write: Write) -> None:
    stage = write("- {pattern: 群规, answer: 友善, chats: ['telegram:-100123']}")
    assert await answer(stage, said("群规")) == "友善"
    assert await answer(stage, said("群规", PRIVATE)) is None


async def test_a_rule_that_cools_down_lets_the_next_one_answer_in_that_chat_alone(write: Write) -> None:
    stage = write("- {pattern: 价格表, answer: first, cooldown: 60}\n- {pattern: 价格, answer: next}")
    assert [await answer(stage, said("价格表")) for _ in range(2)] == ["first", "next"]
    assert await answer(stage, said("价格表", PRIVATE)) == "first"


async def test_a_cooldown_ends(services: Services, write: Write) -> None:
    write("- {id: r, pattern: 价格, answer: a, cooldown: 60}")
    now = [1000.0]
    stage = build(replace(services, clock=lambda: now[0]))
    assert [await answer(stage, said("价格")) for _ in range(2)] == ["a", None]
    now[0] += 61
    (slot,) = await services.store.client.keys("*cooldown*")
    assert 0 < await services.store.client.pttl(slot) <= 60_000
    await services.store.client.delete(slot)
    assert await answer(stage, said("价格")) == "a"


async def test_a_cooldown_holds_in_another_process_and_after_a_restart(services: Services, write: Write) -> None:
    stage = write("- {pattern: 价格, answer: a, cooldown: 60}")
    assert await answer(stage, said("价格")) == "a"
    assert await answer(build(services), said("价格")) is None


async def test_a_message_that_is_taken_up_again_after_a_sudden_end_is_answered_by_the_rule_it_had_claimed(
    services: Services, write: Write
) -> None:
    stage, message = write("- {pattern: 价格, answer: a, cooldown: 60}"), said("价格")
    assert await answer(stage, message) == "a"  # and the process ends before it is shown
    other = build(services)
    assert [await answer(other, said("价格")), await answer(other, message)] == [None, "a"]
    assert await answer(other, said("价格")) is None


async def test_a_message_that_this_process_takes_up_again_is_answered_also_while_redis_is_away(away: Services) -> None:
    (away.settings.content_dir / "rules.yaml").write_text("- {pattern: 价格, answer: a, cooldown: 60}", "utf-8")
    stage, message = build(away), said("价格")
    assert [await answer(stage, message) for _ in range(2)] == ["a", "a"]
    assert await answer(stage, said("价格")) is None


async def test_a_message_that_is_taken_up_again_does_not_make_the_cooldown_longer(
    services: Services, write: Write
) -> None:
    stage, message = write("- {pattern: 价格, answer: a, cooldown: 60}"), said("价格")
    assert await answer(stage, message) == "a"
    (slot,) = await services.store.client.keys("*cooldown*")
    await services.store.client.pexpire(slot, 5_000)
    assert await answer(build(services), message) == "a"
    assert await services.store.client.pttl(slot) <= 5_000


async def test_another_process_that_was_refused_may_answer_as_soon_as_the_cooldown_ends(
    services: Services, write: Write
) -> None:
    stage, other = write("- {pattern: 价格, answer: a, cooldown: 60}"), build(services)
    assert [await answer(stage, said("价格")), await answer(other, said("价格"))] == ["a", None]
    await services.store.client.flushall()
    assert await answer(other, said("价格")) == "a"


async def test_with_redis_away_rules_answer_and_cool_down_all_the_same(away: Services) -> None:
    (away.settings.content_dir / "rules.yaml").write_text("- {pattern: 价格, answer: a, cooldown: 60}", "utf-8")
    stage = build(away)
    assert [await answer(stage, said("价格")) for _ in range(2)] == ["a", None]


@pytest.mark.parametrize(
    "message",
    [
        said(""),
        said(" \u200b\n"),
        replace(said("价格"), choice="rule:价格"),
        replace(said("价格"), invocation=Invocation("start")),
    ],
)
async def test_buttons_commands_and_empty_messages_are_not_for_rules(write: Write, message: Message) -> None:
    assert await answer(write("- {pattern: 价格, answer: 免费}"), message) is None


@pytest.mark.parametrize("name", ["\ud800", "{match}", "", "@everyone", "a\nb"])
async def test_odd_names_are_shown_as_they_are(write: Write, name: str) -> None:
    stage = write("- {pattern: hi, answer: 'hi {sender}'}")
    assert await answer(stage, replace(said("hi"), sender=Person("7", name))) == f"hi {name}"


async def test_without_a_file_there_are_no_rules(services: Services) -> None:
    assert await answer(build(services), said("价格")) is None


def test_a_broken_file_is_refused_at_start_with_its_line(write: Write) -> None:
    with pytest.raises(ContentError, match=r"^rules\.yaml, line 1: nothing fills the placeholder {name}"):
        write("- {pattern: a, answer: '{name}'}")


async def test_a_broken_file_leaves_the_old_rules_and_a_mended_one_replaces_them(
    services: Services, write: Write
) -> None:
    stage = write("- {pattern: hi, answer: old}")
    path = services.settings.content_dir / "rules.yaml"
    path.write_text("- {pattern: hi}", "utf-8")
    assert not services.content.refresh()
    assert await answer(stage, said("hi")) == "old"
    assert services.content.faults == ("rules.yaml, line 1: the rule has no answers",)
    path.write_text("- {pattern: hi, answer: new one}", "utf-8")
    assert services.content.refresh()
    assert await answer(stage, said("hi")) == "new one"


async def test_a_file_that_vanishes_leaves_the_old_rules(services: Services, write: Write) -> None:
    stage = write("- {pattern: hi, answer: old}")
    (services.settings.content_dir / "rules.yaml").unlink()
    assert not any(services.content.refresh() for _ in range(LOOKS))
    assert await answer(stage, said("hi")) == "old"
    assert len(services.content.faults) == 1


@pytest.mark.parametrize("nothing", ["", "\n", "# 以后再写\n# none yet\n", "rules:\n"])
async def test_an_emptied_file_is_no_rules(services: Services, write: Write, nothing: str) -> None:
    stage = write("- {pattern: hi, answer: old}")
    (services.settings.content_dir / "rules.yaml").write_text(nothing, "utf-8")
    assert services.content.refresh()
    assert await answer(stage, said("hi")) is None
    assert services.content.faults == ()


async def test_a_file_that_appears_later_is_read(services: Services) -> None:
    stage = build(services)
    (services.settings.content_dir / "rules.yaml").write_text("- {pattern: hi, answer: there}", "utf-8")
    assert services.content.refresh()
    assert await answer(stage, said("hi")) == "there"


async def test_where_words_end_a_chats_own_words_say_there_and_at_once(services: Services, write: Write) -> None:
    stage = write("- {pattern: {word: 好物}, answer: 在这里}")
    elsewhere = Chat("-100456", private=False)
    assert await answer(stage, said("在拾页好物买")) == "在这里"
    assert await services.once(Vocabulary).add(said(""), [Word("拾頁好物", 2000)])
    assert await answer(stage, said("在拾页好物买")) is None
    assert await answer(stage, said("有好物")) == "在这里"
    assert await answer(stage, said("在拾页好物买", elsewhere)) == "在这里"
