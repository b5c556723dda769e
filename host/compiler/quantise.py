"""Requantisation: TFLite's constants, which of the engine's three forms is proven equal to TFLite, and its records.

The proof is per channel and complete. TFLite and FAST are both non-decreasing step functions of the accumulator, so
they are equal on a range when, for each of the 255 levels, the smallest accumulator that reaches it is the same; both
are computed in closed form with integers.
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


def multiply(acc: Ints, multiplier: Ints, shift: Ints) -> Ints:
    """TFLite's MultiplyByQuantizedMultiplier: shift positive is left; wraps at 32 bits as compiled code does."""
    left, right = np.maximum(shift, 0), np.maximum(-shift, 0)
    shifted = (acc << left).astype(np.int32).astype(np.int64)
    x = (shifted * multiplier + (1 << 30)) >> 31
    half = np.where(right > 0, 1 << np.maximum(right - 1, 0), 0)
    return (x + half - ((right > 0) & (x < 0))) >> right


def choose(scaling: Scaling, zero_point: int, reach: Range) -> tuple[Form, Scaling]:
    """The cheapest form that is proven right for all channels, and the constants it is right with.

    zero_point: the output's, of u.
    """
    if len(scaling.bias) == 1:  # one record for all channels
        reach = Range(reach.low.min(keepdims=True), reach.high.max(keepdims=True))
    for candidate in (scaling, _friendlier(scaling, zero_point, reach)):
        if bool(np.all(fast_is_exact(candidate, scaling, zero_point, reach))):
            return Form.FAST, candidate
    return (Form.GENERAL if _general_fits(scaling, zero_point, reach) else Form.WIDE), scaling


def _friendlier(scaling: Scaling, zero_point: int, reach: Range) -> Scaling:
    """The same scaling in constants that FAST can hold, if it can; that they are right is for the proof to say.

    A channel that always gives the zero point needs no multiplier. A shift beyond FAST's takes bits from the
    multiplier that its small range does not need.
    """
    ends = (
        np.clip(
            multiply(acc, scaling.multiplier, scaling.shift) + zero_point,
            scaling.act_min,
            scaling.act_max,
        )
        for acc in (reach.low, reach.high)
    )
    constant = np.logical_and(*(end == zero_point for end in ends))
    excess = np.maximum(-scaling.shift - FAST_SHIFTS[1], 0)
    rounded = (scaling.multiplier + ((1 << excess) >> 1)) >> excess
    return dataclasses.replace(
        scaling,
        bias=np.where(constant, 0, scaling.bias),
        multiplier=np.where(constant, 0, rounded),
        shift=np.where(constant, -1, scaling.shift + excess),
    )


def fast_is_exact(
    candidate: Scaling, scaling: Scaling, zero_point: int, reach: Range
) -> NDArray[np.bool_]:
    """Per channel: FAST with the candidate's constants equals TFLite with `scaling` for every accumulator in reach.

    A multiplier of 0 gives the zero point whatever the accumulator is, so its bias need not be TFLite's.
    """
    shift = -candidate.shift
    fits = (shift >= FAST_SHIFTS[0]) & (shift <= FAST_SHIFTS[1]) & (candidate.multiplier >= 0)
    fits &= (candidate.multiplier == 0) | (candidate.bias == scaling.bias)
    shift = np.clip(shift, *FAST_SHIFTS)
    rounding = (1 << (shift - 1)) + (zero_point << shift)
    largest = np.maximum(np.abs(reach.low), np.abs(reach.high))
    fits &= (largest < FAST_ACCUMULATOR_LIMIT) & (np.abs(candidate.bias) < FAST_BIAS_LIMIT)
    fits &= largest + rounding + 1 < INT32_LIMIT
    fits &= scaling.shift <= 0
    level = np.arange(1, 256)[:, None]
    fast = _first_acc((level << shift) - rounding, candidate.multiplier, reach)
    exact = _first_acc(_first_x(level - zero_point, -scaling.shift), scaling.multiplier, reach)
    exact = np.where(level <= scaling.act_min, reach.low, exact)
    exact = np.where(level > scaling.act_max, reach.high + 1, exact)
    return np.asarray(fits & (fast == exact).all(axis=0), np.bool_)


def _first_x(steps: Ints, right: Ints) -> Ints:
    """The smallest x that TFLite's rounding division by 2^right brings to `steps` or more."""
    half = _half(right)
    return (steps << np.maximum(right, 0)) - half + ((steps <= 0) & (right > 0))


def _first_acc(x: Ints, multiplier: Ints, reach: Range) -> Ints:
    """The smallest acc in reach with (acc * multiplier + 2^30) >> 31 >= x; reach.high + 1 when there is none."""
    target = (np.clip(x, -INT32_LIMIT, INT32_LIMIT) << 31) - (1 << 30)
    first = -(-target // np.maximum(multiplier, 1))
    first = np.where(multiplier > 0, first, np.where(x <= 0, reach.low, reach.high + 1))
    return np.clip(first, reach.low, reach.high + 1)


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
    bias = scaling.bias.astype(np.int32)  # modulo 2^32, as the accumulator is
    columns = zip(bias, scaling.multiplier, rounding, -scaling.shift, strict=True)
    return b"".join(PackedRequantisation(*map(int, row)).pack() for row in columns)


def _fast_record(multiplier: np.int64, bias: np.int64, right: np.int64) -> bytes:
    return PackedFastRequantisation(int(multiplier), int(bias) * 32 + int(right)).pack()
