"""What is counted and timed, read as Prometheus reads it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from bot.config.settings import Price
from bot.services import Services
from bot.storage.store import Store, make_client
from bot.telemetry.metrics import Metrics, Usage
from handlers.stages import faq
from tests.bot.turn.test_dispatcher import Scene
from tests.people import said

KINDS = ("answered", "offered", "unknown", "overheard", "chosen")
FAQ = """
- id: install
  question: 怎么安装这个软件
  alternatives: [如何安装]
  answer: 点下载。
- id: price
  question: 多少钱
  alternatives: [价格是多少]
  answer: 免费。
"""


def value(metrics: Metrics, name: str, **labels: str) -> float:
    """Return a sample as it is scraped; 0 where it is not there."""
    samples = (each for family in text_string_to_metric_families(metrics.text().decode()) for each in family.samples)
    return sum(each.value for each in samples if each.name == name and labels.items() <= each.labels.items())


@pytest.fixture
def scene(services: Services) -> Scene:
    settings = services.settings.model_copy(update={"stages": ("commands",)})
    return Scene(replace(services, settings=settings))


@pytest.mark.parametrize(
    ("text", "stage"),
    [("say hello", "rule"), ("/help", "command"), ("whatever", "none"), ("sorry", "error"), ("bug", "error")],
)
async def test_a_turn_is_counted_by_what_answered(scene: Scene, text: str, stage: str) -> None:
    await scene.hears(said(text))
    metrics = scene.services.metrics
    assert value(metrics, "yingda_received_total", platform="test") == 1
    assert value(metrics, "yingda_messages_total") == 1
    assert value(metrics, "yingda_messages_total", platform="test", stage=stage) == 1
    assert value(metrics, "yingda_answer_seconds_count", stage=stage) == 1
    assert value(metrics, "yingda_first_words_seconds_count", stage=stage) == 1


async def test_a_message_that_nobody_answers_is_silent(scene: Scene) -> None:
    await scene.hears(said("whatever", chat="group"))
    assert value(scene.services.metrics, "yingda_messages_total", stage="silent") == 1
    assert value(scene.services.metrics, "yingda_answer_seconds_count") == 0


async def test_a_message_that_comes_twice_counts_once(scene: Scene) -> None:
    message = said("say once")
    await scene.hears(message)
    await scene.hears(message)
    assert value(scene.services.metrics, "yingda_received_total") == 1


async def test_a_stopped_answer_is_counted_as_stopped(scene: Scene) -> None:
    await scene.dispatcher.receive(said("stream"))
    await scene.screen.until(lambda: bool(scene.screen.pages))
    await scene.hears(said("/stop"))
    assert value(scene.services.metrics, "yingda_messages_total", stage="stopped") == 1


async def test_the_first_words_come_before_the_last(scene: Scene) -> None:
    await scene.dispatcher.receive(said("stream"))
    await scene.screen.until(lambda: bool(scene.screen.pages))
    scene.stages.release.set()
    await scene.turns.drain(10)
    first = value(scene.services.metrics, "yingda_first_words_seconds_sum", stage="chat")
    assert 0 < first < value(scene.services.metrics, "yingda_answer_seconds_sum", stage="chat")


@pytest.mark.parametrize(("text", "kind"), [("sorry", "core.bug"), ("bug", "bug")])
async def test_errors_are_counted_by_kind(scene: Scene, text: str, kind: str) -> None:
    await scene.hears(said(text))
    assert value(scene.services.metrics, "yingda_errors_total", kind=kind) == 1
    assert value(scene.services.metrics, "yingda_errors_total") == 1


async def test_every_page_that_must_arrive_tells_how_long_it_waited(scene: Scene) -> None:
    await scene.hears(said("say hello"))
    assert value(scene.services.metrics, "yingda_gate_wait_seconds_count") == 1


async def test_work_on_redis_is_timed_also_when_it_fails() -> None:
    metrics = Metrics()
    store = Store(make_client("redis://127.0.0.1:1"), "nowhere", metrics=metrics)
    assert await store.attempt(lambda: store.client.get("x"), "default") == "default"
    await store.close()
    assert value(metrics, "yingda_redis_seconds_count") == 1


def test_tokens_cost_what_the_owner_says_and_nothing_where_he_says_nothing() -> None:
    metrics = Metrics({"dear": Price(input=10, cached=1, output=40), "plain": Price(input=2, output=4)})
    for model in ("dear", "plain", "unknown"):
        metrics.model.spent(model, Usage(input=1_000_000, output=500_000, cached=400_000))
    assert value(metrics, "yingda_cost_total", model="dear") == pytest.approx(6 + 0.4 + 20)
    assert value(metrics, "yingda_cost_total", model="plain") == pytest.approx(2 + 2)
    assert value(metrics, "yingda_tokens_total", model="unknown", kind="output") == 500_000
    assert "yingda_cost_total" in metrics.text().decode()
    assert 'yingda_cost_total{model="unknown"}' not in metrics.text().decode()


async def test_the_coverage_of_the_faq_is_counted(services: Services) -> None:
    (services.settings.content_dir / "faq.yaml").write_text(FAQ, encoding="utf-8")
    stage: Any = faq.build(services)
    for text in ("怎么安装这个软件", "多少钱", "今天天气真好啊"):
        await stage(replace(said(text), language="zh-CN"))
    overheard = await stage(replace(said("怎么安装这个软件", chat="group"), language="zh-CN"))
    await stage(replace(said("随便说说", chat="group"), language="zh-CN"))
    await stage(said("怎么安装这个软件", choice="forged"))
    counted = {kind: value(services.metrics, "yingda_faq_questions_total", result=kind) for kind in KINDS}
    assert counted == {"answered": 2, "offered": 0, "unknown": 1, "overheard": int(overheard is not None), "chosen": 0}


def test_the_process_tells_its_memory_and_its_open_files() -> None:
    assert value(Metrics(), "process_resident_memory_bytes") > 1_000_000
    assert value(Metrics(), "process_open_fds") > 0
