"""Prometheus and Grafana: what they read is what the bot tells, and everything of it is explained."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from grafana_foundation_sdk.cog import plugins
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models import dashboard

from bot.telemetry.metrics import Metrics
from tests.deploy.tools import DEPLOY, HOUSE, read, run, walk

ALERTS = DEPLOY / "prometheus" / "alerts.yaml"
BOARD: dict[str, Any] = json.loads((DEPLOY / "grafana.json").read_text(encoding="utf-8"))
OPERATIONS = (HOUSE / "docs" / "operations.md").read_text(encoding="utf-8")
TOLD = Metrics().text().decode()
METRIC = re.compile(r"\b(?:yingda|process)_[a-z_]+")
# What Prometheus makes of a histogram.
PART = re.compile("_(bucket|count|sum)$")
# What Grafana's schema leaves to its plugins, or knows only since 10.3.
OPEN = {
    "/annotations/list/builtIn", "/annotations/list/step", "/annotations/list/textFormat",
    "/annotations/list/titleFormat", "/panels/options/tooltip/mode", "/templating/list/definition",
}  # fmt: skip
HAN = re.compile("[一-鿿]")


def rules() -> list[dict[str, Any]]:
    return [rule for group in read(ALERTS)["groups"] for rule in group["rules"]]


def exported() -> set[str]:
    """The names of everything that the bot tells, as they stand at /metrics."""
    metrics = Metrics()
    families = re.findall(r"^# TYPE (\w+) (\w+)$", metrics.text().decode(), flags=re.MULTILINE)
    return {name for name, _ in families if not name.endswith("_created")}


def used(expression: str) -> set[str]:
    return {PART.sub("", name) for name in METRIC.findall(expression)}


def queries() -> Iterator[str]:
    """Yield what the dashboard asks, its variables filled in as Grafana fills them."""
    for each in walk(BOARD):
        if isinstance(each, dict) and "expr" in each:
            yield each["expr"].replace("$__rate_interval", "1m").replace("$instance", ".*")


def panels() -> list[dict[str, Any]]:
    return [panel for panel in BOARD["panels"] if panel["type"] != "row"]


def test_prometheus_accepts_its_configuration_and_the_alerts() -> None:
    run("promtool", "check", "config", DEPLOY / "prometheus" / "prometheus.yaml")


def test_prometheus_on_kubernetes_finds_the_pods_by_the_name_that_the_alerts_know(tmp_path: Path) -> None:
    (job,) = read(DEPLOY / "prometheus" / "kubernetes.yaml")["scrape_configs"]
    # Debian's promtool knows no Kubernetes; everything else is checked as it is.
    (found,) = job.pop("kubernetes_sd_configs")
    assert found == {"role": "pod", "namespaces": {"names": ["yingda"]}}
    whole = tmp_path / "prometheus.yaml"
    whole.write_text(json.dumps({"scrape_configs": [job], "rule_files": [str(ALERTS)]}), encoding="utf-8")
    run("promtool", "check", "config", whole)
    kept = job["relabel_configs"][0]["regex"].split(";")
    for name in ("telegram.yaml", "discord.yaml"):
        template = next(yaml.safe_load_all((DEPLOY / "k8s" / name).read_text(encoding="utf-8")))["spec"]["template"]
        (port,) = template["spec"]["containers"][0]["ports"]
        assert [template["metadata"]["labels"]["app.kubernetes.io/name"], port["name"]] == kept
    for rule in rules():
        assert set(re.findall('job="(.*?)"', rule["expr"])) <= {job["job_name"]}, rule["alert"]


def test_alerts_fire_when_they_should_and_not_otherwise() -> None:
    run("promtool", "test", "rules", DEPLOY / "prometheus" / "alerts_test.yaml")


def test_prometheus_finds_nothing_wrong_with_the_metrics() -> None:
    metrics = Metrics()
    run("promtool", "check", "metrics", given=metrics.text().decode())


def test_alerts_are_about_what_the_bot_tells() -> None:
    known = exported()
    for rule in rules():
        assert used(rule["expr"]) <= known, rule["alert"]


def test_prometheus_understands_all_that_the_dashboard_asks(tmp_path: Path) -> None:
    asked = [{"record": f"asked:{number}", "expr": query} for number, query in enumerate(queries())]
    (tmp_path / "rules.json").write_text(json.dumps({"groups": [{"name": "board", "rules": asked}]}), encoding="utf-8")
    run("promtool", "check", "rules", tmp_path / "rules.json")
    assert len(asked) > len(panels())


def test_the_dashboard_shows_everything_that_the_bot_tells_and_nothing_else() -> None:
    asked = {name for query in queries() for name in used(query)}
    assert asked == exported()


def test_the_dashboard_takes_whatever_prometheus_there_is() -> None:
    source = BOARD["templating"]["list"][0]
    assert (source["name"], source["type"], source["query"]) == ("datasource", "datasource", "prometheus")
    for panel in panels():
        for each in (panel, *panel["targets"]):
            assert each["datasource"] == {"type": "prometheus", "uid": "${datasource}"}


def test_grafanas_own_schema_knows_all_that_is_in_the_dashboard() -> None:
    plugins.register_default_plugins()
    understood = json.loads(json.dumps(dashboard.Dashboard.from_json(BOARD), cls=JSONEncoder))
    assert set(lost(BOARD, understood)) <= OPEN


def lost(given: Any, understood: Any, path: str = "") -> Iterator[str]:
    """Yield where in the dashboard something stands that was not understood."""
    if isinstance(given, list):
        for one, other in zip(given, understood, strict=True):
            yield from lost(one, other, path)
    elif isinstance(given, dict):
        for name, value in given.items():
            if name in understood:
                yield from lost(value, understood[name], f"{path}/{name}")
            else:
                yield f"{path}/{name}"


def test_the_dashboard_loads_without_edits() -> None:
    numbers = [panel["id"] for panel in BOARD["panels"]]
    assert len(set(numbers)) == len(numbers)
    assert "__inputs" not in BOARD
    variables = {each["name"] for each in BOARD["templating"]["list"]}
    asked = re.findall(r"\$\{?(\w+)", json.dumps(BOARD["panels"]))
    assert set(asked) <= variables | {"__rate_interval"}


def test_no_panel_covers_another() -> None:
    taken: set[tuple[int, int]] = set()
    for panel in BOARD["panels"]:
        at = panel["gridPos"]
        cells = {(x, y) for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])}
        assert not cells & taken, panel["title"]
        assert at["x"] + at["w"] <= 24
        taken |= cells


def test_every_panel_says_what_it_shows() -> None:
    assert [panel["title"] for panel in panels() if not panel.get("description")] == []


def test_grafana_finds_prometheus_and_the_dashboard_where_compose_puts_them() -> None:
    mounted = read(DEPLOY / "compose.yaml")["services"]["grafana"]["volumes"]
    (provider,) = read(DEPLOY / "grafana" / "dashboards.yaml")["providers"]
    assert f"./grafana.json:{provider['options']['path']}/yingda.json:ro" in mounted
    (source,) = read(DEPLOY / "grafana" / "datasources.yaml")["datasources"]
    assert source["url"] == "http://prometheus:9090"


def test_every_metric_is_explained_in_both_languages() -> None:
    rows = re.findall(r"^\| `(\w+)` \| (.+) \| (.+) \|$", OPERATIONS, flags=re.MULTILINE)
    assert {name for name, _, _ in rows} == exported()
    assert all(HAN.search(chinese) and not HAN.search(english) for _, chinese, english in rows)


def test_every_way_that_a_turn_ends_is_explained_in_both_languages() -> None:
    told = re.search(r"^# HELP yingda_messages_total .*?, by what answered: (.+)\.$", TOLD, flags=re.MULTILINE)
    (row,) = re.findall(r"^\| `yingda_messages_total` \| (.+) \| (.+) \|$", OPERATIONS, flags=re.MULTILINE)
    assert told
    for end in re.sub(r" \(.*?\)", "", told[1]).split(", "):
        assert [end in each for each in row] == [True, True], end


def test_every_alert_is_explained_in_both_languages_where_it_says() -> None:
    explained = dict(re.findall(r"^### (Yingda\w+)\n\n中文：.+\nEnglish: (.+)$", OPERATIONS, flags=re.MULTILINE))
    assert set(explained) == {rule["alert"] for rule in rules()}
    for rule in rules():
        assert rule["annotations"]["runbook"] == f"docs/operations.md#{rule['alert'].lower()}"
