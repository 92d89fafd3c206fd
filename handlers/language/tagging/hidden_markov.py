"""The hidden Markov model of jieba.posseg: what characters that are in no word are, by place in a word and tag."""

from __future__ import annotations

import functools
from collections.abc import Iterator

from handlers.language.gradual import Gradual
from handlers.language.tagging.posseg import State, Tables, read
from handlers.language.tagging.viterbi import Viterbi


class Model:
    """The model, in the form that is quick to use."""

    def __init__(self, tables: Tables) -> None:
        self.states: tuple[State, ...] = tables.states
        self._viterbi = Viterbi(tables)

    def forget(self) -> None:
        """Forget the characters that were seen before."""
        self._viterbi.forget()

    def tag(self, run: str) -> list[tuple[str, str]]:
        """Return the words of a run of Chinese characters with their tags."""
        found = []
        begin = after = 0
        path = [self.states[state] for state in self._viterbi.path(run)]
        for at, (place, its_tag) in enumerate(path):
            if place == "B":
                begin = at
            elif place in "ES":
                begin = begin if place == "E" else at
                after = at + 1
                found.append((run[begin:after], its_tag))
        if after < len(run):
            found.append((run[after:], path[after][1]))
        return found


@functools.cache
def loading() -> Gradual[Model]:
    """Return what reads jieba's model from its files, if nobody has yet; in all it takes a third of a second."""
    return Gradual(_steps)


def model() -> Model:
    """Return jieba's model."""
    return loading()()


def _steps() -> Iterator[Model | None]:
    for tables in read():
        yield Model(tables) if tables else None
