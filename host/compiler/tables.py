"""Functions of one int8 value as tables of 256, bit for bit as TFLite's reference kernels compute them.

In: the scales and zero points (of int8 q) on both sides. Out: uint8 [256], by u = q + 128. Sources: TFLite's reference
kernels (logistic, tanh, hard_swish, leaky_relu, prelu, requantize, mul, add) and gemmlowp's fixed-point functions;
tests/compiler/test_tables.py holds every entry against LiteRT.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from host.compiler.quantise import quantise_multiplier

Ints = NDArray[np.int64]
Table = NDArray[np.uint8]
Q = np.arange(-128, 128, dtype=np.int64)
INT16 = (1 << 15) - 1
INT32 = (1 << 31) - 1


@dataclass(frozen=True)
class Ends:
    """Quantisation of input and output: real = scale * (q - zero point)."""

    scale: float
    zero_point: int
    output_scale: float
    output_zero_point: int


def multiply(values: Ints, real: float) -> Ints:
    """TFLite's MultiplyByQuantizedMultiplier with two roundings."""
    multiplier, shift = quantise_multiplier(real)
    return scaled(values, multiplier, shift)


def scaled(values: Ints, multiplier: int, shift: int) -> Ints:
    """The same, for constants that are there already. shift: positive is left."""
    high = ((values << max(shift, 0)) * multiplier + (1 << 30)) >> 31
    return divide_by_power(high, max(-shift, 0))


def divide_by_power(values: Ints, shift: int) -> Ints:
    """gemmlowp's RoundingDivideByPOT: halves away from zero."""
    half = (1 << shift) >> 1
    return np.asarray((values + half - ((values < 0) & (shift > 0))) >> shift, np.int64)


def as_table(q: Ints, low: int = -128, high: int = 127) -> Table:
    """int8 values, cut at the bounds, as u."""
    return (np.clip(q, low, high) + 128).astype(np.uint8)


def requantised(e: Ends, low: int = -128, high: int = 127) -> Table:
    """QUANTIZE, and RELU and its like with the bounds that they set."""
    real = e.scale / e.output_scale
    return as_table(multiply(Q - e.zero_point, real) + e.output_zero_point, low, high)


def leaky_relu(e: Ends, alpha: float) -> Table:
    """QuantizeLeakyRelu."""
    x = Q - e.zero_point
    same = multiply(x, e.scale / e.output_scale)
    slope = multiply(x, e.scale * alpha / e.output_scale)
    return as_table(np.where(x >= 0, same, slope) + e.output_zero_point)


def prelu(e: Ends, alpha_scale: float, alpha: int) -> Table:
    """PReluScaling. alpha: of one channel, its zero point taken off."""
    x = Q - e.zero_point
    same = multiply(x, e.scale / e.output_scale)
    slope = multiply(x * alpha, e.scale * alpha_scale / e.output_scale)
    return as_table(np.where(x >= 0, same, slope) + e.output_zero_point)


def hard_swish(e: Ends) -> Table:
    """HardSwish of the reference kernels: int16 arithmetic."""
    value = (Q - e.zero_point) << 7
    half_scale = e.scale / 128  # "hires": the input with 7 more bits
    output_fixed, output_exponent = _sixteen_bits(half_scale / e.output_scale)
    reluish_fixed, reluish_exponent = _sixteen_bits(half_scale / (3.0 / 32768.0))
    preshift = _doubling_high(value, output_fixed)
    gate = value
    if reluish_exponent > 0:
        gate = np.clip(gate << (reluish_exponent - 1), -INT16 - 1, INT16)
    gate = _doubling_high(gate, reluish_fixed)
    if reluish_exponent > 0:
        gate = np.clip(gate << 1, -INT16 - 1, INT16)
    if reluish_exponent < 0:
        gate = divide_by_power(gate, -reluish_exponent)
    gate = (gate + 32768) >> 1
    product = np.minimum((gate * preshift * 2) >> 16, INT16)  # SaturatingDoublingHighMul truncates
    product = np.where((gate * preshift) < 0, -((-gate * preshift * 2) >> 16), product)
    moved = divide_by_power(product, max(-output_exponent, 0)) << max(output_exponent, 0)
    return as_table(moved + e.output_zero_point)


def _sixteen_bits(real: float) -> tuple[int, int]:
    """DownScaleInt32ToInt16Multiplier of QuantizeMultiplier."""
    multiplier, shift = quantise_multiplier(real)
    if multiplier >= INT32 - (1 << 15):
        return INT16, shift
    return (multiplier + (1 << 15)) >> 16, shift


def _doubling_high(a: Ints, b: int) -> Ints:
    """SaturatingRoundingDoublingHighMul of int16: halves away from zero."""
    product = a * b
    nudge = np.where(product >= 0, 1 << 14, 1 - (1 << 14))
    return np.minimum(np.trunc((product + nudge) / (1 << 15)).astype(np.int64), INT16)


def by_function(e: Ends, function: np.ufunc | object) -> Table:
    """A float function per value, as TFLite fills its lookup tables: float32, halves away from zero."""
    real = np.float32(e.scale) * (Q - e.zero_point).astype(np.float32)
    made = np.asarray(function(real), np.float32)  # type: ignore[operator]  # a function of an array
    raw = made * (np.float32(1) / np.float32(e.output_scale))
    rounded = np.trunc(raw + np.copysign(np.float32(0.5), raw)).astype(np.int64)
    return as_table(rounded + e.output_zero_point)
