"""TEMP: the die's temperature in quarters of a degree (nRF52840 Product Specification 1.7, 6.29); here always 25 °C."""

from __future__ import annotations

from host.virtual.chip import Chip
from host.virtual.ficr import TEMPERATURE
from host.virtual.interrupts import EventBank

START, STOP, DATARDY, TEMP = 0x000, 0x004, 0x100, 0x508
SLOPES, OFFSETS, ENDS = 0x520, 0x540, 0x560
MEASURE_CYCLES = 64 * 36
QUARTER_DEGREES = 4 * 25


class Temp(EventBank):
    """The sensor."""

    def __init__(self, chip: Chip) -> None:
        super().__init__("TEMP", 0x4000C000, chip.nvic, 12, (DATARDY,))
        self._chip = chip
        self.task(START, self._start)
        self.task(STOP, lambda: chip.schedule.cancel("temp"))
        self.plain(TEMP)
        for place, (slope, offset, end) in enumerate(TEMPERATURE):
            self.plain(SLOPES + 4 * place, reset=slope)
            self.plain(OFFSETS + 4 * place, reset=offset)
            if end is not None:
                self.plain(ENDS + 4 * place, reset=end)

    def _start(self) -> None:
        self._chip.schedule.at("temp", self._chip.now() + MEASURE_CYCLES, self._ready)

    def _ready(self) -> None:
        self.values[TEMP] = QUARTER_DEGREES
        self.signal(DATARDY)
