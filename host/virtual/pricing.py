"""What a block costs, found when it runs first and stored in the tables of `memory` for the hooks."""

from __future__ import annotations

import enum

from host.virtual import words
from host.virtual.cycles import CycleModel
from host.virtual.memory import Memory
from host.virtual.price_list import PriceList
from host.virtual.ran_code import RanCode
from host.virtual.sites import Sites

NOP = b"\x00\xbf"


class Found(enum.Enum):
    """What was found of a block. CHANGED: its translation may be of code that was overwritten (`overwritten`).
    FLOAT: it uses the FPU, which is off. NEW: its accesses of devices can be known on the exact engine alone."""

    KNOWN = "known"
    NEW = "new"
    CHANGED = "changed"
    FLOAT = "float"


class Pricing:
    """Prices of one board's blocks. overwritten: code in RAM, address and bytes, that the CPU has to forget."""

    def __init__(self, memory: Memory, model: CycleModel, sites: Sites) -> None:
        self.unpriced: list[str] = []
        self.overwritten: list[tuple[int, int]] = []
        self._memory, self._sites = memory, sites
        self._prices, self._ran = PriceList(model), RanCode(memory)
        self._float_enabled = False  # CPACR

    def allow_float(self, allowed: bool) -> None:
        """Unicorn's FPU is always on: blocks that use it are refused when they are priced."""
        if self._float_enabled and not allowed:
            self._memory.prices[:, 0] = 0
        self._float_enabled = allowed

    def price(self, address: int, size: int) -> Found:
        """Of the block of `size` bytes at `address`. CHANGED and FLOAT leave it without a price."""
        memory = self._memory
        code = memory.read(address, size) or NOP * (size // 2)
        overwritten = self._ran.take(address, code)
        if overwritten:
            self.overwritten.append(overwritten)
            return Found.CHANGED
        price = self._prices.price(code, address)
        if price.uses_fpu and not self._float_enabled:
            return Found.FLOAT
        slot, first = words.slot_of(address), self._place(len(price.prefix))
        memory.prefixes[first : first + len(price.prefix)] = price.prefix
        self.unpriced += price.unknown
        memory.aligned[[slot + (offset >> 1) for offset in price.aligned]] = 1
        new = self._sites.priced(address, price)
        word = words.pack_price(
            price.cycles,
            price.instructions,
            price.taken_penalty,
            price.entry_penalty,
            price.masks,
            size,
        )
        memory.prices[slot] = word, first
        return Found.NEW if new else Found.KNOWN

    def _place(self, halfwords: int) -> int:
        """Where prefix sums go in the pool; when it is full, every block is priced anew."""
        memory, first = self._memory, self._memory.prefix_count
        if first + halfwords > words.POOL_HALFWORDS:
            first = 0
            memory.prices[:, 0] = 0
        memory.prefix_count = first + halfwords
        return first
