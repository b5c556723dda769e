"""TIMER0..4 on the bus; what they do is in native/timers.py."""

from __future__ import annotations

from host.virtual import words
from host.virtual.bus import RegisterBank
from host.virtual.chip import Chip
from host.virtual.native import timers
from host.virtual.nvic import FIRST_INTERRUPT

PLACES = (
    (0x40008000, 8, 4),
    (0x40009000, 9, 4),
    (0x4000A000, 10, 4),
    (0x4001A000, 26, 6),
    (0x4001B000, 27, 6),
)  # address, interrupt, compare channels (nRF52840 PS 1.7, 6.30.5)
PRESCALER_AT_RESET = 4


class Timer(RegisterBank):
    """One timer with its compare channels. The CPU's own accesses do not come here."""

    def __init__(self, index: int, chip: Chip) -> None:
        start, interrupt, channels = PLACES[index]
        super().__init__(f"TIMER{index}", start)
        self._index, self._chip = index, chip
        self._row = chip.memory.timers[index]
        self._row[words.T_ADDRESS], self._row[words.T_CHANNELS] = start, channels
        self._row[words.T_EXCEPTION] = FIRST_INTERRUPT + interrupt
        chip.nvic.add_line(interrupt, self._line, index + 1)
        self.reset()

    def reset(self) -> None:
        """Stopped at 0."""
        self._row[: words.T_CHANNELS] = 0
        self._row[words.T_PRESCALER] = PRESCALER_AT_RESET
        self._row[words.T_AT] = words.NEVER
        timers.aim(self._chip.memory.state)

    def knows(self, offset: int) -> bool:
        """Whether the register exists here."""
        return bool(timers.timer_knows(self._chip.memory.state, self._index, offset))

    def read(self, offset: int) -> int:
        """The register's value."""
        return int(timers.read_timer(self._chip.memory.state, self._index, offset))

    def write(self, offset: int, value: int) -> None:
        """A write, or the PPI's trigger of a task."""
        timers.write_timer(self._chip.memory.state, self._index, offset, value)

    def _line(self) -> bool:
        return bool(timers.timer_line(self._chip.memory.state, self._index))
