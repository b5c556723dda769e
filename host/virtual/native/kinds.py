"""What the translator knows of a value: whether it is an integer, a truth value, a float, or an array in memory."""

from __future__ import annotations

import enum
import importlib
from dataclasses import dataclass
from typing import Any

import numpy as np

ir: Any = importlib.import_module("llvmlite.ir")  # llvmlite has no usable types: taken as untyped
WORD, HALF, BIT = ir.IntType(64), ir.IntType(32), ir.IntType(1)
DOUBLE, POINTER = ir.DoubleType(), ir.PointerType()


class Kind(enum.Enum):
    """Integers are 64 bits and wrap, whatever memory holds them in."""

    NONE = "None"
    INTEGER = "int"
    TRUTH = "bool"
    FLOAT = "float"


@dataclass(frozen=True)
class Array:
    """A C-contiguous array. element: its dtype's name. below: lengths of all axes but the first."""

    element: str
    below: tuple[int, ...]

    @property
    def signed(self) -> bool:
        """Whether loads extend the sign."""
        return np.dtype(self.element).kind == "i"

    @property
    def type(self) -> Any:
        """LLVM's type of an element."""
        return ir.IntType(8 * np.dtype(self.element).itemsize)


Shape = Kind | Array
TYPES = {Kind.INTEGER: WORD, Kind.TRUTH: BIT, Kind.FLOAT: DOUBLE}


@dataclass(frozen=True)
class Value:
    """What an expression gives. code: LLVM's value, None for NONE."""

    kind: Shape
    code: Any


NOTHING = Value(Kind.NONE, None)


def type_of(kind: Shape) -> Any:
    """LLVM's type for values of a kind."""
    return POINTER if isinstance(kind, Array) else TYPES[kind]


def constant(value: int | np.integer[Any] | np.bool) -> Value:
    """A value that is known now."""
    if isinstance(value, bool | np.bool):
        return Value(Kind.TRUTH, ir.Constant(BIT, int(value)))
    return Value(Kind.INTEGER, ir.Constant(WORD, int(value)))


def kind_of(argument: object) -> Shape:
    """The kind of an argument that Python gives. Raises TypeError when compiled code cannot take it."""
    if isinstance(argument, np.ndarray):
        if not argument.flags.c_contiguous or argument.dtype.kind not in "iu":
            raise TypeError(f"{argument.dtype} array: expected C-contiguous integers")
        return Array(argument.dtype.name, argument.shape[1:])
    if isinstance(argument, int | np.integer | np.bool):
        return Kind.INTEGER
    raise TypeError(f"{type(argument).__name__}: expected an integer or an array")
