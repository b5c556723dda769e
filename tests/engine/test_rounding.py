"""The engine's roundings at and beside exact halves, of either sign, against fractions: networks hit few of them."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from fractions import Fraction
from functools import lru_cache
from math import floor
from pathlib import Path

import pytest

from host.compiler.format import Form
from tests.native import FIRMWARE, compile_shared

INT32 = range(-(1 << 31), 1 << 31)
HALF = Fraction(1, 2)


class Channel(ctypes.Structure):
    """struct requantize_channel."""

    _fields_ = tuple((name, ctypes.c_int32) for name in ("bias", "multiplier", "rounding", "shift"))


class Operator(ctypes.Structure):
    """struct requantize_form."""

    _fields_ = (
        ("constants", ctypes.c_void_p),
        ("zero_point", ctypes.c_int32),
        ("least_shift", ctypes.c_int32),
        ("is_signed", ctypes.c_int32),
        ("form", ctypes.c_uint8),
        ("act_min", ctypes.c_uint8),
        ("act_max", ctypes.c_uint8),
    )


@lru_cache(maxsize=1)
def rounding() -> ctypes.CDLL:
    sources = [Path(__file__).with_name("rounding.c"), FIRMWARE / "src/engine/requantize.c"]
    made = ctypes.CDLL(str(compile_shared("rounding", sources)))
    made.requantize.restype = ctypes.c_uint8
    return made


def away_from_zero(value: Fraction) -> int:
    """gemmlowp's RoundingDivideByPOT: halves away from zero."""
    return floor(value + HALF) if value >= 0 else -floor(-value + HALF)


def upwards(value: Fraction) -> int:
    """gemmlowp's SaturatingRoundingDoublingHighMul: halves towards plus infinity."""
    return floor(value + HALF)


def near_halves(unit: int) -> Iterator[int]:
    """int32 at, before and behind halves and wholes of a unit, of both signs, and the ends of int32."""
    for steps in (*range(-6, 7), (1 << 31) // unit, -(1 << 31) // unit):
        for more in (-1, 0, 1):
            value = steps * unit // 2 + more
            if value in INT32:
                yield value
    yield from (INT32[0], INT32[0] + 1, INT32[-1] - 1, INT32[-1])


@pytest.mark.parametrize("shift", range(32))
def test_a_division_rounds_halves_away_from_zero(shift: int) -> None:
    for value in near_halves(1 << shift):
        expected = away_from_zero(Fraction(value, 1 << shift))
        assert rounding().rounding_divide(value, shift) == expected, value


@pytest.mark.parametrize("multiplier", [1, 1 << 30, 3 << 29, (1 << 31) - 1])
def test_a_product_rounds_halves_upwards(multiplier: int) -> None:
    for value in near_halves(max(1, (1 << 31) // multiplier)):
        expected = upwards(Fraction(value * multiplier, 1 << 31))
        assert rounding().rounding_product(value, multiplier) == expected, value


def tflite(acc: int, form: Form, multiplier: int, shift: int) -> int:
    """MultiplyByQuantizedMultiplier: in two roundings, of SINGLE in one. shift: right; negative: left."""
    if form is Form.SINGLE:
        return upwards(Fraction(acc * multiplier, 1 << (31 + shift)))
    x = upwards(Fraction((acc << max(-shift, 0)) * multiplier, 1 << 31))
    return away_from_zero(Fraction(x, 1 << max(shift, 0)))


@pytest.mark.parametrize("form", list(Form))
@pytest.mark.parametrize("zero_point", [0, 3, 128, 255])
def test_requantisation_at_halves_is_tflites(form: Form, zero_point: int) -> None:
    fast = form in (Form.FAST, Form.SHORT)
    for shift in (1, 2, 5, 22) if fast else (-3, 0, 1, 2, 5, 22, 31):
        half = (1 << shift) // 2 if shift > 0 else 0
        with_zero = form in (Form.FAST, Form.SHORT, Form.GENERAL)
        term = half + (zero_point << max(shift, 0)) * with_zero
        if form is not Form.WIDE and term + (1 << 16) not in INT32:
            continue  # the packer takes WIDE
        channel = Channel(0, 1 << 30, term, shift)
        operator = Operator(None, zero_point, 0, 1, form, 0, 255)
        for value in near_halves(4 << max(shift, 0)):
            acc = value if abs(value) < 1 << 24 else value >> 8
            expected = zero_point + tflite(acc, form, 1 << 30, shift)
            found = rounding().requantize(acc, ctypes.byref(channel), ctypes.byref(operator))
            assert found == min(max(expected, 0), 255), (acc, shift)


@pytest.mark.parametrize("form", list(Form))
def test_an_activations_bounds_are_reached_and_not_passed(form: Form) -> None:
    channel = Channel(0, 1 << 30, 1, 1)  # a quarter of the sum
    if form in (Form.FAST, Form.SHORT, Form.GENERAL):
        channel.rounding += 100 << 1
    operator = Operator(None, 100, 0, 1, form, 90, 120)
    for steps in range(-30, 41):
        found = rounding().requantize(4 * steps, ctypes.byref(channel), ctypes.byref(operator))
        assert found == min(max(100 + steps, 90), 120)
