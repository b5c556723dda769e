"""WDT: resets a chip whose program forgets to reload it (nRF52840 Product Specification 1.7, 6.36).

A reset stops it, whatever its reason; on silicon a software reset lets it go on.
"""

from __future__ import annotations

from collections.abc import Callable

from host.base import boards
from host.virtual.chip import Chip
from host.virtual.interrupts import EventBank

START, TIMEOUT, RUNSTATUS, REQSTATUS, CRV, RREN, CONFIG, RR = (
    0x000, 0x100, 0x400, 0x404, 0x504, 0x508, 0x50C, 0x600,
)  # fmt: skip
CHANNELS, RELOAD = 8, 0x6E524635
CPU_HZ, CLOCK_HZ = boards.CLOCK_HZ, 32_768
GRACE_TICKS = 2  # between the event and the reset


class Wdt(EventBank):
    """The watchdog. `bite` resets the chip."""

    def __init__(self, chip: Chip, bite: Callable[[], None]) -> None:
        super().__init__("WDT", 0x40010000, chip.nvic, 16, (TIMEOUT,))
        self._chip, self._bite = chip, bite
        self.task(START, self._start)
        self.constant(RUNSTATUS, 0)
        self.on_read(RUNSTATUS, lambda: int(self._running))
        self.constant(REQSTATUS, 0)
        self.on_read(REQSTATUS, lambda: self._missing)
        self.plain(CRV, reset=0xFFFFFFFF)
        self.plain(RREN, CONFIG, reset=1)
        for offset in (CRV, RREN, CONFIG):
            self.on_write(offset, self._writer(offset))
        for channel in range(CHANNELS):
            self.on_write(RR + 4 * channel, self._reloader(channel))
            self.on_read(RR + 4 * channel, lambda: 0)
        self._running, self._missing = False, 0

    def reset(self) -> None:
        """Stopped."""
        super().reset()
        self._running = False

    def _writer(self, offset: int) -> Callable[[int], None]:
        def write(value: int) -> None:
            if not self._running:  # locked while it runs
                self.values[offset] = value

        return write

    def _start(self) -> None:
        if not self._running:
            self._running = True
            self._reload()

    def _reload(self) -> None:
        self._missing = self.values[RREN] & 0xFF
        ticks = max(self.values[CRV], 0xF) + 1
        self._chip.schedule.at("wdt", self._after(ticks), self._timed_out)

    def _after(self, ticks: int) -> int:
        return self._chip.now() + ticks * CPU_HZ // CLOCK_HZ

    def _reloader(self, channel: int) -> Callable[[int], None]:
        def write(value: int) -> None:
            if value == RELOAD and self._running:
                self._missing &= ~(1 << channel)
                if not self._missing:
                    self._reload()

        return write

    def _timed_out(self) -> None:
        self.signal(TIMEOUT)
        self._chip.schedule.at("wdt", self._after(GRACE_TICKS), self._bite)
