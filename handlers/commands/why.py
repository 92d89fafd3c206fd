"""/why: where an answer came from."""

from __future__ import annotations

from bot.domain.command import command
from bot.domain.message import Message
from bot.domain.reply import Source
from bot.services import Services


@command("为什么", "為什麼", remember=False)
async def why(message: Message, services: Services) -> str:
    """回复一条回答，看它从哪里来

    回覆一則回答，看它從哪裡來

    Reply to an answer to see where it came from
    """
    explanation = await services.explanations.find(message)
    if explanation is None:
        return services.say(message, "commands.why_unknown")
    source = explanation.source
    lines = [_origin(message, services, source)]
    if source.runners_up:
        others = ", ".join(f"{name} {confidence:.0%}" for name, confidence in source.runners_up)
        lines.append(services.say(message, "commands.why_runners_up", others=others))
    lines.append(services.say(message, "commands.why_seconds", seconds=f"{explanation.seconds:.2f}"))
    return "\n".join(lines)


def _origin(message: Message, services: Services, source: Source) -> str:
    confidence = "" if source.confidence is None else f"{source.confidence:.0%}"
    offered = source.kind == "faq" and not source.id
    key = "commands.why_offered" if offered else f"commands.why_{source.kind}"
    return services.say(message, key, id=source.id, confidence=confidence)
