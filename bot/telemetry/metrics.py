"""What the process counts and times, under the names that Prometheus reads at `/metrics`.

Beside these it tells the usual `process_*` of Prometheus (memory, processor time, open files).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, Info, ProcessCollector, generate_latest

from bot.config.settings import Price
from bot.domain.errors import RetryAfter, Unreachable

# The text format of Prometheus, which `Metrics.text` is in.
CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
# Seconds: from a rule's answer to a long answer of the model.
ANSWER = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 40, 80, 160)
WAIT = (0.001, 0.01, 0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 60)
REDIS = (0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5)
MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class Usage:
    """The tokens of one answer, as the endpoint counts them; `cached` of the `input` it had read before."""

    input: int
    output: int
    cached: int = 0


class Metrics:
    """The instruments of one process, in a registry of their own, by what they look at."""

    def __init__(self, prices: Mapping[str, Price] | None = None) -> None:
        self._registry = CollectorRegistry()
        ProcessCollector(registry=self._registry)
        self.turns = TurnMetrics(self._registry)
        self.faq = Counter(
            "yingda_faq_questions_total",
            "Questions put to the FAQ: answered, offered (as choices), unknown. And what nobody asked the bot but it "
            "answered (overheard), and what was picked from the choices (chosen).",
            ["result"],
            registry=self._registry,
        )
        self.model = ModelMetrics(self._registry, prices or {})
        self.writes = WriteMetrics(self._registry)
        self.redis = RedisMetrics(self._registry)
        self.health = HealthMetrics(self._registry)

    def text(self) -> bytes:
        """Return everything in the text format of Prometheus."""
        return generate_latest(self._registry)


class TurnMetrics:
    """Messages and their answers."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.received = Counter(
            "yingda_received_total", "Messages taken over from a platform.", ["platform"], registry=registry
        )
        self.ended = Counter(
            "yingda_messages_total",
            "Messages whose turn has ended, by what answered: command, rule, faq, chat, none (it was said that nobody "
            "knows), error (an apology), broken (off in the middle, or undeliverable), silent (nobody was asked), "
            "stopped, failed (a bug), late (too old to be answered), given_up, resumed (marked after a sudden end), "
            "left (to the next process, when this one was told to end), turned_away (too many waited).",
            ["platform", "stage"],
            registry=registry,
        )
        self.answer = Histogram(
            "yingda_answer_seconds",
            "From the beginning of a turn to the last page of its answer.",
            ["stage"],
            buckets=ANSWER,
            registry=registry,
        )
        self.first_words = Histogram(
            "yingda_first_words_seconds",
            "From the beginning of a turn to the first words of its answer that can be read in the chat.",
            ["stage"],
            buckets=ANSWER,
            registry=registry,
        )
        self.errors = Counter(
            "yingda_errors_total",
            "What went wrong: bug, or the sentence that people were told (chat.busy, chat.timeout, …).",
            ["kind"],
            registry=registry,
        )
        self.under_way = Gauge(
            "yingda_turns",
            "Messages here that are being answered (running) or wait for those before them (waiting).",
            ["state"],
            registry=registry,
        )

    def failed(self, kind: str) -> None:
        """Count an error."""
        self.errors.labels(kind).inc()

    def answered(self, stage: str, seconds: float, first: float | None) -> None:
        """Note that an answer was shown after so many seconds, its first words after `first`."""
        self.answer.labels(stage).observe(seconds)
        if first is not None:
            self.first_words.labels(stage).observe(first)


class ModelMetrics:
    """What the model does and costs."""

    def __init__(self, registry: CollectorRegistry, prices: Mapping[str, Price]) -> None:
        self._prices = prices
        self.tokens = Counter(
            "yingda_tokens_total",
            "Tokens as the endpoint counts them: input, cached (the part of the input it had read before), output.",
            ["model", "kind"],
            registry=registry,
        )
        self.cost = Counter(
            "yingda_cost_total",
            "What the tokens cost by OPENAI_PRICES, in its money; only models with a price are there.",
            ["model"],
            registry=registry,
        )
        self.first_word = Histogram(
            "yingda_model_first_word_seconds",
            "From asking the model to its first word.",
            ["model"],
            buckets=ANSWER,
            registry=registry,
        )
        self.waiting = Gauge("yingda_model_waiting", "Answers that wait until the model is free.", registry=registry)

    def spent(self, model: str, usage: Usage) -> None:
        """Count the tokens of an answer, and what they cost where the model has a price."""
        for kind in ("input", "cached", "output"):
            self.tokens.labels(model, kind).inc(getattr(usage, kind))
        if price := self._prices.get(model):
            fresh = max(0, usage.input - usage.cached)
            cached = price.input if price.cached is None else price.cached
            cost = fresh * price.input + usage.cached * cached + usage.output * price.output
            self.cost.labels(model).inc(cost / MILLION)


class WriteMetrics:
    """Writing into chats."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.wait = Histogram(
            "yingda_gate_wait_seconds",
            "How long a page that must arrive waited for its chat's gate.",
            buckets=WAIT,
            registry=registry,
        )
        self.silences = Counter(
            "yingda_gate_silences_total",
            "Writes that wait to be tried again: the platform has asked for silence (asked), or could not be reached "
            "(unreachable).",
            ["reason"],
            registry=registry,
        )
        for each in (RetryAfter, Unreachable):
            self.silences.labels(each.reason)  # there from the start: what begins to exist is not yet an increase


class RedisMetrics:
    """What everything is kept in."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.seconds = Histogram(
            "yingda_redis_seconds",
            "How long a piece of work on Redis took, done or failed.",
            buckets=REDIS,
            registry=registry,
        )
        self.up = Gauge("yingda_redis_up", "1 while Redis answers.", registry=registry)
        self.suspended = Gauge(
            "yingda_guarantee_suspended",
            "1 while a message would be lost if the process died, since Redis is away.",
            registry=registry,
        )
        self.memory = Gauge("yingda_redis_memory_bytes", "The memory that Redis uses for its data.", registry=registry)
        self.unanswered = Gauge(
            "yingda_unanswered",
            "Messages in Redis that are accepted and not answered yet, whichever replica is about them.",
            registry=registry,
        )
        self.oldest = Gauge(
            "yingda_unanswered_oldest_seconds", "How long ago the oldest of them was said.", registry=registry
        )


class HealthMetrics:
    """Whether the parts are as they should be."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.build = Info("yingda_build", "The version that runs.", registry=registry)
        self.ready = Gauge("yingda_ready", "1 while /readyz answers 200.", registry=registry)
        self.connected = Gauge(
            "yingda_platform_connected",
            "1 while this process listens and is connected; 0 for a standby.",
            ["platform"],
            registry=registry,
        )
        self.restarts = Counter(
            "yingda_platform_restarts_total",
            "How often listening began anew after it had failed or fallen silent.",
            ["platform"],
            registry=registry,
        )
        self.webhook = Counter(
            "yingda_webhook_requests_total",
            "Requests to a webhook, by the status they were answered with.",
            ["platform", "code"],
            registry=registry,
        )
        self.refused = Gauge(
            "yingda_content_refused",
            "Content files whose newest state is refused: the old one is used.",
            registry=registry,
        )
        self.tasks = Gauge("yingda_tasks", "Tasks of the event loop that have not ended.", registry=registry)
        self.lag = Gauge("yingda_loop_lag_seconds", "How late the event loop lately was at most.", registry=registry)
