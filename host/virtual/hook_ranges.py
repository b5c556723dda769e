"""Which ranges of addresses are hooked so that the instructions wanted are.

Unicorn calls a function at every instruction inside a range of addresses, and walks through all ranges to find whose it
is; with one range it does not. So ranges cost twice: for each instruction that runs in one though nobody wants it, and,
at each instruction that runs in any, for being many.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from host.virtual import words

Range = tuple[int, int]  # first address, first behind it


def ranges_of(slots: Iterable[int], blocks: NDArray[np.int64]) -> list[Range]:
    """The ranges, in order, that cost least of those that hold the instructions that begin at `slots`.

    blocks: (n, 3), of each block that ran its first slot, the slot behind it, and how often it did. The two ranges with
    the fewest executions between them become one, again and again, until one is left in flash and one in RAM; the
    cheapest state wins.
    """
    ranges = [(slot, slot + 1) for slot in sorted(set(slots))]
    before = _executed_before({end for range_ in ranges for end in range_}, blocks)
    best, least = ranges, _cost(ranges, before)
    while pairs := [pair for pair in range(len(ranges) - 1) if _can_join(ranges, pair)]:
        chosen = min(pairs, key=lambda pair: before[ranges[pair + 1][0]] - before[ranges[pair][1]])
        joined = ranges[chosen][0], ranges[chosen + 1][1]
        ranges = [*ranges[:chosen], joined, *ranges[chosen + 2 :]]
        cost = _cost(ranges, before)
        if cost <= least:
            best, least = ranges, cost
    return [(words.address_of(first), words.address_of(last - 1) + 2) for first, last in best]


def _executed_before(slots: set[int], blocks: NDArray[np.int64]) -> dict[int, int]:
    """How many halfwords of code were executed that lie before each of these slots."""
    first, behind, runs = blocks.T
    return {slot: int((np.clip(slot - first, 0, behind - first) * runs).sum()) for slot in slots}


def _can_join(ranges: list[Range], pair: int) -> bool:
    return (ranges[pair][0] < words.RAM_SLOT) == (ranges[pair + 1][0] < words.RAM_SLOT)


def _cost(ranges: list[Range], before: dict[int, int]) -> int:
    """What is executed in them, times what each of those instructions costs: a call, and a step for each range."""
    executed = sum(before[behind] - before[first] for first, behind in ranges)
    return executed * (1 + len(ranges) if len(ranges) > 1 else 1)
