"""FAQ files in YAML: a list of entries, or a mapping with `entries`; ChatterBot's corpus files are recognised too."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml

from handlers.faq.entries.draft import Draft, FaqError, Wording, one_line, wording
from handlers.faq.entries.entry import Entry
from handlers.faq.entries.formats import chatterbot
from handlers.faq.entries.formats.fields import FIELDS, SAID, TWINS, record, suggestion, truth
from handlers.faq.entries.formats.text import utf8
from handlers.faq.entries.formats.yaml_nodes import items, mapping, place, root, scalar

Pairs = Mapping[str, tuple[yaml.Node, yaml.Node]]


def read(path: Path) -> tuple[Draft, ...]:
    """Return the drafts of a file. Raises `FaqError` for what is not YAML or not a FAQ."""
    return parse(path, utf8(path))


def parse(path: Path, text: str) -> tuple[Draft, ...]:
    """Return the drafts that the text of a file has. Raises `FaqError`."""
    document = root(path, text)
    if document is None:
        return ()
    if not isinstance(document, yaml.MappingNode):
        return tuple(draft(path, each) for each in items(path, document, "a FAQ file"))
    pairs = mapping(path, document, "a FAQ file")
    if "conversations" in pairs:
        return chatterbot.drafts(path, pairs)
    _known(path, pairs, ("entries",))
    return tuple(draft(path, each) for each in items(path, entries_node(path, pairs), "entries"))


def entries_node(path: Path, pairs: Pairs) -> yaml.Node:
    """Return the node under `entries`. Raises `FaqError` where there is none."""
    if "entries" not in pairs:
        raise FaqError(f"{path.name}, line 1: a FAQ file is a list of entries, or has one under the key entries.")
    return pairs["entries"][1]


def draft(path: Path, node: yaml.Node) -> Draft:
    """Return the draft that one entry's node is. Raises `FaqError`."""
    pairs = mapping(path, node, "an entry")
    _known(path, pairs, FIELDS)
    twins = [key for key in TWINS if key in pairs]
    if len(twins) > 1:
        raise FaqError(f"{place(path, pairs['zh'][0])}: an entry has one twin, under en or under zh, not both.")
    language = twins[0] if twins else ""
    return Draft(
        place(path, node),
        _wording(path, pairs),
        one_line(_text(path, pairs, "id")),
        tuple(dict.fromkeys(each for each in map(one_line, _texts(path, pairs, "tags")) if each)),
        _flag(path, pairs),
        _twin(path, pairs, language) if language else None,
        language,
    )


def _twin(path: Path, pairs: Pairs, language: str) -> Wording:
    inner = mapping(path, pairs[language][1], language)
    _known(path, inner, SAID)
    return _wording(path, inner)


def _wording(path: Path, pairs: Pairs) -> Wording:
    others = _texts(path, pairs, "alternatives")
    return wording(_text(path, pairs, "question"), _text(path, pairs, "answer"), others)


def _text(path: Path, pairs: Pairs, key: str) -> str:
    return scalar(path, pairs[key][1], key) if key in pairs else ""


def _texts(path: Path, pairs: Pairs, key: str) -> list[str]:
    if key not in pairs:
        return []
    node = pairs[key][1]
    if isinstance(node, yaml.ScalarNode):
        return scalar(path, node, key).splitlines()
    return [scalar(path, each, f"each of the {key}") for each in items(path, node, key)]


def _flag(path: Path, pairs: Pairs) -> bool:
    text = _text(path, pairs, "markdown")
    flag = truth(text)
    if flag is None:
        raise FaqError(f'{place(path, pairs["markdown"][1])}: markdown must be true or false, not "{text}".')
    return flag


def _known(path: Path, pairs: Pairs, known: tuple[str, ...]) -> None:
    for name, (key, _) in pairs.items():
        if name not in known:
            raise FaqError(f'{place(path, key)}: "{name}" is not a key here, {suggestion(name, known)}')


def write(path: Path, entries: Iterable[Entry]) -> None:
    """Write a file that reads as these entries."""
    path.write_text(dump(entries), encoding="utf-8")


def dump(entries: Iterable[Entry]) -> str:
    """Return the text of a file that reads as these entries, a blank line between two."""
    return "\n".join(
        yaml.dump([record(each)], Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=float("inf"))
        for each in entries
    )


class _Dumper(yaml.SafeDumper):
    """Writes texts of several lines as people would: as a block."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002, FBT001, FBT002 — PyYAML's signature
        super().increase_indent(flow, False)  # noqa: FBT003 — as PyYAML calls it

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 — PyYAML's signature
        return True


def _represent(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Dumper.add_representer(str, _represent)
