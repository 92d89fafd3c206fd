"""The unit for a plain server: accepted by systemd, and hardly exposed."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from bot.config.settings import Settings
from bot.runtime.health import LATE
from tests.deploy.closing import CLOSING_SECONDS
from tests.deploy.tools import DEPLOY, run

UNIT = DEPLOY / "systemd" / "yingda.service"
EXPOSURE = 2.0  # of 10; systemd itself calls everything below 5 well


@pytest.fixture
def unit(tmp_path: Path) -> Path:
    """The unit as it would be where the bot is installed: systemd looks whether the program is there."""
    text = UNIT.read_text(encoding="utf-8")
    installed = tmp_path / UNIT.name
    installed.write_text(
        re.sub(r"^ExecStart=\S+", f"ExecStart={sys.executable}", text, flags=re.MULTILINE), encoding="utf-8"
    )
    return installed


def setting(name: str) -> str:
    (found,) = re.findall(rf"^{name}=(.*)$", UNIT.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return str(found)


def test_systemd_accepts_it(unit: Path) -> None:
    assert run("systemd-analyze", "verify", "--man=no", unit) == ""


def test_it_is_hardly_exposed(unit: Path) -> None:
    told = run("systemd-analyze", "security", "--offline=true", f"--threshold={EXPOSURE * 10:.0f}", unit)
    exposure = re.search(r"Overall exposure level for \S+: ([\d.]+)", told)
    assert exposure
    assert float(exposure[1]) <= EXPOSURE


def test_the_bot_is_given_longer_than_it_takes() -> None:
    assert float(setting("TimeoutStopSec")) >= Settings.model_fields["grace"].default + CLOSING_SECONDS


def test_a_loop_that_hangs_is_noticed_and_leaves_a_traceback_but_no_core() -> None:
    assert (setting("Type"), setting("NotifyAccess"), setting("LimitCORE")) == ("notify", "main", "0")
    assert float(setting("WatchdogSec")) > 2 * LATE
    assert "\nEnvironment=PYTHONFAULTHANDLER=1\n" in UNIT.read_text(encoding="utf-8")


def test_the_metrics_of_the_process_stay_readable() -> None:
    # Prometheus' client tells nothing at all of the process where it cannot read /proc/stat.
    assert "\nProcSubset=pid" not in UNIT.read_text(encoding="utf-8")


def test_the_bot_alone_is_asked_to_end_since_it_ends_its_server_itself() -> None:
    assert (setting("KillMode"), setting("KillSignal")) == ("mixed", "SIGTERM")
