"""What the metrics tell of the parts, where it is not what `/readyz` tells."""

from __future__ import annotations

import time
from dataclasses import replace

from bot.contract import Pulse
from bot.runtime.health import Health
from bot.services import Services
from bot.turn.scheduler import Scheduler
from tests.edge import Edge


class Line(Edge):
    """A platform whose servers answer."""

    def pulse(self) -> Pulse:
        return Pulse(time.monotonic(), connected=True)


async def connected(health: Health, services: Services) -> bool:
    """Whether a process tells Prometheus that it is connected."""
    await health.measure()
    return 'yingda_platform_connected{platform="test"} 1.0' in services.metrics.text().decode()


async def test_a_standby_does_not_count_as_connected_so_that_an_alert_sees_that_nobody_is(services: Services) -> None:
    line = Line()
    health = Health(replace(services, platforms={"test": line}), Scheduler())
    health.platform(line, "standby", ready=True)
    assert not await connected(health, services)
    with health.listening(line):
        assert await connected(health, services)
    assert health.parts["test"].ready
    assert not await connected(health, services)
