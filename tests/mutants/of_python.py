"""Python source -> every mutation that we draw from."""

from __future__ import annotations

import ast
import itertools
import re
from collections.abc import Iterator

from tests.mutants.mutation import SWAPS, Mutation

OPERATOR = re.compile(r"not\s+in|is\s+not|<<|>>|//|[<>=!]=|[-+*/%&|<>]|\b(?:and|or|in|is)\b")


def mutations(source: str) -> list[Mutation]:
    """In the order of the file. Imports, decorators, annotations, docstrings and text are left alone."""
    return sorted(_Visitor(source).found(), key=lambda m: m.start)


class _Visitor:
    def __init__(self, source: str) -> None:
        self._source = source
        self._starts = [0]
        for line in source.splitlines(keepends=True):
            self._starts.append(self._starts[-1] + len(line))
        self._lines = source.splitlines()

    def found(self) -> Iterator[Mutation]:
        for node in _mutable(ast.parse(self._source)):
            yield from self._of(node)

    def _of(self, node: ast.AST) -> Iterator[Mutation]:
        if isinstance(node, ast.Compare):
            terms = [node.left, *node.comparators]
            for left, right in itertools.pairwise(terms):
                yield from self._between(left, right)
        elif isinstance(node, ast.BinOp):
            yield from self._between(node.left, node.right)
        elif isinstance(node, ast.BoolOp):
            yield from self._between(node.values[0], node.values[1])
        elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            start = self._offset(node.lineno, node.col_offset)
            yield self._change(start, start + 3, "not not")
        elif isinstance(node, ast.Constant) and type(node.value) in (int, float, bool):
            yield from self._constant(node)
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
            yield self._change(*self._span(node), "pass")

    def _constant(self, node: ast.Constant) -> Iterator[Mutation]:
        value = node.value
        assert isinstance(value, int | float)
        new = repr(not value) if isinstance(value, bool) else repr(value + 1)
        if isinstance(value, float):
            new = repr(value * 2 + (value == 0))
        yield self._change(*self._span(node), new)

    def _between(self, left: ast.expr, right: ast.expr) -> Iterator[Mutation]:
        start, end = self._span(left)[1], self._span(right)[0]
        sign = OPERATOR.search(self._source, start, end)
        name = " ".join(sign[0].split()) if sign else ""
        if sign and name in SWAPS:
            yield self._change(sign.start(), sign.end(), SWAPS[name])

    def _change(self, start: int, end: int, new: str) -> Mutation:
        return Mutation(start, end, self._source[start:end], new)

    def _span(self, node: ast.expr | ast.stmt) -> tuple[int, int]:
        assert node.end_lineno is not None and node.end_col_offset is not None
        return (
            self._offset(node.lineno, node.col_offset),
            self._offset(node.end_lineno, node.end_col_offset),
        )

    def _offset(self, line: int, column: int) -> int:
        """ast counts columns in UTF-8 bytes."""
        text = self._lines[line - 1].encode()[:column].decode()
        return self._starts[line - 1] + len(text)


def _mutable(node: ast.AST) -> Iterator[ast.AST]:
    """Every node below that may change: no annotation, decorator, import, text or `if TYPE_CHECKING`."""
    for field, value in ast.iter_fields(node):
        if field in ("annotation", "returns", "decorator_list", "type_params"):
            continue
        for child in value if isinstance(value, list) else [value]:
            if not isinstance(child, ast.AST) or isinstance(child, ast.JoinedStr):
                continue
            if isinstance(child, ast.If) and ast.unparse(child.test) == "TYPE_CHECKING":
                continue
            if not isinstance(child, ast.Import | ast.ImportFrom):
                yield child
                yield from _mutable(child)
