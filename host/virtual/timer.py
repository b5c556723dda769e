"""TIMER0..4: counters at 16 MHz / 2^prescaler, or of tasks (nRF52840 Product Specification 1.7, 6.30).

A compare event comes when the counter is incremented to its channel's value, so not for a value that it holds already.
CLEAR and START begin a whole tick; the phase that silicon's prescaler has then is not documented.
"""

from __future__ import annotations

from collections.abc import Callable

from host.virtual.interrupts import EventBank
from host.virtual.nvic import Nvic
from host.virtual.schedule import Schedule

START, STOP, COUNT, CLEAR, SHUTDOWN, CAPTURE = 0x000, 0x004, 0x008, 0x00C, 0x010, 0x040
COMPARE, SHORTS, MODE, BITMODE, PRESCALER, CC = 0x140, 0x200, 0x504, 0x508, 0x510, 0x540
BITS = (16, 8, 24, 32)
STOP_SHORT = 8  # SHORTS: bits 0..5 clear at a match, bits 8..13 stop
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
        events = tuple(COMPARE + 4 * channel for channel in range(self._channels))
        super().__init__(f"TIMER{index}", start, nvic, interrupt, events)
        self._schedule, self._now = schedule, now
        self.plain(SHORTS, MODE)
        self.plain(BITMODE)
        self.plain(PRESCALER, reset=4)
        for offset, action in (
            (START, self._start),
            (STOP, self._stop),
            (COUNT, self._count),
            (CLEAR, self._clear),
            (SHUTDOWN, self._shut_down),
        ):
            self.task(offset, action)
        for channel in range(self._channels):
            self.task(CAPTURE + 4 * channel, self._capturer(channel))
            self.plain(CC + 4 * channel)
            self.on_write(CC + 4 * channel, self._compare_writer(channel))
        self._running = False
        self._since = self._base = 0

    def reset(self) -> None:
        """Stopped at 0."""
        super().reset()
        self._running = False
        self._base = 0

    @property
    def _counts_tasks(self) -> bool:
        return self.values[MODE] & 3 != 0

    def _tick_cycles(self) -> int:
        return CYCLES_PER_TICK << min(9, self.values[PRESCALER] & 15)

    def _size(self) -> int:
        return 1 << BITS[self.values[BITMODE] & 3]

    def counter(self) -> int:
        """The count now."""
        ticks = 0
        if self._running and not self._counts_tasks:
            ticks = (self._now() - self._since) // self._tick_cycles()
        return (self._base + ticks) % self._size()

    # -- tasks --------------------------------------------------------------------------------------------------

    def _start(self) -> None:
        if not self._running:
            self._running, self._since = True, self._now()
            self._plan()

    def _stop(self) -> None:
        self._base = self.counter()
        self._running = False
        self._plan()

    def _shut_down(self) -> None:
        """Deprecated; stops and clears (nrfx_timer.c: the same as STOP on newer chips)."""
        self._stop()
        self._base = 0

    def _clear(self) -> None:
        self._base, self._since = 0, self._now()
        self._plan()

    def _count(self) -> None:
        if self._running and self._counts_tasks:
            self._base = (self._base + 1) % self._size()
            self._match(self._base)

    def _capturer(self, channel: int) -> Callable[[], None]:
        def capture() -> None:
            self.values[CC + 4 * channel] = self.counter()
            self._plan()

        return capture

    def _compare_writer(self, channel: int) -> Callable[[int], None]:
        def write(value: int) -> None:
            self.values[CC + 4 * channel] = value & 0xFFFFFFFF
            self._plan()

        return write

    # -- matches ------------------------------------------------------------------------------------------------

    def _plan(self) -> None:
        """Schedules the next match of any channel."""
        self._schedule.cancel(self.name)
        if not self._running or self._counts_tasks:
            return
        count, size, tick = self.counter(), self._size(), self._tick_cycles()
        values = [self.values[CC + 4 * channel] for channel in range(self._channels)]
        ahead = [(value - count) % size or size for value in values if value < size]
        if ahead:
            whole = (self._now() - self._since) // tick * tick + self._since
            target = (count + min(ahead)) % size
            self._schedule.at(self.name, whole + min(ahead) * tick, lambda: self._match(target))

    def _match(self, count: int) -> None:
        """The counter became `count`: events and short-cuts of every channel that holds it."""
        matched = [n for n in range(self._channels) if self.values[CC + 4 * n] == count]
        shorts = self.values[SHORTS]
        if any(shorts >> channel & 1 for channel in matched):
            self._base, self._since = 0, self._now()
        if any(shorts >> STOP_SHORT + channel & 1 for channel in matched):
            self._base, self._running = self.counter(), False
        self._plan()
        for channel in matched:
            self.signal(COMPARE + 4 * channel)
