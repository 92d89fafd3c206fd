from __future__ import annotations

import asyncio
import time

import pytest

from bot.contract import Rate
from bot.delivery.rate_limiter import LONGEST_FAILURE, MOST_FAILURES, ChatRateLimiter, RateLimiters
from bot.domain.errors import RetryAfter, UndeliverableError, Unreachable


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


async def drawn() -> str:
    return "m1"


async def refused() -> str:
    raise RetryAfter(30)


async def test_a_burst_goes_at_once_and_then_the_rate_holds() -> None:
    gate, begun = ChatRateLimiter(Rate(3, 0.02), time.monotonic), time.monotonic()
    for _ in range(5):
        await gate.write(drawn)
    assert time.monotonic() - begun >= 0.04


async def test_writes_come_through_in_their_order_one_at_a_time() -> None:
    gate, order, inside = ChatRateLimiter(Rate(2, 0.001), time.monotonic), list[int](), 0

    async def write(number: int) -> None:
        nonlocal inside
        inside += 1
        assert inside == 1
        await asyncio.sleep(0)
        order.append(number)
        inside -= 1

    await asyncio.gather(*(gate.write(lambda number=number: write(number)) for number in range(20)))  # type: ignore[misc] # a lambda with a default has no inferred type
    assert order == [*range(20)]


async def test_a_redraw_leaves_the_last_token_to_what_must_arrive() -> None:
    gate = ChatRateLimiter(Rate(2, 10), Clock())
    assert await gate.redraw(drawn) == "m1"
    assert await gate.redraw(drawn) is None
    assert await gate.write(drawn) == "m1"


async def test_the_first_words_may_take_the_last_token() -> None:
    gate = ChatRateLimiter(Rate(1, 10), Clock())
    assert await gate.redraw(drawn, spare=0) == "m1"
    assert await gate.redraw(drawn, spare=0) is None


async def test_a_silence_holds_redraws_back_until_it_ends() -> None:
    clock = Clock()
    gate = ChatRateLimiter(Rate(5, 1), clock)
    assert await gate.redraw(refused) is None
    assert await gate.redraw(drawn) is None
    clock.now += 34
    assert await gate.redraw(drawn) == "m1"


async def test_a_write_waits_for_every_silence_that_is_asked_for() -> None:
    gate, answers = ChatRateLimiter(Rate(5, 0.001), time.monotonic), [RetryAfter(0.01)] * 3
    begun = time.monotonic()

    async def write() -> str:
        if answers:
            raise answers.pop()
        return "m1"

    assert await gate.write(write) == "m1"
    assert time.monotonic() - begun >= 0.03


async def test_a_chat_has_one_gate_while_it_is_used() -> None:
    gates = RateLimiters(Clock())
    with gates.through("a", Rate(1, 1)) as first, gates.through("a", Rate(1, 1)) as second:
        assert first is second


async def test_gates_of_idle_chats_are_forgotten() -> None:
    clock = Clock()
    gates = RateLimiters(clock)
    for number in range(1000):
        with gates.through(f"chat-{number}", Rate(1, 1)) as gate:
            await gate.write(drawn)
        clock.now += 1
    assert len(gates) <= 2


async def test_a_gate_that_is_silent_is_remembered() -> None:
    clock = Clock()
    gates = RateLimiters(clock)
    with gates.through("a", Rate(5, 1)) as gate:
        await gate.redraw(refused)
    with gates.through("b", Rate(5, 1)):
        pass
    with gates.through("a", Rate(5, 1)) as again:
        assert again.silent


async def test_a_write_that_the_platform_fails_at_is_given_up_when_it_takes_others_meanwhile() -> None:
    clock = Clock()
    gates = RateLimiters(clock)
    tries = 0

    async def failing() -> str:
        nonlocal tries
        tries += 1
        clock.now += LONGEST_FAILURE / 2
        with gates.through("test:other", Rate(100, 0.0)) as other:
            await other.write(drawn)
        raise Unreachable(0.001)

    with gates.through("test:one", Rate(100, 0.0)) as gate, pytest.raises(UndeliverableError):
        await gate.write(failing)
    assert tries == MOST_FAILURES


async def test_while_nothing_is_taken_the_platform_is_away_and_waited_for() -> None:
    clock = Clock()
    gates, failures = RateLimiters(clock), [Unreachable(0.001)] * 3 * MOST_FAILURES

    async def failing() -> str:
        clock.now += LONGEST_FAILURE
        if failures:
            raise failures.pop()
        return "m1"

    with gates.through("test:one", Rate(100, 0.0)) as gate:
        assert await gate.write(failing) == "m1"


async def test_who_waits_for_a_platform_that_fails_lets_others_write_into_the_chat() -> None:
    gates, failed, taken = RateLimiters(time.monotonic), asyncio.Event(), asyncio.Event()

    async def failing() -> str:
        failed.set()
        if not taken.is_set():
            raise Unreachable(0.05)
        return "m1"

    with gates.through("test:one", Rate(100, 0.0)) as gate:
        async with asyncio.TaskGroup() as group:
            first = group.create_task(gate.write(failing))
            await failed.wait()
            assert await gate.write(drawn) == "m1"
            assert not first.done()
            taken.set()


async def test_all_chats_of_a_platform_share_its_rate_and_who_waited_longest_is_first() -> None:
    gates, order = RateLimiters(time.monotonic, overall={"test": Rate(2, 0.02)}), list[int]()

    async def write(number: int) -> None:
        async def draw() -> str:
            order.append(number)
            return "m"

        with gates.through(f"test:{number}", Rate(5, 1.0)) as gate:
            await gate.write(draw)

    began = time.monotonic()
    async with asyncio.TaskGroup() as group:
        for number in range(12):
            group.create_task(write(number))
    assert order == list(range(12))
    assert time.monotonic() - began >= 10 * 0.02 * 0.9
    with gates.through("elsewhere:1", Rate(5, 1.0)) as gate:
        assert await gate.redraw(drawn) == "m1"
