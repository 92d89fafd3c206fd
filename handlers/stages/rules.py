"""The stage of keyword rules: the owner's `rules.yaml`, answered when sure, no more often than a rule allows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

import structlog

from bot.config.content_files import Live
from bot.domain.message import Message
from bot.domain.reply import Reply, Source
from bot.services import Services
from bot.storage.chat_settings import chat_key
from bot.storage.store import key
from handlers.knowledge.vocabulary import Vocabulary
from handlers.language.segmentation.segment import boundaries
from handlers.rules.load import load
from handlers.rules.matcher import Match, Rules
from handlers.rules.rule import Rule
from handlers.rules.template import FIXED, placeholders, render

FILE = "rules.yaml"
MOST_REMEMBERED = 10_000
CERTAIN = 1.0
# KEYS cooldown; ARGV which message claims it, milliseconds. 1: it is this message's, from now on or already.
CLAIM = """
local claimant = redis.call('GET', KEYS[1])
if claimant then return claimant == ARGV[1] and 1 or 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1
"""
log = structlog.get_logger(__name__)


def build(services: Services) -> RulesStage:
    """Return the stage. Raises `ContentError` for a file that it refuses; no file at the start is no rules."""
    path = services.settings.content_dir / FILE

    def read() -> Rules:
        if path.exists():
            return Rules(load(path))
        log.warning("there are no keyword rules", missing=str(path))
        return Rules(())

    return RulesStage(services, services.content.watch((path,), read))


class RulesStage:
    """Answers what a rule matches."""

    def __init__(self, services: Services, live: Live[Rules]) -> None:
        self._services = services
        self._live = live
        self._cooldowns = Cooldowns(services)
        self._vocabulary = services.once(Vocabulary)

    async def __call__(self, message: Message) -> Reply | None:
        """Answer with the best rule that is not cooling down here, or pass."""
        if message.choice or message.invocation or not message.text.strip():
            return None
        chat = f"{message.platform}:{message.chat.id}"
        addressed = message.addressed or message.chat.private
        rules = self._live.value
        cut = (await self._vocabulary.folded(message)).boundaries if rules.cuts_words else boundaries
        matches = rules.matches(message.text, addressed=addressed, chat=chat, cut=cut)
        if not matches or not (addressed or await self._may_speak_up(message)):
            return None
        for match in matches:
            if await self._cooldowns.claim(match.rule, message):
                return self._reply(match, message)
        return None

    async def _may_speak_up(self, message: Message) -> bool:
        return (await self._services.options.of(message)).unaddressed != "never"

    def _reply(self, match: Match, message: Message) -> Reply:
        rule = match.rule
        weights = [answer.weight for answer in rule.answers]
        (answer,) = self._services.random.choices(rule.answers, weights)
        text = render(answer.text, self._values(match, message, answer.text), markdown=rule.markdown)
        runners_up = tuple((each, CERTAIN) for each in match.runners_up)
        return Reply(Source("rule", rule.id, CERTAIN, runners_up), text, markdown=rule.markdown)

    def _values(self, match: Match, message: Message, template: str) -> Mapping[str, str]:
        """Date and time are the process's local ones (variable TZ)."""
        now = datetime.fromtimestamp(self._services.clock(), UTC).astimezone()
        return {
            **(match.groups if set(placeholders(template)) - FIXED else {}),
            "sender": message.sender.name,
            "chat": message.chat.title or message.sender.name,
            "date": f"{now:%Y-%m-%d}",
            "time": f"{now:%H:%M}",
            "match": match.text if "{match}" in template else "",
        }


@dataclass(frozen=True, slots=True)
class Claim:
    """Which message a rule has answered, and until when it then answers no other."""

    claimant: str
    until: float


class Cooldowns:
    """When each rule may answer again in a chat: shared through Redis, and known here too, for when Redis is away.

    A claim has the name of its message: one that is taken up again, since its answer was broken off before it was
    shown, finds its own and is answered.
    """

    def __init__(self, services: Services) -> None:
        self._services = services
        self._claims: dict[tuple[str, str], Claim] = {}

    async def claim(self, rule: Rule, message: Message) -> bool:
        """Return whether the rule may answer this message in its chat now; if so, its cooldown begins, or has begun."""
        if not rule.cooldown:
            return True
        where = chat_key(message.platform, message.chat.id)
        claimant, now = f"{message.platform}:{message.update}", self._services.clock()
        claim = self._claims.get((where, rule.id))
        if claim is None or now >= claim.until:
            self._begin((where, rule.id), Claim(claimant, now + rule.cooldown), now)
        elif claim.claimant != claimant:
            return False
        values = key("cooldown", rule.id, tag=where), claimant, max(1, round(rule.cooldown * 1000))
        if await self._services.store.ask("EVAL", CLAIM, 1, *values, default=1):
            return True
        # Another message was answered by another process: when its cooldown ends is known to Redis alone.
        self._claims.pop((where, rule.id), None)
        return False

    def _begin(self, slot: tuple[str, str], claim: Claim, now: float) -> None:
        if len(self._claims) >= MOST_REMEMBERED:
            self._claims = {each: kept for each, kept in self._claims.items() if kept.until > now}
        self._claims[slot] = claim
