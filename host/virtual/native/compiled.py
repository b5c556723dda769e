"""How functions are compiled and kept, and the few instructions that Python has no words for.

numba's cache on disk looks at the one file of the function that is called, not at those it calls. So the cache's folder
is named after all files that take part: when one of them changes, all is compiled anew.
"""

from __future__ import annotations

import ctypes
import functools
import hashlib
import importlib
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

# numba and llvmlite have no usable types: taken as untyped.
_numba: Any = importlib.import_module("numba")
carray, cfunc, njit, types = _numba.carray, _numba.cfunc, _numba.njit, _numba.types
intrinsic: Any = importlib.import_module("numba.extending").intrinsic
cgutils: Any = importlib.import_module("numba.core.cgutils")
ir: Any = importlib.import_module("llvmlite.ir")

HERE = Path(__file__).resolve().parent
PYTHON_FUNCTION = ctypes.CFUNCTYPE(ctypes.c_uint64, ctypes.c_uint64, ctypes.c_uint64)
DIGEST_DIGITS = 16


class NativeFunction(Protocol):
    """A compiled function that Unicorn can call."""

    address: int


@functools.cache
def cache_folder() -> str:
    """Where compiled code is kept: beside this file, or in the user's own temporary folder; empty: numba's choice."""
    digest = hashlib.sha256()
    for path in [*sorted(HERE.glob("*.py")), HERE.parent / "words.py"]:
        digest.update(path.read_bytes())
    name = digest.hexdigest()[:DIGEST_DIGITS]
    user = getattr(os, "getuid", os.getpid)()
    for parent in (HERE / "__pycache__", Path(tempfile.gettempdir()) / f"virtual-board-{user}"):
        try:
            (parent / name).mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError:
            continue
        if os.access(parent / name, os.W_OK):
            return str(parent / name)
    return ""


@contextmanager
def _kept_by_contents() -> Iterator[None]:
    """numba looks for its cache's folder when it wraps a function."""
    before = _numba.config.CACHE_DIR
    _numba.config.CACHE_DIR = before or cache_folder()
    try:
        yield
    finally:
        _numba.config.CACHE_DIR = before


def native(signature: Any) -> Callable[[Callable[..., Any]], NativeFunction]:
    """Compiles a callback for C, cached on disk."""

    def compile_it(function: Callable[..., Any]) -> NativeFunction:
        with _kept_by_contents():
            made: NativeFunction = cfunc(signature, cache=True)(function)
        return made

    return compile_it


def inner(function: Callable[..., Any]) -> Callable[..., Any]:
    """Compiles a function that callbacks call, when it is called first."""
    with _kept_by_contents():
        compiled: Callable[..., Any] = njit(cache=True, error_model="numpy")(function)
    return compiled


def emitted(function: Callable[..., Any]) -> Callable[..., Any]:
    """A function that writes its own machine code; numba replaces the call."""
    made: Callable[..., Any] = intrinsic(function)
    return made


@emitted
def pointer(context: Any, address: Any) -> Any:
    """An address as a pointer."""

    def code(_: Any, builder: Any, __: Any, values: Any) -> Any:
        return builder.inttoptr(values[0], cgutils.voidptr_t)

    return types.voidptr(types.int64), code


@emitted
def stop_engine(context: Any, function: Any, engine: Any) -> Any:
    """uc_emu_stop(engine)."""

    def code(target: Any, builder: Any, _: Any, values: Any) -> Any:
        kind = ir.FunctionType(ir.IntType(32), [cgutils.voidptr_t])
        where = builder.inttoptr(values[1], cgutils.voidptr_t)
        builder.call(builder.inttoptr(values[0], kind.as_pointer()), [where])
        return target.get_dummy_value()

    return types.void(types.int64, types.int64), code


@emitted
def read_register(context: Any, function: Any, engine: Any, register: Any) -> Any:
    """uc_reg_read(engine, register)."""

    def code(_: Any, builder: Any, __: Any, values: Any) -> Any:
        word, number = ir.IntType(64), ir.IntType(32)
        place = cgutils.alloca_once(builder, word)
        builder.store(ir.Constant(word, 0), place)
        kind = ir.FunctionType(number, [cgutils.voidptr_t, number, cgutils.voidptr_t])
        where = builder.bitcast(place, cgutils.voidptr_t)
        function = builder.inttoptr(values[0], kind.as_pointer())
        engine = builder.inttoptr(values[1], cgutils.voidptr_t)
        builder.call(function, [engine, builder.trunc(values[2], number), where])
        return builder.load(place)

    return types.int64(types.int64, types.int64, types.int64), code


@emitted
def write_register(context: Any, function: Any, engine: Any, register: Any, value: Any) -> Any:
    """uc_reg_write(engine, register, &value)."""

    def code(target: Any, builder: Any, _: Any, values: Any) -> Any:
        word, number = ir.IntType(64), ir.IntType(32)
        place = cgutils.alloca_once(builder, word)
        builder.store(values[3], place)
        kind = ir.FunctionType(number, [cgutils.voidptr_t, number, cgutils.voidptr_t])
        where = builder.bitcast(place, cgutils.voidptr_t)
        function = builder.inttoptr(values[0], kind.as_pointer())
        engine = builder.inttoptr(values[1], cgutils.voidptr_t)
        builder.call(function, [engine, builder.trunc(values[2], number), where])
        return target.get_dummy_value()

    return types.void(types.int64, types.int64, types.int64, types.int64), code


@emitted
def ask_python(context: Any, function: Any, first: Any, second: Any) -> Any:
    """uint64 function(uint64, uint64) at an address."""

    def code(_: Any, builder: Any, __: Any, values: Any) -> Any:
        word = ir.IntType(64)
        kind = ir.FunctionType(word, [word, word])
        return builder.call(builder.inttoptr(values[0], kind.as_pointer()), [values[1], values[2]])

    return types.int64(types.int64, types.int64, types.int64), code


@emitted
def move_registers(
    context: Any, function: Any, engine: Any, registers: Any, places: Any, count: Any
) -> Any:
    """uc_reg_read_batch or uc_reg_write_batch(engine, registers, places, count)."""

    def code(target: Any, builder: Any, _: Any, values: Any) -> Any:
        number, anything = ir.IntType(32), cgutils.voidptr_t
        kind = ir.FunctionType(number, [anything, anything, anything, number])
        where = [builder.inttoptr(value, anything) for value in values[1:4]]
        called = builder.inttoptr(values[0], kind.as_pointer())
        builder.call(called, [*where, builder.trunc(values[4], number)])
        return target.get_dummy_value()

    return types.void(types.int64, types.int64, types.int64, types.int64, types.int64), code
