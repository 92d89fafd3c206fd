"""What a keyword rule is: patterns to look for in folded text, and answers. Every value here is valid or refused."""

from __future__ import annotations

import functools
import math
import re
import unicodedata
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

import re2

from handlers.language.script.normalise import fold
from handlers.rules.template import FIXED, TemplateError, placeholders

Kind = Literal["contains", "exact", "prefix", "suffix", "word", "regex"]
When = Literal["always", "addressed"]
KINDS: tuple[Kind, ...] = get_args(Kind)
WHENS: tuple[When, ...] = get_args(When)

REGEX_BYTES = 8 << 20
# What stands at the ends of a message and changes nothing: punctuation of sentences, and by their categories emoji.
PUNCTUATION, EMOJI = frozenset(" .,!?;:~、。…'\"‘’“”()[]<>「」『』《》【】—–"), frozenset(("So", "Sk", "Me"))
# A group's name is the owner's own word and stays; what else is not ASCII is folded like the text it is looked for in.
UNFOLDED = re.compile(r"(\(\?P?<\w+>)|[^\x00-\x7f]")


class RuleError(ValueError):
    """A rule, or a part of one, makes no sense. The message is a clause that says why."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """Something to look for.

    Attributes:
        text: As the owner wrote it. A regex is in RE2's syntax and ignores case.
        kind: `word` asks for a word boundary at both ends: between Han characters one of the segmentation. `exact` is
            the whole message, but for punctuation and emoji at its ends.
        folded: What is compared with folded text.

    Raises:
        RuleError: Nothing could ever match it, or anything would, or RE2 refuses it.
    """

    text: str
    kind: Kind = "contains"
    folded: str = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise RuleError(f"a pattern is one of {', '.join(KINDS)}, not {self.kind!r}")
        if not self.text.strip():
            raise RuleError("the pattern is empty")
        folded = _fold_regex(self.text) if self.kind == "regex" else fold(self.text)
        if self.kind == "exact":
            folded = folded[slice(*bare(folded))]
        if not folded:
            raise RuleError(f"nothing is left of the pattern {self.text!r} without its invisible characters")
        object.__setattr__(self, "folded", folded)
        if self.kind == "regex" and self.regex.search("") is not None:
            raise RuleError(f"the regex {self.text} matches the empty text, so it would match every message")

    @property
    def regex(self) -> Any:
        """The compiled regex. Any: google-re2 has no types."""
        try:
            return re2.compile(self.folded, regex_options())
        except re2.error as error:
            reason = error.args[0]
            words = reason.decode(errors="replace") if isinstance(reason, bytes) else reason
            raise RuleError(f"the regex {self.text} is refused: {words}") from None

    @property
    def groups(self) -> frozenset[str]:
        """The names of the regex's groups."""
        return frozenset(self.regex.groupindex) if self.kind == "regex" else frozenset()


@functools.cache
def regex_options() -> Any:
    """Return how every regex is compiled: bounded memory, no noise on stderr, any case."""
    options = re2.Options()
    options.max_mem, options.log_errors, options.case_sensitive = REGEX_BYTES, False, False
    return options


def bare(folded: str) -> tuple[int, int]:
    """Return where a text begins and ends without punctuation, spaces and emoji around it; where it is no more, all."""
    telling = [place for place, each in enumerate(folded) if not _is_trimming(each)]
    return (telling[0], telling[-1] + 1) if telling else (0, len(folded))


def _is_trimming(character: str) -> bool:
    return character in PUNCTUATION or unicodedata.category(character) in EMOJI


def _fold_regex(text: str) -> str:
    """Fold the characters of a regex one by one; a full-width bracket is a bracket to find, not one of the syntax."""

    def folded(found: re.Match[str]) -> str:
        if found[1]:
            return found[1]
        if found[0].isspace():
            return " "
        one = fold(found[0])
        return one if not one.isascii() or one.isalnum() else re2.escape(one)

    return UNFOLDED.sub(folded, unicodedata.normalize("NFC", text))


@dataclass(frozen=True, slots=True)
class Answer:
    """One of a rule's answers: a template, chosen as often as its weight is of the sum of weights.

    Raises:
        RuleError: It is empty, its braces are no template, or its weight is no number above 0.
    """

    text: str
    weight: float = 1.0

    def __post_init__(self) -> None:
        if not self.text.strip():
            raise RuleError("the answer is empty")
        if not (self.weight > 0 and math.isfinite(self.weight)):
            raise RuleError(f"a weight must be above 0, not {self.weight:g}")
        try:
            placeholders(self.text)
        except TemplateError as error:
            raise RuleError(str(error)) from None


@dataclass(frozen=True, slots=True)
class Rule:
    """When one of the `patterns` and every one of `all` occurs, and none of `none`, one of the answers is given.

    Attributes:
        id: Unique in the file.
        patterns: May be empty where `all` is not.
        priority: The higher wins; among equals the longer match, then the earlier rule.
        when: `addressed`: only for what is said to the bot.
        cooldown: So many seconds pass in a chat before the rule answers there again.
        chats: Where it applies (`telegram:-100123`, globs); everywhere where empty.
        markdown: Whether the answers are Markdown; otherwise they are shown exactly as written.

    Raises:
        RuleError: There is nothing to look for or no answer, or an answer has a placeholder that nothing fills.
    """

    id: str
    patterns: tuple[Pattern, ...]
    answers: tuple[Answer, ...]
    all: tuple[Pattern, ...] = ()
    none: tuple[Pattern, ...] = ()
    priority: int = 0
    when: When = "always"
    cooldown: float = 0.0
    chats: tuple[str, ...] = ()
    markdown: bool = False

    def __post_init__(self) -> None:
        if not self.patterns and not self.all:
            raise RuleError("the rule has no patterns, so it could never answer")
        if not self.answers:
            raise RuleError("the rule has no answers")
        if not (self.cooldown >= 0 and math.isfinite(self.cooldown)):
            raise RuleError(f"a cooldown is a number of seconds from 0 on, not {self.cooldown:g}")
        groups = groups_of((*self.patterns, *self.all))
        for answer in self.answers:
            check_placeholders(answer, groups)


def groups_of(patterns: tuple[Pattern, ...]) -> frozenset[str]:
    """Return the names of all groups. Raises `RuleError` where one has the name of a placeholder."""
    groups: frozenset[str] = frozenset().union(*(pattern.groups for pattern in patterns if pattern.kind == "regex"))
    taken = sorted(groups & FIXED)
    if taken:
        raise RuleError(f"the group name {taken[0]} is taken: {{{taken[0]}}} means something else in an answer")
    return groups


def check_placeholders(answer: Answer, groups: frozenset[str]) -> None:
    """Raise `RuleError` where the answer has a placeholder that nothing fills."""
    for name in placeholders(answer.text):
        if name not in FIXED and name not in groups:
            shown = ", ".join(f"{{{each}}}" for each in sorted(FIXED | groups))
            raise RuleError(
                f"nothing fills the placeholder {{{name}}} (there are {shown}; write {{{{ and }}}} for braces)"
            )
