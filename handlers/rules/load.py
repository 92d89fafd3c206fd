"""Reading rules.yaml: every mistake is refused with its line and one sentence."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import yaml

from handlers.language.script.normalise import fold
from handlers.rules.nodes import (
    File,
    compose,
    is_nothing,
    items,
    mapping,
    number_of,
    shown,
    text_of,
    truth_of,
    whole_of,
)
from handlers.rules.rule import KINDS, WHENS, Answer, Pattern, Rule, When, check_placeholders, groups_of

ENTRIES = (
    "id", "pattern", "patterns", "answer", "answers", "all", "none", "priority", "when", "cooldown", "chats", "markdown"
)  # fmt: skip
NOT_WORDS = re.compile(r"\W+")
LONGEST_ID = 40


def load(path: Path) -> tuple[Rule, ...]:
    """Return the rules of a YAML file, in its order; none where the file is empty.

    Raises:
        RulesError: The file is wrong; the message is the whole sentence, with file and line.
        OSError: It cannot be read.
    """
    file = File(path.name)
    root = compose(file, path.read_bytes())
    if root is None:
        return ()
    if isinstance(root, yaml.MappingNode):
        entries = mapping(file, root, ("rules",))
        root = entries.get("rules", root)
    if is_nothing(root):
        return ()
    if not isinstance(root, yaml.SequenceNode):
        file.refuse(root.start_mark.line, "expected a list of rules, each beginning with a dash (- patterns: …)")
    return _named(file, [(node, _rule(file, node)) for node in root.value])


def _rule(file: File, node: yaml.Node) -> Rule:
    """Return the rule; its id is empty where the owner gave none."""
    if not isinstance(node, yaml.MappingNode):
        file.refuse(node.start_mark.line, "a rule needs patterns: and answers:, each on a line of its own")
    entries = mapping(file, node, ENTRIES)
    patterns, every, none = (
        _patterns(file, _one_of(file, entries, *names)) for names in (("patterns", "pattern"), ("all",), ("none",))
    )
    if not patterns and not every:
        file.refuse(node.start_mark.line, "the rule has no patterns, so it could never answer")
    answers = _answers(file, node, _one_of(file, entries, "answers", "answer"), (*patterns, *every))
    settings = _settings(file, entries)
    given = text_of(file, entries["id"], "id") if "id" in entries else ""
    return file.made(node, lambda: Rule(given, patterns, answers, all=every, none=none, **settings))


def _settings(file: File, entries: dict[str, yaml.Node]) -> dict[str, Any]:
    read: dict[str, Callable[[yaml.Node], Any]] = {
        "priority": lambda node: whole_of(file, node, "priority"),
        "when": lambda node: _when(file, node),
        "cooldown": lambda node: number_of(file, node, "cooldown", least=0),
        "chats": lambda node: tuple(text_of(file, each, "chat") for each in items(node)),
        "markdown": lambda node: truth_of(file, node, "markdown"),
    }
    return {name: value(entries[name]) for name, value in read.items() if name in entries}


def _one_of(file: File, entries: dict[str, yaml.Node], *names: str) -> yaml.Node | None:
    there = [entries[name] for name in names if name in entries]
    if len(there) > 1:
        file.refuse(there[1].start_mark.line, f"{names[0]} and {names[1]} mean the same; keep one of them")
    return there[0] if there else None


def _patterns(file: File, node: yaml.Node | None) -> tuple[Pattern, ...]:
    return tuple(_pattern(file, each) for each in items(node))


def _pattern(file: File, node: yaml.Node) -> Pattern:
    if not isinstance(node, yaml.MappingNode):
        text = text_of(file, node, "pattern")
        return file.made(node, lambda: Pattern(text))
    if len(node.value) != 1:
        kinds = ", ".join(KINDS)
        file.refuse(node.start_mark.line, f"a pattern is a text, or one of {kinds} with a text, such as word: api")
    ((name, value),) = mapping(file, node, KINDS).items()
    text = text_of(file, value, name)
    (kind,) = (kind for kind in KINDS if kind == name)
    return file.made(value, lambda: Pattern(text, kind))


def _answers(file: File, rule: yaml.Node, node: yaml.Node | None, patterns: tuple[Pattern, ...]) -> tuple[Answer, ...]:
    groups = file.made(rule, lambda: groups_of(patterns))
    answers = tuple(_answer(file, each, groups) for each in items(node))
    if not answers:
        file.refuse((node or rule).start_mark.line, "the rule has no answers")
    return answers


def _answer(file: File, node: yaml.Node, groups: frozenset[str]) -> Answer:
    if not isinstance(node, yaml.MappingNode):
        return _worded(file, node, "answer", groups)
    entries = mapping(file, node, ("text", "weight"))
    if "text" not in entries:
        file.refuse(node.start_mark.line, "an answer needs text: beside its weight")
    answer = _worded(file, entries["text"], "text", groups)
    if "weight" not in entries:
        return answer
    weight = number_of(file, entries["weight"], "weight")
    return file.made(entries["weight"], lambda: Answer(answer.text, weight))


def _worded(file: File, node: yaml.Node, what: str, groups: frozenset[str]) -> Answer:
    text = text_of(file, node, what)
    answer = file.made(node, lambda: Answer(text))
    file.made(node, lambda: check_placeholders(answer, groups))
    return answer


def _named(file: File, made: list[tuple[yaml.Node, Rule]]) -> tuple[Rule, ...]:
    """Give every rule its id: the owner's, or one made of its first pattern, which stays when other rules change."""
    lines: dict[str, int] = {}
    for node, rule in made:
        if rule.id in lines:
            file.refuse(node.start_mark.line, f"the id {rule.id} is taken by the rule in line {lines[rule.id] + 1}")
        if rule.id:
            lines[rule.id] = node.start_mark.line
    taken, named = set(lines), []
    for _, rule in made:
        name = rule.id or _free(derived_id((*rule.patterns, *rule.all)[0]), taken)
        taken.add(name)
        named.append(replace(rule, id=name))
    return tuple(named)


def derived_id(pattern: Pattern) -> str:
    """Return an id that this pattern always gives: its words, or a hash where it has none or is long."""
    name = NOT_WORDS.sub("-", fold(pattern.text)).strip("-")
    if name and len(name) <= LONGEST_ID:
        return name
    digest = hashlib.sha256(f"{pattern.kind} {pattern.text}".encode(errors="replace")).hexdigest()[:8]
    return f"{name[:LONGEST_ID]}-{digest}".lstrip("-")


def _free(name: str, taken: set[str]) -> str:
    number, free = 1, name
    while free in taken:
        number += 1
        free = f"{name}-{number}"
    return free


def _when(file: File, node: yaml.Node) -> When:
    when = next((each for each in WHENS if node.value == each), None)
    if when is None:
        file.refuse(node.start_mark.line, f"when must be {' or '.join(WHENS)}, not {shown(node)}")
    return when
