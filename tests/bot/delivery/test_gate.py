from __future__ import annotations

import asyncio
import time

from bot.contract import Rate, RetryAfter
from bot.delivery.gate import Gate, Gates


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
    gate, begun = Gate(Rate(3, 0.02), time.monotonic), time.monotonic()
    for _ in range(5):
        await gate.write(drawn)
    assert time.monotonic() - begun >= 0.04


async def test_writes_come_through_in_their_order_one_at_a_time() -> None:
    gate, order, inside = Gate(Rate(2, 0.001), time.monotonic), list[int](), 0

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
    gate = Gate(Rate(2, 10), Clock())
    assert await gate.redraw(drawn) == "m1"
    assert await gate.redraw(drawn) is None
    assert await gate.write(drawn) == "m1"


async def test_the_first_words_may_take_the_last_token() -> None:
    gate = Gate(Rate(1, 10), Clock())
    assert await gate.redraw(drawn, spare=0) == "m1"
    assert await gate.redraw(drawn, spare=0) is None


async def test_a_silence_holds_redraws_back_until_it_ends() -> None:
    clock = Clock()
    gate = Gate(Rate(5, 1), clock)
    assert await gate.redraw(refused) is None
    assert await gate.redraw(drawn) is None
    clock.now += 31
    assert await gate.redraw(drawn) == "m1"


async def test_a_write_waits_for_every_silence_that_is_asked_for() -> None:
    gate, answers = Gate(Rate(5, 0.001), time.monotonic), [RetryAfter(0.01), RetryAfter(0.01), RetryAfter(0.01)]
    begun = time.monotonic()

    async def write() -> str:
        if answers:
            raise answers.pop()
        return "m1"

    assert await gate.write(write) == "m1"
    assert time.monotonic() - begun >= 0.03


async def test_a_chat_has_one_gate_while_it_is_used() -> None:
    gates = Gates(Clock())
    with gates.through("a", Rate(1, 1)) as first, gates.through("a", Rate(1, 1)) as second:
        assert first is second


async def test_gates_of_idle_chats_are_forgotten() -> None:
    clock = Clock()
    gates = Gates(clock)
    for number in range(1000):
        with gates.through(f"chat-{number}", Rate(1, 1)) as gate:
            await gate.write(drawn)
        clock.now += 1
    assert len(gates) <= 2


async def test_a_gate_that_is_silent_is_remembered() -> None:
    clock = Clock()
    gates = Gates(clock)
    with gates.through("a", Rate(5, 1)) as gate:
        await gate.redraw(refused)
    with gates.through("b", Rate(5, 1)):
        pass
    with gates.through("a", Rate(5, 1)) as again:
        assert again.silent
