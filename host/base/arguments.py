"""Numbers on a command line: argparse alone would answer `invalid _share value: 'abc'`."""

from __future__ import annotations

import argparse
import contextlib
import math
from collections.abc import Callable


def whole(least: int = 1, most: int | None = None) -> Callable[[str], int]:
    """A type for argparse: a whole number, both ends included."""
    limits = f"from {least}" if most is None else f"from {least} to {most}"

    def read(text: str) -> int:
        value = None
        with contextlib.suppress(ValueError):
            value = int(text)
        if value is None or value < least or (most is not None and value > most):
            raise argparse.ArgumentTypeError(f"a whole number {limits}, not {text!r}")
        return value

    return read


def share(text: str) -> float:
    """A number from 0 to 1."""
    value = number(text)
    if not 0 <= value <= 1:
        raise argparse.ArgumentTypeError(f"a number from 0 to 1, not {text!r}")
    return value


def positive(text: str) -> float:
    """A number above 0, up to a million."""
    value = number(text)
    if not 0 < value <= 1e6:
        raise argparse.ArgumentTypeError(f"a number above 0, not {text!r}")
    return value


def number(text: str) -> float:
    """NaN, which lies between no limits, for what is none."""
    try:
        return float(text)
    except ValueError:
        return math.nan
