"""Where the parts of a Markdown text stand in a chat: blocks, lists, tables. A `Pen` writes them as a platform can."""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from markdown_it.tree import SyntaxTreeNode

from bot.platforms.markdown.table import aligned, cells_of

SPANS = {"strong": "bold", "em": "italic", "s": "strikethrough"}
LANGUAGE = re.compile(r"[\w+#.-]{1,16}")
RULE = "———"


class Pen(Protocol):
    """Writes text in one platform's dialect."""

    bullet: str

    def put(self, text: str) -> None:
        """Write what is part of the layout: a line break with the indentation after it, the mark of a list's item."""
        ...

    def write(self, text: str) -> None:
        """Write text exactly as it is read."""
        ...

    def code(self, text: str) -> None:
        """Write code within a line."""
        ...

    def block(self, text: str, language: str) -> None:
        """Write a block of code."""
        ...

    def span(self, kind: str) -> AbstractContextManager[None]:
        """Write what follows as `bold`, `italic`, `strikethrough` or `blockquote`."""
        ...

    def link(self, url: str, label: str) -> AbstractContextManager[None]:
        """Write what follows, which reads as `label`, as a link."""
        ...

    def heading(self, level: int) -> AbstractContextManager[None]:
        """Write what follows as a heading."""
        ...


@dataclass(frozen=True, slots=True)
class Layout:
    """Lays out a tree. `lines` are those of its source; `align` makes tables aligned, else they stay as written."""

    lines: Sequence[str]
    pen: Pen
    align: bool = True

    def blocks(self, nodes: Sequence[SyntaxTreeNode], indent: str = "", *, quoted: bool = False) -> None:
        """Write blocks below each other, with a blank line where the source has one."""
        for number, node in enumerate(nodes):
            if number:
                self.pen.put(("\n\n" if self._spaced(node) else "\n") + indent)
            self._block(node, indent, quoted=quoted)

    def _spaced(self, node: SyntaxTreeNode) -> bool:
        return bool(node.map and node.map[0] and not self.lines[node.map[0] - 1].strip(" \t>"))

    def _block(self, node: SyntaxTreeNode, indent: str, *, quoted: bool) -> None:
        match node.type:
            case "heading":
                with self.pen.heading(int(node.tag[1:])):
                    self._inline(node.children, indent)
            case "bullet_list" | "ordered_list":
                self._list(node, indent, quoted=quoted)
            case "blockquote" if quoted:
                self.blocks(node.children, indent, quoted=True)
            case "blockquote":
                with self.pen.span("blockquote"):
                    self.blocks(node.children, indent, quoted=True)
            case "fence" | "code_block":
                self._code(node)
            case "table":
                self._table(node)
            case "hr":
                self.pen.write(RULE)
            case _:
                self._inline(node.children, indent)

    def _list(self, node: SyntaxTreeNode, indent: str, *, quoted: bool) -> None:
        for number, item in enumerate(node.children):
            if number:
                self.pen.put(("\n\n" if self._spaced(item) else "\n") + indent)
            mark = f"{item.info}{item.markup}" if node.type == "ordered_list" else self.pen.bullet
            self.pen.put(f"{mark} ")
            self.blocks(item.children, indent + " " * (len(mark) + 1), quoted=quoted)

    def _code(self, node: SyntaxTreeNode) -> None:
        info = node.info.strip()
        language = info if LANGUAGE.fullmatch(info) else ""
        code = node.content.rstrip()
        if not code:
            self.pen.write(f"{node.markup}{info}")
            return
        self.pen.block(code if language or not info else f"{info}\n{code}", language)

    def _table(self, node: SyntaxTreeNode) -> None:
        source = self.lines[slice(*node.map)] if node.map else ()
        rows = [row for part in node.children for row in part.children]
        # A row may have more cells than the head, and the parser leaves those out.
        crowded = any(len(cells_of(line)) > len(rows[0].children) for line in source)
        if crowded or not self.align:
            self.pen.block("\n".join(source).strip(), "")
            return
        cells = [["".join(map(plain, cell.children)).replace("\n", " ") for cell in row.children] for row in rows]
        styles = [str(cell.attrs.get("style", "")).rpartition(":")[2] for cell in rows[0].children]
        self.pen.block(aligned(cells, styles), "")

    def _inline(self, nodes: Sequence[SyntaxTreeNode], indent: str) -> None:
        for node in nodes:
            self._phrase(node, indent)

    def _phrase(self, node: SyntaxTreeNode, indent: str) -> None:
        match node.type:
            case "inline":
                self._inline(node.children, indent)
            case "softbreak" | "hardbreak":
                self.pen.put(f"\n{indent}")
            case "code_inline":
                self.pen.code(node.content)
            case "strong" | "em" | "s":
                with self.pen.span(SPANS[node.type]):
                    self._inline(node.children, indent)
            case "link" | "image":
                self._link(node, indent)
            case _:
                self.pen.write(node.content)

    def _link(self, node: SyntaxTreeNode, indent: str) -> None:
        url, title = str(node.attrs.get("href") or node.attrs.get("src")), node.attrs.get("title")
        label = "".join(map(plain, node.children)).strip()
        with self.pen.link(url, label):
            if label:
                self._inline(node.children, indent)
            else:
                self.pen.write(url)
        if title:
            self.pen.write(f" ({title})")


def plain(node: SyntaxTreeNode) -> str:
    """Return what is read of a phrase where nothing can be formatted; links with their address."""
    if node.type in ("softbreak", "hardbreak"):
        return "\n"
    if not node.children and node.type != "image":
        return node.content
    label = "".join(map(plain, node.children))
    url = str(node.attrs.get("href") or node.attrs.get("src") or "") if node.type in ("link", "image") else ""
    return f"{label} ({url})".strip() if url and url != label else label
