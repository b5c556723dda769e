"""When a block accesses a device, though the fast engine does not tell which of its instructions does.

A block with one load that can reach a device (not relative to SP or PC) leaves no choice: its time is known when the
block is priced. One with several runs first on the exact engine, which shows which of them do; from then on a hook on
those instructions notes the time of each. Which ranges of addresses are hooked: see hook_ranges.py.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from host.virtual import words
from host.virtual.cycles import BlockPrice
from host.virtual.hook_ranges import Range, ranges_of
from host.virtual.memory import Memory

NEIGHBOUR_SLOTS = 64  # blocks that begin so close, in halfwords, are likely to do the same


class Sites:
    """What is known of each block's accesses; stored in the tables of `memory`."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self._several: dict[int, tuple[int, ...]] = {}  # by slot: what would have to be hooked
        self._watched: set[int] = set()  # slots of the instructions to be hooked
        self._halfwords: NDArray[np.uint16] = np.zeros(words.SLOTS, np.uint16)  # of each block
        self.hooked: list[Range] = []

    def priced(self, address: int, price: BlockPrice) -> bool:
        """A block was priced: what its accesses can tell. Whether it is new and they leave a choice."""
        slot = words.slot_of(address)
        row = self._memory.accesses[slot]
        self._halfwords[slot] = len(price.prefix) - 1
        several = tuple(slot + offset // 2 for o in price.reaching if len(o) > 1 for offset in o)
        new = bool(several) and self._several.get(slot) != several
        if new:
            self._several[slot] = several
            self._memory.state[words.NEW_AT] = self._memory.state[words.CYCLES]
        elif not several:
            self._several.pop(slot, None)
        covered = all(self._covers(place) for place in several)
        for column, offsets in enumerate(price.reaching):
            row[column] = price.prefix[offsets[0] // 2] + 1 if len(offsets) == 1 else 0
            if len(offsets) > 1 and covered:
                row[column] = words.ACCESS_HOOKED
        return new and not covered

    def _covers(self, slot: int) -> bool:
        address = words.address_of(slot)
        return any(first <= address < behind for first, behind in self.hooked)

    @property
    def grows(self) -> bool:
        """Blocks are wanted that the CPU itself found (native/clock.py)."""
        return bool(self._memory.state[words.SITES_GROW])

    def grow(self) -> bool:
        """Takes in the blocks wanted since the last time; whether what is hooked changed."""
        memory = self._memory
        memory.state[words.SITES_GROW] = 0
        slots = np.flatnonzero(memory.wanted == 1)
        if not len(slots):
            return False
        memory.wanted[slots] = 2
        for slot, several in self._several.items():
            if (np.abs(slots - slot) <= NEIGHBOUR_SLOTS).any():
                self._watched.update(several)
        found = ranges_of(self._watched, self._executed())
        if memory.state[words.IN_ALIAS]:
            found += [_moved(each) for each in found if each[0] >= words.RAM_START]
        changed = set(found) ^ set(self.hooked)
        self.hooked = found
        for first, behind in changed:  # priced again, as hooked or no longer
            start, last = words.slot_of(first), words.slot_of(behind - 2)
            memory.prices[max(start - words.LONGEST_BLOCK_SLOTS, 0) : last + 1, 0] = 0
        return bool(changed)

    def _executed(self) -> NDArray[np.int64]:
        """(blocks, 3): first slot, slot behind, and how often the exact engine ran it."""
        runs = self._memory.counts[:, 0]
        slots = np.flatnonzero(runs)
        return np.stack([slots, slots + self._halfwords[slots], runs[slots]], axis=1)

    def forget(self, address: int, count: int) -> None:
        """Code at these addresses changed: what is known of blocks that begin or end there is old."""
        first = words.slot_of(address)
        if first < 0:
            return
        begin, last = max(first - words.LONGEST_BLOCK_SLOTS, 0), first + count // 2
        self._memory.wanted[begin : last + 1] = 0
        self._memory.counts[first : last + 1, 0] = 0
        for slot in [s for s in self._several if begin <= s <= last]:
            del self._several[slot]


def _moved(range_: Range) -> Range:
    """The same in the code region."""
    moved = words.CODE_RAM_START - words.RAM_START
    return range_[0] + moved, range_[1] + moved
