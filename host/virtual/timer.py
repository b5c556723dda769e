"""TIMER0..4: counters at 16 MHz / 2^prescaler (nRF52840 Product Specification 1.1, 6.30)."""

from __future__ import annotations

from collections.abc import Callable

from host.virtual.interrupts import EventBank
from host.virtual.nvic import Nvic
from host.virtual.schedule import Schedule

SHORTS, MODE, BITMODE, PRESCALER = 0x200, 0x504, 0x508, 0x510
BITS = (16, 8, 24, 32)
CYCLES_PER_TICK = 4  # 64 MHz / 16 MHz
PLACES = (
    (0x40008000, 8, 4),
    (0x40009000, 9, 4),
    (0x4000A000, 10, 4),
    (0x4001A000, 26, 6),
    (0x4001B000, 27, 6),
)


class Timer(EventBank):
    """One timer with its compare channels."""

    def __init__(self, index: int, schedule: Schedule, nvic: Nvic, now: Callable[[], int]) -> None:
        start, interrupt, self._channels = PLACES[index]
        events = tuple(0x140 + 4 * channel for channel in range(self._channels))
        super().__init__(f"TIMER{index}", start, nvic, interrupt, events)
        self._schedule, self._now = schedule, now
        self.plain(SHORTS, MODE, BITMODE)
        self.plain(PRESCALER, reset=4)
        for offset, action in (
            (0x000, self._start),
            (0x004, self._stop),
            (0x008, self._count),
            (0x00C, self._clear),
            (0x010, self._stop),
        ):
            self.task(offset, action)
        for channel in range(self._channels):
            self.task(0x040 + 4 * channel, self._capturer(channel))
            self.on_write(0x540 + 4 * channel, self._compare_writer(channel))
        self._running = False
        self._since = self._base = 0

    def reset(self) -> None:
        """Stopped at 0."""
        super().reset()
        self._running = False
        self._base = 0

    def _tick_cycles(self) -> int:
        return CYCLES_PER_TICK << min(9, self.values[PRESCALER])

    def _size(self) -> int:
        return 1 << BITS[self.values[BITMODE] & 3]

    def counter(self) -> int:
        """The count now."""
        ticks = (self._now() - self._since) // self._tick_cycles() if self._running else 0
        return (self._base + ticks) % self._size()

    def _start(self) -> None:
        if not self._running:
            self._running = self.values[MODE] == 0
            self._since = self._now()
            self._plan()

    def _stop(self) -> None:
        self._base = self.counter()
        self._running = False
        self._plan()

    def _clear(self) -> None:
        self._base, self._since = 0, self._now()
        self._plan()

    def _count(self) -> None:
        self._base = (self._base + 1) % self._size()
        for channel in range(self._channels):
            if self.values[0x540 + 4 * channel] == self._base:
                self._matched(channel)

    def _capturer(self, channel: int) -> Callable[[], None]:
        def capture() -> None:
            self.values[0x540 + 4 * channel] = self.counter()
            self._plan()

        return capture

    def _compare_writer(self, channel: int) -> Callable[[int], None]:
        def write(value: int) -> None:
            self.values[0x540 + 4 * channel] = value & (self._size() - 1)
            self._plan()

        return write

    def _plan(self) -> None:
        """Schedules each channel's next match."""
        count, tick = self.counter(), self._tick_cycles()
        whole = (self._now() - self._since) // tick * tick + self._since
        for channel in range(self._channels):
            key = f"{self.name} {channel}"
            if not self._running:
                self._schedule.cancel(key)
                continue
            ticks = (self.values[0x540 + 4 * channel] - count) % self._size() or self._size()
            self._schedule.at(key, whole + ticks * tick, self._matcher(channel))

    def _matcher(self, channel: int) -> Callable[[], None]:
        return lambda: self._matched(channel)

    def _matched(self, channel: int) -> None:
        shorts = self.values[SHORTS]
        if shorts >> channel & 1:
            # The clear happens at the match itself, not when the board got round to it.
            late = (self._now() - self._since) % self._tick_cycles() if self._running else 0
            behind = self._behind(channel) if self._running else 0
            self._base, self._since = 0, self._now() - late - behind * self._tick_cycles()
        if shorts >> 8 + channel & 1:
            self._base = self.counter()
            self._running = False
        self.signal(0x140 + 4 * channel)
        self._plan()

    def _behind(self, channel: int) -> int:
        """Ticks since the match."""
        return (self.counter() - self.values[0x540 + 4 * channel]) % self._size()
