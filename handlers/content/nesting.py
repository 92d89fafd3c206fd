"""How deeply a YAML text is nested, found without recursion: composing what is nested too deeply ends the process."""

from __future__ import annotations

from typing import Any

import yaml

DEEPEST = 20
# What libyaml says itself, since PyYAML 6.0.4, before it hands out the first bracket of too many.
REFUSED = "exceeded maximum nesting depth"


def too_deep(text: str, loader: Any) -> int | None:
    """Return the line, counted from 0, on which a text is nested more deeply than any content file, or None.

    Raises:
        yaml.YAMLError: The text is not YAML.
    """
    try:
        return _too_deep(text, loader)
    except yaml.MarkedYAMLError as error:
        if error.problem == REFUSED:
            return error.problem_mark.line if error.problem_mark else 0
        raise


def _too_deep(text: str, loader: Any) -> int | None:
    depth = 0
    for event in yaml.parse(text, Loader=loader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > DEEPEST:
            return event.start_mark.line if event.start_mark else 0
    return None
