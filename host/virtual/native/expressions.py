"""Expressions of the hooks' Python as LLVM instructions.

The subset: integers of 64 bits that wrap, truth values, arrays over memory, min, max, numpy's integer types as casts,
calls of other such functions. Division and remainder round down, as Python's; by 0 they give 0. Shifts are by 0 to 63.
An index is not checked, and -1 is not the last.
"""

from __future__ import annotations

import ast
import builtins
import math
import operator
from collections.abc import Callable
from typing import Any

import numpy as np

from host.virtual.native.kinds import (
    BIT,
    DOUBLE,
    POINTER,
    WORD,
    Array,
    Kind,
    Shape,
    Value,
    constant,
    ir,
    type_of,
)

COMPARISONS = {
    ast.Eq: "==", ast.NotEq: "!=", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=",
}  # fmt: skip
SIMPLE = {
    ast.Add: "add", ast.Sub: "sub", ast.Mult: "mul", ast.BitAnd: "and_", ast.BitOr: "or_",
    ast.BitXor: "xor", ast.LShift: "shl", ast.RShift: "ashr",
}  # fmt: skip
IN_PYTHON: dict[type[ast.AST], Callable[..., Any]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Mod: operator.mod,
    ast.FloorDiv: operator.floordiv, ast.BitAnd: operator.and_, ast.BitOr: operator.or_,
    ast.BitXor: operator.xor, ast.LShift: operator.lshift, ast.RShift: operator.rshift,
    ast.Invert: operator.invert, ast.USub: operator.neg, ast.Not: operator.not_,
}  # fmt: skip
INTEGERS = (np.int64, np.uint64, np.int32, np.uint32, np.uint16, np.uint8)
UNKNOWN = object()


class TranslationError(TypeError):
    """The hooks' Python has something that the translator does not know."""

    def came_up(self, where: str) -> None:
        """Says where, once: in the innermost function."""
        if len(self.args) == 1:
            self.args = f"{where}: {self}", where

    def __str__(self) -> str:
        return str(self.args[0])


class Expressions:
    """What stands right of an equals sign. names: the module's globals."""

    def __init__(self, builder: Any, names: dict[str, Any], call: Callable[..., Value]) -> None:
        self.builder, self._names, self._call_function = builder, names, call
        self.variables: dict[str, tuple[Shape, Any]] = {}

    def value(self, node: ast.expr) -> Value:
        """The value of an expression."""
        known = self.known(node)
        if isinstance(known, int | np.integer | np.bool):
            return constant(known)
        translate = getattr(self, f"_{type(node).__name__.lower()}", None)
        if translate is None:
            raise TranslationError(f"{type(node).__name__} is not understood")
        result: Value = translate(node)
        return result

    def integer(self, node: ast.expr) -> Any:
        """The value of an expression that is an integer."""
        return self.as_integer(self.value(node))

    def as_integer(self, value: Value) -> Any:
        """An integer, True being 1."""
        if value.kind is Kind.TRUTH:
            return self.builder.zext(value.code, WORD)
        if value.kind is not Kind.INTEGER:
            raise TranslationError(f"{value.kind} where an integer is expected")
        return value.code

    def truth(self, node: ast.expr) -> Any:
        """Whether an expression is true."""
        value = self.value(node)
        if value.kind is Kind.INTEGER:
            return self.builder.icmp_signed("!=", value.code, ir.Constant(WORD, 0))
        if value.kind is not Kind.TRUTH:
            raise TranslationError(f"{value.kind} where a truth value is expected")
        return value.code

    def known(self, node: ast.AST) -> Any:
        """What an expression of constants gives, else UNKNOWN."""
        if isinstance(node, ast.Constant):
            return node.value
        if isinstance(node, ast.Name):
            if node.id in self.variables:
                return UNKNOWN
            return self._names.get(node.id, getattr(builtins, node.id, UNKNOWN))
        if isinstance(node, ast.Attribute):
            owner = self.known(node.value)
            return UNKNOWN if owner is UNKNOWN else getattr(owner, node.attr)
        if isinstance(node, ast.Tuple):
            items = [self.known(item) for item in node.elts]
            return UNKNOWN if any(item is UNKNOWN for item in items) else tuple(items)
        if isinstance(node, ast.BinOp | ast.UnaryOp):
            parts = [node.left, node.right] if isinstance(node, ast.BinOp) else [node.operand]
            values = [self.known(part) for part in parts]
            if type(node.op) in IN_PYTHON and all(isinstance(value, int) for value in values):
                return IN_PYTHON[type(node.op)](*values)
        return UNKNOWN

    def scratch(self, of_type: Any) -> Any:
        """Memory of the function's own."""
        with self.builder.goto_entry_block():
            return self.builder.alloca(of_type)

    # -- one for each kind of node ------------------------------------------------------------------

    def _name(self, node: ast.Name) -> Value:
        if node.id not in self.variables:
            raise TranslationError(f"{node.id} is no variable and no constant")
        kind, place = self.variables[node.id]
        return Value(kind, self.builder.load(place, typ=type_of(kind)))

    def _binop(self, node: ast.BinOp) -> Value:
        if isinstance(node.op, ast.Div):
            over, under = (
                self.builder.sitofp(self.integer(part), DOUBLE) for part in (node.left, node.right)
            )
            return Value(Kind.FLOAT, self.builder.fdiv(over, under))
        return Value(
            Kind.INTEGER, self.combine(node.op, self.integer(node.left), self.integer(node.right))
        )

    def combine(self, sign: ast.operator, left: Any, right: Any) -> Any:
        """Two integers by an operator."""
        if isinstance(sign, ast.FloorDiv | ast.Mod):
            return self._divide(left, right, isinstance(sign, ast.Mod))
        if type(sign) not in SIMPLE:
            raise TranslationError(f"operator {type(sign).__name__} is not understood")
        return getattr(self.builder, SIMPLE[type(sign)])(left, right)

    def _divide(self, left: Any, right: Any, wants_rest: bool) -> Any:
        build, none = self.builder, ir.Constant(WORD, 0)
        by_none = build.icmp_signed("==", right, none)
        right = build.select(by_none, ir.Constant(WORD, 1), right)
        rest = build.srem(left, right)
        unlike = build.icmp_signed("<", build.xor(rest, right), none)
        lower = build.and_(build.icmp_signed("!=", rest, none), unlike)
        if wants_rest:
            result = build.select(lower, build.add(rest, right), rest)
        else:
            result = build.sub(build.sdiv(left, right), build.zext(lower, WORD))
        return build.select(by_none, none, result)

    def _unaryop(self, node: ast.UnaryOp) -> Value:
        if isinstance(node.op, ast.Not):
            return Value(Kind.TRUTH, self.builder.not_(self.truth(node.operand)))
        value = self.integer(node.operand)
        if isinstance(node.op, ast.Invert):
            return Value(Kind.INTEGER, self.builder.not_(value))
        if isinstance(node.op, ast.USub):
            return Value(Kind.INTEGER, self.builder.neg(value))
        raise TranslationError(f"operator {type(node.op).__name__} is not understood")

    def _compare(self, node: ast.Compare) -> Value:
        """A chain is evaluated whole: what it compares has no effects."""
        if isinstance(node.ops[0], ast.In) and len(node.ops) == 1:
            return self._is_one_of(node)
        values = [self.integer(part) for part in (node.left, *node.comparators)]
        result = None
        for sign, left, right in zip(node.ops, values, values[1:], strict=False):
            if type(sign) not in COMPARISONS:
                raise TranslationError(f"operator {type(sign).__name__} is not understood")
            holds = self.builder.icmp_signed(COMPARISONS[type(sign)], left, right)
            result = holds if result is None else self.builder.and_(result, holds)
        return Value(Kind.TRUTH, result)

    def _is_one_of(self, node: ast.Compare) -> Value:
        value, result = self.integer(node.left), ir.Constant(BIT, 0)
        if not isinstance(node.comparators[0], ast.Tuple):
            raise TranslationError("`in` wants a tuple behind it")
        for item in node.comparators[0].elts:
            same = self.builder.icmp_signed("==", value, self.integer(item))
            result = self.builder.or_(result, same)
        return Value(Kind.TRUTH, result)

    def _boolop(self, node: ast.BoolOp) -> Value:
        """`and` and `or` of truth values; what stands behind is evaluated only when it matters."""
        is_or, build = isinstance(node.op, ast.Or), self.builder
        end = build.append_basic_block("end")
        arrivals = []
        for part in node.values[:-1]:
            holds = self._truth_value(part)
            arrivals.append((ir.Constant(BIT, int(is_or)), build.block))
            go_on = build.append_basic_block("next")
            build.cbranch(holds, *((end, go_on) if is_or else (go_on, end)))
            build.position_at_end(go_on)
        last = self._truth_value(node.values[-1])
        arrivals.append((last, build.block))
        build.branch(end)
        build.position_at_end(end)
        return Value(Kind.TRUTH, self._joined(BIT, arrivals))

    def _truth_value(self, node: ast.expr) -> Any:
        value = self.value(node)
        if value.kind is not Kind.TRUTH:
            raise TranslationError("and, or: expected truth values; write `!= 0` behind integers")
        return value.code

    def _ifexp(self, node: ast.IfExp) -> Value:
        build, test = self.builder, self.truth(node.test)
        begins = [build.append_basic_block(name) for name in ("then", "else")]
        end = build.append_basic_block("end")
        build.cbranch(test, *begins)
        values, arrivals = [], []
        for block, part in zip(begins, (node.body, node.orelse), strict=True):
            build.position_at_end(block)
            values.append((self.value(part), build.block))
        kind = values[0][0].kind if values[0][0].kind == values[1][0].kind else Kind.INTEGER
        for value, block in values:
            build.position_at_end(block)
            arrivals.append((self.converted(value, kind), block))
            build.branch(end)
        build.position_at_end(end)
        return Value(kind, self._joined(type_of(kind), arrivals))

    def converted(self, value: Value, kind: Shape) -> Any:
        """A value as a variable of some kind takes it."""
        if kind is Kind.INTEGER:
            return self.as_integer(value)
        if value.kind != kind:
            raise TranslationError(f"{value.kind} where there was {kind} before")
        return value.code

    def _joined(self, of_type: Any, arrivals: list[tuple[Any, Any]]) -> Any:
        phi = self.builder.phi(of_type)
        for code, block in arrivals:
            phi.add_incoming(code, block)
        return phi

    # -- memory and calls -----------------------------------------------------------------------------

    def place(self, node: ast.Subscript) -> tuple[Array, Any, bool]:
        """An element's array and address; with fewer indices than axes, those of the row, and True."""
        array = self.value(node.value)
        if not isinstance(array.kind, Array):
            raise TranslationError("only arrays have elements")
        axes, build = array.kind.below, self.builder
        parts = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
        if len(parts) > len(axes) + 1:
            raise TranslationError("more indices than axes")
        index = self.integer(parts[0])
        for part, length in zip(parts[1:], axes, strict=False):
            index = build.add(build.mul(index, ir.Constant(WORD, length)), self.integer(part))
        left = axes[len(parts) - 1 :]
        if left:
            index = build.mul(index, ir.Constant(WORD, math.prod(left)))
        address = build.gep(array.code, [index], inbounds=True, source_etype=array.kind.type)
        return Array(array.kind.element, left[1:]), address, bool(left)

    def _subscript(self, node: ast.Subscript) -> Value:
        table = self.known(node.value)
        if isinstance(table, tuple):
            return self._from_table(table, self.integer(node.slice))
        kind, address, is_row = self.place(node)
        return Value(kind, address) if is_row else self.loaded(kind, address)

    def _from_table(self, table: tuple[int, ...], index: Any) -> Value:
        result = ir.Constant(WORD, table[-1])
        for number, item in enumerate(table[:-1]):
            here = self.builder.icmp_signed("==", index, ir.Constant(WORD, number))
            result = self.builder.select(here, ir.Constant(WORD, item), result)
        return Value(Kind.INTEGER, result)

    def loaded(self, kind: Array, address: Any) -> Value:
        """An element, widened."""
        code = self.builder.load(address, typ=kind.type)
        if kind.type.width < WORD.width:
            code = (self.builder.sext if kind.signed else self.builder.zext)(code, WORD)
        return Value(Kind.INTEGER, code)

    def _call(self, node: ast.Call) -> Value:
        target = self.known(node.func)
        if node.keywords:
            raise TranslationError("arguments with names are not understood")
        if target is carray:
            return self._array(*node.args)
        values = [self.value(argument) for argument in node.args]
        if target in (min, max):
            return self._extreme("<" if target is min else ">", values)
        if target in INTEGERS:
            return Value(Kind.INTEGER, self._cast(np.dtype(target), values[0]))
        return self._call_function(target, self, values)

    def _array(self, address: ast.expr, shape: ast.expr, element: ast.expr) -> Value:
        """carray(): the first axis may have any length."""
        if not isinstance(shape, ast.Tuple):
            raise TranslationError("carray: expected a tuple of lengths")
        below = tuple(self.known(length) for length in shape.elts[1:])
        if any(not isinstance(length, int) for length in below):
            raise TranslationError("carray: expected constant lengths behind the first")
        code = self.builder.inttoptr(self.integer(address), POINTER)
        return Value(Array(np.dtype(self.known(element)).name, below), code)

    def _extreme(self, sign: str, values: list[Value]) -> Value:
        first, *others = [self.as_integer(value) for value in values]
        for other in others:
            holds = self.builder.icmp_signed(sign, other, first)
            first = self.builder.select(holds, other, first)
        return Value(Kind.INTEGER, first)

    def _cast(self, dtype: np.dtype[Any], value: Value) -> Any:
        if value.kind is Kind.FLOAT:
            return self.builder.fptosi(value.code, WORD)
        code, bits = self.as_integer(value), 8 * dtype.itemsize
        if bits == WORD.width:
            return code
        narrow = self.builder.trunc(code, ir.IntType(bits))
        return (self.builder.sext if dtype.kind == "i" else self.builder.zext)(narrow, WORD)


def carray(address: Any, shape: Any, element: Any) -> Any:
    """The memory at an address as an array; for compiled functions alone."""
    raise NotImplementedError("only compiled functions look at memory")
