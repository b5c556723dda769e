"""What of RAM ran as code, and as what.

The CPU and every bus master may overwrite code in RAM, and nobody says so. Unicorn translates anew what its own CPU
overwrites at the address where it runs, and nothing else: not what DMA writes, not what is written at one of RAM's two
addresses and runs at the other, not what another engine over the same memory translated. So each block in RAM is
compared with what it was, whenever it starts (native/flash.py).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from host.virtual import words
from host.virtual.memory import Memory


class RanCode:
    """The code in RAM that was priced; stored in the tables of `memory`."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self._known: NDArray[np.bool_] = np.zeros(words.RAM_BYTES >> 1, np.bool_)

    def take(self, address: int, code: bytes) -> tuple[int, int] | None:
        """A block that is about to run: address and bytes of what of it ran before as other code, None if nothing."""
        place = words.slot_of(address) - words.RAM_SLOT
        if place < 0:
            return None
        new = np.frombuffer(code, np.uint16)
        here = slice(place, place + len(new))
        changed = np.flatnonzero(self._known[here] & (self._memory.ran[here] != new))
        self._memory.ran[here] = new
        self._known[here] = True
        if not len(changed):
            return None
        first, last = int(changed[0]), int(changed[-1])
        return address + 2 * first, 2 * (last - first + 1)
