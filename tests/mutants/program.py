"""A program's text with its syntax tree, and small edits of it: what is not edited stays as it was written.

Everything here is pure and deterministic. Places are found in the tree and edited in the text, so that comments, blank
lines and style survive. Statements that are dropped, moved or wrapped have to fill whole lines.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

STEP = "    "


@dataclass(frozen=True, slots=True)
class Edit:
    """Characters `start` to `end` of a text become `text`."""

    start: int
    end: int
    text: str


@dataclass(frozen=True)
class Program:
    """One file of a hand-in. `text`: ASCII, so that the tree's columns are characters; indented by four blanks."""

    role: str
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        """The syntax tree."""
        return ast.parse(self.text)

    @cached_property
    def nodes(self) -> list[ast.AST]:
        """All nodes that have a place, in the order of the text."""
        placed = [node for node in ast.walk(self.tree) if hasattr(node, "lineno")]
        return sorted(placed, key=lambda node: (node.lineno, node.col_offset))  # type: ignore[attr-defined]

    @cached_property
    def parents(self) -> dict[ast.AST, ast.AST]:
        """What each node stands in."""
        return {child: node for node in ast.walk(self.tree) for child in ast.iter_child_nodes(node)}

    @cached_property
    def line_starts(self) -> list[int]:
        """Where each line begins, one entry more than there are lines."""
        starts = [0]
        for line in self.text.splitlines(keepends=True):
            starts.append(starts[-1] + len(line))
        return starts

    def calls(self, *names: str) -> list[ast.Call]:
        """The calls of methods or functions of these names."""
        return [node for node in self.nodes if isinstance(node, ast.Call) and called(node) in names]

    def statement(self, node: ast.AST) -> ast.stmt:
        """The innermost statement around a node."""
        while not isinstance(node, ast.stmt):
            node = self.parents[node]
        return node

    def body(self, statement: ast.stmt) -> list[ast.stmt]:
        """The statements among which a statement stands."""
        parent = self.parents[statement]
        fields = (getattr(parent, name, None) for name in ("body", "orelse", "finalbody"))
        return next(body for body in fields if isinstance(body, list) and statement in body)

    def source(self, node: ast.AST) -> str:
        """A node as it is written."""
        return self.text[slice(*self.span(node))]

    def span(self, node: ast.AST) -> tuple[int, int]:
        """Where a node begins and ends."""
        start = self.line_starts[node.lineno - 1] + node.col_offset  # type: ignore[attr-defined]
        end = self.line_starts[node.end_lineno - 1] + node.end_col_offset  # type: ignore[attr-defined]
        return start, end

    def lines(self, first: ast.stmt, last: ast.stmt | None = None) -> tuple[int, int]:
        """Where the whole lines of a statement, or of several in a row, begin and end."""
        end_line = (last or first).end_lineno
        assert end_line is not None
        return self.line_starts[first.lineno - 1], self.line_starts[end_line]

    def replace(self, node: ast.AST, text: str) -> Edit:
        """Write something else in a node's place."""
        return Edit(*self.span(node), text)

    def drop(self, statement: ast.stmt) -> Edit:
        """Take a statement out; where nothing would be left, `pass` stays."""
        alone = len(self.body(statement)) == 1 and not isinstance(self.parents[statement], ast.Module)
        return Edit(*self.lines(statement), f"{indent(statement)}pass\n" if alone else "")

    def before(self, statement: ast.stmt, *added: str) -> Edit:
        """Put lines before a statement, indented like it."""
        start, _ = self.lines(statement)
        return Edit(start, start, block(indent(statement), added))

    def after(self, statement: ast.stmt, *added: str) -> Edit:
        """Put lines behind a statement, indented like it."""
        _, end = self.lines(statement)
        return Edit(end, end, block(indent(statement), added))

    def indented(self, first: ast.stmt, last: ast.stmt, head: str, *tail: str) -> Edit:
        """Put statements one step further in, under `head`; `tail` follows, indented like `head`."""
        start, end = self.lines(first, last)
        inner = "".join(STEP + line if line.strip() else line for line in self.text[start:end].splitlines(True))
        return Edit(start, end, block(indent(first), [head]) + inner + block(indent(first), tail))

    def edited(self, edits: list[Edit]) -> str:
        """The text with edits that do not overlap."""
        text = self.text
        for edit in sorted(edits, key=lambda edit: edit.start, reverse=True):
            text = text[: edit.start] + edit.text + text[edit.end :]
        return text


def called(call: ast.Call) -> str:
    """The last name of what is called: `recv` for `self.conn.recv(1024)`."""
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def owner(program: Program, call: ast.Call) -> str:
    """The object on which a method is called, as it is written: `self.conn`."""
    return program.source(call.func.value) if isinstance(call.func, ast.Attribute) else ""


def indent(statement: ast.stmt) -> str:
    """The blanks before a statement."""
    return " " * statement.col_offset


def block(blanks: str, lines: Iterator[str] | list[str] | tuple[str, ...]) -> str:
    """Lines, each with the blanks before it."""
    return "".join(f"{blanks}{line}\n" for line in lines)
