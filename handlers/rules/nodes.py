"""YAML with line numbers: what a node must be, or the sentence that refuses its line."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, NoReturn, TypeVar

import yaml

from handlers.content.nesting import too_deep
from handlers.rules.rule import RuleError

T = TypeVar("T")
TRUTHS = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}


class RulesError(ValueError):
    """A file of rules is refused: `rules.yaml, line 12: ` and what is wrong, in one sentence."""


@dataclass(frozen=True, slots=True)
class File:
    """The file being read, for its name in sentences."""

    name: str

    def refuse(self, line: int, reason: str) -> NoReturn:
        """Raise the error for a line, counted from 0 as YAML does."""
        raise RulesError(f"{self.name}, line {line + 1}: {reason}")

    def made(self, node: yaml.Node, make: Callable[[], T]) -> T:
        """Return what is made of a node, or refuse its line for the reason that the maker gives."""
        try:
            return make()
        except RuleError as error:
            self.refuse(node.start_mark.line, str(error))


def _decoded(file: File, content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start)
        file.refuse(line, "this is not UTF-8; save the file in the encoding UTF-8")


def compose(file: File, content: bytes) -> yaml.Node | None:
    """Return the root of a YAML file, None for an empty one."""
    text = _decoded(file, content)
    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        if (line := too_deep(text, loader)) is not None:
            file.refuse(line, "lists are nested too deeply here")
        node: yaml.Node | None = yaml.compose(text, Loader=loader)
    except yaml.MarkedYAMLError as error:
        # A quote that is never closed is a mistake where it opens, not at the end of the file.
        unclosed = error.problem == "found unexpected end of stream"
        mark = error.context_mark if unclosed else error.problem_mark or error.context_mark
        file.refuse(mark.line if mark else 0, f"this is not valid YAML: {error.problem or error.context}")
    except yaml.reader.ReaderError as error:
        file.refuse(text.count("\n", 0, error.position), f"this is not valid YAML: {error.reason}")
    return node


def mapping(file: File, node: yaml.MappingNode, known: Sequence[str]) -> dict[str, yaml.Node]:
    """Return the values by key. Refuses keys that are not known, and those that stand twice."""
    entries: dict[str, yaml.Node] = {}
    for key, value in node.value:
        name, line = str(key.value), key.start_mark.line
        if name not in known:
            file.refuse(line, _unknown(name, known))
        if name in entries:
            file.refuse(line, f"{name}: stands twice in the same place")
        entries[name] = value
    return entries


def _unknown(name: str, known: Sequence[str]) -> str:
    near = get_close_matches(name.lower(), known, n=1)
    advice = f"did you mean {near[0]}:?" if near else f"known are {', '.join(known)}"
    return f"{name}: is not known here; {advice}"


def items(node: yaml.Node | None) -> list[yaml.Node]:
    """Return the items of a list; one thing alone is a list of one."""
    if node is None:
        return []
    return list(node.value) if isinstance(node, yaml.SequenceNode) else [node]


def is_nothing(node: yaml.Node) -> bool:
    """Return whether nothing stands where a value could."""
    return isinstance(node, yaml.ScalarNode) and node.tag == "tag:yaml.org,2002:null"


def text_of(file: File, node: yaml.Node, what: str) -> str:
    """Return a text as it is written: 404, 1.10 and no are texts here, too."""
    if not isinstance(node, yaml.ScalarNode):
        file.refuse(node.start_mark.line, f"the {what} must be a text; put it in quotes where it has : or # in it")
    if is_nothing(node) or not node.value.strip():
        file.refuse(node.start_mark.line, f"the {what} is empty")
    return str(node.value)


def number_of(file: File, node: yaml.Node, what: str, least: float | None = None) -> float:
    """Return a number, with `least` as the smallest allowed."""
    try:
        value = float(node.value)
    except (TypeError, ValueError):
        file.refuse(node.start_mark.line, f"{what} must be a number, not {shown(node)}")
    if not (least is None or value >= least):
        file.refuse(node.start_mark.line, f"{what} must be {least:g} or more, not {node.value}")
    return value


def whole_of(file: File, node: yaml.Node, what: str) -> int:
    """Return a whole number."""
    try:
        return int(node.value)
    except (TypeError, ValueError):
        file.refuse(node.start_mark.line, f"{what} must be a whole number, not {shown(node)}")


def truth_of(file: File, node: yaml.Node, what: str) -> bool:
    """Return true or false, in any of YAML's words for it."""
    value = TRUTHS.get(str(node.value).lower())
    if value is None:
        file.refuse(node.start_mark.line, f"{what} must be true or false, not {shown(node)}")
    return value


def shown(node: yaml.Node) -> str:
    """Return what a sentence calls a value that is refused."""
    return str(node.value) if isinstance(node, yaml.ScalarNode) else "a list"
