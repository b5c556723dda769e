"""RNG: random bytes (nRF52840 Product Specification 1.7, 6.19): 30 us each, 120 us with bias correction.

The sequence follows from a seed: two runs of one board are the same.
"""

from __future__ import annotations

import random

from host.virtual.chip import Chip
from host.virtual.interrupts import EventBank

START, STOP, VALRDY, SHORTS, CONFIG, VALUE = 0x000, 0x004, 0x100, 0x200, 0x504, 0x508
RAW_CYCLES, CORRECTED_CYCLES = 64 * 30, 64 * 120


class Rng(EventBank):
    """The generator. seed: any number."""

    def __init__(self, chip: Chip, seed: int) -> None:
        super().__init__("RNG", 0x4000D000, chip.nvic, 13, (VALRDY,))
        self._chip, self._random = chip, random.Random(seed)
        self.task(START, self._start)
        self.task(STOP, lambda: chip.schedule.cancel("rng"))
        self.plain(SHORTS, CONFIG, VALUE)

    def _start(self) -> None:
        cycles = CORRECTED_CYCLES if self.values[CONFIG] & 1 else RAW_CYCLES
        self._chip.schedule.at("rng", self._chip.now() + cycles, self._ready)

    def _ready(self) -> None:
        self.values[VALUE] = self._random.getrandbits(8)
        if not self.values[SHORTS] & 1:
            self._start()
        self.signal(VALRDY)
