"""What the oracle's operators compute with: requantisation by a packed model's records, and gemmlowp's fixed point."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from host.base.records import Message
from host.compiler.format import (
    Form,
    PackedFastRequantisation,
    PackedOperator,
    PackedRequantisation,
    PackedShortRequantisation,
)
from host.compiler.pack import PackedModel, read_records

Image = NDArray[np.uint8]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Call:
    """An operator with what it reads. shape: of its output."""

    model: PackedModel
    operator: PackedOperator
    inputs: tuple[Image, ...]
    shape: tuple[int, int, int]
    fills: tuple[int, ...]  # zero points of the inputs, then of the output

    def weights(self, *shape: int) -> Ints:
        """The operator's int8 weights in that shape, as int64."""
        count, offset = int(np.prod(shape)), self.operator.weights_offset
        values = np.frombuffer(self.model.data, np.int8, count, offset)
        return values.reshape(shape).astype(np.int64)


def clip(values: Ints, low: int, high: int) -> Ints:
    """Within low..high."""
    clipped: Ints = np.clip(values, low, high)
    return clipped


def wrap(values: Ints) -> Ints:
    """Modulo 2^32, as int32."""
    return values.astype(np.int32).astype(np.int64)


def requantise(call: Call, acc: Ints, channels: int) -> Ints:
    """acc: [height][width][channels], without bias. channels: number of records."""
    if call.operator.form in (Form.FAST, Form.SHORT):
        return _requantise_fast(call, acc, channels)
    data, offset = call.model.data, call.operator.constants_offset
    rows = read_records(PackedRequantisation, data, offset, channels)
    bias, multiplier, rounding, shift = columns_of(rows, "bias", "multiplier", "rounding", "shift")
    if call.operator.form == Form.SINGLE:
        scaled = (wrap(acc + bias) * multiplier + (np.int64(1) << (30 + shift))) >> (31 + shift)
        return clip(scaled + call.fills[-1], call.operator.act_min, call.operator.act_max)
    right, left = np.maximum(shift, 0), np.maximum(-shift, 0)
    x = (wrap(wrap(acc + bias) << left) * multiplier + (1 << 30)) >> 31
    x -= (right > 0) & (x < 0)
    point = call.fills[-1] if call.operator.form == Form.WIDE else 0
    u = ((x + rounding) >> right) + point
    return clip(u, call.operator.act_min, call.operator.act_max)


def _requantise_fast(call: Call, acc: Ints, channels: int) -> Ints:
    short = call.operator.form == Form.SHORT
    bias, multiplier, shift = (_short_constants if short else _fast_constants)(call, channels)
    rounding = (1 << (shift - 1)) + (call.fills[-1] << shift)
    total = wrap(acc + bias)
    x = (total * multiplier + (1 << 30)) >> 31
    return clip(
        wrap(x + rounding - (total < 0)) >> shift, call.operator.act_min, call.operator.act_max
    )


def _fast_constants(call: Call, channels: int) -> tuple[Ints, Ints, Ints]:
    """Bias, multiplier, shift."""
    data, offset = call.model.data, call.operator.constants_offset
    rows = read_records(PackedFastRequantisation, data, offset, channels)
    multiplier, packed = columns_of(rows, "multiplier", "bias_and_shift")
    return packed >> 5, multiplier, packed & 31


def _short_constants(call: Call, channels: int) -> tuple[Ints, Ints, Ints]:
    """Bias, multiplier, shift."""
    data, offset = call.model.data, call.operator.constants_offset
    rows = read_records(PackedShortRequantisation, data, offset, channels)
    scale_low, scale_high, bias_low = columns_of(rows, "scale_low", "scale_high", "bias_low")
    scale = scale_high << 16 | scale_low
    bias = (wrap(scale) >> 30 << 16) + bias_low
    return bias, (scale & 0x3FFFFFFF) | 1 << 30, (scale & 7) + call.operator.least_shift


def columns_of(rows: tuple[Message, ...], *names: str) -> list[Ints]:
    """For each field named, its values by row."""
    return [np.array([getattr(row, name) for row in rows], np.int64) for name in names]


def high_product(a: Ints, b: Ints | int) -> Ints:
    """gemmlowp's SaturatingRoundingDoublingHighMul."""
    product: Ints = np.minimum((a * b + (1 << 30)) >> 31, (1 << 31) - 1)
    return product


def divide(value: Ints, shift: int) -> Ints:
    """gemmlowp's RoundingDivideByPOT: halves away from zero."""
    half = (1 << shift) >> 1
    return (value + half - ((value < 0) & (shift > 0))) >> shift


def reciprocal(fraction: Ints) -> Ints:
    """gemmlowp's one_over_one_plus_x_for_x_in_0_1: Newton's method on Q2.29. fraction, result: Q0.31."""
    half = (fraction + ((1 << 31) - 1) + 1) >> 1
    x = 1515870810 + high_product(half, -1010580540)
    for _ in range(3):
        error = (1 << 29) - high_product(half, x)
        x = x + _saturate(high_product(x, error) << 2)
    return _saturate(x << 1)


def _saturate(value: Ints) -> Ints:
    return clip(value, -(1 << 31), (1 << 31) - 1)
