"""ADD as two multiplications: constants of form FAST that equal TFLite's roundings for every pair of values.

TFLite rounds three times, each a little off the real sum. One rounding of a sum with 20 and more bits behind the point
nearly always gives the same; whether it does is tried for all 65,536 pairs, and the offset is taken from the middle of
those that do.
"""

from __future__ import annotations

import dataclasses

import numpy as np
from numpy.typing import NDArray

from host.compiler.network import Addition
from host.compiler.quantise import INT32_LIMIT
from host.compiler.tables import scaled

Ints = NDArray[np.int64]
LEFT_SHIFT = 20
NEARBY = (0, 1, -1, 2, -2, 3, -3)
FEWER_BITS = 2


def exact_sums(addition: Addition, zero_point: int) -> Ints:
    """[256][256] of u, as TFLite adds u1 (rows) and u2. zero_point: the output's, of u."""
    u = np.arange(256, dtype=np.int64)
    first, second = (
        scaled((u - point) << LEFT_SHIFT, multiplier, -shift)
        for point, multiplier, shift in zip(
            addition.zero_points, addition.multipliers, addition.shifts, strict=False
        )
    )
    total = first[:, None] + second[None, :]
    made = scaled(total, addition.multipliers[2], -addition.shifts[2]) + zero_point
    return np.asarray(np.clip(made, addition.act_min, addition.act_max), np.int64)


def with_linear(addition: Addition, zero_point: int) -> Addition:
    """`addition` with its constants of form FAST, when there are any."""
    exact = exact_sums(addition, zero_point)
    first, second = (_factor(addition, i) for i in (0, 1))
    reach = [
        (-point * factor, (255 - point) * factor)
        for point, factor in zip(addition.zero_points, (first, second), strict=True)
    ]
    least, most_u = (zero_point + sum(side[i] for side in reach) for i in (0, 1))
    most = min(31, int(np.floor(np.log2(INT32_LIMIT / (max(-least, most_u) + 2)))))
    u = np.arange(256, dtype=np.int64)
    for shift in range(most, max(most - FEWER_BITS, 0), -1):
        a, b = (round(value * (1 << shift)) for value in (first, second))
        for more in NEARBY:
            for other in NEARBY:
                line = u[:, None] * (a + more) + u[None, :] * (b + other)
                offset = _offset(line, exact, shift, addition)
                if offset is not None:
                    found = (a + more, b + other, offset, shift)
                    return dataclasses.replace(addition, linear=found)
    return addition


def _factor(addition: Addition, side: int) -> float:
    """What one step of an input is worth, in steps of the output."""
    inner = addition.multipliers[side] * 2.0 ** (LEFT_SHIFT - 31 - addition.shifts[side])
    return float(inner * addition.multipliers[2] * 2.0 ** (-31 - addition.shifts[2]))


def _offset(line: Ints, exact: Ints, shift: int, addition: Addition) -> int | None:
    """One that makes (line + offset) >> shift, cut at the bounds, `exact` everywhere, and stays in 32 bits."""
    above, below = exact > addition.act_min, exact < addition.act_max
    low = int(((exact << shift) - line)[above].max(initial=-INT32_LIMIT))
    high = int((((exact + 1) << shift) - 1 - line)[below].min(initial=INT32_LIMIT - 1))
    if low > high:
        return None
    offset = (low + high) // 2
    inside = int(line.min()) + offset >= -INT32_LIMIT and int(line.max()) + offset < INT32_LIMIT
    return offset if inside and -INT32_LIMIT <= offset < INT32_LIMIT else None
