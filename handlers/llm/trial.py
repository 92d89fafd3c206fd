"""The one question that `check` asks the model, and what can be seen in the answer."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

from handlers.llm.prompt import Prompt

# Nobody's words, and an answer that costs nothing worth speaking of.
QUESTION = Prompt("Answer with one word.", (), "ping", named=False)
# Who talks on is left.
ENOUGH_CHARACTERS = 400
THINKING = re.compile(r"</?(think|thinking|thought|reasoning)>|<\|channel\|>analysis")


@dataclass(frozen=True, slots=True)
class Trial:
    """How the endpoint answered: seconds to the first word (None: it thought aloud for so long), and what it lacks.

    `counted` is whether the endpoint told how many tokens that took, `dropped` what it does not take of a request.
    """

    first_word: float | None
    thought: bool
    counted: bool
    dropped: tuple[str, ...]
    listed: bool


@dataclass(slots=True)
class Overheard:
    """The content of a stream as it came, whatever is made of it later; the stream ends when it is enough."""

    content: str = ""

    async def of(self, stream: AsyncIterator[Any]) -> AsyncIterator[object]:
        """Yield the chunks of a stream."""
        async for chunk in stream:
            self.content += _content(chunk)
            yield chunk
            if self.enough:
                return

    @property
    def enough(self) -> bool:
        """Whether it talks on."""
        return len(self.content) > ENOUGH_CHARACTERS

    @property
    def thought(self) -> bool:
        """Whether the model thinks where its answer should be."""
        return THINKING.search(self.content) is not None


def _content(chunk: Any) -> str:
    """Return the words of a chunk, which nobody has checked."""
    try:
        words = chunk["choices"][0]["delta"]["content"]
    except (KeyError, IndexError, TypeError):
        return ""
    return words if isinstance(words, str) else ""
