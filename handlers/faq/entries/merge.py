"""Merging what is imported into a FAQ: what is new, what changes, and what would contradict it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from handlers.faq.entries.draft import Draft, derived_id, entries_of, free_id
from handlers.faq.entries.entry import Entry, Twin
from handlers.language.script.normalise import fold

ADDED, CHANGED, UNCHANGED = "added", "changed", "unchanged"
DUPLICATE, CONFLICT, EMPTY = "duplicate", "conflict", "empty"
OUTCOMES = (ADDED, CHANGED, UNCHANGED, DUPLICATE, CONFLICT, EMPTY)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one imported entry: `kind` is one of `OUTCOMES`, `detail` says why."""

    kind: str
    question: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Merged:
    """The FAQ after an import, and an outcome for each thing imported, in its order."""

    entries: tuple[Entry, ...]
    outcomes: tuple[Outcome, ...]

    def count(self, kind: str) -> int:
        """Return how many imported entries had this outcome."""
        return sum(each.kind == kind for each in self.outcomes)


def merge(existing: Sequence[Entry], drafts: Iterable[Draft], *, overrule: bool = False) -> Merged:
    """Merge drafts into a FAQ.

    The same question with another answer is a conflict: what exists stays, unless `overrule` says that the import is
    right. The same question and answer with other alternatives, tags or a new twin changes the entry: they are united.

    Raises:
        FaqError: A draft's question has nothing to compare.
    """
    merging = _Merging(existing, overrule=overrule)
    outcomes = tuple(merging.take(draft) for draft in drafts)
    return Merged(tuple(merging.entries), outcomes)


class _Merging:
    """The FAQ while it grows, and where in it each question and id stands."""

    def __init__(self, existing: Sequence[Entry], *, overrule: bool) -> None:
        self.entries = list(existing)
        self.overrule = overrule
        self.ids = {each.id: at for at, each in enumerate(self.entries)}
        self.questions: dict[str, int] = {}
        self.taken: set[int] = set()
        for at, entry in enumerate(self.entries):
            self.questions.setdefault(fold(entry.question), at)
        for at, entry in enumerate(self.entries):
            self._remember(at, entry)

    def take(self, draft: Draft) -> Outcome:
        """Take one draft in, and return what became of it."""
        if not (draft.wording.question and draft.wording.answer):
            return Outcome(EMPTY, draft.wording.question, f"{draft.place}: {draft.missing}")
        (entry,) = entries_of((draft,))
        at = self.ids.get(draft.id) if draft.id else None
        if at is None:
            at = self.questions.get(fold(entry.question))
        return self._add(entry) if at is None else self._meet(at, entry, draft.place)

    def _add(self, entry: Entry) -> Outcome:
        entry = replace(entry, id=free_id(entry.id, self.ids))
        self.entries.append(entry)
        at = len(self.entries) - 1
        self.ids[entry.id] = at
        self._remember(at, entry)
        self.taken.add(at)
        return Outcome(ADDED, entry.question, f"as {entry.id}")

    def _meet(self, at: int, entry: Entry, place: str) -> Outcome:
        held = self.entries[at]
        again = at in self.taken
        clash = _clash(held, entry)
        if clash and (again or not self.overrule):
            return Outcome(CONFLICT, entry.question, f"{place}: {clash} than {held.id}, which stays")
        self.taken.add(at)
        united = _united(held, self._without_others(at, entry), overrule=bool(clash))
        if united == held:
            return Outcome(DUPLICATE if again else UNCHANGED, entry.question, f"as {held.id}")
        self.entries[at] = united
        self._remember(at, united)
        return Outcome(CHANGED, entry.question, f"{held.id}: {', '.join(_changes(held, united))}")

    def _without_others(self, at: int, entry: Entry) -> Entry:
        """Return the entry without the ways to ask that lead to another one already: they would shadow it."""
        mine = [each for each in entry.alternatives if self.questions.get(fold(each), at) == at]
        question = entry.question
        if self.questions.get(fold(question), at) != at:
            question = self.entries[at].question
        return replace(entry, question=question, alternatives=tuple(mine))

    def _remember(self, at: int, entry: Entry) -> None:
        for each in entry.questions:
            self.questions.setdefault(fold(each), at)


def _clash(held: Entry, new: Entry) -> str:
    if held.answer != new.answer:
        same = fold(held.question) == fold(new.question)
        return "another answer" if same or held.id != new.id else "another question and answer under the same id"
    if held.twin and new.twin and held.twin.answer != new.twin.answer:
        return "another answer in the twin"
    return ""


def _united(held: Entry, new: Entry, *, overrule: bool) -> Entry:
    """Return the entry with what the new one adds; where it overrules, its words replace those it answers to."""
    first = new if overrule else held
    # An id that it was given says that it is the same entry, so that its question is a new wording.
    given = held.id == new.id != derived_id(new.question)
    question = new.question if given else held.question
    return replace(
        held,
        question=question,
        answer=first.answer,
        alternatives=_others(question, held.alternatives, (held.question, new.question, *new.alternatives)),
        twin=_twin(held.twin, new.twin, overrule=overrule),
        tags=tuple(dict.fromkeys((*held.tags, *new.tags))),
        markdown=first.markdown,
    )


def _twin(held: Twin | None, new: Twin | None, *, overrule: bool) -> Twin | None:
    if held is None or new is None:
        return held or new
    first = new if overrule else held
    others = (held.question, new.question, *new.alternatives)
    return replace(first, alternatives=_others(first.question, held.alternatives, others))


def _others(question: str, held: Iterable[str], new: Iterable[str]) -> tuple[str, ...]:
    """Return the other ways to ask: those there are, and of the new ones those that are compared as none of them."""
    others = [each for each in held if each != question]
    known = {fold(question), *map(fold, others)}
    for each in new:
        if fold(each) not in known:
            known.add(fold(each))
            others.append(each)
    return tuple(others)


def _changes(old: Entry, new: Entry) -> list[str]:
    names = ("question", "answer", "alternatives", "twin", "tags", "markdown")
    return [name for name in names if getattr(old, name) != getattr(new, name)]
