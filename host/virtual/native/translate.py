"""The hooks' functions, with those that they call, as one LLVM module.

A function is translated once for each kind of arguments. It gives 64 bits back, and its kind says what they stand for.
"""

from __future__ import annotations

import ast
import functools
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from host.virtual.native.expressions import Expressions, TranslationError
from host.virtual.native.kinds import (
    BIT,
    NOTHING,
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


@dataclass(frozen=True)
class Integer:
    """An integer of a C signature."""

    bits: int
    signed: bool = False

    @property
    def type(self) -> Any:
        """LLVM's type of it."""
        return ir.IntType(self.bits)

    def __call__(self, *given: Integer) -> Signature:
        """A function that gives such an integer."""
        return Signature(self, given)


@dataclass(frozen=True)
class Signature:
    """C's types of a function. result: None for void."""

    result: Integer | None
    given: tuple[Integer, ...]


class Program:
    """A module that grows with the functions it needs."""

    def __init__(self, name: str) -> None:
        self.module = ir.Module(name)
        self._made: dict[tuple[Any, tuple[Shape, ...]], tuple[Any, Shape] | None] = {}

    def call(self, target: Any, caller: Expressions, values: list[Value]) -> Value:
        """A call of a translated function, or the instructions that an Emitted writes."""
        if hasattr(target, "emit"):
            code = target.emit(caller, *[caller.as_integer(value) for value in values])
            return NOTHING if code is None else Value(Kind.INTEGER, code)
        if not hasattr(target, "python"):
            raise TranslationError(f"{target} cannot be called by a compiled function")
        values = [
            value
            if isinstance(value.kind, Array)
            else Value(Kind.INTEGER, caller.as_integer(value))
            for value in values
        ]
        function, kind = self.function(target, tuple(value.kind for value in values))
        code = caller.builder.call(function, [value.code for value in values])
        if kind is Kind.NONE:
            return NOTHING
        if kind is Kind.TRUTH:
            code = caller.builder.trunc(code, BIT)
        elif isinstance(kind, Array):
            code = caller.builder.inttoptr(code, POINTER)
        return Value(kind, code)

    def function(self, target: Any, kinds: tuple[Shape, ...]) -> tuple[Any, Shape]:
        """A function for arguments of these kinds, translated when it is first wanted, and the kind of its result."""
        key = target, kinds
        if key not in self._made:
            self._made[key] = None
            name = f"{target.python.__module__}.{target.python.__name__}.{len(self._made)}"
            made = ir.Function(
                self.module, ir.FunctionType(WORD, [type_of(kind) for kind in kinds]), name
            )
            made.linkage = "internal"
            self._made[key] = made, Body(self, made, target.python, kinds).translate()
        found = self._made[key]
        if found is None:
            raise TranslationError(f"{target.python.__name__} calls itself")
        return found

    def export(
        self, name: str, target: Any, signature: Signature, kinds: tuple[Shape, ...]
    ) -> None:
        """A function of C's that calls a translated one; addresses of arrays come as integers."""
        result, given = signature.result, signature.given
        head = ir.FunctionType(result.type if result else ir.VoidType(), [of.type for of in given])
        made = ir.Function(self.module, head, name)
        build = ir.IRBuilder(made.append_basic_block("entry"))
        function, _ = self.function(target, kinds)
        values = []
        for code, of, kind in zip(made.args, given, kinds, strict=True):
            if of.bits < WORD.width:
                code = (build.sext if of.signed else build.zext)(code, WORD)
            values.append(build.inttoptr(code, POINTER) if isinstance(kind, Array) else code)
        code = build.call(function, values)
        if result is None:
            build.ret_void()
        else:
            build.ret(code if result.bits == WORD.width else build.trunc(code, result.type))


@functools.cache
def functions_of(path: str) -> dict[tuple[str, int], ast.FunctionDef]:
    """The functions of a source file by name and first line, that of a decorator if there is one."""
    return {
        (node.name, min([node.lineno, *(part.lineno for part in node.decorator_list)])): node
        for node in ast.walk(ast.parse(Path(path).read_text("utf-8")))
        if isinstance(node, ast.FunctionDef)
    }


class Body:
    """Translates one function: its statements. What follows a return, a break or a continue is left out."""

    def __init__(self, program: Program, made: Any, python: Any, kinds: tuple[Shape, ...]) -> None:
        self._made, self._python, self._results = made, python, set[Shape]()
        self._build = ir.IRBuilder(made.append_basic_block("entry"))
        self._expressions = Expressions(self._build, python.__globals__, program.call)
        code = python.__code__
        self._node = functions_of(code.co_filename)[code.co_name, code.co_firstlineno]
        names = [argument.arg for argument in self._node.args.args]
        if len(names) != len(kinds):
            raise TranslationError(f"{code.co_name} takes {len(names)} arguments, not {len(kinds)}")
        for name, kind, argument in zip(names, kinds, made.args, strict=True):
            self._assign_name(name, Value(kind, argument))
        self._loops: list[tuple[Any, Any]] = []  # where `continue` and `break` go

    def translate(self) -> Shape:
        """Writes the instructions; the kind of what the function returns."""
        self._statements(self._node.body)
        if not self._build.block.is_terminated:
            self._return(ast.Return(None))
        kinds = self._results
        if kinds == {Kind.TRUTH, Kind.INTEGER}:
            return Kind.INTEGER
        if len(kinds) > 1:
            raise TranslationError(f"{self._python.__name__} returns values of different kinds")
        return kinds.pop() if kinds else Kind.NONE

    def _statements(self, nodes: Sequence[ast.stmt]) -> None:
        for node in nodes:
            if self._build.block.is_terminated:
                return
            translate = getattr(self, f"_{type(node).__name__.lower()}", None)
            try:
                if translate is None:
                    raise TranslationError(f"{type(node).__name__} is not understood")
                translate(node)
            except TranslationError as error:
                error.came_up(f"{self._python.__code__.co_filename}, line {node.lineno}")
                raise

    # -- one for each kind of statement -----------------------------------------------------------------

    def _expr(self, node: ast.Expr) -> None:
        if not isinstance(node.value, ast.Constant):  # a docstring
            self._expressions.value(node.value)

    def _pass(self, _: ast.Pass) -> None:
        pass

    def _return(self, node: ast.Return) -> None:
        given = node.value
        if given is None or (isinstance(given, ast.Constant) and given.value is None):
            value = NOTHING
        else:
            value = self._expressions.value(given)
        self._results.add(value.kind)
        if isinstance(value.kind, Array):
            self._build.ret(self._build.ptrtoint(value.code, WORD))
        elif value.kind is Kind.NONE:
            self._build.ret(ir.Constant(WORD, 0))
        else:
            self._build.ret(self._expressions.as_integer(value))

    def _assign(self, node: ast.Assign) -> None:
        targets = node.targets
        if isinstance(targets[0], ast.Tuple) and isinstance(node.value, ast.Tuple):
            values = [self._expressions.value(part) for part in node.value.elts]
            for target, value in zip(targets[0].elts, values, strict=True):
                self._store(target, value)
            return
        value = self._expressions.value(node.value)
        for target in targets:
            self._store(target, value)

    def _augassign(self, node: ast.AugAssign) -> None:
        target = node.target
        before = self._expressions.value(
            ast.Name(target.id) if isinstance(target, ast.Name) else target
        )
        right = self._expressions.value(node.value)
        given, other = (self._expressions.as_integer(value) for value in (before, right))
        result = self._expressions.combine(node.op, given, other)
        self._store(target, Value(Kind.INTEGER, result))

    def _store(self, target: ast.expr, value: Value) -> None:
        if isinstance(target, ast.Name):
            self._assign_name(target.id, value)
        elif isinstance(target, ast.Subscript):
            kind, address, is_row = self._expressions.place(target)
            if is_row:
                raise TranslationError("a whole row cannot be assigned")
            code = self._expressions.as_integer(value)
            narrow = code if kind.type == WORD else self._build.trunc(code, kind.type)
            self._build.store(narrow, address)
        else:
            raise TranslationError(f"{type(target).__name__} cannot be assigned")

    def _assign_name(self, name: str, value: Value) -> None:
        variables = self._expressions.variables
        if name not in variables:
            if value.kind is Kind.NONE:
                raise TranslationError(f"{name} would be None")
            variables[name] = value.kind, self._expressions.scratch(type_of(value.kind))
        kind, place = variables[name]
        self._build.store(self._expressions.converted(value, kind), place)

    def _if(self, node: ast.If) -> None:
        test = self._expressions.truth(node.test)
        then, otherwise = (self._build.append_basic_block(name) for name in ("if", "else"))
        end = None
        self._build.cbranch(test, then, otherwise)
        for block, statements in ((then, node.body), (otherwise, node.orelse)):
            self._build.position_at_end(block)
            self._statements(statements)
            if not self._build.block.is_terminated:
                end = end or self._made.append_basic_block("endif")
                self._build.branch(end)
        if end is not None:
            self._build.position_at_end(end)

    def _while(self, node: ast.While) -> None:
        self._refuse_else(node)
        head, body = (self._build.append_basic_block(name) for name in ("while", "body"))
        end = self._build.append_basic_block("done")
        self._build.branch(head)
        self._build.position_at_end(head)
        self._build.cbranch(self._expressions.truth(node.test), body, end)
        self._build.position_at_end(body)
        self._loop(node.body, head, end)
        if self._expressions.known(node.test) is True and not any(
            isinstance(part, ast.Break) for part in ast.walk(node)
        ):
            self._build.unreachable()

    def _refuse_else(self, node: ast.For | ast.While) -> None:
        if node.orelse:
            raise TranslationError("a loop's `else` is not understood")

    def _for(self, node: ast.For) -> None:
        self._refuse_else(node)
        if not isinstance(node.target, ast.Name):
            raise TranslationError("`for` wants one variable")
        items = self._expressions.known(node.iter)
        if isinstance(items, tuple):
            self._for_each(node, items)
        else:
            self._for_range(node, node.target.id)

    def _for_each(self, node: ast.For, items: tuple[int, ...]) -> None:
        """Over a tuple of constants: the body as often as there are."""
        end = self._made.append_basic_block("done")
        for item in items:
            following = self._made.append_basic_block("next")
            self._store(node.target, constant(item))
            self._loop(node.body, following, end)
            self._build.position_at_end(following)
        self._build.branch(end)
        self._build.position_at_end(end)

    def _for_range(self, node: ast.For, name: str) -> None:
        call = node.iter
        if not isinstance(call, ast.Call) or self._expressions.known(call.func) is not range:
            raise TranslationError("`for` wants range() or a tuple of constants")
        bounds = [self._expressions.integer(argument) for argument in call.args]
        if len(bounds) > 2:
            raise TranslationError("range() of three arguments is not understood")
        first, stop = bounds if len(bounds) == 2 else (ir.Constant(WORD, 0), bounds[0])
        counter = self._expressions.scratch(WORD)
        self._build.store(first, counter)
        head, body, step, end = (
            self._made.append_basic_block(text) for text in ("for", "body", "step", "done")
        )
        self._build.branch(head)
        self._build.position_at_end(head)
        now = self._build.load(counter, typ=WORD)
        self._build.cbranch(self._build.icmp_signed("<", now, stop), body, end)
        self._build.position_at_end(step)
        self._build.store(self._build.add(now, ir.Constant(WORD, 1)), counter)
        self._build.branch(head)
        self._build.position_at_end(body)
        self._assign_name(name, Value(Kind.INTEGER, now))
        self._loop(node.body, step, end)

    def _loop(self, statements: list[ast.stmt], head: Any, end: Any) -> None:
        """A loop's body, which stands where the builder is; then the builder is behind the loop."""
        self._loops.append((head, end))
        self._statements(statements)
        self._loops.pop()
        if not self._build.block.is_terminated:
            self._build.branch(head)
        self._build.position_at_end(end)

    def _break(self, _: ast.Break) -> None:
        self._build.branch(self._loops[-1][1])

    def _continue(self, _: ast.Continue) -> None:
        self._build.branch(self._loops[-1][0])
