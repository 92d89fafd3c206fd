"""deploy/k8s: put together by kustomize, checked against Kubernetes' own schema, and as tight as it says."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.runtime.http import Limits
from tests.deploy.closing import CLOSING_SECONDS
from tests.deploy.tools import DEPLOY, pairs, run, walk

SETTINGS = pairs((DEPLOY / "k8s" / "settings.env").read_text(encoding="utf-8"))
# What checkov would have otherwise, and why it is not so.
MEANT = {
    "CKV_K8S_15": "a version that was pulled is that version",
    "CKV_K8S_35": "the model's key may be absent, which a file may not",
    "CKV_K8S_43": "the digest of an image is known only to who has built it",
}
Thing = dict[str, Any]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> str:
    """All that would be applied, the optional ingress included."""
    copy = tmp_path_factory.mktemp("deploy")
    shutil.copytree(DEPLOY / "k8s", copy / "k8s")
    shutil.copytree(DEPLOY / "content", copy / "content")
    top = copy / "k8s" / "kustomization.yaml"
    top.write_text(top.read_text(encoding="utf-8").replace("# - ingress", "- ingress"), encoding="utf-8")
    return run("kubectl", "kustomize", copy / "k8s")


@pytest.fixture(scope="module")
def things(built: str) -> list[Thing]:
    """The same as values."""
    return list(yaml.safe_load_all(built))


def of_kind(things: list[Thing], *kinds: str) -> list[Thing]:
    return [thing for thing in things if thing["kind"] in kinds]


def workloads(things: list[Thing]) -> list[Thing]:
    return of_kind(things, "Deployment", "StatefulSet")


def bots(things: list[Thing]) -> list[Thing]:
    return [each for each in workloads(things) if each["spec"]["template"]["spec"]["containers"][0]["name"] == "bot"]


def pod(workload: Thing) -> Thing:
    found: Thing = workload["spec"]["template"]["spec"]
    return found


def test_it_is_what_kubernetes_understands(built: str, tmp_path: Path) -> None:
    everything = tmp_path / "all.yaml"
    everything.write_text(built, encoding="utf-8")
    run("kubernetes-validate", "--strict", everything)


def test_checkov_finds_nothing_but_what_is_meant(built: str, tmp_path: Path) -> None:
    everything = tmp_path / "all.yaml"
    everything.write_text(built, encoding="utf-8")
    meant = ",".join(MEANT)
    flags = ("--skip-download", "--quiet", "--compact", "--framework", "kubernetes", "--skip-check", meant)
    run("checkov", *flags, "--file", everything)


def test_it_can_be_applied_as_it_stands() -> None:
    assert "kind: Deployment" in run("kubectl", "kustomize", DEPLOY / "k8s")


def test_everything_that_was_asked_for_is_there(things: list[Thing]) -> None:
    assert {thing["kind"] for thing in things} == {
        "Namespace", "ConfigMap", "Deployment", "StatefulSet", "Service", "PodDisruptionBudget",
        "HorizontalPodAutoscaler", "NetworkPolicy", "Ingress",
    }  # fmt: skip


def test_the_restricted_standard_is_enforced_and_met(things: list[Thing]) -> None:
    (namespace,) = of_kind(things, "Namespace")
    assert namespace["metadata"]["labels"]["pod-security.kubernetes.io/enforce"] == "restricted"
    for workload in workloads(things):
        assert pod(workload)["securityContext"]["runAsNonRoot"]
        assert pod(workload)["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        for container in pod(workload)["containers"]:
            assert not container["securityContext"]["allowPrivilegeEscalation"]
            assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}


def test_no_container_may_change_its_files_or_speak_with_the_cluster(things: list[Thing]) -> None:
    for workload in workloads(things):
        assert not pod(workload)["automountServiceAccountToken"]
        assert all(each["securityContext"]["readOnlyRootFilesystem"] for each in pod(workload)["containers"])


def test_every_container_is_probed_and_has_requests_and_limits(things: list[Thing]) -> None:
    for workload in workloads(things):
        for container in pod(workload)["containers"]:
            assert {"startupProbe", "livenessProbe", "readinessProbe"} <= set(container)
            assert {"requests", "limits"} <= set(container["resources"])


def test_the_bot_is_given_longer_than_it_takes(things: list[Thing]) -> None:
    for workload in bots(things):
        (container,) = pod(workload)["containers"]
        before = container["lifecycle"]["preStop"]["sleep"]["seconds"]
        needed = before + float(SETTINGS["GRACE"]) + CLOSING_SECONDS
        assert pod(workload)["terminationGracePeriodSeconds"] >= needed


def test_secrets_are_named_and_never_written_down(things: list[Thing]) -> None:
    assert not of_kind(things, "Secret")
    for workload in bots(things):
        named = [each["secret"]["secretName"] for each in pod(workload)["volumes"] if "secret" in each]
        assert named == ["yingda"]


def test_what_selects_pods_finds_some(things: list[Thing]) -> None:
    labels = [workload["spec"]["template"]["metadata"]["labels"] for workload in workloads(things)]
    selectors = [thing["spec"]["selector"] for thing in of_kind(things, "Service")]
    selectors += [thing["spec"]["selector"]["matchLabels"] for thing in of_kind(things, "PodDisruptionBudget")]
    selectors += [each["podSelector"].get("matchLabels", {}) for each in walk(things) if has_selector(each)]
    for selector in selectors:
        assert any(selector.items() <= each.items() for each in labels), selector


def has_selector(value: Any) -> bool:
    return isinstance(value, dict) and "podSelector" in value


def ways_in(things: list[Thing], component: str) -> dict[str, set[str]]:
    """Which namespaces a policy lets in to a component's pods, by its name."""
    labels = {"app.kubernetes.io/name": "yingda", "app.kubernetes.io/component": component}
    return {
        policy["metadata"]["name"]: {
            name
            for each in policy["spec"].get("ingress", [])
            for source in each["from"]
            for expression in source["namespaceSelector"]["matchExpressions"]
            for name in expression["values"]
        }
        for policy in of_kind(things, "NetworkPolicy")
        if policy["spec"]["podSelector"].get("matchLabels", {}).items() <= labels.items()
        and "Ingress" in policy["spec"]["policyTypes"]
    }


def test_only_the_ingress_controller_and_prometheus_reach_the_bot(things: list[Thing]) -> None:
    assert set(ways_in(things, "telegram")) == {"nobody", "yingda-webhook", "yingda-metrics"}
    assert set(ways_in(things, "discord")) == {"nobody", "yingda-metrics"}
    assert all(names for policy, names in ways_in(things, "telegram").items() if policy != "nobody")


def test_the_bot_reaches_https_outside_names_and_redis_and_no_private_network(things: list[Thing]) -> None:
    ways_out = [
        (port["port"], target)
        for policy in of_kind(things, "NetworkPolicy")
        if policy["spec"]["podSelector"].get("matchLabels", {}).get("app.kubernetes.io/name") == "yingda"
        for each in policy["spec"].get("egress", [])
        for port in each["ports"]
        for target in each["to"]
    ]
    assert {port for port, _ in ways_out} == {53, 443, 6379}
    for port, target in ways_out:
        block = target.get("ipBlock", {})
        assert port != 443 or block["except"], "the whole net, the private ones included"
        assert port != 6379 or target == {"podSelector": {"matchLabels": {"app.kubernetes.io/name": "valkey"}}}


def test_the_autoscaler_scales_the_webhook(things: list[Thing]) -> None:
    (scaler,) = of_kind(things, "HorizontalPodAutoscaler")
    assert (scaler["spec"]["scaleTargetRef"]["kind"], scaler["spec"]["minReplicas"]) == ("Deployment", 2)
    (deployment,) = of_kind(things, "Deployment")
    assert scaler["spec"]["scaleTargetRef"]["name"] == deployment["metadata"]["name"]
    assert "replicas" not in deployment["spec"]


def test_the_content_is_the_example_and_keeps_its_name(things: list[Thing]) -> None:
    (content,) = [each for each in of_kind(things, "ConfigMap") if each["metadata"]["name"] == "yingda-content"]
    for name, text in content["data"].items():
        assert text == (DEPLOY / "content" / name).read_text(encoding="utf-8")


def test_the_webhook_is_all_that_leads_in(things: list[Thing]) -> None:
    (ingress,) = of_kind(things, "Ingress")
    (path,) = [path for rule in ingress["spec"]["rules"] for path in rule["http"]["paths"]]
    host = ingress["spec"]["rules"][0]["host"]
    assert f"https://{host}{path['path']}" == SETTINGS["TELEGRAM_WEBHOOK_URL"]
    assert path["pathType"] == "Exact"


def test_the_ingress_lets_in_no_more_than_the_bot_takes(things: list[Thing]) -> None:
    [ingress] = of_kind(things, "Ingress")
    told = ingress["metadata"]["annotations"]["nginx.ingress.kubernetes.io/proxy-body-size"]
    assert int(told.removesuffix("m")) << 20 <= Limits().body
