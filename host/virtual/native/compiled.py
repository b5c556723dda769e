"""Decorators for functions that are compiled, and the few instructions that Python has no words for.

translate.py has the subset of Python that such functions are written in. Unicorn calls hooks, made by native(); these
call functions made by inner(), which Python may call, too.
"""

from __future__ import annotations

import ctypes
import functools
import hashlib
import itertools
import weakref
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from host.virtual.native import code_cache, machine
from host.virtual.native.expressions import Expressions, carray
from host.virtual.native.kinds import HALF, WORD, Kind, Shape, ir, kind_of
from host.virtual.native.translate import Integer, Program, Signature

__all__ = ["carray", "types"]

PYTHON_FUNCTION = ctypes.CFUNCTYPE(ctypes.c_uint64, ctypes.c_uint64, ctypes.c_uint64)


class types:  # noqa: N801 - a namespace
    """What hooks take; an address is an integer."""

    int32, uint32 = Integer(32, signed=True), Integer(32)
    int64, uint64, voidptr = Integer(64, signed=True), Integer(64), Integer(64)

    @staticmethod
    def void(*given: Integer) -> Signature:
        """A function that gives nothing."""
        return Signature(None, given)


@dataclass(frozen=True)
class Hook:
    """A function that C calls. All are compiled when the first is wanted."""

    python: Callable[..., Any]
    signature: Signature

    @property
    def address(self) -> int:
        """Where its code is."""
        _load_hooks()
        return machine.address(self.python.__name__)


_hooks: list[Hook] = []


@functools.cache
def _load_hooks() -> None:
    def write() -> str:
        program = Program("hooks")
        for hook in _hooks:
            kinds = (Kind.INTEGER,) * len(hook.signature.given)
            program.export(hook.python.__name__, hook, hook.signature, kinds)
        return str(program.module)

    machine.load(code_cache.machine_code("hooks", write))


def native(signature: Signature) -> Callable[[Callable[..., Any]], Hook]:
    """Makes a hook of a function."""

    def make(function: Callable[..., Any]) -> Hook:
        _hooks.append(Hook(function, signature))
        return _hooks[-1]

    return make


@dataclass(frozen=True)
class Entry:
    """A compiled function for one array as its first argument."""

    array: weakref.ref[Any]
    address: int  # of the array's memory
    call: Callable[..., Any]


_numbers = itertools.count()


class Inner:
    """A function that hooks call; called from Python it is compiled for such arguments when it is called first.

    Python gets truth values as 0 and 1.
    """

    def __init__(self, python: Callable[..., Any]) -> None:
        self.python = python
        self._entries: dict[int, Entry] = {}
        functools.update_wrapper(self, python)

    def __call__(self, *arguments: Any) -> Any:
        """The way of nearly all calls, an array that was seen before and integers, is short: stops are many."""
        entry = self._entries.get(id(arguments[0]))
        if entry is not None and entry.array() is arguments[0]:
            try:
                return entry.call(entry.address, *arguments[1:])
            except ctypes.ArgumentError:
                pass  # numpy's integers, or another array
        call = self._compiled(tuple(map(kind_of, arguments)))
        values = [a.ctypes.data if isinstance(a, np.ndarray) else int(a) for a in arguments]
        if isinstance(arguments[0], np.ndarray):
            key = id(arguments[0])
            array = weakref.ref(arguments[0], lambda _: self._entries.pop(key, None))
            self._entries[key] = Entry(array, values[0], call)
        return call(*values)

    @functools.cache  # noqa: B019 - these functions live as long as the program
    def _compiled(self, kinds: tuple[Shape, ...]) -> Callable[..., Any]:
        name = f"{self.python.__module__}.{self.python.__qualname__}"
        name += f".{hashlib.sha256(repr(kinds).encode()).hexdigest()[: code_cache.NAME_DIGITS]}"
        is_cached = Path(self.python.__code__.co_filename).parent == code_cache.HERE
        if (
            not is_cached
        ):  # a test's, say: two may have one name, and kept code would outlive a change
            name += f".{next(_numbers)}"

        def write() -> str:
            program = Program(name)
            program.export(name, self, types.int64(*[types.int64] * len(kinds)), kinds)
            return str(program.module)

        machine.load(
            code_cache.machine_code(name, write) if is_cached else machine.compile_module(write())
        )
        head = ctypes.PYFUNCTYPE(ctypes.c_int64, *[ctypes.c_int64] * len(kinds))
        return head(machine.address(name))


def inner(function: Callable[..., Any]) -> Inner:
    """Compiles a function that hooks call."""
    return Inner(function)


@dataclass(frozen=True)
class Emitted:
    """A function that writes its own instructions. emit(where, *words): what it gives, None for nothing."""

    emit: Callable[..., Any]

    def __call__(self, *_: Any) -> Any:
        """Only compiled functions can."""
        raise NotImplementedError("only compiled functions call this")


def emitted(function: Callable[..., Any]) -> Emitted:
    """Makes one."""
    return Emitted(function)


def _call(where: Expressions, function: Any, arguments: list[Any], result: Any = HALF) -> Any:
    """A call of a C function at an address."""
    kind = ir.FunctionType(result, [argument.type for argument in arguments])
    target = where.builder.inttoptr(function, kind.as_pointer())
    return where.builder.call(target, arguments)


def _half(where: Expressions, value: Any) -> Any:
    return where.builder.trunc(value, HALF)


@emitted
def pointer(_: Expressions, address: Any) -> Any:
    """An address as carray() takes it."""
    return address


@emitted
def stop_engine(where: Expressions, function: Any, engine: Any) -> None:
    """uc_emu_stop(engine)."""
    _call(where, function, [engine])


@emitted
def read_register(where: Expressions, function: Any, engine: Any, register: Any) -> Any:
    """uc_reg_read(engine, register)."""
    place = where.scratch(WORD)
    where.builder.store(ir.Constant(WORD, 0), place)
    _call(where, function, [engine, _half(where, register), place])
    return where.builder.load(place, typ=WORD)


@emitted
def write_register(
    where: Expressions, function: Any, engine: Any, register: Any, value: Any
) -> None:
    """uc_reg_write(engine, register, &value)."""
    place = where.scratch(WORD)
    where.builder.store(value, place)
    _call(where, function, [engine, _half(where, register), place])


@emitted
def ask_python(where: Expressions, function: Any, first: Any, second: Any) -> Any:
    """uint64 function(uint64, uint64) at an address."""
    return _call(where, function, [first, second], WORD)


@emitted
def move_registers(
    where: Expressions, function: Any, engine: Any, registers: Any, places: Any, count: Any
) -> None:
    """uc_reg_read_batch or uc_reg_write_batch(engine, registers, places, count)."""
    _call(where, function, [engine, registers, places, _half(where, count)])
