"""FAQ retrieval as a stage: answers what the owner's entries answer, offers what they nearly answer, else passes."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

from bot.config.content_files import Live
from bot.domain.message import Fact, Message
from bot.domain.reply import Choice, Reply, Source
from bot.services import Services
from handlers.faq.engine.faq import Candidate, Decision, Faq, Ranking, choice_of, told
from handlers.faq.entries.entry import Entry
from handlers.faq.entries.lint import problems
from handlers.knowledge.own_faq import OwnFaqs
from handlers.language.segmentation.dictionary import proposals
from handlers.llm.ears import Ears, EarsLoader

if TYPE_CHECKING:
    from handlers.llm.embeddings import Embeddings

OFFERED = 3
FACTS = 3
# An entry less likely than this has nothing to do with what was said: of everyday messages one in fifty has a likelier
# one, of questions that the FAQ could have answered two in three have theirs (measured on the sets of docs/faq.md).
LIKELY = 0.2
LONGEST_LABEL = 80
# What the metric calls the decisions: coverage is answered by all three.
RESULTS: dict[Decision, str] = {"answer": "answered", "offer": "offered", "pass": "unknown"}
# What `check` names of each kind; `faq lint` has all.
SHOWN = 20
# More would take longer than `check` waits; `faq lint` looks at all.
READ = 5_000


def build(services: Services) -> FaqStage:
    """Load the owner's FAQ and return the stage that answers by it. Raises `ContentError` for a file it refuses."""
    loader = EarsLoader(services.settings, services.store)
    live = services.content.watch(loader.paths, loader)
    if services.settings.faq_semantic != "openai":
        return FaqStage(services, live)
    from handlers.llm.embeddings import Embeddings  # noqa: PLC0415 — importing the client takes half a second

    embeddings = Embeddings(services.settings, services.store)
    services.closing.push_async_callback(embeddings.close)
    return FaqStage(services, live, embeddings)


class FaqStage:
    """Answers what was said to the bot, and what is surely meant where nobody asked it."""

    def __init__(self, services: Services, live: Live[Ears], embeddings: Embeddings | None = None) -> None:
        self._services = services
        self._live = live
        self._embeddings = embeddings
        self._own = OwnFaqs(services)

    async def __call__(self, message: Message) -> Reply | Message | None:
        """Answer, offer the nearest entries as choices, or pass with them as facts."""
        if message.invocation or not (message.text.strip() or message.choice):
            return None
        ears = self._live.value
        if message.choice:
            return self._counted("chosen", _chosen(ears.asked, message))
        if message.addressed:
            ranking = await self._ranking(await self._own.of(message, ears), message.text)
            self._services.metrics.faq.labels(RESULTS[ranking.decision]).inc()
            return _asked(self._services, message, ranking)
        if (await self._services.options.of(message)).unaddressed != "sure":
            return None
        overheard = (await self._own.of(message, ears)).overheard
        return self._counted("overheard", _overheard(message, overheard))

    async def probe(self) -> str:
        """Return how many entries there are, what is questionable about them, and lines for the dictionary.

        Raises `Apology` where the settings ask for embeddings and the endpoint does not give them.
        """
        if self._embeddings:
            await self._embeddings.all(("probe",))
        return await asyncio.to_thread(self._told)

    def _counted(self, result: str, reply: Reply | None) -> Reply | None:
        if reply:
            self._services.metrics.faq.labels(result).inc()
        return reply

    def _told(self) -> str:
        ears, settings = self._live.value, self._services.settings
        entries = ears.asked.entries
        found = [each.text for each in problems(entries[:READ])]
        questions = [question for entry in entries for question in entry.questions][:READ]
        proposed = proposals(questions, ears.words)

        def say(key: str, **values: object) -> str:
            return self._services.texts.say(settings.default_language, f"faq.{key}", **values)

        lines = [say("entries", count=len(entries), threshold=f"{ears.asked.calibration.asked:.2f}")]
        if found:
            lines += [say("questionable", count=len(found)), *(f"  {each}" for each in found[:SHOWN])]
        if proposed:
            lines += [say("proposed", count=len(proposed)), *proposed[:SHOWN]]
        return "\n".join(lines)

    async def _ranking(self, ears: Ears, text: str) -> Ranking:
        if self._embeddings is None or ears.asked is ears.overheard:
            return ears.asked.ask(text, FACTS)
        vector = await self._embeddings.of(ears.asked.analyse(text).text)
        if vector is None or len(vector) != ears.length:
            return ears.overheard.ask(text, FACTS)
        return ears.asked.ask(text, FACTS, vector)


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
            likely = (each for each in ranking.candidates if each.confidence >= LIKELY)
            return replace(message, facts=tuple(_fact(message.language, each) for each in likely))


def _overheard(message: Message, faq: Faq) -> Reply | None:
    ranking = faq.ask(message.text)
    return None if faq.silence(message.text, ranking) else _answer(message, ranking.candidates)


def _answer(message: Message, candidates: tuple[Candidate, ...]) -> Reply:
    best = candidates[0]
    return _reply(message, best.entry, _source(best.entry.id, best.confidence, candidates[1:]))


def _offer(services: Services, message: Message, candidates: tuple[Candidate, ...]) -> Reply:
    offered = candidates[:OFFERED]
    language = message.language
    choices = tuple(Choice(told(each.entry, language)[0][:LONGEST_LABEL], choice_of(each.entry)) for each in offered)
    source = _source("", candidates[0].confidence, candidates)
    return Reply(source, services.say(message, "faq.did_you_mean"), choices=choices, remember=False)


def _source(name: str, confidence: float, others: tuple[Candidate, ...]) -> Source:
    return Source("faq", name, confidence, tuple((each.entry.id, each.confidence) for each in others))


def _reply(message: Message, entry: Entry, source: Source) -> Reply:
    return Reply(source, told(entry, message.language)[1], markdown=entry.markdown)


def _fact(language: str, candidate: Candidate) -> Fact:
    question, answer = told(candidate.entry, language)
    return Fact(candidate.entry.id, question, answer, candidate.confidence, choice_of(candidate.entry))
