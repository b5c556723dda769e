"""RTC0..2: counters of 24 bits at 32,768 Hz / (prescaler + 1), running in sleep (nRF52840 PS 1.7, 6.22).

Counting begins with TASKS_START whether or not LFCLK runs; the delay of a tick or two that silicon has is left out.
"""

from __future__ import annotations

from collections.abc import Callable

from host.base.boards import CLOCK_HZ
from host.virtual.interrupts import FIRST_EVENT, EventBank
from host.virtual.nvic import Nvic
from host.virtual.schedule import Schedule

CPU_HZ, RTC_HZ, SIZE = CLOCK_HZ, 32_768, 1 << 24
TICK, OVERFLOW, COMPARE = 0x100, 0x104, 0x140
EVTEN, EVTENSET, EVTENCLR, COUNTER, PRESCALER, CC = 0x340, 0x344, 0x348, 0x504, 0x508, 0x540
OVERFLOW_START = 0xFFFFF0
PLACES = ((0x4000B000, 11, 3), (0x40011000, 17, 4), (0x40024000, 36, 4))


class Rtc(EventBank):
    """One real-time counter with its compare channels. TICK events are not made: nothing here could use them."""

    def __init__(self, index: int, schedule: Schedule, nvic: Nvic, now: Callable[[], int]) -> None:
        start, interrupt, self._channels = PLACES[index]
        events = (TICK, OVERFLOW, *(COMPARE + 4 * channel for channel in range(self._channels)))
        super().__init__(f"RTC{index}", start, nvic, interrupt, events)
        self._schedule, self._now = schedule, now
        for offset, action in (
            (0x000, self._start),
            (0x004, self._stop),
            (0x008, lambda: self._set(0)),
            (0x00C, lambda: self._set(OVERFLOW_START)),
        ):
            self.task(offset, action)
        self.plain(PRESCALER)
        self.bits(EVTENSET, EVTENCLR, lambda: None, EVTEN)
        self.on_read(COUNTER, self.counter)
        for channel in range(self._channels):
            self.plain(CC + 4 * channel)
            self.on_write(CC + 4 * channel, self._compare_writer(channel))
        self._running = False
        self._since = self._base = 0

    def reset(self) -> None:
        """Stopped at 0."""
        super().reset()
        self._running = False
        self._base = 0

    def counter(self) -> int:
        """The count now."""
        return (self._base + (self._ticks() if self._running else 0)) % SIZE

    def _ticks(self) -> int:
        rate = self.values[PRESCALER] & 0xFFF
        return (self._now() - self._since) * RTC_HZ // (CPU_HZ * (rate + 1))

    def _cycle_of(self, ticks: int) -> int:
        """The first cycle at which so many ticks have passed since the start."""
        scale = CPU_HZ * ((self.values[PRESCALER] & 0xFFF) + 1)
        return self._since + -(-ticks * scale // RTC_HZ)

    def _start(self) -> None:
        if not self._running:
            self._running, self._since = True, self._now()
            self._plan()

    def _stop(self) -> None:
        self._base = self.counter()
        self._running = False
        self._plan()

    def _set(self, value: int) -> None:
        self._base, self._since = value, self._now()
        self._plan()

    def _compare_writer(self, channel: int) -> Callable[[int], None]:
        def write(value: int) -> None:
            self.values[CC + 4 * channel] = value & (SIZE - 1)
            self._plan_event(COMPARE + 4 * channel, value & (SIZE - 1))

        return write

    def _plan(self) -> None:
        """Schedules the next match of each channel, and the overflow."""
        for channel in range(self._channels):
            self._plan_event(COMPARE + 4 * channel, self.values[CC + 4 * channel])
        self._plan_event(OVERFLOW, 0)

    def _plan_event(self, event: int, target: int) -> None:
        """An event comes when the counter gets to `target`."""
        if self._running:
            self._expect(event, self._ticks() + ((target - self.counter()) % SIZE or SIZE))
        else:
            self._schedule.cancel(f"{self.name} {event:#x}")

    def routes(self, event: int) -> bool:
        """EVTEN: whether the event reaches the PPI."""
        return bool(self.values[EVTENSET] >> (event - FIRST_EVENT) // 4 & 1)

    def _expect(self, event: int, ticks: int) -> None:
        """At so many ticks since the start, and a round later again.

        Not worked out from the counter: inside a block of code an event can come before the time of the access.
        """

        def happen() -> None:
            self.signal(event)
            self._expect(event, ticks + SIZE)

        self._schedule.at(f"{self.name} {event:#x}", self._cycle_of(ticks), happen)
