"""Records of 6 bytes (form SHORT): multipliers that are as good as TFLite's and end in the bits of their shift.

Few of a multiplier's 31 bits matter: FAST stays equal to TFLite as long as each of the 255 levels is reached by the
same accumulator as before, and that bounds the multiplier from both sides by linear inequalities. Any multiplier
between the bounds is exact for every accumulator that the channel can reach; one is taken that ends as the record
wants it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from host.compiler.format import PackedShortRequantisation
from host.compiler.network import Scaling
from host.compiler.quantise import FAST_SHIFTS, Ints, Range, fast_fits, fast_targets, first_exact

SHIFT_BITS = 3
LEAST_SHIFTS = (1, FAST_SHIFTS[1] - (1 << SHIFT_BITS) + 1)
LEADING_BIT = 1 << 30
BIAS_LIMIT = 1 << 17


@dataclass(frozen=True)
class ShortForm:
    """An operator's constants. multiplier: int64 [channels], each ending in its shift minus least_shift."""

    least_shift: int
    multiplier: Ints


def short_form(scaling: Scaling, zero_point: int, reach: Range) -> ShortForm | None:
    """The constants of form SHORT; None when a channel has none that are exact. zero_point: the output's, of u."""
    fits = fast_fits(scaling, reach) & (np.abs(scaling.bias) < BIAS_LIMIT)
    shift = -scaling.shift
    first = max(LEAST_SHIFTS[0], int(shift.max()) - (1 << SHIFT_BITS) + 1)
    if not fits.all() or first > min(shift.min(), LEAST_SHIFTS[1]):
        return None
    low, high = exact_multipliers(scaling, zero_point, reach)
    low = np.maximum(low, LEADING_BIT)
    for least in range(first, min(int(shift.min()), LEAST_SHIFTS[1]) + 1):
        multiplier = low + ((shift - least - low) & ((1 << SHIFT_BITS) - 1))
        if bool((multiplier <= high).all()):
            return ShortForm(least, multiplier)
    return None


def exact_multipliers(scaling: Scaling, zero_point: int, reach: Range) -> tuple[Ints, Ints]:
    """Per channel, the least and the greatest multiplier with which FAST equals TFLite; none where they cross.

    A level is reached at acc >= first, so first * m >= target and (first - 1) * m < target, where reach has them.
    """
    level = np.arange(scaling.act_min + 1, max(scaling.act_max, scaling.act_min + 1) + 1)[:, None]
    first = first_exact(level, scaling, zero_point, reach)
    target = fast_targets(level, scaling, zero_point)
    low, high = np.zeros(len(scaling.bias), np.int64), np.full(len(scaling.bias), (1 << 31) - 1)
    for acc, bound, holds in (
        (first, target, first <= reach.high),
        (1 - first, 1 - target, first - 1 >= reach.low),
    ):  # acc * m >= bound
        divisor = np.where(acc == 0, 1, acc)
        at_least, at_most = -(-bound // divisor), bound // divisor
        low = np.maximum(low, np.where(holds & (acc > 0), at_least, 0).max(axis=0))
        high = np.minimum(high, np.where(holds & (acc < 0), at_most, high).min(axis=0))
        high = np.where((holds & (acc == 0) & (bound > 0)).any(axis=0), -1, high)
    return low, high


def short_records(scaling: Scaling, form: ShortForm) -> bytes:
    """The records of all channels, in their order."""
    made: NDArray[np.uint16] = np.empty((len(scaling.bias), 3), "<u2")
    top = (scaling.bias >> 16) << 30
    scale = (top | (form.multiplier & (LEADING_BIT - 1))) & 0xFFFFFFFF
    made[:, 0], made[:, 1], made[:, 2] = scale & 0xFFFF, scale >> 16, scaling.bias & 0xFFFF
    assert made.dtype.itemsize * 3 == PackedShortRequantisation.LAYOUT.size
    return made.tobytes()
