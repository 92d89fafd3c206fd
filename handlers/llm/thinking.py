"""What a model thinks in the text of its answer, told apart from what it says, however the pieces are cut."""

from __future__ import annotations

import re
from enum import Enum, auto

from bot.domain.reply import Retraction

# How models mark that they think: as R1 and Qwen do, as Magistral, as Kimi, as Gemma.
NAMES = ("think", "thinking", "thought", "reasoning", "seed:think")
CLOSING = {f"<{name}>": f"</{name}>" for name in NAMES}
CLOSING |= {"[think]": "[/think]", "◁think▷": "◁/think▷", "<|channel>thought": "<channel|>"}
OPENING = {closing: opening for opening, closing in CLOSING.items()}
# gpt-oss says in a header what comes: <|start|>assistant<|channel|>analysis<|message|>, and then its thoughts.
CHANNEL = "<|channel|>"
HEADERS = frozenset({"<|start|>", CHANNEL})
SPOKEN = ("final", "assistant")
LONGEST_HEADER = 100
# What only the model's template should see.
STRAY = ("<|im_end|>", "<|end|>", "<|return|>", "<|endoftext|>", "<|eot_id|>")
MARKS = (*CLOSING, *OPENING, *HEADERS, *STRAY)
MARK = re.compile("|".join(map(re.escape, MARKS)), re.IGNORECASE)
HEADER = re.compile("|".join(map(re.escape, HEADERS)))
ENDS = {opening: re.compile(re.escape(closing), re.IGNORECASE) for opening, closing in CLOSING.items()}
BEGINNINGS = frozenset(mark[:size] for mark in MARKS for size in range(1, len(mark)))
FIRSTS = "<[◁"
FIRST = re.compile(r"[<\[◁]")
LONGEST = max(map(len, MARKS))
FENCE = re.compile(r"^ *(?:```|~~~)", re.MULTILINE)
LONG_TICKS = re.compile("`{3,}")


class State(Enum):
    """Where in an answer its text stands."""

    LEADING = auto()
    HEADER = auto()
    THOUGHT = auto()
    WORDS = auto()


class Thinking:
    """Takes the text of one answer piece by piece, and gives back what is said of it.

    Attributes:
        unopened: Whether the model is known to begin by thinking without a mark, so that all is to be withheld until
            its thought has ended. True after an answer that showed it, False after one that was withheld for nothing.
    """

    def __init__(self, *, unopened: bool = False) -> None:
        self.unopened = unopened
        self._withheld: str | None = "" if unopened else None
        self._state = State.LEADING
        self._undecided = ""
        self._mark = ""
        self._marked = False
        self._thought = False
        self._said: list[str] = []
        self._words = ""
        self._anew = False

    @property
    def thinks(self) -> bool:
        """Whether what came last was thought, as far as is known."""
        return self._state in (State.HEADER, State.THOUGHT) or bool(self._withheld)

    def take(self, piece: str) -> str | Retraction:
        """Return the words of a piece, or what stands instead of all words before it, which were thought."""
        self._words, self._anew = "", False
        if self._state is State.WORDS and not self._undecided and not FIRST.search(piece):
            self._say(piece)
        else:
            self._undecided += piece
            while self._step():
                pass
        return self._given()

    def rest(self, *, whole: bool) -> str:
        """Return what was still undecided about at the end of an answer, `whole` or cut short."""
        rest = self._undecided if self._state in (State.LEADING, State.WORDS) else ""
        if self._state is State.LEADING and self._marked:
            rest = rest.strip()
        if self._state is State.HEADER and whole:
            rest = self._mark + self._undecided
        self._state, self._undecided = State.WORDS, ""
        if self._withheld is None:
            return rest
        withheld, self._withheld = self._withheld, None
        self.unopened = self.unopened and not whole
        return withheld + rest if whole else ""

    def _given(self) -> str | Retraction:
        if self._withheld is None:
            return Retraction(self._words) if self._anew else self._words
        self._withheld = self._words if self._anew else self._withheld + self._words
        if not self._thought:
            return ""
        words, self._withheld = self._withheld, None
        return words

    def _step(self) -> bool:
        """Decide about some of what is undecided. False: more has to come first."""
        match self._state:
            case State.LEADING:
                return self._lead()
            case State.HEADER:
                return self._read_header()
            case State.THOUGHT:
                return self._think()
            case State.WORDS:
                return self._speak()

    def _lead(self) -> bool:
        text = self._undecided.lstrip()
        if mark := MARK.match(text):
            self._undecided = text[mark.end() :]
            self._enter(mark[0].lower())
            return True
        if not text or text.lower() in BEGINNINGS:
            return False
        self._undecided = text if self._marked else self._undecided
        self._state = State.WORDS
        return True

    def _enter(self, mark: str) -> None:
        """Go on behind a mark."""
        self._mark, self._marked = mark, True
        if mark in CLOSING:
            self._state = State.THOUGHT
        elif mark in HEADERS:
            self._state = State.HEADER
        elif mark in OPENING:
            self._anew = self._anew or len(self._said) > 0
            self._said.clear()
            self._words = ""
            self._thought = self.unopened = True
            self._state = State.LEADING

    def _read_header(self) -> bool:
        header, end, rest = self._undecided.partition("<|message|>")
        if end:
            self._undecided = rest
            spoken = header.rpartition(CHANNEL)[2].strip().startswith(SPOKEN)
            self._thought = self._thought or spoken
            self._state = State.LEADING if spoken else State.THOUGHT
        elif len(header) > LONGEST_HEADER:
            self._say(self._mark)
            self._state = State.WORDS
        return bool(end) or self._state is State.WORDS

    def _think(self) -> bool:
        end = ENDS.get(self._mark, HEADER).search(self._undecided)
        if end:
            self._undecided = self._undecided[end.end() :]
            self._thought = self._thought or self._mark in CLOSING
            self._state = State.LEADING if self._mark in CLOSING else State.HEADER
        else:
            self._undecided = self._undecided[-LONGEST:]
        return bool(end)

    def _speak(self) -> bool:
        for mark in MARK.finditer(self._undecided):
            if self._means_something(mark):
                self._say(self._undecided[: mark.start()])
                self._undecided = self._undecided[mark.end() :]
                self._enter(mark[0].lower())
                return True
        last = max(map(self._undecided.rfind, FIRSTS))
        end = last if last >= 0 and self._undecided[last:].lower() in BEGINNINGS else len(self._undecided)
        self._say(self._undecided[:end])
        self._undecided = self._undecided[end:]
        return False

    def _means_something(self, mark: re.Match[str]) -> bool:
        """Return whether a mark is not only talked about: in code, or as the end of what was opened in the words."""
        before = "".join(self._said) + mark.string[: mark.start()]
        kind = mark[0].lower()
        if kind in CLOSING or _in_code(before):
            return False
        return OPENING.get(kind, mark[0]) not in before.lower() if kind in OPENING else True

    def _say(self, words: str) -> None:
        if words:
            self._said.append(words)
            self._words += words


def _in_code(text: str) -> bool:
    """Return whether a text ends within code."""
    line = LONG_TICKS.sub("", text[text.rfind("\n") + 1 :])
    return line.count("`") % 2 == 1 or len(FENCE.findall(text)) % 2 == 1
