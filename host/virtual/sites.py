"""When a block accesses a device, though the fast engine does not tell which of its instructions does.

A block with one load that can reach a device (not relative to SP or PC) leaves no choice: its time is known when the
block is priced. Of a block with several the first access is taken to come at its end; from then on a hook on the
instructions there and around it notes the time of each.
"""

from __future__ import annotations

import numpy as np

from host.virtual import words
from host.virtual.cycles import BlockPrice
from host.virtual.memory import Memory

MARGIN_BYTES = 128  # hooked around a block: its neighbours are likely to do the same
MOST_RANGES = 16  # Unicorn walks through all hooks at every hooked instruction

Range = tuple[int, int]  # first address, first behind it


class Sites:
    """What is known of each block's accesses; kept in the tables of `memory`."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self.hooked: list[Range] = []
        self.full = False  # more places than hooks: only the exact engine can time them all

    def priced(self, address: int, price: BlockPrice) -> None:
        """A block was priced: what its accesses can tell."""
        address = words.plain(address)
        row = self._memory.accesses[words.slot_of(address)]
        end = address + 2 * (len(price.prefix) - 1)
        covered = any(first <= address and end <= behind for first, behind in self.hooked)
        for column, offsets in enumerate(price.reaching):
            row[column] = price.prefix[offsets[0] // 2] + 1 if len(offsets) == 1 else 0
            if len(offsets) > 1 and covered:
                row[column] = words.ACCESS_HOOKED

    @property
    def grows(self) -> bool:
        """Blocks are wanted that the CPU itself found (native/clock.py)."""
        return bool(self._memory.state[words.SITES_GROW])

    def grow(self) -> bool:
        """Takes in the blocks wanted since the last time; whether the ranges to hook changed."""
        memory = self._memory
        memory.state[words.SITES_GROW] = 0
        slots = np.flatnonzero(memory.wanted == 1).tolist()
        ranges = list(self.hooked)
        for slot in slots:
            address = words.address_of(slot)
            size = int(memory.prices[slot, 0]) >> words.SIZE_SHIFT
            ranges.append((address - MARGIN_BYTES, address + size + MARGIN_BYTES))
        memory.wanted[slots] = 2
        merged = _merged(ranges)
        self.full = len(merged) > MOST_RANGES
        if self.full or merged == self.hooked:
            return False
        self.hooked = merged
        memory.prices[:, 0] = 0  # priced again, as hooked
        return True

    def places(self) -> list[Range]:
        """The ranges wherever their code can run: RAM lies twice in the address space."""
        moved = words.CODE_RAM_START - words.RAM_START
        twice = [
            (first + moved, behind + moved) for first, behind in self.hooked if first >= -moved
        ]
        return self.hooked + twice

    def forget(self, address: int, count: int) -> None:
        """Code at these addresses changed."""
        first = words.slot_of(address)
        if first >= 0:
            self._memory.wanted[max(first - MARGIN_BYTES, 0) : first + count // 2 + 1] = 0


def _merged(ranges: list[Range]) -> list[Range]:
    """Ranges in order, those that touch as one."""
    found: list[Range] = []
    for first, behind in sorted(ranges):
        if found and first <= found[-1][1]:
            found[-1] = found[-1][0], max(found[-1][1], behind)
        else:
            found.append((first, behind))
    return found
