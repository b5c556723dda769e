"""A peripheral of the nRF52840 that has events and an interrupt line: event n lies at 0x100 + 4 n, bit n enables it."""

from __future__ import annotations

from collections.abc import Callable

from host.virtual.bus import RegisterBank
from host.virtual.nvic import Nvic

INTEN, INTENSET, INTENCLR, FIRST_EVENT = 0x300, 0x304, 0x308, 0x100


class EventBank(RegisterBank):
    """Registers with EVENTS_ and INTEN; raises the interrupt when an enabled event happens.

    happened: called with the address of each event's register when the event happens; the PPI listens there.
    """

    def __init__(
        self,
        name: str,
        start: int,
        nvic: Nvic,
        number: int,
        events: tuple[int, ...],
        whole: bool = False,
    ) -> None:
        """whole: the peripheral has INTEN beside INTENSET and INTENCLR."""
        super().__init__(name, start)
        self._nvic, self.number, self._events = nvic, number, events
        self.happened: Callable[[int], None] = lambda address: None
        self.plain(*events)
        self.bits(INTENSET, INTENCLR, self._enabled_changed, INTEN if whole else None)
        nvic.add_line(number, self.line)

    def signal(self, event: int) -> None:
        """The event happened."""
        self.values[event] = 1
        if self.enables(event):
            self._nvic.pend_interrupt(self.number)
        if self.routes(event):
            self.happened(self.start + event)

    def routes(self, event: int) -> bool:
        """Whether the event reaches the PPI."""
        return True

    def enables(self, event: int) -> bool:
        """Whether the event raises the interrupt."""
        return bool(self.values[INTENSET] >> (event - FIRST_EVENT) // 4 & 1)

    def line(self) -> bool:
        """Level of the interrupt line."""
        return any(self.values[event] and self.enables(event) for event in self._events)

    def _enabled_changed(self) -> None:
        if self.line():
            self._nvic.pend_interrupt(self.number)
