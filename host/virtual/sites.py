"""When a block accesses a device, though the fast engine does not tell which of its instructions does.

A block with one load that can reach a device (not relative to SP or PC) leaves no choice: its time is known when the
block is priced. A block with several is learned in the exact engine, then watched by a hook on its instructions.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from host.virtual import hooks
from host.virtual.cycles import BlockPrice
from host.virtual.memory import Memory

MOST_HOOKED = 16  # blocks: Unicorn walks through all hooks at every hooked instruction


class Sites:
    """What is known of each block's accesses; kept in the tables of `memory`."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self._hooked: dict[int, int] = {}  # block: bytes

    def priced(self, address: int, price: BlockPrice) -> None:
        """A block was priced; its bytes are those that a hook covers, or it is not hooked."""
        row = self._memory.accesses[hooks.slot_of(address)]
        size = 2 * (len(price.prefix) - 1)
        for column, offsets in enumerate(price.reaching):
            row[column] = price.prefix[offsets[0] // 2] + 1 if len(offsets) == 1 else 0
            if len(offsets) > 1 and self._hooked.get(address) == size:
                row[column] = hooks.ACCESS_HOOKED

    def time(self, column: int | None) -> int | None:
        """Cycles from the block's start to the access that it makes now; None when that is not known."""
        if column is None:
            return None
        state, memory = self._memory.state, self._memory
        access = int(memory.accesses[hooks.slot_of(int(state[hooks.BLOCK])), column])
        if access == hooks.ACCESS_HOOKED:
            timed = state[hooks.SITE_BASE] == state[hooks.BASE]
            return int(state[hooks.SITE_AT]) if timed else None
        return None if access == hooks.ACCESS_UNKNOWN else access - 1

    def hook_wanted(self) -> Iterator[tuple[int, int]]:
        """Blocks to hook from now on: address, bytes."""
        memory = self._memory
        for slot in np.flatnonzero(memory.wanted == 1).tolist():
            size = int(memory.prices[slot, 0]) >> hooks.SIZE_SHIFT
            if len(self._hooked) >= MOST_HOOKED or not size:
                continue
            memory.wanted[slot] = 2
            address = hooks.address_of(slot)
            self._hooked[address] = size
            memory.prices[slot, 0] = 0  # priced again, as hooked
            yield address, size

    def forget(self, address: int, count: int) -> None:
        """Code at these addresses changed."""
        for block in [b for b in self._hooked if address - self._hooked[b] < b < address + count]:
            del self._hooked[block]
            self._memory.wanted[hooks.slot_of(block)] = 0
