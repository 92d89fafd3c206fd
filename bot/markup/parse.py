"""A model's Markdown as a tree: CommonMark with tables and strikethrough, at home in Chinese, nothing of it lost."""

from __future__ import annotations

import functools
import re

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline
from markdown_it.rules_inline.emphasis import tokenize as emphasis
from markdown_it.tree import SyntaxTreeNode
from mdit_py_cjk_friendly import cjk_friendly

# Longer texts are shown as they are: a page is never so long, and the time stays bounded.
LONGEST = 32_000
DEEPEST = 20
SCHEMES = re.compile(r"(?:https?://|tg://|mailto:)[^\s]", re.IGNORECASE)
REST_OF_URL = re.compile(r"://[\w/.~%?#&=+:@!$,;()-]*[\w/]", re.ASCII)
# `__init__` is a name, not bold text.
DUNDER = re.compile(r"__[a-z][a-z0-9]*(?:_[a-z0-9]+)*__(?![*_])")
MARKS = re.compile(r"\*+")
# An unmatched opening bracket makes the parser look for its end again and again: more than so many are no links.
MOST_BRACKETS = 500


class NotMarkdownError(ValueError):
    """A text that is better shown as it is: too long, or nested too deeply."""


def parse(text: str) -> SyntaxTreeNode:
    """Return the tree of a Markdown text. Raises `NotMarkdownError`."""
    if len(text) > LONGEST or text.count("[") > MOST_BRACKETS:
        raise NotMarkdownError
    tokens = _parser().parse(text)
    if any(token.level >= DEEPEST - 1 for token in tokens):
        raise NotMarkdownError  # The parser leaves out what is nested more deeply.
    return SyntaxTreeNode(tokens)


@functools.cache
def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False, "maxNesting": DEEPEST}).enable(["table", "strikethrough"])
    # A line of dashes below a text is a rule in a chat, never a heading; a definition of a link would vanish.
    parser.disable(["lheading", "reference"]).use(cjk_friendly)
    parser.validateLink = _is_shown_as_link  # type: ignore[method-assign] # the parser's documented way to choose links
    parser.inline.ruler.at("emphasis", _emphasis)
    parser.inline.ruler.before("emphasis", "bare_url", _bare_url)
    return parser


def _is_shown_as_link(url: str) -> bool:
    return bool(SCHEMES.match(url))


def _emphasis(state: StateInline, silent: bool) -> bool:  # noqa: FBT001 — called by the parser in this form
    """Leave `2*3*4`, `x**2` and `__init__` as they are, and take all other emphasis."""
    literal = _literal(state.src, state.pos)
    if not literal:
        return emphasis(state, silent)
    if not silent:
        state.pending += literal
        state.pos += len(literal)
    return not silent


def _literal(source: str, position: int) -> str:
    if name := DUNDER.match(source, position):
        return name[0]
    marks = MARKS.match(source, position)
    if marks is None or marks.start() == 0 or marks.end() == len(source):
        return ""
    outside = source[marks.start() - 1] + source[marks.end()]
    return marks[0] if outside.isascii() and outside.isalnum() else ""


def _bare_url(state: StateInline, silent: bool) -> bool:  # noqa: FBT001 — called by the parser in this form
    """Take an address as text, so that underscores in it are no emphasis."""
    if state.src[state.pos] != ":" or not state.src[max(0, state.pos - 5) : state.pos].endswith(("http", "https")):
        return False
    rest = REST_OF_URL.match(state.src, state.pos)
    if rest is None:
        return False
    if not silent:
        state.pending += rest[0]
    state.pos = rest.end()
    return True
