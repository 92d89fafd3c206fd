"""The image: its recipe linted, what it is made of held against pyproject, and, with a builder, built and run.

A builder is podman or docker, with its base image at hand: IMAGE_BASE, or else what tests/deploy/base_image makes, or
python:3.13-slim. Building fetches packages; nothing else here leaves the machine.
"""

from __future__ import annotations

import asyncio
import fcntl
import fnmatch
import functools
import json
import os
import re
import socket
import subprocess
import sys
import tomllib
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import pytest
from aiohttp import web
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from bot.config.settings import Settings
from tests.deploy.tools import DEPLOY, HOUSE, run, where
from tests.servers.telegram import TelegramServer

RECIPE = (DEPLOY / "Dockerfile").read_text(encoding="utf-8")
PROJECT = tomllib.loads((HOUSE / "pyproject.toml").read_text(encoding="utf-8"))
EXTRAS = PROJECT["project"]["optional-dependencies"]
BASES = (os.environ.get("IMAGE_BASE", ""), "localhost/yingda-base", "python:3.13-slim")
LARGEST = 300_000_000
BUILD_SECONDS = 600
# As compose.yaml and Kubernetes run it.
TIGHT = ("--network=host", "--read-only", "--cap-drop=all", "--security-opt=no-new-privileges", "--tmpfs=/tmp")


def instructions(name: str) -> list[list[str]]:
    """The words of every instruction of the recipe with this name."""
    return [line.split()[1:] for line in re.sub(r"\\\n", " ", RECIPE).splitlines() if line.startswith(f"{name} ")]


def locked(name: str) -> dict[str, str]:
    """The versions that a lock pins, by the name of the package."""
    text = (DEPLOY / "lock" / name).read_text(encoding="utf-8")
    return {
        canonicalize_name(found[0]): found[1] for found in re.findall(r"^([\w.-]+)==(\S+)", text, flags=re.MULTILINE)
    }


def wanted(lines: list[str]) -> list[Requirement]:
    """Requirements that hold where the image runs."""
    where = {"sys_platform": "linux", "python_version": "3.13"}
    found = [Requirement(line) for line in lines]
    return [each for each in found if each.marker is None or each.marker.evaluate(where)]


def test_a_linter_finds_nothing() -> None:
    assert run("hadolint", DEPLOY / "Dockerfile") == ""


def test_everything_copied_is_there_and_sent_to_the_builder() -> None:
    sent = [line[1:] for line in (HOUSE / ".dockerignore").read_text(encoding="utf-8").split() if line[0] == "!"]
    copied = [word for words in instructions("COPY") if not words[0].startswith("--from") for word in words[:-1]]
    assert copied
    for path in copied:
        assert (HOUSE / path).exists(), path
        assert any(fnmatch.fnmatch(path, each) or path.startswith(f"{each}/") for each in sent), path


def test_it_does_not_run_as_root_and_is_asked_to_end_as_the_bot_expects() -> None:
    assert instructions("USER") == [["10001:10001"]]
    assert instructions("STOPSIGNAL") == [["SIGTERM"]]
    assert len(instructions("HEALTHCHECK")) == 1


@pytest.mark.parametrize(("status", "code"), [(200, 0), (503, 1)])
async def test_its_health_is_asked_of_itself_also_where_the_net_is_behind_a_proxy(status: int, code: int) -> None:
    (words,) = instructions("HEALTHCHECK")
    command = json.loads(" ".join(words).partition("CMD ")[2])
    app = web.Application()
    app.router.add_get("/healthz", functools.partial(_answer, status))
    runner = web.AppRunner(app)
    await runner.setup()
    with socket.create_server(("127.0.0.1", 0)) as free:
        await web.SockSite(runner, free).start()
        told = {
            "HTTP_PORT": str(free.getsockname()[1]),
            "HTTP_PROXY": "http://127.0.0.1:9",
            "http_proxy": "http://127.0.0.1:9",
        }
        asked = await asyncio.create_subprocess_exec(sys.executable, *command[1:], env=told)
        assert await asked.wait() == code
        await runner.cleanup()


async def _answer(status: int, _request: web.Request) -> web.Response:
    return web.Response(status=status)


@pytest.mark.parametrize("lock", ["core.txt", "semantic.txt", "laboratory.txt", "build.txt"])
def test_every_package_is_pinned_by_hash_and_no_registry_is_named(lock: str) -> None:
    text = (DEPLOY / "lock" / lock).read_text(encoding="utf-8")
    pins = re.split(r"^(?=[\w.-]+==)", text, flags=re.MULTILINE)[1:]
    assert [pin.split()[0] for pin in pins if "--hash=sha256:" not in pin] == []
    assert "://" not in text
    assert "index-url" not in text


@pytest.mark.parametrize(
    ("lock", "requirements"),
    [
        ("core.txt", PROJECT["project"]["dependencies"]),
        ("semantic.txt", PROJECT["project"]["dependencies"] + EXTRAS["semantic"]),
        ("laboratory.txt", PROJECT["project"]["dependencies"] + EXTRAS["laboratory"]),
        ("build.txt", PROJECT["build-system"]["requires"]),
    ],
)
def test_what_is_pinned_is_what_the_project_asks_for(lock: str, requirements: list[str]) -> None:
    pinned = locked(lock)
    for each in wanted(requirements):
        assert pinned.get(canonicalize_name(each.name), "missing") in each.specifier, f"{each}: make lock"


@pytest.fixture(scope="session")
def engine() -> str:
    """Where the builder is."""
    found = next(filter(None, map(where, ("podman", "docker"))), None)
    return found or pytest.skip("neither podman nor docker is installed")


@pytest.fixture(scope="session")
def image(engine: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The name of the image, built just now."""
    base = next((each for each in BASES if each and _does(engine, "image", "inspect", each)), None)
    if base is None:
        pytest.skip("no base image: pull python:3.13-slim, or run tests/deploy/base_image")
    if not _does(engine, "run", "--rm", *TIGHT, base, "true"):
        pytest.skip(f"{engine} cannot run a container here")
    own = ("--isolation=chroot", "--format=docker", "--layers") if Path(engine).name == "podman" else ()
    machine = _of_this_machine(tmp_path_factory.mktemp("pip"))
    arguments = ("--build-arg", f"BASE={base}", "--file", DEPLOY / "Dockerfile", "--tag", "localhost/yingda-test", ".")
    # Of several workers one builds; the others find every step done.
    with (tmp_path_factory.getbasetemp().parent / "image.lock").open("w", encoding="utf-8") as building:
        fcntl.flock(building, fcntl.LOCK_EX)
        run(engine, "build", "--network=host", *own, *machine, *arguments, seconds=BUILD_SECONDS)
    return "localhost/yingda-test"


def _does(engine: str, *arguments: str) -> bool:
    return subprocess.run([engine, *arguments], capture_output=True, check=False).returncode == 0


def _of_this_machine(directory: Path) -> Iterator[str]:
    """What lets the builder fetch packages where the network has a certificate of its own."""
    certificates = os.environ.get("PIP_CERT") or os.environ.get("SSL_CERT_FILE")
    if not certificates:
        return
    (directory / "pip.conf").write_text("[global]\ncert = /machine.crt\n", encoding="utf-8")
    yield from ("--volume", f"{directory / 'pip.conf'}:/etc/pip.conf:ro")
    yield from ("--volume", f"{Path(certificates).resolve()}:/machine.crt:ro")


@pytest.mark.timeout(BUILD_SECONDS + 60)
def test_it_answers_without_root_and_without_writing_to_its_files(engine: str, image: str) -> None:
    said = run(engine, "run", "--rm", *TIGHT, "--interactive", image, "chat", given="价格\n")
    assert "免费" in said


@pytest.mark.timeout(BUILD_SECONDS + 60)
def test_it_is_small_and_has_no_build_tools(engine: str, image: str) -> None:
    assert int(run(engine, "image", "inspect", "--format", "{{.Size}}", image)) <= LARGEST
    look = (
        "import importlib.util as u, os, shutil;"
        "print(os.getuid(), *filter(u.find_spec, ('pip', 'setuptools')), *filter(shutil.which, ('pip', 'gcc', 'make')))"
    )
    assert run(engine, "run", "--rm", *TIGHT, "--entrypoint=python", image, "-c", look).split() == ["10001"]


@asynccontextmanager
async def container(engine: str, image: str, server: TelegramServer, **settings: object) -> AsyncIterator[Container]:
    """A container that listens to the loopback Telegram, until it is stopped."""
    name = f"yingda-{uuid4().hex[:8]}"
    told = {"TELEGRAM_TOKEN": server.token, "TELEGRAM_API_URL": server.url, "HTTP_HOST": "127.0.0.1", **settings}
    variables = [f"--env={variable}={value}" for variable, value in told.items()]
    started = ("run", "--rm", "--name", name, *TIGHT, *variables, image)
    process = await asyncio.create_subprocess_exec(engine, *started, stderr=asyncio.subprocess.DEVNULL)
    running = Container(engine, name, process)
    try:
        yield running
    finally:
        await running.stop()


@dataclass
class Container:
    """A container, and the process that shows its output and ends as it ends."""

    engine: str
    name: str
    process: asyncio.subprocess.Process

    async def asks(self, *arguments: str) -> int:
        """Run a command in it; return its exit code."""
        asked = await asyncio.create_subprocess_exec(self.engine, "exec", self.name, *arguments)
        return await asked.wait()

    async def stop(self) -> int:
        """Ask it to end, as compose does; return its exit code."""
        if self.process.returncode is None:
            grace = f"{Settings.model_fields['grace'].default + 10:.0f}"
            stopping = await asyncio.create_subprocess_exec(self.engine, "stop", "--time", grace, self.name)
            await stopping.wait()
        return await self.process.wait()


@pytest.fixture
async def server() -> AsyncIterator[TelegramServer]:
    """A Telegram that waits as long as a container takes to start."""
    async with TelegramServer() as running:
        running.patience = 60
        yield running


@pytest.mark.timeout(BUILD_SECONDS + 60)
async def test_it_listens_until_it_is_told_to_stop_and_ends_well(
    engine: str, image: str, server: TelegramServer
) -> None:
    alice = server.private("alice", language="zh-hans")
    await alice.says("价格")
    async with container(engine, image, server, HTTP_PORT=0) as running:
        await alice.sees(re.compile("免费"))
        assert await running.stop() == 0


@pytest.mark.timeout(BUILD_SECONDS + 60)
async def test_its_health_check_says_whether_it_is_well(engine: str, image: str, server: TelegramServer) -> None:
    (told,) = json.loads(run(engine, "image", "inspect", image))
    kind, *check = told["Config"].get("Healthcheck", told.get("Healthcheck"))["Test"]
    assert kind == "CMD"
    alice = server.private("alice", language="zh-hans")
    await alice.says("价格")
    async with container(engine, image, server, HTTP_PORT=free_port()) as running:
        await alice.sees(re.compile("免费"))
        assert await running.asks(*check) == 0
    async with container(engine, image, server, HTTP_PORT=0) as unserved:
        await alice.says("价格")
        await alice.sees(re.compile("免费"))
        assert await unserved.asks(*check) != 0


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])
