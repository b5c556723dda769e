"""EGU0..5: events that software triggers, for its interrupts and the PPI (nRF52840 Product Specification 1.7, 6.7)."""

from __future__ import annotations

from collections.abc import Callable

from host.virtual.chip import Chip
from host.virtual.interrupts import EventBank

UNITS, CHANNELS, TRIGGERED = 6, 16, 0x100


class Egu(EventBank):
    """One unit: task n makes event n."""

    def __init__(self, index: int, chip: Chip) -> None:
        events = tuple(TRIGGERED + 4 * channel for channel in range(CHANNELS))
        start = 0x40014000 + 0x1000 * index
        super().__init__(f"EGU{index}", start, chip.nvic, 20 + index, events, whole=True)
        for channel, event in enumerate(events):
            self.task(4 * channel, self._trigger(event))

    def _trigger(self, event: int) -> Callable[[], None]:
        return lambda: self.signal(event)
