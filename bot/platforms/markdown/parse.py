"""A model's Markdown as a tree: CommonMark with tables and strikethrough, at home in Chinese, nothing of it lost."""

from __future__ import annotations

import functools
import re

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.rules_inline import StateInline
from markdown_it.rules_inline.emphasis import tokenize as emphasis
from markdown_it.tree import SyntaxTreeNode
from mdit_py_cjk_friendly import cjk_friendly

from bot.platforms.markdown.links import ADDRESS, trimmed

# Longer texts are shown as they are: a page is never so long, and the time stays bounded.
LONGEST = 32_000
DEEPEST = 20
SCHEMES = re.compile(r"(?:https?://|mailto:)[^\s]", re.IGNORECASE)
SCHEME_BEFORE = re.compile(r"https?$", re.IGNORECASE)
# Marks at the end of an address end what began before it: **https://a.example**.
CLOSING = "*_~"
# What is mathematics by its marks, and, within single dollars, by what is in it: $5 and $10 are prices.
MATHEMATICS = re.compile(
    r"\\\(.+?\\\)|\\\[.+?\\\]|\$\$.+?\$\$|\\begin\{(?P<kind>[a-zA-Z]+\*?)\}.*?\\end\{(?P=kind)\}"
    r"|\$(?=[^$\n]*(?:\\[a-zA-Z]|\^|_\{))[^\s$](?:[^$\n]*[^\s$\\])?\$(?!\d)",
    re.DOTALL,
)
DISPLAYED = re.compile(r"\\\[|\$\$|\\begin\{")
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
    parser.inline.ruler.before("escape", "mathematics", _mathematics)
    parser.block.ruler.before("list", "displayed", _displayed, {"alt": ["paragraph"]})
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
    scheme = SCHEME_BEFORE.search(state.src, max(0, state.pos - 5), state.pos) if state.src[state.pos] == ":" else None
    found = ADDRESS.match(state.src, scheme.start()) if scheme else None
    if found is None:
        return False
    end = found.start() + len(trimmed(found[0]).rstrip(CLOSING))
    if end <= state.pos:
        return False
    if not silent:
        state.pending += state.src[state.pos : end]
    state.pos = end
    return True


def _mathematics(state: StateInline, silent: bool) -> bool:  # noqa: FBT001 — called by the parser in this form
    """Take LaTeX as it is written: its backslashes escape nothing, and its marks are no emphasis."""
    found = MATHEMATICS.match(state.src, state.pos) if state.src[state.pos] in "\\$" else None
    if found is None:
        return False
    if not silent:
        state.pending += found[0]
    state.pos = found.end()
    return True


def _displayed(state: StateBlock, start: int, end: int, silent: bool) -> bool:  # noqa: FBT001 — as above
    """Take mathematics of several lines as one paragraph: a line of it that begins with + is no list."""
    first = state.bMarks[start] + state.tShift[start]
    found = MATHEMATICS.match(state.src, first) if DISPLAYED.match(state.src, first) else None
    after = next((line for line in range(start, end) if found and state.eMarks[line] >= found.end()), None)
    if found is None or after is None or state.is_code_block(start):
        return False
    if not silent:
        lines = state.getLines(start, after + 1, state.blkIndent, False).strip()  # noqa: FBT003 — the parser's
        state.push("paragraph_open", "p", 1).map = [start, after + 1]
        token = state.push("inline", "", 0)
        token.content, token.map, token.children = lines, [start, after + 1], []
        state.push("paragraph_close", "p", -1)
        state.line = after + 1
    return True
