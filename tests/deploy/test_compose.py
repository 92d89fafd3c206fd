"""compose.yaml: read by docker compose itself, and as tight as it says."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bot.config.settings import Settings
from bot.runtime.http import Limits
from tests.deploy.closing import CLOSING_SECONDS
from tests.deploy.tools import DEPLOY, HOUSE, run, seconds, walk


@pytest.fixture(scope="module")
def project() -> dict[str, Any]:
    """The whole project as docker compose understands it."""
    told = run("docker-compose", "-f", DEPLOY / "compose.yaml", "--profile", "*", "config", "--format", "json")
    found: dict[str, Any] = json.loads(told)
    return found


def test_docker_compose_accepts_it(project: dict[str, Any]) -> None:
    assert set(project["services"]) == {"bot", "redis", "caddy", "prometheus", "grafana"}


def test_only_bot_and_redis_start_without_a_profile() -> None:
    told = run("docker-compose", "-f", DEPLOY / "compose.yaml", "config", "--services")
    assert sorted(told.split()) == ["bot", "redis"]


def test_no_service_may_change_its_files_or_gain_rights(project: dict[str, Any]) -> None:
    for service in project["services"].values():
        assert service["read_only"]
        assert service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"]


def test_every_service_has_limits(project: dict[str, Any]) -> None:
    for service in project["services"].values():
        assert int(service["mem_limit"]) > 0
        assert service["pids_limit"] > 0
        assert service["cpus"] > 0


def test_who_depends_on_a_service_waits_until_it_is_healthy(project: dict[str, Any]) -> None:
    services = project["services"]
    awaited = [(name, how) for each in services.values() for name, how in each.get("depends_on", {}).items()]
    assert awaited
    for name, how in awaited:
        assert how["condition"] == "service_healthy"
        assert "healthcheck" in services[name]


def test_the_bot_is_given_longer_than_it_takes(project: dict[str, Any]) -> None:
    bot = project["services"]["bot"]
    assert seconds(bot["stop_grace_period"]) >= Settings.model_fields["grace"].default + CLOSING_SECONDS


def test_redis_writes_everything_down_and_throws_nothing_away(project: dict[str, Any]) -> None:
    redis = project["services"]["redis"]
    assert "--appendonly yes" in " ".join(redis["command"])
    assert "--maxmemory-policy noeviction" in " ".join(redis["command"])
    assert [volume["type"] for volume in redis["volumes"] if volume["target"] == "/data"] == ["volume"]


def test_redis_is_reached_from_inside_alone(project: dict[str, Any]) -> None:
    assert list(project["services"]["redis"]["networks"]) == ["inside"]
    assert "ports" not in project["services"]["redis"]
    assert project["networks"]["inside"]["internal"]


def test_everything_mounted_is_there(project: dict[str, Any]) -> None:
    mounted = [each for service in project["services"].values() for each in service.get("volumes", ())]
    sources = [HOUSE / each["source"] for each in mounted if each["type"] == "bind"]
    assert sources
    assert [source for source in sources if not source.exists()] == []


def test_no_secret_can_be_committed() -> None:
    assert (DEPLOY / "secrets" / ".gitignore").read_text(encoding="utf-8").split() == ["*", "!.gitignore"]


def test_the_proxy_is_accepted_and_lets_in_the_webhook_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WEBHOOK_HOST", "bot.example.org")
    told = run("caddy", "adapt", "--config", DEPLOY / "caddy" / "Caddyfile")
    let_in = [each for each in walk(json.loads(told)) if isinstance(each, dict) and "path" in each]
    assert let_in == [{"method": ["POST"], "path": ["/telegram"]}]
    assert "404" in told


def test_the_proxy_waits_for_no_stranger(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WEBHOOK_HOST", "bot.example.org")
    told = json.loads(run("caddy", "adapt", "--config", DEPLOY / "caddy" / "Caddyfile"))
    [server] = told["apps"]["http"]["servers"].values()
    assert 0 < server["read_timeout"] <= Limits().seconds * 1e9
    assert 0 < server["read_header_timeout"] <= Limits().seconds * 1e9
    [body] = [each for each in walk(told) if isinstance(each, dict) and each.get("handler") == "request_body"]
    assert 0 < body["max_size"] <= Limits().body
    [kept] = [each["idle_timeout"] for each in walk(told) if isinstance(each, dict) and "idle_timeout" in each]
    assert 0 < kept < Limits().seconds * 1e9
