"""What systemd is told where it has started the bot: that it is ready, that its loop is alive, and that it ends."""

from __future__ import annotations

import asyncio
import os
import socket

import structlog

# A server that does not read what it is told may not hold up the loop for longer.
PATIENCE = 1.0
log = structlog.get_logger(__name__)


async def supervised(stop: asyncio.Event) -> None:
    """Tell systemd that this process is ready, then that its loop lives, and, once `stop` is set, that it ends.

    It goes on until it is cancelled. Without systemd nothing is told. See sd_notify(3) and sd_watchdog_enabled(3).
    """
    _tell("READY=1")
    async with asyncio.TaskGroup() as group:
        group.create_task(_beat())
        await stop.wait()
        _tell("STOPPING=1")


async def _beat() -> None:
    """Tell twice in the time after which systemd would take the process for hung, if it asks for that."""
    told, myself = os.environ.get("WATCHDOG_USEC", ""), str(os.getpid())
    microseconds = int(told) if told.isdecimal() else 0
    if not microseconds or os.environ.get("WATCHDOG_PID", myself) != myself:
        return
    while True:
        _tell("WATCHDOG=1")
        await asyncio.sleep(microseconds / 2 / 1_000_000)


def _tell(state: str) -> None:
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address:
        return
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
        line.settimeout(PATIENCE)
        try:
            # A name that begins with @ stands for one of the abstract namespace.
            line.sendto(state.encode(), "\0" + address[1:] if address[0] == "@" else address)
        except OSError as error:
            log.warning("systemd could not be told", state=state, reason=str(error))
