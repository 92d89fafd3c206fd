"""A Redis Cluster, asked node by node: one that fails is left alone for a moment, and keeps nobody from the others."""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from redis.exceptions import ConnectionError as NodeRestsError
from redis.exceptions import RedisClusterException, RedisError, SlotNotCoveredError

from bot.storage.connection import Answers, Command, refused_none
from bot.storage.refusal import is_refusal

REST_SECONDS = 1.0
# Nobody waits for longer until the nodes have said which of them has what.
LOOK_SECONDS = 2.0


class Nodes:
    """The nodes of a cluster, through its client. Nothing is ever asked twice."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self._resting: dict[str, float] = {}

    async def ask(self, commands: Sequence[Command]) -> Answers:
        """Return the answers of some commands; those for one node are done one right after the other.

        Raises:
            RedisError, RedisClusterException, OSError, TimeoutError, AttributeError: One of the nodes failed. What was
                for the others is done.
        """
        await self._client.initialize()
        places = await self._places(commands)
        parts = [self._ask(node, [commands[each] for each in numbers]) for node, numbers in places.items()]
        if len(parts) == 1:
            return await parts[0]
        found = await asyncio.gather(*parts, return_exceptions=True)
        answers: Answers = [None] * len(commands)
        for numbers, part in zip(places.values(), found, strict=True):
            if isinstance(part, BaseException):
                raise part
            for number, answer in zip(numbers, part, strict=True):
                answers[number] = answer
        return answers

    def rests(self, key: str) -> bool:
        """Return whether the node that has a key has just failed."""
        try:
            node = self._client.get_node_from_key(key)
        except SlotNotCoveredError:
            return False
        return time.monotonic() < self._resting.get(node.name, 0.0)

    async def close(self) -> None:
        """Do nothing: the client is closed by whoever made it."""

    async def _ask(self, node: str, commands: Sequence[Command]) -> Answers:
        if time.monotonic() < self._resting.get(node, 0.0):
            raise NodeRestsError("it has just failed")
        try:
            async with self._client.pipeline(transaction=False) as pipeline:
                for command in commands:
                    pipeline.execute_command(*command)
                return refused_none(list(await pipeline.execute(raise_on_error=False)), commands)
        except (RedisError, RedisClusterException, OSError, TimeoutError, AttributeError) as error:
            if not is_refusal(error):
                self._resting[node] = time.monotonic() + REST_SECONDS
                await self._look_again(node)
            raise

    async def _look_again(self, node: str | None = None) -> None:
        """See whether another node has taken the place of one that failed: the pipeline does not by itself."""
        with suppress(RedisError, RedisClusterException, OSError, TimeoutError, AttributeError):
            async with asyncio.timeout(LOOK_SECONDS):
                await self._client.nodes_manager.initialize(last_failed_node_name=node)
        known = self._client.nodes_manager.nodes_cache
        self._resting = {name: until for name, until in self._resting.items() if name in known}

    async def _places(self, commands: Sequence[Command]) -> dict[str, list[int]]:
        """Return which of the commands are for which node, by its name."""
        places: dict[str, list[int]] = defaultdict(list)
        try:
            for number, command in enumerate(commands):
                key = command[3] if command[0] == "EVAL" else command[1]
                places[self._client.get_node_from_key(str(key)).name].append(number)
        except SlotNotCoveredError:
            await self._look_again()
            raise
        return places
