"""YAML nodes with their lines: reading a file so that every error can say where it is."""

from __future__ import annotations

from pathlib import Path

import yaml

from handlers.content.nesting import too_deep
from handlers.faq.entries.draft import FaqError

# libyaml's parser where PyYAML was built with it: ten times as fast, the same nodes.
Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
NULL = "tag:yaml.org,2002:null"


def root(path: Path, text: str) -> yaml.Node | None:
    """Return the file's one document as nodes, None for an empty file. Raises `FaqError` with the line."""
    loader = Loader(_without_control(path, text))
    try:
        if (line := too_deep(text, Loader)) is not None:
            raise FaqError(f"{path.name}, line {line + 1}: lists are nested too deeply here.")
        node: yaml.Node | None = loader.get_single_node()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise FaqError(f"{path.name}, line {mark.line + 1 if mark else 1}: {_problem(error, text)}.") from None
    finally:
        loader.dispose()
    return node


def place(path: Path, node: yaml.Node) -> str:
    """Return "faq.yaml, line 12" for the line that a node begins on."""
    return f"{path.name}, line {node.start_mark.line + 1}"


def mapping(path: Path, node: yaml.Node, what: str) -> dict[str, tuple[yaml.Node, yaml.Node]]:
    """Return a mapping's keys with key node and value node. Raises `FaqError` where it is none or repeats a key."""
    if not isinstance(node, yaml.MappingNode):
        raise FaqError(
            f"{place(path, node)}: {what} must have keys like question and answer, but this is {kind(node)}."
        )
    pairs: dict[str, tuple[yaml.Node, yaml.Node]] = {}
    for key, value in node.value:
        name = key.value if isinstance(key, yaml.ScalarNode) else ""
        if name in pairs:
            first = pairs[name][0].start_mark.line + 1
            raise FaqError(f'{place(path, key)}: "{name}" is given twice, first on line {first}.')
        pairs[name] = (key, value)
    return pairs


def items(path: Path, node: yaml.Node, what: str) -> list[yaml.Node]:
    """Return a list's nodes, none for null. Raises `FaqError` where it is no list."""
    if node.tag == NULL:
        return []
    if not isinstance(node, yaml.SequenceNode):
        raise FaqError(f"{place(path, node)}: {what} must be a list, but this is {kind(node)}.")
    return list(node.value)


def scalar(path: Path, node: yaml.Node, what: str) -> str:
    """Return a text exactly as written (8080, yes, 2024-01-31 too), empty for null. Raises `FaqError` for no text."""
    if not isinstance(node, yaml.ScalarNode):
        raise FaqError(f"{place(path, node)}: {what} must be a text, but this is {kind(node)}.")
    return "" if node.tag == NULL else str(node.value)


def kind(node: yaml.Node) -> str:
    """Return what a node is, in an owner's words."""
    if isinstance(node, yaml.SequenceNode):
        return "a list"
    if isinstance(node, yaml.MappingNode):
        first = node.value[0][0] if node.value else None
        named = f' ("{first.value}:")' if isinstance(first, yaml.ScalarNode) else ""
        return f"a mapping{named}; a text with a colon in it needs quotes around it"
    return "empty" if node.tag == NULL else f'the text "{str(node.value)[:30]}"'


def _without_control(path: Path, text: str) -> str:
    match = yaml.reader.Reader.NON_PRINTABLE.search(text)
    if match:
        line = text.count("\n", 0, match.start()) + 1
        raise FaqError(f"{path.name}, line {line}: there is a control character (U+{ord(match.group()):04X}) here.")
    return text


def _problem(error: yaml.MarkedYAMLError, text: str) -> str:
    mark = error.problem_mark
    line = text.splitlines()[mark.line] if mark and mark.line < len(text.splitlines()) else ""
    if "\t" in line[: len(line) - len(line.lstrip())]:
        return "the line is indented with a tab; YAML wants spaces"
    if "mapping values are not allowed" in (error.problem or ""):
        return "a colon here is taken for a key; put quotes around the text, or indent the line like its neighbours"
    return f"this is not YAML: {error.problem or error}" + (f" ({error.context})" if error.context else "")
