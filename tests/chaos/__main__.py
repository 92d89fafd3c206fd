"""The long form: `make chaos`, or `python -m tests.chaos [NAME…]` for some of it. Prints counts; 1: one is wrong."""

from __future__ import annotations

import asyncio
import functools
import os
import sys
import tempfile
import time
import traceback
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path

from tests.chaos import cluster_kills, outages, slow_redis, telegram_faults
from tests.chaos.disasters import redis_stands_still, redis_stops, suffer
from tests.chaos.discord_faults import commands_fail, discord_fails
from tests.chaos.endings import asked_to_end
from tests.chaos.kills import run
from tests.chaos.model_faults import IMPATIENT, model_fails
from tests.chaos.process import Bot
from tests.chaos.soak import Load
from tests.chaos.soak import soak as soaked
from tests.chaos.verdict import Outcome, Verdict
from tests.chaos.world import World
from tests.servers.cluster import cluster

SECONDS = 30.0
OUTAGE = 8.0
HOUR = 3600


async def kills() -> Verdict:
    """200 times SIGKILL at random instants."""
    return await run(200, seed=11)


async def replicas() -> Verdict:
    """Three replicas, of which 40 times one is killed or stands still."""
    return await run(40, seed=12, replicas=3)


async def webhook() -> Verdict:
    """The same 20 times, but a load balancer brings Telegram's updates to all of them."""
    return await run(20, seed=16, replicas=3, webhook=True)


async def replicas_without_redis() -> Verdict:
    """Three replicas poll; three times for 8 s each, their Redis stops, stands still, comes back empty."""
    verdict = Verdict()
    for outage in (
        functools.partial(redis_stops, seconds=OUTAGE),
        functools.partial(redis_stands_still, seconds=OUTAGE),
        functools.partial(redis_stops, seconds=OUTAGE, forgets=True),
    ):
        found = await outages.run(outage, times=3, seed=17)
        print(f"{outage.func.__name__} {outage.keywords}: {found}", flush=True)
        verdict.add(found)
    return verdict


async def graceful() -> Verdict:
    """Ten times SIGTERM under load: everybody is answered, before or after, and it ends in the time it is given."""
    return await suffer(_ended, conversations=50)


async def on_a_cluster() -> Verdict:
    """The same on a cluster of three servers."""
    with tempfile.TemporaryDirectory(prefix="yingda-") as directory, cluster(Path(directory)) as nodes:
        return await run(20, seed=13, replicas=3, redis_url=nodes.url)


async def redis_paused() -> Verdict:
    """Redis stands still for 30 s."""
    return await suffer(_still, conversations=50)


async def redis_stopped() -> Verdict:
    """Redis is away for 30 s."""
    return await suffer(_away, conversations=50)


async def redis_emptied() -> Verdict:
    """Redis comes back empty after 30 s."""
    return await suffer(_emptied, conversations=50)


async def soak() -> Outcome:
    """An hour (or SOAK_SECONDS) of everything there is, with troubles: nothing is left over, and memory is flat."""
    return await soaked(Load(float(os.environ.get("SOAK_SECONDS", HOUR))))


async def _still(place: World, _: Bot) -> None:
    await redis_stands_still(place, SECONDS)


async def _away(place: World, _: Bot) -> None:
    await redis_stops(place, SECONDS)


async def _emptied(place: World, _: Bot) -> None:
    await redis_stops(place, SECONDS, forgets=True)


async def nodes_killed() -> Verdict:
    """Three replicas on a cluster of three servers; ten times a replica and then a node is killed, and comes back."""
    return await cluster_kills.run(10, seed=14)


async def nodes_failed_over() -> Verdict:
    """The same, but each server has a replica, which takes its place."""
    return await cluster_kills.run(10, seed=15, replicated=True)


async def redis_slow() -> Verdict:
    """The line to Redis takes 50 to 300 ms each way, tears 40 times, and stalls five times for 4 s."""
    return await suffer(_slow, conversations=50, by_line=True)


async def model_faulty() -> Verdict:
    """The model answers 429, 500, hangs, stalls, cuts and talks nonsense: ten times each."""
    return await suffer(_model, IMPATIENT, conversations=50)


async def telegram_faulty() -> Verdict:
    """Telegram floods, fails, cuts: ten times each; one chat is silenced for 30 s; a second poller for 30 s."""
    return await suffer(_telegram, conversations=50)


async def discord_faulty() -> Verdict:
    """Discord's gateway and API break: ten times in each way."""
    return await suffer(_discord, conversations=50)


async def _ended(place: World, bot: Bot) -> None:
    await asked_to_end(place, bot, times=10)


async def _slow(place: World, bot: Bot) -> None:
    await slow_redis.redis_is_slow(place, bot, seconds=SECONDS)
    await slow_redis.redis_tears(place, bot, times=40)
    await slow_redis.redis_stalls(place, bot, times=5)


async def _model(place: World, bot: Bot) -> None:
    await model_fails(place, bot, rounds=10)


async def _telegram(place: World, bot: Bot) -> None:
    await telegram_faults.telegram_fails(place, bot, rounds=10)
    await telegram_faults.one_chat_is_flooded(place, bot, waits=True)
    await telegram_faults.second_poller(place, bot, seconds=SECONDS)


async def _discord(place: World, bot: Bot) -> None:
    await discord_fails(place, bot, rounds=10)
    await commands_fail(place, bot, rounds=10)


LONG = (
    kills, graceful, replicas, webhook, replicas_without_redis, on_a_cluster, nodes_killed, nodes_failed_over,
    redis_paused, redis_stopped, redis_emptied, redis_slow, model_faulty, telegram_faulty, discord_faulty, soak,
)  # fmt: skip
FORMS: Mapping[str, Callable[[], Awaitable[Outcome]]] = {each.__name__: each for each in LONG}


def main(names: Sequence[str]) -> int:
    """Let one after the other happen. Return 0 where nothing happened that must not."""
    went = [_happened(name) for name in names or FORMS]
    return 0 if all(went) else 1


def _happened(name: str) -> bool:
    """Let something happen, print the counts, and return whether it went as it must; what follows happens anyway."""
    print(f"== {name}: {(FORMS[name].__doc__ or '').strip()}", flush=True)
    began, verdict = time.monotonic(), None
    try:
        verdict = asyncio.run(_verdict(FORMS[name]))
    except* AssertionError as errors:
        traceback.print_exception(errors)
    if verdict is None:
        return False
    print(f"{verdict} ({time.monotonic() - began:.0f} s)", flush=True)
    for fault in verdict.faults:
        print(f"   {fault}")
    return verdict.faultless


async def _verdict(form: Callable[[], Awaitable[Outcome]]) -> Outcome:
    return await form()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
