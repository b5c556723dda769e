"""Requantisation: TFLite's constants, which of the engine's three forms is proven equal to TFLite, and its records.

FAST does as TFLite does, with a right shift. The proof is per channel and complete: TFLite and FAST are both
non-decreasing step functions of the accumulator, so they are equal on a range when, for each of the 255 levels between
the activation function's bounds, the smallest accumulator that reaches it is the same; both are computed in closed form
with integers.
"""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from host.compiler.format import Form, PackedFastRequantisation, PackedRequantisation
from host.compiler.network import Scaling

INT32_LIMIT = 1 << 31
FAST_ACCUMULATOR_LIMIT = 1 << 30
FAST_SHIFTS = (1, 22)
FAST_BIAS_LIMIT = 1 << 26

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Range:
    """What each channel's accumulator can be: low <= acc <= high, int64 arrays."""

    low: Ints
    high: Ints


def quantise_multiplier(real: float) -> tuple[int, int]:
    """TFLite's QuantizeMultiplier: Q0.31 multiplier and shift (positive: left)."""
    if real == 0.0:
        return 0, 0
    fraction, shift = math.frexp(real)
    fixed = math.floor(fraction * (1 << 31) + 0.5)
    if fixed == 1 << 31:
        fixed, shift = fixed // 2, shift + 1
    return (0, 0) if shift < -31 else (fixed, shift)


def scale_accumulator(acc: Ints, scaling: Scaling) -> Ints:
    """TFLite's MultiplyByQuantizedMultiplier, in one of its two roundings. |acc| < 2^31 after a left shift."""
    if scaling.rounds_once:
        total = 31 - scaling.shift
        return (acc * scaling.multiplier + (np.int64(1) << (total - 1))) >> total
    left, right = np.maximum(scaling.shift, 0), np.maximum(-scaling.shift, 0)
    x = ((acc << left) * scaling.multiplier + (1 << 30)) >> 31
    return (x + _half(right) - ((right > 0) & (x < 0))) >> right


def output_values(acc: Ints, scaling: Scaling, zero_point: int) -> Ints:
    """u for accumulators. zero_point: the output's, of u."""
    values = scale_accumulator(acc, scaling) + zero_point
    clipped: Ints = np.clip(values, scaling.act_min, scaling.act_max)
    return clipped


def can_overflow(scaling: Scaling, reach: Range) -> NDArray[np.bool_]:
    """Per channel: an accumulator, shifted left, may leave 32 bits, where TFLite is undefined."""
    largest = np.maximum(np.abs(reach.low), np.abs(reach.high))
    return np.asarray(largest << np.maximum(scaling.shift, 0) >= INT32_LIMIT, np.bool_)


def choose_form(scaling: Scaling, zero_point: int, reach: Range) -> Form:
    """The cheapest form that is proven right for all channels. zero_point: the output's, of u."""
    if len(scaling.bias) == 1:  # one record for all channels
        reach = Range(reach.low.min(keepdims=True), reach.high.max(keepdims=True))
    if bool(np.all(fast_is_exact(scaling, zero_point, reach))):
        return Form.FAST
    if scaling.rounds_once:
        return Form.SINGLE
    return Form.GENERAL if _general_fits(scaling, zero_point, reach) else Form.WIDE


def constant_channels(scaling: Scaling, zero_point: int, reach: Range) -> Ints:
    """Per channel, the u that it always has, or -1."""
    low, high = (output_values(acc, scaling, zero_point) for acc in (reach.low, reach.high))
    return np.where(low == high, low, -1)


def constant_scaling(scaling: Scaling, zero_point: int, values: Ints) -> Scaling:
    """`scaling` where `values` is -1, elsewhere constants that give `values` from weights of zero.

    A shift as other channels have it: one of 1 would keep the operator from the faster kernels (uniform ones).
    """
    chosen = values >= 0
    return dataclasses.replace(
        scaling,
        bias=np.where(chosen, 512 * (values - zero_point), scaling.bias),
        multiplier=np.where(chosen, 1 << 30, scaling.multiplier),
        shift=np.where(chosen, -8, scaling.shift),
    )


def fast_is_exact(scaling: Scaling, zero_point: int, reach: Range) -> NDArray[np.bool_]:
    """Per channel: FAST equals TFLite for every accumulator in reach, and nothing overflows on the way."""
    level = np.arange(1, 256)[:, None]
    target = fast_targets(level, scaling, zero_point)
    fast = np.clip(-(-target // np.maximum(scaling.multiplier, 1)), reach.low, reach.high + 1)
    fast = within_bounds(fast, level, scaling, reach)
    exact = first_exact(level, scaling, zero_point, reach)
    same = (fast == exact).all(axis=0)
    return np.asarray(fast_fits(scaling, reach) & same, np.bool_)


def fast_fits(scaling: Scaling, reach: Range) -> NDArray[np.bool_]:
    """Per channel: its constants are within FAST's bounds. So no sum of FAST overflows, whatever the multiplier and
    the zero point: below 2^30 each are the scaled accumulator and the rounding, at most 2^21 + 255 * 2^22."""
    shift = -scaling.shift
    fits = (shift >= FAST_SHIFTS[0]) & (shift <= FAST_SHIFTS[1])
    largest = np.maximum(np.abs(reach.low), np.abs(reach.high))
    fits &= (largest < FAST_ACCUMULATOR_LIMIT) & (np.abs(scaling.bias) < FAST_BIAS_LIMIT)
    return np.asarray(fits, np.bool_)


def _fast_rounding(scaling: Scaling, zero_point: int) -> Ints:
    shift = np.clip(-scaling.shift, *FAST_SHIFTS)
    return np.asarray((1 << (shift - 1)) + (zero_point << shift), np.int64)


def fast_targets(level: Ints, scaling: Scaling, zero_point: int) -> Ints:
    """What acc * multiplier must reach for FAST to give `level` (a column) or more: int64 [levels][channels]."""
    x = (level << np.clip(-scaling.shift, *FAST_SHIFTS)) - _fast_rounding(scaling, zero_point)
    return np.asarray(((x + (x <= 0)) << 31) - (1 << 30), np.int64)


def first_exact(level: Ints, scaling: Scaling, zero_point: int, reach: Range) -> Ints:
    """The smallest accumulator in reach that TFLite gives `level` (a column) or more; reach.high + 1 for none."""
    return within_bounds(_first_exact(level - zero_point, scaling, reach), level, scaling, reach)


def within_bounds(first: Ints, level: Ints, scaling: Scaling, reach: Range) -> Ints:
    """`first` accumulators of levels once the activation function cuts: what is always and what is never reached."""
    reached = np.where(level <= scaling.act_min, reach.low, first)
    return np.asarray(np.where(level > scaling.act_max, reach.high + 1, reached), np.int64)


def _first_exact(steps: Ints, scaling: Scaling, reach: Range) -> Ints:
    """The smallest acc in reach that TFLite scales to `steps` or more. Only for right shifts."""
    right = np.maximum(-scaling.shift, 0)
    if scaling.rounds_once:  # acc * multiplier + 2^(30 + right) >= steps << (31 + right)
        target = ((2 * steps.astype(object) - 1) << 30) << right.astype(object)
        first = -(-target // np.maximum(scaling.multiplier, 1).astype(object))
        clipped: Ints = np.clip(first, reach.low, reach.high + 1).astype(np.int64)
        return clipped
    x = (steps << right) - _half(right) + ((steps <= 0) & (right > 0))
    return _first_acc(x, scaling.multiplier, reach)


def _first_acc(x: Ints, multiplier: Ints, reach: Range) -> Ints:
    """The smallest acc in reach with (acc * multiplier + 2^30) >> 31 >= x; reach.high + 1 when there is none."""
    target = (np.clip(x, -INT32_LIMIT, INT32_LIMIT) << 31) - (1 << 30)
    first = -(-target // np.maximum(multiplier, 1))
    first = np.where(multiplier > 0, first, np.where(x <= 0, reach.low, reach.high + 1))
    clipped: Ints = np.clip(first, reach.low, reach.high + 1)
    return clipped


def _general_fits(scaling: Scaling, zero_point: int, reach: Range) -> bool:
    """No sum of GENERAL leaves int32, and its rounding term can be stored."""
    right, left = np.maximum(-scaling.shift, 0), np.maximum(scaling.shift, 0)
    largest = np.maximum(np.abs(reach.low), np.abs(reach.high)) << left
    rounding = _half(right) + (zero_point << right)
    return bool(np.all((right <= 31) & (largest + rounding + 1 < INT32_LIMIT)))


def _half(right: Ints) -> Ints:
    return np.where(right > 0, 1 << np.maximum(right - 1, 0), 0)


def records(scaling: Scaling, form: Form, zero_point: int) -> bytes:
    """The records of all channels, in their order. zero_point: the output's, of u."""
    if form is Form.FAST:
        return b"".join(map(_fast_record, scaling.multiplier, scaling.bias, -scaling.shift))
    right = np.maximum(-scaling.shift, 0)
    rounding = _half(right) + (0 if form is Form.WIDE else zero_point << right)
    if form is Form.SINGLE:
        rounding = np.zeros_like(right)
    bias = scaling.bias.astype(np.int32)  # modulo 2^32, as the accumulator is
    columns = zip(bias, scaling.multiplier, rounding, -scaling.shift, strict=True)
    return b"".join(PackedRequantisation(*map(int, row)).pack() for row in columns)


def _fast_record(multiplier: np.int64, bias: np.int64, right: np.int64) -> bytes:
    return PackedFastRequantisation(int(multiplier), int(bias) * 32 + int(right)).pack()
